//! One ticket: the conversation, and what is known and can be done beside it. Shown by
//! [`super::tickets::TicketsPage`] next to the list.

use words::{Channel, ContactKind, HoldLevel, MessageKind, RequestState, TicketKind, TicketState};

use super::{
    Tone, When,
    offer::{Allowed, Offer, Why},
};

/// A ticket opened: the middle and the right-hand pane.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Its number, as people say it.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// How it came in.
    pub channel: Channel,
    /// What began it.
    pub kind: TicketKind,
    /// Where it stands.
    pub state: TicketState,
    /// When it began.
    pub began: When,
    /// Whose it is; nobody's yet when `None`.
    pub assignee: Option<String>,
    /// Whether it is assigned to who is looking.
    pub mine: bool,
    /// Whether the call is still going on (phone only).
    pub calling: bool,
    /// What is known about who is talking.
    pub proof: Proof,
    /// That it was escalated, if it was.
    pub escalated: Option<Escalated>,
    /// What was said and done, oldest first.
    pub messages: Vec<Message>,
    /// Where a reply would go.
    pub reply: ReplyTo,
    /// What stands in the composer.
    pub composer: Composer,
    /// What made the watch open or join this ticket; empty unless it is a flag or safety ticket.
    pub signals: Vec<SignalLine>,
    /// The account it is about.
    pub account: Option<Account>,
    /// The form to find the account with; filled in when `account` is `None`.
    pub find: FindAccount,
    /// The requests made in this ticket, newest first.
    pub requests: Vec<RequestCard>,
    /// What can be done now, and what can't and why.
    pub offers: Vec<Offer>,
    /// What has happened on this account before: attempts, holds, earlier tickets; newest first.
    pub history: Vec<HistoryLine>,
}

/// The messages of one day.
pub struct Day<'a> {
    /// The day, as in [`When::day`].
    pub day: &'a str,
    /// For machines.
    pub iso: &'a str,
    /// Its messages, oldest first.
    pub messages: &'a [Message],
}

impl Ticket {
    /// The messages by day.
    pub(super) fn days(&self) -> Vec<Day<'_>> {
        self.messages
            .chunk_by(|a, b| a.when.day == b.when.day)
            .filter_map(|messages| {
                let first = messages.first()?;
                Some(Day {
                    day: &first.when.day,
                    iso: &first.when.iso,
                    messages,
                })
            })
            .collect()
    }

    pub(super) fn open(&self) -> bool {
        self.state != TicketState::Closed
    }

    /// Whether the composer begins with a reply: somebody waits for one, and it would arrive.
    pub(super) fn answers(&self) -> bool {
        self.kind == TicketKind::Support && matches!(self.reply, ReplyTo::Goes(_))
    }

    /// What the composer begins with.
    pub(super) fn writes(&self) -> MessageKind {
        match self.composer.kind {
            Some(kind) => kind,
            None if self.calling => MessageKind::Heard,
            None if self.answers() => MessageKind::Reply,
            None => MessageKind::Note,
        }
    }

    pub(super) fn watch_began(&self) -> bool {
        self.kind == TicketKind::Flag
    }

    pub(super) fn safety(&self) -> bool {
        self.kind == TicketKind::Safety
    }

    /// What can be done now, in the order of the panel.
    pub(super) fn allowed(&self) -> Allowed<'_> {
        Allowed::of(&self.offers)
    }

    pub(super) fn refused(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|offer| offer.refused())
    }
}

/// What is known about who is talking: a place at the top of the conversation.
#[derive(Clone, Debug)]
pub enum Proof {
    /// No account yet, so nothing could be proven.
    NoAccount,
    /// Nothing is proven. The ordinary state.
    Unproven,
    /// The owner confirmed one thing.
    Confirmed {
        /// What, in plain words: `send invoice 10442`.
        what: String,
        /// Until when it counts.
        until: When,
    },
    /// The owner said "It wasn't me": the account's data is frozen.
    Frozen {
        /// Since when.
        since: When,
    },
}

/// An escalation.
#[derive(Clone, Debug)]
pub struct Escalated {
    /// By whom.
    pub by: String,
    /// When.
    pub when: When,
    /// Why, in the words of who escalated.
    pub reason: String,
    /// What the rep can say to the requester meanwhile.
    pub words: String,
}

