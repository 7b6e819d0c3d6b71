//! What programs do with it, from end to end.

use super::*;
use desk::letter::{Content, Letter};

#[test]
fn a_program_helps_the_owner_from_end_to_end_and_learns_nothing() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let admin = token(&world, Role::Admin, &[]).await;
        let rep = token(&world, Role::Rep, &["accounts", "tickets", "reveals"]).await;
        assert_eq!(
            api.put("/api/v1/accounts/A-1042", &admin, &robin())
                .await
                .is(200)["result"],
            "same"
        );
        let mut moved = robin();
        moved["fields"]["plan"] = json!("silver");
        assert_eq!(
            api.put("/api/v1/accounts/A-1042", &admin, &moved)
                .await
                .is(200)["result"],
            "changed"
        );

        let account = api.get("/api/v1/accounts/A-1042", &rep).await.is(200);
        assert_eq!(account["hold"], "none");
        assert_eq!(
            account["contact_points"][0]["since"],
            "2019-05-01T00:00:00Z"
        );
        let fields = account["fields"].as_array().expect("fields");
        let field = |name: &str| fields.iter().find(|field| field["name"] == name);
        assert_eq!(field("plan").expect("the plan")["value"], "silver");
        assert_eq!(
            field("invoice").expect("invoices")["items"],
            json!(["10442"])
        );
        assert!(
            field("address")
                .expect("the address")
                .get("value")
                .is_none()
        );
        assert!(
            field("receipt_code").is_none(),
            "a secret is not even named"
        );

        let found = api
            .post(
                "/api/v1/look-ups",
                &rep,
                &json!({"kind": "email", "value": CANARIES[0]}),
            )
            .await
            .is(200);
        assert_eq!(found["accounts"][0]["external_id"], "A-1042");
        let opened = api
            .post("/api/v1/tickets", &rep, &json!({"channel": "phone"}))
            .await;
        let number = opened.is(201)["number"].clone();
        let here = |what: &str| format!("/api/v1/tickets/{number}{what}");
        assert_eq!(opened.headers[header::LOCATION], here(""));
        api.post(
            &here("/account"),
            &rep,
            &json!({"account": found["accounts"][0]["id"]}),
        )
        .await
        .is(204);
        api.act(&here("/assign"), &rep).await.is(204);
        let heard = json!({"kind": "heard", "text": "I never got my invoice."});
        assert!(api.post(&here("/messages"), &rep, &heard).await.is(201)["id"].is_string());

        let view = api.get(&here(""), &rep).await.is(200);
        assert_eq!(
            (&view["standing"]["state"], &view["subject"]),
            (&json!("unproven"), &json!("I never got my invoice."))
        );
        assert_eq!(view["account"]["display_name"], "Robin Vale");
        let offers = view["offers"].as_array().expect("offers");
        let offer = |kind: &str| {
            offers
                .iter()
                .find(|offer| offer["kind"] == kind)
                .expect("an offer")
        };
        assert_eq!(offer("deliver")["verdict"], "allowed");
        assert_eq!(offer("reset")["verdict"], "asks");
        assert_eq!(offer("change")["field"], "contact_point");
        assert_eq!(offer("change")["items"][0], "a new email");

        let ask = json!({"kind": "deliver", "field": "invoice", "item": "10442"});
        let asked = api.post(&here("/requests"), &rep, &ask).await.is(202);
        assert_eq!(
            (&asked["state"], &asked["rule"]),
            (&json!("sending"), &json!("deliver-to-the-owner"))
        );
        let asked = api
            .post(&here("/requests"), &rep, &json!({"kind": "reset"}))
            .await
            .is(202);
        assert_eq!(asked["state"], "waiting");
        let asked = api
            .post(
                &here("/requests"),
                &rep,
                &json!({"kind": "reveal", "field": "address"}),
            )
            .await
            .is(202);
        assert_eq!(asked["state"], "waiting");
        assert!(
            asked["words"]
                .as_str()
                .is_some_and(|words| words.contains("I can't see that"))
        );
        let reveal = format!("/requests/{}/reveal", asked["id"].as_str().expect("an id"));
        api.act(&here(&reveal), &rep).await.problem(409);
        api.post(
            &here("/messages"),
            &rep,
            &json!({"kind": "reply", "text": "It is on its way."}),
        )
        .await
        .is(201);
        api.act(&here("/end"), &rep).await.is(204);
        api.act(&here("/close"), &rep).await.is(204);
        api.act(&here("/close"), &rep).await.problem(409);
        api.act(&here("/reopen"), &rep).await.is(204);
        api.act(&here("/release"), &rep).await.is(204);
        let escalated = api
            .post(&here("/escalate"), &rep, &json!({"reason": "they hurry"}))
            .await
            .is(200);
        assert_eq!(
            (
                &escalated["number"],
                &escalated["queue"],
                &escalated["state"]
            ),
            (&json!(number), &json!("lead"), &json!("open"))
        );
        assert_eq!(escalated["words"], desk::ticket::WITH_THE_LEAD);
        world.work().await;

        let sent = world.mail.sent.lock().expect("lock").clone();
        assert!(
            sent.iter()
                .all(|envelope| envelope.to.as_str() == CANARIES[0]),
            "only to the owner"
        );
        assert!(sent.iter().any(|envelope| matches!(&envelope.letter,
            Letter::Delivery { content: Content::Document { bytes, .. }, .. } if bytes.as_slice() == PDF)));
        assert!(
            sent.iter()
                .any(|envelope| matches!(envelope.letter, Letter::Confirm { .. }))
        );
        assert!(sent.iter().any(|envelope| matches!(&envelope.letter, Letter::Reply { text, .. } if text == "It is on its way.")));
        let view = api.get(&here(""), &rep).await.is(200);
        let states: Vec<&str> = view["requests"]
            .as_array()
            .expect("requests")
            .iter()
            .filter_map(|r| r["state"].as_str())
            .collect();
        assert_eq!(states, ["refused", "waiting", "done"]);
        assert_eq!(
            (&view["state"], &view["queue"], &view["escalated"]),
            (&json!("open"), &json!("lead"), &json!("they hurry"))
        );
        api.gave_nothing_away();
    });
}

