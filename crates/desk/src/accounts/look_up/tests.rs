use super::*;
use crate::{
    accounts::AccountDocument,
    testing::{World, on_both},
};
use ledger::Entry;
use words::Role;

async fn robin(world: &World) {
    let document = AccountDocument::from_json(
        br#"{"display_name":"Robin Vale","customer_since":"2019-05-01","contact_points":[
        {"kind":"email","value":"Robin@Mail.example"},{"kind":"phone","value":"+1 202 555 0142"}],
        "fields":{"user_name":"RobinV","address":"Elm Row 5","order":{"GZ-7001":"gizmo"}}}"#,
    )
    .expect("a document");
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
}

async fn last_entries(world: &World, n: usize) -> Vec<Entry> {
    let mut tx = world.desk.store.read().await.expect("a transaction");
    let rows = tx.ledger_rows(0, 1000).await.expect("rows");
    rows[rows.len() - n..]
        .iter()
        .map(|row| Entry::decode(&row.body).expect("an entry"))
        .collect()
}

async fn last_entry(world: &World) -> Entry {
    last_entries(world, 1).await.remove(0)
}

#[test]
fn an_account_is_found_by_every_kind_in_any_spelling() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        for (kind, value) in [
            ("external_id", "A-1042"),
            ("external_id", " a 1042"),
            ("user_name", "robinv"),
            ("user_name", " ROBINV "),
            ("email", "robin@mail.example"),
            ("email", "ROBIN@mail.EXAMPLE "),
            ("phone", "0012025550142"),
            ("phone", "1-202-555-0142"),
            ("order", "gz7001"),
            ("order", "GZ 7001"),
        ] {
            let found = world
                .desk
                .look_up(&me, kind, value)
                .await
                .expect("a look-up");
            assert_eq!(found.len(), 1, "{kind} {value}");
            assert_eq!(
                (
                    found[0].external_id.as_str(),
                    found[0].display_name.as_str()
                ),
                ("A-1042", "Robin Vale")
            );
            assert_eq!(found[0].customer_since.map(Time::year), Some(2019));
            assert_eq!(found[0].open_tickets, 0);
        }
    });
}

#[test]
fn nothing_is_found_by_a_part_or_by_what_is_not_for_finding() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        for (kind, value) in [
            ("email", "robin@mail"),
            ("email", "robinv"),
            ("phone", "5550142"),
            ("user_name", "robin"),
            ("order", "7001"),
        ] {
            assert!(
                world
                    .desk
                    .look_up(&me, kind, value)
                    .await
                    .expect("a look-up")
                    .is_empty(),
                "{kind} {value}"
            );
        }
        for kind in [
            "address",
            "birth_date",
            "card",
            "receipt_code",
            "display_name",
            "",
        ] {
            let error = world
                .desk
                .look_up(&me, kind, "Elm Row 5")
                .await
                .expect_err("no such kind");
            assert_eq!(
                error.to_string(),
                "accounts can't be found by that; use one of: external_id, email, phone, user_name, order"
            );
        }
        assert!(matches!(
            world.desk.look_up(&me, "email", " ").await,
            Err(DeskError::Invalid(_))
        ));
    });
}

#[test]
fn a_look_up_is_in_the_ledger_found_or_not_without_what_was_said() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        for (value, found) in [("robin@mail.example", 1), ("nobody@mail.example", 0)] {
            world
                .desk
                .look_up(&me, "email", value)
                .await
                .expect("a look-up");
            let entry = last_entry(&world).await;
            assert_eq!(
                (entry.kind.as_str(), entry.actor.clone()),
                ("account.looked-up", me.actor())
            );
            assert_eq!(
                (&entry.data["kind"], &entry.data["found"]),
                (&"email".into(), &found.into())
            );
            let sought = entry.data["sought"].as_array().expect("a list");
            assert_eq!(
                sought.len(),
                found,
                "one for each account, under its own key"
            );
            assert!(!entry.encode().contains("mail.example"));
        }
    });
}

#[test]
fn look_ups_are_limited_per_person_and_open_again_one_by_one() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        for n in 0..world.desk.settings.look_ups {
            let found = world
                .desk
                .look_up(&me, "order", &format!("{n}"))
                .await
                .expect("a look-up");
            assert!(found.is_empty(), "a miss is charged too");
        }
        let over = world.desk.look_up(&me, "email", "robin@mail.example").await;
        assert!(matches!(over, Err(DeskError::Limited(_))));
        // It is an entry, and the leads hear of it.
        let last = last_entries(&world, 2).await;
        assert_eq!(last[0].kind, "account.look-up-limited");
        assert_eq!(last[1].kind, "alarm.raised");
        let colleague = world.staff("lead", Role::Lead).await;
        assert_eq!(
            world
                .desk
                .look_up(&colleague, "email", "robin@mail.example")
                .await
                .expect("a look-up")
                .len(),
            1
        );
        world
            .clock
            .pass(minutes(world.desk.settings.look_up_minutes));
        assert_eq!(
            world
                .desk
                .look_up(&me, "email", "robin@mail.example")
                .await
                .expect("a look-up")
                .len(),
            1
        );
        assert!(matches!(
            world.desk.look_up(&me, "order", "1").await,
            Err(DeskError::Limited(_))
        ));
    });
}

#[test]
fn an_auditor_finds_nobody() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("auditor", Role::Auditor).await;
        let tried = world.desk.look_up(&me, "email", "robin@mail.example").await;
        assert!(matches!(tried, Err(DeskError::Forbidden(_))));
    });
}
