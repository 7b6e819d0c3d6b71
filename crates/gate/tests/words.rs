//! What is said of sets of policies and of decisions, for people.

use gate::{
    AccountFacts, Action, Actor, Destination, Facts, Field, Gate, Outcome, PolicyError, SHIPPED,
    TicketFacts,
};
use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

/// The shipped set with a rule more, which refuses.
fn with(head: &str) -> String {
    format!(
        "{SHIPPED}\n@id(\"house-rule\") @source(\"house\") @outcome(\"refuse\") @reason(\"x\") @words(\"w\")\n{head};"
    )
}

fn error(text: &str) -> PolicyError {
    Gate::checked(text).err().expect("refused")
}

fn case(kind: RequestKind) -> Facts {
    Facts {
        actor: Actor::Staff(StaffId(Uuid::from_u128(1)), Role::Rep),
        action: Action::Request(kind),
        account: AccountFacts {
            id: AccountId(Uuid::from_u128(2)),
            hold: HoldLevel::None,
            attempts: 0,
            reachable: true,
            important: false,
        },
        ticket: Some(TicketFacts {
            id: TicketId(Uuid::from_u128(3)),
            open: true,
            about: true,
        }),
        field: Some(Field {
            id: FieldId(Uuid::from_u128(4)),
            class: FieldClass::Sealed,
            kind: FieldKind::Address,
        }),
        destination: Some(Destination {
            id: ContactPointId(Uuid::from_u128(5)),
            kind: ContactKind::Email,
            confirmed: true,
            effective: true,
            before: true,
        }),
        proofs: vec![],
        ways: vec![ProofKind::Email],
        effect: None,
        approval: None,
        told: None,
        now: Time(0),
    }
}

#[test]
fn a_fault_says_its_line() {
    let lines = SHIPPED.lines().count();
    for (text, line) in [
        (format!("{SHIPPED}\npermit (principal, action;"), lines + 2),
        (
            with("forbid (principal, action, resource) when { resource.shoe == 42 }"),
            lines + 3,
        ),
        (
            format!("{SHIPPED}\n\n@id(\"mute\")\nforbid (principal, action, resource);"),
            lines + 3,
        ),
    ] {
        let faults = error(&text).faults();
        assert_eq!(faults[0].line, Some(line), "{faults:?}");
        assert!(faults[0].to_string().starts_with("line "), "{faults:?}");
    }
}

#[test]
fn a_set_that_loosens_is_refused_with_a_case_in_words() {
    let door = format!(
        "{SHIPPED}\n@id(\"vip\") @source(\"the boss\") permit (principal is Staunch::Staff, action == Staunch::Action::\"lock\", resource) when {{ principal.role == \"auditor\" }};"
    );
    let PolicyError::Loosened(loosened) = error(&door) else {
        panic!("loosened");
    };
    assert_eq!(loosened.rule, "vip");
    assert_eq!(
        loosened.case,
        "An auditor asks to freeze the account; the ticket is open and about this account."
    );
}

#[test]
fn what_the_promise_rests_on_cant_be_forbidden() {
    for (head, duty) in [
        (
            "forbid (principal, action == Staunch::Action::\"notify\", resource) when { resource.hold == \"frozen\" }",
            "the-owner-always-hears",
        ),
        (
            "forbid (principal is Staunch::Owner, action == Staunch::Action::\"lock\", resource)",
            "the-owner-can-always-freeze",
        ),
        (
            "forbid (principal, action == Staunch::Action::\"beCareful\", resource) unless { resource.attempts > 10 }",
            "attempts-always-add-up",
        ),
    ] {
        let PolicyError::Neglected(neglected) = error(&with(head)) else {
            panic!("{duty}");
        };
        assert_eq!(
            (neglected.duty.id, neglected.rule.as_str()),
            (duty, "house-rule")
        );
        assert!(neglected.case.starts_with("The "), "{}", neglected.case);
    }
    assert!(
        matches!(error(""), PolicyError::Neglected(_)),
        "an empty set"
    );
}

