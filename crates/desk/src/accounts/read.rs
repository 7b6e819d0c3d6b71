//! Reading an account by the company's own name for it: masked, limited like a look-up, and each
//! reading in the ledger.

use gate::{Action, Actor, Outcome};
use words::AlarmKind;

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
    view::AccountView,
};

impl Desk {
    /// Reads an account, masked: shown fields with their values, of all others names and labels.
    /// Trying a name that no account has counts as a look-up that found nothing.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for roles that don't open accounts, [`DeskError::NotFound`] for an
    /// unknown name, [`DeskError::Limited`] when it was too often in a short time.
    pub async fn read_account(&self, me: &Me, external_id: &str) -> Result<AccountView, DeskError> {
        me.must_act()?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let limit = format!("look-up:{}", me.id);
        let every = minutes(self.settings.look_up_minutes);
        if let Some(free_at) = tx
            .charge(limit.as_bytes(), self.settings.look_ups, every, now)
            .await?
        {
            tx.entry(
                self.by(me, "account.look-up-limited")
                    .with("kind", "external_id"),
            );
            self.alarm(&mut tx, AlarmKind::LookUpLimit, me, None, None)
                .await?;
            self.commit(tx).await?;
            return Err(DeskError::Limited(free_at));
        }
        let Some(account) = tx.account_named(external_id).await? else {
            tx.entry(
                self.by(me, "account.looked-up")
                    .with("kind", "external_id")
                    .with("found", 0),
            );
            self.commit(tx).await?;
            return Err(DeskError::NotFound);
        };
        let facts = self.facts(
            Actor::Staff(me.id, me.role),
            Action::Read,
            &account,
            None,
            None,
        );
        if self.decide(&facts).outcome != Outcome::Permit {
            return Err(DeskError::Forbidden("your role doesn't open accounts"));
        }
        tx.entry(
            self.by(me, "account.read")
                .with_account(account.id.to_string()),
        );
        self.notice_decoy(&mut tx, AlarmKind::DecoyOpened, me, &account, None)
            .await?;
        let fields = tx.masked_fields(account.id).await?;
        let points = tx.contact_points(account.id).await?;
        let holds = tx.holds(account.id).await?;
        let view = self.masked(account, &fields, &points, &holds);
        self.commit(tx).await?;
        Ok(view)
    }
}

#[cfg(test)]
mod tests;
