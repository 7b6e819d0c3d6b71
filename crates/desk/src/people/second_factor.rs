//! Signing in, the second step: the code of the authenticator.

use store::SessionRow;
use words::{SessionId, Time};

use super::{KnownBrowser, Visitor, active, known::Step, limits, wrong_code};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::{hours, minutes},
};

/// Somebody is signed in.
pub struct SignedIn {
    /// The secret for the session's cookie, a new one.
    pub secret: String,
    /// Who.
    pub me: Me,
    /// Until when at the most; sooner if it isn't used.
    pub expires: Time,
    /// What their browser keeps, to be known by at the next sign-in.
    pub known: KnownBrowser,
}

const ENDED: DeskError = DeskError::Conflict(
    "this took too long; please begin again with your sign-in name and password",
);

impl Desk {
    /// The second step: the code of the authenticator. It ends the half session and opens a session
    /// with a new secret. A code works once. Five failed tries in a row, then one more every ten
    /// minutes, whatever half session they came by; they count for the source as well. A browser in
    /// which this person signed in before has, in addition, five of its own; its tries count on those
    /// only.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if the half session has ended: begin again; [`DeskError::Invalid`] for
    /// a wrong or used code; [`DeskError::Limited`].
    pub async fn second_step(
        &self,
        half_secret: &str,
        code: &str,
        from: impl Into<Visitor<'_>>,
    ) -> Result<SignedIn, DeskError> {
        let visitor = from.into();
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let half = tx
            .session(&vault::hash(half_secret.as_bytes()), now)
            .await?;
        let half = half.filter(|half| half.full_at.is_none()).ok_or(ENDED)?;
        let staff = tx.staff(half.staff_id).await?.filter(active).ok_or(ENDED)?;
        let own = self
            .known_limit(&mut tx, Step::Code, Some(staff.id), visitor, now)
            .await?;
        let known = own.is_some();
        let limits = match own {
            Some(limit) => vec![limit],
            None => vec![
                self.allowance("sign-in:code", &staff.id.to_string(), 5, minutes(10)),
                self.source_limit(visitor.source),
            ],
        };
        if let Some(until) = limits::spent(&limits, &mut tx, now).await? {
            return self
                .sign_in_limited(tx, &limits, visitor.source, until)
                .await;
        }
        if !self.use_code(&mut tx, &staff, code, now).await? {
            for limit in &limits {
                limit.charge(&mut tx, now).await?;
            }
            tx.entry(self.sign_in_failed("code", Some(staff.id), visitor.source, known));
            self.commit(tx).await?;
            return Err(wrong_code());
        }
        if !tx.end_session(half.id, staff.id, now).await? {
            return Err(ENDED);
        }
        let (secret, token) = self.secret();
        let longest = now + hours(self.settings.session_hours);
        let session = SessionRow {
            id: self.id(SessionId::new),
            token: token.to_vec(),
            staff_id: staff.id,
            agent: half.agent,
            full_at: Some(now),
            created_at: now,
            seen_at: now,
            expires_at: longest.min(now + hours(self.settings.session_idle_hours)),
            ended_at: None,
            totp: None,
            totp_at: None,
        };
        tx.add_session(&session).await?;
        let kept = self
            .know_browser(&mut tx, staff.id, visitor.known, now)
            .await?;
        let me = Me::of(staff, Some(session.id), None);
        tx.entry(
            self.by(&me, "staff.signed-in")
                .with("session", session.id.to_string())
                .with("browser", if known { "known" } else { "new" }),
        );
        self.commit(tx).await?;
        Ok(SignedIn {
            secret,
            me,
            expires: longest,
            known: kept,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE, restarted};
    use super::*;
    use crate::testing::on_both;
    use std::time::Duration;
    use words::Role;

    #[test]
    fn password_and_code_sign_in_and_every_step_is_in_the_ledger() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Lead).await;
            world.clock.pass(Duration::from_secs(30));
            let half = desk
                .sign_in(" KIT ", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            assert!(
                desk.session(&half.secret)
                    .await
                    .expect("an answer")
                    .is_none(),
                "half opens nothing"
            );

            let code = world.code(&kit.totp);
            let full = desk
                .second_step(&half.secret, &code, SOURCE)
                .await
                .expect("a second step");
            assert_ne!(full.secret, half.secret);
            assert_eq!((full.me.id, full.me.role), (kit.id, Role::Lead));
            let me = desk
                .session(&full.secret)
                .await
                .expect("an answer")
                .expect("a session");
            assert_eq!((me.id, me.session), (kit.id, full.me.session));
            assert!(
                desk.session(&half.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );

            let ledger = world.ledger_text().await;
            for kind in ["staff.password-passed", "staff.signed-in"] {
                assert!(ledger.contains(kind), "{kind}");
            }
            assert!(
                !ledger.contains("kit") && !ledger.contains(SOURCE),
                "{ledger}"
            );
        });
    }

    #[test]
    fn a_code_works_once_and_a_half_session_too() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            world.clock.pass(Duration::from_secs(30));
            let first = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let second = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let code = world.code(&kit.totp);
            desk.second_step(&first.secret, &code, SOURCE)
                .await
                .expect("a second step");
            let replayed = desk.second_step(&second.secret, &code, SOURCE).await;
            assert!(matches!(replayed, Err(DeskError::Invalid(_))));

            world.clock.pass(Duration::from_secs(30));
            let code = world.code(&kit.totp);
            let used = desk.second_step(&first.secret, &code, SOURCE).await;
            assert!(matches!(used, Err(DeskError::Conflict(_))));
            desk.second_step(&second.secret, &code, SOURCE)
                .await
                .expect("a second step");
        });
    }

    #[test]
    fn a_half_session_ends_after_ten_minutes() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let half = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            world.clock.pass(minutes(10));
            let late = desk
                .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(matches!(late, Err(DeskError::Conflict(_))));
            let session = world.sign_in(&kit).await;
            let full = desk
                .second_step(&session.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(
                matches!(full, Err(DeskError::Conflict(_))),
                "a session is no half session"
            );
        });
    }

    #[test]
    fn a_new_half_session_brings_no_new_tries_for_the_code() {
        on_both(|world| async move {
            let kit = world.hire("kit", Role::Rep).await;
            let other = restarted(&world);
            for n in 0..5 {
                let source = format!("198.51.100.{n}");
                let desk = if n % 2 == 0 {
                    world.desk.as_ref()
                } else {
                    &other
                };
                let half = desk
                    .sign_in("kit", PASSWORD, &source, AGENT)
                    .await
                    .expect("a first step");
                let answer = desk.second_step(&half.secret, "12345", &source).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            world.clock.pass(Duration::from_secs(30));
            let half = other
                .sign_in("kit", PASSWORD, "203.0.113.9", AGENT)
                .await
                .expect("a first step");
            let answer = other
                .second_step(&half.secret, &world.code(&kit.totp), "203.0.113.9")
                .await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
            world.clock.pass(minutes(10));
            world.sign_in(&kit).await;
        });
    }
}
