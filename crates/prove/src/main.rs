//! `staunch-prove FILE…`: proves sets of policies, or without a file the one that ships with Staunch.

use clap::Parser;
use std::process::ExitCode;

/// Proves, for all inputs, that sets of policies keep the promise. Needs the solver cvc5 (apt install
/// cvc5). Ends with 0 if all is proven, 1 if there is a counterexample, 2 if it can't be told.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    command: prove::Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().command.run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
