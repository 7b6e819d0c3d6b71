//! `staunch staff …`: what only the operator of the machine does for staff.

use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;
use words::Role;

use crate::{config::Loaded, listen::reached, serve::offline};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print a link, this once, by which somebody new becomes staff; as under People, without an
    /// admin's code.
    Invite {
        /// Their name, as colleagues see it.
        name: String,
        /// rep, lead, admin or auditor.
        #[arg(long)]
        role: Role,
        /// The data folder. A server may be running on it.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
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
    let (Command::Invite { data, config, .. } | Command::ReEnrol { data, config, .. }) = &command;
    let desk = offline(data, config.as_deref()).await?;
    let (invited, becomes) = match &command {
        Command::Invite { name, role, .. } => (
            desk.operator_invites(name, *role).await?,
            format!("a colleague, as {role}"),
        ),
        Command::ReEnrol { login, .. } => (
            desk.operator_asks_to_enrol_anew(login).await?,
            login.clone(),
        ),
    };
    let base = match desk.settings().base_url.as_str() {
        "" => {
            let settings = Loaded::load(config.as_deref(), Some(data))?.settings;
            eprintln!(
                "`desk.base_url` is not set, so the link works on this machine only or not at all; set it to where browsers reach the desk."
            );
            reached(settings.server.listen)
        }
        base => base.to_owned(),
    };
    println!("{base}/invitation/{}", invited.secret);
    eprintln!(
        "It works once, until {}. Whoever opens it becomes {becomes}: hand it over in person.",
        invited.expires.format("%-d %B %Y, %H:%M UTC")
    );
    desk.store().close().await;
    Ok(())
}
