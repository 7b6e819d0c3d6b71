//! What every set of policies must go on allowing, since the promise rests on it: the owner hears,
//! the owner can freeze, and attempts add up. A stricter set may forbid anything but these.

use uuid::Uuid;
use words::{AccountId, ContactKind, ContactPointId, HoldLevel, RequestKind, TicketId, Time};

use crate::{
    AccountFacts, Action, Actor, Destination, Facts, Gate, Outcome, TicketFacts,
    policies::Neglected,
};

/// One thing that no set may forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Its name.
    pub id: &'static str,
    /// What it says, for a person.
    pub says: &'static str,
}

/// After how many attempts every set must raise a careful hold.
const ATTEMPTS: i64 = 10;

/// All of them.
pub const DUTIES: [Duty; 3] = [
    Duty {
        id: "the-owner-always-hears",
        says: "the desk's own letters go to every contact point that is confirmed and in effect, whatever the account's state",
    },
    Duty {
        id: "the-owner-can-always-freeze",
        says: "the owner, and the desk for the owner's \"It wasn't me\", can freeze the account at any time",
    },
    Duty {
        id: "attempts-always-add-up",
        says: "an account without a hold is held with care after ten attempts at the latest",
    },
];

impl Gate {
    /// The first duty that this set would not let the desk do.
    pub(crate) fn neglected(&self) -> Option<Neglected> {
        cases().into_iter().find_map(|(duty, case)| {
            let decision = self.judge(&case);
            (decision.outcome != Outcome::Permit).then(|| Neglected {
                rule: decision.rule,
                duty,
                case: case.in_words(),
            })
        })
    }
}

fn cases() -> Vec<(Duty, Facts)> {
    let [hears, freezes, adds_up] = DUTIES;
    let mut out = Vec::new();
    for ticket in tickets() {
        for important in [false, true] {
            for attempts in [0, 1, 100] {
                for hold in HoldLevel::ALL {
                    let case = |actor, action, destination| Facts {
                        actor,
                        action,
                        account: AccountFacts {
                            id: AccountId(Uuid::from_u128(2)),
                            hold: *hold,
                            attempts,
                            reachable: true,
                            important,
                        },
                        ticket: ticket.clone(),
                        field: None,
                        destination,
                        proofs: Vec::new(),
                        ways: Vec::new(),
                        effect: None,
                        approval: None,
                        told: None,
                        now: Time(0),
                    };
                    for kind in ContactKind::ALL {
                        for before in [true, false] {
                            let at = Some(place(*kind, before));
                            out.push((hears, case(Actor::Desk, Action::Notify, at)));
                        }
                    }
                    for actor in [Actor::Owner, Actor::Desk] {
                        let lock = Action::Request(RequestKind::Lock);
                        out.push((freezes, case(actor, lock, None)));
                    }
                    if attempts >= ATTEMPTS && *hold == HoldLevel::None {
                        out.push((adds_up, case(Actor::Desk, Action::BeCareful, None)));
                        let mut at_last = case(Actor::Desk, Action::BeCareful, None);
                        at_last.account.attempts = ATTEMPTS;
                        out.push((adds_up, at_last));
                    }
                }
            }
        }
    }
    out
}

fn tickets() -> [Option<TicketFacts>; 3] {
    let ticket = |open| {
        Some(TicketFacts {
            id: TicketId(Uuid::from_u128(3)),
            open,
            about: true,
        })
    };
    [ticket(true), ticket(false), None]
}

fn place(kind: ContactKind, before: bool) -> Destination {
    Destination {
        id: ContactPointId(Uuid::from_u128(5)),
        kind,
        confirmed: true,
        effective: true,
        before,
    }
}
