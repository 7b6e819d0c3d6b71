//! The ledger's rows: appended at commit, read by auditors.

use ledger::Frontier;
use sqlx::FromRow;
use words::{AccountId, Time};

use crate::db::{StoreError, Tx};

/// One row of the ledger.
#[derive(FromRow, Clone, Debug)]
pub struct LedgerRow {
    /// Its place, from 0.
    pub idx: i64,
    /// The entry's canonical text.
    pub body: String,
    /// Its leaf hash (32 bytes).
    pub leaf: Vec<u8>,
    /// The tree's root after it (32 bytes).
    pub root: Vec<u8>,
}

/// How far the ledger goes.
#[derive(Clone, Debug)]
pub struct Head {
    /// How many entries there are.
    pub size: u64,
    /// The root over all of them.
    pub root: ledger::Hash,
}

impl Tx {
    pub(crate) async fn append(&mut self) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return Ok(());
        }
        // Taking the head's row first makes appends queue up, on PostgreSQL too.
        let head: Option<Vec<u8>> = on!(self, c => sqlx::query_scalar(
            "update ledger_head set size = size where one = 1 returning frontier").fetch_optional(c).await?);
        let fresh = head.is_none();
        let mut frontier = match head {
            Some(packed) => unpack(&packed)?,
            None => Frontier::new(),
        };
        for entry in entries {
            let index = signed(frontier.size())?;
            let body = entry.encode();
            let leaf = ledger::leaf_hash(body.as_bytes());
            frontier.push(leaf);
            let root = frontier.root();
            let account = entry
                .account
                .as_deref()
                .and_then(|id| id.parse::<AccountId>().ok());
            on!(self, c => sqlx::query(
                "insert into ledger (idx, at, account_id, body, leaf, root) values ($1, $2, $3, $4, $5, $6)")
                .bind(index).bind(entry.at).bind(account).bind(&body).bind(leaf.as_slice()).bind(root.as_slice())
                .execute(c).await.map(drop)?);
        }
        let (size, packed) = (signed(frontier.size())?, frontier.to_bytes());
        if fresh {
            on!(self, c => sqlx::query("insert into ledger_head (one, size, frontier) values (1, $1, $2)")
                .bind(size).bind(packed).execute(c).await.map(drop)?);
        } else {
            on!(self, c => sqlx::query("update ledger_head set size = $1, frontier = $2 where one = 1")
                .bind(size).bind(packed).execute(c).await.map(drop)?);
        }
        Ok(())
    }

    /// How far the ledger goes.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails or the head is unreadable.
    pub async fn ledger_head(&mut self) -> Result<Head, StoreError> {
        let packed: Option<Vec<u8>> = on!(self, c => sqlx::query_scalar(
            "select frontier from ledger_head where one = 1").fetch_optional(c).await?);
        let frontier = packed.map_or_else(|| Ok(Frontier::new()), |packed| unpack(&packed))?;
        Ok(Head {
            size: frontier.size(),
            root: frontier.root(),
        })
    }

    /// Up to `limit` rows from `from` on, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_rows(
        &mut self,
        from: i64,
        limit: i64,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select idx, body, leaf, root from ledger where idx >= $1 order by idx limit $2")
            .bind(from).bind(limit).fetch_all(c).await?))
    }

    /// The newest entries about one account, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_of(
        &mut self,
        account: AccountId,
        limit: i64,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select idx, body, leaf, root from ledger where account_id = $1 order by idx desc limit $2")
            .bind(account).bind(limit).fetch_all(c).await?))
    }

    /// Keeps a signed checkpoint.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_checkpoint(
        &mut self,
        size: u64,
        note: &str,
        at: Time,
    ) -> Result<(), StoreError> {
        let size = signed(size)?;
        on!(self, c => sqlx::query(
            "insert into checkpoints (size, note, at) values ($1, $2, $3) on conflict (size) do nothing")
            .bind(size).bind(note).bind(at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// All signed checkpoints, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn checkpoints(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select note from checkpoints order by size").fetch_all(c).await?),
        )
    }

    /// The newest signed checkpoint and its size.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn newest_checkpoint(&mut self) -> Result<Option<(i64, String)>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select size, note from checkpoints order by size desc limit 1")
            .fetch_optional(c).await?),
        )
    }
}

fn unpack(bytes: &[u8]) -> Result<Frontier, StoreError> {
    Frontier::from_bytes(bytes).map_err(|e| StoreError::Unreadable(e.to_string()))
}

fn signed(size: u64) -> Result<i64, StoreError> {
    i64::try_from(size).map_err(|_| StoreError::Unreadable("the ledger is too long".to_owned()))
}
