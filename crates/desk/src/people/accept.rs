//! Taking up an invitation: to become staff, or to enrol anew.

use store::{Change, InvitationRow, StaffRow, Tx};
use words::{InvitationEnd, Role, StaffId, Time};

use super::{SET_UP, active, changed, password, tidy_name};
use crate::{desk::Desk, error::DeskError, settings::minutes};

/// An invitation, for whoever holds its link.
pub struct Invite {
    /// For whom; as they typed it once they have. Empty for the first admin at first.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Whether it sets up the first admin.
    pub first: bool,
    /// Who invited; none for the first admin, and if it was the operator.
    pub invited_by: Option<String>,
    /// The sign-in name of the person who enrols anew by it; name, sign-in name and role stay. None
    /// for somebody new.
    pub anew: Option<String>,
    /// Until when it works.
    pub expires: Time,
    /// What is left to confirm with a code, once name, login and password are chosen.
    pub enrolment: Option<Enrolment>,
}

/// The second page of an invitation.
pub struct Enrolment {
    /// The login that was chosen.
    pub login: String,
    /// The TOTP secret in base 32.
    pub totp_secret_base32: String,
    /// The same as the address that authenticators scan.
    pub otpauth_url: String,
}

/// A login: 2 to 40 small letters, digits, dots, underscores and hyphens.
fn check_login(login: &str) -> Result<String, DeskError> {
    let login = login.trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if (2..=40).contains(&login.len()) && login.chars().all(plain) {
        Ok(login)
    } else {
        Err(DeskError::Invalid(
            "a sign-in name has 2 to 40 letters (a to z), digits, dots, underscores or hyphens"
                .to_owned(),
        ))
    }
}

const TAKEN: DeskError = DeskError::Conflict("that sign-in name is taken; please choose another");

impl Desk {
    /// What an invitation is for. The TOTP secret is in it after [`Desk::check_enrolment`].
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if it is unknown, used, withdrawn or expired.
    pub async fn invitation(&self, secret: &str) -> Result<Invite, DeskError> {
        let mut tx = self.store.read().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let invited_by = match row.created_by {
            Some(id) => tx.staff(id).await?.map(|staff| staff.name),
            None => None,
        };
        let anew = match row.staff_id {
            Some(id) => tx.staff(id).await?.map(|staff| staff.login),
            None => None,
        };
        let enrolment = match (row.login, row.totp) {
            (Some(login), Some(totp)) => {
                let (totp_secret_base32, otpauth_url) = self.totp_texts(&totp, &login)?;
                Some(Enrolment {
                    login,
                    totp_secret_base32,
                    otpauth_url,
                })
            }
            _ => None,
        };
        Ok(Invite {
            name: row.name,
            role: row.role,
            first: row.set_up,
            invited_by,
            anew,
            expires: row.expires_at,
            enrolment,
        })
    }

    /// Takes the first page: checks name, login and password and keeps them on the invitation (the
    /// password hashed) with a fresh TOTP secret, until [`Desk::accept`] confirms all of it. Nobody
    /// is staff by this. Done again, it replaces what was chosen, the TOTP secret too, so that a code
    /// never confirms a password that somebody else chose in between. Whoever enrols anew chooses the
    /// password only; `name` and `login` are not looked at.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] as for [`Desk::invitation`]; [`DeskError::Invalid`] and
    /// [`DeskError::Conflict`] with what to choose instead; [`DeskError::Limited`].
    pub async fn check_enrolment(
        &self,
        secret: &str,
        name: &str,
        login: &str,
        password: &str,
    ) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let (name, login) = match row.staff_id {
            Some(id) => {
                let staff = tx.staff(id).await?.ok_or(DeskError::NotFound)?;
                (staff.name, staff.login)
            }
            None => (tidy_name(name)?, check_login(login)?),
        };
        password::check(password, &login, &self.settings.company)?;
        if row.staff_id.is_none() && tx.staff_by_login(&login).await?.is_some() {
            return Err(TAKEN);
        }
        // Each is 19 MiB of work.
        let limit = self.allowance("invitation:password", &row.id.to_string(), 10, minutes(1));
        limit.take(&mut tx, self.now()).await?;
        self.commit(tx).await?;