#[test]
fn what_gets_stricter_and_what_gets_wider_is_told() {
    let shipped = Gate::shipped().expect("sound");
    assert_eq!(shipped.differences(&shipped), []);
    let stricter = Gate::new(&with(
        "forbid (principal, action == Staunch::Action::\"reveal\", resource)",
    ))
    .expect("it fits");
    let found = shipped.differences(&stricter);
    assert!(found.iter().all(gate::Difference::stricter), "{found:?}");
    let closed: Vec<_> = found.iter().filter(|d| d.from == Outcome::Permit).collect();
    assert_eq!(closed.len(), 1, "{found:?}");
    assert_eq!(closed[0].to, Outcome::Refuse);
    assert_eq!(closed[0].rule, "house-rule");
    assert!(closed[0].cases > 0 && closed[0].example.contains("asks to see a value"));
    let back = stricter.differences(&shipped);
    assert!(!back.is_empty() && back.iter().all(|d| !d.stricter()));
    assert!(back.iter().all(|d| d.rule == "house-rule"), "{back:?}");
}

#[test]
fn rules_are_read_in_the_order_of_the_text() {
    let gate = Gate::shipped().expect("sound");
    let rules = gate.described();
    assert_eq!(rules.len(), gate.rules().len());
    assert_eq!(rules[0].id, "staff-reads-masked");
    assert!(rules[0].opens && rules[0].actions == ["lookUp", "read"]);
    assert!(rules.windows(2).all(|two| two[0].line < two[1].line));
    let whole = |rule: &gate::Rule| rule.opens || !rule.reason.is_empty() && !rule.words.is_empty();
    assert!(rules.iter().all(whole));
}

#[test]
fn an_explanation_says_what_would_change_it() {
    let gate = Gate::shipped().expect("sound");
    let asked = gate.explain(&case(RequestKind::Reset));
    assert_eq!(asked.decision.rule, "the-owner-confirms");
    assert_eq!(asked.changes, ["the owner’s yes at the registered email"]);
    assert!(
        asked.sources[0].starts_with("2023: "),
        "{:?}",
        asked.sources
    );

    let mut nowhere = case(RequestKind::Deliver);
    nowhere.destination = None;
    nowhere.ways.clear();
    let nowhere = gate.explain(&nowhere);
    assert_eq!(nowhere.decision.outcome, Outcome::Refuse);
    assert_eq!(
        nowhere.changes,
        [
            "a confirmed email that is on file before the conversation, and past its cooling-off time"
        ]
    );
    let mut mute = case(RequestKind::Reset);
    mute.ways.clear();
    assert_eq!(gate.explain(&mute).changes, nowhere.changes);

    let mut secret = case(RequestKind::Deliver);
    secret.field.as_mut().expect("a field").class = FieldClass::Secret;
    let secret = gate.explain(&secret);
    assert_eq!(secret.decision.rule, "secrets-stay");
    assert!(secret.changes.is_empty(), "{:?}", secret.changes);

    let mut frozen = case(RequestKind::Deliver);
    frozen.account.hold = HoldLevel::Frozen;
    assert_eq!(
        gate.explain(&frozen).changes,
        ["the owner’s lifting of the hold"]
    );

    let unlock = gate.explain(&case(RequestKind::Unlock));
    assert_eq!(unlock.decision.outcome, Outcome::Escalate);
    let mut two = case(RequestKind::Change);
    two.ways.push(ProofKind::Receipt);
    let two = gate.explain(&two);
    assert_eq!(
        two.changes,
        [
            "the owner’s yes at the registered email, together with a receipt code, typed by the owner on a page of their own"
        ]
    );
    let allowed = gate.explain(&case(RequestKind::Deliver));
    assert_eq!(allowed.decision.outcome, Outcome::Permit);
    assert!(allowed.changes.is_empty() && !allowed.sources.is_empty());
}
