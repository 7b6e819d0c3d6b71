//! The shipped policies, one sentence a test.

use gate::{
    AccountFacts, Action, Actor, Approval, Decision, Destination, Effect, Facts, Field, Gate,
    Outcome, Proof, TicketFacts,
};
use std::sync::LazyLock;
use uuid::Uuid;
use words::{
    AccountId, ContactKind, ContactPointId, FieldClass, FieldId, FieldKind, HoldLevel, ProofKind,
    RequestKind, Role, StaffId, TicketId, Time,
};

use ProofKind::{Email, Phone, Receipt, Saved, Session};

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn staff(role: Role) -> Actor {
    Actor::Staff(StaffId(id(1)), role)
}

/// A rep asks, in an open ticket about an account whose owner could prove it in every way.
fn asked(kind: RequestKind) -> Facts {
    Facts {
        actor: staff(Role::Rep),
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
        proofs: Vec::new(),
        ways: ProofKind::ALL.to_vec(),
        effect: (kind == RequestKind::Act).then(|| Effect {
            name: "refund".to_owned(),
            proofs: 1,
            eyes: false,
        }),
        approval: None,
        told: None,
        now: Time(0),
    }
}

/// The owner has proven it in these ways.
fn proven(kind: RequestKind, kinds: &[ProofKind]) -> Facts {
    let mut facts = asked(kind);
    facts.actor = Actor::Owner;
    facts.proofs = kinds.iter().map(|kind| Proof::whole(*kind)).collect();
    facts
}

const SECONDED: Option<Approval> = Some(Approval {
    role: Role::Lead,
    other: true,
    minutes: 5,
});

fn decide(facts: &Facts) -> Decision {
    static GATE: LazyLock<Gate> =
        LazyLock::new(|| Gate::shipped().expect("the shipped policies are valid"));
    GATE.decide(facts)
}

fn outcome(facts: &Facts) -> Outcome {
    decide(facts).outcome
}

/// Each way in which a proof can be none.
const SPOILT: [fn(&mut Proof); 6] = [
    |p| p.account = false,
    |p| p.ticket = false,
    |p| p.request = false,
    |p| p.fresh = false,
    |p| p.unused = false,
    |p| p.sound = false,
];

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
        for kind in [RequestKind::Deliver, RequestKind::Export, RequestKind::Ask] {
            let mut facts = proven(kind, &[Email, Phone]);
            facts.actor = staff(Role::Rep);
            spoil(&mut facts);
            let decision = decide(&facts);
            assert_eq!(
                (decision.outcome, decision.rule.as_str()),
                (Outcome::Refuse, "only-to-what-was-on-file"),
                "{kind}"
            );
        }
    }
}

#[test]
fn a_secret_goes_nowhere_even_with_every_proof() {
    for kind in [RequestKind::Deliver, RequestKind::Reveal] {
        for (class, what) in [
            (FieldClass::Secret, FieldKind::Receipt),
            (FieldClass::Sealed, FieldKind::Password),
        ] {
            for actor in [staff(Role::Admin), Actor::Owner, Actor::Desk] {
                let mut facts = proven(kind, ProofKind::ALL);
                facts.actor = actor;
                let field = facts.field.as_mut().expect("set");
                (field.class, field.kind) = (class, what);
                let decision = decide(&facts);
                assert_eq!(
                    (decision.outcome, decision.rule.as_str()),
                    (Outcome::Refuse, "secrets-stay")
                );
            }
        }
    }
}

#[test]
fn no_role_sees_a_value_without_a_proof() {
    for role in Role::ALL {
        let mut facts = asked(RequestKind::Reveal);
        facts.actor = staff(*role);
        assert_ne!(outcome(&facts), Outcome::Permit, "{role}");
    }
}

#[test]
fn a_reveal_lasts_five_minutes_in_an_open_ticket_and_a_receipt_opens_none() {
    let mut facts = proven(RequestKind::Reveal, &[Email]);
    facts.actor = staff(Role::Rep);
    assert_eq!(outcome(&facts), Outcome::Permit);
    facts.proofs[0].minutes = 4;
    assert_eq!(outcome(&facts), Outcome::Permit);
    facts.proofs[0].minutes = 5;
    assert_eq!(outcome(&facts), Outcome::Challenge);
    facts.proofs[0].minutes = 0;
    facts.ticket.as_mut().expect("set").open = false;
    assert_ne!(outcome(&facts), Outcome::Permit);
    let mut facts = proven(RequestKind::Reveal, &[Receipt]);
    facts.actor = staff(Role::Rep);
    assert_eq!(outcome(&facts), Outcome::Challenge);
}

