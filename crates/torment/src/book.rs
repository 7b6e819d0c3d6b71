//! What truly happened, kept beside the desk: who came, what the owners want, did and were told.

use std::collections::BTreeMap;
use store::ContactPointRow;
use words::{
    AccountId, Channel, HoldLevel, ProofKind, RequestId, RequestKind, RequestState, TicketId, Time,
};

use crate::act::{By, Caller, Step};

/// A ticket.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Its number.
    pub number: i64,
    /// Its id.
    pub id: TicketId,
    /// The account, once it is tied.
    pub account: Option<usize>,
    /// Who came.
    pub caller: Caller,
    /// How.
    pub channel: Channel,
    /// When.
    pub opened: Time,
    /// Whether the watch opened it.
    pub flag: bool,
}

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct Code {
    /// Its digits.
    pub text: String,
    /// Until when it works.
    pub until: Time,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The step that opened its ticket.
    pub ticket: Step,
    /// The account.
    pub account: usize,
    /// What.
    pub kind: RequestKind,
    /// Which field and item.
    pub field: (String, String),
    /// Who asked.
    pub by: By,
    /// Whether the owner wants it.
    pub wanted: bool,
    /// When it was asked.
    pub at: Time,
    /// Where it stands.
    pub state: RequestState,
    /// What the owner truly proved for it.
    pub proofs: Vec<(ProofKind, Time)>,
    /// The newest code, and those before it.
    pub code: Option<Code>,
    /// Codes that were good once.
    pub old_codes: Vec<String>,
    /// Tries since the newest code was made.
    pub tries: u32,
    /// Who agreed, and when.
    pub agreed: Option<(By, Time)>,
    /// Since when it cools off.
    pub cools: Option<Time>,
    /// When the owner was told of what is planned.
    pub told: Option<Time>,
    /// Whether the owner cancelled it.
    pub cancelled: bool,
    /// The hook that carried it out.
    pub hook: Option<String>,
    /// When it was shown, and what it is called.
    pub shown: Vec<Time>,
    /// Its label.
    pub label: String,
}

/// A letter that an owner holds.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The page that its link leads to; empty without a link.
    pub page: &'static str,
    /// The mailbox that it came to.
    pub mailbox: usize,
    /// The path of the link.
    pub link: String,
    /// The step that it is about.
    pub of: Step,
    /// Whose.
    pub account: usize,
    /// When it came.
    pub came: Time,
    /// Until when its link works, as it says.
    pub expires: Option<Time>,
    /// Whether a button was pressed that the desk took.
    pub answered: bool,
    /// The contacts that it tells of: when each began, and what it says was shown.
    pub contacts: Vec<(Time, Vec<String>)>,
    /// A delivery.
    pub delivery: bool,
}

/// A mailbox of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From when it counts.
    pub effective: Time,
}

/// An account as it should stand.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The company's name for it.
    pub external_id: String,
    /// How it is held.
    pub hold: HoldLevel,
    /// Attempts counted.
    pub attempts: i64,
    /// Its mailboxes, as they should count.
    pub points: [Option<Point>; 2],
    /// Its contact points, as the desk has them.
    pub rows: Vec<ContactPointRow>,
    /// The request by which a mailbox was typed.
    pub typed: [Option<Step>; 2],
    /// Whether its mailboxes ever changed.
    pub changed: bool,
    /// Which mailboxes the company's system has, and whether after a move.
    pub sent: ([bool; 2], bool),
    /// Which receipts and saved codes were used.
    pub used: Vec<String>,
    /// Whether the owner meant the newest logins.
    pub at_home: bool,
    /// When questions were put, tries of codes taken, further steps tried.
    pub questions: Vec<Time>,
    /// Tries of codes.
    pub tries: Vec<Time>,
    /// Further steps that were tried.
    pub steps: Vec<Time>,
}

/// All of it.
#[derive(Default)]
pub struct Book {
    /// Accounts; the last is a decoy.
    pub accounts: Vec<Account>,
    /// By the step that opened it.
    pub tickets: BTreeMap<Step, Ticket>,
    /// By the step that asked.
    pub requests: BTreeMap<Step, Request>,
    /// In the order in which they came.
    pub letters: Vec<Letter>,
    /// Which accounts the company's system put, and when.
    pub puts: BTreeMap<Step, (usize, Time)>,
    /// When each step began and ended.
    pub times: BTreeMap<Step, (Time, Time)>,
    /// When something was shown to whom.
    pub shown: Vec<(By, Time)>,
    /// How many deliveries left.
    pub delivered: usize,
    /// Whether the decoy was asked for or opened.
    pub touched_decoy: bool,
    /// Letters about the logins of accounts.
    pub mail_since: usize,
}

impl Book {
    /// The step in which something happened.
    pub fn step_at(&self, at: Time) -> Option<Step> {
        let found = self.times.iter().rev().find(|(_, (from, _))| *from <= at);
        found
            .filter(|(_, (_, to))| at <= *to)
            .map(|(step, _)| *step)
    }

    /// A letter by what it is about.
    pub fn letter(&self, page: &str, of: Step, nth: usize) -> Option<usize> {
        let fits = |letter: &&(usize, &Letter)| letter.1.page == page && letter.1.of == of;
        let letters: Vec<_> = self.letters.iter().enumerate().collect();
        letters.iter().filter(fits).nth(nth).map(|(at, _)| *at)
    }

    /// How a letter is named: its place among those of the same page and step.
    pub fn nth(&self, at: usize) -> usize {
        let this = &self.letters[at];
        let same = |letter: &&Letter| letter.page == this.page && letter.of == this.of;
        self.letters[..at].iter().filter(same).count()
    }
}

/// How long a proof of a kind counts.
pub fn lasts(kind: ProofKind) -> std::time::Duration {
    use std::time::Duration;
    match kind {
        ProofKind::Email | ProofKind::Phone | ProofKind::Saved => Duration::from_hours(1),
        ProofKind::Session => Duration::from_mins(10),
        ProofKind::Receipt => Duration::from_hours(7 * 24),
    }
}

impl Request {
    /// How many kinds of proof the owner gave that count at a time.
    pub fn kinds(&self, now: Time) -> usize {
        let mut kinds: Vec<_> = self
            .proofs
            .iter()
            .filter(|(kind, at)| *at + lasts(*kind) > now)
            .map(|(kind, _)| *kind)
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds.len()
    }

    /// How many it takes.
    pub const fn needs(&self) -> usize {
        match self.kind {
            RequestKind::Lock => 0,
            RequestKind::Deliver
            | RequestKind::Reveal
            | RequestKind::Reset
            | RequestKind::Act
            | RequestKind::Ask
            | RequestKind::Export => 1,
            RequestKind::Change
            | RequestKind::Reenrol
            | RequestKind::Unlock
            | RequestKind::Erase => 2,
        }
    }

    /// Whether a second person agrees, besides the owner.
    pub fn eyes(&self) -> bool {
        self.kind == RequestKind::Erase || self.kind == RequestKind::Act && self.field.0 == "refund"
    }

    /// Whether it can still change.
    pub const fn live(&self) -> bool {
        matches!(
            self.state,
            RequestState::Waiting
                | RequestState::Ready
                | RequestState::Cooling
                | RequestState::Sending
                | RequestState::Failed
        )
    }
}