        let hash = self.hash_password(password).await?;
        let totp = self.new_totp()?;
        let mut tx = self.store.begin().await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        super::gone(tx.keep_enrolment(row.id, &name, &login, &hash, &totp).await)?;
        self.commit(tx).await
    }

    /// Takes the second page: a right code confirms the TOTP secret, makes the invited person staff
    /// and uses up the invitation, all or nothing. Whoever enrols anew has the new password and secret
    /// instead of the old ones by this; all their sessions end, no browser is known any more, and the
    /// tokens and open invitations that they made end too, as whoever had the old ones may have made
    /// them. The code does not sign in as well.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] as for [`Desk::invitation`]; [`DeskError::Conflict`] if the first page
    /// is missing or the login was taken meanwhile; [`DeskError::Invalid`] for a wrong code;
    /// [`DeskError::Limited`] after ten of these.
    pub async fn accept(&self, secret: &str, code: &str) -> Result<StaffId, DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        tx.queue_at(SET_UP.as_bytes(), now).await?;
        let row = self.open_invitation(&mut tx, secret).await?;
        let (Some(login), Some(password), Some(totp)) = (row.login, row.password, row.totp) else {
            return Err(DeskError::Conflict("choose a name and a password first"));
        };
        let limit = self.allowance("invitation:code", &row.id.to_string(), 10, minutes(1));
        if let Some(until) = limit.spent(&mut tx, now).await? {
            return Err(DeskError::Limited(until));
        }
        let Some(step) = self.totp_step(&totp, code, now)? else {
            limit.charge(&mut tx, now).await?;
            self.commit(tx).await?;
            return Err(super::wrong_code());
        };
        super::gone(tx.end_invitation(row.id, InvitationEnd::Taken, now).await)?;
        let id = if let Some(id) = row.staff_id {
            changed(tx.enrol_anew(id, &password, &totp, step).await)?;
            let sessions = tx.end_sessions(id, None, now).await?;
            tx.forget_browsers(id).await?;
            let (tokens, invitations) = self.end_what_they_made(&mut tx, id, now).await?;
            tx.entry(
                self.entry(&format!("staff:{id}"), "staff.enrolled-anew")
                    .with("invitation", row.id.to_string())
                    .with("sessions", sessions)
                    .with("tokens", tokens)
                    .with("invitations", invitations),
            );
            tx.changed(Change::List);
            id
        } else {
            let staff = StaffRow {
                id: self.id(StaffId::new),
                login,
                name: row.name,
                role: row.role,
                password: Some(password),
                totp: Some(totp),
                totp_step: step,
                token: false,
                created_at: now,
                ended_at: None,
            };
            tx.add_staff(&staff).await.map_err(|error| {
                if error.is_duplicate() {
                    TAKEN
                } else {
                    error.into()
                }
            })?;
            tx.set_meta(SET_UP, "yes").await?;
            tx.entry(
                self.entry(&format!("staff:{}", staff.id), "staff.accepted")
                    .with("invitation", row.id.to_string())
                    .with("role", row.role.as_str()),
            );
            staff.id
        };
        self.commit(tx).await?;
        Ok(id)
    }

    async fn open_invitation(&self, tx: &mut Tx, secret: &str) -> Result<InvitationRow, DeskError> {
        let row = tx
            .invitation(&vault::hash(secret.as_bytes()))
            .await?
            .ok_or(DeskError::NotFound)?;
        let open = row.used_at.is_none() && row.expires_at > self.now();
        // A set-up link that another node printed ends with the first admin, too.
        let late = row.set_up && tx.meta(SET_UP).await?.is_some();
        // Whoever may not sign in any more can't come back by an old link.
        let gone = match row.staff_id {
            Some(id) => !tx.staff(id).await?.as_ref().is_some_and(active),
            None => false,
        };
        if open && !late && !gone {
            Ok(row)
        } else {
            Err(DeskError::NotFound)
        }
    }
}

#[cfg(test)]
mod tests;
