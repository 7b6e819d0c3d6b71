//! The company's lists: what they take away goes no faster than what they bring, and by nothing that is
//! still to come is an account found.

use desk::{
    Answer,
    settings::{CoolingOff, Cools, DeskSettings},
    testing::{On, World, on_both},
};
use store::ContactPointRow;
use words::{AccountId, HoldLevel, RequestKind, RequestState};

use crate::common::{
    EMAIL, HOUR, RECEIPT, account, ask, call, customer, deliver, document, email, kinds, only,
    post, press, put, rep, safety, secret,
};

const THIEF: &str = "thief@mail.example";

async fn sends(world: &World, points: &[String]) {
    world
        .desk
        .put_account(None, "A-1042", document(points))
        .await
        .expect("put");
}

async fn points(world: &World, id: AccountId) -> Vec<ContactPointRow> {
    let mut tx = world.desk.store().read().await.expect("a transaction");
    tx.contact_points(id).await.expect("points")
}

async fn found(world: &World, value: &str) -> usize {
    let who = world.staff("lou", words::Role::Lead).await;
    let found = world.desk.look_up(&who, "email", value).await;
    found.expect("a look-up").len()
}

#[test]
fn who_takes_the_old_contact_point_away_first_is_heard_of_all_the_same() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        sends(&world, &[]).await;
        let told = only(&post(&world).await, "planned");
        assert_eq!(told.to.as_str(), EMAIL);
        assert!(
            points(&world, robin)
                .await
                .iter()
                .all(|p| p.usable(world.desk.now()))
        );

        world.clock.pass(HOUR);
        sends(&world, &[email(THIEF, "2019-05-01", Some("2019-05-01"))]).await;
        let told = only(&post(&world).await, "planned");
        assert_eq!(told.to.as_str(), EMAIL, "it is still in effect, and hears");
        assert!(safety(&world, robin).await.is_none());
        // A reset is asked for there, and no receipt alone opens one.
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(only(&post(&world).await, "confirm").to.as_str(), EMAIL);
        let page = world.desk.give_page(&rep, ticket, asked.id).await;
        assert!(page.is_err(), "{page:?}");

        press(&world, &secret(&told), Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        world.clock.pass(HOUR * 80);
        post(&world).await;
        let left = points(&world, robin).await;
        assert_eq!(left.len(), 2, "the email and the phone that were there");
        assert!(left.iter().all(|p| p.usable(world.desk.now())));
    });
}

#[test]
fn what_is_only_taken_away_goes_after_its_time_if_nobody_objects() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        sends(&world, &[]).await;
        assert_eq!(kinds(&post(&world).await), ["planned"]);
        world.clock.pass(HOUR * 71);
        post(&world).await;
        assert_eq!(
            (
                points(&world, robin).await.len(),
                found(&world, EMAIL).await
            ),
            (2, 1)
        );
        world.clock.pass(HOUR * 2);
        post(&world).await;
        assert_eq!(points(&world, robin).await.len(), 0);
        let who = world.staff("max", words::Role::Lead).await;
        let found = world.desk.look_up(&who, "email", EMAIL).await;
        assert!(found.expect("a look-up").is_empty());
    });
}

#[test]
fn an_account_is_not_found_by_what_is_still_to_come_or_was_stopped() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        sends(&world, &[email(THIEF, "2019-05-01", Some("2019-05-01"))]).await;
        let who = world.staff("max", words::Role::Lead).await;
        let by = async |value: &'static str| {
            let found = world.desk.look_up(&who, "email", value).await;
            found.expect("a look-up").len()
        };
        assert_eq!((by(THIEF).await, by(EMAIL).await), (0, 1));
        let stop = secret(&only(&post(&world).await, "planned"));
        press(&world, &stop, Answer::No).await;
        assert_eq!(account(&world, robin).await.hold, HoldLevel::Frozen);
        assert_eq!((by(THIEF).await, by(EMAIL).await), (0, 1));
    });
}

#[test]
fn a_receipt_that_came_lately_is_no_proof_before_its_cooling_off_time() {
    on_both(|world| async move {
        let mut bare = document(&[email(EMAIL, "2019-05-01", None)]);
        let receipts = bare.fields.remove("receipt_code").expect("receipts");
        world
            .desk
            .put_account(None, "A-1042", bare.clone())
            .await
            .expect("put");
        world.clock.pass(HOUR * 100);
        // Somebody buys the cheapest thing on the account, and rings an hour later.
        bare.fields.insert("receipt_code".to_owned(), receipts);
        world
            .desk
            .put_account(None, "A-1042", bare)
            .await
            .expect("put");
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let rep = rep(&world).await;
        for (wait, outcome) in [(1, RequestState::Refused), (72, RequestState::Waiting)] {
            world.clock.pass(HOUR * wait);
            let ticket = call(&world, &rep, robin).await;
            let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
            assert_eq!(asked.state, outcome, "{asked:?}");
        }
    });
}

#[test]
fn a_confirmed_contact_point_that_cools_off_keeps_a_receipt_from_being_enough() {
    on_both(|world| async move {
        put(&world, "A-1042", &[email(EMAIL, "2019-05-01", None)]).await;
        sends(&world, &[email(EMAIL, "2019-05-01", Some("2026-11-21"))]).await;
        let robin = crate::common::account_named(&world, "A-1042").await.id;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        assert_eq!(asked.state, RequestState::Refused);
        assert!(!asked.words.contains(RECEIPT));
        let asked = deliver(&world, &rep, ticket, "address", "").await;
        assert_eq!(asked.state, RequestState::Refused);
        assert_eq!(kinds(&post(&world).await), Vec::<&str>::new());
    });
}

#[test]
fn each_class_of_changes_can_cool_off_for_a_time_of_its_own() {
    let settings = DeskSettings {
        cooling_off: CoolingOff {
            contact_points: Some(96),
            receipts: Some(48),
            ..CoolingOff::default()
        },
        ..DeskSettings::default()
    };
    assert_eq!(settings.cools(Cools::Receipt), 48);
    assert_eq!(settings.cools(Cools::Erasure), 72);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let world = World::with(On::Sqlite, settings).await;
        let robin = customer(&world).await;
        world.clock.pass(HOUR);
        let new = email("new@mail.example", "2026-01-01", Some("2026-01-01"));
        sends(&world, &[crate::common::on_file(), vec![new]].concat()).await;
        let all = points(&world, robin).await;
        let last = all.iter().map(|point| point.effective_at).max();
        let last = last.expect("contact points");
        let waits = world.desk.now().until(last).as_secs().div_ceil(60);
        assert_eq!(waits, 96 * 60, "minutes");
    });
}
