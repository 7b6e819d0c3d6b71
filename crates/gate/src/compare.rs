//! What would be otherwise by another set of policies: both are asked about the same cases.

use std::collections::BTreeMap;

use crate::{Action, Gate, Outcome, invariants, loosen::cases};

/// One way in which two sets answer differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is asked for.
    pub action: Action,
    /// What the one answers that is in force,
    pub from: Outcome,
    /// and what the other would.
    pub to: Outcome,
    /// The rule behind the stricter of the two answers.
    pub rule: String,
    /// How many of the cases tried.
    pub cases: usize,
    /// One of them, in words.
    pub example: String,
}

impl Difference {
    /// Whether the other set is the stricter one here.
    pub fn stricter(&self) -> bool {
        self.to > self.from
    }
}

impl Gate {
    /// How `other` would answer differently, what gets stricter first. It is a sample: the cases
    /// are those that a set is [checked](Gate::checked) by.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found: BTreeMap<_, Difference> = BTreeMap::new();
        for case in cases().filter(|case| invariants::broken(case).is_none()) {
            let (old, new) = (self.judge(&case), other.judge(&case));
            if old.outcome == new.outcome {
                continue;
            }
            let stricter = new.outcome > old.outcome;
            let rule = if stricter { new.rule } else { old.rule };
            let key = (
                !stricter,
                case.action.as_str(),
                old.outcome,
                new.outcome,
                rule,
            );
            found
                .entry(key.clone())
                .or_insert_with(|| Difference {
                    action: case.action,
                    from: key.2,
                    to: key.3,
                    rule: key.4,
                    cases: 0,
                    example: case.in_words(),
                })
                .cases += 1;
        }
        found.into_values().collect()
    }
}
