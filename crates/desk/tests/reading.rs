//! Reading the record is in the record.

use crate::common::{MINUTE, count, customer, entries};
use ::ledger::verify_export;
use desk::testing::on_both;
use words::Role;

#[test]
fn whoever_reads_the_ledger_is_in_it_once_in_fifteen_minutes() {
    on_both(|world| async move {
        customer(&world).await;
        let (ada, abe) = (
            world.staff("ada", Role::Admin).await,
            world.staff("abe", Role::Auditor).await,
        );
        let first = world.desk.ledger(&ada, None).await.expect("the ledger");
        let (_, newest) = &first.entries[0];
        assert!(
            newest.contains("ledger.read") && newest.contains(&ada.id.to_string()),
            "the reader sees it: {newest}"
        );
        for before in [None, Some(1), None] {
            world.clock.pass(MINUTE * 4);
            let again = world.desk.ledger(&ada, before).await.expect("the ledger");
            assert_eq!(again.size, first.size);
        }
        world.desk.ledger(&abe, None).await.expect("the ledger");
        assert_eq!(count(&world, "ledger.read").await, 2, "each person");
        world.clock.pass(MINUTE * 4);
        world.desk.ledger(&ada, None).await.expect("the ledger");
        assert_eq!(count(&world, "ledger.read").await, 3, "and again later");
    });
}

#[test]
fn who_may_not_read_the_ledger_leaves_no_reading() {
    on_both(|world| async move {
        customer(&world).await;
        for role in [Role::Rep, Role::Lead] {
            let me = world.staff(role.as_str(), role).await;
            world.desk.ledger(&me, None).await.expect_err("not theirs");
        }
        assert_eq!(count(&world, "ledger.read").await, 0);
    });
}

#[test]
fn two_windows_of_one_person_are_one_reading() {
    on_both(|world| async move {
        let ada = world.staff("ada", Role::Admin).await;
        let open = || async { world.desk.ledger(&ada, None).await.expect("the ledger") };
        tokio::join!(open(), open(), open(), open());
        assert_eq!(count(&world, "ledger.read").await, 1);
    });
}

#[test]
fn each_export_is_an_entry_that_the_file_holds() {
    on_both(|world| async move {
        customer(&world).await;
        let key = ::ledger::Verifier::parse(&world.desk.ledger_key()).expect("a key");
        for n in 1..=2 {
            let file = world.desk.export_ledger(Vec::new()).await.expect("a file");
            let told = verify_export(&file[..], Some(&key)).expect("whole");
            let all = entries(&world).await;
            assert_eq!(told.report.entries, all.len() as u64);
            let last = all.last().expect("an entry");
            assert_eq!(
                (&last.kind[..], &last.actor[..]),
                ("ledger.read", "operator")
            );
            assert_eq!(count(&world, "ledger.read").await, n);
        }
    });
}
