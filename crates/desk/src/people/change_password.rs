//! Choosing another password, by whoever has the old one and the authenticator.

use words::Role;

use super::{Renewed, changed, password};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
};

impl Desk {
    /// Changes one's own password. All other sessions end, half ones too, and no browser is known any
    /// more but the one that asks, which gets new secrets for its session and to be known by.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a new password that won't do, and if the current one and the code
    /// don't go together, without telling which; [`DeskError::Limited`]; [`DeskError::Forbidden`] for
    /// a token, and if the session has ended.
    pub async fn change_password(
        &self,
        me: &Me,
        current: &str,
        code: &str,
        new: &str,
    ) -> Result<Renewed, DeskError> {
        me.must_be_a_person(Role::ALL)?;
        password::check(new, &me.login, &self.settings.company)?;
        if new == current {
            return Err(DeskError::Invalid(
                "the new password is the same as the current one; please choose another".to_owned(),
            ));
        }
        let tried = self.try_oneself(me, Role::ALL).await?;
        let fits = self.password_fits(current, tried.password.clone()).await?;
        // Hashed in any case, so that the time it takes doesn't tell whether the current one fitted.
        let hash = self.hash_password(new).await?;
        let (mut tx, staff) = self
            .prove_oneself(me, Role::ALL, tried, Some(fits), code, "password")
            .await?;
        let now = self.now();
        let old = staff.password.unwrap_or_default();
        changed(tx.set_password(me.id, &old, &hash).await)?;
        let (renewed, sessions) = self.start_afresh(&mut tx, me, now).await?;
        tx.entry(
            self.by(me, "staff.password-changed")
                .with("sessions", sessions),
        );
        self.commit(tx).await?;
        Ok(renewed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE, words_of};
    use super::*;
    use crate::{people::Visitor, settings::minutes, testing::on_both};
    use std::time::Duration;

    const NEW: &str = "nine green lanterns";
    const STEP: Duration = Duration::from_secs(30);

    #[test]
    fn a_new_password_takes_the_old_one_and_a_code_and_ends_all_other_sessions() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let other = world.sign_in(&kit).await;
            let here = world.sign_in(&kit).await;
            let half = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            world.clock.pass(STEP);
            let code = world.code(&kit.totp);
            let renewed = desk
                .change_password(&here.me, PASSWORD, &code, NEW)
                .await
                .expect("a change");

            let open = |secret: String| async move {
                desk.session(&secret).await.expect("an answer").is_some()
            };
            assert!(!open(here.secret).await, "its cookie of before");
            assert!(!open(other.secret).await);
            assert!(open(renewed.session.secret.clone()).await);
            let now = desk.session(&renewed.session.secret).await;
            let now = now.expect("an answer").expect("a session");
            assert_eq!((now.id, now.session), (kit.id, here.me.session));
            assert_eq!(renewed.session.expires, here.expires);
            world.clock.pass(STEP);
            let answer = desk
                .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(
                matches!(answer, Err(DeskError::Conflict(_))),
                "a half session of the old password ends as well"
            );
            let old = desk.sign_in("kit", PASSWORD, SOURCE, AGENT).await;
            assert!(matches!(old, Err(DeskError::Invalid(_))));
            let from = Visitor {
                source: SOURCE,
                known: Some(&renewed.known.secret),
            };
            let half = desk
                .sign_in("kit", NEW, from, AGENT)
                .await
                .expect("a first step");
            desk.second_step(&half.secret, &world.code(&kit.totp), from)
                .await
                .expect("the authenticator is the same");

            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.password-changed").count(), 1);
            assert!(!ledger.contains("lantern"));
        });
    }

    #[test]
    fn the_answer_does_not_tell_whether_password_or_code_was_right() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let me = world.sign_in(&kit).await.me;
            // The code of the sign-in is used up.
            let used = world.code(&kit.totp);
            let mut said = std::collections::BTreeSet::new();
            for (password, code) in [
                ("not the password", "12345"),
                (PASSWORD, "12345"),
                (PASSWORD, used.as_str()),
            ] {
                said.insert(words_of(
                    desk.change_password(&me, password, code, NEW).await,
                ));
            }
            world.clock.pass(STEP);
            let code = world.code(&kit.totp);
            let answer = desk
                .change_password(&me, "not the password", &code, NEW)
                .await;
            said.insert(words_of(answer));
            assert_eq!(said.len(), 1, "{said:?}");
            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.check-failed").count(), 4);
            // A code that came with a wrong password is not used up by it.
            desk.change_password(&me, PASSWORD, &code, NEW)
                .await
                .expect("a change");
            let again = desk.change_password(&me, NEW, &code, PASSWORD).await;
            assert!(matches!(again, Err(DeskError::Invalid(_))), "used up now");
        });
    }

    #[test]
    fn five_wrong_tries_are_enough_and_right_ones_cost_none() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let me = world.sign_in(&kit).await.me;
            let mut passwords = [PASSWORD, NEW].into_iter().cycle();
            let mut current = passwords.next().expect("one");
            for _ in 0..6 {
                world.clock.pass(STEP);
                let new = passwords.next().expect("another");
                desk.change_password(&me, current, &world.code(&kit.totp), new)
                    .await
                    .expect("a change");
                current = new;
            }
            for _ in 0..5 {
                let answer = desk
                    .change_password(&me, current, "12345", "six tall poplars")
                    .await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            world.clock.pass(STEP);
            let code = world.code(&kit.totp);
            let answer = desk
                .change_password(&me, current, &code, "six tall poplars")
                .await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
            world.clock.pass(minutes(10));
            let code = world.code(&kit.totp);
            desk.change_password(&me, current, &code, "six tall poplars")
                .await
                .expect("ten minutes later");
        });
    }

    #[test]
    fn a_new_password_that_will_not_do_is_told_at_once_and_costs_no_try() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit.arlo", Role::Rep).await;
            let me = world.sign_in(&kit).await.me;
            for _ in 0..3 {
                for new in ["too short", "kit.arlo is me", PASSWORD] {
                    let answer = desk.change_password(&me, PASSWORD, "12345", new).await;
                    assert!(matches!(answer, Err(DeskError::Invalid(_))), "{new}");
                }
            }
            let ledger = world.ledger_text().await;
            assert!(!ledger.contains("staff.check-failed"));
        });
    }

    #[test]
    fn neither_a_token_nor_somebody_deactivated_meanwhile_changes_a_password() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let me = world.sign_in(&kit).await.me;
            let (ada, admin) = world.admin("ada").await;
            desk.deactivate(&admin.me, kit.id, &world.next_code(&ada))
                .await
                .expect("a deactivation");
            world.clock.pass(STEP);
            let code = world.code(&kit.totp);
            let answer = desk.change_password(&me, PASSWORD, &code, NEW).await;
            assert!(matches!(answer, Err(DeskError::Forbidden(_))));
            let secret = desk
                .create_token(None, "robot", Role::Admin, 30, &[])
                .await
                .expect("a token");
            let robot = desk
                .token(&secret)
                .await
                .expect("an answer")
                .expect("a token");
            let answer = desk.change_password(&robot, PASSWORD, &code, NEW).await;
            assert!(matches!(answer, Err(DeskError::Forbidden(_))));
        });
    }
}
