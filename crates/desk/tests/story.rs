//! The fraudster and the honest twin.

use crate::common::{
    self, CANARIES, EMAIL, HOUR, PDF, account, account_named, ask, call, content, count, customer,
    deliver, document, email, kinds, letters, on_file, only, post, press, put, rep, request, say,
    says, secret, state, take_away, without_canaries, written,
};
use desk::{
    Answer, Asked, DeskError, Me, Verdict,
    testing::{World, on_both},
};
use std::collections::BTreeSet;
use words::{AccountId, HoldLevel, MessageKind, RequestKind, RequestState, Role};

/// Asks for every kind, field and item that the ticket offers or the account has.
async fn everything(world: &World, me: &Me, ticket: i64) -> Vec<Result<Asked, DeskError>> {
    let view = world.desk.ticket(me, ticket).await.expect("a ticket");
    let mut wishes = BTreeSet::new();
    // Freezing makes things safer; it would hide what the rest does.
    for offer in view
        .offers
        .iter()
        .filter(|offer| offer.kind != RequestKind::Lock)
    {
        wishes.insert((offer.kind, offer.field.clone(), String::new()));
        for item in &offer.items {
            wishes.insert((offer.kind, offer.field.clone(), item.clone()));
        }
    }
    let account = view.account.expect("an account");
    for kind in RequestKind::ALL
        .iter()
        .filter(|kind| **kind != RequestKind::Lock)
    {
        wishes.insert((*kind, String::new(), String::new()));
        wishes.insert((*kind, "email".to_owned(), "me@elsewhere.example".to_owned()));
        if !matches!(kind, RequestKind::Deliver | RequestKind::Reveal) {
            continue; // the others take no field
        }
        for field in world.desk.catalogue().fields() {
            wishes.insert((*kind, field.name.clone(), String::new()));
            for item in account
                .fields
                .iter()
                .flat_map(|f| f.items.clone())
                .chain(["10442".to_owned()])
            {
                wishes.insert((*kind, field.name.clone(), item));
            }
        }
    }
    let mut out = Vec::new();
    for (kind, field, item) in wishes {
        out.push(world.desk.ask(me, ticket, kind, &field, &item).await);
    }
    out
}

#[test]
fn a_rep_who_does_everything_a_caller_asks_gives_away_nothing() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        say(
            &world,
            &rep,
            ticket,
            MessageKind::Heard,
            "I gave a wrong address, what have you got? The baby cries, hurry.",
        )
        .await;
        say(
            &world,
            &rep,
            ticket,
            MessageKind::Heard,
            "Just mail me the invoice, to my new address please.",
        )
        .await;
        let answers = everything(&world, &rep, ticket).await;
        assert!(answers.len() > 50);

        let mut refused = 0;
        for answer in &answers {
            match answer {
                Ok(asked) => {
                    without_canaries(&format!("{asked:?}"));
                    assert!(!asked.words.is_empty(), "words for {asked:?}");
                    assert!(!asked.rule.is_empty(), "a rule for {asked:?}");
                    match asked.state {
                        RequestState::Refused => {
                            // What a lead would have to ask for goes to the lead; it is no attempt.
                            refused += i64::from(asked.rule != "leads-ask-for-a-thaw");
                            assert!(!asked.reason.is_empty(), "a reason for {asked:?}");
                        }
                        RequestState::Sending | RequestState::Waiting => {}
                        other => panic!("{other} at once"),
                    }
                }
                Err(error) => {
                    without_canaries(&format!("{error:?} {error}"));
                    assert!(
                        matches!(
                            error,
                            DeskError::Invalid(_) | DeskError::Conflict(_) | DeskError::Limited(_)
                        ),
                        "{error:?}"
                    );
                }
            }
        }
        assert!(refused > 10, "{refused}");
        assert_eq!(
            account(&world, robin).await.attempts,
            refused,
            "each refusal is an attempt"
        );

        let sent = post(&world).await;
        assert!(
            kinds(&sent)
                .iter()
                .all(|kind| matches!(*kind, "delivery" | "confirm"))
        );
        for envelope in &sent {
            assert_eq!(envelope.to.as_str(), EMAIL, "nothing goes anywhere else");
            without_canaries(&says(&envelope.letter));
        }
        // Six of the seven things that can be sent, once each. The seventh came after three refusals:
        // by then the desk was careful and asked the owner first, as it did about what else can be asked
        // for, until an owner is asked no more for a while.
        assert_eq!(
            kinds(&sent)
                .iter()
                .filter(|kind| **kind == "delivery")
                .count(),
            6
        );
        assert_eq!(
            kinds(&sent)
                .iter()
                .filter(|kind| **kind == "confirm")
                .count(),
            3
        );
        assert!(
            world.provider.told.lock().expect("lock").is_empty(),
            "nobody confirmed anything"
        );
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);

        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        without_canaries(&format!("{view:?}"));
        assert!(
            view.before
                .iter()
                .any(|line| line.warning && line.text.starts_with("Attempt: refused"))
        );
    });
}

