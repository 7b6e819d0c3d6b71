//! Why a decision came out as it did, and what would change it, in plain words.

use words::{HoldLevel, ProofKind, Role};

use crate::{Actor, Approval, Decision, Facts, Gate, Outcome};

/// A decision, where its rule comes from, and what would change it.
#[derive(Debug)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The incident or clause behind the rule.
    pub source: String,
    /// What would change it, each a sentence; empty if nothing would.
    pub changes: Vec<String>,
}

impl Gate {
    /// Explains a decision: each fact that could become another is tried.
    pub fn explain(&self, facts: &Facts) -> Explanation {
        let decision = self.decide(facts);
        let source = self
            .policies
            .annotation(&cedar_policy::PolicyId::new(&decision.rule), "source")
            .unwrap_or_default();
        let mut changes = Vec::new();
        if decision.outcome != Outcome::Permit {
            for way in &decision.ways {
                changes.push(format!("It goes on once the owner gives {}.", listed(way)));
            }
            for (sentence, change) in tries() {
                let mut other = facts.clone();
                if change(&mut other) && self.decide(&other).outcome < decision.outcome {
                    changes.push(sentence.to_owned());
                }
            }
        }
        Explanation {
            decision,
            source,
            changes,
        }
    }
}

/// `a proof by registered email`, `two proofs: by registered email and by registered phone`.
fn listed(way: &[ProofKind]) -> String {
    match way {
        [one] => format!("a proof by {one}"),
        many => {
            let names: Vec<_> = many.iter().map(|kind| format!("by {kind}")).collect();
            format!("{} proofs: {}", many.len(), names.join(" and "))
        }
    }
}

type Change = fn(&mut Facts) -> bool;

/// What could be otherwise; each says whether it changes anything.
fn tries() -> Vec<(&'static str, Change)> {
    vec![
        ("It would be otherwise if the ticket were open.", |f| {
            f.ticket.as_mut().is_some_and(|t| {
                let changed = !t.open;
                t.open = true;
                changed
            })
        }),
        (
            "It would be otherwise once the owner has lifted the hold.",
            |f| {
                let changed = f.account.hold != HoldLevel::None;
                f.account.hold = HoldLevel::None;
                changed
            },
        ),
        (
            "It would be otherwise in a ticket that began after the contact point was confirmed and its cooling-off time was over.",
            |f| {
                f.destination.as_mut().is_some_and(|d| {
                    let changed = !(d.confirmed && d.effective && d.before);
                    (d.confirmed, d.effective, d.before) = (true, true, true);
                    changed
                })
            },
        ),
        (
            "It would be otherwise once a lead or an admin, other than whoever asked, has agreed.",
            |f| {
                let changed = f.approval.is_none();
                f.approval = Some(Approval {
                    role: Role::Lead,
                    other: true,
                    minutes: 0,
                });
                changed
            },
        ),
        ("A lead may ask for it.", |f| match f.actor {
            Actor::Staff(id, Role::Rep) => {
                f.actor = Actor::Staff(id, Role::Lead);
                true
            }
            _ => false,
        }),
    ]
}
