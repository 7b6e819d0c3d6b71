//! The record: whole, without values, found out when touched, and no act without it.

use crate::common::{
    ADDRESS, CANARIES, EMAIL, HOUR, ask, call, customer, deliver, entries, jobs, kinds, lead,
    letters, lift, notice_secret, only, post, press, rep, say, secret, state,
};
use ::ledger::{Fault, Verifier, leaf_hash, verify_export};
use desk::{
    Answer, DeskError,
    journal::{JournalError, export, verify},
    testing::{On, World, on_both},
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::future::Future;
use words::{MessageKind, RequestKind, RequestState};

/// A day at the desk, with a bit of everything.
pub(crate) async fn a_day(world: &World) {
    let robin = customer(world).await;
    let rep = rep(world).await;
    let lead = lead(world).await;
    let secret_of_first = notice_secret(world, &rep, robin).await;
    for (kind, value) in [
        ("email", EMAIL),
        ("phone", crate::common::PHONE),
        ("user_name", crate::common::USER_NAME),
        ("order", "7001"),
    ] {
        assert_eq!(
            world
                .desk
                .look_up(&rep, kind, value)
                .await
                .expect("found")
                .len(),
            1,
            "{kind}"
        );
    }
    let ticket = call(world, &rep, robin).await;
    world.desk.ticket(&rep, ticket).await.expect("a ticket");
    say(
        world,
        &rep,
        ticket,
        MessageKind::Heard,
        &format!("I live at {ADDRESS}, CANARY-HEARD"),
    )
    .await;
    say(world, &rep, ticket, MessageKind::Note, "CANARY-NOTE").await;
    say(world, &rep, ticket, MessageKind::Reply, "CANARY-REPLY").await;
    deliver(world, &rep, ticket, "invoice", "10442").await;
    deliver(world, &rep, ticket, "receipt_code", "10442").await;
    deliver(world, &rep, ticket, "receipt_code", "10442").await;
    ask(world, &rep, ticket, RequestKind::Reset).await;
    let sent = post(world).await;
    press(world, &secret(&only(&sent, "confirm")), Answer::Yes).await;
    world
        .desk
        .escalate(&rep, ticket, "CANARY-REASON")
        .await
        .expect("an escalation");
    world.work().await;
    press(world, &secret_of_first, Answer::No).await;
    world.work().await;
    let safety = crate::common::safety(world, robin)
        .await
        .expect("a safety ticket");
    ask(world, &lead, safety, RequestKind::Unlock).await;
    let sent = post(world).await;
    lift(world, &secret(&only(&sent, "confirm"))).await;
    world.desk.close(&rep, ticket).await.expect("a close");
    world.clock.pass(HOUR * 2);
    post(world).await;
}

pub(crate) fn verifier(world: &World) -> Verifier {
    Verifier::parse(&world.desk.ledger_key()).expect("a key")
}

#[test]
fn a_whole_record_verifies_and_so_does_its_export() {
    on_both(|world| async move {
        a_day(&world).await;
        let note = world
            .desk
            .checkpoint()
            .await
            .expect("a checkpoint")
            .expect("something to sign");
        assert_eq!(
            world
                .desk
                .checkpoint()
                .await
                .expect("a checkpoint")
                .as_ref(),
            Some(&note),
            "the same, unless it grew"
        );
        let store = world.desk.store();
        let report = verify(store, &verifier(&world), std::slice::from_ref(&note))
            .await
            .expect("whole");
        assert_eq!(
            report.entries,
            world.desk.ledger_size().await.expect("a size")
        );
        assert!(report.is_covered() && report.entries > 40, "{report}");
        let file = export(store, &verifier(&world), Vec::new())
            .await
            .expect("an export");
        let told = verify_export(&file[..], Some(&verifier(&world))).expect("whole");
        assert_eq!(told.report.entries, report.entries);
        assert_eq!(told.report.root, report.root);
        let other =
            ::ledger::Signer::from_seed("staunch.example/test", &[8; 32]).expect("a signer");
        let other = Verifier::parse(&other.verifier_key()).expect("a key");
        assert!(
            matches!(
                verify(store, &other, &[]).await,
                Err(JournalError::Checkpoint(_))
            ),
            "another's key"
        );
    });
}

#[test]
fn no_value_no_name_and_no_word_of_a_conversation_is_in_the_record() {
    on_both(|world| async move {
        a_day(&world).await;
        let auditor = world.staff("ana", words::Role::Auditor).await;
        let mut before = None;
        let mut seen = 0;
        loop {
            let page = world.desk.ledger(&auditor, before).await.expect("a page");
            let Some((last, _)) = page.entries.last() else {
                break;
            };
            before = Some(*last);
            for (_, body) in &page.entries {
                seen += 1;
                let lower = body.to_lowercase();
                for canary in CANARIES.iter().chain(&[
                    "CANARY",
                    "Robin",
                    "Vale",
                    "rae",
                    "invoice-10442.pdf",
                    "About my order",
                ]) {
                    assert!(
                        !lower.contains(&canary.to_lowercase()),
                        "{canary} in {body}"
                    );
                    assert!(!lower.contains(&hex::encode(canary)), "{canary} in {body}");
                }
            }
        }
        assert_eq!(seen, world.desk.ledger_size().await.expect("a size"));
        assert!(
            entries(&world)
                .await
                .windows(2)
                .all(|pair| pair[0].at <= pair[1].at + 1_000),
            "in order"
        );
    });
}

pub(crate) async fn connect(world: &World) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(world.folder.join("staunch.db"));
    SqliteConnection::connect_with(&options)
        .await
        .expect("the file")
}

