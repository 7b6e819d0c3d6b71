//! What an auditor's program takes away, and checks without the desk.

use super::*;
use ledger::{
    Consistency, Evidence, Verifier, Witness,
    record::{MADE, RecordFault},
    verify_record,
};

#[test]
fn an_auditor_takes_an_accounts_record_away_and_checks_it() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &["tickets", "accounts"]).await;
        let ticket = ticket(&api, &rep).await;
        let deliver = json!({"kind": "deliver", "field": "invoice", "item": "10442"});
        api.post(
            &format!("/api/v1/tickets/{ticket}/requests"),
            &rep,
            &deliver,
        )
        .await
        .is(202);
        world.work().await;

        let auditor = token(&world, Role::Auditor, &["ledger", "records"]).await;
        let said = api.act("/api/v1/accounts/A-1042/record", &auditor).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        assert_eq!(said.headers[header::CONTENT_TYPE], "application/x-ndjson");
        let key = api.get("/api/v1/ledger/key", &auditor).await.text;
        let key = Verifier::parse(&key).expect("a key");
        let mut kinds = Vec::new();
        let report = verify_record(said.text.as_bytes(), Some(&key), |_, entry| {
            kinds.push(entry.kind.clone());
        })
        .expect("whole");
        assert_eq!(report.header.external_id, "A-1042");
        for kind in ["account.found", "request.decided", "disclosure.delivered"] {
            assert!(kinds.iter().any(|k| k == kind), "{kind} in {kinds:?}");
        }
        assert_eq!(kinds.last().map(String::as_str), Some(MADE));
        // Its checkpoint is the newest, and the desk gives the same one.
        let newest = api.get("/api/v1/ledger/checkpoint", &auditor).await.text;
        assert_eq!(newest, report.header.checkpoint);

        let cut = said.text.trim_end().rsplit_once('\n').expect("lines").0;
        let outcome = verify_record(format!("{cut}\n").as_bytes(), Some(&key), |_, _| ());
        assert!(
            matches!(
                outcome,
                Err(ledger::RecordError::Fault(RecordFault::End { .. }))
            ),
            "{outcome:?}"
        );

        // Reading an address changes nothing.
        api.get("/api/v1/accounts/A-1042/record", &auditor)
            .await
            .problem(405);
        api.act("/api/v1/accounts/A-9999/record", &auditor)
            .await
            .problem(404);
        let admin = token(&world, Role::Admin, &["accounts"]).await;
        // A witness sees that the ledger grows, and nothing about anybody.
        let witness = token(&world, Role::Auditor, &["ledger"]).await;
        for other in [&rep, &admin, &witness] {
            api.act("/api/v1/accounts/A-1042/record", other)
                .await
                .problem(403);
        }
        api.gave_nothing_away();
    });
}

#[test]
fn a_witness_follows_the_ledger_over_the_api_alone() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let auditor = token(&world, Role::Auditor, &["ledger"]).await;
        api.get("/api/v1/ledger/consistency?from=0", &auditor)
            .await
            .problem(404);
        let key = api.get("/api/v1/ledger/key", &auditor).await.text;
        let key = Verifier::parse(&key).expect("a key");
        let witness = Witness::from_seed("witness.example/desk", &[9; 32]).expect("a key");

        let rep = token(&world, Role::Rep, &["tickets", "accounts"]).await;
        let mut seen: Option<String> = None;
        for round in 0..3 {
            ticket(&api, &rep).await;
            world.desk.checkpoint().await.expect("a checkpoint");
            let since = seen.as_deref().map(|note| key.open(note).expect("its own"));
            let from = since.as_ref().map_or(0, |since| since.size);
            let said = api
                .get(&format!("/api/v1/ledger/consistency?from={from}"), &auditor)
                .await;
            assert_eq!(said.status, StatusCode::OK, "{}", said.text);
            let kind = said.headers[header::CONTENT_TYPE].to_str().expect("text");
            assert!(kind.starts_with("text/plain"), "{kind}");
            let proof = Consistency::parse(&said.text).expect("a proof");
            let grown = proof.check(&key, since.as_ref()).expect("it grew");
            seen = Some(
                witness
                    .cosign(&grown, 1_795_255_200 + round)
                    .expect("signed"),
            );
        }

        // What the witness signed bears a record out that was made later.
        let owner = token(&world, Role::Auditor, &["records"]).await;
        let record = api.act("/api/v1/accounts/A-1042/record", &owner).await;
        let report = verify_record(record.text.as_bytes(), Some(&key), |_, _| ()).expect("whole");
        let kept = seen.expect("it signed");
        let from = key.open(&kept).expect("its own").size;
        let to = report.checkpoint.size;
        let said = api
            .get(
                &format!("/api/v1/ledger/consistency?from={from}&to={to}"),
                &auditor,
            )
            .await;
        let evidence = Evidence {
            kept: vec![kept],
            proofs: vec![Consistency::parse(&said.text).expect("a proof")],
            witnesses: vec![witness.key()],
        };
        let borne = evidence
            .bear(&key, &report.header.checkpoint)
            .expect("it bears it out");
        assert_eq!((borne.since, borne.seen[0].size), (Some(from), from));
    });
}

#[test]
fn sizes_that_mean_nothing_are_refused() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let auditor = token(&world, Role::Auditor, &["ledger"]).await;
        world.desk.checkpoint().await.expect("a checkpoint");
        for (query, status) in [
            ("", 422),
            ("?from=one", 422),
            ("?from=-1", 422),
            ("?from=1&to=", 422),
            ("?from=1&since=2", 422),
            ("?from=99999999999999999999", 422),
            ("?from=1000000", 422),
            ("?from=1&to=1000000", 404),
        ] {
            api.get(&format!("/api/v1/ledger/consistency{query}"), &auditor)
                .await
                .problem(status);
        }
    });
}
