//! The bounds say what the gate's invariants say: asked about random cases, each pair answers alike.

use cedar_policy::{Authorizer, Decision, PolicySet};
use gate::{
    AccountFacts, Action, Actor, Approval, Destination, Effect, Facts, Field, Gate, INVARIANTS,
    Proof, TicketFacts,
};
use proptest::{option, prelude::*, sample::select, strategy::ValueTree};
use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        select(Role::ALL).prop_map(|role| Actor::Staff(StaffId(id(1)), role)),
        Just(Actor::Desk),
        Just(Actor::Owner),
        Just(Actor::Owner),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => select(RequestKind::ALL).prop_map(Action::Request),
        1 => select(&[Action::Reply, Action::Notify, Action::Confirm, Action::LookUp, Action::Read, Action::BeCareful][..]),
    ]
}

/// Numbers around the ones that matter.
fn minutes() -> impl Strategy<Value = i64> {
    select(&[-1, 0, 4, 5, 1439, 1440, 1441][..])
}

/// Mostly good, so that a single fault shows.
fn good() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.9)
}

fn proof(kind: ProofKind) -> impl Strategy<Value = Proof> {
    (prop::array::uniform6(good()), minutes()).prop_map(move |(is, minutes)| Proof {
        kind,
        account: is[0],
        ticket: is[1],
        request: is[2],
        fresh: is[3],
        unused: is[4],
        sound: is[5],
        minutes,
    })
}

fn proofs() -> impl Strategy<Value = Vec<Proof>> {
    let one = |n: usize| option::weighted(0.35, proof(ProofKind::ALL[n]));
    (one(0), one(1), one(2), one(3), one(4))
        .prop_map(|(a, b, c, d, e)| [a, b, c, d, e].into_iter().flatten().collect())
}

fn account() -> impl Strategy<Value = AccountFacts> {
    let of = (
        select(HoldLevel::ALL),
        0_i64..5,
        any::<bool>(),
        any::<bool>(),
    );
    of.prop_map(|(hold, attempts, reachable, important)| AccountFacts {
        id: AccountId(id(2)),
        hold,
        attempts,
        reachable,
        important,
    })
}

/// What a case may have or lack.
type Parts = (
    Option<TicketFacts>,
    Option<Field>,
    Option<Destination>,
    Option<Effect>,
    Option<Approval>,
    Option<i64>,
);

fn parts() -> impl Strategy<Value = Parts> {
    let ticket = (good(), good()).prop_map(|(open, about)| TicketFacts {
        id: TicketId(id(3)),
        open,
        about,
    });
    let field = (select(FieldClass::ALL), select(FieldKind::ALL)).prop_map(|(class, kind)| Field {
        id: FieldId(id(4)),
        class,
        kind,
    });
    let place = (select(ContactKind::ALL), good(), good(), good()).prop_map(
        |(kind, confirmed, effective, before)| Destination {
            id: ContactPointId(id(5)),
            kind,
            confirmed,
            effective,
            before,
        },
    );
    let effect = (0_i64..4, any::<bool>()).prop_map(|(proofs, eyes)| Effect {
        name: "refund".to_owned(),
        proofs,
        eyes,
    });
    let approval =
        (select(Role::ALL), good(), minutes()).prop_map(|(role, other, minutes)| Approval {
            role,
            other,
            minutes,
        });
    (
        option::weighted(0.9, ticket),
        option::weighted(0.8, field),
        option::weighted(0.8, place),
        option::weighted(0.8, effect),
        option::weighted(0.7, approval),
        option::weighted(0.7, minutes()),
    )
}

fn facts() -> impl Strategy<Value = Facts> {
    (actor(), action(), account(), proofs(), parts()).prop_map(
        |(actor, action, account, proofs, parts)| {
            let (ticket, field, destination, effect, approval, told) = parts;
            Facts {
                actor,
                action,
                account,
                ticket,
                field,
                destination,
                proofs,
                ways: Vec::new(),
                effect,
                approval,
                told,
                now: Time(0),
            }
        },
    )
}

fn permits(gate: &Gate, set: &PolicySet, facts: &Facts) -> bool {
    let (request, entities) = gate.question(facts).expect("the facts can be said");
    let answer = Authorizer::new().is_authorized(&request, set, &entities);
    assert!(answer.diagnostics().errors().next().is_none());
    answer.decision() == Decision::Allow
}

#[test]
fn every_invariant_of_the_gate_has_a_bound_of_its_name_that_says_the_same() {
    let bounds = prove::bounds().expect("the bounds are sound");
    for invariant in &INVARIANTS {
        let bound = bounds.iter().find(|bound| bound.id == invariant.id);
        assert_eq!(bound.map(|b| b.says.as_str()), Some(invariant.says));
    }
    assert_eq!(
        bounds.len(),
        INVARIANTS.len() + 4,
        "and the promise in short"
    );
}

#[test]
fn each_bound_permits_exactly_what_its_invariant_holds_for() {
    let bounds = prove::bounds().expect("the bounds are sound");
    let gate = Gate::shipped().expect("the shipped set is sound");
    let mut runner = prop::test_runner::TestRunner::deterministic();
    let mut told = std::collections::BTreeMap::new();
    for _ in 0..6000 {
        let case = facts()
            .new_tree(&mut runner)
            .expect("a case can be made")
            .current();
        for invariant in &INVARIANTS {
            let bound = bounds
                .iter()
                .find(|bound| bound.id == invariant.id)
                .expect("there is one");
            let holds = (invariant.holds)(&case);
            assert_eq!(
                permits(&gate, bound.rules(), &case),
                holds,
                "{}: {case:?}",
                invariant.id
            );
            let count: &mut [u32; 2] = told.entry(invariant.id).or_default();
            count[usize::from(holds)] += 1;
        }
    }
    // Both answers were heard, or the comparison says little.
    for (invariant, count) in told {
        assert!(count.iter().all(|n| *n > 30), "{invariant}: {count:?}");
    }
}

#[test]
fn the_promise_in_short_rules_out_nothing_that_the_invariants_allow() {
    let bounds = prove::bounds().expect("the bounds are sound");
    let gate = Gate::shipped().expect("the shipped set is sound");
    let mut runner = prop::test_runner::TestRunner::deterministic();
    let mut allowed = 0;
    for _ in 0..6000 {
        let case = facts()
            .new_tree(&mut runner)
            .expect("a case can be made")
            .current();
        if gate::broken(&case).is_none() {
            allowed += 1;
            for bound in &bounds {
                assert!(
                    permits(&gate, bound.rules(), &case),
                    "{}: {case:?}",
                    bound.id
                );
            }
        }
    }
    assert!(allowed > 100, "{allowed}");
}

#[test]
fn everything_that_the_gate_can_say_is_in_the_vocabulary() {
    let spelled: PolicySet = format!(
        "permit (principal, action, resource);\n{}",
        prove::vocabulary()
    )
    .parse()
    .expect("it parses");
    let gate = Gate::shipped().expect("the shipped set is sound");
    let mut runner = prop::test_runner::TestRunner::deterministic();
    for _ in 0..2000 {
        let case = facts()
            .new_tree(&mut runner)
            .expect("a case can be made")
            .current();
        assert!(permits(&gate, &spelled, &case), "{case:?}");
    }
}
