//! The one binary: command line, configuration, wiring.

mod accounts;
mod attacks;
mod config;
mod decoys;
mod files;
mod hook;
mod journal;
mod keys;
mod listen;
mod policy;
mod receipts;
mod serve;
mod staff;
mod system;
mod texts;
mod token;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// A customer-support help desk that can't be talked into giving a customer away.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server.
    Serve(Place),
    /// Start the server with a made-up shop, and a page on which to play everybody.
    Demo(Place),
    /// Bring accounts in.
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Make accounts of nobody that raise an alarm, or list them.
    #[command(subcommand)]
    Decoys(decoys::Command),
    /// Make API tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Invite somebody, or let somebody back in who lost their password or authenticator.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Check, load, show or explain the policies that decide.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Verify or export the ledger.
    #[command(subcommand)]
    Ledger(journal::Command),
    /// Play what happened at other desks against this one.
    #[command(subcommand)]
    Attack(attacks::Command),
    /// Look at the settings.
    #[command(subcommand)]
    Config(config::Command),
}

/// Where the server's things are.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    /// The data folder: database and keys. Made at the first start, where nothing else is.
    #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
    data: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The settings file (TOML). Without it: staunch.toml in the data folder, if there is one.
    #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
    config: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    // Whatever is written here is for its owner alone, the database and its side files included.
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("the cryptographic library could not be set up"))?;
    match cli.command {
        // Nothing to run for these two; they need no runtime.
        Command::Config(command) => config::run(&command),
        Command::Serve(place) => run(serve::serve(place, false)),
        Command::Demo(place) => run(serve::serve(place, true)),
        Command::Accounts(command) => run(accounts::run(command)),
        Command::Decoys(command) => run(decoys::run(command)),
        Command::Token(command) => run(token::run(command)),
        Command::Staff(command) => run(staff::run(command)),
        Command::Policy(command) => return run(policy::run(command)),
        Command::Ledger(command) => run(journal::run(command)),
        Command::Attack(command) => run(attacks::run(command)),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
