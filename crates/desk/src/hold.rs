//! Freezing: the account's data stays where it is until the owner lifts it.

use store::{AccountRow, HoldRow, TicketRow, Tx};
use words::{
    Channel, HoldId, HoldLevel, MessageKind, Queue, RequestKind, RequestState, TicketId,
    TicketKind, TicketState,
};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    mailroom::{Given, LetterRef, given},
};

impl Desk {
    /// Freezes an account at once: nothing leaves or changes from now on, and what waits for the
    /// owner's yes is over. Puts the whole story on the safety queue, and tells the owner at every
    /// contact point on file. `by` is none for the owner, whose "It wasn't me" counts as an attempt.
    pub(crate) async fn freeze(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        from: &TicketRow,
        by: Option<&Me>,
        reason: &str,
        story: &str,
    ) -> Result<(), DeskError> {
        let now = self.now();
        let fresh = account.hold != HoldLevel::Frozen;
        if by.is_none() {
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
            let entry = by.map_or_else(
                || self.entry("owner", "hold.raised"),
                |me| self.by(me, "hold.raised"),
            );
            tx.entry(
                entry
                    .with_account(account.id.to_string())
                    .with_ticket(from.number)
                    .with("level", HoldLevel::Frozen.as_str()),
            );
        }
        self.write(
            tx,
            from,
            MessageKind::Desk,
            None,
            &format!("{reason} The account is frozen."),
        )
        .await?;
        self.stop_waiting(tx, account).await?;
        self.freeze_reveals(tx, account).await?;
        self.freeze_changes(tx, account).await?;
        self.stop_plans(tx, account, by.is_none()).await?;
        let subject = match by {
            None => "The owner says it wasn't them",
            Some(_) => "Frozen by support",
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
        let now = self.now();
        let known = tx.open_safety(account.id).await?;
        let mut ticket = if let Some(ticket) = known {
            ticket
        } else {
            let row = TicketRow {
                id: self.id(TicketId::new),
                number: tx.next("ticket").await?,
                account_id: Some(account.id),
                kind: TicketKind::Safety,
                channel: Channel::Watch,
                subject: subject.to_owned(),
                queue: Queue::Safety,
                state: TicketState::Open,
                assignee: None,
                opened_by: None,
                escalated: None,
                opened_at: now,
                updated_at: now,
                ended_at: None,
                closed_at: None,
            };
            tx.add_ticket(&row).await?;
            tx.entry(
                self.entry("desk", "ticket.opened")
                    .with_account(account.id.to_string())
                    .with_ticket(row.number)
                    .with("channel", "watch"),
            );
            row
        };
        let mut lines = vec![
            reason.to_owned(),
            String::new(),
            format!(
                "Ticket #{} ({}, {}): {}",
                from.number,
                from.channel,
                from.opened_at.format("%-d %B %Y at %H:%M UTC"),
                from.subject,
            ),
            story.to_owned(),
        ];
        let requests = tx.requests(from.id).await?;
        if requests.is_empty() {
            lines.push("Nothing was asked for in it.".to_owned());
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
