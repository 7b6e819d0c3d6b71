//! Freezing: the account's data stays where it is until the hold is lifted.

use gate::{Action, Actor, Outcome};
use store::{AccountRow, HoldRow, TicketRow, Tx};
use words::{
    Channel, HoldId, HoldLevel, MessageKind, ProofKind, RequestKind, RequestState, TicketKind,
};

use crate::{
    desk::{Desk, Me, outcome_word},
    error::DeskError,
    mailroom::{Given, LetterRef, given},
    opened::Opens,
    ticket::refused,
};

/// Who freezes an account.
#[derive(Clone, Copy)]
pub(crate) enum Freezes<'a> {
    /// The owner, who says that something wasn't them. That counts as an attempt.
    Repudiation,
    /// The owner, signed in at the company's portal.
    Switch,
    /// Somebody at the desk.
    Staff(&'a Me),
}

/// What the ticket is called that tells of the owner's own freeze.
const SWITCHED: &str = "The owner froze their data";

impl Desk {
    /// The owner's own switch, from inside their account: the gate is asked, and then the account is frozen.
    /// If it is frozen already, what was planned meanwhile (two leads' thaw) is over.
    ///
    /// # Errors
    /// [`DeskError::Refused`] if the policies don't let the owner.
    pub(crate) async fn switch_off(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
    ) -> Result<(), DeskError> {
        let known = tx.open_safety(account.id).await?;
        let facts = self.facts(
            Actor::Owner,
            Action::Request(RequestKind::Lock),
            account,
            known.as_ref(),
            None,
        );
        let decision = self.decide(&facts);
        if decision.outcome != Outcome::Permit {
            return Err(refused(decision));
        }
        let mut entry = self
            .entry("owner", "request.decided")
            .with_account(account.id.to_string())
            .with("kind", RequestKind::Lock.as_str())
            .with("outcome", outcome_word(decision.outcome))
            .with("rule", decision.rule)
            .with("proofs", ProofKind::Session.as_str());
        if account.hold == HoldLevel::Frozen && tx.plans(account.id).await?.is_empty() {
            tx.entry(entry);
            return Ok(());
        }
        let from = match known {
            Some(ticket) => ticket,
            None => self.open_safety_ticket(tx, account, SWITCHED).await?,
        };
        entry = entry.with_ticket(from.number);
        tx.entry(entry);
        let reason = "The owner, signed in at the portal, froze their data.";
        self.freeze(tx, account, &from, Freezes::Switch, reason, "")
            .await
    }

    /// Opens a ticket on the safety queue. It is none of the owner's contacts.
    async fn open_safety_ticket(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        subject: &str,
    ) -> Result<TicketRow, DeskError> {
        let opens = Opens::by_desk(account.id, TicketKind::Safety, Channel::Watch, subject);
        let entry = self.entry("desk", "ticket.opened");
        self.opened(tx, entry, opens).await
    }

    /// Freezes an account at once: nothing leaves or changes from now on, and what waits for the
    /// owner's yes is over. Puts the whole story on the safety queue, and tells the owner at every
    /// contact point on file.
    pub(crate) async fn freeze(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        from: &TicketRow,
        by: Freezes<'_>,
        reason: &str,
        story: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let fresh = account.hold != HoldLevel::Frozen;
        let repudiated = matches!(by, Freezes::Repudiation);
        if repudiated {
            self.attempt(tx, account, from, "repudiated by the owner")
                .await?;
        }
        if fresh {
            tx.set_hold(account.id, HoldLevel::Frozen).await?;
            tx.add_hold(&HoldRow {
                id: self.id(HoldId::new),
                account_id: account.id,
                level: HoldLevel::Frozen,
                reason: reason.to_owned(),
                ticket_id: Some(from.id),
                at: now,
                locked: false,
                lifted_at: None,
            })
            .await?;
            let entry = match by {
                Freezes::Staff(me) => self.by(me, "hold.raised"),
                Freezes::Repudiation | Freezes::Switch => self.entry("owner", "hold.raised"),
            };
            tx.entry(
                entry
                    .with_account(account.id.to_string())
                    .with_ticket(from.number)
                    .with("level", HoldLevel::Frozen.as_str()),
            );
        }
        // The owner's switch has no ticket but the one that tells the story.
        if !matches!(by, Freezes::Switch) {
            let text = format!("{reason} The account is frozen.");
            self.write(tx, from, MessageKind::Desk, None, &text).await?;
        }
        self.stop_waiting(tx, account).await?;
        self.freeze_reveals(tx, account).await?;
        self.freeze_changes(tx, account).await?;
        self.stop_plans(tx, account, repudiated).await?;
        let subject = match by {
            Freezes::Repudiation => "The owner says it wasn't them",
            Freezes::Switch => SWITCHED,
            Freezes::Staff(_) => "Frozen by support",
        };
        self.safety_ticket(tx, account, from, subject, reason, story)
            .await?;
        if fresh {
            let points = tx.contact_points(account.id).await?;
            for point in self.hears(&points) {
                let letter = LetterRef::Frozen { at: now };
                self.queue_letter(tx, account, point, letter, None, None)
                    .await?;
            }
        }
        Ok(())
    }

