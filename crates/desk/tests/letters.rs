//! Letters on their way: retries, giving up, sending again, and workers that die or meet.

use crate::common::{
    EMAIL, HOUR, ask, call, count, customer, deliver, email, jobs, kinds, lead, letters, only,
    post, press, put, rep, say, secret, state, written,
};
use desk::{
    Answer, DeskError, Ran,
    letter::{CarrierError, Letter},
    testing::{On, World, on_both},
};
use std::{collections::BTreeSet, time::Duration};
use store::StoreError;
use words::{MessageKind, RequestKind, RequestState, Role};

fn failing(world: &World, times: usize, error: &CarrierError) {
    *world.mail.failures.lock().expect("lock") = vec![error.clone(); times];
}

fn later() -> CarrierError {
    CarrierError::Later("the mail server answered 451".to_owned())
}

const LEASE: Duration = Duration::from_mins(3);

#[test]
fn a_letter_is_tried_again_at_growing_distances_and_then_given_up() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        world.desk.end_call(&rep, ticket).await.expect("an end");
        only(&post(&world).await, "notice");
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        failing(&world, 100, &later());
        let waits = [15, 60, 240, 900, 3600, 7200, 14_400, 28_800, 28_800];
        for (n, wait) in waits.into_iter().enumerate() {
            world.work().await;
            let job = jobs(&world, "ready").await.remove(0);
            assert_eq!(job.tries, i64::try_from(n).expect("few") + 1);
            let due = world.desk.now().until(job.run_at).as_secs();
            assert!((wait - 1..=wait).contains(&due), "try {n}: {due} s");
            assert_eq!(state(&world, &asked).await, RequestState::Sending);
            // Not a moment too early.
            world.clock.pass(Duration::from_secs(wait - 1));
            assert_eq!(world.desk.work_one().await.expect("work"), Ran::Nothing);
            world.clock.pass(Duration::from_secs(1));
        }
        let view = world.desk.ticket(&rep, ticket).await.expect("a ticket");
        let (why, again) = view.requests[0]
            .trouble
            .clone()
            .expect("trouble on the card");
        assert!(why.contains("451") && again.is_some());

        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Failed);
        let lead = lead(&world).await;
        let dead = world.desk.jobs(&lead, "dead").await.expect("jobs");
        assert_eq!((dead.len(), dead[0].tries), (1, 10));
        assert!(
            dead[0]
                .last_error
                .as_deref()
                .is_some_and(|why| why.contains("451"))
        );
        assert!(
            written(&world, &rep, ticket)
                .await
                .contains("A letter could not be sent: the mail server answered 451.")
        );
        assert_eq!(world.desk.counts(&lead).await.expect("counts").dead, 1);
        assert_eq!(count(&world, "mail.lost").await, 1);

        // Sent again, it goes, and what waited for it is done.
        failing(&world, 0, &later());
        let id = dead[0].id;
        world.desk.resend(&lead, id).await.expect("a second life");
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
        let sent = post(&world).await;
        assert_eq!(only(&sent, "delivery").message_id, id.to_string());
        assert_eq!(state(&world, &asked).await, RequestState::Done);
        assert!(
            matches!(world.desk.resend(&lead, id).await, Err(DeskError::NotFound)),
            "it is no longer dead"
        );
    });
}

#[test]
fn a_letter_that_will_never_be_taken_is_given_up_at_once() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &rep, robin).await;
        failing(
            &world,
            1,
            &CarrierError::Never("the mail server answered 550".to_owned()),
        );
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.work().await;
        assert_eq!(state(&world, &asked).await, RequestState::Failed);
        let dead = jobs(&world, "dead").await;
        assert_eq!((dead.len(), dead[0].tries), (1, 1));
        // The question can be asked anew meanwhile, and the old one sent again.
        world
            .desk
            .resend(&lead, dead[0].id)
            .await
            .expect("a second life");
        assert_eq!(state(&world, &asked).await, RequestState::Waiting);
        let envelope = only(&post(&world).await, "confirm");
        press(&world, &secret(&envelope), Answer::Yes).await;
        assert_eq!(state(&world, &asked).await, RequestState::Sending);
    });
}

