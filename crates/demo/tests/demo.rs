//! The demo with everything real: database, keys, policies, SMTP, signed hooks over HTTP parts.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use demo::{Scene, sample};
use desk::{
    Desk, Filter, Me, Parts,
    catalogue::Catalogue,
    letter::CarrierError,
    provider::{IdentityProvider, signature},
    settings::DeskSettings,
};
use gate::Gate;
use ledger::Signer;
use std::{path::Path, sync::Arc, time::Duration};
use store::Store;
use tempfile::TempDir;
use tokio::sync::watch as tell;
use tower::ServiceExt as _;
use vault::{MasterKey, Vault};
use watch::Places;
use web::{App, DemoHints as _, WebSettings};
use words::{Clock, Entropy, MessageKind, RequestKind, Role, Time};

const BASE: &str = "http://127.0.0.1:8080";
const ROBIN: &str = "robin.vale@mail.example.net";

struct Now;
impl Clock for Now {
    fn now(&self) -> Time {
        #[expect(
            clippy::disallowed_methods,
            reason = "codes and mails of this test are of now"
        )]
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        Time(i64::try_from(since.as_micros()).expect("a time"))
    }
}

struct Chance;
impl Entropy for Chance {
    fn fill(&self, into: &mut [u8]) {
        aws_lc_rs::rand::fill(into).expect("random bytes");
    }
}

/// The sign-in service at the other end of the router, reached as the server's webhook does it.
struct Hooks(std::sync::Mutex<Vec<(String, String)>>);
#[async_trait::async_trait]
impl IdentityProvider for Hooks {
    async fn tell(&self, id: &str, body: &str) -> Result<(), CarrierError> {
        self.0
            .lock()
            .expect("lock")
            .push((id.to_owned(), body.to_owned()));
        Ok(())
    }
}

struct Demo {
    desk: Arc<Desk>,
    scene: Arc<Scene>,
    router: Router,
    hooks: Arc<Hooks>,
    secret: Vec<u8>,
    _stop: tell::Sender<bool>,
}

impl Demo {
    async fn start(folder: &Path) -> Self {
        let (stop, stopping) = tell::channel(false);
        let beginning = Scene::begin(BASE, Arc::new(Now), stopping.clone())
            .await
            .expect("the outside");
        let key = folder.join("master");
        if !key.exists() {
            std::fs::write(&key, MasterKey::generate(&Chance).expose()).expect("a key");
        }
        let master = MasterKey::from_bytes(&std::fs::read(&key).expect("a key")).expect("a key");
        let hooks = Arc::new(Hooks(std::sync::Mutex::default()));
        let desk = Arc::new(Desk::new(Parts {
            store: Store::sqlite(&folder.join("staunch.db"))
                .await
                .expect("a store"),
            vault: Vault::new(&master).expect("keys"),
            gate: Gate::shipped().expect("policies"),
            signer: Signer::from_seed("staunch.example/test", &[7; 32]).expect("a signer"),
            clock: Arc::new(Now),
            entropy: Arc::new(Chance),
            carrier: beginning.carrier(),
            texts: Some(beginning.texts()),
            provider: hooks.clone(),
            catalogue: Catalogue::shipped(),
            places: Some(Places::from_mmdb(web::assets::COUNTRIES).expect("the country file")),
            rules: watch::Rules::default(),
            witness: Box::new(|_| ()),
            settings: DeskSettings {
                company: demo::COMPANY.to_owned(),
                base_url: BASE.to_owned(),
                continue_url: Some(beginning.continue_url()),
                ..DeskSettings::default()
            },
        }));
        assert_eq!(beginning.hook_url(), format!("{BASE}/world/hooks"));
        let secret = beginning.hook_secret();
        let scene = beginning
            .furnish(desk.clone(), folder)
            .await
            .expect("a furnished desk");
        let hints = Some(scene.clone() as Arc<dyn web::DemoHints>);
        let app = App::new(
            desk.clone(),
            WebSettings::default(),
            Vec::new(),
            "demo".to_owned(),
            hints,
            stopping,
        );
        let (router, list) = web::router(app, |routes| scene.routes(routes));
        // All that the demo adds is for everybody; a route that is not named here is a surprise.
        let mut added: Vec<String> = list
            .iter()
            .filter(|route| route.path.starts_with("/world"))
            .map(|route| format!("{} {} {:?}", route.method, route.path, route.who))
            .collect();
        added.sort();
        assert_eq!(
            added,
            [
                "GET /world Anyone",
                "GET /world/attacks Anyone",
                "GET /world/attacks/outside Anyone",
                "GET /world/identity Anyone",
                "GET /world/live Anyone",
                "GET /world/mail/{id} Anyone",
                "GET /world/mail/{id}/{n} Anyone",
                "POST /world/attacks/hire Anyone",
                "POST /world/attacks/next Anyone",
                "POST /world/attacks/play Anyone",
                "POST /world/attacks/rest Anyone",
                "POST /world/attacks/stop Anyone",
                "POST /world/call Anyone",
                "POST /world/hang-up Anyone",
                "POST /world/hooks Anyone",
                "POST /world/login-from Anyone",
                "POST /world/say Anyone",
                "POST /world/wrong-passwords Anyone",
            ]
        );
        Self {
            desk,
            scene,
            router,
            hooks,
            secret,
            _stop: stop,
        }
    }

