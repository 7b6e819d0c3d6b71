//! Sessions: whose they are, and how they end.

use store::Tx;
use words::{Role, SessionId, Time};

use super::{TOUCH, changed};
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

/// A session that goes on under another secret.
pub struct RenewedSession {
    /// The secret for its cookie; the one before opens nothing any more.
    pub secret: String,
    /// Until when at the most, as before.
    pub expires: Time,
}

impl Desk {
    /// Gives the session that asks a new secret, so that whoever copied the one before has nothing.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] if it has ended.
    pub(super) async fn renew_session(
        &self,
        tx: &mut Tx,
        me: &Me,
        now: Time,
    ) -> Result<RenewedSession, DeskError> {
        let session = match me.session {
            Some(id) => tx.session_of(id, me.id, now).await?,
            None => None,
        };
        let session = session.ok_or(DeskError::Forbidden(
            "your session has ended; sign in again",
        ))?;
        let (secret, token) = self.secret();
        changed(tx.renew_session(session.id, &token).await)?;
        Ok(RenewedSession {
            secret,
            expires: session.created_at + hours(self.settings.session_hours),
        })
    }

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
}
