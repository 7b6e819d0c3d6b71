//! Saved recovery codes: made by the owner alone, shown once, and good after their cooling-off time.

use desk::{
    Answer, DeskError, Me,
    testing::{World, on_both},
};
use words::{HoldLevel, ProofKind, RequestKind, RequestState};

use crate::common::{
    EMAIL, HOUR, MINUTE, RECEIPT, account, account_named, ask, call, count, customer, document,
    email, entries, lead, only, post, press, rep, request, secret, step, written,
};

const CODES: &str = "recovery codes";

/// Asks for codes and takes the owner through both steps: the secret of the page that makes them.
async fn confirmed(world: &World, rep: &Me, ticket: i64) -> String {
    let asked = world
        .desk
        .ask(rep, ticket, RequestKind::Act, CODES, "")
        .await
        .expect("asked");
    assert_eq!(asked.state, RequestState::Waiting);
    let secret = secret(&only(&post(world).await, "confirm"));
    let early = world.desk.make_codes(&secret).await;
    assert!(
        matches!(early, Err(DeskError::Conflict(_))),
        "before the yes"
    );
    press(world, &secret, Answer::Yes).await;
    let early = world.desk.make_codes(&secret).await;
    assert!(
        matches!(early, Err(DeskError::Conflict(_))),
        "a yes alone is not enough for who has a second way"
    );
    let page = step(world, &secret, RECEIPT).await.expect("a page");
    assert!(page.codes && !page.tried, "{page:?}");
    assert_eq!(request(world, asked.id).await.state, RequestState::Ready);
    secret
}

#[test]
fn the_owner_makes_ten_codes_that_count_after_the_cooling_off_time() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        let codes = world.desk.make_codes(&page).await.expect("codes");
        assert_eq!(codes.len(), 10);
        let mut each: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        each.sort_unstable();
        each.dedup();
        assert_eq!(each.len(), 10, "no two alike");
        assert!(each.iter().all(|code| code.len() == 19), "75 bits and more");

        // Shown once.
        let again = world.desk.make_codes(&page).await;
        assert!(matches!(again, Err(DeskError::Conflict(_))));
        // Nobody at support, no letter and no entry has one.
        let letters = post(&world).await;
        let told = only(&letters, "planned");
        let seen = format!("{:?}", entries(&world).await)
            + &written(&world, &rep, ticket).await
            + &letters
                .iter()
                .map(|l| crate::common::says(&l.letter))
                .collect::<String>();
        for code in &each {
            assert!(!seen.contains(code) && !seen.contains(&code.replace('-', "")));
        }
        assert_eq!(count(&world, "codes.made").await, 1);
        assert!(matches!(
            told.letter,
            desk::letter::Letter::Planned {
                what: words::PlanKind::Saved,
                ..
            }
        ));

        // Until the cooling-off time is over none is a way; after it one is, once.
        let lead = lead(&world).await;
        ask(&world, &lead, ticket, RequestKind::Lock).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let left = tx.saved_codes_left(robin, world.desk.now()).await;
        assert_eq!(left.expect("a count"), 0);
    });
}

#[test]
fn a_code_is_a_second_step_once_it_counts_and_only_once() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        let codes = world.desk.make_codes(&page).await.expect("codes");
        post(&world).await;
        for (wait, outcome) in [(HOUR * 71, 0), (HOUR * 2, 10)] {
            world.clock.pass(wait);
            post(&world).await;
            let mut tx = world.desk.store().read().await.expect("a transaction");
            let left = tx.saved_codes_left(robin, world.desk.now()).await;
            assert_eq!(left.expect("a count"), outcome);
        }
        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        for (code, right) in [(&codes[3], true), (&codes[3], false), (&codes[4], true)] {
            if account(&world, robin).await.hold == HoldLevel::None {
                ask(&world, &lead, ticket, RequestKind::Lock).await;
                ask(&world, &lead, ticket, RequestKind::Unlock).await;
            }
            let letters = post(&world).await;
            let question = letters
                .iter()
                .find(|l| crate::common::letter_kind(&l.letter) == "confirm")
                .map(secret);
            let Some(question) = question else { continue };
            press(&world, &question, Answer::Yes).await;
            let page = world
                .desk
                .owner_step(&question, ProofKind::Saved, code)
                .await
                .expect("a page");
            assert_eq!(!page.tried, right);
            if page.tried {
                let page = world
                    .desk
                    .owner_step(&question, ProofKind::Saved, &codes[5])
                    .await
                    .expect("a page");
                assert!(!page.tried);
            }
            assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
            // Questions to one owner are few in a row.
            world.clock.pass(HOUR * 13);
        }
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let left = tx.saved_codes_left(robin, world.desk.now()).await;
        assert_eq!(left.expect("a count"), 7);
    });
}