    /// Ends what waits for the owner's yes on a frozen account. The question of lifting the freeze
    /// and that about logins stay: the one undoes it, the other helps to see why.
    async fn stop_waiting(&self, tx: &mut Tx, account: &AccountRow) -> Result<(), DeskError> {
        let now = self.now();
        for request in tx.waiting_requests(account.id).await? {
            if matches!(request.kind, RequestKind::Unlock | RequestKind::Ask) {
                continue;
            }
            tx.move_request(
                request.id,
                RequestState::Waiting,
                RequestState::Refused,
                now,
            )
            .await?;
            tx.end_challenges_of(request.id, now).await?;
            let mut entry = self
                .entry("desk", "request.stopped")
                .with_account(account.id.to_string())
                .with("request", request.id.to_string());
            if let Some(ticket) = tx.ticket_by_id(request.ticket_id).await? {
                let text = format!("Over: {}. The account is frozen.", request.label);
                self.write(tx, &ticket, MessageKind::Desk, None, &text)
                    .await?;
                entry = entry.with_ticket(ticket.number);
            }
            tx.entry(entry);
        }
        Ok(())
    }

    async fn safety_ticket(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        from: &TicketRow,
        subject: &str,
        reason: &str,
        story: &str,
    ) -> Result<(), DeskError> {
        let known = tx.open_safety(account.id).await?;
        let mut ticket = match known {
            Some(ticket) => ticket,
            None => self.open_safety_ticket(tx, account, subject).await?,
        };
        let mut lines = vec![reason.to_owned()];
        let requests = tx.requests(from.id).await?;
        if !story.is_empty() {
            lines.extend([
                String::new(),
                format!(
                    "Ticket #{} ({}, {}): {}",
                    from.number,
                    from.channel,
                    from.opened_at.format("%-d %B %Y at %H:%M UTC"),
                    from.subject,
                ),
                story.to_owned(),
            ]);
            if requests.is_empty() {
                lines.push("Nothing was asked for in it.".to_owned());
            }
        }
        lines.extend(
            requests
                .iter()
                .map(|request| format!("- {}: {}", request.label, request.state)),
        );
        let given = given(tx, &[from.id]).await?;
        lines.extend(because(&given));
        let mut others = tx.tickets_of(account.id, from.id, 10).await?;
        others.retain(|other| other.id != ticket.id);
        if !others.is_empty() {
            lines.extend([String::new(), "Before that on this account:".to_owned()]);
        }
        lines.extend(others.iter().map(|other| {
            let when = other.opened_at.format("%-d %B %Y");
            format!(
                "- #{} ({}, {when}): {}",
                other.number, other.channel, other.subject
            )
        }));
        lines.extend([
            String::new(),
            "The owner can be asked to lift the freeze from this ticket, once they have spoken with you by email. It takes them two steps; who can't do the second needs two of you to agree, and a day.".to_owned(),
        ]);
        let text = lines.join("\n");
        self.write(tx, &ticket, MessageKind::Desk, None, &text)
            .await?;
        self.touch(tx, &mut ticket).await
    }
}

/// What was given to the owner because of a ticket, a line for each of what is known, what is not,
/// and what has not left.
pub(crate) fn because(given: &Given) -> Vec<String> {
    let said: Vec<String> = [
        (
            &given.sent,
            "Sent to the registered email because of it",
            ".",
        ),
        (
            &given.unsure,
            "Handed over for the registered email; it may have arrived",
            ".",
        ),
        (
            &given.leaving,
            "About to leave for the registered email at that moment",
            ". It is held back; this ticket will say so.",
        ),
        (
            &given.shown,
            "Shown to support in it, after a yes at the registered contact point",
            ".",
        ),
    ]
    .into_iter()
    .filter(|(labels, ..)| !labels.is_empty())
    .map(|(labels, lead, end)| format!("{lead}: {}{end}", labels.join(", ")))
    .collect();
    if said.is_empty() {
        return vec!["Nothing was sent because of it.".to_owned()];
    }
    said
}
