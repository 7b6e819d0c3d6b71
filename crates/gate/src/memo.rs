//! What the policies answered before. Their answer depends on nothing but what Cedar is shown, and of
//! that only the ids of account and staff tell one case from another of the same kind. So the answer to
//! a kind of case is worked out once for each set of policies. Invariants are checked anew every time,
//! and a permit is always made from the facts at hand.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use words::{ContactKind, FieldClass, FieldKind, HoldLevel, Role};

use crate::{
    decide::Outcome,
    facts::{
        AccountFacts, Action, Actor, Approval, Destination, Effect, Facts, Field, Proof,
        TicketFacts,
    },
};

/// Kinds of case that are kept; when there are more, it begins anew.
const KEPT: usize = 4096;

/// A case as Cedar is shown it, without the ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shown {
    actor: Who,
    action: Action,
    hold: HoldLevel,
    attempts: i64,
    reachable: bool,
    important: bool,
    ticket: Option<(bool, bool)>,
    field: Option<(FieldClass, FieldKind)>,
    destination: Option<(ContactKind, bool, bool, bool)>,
    proofs: Vec<Proof>,
    effect: Option<Effect>,
    approval: Option<Approval>,
    told: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Staff(Role),
    Desk,
    Owner,
}

impl Shown {
    /// Every part of the facts is named here, so that a new one can't be forgotten.
    pub(crate) fn of(facts: &Facts) -> Self {
        let Facts {
            actor,
            action,
            account:
                AccountFacts {
                    id: _,
                    hold,
                    attempts,
                    reachable,
                    important,
                },
            ticket,
            field,
            destination,
            proofs,
            ways: _,
            effect,
            approval,
            told,
            now: _,
        } = facts;
        Self {
            actor: match actor {
                Actor::Staff(_, role) => Who::Staff(*role),
                Actor::Desk => Who::Desk,
                Actor::Owner => Who::Owner,
            },
            action: *action,
            hold: *hold,
            attempts: *attempts,
            reachable: *reachable,
            important: *important,
            ticket: ticket
                .as_ref()
                .map(|TicketFacts { id: _, open, about }| (*open, *about)),
            field: field
                .as_ref()
                .map(|Field { id: _, class, kind }| (*class, *kind)),
            destination: destination.as_ref().map(
                |Destination {
                     id: _,
                     kind,
                     confirmed,
                     effective,
                     before,
                 }| (*kind, *confirmed, *effective, *before),
            ),
            proofs: proofs.clone(),
            effect: effect.clone(),
            approval: *approval,
            told: *told,
        }
    }
}

/// What the policies say to a kind of case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) rule: String,
    pub(crate) reason: String,
    pub(crate) words: String,
}

/// The answers of one set of policies so far.
#[derive(Default)]
pub(crate) struct Memo {
    /// What they say.
    pub(crate) answers: Kept<Answer>,
    /// Whether they let a member of staff ask at all.
    pub(crate) asks: Kept<bool>,
}