    async fn staff(&self, role: Role) -> Me {
        let mut tx = self.desk.store().read().await.expect("a transaction");
        let row = tx
            .people()
            .await
            .expect("people")
            .into_iter()
            .find(|row| row.role == role)
            .expect("somebody");
        Me {
            id: row.id,
            name: row.name,
            login: row.login,
            role: row.role,
            session: None,
            scopes: None,
        }
    }

    async fn get(&self, path: &str) -> Response {
        self.router
            .clone()
            .oneshot(Request::get(path).body(Body::empty()).expect("a request"))
            .await
            .expect("an answer")
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        text(answer).await
    }

    /// Posts a form and returns where it leads.
    async fn post(&self, path: &str, form: &str) -> String {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        answer.headers()[header::LOCATION]
            .to_str()
            .expect("a path")
            .to_owned()
    }

    /// A call by somebody, and its ticket's number.
    async fn call(&self, who: &str, claims: &str) -> i64 {
        let to = self
            .post("/world/call", &format!("as={who}&claims={claims}"))
            .await;
        to.rsplit_once("call=")
            .expect("a call")
            .1
            .parse()
            .expect("a number")
    }

    /// The rep finds Robin's account for a call.
    async fn find(&self, rep: &Me, number: i64, external_id: &str) {
        let found = self
            .desk
            .look_up(rep, "external_id", external_id)
            .await
            .expect("a look-up");
        self.desk
            .set_account(rep, number, found[0].id)
            .await
            .expect("an account");
    }

    async fn hook(&self, id: &str, body: &str, secret: &[u8], at: i64) -> StatusCode {
        let request = Request::post("/world/hooks")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature(secret, id, at, body))
            .body(Body::from(body.to_owned()))
            .expect("a request");
        self.router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer")
            .status()
    }
}

