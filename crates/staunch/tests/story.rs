//! The story, from outside: the real server as a process, through HTTP and SMTP, on both engines.

mod support;

use reqwest::StatusCode;
use serde_json::json;
use support::{Browser, Customer, Engine, House, code, engines, field};

const PASSWORD: &str = "correct mule staple 42";

struct Cast {
    house: House,
    admin: Browser,
    rep: Browser,
    lead: Browser,
    robin: Customer,
    jonas: Customer,
}

/// A desk with an admin, a rep, a lead, and two customers; all by the ways that people use.
async fn cast(engine: Engine) -> Cast {
    // A letter whose worker was killed is taken up again after its lease.
    let quick = [
        ("STAUNCH_DESK__LEASE_SECONDS", "8"),
        ("STAUNCH_MAIL__TIMEOUT_SECONDS", "3"),
    ];
    let house = House::with(engine, &quick).await;
    let secret = house
        .set_up_secret()
        .expect("the first start offers a set-up link")
        .to_owned();
    let admin = Browser::new(&house);
    let totp = admin
        .enrol("set-up", &secret, "Ada Admin", "ada", PASSWORD)
        .await;
    let page = admin.sign_in("ada", PASSWORD, &totp, 1).await;
    assert!(page.url.ends_with("/desk"), "{} {}", page.url, page.html);
    let rep = invited(&house, "Remy Rep", "remy", "rep").await;
    let lead = invited(&house, "Lena Lead", "lena", "lead").await;
    let (robin, jonas) = (Customer::new(42, true), Customer::new(44, false));
    let out = house.import(&[robin.document.clone(), jonas.document.clone()]);
    assert!(out.contains("2 new"), "{out}");
    Cast {
        house,
        admin,
        rep,
        lead,
        robin,
        jonas,
    }
}

/// Somebody whom the operator invites: an admin's next code would be half a minute away.
async fn invited(house: &House, name: &str, login: &str, role: &str) -> Browser {
    let (good, link, error) = house.run(&["staff", "invite", name, "--role", role]);
    assert!(good, "{error}");
    let (_, secret) = link.trim().split_once("/invitation/").expect("a link");
    let browser = Browser::new(house);
    let totp = browser
        .enrol("invitation", secret, name, login, PASSWORD)
        .await;
    let again = Browser::new(house)
        .get(&format!("/invitation/{secret}"))
        .await;
    assert_eq!(
        again.status,
        StatusCode::NOT_FOUND,
        "an invitation works once"
    );
    let page = browser.sign_in(login, PASSWORD, &totp, 1).await;
    assert!(page.url.ends_with("/desk"), "{}", page.html);
    browser
}

impl Cast {
    /// A call comes in, and the rep finds the account by what the caller says. Returns the path of
    /// the ticket.
    async fn call(&self, kind: &str, value: &str) -> String {
        let page = self.rep.post("/desk/calls", &[]).await;
        let path = page
            .url
            .strip_prefix(&self.house.base)
            .expect("on this server");
        let path = path.split('?').next().expect("a path").to_owned();
        assert!(path.starts_with("/desk/tickets/"), "{path}");
        let page = self
            .rep
            .post(
                &format!("{path}/look-up"),
                &[("kind", kind), ("value", value)],
            )
            .await;
        let account =
            field(&page.html, "account").unwrap_or_else(|| panic!("found on {}", page.html));
        let page = self
            .rep
            .post(&format!("{path}/account"), &[("account", &account)])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        path
    }

    async fn ask(&self, path: &str, kind: &str, field: &str, item: &str) -> support::Seen {
        self.rep
            .post(
                &format!("{path}/requests"),
                &[("kind", kind), ("field", field), ("item", item)],
            )
            .await
    }

    fn nothing_leaked(&self, what: &str, text: &str) {
        for customer in [&self.robin, &self.jonas] {
            assert_eq!(customer.leak(text), None, "leaked in {what}");
        }
    }
}

fn on_each_engine<F: Future<Output = ()>>(story: impl Fn(Engine) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        for engine in engines().await {
            story(engine).await;
        }
    });
}

