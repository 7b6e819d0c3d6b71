//! What is handed to others: the ledger, one account's record, and that the ledger only grew.

use anyhow::{Context as _, Result, bail};
use desk::DeskError;
use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::verifier;
use crate::{
    config::Loaded,
    files::create_private,
    keys::Folder,
    serve::{offline, open_store},
};

#[derive(clap::Args)]
pub(crate) struct Export {
    /// The record of this account alone (the company's id for it): every entry about it, each with its proof.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
    data: PathBuf,
    /// Where to write; must not exist. Without it, to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The settings file.
    #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Growth {
    /// The older size: how many entries there were. 0 for whoever has seen nothing yet.
    #[arg(long, value_name = "SIZE")]
    from: u64,
    /// The size of the newer checkpoint; the newest, if left out.
    #[arg(long, value_name = "SIZE")]
    to: Option<u64>,
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
    data: PathBuf,
    /// Where to write; must not exist. Without it, to standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The settings file.
    #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
    config: Option<PathBuf>,
}

pub(crate) async fn export(export: Export) -> Result<()> {
    let folder = Folder::existing(&export.data)?;
    let key = verifier(&folder)?;
    let mut out = Out::new(export.out.as_deref())?;
    if let Some(account) = &export.account {
        record(&export, account, out).await?;
        if let Some(path) = &export.out {
            let input = BufReader::new(File::open(path)?);
            let report = ledger::verify_record(input, Some(&key), |_, _| ())
                .context("the record was written, but it is not whole; keep the file and run `staunch ledger verify --data`")?;
            println!("{report}");
        }
    } else {
        let desk = offline(&export.data, export.config.as_deref()).await?;
        desk.export_ledger(&mut out.to).await?;
        out.finish()?;
        desk.store().close().await;
    }
    if let Some(path) = &export.out {
        println!(
            "Written to {}. Check it with: staunch ledger verify {} --key '{}'",
            path.display(),
            path.display(),
            key.verifier_key()
        );
    }
    Ok(())
}

async fn record(export: &Export, account: &str, mut out: Out) -> Result<()> {
    let desk = offline(&export.data, export.config.as_deref()).await?;
    let mut record = match desk.account_record(None, account).await {
        Err(DeskError::NotFound) => {
            bail!("no account has this id; it is the company's id, as the import named it")
        }
        made => made?,
    };
    while let Some(lines) = record.part().await? {
        out.to.write_all(lines.as_bytes())?;
    }
    out.finish()?;
    desk.store().close().await;
    Ok(())
}

pub(crate) async fn consistency(growth: Growth) -> Result<()> {
    let folder = Folder::existing(&growth.data)?;
    let settings = Loaded::load(growth.config.as_deref(), Some(&growth.data))?.settings;
    let store = open_store(&settings, &folder).await?;
    let proof = desk::journal::consistency(&store, growth.from, growth.to).await?;
    store.close().await;
    let mut out = Out::new(growth.out.as_deref())?;
    out.to.write_all(proof.encode().as_bytes())?;
    out.finish()
}

/// A new file that only its owner can read, or standard output. The file goes again if it isn't finished.
struct Out {
    to: BufWriter<Box<dyn Write + Send>>,
    unfinished: Option<PathBuf>,
}

impl Out {
    fn new(path: Option<&Path>) -> Result<Self> {
        let to: Box<dyn Write + Send> = match path {
            Some(path) => Box::new(create_private(path)?),
            None => Box::new(std::io::stdout()),
        };
        Ok(Self {
            to: BufWriter::new(to),
            unfinished: path.map(Path::to_owned),
        })
    }

    fn finish(mut self) -> Result<()> {
        self.to.flush()?;
        self.unfinished = None;
        Ok(())
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if let Some(path) = &self.unfinished {
            // Why it isn't finished is being told already.
            let _ = std::fs::remove_file(path);
        }
    }
}
