//! Erasure: four eyes, two proofs, three days in which it can be stopped, a last letter, and then nothing.

use crate::{
    common::{
        CANARIES, EMAIL, HOUR, RECEIPT, account, account_named, ask, call, count, customer,
        deliver, document, email, kinds, lead, only, post, press, rep, say, secret, state, step,
        without_canaries, written,
    },
    ledger::{behind_the_back, verifier},
};
use desk::{
    Answer, Asked, Me,
    journal::verify,
    letter::{CarrierError, Letter},
    testing::{World, on_both},
};
use std::collections::BTreeSet;
use words::{
    AccountId, ContactPointId, HoldLevel, MessageKind, PlanKind, RequestKind, RequestState,
    TicketState,
};

/// A rep asked, a lead agreed, and the owner confirmed it in two steps. Returns the stop link's secret.
async fn confirmed(world: &World, rep: &Me, lead: &Me, number: i64) -> (Asked, String) {
    let asked = ask(world, rep, number, RequestKind::Erase).await;
    assert!(asked.second, "{asked:?}");
    world
        .desk
        .agree(lead, number, asked.id)
        .await
        .expect("agreed");
    let question = secret(&only(&post(world).await, "confirm"));
    press(world, &question, Answer::Yes).await;
    assert_eq!(state(world, &asked).await, RequestState::Waiting);
    let page = step(world, &question, RECEIPT).await.expect("a page");
    assert!(!page.tried && !page.stopped);
    assert_eq!(state(world, &asked).await, RequestState::Cooling);
    let told = only(&post(world).await, "planned");
    let Letter::Planned { what, .. } = &told.letter else {
        panic!("a letter about what is planned")
    };
    assert_eq!(*what, PlanKind::Erase);
    (asked, secret(&told))
}

async fn is_found(world: &World, me: &Me) -> bool {
    let mut found = 0;
    for (kind, value) in [
        ("external_id", "A-1042"),
        ("email", EMAIL),
        ("user_name", "quillfeather77"),
        ("order", "7001"),
    ] {
        found += world
            .desk
            .look_up(me, kind, value)
            .await
            .expect("an answer")
            .len();
    }
    found > 0
}

async fn is_erased(world: &World, id: AccountId) -> bool {
    account(world, id).await.data_key.is_empty()
}

#[test]
fn an_owner_is_erased_after_their_last_letter_and_comes_back_as_somebody_new() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let (asked, _) = confirmed(&world, &rep, &lead, number).await;
        assert!(is_found(&world, &rep).await);

        world.clock.pass(HOUR * 73);
        let letter = only(&post(&world).await, "erasing");
        assert_eq!(letter.to.as_str(), EMAIL);
        assert!(matches!(letter.letter, Letter::Erasing { .. }));
        post(&world).await;
        assert!(is_erased(&world, robin).await);
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert!(!is_found(&world, &lead).await);
        assert_eq!(count(&world, "account.erased").await, 1);
        let view = world.desk.ticket(&lead, number).await.expect("a ticket");
        assert_eq!(view.ticket.state, TicketState::Closed);
        let page = format!("{view:?}");
        without_canaries(&page);
        for gone in ["Robin", "A-1042", "About my order", "10442", "7001"] {
            assert!(!page.contains(gone), "{gone} in {page}");
        }
        verify(world.desk.store(), &verifier(&world), &[])
            .await
            .expect("whole");

        // Nothing is left that could be sent or done, whatever the time.
        world.clock.pass(HOUR * 24 * 40);
        assert_eq!(kinds(&post(&world).await), Vec::<&str>::new());

        let again = customer(&world).await;
        assert_ne!(again, robin);
        assert!(is_found(&world, &rep).await);
        let number = call(&world, &rep, again).await;
        let asked = deliver(&world, &rep, number, "invoice", "10442").await;
        assert_eq!(asked.state, RequestState::Sending);
        assert_eq!(only(&post(&world).await, "delivery").to.as_str(), EMAIL);
    });
}

