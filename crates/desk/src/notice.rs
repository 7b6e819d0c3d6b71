//! Telling the owner of every contact: gathered, at most one an hour and a few a day, in fixed
//! words, to registered contact points only.

use words::{AccountId, Time};

use crate::{
    desk::Desk,
    error::DeskError,
    mailroom::{ContactRef, LetterRef},
    settings::hours,
};

impl Desk {
    /// Tells the owners of what is due. Returns how many accounts were looked at.
    pub(crate) async fn tell_owners(&self) -> Result<usize, DeskError> {
        let now = self.now();
        if words::sabotage::off("notices") {
            return Ok(0);
        }
        let due = self.store.read().await?.accounts_to_tell(now, 100).await?;
        for account in &due {
            self.tell(*account, now).await?;
        }
        Ok(due.len())
    }

    async fn tell(&self, account: AccountId, now: Time) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        // Two workers don't tell the same twice.
        tx.queue_for_account(account).await?;
        let account = self.account(&mut tx, account).await?;
        let due = tx.untold(account.id, now).await?;
        let Some(first) = due.first() else {
            return Ok(());
        };
        let told = tx.told_times(account.id, now - hours(24)).await?;
        let until = match (
            told.first(),
            told.get(self.settings.notices_per_day.saturating_sub(1)),
        ) {
            (_, Some(oldest)) => Some(*oldest + hours(24)),
            (Some(newest), None) if *newest + hours(1) > now => Some(*newest + hours(1)),
            _ => None,
        };
        if let Some(until) = until {
            tx.put_off(account.id, until).await?;
            return self.commit(tx).await;
        }
        let ticket = tx
            .ticket_by_id(first.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let contacts: Vec<ContactRef> = due
            .iter()
            .map(|notice| ContactRef {
                channel: notice.channel,
                at: notice.began_at,
                ticket: notice.ticket_id,
            })
            .collect();
        let also: Vec<_> = due.iter().skip(1).map(|notice| notice.ticket_id).collect();
        let points = tx.contact_points(account.id).await?;
        let mut reached = 0u64;
        for point in self.hears(&points) {
            let secret = self
                .repudiation(&mut tx, &account, &ticket, point.id, also.clone())
                .await?;
            let letter = LetterRef::Notice {
                contacts: contacts.clone(),
            };
            self.queue_letter(&mut tx, &account, point, letter, Some(&secret), None)
                .await?;
            reached += 1;
        }
        tx.told(account.id, now).await?;
        let kind = if reached == 0 {
            "notice.unreachable"
        } else {
            "notice.queued"
        };
        tx.entry(
            self.entry("desk", kind)
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("contacts", contacts.len() as u64)
                .with("contact_points", reached),
        );
        self.commit(tx).await
    }
}
