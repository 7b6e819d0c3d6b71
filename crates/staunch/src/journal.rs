//! `staunch ledger …`: whether the record is whole, for anybody to check.

mod cosign;
mod prove;
mod verify;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use ledger::Verifier;
use std::path::{Path, PathBuf};

use crate::{files::write_private, keys::Folder, serve::signer, system::SystemEntropy};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every entry, hash and signature; names the first bad entry. Works while the server runs.
    Verify(verify::Options),
    /// Write the ledger, or the record of one account, as a file that can be verified without the database.
    Export(prove::Export),
    /// Write the proof that the ledger only grew from one size to a signed checkpoint, as witnesses take it.
    Consistency(prove::Growth),
    /// Be a witness: sign a checkpoint too, if the ledger only grew since the one that you signed last.
    Cosign(cosign::Options),
    /// Make a witness's key, or print the public key of one.
    WitnessKey(cosign::Key),
    /// Print the key that checks the ledger's checkpoints.
    Key {
        /// The data folder.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    match command {
        Command::Verify(options) => verify::run(options).await,
        Command::Export(export) => prove::export(export).await,
        Command::Consistency(growth) => prove::consistency(growth).await,
        Command::Cosign(options) => cosign::run(&options),
        Command::WitnessKey(key) => cosign::key(&key),
        Command::Key { data } => {
            println!("{}", verifier(&Folder::existing(&data)?)?.verifier_key());
            Ok(())
        }
    }
}

/// The key that checks the checkpoints of this folder's ledger.
fn verifier(folder: &Folder) -> Result<Verifier> {
    let (_, seed) = folder.keys(&SystemEntropy, true)?;
    Ok(signer(&seed)?.verifier())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("can't read `{}`", path.display()))
}

/// Keeps the newest checkpoint beside the database too, so that a database cut short is found out.
pub(crate) fn witness(folder: Folder, verifier: Verifier) -> Box<dyn Fn(&str) + Send + Sync> {
    Box::new(move |note| {
        if let Err(error) = keep(&folder, &verifier, note) {
            tracing::error!(%error, "the checkpoint file could not be written");
        }
    })
}

/// A command beside the server keeps checkpoints as well: only that of a longer ledger takes the place
/// of the one that is there.
fn keep(folder: &Folder, verifier: &Verifier, note: &str) -> Result<()> {
    let _alone = folder.alone()?;
    let path = folder.checkpoint();
    // What can't be read is of no size.
    let size = |note: &str| verifier.open(note).ok().map(|checkpoint| checkpoint.size);
    match std::fs::read_to_string(&path) {
        Ok(kept) if size(&kept) >= size(note) => Ok(()),
        _ => write_private(&path, note.as_bytes()),
    }
}

#[cfg(test)]
mod tests;
