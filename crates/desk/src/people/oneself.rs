//! Showing again who one is, in a session that is open already: the code of one's own authenticator,
//! and for some things the password as well. Whoever only took over the session has neither.

use store::{StaffRow, Tx};
use words::Role;

use super::{active, limits::Limit, wrong_code};
use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// A try that is charged and not yet checked.
pub(crate) struct Try {
    limit: Limit,
    /// The hash of the password that they have.
    pub(super) password: Option<String>,
}

impl Desk {
    /// Begins a check: five failed tries in a row, then one more every ten minutes, whatever they are
    /// for. The try is charged before anything is looked at, and given back if all of it was right.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for a token and whoever has none of these roles (any more);
    /// [`DeskError::Limited`].
    pub(crate) async fn try_oneself(&self, me: &Me, roles: &[Role]) -> Result<Try, DeskError> {
        me.must_be_a_person(roles)?;
        let mut tx = self.store.begin().await?;
        let staff = still(&mut tx, me, roles).await?;
        let limit = self.allowance("oneself", &me.id.to_string(), 5, minutes(10));
        limit.take(&mut tx, self.now()).await?;
        self.commit(tx).await?;
        Ok(Try {
            limit,
            password: staff.password,
        })
    }

    /// Ends a check: uses up the code and hands back the transaction in which that happened, so that
    /// what it allows happens in it as well. `password` says whether the password fitted, where one
    /// was asked for; the answer doesn't tell which of the two was wrong. `what` names in the ledger
    /// what it was for.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] as above; [`DeskError::Invalid`] if something didn't fit.
    pub(crate) async fn prove_oneself(
        &self,
        me: &Me,
        roles: &[Role],
        tried: Try,
        password: Option<bool>,
        code: &str,
        what: &str,
    ) -> Result<(Tx, StaffRow), DeskError> {
        let mut tx = self.store.begin().await?;
        let now = self.now();
        // Before any row of a person, as in all that changes people.
        tx.queue_at(b"people", now).await?;
        let staff = still(&mut tx, me, roles).await?;
        let unchanged = staff.password == tried.password;
        let right = unchanged
            && password != Some(false)
            && self.use_code(&mut tx, &staff, code, now).await?;
        if !right {
            tx.entry(self.by(me, "staff.check-failed").with("for", what));
            self.commit(tx).await?;
            return Err(match password {
                None => wrong_code(),
                Some(_) => DeskError::Invalid(
                    "that password and code don't go together; wait for the next code and try again"
                        .to_owned(),
                ),
            });
        }
        tried.limit.give_back(&mut tx).await?;
        Ok((tx, staff))
    }
}

/// Their row as it is now: they may have been deactivated since their session was looked up.
async fn still(tx: &mut Tx, me: &Me, roles: &[Role]) -> Result<StaffRow, DeskError> {
    tx.staff(me.id)
        .await?
        .filter(|staff| active(staff) && roles.contains(&staff.role))
        .ok_or(DeskError::Forbidden(
            "you may no longer do this; sign in again",
        ))
}
