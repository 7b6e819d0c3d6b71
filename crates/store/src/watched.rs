//! What the watch remembers of each account.

use sqlx::FromRow;
use uuid::Uuid;
use words::{AccountId, TicketId, Time};

use crate::db::{StoreError, Tx};

/// One login event, without address or agent.
#[derive(FromRow, Clone, Debug)]
pub struct LoginRow {
    /// Its id.
    pub id: Uuid,
    /// Whose login.
    pub account_id: AccountId,
    /// When.
    pub at: Time,
    /// `success` or `failure`.
    pub outcome: String,
    /// Two-letter country code, if known.
    pub country: Option<String>,
}

/// Something that the watch found, in the flag that it opened or joined.
#[derive(FromRow, Clone, Debug)]
pub struct SignalRow {
    /// The flag.
    pub ticket_id: TicketId,
    /// The time of the login event that led to it.
    pub at: Time,
    /// Which one of those that the same event led to.
    pub place: i64,
    /// What was found, as JSON.
    pub signal: String,
}

impl Tx {
    /// An account's history, as JSON.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn history(&mut self, account: AccountId) -> Result<Option<String>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select history from watched where account_id = $1")
            .bind(account).fetch_optional(c).await?),
        )
    }

    /// Keeps an account's history.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn set_history(
        &mut self,
        account: AccountId,
        history: &str,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into watched (account_id, history) values ($1, $2)
             on conflict (account_id) do update set history = excluded.history")
            .bind(account).bind(history).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Keeps a login event; one that is kept already stays as it is.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_login(&mut self, row: &LoginRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into login_events (id, account_id, at, outcome, country) values ($1, $2, $3, $4, $5) on conflict (id) do nothing")
            .bind(row.id).bind(row.account_id).bind(row.at).bind(&row.outcome).bind(&row.country)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// An account's newest login events, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn logins(
        &mut self,
        account: AccountId,
        limit: i64,
    ) -> Result<Vec<LoginRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from login_events where account_id = $1 order by at desc limit $2")
            .bind(account).bind(limit).fetch_all(c).await?))
    }

    /// Keeps what the watch found.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_signal(&mut self, row: &SignalRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into signals (ticket_id, at, place, signal) values ($1, $2, $3, $4)")
            .bind(row.ticket_id).bind(row.at).bind(row.place).bind(&row.signal)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// The newest signals of a flag, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn signals(
        &mut self,
        ticket: TicketId,
        limit: i64,
    ) -> Result<Vec<SignalRow>, StoreError> {
        let mut rows: Vec<SignalRow> = on!(self, c => sqlx::query_as(
            "select * from signals where ticket_id = $1 order by at desc, place desc limit $2")
            .bind(ticket).bind(limit).fetch_all(c).await?);
        rows.reverse();
        Ok(rows)
    }
}