#[test]
fn looking_up_too_often_says_when_it_works_again() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &["accounts"]).await;
        let sought = json!({"kind": "email", "value": "nobody@mail.example"});
        for _ in 0..world.desk.settings().look_ups {
            assert_eq!(
                api.post("/api/v1/look-ups", &rep, &sought).await.is(200),
                json!({"accounts": []})
            );
        }
        let said = api.get("/api/v1/accounts/A-1042", &rep).await;
        assert!(
            said.problem(429)["again"]
                .as_str()
                .is_some_and(|again| again.starts_with("2026-11-21T10:"))
        );
        let after = said.headers[header::RETRY_AFTER].to_str().expect("text");
        assert!(
            after.starts_with("Sat, 21 Nov 2026 10:") && after.ends_with(" GMT"),
            "{after}"
        );
    });
}

#[test]
fn a_reply_with_nowhere_to_go_is_refused_with_the_words_to_say() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let admin = token(&world, Role::Admin, &[]).await;
        api.put(
            "/api/v1/accounts/A-2",
            &admin,
            &json!({"display_name": "Kit Arlo"}),
        )
        .await
        .is(201);
        let id = api.get("/api/v1/accounts/A-2", &admin).await.is(200)["id"].clone();
        let open = json!({"channel": "email", "text": "hello", "account": id});
        let number = api.post("/api/v1/tickets", &admin, &open).await.is(201)["number"].clone();
        let path = format!("/api/v1/tickets/{number}/messages");
        let said = api
            .post(&path, &admin, &json!({"kind": "reply", "text": "hi"}))
            .await
            .problem(403);
        assert_eq!(said["rule"], "only-to-what-was-on-file");
        assert!(
            said["words"]
                .as_str()
                .is_some_and(|words| words.contains("sign in"))
        );
    });
}

