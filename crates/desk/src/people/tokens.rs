//! API tokens: machines that act as staff of a role, through the same gate.

use store::{StaffRow, TokenRow, Tx};
use words::{Role, StaffId, Time, TokenId};

use super::{TOUCH, tidy_name};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::hours,
};

/// What a token may be used for, on top of what its role allows.
pub const SCOPES: [&str; 7] = [
    "tickets", "accounts", "events", "ledger", "records", "alarms", REVEALS,
];

/// Asking to see a value, and seeing it: only for a token that was made for it by name, as a program has no
/// screen that says who looks.
pub(crate) const REVEALS: &str = "reveals";

/// How a token begins, so that leaked ones are recognised.
const PREFIX: &str = "stt_";

/// The longest life of a token, in days.
const LONGEST: u32 = 730;

/// A token, without its secret.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// The staff that it acts as.
    pub staff: StaffId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// The name of who made it; none for the command line.
    pub made_by: Option<String>,
    /// When it was made.
    pub created: Time,
    /// Until when it works.
    pub expires: Time,
    /// When it was last used, to the minute.
    pub used: Option<Time>,
    /// Whether it works now.
    pub active: bool,
}

impl TokenView {
    pub(super) async fn of(tx: &mut Tx, row: TokenRow, now: Time) -> Result<Self, DeskError> {
        let staff = tx.staff(row.staff_id).await?.ok_or(DeskError::NotFound)?;
        let made_by = match row.created_by {
            Some(id) => tx.staff(id).await?.map(|staff| staff.name),
            None => None,
        };
        Ok(Self {
            id: row.id,
            staff: row.staff_id,
            role: staff.role,
            scopes: words(&row.scopes),
            made_by,
            created: row.created_at,
            expires: row.expires_at,
            used: row.used_at,
            active: row.revoked_at.is_none() && row.expires_at > now && staff.ended_at.is_none(),
            name: row.name,
        })
    }
}

impl Desk {
    /// Makes a token and returns its secret, which is known only now: `stt_` and 43 letters. `by` is
    /// an admin with a code of theirs, or none for the command line. No scopes means all of [`SCOPES`] but
    /// `reveals`; the role bounds what they open. It works for `days` days.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for anybody but an admin; [`DeskError::Invalid`] for a name, time or
    /// scope that can't be used, and for a wrong or used code; [`DeskError::Limited`] after five of
    /// these.
    pub async fn create_token(
        &self,
        by: Option<(&Me, &str)>,
        name: &str,
        role: Role,
        days: u32,
        scopes: &[String],
    ) -> Result<String, DeskError> {
        const ADMIN: &[Role] = &[Role::Admin];
        if let Some((me, _)) = by {
            me.must_be_a_person(ADMIN)?;
        }
        let name = tidy_name(name)?;
        if !(1..=LONGEST).contains(&days) {
            return Err(DeskError::Invalid(format!(
                "a token works for 1 to {LONGEST} days"
            )));
        }
        if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(DeskError::Invalid(format!(
                "not a scope; use some of: {}",
                SCOPES.join(", ")
            )));
        }
        let wanted = |scope: &&str| match scopes {
            [] => *scope != REVEALS,
            named => named.iter().any(|s| s == scope),
        };
        let scopes = SCOPES
            .into_iter()
            .filter(wanted)
            .collect::<Vec<_>>()
            .join(" ");

        let mut tx = match by {
            Some((me, code)) => {
                let tried = self.try_oneself(me, ADMIN).await?;
                self.prove_oneself(me, ADMIN, tried, None, code, "token")
                    .await?
                    .0
            }
            None => self.store.begin().await?,
        };
        let now = self.now();
        let secret = format!("{PREFIX}{}", self.secret().0);
        let (id, staff_id) = (self.id(TokenId::new), self.id(StaffId::new));
        tx.add_staff(&StaffRow {
            id: staff_id,
            login: format!("token:{id}"),
            name: name.clone(),
            role,
            password: None,
            totp: None,
            totp_step: 0,
            token: true,
            created_at: now,
            ended_at: None,
        })
        .await?;
        tx.add_token(&TokenRow {
            id,
            token: vault::hash(secret.as_bytes()).to_vec(),
            staff_id,
            name,
            scopes: scopes.clone(),
            created_by: by.map(|(me, _)| me.id),
            created_at: now,
            expires_at: now + hours(u64::from(days) * 24),
            used_at: None,
            revoked_at: None,
        })
        .await?;
        let entry = match by {
            Some((me, _)) => self.by(me, "staff.token-made"),
            None => self.entry("system", "staff.token-made"),
        };
        tx.entry(
            entry
                .with("token", id.to_string())
                .with("staff", staff_id.to_string())
                .with("role", role.as_str())
                .with("scopes", scopes)
                .with("days", days),
        );
        self.commit(tx).await?;
        Ok(secret)
    }

    /// All tokens, newest first. Admins and auditors.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub async fn tokens(&self, me: &Me) -> Result<Vec<TokenView>, DeskError> {
        me.must_be_a_person(&[Role::Admin, Role::Auditor])?;
        let mut tx = self.store.read().await?;
        let now = self.now();
        let mut views = Vec::new();
        for row in tx.tokens().await? {
            views.push(TokenView::of(&mut tx, row, now).await?);
        }
        Ok(views)
    }

    /// Revokes a token: it stops at once, for good. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`] if it is unknown or revoked.
    pub async fn revoke_token(&self, me: &Me, id: TokenId) -> Result<(), DeskError> {
        me.must_be_a_person(&[Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let tokens = tx.tokens().await?;
        let token = tokens
            .iter()
            .find(|token| token.id == id)
            .ok_or(DeskError::NotFound)?;
        if !self.stop_token(&mut tx, token, now).await? {
            return Err(DeskError::NotFound);
        }
        tx.entry(
            self.by(me, "staff.token-revoked")
                .with("token", id.to_string()),
        );
        self.commit(tx).await
    }

    /// Revokes it and ends the staff that it acts as; false if it was revoked.
    pub(super) async fn stop_token(
        &self,
        tx: &mut Tx,
        token: &TokenRow,
        now: Time,
    ) -> Result<bool, DeskError> {
        if !tx.revoke_token(token.id, now).await? {
            return Ok(false);
        }
        tx.end_staff(token.staff_id, Some(now)).await?;
        Ok(true)
    }

    /// Whom a token's secret acts as; none if it is unknown, revoked or expired. Notes the use at
    /// most once a minute, and the first in the ledger.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn token(&self, secret: &str) -> Result<Option<Me>, DeskError> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let (hash, now) = (vault::hash(secret.as_bytes()), self.now());
        let mut tx = self.store.read().await?;
        let Some(row) = tx.token(&hash, now).await? else {
            return Ok(None);
        };
        let staff = tx
            .staff(row.staff_id)
            .await?
            .filter(|staff| staff.ended_at.is_none());
        drop(tx);
        let Some(staff) = staff else { return Ok(None) };
        let me = Me::of(staff, None, Some(words(&row.scopes)));
        if row.used_at.is_none_or(|used| used + TOUCH <= now) {
            let mut tx = self.store.begin().await?;
            tx.touch_token(row.id, now).await?;
            if row.used_at.is_none() {
                tx.entry(
                    self.by(&me, "staff.token-first-used")
                        .with("token", row.id.to_string()),
                );
            }
            self.commit(tx).await?;
        }
        Ok(Some(me))
    }
}

fn words(scopes: &str) -> Vec<String> {
    scopes.split_whitespace().map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests;
