//! Reading the ledger itself, on its page or as a file: an entry, as any reading is.

use std::{io::Write, time::Duration};
use words::Role;

use super::{JournalError, export};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// The entry about it; `way` says which.
const READ: &str = "ledger.read";
/// Whoever opens the page again and again within this time reads once.
const READING: Duration = minutes(15);

/// What the ledger page shows.
#[derive(Clone, Debug)]
pub struct LedgerView {
    /// How many entries there are.
    pub size: u64,
    /// The root over all of them, in hex.
    pub root: String,
    /// The newest signed checkpoint, and its size.
    pub checkpoint: Option<(i64, String)>,
    /// The key that checks it.
    pub key: String,
    /// Entries, newest first: index and canonical text.
    pub entries: Vec<(i64, String)>,
}

impl Desk {
    /// The ledger for auditors and admins: its state, and up to 100 entries from before `before`. It is an
    /// entry itself, one for a person in fifteen minutes.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles.
    pub async fn ledger(&self, me: &Me, before: Option<i64>) -> Result<LedgerView, DeskError> {
        me.must_be(&[Role::Auditor, Role::Admin])?;
        self.note_ledger_read(me).await?;
        let mut tx = self.store.read().await?;
        let head = tx.ledger_head().await?;
        let size = i64::try_from(head.size).unwrap_or(i64::MAX);
        let end = before.unwrap_or(size).clamp(0, size);
        let start = (end - 100).max(0);
        let mut rows = tx.ledger_rows(start, end - start).await?;
        rows.reverse();
        Ok(LedgerView {
            size: head.size,
            root: hex::encode(head.root),
            checkpoint: tx.newest_checkpoint().await?,
            key: self.ledger_key(),
            entries: rows.into_iter().map(|row| (row.idx, row.body)).collect(),
        })
    }

    async fn note_ledger_read(&self, me: &Me) -> Result<(), DeskError> {
        let key = self.limit_key(&format!("ledger-read:{}", me.id));
        let now = self.now();
        let mut tx = self.store.read().await?;
        if tx.spent(&key, 1, READING, now).await?.is_some() {
            return Ok(());
        }
        drop(tx);
        let mut tx = self.store.begin().await?;
        // Of two that come at once, one finds it taken here.
        if tx.charge(&key, 1, READING, now).await?.is_none() {
            tx.entry(self.by(me, READ).with("way", "page"));
        }
        Ok(tx.commit().await?)
    }

    /// Writes the ledger as an export file, which anybody can verify without the database. That is an
    /// entry itself, and the file holds it. For the command line.
    ///
    /// # Errors
    /// [`JournalError`] if the database or the writing fails.
    pub async fn export_ledger<W: Write>(&self, out: W) -> Result<W, JournalError> {
        let mut tx = self.store.begin().await?;
        tx.entry(self.entry("operator", READ).with("way", "export"));
        tx.commit().await?;
        export(&self.store, &self.signer.verifier(), out).await
    }
}