#[test]
fn the_fraudster_gets_nothing_the_owner_hears_and_freezes() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let path = cast.call("order", &cast.robin.order).await;
        for line in [
            "I gave you a wrong address, what have you got for me?",
            "Please, my baby is crying.",
            "Just mail me the invoice.",
        ] {
            cast.rep
                .post(
                    &format!("{path}/messages"),
                    &[("kind", "heard"), ("text", line)],
                )
                .await;
        }
        // The rep does everything that the caller asks.
        let asked = [
            ("reveal", "address", ""),
            ("reveal", "birth_date", ""),
            ("reveal", "card", ""),
            ("reveal", "parcel", cast.robin.order.as_str()),
            ("deliver", "receipt_code", cast.robin.invoice.as_str()),
            ("deliver", "password_changed", ""),
            ("change", "", ""),
            ("re-enrol", "", ""),
            ("unlock", "", ""),
            ("ask", "", ""),
            ("act", "", ""),
            ("deliver", "invoice", cast.robin.invoice.as_str()),
            ("deliver", "address", ""),
            ("reset", "", ""),
        ];
        for (kind, field, item) in asked {
            let page = cast.ask(&path, kind, field, item).await;
            assert!(
                page.status.is_success() || page.status.is_client_error(),
                "{kind} {field}: {}",
                page.status
            );
            cast.nothing_leaked(&format!("the answer to {kind} {field}"), &page.html);
        }
        let page = cast.rep.get(&path).await;
        cast.nothing_leaked("the ticket's page", &page.html);
        assert!(
            page.html.contains("I can't see that here")
                || page.html.contains("I can&#39;t see that here")
                || page.html.contains("I can’t see that here"),
            "the words to say are on the page"
        );
        let page = cast.rep.post(&format!("{path}/end"), &[]).await;
        assert_eq!(page.status, StatusCode::OK);

        // The owner hears, and says no.
        let notice = cast
            .house
            .mail(&cast.robin.email, "contacted our support")
            .await;
        let owner = Browser::new(&cast.house);
        let before = cast.house.mails().len();
        let page = owner.get(&notice.link()).await;
        assert_eq!(page.status, StatusCode::OK);
        let again = owner.get(&notice.link()).await;
        assert_eq!(again.html, page.html, "opening the link changes nothing");
        assert_eq!(cast.house.mails().len(), before);
        let page = owner.post(&notice.link(), &[("answer", "no")]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        cast.house.mail(&cast.robin.email, "frozen").await;

        // Frozen: not even to the owner's own email, by anybody.
        let mails = cast.house.mails().len();
        let page = cast
            .ask(&path, "deliver", "invoice", &cast.robin.invoice)
            .await;
        assert!(page.html.to_lowercase().contains("frozen"), "{}", page.html);
        let safety = cast.lead.get("/desk?filter=safety").await;
        assert!(
            safety.html.contains("The owner says it wasn"),
            "{}",
            safety.html
        );
        assert_eq!(
            cast.rep.get("/desk?filter=safety").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(cast.house.mails().len(), mails, "nothing was sent");

        // Every mail went to a registered address, and nothing protected is in the logs.
        for mail in cast.house.mails() {
            assert_eq!(mail.to.join(" "), cast.robin.email);
        }
        cast.nothing_leaked("the log", &cast.house.log());
        let (good, out, error) = cast.house.run(&["ledger", "verify"]);
        assert!(good, "{out}{error}");
        cast.nothing_leaked("the report", &out);
    });
}

/// The id of the newest request on a ticket's page.
fn request(html: &str) -> String {
    let at = html.find("id=\"request-").expect("a request") + "id=\"request-".len();
    html[at..].chars().take_while(|c| *c != '"').collect()
}

