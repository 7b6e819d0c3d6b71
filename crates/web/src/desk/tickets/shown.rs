//! A ticket as its page shows it.

use desk::{AccountView, Before, Me, RequestView, Standing, TicketView, ticket::WITH_THE_LEAD};
use words::{Channel, HoldLevel, MessageKind, Queue, RequestState, TicketState, Time};

use crate::{
    desk::{capital, messages, requests},
    pages::sentence,
    view::{
        Tone, When,
        ticket::{
            Account, Composer, ContactRow, Escalated, FieldRow, FindAccount, HistoryLine, Proof,
            ReplyTo, SignalLine, Ticket,
        },
    },
};

/// Whether a call is still going on.
pub(super) fn calling(channel: Channel, ended: Option<Time>, state: TicketState) -> bool {
    channel == Channel::Phone && ended.is_none() && state != TicketState::Closed
}

/// A ticket as its page shows it.
pub(super) fn ticket(view: TicketView, me: &Me, now: Time) -> Ticket {
    let row = &view.ticket;
    Ticket {
        number: row.number,
        subject: row.subject.clone(),
        channel: row.channel,
        kind: row.kind,
        state: row.state,
        began: When::at(row.opened_at, now),
        mine: row.assignee == Some(me.id),
        calling: calling(row.channel, row.ended_at, row.state),
        proof: proof(&view.standing, &view.requests, now),
        escalated: escalated(&view, now),
        reply: reply(view.reply.as_deref(), view.account.is_some()),
        assignee: view.assignee,
        messages: messages::shown(view.messages, now),
        signals: view
            .signals
            .into_iter()
            .map(|(at, text)| SignalLine {
                when: When::at(at, now),
                text,
                detail: String::new(),
            })
            .collect(),
        account: view.account.map(masked),
        find: FindAccount::default(),
        composer: Composer::default(),
        requests: view
            .requests
            .into_iter()
            .map(|request| requests::card(request, me, now))
            .collect(),
        offers: requests::offers(view.offers),
        history: view
            .before
            .into_iter()
            .map(|line| history(line, now))
            .collect(),
    }
}

/// A confirmation counts as long as its link would have; after that nothing is proven any more.
fn proof(standing: &Standing, requests: &[RequestView], now: Time) -> Proof {
    match standing {
        Standing::NoAccount => Proof::NoAccount,
        Standing::Unproven => Proof::Unproven,
        Standing::Frozen { since } => Proof::Frozen {
            since: When::at(*since, now),
        },
        Standing::Confirmed { what, .. } => requests
            .iter()
            .map(|request| &request.row)
            .find(|row| {
                matches!(
                    row.state,
                    RequestState::Done | RequestState::Sending | RequestState::Ready
                ) && row.label == *what
            })
            .and_then(|row| row.expires_at)
            .filter(|until| *until > now)
            .map_or(Proof::Unproven, |until| Proof::Confirmed {
                what: what.clone(),
                until: When::at(until, now),
            }),
    }
}

/// Who escalated and when stands in the conversation.
fn escalated(view: &TicketView, now: Time) -> Option<Escalated> {
    let reason = view.ticket.escalated.clone()?;
    let line = view.messages.iter().rfind(|line| {
        line.kind == MessageKind::Desk && line.text.starts_with("Escalated to the lead:")
    });
    let by = line
        .and_then(|line| line.author.clone())
        .unwrap_or_else(|| "A colleague".to_owned());
    let at = line.map_or(view.ticket.updated_at, |line| line.at);
    let with_lead = view.ticket.queue != Queue::Support;
    Some(Escalated {
        by,
        when: When::at(at, now),
        reason: if reason == "No reason was given." {
            String::new()
        } else {
            reason
        },
        words: if with_lead {
            WITH_THE_LEAD.to_owned()
        } else {
            String::new()
        },
    })
}

fn reply(goes: Option<&str>, account: bool) -> ReplyTo {
    match goes {
        Some(goes) => ReplyTo::Goes(goes.to_owned()),
        None if account => ReplyTo::Nowhere(
            "The account has no confirmed email from before this conversation, so an answer has nowhere safe to go."
                .to_owned(),
        ),
        None => ReplyTo::Nowhere(
            "There is no account yet. Find it first, then you can answer by email.".to_owned(),
        ),
    }
}

fn masked(account: AccountView) -> Account {
    let hold_text = account.hold_reason.map_or_else(String::new, |(why, at)| {
        format!(
            "{} Since {}.",
            sentence(&why),
            at.format("%-d %B, %H:%M UTC")
        )
    });
    Account {
        id: account.id.to_string(),
        external_id: account.external_id,
        display_name: account.display_name,
        customer_since: account.customer_since.map(year).unwrap_or_default(),
        important: account.important,
        contact_points: account
            .contact_points
            .into_iter()
            .map(|point| ContactRow {
                kind: point.kind,
                since: format!("since {}", year(point.since)),
                note: match (point.counts_from, point.confirmed) {
                    (Some(from), _) => {
                        format!("new: counts from {}", from.format("%-d %B, %H:%M UTC"))
                    }
                    (None, false) => "not confirmed".to_owned(),
                    (None, true) => String::new(),
                },
            })
            .collect(),
        fields: account
            .fields
            .into_iter()
            .map(|field| FieldRow {
                title: capital(&field.title),
                value: field.value,
                items: field.items,
            })
            .collect(),
        hold: account.hold,
        hold_text,
        hold_ends: match account.hold {
            HoldLevel::None => String::new(),
            HoldLevel::Careful | HoldLevel::Frozen => {
                "The owner's yes and one more step lift this; or two leads, a day after the owner was told.".to_owned()
            }
        },
    }
}

pub(in crate::desk) fn year(time: Time) -> String {
    time.year().to_string()
}

fn history(line: Before, now: Time) -> HistoryLine {
    HistoryLine {
        when: When::at(line.at, now),
        text: match line.ticket {
            Some(number) => format!("#{number} {}", line.text),
            None => line.text,
        },
        tone: if line.warning {
            Tone::Warning
        } else {
            Tone::Neutral
        },
        ticket: line.ticket,
    }
}
