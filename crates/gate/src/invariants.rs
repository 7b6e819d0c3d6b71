//! What no set of policies may loosen: the promise, said once more in plain code. The gate checks
//! every permit against it, whatever the policies say, and refuses to load a set that would permit
//! more than it allows.

use words::{FieldClass, FieldKind, HoldLevel, ProofKind, RequestKind, Role};

use crate::facts::{Action, Actor, Destination, Facts};

/// One thing that holds for everything that is ever permitted.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// Its name.
    pub id: &'static str,
    /// What it says, for a person.
    pub says: &'static str,
    /// Whether it holds for a case that is about to be permitted.
    pub holds: fn(&Facts) -> bool,
}

impl std::fmt::Debug for Invariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// All of them.
pub const INVARIANTS: [Invariant; 12] = [
    Invariant {
        id: "only-to-contact-points-in-effect",
        says: "nothing is sent or asked but at a contact point that is confirmed, past its cooling-off time, and was there before the conversation",
        holds: |f| match f.action {
            Action::Request(RequestKind::Deliver | RequestKind::Export | RequestKind::Ask)
            | Action::Reply => f
                .destination
                .as_ref()
                .is_some_and(|d| in_effect(d) && d.before),
            Action::Notify => f.destination.as_ref().is_some_and(in_effect),
            // It says nothing of the account, and only a new address is asked whether it is there.
            Action::Confirm => f.destination.as_ref().is_some_and(|d| !d.confirmed),
            _ => true,
        },
    },
    Invariant {
        id: "secrets-go-nowhere",
        says: "a secret field or password information is never sent or shown to anybody",
        holds: |f| {
            let field = f.field.as_ref();
            match f.action {
                Action::Request(RequestKind::Deliver | RequestKind::Reveal) => {
                    field.is_some_and(|x| {
                        x.class == FieldClass::Sealed && x.kind != FieldKind::Password
                    })
                }
                // As a whole first, then each field of it.
                Action::Request(RequestKind::Export) => field
                    .is_none_or(|x| x.class != FieldClass::Secret && x.kind != FieldKind::Password),
                _ => true,
            }
        },
    },
    Invariant {
        id: "no-proof-that-is-not-whole",
        says: "a proof counts only for its own account, ticket and request, in time, once, and by a way that counts",
        holds: |f| f.proofs.iter().all(super::facts::Proof::is_whole),
    },
    Invariant {
        id: "nothing-resets-without-proof",
        says: "a reset needs the owner's own proof; a receipt alone only where nobody can be reached, a day later",
        holds: |f| {
            f.action != Action::Request(RequestKind::Reset)
                || f.actor == Actor::Owner
                    && (strong(f) >= 1
                        || age(f, ProofKind::Receipt)
                            .is_some_and(|m| m >= 1440 && !f.account.reachable))
        },
    },
    Invariant {
        id: "changes-need-two-kinds",
        says: "contact points, postal addresses, second factors and erasure need two proofs of different kinds",
        holds: |f| {
            !matches!(
                f.action,
                Action::Request(RequestKind::Change | RequestKind::Reenrol | RequestKind::Erase)
            ) || f.actor == Actor::Owner && kinds(f) >= 2
        },
    },
    Invariant {
        id: "only-the-owner-lifts-a-hold",
        says: "a hold is lifted by a fresh login session or two proofs of different kinds; or by two leads, a day after the owner was told",
        holds: |f| {
            f.action != Action::Request(RequestKind::Unlock)
                || f.actor == Actor::Owner
                    && (age(f, ProofKind::Session).is_some() || kinds(f) >= 2)
                || f.actor == Actor::Desk && seconded(f) && f.told.is_some_and(|m| m >= 1440)
        },
    },
    Invariant {
        id: "a-reveal-is-narrow",
        says: "a value is shown to a rep only in an open ticket, for a proof of exactly that, for five minutes, and never for a receipt",
        holds: |f| {
            f.action != Action::Request(RequestKind::Reveal)
                || f.ticket.as_ref().is_some_and(|t| t.open)
                    && matches!(f.actor, Actor::Staff(..))
                    && f.proofs
                        .iter()
                        .any(|p| p.kind != ProofKind::Receipt && p.minutes < 5)
        },
    },
    Invariant {
        id: "actions-need-their-proofs",
        says: "an action of the company needs the proofs that were declared for it, at least one",
        holds: |f| {
            f.action != Action::Request(RequestKind::Act)
                || f.effect.as_ref().is_some_and(|e| kinds(f) >= e.proofs)
                    && f.actor == Actor::Owner
                    && strong(f) >= 1
        },
    },
    Invariant {
        id: "everything-needs-a-yes",
        says: "a copy of everything is asked for with the owner's own proof",
        holds: |f| {
            f.action != Action::Request(RequestKind::Export)
                || f.actor == Actor::Desk
                || strong(f) >= 1
        },
    },
    Invariant {
        id: "four-eyes",
        says: "erasure, changes of important accounts and what is declared so need a second person's leave, within a day",
        holds: |f| {
            let asks = match f.action {
                Action::Request(RequestKind::Erase) => true,
                Action::Request(RequestKind::Change | RequestKind::Reenrol) => f.account.important,
                Action::Request(RequestKind::Act) => {
                    f.account.important || f.effect.as_ref().is_none_or(|e| e.eyes)
                }
                _ => false,
            };
            !asks || seconded(f) && f.approval.is_some_and(|a| a.minutes <= 1440)
        },
    },
    Invariant {
        id: "frozen-means-frozen",
        says: "nothing leaves or changes while an account is frozen",
        holds: |f| {
            f.account.hold != HoldLevel::Frozen
                || !matches!(
                    f.action,
                    Action::Request(
                        RequestKind::Deliver
                            | RequestKind::Reveal
                            | RequestKind::Reset
                            | RequestKind::Change
                            | RequestKind::Reenrol
                            | RequestKind::Act
                            | RequestKind::Erase
                            | RequestKind::Export
                    )
                )
        },
    },
    Invariant {
        id: "within-a-ticket-about-the-account",
        says: "requests are made in a ticket about that very account, and auditors make none",
        holds: |f| match f.action {
            Action::Request(RequestKind::Lock) | Action::LookUp | Action::Read => {
                !auditor(f) && f.actor != Actor::Owner || f.action == LOCK && !auditor(f)
            }
            Action::Notify | Action::Confirm | Action::BeCareful => f.actor == Actor::Desk,
            Action::Request(_) | Action::Reply => {
                !auditor(f)
                    && f.ticket.as_ref().is_some_and(|t| {
                        t.about
                            && (t.open
                                || !matches!(f.actor, Actor::Staff(..))
                                || f.action == Action::Reply
                                || f.action == Action::Request(RequestKind::Ask))
                    })
            }
        },
    },
];

