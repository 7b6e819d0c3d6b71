//! Policies: read, checked against the schema, named, and cut by action so that a decision looks
//! at no rule that can't matter.

use cedar_policy::{
    ActionConstraint, Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};
use std::{collections::HashMap, str::FromStr};

/// The schema that all policies must fit.
pub const SCHEMA: &str = include_str!("../../../policies/staunch.cedarschema");
/// The policies that ship with Staunch.
pub const SHIPPED: &str = include_str!("../../../policies/default.cedar");

/// The policies can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text does not parse.
    #[error("the policies don't parse: {0}")]
    Syntax(String),
    /// The text does not fit the schema.
    #[error("the policies don't fit the schema: {0}")]
    Invalid(String),
    /// A rule without what the desk needs to answer a rep or an auditor.
    #[error("the rule `{rule}` lacks `@{annotation}`; add it")]
    Silent {
        /// The rule.
        rule: String,
        /// What it lacks.
        annotation: &'static str,
    },
    /// An outcome that the desk doesn't know.
    #[error("the rule `{rule}` has the outcome `{outcome}`; use refuse, challenge or escalate")]
    Outcome {
        /// The rule.
        rule: String,
        /// What it says.
        outcome: String,
    },
    /// The rules would allow what no set may allow.
    #[error("the policies would loosen the promise: {0}")]
    Loosened(String),
}

/// A set of policies, ready to decide by.
pub(crate) struct Policies {
    all: PolicySet,
    by_action: HashMap<&'static str, PolicySet>,
}

/// The actions of the schema.
pub(crate) const ACTIONS: [&str; 16] = [
    "deliver",
    "reveal",
    "reset",
    "change",
    "re-enrol",
    "unlock",
    "act",
    "ask",
    "reply",
    "erase",
    "export",
    "lookUp",
    "read",
    "lock",
    "notify",
    "beCareful",
];

impl Policies {
    /// Reads and checks a set.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let (schema, _) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|e| PolicyError::Syntax(e.to_string()))?;
        let parsed = PolicySet::from_str(text).map_err(|e| PolicyError::Syntax(told(&e)))?;
        let all = named(&parsed)?;
        let validation = Validator::new(schema).validate(&all, ValidationMode::Strict);
        if !validation.validation_passed() {
            let faults: Vec<String> = validation
                .validation_errors()
                .map(ToString::to_string)
                .collect();
            return Err(PolicyError::Invalid(faults.join("; ")));
        }
        let mut by_action = HashMap::new();
        for action in ACTIONS {
            let mut slice = PolicySet::new();
            for policy in all.policies().filter(|policy| matters(policy, action)) {
                slice
                    .add(policy.clone())
                    .map_err(|e| PolicyError::Syntax(e.to_string()))?;
            }
            by_action.insert(action, slice);
        }
        Ok(Self { all, by_action })
    }

    /// The rules that can matter for an action.
    pub(crate) fn about(&self, action: &str) -> &PolicySet {
        self.by_action.get(action).unwrap_or(&self.all)
    }

    /// What a rule says of itself.
    pub(crate) fn annotation(&self, rule: &PolicyId, key: &str) -> Option<String> {
        self.all
            .policy(rule)?
            .annotation(key)
            .map(ToString::to_string)
    }

    /// The names of all rules.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.all.policies().map(|p| p.id().to_string()).collect();
        names.sort();
        names
    }
}

fn matters(policy: &Policy, action: &str) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one.id().unescaped() == action,
        ActionConstraint::In(some) => some.iter().any(|one| one.id().unescaped() == action),
    }
}

/// Gives each rule the id of its `@id`, and checks that each can speak for itself.
fn named(parsed: &PolicySet) -> Result<PolicySet, PolicyError> {
    let mut out = PolicySet::new();
    for policy in parsed.policies() {
        let id = policy
            .annotation("id")
            .map_or_else(|| policy.id().to_string(), ToString::to_string);
        let wanted: &[&str] = match policy.effect() {
            Effect::Forbid => &["id", "source", "outcome", "reason", "words"],
            Effect::Permit => &["id", "source"],
        };
        for annotation in wanted {
            if policy.annotation(annotation).is_none_or(str::is_empty) {
                return Err(PolicyError::Silent {
                    rule: id,
                    annotation,
                });
            }
        }
        if let Some(outcome) = policy.annotation("outcome")
            && !["refuse", "challenge", "escalate"].contains(&outcome)
        {
            return Err(PolicyError::Outcome {
                rule: id,
                outcome: outcome.to_owned(),
            });
        }
        out.add(policy.new_id(PolicyId::new(id)))
            .map_err(|e| PolicyError::Syntax(e.to_string()))?;
    }
    Ok(out)
}

/// A syntax error with the place where it is, in one line.
fn told(error: &cedar_policy::ParseErrors) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
