//! Characters that nobody sees, the NUL first of all, break nothing and change nothing, wherever they come
//! in. On `PostgreSQL` a text with a NUL is an error of the database.

use axum::http::{Method, StatusCode};
use desk::testing::on_both;
use words::Role;

use crate::{
    house::{Answer, By, House},
    row::{Ids, Row, made_up, rows},
};

/// Every field that some form has.
const FIELDS: [&str; 22] = [
    "account",
    "answer",
    "code",
    "current",
    "days",
    "field",
    "filter",
    "item",
    "kind",
    "login",
    "name",
    "new",
    "next",
    "number_shown",
    "password",
    "q",
    "reason",
    "role",
    "scopes",
    "subject",
    "text",
    "value",
];

/// Bodies of the API that are right but for the NUL in them.
const BODIES: [(&str, &str); 8] = [
    (
        "/look-ups",
        r#"{"kind":"email","value":"a\u0000@b.example"}"#,
    ),
    ("/tickets", r#"{"channel":"chat","text":"hello\u0000"}"#),
    ("/messages", r#"{"kind":"note","text":"a\u0000b"}"#),
    ("/requests", r#"{"kind":"deliver","field":"address\u0000"}"#),
    ("/escalate", r#"{"reason":"odd\u0000"}"#),
    ("/account", r#"{"account":"\u0000"}"#),
    (
        "/accounts/{external_id}",
        r#"{"display_name":"Robin\u0000","fields":{"plan":"gold\u0000"}}"#,
    ),
    (
        "/events",
        r#"{"account":"A-1042\u0000","time":"2026-11-21T09:59:00Z","outcome":"failure"}"#,
    ),
];

fn body(row: &Row) -> String {
    if !row.is_api() {
        let fields: Vec<String> = FIELDS.iter().map(|name| format!("{name}=a%00b")).collect();
        return fields.join("&");
    }
    let known = BODIES.iter().find(|(path, _)| row.path.ends_with(path));
    known
        .map_or("{\"a\":\"\\u0000\"}", |(_, body)| *body)
        .to_owned()
}

/// Whoever may call a route.
fn caller<'a>(house: &'a House, row: &Row) -> By<'a> {
    match row.roles().last() {
        Some(role) if row.is_guarded() => house.one(row, role),
        _ => By::Nobody,
    }
}

fn refused(answer: &Answer, name: &str) {
    assert!(
        answer.status.is_client_error(),
        "{name}: {} {}",
        answer.status,
        answer.text
    );
}

#[test]
fn a_nul_in_a_path_a_query_or_a_body_is_refused_by_every_route_and_breaks_none() {
    on_both(|world| async move {
        let house = House::of(world).await;
        for row in rows() {
            let (name, by) = (row.name(), caller(&house, &row));
            if row.path.contains('{') {
                let ids: Ids = made_up()
                    .into_iter()
                    .map(|(name, id)| (name, format!("{id}%00")))
                    .collect();
                let answer = house.call(&row, &row.path_of(&ids), by).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
            }
            let path = house.things.real(&row);
            let queried = format!("{path}?q=a%00b&filter=%00&before=%00&from=%00&next=%00");
            let answer = house.call(&row, &queried, by).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
            if row.method != Method::GET {
                let answer = house
                    .send(&row, &path, &body(&row), by, "same-origin")
                    .await;
                refused(&answer, &name);
            }
        }
        house.nothing_changed().await;
    });
}

#[test]
fn signing_in_searching_noting_bringing_in_and_sending_events_say_what_is_wrong() {
    on_both(|world| async move {
        let house = House::of(world).await;
        let all = rows();
        let row = |name: &str| {
            let found = all.iter().find(|row| row.name() == name);
            found.unwrap_or_else(|| panic!("no row {name}"))
        };
        let hidden = "nobody can see";
        for (name, query, body) in [
            ("POST /sign-in", "", "login=ad%00a&password=a"),
            ("GET /desk", "?q=gizmo%00", ""),
            (
                "POST /desk/tickets/{number}/messages",
                "",
                "kind=note&text=one%1Btwo",
            ),
            ("POST /desk/ledger/record", "", "account=A-1042%00"),
            ("POST /api/v1/tickets/{number}/messages", "", BODIES[2].1),
            ("PUT /api/v1/accounts/{external_id}", "", BODIES[6].1),
        ] {
            let row = row(name);
            let path = house.things.real(row) + query;
            let by = caller(&house, row);
            let answer = house.send(row, &path, body, by, "same-origin").await;
            refused(&answer, name);
            assert!(answer.text.contains(hidden), "{name}: {}", answer.text);
        }
        // Of a batch of events the line is named and the others are kept: whoever puts such a character
        // into what a login is called doesn't keep the watch from seeing the rest.
        let row = row("POST /api/v1/events");
        let by = house.one(row, Role::Admin);
        let good = BODIES[7].1.replace("\\u0000", "");
        let batch = format!("{}\n{good}\n", BODIES[7].1);
        let answer = house.send(row, row.path, &batch, by, "same-origin").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let answer = house
            .send(row, row.path, BODIES[7].1, by, "same-origin")
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains("`account` can't be read"),
            "{}",
            answer.text
        );
    });
}