#[test]
fn nothing_of_an_erased_owner_is_in_the_database_files() {
    // SQLite only: there the whole database is in files that can be read.
    behind_the_back(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        say(
            &world,
            &rep,
            number,
            MessageKind::Heard,
            "my canary Pumpernickel is ill",
        )
        .await;
        deliver(&world, &rep, number, "invoice", "10442").await;
        deliver(&world, &rep, number, "receipt_code", "10442").await;
        world.desk.end_call(&rep, number).await.expect("an end");
        world.clock.pass(HOUR);
        post(&world).await;
        let key = account(&world, robin).await.data_key;
        assert!(key.len() >= 32);
        let mut needles: Vec<Vec<u8>> = vec![key];
        let said = [
            "Pumpernickel",
            "Robin Vale",
            "A-1042",
            "About my order",
            "about my order",
            "invoice 10442",
        ];
        needles.extend(CANARIES.iter().map(|text| text.as_bytes().to_vec()));
        needles.extend(said.iter().map(|text| text.as_bytes().to_vec()));
        assert!(found(&world, &needles).len() >= 5, "before, it was there");

        confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 73);
        only(&post(&world).await, "erasing");
        post(&world).await;
        assert!(is_erased(&world, robin).await);
        assert_eq!(found(&world, &needles), Vec::<String>::new());
        verify(world.desk.store(), &verifier(&world), &[])
            .await
            .expect("whole");
    });
}

/// Which of these are in a file of the data folder.
fn found(world: &World, needles: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&world.folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        for needle in needles {
            if bytes.windows(needle.len()).any(|window| window == needle) {
                found.push(String::from_utf8_lossy(needle).into_owned());
            }
        }
    }
    found
}

#[test]
fn the_owner_stops_an_erasure_with_one_click_and_everything_stays() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let (asked, stop) = confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 70);
        press(&world, &stop, Answer::No).await;
        assert_eq!(state(&world, &asked).await, RequestState::Denied);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 100);
        assert!(!kinds(&post(&world).await).contains(&"erasing"));
        post(&world).await;
        assert!(!is_erased(&world, robin).await);
        assert_eq!(account_named(&world, "A-1042").await.id, robin);
        assert_eq!(count(&world, "account.erased").await, 0);
    });
}

#[test]
fn of_contact_points_that_were_removed_before_nothing_is_left_either() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        // One came and went, in time; another never counted.
        let mut ids = BTreeSet::new();
        for (address, confirmed) in [
            ("robin@new.example", Some("2026-11-01")),
            ("r@third.example", None),
            ("robin@new.example", Some("2026-11-01")),
        ] {
            let sent = document(&[email(address, "2019-05-01", confirmed)]);
            let put = world.desk.put_account(None, "A-1042", sent).await;
            put.expect("put");
            post(&world).await;
            let mut tx = world.desk.store().read().await.expect("a transaction");
            let known = tx.contact_points(robin).await.expect("points");
            ids.extend(known.iter().map(|point| point.id));
            drop(tx);
            world.clock.pass(HOUR * 73);
            post(&world).await;
        }
        let before = kept(&world, &ids).await;
        assert!(before.len() >= 3, "{}", before.len());
        assert!(before.iter().all(|(sealed, _)| !sealed.is_empty()));
        let number = call(&world, &rep, robin).await;
        confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 73);
        post(&world).await;
        post(&world).await;
        assert!(is_erased(&world, robin).await);
        let after = kept(&world, &ids).await;
        assert_eq!(after.len(), before.len(), "the rows stay, and say nothing");
        for (sealed, blind) in &after {
            assert!(sealed.is_empty());
            assert!(before.iter().all(|(_, known)| known != blind));
        }
    });
}

/// What is kept of contact points, removed ones too: sealed address and index.
async fn kept(world: &World, ids: &BTreeSet<ContactPointId>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    let mut kept = Vec::new();
    for id in ids {
        let row = tx.contact_point(*id).await.expect("a read");
        let row = row.expect("the row stays");
        kept.push((row.sealed, row.blind));
    }
    kept
}

