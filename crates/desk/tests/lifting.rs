//! How a hold ends: by the owner in two steps on their own page, or by two leads and a day.

use crate::common::{
    EMAIL, HOUR, MINUTE, RECEIPT, account, ask, call, count, customer, deliver, document, email,
    kinds, lift, link, notice_secret, only, post, press, rep, request, safety, secret, state, step,
    written,
};
use desk::{
    Answer, DeskError, Me, OwnerQuestion, Verdict,
    letter::{CarrierError, Letter},
    testing::{World, on_both},
};
use words::{AccountId, HoldLevel, PlanKind, ProofKind, RequestKind, RequestState, Role};

/// A customer with a registered email and nothing else that proves anything.
async fn plain_customer(world: &World) -> AccountId {
    let mut document = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
    document.fields.remove("receipt_code");
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
    crate::common::account_named(world, "A-1042").await.id
}

/// The owner said "It wasn't me": frozen, with a safety ticket.
async fn frozen(world: &World, robin: AccountId) -> i64 {
    let rep = rep(world).await;
    let secret = notice_secret(world, &rep, robin).await;
    press(world, &secret, Answer::No).await;
    post(world).await;
    safety(world, robin).await.expect("a safety ticket")
}

async fn leads(world: &World) -> (Me, Me) {
    (
        world.staff("lee", Role::Lead).await,
        world.staff("lou", Role::Lead).await,
    )
}

async fn hold(world: &World, robin: AccountId) -> HoldLevel {
    account(world, robin).await.hold
}

#[test]
fn a_wrong_code_tells_nothing_counts_as_an_attempt_and_five_end_the_tries() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, _) = leads(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        let secret = secret(&only(&post(&world).await, "confirm"));

        // Before the yes no code is taken, not even the right one.
        let early = step(&world, &secret, RECEIPT).await;
        assert!(matches!(early, Err(DeskError::Conflict(_))), "{early:?}");
        assert_eq!(count(&world, "proof.given").await, 0);

        press(&world, &secret, Answer::Yes).await;
        let before = account(&world, robin).await.attempts;
        let mut seen = Vec::new();
        for wrong in [
            "7K2P-QX41-9DMV-3THM",
            "7K2PQX419DMV3TH",
            "",
            "nonsense",
            "10442",
        ] {
            let page = step(&world, &secret, wrong).await.expect("a page");
            assert!(page.tried);
            seen.push(format!("{page:?}"));
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "every wrong code looks the same");
        assert_eq!(account(&world, robin).await.attempts, before + 5);
        assert_eq!(count(&world, "proof.failed").await, 5);

        // The right one comes too late now; an allowance grows back with time, by which the yes is
        // too old: it begins from the start.
        let late = step(&world, &secret, RECEIPT).await;
        assert!(matches!(late, Err(DeskError::Limited(_))), "{late:?}");
        world.clock.pass(HOUR * 2);
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);
        let over = step(&world, &secret, RECEIPT).await;
        assert!(matches!(over, Err(DeskError::Conflict(_))), "{over:?}");
        let page = world.desk.owner_page(&secret).await.expect("a page");
        assert!(page.stopped && page.more.is_empty());
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
    });
}

#[test]
fn a_receipt_serves_once_and_a_step_within_the_hour() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, other) = leads(&world).await;
        ask(&world, &lead, number, RequestKind::Unlock).await;
        let first = secret(&only(&post(&world).await, "confirm"));
        press(&world, &first, Answer::Yes).await;
        world.clock.pass(MINUTE * 61);
        // Nothing swept it yet, and still it is over.
        let page = world.desk.owner_page(&first).await.expect("a page");
        assert!(page.stopped && page.more.is_empty(), "{page:?}");
        let late = step(&world, &first, RECEIPT).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))), "{late:?}");
        post(&world).await;

        ask(&world, &lead, number, RequestKind::Unlock).await;
        let second = secret(&only(&post(&world).await, "confirm"));
        lift(&world, &second).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::None);
        assert_eq!(account(&world, robin).await.attempts, 0, "forgiven");

        // The same receipt again: as good as wrong.
        let call = call(&world, &lead, robin).await;
        ask(&world, &lead, call, RequestKind::Lock).await;
        post(&world).await;
        world.clock.pass(HOUR * 8);
        let number = safety(&world, robin).await.expect("a safety ticket");
        let asked = ask(&world, &other, number, RequestKind::Unlock).await;
        let third = secret(&only(&post(&world).await, "confirm"));
        press(&world, &third, Answer::Yes).await;
        let page = step(&world, &third, RECEIPT).await.expect("a page");
        assert!(page.tried);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        assert_eq!(account(&world, robin).await.attempts, 1);
    });
}