#[test]
fn a_lead_and_an_admin_pass_the_same_gate() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        for role in [Role::Lead, Role::Admin] {
            let me = world.staff(role.as_str(), role).await;
            let ticket = call(&world, &me, robin).await;
            for answer in everything(&world, &me, ticket).await.into_iter().flatten() {
                let open = matches!(
                    answer.state,
                    RequestState::Refused | RequestState::Sending | RequestState::Waiting
                );
                assert!(open, "{answer:?}");
                without_canaries(&format!("{answer:?}"));
            }
            assert!(
                post(&world)
                    .await
                    .iter()
                    .all(|envelope| envelope.to.as_str() == EMAIL)
            );
        }
    });
}

#[test]
fn the_honest_twin_gets_the_invoice_by_one_request() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(asked.state, RequestState::Sending);
        assert_eq!(
            asked.words,
            "I've just sent invoice 10442 to the email on your account."
        );
        let sent = post(&world).await;
        let envelope = only(&sent, "delivery");
        assert_eq!(sent.len(), 1);
        assert_eq!(envelope.to.as_str(), EMAIL);
        assert_eq!(content(&envelope.letter), PDF, "byte for byte");
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("Sent invoice 10442 to the registered email.")
        );
        for kind in [
            "request.decided",
            "disclosure.leaving",
            "disclosure.delivered",
        ] {
            assert_eq!(count(&world, kind).await, 1, "{kind}");
        }
        assert_eq!(account(&world, robin).await.attempts, 0);
    });
}

#[test]
fn a_text_is_sent_as_it_is_on_file() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = deliver(&world, &rep, ticket, "parcel", "7001").await;
        assert_eq!(
            asked.words,
            "I've just sent parcel 7001's address to the email on your account."
        );
        let sent = post(&world).await;
        assert_eq!(
            content(&only(&sent, "delivery").letter),
            common::PARCEL.as_bytes()
        );
        let asked = deliver(&world, &rep, ticket, "address", "").await;
        assert_eq!(
            asked.words,
            "I've just sent your postal address to the email on your account."
        );
    });
}

/// Nothing can be sent or reset in the ticket, and the desk says what is possible instead.
async fn nowhere(world: &World, rep: &Me, ticket: i64) {
    let view = world.desk.ticket(rep, ticket).await.expect("a ticket");
    assert_eq!(view.reply, None);
    for offer in view
        .offers
        .iter()
        .filter(|offer| !matches!(offer.kind, RequestKind::Lock | RequestKind::Unlock))
    {
        let Verdict::Refused { why, words } = &offer.verdict else {
            panic!("{offer:?}")
        };
        assert!(!why.is_empty() && !words.is_empty());
        if offer.kind == RequestKind::Reset {
            assert!(words.contains("sign in to your account"), "{words}");
        }
    }
    for (kind, field, item) in [
        (RequestKind::Deliver, "invoice", "10442"),
        (RequestKind::Deliver, "address", ""),
        (RequestKind::Reset, "", ""),
    ] {
        let asked = world
            .desk
            .ask(rep, ticket, kind, field, item)
            .await
            .expect("an answer");
        assert_eq!(asked.state, RequestState::Refused);
        let rule = match kind {
            RequestKind::Reset => "no-way-to-prove",
            _ => "only-to-what-was-on-file",
        };
        assert_eq!(asked.rule, rule);
    }
    let reply = world
        .desk
        .add_message(rep, ticket, MessageKind::Reply, "hello")
        .await;
    assert!(matches!(reply, Err(DeskError::Refused { .. })), "{reply:?}");
    assert_eq!(kinds(&post(world).await), Vec::<&str>::new());
}

/// An account that has no receipt either, by which a password could be reset.
async fn without_receipt(world: &World, id: &str, points: &[String]) -> AccountId {
    let mut plain = document(points);
    plain.fields.remove("receipt_code");
    world.desk.put_account(None, id, plain).await.expect("put");
    account_named(world, id).await.id
}

