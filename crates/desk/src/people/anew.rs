//! Asking somebody who is staff to enrol anew, because they lost their password or authenticator.
//!
//! This is how help desks are talked out of their own: somebody rings as a colleague who lost the
//! phone. So it takes a code of the admin who does it, whatever their session; it ends nothing by
//! itself; the person sees it on all their pages, as long as they are signed in anywhere, and can
//! refuse it; and so do all admins. Nobody does it for themselves. If there is no admin left who
//! could, the operator does it on the machine.

use store::{Change, InvitationRow, StaffRow, Tx};
use words::{InvitationEnd, InvitationId, Role, StaffId, Time};

use super::{Invited, active, invite::For};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::hours,
};

/// How long admins see that somebody enrolled anew, or refused to.
pub(super) const SHOWN: std::time::Duration = hours(7 * 24);

/// That somebody was asked to enrol anew, and has not done so yet.
#[derive(Clone, Debug)]
pub struct AskedAnew {
    /// The invitation.
    pub invitation: InvitationId,
    /// Who asked; none for the operator.
    pub by: Option<String>,
    /// When.
    pub asked: Time,
    /// Until when it works.
    pub expires: Time,
}

impl AskedAnew {
    /// An invitation, with the name of whoever made it.
    pub(super) fn of(row: &InvitationRow, people: &[StaffRow]) -> Self {
        Self {
            invitation: row.id,
            by: asker(row, people),
            asked: row.created_at,
            expires: row.expires_at,
        }
    }
}

/// That somebody who was asked to enrol anew did so, or refused.
#[derive(Clone, Debug)]
pub struct AnsweredAnew {
    /// Who had asked; none for the operator.
    pub by: Option<String>,
    /// When they did or refused.
    pub at: Time,
    /// Whether they refused.
    pub refused: bool,
}

impl AnsweredAnew {
    /// An invitation that ended, with the name of whoever made it.
    pub(super) fn of(row: &InvitationRow, people: &[StaffRow]) -> Option<Self> {
        Some(Self {
            by: asker(row, people),
            at: row.used_at?,
            refused: row.outcome == Some(InvitationEnd::Refused),
        })
    }
}

/// The name of whoever made an invitation.
fn asker(row: &InvitationRow, people: &[StaffRow]) -> Option<String> {
    let id = row.created_by?;
    let by = people.iter().find(|person| person.id == id)?;
    Some(by.name.clone())
}

const CANT_SIGN_IN: DeskError =
    DeskError::Conflict("they can't sign in at all; let them sign in first");

impl Desk {
    /// Makes a single-use invitation for somebody who is staff, by which they choose a new password and
    /// enrol a new authenticator; name, sign-in name and role stay. Nothing of theirs ends before they
    /// take it up ([`Desk::accept`]). An earlier one that was not used is withdrawn. Admins only, with
    /// a code of their own; not for oneself.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`] if there is no such person;
    /// [`DeskError::Conflict`] that says why not; [`DeskError::Invalid`] for a wrong or used code;
    /// [`DeskError::Limited`] after five of these.
    pub async fn ask_to_enrol_anew(
        &self,
        me: &Me,
        id: StaffId,
        code: &str,
    ) -> Result<Invited, DeskError> {
        const ADMIN: &[Role] = &[Role::Admin];
        self.can_enrol_anew(me, id).await?;
        let tried = self.try_oneself(me, ADMIN).await?;
        let (mut tx, _) = self
            .prove_oneself(me, ADMIN, tried, None, code, "enrol-anew")
            .await?;
        let invited = self.add_anew(&mut tx, Some(me), id).await?;
        self.commit(tx).await?;
        Ok(invited)
    }

    /// The name of a person whom one could ask to enrol anew. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::NotFound`] if there is no such person;
    /// [`DeskError::Conflict`] that says why not.
    pub async fn can_enrol_anew(&self, me: &Me, id: StaffId) -> Result<String, DeskError> {
        me.must_be_a_person(&[Role::Admin])?;
        if me.id == id {
            return Err(DeskError::Conflict(
                "you can't ask yourself to enrol anew; another admin can",
            ));
        }
        let mut tx = self.store.read().await?;
        let staff = tx.staff(id).await?.filter(|staff| !staff.token);
        let staff = staff.ok_or(DeskError::NotFound)?;
        if active(&staff) {
            Ok(staff.name)
        } else {
            Err(CANT_SIGN_IN)
        }
    }

    /// The same by the operator, on the machine, for when no admin is left who could.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] if nobody signs in by that name; [`DeskError::Conflict`] if they may not
    /// sign in.
    pub async fn operator_asks_to_enrol_anew(&self, login: &str) -> Result<Invited, DeskError> {
        let login = login.trim().to_ascii_lowercase();
        let mut tx = self.store.begin().await?;
        let staff = tx.staff_by_login(&login).await?;
        let staff = staff.filter(|staff| !staff.token).ok_or_else(|| {
            DeskError::Invalid(format!("nobody here has the sign-in name `{login}`"))
        })?;
        let invited = self.add_anew(&mut tx, None, staff.id).await?;
        self.commit(tx).await?;
        Ok(invited)
    }

    async fn add_anew(
        &self,
        tx: &mut Tx,
        by: Option<&Me>,
        id: StaffId,
    ) -> Result<Invited, DeskError> {
        let now = self.now();
        // Whoever deactivates them at this moment waits, or has come first.
        tx.queue_at(b"people", now).await?;
        let staff = tx.staff(id).await?.ok_or(DeskError::NotFound)?;
        if !active(&staff) {
            return Err(CANT_SIGN_IN);
        }
        if let Some(old) = tx.open_invitation_of(id, now).await? {
            tx.end_invitation(old.id, InvitationEnd::Withdrawn, now)
                .await?;
        }
        let invited = self
            .add_invitation(tx, by, &staff.name, staff.role, For::Anew(id))
            .await?;
        let entry = match by {
            Some(me) => self.by(me, "staff.asked-to-enrol-anew"),
            None => self.entry("operator", "staff.asked-to-enrol-anew"),
        };
        tx.entry(
            entry
                .with("staff", id.to_string())
                .with("invitation", invited.id.to_string()),
        );
        // Their open pages show it at once.
        tx.changed(Change::List);
        Ok(invited)
    }

    /// Whether one was asked to enrol anew, by whom.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn asked_to_enrol_anew(&self, me: &Me) -> Result<Option<AskedAnew>, DeskError> {
        let mut tx = self.store.read().await?;
        let Some(row) = tx.open_invitation_of(me.id, self.now()).await? else {
            return Ok(None);
        };
        let by = match row.created_by {
            Some(id) => tx.staff(id).await?,
            None => None,
        };
        Ok(Some(AskedAnew::of(&row, by.as_slice())))
    }

    /// Refuses to enrol anew: the link stops working, and admins see that it was refused. Whoever has
    /// a session can, so that the real person is quicker than whoever asked in their name.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token; [`DeskError::NotFound`] if one wasn't asked.
    pub async fn refuse_to_enrol_anew(&self, me: &Me) -> Result<(), DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let mut tx = self.store.begin().await?;
        let now = self.now();
        let row = tx.open_invitation_of(me.id, now).await?;
        let row = row.ok_or(DeskError::NotFound)?;
        self.withdraw(&mut tx, me, &row, InvitationEnd::Refused, now)
            .await?;
        self.commit(tx).await
    }
}

#[cfg(test)]
mod tests;
