//! Codes that were sent by text message, each for one request.

use sqlx::FromRow;
use words::{AccountId, ContactPointId, RequestId, Time};

use crate::db::{StoreError, Tx, one};

/// A code that went to a registered phone.
#[derive(FromRow, Clone, Debug)]
pub struct TextCodeRow {
    /// Bound to this request,
    pub request_id: RequestId,
    /// this account,
    pub account_id: AccountId,
    /// and the phone it went to.
    pub contact_point_id: ContactPointId,
    /// The keyed hash of it.
    pub code: Vec<u8>,
    /// When it was sent.
    pub sent_at: Time,
    /// Until when it works.
    pub until_at: Time,
    /// How often one was tried.
    pub tries: i64,
    /// When it served.
    pub used_at: Option<Time>,
}

impl Tx {
    /// Keeps the code of a request; one that it had ends.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn set_text_code(&mut self, row: &TextCodeRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into text_codes (request_id, account_id, contact_point_id, code, sent_at, until_at, tries)
             values ($1, $2, $3, $4, $5, $6, 0)
             on conflict (request_id) do update set account_id = excluded.account_id, contact_point_id = excluded.contact_point_id,
             code = excluded.code, sent_at = excluded.sent_at, until_at = excluded.until_at, tries = 0, used_at = null")
            .bind(row.request_id).bind(row.account_id).bind(row.contact_point_id).bind(&row.code).bind(row.sent_at).bind(row.until_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// The newest code of a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn text_code(
        &mut self,
        request: RequestId,
    ) -> Result<Option<TextCodeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from text_codes where request_id = $1")
            .bind(request).fetch_optional(c).await?),
        )
    }

    /// Counts a try of a request's code, and returns it with this one included.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn try_text_code(
        &mut self,
        request: RequestId,
    ) -> Result<Option<TextCodeRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("update text_codes set tries = tries + 1 where request_id = $1 returning *")
            .bind(request).fetch_optional(c).await?),
        )
    }

    /// A code served, once.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it did before.
    pub async fn use_text_code(&mut self, request: RequestId, now: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update text_codes set used_at = $2 where request_id = $1 and used_at is null")
            .bind(request).bind(now).execute(c).await?.rows_affected()),
        )
    }
}
