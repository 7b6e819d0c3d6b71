//! The search of tickets, and looking accounts up: the same on both engines.

use crate::common::{EMAIL, customer, lead, put, rep};
use desk::{Me, accounts::AccountDocument, testing::World, testing::on_both, ticket::NewTicket};
use words::{Channel, MessageKind};

async fn open(world: &World, me: &Me, subject: &str) -> i64 {
    let new = NewTicket {
        channel: Channel::Phone,
        subject: subject.to_owned(),
        heard: None,
        account: None,
        mine: false,
    };
    world.desk.open_ticket(me, new).await.expect("a ticket")
}

async fn found(world: &World, me: &Me, text: &str) -> Vec<i64> {
    let rows = world.desk.search(me, text).await.expect("a search");
    rows.into_iter().map(|row| row.number).collect()
}

#[test]
fn a_ticket_is_found_by_any_letters_small_or_capital() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let owl = open(&world, &rep, "Öl läuft aus der Kaffeemaschine").await;
        let road = open(&world, &rep, "ΛΑΘΟΣ ΟΔΟΣ").await;
        let apart = open(&world, &rep, "O\u{308}sterreich").await;
        open(&world, &rep, "Oil runs out").await;
        for text in ["öl läuft", "ÖL LÄUFT", "Öl", "o\u{308}l la\u{308}uft"] {
            assert_eq!(found(&world, &rep, text).await, [owl], "{text}");
        }
        for text in ["λάθος", "οδός"] {
            assert!(found(&world, &rep, text).await.is_empty(), "{text}");
        }
        assert_eq!(found(&world, &rep, "λαθος οδος").await, [road]);
        assert_eq!(found(&world, &rep, "ÖSTERREICH").await, [apart]);
        assert_eq!(found(&world, &rep, &format!("#{owl}")).await, [owl]);
    });
}

#[test]
fn a_subject_that_changes_is_found_by_what_it_says_now() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        let number = open(&world, &rep, "").await;
        assert_eq!(found(&world, &rep, "call").await, [number]);
        let (desk, heard) = (&world.desk, MessageKind::Heard);
        desk.add_message(&rep, number, heard, "Ärger mit der Rechnung")
            .await
            .expect("a message");
        assert_eq!(found(&world, &rep, "ÄRGER").await, [number]);
        assert!(found(&world, &rep, "call").await.is_empty());
    });
}

#[test]
fn what_a_database_takes_for_a_joker_is_a_letter_here() {
    on_both(|world| async move {
        let lead = lead(&world).await;
        let sale = open(&world, &lead, "50% off, why not for me?").await;
        let part = open(&world, &lead, "part A_1 is missing").await;
        open(&world, &lead, "50 euros off; part AB1").await;
        assert_eq!(found(&world, &lead, "50% off").await, [sale]);
        assert_eq!(found(&world, &lead, "a_1").await, [part]);
        assert_eq!(found(&world, &lead, "!").await, Vec::<i64>::new());
    });
}

#[test]
fn an_account_is_looked_up_by_any_letters_small_or_capital() {
    on_both(|world| async move {
        customer(&world).await;
        let rep = rep(&world).await;
        put(&world, "ÄÖ-7", &[]).await;
        let document = AccountDocument::from_json(
            r#"{"display_name":"Jörg","fields":{"user_name":"Ölkönig"}}"#.as_bytes(),
        );
        world
            .desk
            .put_account(None, "A-8", document.expect("a document"))
            .await
            .expect("put");
        for (kind, value, whose) in [
            ("external_id", "äö-7", "ÄÖ-7"),
            ("user_name", "ÖLKÖNIG", "A-8"),
            ("user_name", "ölkönig", "A-8"),
        ] {
            let found = world.desk.look_up(&rep, kind, value).await.expect("looked");
            let names: Vec<_> = found.iter().map(|f| f.external_id.as_str()).collect();
            assert_eq!(names, [whose], "{kind}");
        }
        let found = world
            .desk
            .look_up(&rep, "email", &EMAIL.to_uppercase())
            .await
            .expect("looked");
        assert_eq!(found.len(), 1);
    });
}
