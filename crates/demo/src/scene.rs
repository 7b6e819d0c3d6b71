//! Opening the outside, filling the desk, and what a visitor is told first.

use anyhow::{Context as _, Result};
use desk::{Desk, DeskError, Me, letter::Carrier, text::TextCarrier};
use mail::{Limits, Listener, SmtpCarrier, SmtpSettings, Tls};
use serde::{Deserialize, Serialize};
use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, sync::watch};
use web::{DemoHints, view::sign_in::DemoLogin};
use words::{Clock, Role};

use crate::{
    COMPANY, file, furnish,
    mailboxes::Mailboxes,
    persons::Persons,
    phones::Phones,
    provider::SignInService,
    score::{Call, Doing},
    staff::Book,
    stage::Stage,
};

/// Who the desk's mails come from.
const FROM: &str = "support@acme.example.com";

/// The outside world, ready to receive, before there is a desk.
pub struct Beginning {
    base: String,
    clock: Arc<dyn Clock>,
    carrier: Arc<SmtpCarrier>,
    mails: Arc<Mailboxes>,
    phones: Arc<Phones>,
    service: Arc<SignInService>,
    news: watch::Sender<u64>,
}

/// The outside world around a furnished desk.
pub struct Scene {
    pub(crate) desk: Arc<Desk>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mails: Arc<Mailboxes>,
    pub(crate) phones: Arc<Phones>,
    pub(crate) service: Arc<SignInService>,
    pub(crate) persons: Persons,
    book: Mutex<Book>,
    /// The rep whose phone rings.
    pub(crate) rep: Me,
    token: String,
    log: Mutex<Log>,
    path: PathBuf,
    pub(crate) news: watch::Sender<u64>,
    /// Where the desk is reached.
    pub(crate) base: String,
    pub(crate) stage: Stage,
}

/// What was done from the page: `demo-world.json` in the data folder.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) calls: Vec<Call>,
    pub(crate) doings: Vec<Doing>,
}

impl Scene {
    /// Opens the outside: a mail server on a free port of this machine, and the sign-in service.
    /// `base` is where the desk is reached; the mail server ends when `stopping` turns true.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn begin(
        base: &str,
        clock: Arc<dyn Clock>,
        stopping: watch::Receiver<bool>,
    ) -> Result<Beginning> {
        let (news, _) = watch::channel(0);
        let mails = Arc::new(Mailboxes::new(clock.clone(), news.clone()));
        let phones = Arc::new(Phones::new(clock.clone(), news.clone()));
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port is free on this machine for the demo's mailboxes")?;
        let port = socket.local_addr()?.port();
        let listener = Listener::new("mail.acme.example.com", mails.clone(), Limits::default());
        let mut ended = stopping;
        tokio::spawn(listener.serve(socket, async move {
            // An error means that the server is gone, which is the same.
            let _ = ended.wait_for(|stop| *stop).await;
        }));
        let settings = SmtpSettings {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: Some(port),
            tls: Tls::None,
            user: None,
            password: None,
            password_file: None,
            ca_file: None,
            from: FROM.to_owned(),
            from_name: None,
            reply_to: None,
            timeout_seconds: 20,
            hello_name: Some("desk.acme.example.com".to_owned()),
        };
        let carrier = Arc::new(SmtpCarrier::new(&settings, clock.clone())?);
        let mut secret = vec![0; 32];
        aws_lc_rs::rand::fill(&mut secret)
            .map_err(|_| anyhow::anyhow!("the system gave no random bytes"))?;
        let service = Arc::new(SignInService::new(secret, clock.clone(), news.clone()));
        Ok(Beginning {
            base: base.to_owned(),
            clock,
            carrier,
            mails,
            phones,
            service,
            news,
        })
    }

    /// The mailboxes outside.
    pub fn mailboxes(&self) -> &Mailboxes {
        &self.mails
    }

    /// The phones outside.
    pub fn phones(&self) -> &Phones {
        &self.phones
    }

    /// The shop's sign-in service.
    pub fn sign_in_service(&self) -> &SignInService {
        &self.service
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the visitor chose is theirs: the demo doesn't know it, and stops showing what was.
    fn changed(&self, login: &str, authenticator: bool) {
        if let Err(error) = self.book().changed(login, authenticator) {
            tracing::warn!(%error, "the demo can't keep that somebody changed how they sign in");
        }
    }

    /// Notes what was done, here and in the data folder.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Log)) {
        let mut log = self.log();
        change(&mut log);
        if let Err(error) = file::write(&self.path, &*log) {
            tracing::warn!(%error, "the demo can't keep what was done on its page");
        }
        drop(log);
        self.news.send_modify(|n| *n += 1);
    }

    /// The sign-in service as the desk knows it, by its token.
    pub(crate) async fn caller(&self) -> Result<Me, DeskError> {
        self.desk.token(&self.token).await?.ok_or(DeskError::Conflict(
            "the sign-in service's token was revoked; start the demo again and it gets a new one",
        ))
    }

    /// Prints where to go and whom to sign in as.
    pub fn greet(&self, base: &str) {
        let mut roles: Vec<String> = Vec::new();
        for role in Role::ALL {
            let logins = self.logins();
            let names: Vec<&str> = logins
                .iter()
                .filter(|one| one.role == *role)
                .map(|one| one.login.as_str())
                .collect();
            roles.push(format!("{} ({role})", names.join(", ")));
        }
        let password = self
            .logins()
            .into_iter()
            .map(|one| one.password)
            .find(|password| !password.is_empty())
            .unwrap_or_else(|| "changed by you".to_owned());
        println!("\nStaunch works for {COMPANY}, a shop that is made up.\n");
        println!("  The outside world  {base}/world   begin here: it has a short tour");
        println!("  The desk           {base}/desk\n");
        println!("  Sign in as         {}", roles.join(", "));
        println!("  Password           {password}");
        println!("  Code               shown at the sign-in, as there is no phone to look at\n");
    }
}

