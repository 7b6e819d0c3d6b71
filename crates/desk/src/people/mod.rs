//! The staff: how one becomes staff, signs in, is signed out, and the tokens of machines.
//!
//! An invitation's link leads to two pages. The first asks for name, login and password
//! ([`Desk::check_enrolment`] keeps them, the password hashed, on the invitation); the second shows
//! the TOTP secret, and its first code makes all of it a member of staff ([`Desk::accept`]).
//! Signing in has two steps as well: the password opens a half session, which opens nothing but the
//! second step; the code ends it and opens a session with a secret of its own.

mod accept;
mod invite;
mod password;
mod sessions;
mod sign_in;
mod tokens;
mod totp;

pub use accept::{Enrolment, Invite};
pub use invite::{InvitationView, Invited};
pub use sessions::{PersonView, SessionView};
pub use sign_in::{HalfSession, SignedIn};
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

/// An allowance that does not start anew.
struct Limit {
    key: [u8; 32],
    burst: u32,
    every: std::time::Duration,
}

impl Limit {
    /// Until when it is used up, if it is. Whoever else counts on it waits for this transaction.
    async fn spent(&self, tx: &mut Tx, now: Time) -> Result<Option<Time>, DeskError> {
        tx.queue_at(&self.key, now).await?;
        Ok(tx.spent(&self.key, self.burst, self.every, now).await?)
    }

    async fn charge(&self, tx: &mut Tx, now: Time) -> Result<(), DeskError> {
        tx.charge(&self.key, self.burst, self.every, now).await?;
        Ok(())
    }
}

impl Desk {
    fn allowance(&self, kind: &str, of: &str, burst: u32, every: std::time::Duration) -> Limit {
        Limit {
            key: self.vault.blind(kind, of).0,
            burst,
            every,
        }
    }
}

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
    fn must_be_a_person(&self, roles: &[Role]) -> Result<(), DeskError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    pub(super) const PASSWORD: &str = "seven quiet lanterns";
    pub(super) const SOURCE: &str = "192.0.2.7";
    pub(super) const AGENT: &str =
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    /// Somebody who came by an invitation.
    pub(super) struct Person {
        pub(super) id: words::StaffId,
        pub(super) login: String,
        pub(super) totp: String,
    }

    impl World {
        pub(super) fn code(&self, totp: &str) -> String {
            code_at(totp, self.clock_now()).expect("a code")
        }

        pub(super) fn clock_now(&self) -> Time {
            self.desk.now()
        }

        /// Both pages of an invitation.
        pub(super) async fn take_up(&self, secret: &str, login: &str) -> Person {
            self.desk
                .check_enrolment(secret, login, login, PASSWORD)
                .await
                .expect("a first page");
            let invite = self.desk.invitation(secret).await.expect("an invitation");
            let totp = invite.enrolment.expect("an enrolment").totp_secret_base32;
            let id = self
                .desk
                .accept(secret, &self.code(&totp))
                .await
                .expect("a new colleague");
            Person {
                id,
                login: login.to_owned(),
                totp,
            }
        }

        /// Somebody invited by an admin who is there already.
        pub(super) async fn hire(&self, login: &str, role: Role) -> Person {
            let admin = self.staff(&format!("hires-{login}"), Role::Admin).await;
            let invited = self
                .desk
                .invite(&admin, login, role)
                .await
                .expect("an invitation");
            self.take_up(&invited.secret, login).await
        }

        /// Both steps of signing in, with the code that comes next.
        pub(super) async fn sign_in(&self, person: &Person) -> SignedIn {
            self.clock.pass(std::time::Duration::from_secs(30));
            let half = self
                .desk
                .sign_in(&person.login, PASSWORD, SOURCE, AGENT)
                .await
                .expect("the first step");
            self.desk
                .second_step(&half.secret, &self.code(&person.totp), SOURCE)
                .await
                .expect("the second step")
        }

        /// What the ledger holds, as one text.
        pub(super) async fn ledger_text(&self) -> String {
            let mut tx = self.desk.store.read().await.expect("a transaction");
            let rows = tx.ledger_rows(0, 10_000).await.expect("rows");
            rows.into_iter().map(|row| row.body + "\n").collect()
        }
    }

    #[test]
    fn names_are_tidied_and_bounded() {
        assert_eq!(tidy_name("  Kit \t Arlo ").expect("a name"), "Kit Arlo");
        assert!(tidy_name("   ").is_err());
        assert!(tidy_name(&"x".repeat(81)).is_err());
        assert!(tidy_name("a\u{7}b").is_err());
    }
}
