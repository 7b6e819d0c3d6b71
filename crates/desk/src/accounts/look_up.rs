//! Finding an account by what a caller says: exact matches through blind indexes only, limited,
//! and each one in the ledger, found or not.

use words::{AccountId, AlarmKind, Time};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    settings::minutes,
};

/// The longest thing that can be looked up, in letters.
const LONGEST: usize = 254;

/// An account that was found: what reps may see of it, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: AccountId,
    /// The company's own name for it.
    pub external_id: String,
    /// What a rep calls the customer.
    pub display_name: String,
    /// Since when they are a customer.
    pub customer_since: Option<Time>,
    /// How many tickets about it are not closed.
    pub open_tickets: i64,
}

impl Desk {
    /// Finds accounts by what a caller says, at most ten. `kind` is one of
    /// [`Catalogue::look_up_kinds`](crate::catalogue::Catalogue::look_up_kinds); the value may be
    /// spelled in any way that means the same.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for auditors, [`DeskError::Invalid`] for an unknown kind or an empty
    /// value, [`DeskError::Limited`] when it was too often in a short time.
    pub async fn look_up(&self, me: &Me, kind: &str, value: &str) -> Result<Vec<Found>, DeskError> {
        me.must_act()?;
        let normal = self.catalogue.look_up_form(kind, value).ok_or_else(|| {
            let kinds = self.catalogue.look_up_kinds().join(", ");
            DeskError::Invalid(format!(
                "accounts can't be found by that; use one of: {kinds}"
            ))
        })?;
        if normal.is_empty() || value.chars().nth(LONGEST).is_some() {
            return Err(DeskError::Invalid(format!(
                "type what the caller says, 1 to {LONGEST} letters"
            )));
        }
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let limit = format!("look-up:{}", me.id);
        let every = minutes(self.settings.look_up_minutes);
        if let Some(free_at) = tx
            .charge(limit.as_bytes(), self.settings.look_ups, every, now)
            .await?
        {
            tx.entry(self.by(me, "account.look-up-limited").with("kind", kind));
            self.alarm(&mut tx, AlarmKind::LookUpLimit, me, None, None)
                .await?;
            self.commit(tx).await?;
            return Err(DeskError::Limited(free_at));
        }
        let mut found = Vec::new();
        let mut sought = Vec::new();
        for account in tx.find(kind, &self.vault.blind(kind, &normal).0).await? {
            if self.may_find(me, &account) {
                // Under the account's own key, so that erasing it erases this too; what led to no
                // account leaves nothing of itself.
                sought.push(format!(
                    "{} {}",
                    account.id,
                    self.key(&account)?
                        .commit(&format!("looked up {kind}"), normal.as_bytes())
                ));
                // Finding shows who the customer is, so it stands in the account's own record.
                tx.entry(
                    self.by(me, "account.found")
                        .with_account(account.id.to_string())
                        .with("kind", kind),
                );
                self.notice_decoy(&mut tx, AlarmKind::DecoyFound, me, &account, None)
                    .await?;
                found.push(Found {
                    open_tickets: tx.open_ticket_count(account.id).await?,
                    id: account.id,
                    external_id: account.external_id,
                    display_name: account.display_name,
                    customer_since: account.customer_since,
                });
            }
        }
        tx.entry(
            self.by(me, "account.looked-up")
                .with("kind", kind)
                .with("sought", sought)
                .with("found", found.len()),
        );
        self.commit(tx).await?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
