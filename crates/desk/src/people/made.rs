//! What somebody made that goes on without them: API tokens, and invitations that nobody took up yet.
//!
//! A token lives longer than the sign-in by which it was made. So whoever changes theirs sees what they
//! made, and it ends when somebody enrols anew or is deactivated: those are the times when it is in
//! doubt who made it.

use store::{Change, StoreError, Tx};
use words::{InvitationEnd, Role, StaffId, Time};

use super::{InvitationView, TokenView};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
};

/// What one made and what works still.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The tokens, newest first.
    pub tokens: Vec<TokenView>,
    /// The invitations, newest first.
    pub invitations: Vec<InvitationView>,
}

impl Desk {
    /// The tokens and open invitations that one made oneself.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token.
    pub async fn made_by_me(&self, me: &Me) -> Result<Made, DeskError> {
        me.must_be_a_person(Role::ALL)?;
        let mut tx = self.store.read().await?;
        let now = self.now();
        let mut made = Made::default();
        for row in tx.tokens().await? {
            if row.created_by == Some(me.id) {
                let token = TokenView::of(&mut tx, row, now).await?;
                made.tokens.extend(token.active.then_some(token));
            }
        }
        let open = tx.open_invitations(now).await?.into_iter();
        made.invitations = open
            .filter(|row| row.created_by == Some(me.id))
            .map(InvitationView::from)
            .collect();
        Ok(made)
    }

    /// Revokes the tokens that somebody made and withdraws their open invitations; says how many of
    /// each.
    pub(super) async fn end_what_they_made(
        &self,
        tx: &mut Tx,
        id: StaffId,
        now: Time,
    ) -> Result<(u64, u64), DeskError> {
        let (mut tokens, mut invitations) = (0, 0);
        for token in tx.tokens().await? {
            if token.created_by == Some(id) && self.stop_token(tx, &token, now).await? {
                tokens += 1;
            }
        }
        for invitation in tx.open_invitations(now).await? {
            if invitation.created_by == Some(id) {
                match tx
                    .end_invitation(invitation.id, InvitationEnd::Withdrawn, now)
                    .await
                {
                    Ok(()) => invitations += 1,
                    // Somebody took it up this very moment.
                    Err(StoreError::Gone) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        if invitations > 0 {
            // The badge of those who were asked to enrol anew goes.
            tx.changed(Change::List);
        }
        Ok((tokens, invitations))
    }
}

#[cfg(test)]
mod tests;
