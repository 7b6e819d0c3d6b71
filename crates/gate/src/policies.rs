//! Policies: read, checked against the schema, named, and cut by action so that a decision looks
//! at no rule that can't matter.

use cedar_policy::{
    ActionConstraint, Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};
use miette::Diagnostic;
use std::{collections::HashMap, fmt, str::FromStr};

use crate::{Duty, Invariant, Outcome};

/// The schema that all policies must fit.
pub const SCHEMA: &str = include_str!("../../../policies/staunch.cedarschema");
/// The policies that ship with Staunch.
pub const SHIPPED: &str = include_str!("../../../policies/default.cedar");

/// The policies can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text does not parse.
    #[error("the policies don't parse: {0}")]
    Syntax(Faults),
    /// The text does not fit the schema.
    #[error("the policies don't fit the schema: {0}")]
    Invalid(Faults),
    /// A rule without what the desk needs to answer a rep or an auditor.
    #[error("line {line}: the rule `{rule}` lacks `@{annotation}`; add it")]
    Silent {
        /// The rule.
        rule: String,
        /// What it lacks.
        annotation: &'static str,
        /// Where the rule begins.
        line: usize,
    },
    /// An outcome that the desk doesn't know.
    #[error(
        "line {line}: the rule `{rule}` has the outcome `{outcome}`; use refuse, challenge or escalate"
    )]
    Outcome {
        /// The rule.
        rule: String,
        /// What it says.
        outcome: String,
        /// Where the rule begins.
        line: usize,
    },
    /// The rules would allow what no set may allow.
    #[error("the policies would loosen the promise: {0}")]
    Loosened(Box<Loosened>),
    /// The rules would forbid what no set may forbid.
    #[error("the policies would break the promise: {0}")]
    Neglected(Box<Neglected>),
}

impl PolicyError {
    /// What is wrong, one by one, each with its line if it has one.
    pub fn faults(&self) -> Vec<Fault> {
        match self {
            Self::Syntax(faults) | Self::Invalid(faults) => faults.0.clone(),
            Self::Silent { line, .. } | Self::Outcome { line, .. } => {
                let text = self.to_string();
                let text = text
                    .split_once(": ")
                    .map_or("", |(_, text)| text)
                    .to_owned();
                vec![Fault {
                    line: Some(*line),
                    text,
                }]
            }
            Self::Loosened(_) | Self::Neglected(_) => vec![Fault {
                line: None,
                text: self.to_string(),
            }],
        }
    }
}

/// One thing that is wrong in a text of policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In which line, counted from 1.
    pub line: Option<usize>,
    /// What.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl Rule {
    /// What it is about, in words: `see a value`; empty if it is about everything.
    pub fn about(&self) -> Vec<&'static str> {
        let words = self.actions.iter().map(|name| crate::told::action(name));
        words.filter(|words| !words.is_empty()).collect()
    }
}

/// Everything that is wrong in a text of policies.
#[derive(Clone, Debug)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub(crate) fn one(error: &dyn fmt::Display) -> Self {
        Self(vec![Fault {
            line: None,
            text: error.to_string(),
        }])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&each.join("; "))
    }
}

/// How a set would loosen the promise.
#[derive(Clone, Debug)]
pub struct Loosened {
    /// The rule that would permit it.
    pub rule: String,
    /// What it would permit, and to whom: `lock for an auditor`.
    pub what: String,
    /// The invariant that it breaks.
    pub invariant: Invariant,
    /// A case in which it would, in words.
    pub case: String,
}

impl fmt::Display for Loosened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the rule `{}` would permit {}, against `{}`: {}. For example: {}",
            self.rule, self.what, self.invariant.id, self.invariant.says, self.case
        )
    }
}

/// How a set would forbid what the promise rests on.
#[derive(Clone, Debug)]
pub struct Neglected {
    /// The rule that forbids it; `no-rule` if none permits it.
    pub rule: String,
    /// What it would break.
    pub duty: Duty,
    /// A case in which it would, in words.
    pub case: String,
}

impl fmt::Display for Neglected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, duty, case } = self;
        match rule.as_str() {
            "no-rule" => f.write_str("no rule permits it")?,
            rule => write!(f, "the rule `{rule}` forbids it")?,
        }
        write!(
            f,
            ", against `{}`: {}. For example: {case}",
            duty.id, duty.says
        )
    }
}

/// A rule, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// Whether it opens a door; otherwise it closes one.
    pub opens: bool,
    /// The actions it is about; all of them if empty.
    pub actions: Vec<String>,
    /// What the desk answers where it closes.
    pub outcome: Option<Outcome>,
    /// Where it comes from, as written.
    pub source: String,
    /// Why, for the rep.
    pub reason: String,
    /// What the rep can say.
    pub words: String,
    /// The line in which it begins.
    pub line: usize,
}

/// A set of policies, ready to decide by.
pub(crate) struct Policies {
    all: PolicySet,
    rules: Vec<Rule>,
    by_action: HashMap<&'static str, PolicySet>,
    one_by_one: bool,
}

