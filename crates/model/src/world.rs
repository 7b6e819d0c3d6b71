//! The world at one moment: an account, who is on the phone, what was asked for, what is known.
//!
//! It holds the *truth*; what the desk makes of it stands in `rules.rs`, and what must never
//! come of it in [`crate::properties`].

use crate::{
    kinds::{ContactPoint, ContactPoints, Flaws, Joys, Kind, Kinds, What, Who},
    properties::Promises,
};

/// How many days a new contact point cools off: 72 hours.
pub const COOLING: u8 = 3;
/// From how many attempts on the account is handled carefully.
pub const CAREFUL: u8 = 2;
/// How many wrong guesses an account allows. A guess beyond them counts as a hit.
pub const GUESSES: u8 = 2;
/// How many requests can be under way at once, at most (a scene may allow fewer).
pub const SLOTS: usize = 3;
/// How many codes the attacker remembers, at most.
pub const CODES: usize = 2;

/// On whose call something is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Line {
    /// The ticket of the owner's call.
    Owners,
    /// The ticket of the attacker's call.
    Attackers,
}

/// A ticket with a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Call {
    /// Whether it is still open.
    pub open: bool,
    /// Which of the changeable contact points were registered when it began.
    pub knew: ContactPoints,
}

/// How a changeable contact point stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// Not on file.
    Absent,
    /// On file, and cooling off for so many more days.
    Cooling {
        /// Days to go.
        days: u8,
        /// Whether somebody there confirmed it.
        confirmed: bool,
    },
    /// Past its cooling-off time.
    InEffect {
        /// Whether somebody there confirmed it.
        confirmed: bool,
    },
    /// Said by the owner not to be theirs.
    Repudiated,
}

impl Standing {
    /// Whether it stands on the account.
    pub const fn on_file(self) -> bool {
        matches!(self, Self::Cooling { .. } | Self::InEffect { .. })
    }

    /// Whether somebody there confirmed it.
    pub const fn confirmed(self) -> bool {
        matches!(
            self,
            Self::Cooling {
                confirmed: true,
                ..
            } | Self::InEffect { confirmed: true }
        )
    }
}

/// Where a request stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// For proofs.
    Waiting,
    /// For the day that a receipt alone has to wait.
    Resting,
    /// Permitted, and in the queue.
    Queued,
}

/// A request under way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Request {
    /// What is asked for.
    pub what: What,
    /// In which ticket.
    pub line: Line,
    /// Who wants it, in truth.
    pub by: Who,
    /// Where it stands.
    pub stage: Stage,
    /// What its ticket knew when it began.
    pub knew: ContactPoints,
    /// The kinds of proof that the desk took.
    pub given: Kinds,
    /// Those of them that the owner gave, meaning this very thing.
    pub owner: Kinds,
    /// Proofs of a kind that was already given (only without a guard).
    pub repeats: u8,
    /// What was wrong with the proofs that the desk took.
    pub flaws: Flaws,
    /// For a change: the value that was typed.
    pub value: Option<ContactPoint>,
    /// Whether a second person approved, and whether that is another than the first.
    pub seconded: Option<bool>,
}

/// What became of a code that was read out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum CodeState {
    /// It can be used.
    Fresh,
    /// It was used.
    Used,
    /// Its request is over.
    Ended,
    /// Its time is over.
    Stale,
}

/// A code that the owner read out on their own call: the rep knows it, so the attacker does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Code {
    /// Where it was sent to, or that it is the code of a receipt.
    pub kind: Kind,
    /// What it approves.
    pub what: What,
    /// What became of it.
    pub state: CodeState,
}

/// How strictly the desk answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Hold {
    /// As usual.
    None,
    /// Raised by attempts.
    Careful,
    /// Nothing leaves or changes.
    Frozen,
    /// Lifted by two leads: answers go to the old contact points again, but no password or contact
    /// point changes.
    Ajar,
}

/// How far two leads have come with breaking the glass.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Glass {
    /// Whole.
    Whole,
    /// One lead asked.
    Asked,
    /// A second one agreed; the owner has a day.
    Agreed {
        /// Whether a lead, the owner's notice or the day was missing, in truth.
        flawed: bool,
        /// Whether the owner was told.
        told: bool,
    },
    /// The day is over.
    Ready {
        /// As above.
        flawed: bool,
        /// As above.
        told: bool,
    },
}

/// What doesn't change: which account it is, and what may be assumed of its owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Account {
    /// Which contact points it has from the start.
    pub has: ContactPoints,
    /// At which of them the owner reads letters within three days. At none: the owner never reads.
    pub reads: ContactPoints,
    /// Whether the attacker reads the owner's first mailbox too.
    pub stolen: bool,
}

