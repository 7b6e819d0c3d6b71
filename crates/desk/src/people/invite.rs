//! Inviting people, and the set-up link for the first admin.

use store::{Change, InvitationRow, Tx};
use words::{InvitationEnd, InvitationId, Role, StaffId, Time};

use super::{SET_UP, tidy_name};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::hours,
};

/// An invitation that was just made.
pub struct Invited {
    /// Its id.
    pub id: InvitationId,
    /// The secret of its link, known only now: `{base_url}/invitation/{secret}`.
    pub secret: String,
    /// Until when it works.
    pub expires: Time,
}

/// An invitation that nobody has taken up yet.
#[derive(Clone, Debug)]
pub struct InvitationView {
    /// Its id.
    pub id: InvitationId,
    /// For whom.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Whether it is for somebody who is there, to enrol anew.
    pub anew: bool,
    /// When it was made.
    pub created: Time,
    /// Until when it works.
    pub expires: Time,
}

impl From<InvitationRow> for InvitationView {
    fn from(row: InvitationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            role: row.role,
            anew: row.staff_id.is_some(),
            created: row.created_at,
            expires: row.expires_at,
        }
    }
}

/// Whom an invitation is for.
pub(super) enum For {
    /// The first admin.
    First,
    /// Somebody new.
    New,
    /// Somebody who is there, and enrols anew.
    Anew(StaffId),
}

