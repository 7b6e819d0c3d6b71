//! What is another's is not there: 404, and not a letter different from what was never there.

use axum::http::{Method, StatusCode};
use words::Role;

use crate::{
    house::{By, House},
    row::{Row, made_up, rows},
};

/// Routes with an id in their path to which nothing is another's.
const MAKES: [(&str, &str); 1] = [("PUT", "/api/v1/accounts/{external_id}")];

fn makes(row: &Row) -> bool {
    MAKES.contains(&(row.method.as_str(), row.path))
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let house = House::new().await;
    for row in rows()
        .iter()
        .filter(|row| row.is_guarded() && row.path.contains('{') && !makes(row))
    {
        for role in row.roles() {
            let by = house.one(row, role);
            let name = format!("{} as {role}", row.name());
            let nothing = house.call(row, &row.path_of(&made_up()), by).await;
            assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{name}");
            let paths = house.things.anothers(row, role);
            assert!(!paths.is_empty(), "whose ids to try on {name}?");
            for path in paths {
                let answer = house.call(row, &path, by).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}: {path}");
                assert_eq!(answer.text, nothing.text, "{name}: {path}");
            }
        }
    }
    house.nothing_changed().await;
}

#[tokio::test]
async fn what_is_theirs_is_there() {
    let house = House::new().await;
    for row in rows()
        .iter()
        .filter(|row| row.is_guarded() && row.path.contains('{') && !makes(row))
    {
        let role = if row.path.starts_with("/desk/sessions/") {
            Role::Lead
        } else {
            Role::Admin
        };
        let by = house.one(row, role);
        let body = row.body.replace(&made_up()["id"], &house.things.account);
        let path = house.things.real(row);
        let answer = house.send(row, &path, &body, by, "same-origin").await;
        let shut = [
            StatusCode::NOT_FOUND,
            StatusCode::FORBIDDEN,
            StatusCode::UNAUTHORIZED,
        ];
        let name = format!("{} as {role}", row.name());
        assert!(!shut.contains(&answer.status), "{name}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_secret_opens_its_own_page_and_no_other() {
    let house = House::new().await;
    for row in rows().iter().filter(|row| row.who[0] == "link") {
        let nothing = row.path_of(&made_up());
        let nothing = house.call(row, &nothing, By::Nobody).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{}", row.name());
        for path in house.things.wrong_links(row) {
            let answer = house.call(row, &path, By::Nobody).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", row.name());
            assert_eq!(answer.text, nothing.text, "{}", row.name());
        }
    }
    house.nothing_changed().await;
}

#[tokio::test]
async fn an_account_that_is_none_is_not_there_in_a_form_or_body_either() {
    let house = House::new().await;
    let takes_one = |row: &&Row| {
        row.method == Method::POST
            && (row.path.ends_with("/tickets/{number}/account")
                || ["/desk/calls", "/api/v1/tickets"].contains(&row.path))
    };
    let none = [
        made_up()["id"].clone(),
        house.staff[&Role::Rep].me.id.to_string(),
        house.things.live_token.clone(),
    ];
    let all = rows();
    let taking: Vec<&Row> = all.iter().filter(takes_one).collect();
    assert_eq!(taking.len(), 4);
    for row in taking {
        for role in row.roles() {
            for id in &none {
                let body = if row.path == "/api/v1/tickets" {
                    format!(r#"{{"channel":"chat","text":"hello","account":"{id}"}}"#)
                } else if row.is_api() {
                    format!(r#"{{"account":"{id}"}}"#)
                } else {
                    format!("account={id}")
                };
                let (path, by) = (house.things.real(row), house.one(row, role));
                let answer = house.send(row, &path, &body, by, "same-origin").await;
                let name = format!("{} as {role}", row.name());
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
            }
        }
    }
    house.nothing_changed().await;
}
