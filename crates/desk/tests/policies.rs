//! Another set of policies, loaded while the desk runs.

use desk::{
    DeskError, Me, Verdict,
    people::code_at,
    policies::{Checked, Difference, fingerprint},
    testing::{World, on_both},
};
use gate::SHIPPED;
use std::time::Duration;
use store::PolicySetRow;
use words::{RequestKind, RequestState, Role};

use crate::common::{HOUR, ask, call, customer, deliver, entries, lead, rep, state};

const LOOSE: &str = r#"@id("all") @source("none") permit (principal, action, resource);"#;

/// The shipped set, with no address sent and nothing reset.
fn stricter() -> String {
    format!(
        "{SHIPPED}\n@id(\"no-addresses\") @source(\"the house\") @outcome(\"refuse\") @reason(\"Addresses stay here.\") @words(\"I can't send that.\")\nforbid (principal, action == Staunch::Action::\"deliver\", resource) when {{ context has field && context.field.kind == \"address\" }};"
    )
}

/// Puts a set into the database as another node would.
async fn elsewhere(world: &World, text: &str) {
    let mut tx = world.desk.store().begin().await.expect("a transaction");
    let version = tx.policies_version().await.expect("a version") + 1;
    tx.add_policies(&PolicySetRow {
        version,
        text: text.to_owned(),
        staff_id: None,
        at: world.desk.now(),
    })
    .await
    .expect("added");
    tx.commit().await.expect("a commit");
}

async fn loaded(world: &World) -> Vec<ledger::Entry> {
    let all = entries(world).await.into_iter();
    all.filter(|entry| entry.kind == "policies.loaded")
        .collect()
}

/// An admin with an authenticator, and its secret.
async fn admin(world: &World) -> (Me, String) {
    let desk = &world.desk;
    let first = world.staff("first", Role::Admin).await;
    let invited = desk
        .operator_invites("ada", Role::Admin)
        .await
        .expect("invited");
    desk.check_enrolment(&invited.secret, "Ada", "ada", "seven quiet lanterns")
        .await
        .expect("a first page");
    let page = desk.invitation(&invited.secret).await.expect("a page");
    let totp = page.enrolment.expect("an enrolment").totp_secret_base32;
    let code = code_at(&totp, desk.now()).expect("a code");
    let id = desk.accept(&invited.secret, &code).await.expect("staff");
    let me = Me {
        id,
        name: "Ada".to_owned(),
        login: "ada".to_owned(),
        ..first
    };
    (me, totp)
}

#[test]
fn a_stricter_set_decides_without_a_restart_and_the_shipped_one_comes_back() {
    on_both(|world| async move {
        let desk = &world.desk;
        let me = rep(&world).await;
        let robin = customer(&world).await;
        world.clock.pass(HOUR);
        let ticket = call(&world, &me, robin).await;
        let before = deliver(&world, &me, ticket, "address", "").await;
        assert_ne!(state(&world, &before).await, RequestState::Refused);

        // Another node loads it; here it counts from the next look on.
        elsewhere(&world, &stricter()).await;
        desk.take_up_policies().await.expect("taken up");
        let after = deliver(&world, &me, ticket, "address", "").await;
        assert_eq!(state(&world, &after).await, RequestState::Refused);
        assert_eq!(after.rule, "no-addresses");
        assert_eq!(after.words, "I can't send that.");
        let view = desk.ticket(&me, ticket).await.expect("a ticket");
        let offer = view.offers.iter().find(|offer| offer.field == "address");
        let offer = offer.expect("an offer");
        assert!(
            matches!(offer.verdict, Verdict::Refused { .. }),
            "{offer:?}"
        );
        assert_eq!(offer.why.sources, ["the house"]);
        assert!(offer.why.changes.is_empty(), "{:?}", offer.why);

        let version = desk.operator_loads_policies(None).await.expect("back");
        assert_eq!(version, 2);
        let (_, text, _, shipped) = desk.stored_policies().await.expect("read");
        assert!(shipped && text == SHIPPED);
        let again = deliver(&world, &me, ticket, "address", "").await;
        assert_ne!(state(&world, &again).await, RequestState::Refused);
        let entry = loaded(&world).await.remove(0);
        assert_eq!(entry.actor, "operator");
        assert_eq!(entry.data["sha256"], fingerprint(SHIPPED));
        assert_eq!(entry.data["version"], 2);
    });
}

