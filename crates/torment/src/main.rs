//! `cargo xtask torment`: the tormentor on the command line.

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use std::{process::ExitCode, time::Duration};
use torment::{
    house::Engine,
    report,
    run::{self, Plan},
    sabotage::Sabotage,
};

/// Does everything that can be done to a desk, in any order, and looks whether the promise holds.
#[derive(Parser)]
#[command(name = "torment")]
struct Args {
    /// How many steps.
    #[arg(long, default_value_t = 20_000)]
    steps: usize,
    /// Where chance begins; a run with the same seed is the same run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On which database; PostgreSQL on the server of `STAUNCH_TEST_POSTGRES`.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: On,
    /// Steps in one world, before a fresh one begins.
    #[arg(long, default_value_t = run::WORLD)]
    world: usize,
    /// Takes a guard away, which must be found within the steps; `all` for each in turn.
    #[arg(long)]
    sabotage: Option<String>,
    /// Seconds for making a failure's story short.
    #[arg(long, default_value_t = 120)]
    shrink: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum On {
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(torment(&args)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn torment(args: &Args) -> Result<bool> {
    let engine = match args.engine {
        On::Sqlite => Engine::Sqlite,
        On::Postgres => Engine::Postgres,
    };
    let plan = Plan {
        steps: args.steps,
        seed: args.seed,
        engine,
        policies: gate::SHIPPED,
        world: args.world,
    };
    let Some(name) = &args.sabotage else {
        let outcome = run::run(plan, &mut |done, took| {
            eprintln!("{done} steps in {} s", took.as_secs());
        })
        .await?;
        print!("{}", report::table(&outcome, args.seed));
        let Some(failure) = &outcome.broken else {
            println!("\nnothing was broken");
            return Ok(true);
        };
        println!("\nbroken: {}", failure.broken);
        let short = run::shrink(plan, failure, Duration::from_secs(args.shrink)).await?;
        println!("{}", report::story(&short));
        return Ok(false);
    };
    let chosen: Vec<_> = match name.as_str() {
        "all" => Sabotage::all().collect(),
        name => {
            vec![Sabotage::named(name).with_context(|| format!("no sabotage is called `{name}`"))?]
        }
    };
    let mut missed = 0;
    for one in &chosen {
        turn_off(one.switches)?;
        let text = one.text();
        let plan = Plan {
            policies: &text,
            ..plan
        };
        let outcome = run::run(plan, &mut |_, _| ()).await?;
        let took = outcome.took.as_secs();
        let Some(failure) = &outcome.broken else {
            missed += 1;
            println!(
                "MISSED  {:<16} in {} steps, {took} s ({})",
                one.name, outcome.steps, one.guard
            );
            continue;
        };
        println!(
            "found   {:<16} after {:>6} steps, {took:>3} s: {}",
            one.name, outcome.steps, failure.broken
        );
        if chosen.len() == 1 {
            let short = run::shrink(plan, failure, Duration::from_secs(args.shrink)).await?;
            println!("{}", report::story(&short));
        }
    }
    turn_off(&[])?;
    println!(
        "{} of {} sabotages were found",
        chosen.len() - missed,
        chosen.len()
    );
    Ok(missed == 0)
}

#[cfg(feature = "sabotage")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn turn_off(switches: &[&str]) -> Result<()> {
    words::sabotage::turn_off(switches);
    Ok(())
}

#[cfg(not(feature = "sabotage"))]
fn turn_off(switches: &[&str]) -> Result<()> {
    if switches.is_empty() {
        return Ok(());
    }
    anyhow::bail!(
        "guards can be turned off only with the feature `sabotage`; use cargo xtask torment --sabotage"
    )
}
