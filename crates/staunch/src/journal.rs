//! `staunch ledger …`: whether the record is whole, for anybody to check.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use ledger::{Checkpoint, Verifier};
use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::{Path, PathBuf},
};

use crate::{
    config::Loaded,
    keys::{Folder, write_private},
    serve::{open_store, signer},
    system::SystemEntropy,
};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every entry, hash and signature; names the first bad entry. Works while the server runs.
    Verify {
        /// An exported file, instead of a data folder.
        file: Option<PathBuf>,
        /// The data folder.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: Option<PathBuf>,
        /// The key you trust, as `staunch ledger key` prints it; for an exported file.
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
        /// A checkpoint that you kept, as a file; may be given several times.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Write the ledger as a file that can be verified without the database.
    Export {
        /// The data folder.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// Where to write; must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Print the key that checks the ledger's checkpoints.
    Key {
        /// The data folder.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    match command {
        Command::Verify {
            file: Some(file),
            data: None,
            key,
            checkpoint,
            ..
        } => {
            let trusted = key
                .map(|key| Verifier::parse(key.trim()))
                .transpose()
                .context("--key")?;
            let input = BufReader::new(
                File::open(&file).with_context(|| format!("can't read `{}`", file.display()))?,
            );
            let kept = match &trusted {
                Some(verifier) => open_notes(verifier, &checkpoint)?,
                None if checkpoint.is_empty() => Vec::new(),
                None => bail!("--checkpoint needs --key, the key that signed it"),
            };
            let report = ledger::verify_export_against(input, trusted.as_ref(), &kept)?;
            println!("{report}");
            Ok(())
        }
        Command::Verify {
            file: None,
            data: Some(data),
            checkpoint,
            config,
            ..
        } => verify(&data, config.as_deref(), &checkpoint).await,
        Command::Verify { .. } => {
            bail!("name either an exported file or a data folder with --data")
        }
        Command::Export { data, out, config } => {
            let folder = Folder::existing(&data)?;
            let (_, seed) = folder.keys(&SystemEntropy, true)?;
            let verifier = Verifier::parse(&signer(&seed)?.verifier_key())?;
            let store = open_store(
                &Loaded::load(config.as_deref(), Some(&data))?.settings,
                &folder,
            )
            .await?;
            if out.exists() {
                bail!("`{}` exists already; name another file", out.display());
            }
            let part = out.with_extension("part");
            let file =
                File::create(&part).with_context(|| format!("can't write `{}`", out.display()))?;
            desk::journal::export(&store, &verifier, BufWriter::new(file)).await?;
            std::fs::rename(&part, &out)?;
            println!(
                "Written to {}. Check it with: staunch ledger verify {} --key '{}'",
                out.display(),
                out.display(),
                verifier.verifier_key()
            );
            Ok(())
        }
        Command::Key { data } => {
            let (_, seed) = Folder::existing(&data)?.keys(&SystemEntropy, true)?;
            println!("{}", signer(&seed)?.verifier_key());
            Ok(())
        }
    }
}

async fn verify(data: &Path, config: Option<&Path>, kept: &[PathBuf]) -> Result<()> {
    let folder = Folder::existing(data)?;
    let (_, seed) = folder.keys(&SystemEntropy, true)?;
    let verifier = Verifier::parse(&signer(&seed)?.verifier_key())?;
    let store = open_store(&Loaded::load(config, Some(data))?.settings, &folder).await?;
    let mut notes = Vec::new();
    for path in kept
        .iter()
        .cloned()
        .chain(Some(folder.checkpoint()).filter(|path| path.exists()))
    {
        notes.push(
            std::fs::read_to_string(&path)
                .with_context(|| format!("can't read `{}`", path.display()))?,
        );
    }
    let report = desk::journal::verify(&store, &verifier, &notes).await?;
    println!("{report}");
    store.close().await;
    Ok(())
}

fn open_notes(verifier: &Verifier, paths: &[PathBuf]) -> Result<Vec<Checkpoint>> {
    paths
        .iter()
        .map(|path| {
            let note = std::fs::read_to_string(path)
                .with_context(|| format!("can't read `{}`", path.display()))?;
            Ok(verifier.open(&note)?)
        })
        .collect()
}

/// Keeps each checkpoint beside the database too, so that a database cut short is found out.
pub(crate) fn witness(path: PathBuf) -> Box<dyn Fn(&str) + Send + Sync> {
    Box::new(move |note| {
        if let Err(error) = write_private(&path, note.as_bytes()) {
            tracing::error!(%error, "the checkpoint file could not be written");
        }
    })
}
