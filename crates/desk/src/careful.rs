//! Attempts, and the careful hold that they add up to: by rule, not by note.

use gate::{Action, Actor, Outcome};
use store::{AccountRow, HoldRow, TicketRow, Tx};
use words::{HoldId, HoldLevel, MessageKind};

use crate::{desk::Desk, error::DeskError};

impl Desk {
    /// Counts an attempt: a refused request, a failed or denied challenge, a repudiated contact. Once
    /// the policies say that they add up, the account is held with care.
    pub(crate) async fn attempt(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        what: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let id = uuid::Uuid::from(self.id(HoldId::new));
        tx.add_attempt(id, account.id, Some(ticket.id), what, now)
            .await?;
        let account = self.account(tx, account.id).await?;
        let facts = self.facts(Actor::Desk, Action::BeCareful, &account, Some(ticket), None);
        let decision = self.decide(&facts);
        if decision.outcome != Outcome::Permit || words::sabotage::off("attempts") {
            return Ok(());
        }
        let reason = "Attempts on this account added up.";
        tx.set_hold(account.id, HoldLevel::Careful).await?;
        tx.add_hold(&HoldRow {
            id: self.id(HoldId::new),
            account_id: account.id,
            level: HoldLevel::Careful,
            reason: reason.to_owned(),
            ticket_id: Some(ticket.id),
            at: now,
            locked: false,
            lifted_at: None,
        })
        .await?;
        tx.entry(
            self.entry("desk", "hold.raised")
                .with_account(account.id.to_string())
                .with_ticket(ticket.number)
                .with("level", HoldLevel::Careful.as_str())
                .with("rule", decision.rule),
        );
        let text = format!(
            "{reason} From now on even what is usually sent at once needs the owner's yes first, until the hold is lifted."
        );
        self.write(tx, ticket, MessageKind::Desk, None, &text)
            .await?;
        Ok(())
    }
}
