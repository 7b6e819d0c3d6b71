//! The pages of the staff through the whole router, with a real session.

mod eyes;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use desk::{
    accounts::AccountDocument,
    people::code_at,
    testing::{On, World},
};
use std::{sync::Arc, time::Duration};
use tower::ServiceExt as _;

use super::*;
use crate::{WebSettings, cookie, pages};

const PASSWORD: &str = "seven green bicycles at noon";
const ROBIN: &str = r#"{"external_id":"A-1042","display_name":"Robin Vale","customer_since":"2019-05-01",
  "contact_points":[{"kind":"email","value":"robin@example.net","registered_at":"2019-05-01","confirmed_at":"2019-05-01"}],
  "fields":{"address":"12 Canary Lane, Leeds","order":{"7001":"2 gizmos"}}}"#;

struct Browser {
    world: World,
    router: Router,
    cookie: String,
    totp: String,
}

struct Seen {
    status: StatusCode,
    to: String,
    flash: Option<Flash>,
    text: String,
    headers: HeaderMap,
}

impl Browser {
    /// The first admin, signed in, with one account on file.
    async fn of_admin() -> Self {
        let world = World::on(On::Sqlite).await;
        let desk = &world.desk;
        let setup = desk
            .first_setup()
            .await
            .expect("an answer")
            .expect("a link");
        desk.check_enrolment(&setup, "Ada", "ada", PASSWORD)
            .await
            .expect("a first page");
        let invite = desk.invitation(&setup).await.expect("an invitation");
        let totp = invite.enrolment.expect("an enrolment").totp_secret_base32;
        let code = code_at(&totp, desk.now()).expect("a code");
        desk.accept(&setup, &code).await.expect("an admin");
        world.clock.pass(Duration::from_mins(1));
        let half = desk
            .sign_in("ada", PASSWORD, "192.0.2.1", "Test")
            .await
            .expect("a half session");
        let code = code_at(&totp, desk.now()).expect("a code");
        let session = desk
            .second_step(&half.secret, &code, "192.0.2.1")
            .await
            .expect("a session");
        let robin = AccountDocument::from_json(ROBIN.as_bytes()).expect("a document");
        desk.put_account(None, "A-1042", robin)
            .await
            .expect("an account");
        world.clock.pass(Duration::from_mins(1));
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let app = App::new(
            Arc::clone(&world.desk),
            WebSettings::default(),
            Vec::new(),
            "/var/lib/staunch".to_owned(),
            None,
            stopping,
        );
        let cookie = format!("{}={}", cookie::session(&app), session.secret);
        let (router, _) = pages::router(app, |routes| routes);
        Self {
            world,
            router,
            cookie,
            totp,
        }
    }

    /// The code that the authenticator shows next.
    fn code(&self) -> String {
        self.world.clock.pass(Duration::from_secs(30));
        code_at(&self.totp, self.world.desk.now()).expect("a code")
    }

    async fn ask(&self, request: Request<Body>) -> Seen {
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let header = |name| {
            let value = answer.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let to = header(header::LOCATION).unwrap_or_default();
        let flash = header(header::SET_COOKIE).and_then(|set| {
            set.strip_prefix("staunch-flash=")?
                .split(';')
                .next()
                .and_then(cookie::unpack)
        });
        let status = answer.status();
        let headers = answer.headers().clone();
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        let text = String::from_utf8(body.to_vec()).expect("text");
        Seen {
            status,
            to,
            flash,
            text,
            headers,
        }
    }

    async fn get(&self, path: &str) -> Seen {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.ask(request.body(Body::empty()).expect("a request"))
            .await
    }

    async fn post(&self, path: &str, form: &str) -> Seen {
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(
            request
                .body(Body::from(form.to_owned()))
                .expect("a request"),
        )
        .await
    }

    /// A call about Robin's account, found by the order's number.
    async fn call(&self) -> String {
        let ticket = self.post("/desk/calls", "").await.to;
        let ticket = ticket.split('?').next().expect("a path").to_owned();
        let found = self
            .post(
                &format!("{ticket}/look-up"),
                "kind=order&value=7001&filter=open",
            )
            .await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text);
        let id = found
            .text
            .split("name=\"account\" value=\"")
            .nth(1)
            .expect("a result");
        let id = id.split('"').next().expect("an id");
        let chosen = self
            .post(
                &format!("{ticket}/account"),
                &format!("account={id}&filter=open"),
            )
            .await;
        assert_eq!(chosen.to, format!("{ticket}?filter=open"));
        ticket
    }
}

