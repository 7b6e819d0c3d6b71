//! The facts that a decision rests on. The desk loads them from its own records; a caller's words
//! have no place here.

use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

/// Who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person or token that works at the desk.
    Staff(StaffId, Role),
    /// The desk itself: notices, and the working off of what was permitted.
    Desk,
    /// The owner: whoever gave the proofs of the case, on a page of their own.
    Owner,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// The desk's own letter to an address that the owner just typed: "is this yours?", and nothing of
    /// the account.
    Confirm,
    /// The desk's asking whether attempts have added up to a careful hold.
    BeCareful,
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
            Self::Confirm => "confirm",
            Self::BeCareful => "beCareful",
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
    /// Refused requests, failed or denied challenges and repudiated contacts since the owner last
    /// lifted a hold.
    pub attempts: i64,
    /// Whether it has a confirmed contact point in effect.
    pub reachable: bool,
    /// Whether the company marked it important.
    pub important: bool,
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

/// A proof that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one condition of rule 3"
)]
pub struct Proof {
    /// By which way it came.
    pub kind: ProofKind,
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
    /// Whether the way it came counts: a contact point confirmed, in effect and there before the
    /// ticket; a session or receipt verified for this account; a saved code past its cooling-off.
    pub sound: bool,
    /// Whole minutes since it was given.
    pub minutes: i64,
}

impl Proof {
    /// A proof as the owner would give it right now: what a challenge is measured by.
    pub const fn whole(kind: ProofKind) -> Self {
        Self {
            kind,
            account: true,
            ticket: true,
            request: true,
            fresh: true,
            unused: true,
            sound: true,
            minutes: 0,
        }
    }

    /// Whether nothing is wrong with it.
    pub const fn is_whole(&self) -> bool {
        self.account
            && self.ticket
            && self.request
            && self.fresh
            && self.unused
            && self.sound
            && self.minutes >= 0
    }
}

/// A named action of the company, as the catalogue declares it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// How many kinds of proof it needs.
    pub proofs: i64,
    /// Whether a second person approves it.
    pub eyes: bool,
}

/// A second person's leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Approval {
    /// Their role.
    pub role: Role,
    /// Whether they are someone other than whoever asked.
    pub other: bool,
    /// Whole minutes since they gave it.
    pub minutes: i64,
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
    /// What has been proven for this, at most one of each kind.
    pub proofs: Vec<Proof>,
    /// By which ways this account's owner could give a proof at all: what a challenge may ask for.
    /// The policies don't see it.
    pub ways: Vec<ProofKind>,
    /// The company's action, if one is asked for.
    pub effect: Option<Effect>,
    /// A second person's leave.
    pub approval: Option<Approval>,
    /// Whole minutes since the owner was told that this would happen, without objecting.
    pub told: Option<i64>,
    /// The time.
    pub now: Time,
}