/// The actions of the schema.
pub(crate) const ACTIONS: [&str; 17] = [
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
    "confirm",
    "beCareful",
];

impl Policies {
    /// Reads and checks a set.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyError> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|e| PolicyError::Syntax(Faults::one(&e)))?;
        let parsed = PolicySet::from_str(text).map_err(|errors| {
            let faults = errors.iter().map(|error| fault(text, error, told(error)));
            PolicyError::Syntax(Faults(faults.collect()))
        })?;
        let (all, mut rules) = named(&parsed, text)?;
        rules.sort_by_key(|rule| rule.line);
        let validation = Validator::new(schema).validate(&all, ValidationMode::Strict);
        if !validation.validation_passed() {
            let faults = validation
                .validation_errors()
                .map(|error| fault(text, error, error.to_string()));
            return Err(PolicyError::Invalid(Faults(faults.collect())));
        }
        let mut by_action = HashMap::new();
        for action in ACTIONS {
            let mut slice = PolicySet::new();
            for policy in all.policies().filter(|policy| matters(policy, action)) {
                slice
                    .add(policy.clone())
                    .map_err(|e| PolicyError::Syntax(Faults::one(&e)))?;
            }
            by_action.insert(action, slice);
        }
        let one_by_one = all.policies().any(names_somebody);
        Ok(Self {
            all,
            rules,
            by_action,
            one_by_one,
        })
    }

    /// Whether a rule names a certain account or member of staff, so that cases of one kind may differ.
    pub(crate) fn one_by_one(&self) -> bool {
        self.one_by_one
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

    /// All rules as people read them, in the order of the text.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The names of all rules.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.all.policies().map(|p| p.id().to_string()).collect();
        names.sort();
        names
    }
}

fn names_somebody(policy: &Policy) -> bool {
    let literals = policy.entity_literals();
    literals
        .iter()
        .any(|uid| uid.type_name().basename() != "Action")
}

fn matters(policy: &Policy, action: &str) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one.id().unescaped() == action,
        ActionConstraint::In(some) => some.iter().any(|one| one.id().unescaped() == action),
    }
}

/// Gives each rule the id of its `@id`, and checks that each can speak for itself.
fn named(parsed: &PolicySet, text: &str) -> Result<(PolicySet, Vec<Rule>), PolicyError> {
    let mut out = PolicySet::new();
    let mut rules = Vec::new();
    for policy in parsed.policies() {
        let id = policy
            .annotation("id")
            .map_or_else(|| policy.id().to_string(), ToString::to_string);
        let at = policy.to_cedar().and_then(|rule| text.find(&rule));
        let line = at.map_or(1, |at| line_at(text, at));
        let wanted: &[&str] = match policy.effect() {
            Effect::Forbid => &["id", "source", "outcome", "reason", "words"],
            Effect::Permit => &["id", "source"],
        };
        for annotation in wanted {
            if policy.annotation(annotation).is_none_or(str::is_empty) {
                return Err(PolicyError::Silent {
                    rule: id,
                    annotation,
                    line,
                });
            }
        }
        let outcome = match policy.annotation("outcome") {
            None => None,
            Some("refuse") => Some(Outcome::Refuse),
            Some("challenge") => Some(Outcome::Challenge),
            Some("escalate") => Some(Outcome::Escalate),
            Some(outcome) => {
                return Err(PolicyError::Outcome {
                    rule: id,
                    outcome: outcome.to_owned(),
                    line,
                });
            }
        };
        let said = |key| policy.annotation(key).unwrap_or_default().to_owned();
        rules.push(Rule {
            id: id.clone(),
            opens: policy.effect() == Effect::Permit,
            actions: actions(policy),
            outcome,
            source: said("source"),
            reason: said("reason"),
            words: said("words"),
            line,
        });
        out.add(policy.new_id(PolicyId::new(id))).map_err(|e| {
            PolicyError::Syntax(Faults(vec![Fault {
                line: Some(line),
                text: e.to_string(),
            }]))
        })?;
    }
    Ok((out, rules))
}

fn actions(policy: &Policy) -> Vec<String> {
    let name = |one: &cedar_policy::EntityUid| one.id().unescaped().to_owned();
    match policy.action_constraint() {
        ActionConstraint::Any => Vec::new(),
        ActionConstraint::Eq(one) => vec![name(&one)],
        ActionConstraint::In(some) => some.iter().map(name).collect(),
    }
}

/// The line of a place in a text, counted from 1.
fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// An error of the language with the place where it is.
fn fault(text: &str, error: &dyn Diagnostic, words: String) -> Fault {
    let at = error.labels().and_then(|mut labels| labels.next());
    Fault {
        line: at.map(|label| line_at(text, label.offset())),
        text: words,
    }
}

/// A syntax error with all it says of itself, in one line.
fn told(error: &cedar_policy::ParseError) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
