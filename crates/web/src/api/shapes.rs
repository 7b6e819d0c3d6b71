//! Accounts and tickets as JSON. Nothing here has a place for a protected value.

use desk::{AccountView, ListRow, Offer, RequestView, Standing as Known, TicketView, Verdict};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use words::{
    Channel, ContactKind, FieldClass, HoldLevel, MessageKind, Queue, RequestKind, RequestState,
    TicketKind, TicketState, Time,
};

use super::lists;

/// An account, masked: no value of it but shown ones.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    /// Its id, for tickets.
    id: Uuid,
    /// The company's own name for it.
    external_id: String,
    /// What a rep calls the customer.
    display_name: String,
    /// Since when they are a customer.
    #[schema(format = DateTime)]
    customer_since: Option<String>,
    /// Whether the company marked it as important: more of what is asked for it needs a second person.
    important: bool,
    /// What is registered, without the addresses and numbers.
    contact_points: Vec<ContactPoint>,
    /// What the account has, in the catalogue's order, without secrets.
    fields: Vec<Field>,
    /// How strictly the gate answers for it.
    #[schema(value_type = lists::Hold)]
    hold: HoldLevel,
    /// Why it is held.
    hold_reason: Option<String>,
    /// Since when it is held.
    #[schema(format = DateTime)]
    held_since: Option<String>,
}

/// A contact point, without its value.
#[derive(Serialize, ToSchema)]
pub(super) struct ContactPoint {
    /// Email or phone.
    #[schema(value_type = lists::ContactKind)]
    kind: ContactKind,
    /// Since when it is on file.
    #[schema(format = DateTime)]
    since: String,
    /// Whether the owner confirmed it.
    confirmed: bool,
    /// From when it counts, if that is still to come.
    #[schema(format = DateTime)]
    counts_from: Option<String>,
}

/// A field, masked unless shown.
#[derive(Serialize, ToSchema)]
pub(super) struct Field {
    /// Its name in the catalogue.
    name: String,
    /// What a rep calls it.
    title: String,
    /// How it is protected.
    #[schema(value_type = lists::Class)]
    class: FieldClass,
    /// The value of a *shown* field; absent for all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// The labels of its items.
    items: Vec<String>,
}

impl From<AccountView> for Account {
    fn from(view: AccountView) -> Self {
        let (hold_reason, held_since) = view
            .hold_reason
            .map(|(reason, at)| (reason, at.to_string()))
            .unzip();
        Self {
            id: view.id.into(),
            external_id: view.external_id,
            display_name: view.display_name,
            customer_since: view.customer_since.map(|at| at.to_string()),
            important: view.important,
            contact_points: view
                .contact_points
                .into_iter()
                .map(|point| ContactPoint {
                    kind: point.kind,
                    since: point.since.to_string(),
                    confirmed: point.confirmed,
                    counts_from: point.counts_from.map(|at| at.to_string()),
                })
                .collect(),
            fields: view
                .fields
                .into_iter()
                .map(|field| Field {
                    name: field.name,
                    title: field.title,
                    class: field.class,
                    value: field.value,
                    items: field.items,
                })
                .collect(),
            hold: view.hold,
            hold_reason,
            held_since,
        }
    }
}

/// A ticket as a line of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketLine {
    /// Its number.
    number: i64,
    /// What began it.
    #[schema(value_type = lists::TicketKind)]
    kind: TicketKind,
    /// How the requester came.
    #[schema(value_type = lists::Channel)]
    channel: Channel,
    /// What it is about.
    subject: String,
    /// Whose pile it lies on.
    #[schema(value_type = lists::Queue)]
    queue: Queue,
    /// Where it stands.
    #[schema(value_type = lists::TicketState)]
    state: TicketState,
    /// The name of who works on it.
    assignee: Option<String>,
    /// What a rep calls the customer.
    display_name: Option<String>,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<ListRow> for TicketLine {
    fn from(row: ListRow) -> Self {
        Self {
            number: row.number,
            kind: row.kind,
            channel: row.channel,
            subject: row.subject,
            queue: row.queue,
            state: row.state,
            assignee: row.assignee_name,
            display_name: row.display_name,
            updated_at: row.updated_at.to_string(),
        }
    }
}

