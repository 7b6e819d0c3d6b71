//! The real server as a process, with everything outside it played by the test: a mail server, an
//! identity provider, people with browsers, and programs with tokens.

#![expect(dead_code, reason = "each test file uses a part of it")]

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use mail::{Inbox, Limits, Listener, Received, Refusal};
use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) const HOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Which database the server runs on.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres(String),
}

/// The engines at hand: SQLite always, PostgreSQL if the test run has a server for it.
pub(crate) async fn engines() -> Vec<Engine> {
    let mut out = vec![Engine::Sqlite];
    match std::env::var("STAUNCH_TEST_POSTGRES") {
        Ok(server) if !server.is_empty() => {
            let name = format!("h{}_{}", std::process::id(), next());
            out.push(Engine::Postgres(
                store::create_postgres(&server, &name)
                    .await
                    .expect("a fresh database"),
            ));
        }
        _ => println!(
            "skipped: the PostgreSQL half, as STAUNCH_TEST_POSTGRES names no server; run `cargo xtask test`"
        ),
    }
    out
}

fn next() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
}

/// A mail that reached a mailbox.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) attachments: Vec<(String, Vec<u8>)>,
    pub(crate) raw: Vec<u8>,
}

impl Mail {
    /// The link in it that leads to a page of the owner.
    pub(crate) fn link(&self) -> String {
        let at = self.text.find("/owner/").expect("a link in the mail");
        let start = self.text[..at].rfind("http").expect("an absolute link");
        self.text[start..]
            .split_whitespace()
            .next()
            .expect("a link")
            .trim_end_matches(['.', ')', '>'])
            .to_owned()
    }
}

#[derive(Default)]
struct Post(Mutex<Vec<Mail>>, std::sync::atomic::AtomicBool);

#[async_trait::async_trait]
impl Inbox for Post {
    async fn take(&self, received: Received) -> Result<(), Refusal> {
        if self.1.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(Refusal::Later("not now".to_owned()));
        }
        let parsed = MessageParser::default()
            .parse(&received.data)
            .expect("a mail that parses");
        let mail = Mail {
            to: received.to.clone(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            html: parsed.body_html(0).unwrap_or_default().into_owned(),
            attachments: parsed
                .attachments()
                .map(|part| {
                    (
                        part.attachment_name().unwrap_or_default().to_owned(),
                        part.contents().to_vec(),
                    )
                })
                .collect(),
            raw: received.data.clone(),
        };
        self.0.lock().expect("lock").push(mail);
        Ok(())
    }
}

/// A hook that reached the identity provider, its signature checked.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) body: String,
}

#[derive(Clone, Default)]
struct Hooks(Arc<Mutex<Vec<Hook>>>);

