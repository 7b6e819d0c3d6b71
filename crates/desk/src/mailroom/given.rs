//! What became of the deliveries of a ticket, for whoever is told of it.

use store::{RequestRow, Tx};
use words::{ContactPointId, RequestKind, RequestState, TicketId};

use super::ContactRef;
use crate::{error::DeskError, letter::Contact, reveal::shown_in};

/// What became of a delivery.
enum Fate {
    /// A mail server took it.
    Sent,
    /// It was handed over, and nobody knows whether it was taken.
    Unsure,
    /// It has not left, and may yet be held back.
    Leaving,
}

/// The fate of a delivery; none for one that never left and never will, and for other requests.
fn fate(row: &RequestRow) -> Option<Fate> {
    match (row.kind, row.state) {
        (RequestKind::Deliver | RequestKind::Export, RequestState::Done) => Some(Fate::Sent),
        (RequestKind::Deliver | RequestKind::Export, _) if row.left_at.is_some() => {
            Some(Fate::Unsure)
        }
        (RequestKind::Deliver | RequestKind::Export, RequestState::Sending) => Some(Fate::Leaving),
        _ => None,
    }
}

/// The labels of the deliveries of one or more tickets, oldest first, by what became of them.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// What was sent to the owner.
    pub(crate) sent: Vec<String>,
    /// What may have reached them.
    pub(crate) unsure: Vec<String>,
    /// What is about to leave, and may yet be held back.
    pub(crate) leaving: Vec<String>,
    /// What was shown to a rep, after a yes of theirs.
    pub(crate) shown: Vec<String>,
}

/// What was given to the owner because of these tickets, as things stand now.
pub(crate) async fn given(tx: &mut Tx, tickets: &[TicketId]) -> Result<Given, DeskError> {
    let mut given = Given::default();
    for ticket in tickets {
        for row in tx.requests(*ticket).await? {
            let list = match fate(&row) {
                Some(Fate::Sent) => &mut given.sent,
                Some(Fate::Unsure) => &mut given.unsure,
                Some(Fate::Leaving) => &mut given.leaving,
                None => continue,
            };
            list.push(row.label);
        }
        given.shown.extend(shown_in(tx, *ticket).await?);
    }
    Ok(given)
}

/// A contact with what was sent because of it, as things stand now, for a letter that goes to `to`.
pub(super) async fn as_told(
    tx: &mut Tx,
    contact: &ContactRef,
    to: ContactPointId,
) -> Result<Contact, DeskError> {
    let mut told = Contact {
        channel: contact.channel,
        at: contact.at,
        sent: Vec::new(),
        elsewhere: Vec::new(),
        leaving: Vec::new(),
        unsure: Vec::new(),
        shown: shown_in(tx, contact.ticket).await?,
    };
    for row in tx.requests(contact.ticket).await? {
        let list = match fate(&row) {
            Some(Fate::Sent) if row.contact_point_id == Some(to) => &mut told.sent,
            Some(Fate::Sent) => &mut told.elsewhere,
            Some(Fate::Unsure) => &mut told.unsure,
            Some(Fate::Leaving) => &mut told.leaving,
            None => continue,
        };
        list.push(row.label);
    }
    Ok(told)
}
