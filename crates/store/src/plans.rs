//! Changes that the owner confirmed and that wait out their cooling-off time; saved recovery codes.

use sqlx::FromRow;
use words::{
    AccountId, ContactPointId, FieldId, PlanId, PlanKind, RequestId, SavedCodeId, TicketId, Time,
};

use crate::db::{StoreError, Tx, one};

/// A confirmed change that waits out its cooling-off time.
#[derive(FromRow, Clone, Debug)]
pub struct PlanRow {
    /// Its id.
    pub id: PlanId,
    /// What changes.
    pub kind: PlanKind,
    /// Whose account.
    pub account_id: AccountId,
    /// In which ticket it was asked for.
    pub ticket_id: TicketId,
    /// By which request.
    pub request_id: RequestId,
    /// The contact point that takes effect.
    pub contact_point_id: Option<ContactPointId>,
    /// The field that changes.
    pub field_id: Option<FieldId>,
    /// Its new value, sealed.
    pub value: Option<Vec<u8>>,
    /// When the owner confirmed it.
    pub made_at: Time,
    /// When the first letter about it left.
    pub told_at: Option<Time>,
    /// When it takes effect.
    pub effective_at: Time,
    /// When it was cancelled at an old contact point.
    pub cancelled_at: Option<Time>,
    /// When it was carried out.
    pub done_at: Option<Time>,
}

impl Tx {
    /// Adds a planned change.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_plan(&mut self, row: &PlanRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into plans (id, kind, account_id, ticket_id, request_id, contact_point_id, field_id, value, made_at, effective_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(row.id).bind(row.kind).bind(row.account_id).bind(row.ticket_id).bind(row.request_id).bind(row.contact_point_id)
            .bind(row.field_id).bind(&row.value).bind(row.made_at).bind(row.effective_at)
            .execute(c).await.map(drop)?);
        Ok(())
    }

    /// A planned change by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn plan(&mut self, id: PlanId) -> Result<Option<PlanRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from plans where id = $1")
            .bind(id).fetch_optional(c).await?),
        )
    }

    /// The planned change of a request.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn plan_of(&mut self, request: RequestId) -> Result<Option<PlanRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from plans where request_id = $1")
            .bind(request).fetch_optional(c).await?),
        )
    }

    /// The changes of an account that still wait, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn plans(&mut self, account: AccountId) -> Result<Vec<PlanRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from plans where account_id = $1 and done_at is null and cancelled_at is null order by made_at, id")
            .bind(account).fetch_all(c).await?))
    }

    /// The changes whose cooling-off time is over.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn due_plans(&mut self, now: Time, limit: i64) -> Result<Vec<PlanRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from plans where done_at is null and cancelled_at is null and effective_at <= $1 order by effective_at limit $2")
            .bind(now).bind(limit).fetch_all(c).await?))
    }

    /// When the next change takes effect.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn next_plan(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select min(effective_at) from plans where done_at is null and cancelled_at is null")
            .fetch_one(c).await?))
    }

    /// A letter about a planned change left: the first one counts.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn plan_told(&mut self, id: PlanId, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update plans set told_at = $2 where id = $1 and told_at is null")
            .bind(id).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Puts a planned change off.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was carried out or cancelled before.
    pub async fn put_off_plan(&mut self, id: PlanId, until: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update plans set effective_at = $2 where id = $1 and done_at is null and cancelled_at is null")
            .bind(id).bind(until).execute(c).await?.rows_affected()),
        )
    }

    /// Puts off the saved codes that were made with a planned change.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn put_off_codes(
        &mut self,
        account: AccountId,
        made: Time,
        until: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update saved_codes set effective_at = $3 where account_id = $1 and made_at = $2 and effective_at < $3")
            .bind(account).bind(made).bind(until).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Keeps what a field was before its owner changed it, as its digest: by that the desk knows a list
    /// of the company's that has not heard of the change.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn field_was(&mut self, plan: PlanId, digest: &[u8]) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update plans set value = $2 where id = $1")
            .bind(plan).bind(digest).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The fields that the owner of an account changed, each with the digest of what it was before.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn fields_by_owner(
        &mut self,
        account: AccountId,
    ) -> Result<Vec<(FieldId, Vec<u8>)>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select field_id, value from plans where account_id = $1 and kind = $2 and done_at is not null
                and field_id is not null and value is not null")
            .bind(account).bind(PlanKind::Field).fetch_all(c).await?))
    }

    /// A planned change took effect.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was carried out or cancelled before.
    pub async fn plan_done(&mut self, id: PlanId, now: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update plans set done_at = $2, value = null where id = $1 and done_at is null and cancelled_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// A planned change is cancelled.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was carried out or cancelled before.
    pub async fn cancel_plan(&mut self, id: PlanId, now: Time) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update plans set cancelled_at = $2, value = null where id = $1 and done_at is null and cancelled_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected()),
        )
    }

    /// Saves an account's recovery codes, as keyed hashes.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn save_codes(
        &mut self,
        account: AccountId,
        codes: &[(SavedCodeId, Vec<u8>)],
        now: Time,
        effective: Time,
    ) -> Result<(), StoreError> {
        for (id, code) in codes {
            on!(self, c => sqlx::query(
                "insert into saved_codes (id, account_id, code, made_at, effective_at) values ($1, $2, $3, $4, $5)")
                .bind(*id).bind(account).bind(code).bind(now).bind(effective).execute(c).await.map(drop)?);
        }
        Ok(())
    }

    /// Takes a saved code, if it is one of the account's, in effect at `since` and not used: true then,
    /// once.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn take_saved_code(
        &mut self,
        account: AccountId,
        code: &[u8],
        since: Time,
        now: Time,
    ) -> Result<bool, StoreError> {
        Ok(on!(self, c => sqlx::query(
            "update saved_codes set used_at = $3 where account_id = $1 and code = $2 and used_at is null and effective_at <= $4")
            .bind(account).bind(code).bind(now).bind(since).execute(c).await?.rows_affected())
            == 1)
    }

    /// How many saved codes an account has left that counted at a time.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn saved_codes_left(
        &mut self,
        account: AccountId,
        now: Time,
    ) -> Result<i64, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select count(*) from saved_codes where account_id = $1 and used_at is null and effective_at <= $2")
            .bind(account).bind(now).fetch_one(c).await?))
    }

    /// Ends the saved codes that an account had, used or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn drop_saved_codes(&mut self, account: AccountId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from saved_codes where account_id = $1")
            .bind(account).execute(c).await.map(drop)?);
        Ok(())
    }
}
