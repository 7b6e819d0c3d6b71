use super::*;
use crate::settings::hours;
use crate::testing::{World, on_both};
use std::time::Duration;

fn document(email: &str, phone: Option<&str>, address: &str) -> AccountDocument {
    let phone = phone.map_or(String::new(), |phone| {
        format!(r#",{{"kind":"phone","value":"{phone}","registered_at":"2018-01-01","confirmed_at":"2018-01-01"}}"#)
    });
    AccountDocument::from_json(
        format!(
            r#"{{"display_name":"Robin Vale","customer_since":"2019-05-01","contact_points":[
            {{"kind":"email","value":"{email}","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}}{phone}],
            "fields":{{"address":"{address}","order":{{"7001":"gizmo"}},"receipt_code":{{"7001":"7K2P-99XX"}}}}}}"#
        )
        .as_bytes(),
    )
    .expect("a document")
}

async fn put(world: &World, document: AccountDocument) -> Put {
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put")
}

async fn stored(world: &World) -> (AccountRow, Vec<store::FieldRow>, Vec<ContactPointRow>) {
    let mut tx = world.desk.store.read().await.expect("a transaction");
    let account = tx
        .account_named("A-1042")
        .await
        .expect("a read")
        .expect("an account");
    let fields = tx.fields(account.id).await.expect("fields");
    let points = tx.contact_points(account.id).await.expect("points");
    (account, fields, points)
}

async fn entries(world: &World) -> Vec<Entry> {
    let mut tx = world.desk.store.read().await.expect("a transaction");
    let rows = tx.ledger_rows(0, 100).await.expect("rows");
    rows.iter()
        .map(|row| Entry::decode(&row.body).expect("an entry"))
        .collect()
}

#[test]
fn putting_the_same_twice_writes_nothing() {
    on_both(|world| async move {
        assert_eq!(
            put(&world, document("robin@mail.example", None, "Elm Row 5")).await,
            Put::Created
        );
        let (before, ..) = stored(&world).await;
        world.clock.pass(Duration::from_hours(1));
        assert_eq!(
            put(&world, document("robin@mail.example", None, "Elm Row 5")).await,
            Put::Same
        );
        // The same letters to a machine and to a person.
        assert_eq!(
            put(&world, document("Robin@Mail.Example", None, " Elm Row 5 ")).await,
            Put::Same
        );
        let (after, ..) = stored(&world).await;
        assert_eq!(before.updated_at, after.updated_at);
        assert_eq!(entries(&world).await.len(), 1);
        assert!(world.mail.sent.lock().expect("lock").is_empty());
    });
}

#[test]
fn only_what_changed_is_sealed_anew() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        let (_, before, _) = stored(&world).await;
        assert_eq!(
            put(&world, document("robin@mail.example", None, "Oak Way 9")).await,
            Put::Changed
        );
        let (account, after, _) = stored(&world).await;
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.id, new.id, "a field keeps its id");
            assert_eq!(old.sealed == new.sealed, old.name != "address");
        }
        let entry = entries(&world).await.pop().expect("an entry");
        assert_eq!(
            (entry.kind.as_str(), entry.account),
            ("account.put", Some(account.id.to_string()))
        );
        assert_eq!(entry.data["changed"], serde_json::json!(["address"]));
    });
}

#[test]
fn a_changed_field_opens_as_the_new_value() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        put(&world, document("robin@mail.example", None, "Oak Way 9")).await;
        let (account, fields, _) = stored(&world).await;
        let key = world.desk.key(&account).expect("a key");
        let address = fields
            .iter()
            .find(|field| field.name == "address")
            .expect("the address");
        assert_eq!(address.digest, key.digest("address", b"Oak Way 9").0);
        let receipt = fields
            .iter()
            .find(|field| field.name == "receipt_code")
            .expect("the receipt");
        assert_eq!(
            receipt.digest,
            key.digest("receipt_code[7001]", b"7K2P99XX").0,
            "compared as it is meant"
        );
    });
}

#[test]
fn what_is_no_longer_sent_is_gone() {
    on_both(|world| async move {
        put(
            &world,
            document("robin@mail.example", Some("+1 202 555 0142"), "Elm Row 5"),
        )
        .await;
        let bare =
            AccountDocument::from_json(br#"{"display_name":"Robin Vale"}"#).expect("a document");
        assert_eq!(put(&world, bare).await, Put::Changed);
        let (_, fields, points) = stored(&world).await;
        assert!(fields.is_empty());
        assert_eq!(
            points.len(),
            2,
            "what the owner is reached by goes once they had time to object"
        );
        world.work().await;
        world.clock.pass(hours(73));
        world.work().await;
        let (.., points) = stored(&world).await;
        assert!(points.is_empty());
        let me = world.staff("rep", Role::Rep).await;
        for (kind, value) in [("email", "robin@mail.example"), ("order", "7001")] {
            assert!(
                world
                    .desk
                    .look_up(&me, kind, value)
                    .await
                    .expect("a look-up")
                    .is_empty()
            );
        }
        assert_eq!(
            world
                .desk
                .look_up(&me, "external_id", "A-1042")
                .await
                .expect("a look-up")
                .len(),
            1
        );
    });
}

#[test]
fn a_new_accounts_contact_points_count_at_once() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        let (.., points) = stored(&world).await;
        assert_eq!(points[0].registered_at.year(), 2019);
        assert_eq!(points[0].effective_at, points[0].registered_at);
        assert!(points[0].usable(world.desk.now()));
    });
}

