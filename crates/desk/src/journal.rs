//! The ledger from the outside: checkpoints, verification, export, account records, proofs, and the
//! auditor's page.

use ledger::{
    Auditor, Checkpoint, ExportError, ExportWriter, Fault, Frontier, Hash, Header, Node,
    ProofError, Report, Row, Verifier, plan::is_kept,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};
use store::{LedgerRow, Store, StoreError};
use words::Role;

use crate::{
    desk::{Desk, Me},
    error::DeskError,
};

mod prove;
mod read;
mod record;

pub use prove::consistency;
pub use read::LedgerView;
pub use record::AccountRecord;

/// The ledger could not be verified, exported or proven.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The record is not whole; names the first bad entry.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A checkpoint can't be read or is signed by somebody else.
    #[error("a checkpoint is not valid: {0}")]
    Checkpoint(#[from] ledger::CheckpointError),
    /// Entries at the end are gone.
    #[error("entry {first} is missing: the ledger ends there, but it had {counted} entries")]
    Short {
        /// The first missing entry.
        first: u64,
        /// How many entries were counted when they were written.
        counted: u64,
    },
    /// A row can't be read.
    #[error("entry {0} can't be read: its hash does not have 32 bytes")]
    Row(i64),
    /// A hash that is kept for proofs is not that of its entries.
    #[error(
        "the hash that is kept for entries {first} to {last} does not fit them: the entries are whole, but what is proven from it fails; restore the database, or the table `ledger_nodes`, from the backup"
    )]
    Node {
        /// The first of the entries.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Hashes that a proof needs are missing.
    #[error(
        "hashes that the proof needs are missing; `staunch ledger verify` tells what is wrong with the ledger"
    )]
    Hashes,
    /// There is no signed checkpoint of this size.
    #[error(
        "there is no signed checkpoint of {0} entries; leave out the newer size to take the newest"
    )]
    NoCheckpoint(u64),
    /// The newer checkpoint is the smaller one.
    #[error("the ledger can't have grown from {from} entries to {to}; swap them")]
    Backwards {
        /// The size that was said to be the older.
        from: u64,
        /// The size that was said to be the newer.
        to: u64,
    },
    /// A proof was asked for outside the ledger.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The export could not be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Signs a checkpoint over the ledger as it stands, unless there is one. Returns the note.
    ///
    /// # Errors
    /// [`DeskError`] if the database or the signing fails.
    pub async fn checkpoint(&self) -> Result<Option<String>, DeskError> {
        let mut tx = self.store.read().await?;
        let head = tx.ledger_head().await?;
        if head.size == 0 {
            return Ok(None);
        }
        if let Some((size, note)) = tx.newest_checkpoint().await?
            && u64::try_from(size).is_ok_and(|size| size == head.size)
        {
            return Ok(Some(note));
        }
        drop(tx);
        let note = self
            .signer
            .sign(&self.signer.checkpoint(head.size, head.root))
            .map_err(|e| DeskError::Broken(e.to_string()))?;
        let mut tx = self.store.begin().await?;
        tx.add_checkpoint(head.size, &note, self.now()).await?;
        tx.commit().await?;
        (self.witness)(&note);
        Ok(Some(note))
    }

    /// Notes in the ledger which settings changed since the last start: their names, not their
    /// values. `marks` holds, for each setting that was made, a text that changes with it.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn note_settings(&self, marks: &BTreeMap<String, String>) -> Result<(), DeskError> {
        const KEY: &str = "settings";
        let now: BTreeMap<String, String> = marks
            .iter()
            .map(|(key, value)| (key.clone(), hex::encode(self.vault.blind(key, value).0)))
            .collect();
        let mut tx = self.store.begin().await?;
        let before: BTreeMap<String, String> = match tx.meta(KEY).await? {
            Some(text) => serde_json::from_str(&text).map_err(|e| DeskError::json(&e))?,
            None => BTreeMap::new(),
        };
        let names: BTreeSet<&String> = now.keys().chain(before.keys()).collect();
        let changed: Vec<&str> = names
            .into_iter()
            .filter(|key| now.get(*key) != before.get(*key))
            .map(String::as_str)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        tx.entry(
            self.entry("system", "settings.changed")
                .with("settings", changed.join(" ")),
        );
        tx.set_meta(
            KEY,
            &serde_json::to_string(&now).map_err(|e| DeskError::json(&e))?,
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// How many entries the ledger has.
    ///
    /// # Errors
    /// [`DeskError`] if the database fails.
    pub async fn ledger_size(&self) -> Result<u64, DeskError> {
        Ok(self.store.read().await?.ledger_head().await?.size)
    }

    /// The key that checks the ledger's checkpoints, in the form of signed notes.
    pub fn ledger_key(&self) -> String {
        self.signer.verifier_key()
    }

    /// The newest signed checkpoint, if there is one. Auditors and admins.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles.
    pub async fn newest_checkpoint(&self, me: &Me) -> Result<Option<String>, DeskError> {
        me.must_be(&[Role::Auditor, Role::Admin])?;
        let newest = self.store.read().await?.newest_checkpoint().await?;
        Ok(newest.map(|(_, note)| note))
    }

    /// The proof that the ledger only grew from `from` entries to its checkpoint of `to`, or to the
    /// newest, in the form that witnesses take. Auditors and admins.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles, [`DeskError::NotFound`] if there is no such
    /// checkpoint, [`DeskError::Invalid`] if it is the smaller one.
    pub async fn consistency(
        &self,
        me: &Me,
        from: u64,
        to: Option<u64>,
    ) -> Result<String, DeskError> {
        me.must_be(&[Role::Auditor, Role::Admin])?;
        match consistency(&self.store, from, to).await {
            Ok(proof) => Ok(proof.encode()),
            Err(JournalError::NoCheckpoint(_)) => Err(DeskError::NotFound),
            Err(error @ JournalError::Backwards { .. }) => {
                Err(DeskError::Invalid(error.to_string()))
            }
            Err(JournalError::Store(error)) => Err(error.into()),
            Err(error) => Err(DeskError::Broken(error.to_string())),
        }
    }
}

