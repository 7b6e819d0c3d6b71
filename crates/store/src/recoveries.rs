//! Pages on which requesters show a receipt, where nobody can be reached by a contact point.

use sqlx::FromRow;
use words::{AccountId, RecoveryId, RequestId, RequestKind, RequestState, TicketId, Time};

use crate::{
    db::{StoreError, Tx, one},
    tickets::RequestRow,
};

/// A page on which a requester shows a receipt.
#[derive(FromRow, Clone, Debug)]
pub struct RecoveryRow {
    /// Its id.
    pub id: RecoveryId,
    /// The keyed hash of what leads to it.
    pub token: Vec<u8>,
    /// Bound to this account,
    pub account_id: AccountId,
    /// this ticket,
    pub ticket_id: TicketId,
    /// and this request.
    pub request_id: RequestId,
    /// When it was made.
    pub created_at: Time,
    /// Until when a receipt may be shown on it.
    pub expires_at: Time,
    /// When one was taken.
    pub given_at: Option<Time>,
}

impl Tx {
    /// Adds a page; those that the request had, and on which nothing was shown, end.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_recovery(&mut self, row: &RecoveryRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update recoveries set expires_at = $2 where request_id = $1 and given_at is null and expires_at > $2")
            .bind(row.request_id).bind(row.created_at).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query(
            "insert into recoveries (id, token, account_id, ticket_id, request_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(row.id).bind(&row.token).bind(row.account_id).bind(row.ticket_id).bind(row.request_id)
            .bind(row.created_at).bind(row.expires_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// A page by the keyed hash of what leads to it.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn recovery(&mut self, token: &[u8]) -> Result<Option<RecoveryRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from recoveries where token = $1")
            .bind(token).fetch_optional(c).await?),
        )
    }

    /// The newest page of a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn recovery_of(
        &mut self,
        request: RequestId,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from recoveries where request_id = $1 order by created_at desc, id desc limit 1")
            .bind(request).fetch_optional(c).await?))
    }

    /// A receipt was taken on a page, once.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if one was before.
    pub async fn recovery_given(&mut self, id: RecoveryId, now: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update recoveries set given_at = $2 where id = $1 and given_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// The resets that wait on a receipt alone, shown at `before` or earlier.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn due_recoveries(
        &mut self,
        before: Time,
        limit: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select requests.* from requests join recoveries on recoveries.request_id = requests.id
             where requests.kind = $1 and requests.state = $2 and recoveries.given_at <= $3 order by recoveries.given_at limit $4")
            .bind(RequestKind::Reset).bind(RequestState::Waiting).bind(before).bind(limit)
            .fetch_all(c).await?))
    }

    /// When the first of them was shown that still waits.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn first_recovery(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select min(recoveries.given_at) from requests join recoveries on recoveries.request_id = requests.id
             where requests.kind = $1 and requests.state = $2")
            .bind(RequestKind::Reset).bind(RequestState::Waiting).fetch_one(c).await?))
    }

    /// Whether something that proves served before, for whatever request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn served(&mut self, source: &[u8]) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select exists(select 1 from proofs where source = $1)")
            .bind(source).fetch_one(c).await?),
        )
    }

    /// Whether one of these marks of receipts was spent before.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn receipt_spent(&mut self, marks: &[Vec<u8>]) -> Result<bool, StoreError> {
        for mark in marks {
            let spent: bool = on!(self, c => sqlx::query_scalar("select exists(select 1 from spent_receipts where mark = $1)")
                .bind(mark).fetch_one(c).await?);
            if spent {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Spends the marks of a receipt.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn spend_receipt(&mut self, marks: &[Vec<u8>], now: Time) -> Result<(), StoreError> {
        for mark in marks {
            on!(self, c => sqlx::query("insert into spent_receipts (mark, at) values ($1, $2) on conflict do nothing")
                .bind(mark).bind(now).execute(c).await.map(drop)?);
        }
        Ok(())
    }

    /// Ends an account's saved codes that were made before a time, or from it on.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_saved_codes_of(
        &mut self,
        account: AccountId,
        older: bool,
        than: Time,
    ) -> Result<(), StoreError> {
        if older {
            on!(self, c => sqlx::query("delete from saved_codes where account_id = $1 and made_at < $2")
                .bind(account).bind(than).execute(c).await.map(drop)?);
        } else {
            on!(self, c => sqlx::query("delete from saved_codes where account_id = $1 and made_at >= $2")
                .bind(account).bind(than).execute(c).await.map(drop)?);
        }
        Ok(())
    }
}