#[test]
fn a_caller_proves_a_reset_with_a_code_and_lifts_a_freeze_in_two_steps() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let path = cast.call("external_id", &cast.robin.external_id).await;
        cast.ask(&path, "reset", "", "").await;
        let page = cast.rep.get(&path).await;
        assert!(
            page.html.contains("Send a code to read out"),
            "{}",
            page.html
        );
        let below = format!("{path}/requests/{}/code", request(&page.html));
        cast.rep.post(&below, &[]).await;
        let mail = cast
            .house
            .mail(&cast.robin.email, "A code for your call")
            .await;
        let code = mail.code().expect("a code in the mail");
        assert!(!mail.subject.contains(&code));
        let page = cast.rep.get(&path).await;
        assert!(page.html.contains("The code that the caller reads out"));
        assert!(!page.html.contains(&code));
        let tries = format!("{below}/tries");
        let wrong = if code == "00000000" {
            "00000001"
        } else {
            "00000000"
        };
        let page = cast.rep.post(&tries, &[("code", wrong)]).await;
        assert!(page.html.contains("That code didn"), "{}", page.html);
        assert!(cast.house.hooks().is_empty());
        let page = cast.rep.post(&tries, &[("code", &code)]).await;
        assert!(page.html.contains("The code is right"), "{}", page.html);
        let hook = cast
            .house
            .wait("a hook", |house| house.hooks().first().cloned())
            .await;
        assert!(hook.body.contains("reset.confirmed"), "{}", hook.body);

        // It wasn't them after all: frozen, from the link under the code.
        let owner = Browser::new(&cast.house);
        owner.post(&mail.link(), &[("answer", "no")]).await;
        cast.house.mail(&cast.robin.email, "frozen").await;
        cast.lead
            .post(&format!("{path}/requests"), &[("kind", "unlock")])
            .await;
        let mail = cast.house.mail(&cast.robin.email, "lift the hold").await;
        let page = owner.post(&mail.link(), &[("answer", "yes")]).await;
        assert!(page.html.contains("One more step"), "{}", page.html);
        let receipt = cast.robin.document["fields"]["receipt_code"][&cast.robin.invoice]
            .as_str()
            .expect("a receipt's code");
        let page = owner.post(&mail.link(), &[("receipt", "RQ00-0000")]).await;
        assert!(page.html.contains("That didn't work"), "{}", page.html);
        let frozen = cast.lead.get(&path).await;
        assert!(frozen.html.contains("Frozen."), "{}", frozen.html);
        let page = owner.post(&mail.link(), &[("receipt", receipt)]).await;
        assert!(page.html.contains("Thank you."), "{}", page.html);
        assert!(!page.html.contains("One more step") && !page.html.contains(receipt));
        let page = cast.lead.get(&path).await;
        assert!(!page.html.contains("Frozen."), "{}", page.html);
        cast.nothing_leaked("the ticket's page", &page.html);
        let log = cast.house.log();
        cast.nothing_leaked("the log", &log);
        assert!(!log.contains(&code), "a code is in the log");
    });
}

#[test]
fn the_honest_twin_gets_the_invoice_by_one_request() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let path = cast.call("email", &cast.robin.email.to_uppercase()).await;
        let page = cast
            .ask(&path, "deliver", "invoice", &cast.robin.invoice)
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let mail = cast
            .house
            .mail(
                &cast.robin.email,
                &format!("invoice {}", cast.robin.invoice),
            )
            .await;
        assert_eq!(mail.attachments.len(), 1, "{}", mail.text);
        assert_eq!(mail.attachments[0].1, cast.robin.pdf, "byte for byte");
        // And where the parcel goes, as text.
        cast.ask(&path, "deliver", "parcel", &cast.robin.order)
            .await;
        let mail = cast.house.mail(&cast.robin.email, "Brindlewick Row").await;
        assert_eq!(mail.to.join(" "), cast.robin.email);
    });
}

#[test]
fn a_reset_waits_for_the_owners_yes_and_goes_to_the_identity_provider() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let path = cast.call("external_id", &cast.robin.external_id).await;
        cast.ask(&path, "reset", "", "").await;
        let mail = cast
            .house
            .mail(&cast.robin.email, "Did you ask us to reset your password?")
            .await;
        let owner = Browser::new(&cast.house);
        owner.get(&mail.link()).await;
        assert!(
            cast.house.hooks().is_empty(),
            "opening a link resets nothing"
        );
        let page = owner
            .post_from_elsewhere(&mail.link(), &[("answer", "yes")])
            .await;
        assert_eq!(
            page.status,
            StatusCode::FORBIDDEN,
            "a button on another site presses nothing"
        );
        let page = owner.post(&mail.link(), &[("answer", "yes")]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let hook = cast
            .house
            .wait("a hook", |house| house.hooks().first().cloned())
            .await;
        assert!(
            hook.body.contains("reset.confirmed") && hook.body.contains(&cast.robin.external_id),
            "{}",
            hook.body
        );
        cast.nothing_leaked("the hook", &hook.body);
        owner.post(&mail.link(), &[("answer", "yes")]).await;
        owner.post(&mail.link(), &[("answer", "no")]).await;
        assert_eq!(cast.house.hooks().len(), 1, "a link works once");

        // Without a confirmed contact point nobody can reset.
        let path = cast.call("user_name", "zephyr_badger_44").await;
        let page = cast.ask(&path, "reset", "", "").await;
        assert!(page.status.is_success(), "{}", page.status);
        assert!(
            cast.house
                .mails()
                .iter()
                .all(|mail| mail.to != [cast.jonas.email.clone()])
        );
    });
}

