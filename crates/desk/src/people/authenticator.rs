//! Replacing one's own authenticator, by whoever has the old one and the password.
//!
//! The new secret waits on the session that asked for it, for ten minutes: nobody else sees it, and
//! until its first code the old one is the one that counts. That session goes on under a new secret, so
//! that whoever copied its cookie before doesn't see it either. What is abandoned is forgotten.

use store::SessionRow;
use words::{Role, Time};

use super::{Enrolment, Renewed, RenewedSession, changed, wrong_code};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// How long a new secret waits for its first code.
const WAITS: std::time::Duration = minutes(10);

const LATE: DeskError =
    DeskError::Conflict("this took too long; please begin again with your password and a code");

impl Desk {
    /// Begins: makes a new TOTP secret that waits for its first code. Done again, another takes its
    /// place.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] if password and code don't go together, without telling which;
    /// [`DeskError::Limited`]; [`DeskError::Forbidden`] for a token, and if the session has ended.
    pub async fn begin_authenticator(
        &self,
        me: &Me,
        password: &str,
        code: &str,
    ) -> Result<RenewedSession, DeskError> {
        let tried = self.try_oneself(me, Role::ALL).await?;
        let fits = self.password_fits(password, tried.password.clone()).await?;
        let (mut tx, _) = self
            .prove_oneself(me, Role::ALL, tried, Some(fits), code, "authenticator")
            .await?;
        let now = self.now();
        let session = me.session.ok_or(LATE)?;
        let renewed = self.renew_session(&mut tx, me, now).await?;
        let totp = self.new_totp()?;
        changed(tx.keep_totp(session, &totp, now).await)?;
        tx.entry(self.by(me, "staff.authenticator-begun"));
        self.commit(tx).await?;
        Ok(renewed)
    }

