//! Signing in, the first step: name and password.

use store::SessionRow;
use words::{SessionId, Time};

use super::{
    Visitor, active,
    known::{Step, browser},
    limits,
};
use crate::{desk::Desk, error::DeskError, settings::minutes};

/// How long the second step may take.
const HALF: std::time::Duration = minutes(10);

/// The first step is passed; the second is due.
pub struct HalfSession {
    /// The secret for its cookie. It opens nothing but [`Desk::second_step`].
    pub secret: String,
    /// Until when it works.
    pub expires: Time,
}

impl Desk {
    /// The first step of signing in. `agent` is what the browser calls itself. The answer and the time
    /// it takes are the same for an unknown login, a wrong password and somebody deactivated. Five
    /// failed tries in a row for a login, then one more every five minutes; twenty from a source, then
    /// one more every minute. A browser in which this person signed in before has, in addition, five of
    /// its own, then one more every five minutes; its tries count on those only.
    ///
    /// Two transactions: a try is charged before the password is hashed and given back if it was
    /// right, so that many at once don't slip through.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] if login and password don't fit; [`DeskError::Limited`].
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: impl Into<Visitor<'_>>,
        agent: &str,
    ) -> Result<HalfSession, DeskError> {
        let visitor = from.into();
        let login = login.trim().to_ascii_lowercase();
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let staff = tx.staff_by_login(&login).await?;
        let id = staff.as_ref().map(|staff| staff.id);
        let own = self
            .known_limit(&mut tx, Step::Password, id, visitor, now)
            .await?;
        let known = own.is_some();
        let limits = match own {
            Some(limit) => vec![limit],
            None => vec![
                self.allowance("sign-in:login", &login, 5, minutes(5)),
                self.source_limit(visitor.source),
            ],
        };
        if let Some(until) = limits::spent(&limits, &mut tx, now).await? {
            return self
                .sign_in_limited(tx, &limits, visitor.source, until)
                .await;
        }
        for limit in &limits {
            limit.charge(&mut tx, now).await?;
        }
        self.commit(tx).await?;

        let hash = staff.filter(active).and_then(|staff| staff.password);
        let fits = self.password_fits(password, hash.clone()).await?;

        let mut tx = self.store.begin().await?;
        let staff = match id {
            // Again, as they may have been deactivated, or have another password, since.
            Some(id) if fits => tx
                .staff(id)
                .await?
                .filter(|staff| active(staff) && staff.password == hash),
            _ => None,
        };
        let Some(staff) = staff else {
            tx.entry(self.sign_in_failed("password", id, visitor.source, known));
            self.commit(tx).await?;
            return Err(DeskError::Invalid(
                "that sign-in name and password don't go together; please try again".to_owned(),
            ));
        };
        for limit in &limits {
            limit.give_back(&mut tx).await?;
        }
        let now = self.now();
        let (secret, token) = self.secret();
        let session = SessionRow {
            id: self.id(SessionId::new),
            token: token.to_vec(),
            staff_id: staff.id,
            agent: browser(agent),
            full_at: None,
            created_at: now,
            seen_at: now,
            expires_at: now + HALF,
            ended_at: None,
            totp: None,
            totp_at: None,
        };
        tx.add_session(&session).await?;
        tx.entry(self.entry(&format!("staff:{}", staff.id), "staff.password-passed"));
        self.commit(tx).await?;
        Ok(HalfSession {
            secret,
            expires: session.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE, restarted, words_of};
    use super::*;
    use crate::testing::on_both;
    use words::Role;

    #[test]
    fn an_unknown_login_a_wrong_password_and_a_deactivated_person_get_the_same_answer() {
        on_both(|world| async move {
            let desk = &world.desk;
            world.hire("kit", Role::Rep).await;
            let gone = world.hire("gone", Role::Rep).await;
            world.staff("bare", Role::Rep).await;
            let (ada, admin) = world.admin("ada").await;
            desk.deactivate(&admin.me, gone.id, &world.next_code(&ada))
                .await
                .expect("a deactivation");
            let wrong = words_of(
                desk.sign_in("kit", "seven loud lanterns", SOURCE, AGENT)
                    .await,
            );
            assert!(wrong.contains("don't go together"));
            for login in ["nobody", "gone", "bare", ""] {
                assert_eq!(
                    words_of(desk.sign_in(login, PASSWORD, SOURCE, AGENT).await),
                    wrong,
                    "{login}"
                );
            }
            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.sign-in-failed").count(), 5);
            assert!(!ledger.contains("nobody"));
        });
    }

    #[test]
    fn a_login_has_five_tries_whatever_the_source_and_process_and_whether_or_not_it_exists() {
        on_both(|world| async move {
            let kit = world.hire("kit", Role::Rep).await;
            let other = restarted(&world);
            for login in ["kit", "nobody"] {
                for n in 0..5 {
                    let source = format!("198.51.100.{n}");
                    let desk = if n % 2 == 0 {
                        world.desk.as_ref()
                    } else {
                        &other
                    };
                    let answer = desk
                        .sign_in(login, "seven loud lanterns", &source, AGENT)
                        .await;
                    assert!(matches!(answer, Err(DeskError::Invalid(_))), "{login} {n}");
                }
                for desk in [world.desk.as_ref(), &other, &restarted(&world)] {
                    let answer = desk.sign_in(login, PASSWORD, "203.0.113.9", AGENT).await;
                    assert!(matches!(answer, Err(DeskError::Limited(_))), "{login}");
                }
            }
            let ledger = world.ledger_text().await;
            assert_eq!(
                ledger.matches("staff.sign-in-limited").count(),
                2,
                "one a minute"
            );
            world.clock.pass(minutes(5));
            world.sign_in(&kit).await;
        });
    }

    #[test]
    fn a_right_password_costs_no_try() {
        on_both(|world| async move {
            world.hire("kit", Role::Rep).await;
            for _ in 0..7 {
                world
                    .desk
                    .sign_in("kit", PASSWORD, SOURCE, AGENT)
                    .await
                    .expect("a first step");
            }
        });
    }

    #[test]
    fn many_tries_at_once_are_no_more_than_five() {
        on_both(|world| async move {
            world.hire("kit", Role::Rep).await;
            let tries: Vec<_> = (0..12)
                .map(|n| {
                    let desk = world.desk.clone();
                    tokio::spawn(async move {
                        desk.sign_in(
                            "kit",
                            "seven loud lanterns",
                            &format!("198.51.100.{n}"),
                            AGENT,
                        )
                        .await
                    })
                })
                .collect();
            let mut wrong = 0;
            for one in tries {
                match one.await.expect("a task") {
                    Err(DeskError::Invalid(_)) => wrong += 1,
                    Err(DeskError::Limited(_)) => {}
                    other => panic!("{}", words_of(other)),
                }
            }
            assert_eq!(wrong, 5);
        });
    }

    #[test]
    fn a_source_has_twenty_tries_over_all_logins() {
        on_both(|world| async move {
            let desk = &world.desk;
            world.hire("kit", Role::Rep).await;
            for n in 0..20u16 {
                let (login, source) = (format!("nobody-{n}"), format!("2001:db8:1:2::{n:x}"));
                let answer = desk.sign_in(&login, PASSWORD, &source, AGENT).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))), "{n}");
            }
            let answer = desk
                .sign_in("kit", PASSWORD, "2001:db8:1:2:ffff::1", AGENT)
                .await;
            assert!(matches!(answer, Err(DeskError::Limited(_))));
            desk.sign_in("kit", PASSWORD, "2001:db8:1:3::1", AGENT)
                .await
                .expect("another network");
            world.clock.pass(minutes(1));
            desk.sign_in("kit", PASSWORD, "2001:db8:1:2::1", AGENT)
                .await
                .expect("a minute later");
        });
    }
}
