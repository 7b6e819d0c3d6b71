//! The page that plays attacks: what happened at other desks, tried on this one while one watches.
//!
//! One play goes on at a time. Its steps are taken over the pages and the API that people and programs
//! use, by people hired for it, exactly as by `staunch attack run`; the page shows what was said, what
//! was tried and what the desk did, and at the end what was given away.

use anyhow::Result;
use attack::{
    house::House,
    incidents::PENDING,
    office::Operator,
    outside::{Outside, Sight},
    player::Player,
    report::{Report, Verdict},
    scenario::{Kind, Scenario},
    shipped,
};
use axum::{Form, extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Mutex as Turn;
use web::{
    App, Fault, Page,
    pages::go,
    routes::{Routes, Who},
    shell,
    view::{
        Flash, Place,
        attacks::{AttackLine, AttackStep, AttacksPage, Verdict as Shown},
    },
};

use crate::{COMPANY, Scene};

/// The page.
const PATH: &str = "/world/attacks";

type Answer = Result<Response, Fault>;

/// What is played, or was played last.
#[derive(Default)]
pub(crate) struct Stage {
    now: Mutex<Option<Play>>,
    plays: AtomicU64,
    /// The people who play; hired once.
    house: Turn<Option<Arc<House>>>,
    /// The play of that number, one step at a time.
    player: Turn<Option<(u64, Player)>>,
}

/// A play, as the page shows it.
#[derive(Clone)]
struct Play {
    scenario: Scenario,
    /// Which play it is: a task of an earlier one doesn't write into a later one.
    number: u64,
    report: Option<Report>,
    steps: usize,
    /// Whether steps are being taken.
    running: bool,
    /// Whether it has been judged.
    judged: bool,
    /// Why it can't go on.
    fault: Option<&'static str>,
}

/// The mailboxes and the sign-in service of this demo.
struct Around(Weak<Scene>);

#[async_trait::async_trait]
impl Outside for Around {
    async fn look(&self) -> Result<Sight> {
        let scene = self.0.upgrade();
        Ok(scene.map(|scene| scene.outside()).unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct Chosen {
    name: String,
}

impl Stage {
    fn now(&self) -> MutexGuard<'_, Option<Play>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scene {
    /// The routes of the page that plays attacks.
    pub(crate) fn stage_routes(self: &Arc<Self>, routes: Routes) -> Routes {
        let (page, play, next, rest, stop) = (
            self.clone(),
            self.clone(),
            self.clone(),
            self.clone(),
            self.clone(),
        );
        routes
            .get(
                PATH,
                Who::Anyone,
                async move |State(app): State<App>, headers: HeaderMap| {
                    page.stage_page(&app, &headers).await
                },
            )
            .post(
                "/world/attacks/play",
                Who::Anyone,
                async move |State(app): State<App>, Form(form): Form<Chosen>| {
                    play.play(&app, &form.name)
                },
            )
            .post(
                "/world/attacks/next",
                Who::Anyone,
                async move |State(app): State<App>| next.goes_on(&app, 1),
            )
            .post(
                "/world/attacks/rest",
                Who::Anyone,
                async move |State(app): State<App>| rest.goes_on(&app, usize::MAX),
            )
            .post(
                "/world/attacks/stop",
                Who::Anyone,
                async move |State(app): State<App>| stop.stops(&app),
            )
    }

    async fn stage_page(&self, app: &App, headers: &HeaderMap) -> Result<Page, Fault> {
        let flash = shell(app, &self.rep, Place::Elsewhere, headers)
            .await?
            .flash;
        let play = self.stage.now().clone();
        let all = shipped::all().map_err(|_| Fault::broken())?;
        let of = |kind| {
            all.iter()
                .filter(move |one| one.kind == kind)
                .map(|one| AttackLine {
                    name: one.name.clone(),
                    title: one.title.clone(),
                    about: about(one),
                    chosen: play.as_ref().is_some_and(|p| p.scenario.name == one.name),
                })
                .collect()
        };
        let page = AttacksPage {
            company: COMPANY.to_owned(),
            flash,
            attacks: of(Kind::Attack),
            twins: of(Kind::Twin),
            pending: PENDING
                .iter()
                .map(|one| (one.title.to_owned(), one.why.to_owned()))
                .collect(),
            play: play.as_ref().map(shown),
        };
        Page::of(&page)
    }

    /// Another scenario is put on.
    fn play(self: &Arc<Self>, app: &App, name: &str) -> Answer {
        let all = shipped::all().map_err(|_| Fault::broken())?;
        let found = all.into_iter().find(|one| one.name == name);
        let scenario = found.ok_or_else(Fault::not_found)?;
        {
            let mut now = self.stage.now();
            if now.as_ref().is_some_and(|play| play.running) {
                return Ok(go(app, PATH, Some(&Flash::bad(BUSY))));
            }
            let number = self.stage.plays.fetch_add(1, Ordering::Relaxed);
            *now = Some(Play {
                scenario,
                number,
                report: None,
                steps: 0,
                running: false,
                judged: false,
                fault: None,
            });
        }
        Ok(self.goes_on(app, 1))
    }

    /// Takes up to so many steps, while the page already shows what there is.
    fn goes_on(self: &Arc<Self>, app: &App, steps: usize) -> Response {
        let number = {
            let mut now = self.stage.now();
            let Some(play) = now.as_mut() else {
                return go(app, PATH, None);
            };
            if play.running || play.judged || play.fault.is_some() {
                return go(app, PATH, None);
            }
            play.running = true;
            play.number
        };
        let scene = self.clone();
        tokio::spawn(async move {
            let fault = scene.steps(number, steps).await.err();
            if let Some(error) = &fault {
                tracing::warn!(%error, "an attack could not be played on");
            }
            scene.changes(number, |play| {
                play.running = false;
                if fault.is_some() {
                    play.fault = Some(FAULT);
                }
            });
        });
        go(app, PATH, None)
    }

    /// What was put on is taken away.
    fn stops(&self, app: &App) -> Response {
        // A step that is being taken ends, and no other follows.
        *self.stage.now() = None;
        self.news.send_modify(|n| *n += 1);
        go(app, PATH, None)
    }

    /// Whether the play of that number is still the one on stage.
    fn changes(&self, number: u64, change: impl FnOnce(&mut Play)) -> bool {
        let mut now = self.stage.now();
        let play = now.as_mut().filter(|play| play.number == number);
        let on = play.map(change).is_some();
        drop(now);
        self.news.send_modify(|n| *n += 1);
        on
    }

    async fn steps(self: &Arc<Self>, number: u64, steps: usize) -> Result<()> {
        let mut turn = self.stage.player.lock().await;
        if turn.as_ref().is_none_or(|(of, _)| *of != number) {
            let scenario = self
                .stage
                .now()
                .as_ref()
                .filter(|play| play.number == number)
                .map(|play| play.scenario.clone());
            let Some(scenario) = scenario else {
                return Ok(());
            };
            *turn = Some((number, Player::new(self.house().await?, &scenario).await?));
        }
        let Some((_, player)) = turn.as_mut() else {
            return Ok(());
        };
        for _ in 0..steps {
            if player.step().await?.is_none() {
                break;
            }
            let (report, all) = (player.so_far().clone(), player.scenario().steps.len());
            let on = self.changes(number, |play| {
                play.report = Some(report);
                play.steps = all;
            });
            if !on {
                *turn = None;
                return Ok(());
            }
        }
        let done = player.so_far().steps.len() == player.scenario().steps.len();
        if done && let Some((_, player)) = turn.take() {
            let report = player.verdict().await?;
            self.changes(number, |play| {
                play.report = Some(report);
                play.judged = true;
            });
        }
        Ok(())
    }

    /// The people who play; hired once.
    async fn house(self: &Arc<Self>) -> Result<Arc<House>> {
        let mut house = self.stage.house.lock().await;
        if let Some(house) = &*house {
            return Ok(house.clone());
        }
        let opened = House::open(
            &self.base,
            Arc::new(Operator(self.desk.clone())),
            Some(Arc::new(Around(Arc::downgrade(self)))),
            false,
            self.clock.clone(),
            self.desk.entropy(),
        );
        let opened = Arc::new(opened.await?);
        *house = Some(opened.clone());
        Ok(opened)
    }
}

const BUSY: &str = "A scenario is being played. Wait for it, or stop it first.";
const FAULT: &str =
    "This can't be played on. The server's log says why; choose it again to begin anew.";

/// Where it happened, and what was got there.
fn about(one: &Scenario) -> String {
    match one.kind {
        Kind::Attack => format!("{}, {}: {}", one.source, one.date, one.got),
        Kind::Twin => format!("the honest side of “{}”", one.incident),
    }
}

fn shown(play: &Play) -> web::view::attacks::Play {
    let steps: Vec<AttackStep> = play
        .report
        .iter()
        .flat_map(|report| &report.steps)
        .map(|step| AttackStep {
            who: step.who.clone(),
            says: step.says.clone().unwrap_or_default(),
            tried: if step.times > 1 {
                format!("{} × {}", step.times, step.tried)
            } else {
                step.tried.clone()
            },
            desk: step.desk.clone(),
            given: step.given.iter().map(|one| one.what.clone()).collect(),
        })
        .collect();
    let report = play.report.as_ref();
    let verdict = report.filter(|_| play.judged).map(|report| Shown {
        passed: report.verdict == Verdict::Passed,
        attack: report.kind == Kind::Attack,
        given: report.given.iter().map(|one| one.what.clone()).collect(),
        changed: report.changed.clone(),
        desk_clicks: report.desk_clicks,
        owner_clicks: report.owner_clicks,
    });
    web::view::attacks::Play {
        title: play.scenario.title.clone(),
        about: about(&play.scenario),
        stand_in: match &play.scenario.stand_in {
            Some(why) => format!(
                "It happened on {}; here it is played on {}, as {why}.",
                play.scenario.happened_on, play.scenario.played_on
            ),
            None => String::new(),
        },
        done: steps.len(),
        steps,
        all: play.steps.max(play.scenario.steps.len()),
        running: play.running,
        fault: play.fault.unwrap_or_default().to_owned(),
        verdict,
    }
}
