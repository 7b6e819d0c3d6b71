//! How long a decision takes: `cargo run --release -p staunch-gate --example decision`.

use gate::{
    AccountFacts, Action, Actor, Destination, Facts, Field, Gate, Proof, SHIPPED, TicketFacts,
};
use std::{hint::black_box, time::Instant};
use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

const ROUNDS: usize = 100_000;

fn main() {
    let started = Instant::now();
    let gate = Gate::checked(SHIPPED).expect("the shipped policies are sound");
    println!("checking the shipped set: {:.0?}", started.elapsed());
    let rep = Actor::Staff(StaffId(Uuid::from_u128(1)), Role::Rep);
    for (what, actor, kind, proofs) in [
        ("deliver: permit", rep, RequestKind::Deliver, vec![]),
        ("reveal: challenge", rep, RequestKind::Reveal, vec![]),
        ("reset: challenge", rep, RequestKind::Reset, vec![]),
        (
            "change with two proofs: permit",
            Actor::Owner,
            RequestKind::Change,
            vec![
                Proof::whole(ProofKind::Email),
                Proof::whole(ProofKind::Phone),
            ],
        ),
    ] {
        let facts = case(actor, kind, proofs);
        // A kind of case that was decided before, and one that never was: no two have as many attempts.
        time(&format!("{what}, known"), &gate, |_| facts.clone());
        time(&format!("{what}, afresh"), &gate, |n| {
            let mut facts = facts.clone();
            facts.account.attempts = -1 - n;
            facts
        });
    }
}

fn time(what: &str, gate: &Gate, case: impl Fn(i64) -> Facts) {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|n| {
            let facts = case(i64::try_from(n).unwrap_or(i64::MAX));
            let started = Instant::now();
            black_box(gate.decide(black_box(&facts)));
            started.elapsed()
        })
        .collect();
    times.sort();
    let at = |part: usize| times[ROUNDS * part / 1000];
    println!(
        "{what}: p50 {:.1?}, p99 {:.1?}, p99.9 {:.1?} over {ROUNDS}",
        at(500),
        at(990),
        at(999)
    );
}

fn case(actor: Actor, kind: RequestKind, proofs: Vec<Proof>) -> Facts {
    let id = Uuid::from_u128;
    Facts {
        actor,
        action: Action::Request(kind),
        account: AccountFacts {
            id: AccountId(id(2)),
            hold: HoldLevel::None,
            attempts: 0,
            reachable: true,
            important: false,
        },
        ticket: Some(TicketFacts {
            id: TicketId(id(3)),
            open: true,
            about: true,
        }),
        field: matches!(kind, RequestKind::Deliver | RequestKind::Reveal).then(|| Field {
            id: FieldId(id(4)),
            class: FieldClass::Sealed,
            kind: FieldKind::Address,
        }),
        destination: Some(Destination {
            id: ContactPointId(id(5)),
            kind: ContactKind::Email,
            confirmed: true,
            effective: true,
            before: true,
        }),
        proofs,
        ways: vec![ProofKind::Email, ProofKind::Phone],
        effect: None,
        approval: None,
        told: None,
        now: Time(0),
    }
}