/// Everything at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct World {
    /// The account.
    pub account: Account,
    /// The attacker's email.
    pub attackers: Standing,
    /// Which contact points were told when it was put on file.
    pub told: ContactPoints,
    /// The owner's new email.
    pub new: Standing,
    /// The owner's call.
    pub owners_call: Option<Call>,
    /// The attacker's call.
    pub attackers_call: Option<Call>,
    /// What is under way.
    pub requests: [Option<Request>; SLOTS],
    /// The codes that the owner read out and the attacker remembers.
    pub codes: [Option<Code>; CODES],
    /// The hold.
    pub hold: Hold,
    /// Attempts, as the desk counts them; up to [`CAREFUL`].
    pub attempts: u8,
    /// Whether the owner lifted a hold since the last attempt.
    pub forgiven: bool,
    /// Wrong guesses, as the desk counts them.
    pub counted: u8,
    /// Wrong guesses, in truth.
    pub tried: u8,
    /// Breaking the glass.
    pub glass: Glass,
    /// Whether a notice about the attacker's contact lies where the owner reads.
    pub noticed: bool,
    /// Whether the saved recovery code was used.
    pub recovery_used: bool,
    /// Promises that were broken.
    pub broken: Promises,
    /// What just went well, in the honest scene.
    pub joys: Joys,
}

impl World {
    /// The beginning: nobody has called yet.
    pub const fn of(account: Account) -> Self {
        Self {
            account,
            attackers: Standing::Absent,
            told: ContactPoints::NONE,
            new: Standing::Absent,
            owners_call: None,
            attackers_call: None,
            requests: [None; SLOTS],
            codes: [None; CODES],
            hold: Hold::None,
            attempts: 0,
            forgiven: false,
            counted: 0,
            tried: 0,
            glass: Glass::Whole,
            noticed: false,
            recovery_used: false,
            broken: Promises::NONE,
            joys: Joys::NONE,
        }
    }

    /// The call of a line.
    pub const fn call(&self, line: Line) -> Option<Call> {
        match line {
            Line::Owners => self.owners_call,
            Line::Attackers => self.attackers_call,
        }
    }

    /// Whether a line's call goes on.
    pub fn is_open(&self, line: Line) -> bool {
        self.call(line).is_some_and(|call| call.open)
    }

    /// Which of the changeable contact points are on file now.
    pub fn on_file(&self) -> ContactPoints {
        let mut points = ContactPoints::NONE;
        if self.new.on_file() {
            points = points.with(ContactPoint::New);
        }
        if self.attackers.on_file() {
            points = points.with(ContactPoint::Attackers);
        }
        points
    }

    /// Which contact points count in truth now: on file, confirmed, past the cooling-off time, not
    /// replaced.
    pub fn in_effect(&self) -> ContactPoints {
        let mut points = self.account.has;
        if matches!(self.new, Standing::InEffect { confirmed: true }) {
            points = points.with(ContactPoint::New).without(ContactPoint::Email);
        }
        if matches!(self.attackers, Standing::InEffect { confirmed: true }) {
            points = points.with(ContactPoint::Attackers);
        }
        points
    }

    /// Where the owner reads now: who reads the first email reads the one that replaces it.
    pub fn reads(&self) -> ContactPoints {
        let mut reads = self.account.reads.both(self.account.has);
        if reads.has(ContactPoint::Email) && self.new.on_file() {
            reads = reads.with(ContactPoint::New);
        }
        reads
    }

    /// Whether the owner reads letters at some contact point that the account had from the start.
    pub fn awake(&self) -> bool {
        !self.account.reads.both(self.account.has).is_empty()
    }

    /// Puts what is the same in the same form, so that it is checked once.
    pub(crate) fn tidy(&mut self) {
        let on_file = self.on_file();
        if !self.attackers.on_file() {
            self.told = ContactPoints::NONE;
        }
        for call in [&mut self.owners_call, &mut self.attackers_call]
            .into_iter()
            .flatten()
        {
            call.knew = call.knew.both(on_file);
        }
        for request in self.requests.iter_mut().flatten() {
            request.knew = request.knew.both(on_file);
        }
        self.requests.sort_unstable_by(|a, b| b.cmp(a));
        self.codes.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// The attacker forgets codes that can't be used any more.
    pub(crate) fn forget_spent_codes(&mut self) {
        for code in &mut self.codes {
            *code = code.filter(|code| code.state == CodeState::Fresh);
        }
        self.codes.sort_unstable_by(|a, b| b.cmp(a));
    }
}