async fn take_hook(
    State(hooks): State<Hooks>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::http::StatusCode {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let body = String::from_utf8(body.to_vec()).expect("text");
    let secret = desk::provider::parse_secret(HOOK_SECRET).expect("a secret");
    let time = header("webhook-timestamp").parse().expect("a timestamp");
    if !desk::provider::verify(
        &secret,
        &header("webhook-id"),
        time,
        &body,
        &header("webhook-signature"),
    ) {
        return axum::http::StatusCode::UNAUTHORIZED;
    }
    hooks.0.lock().expect("lock").push(Hook {
        id: header("webhook-id"),
        body,
    });
    axum::http::StatusCode::NO_CONTENT
}

/// The server and the world around it.
pub(crate) struct House {
    pub(crate) base: String,
    pub(crate) folder: TempDir,
    engine: Engine,
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    post: Arc<Post>,
    hooks: Hooks,
    smtp: u16,
    idp: u16,
    set_up: Option<String>,
    settings: Vec<(&'static str, &'static str)>,
}

impl House {
    /// Builds the world and starts the server on a fresh data folder.
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }

    /// The same with more settings, as variables of the environment.
    pub(crate) async fn with(engine: Engine, settings: &[(&'static str, &'static str)]) -> Self {
        let post = Arc::new(Post::default());
        let smtp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let smtp_port = smtp.local_addr().expect("an address").port();
        let inbox: Arc<dyn Inbox> = post.clone();
        tokio::spawn(async move {
            Listener::new("mail.example.net", inbox, Limits::default())
                .serve(smtp, std::future::pending())
                .await;
        });
        let hooks = Hooks::default();
        let idp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let idp_port = idp.local_addr().expect("an address").port();
        let router = Router::new()
            .route("/hooks", post_hook())
            .with_state(hooks.clone());
        tokio::spawn(async move { axum::serve(idp, router).await.expect("served") });
        let mut house = Self {
            base: String::new(),
            folder: TempDir::new().expect("a folder"),
            engine,
            child: None,
            log: Arc::default(),
            post,
            hooks,
            smtp: smtp_port,
            idp: idp_port,
            set_up: None,
            settings: settings.to_vec(),
        };
        house.up().await;
        house
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_staunch"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STAUNCH_")) {
            command.env_remove(name);
        }
        command
            .env("STAUNCH_DESK__COMPANY", "Acme Production")
            .env("STAUNCH_MAIL__HOST", "127.0.0.1")
            .env("STAUNCH_MAIL__PORT", self.smtp.to_string())
            .env("STAUNCH_MAIL__TLS", "none")
            .env("STAUNCH_MAIL__FROM", "support@acme.example")
            .env(
                "STAUNCH_IDENTITY__WEBHOOK_URL",
                format!("http://127.0.0.1:{}/hooks", self.idp),
            )
            .env("STAUNCH_IDENTITY__WEBHOOK_SECRET", HOOK_SECRET)
            .env("STAUNCH_LOG", "debug,sqlx=debug,hyper=info");
        command.envs(self.settings.iter().copied());
        if let Engine::Postgres(url) = &self.engine {
            command.env("STAUNCH_SERVER__DATABASE", url);
        }
        command
    }

    /// Starts the server (again) and waits until it answers.
    pub(crate) async fn up(&mut self) {
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.data())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut errors = child.stderr.take().expect("stderr");
        let log = self.log.clone();
        std::thread::spawn(move || {
            let mut part = [0u8; 4096];
            while let Ok(n) = errors.read(&mut part) {
                if n == 0 {
                    break;
                }
                log.lock()
                    .expect("lock")
                    .push_str(&String::from_utf8_lossy(&part[..n]));
            }
        });
        let mut out = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let Some(base) = line.trim().strip_prefix("Staunch is at ") else {
            panic!("{line}{}", self.log())
        };
        base.clone_into(&mut self.base);
        let base = self.base.clone();
        let fresh = tokio::task::spawn_blocking(move || {
            // The set-up link follows at once, if there is one; reading on would block otherwise.
            let mut line = String::new();
            let deadline = Instant::now() + Duration::from_secs(20);
            while Instant::now() < deadline && line.is_empty() {
                if std::net::TcpStream::connect(base.trim_start_matches("http://")).is_ok() {
                    break;
                }
            }
            let (send, receive) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let _ = out.read_line(&mut line);
                let _ = send.send(line);
                let mut rest = String::new();
                let _ = out.read_to_string(&mut rest);
            });
            receive
                .recv_timeout(Duration::from_secs(3))
                .unwrap_or_default()
        })
        .await
        .expect("read");
        self.set_up = fresh
            .find("/set-up/")
            .map(|at| fresh[at + "/set-up/".len()..].trim().to_owned());
        self.child = Some(child);
        let client = Client::new();
        let deadline = Instant::now() + Duration::from_secs(20);
        while client
            .get(format!("{}/healthz", self.base))
            .send()
            .await
            .is_err()
        {
            assert!(
                Instant::now() < deadline,
                "the server doesn't answer: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the server as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("ended");
        }
    }

    /// Ends the server as an operator does, and says whether it ended well.
    pub(crate) async fn stop(&mut self) -> bool {
        let Some(mut child) = self.child.take() else {
            return true;
        };
        let status = Command::new("kill")
            .arg("-TERM")
            .arg(child.id().to_string())
            .status()
            .expect("kill");
        assert!(status.success());
        tokio::task::spawn_blocking(move || child.wait().expect("ended").success())
            .await
            .expect("waited")
    }

    /// Runs a command of the binary on the data folder: its exit, standard output and error.
    pub(crate) fn run(&self, words: &[&str]) -> (bool, String, String) {
        let out = self
            .command()
            .args(words)
            .arg("--data")
            .arg(self.data())
            .output()
            .expect("it runs");
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stdout).into_owned(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("lock").clone()
    }

    pub(crate) fn set_up_secret(&self) -> Option<&str> {
        self.set_up.as_deref()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.post.0.lock().expect("lock").clone()
    }

    /// Lets the mail server answer 451 (`true`), or take letters again.
    pub(crate) fn refuse_mail(&self, refuse: bool) {
        self.post
            .1
            .store(refuse, std::sync::atomic::Ordering::SeqCst);
    }

    pub(crate) fn hooks(&self) -> Vec<Hook> {
        self.hooks.0.lock().expect("lock").clone()
    }

    /// Waits until a mail to that address with those words in its subject or text is there.
    pub(crate) async fn mail(&self, to: &str, words: &str) -> Mail {
        self.wait(&format!("a mail with `{words}`"), |house| {
            house.mails().into_iter().rev().find(|mail| {
                mail.to.iter().any(|t| t == to)
                    && (mail.subject.contains(words) || mail.text.contains(words))
            })
        })
        .await
    }

    /// Waits until something is the case; the test fails after a while.
    pub(crate) async fn wait<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "{what} did not come; subjects so far: {:?}\n{}",
                self.mails()
                    .iter()
                    .map(|m| m.subject.clone())
                    .collect::<Vec<_>>(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A token by the command line.
    pub(crate) fn token(&self, role: &str) -> Token {
        let name = format!("test {}", next());
        let (good, out, error) = self.run(&["token", "create", "--role", role, "--name", &name]);
        assert!(good, "{error}");
        assert_eq!(out.lines().count(), 1, "the token and nothing else: {out}");
        Token {
            base: self.base.clone(),
            secret: out.trim().to_owned(),
            client: Client::new(),
        }
    }

    /// Imports accounts from JSON documents.
    pub(crate) fn import(&self, documents: &[Value]) -> String {
        let file = self
            .folder
            .path()
            .join(format!("accounts-{}.jsonl", next()));
        let text: Vec<String> = documents.iter().map(Value::to_string).collect();
        std::fs::write(&file, text.join("\n")).expect("written");
        let (good, out, error) = self.run(&["accounts", "import", file.to_str().expect("a path")]);
        assert!(good, "{out}{error}");
        out
    }
}

