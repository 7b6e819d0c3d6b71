//! Sets of policies: which are taken, which are refused, and what they can't loosen.

use gate::{Action, Actor, Facts, Gate, INVARIANTS, Outcome, PolicyError, SHIPPED};
use uuid::Uuid;
use words::{AccountId, HoldLevel, RequestKind, Role, StaffId, Time};

fn refused(text: &str) -> String {
    match Gate::checked(text) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    }
}

/// The shipped set without one rule.
fn without(rule: &str) -> String {
    let at = SHIPPED
        .find(&format!("@id(\"{rule}\")"))
        .unwrap_or_else(|| panic!("the shipped set has {rule}"));
    let end = SHIPPED[at..]
        .find("\n@id(")
        .map_or(SHIPPED.len(), |n| at + n);
    format!("{}{}", &SHIPPED[..at], &SHIPPED[end..])
}

#[test]
fn the_shipped_set_loosens_nothing() {
    let gate = Gate::checked(SHIPPED).expect("sound");
    assert!(gate.rules().len() > 25);
}

#[test]
fn a_stricter_set_is_taken() {
    let stricter = format!(
        "{SHIPPED}\n@id(\"no-refunds\") @source(\"house\") @outcome(\"refuse\") @reason(\"Refunds are made by the shop.\") @words(\"I can't.\") forbid (principal, action == Staunch::Action::\"act\", resource);"
    );
    assert_eq!(refused(&stricter), "");
}

#[test]
fn a_set_without_a_guard_is_refused_and_the_reason_says_which() {
    for (rule, invariant) in [
        (
            "only-to-what-was-on-file",
            "only-to-contact-points-in-effect",
        ),
        ("secrets-stay", "secrets-go-nowhere"),
        (
            "a-mail-counts-for-what-it-was-asked",
            "no-proof-that-is-not-whole",
        ),
        (
            "a-text-message-counts-for-what-it-was-asked",
            "no-proof-that-is-not-whole",
        ),
        ("a-receipt-counts-once", "no-proof-that-is-not-whole"),
        (
            "a-session-counts-for-its-own-account",
            "no-proof-that-is-not-whole",
        ),
        ("a-saved-code-counts-once", "no-proof-that-is-not-whole"),
        ("nothing-said-is-a-proof", "a-reveal-is-narrow"),
        ("the-owner-confirms", "nothing-resets-without-proof"),
        ("a-receipt-alone-waits", "nothing-resets-without-proof"),
        ("two-of-different-kinds", "changes-need-two-kinds"),
        (
            "two-proofs-or-a-login-lift-a-hold",
            "only-the-owner-lifts-a-hold",
        ),
        ("as-many-proofs-as-declared", "actions-need-their-proofs"),
        ("the-owner-asks-for-everything", "everything-needs-a-yes"),
        ("a-second-person-looks", "four-eyes"),
        ("frozen-by-the-owner", "frozen-means-frozen"),
    ] {
        let said = refused(&without(rule));
        assert!(said.contains(&format!("`{invariant}`")), "{rule}: {said:?}");
    }
}

#[test]
fn a_rule_that_opens_a_back_door_is_refused() {
    let door = format!(
        "{SHIPPED}\n@id(\"vip\") @source(\"the boss\") permit (principal is Staunch::Staff, action == Staunch::Action::\"lock\", resource) when {{ principal.role == \"auditor\" }};"
    );
    assert!(refused(&door).contains("the rule `vip` would permit lock for an auditor"));
}

#[test]
fn even_a_set_that_permits_everything_is_held_by_the_invariants() {
    let open = r#"@id("all") @source("none") permit (principal, action, resource);"#;
    assert!(matches!(Gate::checked(open), Err(PolicyError::Loosened(_))));
    let gate = Gate::new(open).expect("it fits the schema");
    let mut broken = std::collections::BTreeSet::new();
    for kind in RequestKind::ALL {
        let facts = Facts {
            actor: Actor::Staff(StaffId(Uuid::from_u128(1)), Role::Admin),
            action: Action::Request(*kind),
            account: gate::AccountFacts {
                id: AccountId(Uuid::from_u128(2)),
                hold: HoldLevel::None,
                attempts: 0,
                reachable: true,
                important: false,
            },
            ticket: None,
            field: None,
            destination: None,
            proofs: vec![],
            ways: vec![],
            effect: None,
            approval: None,
            told: None,
            now: Time(0),
        };
        let decision = gate.decide(&facts);
        if *kind != RequestKind::Lock {
            assert_eq!(decision.outcome, Outcome::Refuse, "{kind}");
            assert!(INVARIANTS.iter().any(|one| one.id == decision.rule));
            broken.insert(decision.rule);
        }
    }
    assert!(broken.len() > 4, "{broken:?}");
}

#[test]
fn a_policy_that_does_not_fit_the_schema_is_refused() {
    let wrong = r#"@id("x") @source("y") permit (principal is Staunch::Staff, action, resource) when { principal.shoe == "42" };"#;
    assert!(matches!(Gate::new(wrong), Err(PolicyError::Invalid(_))));
}

#[test]
fn a_syntax_error_says_where() {
    assert!(refused("permit (principal, action;").contains("don't parse"));
}

#[test]
fn a_rule_without_name_source_outcome_reason_or_words_is_refused() {
    let whole = r#"@id("mute") @source("s") @outcome("refuse") @reason("x") @words("w") forbid (principal, action, resource);"#;
    assert!(Gate::new(whole).is_ok());
    for annotation in ["id", "source", "outcome", "reason", "words"] {
        let at = whole.find(&format!("@{annotation}(")).expect("there");
        let end = at + whole[at..].find(") ").expect("closed") + 2;
        let said = refused(&format!("{}{}", &whole[..at], &whole[end..]));
        assert!(said.contains(&format!("lacks `@{annotation}`")), "{said}");
    }
    let odd = whole.replace("\"refuse\"", "\"shrug\"");
    assert!(refused(&odd).contains("use refuse, challenge or escalate"));
}
