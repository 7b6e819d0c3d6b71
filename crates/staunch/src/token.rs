//! `staunch token …`.

use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;
use words::Role;

use crate::serve::offline_even_new;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make an API token and print it, this once. It acts as a member of staff of that role.
    Create {
        /// The data folder. Made if there is none.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// rep, lead, admin or auditor.
        #[arg(long)]
        role: Role,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Days until it ends.
        #[arg(long, default_value_t = 90)]
        days: u32,
        /// What it may be used for (tickets, accounts, events, ledger, records, alarms, reveals), separated by commas; all that the role does but reveals, if left out.
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    let Command::Create {
        data,
        role,
        name,
        days,
        scopes,
        config,
    } = command;
    let desk = offline_even_new(&data, config.as_deref()).await?;
    let token = desk.create_token(None, &name, role, days, &scopes).await?;
    println!("{token}");
    desk.store().close().await;
    Ok(())
}
