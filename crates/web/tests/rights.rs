//! Every route: without a session, with the wrong role, and with another's ids. The table below is
//! compared with the router, so that a route without a row fails.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use desk::{
    Me,
    people::code_at,
    testing::{On, World},
};
use std::{collections::BTreeMap, time::Duration};
use tower::ServiceExt as _;
use web::{
    App, WebSettings,
    routes::{Route, Who},
};
use words::{Channel, Clock as _, Role};

/// A row: method, path, who may call it, and (where its path names a thing) a form or body that is
/// right in all but whose the thing is.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("GET", "/", "anyone", ""),
    ("GET", "/healthz", "anyone", ""),
    ("GET", "/metrics", "anyone", ""),
    ("GET", "/assets/{name}", "anyone", ""),
    ("GET", "/favicon.ico", "anyone", ""),
    ("GET", "/sign-in", "anyone", ""),
    ("POST", "/sign-in", "anyone", ""),
    ("GET", "/sign-in/code", "anyone", ""),
    ("POST", "/sign-in/code", "anyone", ""),
    ("GET", "/api/v1/openapi.json", "anyone", ""),
    ("GET", "/api/{*rest}", "anyone", ""),
    ("GET", "/set-up/{secret}", "link", ""),
    (
        "POST",
        "/set-up/{secret}",
        "link",
        "name=Eve&login=eve&password=long enough words",
    ),
    ("GET", "/set-up/{secret}/code", "link", ""),
    ("POST", "/set-up/{secret}/code", "link", "code=123456"),
    ("GET", "/invitation/{secret}", "link", ""),
    (
        "POST",
        "/invitation/{secret}",
        "link",
        "name=Eve&login=eve&password=long enough words",
    ),
    ("GET", "/invitation/{secret}/code", "link", ""),
    ("POST", "/invitation/{secret}/code", "link", "code=123456"),
    ("GET", "/owner/{page}/{secret}", "link", ""),
    ("POST", "/owner/{page}/{secret}", "link", "answer=yes"),
    ("POST", "/sign-out", "staff rep lead admin auditor", ""),
    ("GET", "/desk", "staff rep lead admin auditor", ""),
    ("GET", "/desk/live", "staff rep lead admin auditor", ""),
    (
        "GET",
        "/desk/tickets/{number}",
        "staff rep lead admin auditor",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/messages",
        "staff rep lead admin",
        "kind=note&text=hello",
    ),
    (
        "POST",
        "/desk/tickets/{number}/requests",
        "staff rep lead admin",
        "kind=reset&field=&item=",
    ),
    (
        "POST",
        "/desk/tickets/{number}/escalate",
        "staff rep lead admin",
        "reason=odd",
    ),
    (
        "POST",
        "/desk/tickets/{number}/assign",
        "staff rep lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/release",
        "staff rep lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/close",
        "staff rep lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/reopen",
        "staff rep lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/end",
        "staff rep lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/hand-back",
        "staff lead admin",
        "",
    ),
    (
        "POST",
        "/desk/tickets/{number}/look-up",
        "staff rep lead admin",
        "kind=email&value=a@b.example",
    ),
    (
        "POST",
        "/desk/tickets/{number}/account",
        "staff rep lead admin",
        "account=01890000-0000-7000-8000-000000000000",
    ),
    ("GET", "/desk/calls/new", "staff rep lead admin", ""),
    ("POST", "/desk/calls", "staff rep lead admin", ""),
    ("GET", "/desk/look-up", "staff rep lead admin", ""),
    ("POST", "/desk/look-up", "staff rep lead admin", ""),
    ("GET", "/desk/mail", "staff lead admin", ""),
    ("POST", "/desk/mail/{id}/resend", "staff lead admin", ""),
    ("GET", "/desk/ledger", "staff admin auditor", ""),
    ("GET", "/desk/people", "staff admin", ""),
    ("POST", "/desk/people/invite", "staff admin", ""),
    (
        "POST",
        "/desk/people/invitations/{id}/withdraw",
        "staff admin",
        "",
    ),
    ("POST", "/desk/people/{id}/deactivate", "staff admin", ""),
    ("POST", "/desk/people/{id}/activate", "staff admin", ""),
    ("GET", "/desk/sessions", "staff rep lead admin auditor", ""),
    (
        "POST",
        "/desk/sessions/{id}/end",
        "staff rep lead admin auditor",
        "",
    ),
    (
        "POST",
        "/desk/sessions/end-others",
        "staff rep lead admin auditor",
        "",
    ),
    ("GET", "/desk/tokens", "staff admin", ""),
    ("POST", "/desk/tokens", "staff admin", ""),
    ("POST", "/desk/tokens/{id}/revoke", "staff admin", ""),
    ("GET", "/desk/settings", "staff admin", ""),
    (
        "PUT",
        "/api/v1/accounts/{external_id}",
        "token admin accounts",
        "",
    ),
    (
        "GET",
        "/api/v1/accounts/{external_id}",
        "token rep lead admin accounts",
        "",
    ),
    (
        "POST",
        "/api/v1/look-ups",
        "token rep lead admin accounts",
        "",
    ),
    ("GET", "/api/v1/tickets", "token rep lead admin tickets", ""),
    (
        "POST",
        "/api/v1/tickets",
        "token rep lead admin tickets",
        "",
    ),
    (
        "GET",
        "/api/v1/tickets/{number}",
        "token rep lead admin tickets",
        "",
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/account",
        "token rep lead admin tickets",
        r#"{"account":"01890000-0000-7000-8000-000000000000"}"#,
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/messages",
        "token rep lead admin tickets",
        r#"{"kind":"note","text":"hello"}"#,
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/requests",
        "token rep lead admin tickets",
        r#"{"kind":"reset"}"#,
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/escalate",
        "token rep lead admin tickets",
        r#"{"reason":"odd"}"#,
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/assign",
        "token rep lead admin tickets",
        "",
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/release",
        "token rep lead admin tickets",
        "",
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/close",
        "token rep lead admin tickets",
        "",
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/reopen",
        "token rep lead admin tickets",
        "",
    ),
    (
        "POST",
        "/api/v1/tickets/{number}/end",
        "token rep lead admin tickets",
        "",
    ),
    ("POST", "/api/v1/events", "token lead admin events", ""),
    (
        "GET",
        "/api/v1/ledger/checkpoint",
        "token admin auditor ledger",
        "",
    ),
    (
        "GET",
        "/api/v1/ledger/key",
        "token admin auditor ledger",
        "",
    ),
];

