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
    answers: Mutex<HashMap<Shown, Answer>>,
}

impl Memo {
    /// The answer to a case like this, if there was one.
    pub(crate) fn recall(&self, shown: &Shown) -> Option<Answer> {
        self.answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(shown)
            .cloned()
    }

    /// Keeps an answer.
    pub(crate) fn keep(&self, shown: Shown, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(shown, answer);
    }
}
