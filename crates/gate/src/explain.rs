//! Why a decision came out as it did, and what would change it, in plain words.

use uuid::Uuid;
use words::{ContactKind, ContactPointId, HoldLevel, ProofKind, Role};

use crate::{
    Actor, Approval, Decision, Destination, Facts, Gate, Outcome, invariants::INVARIANTS, source,
};

/// A decision, where its rule comes from, and what would change it.
#[derive(Debug)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The incidents and clauses behind the rule, each in words.
    pub sources: Vec<String>,
    /// What would change it, each as it follows on "what would change it:"; empty if nothing would.
    pub changes: Vec<String>,
}

impl Gate {
    /// Explains a decision: each fact that could become another is tried.
    pub fn explain(&self, facts: &Facts) -> Explanation {
        let decision = self.decide(facts);
        let sources = self.sources(&decision.rule);
        let mut changes = Vec::new();
        if decision.outcome != Outcome::Permit {
            changes.extend(decision.ways.iter().map(|way| listed(way)));
            for (change, alter) in TRIES {
                let mut other = facts.clone();
                if alter(&mut other) && self.eases(&other, decision.outcome) {
                    changes.push(change.to_owned());
                }
            }
        }
        Explanation {
            decision,
            sources,
            changes,
        }
    }

    /// The incidents and clauses behind a rule, each in words; none for what is no rule of the set.
    pub fn sources(&self, rule: &str) -> Vec<String> {
        if let Some(text) = self
            .policies
            .annotation(&cedar_policy::PolicyId::new(rule), "source")
        {
            return source::in_words(&text);
        }
        if INVARIANTS.iter().any(|one| one.id == rule) {
            return vec!["the promise itself, which no set of policies can loosen".to_owned()];
        }
        Vec::new()
    }

    /// Whether these facts have a better outcome. What would only be asked of an owner who can't
    /// answer is none.
    fn eases(&self, facts: &Facts, than: Outcome) -> bool {
        match self.weigh(facts).outcome {
            outcome if outcome >= than => false,
            Outcome::Challenge => self.decide(facts).outcome < than,
            _ => true,
        }
    }
}

/// `the owner's yes at the registered email and a code from the registered phone`.
fn listed(way: &[ProofKind]) -> String {
    let each = way.iter().map(|kind| match kind {
        ProofKind::Email => "the owner’s yes at the registered email",
        ProofKind::Phone => "the owner’s answer by the registered phone",
        ProofKind::Receipt => "a receipt code, typed by the owner on a page of their own",
        ProofKind::Session => "the owner’s yes in their own login session",
        ProofKind::Saved => "one of the owner’s saved recovery codes",
    });
    each.collect::<Vec<_>>().join(", together with ")
}

type Alter = fn(&mut Facts) -> bool;

/// What could be otherwise; each says whether it changed anything.
const TRIES: [(&str, Alter); 6] = [
    ("the ticket being open", |f| {
        f.ticket
            .as_mut()
            .is_some_and(|ticket| !std::mem::replace(&mut ticket.open, true))
    }),
    ("the owner’s lifting of the hold", |f| {
        std::mem::replace(&mut f.account.hold, HoldLevel::None) != HoldLevel::None
    }),
    (
        "a confirmed email that is on file before the conversation, and past its cooling-off time",
        |f| {
            let good = Destination {
                id: ContactPointId(Uuid::nil()),
                kind: ContactKind::Email,
                confirmed: true,
                effective: true,
                before: true,
            };
            let lacked = !f
                .destination
                .as_ref()
                .is_some_and(|d| d.confirmed && d.effective && d.before);
            if lacked {
                f.destination = Some(good);
                f.account.reachable = true;
            }
            let mute = !f.ways.contains(&ProofKind::Email);
            if mute {
                f.ways.push(ProofKind::Email);
            }
            lacked || mute
        },
    ),
    (
        "another way to prove it on file, of a different kind: a receipt, a recovery code or a phone",
        |f| {
            // Every way begins with a question at a registered contact point.
            if f.ways.is_empty() {
                return false;
            }
            let more: Vec<_> = [ProofKind::Receipt, ProofKind::Saved, ProofKind::Phone]
                .into_iter()
                .filter(|kind| !f.ways.contains(kind))
                .collect();
            f.ways.extend(&more);
            !more.is_empty()
        },
    ),
    ("the leave of a second person, a lead or an admin", |f| {
        let leave = Approval {
            role: Role::Lead,
            other: true,
            minutes: 0,
        };
        f.approval.replace(leave).is_none()
    }),
    ("a lead’s asking for it", |f| match f.actor {
        Actor::Staff(id, Role::Rep) => {
            f.actor = Actor::Staff(id, Role::Lead);
            true
        }
        _ => false,
    }),
];
