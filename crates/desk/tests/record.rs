//! The owner's record: everything about one account, provable, and found out when touched; and that
//! the ledger only grew.

use crate::common::{CANARIES, call, customer, email, entries, put, rep};
use crate::ledger::{a_day, behind_the_back, connect, run, verifier};
use ::ledger::{
    Consistency, ConsistencyError, Entry, RecordError, RecordFault, RecordReport, leaf_hash,
    record::MADE, verify_record,
};
use desk::{
    DeskError, Me,
    journal::{JournalError, consistency, verify},
    testing::{World, on_both},
};
use sqlx::Connection as _;
use std::collections::BTreeSet;
use words::Role;

async fn made(world: &World, me: Option<&Me>, external_id: &str) -> String {
    let mut record = world
        .desk
        .account_record(me, external_id)
        .await
        .expect("a record");
    let mut text = String::new();
    while let Some(lines) = record.part().await.expect("lines") {
        text += &lines;
    }
    text
}

fn check(world: &World, text: &str) -> Result<(RecordReport, Vec<Entry>), RecordError> {
    let mut entries = Vec::new();
    let report = verify_record(text.as_bytes(), Some(&verifier(world)), |_, entry| {
        entries.push(entry.clone());
    })?;
    Ok((report, entries))
}

#[test]
fn a_record_holds_every_reading_and_disclosure_of_the_account_and_no_value() {
    on_both(|world| async move {
        a_day(&world).await;
        let auditor = world.staff("ana", Role::Auditor).await;
        let text = made(&world, Some(&auditor), "A-1042").await;
        let (report, told) = check(&world, &text).expect("whole");
        let account = crate::common::account_named(&world, "A-1042").await.id;
        let about: Vec<Entry> = entries(&world)
            .await
            .into_iter()
            .filter(|entry| entry.account == Some(account.to_string()))
            .collect();
        assert_eq!(told, about);
        assert_eq!(
            report.checkpoint.size,
            world.desk.ledger_size().await.expect("a size")
        );
        let kinds: BTreeSet<&str> = told.iter().map(|entry| entry.kind.as_str()).collect();
        for kind in [
            "account.read",
            "account.found",
            "request.decided",
            "disclosure.leaving",
            "disclosure.delivered",
            "challenge.answered",
            "hold.raised",
            "hold.lifted",
        ] {
            assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
        }
        let last = told.last().expect("entries");
        assert_eq!((last.kind.as_str(), &last.actor), (MADE, &auditor.actor()));
        let lower = text.to_lowercase();
        for canary in CANARIES.iter().chain(&["CANARY", "Robin", "Vale"]) {
            assert!(!lower.contains(&canary.to_lowercase()), "{canary}");
        }
        // Its checkpoint is one of the ledger's own.
        verify(world.desk.store(), &verifier(&world), &[])
            .await
            .expect("whole");
    });
}

#[test]
fn two_accounts_records_do_not_mix_and_each_making_is_in_the_next() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let point = email("morgan@mail.example", "2020-01-01", Some("2020-01-01"));
        let morgan = put(&world, "A-1043", &[point]).await;
        let rep = rep(&world).await;
        for account in [robin, morgan, robin] {
            call(&world, &rep, account).await;
        }
        let (first, told) = check(&world, &made(&world, None, "A-1042").await).expect("whole");
        assert_eq!(first.header.external_id, "A-1042");
        assert!(
            told.iter()
                .all(|entry| entry.account == Some(robin.to_string()))
        );
        assert_eq!(told.last().expect("entries").actor, "operator");
        let (second, _) = check(&world, &made(&world, None, "A-1042").await).expect("whole");
        assert_eq!(second.entries, first.entries + 1);
        assert_ne!(
            second.header.salt, first.header.salt,
            "records can't be matched by what the ledger holds"
        );
        let (_, told) = check(&world, &made(&world, None, "A-1043").await).expect("whole");
        assert!(
            told.iter()
                .all(|entry| entry.account == Some(morgan.to_string()))
        );
    });
}

#[test]
fn only_those_who_audit_make_records_and_not_without_limit() {
    on_both(|world| async move {
        customer(&world).await;
        for role in [Role::Rep, Role::Lead] {
            let me = world.staff(role.as_str(), role).await;
            let answer = world.desk.account_record(Some(&me), "A-1042").await;
            assert!(matches!(answer, Err(DeskError::Forbidden(_))), "{role}");
        }
        let auditor = world.staff("ana", Role::Auditor).await;
        let answer = world.desk.account_record(Some(&auditor), "A-9999").await;
        assert!(matches!(answer, Err(DeskError::NotFound)));
        let last = entries(&world).await.pop().expect("entries");
        assert_eq!(
            (last.kind.as_str(), last.actor),
            ("account.looked-up", auditor.actor())
        );
        let mut limited = false;
        for _ in 0..world.desk.settings().look_ups {
            let answer = world.desk.account_record(Some(&auditor), "A-1042").await;
            limited |= matches!(answer, Err(DeskError::Limited(_)));
        }
        assert!(limited);
    });
}

/// A desk with a few entries about A-1042, and some about nobody between them.
async fn recorded(world: &World) {
    let robin = customer(world).await;
    let rep = rep(world).await;
    for _ in 0..4 {
        call(world, &rep, robin).await;
    }
}

/// What is wrong with the record of a desk whose rows were touched.
async fn fault(world: &World) -> RecordFault {
    match check(world, &made(world, None, "A-1042").await) {
        Err(RecordError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_changed_row_is_named_in_the_record() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(
            &world,
            "update ledger set body = replace(body, 'ticket.account', 'ticket.closed') where nth = 3",
        )
        .await;
        assert!(matches!(
            fault(&world).await,
            RecordFault::Changed { nth: 3, .. }
        ));
    });
}