#[test]
fn a_reset_asks_the_owner_first_and_names_the_ways() {
    let decision = decide(&asked(RequestKind::Reset));
    assert_eq!(decision.outcome, Outcome::Challenge);
    assert_eq!(
        decision.ways,
        vec![vec![Email], vec![Phone], vec![Session], vec![Saved]]
    );
    assert!(decision.permit.is_none());
}

#[test]
fn one_proof_resets_and_a_rep_never_does() {
    for kind in [Email, Phone, Session, Saved] {
        assert_eq!(
            outcome(&proven(RequestKind::Reset, &[kind])),
            Outcome::Permit
        );
    }
    let mut facts = proven(RequestKind::Reset, &[Email, Phone]);
    facts.actor = staff(Role::Admin);
    assert_eq!(outcome(&facts), Outcome::Challenge);
}

#[test]
fn a_receipt_alone_resets_only_where_nobody_can_be_reached_and_a_day_later() {
    let mut facts = proven(RequestKind::Reset, &[Receipt]);
    assert_eq!(outcome(&facts), Outcome::Refuse);
    facts.account.reachable = false;
    assert_eq!(outcome(&facts), Outcome::Refuse);
    facts.proofs[0].minutes = 1440;
    assert_eq!(outcome(&facts), Outcome::Permit);
    facts.account.reachable = true;
    assert_eq!(outcome(&facts), Outcome::Refuse);
}

#[test]
fn a_proof_for_something_else_or_a_stale_used_or_unsound_one_is_none() {
    for spoil in SPOILT {
        for kind in ProofKind::ALL {
            for request in RequestKind::ALL {
                let mut facts = proven(*request, &[*kind]);
                spoil(&mut facts.proofs[0]);
                facts.approval = SECONDED;
                facts.told = Some(5000);
                assert_ne!(outcome(&facts), Outcome::Permit, "{request} by {kind}");
                facts.actor = staff(Role::Lead);
                assert_ne!(outcome(&facts), Outcome::Permit, "{request} by {kind}");
            }
        }
    }
}

#[test]
fn a_good_proof_beside_a_bad_one_does_not_make_it_good() {
    for spoil in SPOILT {
        let mut facts = proven(RequestKind::Change, &[Email, Phone]);
        assert_eq!(outcome(&facts), Outcome::Permit);
        spoil(&mut facts.proofs[1]);
        assert_ne!(outcome(&facts), Outcome::Permit);
    }
}

#[test]
fn two_of_one_kind_are_refused() {
    let facts = proven(RequestKind::Change, &[Email, Email]);
    assert_eq!(outcome(&facts), Outcome::Refuse);
}

#[test]
fn contact_points_factors_and_erasure_need_two_different_kinds_from_the_owner() {
    for kind in [
        RequestKind::Change,
        RequestKind::Reenrol,
        RequestKind::Erase,
    ] {
        for one in ProofKind::ALL {
            let mut facts = proven(kind, &[*one]);
            facts.approval = SECONDED;
            assert_eq!(outcome(&facts), Outcome::Challenge, "{kind} by {one}");
        }
        for pair in [[Email, Phone], [Email, Receipt], [Session, Saved]] {
            let mut facts = proven(kind, &pair);
            facts.approval = SECONDED;
            assert_eq!(outcome(&facts), Outcome::Permit, "{kind} by {pair:?}");
            for role in Role::ALL {
                facts.actor = staff(*role);
                assert_ne!(outcome(&facts), Outcome::Permit, "{kind} by a {role}");
            }
        }
    }
}

#[test]
fn an_account_with_one_way_only_is_not_asked_for_two() {
    let mut facts = asked(RequestKind::Change);
    facts.ways = vec![Email];
    let decision = decide(&facts);
    assert_eq!(
        (decision.outcome, decision.rule.as_str()),
        (Outcome::Refuse, "no-way-to-prove")
    );
    facts.ways = vec![Email, Saved];
    assert_eq!(decide(&facts).ways, vec![vec![Email, Saved]]);
}

