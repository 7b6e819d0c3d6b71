//! The staff that the scenarios are played with: hired for it, and signed in as people do.

use anyhow::{Context as _, Result, bail, ensure};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use words::{Clock, Entropy, Role, Time};

use crate::{
    act::By,
    browser::{Browser, Who, after},
    office::Office,
    outside::Outside,
    victim::Victim,
};

/// A step of a TOTP code, in microseconds.
const STEP: i64 = 30_000_000;
/// After how many scenarios a rep and the tokens are exhausted: look-ups are limited.
const SCENARIOS: u32 = 5;

/// The people and programs who look accounts up, and have an allowance each.
#[derive(Clone)]
pub(crate) struct Crew {
    pub(crate) rep: Browser,
    pub(crate) rep_program: Browser,
    pub(crate) lead_program: Browser,
    pub(crate) admin_program: Browser,
    pub(crate) auditor_program: Browser,
    /// Reads how things stand, for the table and the judge; nobody in a scenario.
    pub(crate) reader: Browser,
    used: u32,
}

/// A server and the staff that was hired for playing on it.
pub struct House {
    base: String,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    outside: Option<Arc<dyn Outside>>,
    office: Arc<dyn Office>,
    alone: bool,
    staff: Vec<(By, Browser)>,
    crew: Mutex<Option<Crew>>,
    hired: Mutex<Vec<Browser>>,
    made: Mutex<Vec<String>>,
    cards: Mutex<BTreeSet<String>>,
}

impl House {
    /// Hires a lead, an admin and an auditor on the server at `base`. `alone`: whether nobody else
    /// uses it. Without `outside`, its mailboxes can't be seen.
    ///
    /// # Errors
    /// If somebody can't be hired or can't sign in.
    pub async fn open(
        base: &str,
        office: Arc<dyn Office>,
        outside: Option<Arc<dyn Outside>>,
        alone: bool,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let mut house = Self {
            base: base.to_owned(),
            clock,
            entropy,
            outside,
            office,
            alone,
            staff: Vec::new(),
            crew: Mutex::default(),
            hired: Mutex::default(),
            made: Mutex::default(),
            cards: Mutex::default(),
        };
        for by in [By::Lead, By::Admin, By::Auditor] {
            let browser = house.hire(by).await?;
            house.staff.push((by, browser));
        }
        Ok(house)
    }