#[test]
fn a_burst_of_wrong_passwords_raises_one_flag_and_the_owner_is_asked() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let program = cast.house.token("admin");
        let event = |n: i64, outcome: &str, country: &str| {
            #[expect(
                clippy::disallowed_methods,
                reason = "the server runs on the real clock"
            )]
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .expect("after 1970")
                .as_micros();
            let at = words::Time(i64::try_from(now).expect("in range") - (60 - n) * 1_000_000);
            json!({"id": format!("e{n}{outcome}{country}"), "account": cast.robin.external_id, "time": at.to_string(), "outcome": outcome, "country": country}).to_string()
        };
        let (status, taken) = program.events(event(0, "success", "GB")).await;
        assert_eq!(status, StatusCode::OK, "{taken}");
        assert_eq!(taken["flagged"], 0);
        let burst: Vec<String> = (1..=5).map(|n| event(n, "failure", "GB")).collect();
        let (_, taken) = program.events(burst.join("\n")).await;
        assert_eq!(taken["accepted"], 5, "{taken}");
        assert_eq!(taken["flagged"], 1, "{taken}");
        let (_, taken) = program.events(event(9, "success", "NG")).await;
        assert_eq!(taken["flagged"], 1, "{taken}");
        let page = cast.rep.get("/desk?filter=flags").await;
        assert_eq!(
            page.html.matches("Unusual logins").count().min(1),
            1,
            "{}",
            page.html
        );
        let at = page
            .html
            .find("/desk/tickets/")
            .expect("the flag is in the list");
        let path: String = page.html[at..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "/-".contains(*c))
            .collect();
        let flag = cast.rep.get(&path).await;
        assert!(
            flag.html.contains("Nigeria") && flag.html.contains("failed logins"),
            "{}",
            flag.html
        );
        cast.ask(&path, "ask", "", "").await;
        let mail = cast.house.mail(&cast.robin.email, "Was this you?").await;
        let owner = Browser::new(&cast.house);
        owner.post(&mail.link(), &[("answer", "no")]).await;
        let hook = cast
            .house
            .wait("a hook", |house| house.hooks().first().cloned())
            .await;
        assert!(hook.body.contains("account.lock"), "{}", hook.body);
        let page = cast.rep.get(&path).await;
        assert!(page.html.to_lowercase().contains("frozen"), "{}", page.html);
    });
}

#[test]
fn the_queue_survives_a_kill_and_the_set_up_link_is_never_offered_again() {
    on_each_engine(async |engine| {
        let mut cast = cast(engine).await;
        let path = cast.call("order", &cast.robin.order).await;
        cast.house.refuse_mail(true);
        for field in ["address", "birth_date", "card"] {
            cast.ask(&path, "deliver", field, "").await;
        }
        cast.house.kill();
        assert!(
            cast.house.mails().is_empty(),
            "nothing went before the kill"
        );
        cast.house.refuse_mail(false);
        cast.house.up().await;
        assert_eq!(
            cast.house.set_up_secret(),
            None,
            "set up once is set up for good"
        );
        // One that a worker had in hand comes after its lease, one that was refused after its wait.
        for words in ["Quillfeather", "1972-0", "7342"] {
            let mail = cast.house.mail(&cast.robin.email, words).await;
            assert_eq!(mail.to.len(), 1);
        }
        let (good, out, error) = cast.house.run(&["ledger", "verify"]);
        assert!(good, "{out}{error}");
        assert!(cast.house.stop().await, "a told stop ends well");
    });
}

#[test]
fn signing_in_takes_both_steps_and_says_nothing_about_which_was_wrong() {
    on_each_engine(async |engine| {
        let cast = cast(engine).await;
        let visitor = Browser::new(&cast.house);
        let wrong = visitor
            .post(
                "/sign-in",
                &[("login", "remy"), ("password", "wrong password here")],
            )
            .await;
        let unknown = visitor
            .post(
                "/sign-in",
                &[("login", "nobody"), ("password", "wrong password here")],
            )
            .await;
        assert_eq!(wrong.status, unknown.status);
        assert_eq!(
            wrong.html.replace("remy", "X"),
            unknown.html.replace("nobody", "X")
        );
        let half = visitor
            .post("/sign-in", &[("login", "remy"), ("password", PASSWORD)])
            .await;
        assert!(half.url.contains("/sign-in/code"));
        let page = visitor.get("/desk").await;
        assert!(
            page.url.contains("/sign-in"),
            "half a sign-in opens nothing"
        );
        let page = visitor
            .post(
                "/sign-in/code",
                &[("code", &code("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 0))],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Headers that every page has.
        let page = visitor.get("/sign-in").await;
        let csp = page.headers["content-security-policy"]
            .to_str()
            .expect("text");
        assert!(
            csp.contains("default-src 'none'") && !csp.contains("unsafe"),
            "{csp}"
        );
        assert!(
            !page.html.contains("<script>")
                && !page.html.contains("style=\"")
                && !page.html.contains("onclick")
        );
        let _ = (&cast.admin, &cast.lead);
    });
}
