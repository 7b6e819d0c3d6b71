//! Importing accounts from a file, as many as there are: read in a stream, sealed on one thread
//! while another writes, a few hundred in a transaction, so that a running desk goes on beside it.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader},
    path::Path,
    sync::Arc,
};

use ledger::Entry;
use tokio::{runtime::Handle, sync::mpsc};

use super::{
    check::{Folder, Incoming},
    cooling::NOT_THIS,
    put::{Fresh, Put},
    rows::{Row, read_csv, read_jsonl},
};
use crate::{desk::Desk, error::DeskError};

/// Accounts in a transaction: enough that a page of the indexes is written for several of them, few
/// enough that others wait for a fraction of a second.
const BATCH: usize = 1_000;
/// Bytes of values in a transaction, about.
const WEIGHT: usize = 16 * 1024 * 1024;
/// Bad rows that a report lists; all are counted.
const LISTED: usize = 10_000;

/// An import did not run, or stopped; batches that were written before stay written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be opened or read.
    #[error("the file can't be read: {0}")]
    Read(#[from] io::Error),
    /// The file's name ends in neither `.csv` nor `.jsonl`.
    #[error("the file's name must end in .csv or .jsonl")]
    Format,
    /// A CSV file's first line doesn't fit the catalogue.
    #[error("the first line {0}")]
    Header(String),
    /// The desk could not take the accounts in.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    /// Look at the whole file first, and write nothing if any row is bad.
    pub strict: bool,
    /// Write nothing; tell what would happen.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that are done.
    pub rows: u64,
    /// How far into the file that is, in bytes.
    pub bytes: u64,
}

/// A row that was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What is wrong with it, without any value.
    pub reason: String,
}

