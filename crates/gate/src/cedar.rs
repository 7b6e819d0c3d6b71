//! Facts in Cedar's terms, built natively (from JSON it would take ten times as long).

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};
use words::ProofKind;

use crate::{
    facts::{Actor, Facts, Proof},
    policies::{Faults, PolicyError},
};

/// The names of the schema's types, parsed once.
pub(crate) struct Types {
    staff: EntityTypeName,
    desk: EntityTypeName,
    owner: EntityTypeName,
    account: EntityTypeName,
    action: EntityTypeName,
}

type Pairs = Vec<(String, RestrictedExpression)>;
type Fault = Box<dyn std::error::Error>;

impl Types {
    pub(crate) fn new() -> Result<Self, PolicyError> {
        let name =
            |n: &str| EntityTypeName::from_str(n).map_err(|e| PolicyError::Syntax(Faults::one(&e)));
        Ok(Self {
            staff: name("Staunch::Staff")?,
            desk: name("Staunch::Desk")?,
            owner: name("Staunch::Owner")?,
            account: name("Staunch::Account")?,
            action: name("Staunch::Action")?,
        })
    }

    /// The question and the things it is about.
    pub(crate) fn question(&self, facts: &Facts) -> Result<(Request, Entities), Fault> {
        let (principal, attributes) = match facts.actor {
            Actor::Staff(id, role) => (
                uid(&self.staff, id.to_string()),
                HashMap::from([("role".to_owned(), text(role.as_str()))]),
            ),
            Actor::Desk => (uid(&self.desk, "desk"), HashMap::new()),
            Actor::Owner => (uid(&self.owner, "owner"), HashMap::new()),
        };
        let resource = uid(&self.account, facts.account.id.to_string());
        let account = HashMap::from([
            ("hold".to_owned(), text(facts.account.hold.as_str())),
            ("attempts".to_owned(), number(facts.account.attempts)),
            ("reachable".to_owned(), truth(facts.account.reachable)),
            ("important".to_owned(), truth(facts.account.important)),
        ]);
        let entities = Entities::from_entities(
            [
                Entity::new(principal.clone(), attributes, HashSet::new())?,
                Entity::new(resource.clone(), account, HashSet::new())?,
            ],
            None,
        )?;
        let action = uid(&self.action, facts.action.as_str());
        let context = Context::from_pairs(case(facts)?)?;
        Ok((
            Request::new(principal, action, resource, context, None)?,
            entities,
        ))
    }
}

fn uid(kind: &EntityTypeName, id: impl AsRef<str>) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}
fn truth(value: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(value)
}
fn number(value: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(value)
}
fn record(
    pairs: impl IntoIterator<Item = (&'static str, RestrictedExpression)>,
) -> Result<RestrictedExpression, Fault> {
    Ok(RestrictedExpression::new_record(
        pairs.into_iter().map(|(k, v)| (k.to_owned(), v)),
    )?)
}

fn proof(proof: &Proof) -> Result<RestrictedExpression, Fault> {
    record([
        ("account", truth(proof.account)),
        ("ticket", truth(proof.ticket)),
        ("request", truth(proof.request)),
        ("fresh", truth(proof.fresh)),
        ("unused", truth(proof.unused)),
        ("sound", truth(proof.sound)),
        ("minutes", number(proof.minutes)),
    ])
}

/// A kind of proof as the schema names it.
fn attribute(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Email => "email",
        ProofKind::Phone => "phone",
        ProofKind::Receipt => "receipt",
        ProofKind::Session => "session",
        ProofKind::Saved => "saved",
    }
}

fn case(facts: &Facts) -> Result<Pairs, Fault> {
    let mut out = Pairs::new();
    let mut put = |key: &str, value| out.push((key.to_owned(), value));
    if let Some(ticket) = &facts.ticket {
        let pairs = [("open", truth(ticket.open)), ("about", truth(ticket.about))];
        put("ticket", record(pairs)?);
    }
    if let Some(field) = &facts.field {
        let pairs = [
            ("class", text(field.class.as_str())),
            ("kind", text(field.kind.as_str())),
        ];
        put("field", record(pairs)?);
    }
    if let Some(place) = &facts.destination {
        let pairs = [
            ("kind", text(place.kind.as_str())),
            ("confirmed", truth(place.confirmed)),
            ("effective", truth(place.effective)),
            ("before", truth(place.before)),
        ];
        put("destination", record(pairs)?);
    }
    if let Some(effect) = &facts.effect {
        let pairs = [
            ("name", text(&effect.name)),
            ("proofs", number(effect.proofs)),
            ("eyes", truth(effect.eyes)),
        ];
        put("effect", record(pairs)?);
    }
    if let Some(approval) = &facts.approval {
        let pairs = [
            ("role", text(approval.role.as_str())),
            ("other", truth(approval.other)),
            ("minutes", number(approval.minutes)),
        ];
        put("approval", record(pairs)?);
    }
    if let Some(minutes) = facts.told {
        put("told", number(minutes));
    }
    let mut given = Vec::new();
    for one in &facts.proofs {
        given.push((attribute(one.kind), proof(one)?));
    }
    // Two of one kind make the record unreadable, and the answer no.
    put("proofs", record(given)?);
    Ok(out)
}
