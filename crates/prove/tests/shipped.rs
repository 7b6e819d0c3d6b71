//! The set that ships with Staunch, and stricter ones.

mod support;

use gate::SHIPPED;
use prove::{Asking, Cvc5, Cvc5Error, ProveError, prove_with};
use support::{proven, solver};

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_set_is_proven_on_every_bound_and_nowhere_because_it_permits_nothing() {
    let Some(solver) = solver() else { return };
    let report = proven(&solver, SHIPPED, &[]).await;
    assert!(report.is_proven(), "{report}");
    assert_eq!(report.open.len() + report.closed.len(), 41);
    for (bound, _) in &report.bounds {
        let open = report
            .checks
            .iter()
            .any(|check| &check.bound == bound && report.open.contains(&check.environment));
        assert!(open, "{bound} holds only where nothing is permitted");
    }
    // What is never permitted to anybody of that kind, proof or not.
    let closed: Vec<_> = report.closed.iter().map(ToString::to_string).collect();
    assert_eq!(
        closed,
        [
            "Desk × act",
            "Desk × change",
            "Desk × erase",
            "Desk × re-enrol",
            "Desk × reset",
            "Desk × reveal",
            "Owner × ask",
            "Owner × reply",
            "Owner × reveal",
            "Staff × act",
            "Staff × change",
            "Staff × erase",
            "Staff × re-enrol",
            "Staff × reset",
            "Staff × unlock",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_each_bound_alone_comes_to_the_same() {
    let Some(solver) = solver() else { return };
    let asking = Asking {
        alone: true,
        only: vec!["reset".to_owned(), "reveal".to_owned()],
    };
    let report = prove_with(&solver, SHIPPED, &asking)
        .await
        .expect("it can be tried");
    assert!(report.is_proven(), "{report}");
    assert!(!report.is_broken());
    assert_eq!(report.checks.len(), 44, "{}", report.each());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_set_is_proven() {
    let Some(solver) = solver() else { return };
    let stricter = format!(
        "{SHIPPED}\n@id(\"no-reveals\") @source(\"house\") @outcome(\"refuse\") @reason(\"Nobody sees values here.\") @words(\"I can't see that.\") forbid (principal, action == Staunch::Action::\"reveal\", resource);"
    );
    let report = proven(&solver, &stricter, &["reveal"]).await;
    assert!(report.is_proven(), "{report}");
    assert!(report.open.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_door_that_every_guard_still_watches_breaks_nothing() {
    let Some(solver) = solver() else { return };
    let door = format!(
        "{SHIPPED}\n@id(\"robots-refund\") @source(\"house\") permit (principal is Staunch::Staff, action == Staunch::Action::\"act\", resource);"
    );
    let report = proven(&solver, &door, &["act"]).await;
    assert!(report.is_proven(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_the_schema_is_refused() {
    let Some(solver) = solver() else { return };
    let wrong = r#"@id("x") @source("y") permit (principal, action, resource) when { resource.shoe == "42" };"#;
    let refused = prove_with(&solver, wrong, &Asking::default()).await;
    assert!(matches!(refused, Err(ProveError::Policies(_))));
    let asking = Asking {
        alone: false,
        only: vec!["give".to_owned()],
    };
    let refused = prove_with(&solver, SHIPPED, &asking).await;
    assert!(matches!(refused, Err(ProveError::Action(name)) if name == "give"));
}

#[test]
fn without_the_solver_the_error_says_how_to_get_it() {
    let missing = Cvc5::among(None, Some("/nowhere".into())).expect_err("nothing is there");
    assert!(missing.to_string().contains("apt install cvc5"));
    let wrong = Cvc5::among(Some("/nowhere/cvc5".into()), None).expect_err("nothing is there");
    assert!(matches!(wrong, Cvc5Error::NoFile(_)));
    assert!(wrong.to_string().contains("apt install cvc5"));
}