#[test]
fn what_was_permitted_by_a_looser_set_does_not_leave_after_a_stricter_one_is_loaded() {
    on_both(|world| async move {
        let me = rep(&world).await;
        let robin = customer(&world).await;
        world.clock.pass(HOUR);
        let ticket = call(&world, &me, robin).await;
        let asked = deliver(&world, &me, ticket, "address", "").await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        elsewhere(&world, &stricter()).await;
        world.desk.take_up_policies().await.expect("taken up");
        world.work().await;
        assert_ne!(state(&world, &asked).await, RequestState::Done);
        let sent = world.mail.sent.lock().expect("lock");
        let delivery =
            |letter: &desk::letter::Letter| matches!(letter, desk::letter::Letter::Delivery { .. });
        assert!(!sent.iter().any(|envelope| delivery(&envelope.letter)));
    });
}

#[test]
fn a_looser_set_is_refused_with_the_reason_and_nothing_is_kept() {
    on_both(|world| async move {
        let refused = world.desk.operator_loads_policies(Some(LOOSE)).await;
        let said = refused.expect_err("refused").to_string();
        assert!(said.contains("the rule `all` would permit"), "{said}");
        assert!(said.contains("For example: "), "{said}");
        let mute = format!(
            "{SHIPPED}\n@id(\"quiet\") @source(\"x\") @outcome(\"refuse\") @reason(\"x\") @words(\"x\") forbid (principal, action == Staunch::Action::\"notify\", resource);"
        );
        let refused = world.desk.operator_loads_policies(Some(&mute)).await;
        let said = refused.expect_err("refused").to_string();
        assert!(said.contains("`the-owner-always-hears`"), "{said}");
        let (version, ..) = world.desk.stored_policies().await.expect("read");
        assert_eq!(version, 0);
        assert!(loaded(&world).await.is_empty());
    });
}

#[test]
fn a_stored_set_that_cant_be_used_is_told_and_never_taken() {
    on_both(|world| async move {
        let desk = &world.desk;
        let broken = "permit (principal, action, resource) when { resource.shoe == 42 };";
        elsewhere(&world, broken).await;
        for _ in 0..2 {
            let said = desk
                .take_up_policies()
                .await
                .expect_err("unusable")
                .to_string();
            assert!(
                said.contains("version 1 of the policies can't be used"),
                "{said}"
            );
            assert!(said.contains("staunch policy reset"), "{said}");
        }
        let lead = lead(&world).await;
        let view = desk.policies(&lead).await.expect("a view");
        assert_eq!((view.version, view.shipped), (0, true));
        assert!(view.unusable.expect("told").contains("version 1"));

        // What can't be used can be put away.
        assert_eq!(desk.operator_loads_policies(None).await.expect("reset"), 2);
        let view = desk.policies(&lead).await.expect("a view");
        assert!(view.shipped && view.version == 2 && view.unusable.is_none());
        desk.take_up_policies().await.expect("nothing new");
    });
}

