//! What it turns away, and how.

use super::*;

#[test]
fn a_destination_has_no_place_in_any_body() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let mut tried = 0;
        for route in &api.list {
            let Who::Token(roles, scope) = route.who else {
                continue;
            };
            if route.method == Method::GET || route.path.ends_with("/events") {
                continue;
            }
            let token = token(&world, roles[roles.len() - 1], &[scope]).await;
            let path = route
                .path
                .replace("{number}", "1")
                .replace("{id}", "01890000-0000-7000-8000-000000000000")
                .replace("{external_id}", "A-1");
            let body = json!({"to": "mallory@evil.example"}).to_string();
            let said = api
                .raw(
                    route.method.clone(),
                    &path,
                    &token,
                    "application/json",
                    body,
                )
                .await;
            let detail = said.problem(422)["detail"]
                .as_str()
                .expect("a detail")
                .to_owned();
            assert!(
                detail.starts_with("to: is not known here"),
                "{path}: {detail}"
            );
            assert!(!said.text.contains("mallory"), "{path}");
            if !route.path.contains("external_id") {
                assert!(
                    detail.contains("nothing here takes a destination"),
                    "{path}: {detail}"
                );
            }
            tried += 1;
        }
        assert_eq!(tried, 18);
        // Nor in the one body that comes without a token.
        let assertion = json!({"assertion": "a.b.c", "to": "mallory@evil.example"});
        api.post("/api/v1/assertions", "", &assertion)
            .await
            .problem(422);
        let rep = token(&world, Role::Rep, &[]).await;
        let number = ticket(&api, &rep).await;
        let path = format!("/api/v1/tickets/{number}/requests");
        for key in ["to", "email", "contact_point", "destination"] {
            let ask = json!({"kind": "deliver", "field": "address", "item": "", key: "mallory@evil.example"});
            api.post(&path, &rep, &ask).await.problem(422);
        }
        world.work().await;
        assert!(world.mail.sent.lock().expect("lock").is_empty());
        api.gave_nothing_away();
    });
}

#[test]
fn every_call_wants_a_token_with_its_scope_and_role() {
    on_both(|world| async move {
        let api = Api::of(&world);
        let mut tried = 0;
        for route in api
            .list
            .iter()
            .filter(|route| route.path.starts_with("/api/v1/"))
        {
            let Who::Token(roles, scope) = route.who else {
                assert_eq!(route.who, Who::Anyone, "{}", route.path);
                // An assertion is signed by the company's portal, which has no token.
                let open = ["/api/v1/openapi.json", "/api/v1/assertions"];
                assert!(open.contains(&route.path), "{}", route.path);
                continue;
            };
            let path = route
                .path
                .replace("{number}", "1")
                .replace("{external_id}", "A-1");
            let (api, method, path) = (&api, &route.method, &path);
            let call = async |token: String| {
                api.raw(method.clone(), path, &token, "application/json", "{}")
                    .await
            };
            let none = call(String::new()).await;
            none.problem(401);
            assert_eq!(none.headers[header::WWW_AUTHENTICATE], "Bearer");
            call("stt_unknown".to_owned()).await.problem(401);
            let others: Vec<&str> = desk::people::SCOPES
                .iter()
                .copied()
                .filter(|other| *other != scope)
                .collect();
            call(token(&world, roles[0], &others).await)
                .await
                .problem(403);
            for role in Role::ALL.iter().filter(|role| !roles.contains(role)) {
                call(token(&world, *role, &[]).await).await.problem(403);
            }
            tried += 1;
        }
        assert!(tried >= 20, "{tried} calls want a token");
    });
}

#[test]
fn what_cannot_be_read_is_a_problem_that_repeats_nothing() {
    on_both(|world| async move {
        let api = with_robin(&world).await;
        let rep = token(&world, Role::Rep, &[]).await;
        let admin = token(&world, Role::Admin, &[]).await;
        let json_type = "application/json";
        api.get("/api/v1/nothing", &rep).await.problem(404);
        api.act("/api/anything", "").await.problem(404);
        api.get("/api/v1/tickets/Elm%20Row%205,%20Old%20Harbour", &rep)
            .await
            .problem(404);
        api.get("/api/v1/tickets/99", &rep).await.problem(404);
        api.get("/api/v1/accounts/A-9", &rep).await.problem(404);
        api.get("/api/v1/accounts/%FF", &rep).await.problem(404);
        let other = api
            .raw(Method::DELETE, "/api/v1/tickets", &rep, "", Body::empty())
            .await;
        other.problem(405);
        assert!(other.headers.contains_key(header::ALLOW));
        api.raw(Method::POST, "/api/v1/tickets", &rep, "text/plain", "{}")
            .await
            .problem(415);
        api.raw(
            Method::POST,
            "/api/v1/tickets",
            &rep,
            json_type,
            "{\"Elm Row 5, Old Harbour",
        )
        .await
        .problem(400);
        api.raw(
            Method::POST,
            "/api/v1/tickets",
            &rep,
            json_type,
            vec![b' '; 300 * 1024],
        )
        .await
        .problem(413);
        let known = vec![b' '; 16 * 1024 * 1024 + 1];
        api.raw(
            Method::PUT,
            "/api/v1/accounts/A-1",
            &admin,
            json_type,
            known,
        )
        .await
        .problem(413);
        let said = api
            .post(
                "/api/v1/tickets",
                &rep,
                &json!({"channel": "Elm Row 5, Old Harbour"}),
            )
            .await;
        assert!(
            said.problem(422)["detail"]
                .as_str()
                .is_some_and(|detail| detail.starts_with("channel: "))
        );
        let said = api
            .post(
                "/api/v1/tickets",
                &rep,
                &json!({"channel": "chat", "account": CANARIES[3]}),
            )
            .await;
        assert!(
            said.problem(422)["detail"]
                .as_str()
                .is_some_and(|detail| detail.starts_with("account: "))
        );
        // A ticket of the watch is one of which the owner hears nothing: only the watch opens one.
        api.post("/api/v1/tickets", &rep, &json!({"channel": "watch"}))
            .await
            .problem(422);
        api.get("/api/v1/tickets?filter=all", &rep)
            .await
            .problem(422);
        api.get("/api/v1/tickets?before=Elm+Row+5,+Old+Harbour", &rep)
            .await
            .problem(422);
        api.get("/api/v1/tickets?to=x", &rep).await.problem(422);
        let mut wrong = robin();
        wrong["fields"]["address"] = json!({"file_name": CANARIES[3]});
        api.put("/api/v1/accounts/A-1042", &admin, &wrong)
            .await
            .problem(422);
        wrong = robin();
        wrong["contact_points"][0]["kind"] = json!(CANARIES[0]);
        let said = api.put("/api/v1/accounts/A-1042", &admin, &wrong).await;
        assert!(
            said.problem(422)["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("contact_points[0].kind"))
        );
        api.raw(
            Method::PUT,
            "/api/v1/accounts/A-1042",
            &admin,
            json_type,
            "{\"display_name\": \"Elm Row 5, Old Harbour",
        )
        .await
        .problem(400);
        api.put("/api/v1/accounts/A-1", &admin, &robin())
            .await
            .problem(422);
        api.gave_nothing_away();
    });
}
