//! The decision itself: facts in, Cedar asked, an outcome with its reason and words out.

use cedar_policy::{
    Authorizer, Context, Decision as Verdict, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};
use words::{AccountId, StaffId};

use crate::{
    Permit,
    facts::{Action, Actor, Facts, Proof},
};

const SCHEMA: &str = include_str!("../../../policies/staunch.cedarschema");
const DEFAULT: &str = include_str!("../../../policies/default.cedar");

/// What the gate answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It may happen.
    Permit,
    /// It may happen once the owner has proven it.
    Challenge,
    /// A lead looks at it; the rules stay the same.
    Escalate,
    /// It may not happen.
    Refuse,
}

/// An outcome with its why.
#[derive(Debug)]
pub struct Decision {
    /// What the gate answers.
    pub outcome: Outcome,
    /// The rule that decided (its `@id` in the policies).
    pub rule: String,
    /// Why, for the rep.
    pub reason: String,
    /// What the rep can say.
    pub words: String,
    /// For a challenge: which proof would do.
    pub proof: Option<String>,
    /// Present exactly when the outcome is [`Outcome::Permit`].
    pub permit: Option<Permit>,
}

/// The policies can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text does not parse.
    #[error("the policies don't parse: {0}")]
    Syntax(String),
    /// The text does not fit the schema.
    #[error("the policies don't fit the schema: {0}")]
    Invalid(String),
    /// A `forbid` without what the desk needs to answer a rep.
    #[error("the rule `{rule}` lacks `@{annotation}`")]
    Silent {
        /// The rule.
        rule: String,
        /// What it lacks.
        annotation: &'static str,
    },
}

/// Decides, by one set of policies.
pub struct Gate {
    policies: PolicySet,
    authorizer: Authorizer,
    types: Types,
}

struct Types {
    staff: EntityTypeName,
    desk: EntityTypeName,
    owner: EntityTypeName,
    account: EntityTypeName,
    action: EntityTypeName,
}

impl Gate {
    /// The gate with the policies that ship with Staunch.
    ///
    /// # Errors
    /// [`PolicyError`] if they are broken, which a test rules out.
    pub fn shipped() -> Result<Self, PolicyError> {
        Self::new(DEFAULT)
    }

    /// A gate with other policies, checked against the schema.
    ///
    /// # Errors
    /// [`PolicyError`] says which rule is wrong and why.
    pub fn new(policies: &str) -> Result<Self, PolicyError> {
        let (schema, _) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|e| PolicyError::Syntax(e.to_string()))?;
        let parsed =
            PolicySet::from_str(policies).map_err(|e| PolicyError::Syntax(e.to_string()))?;
        let policies = named(&parsed)?;
        let validation = Validator::new(schema).validate(&policies, ValidationMode::Strict);
        if !validation.validation_passed() {
            let faults: Vec<String> = validation
                .validation_errors()
                .map(ToString::to_string)
                .collect();
            return Err(PolicyError::Invalid(faults.join("; ")));
        }
        Ok(Self {
            policies,
            authorizer: Authorizer::new(),
            types: Types::new()?,
        })
    }

    /// Decides. Whatever can't be evaluated is refused, and so is a challenge that the owner's yes
    /// would not open: nobody is asked for nothing.
    pub fn decide(&self, facts: &Facts) -> Decision {
        let decision = self.weigh(facts);
        if decision.outcome != Outcome::Challenge || facts.proof.is_some() {
            return decision;
        }
        let kind = decision.proof.clone().unwrap_or_default();
        let proof = Proof {
            kind,
            account: true,
            ticket: true,
            request: true,
            fresh: true,
            unused: true,
        };
        match self
            .weigh(&Facts {
                proof: Some(proof),
                ..facts.clone()
            })
            .outcome
        {
            Outcome::Permit => decision,
            _ => Decision::refuse(
                "no-rule",
                "No rule allows this, not even with the owner's yes.",
            ),
        }
    }

    fn weigh(&self, facts: &Facts) -> Decision {
        let Ok((request, entities)) = self.ask(facts) else {
            return Decision::refuse(
                "unreadable",
                "The gate could not read the facts of this case.",
            );
        };
        let answer = self
            .authorizer
            .is_authorized(&request, &self.policies, &entities);
        if answer.diagnostics().errors().next().is_some() {
            return Decision::refuse(
                "unreadable",
                "A rule could not be evaluated, so the answer is no.",
            );
        }
        match answer.decision() {
            Verdict::Allow => Decision {
                outcome: Outcome::Permit,
                rule: answer
                    .diagnostics()
                    .reason()
                    .next()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                reason: String::new(),
                words: String::new(),
                proof: None,
                permit: Some(Permit::of(facts)),
            },
            Verdict::Deny => answer
                .diagnostics()
                .reason()
                .filter_map(|id| self.denial(id, facts))
                .max_by(|a, b| (a.outcome, &a.rule).cmp(&(b.outcome, &b.rule)))
                .unwrap_or_else(|| Decision::refuse("no-rule", "No rule allows this.")),
        }
    }

    fn denial(&self, id: &PolicyId, facts: &Facts) -> Option<Decision> {
        let rule = self.policies.policy(id)?;
        let text = |key| rule.annotation(key).map(ToString::to_string);
        // Nobody is offered a letter that has nowhere to go.
        let written = facts
            .destination
            .as_ref()
            .is_some_and(|place| place.confirmed && place.effective && place.before);
        let nowhere = (!written).then(|| text("nowhere")).flatten();
        Some(Decision {
            outcome: match text("outcome").as_deref() {
                Some("challenge") => Outcome::Challenge,
                Some("escalate") => Outcome::Escalate,
                _ => Outcome::Refuse,
            },
            rule: id.to_string(),
            reason: text("reason")?,
            words: nowhere.or_else(|| text("words"))?,
            proof: text("proof"),
            permit: None,
        })
    }

    fn ask(&self, facts: &Facts) -> Result<(Request, Entities), Box<dyn std::error::Error>> {
        let types = &self.types;
        let (principal, attributes) = match facts.actor {
            Actor::Staff(id, role) => (
                uid(&types.staff, &staff_key(id)),
                HashMap::from([("role".to_owned(), text(role.as_str()))]),
            ),
            Actor::Desk => (uid(&types.desk, "desk"), HashMap::new()),
            Actor::Owner => (uid(&types.owner, "owner"), HashMap::new()),
        };
        let resource = uid(&types.account, &account_key(facts.account.id));
        let entities = Entities::from_entities(
            [
                Entity::new(principal.clone(), attributes, HashSet::new())?,
                Entity::new(
                    resource.clone(),
                    HashMap::from([
                        ("hold".to_owned(), text(facts.account.hold.as_str())),
                        (
                            "attempts".to_owned(),
                            RestrictedExpression::new_long(facts.account.attempts),
                        ),
                        (
                            "reachable".to_owned(),
                            RestrictedExpression::new_bool(facts.account.reachable),
                        ),
                    ]),
                    HashSet::new(),
                )?,
            ],
            None,
        )?;
        let context = Context::from_pairs(case(facts)?)?;
        let action = uid(&types.action, action_name(facts.action));
        Ok((
            Request::new(principal, action, resource, context, None)?,
            entities,
        ))
    }
}