fn post_hook() -> axum::routing::MethodRouter<Hooks> {
    post(take_hook)
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) base: String,
    pub(crate) secret: String,
    client: Client,
}

impl Token {
    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.answer(self.client.get(format!("{}/api/v1{path}", self.base)))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.answer(
            self.client
                .post(format!("{}/api/v1{path}", self.base))
                .json(&body),
        )
        .await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.answer(
            self.client
                .put(format!("{}/api/v1{path}", self.base))
                .json(&body),
        )
        .await
    }

    pub(crate) async fn events(&self, lines: String) -> (StatusCode, Value) {
        let request = self
            .client
            .post(format!("{}/api/v1/events", self.base))
            .header("content-type", "application/x-ndjson")
            .body(lines);
        self.answer(request).await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let answer = request
            .bearer_auth(&self.secret)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }
}

/// A person with a browser: keeps cookies, follows redirects, has no scripts.
pub(crate) struct Browser {
    pub(crate) base: String,
    client: Client,
}

/// A page as a browser got it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) url: String,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) html: String,
}

impl Browser {
    pub(crate) fn new(house: &House) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::limited(5))
            .build()
            .expect("a client");
        Self {
            base: house.base.clone(),
            client,
        }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Seen {
        seen(
            self.client
                .get(self.url(path))
                .send()
                .await
                .expect("an answer"),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        let request = self
            .client
            .post(self.url(path))
            .header("sec-fetch-site", "same-origin")
            .form(form);
        seen(request.send().await.expect("an answer")).await
    }

    /// Opens a stream of events and gathers what comes.
    pub(crate) async fn listen(&self, path: &str) -> Arc<Mutex<String>> {
        let mut answer = self
            .client
            .get(self.url(path))
            .header("accept", "text/event-stream")
            .send()
            .await
            .expect("a stream");
        assert_eq!(answer.status(), StatusCode::OK);
        let heard = Arc::new(Mutex::new(String::new()));
        let into = heard.clone();
        tokio::spawn(async move {
            while let Ok(Some(part)) = answer.chunk().await {
                into.lock()
                    .expect("lock")
                    .push_str(&String::from_utf8_lossy(&part));
            }
        });
        heard
    }

    pub(crate) async fn post_from_elsewhere(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        let request = self
            .client
            .post(self.url(path))
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://evil.example")
            .form(form);
        seen(request.send().await.expect("an answer")).await
    }

    /// Becomes staff by a link of that kind (`set-up` or `invitation`) and returns the TOTP secret.
    pub(crate) async fn enrol(
        &self,
        kind: &str,
        secret: &str,
        name: &str,
        login: &str,
        password: &str,
    ) -> String {
        let page = self
            .post(
                &format!("/{kind}/{secret}"),
                &[("name", name), ("login", login), ("password", password)],
            )
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let totp = totp_of(&page.html);
        let done = self
            .post(
                &format!("/{kind}/{secret}/code"),
                &[("code", &code(&totp, 0))],
            )
            .await;
        assert!(done.url.ends_with("/sign-in"), "{} {}", done.url, done.html);
        totp
    }

    /// Signs in; `ahead` says how many TOTP steps ahead of now the code is (each works once).
    pub(crate) async fn sign_in(
        &self,
        login: &str,
        password: &str,
        totp: &str,
        ahead: i64,
    ) -> Seen {
        let first = self
            .post("/sign-in", &[("login", login), ("password", password)])
            .await;
        assert!(
            first.url.contains("/sign-in/code"),
            "{} {}",
            first.url,
            first.html
        );
        self.post("/sign-in/code", &[("code", &code(totp, ahead))])
            .await
    }
}

