//! The server as a process, with its data folder, its settings and what stands around it.

use mail::{Inbox, Limits, Listener};
use reqwest::Client;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{
    engine::{Engine, next},
    outside::{HOOK_SECRET, Hook, Hooks, Mail, Post},
    program::Token,
};

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
        let mut house = Self::build(engine, settings).await;
        house.up().await;
        house
    }

    /// Builds the world; no server was ever started in it, and there is no data folder.
    pub(crate) async fn build(engine: Engine, settings: &[(&'static str, &'static str)]) -> Self {
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
        let router = hooks.router();
        tokio::spawn(async move { axum::serve(idp, router).await.expect("served") });
        Self {
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
        }
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

    /// Begins a command of the binary on the data folder.
    pub(crate) fn begin(&self, words: &[&str]) -> Child {
        self.begin_in(&self.data(), words)
    }

    fn begin_in(&self, data: &Path, words: &[&str]) -> Child {
        self.command()
            .args(words)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs")
    }

    pub(crate) fn has_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Runs a command of the binary on the data folder: its exit, standard output and error.
    pub(crate) fn run(&self, words: &[&str]) -> (bool, String, String) {
        self.run_in(&self.data(), words)
    }

    /// The same on another folder.
    pub(crate) fn run_in(&self, data: &Path, words: &[&str]) -> (bool, String, String) {
        let out = self
            .begin_in(data, words)
            .wait_with_output()
            .expect("it ends");
        (
            out.status.success(),
            String::from_utf8_lossy(&out.stdout).into_owned(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    }

    /// Puts a set of policies into the database as another version of Staunch could have.
    pub(crate) async fn store_policies(&self, text: &str) {
        let store = match &self.engine {
            Engine::Sqlite => store::Store::sqlite(&self.data().join("staunch.db")).await,
            Engine::Postgres(url) => store::Store::postgres(url).await,
        };
        let store = store.expect("a store");
        let mut tx = store.begin().await.expect("a transaction");
        let version = tx.policies_version().await.expect("a version") + 1;
        tx.add_policies(&store::PolicySetRow {
            version,
            text: text.to_owned(),
            staff_id: None,
            at: words::Time(1_795_255_200_000_000),
        })
        .await
        .expect("added");
        tx.commit().await.expect("a commit");
        store.close().await;
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("lock").clone()
    }

    pub(crate) fn set_up_secret(&self) -> Option<&str> {
        self.set_up.as_deref()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.post.mails.lock().expect("lock").clone()
    }

    /// Lets the mail server answer 451 (`true`), or take letters again.
    pub(crate) fn refuse_mail(&self, refuse: bool) {
        self.post
            .busy
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
        let all = "tickets,accounts,events,ledger,records,alarms,reveals";
        let made = [
            "token", "create", "--role", role, "--name", &name, "--scopes", all,
        ];
        let (good, out, error) = self.run(&made);
        assert!(good, "{error}");
        assert_eq!(out.lines().count(), 1, "the token and nothing else: {out}");
        self.program(out.trim())
    }

    /// A program that has that token.
    pub(crate) fn program(&self, token: &str) -> Token {
        Token::new(&self.base, token)
    }

    /// A file with accounts from JSON documents.
    pub(crate) fn file(&self, documents: &[Value]) -> String {
        let name = format!("accounts-{}.jsonl", next());
        let file = self.folder.path().join(name);
        let text: Vec<String> = documents.iter().map(Value::to_string).collect();
        std::fs::write(&file, text.join("\n")).expect("written");
        file.to_str().expect("a path").to_owned()
    }

    /// Imports accounts from JSON documents.
    pub(crate) fn import(&self, documents: &[Value]) -> String {
        let file = self.file(documents);
        let (good, out, error) = self.run(&["accounts", "import", &file]);
        assert!(good, "{out}{error}");
        out
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}
