//! Sessions of staff, and the browsers in which they signed in before.

use sqlx::FromRow;
use words::{SessionId, StaffId, Time};

use crate::db::{StoreError, Tx, one};

/// A signed-in browser.
#[derive(FromRow, Clone)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// The hash of the cookie's secret.
    pub token: Vec<u8>,
    /// Whose.
    pub staff_id: StaffId,
    /// The browser, reduced to family and system.
    pub agent: String,
    /// When the second step was passed; until then the session opens nothing.
    pub full_at: Option<Time>,
    /// When it began.
    pub created_at: Time,
    /// When it was last used.
    pub seen_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// The sealed TOTP secret that its person is enrolling, until the first code confirms it.
    pub totp: Option<Vec<u8>>,
    /// Since when that secret waits.
    pub totp_at: Option<Time>,
}

impl Tx {
    /// Adds a session.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_session(&mut self, row: &SessionRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into sessions (id, token, staff_id, agent, full_at, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(row.id).bind(&row.token).bind(row.staff_id).bind(&row.agent).bind(row.full_at)
            .bind(row.created_at).bind(row.seen_at).bind(row.expires_at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// A session that has not ended, by the hash of its secret.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn session(
        &mut self,
        token: &[u8],
        now: Time,
    ) -> Result<Option<SessionRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from sessions where token = $1 and ended_at is null and expires_at > $2")
            .bind(token).bind(now).fetch_optional(c).await?))
    }

    /// The sessions of one member of staff that have not ended, the last used first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn sessions(
        &mut self,
        staff: StaffId,
        now: Time,
    ) -> Result<Vec<SessionRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from sessions where staff_id = $1 and ended_at is null and expires_at > $2 and full_at is not null order by seen_at desc")
            .bind(staff).bind(now).fetch_all(c).await?))
    }

    /// When each person last used a session.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn last_seen(&mut self) -> Result<Vec<(StaffId, Time)>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select staff_id, max(seen_at) from sessions where full_at is not null group by staff_id").fetch_all(c).await?))
    }

    /// Notes that a session was used, and until when it now works.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn touch_session(
        &mut self,
        id: SessionId,
        now: Time,
        expires: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update sessions set seen_at = $2, expires_at = $3 where id = $1")
            .bind(id).bind(now).bind(expires).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Ends one session of one member of staff; false if there is no such open session.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn end_session(
        &mut self,
        id: SessionId,
        staff: StaffId,
        now: Time,
    ) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update sessions set ended_at = $3, totp = null, totp_at = null where id = $1 and staff_id = $2 and ended_at is null")
            .bind(id).bind(staff).bind(now).execute(c).await?.rows_affected())
                == 1,
        )
    }

    /// Ends all sessions of one member of staff but one.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn end_sessions(
        &mut self,
        staff: StaffId,
        but: Option<SessionId>,
        now: Time,
    ) -> Result<u64, StoreError> {
        Ok(on!(self, c => sqlx::query(
            "update sessions set ended_at = $3, totp = null, totp_at = null where staff_id = $1 and ended_at is null and ($2 is null or id <> $2)")
            .bind(staff).bind(but).bind(now).execute(c).await?.rows_affected()))
    }

    /// One session of one member of staff that has not ended, by its id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn session_of(
        &mut self,
        id: SessionId,
        staff: StaffId,
        now: Time,
    ) -> Result<Option<SessionRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from sessions where id = $1 and staff_id = $2 and ended_at is null and expires_at > $3 and full_at is not null")
            .bind(id).bind(staff).bind(now).fetch_optional(c).await?))
    }

    /// Gives a session another secret, by its hash, in place of the one before, and forgets the TOTP
    /// secret that waited on it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if the session has ended.
    pub async fn renew_session(&mut self, id: SessionId, token: &[u8]) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update sessions set token = $2, totp = null, totp_at = null where id = $1 and ended_at is null")
            .bind(id).bind(token).execute(c).await?.rows_affected()))
    }

    /// Keeps the sealed TOTP secret that a session's person is enrolling.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if the session has ended.
    pub async fn keep_totp(
        &mut self,
        id: SessionId,
        totp: &[u8],
        now: Time,
    ) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update sessions set totp = $2, totp_at = $3 where id = $1 and ended_at is null")
            .bind(id).bind(totp).bind(now).execute(c).await?.rows_affected()))
    }

    /// Since when the oldest TOTP secret waits on a session, if one does.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn oldest_totp(&mut self) -> Result<Option<Time>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select min(totp_at) from sessions where totp_at is not null").fetch_one(c).await?))
    }

    /// Forgets the TOTP secrets that wait on sessions since `until` or longer.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn forget_totps(&mut self, until: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update sessions set totp = null, totp_at = null where totp_at <= $1")
            .bind(until).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Who signed in fully in a browser before, by the hash of its secret.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn known_in(&mut self, token: &[u8], now: Time) -> Result<Vec<StaffId>, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "select staff_id from browsers where token = $1 and expires_at > $2")
            .bind(token).bind(now).fetch_all(c).await?))
    }

    /// Notes that somebody signed in fully in a browser, and drops what has expired of theirs.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn know_browser(
        &mut self,
        token: &[u8],
        staff: StaffId,
        now: Time,
        expires: Time,
    ) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from browsers where staff_id = $1 and expires_at <= $2")
            .bind(staff).bind(now).execute(c).await.map(drop)?);
        on!(self, c => sqlx::query(
            "insert into browsers (token, staff_id, seen_at, expires_at) values ($1, $2, $3, $4)
             on conflict (token, staff_id) do update set seen_at = excluded.seen_at, expires_at = excluded.expires_at")
            .bind(token).bind(staff).bind(now).bind(expires).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Forgets all browsers that somebody signed in with.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn forget_browsers(&mut self, staff: StaffId) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("delete from browsers where staff_id = $1")
            .bind(staff).execute(c).await.map(drop)?);
        Ok(())
    }
}