#[test]
fn a_second_person_looks_at_erasure_and_at_changes_of_important_accounts() {
    let mut erase = proven(RequestKind::Erase, &[Email, Phone]);
    assert_eq!(outcome(&erase), Outcome::Escalate);
    let mut change = proven(RequestKind::Change, &[Email, Phone]);
    assert_eq!(outcome(&change), Outcome::Permit);
    change.account.important = true;
    assert_eq!(outcome(&change), Outcome::Escalate);
    for facts in [&mut erase, &mut change] {
        for (role, other, minutes, good) in [
            (Role::Lead, true, 5, true),
            (Role::Admin, true, 1440, true),
            (Role::Lead, true, 1441, false),
            (Role::Lead, false, 5, false),
            (Role::Rep, true, 5, false),
            (Role::Auditor, true, 5, false),
        ] {
            facts.approval = Some(Approval {
                role,
                other,
                minutes,
            });
            assert_eq!(outcome(facts) == Outcome::Permit, good, "{role} {other}");
        }
    }
}

#[test]
fn an_action_needs_what_was_declared_for_it() {
    let mut facts = proven(RequestKind::Act, &[Email]);
    assert_eq!(outcome(&facts), Outcome::Permit);
    facts.effect.as_mut().expect("set").proofs = 2;
    assert_eq!(outcome(&facts), Outcome::Challenge);
    facts.proofs.push(Proof::whole(Phone));
    assert_eq!(outcome(&facts), Outcome::Permit);
    facts.effect.as_mut().expect("set").eyes = true;
    assert_eq!(outcome(&facts), Outcome::Escalate);
    let mut none = asked(RequestKind::Act);
    none.effect.as_mut().expect("set").proofs = 0;
    assert_eq!(
        outcome(&none),
        Outcome::Challenge,
        "nothing happens unproven"
    );
}

#[test]
fn a_copy_of_everything_needs_a_yes_and_goes_to_the_owner() {
    assert_eq!(outcome(&asked(RequestKind::Export)), Outcome::Challenge);
    assert_eq!(
        outcome(&proven(RequestKind::Export, &[Email])),
        Outcome::Permit
    );
    assert_eq!(
        outcome(&proven(RequestKind::Export, &[Receipt])),
        Outcome::Challenge
    );
}

#[test]
fn a_frozen_account_gives_nothing_to_anybody() {
    for kind in RequestKind::ALL {
        if matches!(
            kind,
            RequestKind::Lock | RequestKind::Unlock | RequestKind::Ask
        ) {
            continue;
        }
        for actor in [
            staff(Role::Rep),
            staff(Role::Lead),
            staff(Role::Admin),
            Actor::Owner,
            Actor::Desk,
        ] {
            let mut facts = proven(*kind, &[Email, Phone, Session, Saved]);
            facts.actor = actor;
            facts.account.hold = HoldLevel::Frozen;
            facts.approval = SECONDED;
            assert_eq!(
                outcome(&facts),
                Outcome::Refuse,
                "{kind} for {:?}",
                facts.actor
            );
        }
    }
}

#[test]
fn a_careful_account_asks_before_it_sends_and_shows_nothing() {
    let mut facts = asked(RequestKind::Deliver);
    facts.account.hold = HoldLevel::Careful;
    assert_eq!(outcome(&facts), Outcome::Challenge);
    let mut facts = proven(RequestKind::Deliver, &[Email]);
    facts.account.hold = HoldLevel::Careful;
    assert_eq!(outcome(&facts), Outcome::Permit);
    let mut facts = proven(RequestKind::Reveal, &[Email]);
    facts.actor = staff(Role::Rep);
    facts.account.hold = HoldLevel::Careful;
    assert_eq!(outcome(&facts), Outcome::Refuse);
}

#[test]
fn three_attempts_make_careful_and_two_do_not() {
    let mut facts = asked(RequestKind::Lock);
    facts.actor = Actor::Desk;
    facts.action = Action::BeCareful;
    for (attempts, due) in [(0, false), (2, false), (3, true), (40, true)] {
        facts.account.attempts = attempts;
        assert_eq!(outcome(&facts) == Outcome::Permit, due);
    }
    facts.account.hold = HoldLevel::Frozen;
    assert_ne!(outcome(&facts), Outcome::Permit, "frozen stays frozen");
    facts.account.hold = HoldLevel::None;
    facts.actor = staff(Role::Lead);
    assert_ne!(outcome(&facts), Outcome::Permit);
}

#[test]
fn only_a_login_or_two_proofs_lift_a_hold() {
    let lift = |kinds: &[ProofKind]| {
        let mut facts = proven(RequestKind::Unlock, kinds);
        facts.account.hold = HoldLevel::Frozen;
        outcome(&facts)
    };
    assert_eq!(lift(&[Session]), Outcome::Permit);
    assert_eq!(lift(&[Email, Phone]), Outcome::Permit);
    assert_eq!(lift(&[Email, Saved]), Outcome::Permit);
    assert_eq!(lift(&[Email]), Outcome::Challenge);
    assert_eq!(lift(&[Receipt]), Outcome::Challenge);
}