async fn text(answer: Response) -> String {
    let bytes = axum::body::to_bytes(answer.into_body(), 4_000_000)
        .await
        .expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A folder of a demo that was furnished before: a copy, so that each test has its own.
async fn furnished() -> TempDir {
    static ONE: tokio::sync::OnceCell<std::path::PathBuf> = tokio::sync::OnceCell::const_new();
    let one = ONE
        .get_or_init(async || {
            let one = Path::new(env!("CARGO_TARGET_TMPDIR")).join("furnished");
            let _ = std::fs::remove_dir_all(&one);
            std::fs::create_dir_all(&one).expect("a folder");
            Demo::start(&one).await.desk.store().close().await;
            one
        })
        .await;
    let copy = folder();
    for file in std::fs::read_dir(one).expect("a folder") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("a copy");
    }
    copy
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_desk_is_furnished_once() {
    let folder = folder();
    let first = Demo::start(folder.path()).await;
    let lead = first.staff(Role::Lead).await;
    let count = async |demo: &Demo| {
        let mut tx = demo.desk.store().read().await.expect("a transaction");
        let accounts = tx.account_count().await.expect("a count");
        let people: Vec<(String, Role)> = tx
            .people()
            .await
            .expect("people")
            .into_iter()
            .map(|row| (row.login, row.role))
            .collect();
        let tickets = demo
            .desk
            .list(&lead, Filter::Open, None, 200)
            .await
            .expect("a list");
        let queued = demo.desk.job_counts().await.expect("jobs");
        (accounts, people, tickets.len(), queued)
    };
    let before = count(&first).await;
    assert_eq!(before.0, 1200);
    let roles: Vec<Role> = first
        .scene
        .logins()
        .into_iter()
        .map(|login| login.role)
        .collect();
    assert_eq!(
        roles,
        [
            Role::Rep,
            Role::Rep,
            Role::Rep,
            Role::Lead,
            Role::Admin,
            Role::Auditor
        ]
    );
    assert_eq!(before.1.len(), 6);
    assert!(before.2 >= 12, "a dozen living tickets, not {}", before.2);
    let counts = first.desk.counts(&lead).await.expect("counts");
    assert_eq!(
        (counts.flags, counts.lead),
        (0, 2),
        "ordinary logins raise nothing; two tickets wait for the lead"
    );

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = std::fs::metadata(folder.path().join("demo-staff.json")).expect("the file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let whom: Vec<(String, String)> = first
        .scene
        .logins()
        .into_iter()
        .map(|l| (l.login, l.password))
        .collect();
    first.desk.store().close().await;
    let again = Demo::start(folder.path()).await;
    assert_eq!(count(&again).await, before);
    let now: Vec<(String, String)> = again
        .scene
        .logins()
        .into_iter()
        .map(|l| (l.login, l.password))
        .collect();
    assert_eq!(now, whom);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_sign_in_right_away_with_the_code_that_is_shown() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    for login in demo.scene.logins() {
        let half = demo
            .desk
            .sign_in(&login.login, &login.password, "192.0.2.7", "")
            .await
            .expect("a first step");
        // The code as it is shown in that moment.
        let code = demo
            .scene
            .logins()
            .into_iter()
            .find(|one| one.login == login.login)
            .expect("the login")
            .code;
        let signed = demo
            .desk
            .second_step(&half.secret, &code, "192.0.2.7")
            .await
            .expect("a second step");
        let me = demo
            .desk
            .session(&signed.secret)
            .await
            .expect("an answer")
            .expect("a session");
        assert_eq!((me.name, me.role), (login.name, login.role));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_visitor_changed_is_no_longer_shown_nor_after_a_restart() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let shown = |demo: &Demo, login: &str| {
        let one = demo.scene.logins().into_iter().find(|l| l.login == login);
        let one = one.expect("the login");
        (!one.password.is_empty(), !one.code.is_empty())
    };
    demo.scene.password_changed("nora");
    demo.scene.authenticator_changed("sam");
    let expected = [
        ("nora", (false, true)),
        ("sam", (true, false)),
        ("iris", (true, true)),
    ];
    for (login, what) in expected {
        assert_eq!(shown(&demo, login), what, "{login}");
    }
    demo.desk.store().close().await;
    let again = Demo::start(folder.path()).await;
    for (login, what) in expected {
        assert_eq!(shown(&again, login), what, "{login}");
    }
    let page = again.page("/sign-in").await;
    assert_eq!(page.matches("changed by you").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_somebodys_is_not_filled() {
    let folder = furnished().await;
    std::fs::remove_file(folder.path().join("demo-staff.json")).expect("removed");
    let (_stop, stopping) = tell::channel(false);
    let beginning = Scene::begin(BASE, Arc::new(Now), stopping)
        .await
        .expect("the outside");
    let master =
        MasterKey::from_bytes(&std::fs::read(folder.path().join("master")).expect("a key"))
            .expect("a key");
    let desk = Arc::new(Desk::new(Parts {
        store: Store::sqlite(&folder.path().join("staunch.db"))
            .await
            .expect("a store"),
        vault: Vault::new(&master).expect("keys"),
        gate: Gate::shipped().expect("policies"),
        signer: Signer::from_seed("staunch.example/test", &[7; 32]).expect("a signer"),
        clock: Arc::new(Now),
        entropy: Arc::new(Chance),
        carrier: beginning.carrier(),
        texts: Some(beginning.texts()),
        provider: Arc::new(Hooks(std::sync::Mutex::default())),
        catalogue: Catalogue::shipped(),
        places: None,
        rules: watch::Rules::default(),
        witness: Box::new(|_| ()),
        settings: DeskSettings::default(),
    }));
    let error = beginning
        .furnish(desk, folder.path())
        .await
        .map(drop)
        .expect_err("not this folder");
    assert!(error.to_string().contains("--data"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fraudster_gets_nothing_and_the_owner_gets_what_was_asked_for() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    demo.desk.work_all().await.expect("work");
    let rep = Me {
        login: "nora".to_owned(),
        ..demo.staff(Role::Rep).await
    };
    let fraudster = sample::fraudster();

    let number = demo.call("fraudster", "a-1042").await;
    demo.find(&rep, number, sample::ROBIN).await;
    for line in &fraudster.lines {
        let form = format!(
            "as=fraudster&call={number}&text={}",
            line.replace('%', "").replace([' ', '&', '+'], "+")
        );
        demo.post("/world/say", &form).await;
        demo.desk
            .add_message(
                &rep,
                number,
                MessageKind::Said,
                "I can't see that here, nobody on support can.",
            )
            .await
            .expect("said");
    }
    demo.desk
        .ask(&rep, number, RequestKind::Deliver, "invoice", "10442")
        .await
        .expect("asked");
    demo.desk
        .ask(&rep, number, RequestKind::Deliver, "parcel", "7042")
        .await
        .expect("asked");
    demo.post("/world/hang-up", &format!("as=fraudster&call={number}"))
        .await;
    demo.desk.work_all().await.expect("work");

    let boxes = demo.scene.mailboxes();
    assert!(boxes.of(fraudster.mailbox).is_empty(), "that is the point");
    let mails = boxes.of(ROBIN);
    let invoice = mails
        .iter()
        .find(|mail| !mail.attachments.is_empty())
        .expect("the invoice");
    let file = &invoice.attachments[0];
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str()),
        ("invoice-10442.pdf", "application/pdf")
    );
    assert!(file.bytes.starts_with(b"%PDF-"));
    assert!(
        mails
            .iter()
            .any(|mail| mail.text.contains("31 Quarry Lane")),
        "where the parcel goes"
    );
    assert!(
        mails
            .iter()
            .any(|mail| mail.subject == "Someone contacted our support about your account"),
        "the notice"
    );

    let page = demo.page("/world?as=fraudster").await;
    assert!(
        page.contains("<b class=\"num\">0</b> protected values"),
        "the score"
    );
    assert!(
        page.contains("nothing; it lies in Robin Vale&#39;s own mailbox"),
        "{page}"
    );
    assert!(page.contains("That is the point"));

    // A rep who reads something aloud is counted, whatever the desk thinks of it.
    demo.desk
        .add_message(&rep, number, MessageKind::Said, "Well, it ends in 4242.")
        .await
        .expect("said");
    let page = demo.page("/world?as=fraudster").await;
    assert!(
        page.contains("<b class=\"num\">1</b> protected value"),
        "the score"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_shown_in_a_sandbox_and_its_attachment_can_be_kept() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let rep = demo.staff(Role::Rep).await;
    let number = demo.call("a-1042", "").await;
    demo.find(&rep, number, sample::ROBIN).await;
    demo.desk
        .ask(&rep, number, RequestKind::Deliver, "invoice", "10442")
        .await
        .expect("asked");
    demo.desk.work_all().await.expect("work");
    let mail = demo
        .scene
        .mailboxes()
        .of(ROBIN)
        .into_iter()
        .find(|mail| !mail.attachments.is_empty())
        .expect("a mail");

    let answer = demo.get(&format!("/world/mail/{}", mail.id)).await;
    let csp = answer.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .expect("text")
        .to_owned();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups",
    ] {
        assert!(csp.contains(part), "{csp}");
    }
    assert!(!csp.contains("script-src"), "{csp}");
    let html = text(answer).await;
    assert!(html.contains("<base target=\"_blank\">") && html.contains("invoice-10442.pdf"));

    let file = demo.get(&format!("/world/mail/{}/0", mail.id)).await;
    assert_eq!(file.headers()[header::CONTENT_TYPE], "application/pdf");
    assert_eq!(
        file.headers()[header::CONTENT_DISPOSITION],
        "attachment; filename=\"invoice-10442.pdf\""
    );
    assert_eq!(
        demo.get(&format!("/world/mail/{}/1", mail.id))
            .await
            .status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        demo.get("/world/mail/none").await.status(),
        StatusCode::NOT_FOUND
    );
    let page = demo.get("/world?as=a-1042").await;
    assert!(
        page.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text")
            .ends_with("frame-src 'self'")
    );
    assert!(
        demo.page("/world/identity")
            .await
            .contains("choose a new password")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_of_the_sign_in_page_drive_the_watch() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let lead = demo.staff(Role::Lead).await;
    let flags = async || demo.desk.counts(&lead).await.expect("counts").flags;
    demo.post("/world/wrong-passwords", "as=fraudster&account=a-1043")
        .await;
    assert_eq!(flags().await, 1);
    demo.post("/world/wrong-passwords", "as=fraudster&account=a-1043")
        .await;
    assert_eq!(flags().await, 1, "it joins the flag that is open");
    demo.post("/world/login-from", "as=a-1046&account=a-1046&country=NG")
        .await;
    assert_eq!(flags().await, 2);
    let list = demo
        .desk
        .list(&lead, Filter::Flags, None, 10)
        .await
        .expect("a list");
    assert!(
        list.iter().any(|row| row.subject.contains("Nigeria")),
        "{list:?}"
    );
    demo.post("/world/login-from", "as=a-1042&account=a-1042&country=GB")
        .await;
    assert_eq!(flags().await, 2, "home is not unusual");
    let page = demo.page("/world?as=fraudster").await;
    assert!(page.contains("five wrong passwords at Mina Okafor&#39;s account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_service_believes_signed_hooks_only() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let now = Now.now().seconds();
    let body = r#"{"type":"reset.confirmed","timestamp":"2026-11-21T10:00:00Z","data":{"account":"A-1042","ticket":7,"reference":"r"}}"#;
    assert_eq!(
        demo.hook("one", body, &[1; 32], now).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        demo.hook("one", body, &demo.secret, now - 400).await,
        StatusCode::UNAUTHORIZED
    );
    assert!(demo.scene.sign_in_service().told().is_empty());
    assert_eq!(
        demo.hook("one", body, &demo.secret, now).await,
        StatusCode::OK
    );
    assert_eq!(
        demo.hook("one", body, &demo.secret, now).await,
        StatusCode::OK
    );
    assert_eq!(
        demo.scene.sign_in_service().told().len(),
        1,
        "the second was the first again"
    );
    let page = demo.page("/world").await;
    assert!(page.contains("the sign-in service was told: reset confirmed for A-1042"));
    assert!(demo.hooks.0.lock().expect("lock").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_in_anothers_call() {
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let number = demo.call("a-1042", "a-1043").await;
    for path in ["/world/say", "/world/hang-up"] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("as=fraudster&call={number}&text=hello")))
            .expect("a request");
        let answer = demo
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    demo.post(
        "/world/say",
        &format!("as=a-1042&call={number}&text=It's+me"),
    )
    .await;
    demo.post("/world/hang-up", &format!("as=a-1042&call={number}"))
        .await;
    demo.post("/world/hang-up", &format!("as=a-1042&call={number}"))
        .await;
    demo.post(
        "/world/say",
        &format!("as=a-1042&call={number}&text=Still+there?"),
    )
    .await;
    let page = demo.page(&format!("/world?as=a-1042&call={number}")).await;
    assert!(
        page.contains("It&#39;s me")
            && page.contains("The call ended.")
            && !page.contains("Still there?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn open_pages_hear_of_new_mail() {
    use futures::StreamExt as _;
    let folder = furnished().await;
    let demo = Demo::start(folder.path()).await;
    let answer = demo.get("/world/live").await;
    let mut events = answer.into_body().into_data_stream();
    // The letters of the furnished tickets.
    demo.desk.work_all().await.expect("work");
    let first = tokio::time::timeout(Duration::from_secs(10), events.next())
        .await
        .expect("in time")
        .expect("an event");
    assert!(String::from_utf8_lossy(&first.expect("bytes")).contains("event: changed"));
    assert!(!demo.scene.mailboxes().all().is_empty());
}