const LOCK: Action = Action::Request(RequestKind::Lock);

/// The first invariant that a permitted case would break.
pub fn broken(facts: &Facts) -> Option<&'static Invariant> {
    INVARIANTS.iter().find(|one| !(one.holds)(facts))
}

fn in_effect(place: &Destination) -> bool {
    place.confirmed && place.effective
}

fn auditor(facts: &Facts) -> bool {
    matches!(facts.actor, Actor::Staff(_, Role::Auditor))
}

/// How many kinds of proof there are.
fn kinds(facts: &Facts) -> i64 {
    let mut kinds: Vec<_> = facts.proofs.iter().map(|p| p.kind).collect();
    kinds.sort();
    kinds.dedup();
    i64::try_from(kinds.len()).unwrap_or(0)
}

/// How many proofs there are that count by themselves; a receipt doesn't.
fn strong(facts: &Facts) -> usize {
    let strong = |p: &&crate::Proof| p.kind != ProofKind::Receipt;
    facts.proofs.iter().filter(strong).count()
}

fn age(facts: &Facts, kind: ProofKind) -> Option<i64> {
    facts
        .proofs
        .iter()
        .find(|p| p.kind == kind)
        .map(|p| p.minutes)
}

fn seconded(facts: &Facts) -> bool {
    facts
        .approval
        .is_some_and(|a| a.other && matches!(a.role, Role::Lead | Role::Admin))
}
