//! `staunch attack …`: what happened at other desks, played against this one.

use anyhow::{Context as _, Result, ensure};
use attack::{
    house::House,
    incidents::PENDING,
    office::{DemoOffice, Operator},
    outside::DemoWorld,
    own::Own,
    player::Player,
    report::{Report, Verdict},
    scenario::{Kind, Scenario},
    shipped,
    table::{self, Style},
};
use clap::Subcommand;
use serde_json::json;
use std::{io::IsTerminal as _, path::PathBuf, sync::Arc};
use words::{Clock, Entropy};

use crate::{
    config::Settings,
    keys::Folder,
    serve::{beside, offline},
    system::{SystemClock, SystemEntropy},
};

/// Letters in a line, if nobody says how wide the terminal is.
const WIDTH: usize = 120;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the scenarios, and the incidents that can't be played yet.
    List {
        #[command(flatten)]
        source: Source,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a scenario: who says what, and what is tried.
    Show {
        /// Its name.
        name: String,
        #[command(flatten)]
        source: Source,
    },
    /// Play scenarios and judge them. Ends with 1 if one failed.
    Run {
        /// Their names.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        names: Vec<String>,
        /// All of them.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        server: Server,
        #[command(flatten)]
        source: Source,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which server they are played against.
#[derive(clap::Args)]
pub(crate) struct Server {
    /// A server that runs. Without it, one is started with an empty database and ended again.
    #[arg(long, value_name = "URL")]
    against: Option<String>,
    /// The data folder of that server, unless it is a demo: staff is hired there for the scenarios.
    #[arg(long, value_name = "DIR", requires = "against")]
    data: Option<PathBuf>,
    /// The settings file of that server.
    #[arg(long, value_name = "FILE", requires = "data")]
    config: Option<PathBuf>,
}

/// Where the scenarios are.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// A folder of scenario files; without it, those that ship with Staunch.
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

impl Source {
    fn read(&self) -> Result<Vec<Scenario>> {
        match &self.from {
            Some(folder) => Scenario::folder(folder),
            None => Ok(shipped::all()?),
        }
    }
}

pub(crate) async fn run(command: Command) -> Result<()> {
    match command {
        Command::List { source, json } => list(&source.read()?, source.from.is_none(), json),
        Command::Show { name, source } => {
            let all = source.read()?;
            print!("{}", table::shown(find(&all, &name)?, style()));
            Ok(())
        }
        Command::Run {
            names,
            all,
            server,
            source,
            json,
        } => {
            let scenarios = source.read()?;
            let chosen: Vec<&Scenario> = if all {
                scenarios.iter().collect()
            } else {
                let find = |name: &String| find(&scenarios, name);
                names.iter().map(find).collect::<Result<_>>()?
            };
            play(&chosen, &server, json).await
        }
    }
}

fn find<'a>(all: &'a [Scenario], name: &str) -> Result<&'a Scenario> {
    let found = all.iter().find(|one| one.name == name);
    found.with_context(|| format!("no scenario is called `{name}`; see `staunch attack list`"))
}

/// Colours on a terminal alone, and not where they are unwanted.
fn style() -> Style {
    let width = std::env::var("COLUMNS").ok();
    let width = width.and_then(|text| text.parse().ok()).unwrap_or(WIDTH);
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|text| !text.is_empty());
    Style {
        colours: std::io::stdout().is_terminal() && !unwanted,
        width: width.clamp(60, 200),
    }
}