#[test]
fn a_careful_hold_is_lifted_in_the_same_two_steps() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for _ in 0..3 {
            assert_eq!(hold(&world, robin).await, HoldLevel::None);
            deliver(&world, &rep, ticket, "receipt_code", "10442").await;
        }
        assert_eq!(hold(&world, robin).await, HoldLevel::Careful);
        assert_eq!(count(&world, "hold.raised").await, 1);
        // What is usually sent at once is asked about, and comes to the same place.
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        assert_eq!(asked.state, RequestState::Waiting);
        let question = only(&post(&world).await, "confirm");
        let Letter::Confirm { what, item, .. } = &question.letter else {
            panic!("a question")
        };
        assert_eq!(
            (*what, item.as_deref()),
            (RequestKind::Deliver, Some("invoice 10442"))
        );
        press(&world, &secret(&question), Answer::Yes).await;
        let sent = post(&world).await;
        assert_eq!(only(&sent, "delivery").to.as_str(), EMAIL);
        assert_eq!(state(&world, &asked).await, RequestState::Done);

        let (lead, _) = leads(&world).await;
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Unlock).await;
        lift(&world, &secret(&only(&post(&world).await, "confirm"))).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::None);
        let asked = deliver(&world, &lead, ticket, "invoice", "10442").await;
        assert_eq!(asked.state, RequestState::Sending);
    });
}

#[test]
fn two_leads_lift_a_hold_a_day_after_the_owner_was_told() {
    on_both(|world| async move {
        let robin = plain_customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, other) = leads(&world).await;
        let view = world.desk.ticket(&lead, number).await.expect("a ticket");
        let offer = view
            .offers
            .iter()
            .find(|offer| offer.kind == RequestKind::Unlock)
            .expect("an offer");
        assert_eq!(
            (offer.title.as_str(), &offer.verdict),
            ("Lift the hold with a second lead", &Verdict::Asks)
        );
        let attempts = account(&world, robin).await.attempts;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting);
        assert!(
            post(&world).await.is_empty(),
            "the owner has no second proof to be asked for"
        );
        assert_eq!(account(&world, robin).await.attempts, attempts);

        // Not alone, not a rep, not a program.
        let alone = world.desk.agree(&lead, number, asked.id).await;
        assert!(matches!(alone, Err(DeskError::Conflict(_))), "{alone:?}");
        let rep = world.staff("rolf", Role::Rep).await;
        let by_rep = world.desk.agree(&rep, number, asked.id).await;
        assert!(matches!(by_rep, Err(DeskError::Forbidden(_))), "{by_rep:?}");
        let program = Me {
            scopes: Some(vec!["tickets".to_owned()]),
            ..other.clone()
        };
        let by_program = world.desk.agree(&program, number, asked.id).await;
        assert!(
            matches!(by_program, Err(DeskError::Conflict(_))),
            "{by_program:?}"
        );
        assert_eq!(count(&world, "request.approved").await, 0);

        world
            .desk
            .agree(&other, number, asked.id)
            .await
            .expect("agreed");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        let sent = post(&world).await;
        let told = only(&sent, "planned");
        assert_eq!((sent.len(), told.to.as_str()), (1, EMAIL));
        let Letter::Planned { what, .. } = &told.letter else {
            panic!("a letter about what is planned")
        };
        assert_eq!(*what, PlanKind::Thaw);
        assert!(link(&told.letter).contains("/owner/stop/"));
        let page = world.desk.owner_page(&secret(&told)).await.expect("a page");
        assert!(matches!(page.question, OwnerQuestion::Cancel { .. }) && !page.over);

        world.clock.pass(HOUR * 23 + MINUTE * 59);
        assert!(post(&world).await.is_empty());
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        world.clock.pass(MINUTE * 2);
        post(&world).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::None);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert_eq!(
            account(&world, robin).await.attempts,
            attempts,
            "two leads don't forgive in the owner's name"
        );
        let page = world.desk.owner_page(&secret(&told)).await.expect("a page");
        assert!(page.over);
        assert!(
            written(&world, &lead, number)
                .await
                .contains("Carried out after its cooling-off time: lifting of the hold.")
        );
    });
}