#[test]
fn without_a_confirmed_contact_point_nothing_can_be_sent_or_reset() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let none = without_receipt(&world, "A-1", &[]).await;
        let unconfirmed = without_receipt(
            &world,
            "A-2",
            &[email("x@mail.example", "2019-05-01", None)],
        )
        .await;
        let phone = r#"{"kind":"phone","value":"+31 20 555 0187","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}"#;
        let phone_only = without_receipt(&world, "A-3", &[phone.to_owned()]).await;
        for account in [none, unconfirmed, phone_only] {
            let ticket = call(&world, &rep, account).await;
            nowhere(&world, &rep, ticket).await;
        }
    });
}

const NEW: &str = "fresh@elsewhere.example";

#[test]
fn a_contact_point_that_is_cooling_off_is_no_destination() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        put(&world, "A-1042", &[email(EMAIL, "2019-05-01", None)]).await;
        // The document lies about the dates; for a known account they count from now.
        let before = world.desk.now();
        let robin = put(
            &world,
            "A-1042",
            &[email(NEW, "2019-05-01", Some("2019-05-01"))],
        )
        .await;
        let early = call(&world, &rep, robin).await;
        nowhere(&world, &rep, early).await;
        world.clock.pass(HOUR * 71);
        let late = call(&world, &rep, robin).await;
        nowhere(&world, &rep, late).await;
        world.clock.pass(HOUR * 2);
        assert!(before < world.desk.now());
        // Past its time, but not in the conversations that began before.
        letters(&world);
        for ticket in [early, late] {
            let asked = deliver(&world, &rep, ticket, "address", "").await;
            assert_eq!(
                (asked.state, &*asked.rule),
                (RequestState::Refused, "only-to-what-was-on-file")
            );
        }
        // All that was refused made the desk careful: it asks there before it sends there.
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        let after = call(&world, &rep, robin).await;
        let asked = deliver(&world, &rep, after, "address", "").await;
        assert_eq!(
            (asked.state, &*asked.rule),
            (RequestState::Waiting, "careful-asks-first")
        );
        let question = only(&post(&world).await, "confirm");
        assert_eq!(question.to.as_str(), NEW);
        press(&world, &secret(&question), Answer::Yes).await;
        let sent = post(&world).await;
        assert_eq!(only(&sent, "delivery").to.as_str(), NEW);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
    });
}

#[test]
fn a_contact_point_that_came_after_the_call_began_is_no_destination() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = customer(&world).await;
        let ticket = call(&world, &rep, robin).await;
        put(
            &world,
            "A-1042",
            &[
                email(EMAIL, "2019-05-01", Some("2019-05-01")),
                email(NEW, "2018-01-01", Some("2018-01-01")),
            ],
        )
        .await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        let sent = post(&world).await;
        assert_eq!(only(&sent, "delivery").to.as_str(), EMAIL);
        // The old one stays until the new one is in effect, also if it goes in a second step.
        put(
            &world,
            "A-1042",
            &[email(NEW, "2018-01-01", Some("2018-01-01"))],
        )
        .await;
        deliver(&world, &rep, ticket, "address", "").await;
        assert_eq!(only(&post(&world).await, "delivery").to.as_str(), EMAIL);
        world.clock.pass(HOUR * 73);
        world.work().await;
        letters(&world);
        // Then there is nowhere to go in a conversation that began before.
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(
            (asked.state, &*asked.rule),
            (RequestState::Refused, "only-to-what-was-on-file")
        );
    });
}

#[test]
fn a_letter_to_a_contact_point_that_was_removed_meanwhile_stays_here() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = customer(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let sending = deliver(&world, &rep, ticket, "invoice", "10442").await;
        let waiting = ask(&world, &rep, ticket, RequestKind::Reset).await;
        say(&world, &rep, ticket, MessageKind::Reply, "We look into it.").await;
        take_away(&world, robin).await;
        assert_eq!(kinds(&post(&world).await), Vec::<&str>::new());
        assert_eq!(state(&world, &sending).await, RequestState::Refused);
        assert_eq!(state(&world, &waiting).await, RequestState::Refused);
        assert_eq!(count(&world, "mail.withheld").await, 3);
        assert_eq!(count(&world, "disclosure.leaving").await, 0);
        assert!(written(&world, &rep, ticket).await.contains("held back"));
    });
}

