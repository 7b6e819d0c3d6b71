//! The people who work here: listed, deactivated, let in again.

use std::collections::HashMap;
use store::Tx;
use words::{Role, StaffId, Time};

use super::AskedAnew;
use crate::{
    desk::{Desk, Me},
    error::DeskError,
};

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
    /// Who asked them to enrol anew, as long as they haven't.
    pub anew: Option<AskedAnew>,
}

impl Desk {
    /// All people who work here or did, by name. Admins and auditors.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub async fn people(&self, me: &Me) -> Result<Vec<PersonView>, DeskError> {
        me.must_be_a_person(&[Role::Admin, Role::Auditor])?;
        let mut tx = self.store.read().await?;
        let seen: HashMap<StaffId, Time> = tx.last_seen().await?.into_iter().collect();
        let people = tx.people().await?;
        let mut anew: HashMap<StaffId, AskedAnew> = HashMap::new();
        for row in tx.open_invitations(self.now()).await? {
            if let Some(staff) = row.staff_id {
                anew.insert(staff, AskedAnew::of(&row, &people));
            }
        }
        Ok(people
            .into_iter()
            .map(|row| PersonView {
                anew: anew.remove(&row.id),
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
    /// as they may know them. The invitations that they made, or by which they could enrol anew, are
    /// withdrawn. Admins only; not oneself; not the last admin.
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
        tx.forget_browsers(id).await?;
        let mut tokens = 0u64;
        for token in tx.tokens().await? {
            if token.created_by == Some(id) && self.stop_token(&mut tx, &token, now).await? {
                tokens += 1;
            }
        }
        for invitation in tx.open_invitations(now).await? {
            if invitation.created_by == Some(id) || invitation.staff_id == Some(id) {
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
