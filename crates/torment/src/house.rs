//! The desk as it is served, in one process: the real router, a real database, real sessions and
//! tokens; the clock, chance and the outside are the tormentor's.

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use desk::{
    Desk, Parts,
    catalogue::Catalogue,
    letter::Envelope,
    settings::DeskSettings,
    testing::{TestClock, TestEntropy, fresh_postgres},
};
use gate::Gate;
use ledger::Signer;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use store::{SessionRow, StaffRow, Store};
use tower::ServiceExt as _;
use vault::{MasterKey, Vault};
use web::{App, WebSettings, routes::Route};
use words::{Clock as _, Entropy as _, Role, SessionId, StaffId};

use crate::{act::By, outside::Place};

/// Somebody who works at the desk, or a program.
pub struct Member {
    /// What a story calls them.
    pub name: &'static str,
    /// Their role.
    pub role: Role,
    /// The scopes of a token; none for a person.
    pub scopes: Option<&'static [&'static str]>,
}

const fn person(name: &'static str, role: Role) -> Member {
    Member {
        name,
        role,
        scopes: None,
    }
}

const fn program(name: &'static str, role: Role, scopes: &'static [&'static str]) -> Member {
    Member {
        name,
        role,
        scopes: Some(scopes),
    }
}

/// All of them.
pub static STAFF: [Member; 13] = [
    person("rep Rae", Role::Rep),
    person("rep Rob", Role::Rep),
    person("lead Lee", Role::Lead),
    person("lead Lou", Role::Lead),
    person("admin Ada", Role::Admin),
    person("auditor Ann", Role::Auditor),
    program(
        "a rep's program",
        Role::Rep,
        &["tickets", "accounts", "reveals"],
    ),
    program(
        "a lead's program",
        Role::Lead,
        &["tickets", "accounts", "events", "alarms"],
    ),
    program("a rep's program for tickets", Role::Rep, &["tickets"]),
    program("a rep's program for accounts", Role::Rep, &["accounts"]),
    program(
        "an auditor's program",
        Role::Auditor,
        &["ledger", "records"],
    ),
    program("the company's system", Role::Admin, &["accounts"]),
    program("an admin's program for tickets", Role::Admin, &["tickets"]),
];
/// The company's own system: the only one that puts accounts, and honest.
pub const SYSTEM: By = 11;
/// The admin.
pub const ADMIN: By = 4;

/// On which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A fresh database on the server of `STAUNCH_TEST_POSTGRES`.
    Postgres,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Headers and body.
    pub text: String,
    /// The body alone.
    pub body: String,
}

/// A desk with everything around it.
pub struct House {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Where letters go.
    pub mail: Arc<Place<Envelope>>,
    /// Where hooks go.
    pub hooks: Arc<Place<(String, String)>>,
    /// The keys, for making saved codes as an owner's page would.
    pub vault: Vault,
    /// The routes there are.
    pub routes: Vec<Route>,
    /// Ids, in the order of [`STAFF`].
    pub staff: Vec<StaffId>,
    secrets: Vec<String>,
    router: Router,
    /// Dropped, the server ends.
    stop: tokio::sync::watch::Sender<bool>,
    changes: tokio::sync::broadcast::Receiver<desk::Change>,
    master: MasterKey,
    entropy: Arc<TestEntropy>,
    policies: String,
    engine: Engine,
    url: String,
    _folder: tempfile::TempDir,
}

fn settings() -> DeskSettings {
    DeskSettings {
        company: "Acme Production".to_owned(),
        // Signing in is the subject of other tests; here everybody stays.
        session_idle_hours: 1_000_000,
        session_hours: 1_000_000,
        ..DeskSettings::default()
    }
}