pub(crate) async fn run(world: &World, sql: &'static str) {
    let mut connection = connect(world).await;
    let done = sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("the statement");
    assert!(done.rows_affected() > 0 || sql.contains("trigger"), "{sql}");
    connection.close().await.expect("closed");
}

/// A world on `SQLite`, whose file can be touched behind the desk's back.
pub(crate) fn behind_the_back<F: Future<Output = ()>>(story: impl FnOnce(World) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async { story(World::on(On::Sqlite).await).await });
}

/// A desk with some entries and a checkpoint; returns what was kept elsewhere.
async fn recorded(world: &World) -> String {
    let robin = customer(world).await;
    let rep = rep(world).await;
    for _ in 0..6 {
        call(world, &rep, robin).await;
    }
    world
        .desk
        .checkpoint()
        .await
        .expect("a checkpoint")
        .expect("a note")
}

async fn fault(world: &World, kept: &[String]) -> Fault {
    match verify(world.desk.store(), &verifier(world), kept).await {
        Err(JournalError::Fault(fault)) => {
            // An export tells the same to whoever has no database.
            let file = export(world.desk.store(), &verifier(world), Vec::new()).await;
            if let Ok(file) = file
                && kept.is_empty()
            {
                let error =
                    verify_export(&file[..], Some(&verifier(world))).expect_err("not whole");
                assert!(
                    error.to_string().contains(&fault.to_string()),
                    "{error} / {fault}"
                );
            }
            fault
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_changed_entry_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(
            &world,
            "update ledger set body = replace(body, 'phone', 'email') where idx = 3",
        )
        .await;
        let fault = fault(&world, &[]).await;
        assert_eq!(fault, Fault::Body { index: 3 });
        assert!(fault.to_string().contains("entry 3"));
    });
}

#[test]
fn a_changed_entry_with_its_hash_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        let mut connection = connect(&world).await;
        let body: String =
            sqlx::query_scalar("select replace(body, 'phone', 'email') from ledger where idx = 3")
                .fetch_one(&mut connection)
                .await
                .expect("a row");
        let leaf = leaf_hash(body.as_bytes());
        sqlx::query("update ledger set body = $1, leaf = $2 where idx = 3")
            .bind(&body)
            .bind(leaf.as_slice())
            .execute(&mut connection)
            .await
            .expect("an update");
        assert_eq!(fault(&world, &[]).await.first_entry(), 3);
    });
}

#[test]
fn a_removed_entry_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "delete from ledger where idx = 4").await;
        assert_eq!(
            fault(&world, &[]).await,
            Fault::Missing { first: 4, last: 4 }
        );
    });
}

#[test]
fn a_removed_first_entry_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "delete from ledger where idx = 0").await;
        assert_eq!(fault(&world, &[]).await.first_entry(), 0);
    });
}

#[test]
fn a_removed_entry_with_the_rest_moved_up_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "delete from ledger where idx = 4").await;
        run(&world, "update ledger set idx = -idx where idx > 4").await;
        run(&world, "update ledger set idx = -idx - 1 where idx < 0").await;
        assert_eq!(fault(&world, &[]).await.first_entry(), 4);
    });
}

#[test]
fn swapped_entries_are_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "update ledger set idx = -1 where idx = 2").await;
        run(&world, "update ledger set idx = 2 where idx = 5").await;
        run(&world, "update ledger set idx = 5 where idx = -1").await;
        assert_eq!(fault(&world, &[]).await.first_entry(), 2);
    });
}

#[test]
fn a_cut_off_end_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "delete from ledger where idx >= 10").await;
        assert!(matches!(
            fault(&world, &[]).await,
            Fault::Truncated { first: 10, .. }
        ));
    });
}

#[test]
fn an_end_cut_off_before_any_checkpoint_is_named() {
    behind_the_back(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        call(&world, &rep, robin).await;
        let size = world.desk.ledger_size().await.expect("a size");
        run(&world, "delete from ledger where idx >= 2").await;
        let error = verify(world.desk.store(), &verifier(&world), &[])
            .await
            .expect_err("not whole");
        assert!(
            matches!(error, JournalError::Short { first: 2, counted } if counted == size),
            "{error}"
        );
    });
}

