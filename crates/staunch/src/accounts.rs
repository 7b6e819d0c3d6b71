//! `staunch accounts …`.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use desk::accounts::{ImportOptions, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

use crate::{
    keys::Folder,
    serve::{offline, offline_even_new},
};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring accounts in from a .csv or .jsonl file. Running it twice changes nothing. New accounts
    /// get no mail; where the contact points of a known one change, the old ones are told.
    /// Before the server's first start it makes the data folder.
    Import {
        /// The file.
        file: PathBuf,
        /// The data folder. A server may be running on it. Made if there is none.
        #[arg(long, value_name = "DIR", env = "STAUNCH_DATA")]
        data: PathBuf,
        /// Stop before anything is written if any row is bad.
        #[arg(long)]
        strict: bool,
        /// Only check the rows.
        #[arg(long)]
        dry_run: bool,
        /// The settings file.
        #[arg(long, value_name = "FILE", env = "STAUNCH_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(crate) async fn run(command: Command) -> Result<()> {
    let Command::Import {
        file,
        data,
        strict,
        dry_run,
        config,
    } = command;
    // Nothing is made for a file that isn't there.
    let size = std::fs::metadata(&file)
        .with_context(|| format!("can't read `{}`", file.display()))?
        .len();
    if dry_run && !Folder::holds_keys(&data) {
        bail!(
            "`{}` is no data folder yet, and a dry run makes none; leave --dry-run out, or start `staunch serve --data {}` once",
            data.display(),
            data.display()
        );
    }
    let desk = if dry_run {
        offline(&data, config.as_deref()).await?
    } else {
        offline_even_new(&data, config.as_deref()).await?
    };
    let bar = ProgressBar::new(size);
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:32} {percent:>3} %  {msg}  {elapsed_precise}, {eta} left",
    ) {
        bar.set_style(style);
    }
    let mut progress = |now: Progress| {
        bar.set_position(now.bytes);
        bar.set_message(format!("{} rows", now.rows));
    };
    let report = desk
        .import_file(&file, ImportOptions { strict, dry_run }, &mut progress)
        .await?;
    bar.finish_and_clear();
    for row in &report.bad {
        eprintln!("line {}: {}", row.line, row.reason);
    }
    let hidden = report.bad_count.saturating_sub(report.bad.len() as u64);
    if hidden > 0 {
        eprintln!("and {hidden} more bad rows");
    }
    let done = if dry_run { "Checked" } else { "Imported" };
    println!(
        "{done}: {} new, {} changed, {} the same, {} bad rows.",
        report.created, report.changed, report.same, report.bad_count
    );
    if report.short_receipts > 0 {
        println!(
            "{} receipt codes are too short to be a proof (64 bits: 13 letters and digits, or 20 digits); they are kept as data.",
            report.short_receipts
        );
    }
    desk.store().close().await;
    if strict && report.bad_count > 0 {
        bail!("nothing was written, as --strict stops at bad rows; mend them and run it again");
    }
    Ok(())
}
