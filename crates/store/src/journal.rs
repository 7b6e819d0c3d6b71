//! The ledger's rows: appended at commit, read by auditors.

use ledger::{Entry, Frontier, plan::is_kept};
use sqlx::FromRow;
use words::{AccountId, Time};

use crate::db::{StoreError, Tx};

/// One row of the ledger.
#[derive(FromRow, Clone, Debug)]
pub struct LedgerRow {
    /// Its place, from 0.
    pub idx: i64,
    /// Which of its account's entries it is, from 1.
    pub nth: Option<i64>,
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

/// The root of a perfect subtree that is kept beside the rows, for proofs.
#[derive(FromRow, Clone, Debug)]
pub struct NodeRow {
    /// Levels above the entries: a multiple of 8.
    pub height: i64,
    /// Its place among those of its height, from 0.
    pub idx: i64,
    /// Its hash (32 bytes).
    pub hash: Vec<u8>,
}

impl Tx {
    /// Appends the entries that were handed over so far, and tells how far the ledger goes with them;
    /// the last of them is its last. It holds up all other appends until the end of the transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails or the head is unreadable.
    pub async fn appended(&mut self) -> Result<Head, StoreError> {
        self.append().await?;
        self.ledger_head().await
    }

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
            self.append_one(&mut frontier, entry).await?;
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

    async fn append_one(
        &mut self,
        frontier: &mut Frontier,
        entry: Entry,
    ) -> Result<(), StoreError> {
        let (index, at) = (signed(frontier.size())?, entry.at);
        let account = match entry.account.as_deref() {
            Some(id) => Some(id.parse::<AccountId>().map_err(|_| {
                StoreError::Unreadable("an entry names an account by something else".to_owned())
            })?),
            None => None,
        };
        let nth = match account {
            Some(account) => Some(self.ledger_count(account).await? + 1),
            None => None,
        };
        let body = entry
            .numbered(nth.and_then(|nth| u64::try_from(nth).ok()))
            .encode();
        let leaf = ledger::leaf_hash(body.as_bytes());
        let mut nodes = Vec::new();
        frontier.push_with(leaf, |node, hash| {
            if is_kept(node.height) {
                nodes.push((node, hash));
            }
        });
        let root = frontier.root();
        on!(self, c => sqlx::query(
            "insert into ledger (idx, at, account_id, nth, body, leaf, root) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(index).bind(at).bind(account).bind(nth).bind(&body).bind(leaf.as_slice())
            .bind(root.as_slice()).execute(c).await.map(drop)?);
        for (node, hash) in nodes {
            on!(self, c => sqlx::query("insert into ledger_nodes (height, idx, hash) values ($1, $2, $3)")
                .bind(i64::from(node.height)).bind(signed(node.index)?).bind(hash.as_slice())
                .execute(c).await.map(drop)?);
        }
        Ok(())
    }

    /// How many entries there are about an account.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_count(&mut self, account: AccountId) -> Result<i64, StoreError> {
        let last: Option<i64> = on!(self, c => sqlx::query_scalar(
            "select max(nth) from ledger where account_id = $1").bind(account).fetch_one(c).await?);
        Ok(last.unwrap_or(0))
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
            "select idx, nth, body, leaf, root from ledger where idx >= $1 order by idx limit $2")
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
            "select idx, nth, body, leaf, root from ledger where account_id = $1 order by nth desc limit $2")
            .bind(account).bind(limit).fetch_all(c).await?))
    }

    /// Up to `limit` entries about one account after its `after`th, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_after(
        &mut self,
        account: AccountId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select idx, nth, body, leaf, root from ledger where account_id = $1 and nth > $2 order by nth limit $3")
            .bind(account).bind(after).bind(limit).fetch_all(c).await?))
    }

    /// The leaf hashes of the entries from `from` up to (not with) `to`, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_leaves(&mut self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let (from, to) = (signed(from)?, signed(to)?);
        Ok(on!(self, c => sqlx::query_scalar(
            "select leaf from ledger where idx >= $1 and idx < $2 order by idx")
            .bind(from).bind(to).fetch_all(c).await?))
    }

    /// The kept roots of this height from `from` up to (not with) `to`, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn ledger_nodes(
        &mut self,
        height: u32,
        from: u64,
        to: u64,
    ) -> Result<Vec<NodeRow>, StoreError> {
        let (from, to) = (signed(from)?, signed(to)?);
        Ok(on!(self, c => sqlx::query_as(
            "select height, idx, hash from ledger_nodes where height = $1 and idx >= $2 and idx < $3 order by idx")
            .bind(i64::from(height)).bind(from).bind(to).fetch_all(c).await?))
    }

    /// The signed checkpoint of this size, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn checkpoint_of(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        let size = signed(size)?;
        Ok(
            on!(self, c => sqlx::query_scalar("select note from checkpoints where size = $1")
            .bind(size).fetch_optional(c).await?),
        )
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
