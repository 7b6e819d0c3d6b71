//! Playing a scenario, one step at a time.

use anyhow::{Context as _, Result, ensure};
use std::{collections::BTreeSet, sync::Arc};

use crate::{
    act::{Act, By},
    browser::{Browser, Record, Who},
    house::House,
    judge::{Click, EVIL, Judge, Standing},
    outcome::Outcome,
    report::{Report, StepReport},
    scenario::{Kind, Scenario, Step},
    victim::Victim,
};

/// Everybody in a scenario, with a browser or a token each.
pub(crate) struct Cast {
    pub(crate) rep: Browser,
    pub(crate) lead: Browser,
    pub(crate) admin: Browser,
    pub(crate) auditor: Browser,
    pub(crate) stranger: Browser,
    pub(crate) owner: Browser,
    pub(crate) rep_program: Browser,
    pub(crate) lead_program: Browser,
    pub(crate) admin_program: Browser,
    pub(crate) auditor_program: Browser,
    /// Reads how things stand, for the table and the judge; nobody in the scenario.
    pub(crate) reader: Browser,
}

/// How often a step is repeated, until it counts as using an allowance up.
const MANY: u32 = 10;

/// A scenario being played.
pub struct Player {
    pub(crate) house: Arc<House>,
    scenario: Scenario,
    pub(crate) record: Record,
    pub(crate) cast: Cast,
    pub(crate) victim: Victim,
    neighbour: Victim,
    ids: [String; 2],
    pub(crate) ticket: Option<String>,
    /// The id of what was asked for last.
    pub(crate) request: Option<String>,
    /// The owner's page that is open, and the subject that led there.
    pub(crate) page: Option<(String, String)>,
    pub(crate) clicks: Vec<Click>,
    pub(crate) mails_before: BTreeSet<String>,
    told_before: usize,
    log_before: usize,
    standing: Standing,
    locked: bool,
    next: usize,
    report: Report,
}

/// How an act went: the outcome, and what the desk did in words.
pub(crate) type Went = (Outcome, String);

impl Player {
    /// Gets everything ready: a victim, a neighbour, a rep, and tokens.
    ///
    /// # Errors
    /// If the server doesn't let us.
    pub async fn new(house: Arc<House>, scenario: &Scenario) -> Result<Self> {
        let mut scenario = scenario.clone();
        if scenario.kind == Kind::Attack {
            // Whatever was tried: at the end everybody looks at everything.
            for act in [Act::Wait, Act::ReadEverything] {
                if scenario.steps.last().map(|step| &step.act) != Some(&act) {
                    scenario.steps.push(closing(act));
                }
            }
        }
        let victim = house.customer(!scenario.unconfirmed);
        let neighbour = house.customer(true);
        let record = Record::default();
        let fresh = scenario.steps.iter().any(|step| step.times > MANY);
        let crew = house.crew(fresh).await?;
        let reader = crew.reader;
        let mut ids = [String::new(), String::new()];
        for (one, id) in [&victim, &neighbour].into_iter().zip(&mut ids) {
            let path = format!("accounts/{}", one.external_id);
            let put = reader
                .call("PUT", &path, &one.document().to_string())
                .await?;
            ensure!(
                put.status == 201,
                "a made-up account can't be brought in: status {} {}",
                put.status,
                put.json()["detail"]
            );
            let read = reader.call("GET", &path, "").await?.json();
            let found = read["id"].as_str().context("an account without an id")?;
            found.clone_into(id);
        }
        let staff = |by| anyhow::Ok(house.browser(by)?.keeping(&record));
        let cast = Cast {
            rep: crew.rep.keeping(&record),
            lead: staff(By::Lead)?,
            admin: staff(By::Admin)?,
            auditor: staff(By::Auditor)?,
            stranger: house.stranger(Who::Attacker)?.keeping(&record),
            owner: house.stranger(Who::Owner)?.keeping(&record),
            rep_program: crew.rep_program.keeping(&record),
            lead_program: crew.lead_program.keeping(&record),
            admin_program: crew.admin_program.keeping(&record),
            auditor_program: crew.auditor_program.keeping(&record),
            reader,
        };
        let sight = match house.outside() {
            Some(outside) => outside.look().await?,
            None => crate::outside::Sight::default(),
        };
        let log_before = house.outside().map_or(0, |outside| outside.log().len());
        let report = Report::begin(&scenario);
        let mut player = Self {
            house,
            scenario,
            record,
            cast,
            victim,
            neighbour,
            ids,
            ticket: None,
            request: None,
            page: None,
            clicks: Vec::new(),
            mails_before: sight.mails.iter().map(|mail| mail.id.clone()).collect(),
            told_before: sight.told.len(),
            log_before,
            standing: Standing::default(),
            locked: false,
            next: 0,
            report,
        };
        player.standing = player.stands().await?;
        Ok(player)
    }

    /// How the account stands now.
    async fn stands(&self) -> Result<Standing> {
        let path = format!("accounts/{}", self.victim.external_id);
        let read = self.cast.reader.call("GET", &path, "").await?;
        ensure!(
            read.status == 200,
            "the account can't be read: {}",
            read.status
        );
        Ok(Standing::of(&read.json()))
    }

    /// The scenario, with the steps that every attack ends with.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What there is to report so far.
    pub fn so_far(&self) -> &Report {
        &self.report
    }

