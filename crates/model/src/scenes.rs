//! The scenes: which part of the desk is played at full width.
//!
//! All parts at once, each at full width, are too many states. So each scene plays some of them to
//! the end, and [`WHOLE`] plays all of them with one request at a time. In every scene all rules
//! hold and all promises are watched; a scene only says who tries what.

use crate::{
    kinds::{ContactPoint, ContactPoints, Field, Joy, Kind, Kinds, What},
    world::{Account, COOLING, GUESSES, Hold, Stage, Standing, World},
};

/// Who tries what.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one trick that is played or not"
)]
pub struct Scene {
    /// Its name.
    pub name: &'static str,
    /// What is at full width.
    pub says: &'static str,
    /// The accounts it is played with.
    pub accounts: &'static [Account],
    /// What the owner asks for on a call.
    pub owner: &'static [What],
    /// What the rep is told to ask for, in any open call.
    pub rep: &'static [What],
    /// How many requests can be under way at once.
    pub slots: usize,
    /// How many codes that the owner read out the attacker remembers; 0: none is read out.
    pub codes: usize,
    /// Whether the attacker also remembers codes that can no longer be used, to try them again.
    pub replays: bool,
    /// How many days a new contact point cools off: three, or two to save states.
    pub days: u8,
    /// What the owner can prove on a page of their own, without a letter.
    pub pages: Kinds,
    /// Whether the attacker guesses codes.
    pub guesses: bool,
    /// Whether the attacker gets his email into the company's own records.
    pub imports: bool,
    /// Whether two leads, who obey as well, break the glass.
    pub leads: bool,
    /// Whether a rep is told to freeze the account.
    pub freezes: bool,
    /// Whether there is an attacker at all.
    pub attacker: bool,
    /// What must be reachable, or the scene shows nothing.
    pub hopes: &'static [Hope],
}

/// Something that must be possible.
#[derive(Clone, Copy)]
pub struct Hope {
    /// In words.
    pub name: &'static str,
    /// Whether it is so.
    pub is: fn(&World) -> bool,
}

const BOTH: ContactPoints = ContactPoints::of(&[ContactPoint::Email, ContactPoint::Phone]);
const EMAIL: ContactPoints = ContactPoints::of(&[ContactPoint::Email]);
const PHONE: ContactPoints = ContactPoints::of(&[ContactPoint::Phone]);

const fn account(has: ContactPoints, reads: ContactPoints, stolen: bool) -> Account {
    Account { has, reads, stolen }
}

/// What it has × where its owner reads × whether the mailbox is stolen, as far as that differs. The
/// plainest stands last, because the checker takes it first, and tells its stories with it.
const ACCOUNTS: &[Account] = &[
    account(BOTH, PHONE, true),
    account(BOTH, BOTH, true),
    account(ContactPoints::NONE, ContactPoints::NONE, false),
    account(PHONE, PHONE, false),
    account(EMAIL, ContactPoints::NONE, false),
    account(EMAIL, EMAIL, false),
    account(BOTH, ContactPoints::NONE, false),
    account(BOTH, PHONE, false),
    account(BOTH, EMAIL, false),
    account(BOTH, BOTH, false),
];

const TWO: &[Account] = &[account(BOTH, BOTH, false)];

/// The same account with an honest mailbox and with a stolen one.
const LOST: &[Account] = &[account(BOTH, PHONE, true), account(BOTH, BOTH, false)];

/// Calls, proofs and codes.
pub static CALLS: Scene = Scene {
    name: "calls",
    says: "proofs and codes on two calls, guesses, replays, an account of the attacker's own",
    accounts: TWO,
    owner: &[
        What::Reveal(Field::Order),
        What::Reset,
        What::Act,
        What::Unlock,
    ],
    rep: &[
        What::Deliver,
        What::DeliverSecret,
        What::Reveal(Field::Order),
        What::Reveal(Field::Address),
        What::Reset,
        What::Act,
    ],
    slots: 2,
    codes: 2,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session]),
    guesses: true,
    imports: false,
    leads: false,
    freezes: false,
    attacker: true,
    hopes: &[
        Hope {
            name: "the owner's no freezes the account",
            is: |world| world.hold == Hold::Frozen,
        },
        Hope {
            name: "attempts make the desk careful",
            is: |world| world.hold == Hold::Careful,
        },
        Hope {
            name: "the guesses run out",
            is: |world| world.tried == GUESSES,
        },
        Hope {
            name: "the attacker knows a code",
            is: |world| world.codes[0].is_some() && world.attackers_call.is_some(),
        },
    ],
};

/// Contact points.
pub static POINTS: Scene = Scene {
    name: "points",
    says: "changes of contact points by the owner, by the rep's asking and by the company's own records; every account",
    accounts: ACCOUNTS,
    owner: &[What::Deliver, What::Change],
    rep: &[What::Deliver, What::Change, What::Reset],
    slots: 2,
    codes: 0,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session]),
    guesses: false,
    imports: true,
    leads: false,
    freezes: false,
    attacker: true,
    hopes: &[
        Hope {
            name: "the owner cancels the attacker's email",
            is: |world| world.attackers == Standing::Repudiated,
        },
        Hope {
            name: "the owner's new email takes effect",
            is: |world| matches!(world.new, Standing::InEffect { .. }),
        },
        Hope {
            name: "the attacker's email takes effect where nobody reads",
            is: |world| matches!(world.attackers, Standing::InEffect { confirmed: true }),
        },
    ],
};