#[test]
fn new_codes_take_the_place_of_the_old_ones_when_they_begin_to_count() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        let old = world.desk.make_codes(&page).await.expect("codes");
        post(&world).await;
        let again = world
            .desk
            .ask(&rep, ticket, RequestKind::Act, CODES, "")
            .await;
        assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
        world.clock.pass(HOUR * 73);
        post(&world).await;

        // The receipt served; an old code is the second way now.
        world
            .desk
            .ask(&rep, ticket, RequestKind::Act, CODES, "")
            .await
            .expect("asked");
        let page = secret(&only(&post(&world).await, "confirm"));
        press(&world, &page, Answer::Yes).await;
        let found = world
            .desk
            .owner_step(&page, ProofKind::Saved, &old[0])
            .await
            .expect("a page");
        assert!(found.codes, "{found:?}");
        world.desk.make_codes(&page).await.expect("codes");
        // Until the new ones count, the old ones do; then no more.
        for (wait, left) in [(HOUR, 9), (HOUR * 72, 10)] {
            world.clock.pass(wait);
            post(&world).await;
            let mut tx = world.desk.store().read().await.expect("a transaction");
            let counted = tx.saved_codes_left(robin, world.desk.now()).await;
            assert_eq!(counted.expect("a count"), left);
        }
    });
}

#[test]
fn it_wasnt_me_stops_new_codes_and_keeps_the_old_ones() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        world.desk.make_codes(&page).await.expect("codes");
        let stop = secret(&only(&post(&world).await, "planned"));
        press(&world, &stop, Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 100);
        post(&world).await;
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let left = tx.saved_codes_left(robin, world.desk.now()).await;
        assert_eq!(left.expect("a count"), 0, "they never count");
    });
}

#[test]
fn a_page_for_codes_is_over_after_an_hour_and_on_a_frozen_account() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        world.clock.pass(MINUTE * 61);
        let late = world.desk.make_codes(&page).await;
        assert!(matches!(late, Err(DeskError::Conflict(_))));
        assert_eq!(count(&world, "codes.made").await, 0);
    });
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let page = confirmed(&world, &rep, ticket).await;
        ask(&world, &rep, ticket, RequestKind::Lock).await;
        let frozen = world.desk.make_codes(&page).await;
        assert!(matches!(frozen, Err(DeskError::Conflict(_))));
        assert_eq!(count(&world, "codes.made").await, 0);
    });
}

#[test]
fn who_has_one_way_only_makes_no_codes_as_they_would_be_that_way_once_more() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let mut plain = document(&[email(EMAIL, "2019-05-01", Some("2019-05-01"))]);
        plain.fields.remove("receipt_code");
        world
            .desk
            .put_account(None, "A-1", plain)
            .await
            .expect("put");
        let one = account_named(&world, "A-1").await.id;
        let ticket = call(&world, &rep, one).await;
        let asked = world
            .desk
            .ask(&rep, ticket, RequestKind::Act, CODES, "")
            .await
            .expect("an answer");
        assert_eq!(asked.state, RequestState::Refused);
        assert!(!asked.words.is_empty() && !asked.reason.is_empty());
        assert!(post(&world).await.is_empty());
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        assert!(view.offers.iter().all(|offer| offer.field != CODES));
        assert_eq!(view.requests.len(), 1, "it is on record like any other");

        let plain = document(&[email("other@mail.example", "2019-05-01", None)]);
        world
            .desk
            .put_account(None, "A-2", plain)
            .await
            .expect("put");
        let two = account_named(&world, "A-2").await.id;
        let ticket = call(&world, &rep, two).await;
        let asked = world
            .desk
            .ask(&rep, ticket, RequestKind::Act, CODES, "")
            .await
            .expect("an answer");
        assert_eq!(asked.state, RequestState::Refused, "{asked:?}");
    });
}
