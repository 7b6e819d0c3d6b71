//! `staunch-prove FILE…`: proves sets of policies, or without a file the one that ships with Staunch.

use clap::Parser;
use prove::{Asking, Cvc5, Outcome};
use std::{path::PathBuf, process::ExitCode};

/// Proves, for all inputs, that sets of policies keep the promise. Needs the solver cvc5 (apt install
/// cvc5). Ends with 0 if all is proven, 1 if there is a counterexample, 2 if it can't be told.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Files with policies, each a set of its own. Without one: the set that ships with Staunch.
    files: Vec<PathBuf>,
    /// Ask about every bound alone, and tell each in a line of its own, with its time.
    #[arg(long)]
    each: bool,
    /// Ask about these actions only, such as deliver,reveal.
    #[arg(long, value_name = "ACTIONS", value_delimiter = ',')]
    only: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let solver = Cvc5::find()?;
    let mut sets = Vec::new();
    for file in &cli.files {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{} can't be read: {error}", file.display()))?;
        sets.push((file.display().to_string(), text));
    }
    if sets.is_empty() {
        sets.push(("the shipped policies".to_owned(), gate::SHIPPED.to_owned()));
    }
    let asking = Asking {
        alone: cli.each,
        only: cli.only,
    };
    let (mut broken, mut undecided) = (false, false);
    for (name, text) in sets {
        let report = prove::prove_with(&solver, &text, &asking)
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        println!("{name}\n");
        if cli.each {
            println!("{}", report.each());
        }
        println!("{report}");
        broken |= report.is_broken();
        undecided |= report
            .checks
            .iter()
            .any(|check| matches!(check.outcome, Outcome::Undecided(_)));
    }
    Ok(if broken {
        ExitCode::from(1)
    } else if undecided {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}
