//! One's own password and authenticator, enrolling anew, and the known browser, through the whole
//! router with real sessions.

mod admins;
mod house;

use axum::http::StatusCode;
use house::{Browser, NEW, PASSWORD, Person, Server, known, plus, secret_on};
use words::Role;

#[tokio::test]
async fn signing_in_leaves_a_cookie_to_be_known_by_that_opens_nothing() {
    let server = Server::new("https://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    let seen = ada.sign_in().await;
    assert_eq!(seen.to, "/desk");
    let cookie = known(&seen);
    assert!(cookie.starts_with("__Host-staunch-known="), "{cookie}");
    for word in ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"] {
        assert!(cookie.split("; ").any(|part| part == word), "{cookie}");
    }
    assert!(cookie.contains("Max-Age=155"), "180 days: {cookie}");

    let out = ada.browser.post("/sign-out", "").await;
    assert!(out.set.iter().all(|cookie| !cookie.contains("known")));
    let page = ada.browser.get("/desk").await;
    assert_eq!(page.to, "/sign-in?next=/desk");
}

#[tokio::test]
async fn wrong_passwords_from_elsewhere_keep_everybody_out_but_the_known_browser() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    ada.browser.post("/sign-out", "").await;
    let outsider = Browser::new(&server);
    for _ in 0..5 {
        let form = "login=ada&password=not+her+password";
        let seen = outsider.post("/sign-in", form).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let form = format!("login=ada&password={}", plus(PASSWORD));
    let seen = outsider.post("/sign-in", &form).await;
    assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
    let seen = ada.sign_in().await;
    assert_eq!(seen.to, "/desk");
}

#[tokio::test]
async fn a_password_is_changed_on_a_page_of_ones_own() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let elsewhere = ada.browser.cookies.borrow()["staunch"].clone();
    let before = known(&ada.sign_in().await).to_owned();
    let page = ada.browser.get("/desk/sessions").await;
    assert!(page.text.contains(r#"href="/desk/password""#));

    let code = server.code(&ada.totp);
    let form = |current: &str, code: &str| {
        let (current, new) = (plus(current), plus(NEW));
        format!("username=ada&current={current}&new={new}&code={code}")
    };
    let wrong = ada
        .browser
        .post("/desk/password", &form("not my password", &code))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong
            .text
            .contains("That password and code don&#39;t go together")
    );
    assert!(!wrong.text.contains(&plus(NEW)) && !wrong.text.contains(NEW));

    let copied = ada.copy();
    let done = ada
        .browser
        .post("/desk/password", &form(PASSWORD, &code))
        .await;
    assert_eq!(done.to, "/desk/sessions", "{}", done.text);
    assert_ne!(known(&done), before);
    let page = ada.browser.get("/desk/sessions").await;
    assert!(page.text.contains("Your password is changed."));
    assert_eq!(page.text.matches("this one").count(), 1);
    let other = server.world.desk.session(&elsewhere).await;
    assert!(other.expect("an answer").is_none());
    let page = copied.get("/desk/sessions").await;
    assert_eq!(page.to, "/sign-in?next=/desk/sessions", "the old cookie");
}

#[tokio::test]
async fn an_authenticator_is_replaced_in_two_steps() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let early = ada.browser.get("/desk/authenticator/new").await;
    assert_eq!(early.to, "/desk/authenticator");

    let code = server.code(&ada.totp);
    let form = format!("password={}&code={code}", plus(PASSWORD));
    let copied = ada.copy();
    let begun = ada.browser.post("/desk/authenticator", &form).await;
    assert_eq!(begun.to, "/desk/authenticator/new", "{}", begun.text);
    let seen = copied.get("/desk/authenticator/new").await;
    assert_eq!(seen.to, "/sign-in?next=/desk/authenticator/new");
    let copied = ada.copy();
    let page = ada.browser.get("/desk/authenticator/new").await;
    assert!(page.text.contains("data:image/svg+xml;base64,"));
    let wrong = ada
        .browser
        .post("/desk/authenticator/new", "code=12345")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(secret_on(&wrong.text), secret_on(&page.text));
    let totp = ada.browser.enrol("/desk/authenticator/new").await;
    assert_ne!(totp, ada.totp);
    assert_eq!(copied.get("/desk").await.to, "/sign-in?next=/desk");
    let page = ada.browser.get("/desk/sessions").await;
    assert!(
        page.text
            .contains("The new authenticator counts from now on")
    );
    let renewed = Person { totp, ..ada };
    assert_eq!(renewed.sign_in().await.to, "/desk");
}

#[tokio::test]
async fn what_one_made_is_listed_where_a_change_ends_and_can_be_ended_there() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let page = ada.browser.get("/desk/sessions").await.text;
    assert!(!page.contains("Made by you"));
    let code = server.code(&ada.totp);
    let form = format!("name=import&role=rep&days=30&tickets=on&code={code}");
    ada.browser.post("/desk/tokens", &form).await;
    let code = server.code(&ada.totp);
    let form = format!("name=Kit+Arlo&role=lead&code={code}");
    ada.browser.post("/desk/people/invite", &form).await;

    let code = server.code(&ada.totp);
    let (old, new) = (plus(PASSWORD), plus(NEW));
    let form = format!("username=ada&current={old}&new={new}&code={code}");
    let done = ada.browser.post("/desk/password", &form).await;
    let page = ada.browser.get(&done.to).await.text;
    assert!(page.contains("Token <strong>import</strong>"));
    assert!(page.contains("Invitation for <strong>Kit Arlo</strong>"));
    let actions: Vec<&str> = page
        .split(r#"action=""#)
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.ends_with("?from=sessions"))
        .collect();
    assert_eq!(actions.len(), 2);
    for path in actions {
        let done = ada.browser.post(path, "").await;
        assert_eq!(done.to, "/desk/sessions", "{path}");
    }
    let page = ada.browser.get("/desk/sessions").await.text;
    assert!(!page.contains("Made by you"));
    let tokens = server.world.desk.tokens(&ada.me().await).await;
    assert!(tokens.expect("a list").iter().all(|token| !token.active));
}
