//! The solver's case, read back as the gate's facts.

use cedar_policy::{EvalResult, Record, Request};
use cedar_policy_symcc::Env;
use gate::{
    AccountFacts, Action, Actor, Approval, Destination, Effect, Facts, Field, Proof, TicketFacts,
};
use uuid::Uuid;
use words::{AccountId, ContactPointId, FieldId, ProofKind, RequestKind, StaffId, TicketId, Time};

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// The facts of a solver's case; `None` if the gate's facts can't say it.
pub(crate) fn facts(env: &Env) -> Option<Facts> {
    let (actor, action) = (actor(env)?, action(&env.request)?);
    let account = env.entities.get(env.request.resource()?)?;
    let known = |key| account.attr(key)?.ok();
    let context = env.request.context()?;
    let part = |key: &str| match context.get(key) {
        Some(EvalResult::Record(record)) => Some(record),
        _ => None,
    };
    let given = part("proofs")?;
    let mut proofs = Vec::new();
    for (kind, key) in KINDS {
        if let Some(EvalResult::Record(record)) = given.get(key) {
            proofs.push(proof(kind, record)?);
        }
    }
    Some(Facts {
        actor,
        action,
        account: AccountFacts {
            id: AccountId(id(2)),
            hold: text(known("hold")?)?.parse().ok()?,
            attempts: long(&known("attempts")?)?,
            reachable: truth(&known("reachable")?)?,
            important: truth(&known("important")?)?,
        },
        ticket: each(part("ticket"), |r| {
            Some(TicketFacts {
                id: TicketId(id(3)),
                open: truth(r.get("open")?)?,
                about: truth(r.get("about")?)?,
            })
        })?,
        field: each(part("field"), |r| {
            Some(Field {
                id: FieldId(id(4)),
                class: text(r.get("class")?.clone())?.parse().ok()?,
                kind: text(r.get("kind")?.clone())?.parse().ok()?,
            })
        })?,
        destination: each(part("destination"), |r| {
            Some(Destination {
                id: ContactPointId(id(5)),
                kind: text(r.get("kind")?.clone())?.parse().ok()?,
                confirmed: truth(r.get("confirmed")?)?,
                effective: truth(r.get("effective")?)?,
                before: truth(r.get("before")?)?,
            })
        })?,
        proofs,
        ways: Vec::new(),
        effect: each(part("effect"), |r| {
            Some(Effect {
                name: text(r.get("name")?.clone())?,
                proofs: long(r.get("proofs")?)?,
                eyes: truth(r.get("eyes")?)?,
            })
        })?,
        approval: each(part("approval"), |r| {
            Some(Approval {
                role: text(r.get("role")?.clone())?.parse().ok()?,
                other: truth(r.get("other")?)?,
                minutes: long(r.get("minutes")?)?,
            })
        })?,
        told: match context.get("told") {
            Some(minutes) => Some(long(&minutes)?),
            None => None,
        },
        now: Time(0),
    })
}

/// The kinds of proof as the schema names them.
const KINDS: [(ProofKind, &str); 5] = [
    (ProofKind::Email, "email"),
    (ProofKind::Phone, "phone"),
    (ProofKind::Receipt, "receipt"),
    (ProofKind::Session, "session"),
    (ProofKind::Saved, "saved"),
];

fn actor(env: &Env) -> Option<Actor> {
    let principal = env.request.principal()?;
    match principal.type_name().basename() {
        "Staff" => {
            let role = text(env.entities.get(principal)?.attr("role")?.ok()?)?;
            Some(Actor::Staff(StaffId(id(1)), role.parse().ok()?))
        }
        "Desk" => Some(Actor::Desk),
        "Owner" => Some(Actor::Owner),
        _ => None,
    }
}

fn action(request: &Request) -> Option<Action> {
    let name = request.action()?.id().unescaped();
    [
        Action::Reply,
        Action::Notify,
        Action::Confirm,
        Action::LookUp,
        Action::Read,
        Action::BeCareful,
    ]
    .into_iter()
    .chain(RequestKind::ALL.iter().map(|kind| Action::Request(*kind)))
    .find(|action| action.as_str() == name)
}

fn proof(kind: ProofKind, record: &Record) -> Option<Proof> {
    let is = |key| truth(record.get(key)?);
    Some(Proof {
        kind,
        account: is("account")?,
        ticket: is("ticket")?,
        request: is("request")?,
        fresh: is("fresh")?,
        unused: is("unused")?,
        sound: is("sound")?,
        minutes: long(record.get("minutes")?)?,
    })
}

/// A part that may be missing, but not half read.
#[expect(clippy::option_option, reason = "half read, missing, there")]
fn each<T>(part: Option<Record>, read: impl Fn(&Record) -> Option<T>) -> Option<Option<T>> {
    match part {
        Some(record) => read(&record).map(Some),
        None => Some(None),
    }
}

fn text(value: EvalResult) -> Option<String> {
    match value {
        EvalResult::String(text) => Some(text),
        _ => None,
    }
}

fn long(value: &EvalResult) -> Option<i64> {
    match value {
        EvalResult::Long(number) => Some(*number),
        _ => None,
    }
}

fn truth(value: &EvalResult) -> Option<bool> {
    match value {
        EvalResult::Bool(truth) => Some(*truth),
        _ => None,
    }
}
