//! The lead's queue and the safety queue, as programs meet them.

use super::*;
use desk::{Answer, letter::Letter};

#[test]
fn who_lays_a_colleagues_ticket_before_the_lead_gets_the_words_and_sees_it_no_more() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &[]).await;
        let colleague = token(&world, Role::Rep, &[]).await;
        let number = ticket(&api, &colleague).await;
        let here = format!("/api/v1/tickets/{number}");
        let escalated = api
            .post(&format!("{here}/escalate"), &rep, &json!({"reason": "odd"}))
            .await
            .is(200);
        let listed = api.get("/api/v1/tickets", &colleague).await.is(200);
        assert!(listed["tickets"].as_array().is_some_and(Vec::is_empty));
        let lead = token(&world, Role::Lead, &[]).await;
        let listed = api
            .get("/api/v1/tickets?filter=escalated", &lead)
            .await
            .is(200);
        // The line of a list, and the words.
        let mut line = listed["tickets"][0].clone();
        line["words"] = json!(desk::ticket::WITH_THE_LEAD);
        assert_eq!(escalated, line);
        api.get(&here, &rep).await.problem(404);
        api.post(&format!("{here}/escalate"), &rep, &json!({"reason": "odd"}))
            .await
            .problem(404);
        api.get(&here, &colleague).await.is(200);
        api.gave_nothing_away();
    });
}

#[test]
fn a_safety_ticket_does_not_exist_for_a_rep() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &[]).await;
        let lead = token(&world, Role::Lead, &[]).await;
        let number = ticket(&api, &rep).await;
        api.act(&format!("/api/v1/tickets/{number}/close"), &rep)
            .await
            .is(204);
        world.work().await;
        let last = world.mail.sent.lock().expect("lock").last().cloned();
        let Some(Letter::Notice { link, .. }) = last.map(|envelope| envelope.letter) else {
            panic!("the owner hears of the contact");
        };
        let secret = link.rsplit('/').next().expect("a secret");
        world
            .desk
            .answer(secret, Answer::No)
            .await
            .expect("an answer");

        let safety = api
            .get("/api/v1/tickets?filter=safety", &lead)
            .await
            .is(200);
        let safety = safety["tickets"][0]["number"]
            .as_i64()
            .expect("a safety ticket");
        assert_eq!(
            api.get(&format!("/api/v1/tickets/{safety}"), &lead)
                .await
                .is(200)["queue"],
            "safety"
        );
        for filter in ["safety", "escalated"] {
            api.get(&format!("/api/v1/tickets?filter={filter}"), &rep)
                .await
                .problem(404);
        }
        api.get(&format!("/api/v1/tickets/{safety}"), &rep)
            .await
            .problem(404);
        let there = format!("/api/v1/tickets/{safety}");
        for act in ["assign", "release", "close", "reopen", "end"] {
            api.act(&format!("{there}/{act}"), &rep).await.problem(404);
        }
        api.post(
            &format!("{there}/escalate"),
            &rep,
            &json!({"reason": "odd"}),
        )
        .await
        .problem(404);
        api.post(
            &format!("{there}/messages"),
            &rep,
            &json!({"kind": "note", "text": "hm"}),
        )
        .await
        .problem(404);
        api.post(
            &format!("{there}/requests"),
            &rep,
            &json!({"kind": "reset"}),
        )
        .await
        .problem(404);

        let view = api
            .get(&format!("/api/v1/tickets/{number}"), &rep)
            .await
            .is(200);
        assert_eq!(
            (&view["standing"]["state"], &view["account"]["hold"]),
            (&json!("frozen"), &json!("frozen"))
        );
        assert!(
            view["before"]
                .as_array()
                .expect("lines")
                .iter()
                .all(|line| line["ticket"] != json!(safety))
        );
        api.act(&format!("/api/v1/tickets/{number}/reopen"), &rep)
            .await
            .is(204);
        let ask = json!({"kind": "deliver", "field": "address"});
        let asked = api
            .post(&format!("/api/v1/tickets/{number}/requests"), &rep, &ask)
            .await
            .is(200);
        assert_eq!(
            (&asked["state"], &asked["rule"]),
            (&json!("refused"), &json!("frozen-by-the-owner"))
        );
        api.gave_nothing_away();
    });
}
