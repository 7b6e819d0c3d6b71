//! Whoever is on file hears of what is going to change, by mail and by phone, and has a day to stop it,
//! however late that is.

use desk::{
    Answer, Asked,
    letter::{CarrierError, Letter},
    testing::{World, on_both},
    text::Text,
};
use words::{AccountId, HoldLevel, PlanKind, ProofKind, RequestKind, RequestState};

use crate::{
    common::{
        EMAIL, HOUR, PHONE, RECEIPT, account, ask, call, customer, document, email, kinds, lead,
        only, post, press, rep, secret, state, step, without_canaries, written,
    },
    texting::{phone_only, texts, with_texts},
};

const NEW: &str = "robin@new-house.example";

/// A new second sign-in step, confirmed in two steps at the registered email.
async fn confirmed(world: &World, robin: AccountId) -> (Asked, i64) {
    let rep = rep(world).await;
    let ticket = call(world, &rep, robin).await;
    let asked = ask(world, &rep, ticket, RequestKind::Reenrol).await;
    let page = secret(&only(&post(world).await, "confirm"));
    press(world, &page, Answer::Yes).await;
    let page = step(world, &page, RECEIPT).await.expect("a page");
    assert!(!page.tried, "{page:?}");
    assert_eq!(state(world, &asked).await, RequestState::Cooling);
    (asked, ticket)
}

fn secret_of(link: &str) -> &str {
    link.rsplit('/').next().expect("a secret")
}

#[test]
fn the_phone_on_file_hears_of_a_planned_change_beside_the_email_and_stops_it() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let (asked, _) = confirmed(&world, robin).await;
        assert!(texts(&phones).is_empty());
        assert_eq!(kinds(&post(&world).await), ["planned"]);
        let sent = texts(&phones);
        assert_eq!((sent.len(), sent[0].to.as_str()), (1, PHONE));
        let Text::Planned {
            what,
            effective,
            link,
        } = &sent[0].text
        else {
            panic!("what is planned")
        };
        assert_eq!(*what, PlanKind::Factor);
        assert!(world.desk.now().until(*effective) > HOUR * 71);
        assert!(link.starts_with("https://desk.example/owner/stop/"));
        // Whoever reads the mailbox can't keep the phone from saying no.
        press(&world, secret_of(link), Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 80);
        post(&world).await;
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn an_account_with_only_a_phone_hears_of_it_there_and_then_it_happens() {
    with_texts(|world, phones| async move {
        let robin = phone_only(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reenrol).await;
        assert_eq!(asked.state, RequestState::Waiting, "{asked:?}");
        post(&world).await;
        let Text::Confirm { link, .. } = &texts(&phones)[0].text else {
            panic!("a question")
        };
        press(&world, secret_of(link), Answer::Yes).await;
        step(&world, secret_of(link), RECEIPT)
            .await
            .expect("a page");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        assert!(post(&world).await.is_empty(), "there is no mailbox");
        let sent = texts(&phones);
        assert_eq!(sent.len(), 1);
        assert!(matches!(sent[0].text, Text::Planned { .. }));
        world.clock.pass(HOUR * 73);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
    });
}

#[test]
fn a_change_whose_letter_is_late_waits_a_day_from_then() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (asked, _) = confirmed(&world, robin).await;
        // Nothing was worked off for three days.
        world.clock.pass(HOUR * 73);
        let told = only(&post(&world).await, "planned");
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        let Letter::Planned { effective, .. } = &told.letter else {
            panic!("what is planned")
        };
        assert!(world.desk.now().until(*effective) > HOUR * 23);
        world.clock.pass(HOUR * 22);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Cooling);
        world.clock.pass(HOUR * 3);
        post(&world).await;
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Done);
    });
}

