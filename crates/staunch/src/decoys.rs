//! `staunch decoys …`: accounts of nobody, made to be noticed when somebody asks for one.

use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;

use crate::serve::offline;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make decoys: accounts of nobody that look like the others. Nobody at the desk can tell them apart; looking
    /// one up or asking for something of it raises an alarm. No mail ever leaves for one.
    Create {
        /// The data folder. A server may be running on it.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// How many.
        #[arg(long)]
        count: u32,
        /// The numbers of the accounts that they look like, separated by commas; any, if left out.
        #[arg(long, value_name = "ACCOUNT", value_delimiter = ',')]
        like: Vec<String>,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
    /// List the decoys, and the alarms that each raised. Tell nobody at the desk.
    List {
        /// The data folder.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    match command {
        Command::Create {
            data,
            count,
            like,
            config,
        } => {
            let desk = offline(&data, config.as_deref()).await?;
            let made = desk.make_decoys(count, &like).await;
            desk.store().close().await;
            for name in made? {
                println!("{name}");
            }
        }
        Command::List { data, config } => {
            let desk = offline(&data, config.as_deref()).await?;
            let decoys = desk.decoys().await;
            desk.store().close().await;
            let decoys = decoys?;
            for decoy in &decoys {
                let alarms = match (decoy.alarms, decoy.last) {
                    (0, _) | (_, None) => "no alarms".to_owned(),
                    (1, Some(at)) => format!("1 alarm, on {at}"),
                    (n, Some(at)) => format!("{n} alarms, the last on {at}"),
                };
                println!("{}\t{}\t{alarms}", decoy.external_id, decoy.display_name);
            }
            if decoys.is_empty() {
                println!("There are no decoys; `staunch decoys create` makes some.");
            }
        }
    }
    Ok(())
}