impl Decision {
    fn refuse(rule: &str, reason: &str) -> Self {
        Self {
            outcome: Outcome::Refuse,
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            words:
                "I'm not able to do that from here. I can ask a colleague to look at it with me."
                    .to_owned(),
            proof: None,
            permit: None,
        }
    }
}

impl Types {
    fn new() -> Result<Self, PolicyError> {
        let name =
            |n: &str| EntityTypeName::from_str(n).map_err(|e| PolicyError::Syntax(e.to_string()));
        Ok(Self {
            staff: name("Staunch::Staff")?,
            desk: name("Staunch::Desk")?,
            owner: name("Staunch::Owner")?,
            account: name("Staunch::Account")?,
            action: name("Staunch::Action")?,
        })
    }
}

/// Gives each rule the id of its `@id`, and checks that each `forbid` can speak for itself.
fn named(parsed: &PolicySet) -> Result<PolicySet, PolicyError> {
    let mut out = PolicySet::new();
    for policy in parsed.policies() {
        let id = policy
            .annotation("id")
            .map_or_else(|| policy.id().to_string(), ToString::to_string);
        if policy.effect() == cedar_policy::Effect::Forbid {
            for annotation in ["outcome", "reason", "words"] {
                if policy.annotation(annotation).is_none() {
                    return Err(PolicyError::Silent {
                        rule: id,
                        annotation,
                    });
                }
            }
        }
        out.add(policy.new_id(PolicyId::new(id)))
            .map_err(|e| PolicyError::Syntax(e.to_string()))?;
    }
    Ok(out)
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
fn staff_key(id: StaffId) -> String {
    id.to_string()
}
fn account_key(id: AccountId) -> String {
    id.to_string()
}
fn action_name(action: Action) -> &'static str {
    action.as_str()
}
fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

type Pairs = Vec<(String, RestrictedExpression)>;

fn case(facts: &Facts) -> Result<Pairs, Box<dyn std::error::Error>> {
    let truth = RestrictedExpression::new_bool;
    let record = |pairs: Vec<(&str, RestrictedExpression)>| {
        RestrictedExpression::new_record(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)))
    };
    let mut out = Pairs::new();
    if let Some(ticket) = &facts.ticket {
        let pairs = vec![("open", truth(ticket.open)), ("about", truth(ticket.about))];
        out.push(("ticket".to_owned(), record(pairs)?));
    }
    if let Some(field) = &facts.field {
        let pairs = vec![
            ("class", text(field.class.as_str())),
            ("kind", text(field.kind.as_str())),
        ];
        out.push(("field".to_owned(), record(pairs)?));
    }
    if let Some(place) = &facts.destination {
        let pairs = vec![
            ("kind", text(place.kind.as_str())),
            ("confirmed", truth(place.confirmed)),
            ("effective", truth(place.effective)),
            ("before", truth(place.before)),
        ];
        out.push(("destination".to_owned(), record(pairs)?));
    }
    if let Some(proof) = &facts.proof {
        let pairs = vec![
            ("kind", text(&proof.kind)),
            ("account", truth(proof.account)),
            ("ticket", truth(proof.ticket)),
            ("request", truth(proof.request)),
            ("fresh", truth(proof.fresh)),
            ("unused", truth(proof.unused)),
        ];
        out.push(("proof".to_owned(), record(pairs)?));
    }
    Ok(out)
}