#[test]
fn a_question_that_is_over_is_not_sent_any_more() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let lead = lead(&world).await;
        let ticket = call(&world, &rep, robin).await;
        failing(
            &world,
            1,
            &CarrierError::Never("the mail server answered 550".to_owned()),
        );
        let asked = ask(&world, &rep, ticket, RequestKind::Reset).await;
        world.work().await;
        let id = jobs(&world, "dead").await[0].id;
        world.clock.pass(HOUR * 25);
        letters(&world);
        world.desk.resend(&lead, id).await.expect("a second life");
        assert!(!kinds(&post(&world).await).contains(&"confirm"));
        assert_eq!(state(&world, &asked).await, RequestState::Failed);
        assert_eq!(count(&world, "mail.withheld").await, 1);
    });
}

#[test]
fn only_leads_and_admins_send_again() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let auditor = world.staff("ana", Role::Auditor).await;
        let ticket = call(&world, &rep, robin).await;
        failing(&world, 1, &CarrierError::Never("no".to_owned()));
        deliver(&world, &rep, ticket, "address", "").await;
        world.work().await;
        let id = jobs(&world, "dead").await[0].id;
        for me in [rep, auditor] {
            assert!(matches!(
                world.desk.resend(&me, id).await,
                Err(DeskError::Forbidden(_))
            ));
            assert!(matches!(
                world.desk.jobs(&me, "dead").await,
                Err(DeskError::Forbidden(_))
            ));
        }
    });
}

#[test]
fn a_job_of_a_worker_that_died_is_taken_up_after_its_lease() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let asked = deliver(&world, &rep, ticket, "address", "").await;
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        let stale = tx
            .claim(world.desk.now(), LEASE)
            .await
            .expect("a claim")
            .expect("a job");
        tx.commit().await.expect("a commit");
        assert!(post(&world).await.is_empty(), "somebody has it");
        world.clock.pass(Duration::from_secs(179));
        assert!(post(&world).await.is_empty());
        world.clock.pass(Duration::from_secs(1));
        assert_eq!(kinds(&post(&world).await), ["delivery"]);
        assert_eq!(state(&world, &asked).await, RequestState::Done);

        // Should the first wake up, its word counts no more.
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        assert!(matches!(
            tx.job_done(&stale, world.desk.now()).await,
            Err(StoreError::Gone)
        ));
        assert!(matches!(
            tx.job_failed(&stale, "late", None, world.desk.now()).await,
            Err(StoreError::Gone)
        ));
    });
}

#[test]
fn a_worker_whose_lease_ran_out_does_not_end_the_work_of_the_next() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        deliver(&world, &rep, ticket, "address", "").await;
        let claim = async || {
            let mut tx = world.desk.store().begin().await.expect("a transaction");
            let job = tx
                .claim(world.desk.now(), LEASE)
                .await
                .expect("a claim")
                .expect("a job");
            tx.commit().await.expect("a commit");
            job
        };
        let first = claim().await;
        world.clock.pass(LEASE);
        let second = claim().await;
        assert_eq!((first.id, first.tries, second.tries), (second.id, 1, 2));
        let mut tx = world.desk.store().begin().await.expect("a transaction");
        assert!(matches!(
            tx.job_done(&first, world.desk.now()).await,
            Err(StoreError::Gone)
        ));
        assert!(matches!(
            tx.job_failed(&first, "late", None, world.desk.now()).await,
            Err(StoreError::Gone)
        ));
        tx.job_done(&second, world.desk.now())
            .await
            .expect("theirs");
    });
}