fn list(all: &[Scenario], shipped: bool, as_json: bool) -> Result<()> {
    let pending = if shipped { PENDING } else { &[] };
    if as_json {
        let lines: Vec<_> = all
            .iter()
            .map(|one| {
                json!({
                    "name": one.name, "kind": one.kind, "incident": one.incident, "title": one.title,
                    "happened_on": one.happened_on, "played_on": one.played_on, "stand_in": one.stand_in,
                    "steps": one.steps.len(),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&json!({"scenarios": lines, "pending": pending}))?;
        println!("{text}");
        return Ok(());
    }
    for (kind, title) in [(Kind::Attack, "Attacks"), (Kind::Twin, "Honest twins")] {
        println!("{title}");
        for one in all.iter().filter(|one| one.kind == kind) {
            let mark = if one.stand_in.is_some() {
                "  (stand-in)"
            } else {
                ""
            };
            println!("  {:<26} {}{mark}", one.name, one.title);
        }
    }
    if !pending.is_empty() {
        println!("Pending: not played, and not counted");
        for one in pending {
            println!("  {:<26} {}: {}", one.incident, one.title, one.why);
        }
    }
    Ok(())
}

/// The server to play against.
async fn house(server: &Server) -> Result<House> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let Some(base) = &server.against else {
        let program = std::env::current_exe().context("where this program is, is unknown")?;
        let own = Own::start(&program, &*entropy).await?;
        let base = own.base().to_owned();
        // Whatever the environment says: it is for other servers.
        let desk = beside(Settings::default(), &Folder::existing(&own.data())?).await?;
        let office = Arc::new(Operator(desk));
        return House::open(&base, office, Some(Arc::new(own)), true, clock, entropy).await;
    };
    if let Some(data) = &server.data {
        let office = Arc::new(Operator(offline(data, server.config.as_deref()).await?));
        return House::open(base, office, None, false, clock, entropy).await;
    }
    let world = DemoWorld::at(base).await?.with_context(|| {
        format!("{base} is no demo; give its data folder with --data, on the machine it runs on")
    })?;
    let office = Arc::new(DemoOffice::at(base));
    House::open(base, office, Some(Arc::new(world)), false, clock, entropy).await
}

async fn play(chosen: &[&Scenario], server: &Server, as_json: bool) -> Result<()> {
    let house = Arc::new(house(server).await?);
    let mut reports: Vec<Report> = Vec::new();
    let mut broken: Vec<String> = Vec::new();
    let played = async {
        for scenario in chosen {
            let player = Player::new(house.clone(), scenario).await;
            let report = match player {
                Ok(player) => player.finish().await,
                Err(error) => Err(error),
            };
            match report {
                Ok(report) => {
                    if !as_json {
                        print!("{}", table::report(&report, style()));
                    }
                    reports.push(report);
                }
                Err(error) => {
                    eprintln!("{}: {error:#}", scenario.name);
                    broken.push(scenario.name.clone());
                }
            }
        }
    };
    let stopped = tokio::select! {
        () = played => false,
        _ = tokio::signal::ctrl_c() => true,
    };
    // Whoever was hired is signed out and their tokens end, also after a failure.
    house.leave().await?;
    ensure!(!stopped, "stopped");
    let count = |verdict| reports.iter().filter(|one| one.verdict == verdict).count();
    let failed = count(Verdict::Failed) + broken.len();
    if as_json {
        let all = json!({
            "reports": reports, "broken": broken, "pending": PENDING,
            "passed": count(Verdict::Passed), "failed": failed, "not_judged": count(Verdict::NotJudged),
        });
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        summary(&reports, failed);
    }
    ensure!(failed == 0, "{failed} of {} scenarios failed", chosen.len());
    Ok(())
}

fn summary(reports: &[Report], failed: usize) {
    let of = |kind, verdict| {
        let fits = |one: &&Report| one.kind == kind && one.verdict == verdict;
        reports.iter().filter(fits).count()
    };
    println!(
        "\n{} attacks got nothing; {} honest customers were helped; {failed} failed; {} not judged; {} incidents pending.",
        of(Kind::Attack, Verdict::Passed),
        of(Kind::Twin, Verdict::Passed),
        of(Kind::Attack, Verdict::NotJudged) + of(Kind::Twin, Verdict::NotJudged),
        PENDING.len()
    );
}
