//! The facts that a decision rests on. The desk loads them from its own records; a caller's words
//! have no place here.

use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, RequestKind,
    Role, StaffId, TicketId, Time,
};

/// Who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person or token that works at the desk.
    Staff(StaffId, Role),
    /// The desk itself: notices, and the working off of what was permitted.
    Desk,
    /// The owner, through a link at a registered contact point.
    Owner,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One of the requests of a ticket.
    Request(RequestKind),
    /// A rep's own words to the owner.
    Reply,
    /// The desk's own letters.
    Notify,
    /// Finding an account by what a caller says.
    LookUp,
    /// Opening an account, masked.
    Read,
}

impl Action {
    /// Its name in the policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request(kind) => kind.as_str(),
            Self::Reply => "reply",
            Self::Notify => "notify",
            Self::LookUp => "lookUp",
            Self::Read => "read",
        }
    }
}

/// The account it is about.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// Its id.
    pub id: AccountId,
    /// The strictest hold on it.
    pub hold: HoldLevel,
    /// Refused requests, denied challenges and repudiated contacts so far.
    pub attempts: i64,
    /// Whether it has a confirmed contact point in effect.
    pub reachable: bool,
}

/// The ticket it is asked in.
#[derive(Clone, Debug)]
pub struct TicketFacts {
    /// Its id.
    pub id: TicketId,
    /// Whether it is still open.
    pub open: bool,
    /// Whether it is about the very account of the facts.
    pub about: bool,
}

/// The field that is asked for.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// How it is protected.
    pub class: FieldClass,
    /// What it is.
    pub kind: FieldKind,
}

/// Where it would go: always one of the account's own contact points, chosen by the desk.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The contact point.
    pub id: ContactPointId,
    /// Email or phone.
    pub kind: ContactKind,
    /// Whether the owner confirmed it.
    pub confirmed: bool,
    /// Whether it is past its cooling-off time and not removed.
    pub effective: bool,
    /// Whether it was registered before the conversation began.
    pub before: bool,
}

/// A proof that the owner gave.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one condition of rule 3"
)]
pub struct Proof {
    /// Its kind, such as `registered email`.
    pub kind: String,
    /// Bound to this account.
    pub account: bool,
    /// Bound to this ticket.
    pub ticket: bool,
    /// Bound to this request.
    pub request: bool,
    /// Not older than its time.
    pub fresh: bool,
    /// Not used before.
    pub unused: bool,
}

/// Everything the gate looks at.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who wants it.
    pub actor: Actor,
    /// What is wanted.
    pub action: Action,
    /// The account.
    pub account: AccountFacts,
    /// The ticket, if there is one.
    pub ticket: Option<TicketFacts>,
    /// The field, if one is asked for.
    pub field: Option<Field>,
    /// Where it would go, if the account has a place.
    pub destination: Option<Destination>,
    /// What the owner has proven for this.
    pub proof: Option<Proof>,
    /// The time.
    pub now: Time,
}
