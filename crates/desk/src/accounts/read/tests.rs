use crate::{
    accounts::AccountDocument,
    error::DeskError,
    settings::minutes,
    testing::{World, on_both},
};
use words::Role;

async fn robin(world: &World) {
    let document = AccountDocument::from_json(
        br#"{"display_name":"Robin Vale","contact_points":[
        {"kind":"email","value":"robin@mail.example","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}],
        "fields":{"plan":"gold","address":"Elm Row 5","order":{"GZ-7001":"2 gizmos"},"receipt_code":{"9":"QX77"}}}"#,
    )
    .expect("a document");
    world
        .desk
        .put_account(None, "A-1042", document)
        .await
        .expect("put");
}

async fn kinds(world: &World) -> Vec<String> {
    let mut tx = world.desk.store.read().await.expect("a transaction");
    let rows = tx.ledger_rows(0, 1000).await.expect("rows");
    rows.iter()
        .map(|row| ledger::Entry::decode(&row.body).expect("an entry").kind)
        .collect()
}

#[test]
fn an_account_is_read_masked_and_the_reading_is_in_the_ledger() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        let view = world
            .desk
            .read_account(&me, "A-1042")
            .await
            .expect("a reading");
        let field = |name: &str| view.fields.iter().find(|field| field.name == name);
        assert_eq!(
            field("plan").expect("the plan").value.as_deref(),
            Some("gold")
        );
        assert_eq!(field("address").expect("the address").value, None);
        assert_eq!(field("order").expect("orders").items, ["GZ-7001"]);
        assert!(field("receipt_code").is_none());
        assert!(view.contact_points[0].confirmed);
        let shown = format!("{view:?}");
        for value in ["robin@", "Elm Row", "2 gizmos", "QX77"] {
            assert!(!shown.contains(value), "{value}");
        }
        assert_eq!(
            kinds(&world).await.last().map(String::as_str),
            Some("account.read")
        );
    });
}

#[test]
fn an_unknown_name_is_a_look_up_that_found_nothing_and_both_are_limited_together() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("rep", Role::Rep).await;
        let look_ups = world.desk.settings.look_ups;
        for n in 1..look_ups {
            let missed = world.desk.read_account(&me, &format!("B-{n}")).await;
            assert!(matches!(missed, Err(DeskError::NotFound)));
        }
        assert_eq!(
            kinds(&world).await.last().map(String::as_str),
            Some("account.looked-up")
        );
        world
            .desk
            .look_up(&me, "email", "robin@mail.example")
            .await
            .expect("the last one");
        let over = world.desk.read_account(&me, "A-1042").await;
        assert!(matches!(over, Err(DeskError::Limited(_))));
        world
            .clock
            .pass(minutes(world.desk.settings.look_up_minutes));
        world
            .desk
            .read_account(&me, "A-1042")
            .await
            .expect("one more");
    });
}

#[test]
fn an_auditor_reads_no_account() {
    on_both(|world| async move {
        robin(&world).await;
        let me = world.staff("auditor", Role::Auditor).await;
        let tried = world.desk.read_account(&me, "A-1042").await;
        assert!(matches!(tried, Err(DeskError::Forbidden(_))));
    });
}