#[test]
fn an_admin_checks_and_loads_with_a_code_and_others_only_read() {
    on_both(|world| async move {
        let desk = &world.desk;
        let (me, totp) = admin(&world).await;
        let text = stricter();
        let fits = desk.check_policies(&me, &text).await.expect("checked");
        let Checked::Fits { differences, .. } = fits else {
            panic!("{fits:?}")
        };
        assert!(!differences.is_empty() && differences.iter().all(Difference::stricter));
        assert!(differences.iter().all(|found| found.rule == "no-addresses"));
        let wrong = desk.check_policies(&me, "permit(").await.expect("checked");
        let line = |wrong: &Checked| match wrong {
            Checked::Wrong(faults) => faults[0].line,
            _ => None,
        };
        assert_eq!(line(&wrong), Some(1), "{wrong:?}");
        let breaks = desk.check_policies(&me, LOOSE).await.expect("checked");
        assert!(matches!(breaks, Checked::Breaks { .. }), "{breaks:?}");
        assert_eq!(desk.policies(&me).await.expect("a view").version, 0);

        world.clock.pass(Duration::from_secs(30));
        let no_code = desk.load_policies(&me, None, 0, "000000").await;
        assert!(matches!(no_code, Err(DeskError::Invalid(_))), "{no_code:?}");
        let code = code_at(&totp, desk.now()).expect("a code");
        let late = desk.load_policies(&me, None, 5, &code).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        let version = desk.load_policies(&me, Some(&text), 0, &code).await;
        assert_eq!(version.expect("loaded"), 1);
        let entry = loaded(&world).await.remove(0);
        assert_eq!(entry.actor, format!("staff:{}", me.id));
        assert_eq!(entry.data["sha256"], fingerprint(&text));

        for role in [Role::Lead, Role::Auditor] {
            let other = world.staff(role.as_str(), role).await;
            let view = desk.policies(&other).await.expect("a view");
            assert_eq!(view.by.as_deref(), Some("Ada"));
            assert_eq!(view.text, text);
            let refused = desk.check_policies(&other, &text).await;
            assert!(matches!(refused, Err(DeskError::Forbidden(_))));
            let refused = desk.load_policies(&other, None, 1, "000000").await;
            assert!(matches!(refused, Err(DeskError::Forbidden(_))));
        }
        let rep = rep(&world).await;
        let refused = desk.policies(&rep).await;
        assert!(matches!(refused, Err(DeskError::Forbidden(_))));
    });
}

#[test]
fn offers_and_explanations_say_what_would_change_them() {
    on_both(|world| async move {
        let desk = &world.desk;
        let me = rep(&world).await;
        let robin = customer(&world).await;
        world.clock.pass(HOUR);
        let ticket = call(&world, &me, robin).await;
        let view = desk.ticket(&me, ticket).await.expect("a ticket");
        let reset = view.offers.iter().find(|o| o.kind == RequestKind::Reset);
        let reset = &reset.expect("an offer").why;
        assert_eq!(reset.changes[0], "the owner’s yes at the registered email");
        let secret = view.offers.iter().find(|o| o.rule == "secrets-stay");
        let secret = &secret.expect("an offer").why;
        assert!(secret.changes.is_empty() && !secret.sources.is_empty());

        ask(&world, &me, ticket, RequestKind::Reset).await;
        let view = desk.ticket(&me, ticket).await.expect("a ticket");
        assert_eq!(view.requests[0].why.changes[0], reset.changes[0]);

        let why = desk
            .explain(Role::Rep, ticket, RequestKind::Reset, "")
            .await;
        let why = why.expect("an answer");
        assert_eq!(
            (why.outcome, why.rule.as_str()),
            ("challenge", "the-owner-confirms")
        );
        assert_eq!(why.why.changes[0], reset.changes[0]);
        let why = desk
            .explain(Role::Rep, ticket, RequestKind::Deliver, "receipt_code")
            .await;
        assert_eq!(why.expect("an answer").rule, "secrets-stay");
        let which = desk
            .explain(Role::Rep, ticket, RequestKind::Deliver, "shoe")
            .await;
        let said = which.expect_err("no such field").to_string();
        assert!(
            said.contains("deliver:address") && said.contains("deliver:invoice"),
            "{said}"
        );
        let nowhere = desk.explain(Role::Rep, 1, RequestKind::Reset, "").await;
        assert!(matches!(nowhere, Err(DeskError::NotFound)), "{nowhere:?}");
    });
}
