//! `staunch staff …`: what only the operator of the machine does for staff.

use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;

use crate::{config::Loaded, serve::offline};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print a link, this once, by which somebody who lost their password or authenticator enrols
    /// anew: for the last admin, whom nobody else could ask. Nothing of theirs ends before they use it.
    ReEnrol {
        /// Their sign-in name.
        login: String,
        /// The data folder. A server may be running on it.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    let Command::ReEnrol {
        login,
        data,
        config,
    } = command;
    let desk = offline(&data, config.as_deref()).await?;
    let invited = desk.operator_asks_to_enrol_anew(&login).await?;
    let base = match desk.settings().base_url.as_str() {
        "" => {
            let settings = Loaded::load(config.as_deref(), Some(&data))?.settings;
            format!("http://{}", settings.server.listen)
        }
        base => base.to_owned(),
    };
    println!("{base}/invitation/{}", invited.secret);
    eprintln!(
        "It works once, until {}. Whoever opens it becomes {login}: hand it over in person.",
        invited.expires.format("%-d %B %Y, %H:%M UTC")
    );
    desk.store().close().await;
    Ok(())
}