fn row(stored: LedgerRow) -> Result<Row, JournalError> {
    let bad = JournalError::Row(stored.idx);
    match (
        u64::try_from(stored.idx),
        stored.leaf.try_into(),
        stored.root.try_into(),
    ) {
        (Ok(index), Ok(leaf), Ok(root)) => Ok(Row {
            index,
            body: stored.body,
            leaf,
            root,
        }),
        _ => Err(bad),
    }
}

/// Verifies the ledger of a database, which may be in use: every entry, every hash (those kept for
/// proofs, too), and every checkpoint in the database and among `kept` (checkpoints kept elsewhere).
///
/// # Errors
/// [`JournalError::Fault`] names the first bad entry.
pub async fn verify(
    store: &Store,
    verifier: &Verifier,
    kept: &[String],
) -> Result<Report, JournalError> {
    let mut tx = store.read().await?;
    let notes = tx.checkpoints().await?;
    let counted = tx.ledger_head().await?.size;
    drop(tx);
    let opened: Result<Vec<Checkpoint>, _> = notes
        .iter()
        .chain(kept)
        .map(|note| verifier.open(note))
        .collect();
    let mut auditor = Auditor::new(opened?);
    let (mut frontier, mut kept_hashes) = (Frontier::new(), Vec::new());
    each(store, |stored| {
        let row = row(stored)?;
        auditor.row(&row)?;
        frontier.push_with(row.leaf, |node, hash| {
            if is_kept(node.height) {
                kept_hashes.push((node, hash));
            }
        });
        Ok(())
    })
    .await?;
    let report = auditor.finish()?;
    if report.entries < counted {
        return Err(JournalError::Short {
            first: report.entries,
            counted,
        });
    }
    check_nodes(store, &kept_hashes).await?;
    Ok(report)
}

/// Whether the hashes that are kept for proofs are these.
async fn check_nodes(store: &Store, nodes: &[(Node, Hash)]) -> Result<(), JournalError> {
    let mut tx = store.read().await?;
    for (node, hash) in nodes {
        let kept = tx
            .ledger_nodes(node.height, node.index, node.index + 1)
            .await?;
        if kept.first().is_none_or(|kept| kept.hash != *hash) {
            let first = node.index << node.height;
            return Err(JournalError::Node {
                first,
                last: first + (1 << node.height) - 1,
            });
        }
    }
    Ok(())
}

/// Writes the ledger as an export file, which anybody can verify without the database.
///
/// # Errors
/// [`JournalError`] if the database or the writing fails.
pub async fn export<W: Write>(
    store: &Store,
    verifier: &Verifier,
    out: W,
) -> Result<W, JournalError> {
    let notes = store.read().await?.checkpoints().await?;
    let mut writer = ExportWriter::new(out, &Header::new(verifier, notes))?;
    each(store, |stored| Ok(writer.row(&row(stored)?)?)).await?;
    Ok(writer.finish()?)
}

async fn each(
    store: &Store,
    mut take: impl FnMut(LedgerRow) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    const PART: i64 = 2000;
    let mut from = 0;
    loop {
        let rows = store.read().await?.ledger_rows(from, PART).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        from = last.idx + 1;
        for stored in rows {
            take(stored)?;
        }
    }
}