impl Beginning {
    /// Where an owner goes on after a confirmed reset.
    pub fn continue_url(&self) -> String {
        format!("{}/world/identity", self.base)
    }

    /// Takes the desk's letters to the mailboxes, by SMTP.
    pub fn carrier(&self) -> Arc<dyn Carrier> {
        self.carrier.clone()
    }

    /// Takes the desk's text messages to the phones.
    pub fn texts(&self) -> Arc<dyn TextCarrier> {
        self.phones.clone()
    }

    /// Where the sign-in service takes hooks.
    pub fn hook_url(&self) -> String {
        format!("{}/world/hooks", self.base)
    }

    /// What hooks are signed with.
    pub fn hook_secret(&self) -> Vec<u8> {
        self.service.secret().to_vec()
    }

    /// Fills a desk that is new with the shop, or takes up one that was filled before. `folder` is
    /// the data folder.
    ///
    /// # Errors
    /// If the desk is a real one, or a file or the database fails.
    pub async fn furnish(self, desk: Arc<Desk>, folder: &Path) -> Result<Arc<Scene>> {
        let mut book = Book::open(&desk, folder).await?;
        let fresh = !book.logins;
        if fresh {
            println!("Furnishing {COMPANY}:");
            furnish::customers(&desk, book.began).await?;
        }
        let staff = book.hire(&desk).await?;
        let token = book.service(&desk).await?;
        let reps: Vec<Me> = staff
            .iter()
            .filter(|one| one.role == Role::Rep)
            .cloned()
            .collect();
        if fresh {
            println!("  {} people at the desk", staff.len());
            furnish::tickets(&desk, &reps, &mut book).await?;
            println!("  {} tickets", book.tickets);
            let service = desk
                .token(&token)
                .await?
                .context("the sign-in service's token doesn't work")?;
            furnish::logins(&desk, &service).await?;
            book.logins = true;
            book.save()?;
        }
        let path = folder.join("demo-world.json");
        let log = file::read(&path)?.unwrap_or_default();
        Ok(Arc::new(Scene {
            desk,
            clock: self.clock,
            mails: self.mails,
            phones: self.phones,
            service: self.service,
            persons: Persons::new(book.began),
            book: Mutex::new(book),
            rep: reps.into_iter().next().context("no rep works here")?,
            token,
            log: Mutex::new(log),
            path,
            news: self.news,
            base: self.base,
            stage: Stage::default(),
        }))
    }
}

impl DemoHints for Scene {
    fn logins(&self) -> Vec<DemoLogin> {
        self.book().logins(self.clock.now())
    }

    fn password_changed(&self, login: &str) {
        self.changed(login, false);
    }

    fn authenticator_changed(&self, login: &str) {
        self.changed(login, true);
    }
}