#[test]
fn lists_are_paged_by_time() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let rep = token(&world, Role::Rep, &["tickets"]).await;
        for _ in 0..60 {
            api.post(
                "/api/v1/tickets",
                &rep,
                &json!({"channel": "chat", "subject": "hello"}),
            )
            .await
            .is(201);
        }
        let first = api
            .get("/api/v1/tickets?filter=unassigned", &rep)
            .await
            .is(200);
        assert_eq!(first["tickets"].as_array().map(Vec::len), Some(50));
        let next = first["next"].as_str().expect("more");
        let second = api
            .get(
                &format!("/api/v1/tickets?filter=unassigned&before={next}"),
                &rep,
            )
            .await
            .is(200);
        assert_eq!(second["tickets"].as_array().map(Vec::len), Some(10));
        assert!(second.get("next").is_none());
        let last = |page: &Value, n: usize| page["tickets"][n]["number"].as_i64();
        assert_eq!(last(&second, 0), last(&first, 49).map(|number| number - 1));
    });
}

#[test]
fn wrong_passwords_open_a_flag_and_bad_lines_come_back_without_their_values() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let lead = token(&world, Role::Lead, &["events"]).await;
        let rep = token(&world, Role::Rep, &[]).await;
        let mut lines: Vec<String> = (0..5)
            .map(|n| format!(r#"{{"id":"e{n}","account":"A-1042","time":"2026-11-21T09:5{n}:00Z","outcome":"failure"}}"#))
            .collect();
        lines.push(
            r#"{"account":"A-9","time":"2026-11-21T09:50:00Z","outcome":"failure"}"#.to_owned(),
        );
        lines.push(
            r#"{"account":"A-1042","time":"Elm Row 5, Old Harbour","outcome":"failure"}"#
                .to_owned(),
        );
        let ndjson = "application/x-ndjson";
        let taken = api
            .raw(
                Method::POST,
                "/api/v1/events",
                &lead,
                ndjson,
                lines.join("\n"),
            )
            .await
            .is(200);
        assert_eq!(
            (&taken["accepted"], &taken["unknown"], &taken["flagged"]),
            (&json!(5), &json!(1), &json!(1))
        );
        assert_eq!(taken["bad"][0]["line"], 7);
        let flags = api.get("/api/v1/tickets?filter=flags", &rep).await.is(200);
        let number = &flags["tickets"][0]["number"];
        let flag = api
            .get(&format!("/api/v1/tickets/{number}"), &rep)
            .await
            .is(200);
        assert_eq!(
            (&flag["kind"], &flag["offers"][0]["kind"]),
            (&json!("flag"), &json!("ask"))
        );
        assert!(!flag["signals"].as_array().expect("signals").is_empty());

        let said = api
            .raw(
                Method::POST,
                "/api/v1/events",
                &lead,
                ndjson,
                lines[6].clone(),
            )
            .await
            .problem(422);
        assert_eq!(said["bad"][0]["line"], 1);
        api.raw(Method::POST, "/api/v1/events", &lead, ndjson, "\n\n")
            .await
            .problem(422);
        let many = "{}\n".repeat(desk::watching::BATCH_MAX + 1);
        api.raw(Method::POST, "/api/v1/events", &lead, ndjson, many)
            .await
            .problem(422);
        api.gave_nothing_away();
    });
}

#[test]
fn an_auditor_fetches_the_checkpoint_and_the_key_that_checks_it() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let auditor = token(&world, Role::Auditor, &["ledger"]).await;
        api.get("/api/v1/ledger/checkpoint", &auditor)
            .await
            .problem(404);
        let note = world
            .desk
            .checkpoint()
            .await
            .expect("a checkpoint")
            .expect("entries");
        let said = api.get("/api/v1/ledger/checkpoint", &auditor).await;
        assert_eq!((said.status, said.text), (StatusCode::OK, note.clone()));
        let key = api.get("/api/v1/ledger/key", &auditor).await;
        assert!(
            key.headers[header::CONTENT_TYPE]
                .to_str()
                .expect("text")
                .starts_with("text/plain")
        );
        assert_eq!(key.text, world.desk.ledger_key());
        assert!(note.starts_with(key.text.split('+').next().expect("a name")));
    });
}