    pub(crate) fn judge(&self) -> Judge<'_> {
        Judge {
            victim: &self.victim,
            neighbour: &self.neighbour,
            knows: &self.scenario.knows,
            alone: self.house.is_ours(),
        }
    }

    /// Plays the next step; none is left when it gives none.
    ///
    /// # Errors
    /// If the server doesn't answer, or the scenario makes no sense at that point.
    pub async fn step(&mut self) -> Result<Option<&StepReport>> {
        let Some(step) = self.scenario.steps.get(self.next).cloned() else {
            return Ok(None);
        };
        let from = self.record.len();
        let mut went: Vec<Went> = Vec::new();
        for _ in 0..step.times {
            let one = if step.act.needs_mailbox() && self.house.outside().is_none() {
                let why = "not played: this server's mailboxes can't be seen".to_owned();
                (Outcome::Unplayed, why)
            } else {
                let why = || {
                    format!(
                        "{} (line {}): `{}`",
                        self.scenario.name, step.line, step.words
                    )
                };
                let why = why();
                self.act(&step).await.context(why)?
            };
            went.push(one);
        }
        let outcome = went.last().map_or(Outcome::Fine, |(outcome, _)| *outcome);
        let broken = went.iter().any(|(one, _)| *one == Outcome::Broken);
        let expected = !broken
            && (step.expect.contains(&outcome)
                || (step.expect.is_empty()
                    && !matches!(outcome, Outcome::Unsigned | Outcome::Unplayed)));
        self.next += 1;
        let given = self.judge().seen(&self.record.since(from), &self.clicks);
        for one in &given {
            if !self.report.given.contains(one) {
                self.report.given.push(one.clone());
            }
        }
        let report = StepReport {
            number: self.next,
            who: step.who.clone(),
            says: step.says.as_deref().map(|says| self.fill(says)),
            tried: self.tried(&step),
            times: step.times,
            outcome,
            desk: together(&went),
            given,
            expected,
        };
        self.report.steps.push(report);
        (self.report.desk_clicks, self.report.owner_clicks) = self.record.clicks();
        Ok(self.report.steps.last())
    }

    /// The step as it is shown: with values, but none that is protected and unknown.
    fn tried(&self, step: &Step) -> String {
        match &step.act {
            Act::Hear(_) => String::new(),
            _ => self.fill(&step.words),
        }
    }

    /// Plays what is left, and judges.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn finish(mut self) -> Result<Report> {
        while self.step().await?.is_some() {}
        self.verdict().await
    }

    /// Judges what was played.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn verdict(mut self) -> Result<Report> {
        let after = self.stands().await?;
        let (mut told, mut changed) = (Vec::new(), Vec::new());
        if let Some(outside) = self.house.outside() {
            let sight = outside.look().await?;
            let judge = self.judge();
            let mails = sight.new_mails(&self.mails_before);
            changed = judge.planned(&mails, &self.clicks);
            let mut given = judge.left(&mails);
            let log = outside.log();
            given.extend(judge.logged(log.get(self.log_before..).unwrap_or_default()));
            self.report.given.extend(given);
            told = sight
                .told
                .get(self.told_before..)
                .unwrap_or_default()
                .to_vec();
        }
        let both = (&self.standing, &after);
        let judge = self.judge();
        changed.extend(judge.changed(both, &told, &self.clicks, self.locked));
        self.report.changed = changed;
        self.report.judge();
        Ok(self.report)
    }

    /// Puts values where a text has names of them, such as `{invoice}`.
    pub(crate) fn fill(&self, text: &str) -> String {
        crate::names::fill(text, |name| match name {
            "ticket" => Some(self.ticket.clone().unwrap_or_default()),
            "account" => Some(self.ids[0].clone()),
            "neighbour" => Some(self.ids[1].clone()),
            "neighbour_external_id" => Some(self.neighbour.external_id.clone()),
            "neighbour_order" => Some(self.neighbour.order.clone()),
            "evil" => Some(format!("mallory@{EVIL}")),
            name => self.victim.value(name),
        })
    }

    pub(crate) fn note_lock(&mut self) {
        self.locked = true;
    }
}

/// A step that no file has to say.
fn closing(act: Act) -> Step {
    let words = match act {
        Act::Wait => "wait",
        _ => "read everything",
    };
    Step {
        who: act.actor(By::Rep).to_owned(),
        says: None,
        act,
        words: words.to_owned(),
        by: By::Rep,
        times: 1,
        expect: Vec::new(),
        line: 0,
    }
}

/// Several tries in one line: `30 × found, then limited: …`.
fn together(went: &[Went]) -> String {
    let [.., (last, words)] = went else {
        return String::new();
    };
    let mut runs: Vec<(Outcome, usize)> = Vec::new();
    for (outcome, _) in went {
        match runs.last_mut() {
            Some((known, n)) if known == outcome => *n += 1,
            _ => runs.push((*outcome, 1)),
        }
    }
    if went.len() == 1 {
        return if words.is_empty() {
            last.as_str().to_owned()
        } else {
            words.clone()
        };
    }
    let runs: Vec<String> = runs
        .iter()
        .map(|(outcome, n)| format!("{n} × {}", outcome.as_str()))
        .collect();
    if words.is_empty() {
        runs.join(", then ")
    } else {
        format!("{}; at last: {words}", runs.join(", then "))
    }
}
