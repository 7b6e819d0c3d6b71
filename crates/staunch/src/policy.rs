//! `staunch policy …`: the set of policies that decides.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use desk::policies::{Checked, Outcome, fingerprint};
use gate::{Difference, Gate, SHIPPED};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use words::{RequestKind, Role};

use crate::serve::{offline, offline_whatever_policies};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check files with policies without loading them: whether each fits the schema and keeps the
    /// promise, and how it differs from the shipped set. Ends with 1 if one of them can't be loaded.
    Check {
        /// Files with policies, each a set of its own.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Prove, for all cases there are, that sets keep the promise. Needs the solver cvc5 (apt install
    /// cvc5). Ends with 0 if all is proven, 1 if there is a counterexample, 2 if it can't be told.
    Prove(prove::Command),
    /// Load a set: it decides from now on. A running server takes it up within seconds.
    Load {
        /// The file with the policies.
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Put the set that ships with Staunch back in force, whatever was loaded.
    Reset {
        #[command(flatten)]
        at: At,
    },
    /// Print the set in force; without --data the one that ships with Staunch.
    Show {
        /// The data folder. A server may be running on it.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: Option<PathBuf>,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Say what would be answered if something were asked for in a ticket now, by which rule, and what
    /// would change it. Nothing happens by it.
    Explain {
        /// The number of the ticket.
        ticket: i64,
        /// What is asked for: a kind such as `reset`, with a field or action where there is one:
        /// `deliver:invoice`, `act:refund`.
        request: String,
        /// Who asks: rep, lead, admin or auditor.
        #[arg(long, default_value = "rep")]
        role: Role,
        #[command(flatten)]
        at: At,
    },
}

/// Where the desk is.
#[derive(clap::Args)]
pub(crate) struct At {
    /// The data folder. A server may be running on it.
    #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
    data: PathBuf,
    /// The settings file.
    #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
    config: Option<PathBuf>,
}

pub(crate) async fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Prove(command) => {
            return command.run().await.or_else(|error| {
                eprintln!("error: {error}");
                Ok(ExitCode::from(2))
            });
        }
        Command::Check { files } => check(&files),
        Command::Load { file, at } => {
            let text = read(&file)?;
            load(&at, Some(&text))
                .await
                .with_context(|| format!("`{}` is not loaded", file.display()))
        }
        Command::Reset { at } => load(&at, None).await,
        Command::Show { data, config } => show(data.as_deref(), config.as_deref()).await,
        Command::Explain {
            ticket,
            request,
            role,
            at,
        } => explain(&at, ticket, &request, role).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("can't read `{}`", file.display()))
}

fn check(files: &[PathBuf]) -> Result<()> {
    let shipped = Gate::shipped()?;
    let mut bad = 0;
    for file in files {
        let name = file.display();
        match Gate::checked(&read(file)?) {
            Ok(gate) => {
                println!("{name}: ok, {} rules", gate.described().len());
                differences(&shipped.differences(&gate));
            }
            Err(error) => {
                bad += 1;
                if let Checked::Breaks {
                    rule,
                    name: broken,
                    says,
                    case,
                } = Checked::refused(&error)
                {
                    println!("{name}: refused, by the rule `{rule}`, against `{broken}`");
                    println!("  what holds for every set: {says}");
                    println!("  for example: {case}");
                } else {
                    println!("{name}: can't be read");
                    for fault in error.faults() {
                        println!("  {fault}");
                    }
                }
            }
        }
    }
    if bad > 0 {
        bail!("{bad} of {} can't be loaded", files.len());
    }
    Ok(())
}

fn differences(found: &[Difference]) {
    if found.is_empty() {
        println!("  the same answers as the shipped set in all cases tried");
    }
    for one in found {
        let way = if one.stricter() { "stricter" } else { "wider" };
        println!(
            "  {way} than the shipped set, by the rule `{}`: `{}` is {} instead of {} in {} of the cases tried",
            one.rule,
            one.action.as_str(),
            answered(one.to),
            answered(one.from),
            one.cases
        );
        println!("    for example: {}", one.example);
    }
}

fn answered(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Permit => "permitted",
        Outcome::Challenge => "asked of the owner",
        Outcome::Escalate => "escalated",
        Outcome::Refuse => "refused",
    }
}

async fn load(at: &At, text: Option<&str>) -> Result<()> {
    let desk = offline_whatever_policies(&at.data, at.config.as_deref()).await?;
    let version = desk.operator_loads_policies(text).await?;
    let what = match text {
        Some(_) => "is loaded",
        None => "is the set that ships with Staunch",
    };
    println!(
        "version {version} {what}, SHA-256 {}",
        fingerprint(text.unwrap_or(SHIPPED))
    );
    eprintln!("A running server takes it up within seconds.");
    desk.store().close().await;
    Ok(())
}

async fn show(data: Option<&Path>, config: Option<&Path>) -> Result<()> {
    let Some(data) = data else {
        eprintln!(
            "The set that ships with Staunch, SHA-256 {}",
            fingerprint(SHIPPED)
        );
        print!("{SHIPPED}");
        return Ok(());
    };
    let desk = offline_whatever_policies(data, config).await?;
    let (version, text, at, shipped) = desk.stored_policies().await?;
    let what = if shipped {
        "the set that ships with Staunch"
    } else {
        "a set of your own"
    };
    let when = at.map_or_else(
        || "never loaded".to_owned(),
        |at| at.format("loaded on %-d %B %Y, %H:%M UTC"),
    );
    eprintln!(
        "Version {version}: {what}, {when}, SHA-256 {}",
        fingerprint(&text)
    );
    if let Err(error) = desk.take_up_policies().await {
        eprintln!("{error}");
    }
    print!("{text}");
    desk.store().close().await;
    Ok(())
}

async fn explain(at: &At, ticket: i64, request: &str, role: Role) -> Result<()> {
    let (kind, field) = request.split_once(':').unwrap_or((request, ""));
    let kind: RequestKind = kind
        .parse()
        .map_err(|error| anyhow::anyhow!("`{kind}` is {error}"))?;
    let desk = offline(&at.data, at.config.as_deref()).await?;
    let answer = desk
        .explain(role, ticket, kind, field)
        .await
        .with_context(|| format!("`{request}` in ticket {ticket}"))?;
    println!("{}, by the rule `{}`", answer.outcome, answer.rule);
    if !answer.reason.is_empty() {
        println!("why: {}", answer.reason);
    }
    if !answer.words.is_empty() {
        println!("to say: {}", answer.words);
    }
    for source in &answer.why.sources {
        println!("behind it: {source}");
    }
    match answer.why.changes.as_slice() {
        [] if answer.why.stands => println!("what would change it: nothing"),
        [] => {}
        changes => {
            for change in changes {
                println!("what would change it: {change}");
            }
        }
    }
    desk.store().close().await;
    Ok(())
}