const PASSWORD: &str = "correct mule staple 42";

/// The way a row spells who may call a route.
fn spelled(who: Who) -> String {
    let roles = |roles: &[Role]| {
        Role::ALL
            .iter()
            .filter(|r| roles.contains(r))
            .map(|r| r.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    match who {
        Who::Anyone => "anyone".to_owned(),
        Who::Link => "link".to_owned(),
        Who::Staff(of) => format!("staff {}", roles(of)),
        Who::Token(of, scope) => format!("token {} {scope}", roles(of)),
    }
}

struct House {
    world: World,
    router: Router,
    routes: Vec<Route>,
    cookies: BTreeMap<Role, String>,
    me: BTreeMap<Role, Me>,
    /// A ticket on the safety queue, which reps don't see.
    hidden: i64,
}

impl House {
    async fn new() -> Self {
        let world = World::on(On::Sqlite).await;
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            WebSettings::default(),
            Vec::new(),
            "data".to_owned(),
            None,
            stopping,
        );
        let (router, list) = web::router(app, |more| more);
        let desk = &world.desk;
        let mut house = Self {
            router,
            routes: list,
            cookies: BTreeMap::new(),
            me: BTreeMap::new(),
            hidden: 0,
            world: World::on(On::Sqlite).await,
        };
        let secret = desk.first_setup().await.expect("asked").expect("offered");
        let admin = house.enrol(&world, Role::Admin, &secret).await;
        for role in [Role::Rep, Role::Lead, Role::Auditor] {
            let invited = desk
                .invite(&admin, role.as_str(), role)
                .await
                .expect("invited");
            house.enrol(&world, role, &invited.secret).await;
        }
        house.hidden = hidden_ticket(&world, &house.me[&Role::Lead]).await;
        house.world = world;
        house
    }

    async fn enrol(&mut self, world: &World, role: Role, secret: &str) -> Me {
        let desk = &world.desk;
        desk.check_enrolment(secret, role.as_str(), role.as_str(), PASSWORD)
            .await
            .expect("chosen");
        let totp = desk
            .invitation(secret)
            .await
            .expect("there")
            .enrolment
            .expect("chosen")
            .totp_secret_base32;
        desk.accept(secret, &code_at(&totp, world.clock.now()).expect("a code"))
            .await
            .expect("accepted");
        world.clock.pass(Duration::from_mins(1));
        let half = desk
            .sign_in(role.as_str(), PASSWORD, "192.0.2.1", "test")
            .await
            .expect("half");
        let code = code_at(&totp, world.clock.now()).expect("a code");
        let signed = desk
            .second_step(&half.secret, &code, "192.0.2.1")
            .await
            .expect("signed in");
        self.cookies
            .insert(role, format!("staunch={}", signed.secret));
        self.me.insert(role, signed.me.clone());
        signed.me
    }

    async fn token(&self, role: Role, scopes: &[&str]) -> String {
        let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
        self.world
            .desk
            .create_token(None, "test", role, 1, &scopes)
            .await
            .expect("a token")
    }

    async fn call(
        &self,
        row: &Row,
        cookie: Option<&str>,
        token: Option<&str>,
        site: &str,
    ) -> Response {
        let path = row
            .path
            .replace(
                "{number}",
                &if row.may(Role::Rep) {
                    self.hidden
                } else {
                    999_999
                }
                .to_string(),
            )
            .replace("{id}", "01890000-0000-7000-8000-000000000000")
            .replace("{secret}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .replace("{page}", "confirm")
            .replace("{external_id}", "A-0000")
            .replace("{*rest}", "nowhere");
        let mut request = Request::builder()
            .method(row.method.clone())
            .uri(path)
            .header("host", "desk.example");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if row.method != Method::GET {
            let kind = if row.path.starts_with("/api/") {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header("sec-fetch-site", site);
        }
        let body = Body::from(row.body.replace(
            ' ',
            if row.path.starts_with("/api/") {
                " "
            } else {
                "+"
            },
        ));
        self.router
            .clone()
            .oneshot(request.body(body).expect("a request"))
            .await
            .expect("an answer")
    }
}

async fn hidden_ticket(world: &World, lead: &Me) -> i64 {
    let desk = &world.desk;
    let new = desk::ticket::NewTicket {
        channel: Channel::Phone,
        subject: "Odd".to_owned(),
        heard: None,
        account: None,
        mine: true,
    };
    let number = desk.open_ticket(lead, new).await.expect("opened");
    desk.escalate(lead, number, "odd").await.expect("escalated");
    number
}

struct Row {
    method: Method,
    path: &'static str,
    who: Vec<&'static str>,
    body: &'static str,
}

fn rows() -> Vec<Row> {
    TABLE
        .iter()
        .map(|(method, path, who, body)| Row {
            method: method.parse().expect("a method"),
            path,
            who: who.split(' ').collect(),
            body,
        })
        .collect()
}

impl Row {
    fn may(&self, role: Role) -> bool {
        self.who.contains(&role.as_str())
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

#[tokio::test]
async fn every_route_has_a_row_and_every_row_a_route() {
    let house = House::new().await;
    let mut listed: Vec<String> = house
        .routes
        .iter()
        .map(|r| format!("{} {} {}", r.method, r.path, spelled(r.who)))
        .collect();
    let mut table: Vec<String> = TABLE
        .iter()
        .map(|(m, p, w, _)| format!("{m} {p} {w}"))
        .collect();
    listed.sort();
    table.sort();
    assert_eq!(listed, table);
}

#[tokio::test]
async fn without_a_session_or_token_nothing_opens() {
    let house = House::new().await;
    for row in rows() {
        let answer = house.call(&row, None, None, "same-origin").await;
        match row.who[0] {
            "staff"
                if row.path == "/desk/live"
                    || row.method == Method::GET
                    || row.method == Method::POST =>
            {
                assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", row.name());
                let to = answer.headers()[header::LOCATION].to_str().expect("text");
                assert!(to.starts_with("/sign-in"), "{} leads to {to}", row.name());
            }
            "token" => assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{}", row.name()),
            "link" => assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{}", row.name()),
            _ => {}
        }
        let answer = house
            .call(
                &row,
                Some("staunch=AAAAAAAAAAAAAAAA"),
                Some("stt_AAAAAAAAAAAAAAAAAAAA"),
                "same-origin",
            )
            .await;
        if matches!(row.who[0], "staff" | "token") {
            assert!(
                [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED].contains(&answer.status()),
                "{}",
                row.name()
            );
        }
    }
}

#[tokio::test]
async fn the_wrong_role_or_scope_opens_nothing() {
    let house = House::new().await;
    for row in rows() {
        for role in Role::ALL.iter().copied().filter(|role| !row.may(*role)) {
            match row.who[0] {
                "staff" => {
                    let answer = house
                        .call(&row, Some(&house.cookies[&role]), None, "same-origin")
                        .await;
                    assert_eq!(
                        answer.status(),
                        StatusCode::FORBIDDEN,
                        "{} as {role}",
                        row.name()
                    );
                }
                "token" => {
                    let token = house.token(role, &[]).await;
                    let answer = house.call(&row, None, Some(&token), "same-origin").await;
                    assert_eq!(
                        answer.status(),
                        StatusCode::FORBIDDEN,
                        "{} as {role}",
                        row.name()
                    );
                }
                _ => {}
            }
        }
        if row.who[0] == "token" {
            let role = Role::ALL
                .iter()
                .copied()
                .find(|role| row.may(*role))
                .expect("somebody may");
            let scope = row.who[row.who.len() - 1];
            let other: Vec<&str> = desk::people::SCOPES
                .into_iter()
                .filter(|s| *s != scope)
                .collect();
            let token = house.token(role, &other).await;
            let answer = house.call(&row, None, Some(&token), "same-origin").await;
            assert_eq!(
                answer.status(),
                StatusCode::FORBIDDEN,
                "{} without its scope",
                row.name()
            );
            // A session is not a token, nor a token a session.
            let answer = house
                .call(&row, Some(&house.cookies[&role]), None, "same-origin")
                .await;
            assert_eq!(
                answer.status(),
                StatusCode::UNAUTHORIZED,
                "{} by a session",
                row.name()
            );
        }
    }
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let house = House::new().await;
    for row in rows() {
        if !row.path.contains('{')
            || !matches!(row.who[0], "staff" | "token")
            || row.method == Method::PUT
        {
            continue;
        }
        let role = Role::ALL
            .iter()
            .copied()
            .find(|role| row.may(*role))
            .expect("somebody may");
        let answer = if row.who[0] == "staff" {
            house
                .call(&row, Some(&house.cookies[&role]), None, "same-origin")
                .await
        } else {
            let token = house.token(role, &[]).await;
            house.call(&row, None, Some(&token), "same-origin").await
        };
        assert_eq!(
            answer.status(),
            StatusCode::NOT_FOUND,
            "{} as {role}",
            row.name()
        );
    }
}

#[tokio::test]
async fn anothers_session_can_not_be_ended() {
    let house = House::new().await;
    let theirs = house.me[&Role::Lead].session.expect("a session");
    let path = format!("/desk/sessions/{theirs}/end");
    let request = Request::builder()
        .method("POST")
        .uri(&path)
        .header("host", "desk.example")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, &house.cookies[&Role::Rep])
        .body(Body::empty())
        .expect("a request");
    let answer = house
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let still = house
        .world
        .desk
        .sessions(&house.me[&Role::Lead])
        .await
        .expect("listed");
    assert_eq!(still.len(), 1);
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let house = House::new().await;
    for row in rows()
        .iter()
        .filter(|row| row.method == Method::POST && !row.path.starts_with("/api/"))
    {
        let role = Role::ALL
            .iter()
            .copied()
            .find(|role| row.may(*role))
            .unwrap_or(Role::Admin);
        let answer = house
            .call(row, Some(&house.cookies[&role]), None, "cross-site")
            .await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{}", row.name());
    }
}

#[tokio::test]
async fn every_answer_carries_the_safety_headers() {
    let house = House::new().await;
    for row in rows() {
        let answer = house.call(&row, None, None, "same-origin").await;
        let headers = answer.headers();
        assert_eq!(
            headers["content-security-policy"],
            web::CSP,
            "{}",
            row.name()
        );
        assert_eq!(
            headers["x-content-type-options"],
            "nosniff",
            "{}",
            row.name()
        );
        assert_eq!(headers["referrer-policy"], "no-referrer", "{}", row.name());
        assert!(
            headers.contains_key(header::CACHE_CONTROL),
            "{}",
            row.name()
        );
    }
}
