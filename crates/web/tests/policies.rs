//! The page of the policies, through the whole router with real sessions.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use desk::{
    people::code_at,
    testing::{On, World},
};
use gate::SHIPPED;
use std::time::Duration;
use tower::ServiceExt as _;
use web::{App, WebSettings};
use words::{Clock as _, Role};

const PASSWORD: &str = "correct mule staple 42";
const LOOSE: &str = r#"@id("all") @source("none") permit (principal, action, resource);"#;

fn stricter() -> String {
    format!(
        "{SHIPPED}\n@id(\"no-resets\") @source(\"the <house>\") @outcome(\"refuse\") @reason(\"Resets are made in the shop.\") @words(\"Please come by.\")\nforbid (principal, action == Staunch::Action::\"reset\", resource);"
    )
}

struct House {
    world: World,
    router: Router,
}

struct Person {
    cookie: String,
    totp: String,
}

struct Seen {
    status: StatusCode,
    to: String,
    html: String,
}

impl House {
    async fn new() -> Self {
        let world = World::on(On::Sqlite).await;
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            world.desk.clone(),
            // An unoptimised build takes its time over a great many cases.
            WebSettings {
                timeout_seconds: 900,
                ..WebSettings::default()
            },
            Vec::new(),
            "data".to_owned(),
            None,
            stopping,
        );
        let router = web::router(app, |more| more).0;
        Self { world, router }
    }

    async fn hire(&self, role: Role) -> Person {
        let desk = &self.world.desk;
        let link = desk
            .operator_invites(role.as_str(), role)
            .await
            .expect("invited")
            .secret;
        desk.check_enrolment(&link, role.as_str(), role.as_str(), PASSWORD)
            .await
            .expect("chosen");
        let page = desk.invitation(&link).await.expect("there");
        let totp = page.enrolment.expect("chosen").totp_secret_base32;
        desk.accept(&link, &self.code(&totp))
            .await
            .expect("accepted");
        let half = desk
            .sign_in(role.as_str(), PASSWORD, "192.0.2.1", "test")
            .await
            .expect("half");
        let signed = desk
            .second_step(&half.secret, &self.code(&totp), "192.0.2.1")
            .await
            .expect("signed in");
        Person {
            cookie: format!("staunch={}", signed.secret),
            totp,
        }
    }

    /// The code that comes next.
    fn code(&self, totp: &str) -> String {
        self.world.clock.pass(Duration::from_secs(30));
        code_at(totp, self.world.clock.now()).expect("a code")
    }

    async fn get(&self, who: &Person) -> Seen {
        let request = Request::get("/desk/policies")
            .header("host", "desk.example")
            .header(header::COOKIE, &who.cookie)
            .body(Body::empty());
        self.seen(request.expect("a request")).await
    }

    /// Sends a form with these parts; one named `file` is a file.
    async fn post(&self, who: &Person, path: &str, parts: &[(&str, &str)]) -> Seen {
        use std::fmt::Write as _;
        let mut body = String::new();
        for (name, text) in parts {
            let file = if *name == "file" {
                "; filename=\"house.cedar\""
            } else {
                ""
            };
            let disposition = format!("form-data; name=\"{name}\"{file}");
            write!(
                body,
                "--cut\r\nContent-Disposition: {disposition}\r\n\r\n{text}\r\n"
            )
            .expect("written");
        }
        body.push_str("--cut--\r\n");
        let request = Request::post(path)
            .header("host", "desk.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &who.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .body(Body::from(body));
        self.seen(request.expect("a request")).await
    }

    async fn seen(&self, request: Request<Body>) -> Seen {
        let answer = self.router.clone().oneshot(request).await;
        let (parts, body) = answer.expect("an answer").into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let to = parts.headers.get(header::LOCATION);
        Seen {
            status: parts.status,
            to: to.map_or_else(String::new, |to| to.to_str().expect("text").to_owned()),
            html: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }
}

#[tokio::test]
async fn leads_and_auditors_read_the_policies_and_reps_do_not() {
    let house = House::new().await;
    for (role, reads, loads) in [
        (Role::Admin, true, true),
        (Role::Lead, true, false),
        (Role::Auditor, true, false),
        (Role::Rep, false, false),
    ] {
        let who = house.hire(role).await;
        let page = house.get(&who).await;
        assert_eq!(page.status == StatusCode::OK, reads, "{role}");
        if reads {
            assert!(page.html.contains("the set that ships with Staunch"));
            assert!(page.html.contains("id=\"rule-secrets-stay\""));
            assert!(page.html.contains("rule 3: nothing said is a proof"));
            assert!(page.html.contains("The text"));
        }
        assert_eq!(page.html.contains("/desk/policies/check"), loads, "{role}");
    }
}

#[tokio::test]
async fn an_admin_checks_a_set_and_hears_what_is_wrong_with_it() {
    let house = House::new().await;
    let ada = house.hire(Role::Admin).await;
    let check = "/desk/policies/check";
    let wrong = house
        .post(&ada, check, &[("text", "\r\n\r\npermit (principal")])
        .await;
    assert_eq!(wrong.status, StatusCode::OK, "{}", wrong.html);
    assert!(wrong.html.contains("It can’t be read") && wrong.html.contains("line 3: "));
    assert!(
        !wrong.html.contains("/desk/policies/load"),
        "nothing to load"
    );

    let loose = house.post(&ada, check, &[("text", LOOSE)]).await;
    assert!(
        loose.html.contains("It would break the promise"),
        "{}",
        loose.html
    );
    assert!(loose.html.contains("For example:"));
    assert!(
        !loose.html.contains("/desk/policies/load"),
        "nothing to load"
    );
}

#[tokio::test]
async fn an_admin_loads_a_checked_set_with_a_code_and_puts_the_shipped_one_back() {
    let house = House::new().await;
    let ada = house.hire(Role::Admin).await;
    let text = stricter().replace('\n', "\r\n");
    let parts = [("file", text.as_str()), ("text", "")];
    let fits = house.post(&ada, "/desk/policies/check", &parts).await;
    assert!(fits.html.contains("It keeps the promise"), "{}", fits.html);
    assert!(fits.html.contains("Stricter than now") && !fits.html.contains("Wider than now"));
    assert!(
        fits.html
            .contains("Reset the password: refused instead of ")
    );

    let load = "/desk/policies/load";
    let sent = [("after", "0"), ("text", text.as_str()), ("code", "000000")];
    let refused = house.post(&ada, load, &sent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("no-resets") && refused.html.contains("role=\"alert\""));
    let code = house.code(&ada.totp);
    let sent = [("after", "0"), ("text", text.as_str()), ("code", &code)];
    let done = house.post(&ada, load, &sent).await;
    assert_eq!(
        (done.status, done.to.as_str()),
        (StatusCode::SEE_OTHER, "/desk/policies")
    );
    let page = house.get(&ada).await;
    assert!(page.html.contains("a set of your own"), "{}", page.html);
    assert!(
        page.html
            .contains(&desk::policies::fingerprint(&stricter()))
    );
    assert!(page.html.contains("the &#60;house&#62;"), "text is text");

    let code = house.code(&ada.totp);
    let sent = [("after", "1"), ("shipped", "yes"), ("code", &code)];
    let done = house.post(&ada, load, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    let page = house.get(&ada).await;
    assert!(page.html.contains("the set that ships with Staunch"));
    assert!(page.html.contains("version <span class=\"num\">2</span>"));
}