impl House {
    /// A fresh one, decided by these policies.
    ///
    /// # Errors
    /// If it can't be built.
    pub async fn new(engine: Engine, seed: u64, policies: &str) -> Result<Self> {
        // Where there is a file system in memory, nothing waits for a disk.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)?
        } else {
            tempfile::tempdir()?
        };
        let url = match engine {
            Engine::Sqlite => folder.path().join("staunch.db").display().to_string(),
            Engine::Postgres => {
                let server = desk::testing::postgres_server();
                let server = server.context("STAUNCH_TEST_POSTGRES names no server")?;
                fresh_postgres(&server).await
            }
        };
        let clock = Arc::new(TestClock::start());
        let entropy = Arc::new(TestEntropy::new(seed));
        let master = MasterKey::generate(entropy.as_ref());
        let (mail, hooks) = (Arc::default(), Arc::default());
        let Served {
            desk,
            router,
            routes,
            stop,
        } = serve(
            engine, &url, &master, &clock, &entropy, &mail, &hooks, policies,
        )
        .await?;
        let changes = desk.store().changes();
        let mut house = Self {
            vault: Vault::new(&master)?,
            desk,
            clock,
            mail,
            hooks,
            routes,
            staff: Vec::new(),
            secrets: Vec::new(),
            router,
            stop,
            changes,
            master,
            entropy,
            policies: policies.to_owned(),
            engine,
            url,
            _folder: folder,
        };
        for member in &STAFF {
            house.hire(member).await?;
        }
        Ok(house)
    }

    async fn hire(&mut self, member: &Member) -> Result<()> {
        let now = self.clock.now();
        if let Some(scopes) = member.scopes {
            let scopes: Vec<String> = scopes.iter().map(|&s| s.to_owned()).collect();
            let secret = self
                .desk
                .create_token(None, member.name, member.role, 365, &scopes)
                .await?;
            let me = self.desk.token(&secret).await?.context("a token")?;
            self.staff.push(me.id);
            self.secrets.push(secret);
            return Ok(());
        }
        let id = StaffId::new(now, self.entropy.as_ref());
        let mut raw = [0; 32];
        self.entropy.fill(&mut raw);
        let secret = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, raw);
        let mut tx = self.desk.store().begin().await?;
        tx.add_staff(&StaffRow {
            id,
            login: member.name.replace(' ', "-"),
            name: member.name.to_owned(),
            role: member.role,
            password: None,
            totp: None,
            totp_step: 0,
            token: false,
            created_at: now,
            ended_at: None,
        })
        .await?;
        tx.add_session(&SessionRow {
            id: SessionId::new(now, self.entropy.as_ref()),
            token: vault::hash(secret.as_bytes()).to_vec(),
            staff_id: id,
            agent: "a browser".to_owned(),
            full_at: Some(now),
            created_at: now,
            seen_at: now,
            expires_at: now + Duration::from_hours(1_000_000),
            ended_at: None,
            totp: None,
            totp_at: None,
        })
        .await?;
        tx.commit().await?;
        self.staff.push(id);
        self.secrets.push(secret);
        Ok(())
    }

    /// Ends the server and starts it again on the same database.
    ///
    /// # Errors
    /// If it doesn't start.
    pub async fn restart(&mut self) -> Result<()> {
        // Whoever ends a server doesn't wait for what hangs in it.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.desk.store().close()).await;
        let served = serve(
            self.engine,
            &self.url,
            &self.master,
            &self.clock,
            &self.entropy,
            &self.mail,
            &self.hooks,
            &self.policies,
        )
        .await?;
        self.desk = served.desk;
        self.router = served.router;
        self.stop = served.stop;
        self.changes = self.desk.store().changes();
        Ok(())
    }

    /// What was told to open pages since the last time. (The page's own stream asks for the session
    /// with each event, in its own time; what it says is this.)
    pub fn events(&mut self) -> String {
        let mut text = String::new();
        while let Ok(change) = self.changes.try_recv() {
            text.push_str(&serde_json::to_string(&change).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    async fn send(
        &self,
        by: By,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<axum::response::Response> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "desk.example");
        if let (Some(member), Some(secret)) = (STAFF.get(by), self.secrets.get(by)) {
            request = if member.scopes.is_some() {
                request.header(header::AUTHORIZATION, format!("Bearer {secret}"))
            } else {
                request.header(header::COOKIE, format!("staunch={secret}"))
            };
        }
        let kind = if path.starts_with("/api/v1/events") {
            "application/x-ndjson"
        } else if path.starts_with("/api") {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        if body.is_some() {
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header("sec-fetch-site", "same-origin");
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from))?;
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        Ok(self.router.clone().oneshot(request).await?)
    }

    /// One call, answered to its end.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn call(
        &self,
        by: By,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer> {
        let (parts, body) = self.send(by, method, path, body).await?.into_parts();
        let bytes = to_bytes(body, usize::MAX).await?;
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let mut text = String::new();
        for (name, value) in &parts.headers {
            text.push_str(name.as_str());
            text.push_str(": ");
            text.push_str(&String::from_utf8_lossy(value.as_bytes()));
            text.push('\n');
        }
        text.push_str(&body);
        Ok(Answer {
            status: parts.status,
            text,
            body,
        })
    }

    /// The secret that a member comes in by, which may stand nowhere.
    pub fn secret(&self, by: By) -> &str {
        &self.secrets[by]
    }

    /// Works off what is due. True if a hand-over hung and the worker was ended in it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn work(&self) -> Result<bool> {
        tokio::select! {
            worked = self.desk.work_all() => { worked?; Ok(false) }
            () = self.mail.hangs.notified() => Ok(true),
            () = self.hooks.hangs.notified() => Ok(true),
        }
    }
}

struct Served {
    desk: Arc<Desk>,
    router: Router,
    routes: Vec<Route>,
    stop: tokio::sync::watch::Sender<bool>,
}

#[expect(clippy::too_many_arguments, reason = "what a server is made of")]
async fn serve(
    engine: Engine,
    url: &str,
    master: &MasterKey,
    clock: &Arc<TestClock>,
    entropy: &Arc<TestEntropy>,
    mail: &Arc<Place<Envelope>>,
    hooks: &Arc<Place<(String, String)>>,
    policies: &str,
) -> Result<Served> {
    let store = match engine {
        Engine::Sqlite => Store::sqlite(std::path::Path::new(url)).await?,
        Engine::Postgres => Store::postgres(url).await?,
    };
    let desk = Arc::new(Desk::new(Parts {
        store,
        vault: Vault::new(master)?,
        gate: Gate::new(policies)?,
        signer: Signer::from_seed("staunch.example/torment", &[7; 32])?,
        clock: clock.clone(),
        entropy: entropy.clone(),
        carrier: mail.clone(),
        texts: None,
        provider: hooks.clone(),
        catalogue: Catalogue::shipped(),
        places: None,
        rules: watch::Rules::default(),
        witness: Box::new(|_| ()),
        settings: settings(),
    }));
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let app = App::new(
        desk.clone(),
        WebSettings::default(),
        Vec::new(),
        "data".to_owned(),
        None,
        stopping,
    );
    let (served, routes) = web::router(app, |more| more);
    Ok(Served {
        desk,
        router: served,
        routes,
        stop,
    })
}
