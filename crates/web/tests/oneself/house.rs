//! A desk with people in browsers of their own.

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

pub(crate) const PASSWORD: &str = "seven green bicycles";
pub(crate) const NEW: &str = "eight tall poplars";
const STEP: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    pub(crate) world: World,
    pub(crate) router: Router,
}

impl Server {
    pub(crate) async fn new(base_url: &str) -> Self {
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
    pub(crate) fn code(&self, totp: &str) -> String {
        self.world.clock.pass(STEP);
        code_at(totp, self.world.clock.now()).expect("a code")
    }

    /// Somebody new, by an invitation's two pages in a browser of theirs.
    pub(crate) async fn hire(
        &self,
        admin: Option<&Person<'_>>,
        login: &str,
        role: Role,
    ) -> Person<'_> {
        let desk = &self.world.desk;
        let path = if let Some(admin) = admin {
            let code = self.code(&admin.totp);
            let form = format!("name={login}&role={role}&code={code}");
            let page = admin.browser.post("/desk/people/invite", &form).await;
            link_on(&page.text)
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

pub(crate) fn plus(text: &str) -> String {
    text.replace(' ', "+")
}

pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) set: Vec<String>,
    pub(crate) text: String,
}

/// A browser, which keeps its cookies.
pub(crate) struct Browser<'a> {
    pub(crate) server: &'a Server,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self {
            server,
            cookies: RefCell::default(),
        }
    }

    pub(crate) async fn ask(&self, request: axum::http::request::Builder, body: String) -> Seen {
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

    pub(crate) async fn get(&self, path: &str) -> Seen {
        self.ask(Request::get(path), String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Seen {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.ask(request, form.to_owned()).await
    }

    /// Reads the secret on the page, and confirms it with its first code.
    pub(crate) async fn enrol(&self, path: &str) -> String {
        let totp = secret_on(&self.get(path).await.text);
        let code = self.server.code(&totp);
        let done = self.post(path, &format!("code={code}")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        totp
    }
}

/// The path of the invitation that a page shows.
pub(crate) fn link_on(page: &str) -> String {
    let (_, rest) = page
        .split_once("http://desk.example/invitation/")
        .expect("a link on the page");
    let (secret, _) = rest.split_once('<').expect("its end");
    format!("/invitation/{secret}")
}

/// The TOTP secret that a page shows.
pub(crate) fn secret_on(page: &str) -> String {
    let (_, rest) = page
        .split_once(r#"<code class="secret" translate="no">"#)
        .expect("a secret on the page");
    let (secret, _) = rest.split_once('<').expect("its end");
    secret.replace(' ', "")
}

pub(crate) struct Person<'a> {
    pub(crate) browser: Browser<'a>,
    pub(crate) login: String,
    pub(crate) totp: String,
}

impl Person<'_> {
    pub(crate) async fn sign_in(&self) -> Seen {
        let form = format!("login={}&password={}", self.login, plus(PASSWORD));
        self.browser.post("/sign-in", &form).await;
        let code = self.browser.server.code(&self.totp);
        let form = format!("code={code}&next=");
        self.browser.post("/sign-in/code", &form).await
    }

    /// Somebody who copied the cookies that the browser has now.
    pub(crate) fn copy(&self) -> Browser<'_> {
        Browser {
            server: self.browser.server,
            cookies: self.browser.cookies.clone(),
        }
    }

    /// Who they are to the desk.
    pub(crate) async fn me(&self) -> desk::Me {
        let secret = self.browser.cookies.borrow()["staunch"].clone();
        let me = self.browser.server.world.desk.session(&secret).await;
        me.expect("an answer").expect("a session")
    }
}

pub(crate) fn known(seen: &Seen) -> &str {
    let mut all = seen.set.iter();
    all.find(|cookie| cookie.contains("staunch-known="))
        .expect("a cookie to be known by")
}