#[test]
fn the_owner_stops_what_two_leads_agreed_to() {
    on_both(|world| async move {
        let robin = plain_customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, other) = leads(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        world
            .desk
            .agree(&other, number, asked.id)
            .await
            .expect("agreed");
        let told = only(&post(&world).await, "planned");
        // Yes is no answer here, and opening the page changes nothing.
        press(&world, &secret(&told), Answer::Yes).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let page = press(&world, &secret(&told), Answer::No).await;
        assert_eq!(page.answer, Some(Answer::No));
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        world.clock.pass(HOUR * 48);
        post(&world).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        assert_eq!(count(&world, "hold.lifted").await, 0);
    });
}

#[test]
fn a_thaw_waits_until_the_owner_had_their_day_and_ends_with_a_new_freeze() {
    on_both(|world| async move {
        let robin = plain_customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, other) = leads(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        world
            .desk
            .agree(&other, number, asked.id)
            .await
            .expect("agreed");
        // The mail server is down for a day and a half: nobody was told, nothing happens.
        let down = CarrierError::Later("the mail server answered 451".to_owned());
        *world.mail.failures.lock().expect("lock") = vec![down; 8];
        for _ in 0..36 {
            world.clock.pass(HOUR);
            post(&world).await;
            if world.mail.failures.lock().expect("lock").is_empty() {
                break;
            }
        }
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        world.clock.pass(HOUR * 9);
        let told = only(&post(&world).await, "planned");
        world.clock.pass(HOUR * 23);
        post(&world).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        assert!(
            !world
                .desk
                .owner_page(&secret(&told))
                .await
                .expect("a page")
                .over
        );

        // Support freezes it anew: what was agreed before doesn't lift that.
        let call = call(&world, &other, robin).await;
        ask(&world, &other, call, RequestKind::Lock).await;
        world.clock.pass(HOUR * 48);
        post(&world).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::Frozen);
        assert_eq!(request(&world, asked.id).await.state, RequestState::Refused);
    });
}

#[test]
fn whoever_cannot_be_told_is_not_thawed_by_two_leads() {
    on_both(|world| async move {
        let mut document = document(&[email(EMAIL, "2019-05-01", None)]);
        document.fields.remove("receipt_code");
        world
            .desk
            .put_account(None, "A-1042", document)
            .await
            .expect("put");
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let (lead, _) = leads(&world).await;
        let ticket = call(&world, &lead, robin).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        assert_eq!(
            (asked.state, &*asked.rule),
            (RequestState::Refused, "no-way-to-prove")
        );
        assert_eq!(kinds(&post(&world).await), Vec::<&str>::new());
    });
}

#[test]
fn a_second_lead_helps_an_owner_who_cannot_take_the_second_step() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let number = frozen(&world, robin).await;
        let (lead, other) = leads(&world).await;
        let asked = ask(&world, &lead, number, RequestKind::Unlock).await;
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        let page = world.desk.owner_page(&question).await.expect("a page");
        assert_eq!(page.more, [ProofKind::Receipt]);
        world
            .desk
            .agree(&other, number, asked.id)
            .await
            .expect("agreed");
        let page = world.desk.owner_page(&question).await.expect("a page");
        assert!(page.more.is_empty() && page.stopped, "{page:?}");
        only(&post(&world).await, "planned");
        world.clock.pass(HOUR * 25);
        post(&world).await;
        assert_eq!(hold(&world, robin).await, HoldLevel::None);
    });
}
