//! Sessions, and the people they belong to.

use std::collections::HashMap;
use store::Tx;
use words::{Role, SessionId, StaffId, Time};

use super::TOUCH;
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::hours,
};

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// The browser, as `Firefox on Linux`.
    pub browser: String,
    /// When it began.
    pub since: Time,
    /// When it was last used, to the minute.
    pub seen: Time,
    /// When it ends by itself if it isn't used.
    pub expires: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// Since when they are staff.
    pub since: Time,
    /// When they last used a session, to the minute.
    pub seen: Option<Time>,
    /// When they were deactivated.
    pub ended: Option<Time>,
}

impl Desk {
    /// Whose session a cookie's secret opens; none if it is unknown, half, ended or expired, or if
    /// they were deactivated. Notes the use at most once a minute.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn session(&self, secret: &str) -> Result<Option<Me>, DeskError> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let Some(session) = tx.session(&vault::hash(secret.as_bytes()), now).await? else {
            return Ok(None);
        };
        // The settings may have become stricter since.
        let longest = session.created_at + hours(self.settings.session_hours);
        let idle = hours(self.settings.session_idle_hours);
        if session.full_at.is_none() || longest <= now || session.seen_at + idle <= now {
            return Ok(None);
        }
        let staff = tx
            .staff(session.staff_id)
            .await?
            .filter(|staff| staff.ended_at.is_none());
        drop(tx);
        let Some(staff) = staff else { return Ok(None) };
        if session.seen_at + TOUCH <= now {
            let mut tx = self.store.begin().await?;
            tx.touch_session(session.id, now, longest.min(now + idle))
                .await?;
            tx.commit().await?;
        }
        Ok(Some(Me::of(staff, Some(session.id), None)))
    }

    /// Ends the session that asks. A second time is no error.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token, which has none.
    pub async fn sign_out(&self, me: &Me) -> Result<(), DeskError> {
        let id = me
            .session
            .ok_or(DeskError::Forbidden("only a session can be signed out"))?;
        let mut tx = self.store.begin().await?;
        if tx.end_session(id, me.id, self.now()).await? {
            tx.entry(
                self.by(me, "staff.signed-out")
                    .with("session", id.to_string()),
            );
        }
        self.commit(tx).await
    }

    /// Where one is signed in, the last used first.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn sessions(&self, me: &Me) -> Result<Vec<SessionView>, DeskError> {
        let mut tx = self.store.read().await?;
        let rows = tx.sessions(me.id, self.now()).await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionView {
                id: row.id,
                browser: row.agent,
                since: row.created_at,
                seen: row.seen_at,
                expires: row.expires_at,
                current: me.session == Some(row.id),
            })
            .collect())
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if there is no such open session, or it is another's.
    pub async fn end_session(&self, me: &Me, id: SessionId) -> Result<(), DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let mut tx = self.store.begin().await?;
        if !tx.end_session(id, me.id, self.now()).await? {
            return Err(DeskError::NotFound);
        }
        tx.entry(
            self.by(me, "staff.session-ended")
                .with("session", id.to_string()),
        );
        self.commit(tx).await
    }

    /// Ends all of one's own sessions but the one that asks.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token.
    pub async fn end_other_sessions(&self, me: &Me) -> Result<(), DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let mut tx = self.store.begin().await?;
        let ended = tx.end_sessions(me.id, me.session, self.now()).await?;
        tx.entry(self.by(me, "staff.sessions-ended").with("sessions", ended));
        self.commit(tx).await
    }

    /// All people who work here or did, by name. Admins and auditors.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub async fn people(&self, me: &Me) -> Result<Vec<PersonView>, DeskError> {
        me.must_be_a_person(&[Role::Admin, Role::Auditor])?;
        let mut tx = self.store.read().await?;
        let seen: HashMap<StaffId, Time> = tx.last_seen().await?.into_iter().collect();
        let people = tx.people().await?;
        Ok(people
            .into_iter()
            .map(|row| PersonView {
                id: row.id,
                name: row.name,
                login: row.login,
                role: row.role,
                since: row.created_at,
                seen: seen.get(&row.id).copied(),
                ended: row.ended_at,
            })
            .collect())
    }

    /// Deactivates somebody: their sessions end at once, and the tokens that they made are revoked,
    /// as they may know them. Admins only; not oneself; not the last admin.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] that says why not.
    pub async fn deactivate(&self, me: &Me, id: StaffId) -> Result<(), DeskError> {
        me.must_be_a_person(&[Role::Admin])?;
        if me.id == id {
            return Err(DeskError::Conflict(
                "you can't deactivate yourself; another admin can",
            ));
        }
        let mut tx = self.store.begin().await?;
        let now = self.now();
        tx.queue_at(b"people", now).await?;
        let people = tx.people().await?;
        let person = people
            .iter()
            .find(|person| person.id == id)
            .ok_or(DeskError::NotFound)?;
        if person.ended_at.is_some() {
            return Err(DeskError::Conflict("they are deactivated already"));
        }
        let admin = |id: StaffId| {
            people
                .iter()
                .any(|p| p.id == id && p.role == Role::Admin && p.ended_at.is_none())
        };
        if !admin(me.id) {
            return Err(DeskError::Forbidden("you are no longer an admin"));
        }
        if admin(id) && people.iter().filter(|p| admin(p.id)).count() < 2 {
            return Err(DeskError::Conflict(
                "this is the last admin; invite another one first",
            ));
        }
        tx.end_staff(id, Some(now)).await?;
        let sessions = tx.end_sessions(id, None, now).await?;
        let mut tokens = 0u64;
        for token in tx.tokens().await? {
            if token.created_by == Some(id) && self.stop_token(&mut tx, &token, now).await? {
                tokens += 1;
            }
        }
        for invitation in tx.open_invitations(now).await? {
            if invitation.created_by == Some(id) {
                tx.use_invitation(invitation.id, now).await?;
            }
        }
        tx.entry(
            self.by(me, "staff.deactivated")
                .with("staff", id.to_string())
                .with("sessions", sessions)
                .with("tokens", tokens),
        );
        self.commit(tx).await
    }

    /// Lets somebody who was deactivated sign in again. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] if they are active.
    pub async fn reactivate(&self, me: &Me, id: StaffId) -> Result<(), DeskError> {
        me.must_be_a_person(&[Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let person = person(&mut tx, id).await?;
        if person.ended_at.is_none() {
            return Err(DeskError::Conflict("they are active already"));
        }
        tx.end_staff(id, None).await?;
        tx.entry(
            self.by(me, "staff.reactivated")
                .with("staff", id.to_string()),
        );
        self.commit(tx).await
    }
}

async fn person(tx: &mut Tx, id: StaffId) -> Result<store::StaffRow, DeskError> {
    tx.staff(id)
        .await?
        .filter(|staff| !staff.token)
        .ok_or(DeskError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGENT, PASSWORD, SOURCE};
    use super::*;
    use crate::{settings::minutes, testing::on_both};

    #[test]
    fn a_session_ends_when_it_is_not_used() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let session = world.sign_in(&kit).await;
            world.clock.pass(minutes(119));
            assert!(
                desk.session(&session.secret)
                    .await
                    .expect("an answer")
                    .is_some()
            );
            world.clock.pass(minutes(119));
            assert!(
                desk.session(&session.secret)
                    .await
                    .expect("an answer")
                    .is_some()
            );
            world.clock.pass(minutes(120));
            assert!(
                desk.session(&session.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
        });
    }

    #[test]
    fn a_session_ends_after_its_longest_time_however_much_it_is_used() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let session = world.sign_in(&kit).await;
            for _ in 0..11 {
                world.clock.pass(hours(1));
                assert!(
                    desk.session(&session.secret)
                        .await
                        .expect("an answer")
                        .is_some()
                );
            }
            world.clock.pass(hours(1));
            assert!(desk.now() >= session.expires);
            assert!(
                desk.session(&session.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
        });
    }

    #[test]
    fn reading_writes_at_most_once_a_minute() {
        on_both(|world| async move {
            let desk = &world.desk;
            let kit = world.hire("kit", Role::Rep).await;
            let session = world.sign_in(&kit).await;
            let me = session.me;
            let began = desk.sessions(&me).await.expect("a list")[0].seen;
            world.clock.pass(std::time::Duration::from_secs(59));
            desk.session(&session.secret).await.expect("an answer");
            assert_eq!(desk.sessions(&me).await.expect("a list")[0].seen, began);
            world.clock.pass(std::time::Duration::from_secs(2));
            desk.session(&session.secret).await.expect("an answer");
            assert!(desk.sessions(&me).await.expect("a list")[0].seen > began);
        });
    }

    #[test]
    fn sessions_are_listed_and_ended_by_their_own_person_only() {
        on_both(|world| async move {
            let desk = &world.desk;
            let (kit, sol) = (
                world.hire("kit", Role::Rep).await,
                world.hire("sol", Role::Admin).await,
            );
            let one = world.sign_in(&kit).await;
            let two = world.sign_in(&kit).await;
            let other = world.sign_in(&sol).await;
            desk.sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a half session, which is no session");

            let list = desk.sessions(&two.me).await.expect("a list");
            assert_eq!(
                list.iter().map(|s| s.current).collect::<Vec<_>>(),
                [true, false]
            );
            assert_eq!(list[0].browser, "Firefox on Linux");

            let id = one.me.session.expect("a session");
            assert!(matches!(
                desk.end_session(&other.me, id).await,
                Err(DeskError::NotFound)
            ));
            desk.end_session(&two.me, id).await.expect("an end");
            assert!(
                desk.session(&one.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            assert!(matches!(
                desk.end_session(&two.me, id).await,
                Err(DeskError::NotFound)
            ));

            let three = world.sign_in(&kit).await;
            desk.end_other_sessions(&three.me).await.expect("an end");
            assert!(
                desk.session(&two.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            assert!(
                desk.session(&three.secret)
                    .await
                    .expect("an answer")
                    .is_some()
            );
            assert!(
                desk.session(&other.secret)
                    .await
                    .expect("an answer")
                    .is_some()
            );

            desk.sign_out(&three.me).await.expect("an end");
            desk.sign_out(&three.me)
                .await
                .expect("no error the second time");
            assert!(
                desk.session(&three.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            let ledger = world.ledger_text().await;
            for kind in [
                "staff.session-ended",
                "staff.sessions-ended",
                "staff.signed-out",
            ] {
                assert_eq!(ledger.matches(kind).count(), 1, "{kind}");
            }
        });
    }

    #[test]
    fn a_deactivated_persons_sessions_and_tokens_die_at_once() {
        on_both(|world| async move {
            let desk = &world.desk;
            let (kit, sol) = (
                world.hire("kit", Role::Admin).await,
                world.hire("sol", Role::Admin).await,
            );
            let (kit_session, sol_session) = (world.sign_in(&kit).await, world.sign_in(&sol).await);
            let half = desk
                .sign_in("kit", PASSWORD, SOURCE, AGENT)
                .await
                .expect("a first step");
            let token = desk
                .create_token(Some(&kit_session.me), "import", Role::Admin, 30, &[])
                .await;
            let token = token.expect("a token");
            assert!(desk.token(&token).await.expect("an answer").is_some());

            desk.deactivate(&sol_session.me, kit.id)
                .await
                .expect("a deactivation");
            assert!(
                desk.session(&kit_session.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            assert!(desk.token(&token).await.expect("an answer").is_none());
            world.clock.pass(minutes(1));
            let answer = desk
                .second_step(&half.secret, &world.code(&kit.totp), SOURCE)
                .await;
            assert!(matches!(answer, Err(DeskError::Conflict(_))));
            let seen = desk.people(&sol_session.me).await.expect("a list");
            let seen = seen.iter().find(|p| p.id == kit.id).expect("kit");
            assert!(seen.ended.is_some() && seen.seen.is_some());

            desk.reactivate(&sol_session.me, kit.id)
                .await
                .expect("a reactivation");
            assert!(
                desk.session(&kit_session.secret)
                    .await
                    .expect("an answer")
                    .is_none()
            );
            assert!(desk.token(&token).await.expect("an answer").is_none());
            world.sign_in(&kit).await;
        });
    }

    #[test]
    fn there_is_always_an_admin() {
        on_both(|world| async move {
            let desk = &world.desk;
            let (ada, bea) = (
                world.staff("ada", Role::Admin).await,
                world.staff("bea", Role::Admin).await,
            );
            let rep = world.staff("kit", Role::Rep).await;
            assert!(matches!(
                desk.deactivate(&ada, ada.id).await,
                Err(DeskError::Conflict(_))
            ));
            assert!(matches!(
                desk.deactivate(&rep, ada.id).await,
                Err(DeskError::Forbidden(_))
            ));
            assert!(matches!(
                desk.people(&rep).await,
                Err(DeskError::Forbidden(_))
            ));
            let both = tokio::join!(desk.deactivate(&ada, bea.id), desk.deactivate(&bea, ada.id));
            assert!(both.0.is_ok() != both.1.is_ok(), "one of the two");
            let left = if both.0.is_ok() { &ada } else { &bea };
            desk.deactivate(left, rep.id).await.expect("a deactivation");
            assert!(matches!(
                desk.deactivate(left, rep.id).await,
                Err(DeskError::Conflict(_))
            ));
            let people = desk.people(left).await.expect("a list");
            assert_eq!(people.iter().filter(|p| p.ended.is_none()).count(), 1);
        });
    }
}