#[test]
fn a_cut_off_end_whose_checkpoint_went_too_is_found_by_the_one_kept_elsewhere() {
    behind_the_back(|world| async move {
        let kept = recorded(&world).await;
        run(&world, "delete from ledger where idx >= 10").await;
        run(&world, "delete from checkpoints").await;
        // The head, too, is put back to what ten entries give.
        let mut frontier = ::ledger::Frontier::new();
        for row in world
            .desk
            .store()
            .read()
            .await
            .expect("a transaction")
            .ledger_rows(0, 100)
            .await
            .expect("rows")
        {
            frontier.push(leaf_hash(row.body.as_bytes()));
        }
        let mut connection = connect(&world).await;
        sqlx::query("update ledger_head set size = 10, frontier = $1")
            .bind(frontier.to_bytes())
            .execute(&mut connection)
            .await
            .expect("an update");
        verify(world.desk.store(), &verifier(&world), &[])
            .await
            .expect("the database alone tells nothing");
        assert!(matches!(
            fault(&world, &[kept]).await,
            Fault::Truncated { first: 10, .. }
        ));
    });
}

#[test]
fn a_record_rewritten_as_a_whole_is_found_by_its_checkpoint() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        let mut frontier = ::ledger::Frontier::new();
        let rows = world
            .desk
            .store()
            .read()
            .await
            .expect("a transaction")
            .ledger_rows(0, 100)
            .await
            .expect("rows");
        let mut connection = connect(&world).await;
        for row in rows {
            let body = if row.idx == 3 {
                row.body.replace("phone", "email")
            } else {
                row.body
            };
            let leaf = leaf_hash(body.as_bytes());
            frontier.push(leaf);
            sqlx::query("update ledger set body = $2, leaf = $3, root = $4 where idx = $1")
                .bind(row.idx)
                .bind(&body)
                .bind(leaf.as_slice())
                .bind(frontier.root().as_slice())
                .execute(&mut connection)
                .await
                .expect("an update");
        }
        connection.close().await.expect("closed");
        assert!(matches!(
            fault(&world, &[]).await,
            Fault::Checkpoint { first: 0, .. }
        ));
    });
}

#[test]
fn what_can_not_be_recorded_does_not_happen() {
    behind_the_back(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        // One delivery and one question are on their way, one question is answered in a moment.
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        let secret = secret(&only(&post(&world).await, "confirm"));
        let sending = deliver(&world, &rep, ticket, "address", "").await;
        let size = world.desk.ledger_size().await.expect("a size");
        run(&world, "create trigger closed before insert on ledger begin select raise(abort, 'read only'); end").await;

        let stopped = |result: Result<(), DeskError>| {
            assert!(matches!(result, Err(DeskError::Store(_))), "{result:?}");
        };
        let desk = &world.desk;
        stopped(
            desk.ask(&rep, ticket, RequestKind::Deliver, "invoice", "10442")
                .await
                .map(drop),
        );
        stopped(
            desk.ask(&rep, ticket, RequestKind::Change, "", "")
                .await
                .map(drop),
        );
        stopped(desk.answer(&secret, Answer::Yes).await.map(drop));
        stopped(desk.answer(&secret, Answer::No).await.map(drop));
        stopped(desk.ticket(&rep, ticket).await.map(drop));
        stopped(desk.look_up(&rep, "external_id", "A-1042").await.map(drop));
        stopped(desk.read_account(&rep, "A-1042").await.map(drop));
        stopped(
            desk.add_message(&rep, ticket, MessageKind::Reply, "hello")
                .await
                .map(drop),
        );
        stopped(desk.end_call(&rep, ticket).await);
        stopped(desk.close(&rep, ticket).await);
        stopped(
            crate::common::open(&world, &rep, words::Channel::Phone, None)
                .await
                .map(drop),
        );
        let work = desk.work_all().await;
        assert!(letters(&world).is_empty(), "nothing leaves: {work:?}");
        assert!(world.provider.told.lock().expect("lock").is_empty());
        assert_eq!(desk.ledger_size().await.expect("a size"), size);
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        assert_eq!(crate::common::account(&world, robin).await.attempts, 0);

        run(&world, "drop trigger closed").await;
        assert_eq!(
            jobs(&world, "ready").await.len(),
            1,
            "what was on its way waits"
        );
        assert!(
            desk.ticket(&rep, ticket)
                .await
                .expect("a ticket")
                .ticket
                .ended_at
                .is_none()
        );
        world.clock.pass(HOUR / 60);
        assert_eq!(kinds(&post(&world).await), ["delivery"]);
        assert_eq!(state(&world, &sending).await, RequestState::Done);
        press(&world, &secret, Answer::Yes).await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        verify(desk.store(), &verifier(&world), &[])
            .await
            .expect("whole");
    });
}
