//! The shipped policies, one sentence a test.

use gate::{
    AccountFacts, Action, Actor, Decision, Destination, Facts, Field, Gate, Outcome, PolicyError,
    Proof, TicketFacts,
};
use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, RequestKind,
    Role, StaffId, TicketId, Time,
};

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn asked(kind: RequestKind) -> Facts {
    Facts {
        actor: Actor::Staff(StaffId(id(1)), Role::Rep),
        action: Action::Request(kind),
        account: AccountFacts {
            id: AccountId(id(2)),
            hold: HoldLevel::None,
            attempts: 0,
            reachable: true,
        },
        ticket: Some(TicketFacts {
            id: TicketId(id(3)),
            open: true,
            about: true,
        }),
        field: Some(Field {
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
        proof: None,
        now: Time(0),
    }
}

fn good_proof() -> Proof {
    Proof {
        kind: "registered email".to_owned(),
        account: true,
        ticket: true,
        request: true,
        fresh: true,
        unused: true,
    }
}

fn decide(facts: &Facts) -> Decision {
    Gate::shipped()
        .expect("the shipped policies are valid")
        .decide(facts)
}

#[test]
fn a_sealed_field_goes_to_the_contact_point_on_file() {
    let facts = asked(RequestKind::Deliver);
    let decision = decide(&facts);
    assert_eq!(decision.outcome, Outcome::Permit);
    let permit = decision.permit.expect("a permit comes with the outcome");
    assert_eq!(permit.account(), facts.account.id);
    assert_eq!(permit.field(), Some(FieldId(id(4))));
    assert_eq!(permit.destination(), Some(ContactPointId(id(5))));
}

#[test]
fn nothing_goes_to_a_place_that_is_new_unconfirmed_cooling_or_missing() {
    for spoil in [
        |f: &mut Facts| f.destination = None,
        |f: &mut Facts| f.destination.as_mut().expect("set").confirmed = false,
        |f: &mut Facts| f.destination.as_mut().expect("set").effective = false,
        |f: &mut Facts| f.destination.as_mut().expect("set").before = false,
    ] {
        for kind in [RequestKind::Deliver, RequestKind::Reset, RequestKind::Ask] {
            let mut facts = asked(kind);
            facts.proof = Some(good_proof());
            spoil(&mut facts);
            let decision = decide(&facts);
            assert_eq!(decision.outcome, Outcome::Refuse, "{kind}");
            assert!(decision.permit.is_none());
        }
    }
}

#[test]
fn a_secret_goes_nowhere_even_with_a_proof() {
    for kind in [RequestKind::Deliver, RequestKind::Reveal] {
        let mut facts = asked(kind);
        facts.field.as_mut().expect("set").class = FieldClass::Secret;
        facts.proof = Some(good_proof());
        let decision = decide(&facts);
        assert_eq!(
            (decision.outcome, decision.rule.as_str()),
            (Outcome::Refuse, "secrets-stay")
        );
    }
}

#[test]
fn no_role_sees_a_value_without_a_proof() {
    for role in Role::ALL {
        let mut facts = asked(RequestKind::Reveal);
        facts.actor = Actor::Staff(StaffId(id(1)), *role);
        assert_eq!(decide(&facts).outcome, Outcome::Refuse, "{role}");
    }
}

#[test]
fn a_reset_asks_the_owner_first() {
    let decision = decide(&asked(RequestKind::Reset));
    assert_eq!(decision.outcome, Outcome::Challenge);
    assert_eq!(decision.proof.as_deref(), Some("registered email"));
    assert!(decision.permit.is_none());
}

#[test]
fn a_reset_with_the_owners_yes_is_permitted() {
    let mut facts = asked(RequestKind::Reset);
    facts.actor = Actor::Owner;
    facts.proof = Some(good_proof());
    assert_eq!(decide(&facts).outcome, Outcome::Permit);
}

#[test]
fn a_proof_for_another_account_ticket_or_request_or_a_stale_or_used_one_is_none() {
    for spoil in [
        |p: &mut Proof| p.account = false,
        |p: &mut Proof| p.ticket = false,
        |p: &mut Proof| p.request = false,
        |p: &mut Proof| p.fresh = false,
        |p: &mut Proof| p.unused = false,
    ] {
        let mut proof = good_proof();
        spoil(&mut proof);
        let mut facts = asked(RequestKind::Reset);
        facts.actor = Actor::Owner;
        facts.proof = Some(proof);
        assert_eq!(decide(&facts).outcome, Outcome::Challenge);
        facts.action = Action::Request(RequestKind::Reveal);
        facts.actor = Actor::Staff(StaffId(id(1)), Role::Lead);
        assert_eq!(decide(&facts).outcome, Outcome::Refuse);
    }
}

#[test]
fn a_frozen_account_gives_nothing_to_anybody() {
    for kind in [
        RequestKind::Deliver,
        RequestKind::Reveal,
        RequestKind::Reset,
        RequestKind::Change,
        RequestKind::Act,
    ] {
        for role in Role::ALL {
            let mut facts = asked(kind);
            facts.actor = Actor::Staff(StaffId(id(1)), *role);
            facts.account.hold = HoldLevel::Frozen;
            facts.proof = Some(good_proof());
            assert_eq!(decide(&facts).outcome, Outcome::Refuse, "{kind} by {role}");
        }
    }
}

#[test]
fn a_closed_ticket_or_one_about_another_account_opens_nothing() {
    for spoil in [
        |f: &mut Facts| f.ticket.as_mut().expect("set").open = false,
        |f: &mut Facts| f.ticket.as_mut().expect("set").about = false,
        |f: &mut Facts| f.ticket = None,
    ] {
        for kind in [
            RequestKind::Deliver,
            RequestKind::Reveal,
            RequestKind::Reset,
            RequestKind::Unlock,
        ] {
            let mut facts = asked(kind);
            facts.proof = Some(good_proof());
            spoil(&mut facts);
            assert_ne!(decide(&facts).outcome, Outcome::Permit, "{kind}");
        }
    }
}

#[test]
fn an_auditor_asks_for_nothing() {
    for kind in RequestKind::ALL {
        let mut facts = asked(*kind);
        facts.actor = Actor::Staff(StaffId(id(1)), Role::Auditor);
        facts.proof = Some(good_proof());
        assert_ne!(decide(&facts).outcome, Outcome::Permit, "{kind}");
    }
}

#[test]
fn contact_points_and_factors_never_change_through_support() {
    for kind in [RequestKind::Change, RequestKind::Reenrol] {
        for role in Role::ALL {
            let mut facts = asked(kind);
            facts.actor = Actor::Staff(StaffId(id(1)), *role);
            facts.proof = Some(good_proof());
            assert_eq!(decide(&facts).outcome, Outcome::Refuse);
        }
    }
}

#[test]
fn a_rep_escalates_a_thaw_and_a_lead_asks_the_owner() {
    let mut facts = asked(RequestKind::Unlock);
    facts.account.hold = HoldLevel::Frozen;
    assert_eq!(decide(&facts).outcome, Outcome::Escalate);
    facts.actor = Actor::Staff(StaffId(id(1)), Role::Lead);
    assert_eq!(decide(&facts).outcome, Outcome::Challenge);
}

#[test]
fn every_refusal_has_words_to_say() {
    for kind in RequestKind::ALL {
        let decision = decide(&asked(*kind));
        if decision.outcome != Outcome::Permit {
            assert!(
                !decision.reason.is_empty() && !decision.words.is_empty(),
                "{kind}"
            );
        }
    }
}

#[test]
fn a_policy_that_does_not_fit_the_schema_is_refused() {
    let wrong = r#"permit (principal is Staunch::Staff, action, resource) when { principal.shoe == "42" };"#;
    assert!(matches!(Gate::new(wrong), Err(PolicyError::Invalid(_))));
}

#[test]
fn a_forbid_without_words_is_refused() {
    let silent =
        r#"@id("mute") @outcome("refuse") @reason("x") forbid (principal, action, resource);"#;
    assert!(matches!(
        Gate::new(silent),
        Err(PolicyError::Silent {
            annotation: "words",
            ..
        })
    ));
}

#[test]
fn the_owner_is_not_asked_for_what_their_yes_would_not_open() {
    for spoil in [
        |f: &mut Facts| f.ticket.as_mut().expect("set").open = false,
        |f: &mut Facts| f.ticket.as_mut().expect("set").about = false,
        |f: &mut Facts| f.actor = Actor::Staff(StaffId(id(1)), Role::Auditor),
        |f: &mut Facts| f.actor = Actor::Desk,
    ] {
        let mut facts = asked(RequestKind::Reset);
        facts.field = None;
        assert_eq!(decide(&facts).outcome, Outcome::Challenge);
        spoil(&mut facts);
        let decision = decide(&facts);
        assert_eq!(decision.outcome, Outcome::Refuse);
        assert!(!decision.words.is_empty());
    }
}

#[test]
fn words_offer_a_letter_only_where_one_may_go() {
    for kind in [
        RequestKind::Reveal,
        RequestKind::Change,
        RequestKind::Reenrol,
        RequestKind::Deliver,
    ] {
        let mut facts = asked(kind);
        if kind == RequestKind::Deliver {
            facts.field.as_mut().expect("set").class = FieldClass::Secret;
        }
        let offered = decide(&facts);
        assert!(offered.words.contains("email on your account"), "{kind}");
        for spoil in [
            |f: &mut Facts| f.destination = None,
            |f: &mut Facts| f.destination.as_mut().expect("set").confirmed = false,
            |f: &mut Facts| f.destination.as_mut().expect("set").effective = false,
            |f: &mut Facts| f.destination.as_mut().expect("set").before = false,
        ] {
            let mut facts = facts.clone();
            spoil(&mut facts);
            let decision = decide(&facts);
            assert_eq!(decision.outcome, offered.outcome, "{kind}");
            assert!(!decision.words.is_empty(), "{kind}");
            assert!(!decision.words.contains("email on"), "{}", decision.words);
        }
    }
}