impl BadRow {
    fn of(line: u64, error: &DeskError) -> Self {
        Self {
            line,
            reason: error.to_string(),
        }
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Accounts that are new.
    pub created: u64,
    /// Accounts that were changed.
    pub changed: u64,
    /// Accounts that were there already, as they are.
    pub same: u64,
    /// The bad rows, in the order of the file; the first ten thousand of them.
    pub bad: Vec<BadRow>,
    /// How many bad rows there are.
    pub bad_count: u64,
    /// How many receipt codes of the good rows are too short to be a proof.
    pub short_receipts: u64,
}

/// Some rows, checked, compared and sealed.
#[derive(Default)]
struct Batch {
    /// Sealed new accounts,
    fresh: Fresh,
    /// and what they were made of, in case another writer is faster.
    created: Vec<(u64, Incoming)>,
    changed: Vec<(u64, Incoming)>,
    same: u64,
    bad: Vec<BadRow>,
    short_receipts: u64,
    reached: Progress,
}

impl Desk {
    /// Imports a `.csv` or `.jsonl` file; run again, it changes nothing. Nobody hears of a new account; the
    /// owner of a known one does when a contact point comes.
    ///
    /// # Errors
    /// [`ImportError`]; rows that are bad by themselves are in the report instead.
    pub async fn import_file(
        self: &Arc<Self>,
        path: &Path,
        options: ImportOptions,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Report, ImportError> {
        if options.strict {
            let (desk, rows, folder) = (self.clone(), self.open(path)?, Folder::of(path)?);
            let report = tokio::task::spawn_blocking(move || desk.inspect(rows, &folder))
                .await
                .map_err(ended)??;
            if report.bad_count > 0 {
                return Ok(report);
            }
        }
        self.run(self.open(path)?, Some(Folder::of(path)?), options, progress)
            .await
    }

    /// Imports rows from anywhere. `strict` stops at the first bad row; what came before it stays.
    ///
    /// # Errors
    /// [`ImportError`]; rows that are bad by themselves are in the report instead.
    pub async fn import(
        self: &Arc<Self>,
        rows: impl Iterator<Item = Result<Row, ImportError>> + Send + 'static,
        options: ImportOptions,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Report, ImportError> {
        self.run(Box::new(rows), None, options, progress).await
    }

    fn open(&self, path: &Path) -> Result<Rows, ImportError> {
        let is = |ending: &str| {
            path.extension()
                .is_some_and(|found| found.eq_ignore_ascii_case(ending))
        };
        if is("csv") {
            Ok(Box::new(read_csv(
                BufReader::new(File::open(path)?),
                &self.catalogue,
            )?))
        } else if is("jsonl") {
            Ok(Box::new(read_jsonl(BufReader::with_capacity(
                64 * 1024,
                File::open(path)?,
            ))))
        } else {
            Err(ImportError::Format)
        }
    }

    /// Checks all rows and writes nothing.
    fn inspect(&self, rows: Rows, folder: &Folder) -> Result<Report, ImportError> {
        let mut report = Report::default();
        let mut checks = Checks::new(self, Some(folder));
        for row in rows {
            if let Err(bad) = checks.check(row?) {
                report.add_bad(vec![bad]);
            }
        }
        Ok(report)
    }

    async fn run(
        self: &Arc<Self>,
        rows: Rows,
        folder: Option<Folder>,
        options: ImportOptions,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Report, ImportError> {
        let (sender, mut batches) = mpsc::channel(1);
        let (desk, handle) = (self.clone(), Handle::current());
        let sealing = tokio::task::spawn_blocking(move || {
            let sent = desk.seal_all(rows, folder.as_ref(), options, &handle, &sender);
            if let Err(error) = sent {
                // The other end only goes away when it has an error of its own to tell.
                let _ = sender.blocking_send(Err(error));
            }
        });
        let mut report = Report::default();
        while let Some(batch) = batches.recv().await {
            let batch: Batch = batch?;
            let (created, changed, refused) = if options.dry_run {
                (
                    batch.created.len() as u64,
                    batch.changed.len() as u64,
                    Vec::new(),
                )
            } else {
                self.write_batch(&batch).await?
            };
            report.short_receipts += batch.short_receipts;
            report.created += created;
            report.changed += changed;
            let all = (batch.created.len() + batch.changed.len() - refused.len()) as u64;
            report.same += batch.same + all - created - changed;
            let mut bad = batch.bad;
            bad.extend(refused);
            bad.sort_by_key(|bad| bad.line);
            report.add_bad(bad);
            progress(batch.reached);
        }
        sealing.await.map_err(ended)?;
        Ok(report)
    }

    /// Reads, checks, compares and seals, batch by batch; the writer runs beside it.
    fn seal_all(
        &self,
        mut rows: Rows,
        folder: Option<&Folder>,
        options: ImportOptions,
        handle: &Handle,
        batches: &mpsc::Sender<Result<Batch, ImportError>>,
    ) -> Result<(), ImportError> {
        let mut checks = Checks::new(self, folder);
        let mut reached = Progress::default();
        let mut more = true;
        while more {
            let mut batch = Batch::default();
            let mut good = Vec::with_capacity(BATCH);
            let mut weight = 0;
            while more && good.len() < BATCH && batch.bad.len() < BATCH && weight < WEIGHT {
                let Some(row) = rows.next() else {
                    more = false;
                    break;
                };
                let row = row?;
                let line = row.line;
                reached = Progress {
                    rows: reached.rows + 1,
                    bytes: row.end,
                };
                match checks.check(row) {
                    Ok(incoming) => {
                        weight += incoming.weight();
                        batch.short_receipts += incoming.short_receipts();
                        good.push((line, incoming));
                    }
                    Err(bad) => {
                        batch.bad.push(bad);
                        more = !options.strict;
                    }
                }
            }
            batch.reached = reached;
            self.seal_batch(good, options, handle, &mut batch)?;
            if batches.blocking_send(Ok(batch)).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn seal_batch(
        &self,
        good: Vec<(u64, Incoming)>,
        options: ImportOptions,
        handle: &Handle,
        batch: &mut Batch,
    ) -> Result<(), DeskError> {
        let names: Vec<&str> = good
            .iter()
            .map(|(_, incoming)| incoming.external_id.as_str())
            .collect();
        let mut tx = handle.block_on(self.store.read())?;
        let known = handle.block_on(tx.accounts_named(&names))?;
        let known: HashMap<String, _> = known
            .into_iter()
            .map(|row| (row.external_id.clone(), row))
            .collect();
        let now = self.now();
        for (line, incoming) in good {
            match known.get(&incoming.external_id) {
                Some(row) if self.is_same(row, &incoming)? => batch.same += 1,
                Some(row)
                    if handle.block_on(self.was_repudiated(&mut tx, row, &incoming.points))? =>
                {
                    batch.bad.push(BadRow::of(line, &NOT_THIS));
                }
                Some(_) => batch.changed.push((line, incoming)),
                None => {
                    if !options.dry_run {
                        self.seal_new(&incoming, now, &mut batch.fresh)?;
                    }
                    batch.created.push((line, incoming));
                }
            }
        }
        batch.fresh.sort();
        // Two imports at once take their rows in the same order, and so never wait in a ring.
        batch
            .changed
            .sort_by(|(_, a), (_, b)| a.external_id.cmp(&b.external_id));
        batch.bad.sort_by_key(|bad| bad.line);
        Ok(())
    }

    /// Writes a batch in one transaction; returns how many accounts it created and changed, and the rows
    /// that turned out to be bad.
    async fn write_batch(&self, batch: &Batch) -> Result<Written, DeskError> {
        if batch.created.is_empty() && batch.changed.is_empty() {
            return Ok((0, 0, Vec::new()));
        }
        match self.write_once(batch, true).await {
            // Another writer brought one of them in meanwhile: each is looked at again.
            Err(DeskError::Store(error)) if error.is_duplicate() => {
                self.write_once(batch, false).await
            }
            other => other,
        }
    }

    async fn write_once(&self, batch: &Batch, at_once: bool) -> Result<Written, DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let (mut created, mut changed) = (0, 0);
        let one_by_one = if at_once {
            batch.fresh.write(&mut tx).await?;
            created = batch.created.len() as u64;
            [].iter()
        } else {
            batch.created.iter()
        };
        // Every account first, then the counter of tickets: in the order in which a freeze takes them.
        for (_, incoming) in &batch.changed {
            if let Some(row) = tx.account_named(&incoming.external_id).await? {
                tx.queue_for_account(row.id).await?;
            }
        }
        let mut refused = Vec::new();
        for (line, incoming) in one_by_one.chain(&batch.changed) {
            match self.put_in(&mut tx, "system", incoming, now).await {
                Ok(Put::Created) => created += 1,
                Ok(Put::Changed) => changed += 1,
                Ok(Put::Same) => {}
                // Said before anything of the account was written.
                Err(error @ DeskError::Conflict(_)) => refused.push(BadRow::of(*line, &error)),
                Err(error) => return Err(error),
            }
        }
        if created + changed > 0 {
            tx.entry(
                Entry::new(now.micros(), "accounts.imported", "system")
                    .with("created", created)
                    .with("changed", changed),
            );
            self.commit(tx).await?;
        }
        Ok((created, changed, refused))
    }
}

/// How many were created and changed, and what was refused.
type Written = (u64, u64, Vec<BadRow>);
type Rows = Box<dyn Iterator<Item = Result<Row, ImportError>> + Send>;

fn ended(_: tokio::task::JoinError) -> DeskError {
    DeskError::Broken(
        "the import ended unexpectedly; run it again, it goes on where it was".to_owned(),
    )
}

impl Report {
    fn add_bad(&mut self, rows: Vec<BadRow>) {
        self.bad_count += rows.len() as u64;
        let room = LISTED.saturating_sub(self.bad.len());
        self.bad.extend(rows.into_iter().take(room));
    }
}

/// The checks of a file's rows, which must not name an account twice.
struct Checks<'a> {
    desk: &'a Desk,
    folder: Option<&'a Folder>,
    /// The line of each account so far, under a short hash of its name.
    seen: HashMap<[u8; 16], u64>,
}

impl<'a> Checks<'a> {
    fn new(desk: &'a Desk, folder: Option<&'a Folder>) -> Self {
        Self {
            desk,
            folder,
            seen: HashMap::new(),
        }
    }

    fn check(&mut self, row: Row) -> Result<Incoming, BadRow> {
        let bad = |reason: String| BadRow {
            line: row.line,
            reason,
        };
        let incoming = row
            .document
            .and_then(|document| document.check(&self.desk.catalogue, self.folder, self.desk.now()))
            .map_err(|error| bad(error.to_string()))?;
        let mut short = [0; 16];
        short.copy_from_slice(&vault::hash(incoming.external_id.as_bytes())[..16]);
        if let Some(first) = self.seen.get(&short) {
            return Err(bad(format!(
                "external_id: stands in line {first} already; keep one of the rows"
            )));
        }
        self.seen.insert(short, row.line);
        Ok(incoming)
    }
}

#[cfg(test)]
mod tests;
