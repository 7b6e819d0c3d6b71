//! Erasing a person: the account's data key is destroyed, and with it every value and every
//! commitment in the ledger that was made with it. What remains are ids and dates.
//!
//! The last letter to the owner leaves first. Its address is sealed with the account's key like any
//! other, and is opened with a permit like any other; a copy of it under another key, to send the letter
//! after the erasure, would be one more place from which it can be had. So once the cooling-off time is
//! over the letter is queued, and the erasure follows it: as soon as it left, was held back or was given
//! up, and a day later in any case.

use store::{AccountRow, PlanRow, StoreError, TicketRow, Tx};
use words::{MessageKind, PlanId, PlanKind, Time};

use crate::{
    challenge::Detail, desk::Desk, error::DeskError, mailroom::LetterRef, settings::hours,
};

/// Hours that an erasure waits for its last letter.
const LETTER_HOURS: u64 = 24;

impl Desk {
    /// Whether the last letter of a due erasure is no longer waited for. Queues it the first time.
    pub(crate) async fn last_letter_is_over(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        plan: &PlanRow,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        if tx.last_letter(plan.id, now).await? {
            return Ok(true);
        }
        let points = tx.contact_points(account.id).await?;
        let Some(place) = self.destination(&points).filter(|point| point.usable(now)) else {
            return Ok(true);
        };
        tx.put_off_plan(plan.id, now + hours(LETTER_HOURS)).await?;
        let letter = LetterRef::Erasing { plan: plan.id };
        self.queue_letter(tx, account, place, letter, None, Some(ticket))
            .await?;
        let text = "The last letter to the owner is on its way. The erasure follows it.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        Ok(false)
    }

    /// The last letter left, or won't: the erasure is due now.
    pub(crate) async fn erase_next(&self, tx: &mut Tx, plan: PlanId) -> Result<(), DeskError> {
        match tx.put_off_plan(plan, self.now()).await {
            // Cancelled meanwhile, or done.
            Ok(()) | Err(StoreError::Gone) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Erases what is known of an account's owner.
    pub(crate) async fn erase(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
    ) -> Result<(), DeskError> {
        let blank = Detail {
            at: Time(0),
            plan: Some(PlanKind::Erase),
            ..Detail::contact(ticket)
        };
        let blank = serde_json::to_string(&blank).map_err(|e| DeskError::json(&e))?;
        tx.erase_account(account.id, &blank, self.now()).await?;
        self.mark_journal(tx).await?;
        tx.entry(
            self.entry("desk", "account.erased")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number),
        );
        let text = "Everything kept about the owner was erased, after their two steps, a second person's leave and the cooling-off time.";
        self.write(tx, ticket, MessageKind::Desk, None, text)
            .await?;
        tx.changed(store::Change::List);
        tx.changed(store::Change::Ticket(ticket.number));
        Ok(())
    }
}