#[test]
fn many_workers_send_each_letter_once() {
    on_both(|world| async move {
        let rep = rep(&world).await;
        for n in 0..12 {
            let account = put(
                &world,
                &format!("A-{n}"),
                &[email(EMAIL, "2019-05-01", Some("2019-05-01"))],
            )
            .await;
            let ticket = call(&world, &rep, account).await;
            deliver(&world, &rep, ticket, "address", "").await;
        }
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let desk = world.desk.clone();
                tokio::spawn(async move {
                    while desk.work_one().await.expect("work") != Ran::Nothing {}
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("a worker");
        }
        let sent = letters(&world);
        let ids: BTreeSet<_> = sent
            .iter()
            .map(|envelope| envelope.message_id.clone())
            .collect();
        assert_eq!((sent.len(), ids.len()), (12, 12));
        assert_eq!(count(&world, "disclosure.leaving").await, 12);
        assert_eq!(count(&world, "disclosure.delivered").await, 12);
    });
}

#[test]
fn a_reply_carries_the_reps_words_to_the_owner() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        say(
            &world,
            &rep,
            ticket,
            MessageKind::Reply,
            "  It left today.\r\nKind regards\u{7}\u{202e} ",
        )
        .await;
        let envelope = only(&post(&world).await, "reply");
        assert_eq!(envelope.to.as_str(), EMAIL);
        let Letter::Reply { number, text, .. } = envelope.letter else {
            panic!("a reply")
        };
        assert_eq!(
            (number, text.as_str()),
            (ticket, "It left today.\nKind regards")
        );
    });
}

#[test]
fn the_secret_of_a_link_is_nowhere_in_the_data_folder() {
    // SQLite only: there the whole database is in files that can be read.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let world = World::on(On::Sqlite).await;
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        ask(&world, &rep, ticket, RequestKind::Reset).await;
        deliver(&world, &rep, ticket, "address", "").await;
        failing(&world, 1, &later());
        world.work().await;
        world.clock.pass(HOUR);
        let sent = post(&world).await;
        assert_eq!(
            sent.len(),
            3,
            "a question, a delivery and a notice: {:?}",
            kinds(&sent)
        );
        // Queued and given up, too.
        failing(&world, 1, &CarrierError::Never("no".to_owned()));
        deliver(&world, &rep, ticket, "card", "").await;
        world.work().await;
        deliver(&world, &rep, ticket, "user_name", "").await;
        let mut needles: Vec<Vec<u8>> = Vec::new();
        for envelope in &sent {
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            let secret = secret(envelope);
            let raw = URL_SAFE_NO_PAD.decode(&secret).expect("a secret");
            needles.extend([
                secret.clone().into_bytes(),
                hex::encode(&secret).into_bytes(),
                hex::encode(&raw).into_bytes(),
                raw,
            ]);
        }
        needles.extend(
            crate::common::CANARIES
                .iter()
                .map(|canary| canary.as_bytes().to_vec()),
        );
        let mut files = 0;
        for entry in std::fs::read_dir(&world.folder).expect("a folder") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
            files += 1;
            for needle in &needles {
                let found = bytes
                    .windows(needle.len())
                    .any(|window| window == needle.as_slice());
                assert!(!found, "{}", String::from_utf8_lossy(needle));
            }
        }
        assert!(files >= 2, "the database and its journal");
    });
}

#[test]
fn the_worker_wakes_for_new_work_and_signs_the_record_when_it_stops() {
    on_both(|world| async move {
        let robin = customer(&world).await;
        let rep = rep(&world).await;
        let ticket = call(&world, &rep, robin).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let worker = tokio::spawn(world.desk.clone().work_until(async { drop(stopped.await) }));
        let mut changes = world.desk.store().changes();
        let asked = deliver(&world, &rep, ticket, "invoice", "10442").await;
        while state(&world, &asked).await != RequestState::Done {
            changes.recv().await.expect("a change");
        }
        stop.send(()).expect("still there");
        worker.await.expect("a worker");
        assert_eq!(kinds(&letters(&world)), ["delivery"]);
        let size = world.desk.ledger_size().await.expect("a size");
        let mut tx = world.desk.store().read().await.expect("a transaction");
        let (signed, _) = tx
            .newest_checkpoint()
            .await
            .expect("a read")
            .expect("a checkpoint");
        assert_eq!(u64::try_from(signed).expect("a size"), size);
    });
}