/// One ticket, whole.
#[derive(Serialize, ToSchema)]
pub(super) struct Ticket {
    /// Its number.
    number: i64,
    /// What began it.
    #[schema(value_type = lists::TicketKind)]
    kind: TicketKind,
    /// How the requester came.
    #[schema(value_type = lists::Channel)]
    channel: Channel,
    /// What it is about.
    subject: String,
    /// Whose pile it lies on.
    #[schema(value_type = lists::Queue)]
    queue: Queue,
    /// Where it stands.
    #[schema(value_type = lists::TicketState)]
    state: TicketState,
    /// The name of who works on it.
    assignee: Option<String>,
    /// The name of who opened it.
    opened_by: Option<String>,
    /// The reason it was escalated for.
    escalated: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When the call ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// When it was closed.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// What is known about who is talking.
    standing: Standing,
    /// What was said and done, oldest first.
    messages: Vec<Message>,
    /// The account, masked.
    account: Option<Account>,
    /// What was asked for, newest first.
    requests: Vec<Request>,
    /// What can be asked for now, and what can't and why.
    offers: Vec<Offered>,
    /// Where a reply would go, in words; absent if nowhere.
    reply: Option<String>,
    /// What the watch found.
    signals: Vec<Line>,
    /// What happened on the account before, newest first.
    before: Vec<Before>,
    /// Letters of this ticket that did not go yet.
    trouble: Vec<Trouble>,
}

/// What is known about who is talking.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(super) enum Standing {
    /// There is no account yet.
    NoAccount,
    /// Nothing is proven, whatever was said.
    Unproven,
    /// The owner confirmed one thing, and only that.
    Confirmed {
        /// What.
        what: String,
        /// When.
        #[schema(format = DateTime)]
        at: String,
    },
    /// Frozen by the owner.
    Frozen {
        /// Since when.
        #[schema(format = DateTime)]
        since: String,
    },
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    /// Its id.
    id: Uuid,
    /// Who speaks.
    #[schema(value_type = lists::MessageKind)]
    kind: MessageKind,
    /// The rep's name, if a rep speaks.
    author: Option<String>,
    /// The words.
    text: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// Something that was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct Request {
    /// Its id.
    id: Uuid,
    /// What.
    #[schema(value_type = lists::RequestKind)]
    kind: RequestKind,
    /// What a rep calls it, such as `invoice 10442`.
    label: String,
    /// Where it stands.
    #[schema(value_type = lists::RequestState)]
    state: RequestState,
    /// The rule of the gate that decided.
    rule: String,
    /// What a rep can say.
    words: String,
    /// Where it goes, in words and without the address; empty if nowhere.
    goes: String,
    /// When it was asked for.
    #[schema(format = DateTime)]
    at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
    /// Until when the owner can answer.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Why its last sending failed.
    trouble: Option<Trouble>,
}

/// Something that could be asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct Offered {
    /// What to send as `kind`.
    #[schema(value_type = lists::RequestKind)]
    kind: RequestKind,
    /// What to send as `field`; empty for requests without one.
    field: String,
    /// What to choose `item` from.
    items: Vec<String>,
    /// What it does, as a rep would say it.
    title: String,
    /// What would happen.
    explains: String,
    /// What the gate says.
    verdict: VerdictWord,
    /// Why it can't be.
    why: Option<String>,
    /// What a rep can say.
    words: Option<String>,
    /// The rule of the gate.
    rule: String,
}

/// What the gate says.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum VerdictWord {
    /// It can be done at once.
    Allowed,
    /// The owner is asked.
    Asks,
    /// A lead asks for it.
    Escalates,
    /// It can't be.
    Refused,
}

