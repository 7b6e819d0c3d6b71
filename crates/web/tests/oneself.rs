//! One's own password and authenticator, enrolling anew, and the known browser, through the whole
//! router with real sessions.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use desk::{
    people::code_at,
    settings::DeskSettings,
    testing::{On, World},
};
use std::{cell::RefCell, collections::BTreeMap, time::Duration};
use tower::ServiceExt as _;
use web::{App, WebSettings};
use words::{Clock as _, Role};

const PASSWORD: &str = "seven green bicycles";
const NEW: &str = "eight tall poplars";
const STEP: Duration = Duration::from_secs(30);

struct Server {
    world: World,
    router: Router,
}

impl Server {
    async fn new(base_url: &str) -> Self {
        let settings = DeskSettings {
            company: "Acme Production".to_owned(),
            base_url: base_url.to_owned(),
            ..DeskSettings::default()
        };
        let world = World::with(On::Sqlite, settings).await;
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            WebSettings::default(),
            Vec::new(),
            "data".to_owned(),
            None,
            stopping,
        );
        let router = web::router(app, |more| more).0;
        Self { world, router }
    }

    /// The code that comes next.
    fn code(&self, totp: &str) -> String {
        self.world.clock.pass(STEP);
        code_at(totp, self.world.clock.now()).expect("a code")
    }

    /// Somebody new, by an invitation's two pages in a browser of theirs.
    async fn hire(&self, admin: Option<&desk::Me>, login: &str, role: Role) -> Person<'_> {
        let desk = &self.world.desk;
        let path = if let Some(me) = admin {
            let invited = desk.invite(me, login, role).await.expect("an invitation");
            format!("/invitation/{}", invited.secret)
        } else {
            let secret = desk.first_setup().await.expect("asked").expect("offered");
            format!("/set-up/{secret}")
        };
        let browser = Browser::new(self);
        let form = format!("name={login}&login={login}&password={}", plus(PASSWORD));
        browser.post(&path, &form).await;
        let totp = browser.enrol(&format!("{path}/code")).await;
        Person {
            browser,
            login: login.to_owned(),
            totp,
        }
    }
}

fn plus(text: &str) -> String {
    text.replace(' ', "+")
}

struct Seen {
    status: StatusCode,
    to: String,
    set: Vec<String>,
    text: String,
}

/// A browser, which keeps its cookies.
struct Browser<'a> {
    server: &'a Server,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        Self {
            server,
            cookies: RefCell::default(),
        }
    }

    async fn ask(&self, request: axum::http::request::Builder, body: String) -> Seen {
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::HOST, "desk.example")
            .header(header::COOKIE, cookies.join("; "))
            .body(Body::from(body))
            .expect("a request");
        let answer = self.server.router.clone().oneshot(request).await;
        let answer = answer.expect("an answer");
        let texts = |name: header::HeaderName| {
            let all = answer.headers().get_all(name);
            all.iter()
                .map(|value| value.to_str().expect("text").to_owned())
                .collect::<Vec<_>>()
        };
        let set = texts(header::SET_COOKIE);
        for cookie in &set {
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            let mut kept = self.cookies.borrow_mut();
            if value.is_empty() {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        let to = texts(header::LOCATION).concat();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        Seen {
            status,
            to,
            set,
            text: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    async fn get(&self, path: &str) -> Seen {
        self.ask(Request::get(path), String::new()).await
    }

    async fn post(&self, path: &str, form: &str) -> Seen {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(request, form.to_owned()).await
    }

    /// Reads the secret on the page, and confirms it with its first code.
    async fn enrol(&self, path: &str) -> String {
        let totp = secret_on(&self.get(path).await.text);
        let code = self.server.code(&totp);
        let done = self.post(path, &format!("code={code}")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        totp
    }
}

/// The TOTP secret that a page shows.
fn secret_on(page: &str) -> String {
    let (_, rest) = page
        .split_once(r#"<code class="secret" translate="no">"#)
        .expect("a secret on the page");
    let (secret, _) = rest.split_once('<').expect("its end");
    secret.replace(' ', "")
}

struct Person<'a> {
    browser: Browser<'a>,
    login: String,
    totp: String,
}

impl Person<'_> {
    async fn sign_in(&self) -> Seen {
        let form = format!("login={}&password={}", self.login, plus(PASSWORD));
        self.browser.post("/sign-in", &form).await;
        let code = self.browser.server.code(&self.totp);
        let form = format!("code={code}&next=");
        self.browser.post("/sign-in/code", &form).await
    }

    /// Who they are to the desk.
    async fn me(&self) -> desk::Me {
        let secret = self.browser.cookies.borrow()["staunch"].clone();
        let me = self.browser.server.world.desk.session(&secret).await;
        me.expect("an answer").expect("a session")
    }
}

fn known(seen: &Seen) -> &str {
    let mut all = seen.set.iter();
    all.find(|cookie| cookie.contains("staunch-known="))
        .expect("a cookie to be known by")
}

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

    let done = ada
        .browser
        .post("/desk/password", &form(PASSWORD, &code))
        .await;
    assert_eq!(done.to, "/desk/sessions", "{}", done.text);
    assert_ne!(known(&done), before);
    let page = ada.browser.get("/desk/sessions").await;
    assert!(page.text.contains("Your password is changed."));
    let other = server.world.desk.session(&elsewhere).await;
    assert!(other.expect("an answer").is_none());
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
    let begun = ada.browser.post("/desk/authenticator", &form).await;
    assert_eq!(begun.to, "/desk/authenticator/new", "{}", begun.text);
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
    let page = ada.browser.get("/desk/sessions").await;
    assert!(
        page.text
            .contains("The new authenticator counts from now on")
    );
    let renewed = Person { totp, ..ada };
    assert_eq!(renewed.sign_in().await.to, "/desk");
}

#[tokio::test]
async fn an_admin_asks_somebody_to_enrol_anew_and_they_hear_of_it_and_can_refuse() {
    let server = Server::new("http://desk.example").await;
    let ada = server.hire(None, "ada", Role::Admin).await;
    ada.sign_in().await;
    let kit = server.hire(Some(&ada.me().await), "kit", Role::Lead).await;
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

    let link = |page: &str| {
        let (_, rest) = page
            .split_once("http://desk.example/invitation/")
            .expect("a link");
        let (secret, _) = rest.split_once('<').expect("its end");
        format!("/invitation/{secret}")
    };
    let asked = async || {
        let code = server.code(&ada.totp);
        let page = ada.browser.post(&path, &format!("code={code}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(
            page.text
                .contains("asked to enrol anew</span> <small>by ada, until")
        );
        link(&page.text)
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