/// One thing heard, said, written, noted, or done by the desk itself.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id, as an anchor on the page.
    pub id: String,
    /// Who speaks.
    pub kind: MessageKind,
    /// The name of who speaks; `The customer?` while nothing is proven.
    pub author: String,
    /// The text. Line breaks are kept.
    pub text: String,
    /// When.
    pub when: When,
    /// How a message of the desk is meant (a refusal, a freeze …); neutral for people's.
    pub tone: Tone,
    /// What became of a reply: `sent`, `waiting`, or what went wrong.
    pub delivery: Option<DeliveryNote>,
}

/// What became of a mail.
#[derive(Clone, Debug)]
pub struct DeliveryNote {
    /// How it is meant.
    pub tone: Tone,
    /// `Sent to the registered email at 10:04`, or `The mail server didn't take it … Next try in 4 min.`
    pub text: String,
}

/// Where a reply goes.
#[derive(Clone, Debug)]
pub enum ReplyTo {
    /// To a contact point of the account, named without its value: `the registered email, on file
    /// since 2019`.
    Goes(String),
    /// Nowhere, and why: `There is no account yet. Find it first, then you can answer by email.`
    Nowhere(String),
}

/// What stands in the composer: nothing, or what was typed and could not be kept or sent.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The text.
    pub text: String,
    /// What it was to be; as ever when `None`.
    pub kind: Option<MessageKind>,
    /// Why it was stopped, if it was.
    pub stop: Option<Stop>,
}

/// Why a text was stopped, and what can be done instead.
#[derive(Clone, Debug)]
pub struct Stop {
    /// What became of it: `Not sent.`, `Not kept.`
    pub what: &'static str,
    /// Why.
    pub reason: String,
    /// What can be asked for instead; none of them refused.
    pub offers: Vec<Offer>,
    /// Whether the desk can take out what stopped it.
    pub removable: bool,
}

/// One finding of the watch.
#[derive(Clone, Debug)]
pub struct SignalLine {
    /// When it was found.
    pub when: When,
    /// What was unusual, in words: `Five wrong passwords within 2 minutes`.
    pub text: String,
    /// What is usual for the account, or where it came from; may be empty.
    pub detail: String,
}

/// An account, masked.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id, for forms.
    pub id: String,
    /// Its number at the company.
    pub external_id: String,
    /// The name that may be shown.
    pub display_name: String,
    /// Since when: `2019` or `1 May 2019`; may be empty.
    pub customer_since: String,
    /// Whether the company marked it as important.
    pub important: bool,
    /// Where the owner can be reached.
    pub contact_points: Vec<ContactRow>,
    /// The fields, in the order of the catalogue.
    pub fields: Vec<FieldRow>,
    /// How strictly the gate answers for it.
    pub hold: HoldLevel,
    /// Why and since when, in a sentence: `The owner said on 14 August that it wasn't them.`
    pub hold_text: String,
    /// How the hold ends: `The owner's yes and one more step lift this; or two leads, a day after the owner was told.`
    pub hold_ends: String,
}

impl Account {
    pub(super) fn frozen(&self) -> bool {
        self.hold == HoldLevel::Frozen
    }

    pub(super) fn careful(&self) -> bool {
        self.hold == HoldLevel::Careful
    }
}

/// A contact point, without its value.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// Email or phone.
    pub kind: ContactKind,
    /// `since 2019`.
    pub since: String,
    /// What keeps it from being used: `new: counts from 24 November, 10:02`, `not confirmed`; empty
    /// when it counts.
    pub note: String,
}

/// A field, without its value unless anybody may see it.
#[derive(Clone, Debug)]
pub struct FieldRow {
    /// What it is called: `Address`, `Orders`.
    pub title: String,
    /// The value of a *shown* field; `None` is drawn as the mask.
    pub value: Option<String>,
    /// The labels of its items (order and invoice numbers), newest first; empty for a plain field.
    pub items: Vec<String>,
}

/// A request, as one card that changes in place.
#[derive(Clone, Debug)]
pub struct RequestCard {
    /// Its id; the card keeps its place by it.
    pub id: String,
    /// What was asked: `Send invoice 10442`.
    pub title: String,
    /// Where it stands.
    pub state: RequestState,
    /// When it was asked.
    pub when: When,
    /// Until when the owner can answer; shown as a quiet timer while waiting.
    pub until: Option<When>,
    /// Where it goes: `to the registered email, on file since 2019`; may be empty.
    pub goes: String,
    /// What happens next, or what happened, in a sentence.
    pub next: String,
    /// Whether it waits for a second person, and nobody else.
    pub by_second: bool,
    /// Whether the reader can be that second person, and what their yes does.
    pub second: Option<Second>,
    /// Whether the caller can read out a code for it.
    pub code: ReadOut,
    /// Whether they can read out one from the registered phone.
    pub text: ReadOut,
    /// What to say to the requester meanwhile; may be empty.
    pub words: String,
    /// The rule that decided, and what would change it.
    pub rule: Why,
    /// Whether the owner agreed that who is looking sees it, for the minutes that are left.
    pub show: bool,
}