/// Something the watch found.
#[derive(Serialize, ToSchema)]
pub(super) struct Line {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What.
    text: String,
}

/// Something that happened before.
#[derive(Serialize, ToSchema)]
pub(super) struct Before {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What.
    text: String,
    /// Whether it speaks for care.
    warning: bool,
    /// The ticket, if it is this role's to see.
    ticket: Option<i64>,
}

/// Something that did not go.
#[derive(Serialize, ToSchema)]
pub(super) struct Trouble {
    /// Why.
    why: String,
    /// When it is tried again; absent if it was given up.
    #[schema(format = DateTime)]
    again: Option<String>,
}

impl From<(String, Option<Time>)> for Trouble {
    fn from((why, again): (String, Option<Time>)) -> Self {
        Self {
            why,
            again: again.map(|at| at.to_string()),
        }
    }
}

impl From<Offer> for Offered {
    fn from(offer: Offer) -> Self {
        let (verdict, why, words) = match offer.verdict {
            Verdict::Allowed => (VerdictWord::Allowed, None, None),
            Verdict::Asks => (VerdictWord::Asks, None, None),
            Verdict::Escalates { why, words } => (VerdictWord::Escalates, Some(why), Some(words)),
            Verdict::Refused { why, words } => (VerdictWord::Refused, Some(why), Some(words)),
        };
        Self {
            kind: offer.kind,
            field: offer.field,
            items: offer.items,
            title: offer.title,
            explains: offer.explains,
            verdict,
            why,
            words,
            rule: offer.rule,
        }
    }
}

impl From<RequestView> for Request {
    fn from(view: RequestView) -> Self {
        let row = view.row;
        Self {
            id: row.id.into(),
            kind: row.kind,
            label: row.label,
            state: row.state,
            rule: row.rule,
            words: row.words,
            goes: view.goes,
            at: row.at.to_string(),
            updated_at: row.updated_at.to_string(),
            expires_at: row.expires_at.map(|at| at.to_string()),
            trouble: view.trouble.map(Into::into),
        }
    }
}

impl From<Known> for Standing {
    fn from(known: Known) -> Self {
        match known {
            Known::NoAccount => Self::NoAccount,
            Known::Unproven => Self::Unproven,
            Known::Confirmed { what, at } => Self::Confirmed {
                what,
                at: at.to_string(),
            },
            Known::Frozen { since } => Self::Frozen {
                since: since.to_string(),
            },
        }
    }
}

impl From<TicketView> for Ticket {
    fn from(view: TicketView) -> Self {
        let row = view.ticket;
        Self {
            number: row.number,
            kind: row.kind,
            channel: row.channel,
            subject: row.subject,
            queue: row.queue,
            state: row.state,
            assignee: view.assignee,
            opened_by: view.opened_by,
            escalated: row.escalated,
            opened_at: row.opened_at.to_string(),
            updated_at: row.updated_at.to_string(),
            ended_at: row.ended_at.map(|at| at.to_string()),
            closed_at: row.closed_at.map(|at| at.to_string()),
            standing: view.standing.into(),
            messages: view
                .messages
                .into_iter()
                .map(|message| Message {
                    id: message.id.into(),
                    kind: message.kind,
                    author: message.author,
                    text: message.text,
                    at: message.at.to_string(),
                })
                .collect(),
            account: view.account.map(Into::into),
            requests: view.requests.into_iter().map(Into::into).collect(),
            offers: view.offers.into_iter().map(Into::into).collect(),
            reply: view.reply,
            signals: view
                .signals
                .into_iter()
                .map(|(at, text)| Line {
                    at: at.to_string(),
                    text,
                })
                .collect(),
            before: view
                .before
                .into_iter()
                .map(|line| Before {
                    at: line.at.to_string(),
                    text: line.text,
                    warning: line.warning,
                    ticket: line.ticket,
                })
                .collect(),
            trouble: view.trouble.into_iter().map(Into::into).collect(),
        }
    }
}