    /// The new secret that waits in this session; none if there is none, or no more.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token.
    pub async fn new_authenticator(&self, me: &Me) -> Result<Option<Enrolment>, DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let mut tx = self.store.read().await?;
        let now = self.now();
        let Some(session) = me.session else {
            return Ok(None);
        };
        let session = tx.session_of(session, me.id, now).await?;
        let Some(totp) = session.and_then(|session| waiting(session, now)) else {
            return Ok(None);
        };
        let (totp_secret_base32, otpauth_url) = self.totp_texts(&totp, &me.login)?;
        Ok(Some(Enrolment {
            login: me.login.clone(),
            totp_secret_base32,
            otpauth_url,
        }))
    }

    /// Ends: the first code of the new secret puts it in the place of the old one. All other sessions
    /// end, and no browser is known any more but the one that asks, which gets new secrets for its
    /// session and to be known by. The code does not sign in as well.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if no new secret waits: begin again; [`DeskError::Invalid`] for a wrong
    /// code; [`DeskError::Limited`] after ten of these.
    pub async fn confirm_authenticator(&self, me: &Me, code: &str) -> Result<Renewed, DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let id = me.session.ok_or(LATE)?;
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let staff = tx.staff(me.id).await?.filter(super::active).ok_or(LATE)?;
        let session = tx.session_of(id, me.id, now).await?.ok_or(LATE)?;
        let totp = waiting(session, now).ok_or(LATE)?;
        let limit = self.allowance("authenticator:code", &id.to_string(), 10, minutes(1));
        if let Some(until) = limit.spent(&mut tx, now).await? {
            return Err(DeskError::Limited(until));
        }
        let Some(step) = self.totp_step(&totp, code, now)? else {
            limit.charge(&mut tx, now).await?;
            self.commit(tx).await?;
            return Err(wrong_code());
        };
        let old = staff.totp.unwrap_or_default();
        changed(tx.set_totp(me.id, &old, &totp, step).await)?;
        let (renewed, sessions) = self.start_afresh(&mut tx, me, now).await?;
        tx.entry(
            self.by(me, "staff.authenticator-replaced")
                .with("sessions", sessions),
        );
        self.commit(tx).await?;
        Ok(renewed)
    }

    /// Forgets the new secrets that nobody confirmed in time.
    pub(crate) async fn forget_late_authenticators(&self) -> Result<(), DeskError> {
        let until = self.now() - WAITS;
        let oldest = self.store.read().await?.oldest_totp().await?;
        if oldest.is_some_and(|since| since <= until) {
            let mut tx = self.store.begin().await?;
            tx.forget_totps(until).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// The secret that waits on a session, if it still does.
fn waiting(session: SessionRow, now: Time) -> Option<Vec<u8>> {
    let since = session.totp_at?;
    session.totp.filter(|_| since + WAITS > now)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, Person, SOURCE};
    use super::*;
    use crate::testing::{World, on_both};
    use std::time::Duration;

    const STEP: Duration = Duration::from_secs(30);

    /// The first step, and the secret it leads to.
    async fn begin(world: &World, me: &Me, person: &Person) -> String {
        begin_renewed(world, me, person).await.0
    }

    /// The same, with the session's new secret.
    async fn begin_renewed(world: &World, me: &Me, person: &Person) -> (String, RenewedSession) {
        let code = world.next_code(person);
        let begun = world.desk.begin_authenticator(me, PASSWORD, &code).await;
        let waiting = world.desk.new_authenticator(me).await.expect("an answer");
        let secret = waiting.expect("a secret").totp_secret_base32;
        (secret, begun.expect("a beginning"))
    }

    /// Whether a secret waits on any session in the database.
    async fn is_kept(world: &World) -> bool {
        let mut tx = world.desk.store.read().await.expect("a transaction");
        tx.oldest_totp().await.expect("an answer").is_some()
    }

    #[test]
    fn the_first_code_of_the_new_authenticator_takes_the_place_of_the_old_one() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Lead).await;
            let other = world.sign_in(&kit).await;
            let here = world.sign_in(&kit).await;
            let (new, begun) = begin_renewed(&world, &here.me, &kit).await;
            assert_ne!(new, kit.totp);
            let open = async |secret: &str| {
                let session = desk.session(secret).await;
                session.expect("an answer").is_some()
            };
            assert!(!open(&here.secret).await && open(&begun.secret).await);
            // Nothing has changed yet.
            let meanwhile = world.sign_in(&kit).await;

            let early = desk.confirm_authenticator(&here.me, "12345").await;
            assert!(matches!(early, Err(DeskError::Invalid(_))));
            let renewed = desk
                .confirm_authenticator(&here.me, &world.code(&new))
                .await
                .expect("a change");
            for gone in [&other.secret, &meanwhile.secret, &begun.secret] {
                assert!(!open(gone).await);
            }
            assert!(open(&renewed.session.secret).await);
            assert!(
                desk.new_authenticator(&here.me)
                    .await
                    .expect("an answer")
                    .is_none()
            );

            let half = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("the password is the same");
            for code in [world.code(&kit.totp), world.code(&new)] {
                let answer = desk.second_step(&half.secret, &code, SOURCE).await;
                assert!(
                    matches!(answer, Err(DeskError::Invalid(_))),
                    "neither the old one nor the code that enrolled"
                );
            }
            world.clock.pass(STEP);
            desk.second_step(&half.secret, &world.code(&new), SOURCE)
                .await
                .expect("the new one");
            let ledger = world.ledger_text().await;
            for kind in ["staff.authenticator-begun", "staff.authenticator-replaced"] {
                assert_eq!(ledger.matches(kind).count(), 1, "{kind}");
            }
        });
    }

    #[test]
    fn a_new_secret_is_seen_and_confirmed_in_its_own_session_only() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let other = world.sign_in(&kit).await;
            let here = world.sign_in(&kit).await;
            let new = begin(&world, &here.me, &kit).await;
            assert!(
                desk.new_authenticator(&other.me)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            let answer = desk
                .confirm_authenticator(&other.me, &world.code(&new))
                .await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));
            let mut somebody = other.me.clone();
            somebody.session = here.me.session;
            somebody.id = world.staff("sol", Role::Rep).await.id;
            assert!(
                desk.new_authenticator(&somebody)
                    .await
                    .expect("an answer")
                    .is_none()
            );
        });
    }

    #[test]
    fn a_new_secret_waits_ten_minutes_and_ends_with_its_session() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let here = world.sign_in(&kit).await;
            let late = begin(&world, &here.me, &kit).await;
            world.clock.pass(WAITS);
            let answer = desk
                .confirm_authenticator(&here.me, &world.code(&late))
                .await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));

            let new = begin(&world, &here.me, &kit).await;
            assert_ne!(new, late);
            desk.sign_out(&here.me).await.expect("an end");
            let answer = desk
                .confirm_authenticator(&here.me, &world.code(&new))
                .await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));
            world.sign_in(&kit).await;
        });
    }

    #[test]
    fn an_abandoned_secret_is_forgotten_in_time_and_with_the_next_change_or_end() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let here = world.sign_in(&kit).await;
            begin(&world, &here.me, &kit).await;
            world.work().await;
            assert!(is_kept(&world).await, "its ten minutes are not over");
            world.clock.pass(WAITS);
            world.work().await;
            assert!(!is_kept(&world).await, "in time");

            begin(&world, &here.me, &kit).await;
            let other = world.sign_in(&kit).await;
            desk.end_other_sessions(&other.me).await.expect("an end");
            assert!(!is_kept(&world).await, "ended from elsewhere");

            begin(&world, &other.me, &kit).await;
            let code = world.next_code(&kit);
            desk.change_password(&other.me, PASSWORD, &code, "six tall poplars")
                .await
                .expect("a change");
            assert!(!is_kept(&world).await, "with another password");

            let code = world.next_code(&kit);
            desk.begin_authenticator(&other.me, "six tall poplars", &code)
                .await
                .expect("a beginning");
            assert!(is_kept(&world).await);
            desk.sign_out(&other.me).await.expect("an end");
            assert!(!is_kept(&world).await, "signed out");
        });
    }

    #[test]
    fn a_session_alone_replaces_nothing() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let me = world.sign_in(&kit).await.me;
            world.clock.pass(STEP);
            let code = world.code(&kit.totp);
            for (password, code) in [("not the password", code.as_str()), (PASSWORD, "12345")] {
                let answer = desk.begin_authenticator(&me, password, code).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            assert!(
                desk.new_authenticator(&me)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            let answer = desk.confirm_authenticator(&me, &code).await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));
        });
    }
}