/// Second factors, and what takes two proofs.
pub static FACTORS: Scene = Scene {
    name: "factors",
    says: "what takes two proofs; two codes, sessions and recovery codes; a stolen mailbox",
    accounts: LOST,
    owner: &[What::Reenrol, What::Unlock],
    rep: &[What::Reenrol, What::Unlock],
    slots: 2,
    codes: 2,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session, Kind::Recovery]),
    guesses: false,
    imports: false,
    leads: false,
    freezes: true,
    attacker: true,
    hopes: &[Hope {
        name: "the owner lifts the hold, and attempts are still known",
        is: |world| world.forgiven && world.attempts > 0,
    }],
};

/// Holds.
pub static HOLDS: Scene = Scene {
    name: "holds",
    says: "notices, freezes, attempts, lifting by the owner, two leads who obey, and what takes two people; every account",
    accounts: ACCOUNTS,
    owner: &[What::Deliver, What::Unlock, What::Erase],
    rep: &[What::Deliver, What::Unlock, What::Reset, What::Erase],
    slots: 3,
    codes: 0,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session]),
    guesses: false,
    imports: false,
    leads: true,
    freezes: true,
    attacker: true,
    hopes: &[
        Hope {
            name: "two leads open what was frozen",
            is: |world| world.hold == Hold::Ajar,
        },
        Hope {
            name: "the owner lifts the hold",
            is: |world| world.forgiven && world.hold == Hold::None,
        },
    ],
};

/// Receipts.
pub static RECEIPTS: Scene = Scene {
    name: "receipts",
    says: "payment receipts; accounts with and without a contact point to reach",
    accounts: &[
        account(BOTH, PHONE, true),
        account(ContactPoints::NONE, ContactPoints::NONE, false),
        account(EMAIL, ContactPoints::NONE, false),
        account(EMAIL, EMAIL, false),
        account(BOTH, BOTH, false),
    ],
    owner: &[What::Reset, What::Unlock],
    rep: &[What::Reset, What::Unlock],
    slots: 2,
    codes: 1,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Receipt]),
    guesses: false,
    imports: true,
    leads: false,
    freezes: true,
    attacker: true,
    hopes: &[Hope {
        name: "a receipt waits for its day",
        is: |world| {
            world
                .requests
                .iter()
                .flatten()
                .any(|r| r.stage == Stage::Resting)
        },
    }],
};

/// Everything together.
pub static WHOLE: Scene = Scene {
    name: "whole",
    says: "every part together, each with its plainest requests; one request at a time",
    accounts: TWO,
    owner: &[What::Reveal(Field::Order), What::Change, What::Unlock],
    rep: &[
        What::Deliver,
        What::DeliverSecret,
        What::Reveal(Field::Order),
        What::Reveal(Field::Address),
        What::Reset,
        What::Change,
        What::Reenrol,
        What::Unlock,
        What::Act,
        What::Erase,
    ],
    slots: 1,
    codes: 1,
    replays: false,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session, Kind::Receipt]),
    guesses: true,
    imports: true,
    leads: true,
    freezes: true,
    attacker: true,
    hopes: &[],
};

macro_rules! joy {
    ($joy:ident, $name:literal) => {
        Hope {
            name: $name,
            is: |world| world.joys.has(Joy::$joy),
        }
    };
}

/// Honest people only: what has to stay easy.
pub static HONEST: Scene = Scene {
    name: "honest",
    says: "nobody means harm; what went well is remembered",
    accounts: &[
        account(BOTH, BOTH, false),
        account(ContactPoints::NONE, ContactPoints::NONE, false),
    ],
    owner: &[
        What::Deliver,
        What::Reveal(Field::Order),
        What::Reset,
        What::Change,
        What::Reenrol,
        What::Unlock,
        What::Act,
        What::Erase,
    ],
    rep: &[],
    slots: 1,
    codes: 1,
    replays: true,
    days: COOLING,
    pages: Kinds::of(&[Kind::Session, Kind::Receipt]),
    guesses: false,
    imports: false,
    leads: true,
    freezes: true,
    attacker: false,
    hopes: &[
        joy!(Delivered, "the owner gets an invoice"),
        joy!(Shown, "the owner hears a detail on the phone"),
        joy!(Reset, "the owner resets the password"),
        joy!(Changed, "the owner's new email takes effect"),
        joy!(ToTheNew, "an invoice reaches the owner's new email"),
        joy!(Reenrolled, "the owner enrols a factor anew"),
        joy!(Acted, "the owner gets a refund"),
        joy!(Erased, "the owner has the account erased"),
        joy!(Lifted, "the owner lifts a hold by two proofs"),
        joy!(LiftedBySession, "the owner lifts a hold by a login session"),
        joy!(
            ByReceipt,
            "an owner whom no letter reaches resets by a receipt"
        ),
        joy!(
            ThroughTheGlass,
            "two leads open a hold, and the invoice reaches the owner"
        ),
    ],
};

/// All of them, the largest first.
pub static SCENES: [&Scene; 7] = [
    &CALLS, &WHOLE, &POINTS, &RECEIPTS, &HOLDS, &FACTORS, &HONEST,
];
