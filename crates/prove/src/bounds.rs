//! The bounds, and the one thing that is taken for granted: that facts are spelled with the desk's
//! own words.

use cedar_policy::{
    ActionConstraint, Policy, PolicyId, PolicySet, PrincipalConstraint, RequestEnv, Schema,
    ValidationMode, Validator,
};
use std::{fmt::Write as _, str::FromStr};
use words::{ContactKind, FieldClass, FieldKind, HoldLevel, Role};

/// The bounds, as an auditor reads them.
const TEXT: &str = include_str!("../bounds.cedar");

/// The bounds can't be used; a test rules that out.
#[derive(Debug, thiserror::Error)]
#[error("the bounds can't be used: {0}")]
pub struct BoundError(String);

/// The most that may ever be permitted, in one respect.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its name; an invariant of the gate has the same one there.
    pub id: String,
    /// What it says, for a person.
    pub says: String,
    /// Its rules, and one that permits all the rest.
    pub(crate) rules: PolicySet,
}

impl Bound {
    /// Its rules as a policy set: it permits exactly what the bound doesn't rule out.
    pub fn rules(&self) -> &PolicySet {
        &self.rules
    }

    /// Whether it claims anything about such requests.
    pub(crate) fn is_about(&self, environment: &RequestEnv) -> bool {
        self.rules
            .policies()
            .any(|rule| rule.id() != &rest() && is_about(rule, environment))
    }
}

fn is_about(rule: &Policy, environment: &RequestEnv) -> bool {
    let action = match rule.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => &one == environment.action(),
        ActionConstraint::In(some) => some.contains(environment.action()),
    };
    let actor = match rule.principal_constraint() {
        PrincipalConstraint::Is(kind) => &kind == environment.principal(),
        _ => true,
    };
    action && actor
}

fn rest() -> PolicyId {
    PolicyId::new("the rest")
}

/// All bounds, in the order of the file.
///
/// # Errors
/// [`BoundError`] if the file is broken, which a test rules out.
pub fn bounds() -> Result<Vec<Bound>, BoundError> {
    let all = PolicySet::from_str(TEXT).map_err(fault)?;
    let (schema, _) = Schema::from_cedarschema_str(gate::SCHEMA).map_err(fault)?;
    let checked = Validator::new(schema).validate(&all, ValidationMode::Strict);
    if let Some(error) = checked.validation_errors().next() {
        return Err(fault(error));
    }
    let mut rules: Vec<&Policy> = all.policies().collect();
    // They are numbered as they stand in the file.
    rules.sort_by_key(|rule| {
        let id = rule.id().to_string();
        id.trim_start_matches("policy").parse::<usize>().ok()
    });
    let mut out: Vec<Bound> = Vec::new();
    for rule in rules {
        let id = rule
            .annotation("id")
            .ok_or_else(|| fault("a rule has no name"))?;
        if !out.iter().any(|bound| bound.id == id) {
            let says = rule
                .annotation("says")
                .ok_or_else(|| fault(format!("`{id}` says nothing")))?;
            let permit = Policy::parse(Some(rest()), "permit (principal, action, resource);")
                .map_err(fault)?;
            out.push(Bound {
                id: id.to_owned(),
                says: says.to_owned(),
                rules: PolicySet::from_policies([permit]).map_err(fault)?,
            });
        }
        if let Some(bound) = out.iter_mut().find(|bound| bound.id == id) {
            bound.rules.add(rule.clone()).map_err(fault)?;
        }
    }
    Ok(out)
}

/// All bounds as one: what it permits, each of them permits.
pub(crate) fn together(bounds: &[Bound]) -> Result<PolicySet, BoundError> {
    let mut all = PolicySet::new();
    for bound in bounds {
        for rule in bound.rules.policies() {
            if all.policy(rule.id()).is_none() {
                all.add(rule.clone()).map_err(fault)?;
            }
        }
    }
    Ok(all)
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn fault(error: impl ToString) -> BoundError {
    BoundError(error.to_string())
}

/// What is taken for granted: roles, holds, classes and kinds are words of the house. The gate's facts
/// are enumerations, so nothing else can be spelled; the schema only says "a string". Added to the
/// policies under proof, these rules forbid whatever can't be said.
pub fn vocabulary() -> String {
    let mut text = String::new();
    for (scope, when, fact, words) in [
        (
            "principal is Staunch::Staff",
            "true",
            "principal.role",
            listed(Role::ALL, words::Role::as_str),
        ),
        (
            "principal",
            "true",
            "resource.hold",
            listed(HoldLevel::ALL, words::HoldLevel::as_str),
        ),
        (
            "principal",
            "context has field",
            "context.field.class",
            listed(FieldClass::ALL, words::FieldClass::as_str),
        ),
        (
            "principal",
            "context has field",
            "context.field.kind",
            listed(FieldKind::ALL, words::FieldKind::as_str),
        ),
        (
            "principal",
            "context has destination",
            "context.destination.kind",
            listed(ContactKind::ALL, words::ContactKind::as_str),
        ),
        (
            "principal",
            "context has approval",
            "context.approval.role",
            listed(Role::ALL, words::Role::as_str),
        ),
    ] {
        let _ = writeln!(
            text,
            "forbid ({scope}, action, resource) when {{ {when} }} unless {{ [{words}].contains({fact}) }};"
        );
    }
    text
}

fn listed<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    let quoted: Vec<_> = all
        .iter()
        .map(|one| format!("\"{}\"", word(*one)))
        .collect();
    quoted.join(", ")
}
