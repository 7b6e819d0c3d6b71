//! Who gets in at all: without a session or token, with the wrong role or scope, and from another site.

use axum::http::{Method, StatusCode, header};
use words::Role;

use crate::{
    house::{By, House, token},
    row::{made_up, rows},
};

#[tokio::test]
async fn without_a_session_or_token_nothing_opens() {
    let house = House::new().await;
    let wrong = [
        By::Nobody,
        By::Cookie("staunch=AAAAAAAAAAAAAAAA"),
        By::Token("stt_AAAAAAAAAAAAAAAAAAAA"),
    ];
    for row in rows().iter().filter(|row| row.who[0] != "anyone") {
        for by in wrong {
            let answer = house.call(row, &row.path_of(&made_up()), by).await;
            match row.who[0] {
                "staff" => {
                    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", row.name());
                    let to = answer.headers[header::LOCATION].to_str().expect("text");
                    assert!(to.starts_with("/sign-in"), "{} leads to {to}", row.name());
                }
                "token" => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", row.name()),
                _ => assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", row.name()),
            }
            if row.is_guarded() && row.path.contains('{') {
                let real = house.call(row, &house.things.real(row), by).await;
                assert_eq!(real.status, answer.status, "{}", row.name());
                assert_eq!(real.text, answer.text, "{}", row.name());
            }
        }
    }
    house.nothing_changed().await;
}

#[tokio::test]
async fn the_wrong_role_or_scope_opens_nothing_and_tells_nothing_of_what_there_is() {
    let house = House::new().await;
    for row in rows().iter().filter(|row| row.is_guarded()) {
        for role in Role::ALL.iter().copied().filter(|role| !row.may(*role)) {
            let by = house.one(row, role);
            let answer = house.call(row, &row.path_of(&made_up()), by).await;
            let name = format!("{} as {role}", row.name());
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
            if row.path.contains('{') {
                let real = house.call(row, &house.things.real(row), by).await;
                assert_eq!(real.status, StatusCode::FORBIDDEN, "{name}");
                assert_eq!(real.text, answer.text, "{name}");
            }
        }
        if row.who[0] == "token" {
            let role = row.roles().next().expect("somebody may");
            let scope = row.who[row.who.len() - 1];
            let other: Vec<&str> = desk::people::SCOPES
                .into_iter()
                .filter(|s| *s != scope)
                .collect();
            let token = token(&house.world, role, &other).await;
            let path = house.things.real(row);
            let answer = house.call(row, &path, By::Token(&token)).await;
            let name = row.name();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name} without scope");
            // A session is not a token, nor a token a session.
            let by = By::Cookie(&house.staff[&role].cookie);
            let answer = house.call(row, &path, by).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name} by session");
        }
    }
    house.nothing_changed().await;
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let house = House::new().await;
    for row in rows()
        .iter()
        .filter(|row| row.method == Method::POST && !row.is_api())
    {
        let role = row.roles().next().unwrap_or(Role::Admin);
        let by = By::Cookie(&house.staff[&role].cookie);
        let path = house.things.real(row);
        let answer = house.send(row, &path, row.body, by, "cross-site").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", row.name());
    }
    house.nothing_changed().await;
}

#[tokio::test]
async fn every_answer_carries_the_safety_headers() {
    let house = House::new().await;
    for row in rows() {
        let path = row.path_of(&made_up());
        let headers = house.call(&row, &path, By::Nobody).await.headers;
        let name = row.name();
        assert_eq!(headers["content-security-policy"], web::CSP, "{name}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{name}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{name}");
        assert!(headers.contains_key(header::CACHE_CONTROL), "{name}");
    }
}
