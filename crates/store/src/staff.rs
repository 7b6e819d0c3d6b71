//! Staff, invitations, sessions and tokens.

use sqlx::FromRow;
use words::{InvitationId, Role, SessionId, StaffId, Time, TokenId};

use crate::db::{StoreError, Tx, one};

/// A person or token that works at the desk.
#[derive(FromRow, Clone)]
pub struct StaffRow {
    /// Its id.
    pub id: StaffId,
    /// What they sign in with.
    pub login: String,
    /// Their name, as colleagues see it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The argon2id hash of the password; none for a token.
    pub password: Option<String>,
    /// The sealed TOTP secret; none for a token.
    pub totp: Option<Vec<u8>>,
    /// The last TOTP time step that was used, so that no code works twice.
    pub totp_step: i64,
    /// Whether it is an API token.
    pub token: bool,
    /// Since when.
    pub created_at: Time,
    /// When they were deactivated.
    pub ended_at: Option<Time>,
}

/// A single-use way to become staff.
#[derive(FromRow, Clone)]
pub struct InvitationRow {
    /// Its id.
    pub id: InvitationId,
    /// The hash of the secret in the link.
    pub token: Vec<u8>,
    /// For whom.
    pub name: String,
    /// As what.
    pub role: Role,
    /// The login that they chose, until the first code confirms it.
    pub login: Option<String>,
    /// The argon2id hash of the password that they chose, until then.
    pub password: Option<String>,
    /// The sealed TOTP secret that they are enrolling, until then.
    pub totp: Option<Vec<u8>>,
    /// Who invited; none for the first admin's set-up link.
    pub created_by: Option<StaffId>,
    /// When.
    pub created_at: Time,
    /// Until when it works.
    pub expires_at: Time,
    /// When it was used or withdrawn.
    pub used_at: Option<Time>,
}

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
}

/// An API token, without its secret.
#[derive(FromRow, Clone)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// The hash of the secret.
    pub token: Vec<u8>,
    /// The staff that it acts as.
    pub staff_id: StaffId,
    /// What it is for.
    pub name: String,
    /// What it may be used for, as words separated by spaces.
    pub scopes: String,
    /// Who made it; none for the command line.
    pub created_by: Option<StaffId>,
    /// When.
    pub created_at: Time,
    /// Until when it works.
    pub expires_at: Time,
    /// When it was last used.
    pub used_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

impl Tx {
    /// Adds staff.
    ///
    /// # Errors
    /// [`StoreError`], a duplicate if the login is taken.
    pub async fn add_staff(&mut self, row: &StaffRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into staff (id, login, name, role, password, totp, totp_step, token, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(row.id).bind(&row.login).bind(&row.name).bind(row.role).bind(&row.password).bind(&row.totp)
            .bind(row.totp_step).bind(row.token).bind(row.created_at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Staff by id.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn staff(&mut self, id: StaffId) -> Result<Option<StaffRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from staff where id = $1").bind(id).fetch_optional(c).await?),
        )
    }

    /// Staff by login.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn staff_by_login(&mut self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from staff where login = $1").bind(login).fetch_optional(c).await?),
        )
    }

    /// All people (not tokens), by name.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn people(&mut self) -> Result<Vec<StaffRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from staff where token = false order by name").fetch_all(c).await?),
        )
    }

    /// Deactivates (a time) or reactivates (none) staff.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such staff.
    pub async fn end_staff(&mut self, id: StaffId, at: Option<Time>) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update staff set ended_at = $2 where id = $1").bind(id).bind(at)
            .execute(c).await?.rows_affected()),
        )
    }

    /// Uses up a TOTP time step; false if it, or a later one, was used before.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn use_totp_step(&mut self, id: StaffId, step: i64) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update staff set totp_step = $2 where id = $1 and totp_step < $2")
            .bind(id).bind(step).execute(c).await?.rows_affected())
                == 1,
        )
    }

    /// Adds an invitation, with nothing chosen yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_invitation(&mut self, row: &InvitationRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into invitations (id, token, name, role, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(row.id).bind(&row.token).bind(&row.name).bind(row.role).bind(row.created_by)
            .bind(row.created_at).bind(row.expires_at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// An invitation by the hash of its secret.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn invitation(&mut self, token: &[u8]) -> Result<Option<InvitationRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from invitations where token = $1").bind(token).fetch_optional(c).await?),
        )
    }

    /// Invitations that still work, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn open_invitations(&mut self, now: Time) -> Result<Vec<InvitationRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from invitations where used_at is null and expires_at > $1 order by created_at desc")
            .bind(now).fetch_all(c).await?))
    }

    /// Keeps what an invited person chose, and the sealed TOTP secret that they are to enrol, until
    /// the first code confirms all of it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if the invitation was used.
    pub async fn keep_enrolment(
        &mut self,
        id: InvitationId,
        name: &str,
        login: &str,
        password: &str,
        totp: &[u8],
    ) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update invitations set name = $2, login = $3, password = $4, totp = $5 where id = $1 and used_at is null")
            .bind(id).bind(name).bind(login).bind(password).bind(totp).execute(c).await?.rows_affected()))
    }

    /// Forgets what people chose for invitations that have expired since.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn forget_enrolments(&mut self, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "update invitations set login = null, password = null, totp = null where expires_at <= $1 and password is not null")
            .bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Uses up (or withdraws) an invitation, and forgets what was chosen.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it was used before.
    pub async fn use_invitation(&mut self, id: InvitationId, now: Time) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update invitations set used_at = $2, login = null, password = null, totp = null where id = $1 and used_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected()))
    }

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
            on!(self, c => sqlx::query("update sessions set ended_at = $3 where id = $1 and staff_id = $2 and ended_at is null")
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
            "update sessions set ended_at = $3 where staff_id = $1 and ended_at is null and ($2 is null or id <> $2)")
            .bind(staff).bind(but).bind(now).execute(c).await?.rows_affected()))
    }

    /// Adds a token.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_token(&mut self, row: &TokenRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into tokens (id, token, staff_id, name, scopes, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(row.id).bind(&row.token).bind(row.staff_id).bind(&row.name).bind(&row.scopes).bind(row.created_by)
            .bind(row.created_at).bind(row.expires_at).execute(c).await.map(drop)?);
        Ok(())
    }

    /// A token that works, by the hash of its secret.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn token(&mut self, token: &[u8], now: Time) -> Result<Option<TokenRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from tokens where token = $1 and revoked_at is null and expires_at > $2")
            .bind(token).bind(now).fetch_optional(c).await?))
    }

    /// All tokens, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn tokens(&mut self) -> Result<Vec<TokenRow>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_as("select * from tokens order by created_at desc").fetch_all(c).await?),
        )
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn touch_token(&mut self, id: TokenId, now: Time) -> Result<(), StoreError> {
        on!(self, c => sqlx::query("update tokens set used_at = $2 where id = $1").bind(id).bind(now).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Revokes a token; false if it is unknown or revoked.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn revoke_token(&mut self, id: TokenId, now: Time) -> Result<bool, StoreError> {
        Ok(
            on!(self, c => sqlx::query("update tokens set revoked_at = $2 where id = $1 and revoked_at is null")
            .bind(id).bind(now).execute(c).await?.rows_affected())
                == 1,
        )
    }
}