#[tokio::test]
async fn a_call_goes_from_the_first_word_to_the_delivery() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let heard = browser
        .post(
            &format!("{ticket}/messages"),
            "kind=heard&text=Where+do+I+live%3F",
        )
        .await;
    assert_eq!(
        (heard.status, heard.to.as_str()),
        (StatusCode::SEE_OTHER, ticket.as_str())
    );
    let page = browser.get(&format!("{ticket}?filter=mine")).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "Robin Vale",
        "The customer?",
        "Where do I live?",
        "Send the postal address",
        "since 2019",
    ] {
        assert!(page.text.contains(words), "`{words}` is missing");
    }
    assert!(!page.text.contains("Canary") && !page.text.contains("robin@"));

    let refused = browser
        .post(&format!("{ticket}/requests"), "kind=change")
        .await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    let flash = refused.flash.expect("words");
    assert_eq!(flash.tone, Tone::Neutral);
    assert!(flash.text.contains("You can say"), "{}", flash.text);

    let sent = browser
        .post(
            &format!("{ticket}/requests"),
            "kind=deliver&field=address&filter=mine",
        )
        .await;
    assert_eq!(sent.to, format!("{ticket}?filter=mine"));
    browser.world.work().await;
    let page = browser.get(&ticket).await;
    assert!(
        page.text.contains("The mail server took it on"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("Canary"));
}

#[tokio::test]
async fn what_the_owner_lets_a_rep_see_is_on_one_answer_and_on_no_page() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let page = browser.get(&ticket).await;
    assert!(page.text.contains("Ask to see a detail"));
    let asked = browser
        .post(&format!("{ticket}/requests"), "kind=reveal&field=address")
        .await;
    assert_eq!(asked.flash.expect("words").tone, Tone::Good);
    let page = browser.get(&ticket).await;
    assert!(!page.text.contains("data-reveal"), "nobody said yes yet");
    let path = page.text.split("id=\"request-").nth(1).expect("a card");
    let id = path.split('"').next().expect("an id");
    let reveal = format!("{ticket}/requests/{id}/reveal");
    let early = browser.post(&reveal, "").await;
    assert_eq!(early.status, StatusCode::SEE_OTHER);
    assert_eq!(early.flash.expect("words").tone, Tone::Warning);

    browser.world.work().await;
    let letter = browser.world.mail.sent.lock().expect("lock").pop();
    let letter = letter.expect("a question").letter;
    let desk::letter::Letter::Confirm { link, .. } = letter else {
        panic!("a question")
    };
    let secret = link.rsplit('/').next().expect("a secret");
    let owner = browser.get(&format!("/owner/confirm/{secret}")).await;
    assert!(
        owner
            .text
            .contains("show your postal address to the person on support"),
        "{}",
        owner.text
    );
    browser
        .post(&format!("/owner/confirm/{secret}"), "answer=yes")
        .await;
    let page = browser.get(&ticket).await;
    assert!(page.text.contains("Show postal address"));
    assert!(page.text.contains("data-reveal"));
    assert!(!page.text.contains("Canary"));

    let shown = browser.post(&reveal, "").await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert!(shown.text.contains("12 Canary Lane, Leeds"));
    assert!(
        shown.text.contains("data:image/svg+xml,%3Csvg"),
        "a watermark"
    );
    assert!(shown.text.contains("ada%20%C2%B7%20%23"), "whose screen");
    assert!(!shown.text.contains("style=") && !shown.text.contains("<script>"));
    assert_eq!(shown.headers[header::CACHE_CONTROL], "no-store");
    let refresh = shown.headers[header::REFRESH].to_str().expect("text");
    assert!(refresh.ends_with(&format!("; url={ticket}")), "{refresh}");
    let page = browser.get(&ticket).await;
    assert!(!page.text.contains("Canary") && page.text.contains("Shown to Ada"));
    let by_link = browser.get(&reveal).await;
    assert_eq!(by_link.status, StatusCode::NOT_FOUND);
    browser.world.clock.pass(Duration::from_mins(5));
    let late = browser.post(&reveal, "").await;
    assert_eq!(late.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_done_can_be_undone_and_done_twice_is_no_error() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let closed = browser
        .post(&format!("{ticket}/close"), "filter=open")
        .await;
    assert_eq!(closed.to, format!("{ticket}?filter=open"));
    let undo = closed.flash.and_then(|flash| flash.undo).expect("an undo");
    let twice = browser.post(&format!("{ticket}/close"), "").await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER);
    assert_eq!(twice.flash.map(|flash| flash.tone), Some(Tone::Warning));
    let reopened = browser.post(&undo, "").await;
    assert_eq!(
        reopened.to,
        format!("{ticket}?filter=open"),
        "an undo keeps the list"
    );
    let list = browser.get("/desk?filter=open").await;
    assert!(list.text.contains(&format!("{ticket}?filter=open")));

    let escalated = browser.post(&format!("{ticket}/escalate"), "reason=").await;
    assert!(
        escalated
            .flash
            .expect("words")
            .text
            .contains("I've asked a colleague")
    );
    let page = browser.get(&ticket).await;
    assert!(
        page.text.contains("With the lead since") && !page.text.contains("“No reason was given.”")
    );
}

