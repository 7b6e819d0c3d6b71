//! Limits that don't start anew: they live in the database, keyed by what is limited and nothing
//! else, so that no restart, channel, rep or session resets them.

use std::time::Duration;
use words::Time;

use crate::db::{StoreError, Tx};

impl Tx {
    /// Takes one use out of an allowance of `burst` uses that refills one use every `every`
    /// (generic cell rate algorithm). Returns the time from which it would be allowed, if it is
    /// not allowed now; a refused use is not charged. The key's row is taken first, so that two at
    /// once queue up.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn charge(
        &mut self,
        key: &[u8],
        burst: u32,
        every: Duration,
        now: Time,
    ) -> Result<Option<Time>, StoreError> {
        let tat: Time = on!(self, c => sqlx::query_scalar(
            "insert into limits (key, tat) values ($1, $2) on conflict (key) do update set tat = limits.tat returning tat")
            .bind(key).bind(now).fetch_one(c).await?);
        let start = tat.max(now);
        let free_at = start - every * burst.saturating_sub(1);
        if free_at > now {
            return Ok(Some(free_at));
        }
        let tat = start + every;
        on!(self, c => sqlx::query("update limits set tat = $2 where key = $1")
            .bind(key).bind(tat).execute(c).await.map(drop)?);
        Ok(None)
    }

    /// Whether an allowance has a use left, without taking it: the time from which it would.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn spent(
        &mut self,
        key: &[u8],
        burst: u32,
        every: Duration,
        now: Time,
    ) -> Result<Option<Time>, StoreError> {
        let tat: Option<Time> = on!(self, c => sqlx::query_scalar("select tat from limits where key = $1")
            .bind(key).fetch_optional(c).await?);
        let free_at = tat.unwrap_or(now).max(now) - every * burst.saturating_sub(1);
        Ok((free_at > now).then_some(free_at))
    }

    /// Lets only one transaction at a time past this point for a key (an allowance's, or a plain
    /// word), until it ends: on `PostgreSQL` two could otherwise both read what neither has written.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn queue_at(&mut self, key: &[u8], now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into limits (key, tat) values ($1, $2) on conflict (key) do update set tat = limits.tat")
            .bind(key).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Gives one use back to an allowance that refills one use every `every`: for what is charged
    /// before it is known to be harmless.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn give_back(&mut self, key: &[u8], every: Duration) -> Result<(), StoreError> {
        let micros = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        on!(self, c => sqlx::query("update limits set tat = tat - $2 where key = $1")
            .bind(key).bind(micros).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Drops allowances that are full again.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn sweep_limits(&mut self, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from limits where tat < $1").bind(now).execute(c).await.map(drop)?);
        Ok(())
    }
}