#[test]
fn a_new_contact_point_of_a_known_account_cools_off_whatever_dates_it_claims() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        put(
            &world,
            document("robin@mail.example", Some("+1 202 555 0142"), "Elm Row 5"),
        )
        .await;
        let (.., points) = stored(&world).await;
        let (email, phone) = (&points[0], &points[1]);
        assert!(
            email.usable(world.desk.now()),
            "the old one stays first and in effect"
        );
        assert!(!phone.usable(world.desk.now()), "it claims to be of 2018");
        assert_eq!(phone.registered_at.year(), 2026);
        assert_eq!(phone.registered_at.until(phone.effective_at), hours(72));
        world.clock.pass(hours(73));
        assert!(phone.usable(world.desk.now()));
    });
}

#[test]
fn a_contact_point_that_went_and_came_back_is_new() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        put(&world, document("other@mail.example", None, "Elm Row 5")).await;
        world.work().await;
        world.clock.pass(hours(73));
        world.work().await;
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        let (.., points) = stored(&world).await;
        let robin = points.iter().max_by_key(|point| point.registered_at);
        assert_eq!(points.len(), 2, "the other one stays meanwhile");
        assert!(robin.is_some_and(|point| !point.usable(world.desk.now())));
    });
}

#[test]
fn a_contact_point_that_was_about_to_go_stays_if_it_is_sent_again() {
    on_both(|world| async move {
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        put(&world, document("other@mail.example", None, "Elm Row 5")).await;
        put(&world, document("robin@mail.example", None, "Elm Row 5")).await;
        world.clock.pass(hours(73));
        world.work().await;
        let (.., points) = stored(&world).await;
        assert_eq!(points.len(), 1);
        assert!(points[0].usable(world.desk.now()));
        assert_eq!(points[0].registered_at.year(), 2019);
    });
}

#[test]
fn a_late_confirmation_of_a_known_contact_point_cools_off_too() {
    on_both(|world| async move {
        let of = |more: &str| {
            let text = format!(
                r#"{{"display_name":"R","contact_points":[{{"kind":"email","value":"r@mail.example","registered_at":"2019-05-01"{more}}}]}}"#
            );
            AccountDocument::from_json(text.as_bytes()).expect("a document")
        };
        put(&world, of("")).await;
        put(&world, of(r#","confirmed_at":"2026-11-20""#)).await;
        let (.., points) = stored(&world).await;
        assert_eq!(points[0].registered_at.year(), 2019);
        assert!(points[0].confirmed_at.is_some() && !points[0].usable(world.desk.now()));
        world.clock.pass(hours(73));
        assert!(points[0].usable(world.desk.now()));
    });
}

#[test]
fn people_can_not_put_accounts() {
    on_both(|world| async move {
        let mut me = world.staff("token", Role::Admin).await;
        let document = || document("robin@mail.example", None, "Elm Row 5");
        me.scopes = Some(vec!["events".to_owned()]);
        let other_scope = world
            .desk
            .put_account(Some(&me), "A-1042", document())
            .await;
        assert!(matches!(other_scope, Err(DeskError::Forbidden(_))));
        me.scopes = Some(vec![ACCOUNTS_SCOPE.to_owned()]);
        assert_eq!(
            world
                .desk
                .put_account(Some(&me), "A-1042", document())
                .await
                .expect("put"),
            Put::Created
        );
        me.session = Some(words::SessionId::new(
            world.desk.now(),
            world.desk.entropy.as_ref(),
        ));
        assert!(matches!(
            world
                .desk
                .put_account(Some(&me), "A-1042", document())
                .await,
            Err(DeskError::Forbidden(_))
        ));
        for role in [Role::Rep, Role::Lead, Role::Auditor] {
            let me = world.staff(role.as_str(), role).await;
            let tried = world
                .desk
                .put_account(Some(&me), "A-1042", document())
                .await;
            assert!(matches!(tried, Err(DeskError::Forbidden(_))));
        }
    });
}

#[test]
fn two_writers_of_one_account_both_come_through() {
    on_both(|world| async move {
        for round in 0..5 {
            let put = |n: u32| {
                let desk = world.desk.clone();
                let document = document("robin@mail.example", None, &format!("Elm Row {round}{n}"));
                tokio::spawn(async move { desk.put_account(None, "A-1042", document).await })
            };
            let (a, b) = tokio::join!(put(1), put(2));
            a.expect("a task").expect("put");
            b.expect("a task").expect("put");
        }
        let (account, fields, _) = stored(&world).await;
        let key = world.desk.key(&account).expect("a key");
        let address = fields
            .iter()
            .find(|field| field.name == "address")
            .expect("the address");
        assert!(
            (1..=2)
                .any(|n| address.digest
                    == key.digest("address", format!("Elm Row 4{n}").as_bytes()).0)
        );
    });
}
