//! A desk with one person and one token of each role, and the things of all of them.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use desk::{
    Me,
    people::code_at,
    testing::{On, World},
};
use std::{collections::BTreeMap, time::Duration};
use tower::ServiceExt as _;
use web::{App, WebSettings, routes::Route};
use words::{Clock as _, Role};

use crate::{
    row::Row,
    things::{Things, standing},
};

const PASSWORD: &str = "correct mule staple 42";

/// Who calls.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    Nobody,
    Cookie(&'a str),
    Token(&'a str),
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) struct House {
    pub(crate) world: World,
    router: Router,
    pub(crate) routes: Vec<Route>,
    pub(crate) staff: BTreeMap<Role, Person>,
    pub(crate) tokens: BTreeMap<Role, String>,
    pub(crate) things: Things,
    /// How everything stood at first.
    stood: String,
}

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) me: Me,
    /// The secret of the session.
    pub(crate) session: String,
    pub(crate) cookie: String,
    /// The secret of the authenticator.
    totp: String,
    /// The secret of the link by which they became staff, and the id of the invitation.
    pub(crate) link: String,
    pub(crate) invited: String,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::of(World::on(On::Sqlite).await).await
    }

    pub(crate) async fn of(world: World) -> Self {
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            WebSettings::default(),
            Vec::new(),
            "data".to_owned(),
            None,
            stopping,
        );
        let (router, listed) = web::router(app, |more| more);
        let desk = &world.desk;
        let link = desk.first_setup().await.expect("asked").expect("offered");
        let admin = enrol(&world, Role::Admin, link, String::new()).await;
        let mut staff = BTreeMap::new();
        for role in [Role::Rep, Role::Lead, Role::Auditor] {
            let code = admin.next_code(&world);
            let invited = desk.invite(&admin.me, role.as_str(), role, &code).await;
            let invited = invited.expect("invited");
            let id = invited.id.to_string();
            staff.insert(role, enrol(&world, role, invited.secret, id).await);
        }
        staff.insert(Role::Admin, admin);
        let mut tokens = BTreeMap::new();
        for role in Role::ALL {
            tokens.insert(*role, token(&world, *role, &[]).await);
        }
        let things = Things::of(&world, &staff).await;
        let stood = standing(&world, &staff, &things).await;
        Self {
            world,
            router,
            routes: listed,
            staff,
            tokens,
            things,
            stood,
        }
    }

    /// Somebody of that role, by what the row wants: a session or a token.
    pub(crate) fn one(&self, row: &Row, role: Role) -> By<'_> {
        if row.who[0] == "token" {
            By::Token(&self.tokens[&role])
        } else {
            By::Cookie(&self.staff[&role].cookie)
        }
    }

    /// Nothing is another way than it was at first.
    pub(crate) async fn nothing_changed(&self) {
        let stands = standing(&self.world, &self.staff, &self.things).await;
        assert_eq!(stands, self.stood);
    }

    pub(crate) async fn call(&self, row: &Row, path: &str, by: By<'_>) -> Answer {
        self.send(row, path, row.body, by, "same-origin").await
    }

    pub(crate) async fn send(
        &self,
        row: &Row,
        path: &str,
        body: &str,
        by: By<'_>,
        site: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(row.method.clone())
            .uri(path)
            .header("host", "desk.example");
        request = match by {
            By::Nobody => request,
            By::Cookie(cookie) => request.header(header::COOKIE, cookie),
            By::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        let mut body = body.to_owned();
        if row.method != Method::GET {
            let kind = if row.is_api() {
                "application/json"
            } else {
                body = body.replace(' ', "+");
                "application/x-www-form-urlencoded"
            };
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header("sec-fetch-site", site);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let answer = self.router.clone().oneshot(request).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        // A stream of changes has no end; nothing here reads one.
        let text = if parts.status == StatusCode::OK {
            String::new()
        } else {
            let bytes = to_bytes(body, usize::MAX).await.expect("a body");
            String::from_utf8(bytes.to_vec()).expect("text")
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }
}

impl Person {
    /// The code that their authenticator shows next.
    pub(crate) fn next_code(&self, world: &World) -> String {
        world.clock.pass(Duration::from_secs(30));
        code_at(&self.totp, world.clock.now()).expect("a code")
    }
}

async fn enrol(world: &World, role: Role, link: String, invited: String) -> Person {
    let desk = &world.desk;
    desk.check_enrolment(&link, role.as_str(), role.as_str(), PASSWORD)
        .await
        .expect("chosen");
    let invitation = desk.invitation(&link).await.expect("there");
    let totp = invitation.enrolment.expect("chosen").totp_secret_base32;
    let code = code_at(&totp, world.clock.now()).expect("a code");
    desk.accept(&link, &code).await.expect("accepted");
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
    Person {
        me: signed.me,
        cookie: format!("staunch={}", signed.secret),
        session: signed.secret,
        totp,
        link,
        invited,
    }
}

/// A token of that role, for everything if no scopes are named.
pub(crate) async fn token(world: &World, role: Role, scopes: &[&str]) -> String {
    let scopes = if scopes.is_empty() {
        &desk::people::SCOPES[..]
    } else {
        scopes
    };
    let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
    world
        .desk
        .create_token(None, "test", role, 1, &scopes)
        .await
        .expect("a token")
}