#[test]
fn a_change_of_which_nobody_could_be_told_is_dropped() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (asked, ticket) = confirmed(&world, robin).await;
        let down = CarrierError::Later("it answered 451".to_owned());
        *world.mail.failures.lock().expect("lock") = vec![down; 40];
        for _ in 0..20 {
            post(&world).await;
            assert_eq!(state(&world, &asked).await, RequestState::Cooling);
            world.clock.pass(HOUR * 8);
        }
        world.clock.pass(HOUR * 20);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        let lead = lead(&world).await;
        let story = written(&world, &lead, ticket).await;
        assert!(story.contains("could not be told"), "{story}");
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_change_is_not_carried_out_untold_because_the_email_went_meanwhile() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        // The company takes every contact point away; the owner hears, and lets it happen.
        let gone = world.desk.put_account(None, "A-1042", document(&[])).await;
        gone.expect("put");
        assert_eq!(kinds(&post(&world).await), ["planned"]);
        world.clock.pass(HOUR * 71);
        let (asked, _) = confirmed(&world, robin).await;
        let down = CarrierError::Later("it answered 451".to_owned());
        *world.mail.failures.lock().expect("lock") = vec![down; 4];
        world.clock.pass(HOUR * 2);
        post(&world).await;
        world.mail.failures.lock().expect("lock").clear();
        for _ in 0..20 {
            world.clock.pass(HOUR * 12);
            post(&world).await;
            let state = state(&world, &asked).await;
            assert!(
                matches!(state, RequestState::Cooling | RequestState::Refused),
                "{state}"
            );
        }
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        assert!(world.provider.told.lock().expect("lock").is_empty());
    });
}

#[test]
fn a_contact_point_of_which_nobody_was_told_does_not_count_after_its_time() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let sent = document(&[email(NEW, "2019-05-01", Some("2019-05-01"))]);
        world
            .desk
            .put_account(None, "A-1042", sent)
            .await
            .expect("put");
        let down = CarrierError::Later("it answered 451".to_owned());
        *world.mail.failures.lock().expect("lock") = vec![down; 40];
        for _ in 0..10 {
            post(&world).await;
            world.clock.pass(HOUR * 8);
        }
        post(&world).await;
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let points = tx.contact_points(robin).await.expect("points");
        drop(tx);
        let now = world.desk.now();
        let usable: Vec<_> = points.iter().filter(|p| p.usable(now)).collect();
        assert_eq!(points.len(), 3);
        assert_eq!(usable.len(), 2, "the old ones, and not the new one");
        assert!(usable.iter().all(|p| p.registered_at.year() == 2019));
    });
}

#[test]
fn recovery_codes_that_were_made_during_a_hold_do_not_lift_it() {
    with_texts(|world, phones| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        for _ in 0..3 {
            let asked = crate::common::deliver(&world, &rep, ticket, "receipt_code", "10442").await;
            assert_eq!(asked.state, RequestState::Refused);
        }
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        // Who holds the mailbox and the phone for a minute makes codes.
        world
            .desk
            .ask(&rep, ticket, RequestKind::Act, "recovery codes", "")
            .await
            .expect("asked");
        let letters = post(&world).await;
        let page = secret(&only(&letters, "confirm"));
        let shown = press(&world, &page, Answer::Yes).await;
        assert!(!shown.codes);
        world.desk.owner_text(&page).await.expect("sent");
        world.work().await;
        let code = texts(&phones)
            .into_iter()
            .find_map(|sent| match sent.text {
                Text::Code { code, .. } => Some(code.to_string()),
                _ => None,
            })
            .expect("a code");
        let shown = world
            .desk
            .owner_step(&page, ProofKind::Phone, &code)
            .await
            .expect("a page");
        assert!(shown.codes, "{shown:?}");
        let codes = world.desk.make_codes(&page).await.expect("codes");
        post(&world).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let left = tx.saved_codes_left(robin, world.desk.now()).await;
        assert_eq!(left.expect("a count"), 10, "elsewhere they count");
        drop(tx);

        let lead = lead(&world).await;
        let ticket = call(&world, &lead, robin).await;
        let asked = ask(&world, &lead, ticket, RequestKind::Unlock).await;
        assert_eq!(asked.state, RequestState::Waiting, "{asked:?}");
        let page = secret(&only(&post(&world).await, "confirm"));
        press(&world, &page, Answer::Yes).await;
        let shown = world.desk.owner_page(&page).await.expect("a page");
        assert!(!shown.more.contains(&ProofKind::Saved), "{:?}", shown.more);
        let tried = world
            .desk
            .owner_step(&page, ProofKind::Saved, &codes[0])
            .await;
        assert!(tried.is_err(), "{tried:?}");
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Careful);
        without_canaries(&format!("{shown:?}"));
        assert!(!format!("{shown:?}").contains(EMAIL));
    });
}