    /// Whether nobody else uses the server.
    pub fn is_ours(&self) -> bool {
        self.alone
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A new customer. Their card ends in digits that no other's here does, as long as one is soon found:
    /// the lists show what earlier callers said of theirs.
    pub fn customer(&self, confirmed: bool) -> Victim {
        let mut cards = self.cards.lock().unwrap_or_else(PoisonError::into_inner);
        let mut one = Victim::new(self.entropy(), confirmed);
        for _ in 0..100 {
            if cards.insert(one.last_four().to_owned()) {
                break;
            }
            one = Victim::new(self.entropy(), confirmed);
        }
        one
    }

    /// A source of chance.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// The way to look outside, if there is one.
    pub fn outside(&self) -> Option<&dyn Outside> {
        self.outside.as_deref()
    }

    /// The browser of the lead, the admin or the auditor.
    ///
    /// # Errors
    /// For others.
    pub fn browser(&self, by: By) -> Result<&Browser> {
        let found = self.staff.iter().find(|(role, _)| *role == by);
        let (_, browser) = found.context("nobody was hired for that role")?;
        Ok(browser)
    }

    /// Somebody who isn't signed in.
    ///
    /// # Errors
    /// If no client can be made.
    pub fn stranger(&self, who: Who) -> Result<Browser> {
        Browser::new(&self.base, who)
    }

    /// Letters that nobody had yet.
    fn word(&self) -> String {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// Those who look accounts up. `fresh`: they use their allowance up, and nobody has them after.
    pub(crate) async fn crew(&self, fresh: bool) -> Result<Crew> {
        if !fresh && let Some(crew) = self.rested() {
            return Ok(crew);
        }
        let program = Browser::new(&self.base, Who::Program)?;
        let crew = Crew {
            rep: self.hire(By::Rep).await?,
            rep_program: program.program(&self.token(By::Rep).await?),
            lead_program: program.program(&self.token(By::Lead).await?),
            admin_program: program.program(&self.token(By::Admin).await?),
            auditor_program: program.program(&self.token(By::Auditor).await?),
            reader: program.program(&self.token(By::Admin).await?),
            used: 1,
        };
        if !fresh {
            *lock(&self.crew) = Some(crew.clone());
        }
        Ok(crew)
    }

    fn rested(&self) -> Option<Crew> {
        let mut crew = lock(&self.crew);
        let crew = crew.as_mut().filter(|crew| crew.used < SCENARIOS)?;
        crew.used += 1;
        Some(crew.clone())
    }

    /// Somebody new, signed in. Nobody keeps the password.
    async fn hire(&self, by: By) -> Result<Browser> {
        let (who, role) = match by {
            By::Rep => (Who::Rep, Role::Rep),
            By::Lead => (Who::Lead, Role::Lead),
            By::Admin => (Who::Admin, Role::Admin),
            By::Auditor => (Who::Auditor, Role::Auditor),
            By::Attacker => bail!("an attacker is not hired"),
        };
        let word = self.word();
        let (name, login) = (format!("Obedient {role} {word}"), format!("obey-{word}"));
        let password = format!("{} {}", self.word(), self.word());
        let secret = self.office.invite(&name, role).await?;
        let browser = Browser::new(&self.base, who)?;
        let form = [
            ("name", &*name),
            ("login", &*login),
            ("password", &*password),
        ];
        let path = format!("/invitation/{secret}");
        let page = browser.post(&path, &form).await?;
        let totp = totp_of(&page.body)
            .with_context(|| format!("no secret to enrol with (status {})", page.status))?;
        let now = self.code(&totp, 0)?;
        let done = browser
            .post(&format!("{path}/code"), &[("code", &now)])
            .await?;
        ensure!(
            done.path.starts_with("/sign-in"),
            "enrolling ended with status {}",
            done.status
        );
        let form = [("login", &*login), ("password", &*password)];
        browser.post("/sign-in", &form).await?;
        let code = self.code(&totp, 1)?;
        let done = browser.post("/sign-in/code", &[("code", &code)]).await?;
        ensure!(
            done.path.starts_with("/desk"),
            "somebody who was just hired can't sign in (status {})",
            done.status
        );
        lock(&self.hired).push(browser.clone());
        Ok(browser)
    }

    fn code(&self, secret: &str, ahead: i64) -> Result<String> {
        let at = Time(self.clock.now().micros() + ahead * STEP);
        Ok(desk::people::code_at(secret, at)?)
    }

    /// A token of a role, with all scopes that the role has a use for.
    async fn token(&self, by: By) -> Result<String> {
        let (role, scopes): (_, &[&str]) = match by {
            By::Rep => (Role::Rep, &["tickets", "accounts", "reveals"]),
            By::Lead => (Role::Lead, &["tickets", "accounts", "events", "reveals"]),
            By::Admin => (
                Role::Admin,
                &[
                    "tickets", "accounts", "events", "ledger", "records", "reveals",
                ],
            ),
            By::Auditor => (Role::Auditor, &["ledger", "records"]),
            By::Attacker => bail!("an attacker has no token"),
        };
        let name = format!("attack scenarios {role} {}", self.word());
        let token = self.office.token(&name, role, scopes).await?;
        lock(&self.made).push(name);
        Ok(token)
    }

    /// Signs everybody out and revokes the tokens, on a server that goes on without us. The people
    /// stay in its list; their passwords are forgotten.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub async fn leave(&self) -> Result<()> {
        if self.alone {
            return Ok(());
        }
        let admin = self.browser(By::Admin)?;
        let list = admin.get("/desk/tokens").await?.body;
        let names = std::mem::take(&mut *lock(&self.made));
        for row in list
            .split("<tr")
            .filter(|row| names.iter().any(|name| row.contains(name)))
        {
            if let Some(id) = after(row, "action=\"/desk/tokens/") {
                admin
                    .post(&format!("/desk/tokens/{id}/revoke"), &[])
                    .await?;
            }
        }
        let hired = std::mem::take(&mut *lock(&self.hired));
        for browser in hired {
            browser.post("/sign-out", &[]).await?;
        }
        Ok(())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The TOTP secret on an enrolment page: letters of base 32, shown in groups of four.
fn totp_of(html: &str) -> Option<String> {
    html.split('<')
        .filter_map(|part| part.split_once('>'))
        .flat_map(|(_, text)| text.lines())
        .map(|line| line.replace(' ', ""))
        .find(|line| {
            line.len() == 32
                && line
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
        })
}
