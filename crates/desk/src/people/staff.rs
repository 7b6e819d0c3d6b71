//! The people who work here: listed, deactivated, let in again.

use std::collections::HashMap;
use store::{StaffRow, Tx};
use words::{InvitationEnd, Role, StaffId, Time};

use super::{AnsweredAnew, AskedAnew, anew::SHOWN};
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
    /// That they enrolled anew, or refused to, in the last seven days; newest first.
    pub answered: Vec<AnsweredAnew>,
}

const ADMIN: &[Role] = &[Role::Admin];

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
        let now = self.now();
        let mut anew: HashMap<StaffId, AskedAnew> = HashMap::new();
        for row in tx.open_invitations(now).await? {
            if let Some(staff) = row.staff_id {
                anew.insert(staff, AskedAnew::of(&row, &people));
            }
        }
        let mut answered: HashMap<StaffId, Vec<AnsweredAnew>> = HashMap::new();
        for row in tx.answered_anew(now - SHOWN).await? {
            if let Some(staff) = row.staff_id {
                let of_theirs = answered.entry(staff).or_default();
                of_theirs.extend(AnsweredAnew::of(&row, &people));
            }
        }
        Ok(people
            .into_iter()
            .map(|row| PersonView {
                anew: anew.remove(&row.id),
                answered: answered.remove(&row.id).unwrap_or_default(),
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
    /// withdrawn. Admins only, with a code of their own; not oneself; not the last admin.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] that says why not;
    /// [`DeskError::Invalid`] for a wrong or used code; [`DeskError::Limited`] after five of these.
    pub async fn deactivate(&self, me: &Me, id: StaffId, code: &str) -> Result<(), DeskError> {
        self.can_deactivate(me, id).await?;
        let tried = self.try_oneself(me, ADMIN).await?;
        let (mut tx, _) = self
            .prove_oneself(me, ADMIN, tried, None, code, "deactivate")
            .await?;
        let now = self.now();
        tx.queue_at(b"people", now).await?;
        to_deactivate(me, id, &tx.people().await?)?;
        tx.end_staff(id, Some(now)).await?;
        let sessions = tx.end_sessions(id, None, now).await?;
        tx.forget_browsers(id).await?;
        let (tokens, _) = self.end_what_they_made(&mut tx, id, now).await?;
        if let Some(anew) = tx.open_invitation_of(id, now).await? {
            tx.end_invitation(anew.id, InvitationEnd::Withdrawn, now)
                .await?;
        }
        tx.entry(
            self.by(me, "staff.deactivated")
                .with("staff", id.to_string())
                .with("sessions", sessions)
                .with("tokens", tokens),
        );
        self.commit(tx).await
    }

    /// The name of a person whom one could deactivate. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] that says why not.
    pub async fn can_deactivate(&self, me: &Me, id: StaffId) -> Result<String, DeskError> {
        me.must_be_a_person(ADMIN)?;
        let mut tx = self.store.read().await?;
        to_deactivate(me, id, &tx.people().await?)
    }

    /// Lets somebody who was deactivated sign in again. Admins only, with a code of their own.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] if they are active;
    /// [`DeskError::Invalid`] for a wrong or used code; [`DeskError::Limited`] after five of these.
    pub async fn reactivate(&self, me: &Me, id: StaffId, code: &str) -> Result<(), DeskError> {
        self.can_reactivate(me, id).await?;
        let tried = self.try_oneself(me, ADMIN).await?;
        let (mut tx, _) = self
            .prove_oneself(me, ADMIN, tried, None, code, "reactivate")
            .await?;
        to_reactivate(&mut tx, id).await?;
        tx.end_staff(id, None).await?;
        tx.entry(
            self.by(me, "staff.reactivated")
                .with("staff", id.to_string()),
        );
        self.commit(tx).await
    }

    /// The name of a person whom one could let sign in again. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::NotFound`], or [`DeskError::Conflict`] if they are active.
    pub async fn can_reactivate(&self, me: &Me, id: StaffId) -> Result<String, DeskError> {
        me.must_be_a_person(ADMIN)?;
        to_reactivate(&mut self.store.read().await?, id).await
    }
}

/// The name of the person, if they can be deactivated.
fn to_deactivate(me: &Me, id: StaffId, people: &[StaffRow]) -> Result<String, DeskError> {
    if me.id == id {
        return Err(DeskError::Conflict(
            "you can't deactivate yourself; another admin can",
        ));
    }
    let person = people.iter().find(|person| person.id == id);
    let person = person.ok_or(DeskError::NotFound)?;
    if person.ended_at.is_some() {
        return Err(DeskError::Conflict("they are deactivated already"));
    }
    let admin = |person: &StaffRow| person.role == Role::Admin && person.ended_at.is_none();
    if !people.iter().any(|one| one.id == me.id && admin(one)) {
        return Err(DeskError::Forbidden("you are no longer an admin"));
    }
    if admin(person) && people.iter().filter(|one| admin(one)).count() < 2 {
        return Err(DeskError::Conflict(
            "this is the last admin; invite another one first",
        ));
    }
    Ok(person.name.clone())
}

/// The name of the person, if they can be let in again.
async fn to_reactivate(tx: &mut Tx, id: StaffId) -> Result<String, DeskError> {
    let person = tx.staff(id).await?.filter(|staff| !staff.token);
    let person = person.ok_or(DeskError::NotFound)?;
    if person.ended_at.is_none() {
        return Err(DeskError::Conflict("they are active already"));
    }
    Ok(person.name)
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
            let by = (&kit_session.me, &*world.next_code(&kit));
            let token = desk
                .create_token(Some(by), "import", Role::Admin, 30, &[])
                .await;
            let token = token.expect("a token");
            assert!(desk.token(&token).await.expect("an answer").is_some());

            desk.deactivate(&sol_session.me, kit.id, &world.next_code(&sol))
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

            desk.reactivate(&sol_session.me, kit.id, &world.next_code(&sol))
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
            let (ada, bea) = (world.admin("ada").await, world.admin("bea").await);
            let rep = world.staff("kit", Role::Rep).await;
            let code = world.next_code(&ada.0);
            assert!(matches!(
                desk.deactivate(&ada.1.me, ada.0.id, &code).await,
                Err(DeskError::Conflict(_))
            ));
            assert!(matches!(
                desk.deactivate(&rep, ada.0.id, &code).await,
                Err(DeskError::Forbidden(_))
            ));
            assert!(matches!(
                desk.people(&rep).await,
                Err(DeskError::Forbidden(_))
            ));
            let codes = (code, world.code(&bea.0.totp));
            let both = tokio::join!(
                desk.deactivate(&ada.1.me, bea.0.id, &codes.0),
                desk.deactivate(&bea.1.me, ada.0.id, &codes.1)
            );
            assert!(both.0.is_ok() != both.1.is_ok(), "one of the two");
            let (person, session) = if both.0.is_ok() { &ada } else { &bea };
            let left = &session.me;
            desk.deactivate(left, rep.id, &world.next_code(person))
                .await
                .expect("a deactivation");
            assert!(matches!(
                desk.deactivate(left, rep.id, &world.next_code(person))
                    .await,
                Err(DeskError::Conflict(_))
            ));
            let people = desk.people(left).await.expect("a list");
            assert_eq!(people.iter().filter(|p| p.ended.is_none()).count(), 1);
        });
    }
    #[test]
    fn an_admins_session_alone_stops_nobody_and_lets_nobody_in() {
        on_both(|world| async move {
            let desk = &world.desk;
            let (ada, session) = world.admin("ada").await;
            let me = session.me;
            let kit = world.hire("kit", Role::Rep).await;
            let used = world.code(&ada.totp);
            for code in ["", used.as_str()] {
                let answer = desk.deactivate(&me, kit.id, code).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))), "{code}");
            }
            world.sign_in(&kit).await;
            let code = world.next_code(&ada);
            desk.deactivate(&me, kit.id, &code)
                .await
                .expect("a deactivation");
            let answer = desk.reactivate(&me, kit.id, &code).await;
            assert!(matches!(answer, Err(DeskError::Invalid(_))), "used up");
            let people = desk.people(&me).await.expect("a list");
            let row = people.iter().find(|row| row.id == kit.id).expect("kit");
            assert!(row.ended.is_some());
            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.check-failed").count(), 3);
            assert!(!ledger.contains("staff.reactivated"));
        });
    }
}
