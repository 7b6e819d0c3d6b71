//! What an admin does to others: with a code of their own each time, or not at all.

use axum::http::StatusCode;
use std::time::Duration;
use words::Role;

use crate::house::{Browser, NEW, Server, link_on, plus};

#[tokio::test]
async fn an_admin_asks_somebody_to_enrol_anew_and_they_hear_of_it_and_can_refuse() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let kit = server.hire(Some(&ada), "kit", Role::Lead).await;
    kit.sign_in().await;
    let id = kit.me().await.id;
    let path = format!("/desk/people/{id}/enrol-anew");
    assert!(ada.browser.get("/desk/people").await.text.contains(&path));
    let page = ada.browser.get(&path).await;
    assert!(page.text.contains("Ask kit to enrol anew"));
    let wrong = ada.browser.post(&path, "code=12345").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let quiet = kit.browser.get("/desk").await.text;
    assert!(!quiet.contains("enrol anew"));

    let asked = async || {
        let code = server.code(&ada.totp);
        let page = ada.browser.post(&path, &format!("code={code}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(
            page.text
                .contains("asked to enrol anew</span> <small>by ada, until")
        );
        link_on(&page.text)
    };
    let first = asked().await;
    let told = kit.browser.get("/desk").await.text;
    assert!(told.contains("Somebody asked you to enrol anew"));
    let told = kit.browser.get("/desk/sessions").await.text;
    assert!(told.contains("ada asked you to enrol anew"));
    let refused = kit.browser.post("/desk/enrol-anew/refuse", "").await;
    assert_eq!(refused.to, "/desk/sessions");
    let stranger = Browser::new(&server);
    assert_eq!(stranger.get(&first).await.status, StatusCode::NOT_FOUND);
    let people = ada.browser.get("/desk/people").await.text;
    assert!(!people.contains("asked to enrol anew"));
    assert!(people.contains("refused to enrol anew</span> <small>on 21 November 2026"));
    assert!(people.contains("asked by ada</small>"));

    let second = asked().await;
    let page = stranger.get(&second).await.text;
    assert!(page.contains("kit, ada asked you to choose a new password"));
    assert!(page.contains(r#"value="kit" autocomplete="username" readonly"#));
    assert!(!page.contains(r#"name="login""#) && !page.contains(r#"name="name""#));
    let short = stranger.post(&second, "password=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        short
            .text
            .contains(r#"value="kit" autocomplete="username" readonly"#)
    );
    stranger
        .post(&second, &format!("password={}", plus(NEW)))
        .await;
    stranger.enrol(&format!("{second}/code")).await;
    let page = kit.browser.get("/desk").await;
    assert_eq!(page.to, "/sign-in?next=/desk", "their old sessions ended");
    let people = ada.browser.get("/desk/people").await.text;
    assert!(people.contains(">enrolled anew</span> <small>on 21 November 2026"));
    server.world.clock.pass(7 * 24 * Duration::from_hours(1));
    ada.sign_in().await;
    let people = ada.browser.get("/desk/people").await.text;
    assert!(!people.contains("enrolled anew") && !people.contains("refused to enrol anew"));
}

#[tokio::test]
async fn nobody_asks_themselves_to_enrol_anew() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let path = format!("/desk/people/{}/enrol-anew", ada.me().await.id);
    assert!(!ada.browser.get("/desk/people").await.text.contains(&path));
    let code = server.code(&ada.totp);
    for seen in [
        ada.browser.get(&path).await,
        ada.browser.post(&path, &format!("code={code}")).await,
    ] {
        assert_eq!(seen.to, "/desk/people");
    }
    let page = ada.browser.get("/desk/people").await.text;
    assert!(page.contains("You can&#39;t ask yourself to enrol anew"));
}

#[tokio::test]
async fn an_admins_stolen_session_alone_gives_nobody_a_way_in() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let kit = server.hire(Some(&ada), "kit", Role::Rep).await;
    let kit = kit.login;
    let (desk, me) = (&server.world.desk, ada.me().await);
    let people = desk.people(&me).await.expect("a list");
    let id = people.iter().find(|row| row.login == kit).expect("kit").id;
    let thief = ada.copy();

    let form = "name=Mal+Ory&role=auditor&code=123456";
    let seen = thief.post("/desk/people/invite", form).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("That code doesn&#39;t work"));
    // What was typed stays, but for the code.
    assert!(seen.text.contains(r#"value="Mal Ory""#));
    assert!(seen.text.contains("<option selected>auditor</option>"));
    assert!(!seen.text.contains("123456"));
    let form = "name=robot&role=admin&days=90&events=on&code=123456";
    let seen = thief.post("/desk/tokens", form).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains(r#"value="robot""#));
    assert!(seen.text.contains("<option selected>admin</option>"));
    assert!(seen.text.contains(r#"<option value="90" selected>"#));
    assert!(seen.text.contains(r#"name="events" checked"#));
    assert!(!seen.text.contains(r#"name="tickets" checked"#));
    let stop = format!("/desk/people/{id}/deactivate");
    assert!(thief.get("/desk/people").await.text.contains(&stop));
    assert!(
        thief
            .get(&stop)
            .await
            .text
            .contains("Stop the sign-in of kit")
    );
    let seen = thief.post(&stop, "code=123456").await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.text.contains("Stop the sign-in of kit"));
    for path in [&stop, &stop] {
        thief.post(path, "code=123456").await;
    }
    let seen = thief.post(&stop, "code=123456").await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);

    let people = desk.people(&me).await.expect("a list");
    assert!(people.iter().all(|row| row.ended.is_none()));
    assert!(desk.invitations(&me).await.expect("a list").is_empty());
    assert!(desk.tokens(&me).await.expect("a list").is_empty());
}

#[tokio::test]
async fn an_admin_stops_a_sign_in_and_lets_them_in_again_with_a_code_each_time() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let kit = server.hire(Some(&ada), "kit", Role::Rep).await;
    kit.sign_in().await;
    let id = kit.me().await.id;
    let (stop, let_in) = (
        format!("/desk/people/{id}/deactivate"),
        format!("/desk/people/{id}/activate"),
    );
    let early = ada.browser.get(&let_in).await;
    assert_eq!(early.to, "/desk/people");
    let code = server.code(&ada.totp);
    let done = ada.browser.post(&stop, &format!("code={code}")).await;
    assert_eq!(done.to, "/desk/people", "{}", done.text);
    assert_eq!(kit.browser.get("/desk").await.to, "/sign-in?next=/desk");
    let again = ada.browser.post(&let_in, &format!("code={code}")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "used up");
    assert!(again.text.contains("Let kit sign in again"));
    let code = server.code(&ada.totp);
    let done = ada.browser.post(&let_in, &format!("code={code}")).await;
    assert_eq!(done.to, "/desk/people", "{}", done.text);
    assert_eq!(kit.sign_in().await.to, "/desk");
}

#[tokio::test]
async fn each_scope_that_is_ticked_is_in_the_token() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    for scope in desk::people::SCOPES {
        server.world.clock.pass(std::time::Duration::from_mins(1));
        let code = server.code(&ada.totp);
        // A reveal needs its ticket.
        let with = if scope == "reveals" {
            "&tickets=on"
        } else {
            ""
        };
        let form = format!("name={scope}&role=rep&days=30&{scope}=on{with}&code={code}");
        let seen = ada.browser.post("/desk/tokens", &form).await;
        assert_eq!(seen.status, StatusCode::OK, "{scope}: {}", seen.text);
    }
    let me = ada.me().await;
    let tokens = server.world.desk.tokens(&me).await.expect("a list");
    for scope in desk::people::SCOPES {
        let token = tokens.iter().find(|token| token.name == scope);
        let scopes = &token.expect(scope).scopes;
        assert!(scopes.iter().any(|one| one == scope), "{scope}: {scopes:?}");
        let most = if scope == "reveals" { 2 } else { 1 };
        assert_eq!(scopes.len(), most, "{scope}: {scopes:?}");
    }
    let page = ada.browser.get("/desk/tokens").await.text;
    assert!(page.contains("tickets, asking to see a value"), "{page}");
}
