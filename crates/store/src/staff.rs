//! Staff, invitations and tokens.

use sqlx::FromRow;
use words::{InvitationEnd, InvitationId, Role, StaffId, Time, TokenId};

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

/// A single-use way to become staff, or to enrol anew.
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
    /// Who enrols anew by it; none for somebody new.
    pub staff_id: Option<StaffId>,
    /// The login that they chose, until the first code confirms it.
    pub login: Option<String>,
    /// The argon2id hash of the password that they chose, until then.
    pub password: Option<String>,
    /// The sealed TOTP secret that they are enrolling, until then.
    pub totp: Option<Vec<u8>>,
    /// Whether it is the set-up link for the first admin.
    pub set_up: bool,
    /// Who invited; none for the first admin's set-up link, and for the operator.
    pub created_by: Option<StaffId>,
    /// When.
    pub created_at: Time,
    /// Until when it works.
    pub expires_at: Time,
    /// When it ended, if it didn't by itself.
    pub used_at: Option<Time>,
    /// How it ended then.
    pub outcome: Option<InvitationEnd>,
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

    /// Sets another password, if the old one still is what it was.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it changed in the meantime.
    pub async fn set_password(
        &mut self,
        id: StaffId,
        old: &str,
        new: &str,
    ) -> Result<(), StoreError> {
        one(
            on!(self, c => sqlx::query("update staff set password = $3 where id = $1 and password = $2")
            .bind(id).bind(old).bind(new).execute(c).await?.rows_affected()),
        )
    }

    /// Sets another TOTP secret, if the old one still is what it was. `step` is used up with it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it changed in the meantime.
    pub async fn set_totp(
        &mut self,
        id: StaffId,
        old: &[u8],
        new: &[u8],
        step: i64,
    ) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update staff set totp = $3, totp_step = $4 where id = $1 and totp = $2")
            .bind(id).bind(old).bind(new).bind(step).execute(c).await?.rows_affected()))
    }

    /// Sets another password and TOTP secret, whatever they were. `step` is used up with them.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if there is no such person, or they may not sign in.
    pub async fn enrol_anew(
        &mut self,
        id: StaffId,
        password: &str,
        totp: &[u8],
        step: i64,
    ) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update staff set password = $2, totp = $3, totp_step = $4 where id = $1 and token = false and ended_at is null")
            .bind(id).bind(password).bind(totp).bind(step).execute(c).await?.rows_affected()))
    }

    /// Adds an invitation, with nothing chosen yet.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn add_invitation(&mut self, row: &InvitationRow) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into invitations (id, token, name, role, staff_id, set_up, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(row.id).bind(&row.token).bind(&row.name).bind(row.role).bind(row.staff_id).bind(row.set_up)
            .bind(row.created_by).bind(row.created_at).bind(row.expires_at).execute(c).await.map(drop)?);
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

    /// The invitation by which somebody can enrol anew, if one still works.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn open_invitation_of(
        &mut self,
        staff: StaffId,
        now: Time,
    ) -> Result<Option<InvitationRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from invitations where staff_id = $1 and used_at is null and expires_at > $2 order by created_at desc limit 1")
            .bind(staff).bind(now).fetch_optional(c).await?))
    }

    /// The invitations to enrol anew that were taken up or refused after `since`, newest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn answered_anew(&mut self, since: Time) -> Result<Vec<InvitationRow>, StoreError> {
        Ok(on!(self, c => sqlx::query_as(
            "select * from invitations where staff_id is not null and used_at > $1 and outcome in ($2, $3) order by used_at desc")
            .bind(since).bind(InvitationEnd::Taken).bind(InvitationEnd::Refused).fetch_all(c).await?))
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

    /// Ends an invitation, and forgets what was chosen.
    ///
    /// # Errors
    /// [`StoreError::Gone`] if it ended before.
    pub async fn end_invitation(
        &mut self,
        id: InvitationId,
        how: InvitationEnd,
        now: Time,
    ) -> Result<(), StoreError> {
        one(on!(self, c => sqlx::query(
            "update invitations set used_at = $2, outcome = $3, login = null, password = null, totp = null where id = $1 and used_at is null")
            .bind(id).bind(now).bind(how).execute(c).await?.rows_affected()))
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
