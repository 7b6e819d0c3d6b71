//! Small, readable changes of the shipped set that each open something. Each must be found, with the
//! right bound, by a case that the gate's own invariants rule out too.

mod support;

use gate::SHIPPED;
use support::{proven, solver};

struct Sabotage {
    /// What went wrong.
    says: &'static str,
    /// The rule whose text is changed, and how: `from` stands in it once.
    rule: &'static str,
    from: &'static str,
    to: &'static str,
    /// Where it shows, the bound that must name it, and the rule that lets it through.
    action: &'static str,
    bound: &'static str,
    through: &'static str,
}

const SABOTAGES: [Sabotage; 24] = [
    Sabotage {
        says: "the cooling-off time is forgotten",
        rule: "only-to-what-was-on-file",
        from: "context.destination.effective && ",
        to: "",
        action: "deliver",
        bound: "only-points-in-effect",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "notices go to points that are still cooling off, or removed",
        rule: "the-owner-hears",
        from: " && context.destination.effective",
        to: "",
        action: "notify",
        bound: "only-points-in-effect",
        through: "the-owner-hears",
    },
    Sabotage {
        says: "a contact point may be added during the call",
        rule: "only-to-what-was-on-file",
        from: " && context.destination.before",
        to: "",
        action: "export",
        bound: "only-to-contact-points-in-effect",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "a phone that nobody confirmed gives proofs",
        rule: "a-text-message-counts-for-what-it-was-asked",
        from: " && context.proofs.phone.sound",
        to: "",
        action: "reset",
        bound: "only-points-in-effect",
        through: "reset-with-the-owners-yes",
    },
    Sabotage {
        says: "a proof of another ticket counts",
        rule: "a-mail-counts-for-what-it-was-asked",
        from: "context.proofs.email.ticket && ",
        to: "",
        action: "reset",
        bound: "no-effect-without-its-proof",
        through: "reset-with-the-owners-yes",
    },
    Sabotage {
        says: "a login that confirmed one request confirms another",
        rule: "a-session-counts-for-its-own-account",
        from: " && context.proofs.session.request",
        to: "",
        action: "act",
        bound: "no-effect-without-its-proof",
        through: "act-as-declared",
    },
    Sabotage {
        says: "a saved code works twice",
        rule: "a-saved-code-counts-once",
        from: "context.proofs.saved.unused && ",
        to: "",
        action: "unlock",
        bound: "no-proof-that-is-not-whole",
        through: "unlock-with-the-owners-yes",
    },
    Sabotage {
        says: "a lead may reset for somebody who is locked out",
        rule: "the-owner-confirms",
        from: "  principal is Staunch::Owner &&\n",
        to: "  (principal is Staunch::Staff && principal.role == \"lead\") || principal is Staunch::Owner &&\n",
        action: "reset",
        bound: "no-role-passes-without-proof",
        through: "reset-with-the-owners-yes",
    },
    Sabotage {
        says: "an admin, or an admin's token, may see without proof",
        rule: "nothing-said-is-a-proof",
        from: "unless {\n",
        to: "unless {\n  (principal is Staunch::Staff && principal.role == \"admin\") ||\n",
        action: "reveal",
        bound: "no-role-passes-without-proof",
        through: "reveal-with-proof",
    },
    Sabotage {
        says: "staff refund once the owner has said yes to something",
        rule: "as-many-proofs-as-declared",
        from: "principal is Staunch::Owner && ",
        to: "",
        action: "act",
        bound: "actions-need-their-proofs",
        through: "act-as-declared",
    },
    Sabotage {
        says: "the rule about secrets forgets reveals",
        rule: "secrets-stay",
        from: ", Staunch::Action::\"reveal\"",
        to: "",
        action: "reveal",
        bound: "password-information-stays",
        through: "reveal-with-proof",
    },
    Sabotage {
        says: "password information that is filed as sealed is sent",
        rule: "secrets-stay",
        from: " || context.field.kind == \"password\"",
        to: "",
        action: "deliver",
        bound: "password-information-stays",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "what is merely shown to reps is delivered too",
        rule: "only-what-is-sealed-is-sent",
        from: "[\"sealed\", ",
        to: "[\"shown\", \"sealed\", ",
        action: "deliver",
        bound: "secrets-go-nowhere",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "a receipt is enough to be shown something",
        rule: "nothing-said-is-a-proof",
        from: "context.proofs has saved && context.proofs.saved.minutes < 5",
        to: "context.proofs has receipt && context.proofs.receipt.minutes < 5",
        action: "reveal",
        bound: "a-reveal-is-narrow",
        through: "reveal-with-proof",
    },
    Sabotage {
        says: "a reveal lasts an hour",
        rule: "nothing-said-is-a-proof",
        from: "context.proofs.session.minutes < 5",
        to: "context.proofs.session.minutes < 60",
        action: "reveal",
        bound: "a-reveal-is-narrow",
        through: "reveal-with-proof",
    },
    Sabotage {
        says: "a receipt alone resets at once",
        rule: "a-receipt-alone-waits",
        from: "context.proofs.receipt.minutes < 1440",
        to: "context.proofs.receipt.minutes < 14",
        action: "reset",
        bound: "nothing-resets-without-proof",
        through: "reset-with-the-owners-yes",
    },
    Sabotage {
        says: "one proof changes a contact point",
        rule: "two-of-different-kinds",
        from: ">= 2",
        to: ">= 1",
        action: "change",
        bound: "changes-need-two-kinds",
        through: "change-with-two-proofs",
    },
    Sabotage {
        says: "leads lift a hold without giving the owner a day",
        rule: "two-proofs-or-a-login-lift-a-hold",
        from: "context.told >= 1440",
        to: "context.told >= 0",
        action: "unlock",
        bound: "only-the-owner-lifts-a-hold",
        through: "unlock-with-the-owners-yes",
    },
    Sabotage {
        says: "a copy of everything goes out when staff ask",
        rule: "the-owner-asks-for-everything",
        from: "principal is Staunch::Desk ||",
        to: "principal is Staunch::Desk || principal is Staunch::Staff ||",
        action: "export",
        bound: "everything-needs-a-yes",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "whoever asked may agree with themselves",
        rule: "a-second-person-looks",
        from: "context.approval.other &&",
        to: "",
        action: "erase",
        bound: "four-eyes",
        through: "change-with-two-proofs",
    },
    Sabotage {
        says: "a rep is enough as the second person",
        rule: "a-second-person-looks",
        from: "[\"lead\", \"admin\"]",
        to: "[\"rep\", \"lead\", \"admin\"]",
        action: "re-enrol",
        bound: "four-eyes",
        through: "change-with-two-proofs",
    },
    Sabotage {
        says: "a frozen account still lets a copy of everything out",
        rule: "frozen-by-the-owner",
        from: ", Staunch::Action::\"export\"",
        to: "",
        action: "export",
        bound: "frozen-means-frozen",
        through: "deliver-to-the-owner",
    },
    Sabotage {
        says: "an auditor looks accounts up",
        rule: "staff-reads-masked",
        from: "\"admin\"",
        to: "\"admin\", \"auditor\"",
        action: "lookUp",
        bound: "within-a-ticket-about-the-account",
        through: "staff-reads-masked",
    },
    Sabotage {
        says: "the owner of one account is written to in a ticket about another",
        rule: "ask-the-owner",
        from: "context.ticket.about",
        to: "context.ticket.open",
        action: "reply",
        bound: "within-a-ticket-about-the-account",
        through: "ask-the-owner",
    },
];

