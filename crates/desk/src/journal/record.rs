//! The account record: every entry about one account with its proof, for the owner and auditors.

use ledger::{
    Checkpoint, RecordHeader,
    record::{MADE, NAME, RECORD_FORMAT, entry_line, header_line, name_mark},
};
use store::Store;
use words::{AccountId, Role};

use super::{JournalError, prove::Prover};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// How many entries are written at a time.
const PART: i64 = 200;

/// An account record that was made and is now written out, part by part. Of the database it holds
/// nothing but the store.
pub struct AccountRecord {
    store: Store,
    prover: Prover,
    header: Option<RecordHeader>,
    account: AccountId,
    checkpoint: Checkpoint,
    /// How many of the account's entries are written.
    written: i64,
    done: bool,
}

impl Desk {
    /// Makes the record of an account. That is an entry itself, the record's last; what comes after it
    /// is in the next record. `me` is none for the command line.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for anybody but auditors and admins, [`DeskError::NotFound`] for an
    /// unknown name, [`DeskError::Limited`] when it was too often in a short time.
    pub async fn account_record(
        &self,
        me: Option<&Me>,
        external_id: &str,
    ) -> Result<AccountRecord, DeskError> {
        if let Some(me) = me {
            me.must_be(&[Role::Auditor, Role::Admin])?;
        }
        let entry = |kind| match me {
            Some(me) => self.by(me, kind),
            None => self.entry("operator", kind),
        };
        let mut tx = self.store.begin().await?;
        if let Some(me) = me {
            let limit = format!("look-up:{}", me.id);
            let every = minutes(self.settings.look_up_minutes);
            let free_at = tx
                .charge(limit.as_bytes(), self.settings.look_ups, every, self.now())
                .await?;
            if let Some(free_at) = free_at {
                tx.entry(entry("account.look-up-limited").with("kind", "external_id"));
                self.commit(tx).await?;
                return Err(DeskError::Limited(free_at));
            }
        }
        let Some(account) = tx.account_named(external_id).await? else {
            tx.entry(
                entry("account.looked-up")
                    .with("kind", "external_id")
                    .with("found", 0),
            );
            self.commit(tx).await?;
            return Err(DeskError::NotFound);
        };
        let mut salt = [0; 32];
        self.entropy.fill(&mut salt);
        tx.entry(
            entry(MADE)
                .with_account(account.id.to_string())
                .with(NAME, name_mark(&salt, external_id)),
        );
        let head = tx.appended().await?;
        let checkpoint = self.signer.checkpoint(head.size, head.root);
        let note = self
            .signer
            .sign(&checkpoint)
            .map_err(|e| DeskError::Broken(e.to_string()))?;
        tx.add_checkpoint(head.size, &note, self.now()).await?;
        self.commit(tx).await?;
        (self.witness)(&note);
        let header = RecordHeader {
            format: RECORD_FORMAT.to_owned(),
            origin: self.signer.name().to_owned(),
            vkey: self.signer.verifier_key(),
            account: account.id.to_string(),
            external_id: external_id.to_owned(),
            salt: hex::encode(salt),
            checkpoint: note,
        };
        Ok(AccountRecord {
            store: self.store.clone(),
            prover: Prover::default(),
            header: Some(header),
            account: account.id,
            checkpoint,
            written: 0,
            done: false,
        })
    }
}

impl AccountRecord {
    /// The next lines; none after the last. Entries are not judged here: whoever verifies the record
    /// finds what is missing or changed.
    ///
    /// # Errors
    /// [`JournalError`] if the database fails or lacks hashes that a proof needs.
    pub async fn part(&mut self) -> Result<Option<String>, JournalError> {
        if let Some(header) = self.header.take() {
            return Ok(Some(header_line(&header)?));
        }
        if self.done {
            return Ok(None);
        }
        let size = self.checkpoint.size;
        let mut tx = self.store.read().await?;
        let rows = tx.ledger_after(self.account, self.written, PART).await?;
        let mut lines = String::new();
        self.done = rows.is_empty();
        for row in rows {
            let index = u64::try_from(row.idx).map_err(|_| JournalError::Row(row.idx))?;
            if index >= size {
                self.done = true;
                break;
            }
            let proof = self.prover.inclusion(&mut tx, index, size).await?;
            lines += &entry_line(index, &row.body, &proof)?;
            self.written = row.nth.unwrap_or(self.written + 1);
        }
        Ok((!lines.is_empty()).then_some(lines))
    }
}