async fn seen(answer: reqwest::Response) -> Seen {
    Seen {
        status: answer.status(),
        url: answer.url().to_string(),
        headers: answer.headers().clone(),
        html: answer.text().await.expect("a body"),
    }
}

/// The code of a TOTP secret, `ahead` steps of 30 seconds from now.
pub(crate) fn code(secret: &str, ahead: i64) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server runs on the real clock"
    )]
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let now = i64::try_from(now.as_micros()).expect("in range") + ahead * 30_000_000;
    desk::people::code_at(secret, words::Time(now)).expect("a code")
}

/// The TOTP secret on an enrolment page: letters of base 32, shown in groups of four.
fn totp_of(html: &str) -> String {
    let text: String = html
        .split('<')
        .filter_map(|part| part.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join("\n");
    text.lines()
        .map(|line| line.replace(' ', "").trim().to_owned())
        .find(|line| {
            line.len() == 32
                && line
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
        })
        .unwrap_or_else(|| panic!("a secret on {html}"))
}

/// A made-up customer whose every protected value is a canary: found anywhere else than in mail to
/// the contact point, it is a leak.
pub(crate) struct Customer {
    pub(crate) external_id: String,
    pub(crate) email: String,
    pub(crate) order: String,
    pub(crate) invoice: String,
    pub(crate) pdf: Vec<u8>,
    pub(crate) document: Value,
    /// Each canary, one of its forms, and that in small letters.
    forms: Vec<(String, String, String)>,
}

impl Customer {
    /// The `n`th customer. Without `confirmed`, nobody ever confirmed the email.
    pub(crate) fn new(n: u32, confirmed: bool) -> Self {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let email = format!("owl{n}kestrel@mail{n}.example.net");
        let phone = format!("+1 202 555 01{n:02}");
        let address = format!("{n}7 Quillfeather Lane, Nethermoor {n}4821");
        let parcel = format!("{n}9 Brindlewick Row, Overfell {n}3377");
        let birth = format!("19{:02}-0{}-1{}", 60 + n % 30, 1 + n % 9, n % 9);
        let user = format!("zephyr_badger_{n}");
        let card = format!("Visa 73{:02}", n % 100);
        let receipt = format!("RQ{n}X-77KP-{n}WZ9-QF4M");
        let password = format!("2025-0{}-2{}", 1 + n % 9, n % 9);
        let (order, invoice) = (format!("{}", 70_000 + n), format!("{}", 10_440 + n));
        let pdf = format!("%PDF-1.4 invoice {invoice} for canary-{n}-lapwing\n").into_bytes();
        let mut point =
            serde_json::json!({"kind": "email", "value": email, "registered_at": "2019-05-01"});
        if confirmed {
            point["confirmed_at"] = "2019-05-01".into();
        }
        let document = serde_json::json!({
            "external_id": format!("A-{}", 1000 + n),
            "display_name": format!("Customer {n}"),
            "customer_since": "2019-05-01",
            "contact_points": [point, {"kind": "phone", "value": phone, "registered_at": "2021-02-03"}],
            "fields": {
                "user_name": user, "address": address, "birth_date": birth, "card": card,
                "order": {order.clone(): format!("2 x gizmo for canary-{n}-lapwing")},
                "parcel": {order.clone(): parcel},
                "invoice": {invoice.clone(): {"file_name": format!("invoice-{invoice}.pdf"), "media_type": "application/pdf", "base64": STANDARD.encode(&pdf)}},
                "receipt_code": {invoice.clone(): receipt},
                "password_changed": password,
            },
        });
        let canaries = [
            email.clone(),
            phone,
            address,
            parcel,
            birth,
            user,
            card,
            receipt,
            password,
            format!("canary-{n}-lapwing"),
        ];
        let all = canaries.iter().flat_map(|canary| {
            forms(canary)
                .into_iter()
                .map(|form| (canary.clone(), form.clone(), form.to_lowercase()))
        });
        let forms = all.collect();
        Self {
            external_id: format!("A-{}", 1000 + n),
            email,
            order,
            invoice,
            pdf,
            document,
            forms,
        }
    }

    /// The first canary of this customer in a text, in any of the forms that software turns values
    /// into.
    pub(crate) fn leak(&self, text: &str) -> Option<String> {
        let lower = text.to_lowercase();
        self.forms
            .iter()
            .find(|(_, form, small)| text.contains(form.as_str()) || lower.contains(small.as_str()))
            .map(|(canary, _, _)| canary.clone())
    }
}

/// A value as it may turn up: raw, by URL, HTML and JSON rules, in base64, and its digits alone.
fn forms(value: &str) -> Vec<String> {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
    };
    let url: String = value
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let json = serde_json::to_string(value)
        .expect("text")
        .trim_matches('"')
        .to_owned();
    let mut out = vec![value.to_owned(), url.replace("%20", "+"), url, html, json];
    out.push(STANDARD.encode(value));
    out.push(URL_SAFE_NO_PAD.encode(value));
    // Base64 of a longer text holds the value's letters at one of three shifts.
    for shift in 0..3usize {
        let padded = format!("{}{value}", "x".repeat(shift));
        let text = STANDARD_NO_PAD.encode(padded);
        let from = if shift == 0 { 0 } else { 4 };
        let to = text.len().saturating_sub(4);
        if to > from + 12 {
            out.push(text[from..to].to_owned());
        }
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 8 {
        out.push(digits);
    }
    out
}

/// The value of the first hidden or button field of that name in a page.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let needle = format!("name=\"{name}\"");
    html.split('<')
        .filter(|tag| tag.contains(&needle))
        .find_map(|tag| {
            let (_, rest) = tag.split_once("value=\"")?;
            let (value, _) = rest.split_once('"')?;
            (!value.is_empty()).then(|| value.to_owned())
        })
}