#[test]
fn a_row_changed_with_its_hashes_is_named_in_the_record() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        let mut connection = connect(&world).await;
        let body: String = sqlx::query_scalar(
            "select replace(body, 'ticket.account', 'ticket.closed') from ledger where nth = 3",
        )
        .fetch_one(&mut connection)
        .await
        .expect("a row");
        sqlx::query("update ledger set body = $1, leaf = $2 where nth = 3")
            .bind(&body)
            .bind(leaf_hash(body.as_bytes()).as_slice())
            .execute(&mut connection)
            .await
            .expect("an update");
        connection.close().await.expect("closed");
        // The changed leaf stands in the other entries' proofs: the first of them is named.
        assert!(matches!(fault(&world).await, RecordFault::Changed { .. }));
    });
}

#[test]
fn a_row_that_no_longer_says_whose_it_is_leaves_a_gap_in_the_record() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(
            &world,
            "update ledger set account_id = null, nth = null where nth = 2",
        )
        .await;
        assert!(matches!(
            fault(&world).await,
            RecordFault::Misplaced {
                nth: 2,
                found: Some(3),
                ..
            }
        ));
    });
}

#[test]
fn a_record_that_can_not_be_recorded_is_not_made() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        run(&world, "create trigger closed before insert on ledger begin select raise(abort, 'read only'); end").await;
        let answer = world.desk.account_record(None, "A-1042").await;
        assert!(matches!(answer, Err(DeskError::Store(_))));
    });
}

/// Entries about nobody, to fill the ledger up.
async fn fill(world: &World, count: u64) {
    let mut tx = world.desk.store().begin().await.expect("a transaction");
    for n in 0..count {
        let at = i64::try_from(n).expect("small");
        tx.entry(Entry::new(at, "test.filled", "system"));
    }
    tx.commit().await.expect("a commit");
}

#[test]
fn the_ledger_is_shown_to_have_only_grown_between_any_two_checkpoints() {
    on_both(|world| async move {
        recorded(&world).await;
        let mut notes = Vec::new();
        // Over the edges of a tile, and of two.
        for count in [1, 200, 45, 10, 256, 1, 300] {
            fill(&world, count).await;
            notes.push(
                world
                    .desk
                    .checkpoint()
                    .await
                    .expect("a checkpoint")
                    .expect("entries"),
            );
        }
        let key = verifier(&world);
        let store = world.desk.store();
        for old in &notes {
            let since = key.open(old).expect("signed");
            for new in notes.iter().skip_while(|new| *new != old) {
                let to = key.open(new).expect("signed").size;
                let proof = consistency(store, since.size, Some(to))
                    .await
                    .expect("a proof");
                let proof = Consistency::parse(&proof.encode()).expect("its own form");
                let grown = proof.check(&key, Some(&since)).expect("it grew");
                assert_eq!((grown.since(), grown.note()), (since.size, new.as_str()));
            }
        }
        let newest = key.open(notes.last().expect("notes")).expect("signed").size;
        let proof = consistency(store, 0, None).await.expect("a proof");
        let from_nothing = proof.check(&key, None).expect("it grew");
        assert_eq!(from_nothing.checkpoint().size, newest);
        assert!(matches!(
            consistency(store, 1, Some(newest + 1)).await,
            Err(JournalError::NoCheckpoint(_))
        ));
        assert!(matches!(
            consistency(store, newest + 1, None).await,
            Err(JournalError::Backwards { .. })
        ));
        // The record, too, is proven over those edges.
        check(&world, &made(&world, None, "A-1042").await).expect("whole");
    });
}

#[test]
fn a_rewritten_ledger_can_not_be_shown_to_have_only_grown() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        let old = world.desk.checkpoint().await.expect("a checkpoint");
        fill(&world, 5).await;
        world.desk.checkpoint().await.expect("a checkpoint");
        let key = verifier(&world);
        let since = key.open(&old.expect("entries")).expect("signed");
        let store = world.desk.store();
        let good = consistency(store, since.size, None).await.expect("a proof");
        good.check(&key, Some(&since)).expect("it grew");
        run(
            &world,
            "update ledger set leaf = zeroblob(32) where idx = 2",
        )
        .await;
        let bad = consistency(store, since.size, None).await.expect("a proof");
        assert!(matches!(
            bad.check(&key, Some(&since)),
            Err(ConsistencyError::Broken { .. })
        ));
    });
}

#[test]
fn a_hash_kept_for_proofs_that_was_changed_is_named() {
    behind_the_back(|world| async move {
        recorded(&world).await;
        fill(&world, 600).await;
        let key = verifier(&world);
        let store = world.desk.store();
        verify(store, &key, &[]).await.expect("whole");
        run(
            &world,
            "update ledger_nodes set hash = zeroblob(32) where idx = 1",
        )
        .await;
        let error = verify(store, &key, &[]).await.expect_err("not whole");
        assert!(
            matches!(
                error,
                JournalError::Node {
                    first: 256,
                    last: 511
                }
            ),
            "{error}"
        );
        assert!(matches!(fault(&world).await, RecordFault::Changed { .. }));
        run(&world, "delete from ledger_nodes where idx = 1").await;
        let mut record = world
            .desk
            .account_record(None, "A-1042")
            .await
            .expect("a record");
        record.part().await.expect("the header");
        assert!(matches!(record.part().await, Err(JournalError::Hashes)));
    });
}