/// What was worked out for kinds of case.
pub(crate) struct Kept<T>(Mutex<HashMap<Shown, T>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    /// What was worked out for a case like this, if it was.
    pub(crate) fn recall(&self, shown: &Shown) -> Option<T> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(shown)
            .cloned()
    }

    /// Keeps it.
    pub(crate) fn keep(&self, shown: Shown, answer: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(shown, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use std::collections::HashSet;

    use crate::{Actor, Facts, Gate, SHIPPED, loosen::cases};
    use uuid::Uuid;
    use words::{AccountId, ContactPointId, FieldId, StaffId, TicketId, Time};

    /// Rules as an admin may add them; each reads what cases of one kind have in common.
    const STRICTER: &str = r#"
@id("stricter-attempts") @source("a test") @outcome("escalate") @reason("Tried often.") @words("A colleague looks at it.")
forbid (principal is Staunch::Staff, action == Staunch::Action::"deliver", resource) when { resource.attempts > 2 };
@id("stricter-important") @source("a test") @outcome("refuse") @reason("Important.") @words("Not from here.")
forbid (principal, action == Staunch::Action::"reset", resource) when { resource.important };
@id("stricter-reps") @source("a test") @outcome("refuse") @reason("Not for reps.") @words("A lead does that.")
forbid (principal is Staunch::Staff, action == Staunch::Action::"export", resource) when { principal.role == "rep" };
"#;

    fn at(dice: &mut u64, below: u64) -> u64 {
        *dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*dice >> 33) % below
    }

    /// One of the cases, with facts of other cases in it and ids of its own.
    fn mixed(all: &[Facts], dice: &mut u64) -> Facts {
        let any = |dice: &mut u64| {
            let n = at(dice, all.len() as u64);
            all[usize::try_from(n).unwrap_or(0)].clone()
        };
        let mut facts = any(dice);
        if at(dice, 2) == 0 {
            facts.proofs = any(dice).proofs;
        }
        if at(dice, 3) == 0 {
            facts.approval = any(dice).approval;
        }
        if at(dice, 3) == 0 {
            facts.told = any(dice).told;
        }
        if at(dice, 4) == 0 {
            facts.destination = any(dice).destination;
        }
        if at(dice, 4) == 0 {
            facts.ticket = any(dice).ticket;
        }
        facts.account.hold = any(dice).account.hold;
        facts.account.attempts = i64::try_from(at(dice, 5)).unwrap_or(0);
        facts.account.important = at(dice, 4) == 0;
        facts.account.reachable = at(dice, 4) != 0;
        facts
    }

    /// The same case of somebody else, at another time: who and what exactly is what the memo leaves out.
    fn of_another(mut facts: Facts, dice: &mut u64) -> Facts {
        let mut id = || Uuid::from_u128(u128::from(at(dice, 1 << 30)));
        facts.account.id = AccountId(id());
        if let Actor::Staff(_, role) = facts.actor {
            facts.actor = Actor::Staff(StaffId(id()), role);
        }
        if let Some(ticket) = &mut facts.ticket {
            ticket.id = TicketId(id());
        }
        if let Some(field) = &mut facts.field {
            field.id = FieldId(id());
        }
        if let Some(place) = &mut facts.destination {
            place.id = ContactPointId(id());
        }
        facts.now = Time(i64::try_from(at(dice, 1 << 30)).unwrap_or(0));
        facts
    }

    /// What the memo answers against what is worked out afresh: for each case, and then for the same of
    /// somebody else, which it knows by then.
    fn compare(text: &str, rounds: usize) {
        let gate = Gate::new(text).expect("policies");
        assert!(!gate.policies.one_by_one(), "the memo is off");
        let all: Vec<Facts> = cases().collect();
        let mut dice = 1;
        let (mut kinds, mut permits) = (HashSet::new(), 0);
        for _ in 0..rounds {
            let facts = mixed(&all, &mut dice);
            let other = of_another(facts.clone(), &mut dice);
            assert_eq!(Shown::of(&facts), Shown::of(&other));
            kinds.insert(Shown::of(&facts));
            for facts in [facts, other] {
                let (now, afresh) = (gate.recall(&facts), gate.judge(&facts));
                assert_eq!(
                    (now.outcome, &now.rule, &now.reason, &now.words),
                    (afresh.outcome, &afresh.rule, &afresh.reason, &afresh.words),
                    "{}",
                    facts.in_words()
                );
                assert_eq!(gate.may_ask(&facts), gate.judge_asking(&facts));
                // A permit is for the case at hand, never for the one before.
                assert_eq!(format!("{:?}", now.permit), format!("{:?}", afresh.permit));
                permits += usize::from(afresh.permit.is_some());
            }
        }
        assert!(
            kinds.len() > rounds / 2,
            "only {} kinds of case",
            kinds.len()
        );
        assert!(
            permits > rounds / 50,
            "only {permits} of {rounds} were permitted"
        );
    }

    #[test]
    fn what_is_recalled_is_what_would_be_judged() {
        compare(SHIPPED, 2000);
    }

    #[test]
    fn so_it_is_with_stricter_policies() {
        compare(&format!("{SHIPPED}{STRICTER}"), 1000);
    }

    #[test]
    fn a_rule_that_names_somebody_turns_it_off() {
        let one = "00000000-0000-0000-0000-000000000001";
        let head = r#"@id("t") @source("t") @outcome("refuse") @reason("t") @words("t")"#;
        for scope in [
            format!(r#"principal == Staunch::Staff::"{one}", action, resource"#),
            format!(r#"principal, action, resource == Staunch::Account::"{one}""#),
        ] {
            let gate =
                Gate::new(&format!("{SHIPPED}\n{head}\nforbid ({scope});")).expect("policies");
            assert!(gate.policies.one_by_one(), "{scope}");
        }
        let inside = format!(
            r#"{head} forbid (principal, action, resource) when {{ resource == Staunch::Account::"{one}" }};"#
        );
        let gate = Gate::new(&format!("{SHIPPED}\n{inside}")).expect("policies");
        assert!(gate.policies.one_by_one());
        assert!(!Gate::new(SHIPPED).expect("policies").policies.one_by_one());
    }

    /// A rule about one account holds for that account alone, whoever was asked about before.
    #[test]
    fn a_rule_about_one_account_is_that_accounts() {
        let id = |n| AccountId(Uuid::from_u128(n));
        let head = r#"@id("t") @source("t") @outcome("refuse") @reason("t") @words("t")"#;
        let rule = format!(
            r#"{head} forbid (principal, action, resource == Staunch::Account::"{}");"#,
            id(7).0
        );
        let gate = Gate::new(&format!("{SHIPPED}\n{rule}")).expect("policies");
        let permitted =
            |facts: &Facts| Gate::new(SHIPPED).is_ok_and(|gate| gate.judge(facts).permit.is_some());
        let mut facts = cases().find(permitted).expect("a permit");
        for (n, outcome) in [(2, true), (7, false), (2, true), (7, false)] {
            facts.account.id = id(n);
            assert_eq!(gate.decide(&facts).permit.is_some(), outcome, "account {n}");
        }
    }
}