impl Sabotage {
    /// The shipped set with this change.
    fn set(&self) -> String {
        let start = SHIPPED
            .find(&format!("@id(\"{}\")", self.rule))
            .unwrap_or_else(|| panic!("the shipped set has `{}`", self.rule));
        let end = SHIPPED[start..]
            .find("\n@id(")
            .map_or(SHIPPED.len(), |n| start + n);
        let rule = &SHIPPED[start..end];
        assert_eq!(
            rule.matches(self.from).count(),
            1,
            "{}: {}",
            self.says,
            self.from
        );
        let changed = rule.replace(self.from, self.to);
        format!("{}{changed}{}", &SHIPPED[..start], &SHIPPED[end..])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sabotaged_set_is_found_out_by_the_right_bound_with_a_case_in_words() {
    let Some(solver) = solver() else { return };
    for sabotage in &SABOTAGES {
        let says = sabotage.says;
        let report = proven(&solver, &sabotage.set(), &[sabotage.action]).await;
        assert!(!report.is_proven(), "{says}: nothing was found");
        println!("{says}");
        let mut named = false;
        for (check, case) in report.broken() {
            println!("  {}: {}", check.bound, check.environment);
            if check.bound == sabotage.bound {
                print!("{case}");
                named = true;
                assert_eq!(case.through, [sabotage.through], "{says}");
                let stopped = if sabotage.rule == sabotage.through {
                    vec![]
                } else {
                    vec![sabotage.rule.to_owned()]
                };
                assert_eq!(case.stopped, Some(stopped), "{says}");
            }
            // The gate would refuse that very case, whatever the policies say.
            let facts = case.case.as_deref().expect("the gate's facts can say it");
            assert!(gate::broken(facts).is_some(), "{says}: {facts:?}");
            let decision = gate::Gate::new(&sabotage.set())
                .expect("it fits the schema")
                .decide(facts);
            assert_eq!(decision.outcome, gate::Outcome::Refuse, "{says}: {facts:?}");
        }
        assert!(
            named,
            "{says}: `{}` should have named it\n{report}",
            sabotage.bound
        );
    }
}

#[test]
fn every_bound_has_a_sabotage_that_it_must_find() {
    for bound in prove::bounds().expect("the bounds are sound") {
        let found = SABOTAGES.iter().any(|sabotage| sabotage.bound == bound.id);
        assert!(found, "nothing tries `{}`", bound.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_told_in_words_as_small_as_it_gets() {
    let Some(solver) = solver() else { return };
    let forgotten = &SABOTAGES[0];
    let report = proven(&solver, &forgotten.set(), &["deliver"]).await;
    let (_, case) = report
        .broken()
        .find(|(check, _)| {
            check.bound == "only-points-in-effect" && check.environment.actor == "Staff"
        })
        .expect("it is found");
    assert_eq!(
        case.to_string(),
        "          `deliver` is permitted, asked by a rep, although
            - the ticket is open and about this account
            - the field is sealed and its kind is address
            - the contact point is still cooling off, or removed
            - no proof was given
          let through by `deliver-to-the-owner`
          in the shipped set it is stopped by `only-to-what-was-on-file`
"
    );
}