#[test]
fn two_leads_lift_a_hold_a_day_after_the_owner_was_told_and_not_before() {
    let mut facts = asked(RequestKind::Unlock);
    facts.account.hold = HoldLevel::Frozen;
    facts.actor = Actor::Desk;
    facts.approval = Some(Approval {
        role: Role::Lead,
        other: true,
        minutes: 1440,
    });
    for (told, good) in [(None, false), (Some(1439), false), (Some(1440), true)] {
        facts.told = told;
        assert_eq!(outcome(&facts) == Outcome::Permit, good, "{told:?}");
    }
    facts.actor = staff(Role::Admin);
    assert_ne!(outcome(&facts), Outcome::Permit, "no person does it alone");
    facts.actor = Actor::Desk;
    facts.approval.as_mut().expect("set").other = false;
    assert_ne!(outcome(&facts), Outcome::Permit, "one lead twice");
}

#[test]
fn a_closed_ticket_or_one_about_another_account_opens_nothing() {
    for spoil in [
        |f: &mut Facts| f.ticket.as_mut().expect("set").open = false,
        |f: &mut Facts| f.ticket.as_mut().expect("set").about = false,
        |f: &mut Facts| f.ticket = None,
    ] {
        for kind in RequestKind::ALL {
            if matches!(kind, RequestKind::Lock | RequestKind::Ask) {
                continue;
            }
            let mut facts = asked(*kind);
            facts.proofs = vec![Proof::whole(Email), Proof::whole(Phone)];
            facts.approval = SECONDED;
            spoil(&mut facts);
            assert_ne!(outcome(&facts), Outcome::Permit, "{kind}");
        }
    }
}

#[test]
fn an_auditor_asks_for_nothing() {
    for kind in RequestKind::ALL {
        let mut facts = proven(*kind, &[Email, Phone, Session]);
        facts.actor = staff(Role::Auditor);
        facts.approval = SECONDED;
        assert_ne!(outcome(&facts), Outcome::Permit, "{kind}");
    }
}

#[test]
fn a_rep_escalates_a_thaw_and_a_lead_asks_the_owner() {
    let mut facts = asked(RequestKind::Unlock);
    facts.account.hold = HoldLevel::Frozen;
    assert_eq!(outcome(&facts), Outcome::Escalate);
    facts.actor = staff(Role::Lead);
    assert_eq!(outcome(&facts), Outcome::Challenge);
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
fn the_owner_is_not_asked_for_what_their_yes_would_not_open() {
    for spoil in [
        |f: &mut Facts| f.ticket.as_mut().expect("set").open = false,
        |f: &mut Facts| f.ticket.as_mut().expect("set").about = false,
        |f: &mut Facts| f.actor = staff(Role::Auditor),
        |f: &mut Facts| f.actor = Actor::Desk,
        |f: &mut Facts| f.ways = vec![],
    ] {
        let mut facts = asked(RequestKind::Reset);
        assert_eq!(outcome(&facts), Outcome::Challenge);
        spoil(&mut facts);
        let decision = decide(&facts);
        assert_eq!(decision.outcome, Outcome::Refuse);
        assert!(!decision.words.is_empty());
    }
}

#[test]
fn words_offer_a_letter_only_where_one_may_go() {
    let mut offers = 0;
    for &kind in RequestKind::ALL {
        let mut facts = asked(kind);
        if kind == RequestKind::Deliver {
            facts.field.as_mut().expect("set").class = FieldClass::Secret;
        }
        let offered = decide(&facts);
        offers += usize::from(offered.words.contains("email on your account"));
        for spoil in [
            |f: &mut Facts| f.destination = None,
            |f: &mut Facts| f.destination.as_mut().expect("set").confirmed = false,
            |f: &mut Facts| f.destination.as_mut().expect("set").effective = false,
            |f: &mut Facts| f.destination.as_mut().expect("set").before = false,
        ] {
            let mut facts = facts.clone();
            spoil(&mut facts);
            let decision = decide(&facts);
            assert!(decision.outcome != Outcome::Permit || offered.outcome == Outcome::Permit);
            assert!(
                decision.outcome == Outcome::Permit || !decision.words.is_empty(),
                "{kind}"
            );
            assert!(!decision.words.contains("email on"), "{}", decision.words);
        }
    }
    assert!(offers > 1, "{offers} kinds of request offer a letter");
}
