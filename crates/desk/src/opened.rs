//! A ticket begins: its row and the ledger's entry, the same way whoever opens it.

use ledger::Entry;
use store::{TicketRow, Tx};
use words::{AccountId, Channel, Queue, StaffId, TicketId, TicketKind, TicketState};

use crate::{desk::Desk, error::DeskError};

/// A ticket that is about to be opened.
pub(crate) struct Opens {
    /// The account that it is about, if that is known.
    pub account: Option<AccountId>,
    /// What it is; that says on which queue it lies.
    pub kind: TicketKind,
    /// How whoever asks came.
    pub channel: Channel,
    /// A line that says what it is about.
    pub subject: String,
    /// Who opened it at the desk.
    pub by: Option<StaffId>,
    /// Whether it is theirs to work on.
    pub mine: bool,
    /// Whether there is nothing to do: it only tells what happened.
    pub closed: bool,
}

impl Opens {
    /// A ticket that the desk itself opens about an account.
    pub(crate) fn by_desk(
        account: AccountId,
        kind: TicketKind,
        channel: Channel,
        subject: &str,
    ) -> Self {
        Self {
            account: Some(account),
            kind,
            channel,
            subject: subject.to_owned(),
            by: None,
            mine: false,
            closed: false,
        }
    }
}

impl Desk {
    /// Opens a ticket; `entry` is the ledger's, begun in the name of who opens it.
    pub(crate) async fn opened(
        &self,
        tx: &mut Tx,
        entry: Entry,
        new: Opens,
    ) -> Result<TicketRow, DeskError> {
        let now = self.now();
        let row = TicketRow {
            id: self.id(TicketId::new),
            number: tx.next("ticket").await?,
            account_id: new.account,
            kind: new.kind,
            channel: new.channel,
            subject: new.subject,
            queue: match new.kind {
                TicketKind::Safety => Queue::Safety,
                TicketKind::Support | TicketKind::Flag => Queue::Support,
            },
            state: if new.closed {
                TicketState::Closed
            } else {
                TicketState::Open
            },
            assignee: new.by.filter(|_| new.mine),
            opened_by: new.by,
            escalated: None,
            opened_at: now,
            updated_at: now,
            ended_at: None,
            closed_at: new.closed.then_some(now),
        };
        tx.add_ticket(&row).await?;
        let mut entry = entry
            .with_ticket(row.number)
            .with("channel", row.channel.as_str());
        if let Some(account) = new.account {
            entry = entry.with_account(account.to_string());
        }
        tx.entry(entry);
        Ok(row)
    }
}