#[test]
fn two_workers_do_not_overtake_the_last_letter() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 73);
        *world.mail.failures.lock().expect("lock") =
            vec![CarrierError::Later("it answered 451".to_owned()); 4];
        let (one, other, third) = tokio::join!(
            world.desk.work_all(),
            world.desk.work_all(),
            world.desk.work_all()
        );
        one.and(other).and(third).expect("work");
        assert!(!is_erased(&world, robin).await, "it waits for the letter");
        assert_eq!(count(&world, "account.erased").await, 0);
        world.mail.failures.lock().expect("lock").clear();
        world.clock.pass(HOUR);
        only(&post(&world).await, "erasing");
        post(&world).await;
        assert!(is_erased(&world, robin).await);
    });
}

#[test]
fn a_stop_after_the_last_letter_was_queued_still_stops_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        let (_, stop) = confirmed(&world, &rep, &lead, number).await;
        // The mail server is down when it comes due.
        world.clock.pass(HOUR * 73);
        *world.mail.failures.lock().expect("lock") =
            vec![CarrierError::Later("it answered 451".to_owned()); 8];
        assert!(post(&world).await.is_empty());
        world.mail.failures.lock().expect("lock").clear();
        press(&world, &stop, Answer::No).await;
        world.clock.pass(HOUR * 48);
        assert!(!kinds(&post(&world).await).contains(&"erasing"));
        post(&world).await;
        assert!(!is_erased(&world, robin).await);
    });
}

#[test]
fn a_mail_server_that_never_answers_does_not_keep_an_owner_from_being_erased() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 73);
        let down = CarrierError::Later("it answered 451".to_owned());
        *world.mail.failures.lock().expect("lock") = vec![down; 20];
        for _ in 0..23 {
            post(&world).await;
            assert!(!is_erased(&world, robin).await, "it waits for the letter");
            world.clock.pass(HOUR);
        }
        world.clock.pass(HOUR * 2);
        post(&world).await;
        assert!(is_erased(&world, robin).await);
        world.clock.pass(HOUR * 24);
        assert!(post(&world).await.is_empty(), "and it doesn't come after");
    });
}

#[test]
fn neither_a_freeze_nor_one_proof_nor_support_alone_erases_anybody() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let number = call(&world, &rep, robin).await;
        // Agreed, but the owner says yes once only.
        let asked = ask(&world, &rep, number, RequestKind::Erase).await;
        world
            .desk
            .agree(&lead, number, asked.id)
            .await
            .expect("agreed");
        let question = secret(&only(&post(&world).await, "confirm"));
        press(&world, &question, Answer::Yes).await;
        world.clock.pass(HOUR * 80);
        post(&world).await;
        assert_eq!(state(&world, &asked).await, RequestState::Expired);

        // Confirmed, and then frozen by support: it is over.
        let number = call(&world, &rep, robin).await;
        let (asked, _) = confirmed(&world, &rep, &lead, number).await;
        ask(&world, &rep, number, RequestKind::Lock).await;
        assert_eq!(state(&world, &asked).await, RequestState::Refused);
        world.clock.pass(HOUR * 100);
        post(&world).await;
        post(&world).await;
        assert!(!is_erased(&world, robin).await);
        assert!(
            written(&world, &lead, number)
                .await
                .contains("Not carried out")
        );
    });
}

/// A link that was answered before the erasure takes nothing back after it: there is nobody left to freeze.
#[test]
fn what_was_confirmed_before_an_erasure_is_not_taken_back_after_it() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let (rep, lead) = (rep(&world).await, lead(&world).await);
        let number = call(&world, &rep, robin).await;
        confirmed(&world, &rep, &lead, number).await;
        world.clock.pass(HOUR * 71);
        ask(&world, &rep, number, RequestKind::Reset).await;
        let link = secret(&only(&post(&world).await, "confirm"));
        press(&world, &link, Answer::Yes).await;
        post(&world).await;
        let page = world.desk.owner_page(&link).await.expect("a page");
        assert!(page.takes_back, "{page:?}");

        world.clock.pass(HOUR * 2);
        for _ in 0..3 {
            post(&world).await;
        }
        assert!(is_erased(&world, robin).await);
        let size = world.desk.ledger_size().await.expect("a size");
        let page = press(&world, &link, Answer::No).await;
        assert!(!page.takes_back && page.answer != Some(Answer::No));
        assert_eq!(world.desk.ledger_size().await.expect("a size"), size);
        assert_eq!(account(&world, robin).await.hold, HoldLevel::None);
    });
}
