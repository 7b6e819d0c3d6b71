//! The staff: how one becomes staff, signs in, is signed out, and the tokens of machines.
//!
//! An invitation's link leads to two pages. The first asks for name, login and password
//! ([`Desk::check_enrolment`] keeps them, the password hashed, on the invitation); the second shows
//! the TOTP secret, and its first code makes all of it a member of staff ([`Desk::accept`]).
//! Signing in has two steps as well: the password opens a half session, which opens nothing but the
//! second step; the code ends it and opens a session with a secret of its own.
//!
//! Inviting, letting in, stopping and making tokens take a code of the admin who does it, so that a
//! session alone can give nobody a lasting way in ([`oneself`]).
//!
//! Whoever has both changes either ([`Desk::change_password`], [`Desk::begin_authenticator`]). For
//! whoever lost one an admin, or the operator, asks to enrol anew ([`Desk::ask_to_enrol_anew`]): an
//! invitation for a person who is there. Nothing of theirs ends before they take it up.

mod accept;
mod anew;
mod authenticator;
mod change_password;
mod first_factor;
mod invite;
mod known;
mod limits;
mod made;
mod oneself;
mod password;
mod second_factor;
mod sessions;
mod staff;
mod tokens;
mod totp;

pub use accept::{Enrolment, Invite};
pub use anew::{AnsweredAnew, AskedAnew};
pub use first_factor::HalfSession;
pub use invite::{InvitationView, Invited};
pub use known::{KnownBrowser, Visitor};
pub use made::Made;
pub use second_factor::SignedIn;
pub use sessions::{RenewedSession, SessionView};
pub use staff::PersonView;
pub(crate) use tokens::REVEALS;
pub use tokens::{SCOPES, TokenView};
pub use totp::code_at;

use store::{StaffRow, StoreError, Tx};
use words::{Role, SessionId, Time};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// What the store remembers once the first admin exists.
const SET_UP: &str = "set_up";

/// How long after a use the next one is noted, so that reading pages doesn't write.
const TOUCH: std::time::Duration = minutes(1);

impl Me {
    fn of(staff: StaffRow, session: Option<SessionId>, scopes: Option<Vec<String>>) -> Self {
        Self {
            id: staff.id,
            name: staff.name,
            login: staff.login,
            role: staff.role,
            session,
            scopes,
        }
    }

    /// Refuses tokens, and people without one of these roles: who works here is decided by people.
    pub(crate) fn must_be_a_person(&self, roles: &[Role]) -> Result<(), DeskError> {
        self.must_be(roles)?;
        if self.scopes.is_some() {
            return Err(DeskError::Forbidden(
                "a token can't do this; sign in to do it yourself",
            ));
        }
        Ok(())
    }
}

/// What was used in the meantime is no longer there.
fn gone<T>(answer: Result<T, StoreError>) -> Result<T, DeskError> {
    answer.map_err(|error| match error {
        StoreError::Gone => DeskError::NotFound,
        other => other.into(),
    })
}

/// What was decided on something that has changed since is tried again.
fn changed<T>(answer: Result<T, StoreError>) -> Result<T, DeskError> {
    answer.map_err(|error| match error {
        StoreError::Gone => {
            DeskError::Conflict("something changed in the meantime; please begin again")
        }
        other => other.into(),
    })
}

/// A person who may sign in.
fn active(staff: &StaffRow) -> bool {
    staff.ended_at.is_none() && !staff.token
}

fn wrong_code() -> DeskError {
    DeskError::Invalid("that code doesn't work; wait for the next one and try again".to_owned())
}

/// A name as people write it, tidied: 1 to 80 characters, none of them invisible.
fn tidy_name(name: &str) -> Result<String, DeskError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(DeskError::Invalid("please give a name".to_owned())),
        1..=80 if !name.chars().any(char::is_control) => Ok(name),
        _ => Err(DeskError::Invalid(
            "a name has at most 80 letters".to_owned(),
        )),
    }
}

/// What a browser gets in which somebody changed how they sign in: nothing that it had before works.
pub struct Renewed {
    /// The session's new secret.
    pub session: RenewedSession,
    /// What to be known by at the next sign-in.
    pub known: KnownBrowser,
}

impl Desk {
    /// Ends what was open under the old password or authenticator: all other sessions, half ones too,
    /// and every known browser. The session that asks goes on under a new secret, and its browser is
    /// known by a new one. Says how many sessions ended.
    async fn start_afresh(
        &self,
        tx: &mut Tx,
        me: &Me,
        now: Time,
    ) -> Result<(Renewed, u64), DeskError> {
        let session = self.renew_session(tx, me, now).await?;
        let sessions = tx.end_sessions(me.id, me.session, now).await?;
        tx.forget_browsers(me.id).await?;
        let known = self.know_browser(tx, me.id, None, now).await?;
        Ok((Renewed { session, known }, sessions))
    }

    /// Whether a code is right now for this person, and used up by it.
    async fn use_code(
        &self,
        tx: &mut Tx,
        staff: &StaffRow,
        code: &str,
        now: Time,
    ) -> Result<bool, DeskError> {
        let step = match &staff.totp {
            Some(totp) => self.totp_step(totp, code, now)?,
            None => None,
        };
        match step {
            Some(step) => Ok(tx.use_totp_step(staff.id, step).await?),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