#[tokio::test]
async fn a_look_up_that_can_not_be_says_so_on_its_page() {
    let browser = Browser::of_admin().await;
    let bad = browser
        .post("/desk/look-up", "kind=shoe_size&value=44")
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("find-value") && bad.text.contains("role=\"alert\""));
    let mut last = StatusCode::OK;
    for n in 0..40 {
        let form = format!("kind=order&value={n}");
        last = browser.post("/desk/look-up", &form).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_pages_of_an_admin_open_and_their_forms_answer() {
    let browser = Browser::of_admin().await;
    browser.call().await;
    for path in [
        "/desk",
        "/desk?q=call",
        "/desk?filter=safety",
        "/desk/calls/new",
        "/desk/look-up",
        "/desk/mail",
        "/desk/ledger",
        "/desk/people",
        "/desk/sessions",
        "/desk/tokens",
        "/desk/settings",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    let ledger = browser.get("/desk/ledger").await.text;
    assert!(ledger.contains("account looked-up") && ledger.contains("Ada"));

    let code = browser.code();
    let form = format!("name=Kit+Arlo&role=lead&code={code}");
    let made = browser.post("/desk/people/invite", &form).await;
    assert!(made.text.contains("/invitation/") && made.text.contains("Kit Arlo"));
    let code = browser.code();
    let form = format!("name=+&role=lead&code={code}");
    let bad = browser.post("/desk/people/invite", &form).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("name=import&role=admin&days=never&accounts=on&code={code}");
    let bad = browser.post("/desk/tokens", &form).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("name=import&role=admin&days=30&accounts=on&code={code}");
    let token = browser.post("/desk/tokens", &form).await;
    assert!(token.text.contains("stt_"));
    let long = format!("subject={}", "a".repeat(300));
    let bad = browser.post("/desk/calls", &long).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);

    for path in ["/desk/tickets/9999", "/desk/tickets/robin"] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in [
        "/desk/tickets/9999/close",
        "/desk/people/7/deactivate",
        "/desk/mail/x/resend",
        "/desk/tokens/x/revoke",
    ] {
        assert_eq!(
            browser.post(path, "code=123456").await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[test]
fn a_form_leads_back_to_where_it_came_from_and_nowhere_else() {
    let back = |from: &str| Back {
        from: from.to_owned(),
    };
    assert_eq!(back("sessions").or("/desk/tokens"), "/desk/sessions");
    for from in ["", "/desk/mail", "https://evil.example"] {
        assert_eq!(back(from).or("/desk/tokens"), "/desk/tokens");
    }
}

#[test]
fn the_way_back_keeps_the_list_and_nothing_else() {
    assert_eq!(
        ticket_path(7, "", Some(Filter::Flags)),
        "/desk/tickets/7?filter=flags"
    );
    assert_eq!(ticket_path(7, "/reopen", None), "/desk/tickets/7/reopen");
    assert!("flags\r\nset-cookie: a=b".parse::<Filter>().is_err());
}

#[tokio::test]
async fn the_record_of_an_account_comes_as_a_file_from_the_ledger_page() {
    let browser = Browser::of_admin().await;
    let page = browser.get("/desk/ledger").await.text;
    assert!(page.contains(r#"action="/desk/ledger/record""#));
    let made = browser.post("/desk/ledger/record", "account=+A-1042").await;
    assert_eq!(made.status, StatusCode::OK);
    let key = ::ledger::Verifier::parse(&browser.world.desk.ledger_key()).expect("a key");
    let report =
        ::ledger::verify_record(made.text.as_bytes(), Some(&key), |_, _| ()).expect("whole");
    assert_eq!(report.header.external_id, "A-1042");
    let page = browser.get("/desk/ledger").await.text;
    assert!(page.contains("account record-made"));

    let nobody = browser.post("/desk/ledger/record", "account=A-9999").await;
    assert_eq!(
        (nobody.status, nobody.to.as_str()),
        (StatusCode::SEE_OTHER, "/desk/ledger")
    );
    assert!(
        nobody
            .flash
            .is_some_and(|flash| flash.text.starts_with("No account"))
    );
}

#[tokio::test]
async fn a_stopped_reply_stays_in_the_composer_with_the_right_request_beside_it() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let typed = "It goes to 22 Acacia Avenue, Leeds &amp; that&#39;s it";
    let answer = browser
        .post(
            &format!("{ticket}/messages"),
            "kind=reply&filter=open&text=It+goes+to+22+Acacia+Avenue,+Leeds+%26+that's+it",
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = &answer.text;
    let composer = page.split("<textarea").nth(1).expect("the composer");
    let composer = composer.split("</textarea>").next().expect("its text");
    let text = composer.split('>').nth(1).expect("a text").trim();
    let plain = |text: &str| {
        text.replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#39;", "'")
    };
    assert_eq!(plain(text), plain(typed), "the text stays");
    let reply = page.split("id=\"as-reply\"").nth(1).expect("the tab");
    assert!(reply.starts_with(" checked"), "and it stays a reply");
    let stop = page
        .split("<section class=\"stop\"")
        .nth(1)
        .expect("a stop")
        .split("</section>")
        .next()
        .expect("its end");
    assert!(stop.contains("Not sent."), "{stop}");
    assert!(stop.contains("Send the postal address"), "{stop}");
    assert!(stop.contains("value=\"address\""), "{stop}");
    assert!(!stop.contains("Acacia"), "{stop}");
    assert!(!page.contains("Remove it for me"));
    // The account's own address gets the very same page.
    let own = browser
        .post(
            &format!("{ticket}/messages"),
            "kind=reply&filter=open&text=It+goes+to+12+Canary+Lane,+Leeds",
        )
        .await;
    assert!(own.text.contains(stop), "the same words and offers");
    let after = browser.get(&ticket).await;
    assert!(!after.text.contains("Acacia"), "nothing was kept");
    // What is offered works as it stands there.
    let sent = browser
        .post(
            &format!("{ticket}/requests"),
            "kind=deliver&field=address&filter=open",
        )
        .await;
    assert_eq!(sent.to, format!("{ticket}?filter=open"));
}

#[tokio::test]
async fn a_secret_in_a_note_is_taken_out_at_the_press_of_a_button() {
    let browser = Browser::of_admin().await;
    let ticket = browser.call().await;
    let note = "kind=note&filter=open&text=Read+me+4242+4242+4242+4242+and+hung+up";
    let path = format!("{ticket}/messages");
    let answer = browser.post(&path, note).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Not kept."), "{}", answer.text);
    assert!(answer.text.contains("Remove it for me"));
    assert!(
        answer
            .text
            .contains("Read me 4242 4242 4242 4242 and hung up</textarea>")
    );
    let kept = browser.post(&path, &format!("{note}&remove=yes")).await;
    assert_eq!(kept.to, format!("{ticket}?filter=open"));
    let page = browser.get(&ticket).await.text;
    assert!(page.contains("Read me [a card number was removed] and hung up"));
    assert!(!page.contains("4242"));
}