impl Desk {
    /// Makes the single-use invitation for the first admin and returns its secret, for the link
    /// `{base_url}/set-up/{secret}`. An earlier one that was not used is withdrawn. Once somebody is
    /// staff it answers none, for good.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn first_setup(&self) -> Result<Option<String>, DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        tx.queue_at(SET_UP.as_bytes(), now).await?;
        if tx.meta(SET_UP).await?.is_some() || !tx.people().await?.is_empty() {
            return Ok(None);
        }
        for old in tx.open_invitations(now).await? {
            if old.set_up {
                tx.end_invitation(old.id, InvitationEnd::Withdrawn, now)
                    .await?;
            }
        }
        let invited = self
            .add_invitation(&mut tx, None, "", Role::Admin, For::First)
            .await?;
        tx.entry(
            self.entry("system", "staff.set-up-offered")
                .with("invitation", invited.id.to_string()),
        );
        self.commit(tx).await?;
        Ok(Some(invited.secret))
    }

    /// Invites somebody as staff. Admins only, with a code of their own.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Invalid`] if the name can't be used, and for a wrong or
    /// used code; [`DeskError::Limited`] after five of these.
    pub async fn invite(
        &self,
        me: &Me,
        name: &str,
        role: Role,
        code: &str,
    ) -> Result<Invited, DeskError> {
        const ADMIN: &[Role] = &[Role::Admin];
        me.must_be_a_person(ADMIN)?;
        let name = tidy_name(name)?;
        let tried = self.try_oneself(me, ADMIN).await?;
        let (tx, _) = self
            .prove_oneself(me, ADMIN, tried, None, code, "invite")
            .await?;
        self.invite_in(tx, Some(me), &name, role).await
    }

    /// The same by the operator, on the machine, who gives no code.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] if the name can't be used.
    pub async fn operator_invites(&self, name: &str, role: Role) -> Result<Invited, DeskError> {
        let name = tidy_name(name)?;
        self.invite_in(self.store.begin().await?, None, &name, role)
            .await
    }

    async fn invite_in(
        &self,
        mut tx: Tx,
        by: Option<&Me>,
        name: &str,
        role: Role,
    ) -> Result<Invited, DeskError> {
        let invited = self
            .add_invitation(&mut tx, by, name, role, For::New)
            .await?;
        let entry = match by {
            Some(me) => self.by(me, "staff.invited"),
            None => self.entry("operator", "staff.invited"),
        };
        tx.entry(
            entry
                .with("invitation", invited.id.to_string())
                .with("role", role.as_str()),
        );
        self.commit(tx).await?;
        Ok(invited)
    }

    /// The invitations of new colleagues that nobody has taken up yet, newest first. Admins and
    /// auditors. Who is to enrol anew stands in [`Desk::people`].
    ///
    /// # Errors
    /// [`DeskError::Forbidden`].
    pub async fn invitations(&self, me: &Me) -> Result<Vec<InvitationView>, DeskError> {
        me.must_be_a_person(&[Role::Admin, Role::Auditor])?;
        let mut tx = self.store.read().await?;
        let open = tx.open_invitations(self.now()).await?;
        Ok(open
            .into_iter()
            .filter(|row| row.staff_id.is_none())
            .map(InvitationView::from)
            .collect())
    }

    /// Withdraws an invitation: its link stops working. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`] if it is not open.
    pub async fn withdraw_invitation(&self, me: &Me, id: InvitationId) -> Result<(), DeskError> {
        me.must_be_a_person(&[Role::Admin])?;
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let open = tx.open_invitations(now).await?;
        let row = open
            .iter()
            .find(|row| row.id == id)
            .ok_or(DeskError::NotFound)?;
        self.withdraw(&mut tx, me, row, InvitationEnd::Withdrawn, now)
            .await?;
        self.commit(tx).await
    }

    /// Ends an open invitation.
    pub(super) async fn withdraw(
        &self,
        tx: &mut Tx,
        me: &Me,
        row: &InvitationRow,
        how: InvitationEnd,
        now: Time,
    ) -> Result<(), DeskError> {
        super::gone(tx.end_invitation(row.id, how, now).await)?;
        let mut entry = self
            .by(me, "staff.invitation-withdrawn")
            .with("invitation", row.id.to_string());
        if let Some(staff) = row.staff_id {
            entry = entry.with("staff", staff.to_string());
            // The badge on their pages goes.
            tx.changed(Change::List);
        }
        tx.entry(entry);
        Ok(())
    }

    pub(super) async fn add_invitation(
        &self,
        tx: &mut Tx,
        by: Option<&Me>,
        name: &str,
        role: Role,
        whom: For,
    ) -> Result<Invited, DeskError> {
        let now = self.now();
        let (secret, hash) = self.secret();
        let row = InvitationRow {
            id: self.id(InvitationId::new),
            token: hash.to_vec(),
            name: name.to_owned(),
            role,
            staff_id: match whom {
                For::Anew(id) => Some(id),
                For::First | For::New => None,
            },
            login: None,
            password: None,
            totp: None,
            set_up: matches!(whom, For::First),
            created_by: by.map(|me| me.id),
            created_at: now,
            expires_at: now + hours(self.settings.invitation_hours),
            used_at: None,
            outcome: None,
        };
        tx.forget_enrolments(now).await?;
        tx.add_invitation(&row).await?;
        Ok(Invited {
            id: row.id,
            secret,
            expires: row.expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;

    #[test]
    fn the_first_admin_is_set_up_once_and_never_again() {
        on_both(|world| async move {
            let desk = &world.desk;
            let lost = desk
                .first_setup()
                .await
                .expect("an answer")
                .expect("a link");
            let found = desk
                .first_setup()
                .await
                .expect("an answer")
                .expect("another link");
            assert!(matches!(
                desk.invitation(&lost).await,
                Err(DeskError::NotFound)
            ));
            let invite = desk.invitation(&found).await.expect("an invitation");
            assert!(invite.first && invite.role == Role::Admin && invite.invited_by.is_none());

            let first = world.take_up(&found, "kit").await;
            assert!(desk.first_setup().await.expect("an answer").is_none());

            // Not even when nobody is left.
            let mut tx = desk.store.begin().await.expect("a transaction");
            tx.end_staff(first.id, Some(desk.now()))
                .await
                .expect("an end");
            tx.commit().await.expect("a commit");
            assert!(desk.first_setup().await.expect("an answer").is_none());
        });
    }

    #[test]
    fn a_token_made_before_does_not_stand_in_for_the_first_admin() {
        on_both(|world| async move {
            world
                .desk
                .create_token(None, "import", Role::Admin, 30, &[])
                .await
                .expect("a token");
            assert!(world.desk.first_setup().await.expect("an answer").is_some());
        });
    }

    #[test]
    fn only_admins_invite_and_withdraw() {
        on_both(|world| async move {
            let desk = &world.desk;
            let ada = world.admin("ada").await;
            let admin = &ada.1.me;
            let invited = world.invited(&ada, "Kit Arlo", Role::Rep).await;
            for role in [Role::Rep, Role::Lead, Role::Auditor] {
                let other = world.staff(role.as_str(), role).await;
                let answer = desk.invite(&other, "Kit Arlo", Role::Admin, "12345").await;
                assert!(matches!(answer, Err(DeskError::Forbidden(_))));
                let answer = desk.withdraw_invitation(&other, invited.id).await;
                assert!(matches!(answer, Err(DeskError::Forbidden(_))));
            }
            let open = desk.invitations(admin).await.expect("a list");
            assert_eq!(
                (open.len(), open[0].id, open[0].role),
                (1, invited.id, Role::Rep)
            );

            desk.withdraw_invitation(admin, invited.id)
                .await
                .expect("a withdrawal");
            assert!(desk.invitations(admin).await.expect("a list").is_empty());
            assert!(matches!(
                desk.invitation(&invited.secret).await,
                Err(DeskError::NotFound)
            ));
            let again = desk.withdraw_invitation(admin, invited.id).await;
            assert!(matches!(again, Err(DeskError::NotFound)));
        });
    }

    #[test]
    fn a_token_invites_nobody_even_as_an_admin() {
        on_both(|world| async move {
            let desk = &world.desk;
            let secret = desk
                .create_token(None, "robot", Role::Admin, 30, &[])
                .await
                .expect("a token");
            let robot = desk
                .token(&secret)
                .await
                .expect("an answer")
                .expect("a token");
            let answer = desk.invite(&robot, "Kit Arlo", Role::Admin, "12345").await;
            assert!(matches!(answer, Err(DeskError::Forbidden(_))));
        });
    }

    #[test]
    fn an_admins_session_alone_invites_nobody() {
        on_both(|world| async move {
            let desk = &world.desk;
            let (ada, session) = world.admin("ada").await;
            let me = session.me;
            let used = world.code(&ada.totp);
            for code in ["", "12345", used.as_str()] {
                let answer = desk.invite(&me, "Kit Arlo", Role::Admin, code).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))), "{code}");
            }
            // A name that won't do is told at once and costs neither code nor try.
            let code = world.next_code(&ada);
            for _ in 0..5 {
                let answer = desk.invite(&me, " ", Role::Rep, &code).await;
                assert!(matches!(answer, Err(DeskError::Invalid(_))));
            }
            assert!(desk.invitations(&me).await.expect("a list").is_empty());
            desk.invite(&me, "Kit Arlo", Role::Rep, &code)
                .await
                .expect("an invitation");
            let again = desk.invite(&me, "Sol Arlo", Role::Rep, &code).await;
            assert!(matches!(again, Err(DeskError::Invalid(_))), "used up");
            let ledger = world.ledger_text().await;
            assert_eq!(ledger.matches("staff.check-failed").count(), 4);
            // The operator's, by which she came, and her own.
            assert_eq!(ledger.matches(r#""staff.invited""#).count(), 2);
        });
    }

    #[test]
    fn the_operator_invites_without_a_code_and_it_is_no_set_up_link() {
        on_both(|world| async move {
            let desk = &world.desk;
            let setup = desk.first_setup().await.expect("an answer");
            let invited = desk.operator_invites("Kit Arlo", Role::Lead).await;
            let invited = invited.expect("an invitation");
            // A newer set-up link withdraws the older, and nothing else.
            desk.first_setup().await.expect("an answer");
            let old = desk.invitation(&setup.expect("a link")).await;
            assert!(matches!(old, Err(DeskError::NotFound)));
            let invite = desk.invitation(&invited.secret).await;
            let invite = invite.expect("an invitation");
            assert!(!invite.first && invite.invited_by.is_none() && invite.role == Role::Lead);
            world.take_up(&invited.secret, "kit").await;
            let ledger = world.ledger_text().await;
            assert!(ledger.contains(r#""actor":"operator""#), "{ledger}");
        });
    }
}