/// What a second person's yes leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// The hold is lifted in a day, unless the owner says no.
    Thaw,
    /// The owner is asked.
    Leave,
}

/// Whether a caller can read out a code for a request.
#[derive(Clone, Debug)]
pub enum ReadOut {
    /// No: nobody is on the phone, or there is nothing to prove.
    No,
    /// One can be sent.
    Can,
    /// One was sent and works until then.
    Sent(When),
    /// It waits for a receipt instead, on a page whose way can be given.
    Page,
}

impl RequestCard {
    /// Whether a code by text message is the only one that was sent.
    pub(super) fn texted(&self) -> Option<&When> {
        match (&self.code, &self.text) {
            (ReadOut::Sent(_), _) => None,
            (_, ReadOut::Sent(until)) => Some(until),
            _ => None,
        }
    }

    /// Whether a code by text message can be sent.
    pub(super) fn can_text(&self) -> bool {
        matches!(self.text, ReadOut::Can)
    }

    /// Whether both ways are open, so that the buttons name theirs.
    pub(super) fn both(&self) -> bool {
        !matches!(self.text, ReadOut::No)
    }

    pub(super) fn pending(&self) -> bool {
        matches!(self.state, RequestState::Waiting | RequestState::Sending)
    }

    pub(super) fn waiting(&self) -> bool {
        self.state == RequestState::Waiting
    }

    pub(super) fn label(&self) -> &'static str {
        match self.state {
            RequestState::Waiting if self.by_second => "Waiting for a second person",
            RequestState::Waiting => "Waiting for the owner",
            RequestState::Ready => "Confirmed",
            RequestState::Cooling => "Cooling off",
            RequestState::Sending => "On its way",
            RequestState::Done => "Done",
            RequestState::Denied => "The owner said no",
            RequestState::Expired => "No answer in time",
            RequestState::Refused => "Not possible",
            RequestState::Failed => "Didn't get through",
        }
    }

    pub(super) fn icon(&self) -> &'static str {
        match self.state {
            RequestState::Waiting | RequestState::Cooling => "hourglass",
            RequestState::Sending => "send",
            RequestState::Ready | RequestState::Done => "circle-check",
            RequestState::Denied => "octagon-x",
            RequestState::Expired => "clock-alert",
            RequestState::Refused => "ban",
            RequestState::Failed => "triangle-alert",
        }
    }

    pub(super) fn tone(&self) -> Tone {
        match self.state {
            RequestState::Waiting
            | RequestState::Cooling
            | RequestState::Sending
            | RequestState::Refused => Tone::Neutral,
            RequestState::Ready | RequestState::Done => Tone::Good,
            RequestState::Expired | RequestState::Failed => Tone::Warning,
            RequestState::Denied => Tone::Danger,
        }
    }
}

/// Something that happened on the account before.
#[derive(Clone, Debug)]
pub struct HistoryLine {
    /// When.
    pub when: When,
    /// What, in words.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
    /// The ticket it was in, if it may be opened: its number.
    pub ticket: Option<i64>,
}

/// The form that finds an account by what the requester says, and what it found.
#[derive(Clone, Debug, Default)]
pub struct FindAccount {
    /// The kind that was chosen: `external_id`, `user_name`, `email`, `phone` or `order`; empty at first.
    pub kind: String,
    /// What was typed, to be corrected.
    pub value: String,
    /// What was found; `None` before the first look-up.
    pub results: Option<Vec<Found>>,
    /// Why nothing was looked up: the limit is reached, or the value can't be right.
    pub error: Option<String>,
}

impl FindAccount {
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// An account that was found; shown fields only.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id: posted as `account`.
    pub id: String,
    /// Its number at the company.
    pub external_id: String,
    /// The name that may be shown.
    pub display_name: String,
    /// Since when; may be empty.
    pub customer_since: String,
    /// How many tickets about it are open.
    pub open_tickets: u64,
}
