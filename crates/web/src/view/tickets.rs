//! The tickets page: the list, and beside it the ticket that is open.

use std::str::FromStr;

use askama::Template;
use words::{Channel, MessageKind, Queue, TicketKind, TicketState};

use super::{
    Place, Shell, When, assets,
    offer::Verdict,
    ticket::{Proof, ReadOut, ReplyTo, Second, Ticket},
};

/// Which tickets the list shows: the `filter` of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Filter {
    /// Open and assigned to me.
    #[default]
    Mine,
    /// Open and nobody's.
    Unassigned,
    /// All that are open.
    Open,
    /// Opened by the watch.
    Flags,
    /// In the lead's queue.
    Escalated,
    /// In the safety queue.
    Safety,
    /// Closed.
    Closed,
}

impl Filter {
    /// Every one, in the order of the menu.
    pub const ALL: &'static [Self] = &[
        Self::Mine,
        Self::Unassigned,
        Self::Open,
        Self::Flags,
        Self::Escalated,
        Self::Safety,
        Self::Closed,
    ];

    /// The word in the query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Open => "open",
            Self::Flags => "flags",
            Self::Escalated => "escalated",
            Self::Safety => "safety",
            Self::Closed => "closed",
        }
    }

    /// The words in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::Open => "All open",
            Self::Flags => "Flags",
            Self::Escalated => "Escalated",
            Self::Safety => "Safety",
            Self::Closed => "Closed",
        }
    }

    /// Where on the rail the list stands.
    pub const fn place(self) -> Place {
        match self {
            Self::Flags => Place::Flags,
            Self::Escalated => Place::Escalated,
            Self::Safety => Place::Safety,
            _ => Place::Tickets,
        }
    }

    /// What an empty list says, so that it teaches.
    const fn empty(self) -> (&'static str, &'static str) {
        match self {
            Self::Mine => (
                "Nothing is waiting for you.",
                "Take one from Unassigned, or press c when the phone rings.",
            ),
            Self::Unassigned => (
                "Everything has somebody.",
                "New tickets appear here by themselves.",
            ),
            Self::Open => (
                "No open tickets.",
                "Press c to begin a call. Emails and flags appear here by themselves.",
            ),
            Self::Flags => (
                "No flags.",
                "When the watch sees something unusual it appears here by itself.",
            ),
            Self::Escalated => (
                "Nobody needs you right now.",
                "When a rep presses e, the ticket comes here with the reason.",
            ),
            Self::Safety => (
                "All calm.",
                "When an owner says \u{201c}It wasn\u{2019}t me\u{201d}, the whole story appears here.",
            ),
            Self::Closed => (
                "Nothing is closed yet.",
                "Closed tickets stay here and can be opened again.",
            ),
        }
    }
}

/// The word names no filter.
#[derive(Debug, thiserror::Error)]
#[error("not a filter; use one of: mine, unassigned, open, flags, escalated, safety, closed")]
pub struct FilterError;

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|filter| filter.as_str() == text)
            .ok_or(FilterError)
    }
}

/// A line in the menu of filters.
#[derive(Clone, Copy, Debug)]
pub struct FilterLine {
    /// Which.
    pub filter: Filter,
    /// How many tickets it shows; not shown for closed ones.
    pub count: u64,
}

/// The list of tickets.
#[derive(Clone, Debug)]
pub struct TicketList {
    /// The filter in use.
    pub filter: Filter,
    /// The filters this person has (leads have two more).
    pub filters: Vec<FilterLine>,
    /// What was searched for in subjects and numbers: the `q` of the query; may be empty.
    pub search: String,
    /// The tickets, newest activity first.
    pub rows: Vec<TicketRow>,
    /// The number to put into `before` to see older ones, if there are more.
    pub before: Option<i64>,
}

impl TicketList {
    fn count(&self) -> u64 {
        self.filters
            .iter()
            .find(|line| line.filter == self.filter)
            .map_or(0, |line| line.count)
    }

    fn empty_title(&self) -> &'static str {
        if self.search.is_empty() {
            self.filter.empty().0
        } else {
            "Nothing found."
        }
    }

    fn empty_text(&self) -> &'static str {
        if self.search.is_empty() {
            self.filter.empty().1
        } else {
            "Search looks at numbers and subjects. To find a customer, use the look-up."
        }
    }
}

/// A ticket in the list.
#[derive(Clone, Debug)]
pub struct TicketRow {
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub subject: String,
    /// How it came in.
    pub channel: Channel,
    /// What began it.
    pub kind: TicketKind,
    /// Where it stands.
    pub state: TicketState,
    /// Whose pile it lies on.
    pub queue: Queue,
    /// The last thing that happened.
    pub when: When,
    /// Something happened that I haven't seen.
    pub unread: bool,
    /// A call that is still going on.
    pub calling: bool,
    /// Whose it is; may be empty.
    pub assignee: String,
    /// The account's shown name; may be empty.
    pub account: String,
}

impl TicketRow {
    fn icon(&self) -> &'static str {
        match (self.kind, self.channel) {
            (TicketKind::Safety, _) => "shield-alert",
            (TicketKind::Flag, _) | (_, Channel::Watch) => "flag",
            (_, Channel::Phone) => "phone",
            (_, Channel::Email) => "mail",
            (_, Channel::Chat) => "message-circle",
            (_, Channel::Portal) => "globe",
            (_, Channel::Api) => "code",
        }
    }

    fn from(&self) -> &'static str {
        match (self.kind, self.channel) {
            (TicketKind::Safety, _) => "the owner",
            (TicketKind::Flag, _) | (_, Channel::Watch) => "the watch",
            (_, Channel::Phone) => "phone",
            (_, Channel::Email) => "email",
            (_, Channel::Chat) => "chat",
            (_, Channel::Portal) => "portal",
            (_, Channel::Api) => "api",
        }
    }

    fn waiting(&self) -> bool {
        self.state == TicketState::Waiting
    }

    fn closed(&self) -> bool {
        self.state == TicketState::Closed
    }

    fn escalated(&self) -> bool {
        self.queue == Queue::Lead
    }
}

/// The desk: `/desk` and `/desk/tickets/{number}`.
#[derive(Template, Clone, Debug)]
#[template(path = "tickets.html")]
pub struct TicketsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The list on the left.
    pub list: TicketList,
    /// The ticket that is open.
    pub ticket: Option<Ticket>,
}

impl TicketsPage {
    fn title(&self) -> String {
        match &self.ticket {
            Some(ticket) => format!("#{} {}", ticket.number, ticket.subject),
            None => self.list.filter.label().to_owned(),
        }
    }

    fn is_open(&self, number: i64) -> bool {
        self.ticket
            .as_ref()
            .is_some_and(|ticket| ticket.number == number)
    }
}