async fn frozen_by_an_earlier_notice(world: &World, rep: &Me, robin: AccountId) {
    let number = call(world, rep, robin).await;
    world.desk.end_call(rep, number).await.expect("an end");
    // Only the notice of this first call is carried; what was queued after it waits its turn.
    let notice = only(&post(world).await, "notice");
    let second = call(world, rep, robin).await;
    let asked = deliver(world, rep, second, "invoice", "10442").await;
    press(world, &secret(&notice), Answer::No).await;
    let sent = post(world).await;
    assert_eq!(kinds(&sent), ["frozen"]);
    assert_eq!(state(world, &asked).await, RequestState::Refused);
    assert_eq!(count(world, "disclosure.leaving").await, 0);
    let again = deliver(world, rep, second, "invoice", "10442").await;
    assert_eq!(
        (again.state, &*again.rule),
        (RequestState::Refused, "frozen-by-the-owner")
    );
    assert!(post(world).await.is_empty());
}

#[test]
fn what_was_asked_before_a_freeze_does_not_leave_after_it() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = customer(&world).await;
        frozen_by_an_earlier_notice(&world, &rep, robin).await;
    });
}

#[test]
fn a_field_that_is_gone_meanwhile_is_given_up_at_once() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let robin = customer(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        let mut document = document(&on_file());
        document.fields.remove("invoice");
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("put");
        assert!(post(&world).await.is_empty());
        assert_eq!(request(&world, asked.id).await.state, RequestState::Failed);
    });
}

#[test]
fn a_view_holds_no_sealed_value_in_any_form() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "invoice", "10442").await;
        let view = format!(
            "{:?}",
            world.desk.ticket(&rep, ticket).await.expect("a ticket")
        );
        without_canaries(&view);
        for canary in CANARIES {
            // Nor its bytes, as a list of numbers.
            let bytes = format!("{:?}", canary.as_bytes());
            assert!(!view.contains(bytes.trim_matches(['[', ']'])));
        }
        let mut tx = world.desk.store().read().await.expect("a transaction");
        for field in tx.fields(robin).await.expect("fields") {
            if let Some(sealed) = field.sealed {
                assert!(
                    !view.contains(format!("{sealed:?}").trim_matches(['[', ']'])),
                    "not even sealed"
                );
            }
        }
        assert!(view.contains("Basic"), "what is shown is shown");
        assert!(view.contains("Robin Vale"));
    });
}

#[test]
fn many_hands_on_one_account_neither_block_nor_overwrite_each_other() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = common::lead(&world).await;
        let secret_of_first = common::notice_secret(&world, &rep, robin).await;
        let ticket = call(&world, &rep, robin).await;
        let mut hands = tokio::task::JoinSet::new();
        for n in 0..6 {
            let (desk, me) = (world.desk.clone(), rep.clone());
            hands.spawn(async move {
                desk.ask(&me, ticket, RequestKind::Deliver, "receipt_code", "10442")
                    .await
                    .map(drop)
            });
            let (desk, me) = (world.desk.clone(), rep.clone());
            hands.spawn(async move {
                desk.add_message(&me, ticket, MessageKind::Note, "a note")
                    .await
                    .map(drop)
            });
            let (desk, me) = (world.desk.clone(), lead.clone());
            hands.spawn(async move { desk.escalate(&me, ticket, "odd").await.map(drop) });
            let (desk, me) = (world.desk.clone(), lead.clone());
            let line = format!(
                r#"{{"account":"A-1042","time":"2026-11-21T09:0{n}:00Z","outcome":"failure"}}"#
            );
            hands.spawn(async move { desk.take_events(&me, &line).await.map(drop) });
            let (desk, secret) = (world.desk.clone(), secret_of_first.clone());
            hands.spawn(async move { desk.answer(&secret, Answer::No).await.map(drop) });
            let desk = world.desk.clone();
            hands.spawn(async move { desk.work_all().await });
        }
        let (desk, me) = (world.desk.clone(), rep.clone());
        hands.spawn(async move { desk.end_call(&me, ticket).await });
        while let Some(hand) = hands.join_next().await {
            hand.expect("a hand").expect("done");
        }
        let view = world.desk.ticket(&lead, ticket).await.expect("a ticket");
        assert!(
            view.ticket.ended_at.is_some(),
            "the end of the call is kept"
        );
        assert!(view.ticket.escalated.is_some(), "and so is the escalation");
        // Six refusals and one "It wasn't me".
        assert_eq!(account(&world, robin).await.attempts, 7);
        assert!(
            common::safety(&world, robin).await.is_some()
                && common::flag(&world, robin).await.is_some()
        );
        let verifier = ::ledger::Verifier::parse(&world.desk.ledger_key()).expect("a key");
        desk::journal::verify(world.desk.store(), &verifier, &[])
            .await
            .expect("whole");
    });
}
