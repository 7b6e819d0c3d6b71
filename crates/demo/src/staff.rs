//! Who works at the demo's desk, and the file that remembers their passwords and codes, so that a
//! visitor can be any of them.

use anyhow::{Context as _, Result, bail};
use desk::{Desk, DeskError, Me, people::code_at};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use web::view::sign_in::DemoLogin;
use words::{Role, StaffId, Time};

use crate::file;

/// The password of everybody in the demo.
const PASSWORD: &str = "just looking around";
/// A step of a TOTP code.
const STEP: Duration = Duration::from_secs(30);
/// How the sign-in service is known to the desk.
const SERVICE: &str = "sign-in service";
/// How long its token works, in days.
const TOKEN_DAYS: u32 = 365;

struct Person {
    login: &'static str,
    name: &'static str,
    role: Role,
}

const fn person(login: &'static str, name: &'static str, role: Role) -> Person {
    Person { login, name, role }
}

const ADMIN: Person = person("otto", "Otto Brandvold", Role::Admin);
/// The first rep is the one whose phone rings.
const OTHERS: [Person; 5] = [
    person("nora", "Nora Pell", Role::Rep),
    person("sam", "Sam Ottway", Role::Rep),
    person("iris", "Iris Lund", Role::Rep),
    person("marta", "Marta Quist", Role::Lead),
    person("wren", "Wren Halloway", Role::Auditor),
];

#[derive(Serialize, Deserialize)]
struct Known {
    login: String,
    name: String,
    role: Role,
    password: String,
    totp: String,
}

/// What the demo remembers about its desk: `demo-staff.json` in the data folder.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Book {
    #[serde(skip)]
    path: PathBuf,
    /// As of when the customers were made, in microseconds.
    pub(crate) began: Time,
    people: Vec<Known>,
    token: String,
    /// How many of the sample's tickets are at the desk.
    pub(crate) tickets: usize,
    /// Whether the customers have signed in before.
    pub(crate) logins: bool,
}

impl Book {
    /// Opens the book of a data folder; a new one only for a desk that nobody has used.
    pub(crate) async fn open(desk: &Desk, folder: &Path) -> Result<Self> {
        let path = folder.join("demo-staff.json");
        if let Some(book) = file::read::<Self>(&path)? {
            return Ok(Self { path, ..book });
        }
        let mut tx = desk.store().read().await?;
        if tx.account_count().await? > 0 || !tx.people().await?.is_empty() {
            bail!(
                "`{}` is the data folder of a real desk, which the demo would fill with made-up customers; name another with --data",
                folder.display()
            );
        }
        let book = Self {
            path,
            began: desk.now(),
            ..Self::default()
        };
        book.save()?;
        Ok(book)
    }

    pub(crate) fn save(&self) -> Result<()> {
        file::write(&self.path, self)
    }

    /// Everybody who works here, hired if need be: the admin first, then the reps.
    pub(crate) async fn hire(&mut self, desk: &Desk) -> Result<Vec<Me>> {
        let admin = if let Some(admin) = self.who(desk, &ADMIN).await? {
            admin
        } else {
            let link = desk
                .first_setup()
                .await?
                .context("the demo's admin is gone; start with a fresh --data")?;
            self.enrol(desk, &link, &ADMIN).await?
        };
        let mut all = vec![admin];
        for person in &OTHERS {
            let me = if let Some(me) = self.who(desk, person).await? {
                me
            } else {
                let invited = desk.operator_invites(person.name, person.role).await?;
                self.enrol(desk, &invited.secret, person).await?
            };
            all.push(me);
        }
        Ok(all)
    }

    async fn who(&self, desk: &Desk, person: &Person) -> Result<Option<Me>> {
        let row = desk
            .store()
            .read()
            .await?
            .staff_by_login(person.login)
            .await?;
        if row.is_some() && !self.people.iter().any(|known| known.login == person.login) {
            bail!(
                "the demo doesn't know the password of `{}`; start with a fresh --data",
                person.login
            );
        }
        Ok(row.map(|row| me(row.id, person)))
    }

    async fn enrol(&mut self, desk: &Desk, secret: &str, person: &Person) -> Result<Me> {
        desk.check_enrolment(secret, person.name, person.login, PASSWORD)
            .await?;
        let enrolment = desk
            .invitation(secret)
            .await?
            .enrolment
            .context("an invitation lost what was chosen")?;
        let totp = enrolment.totp_secret_base32;
        self.people.retain(|known| known.login != person.login);
        self.people.push(Known {
            login: person.login.to_owned(),
            name: person.name.to_owned(),
            role: person.role,
            password: PASSWORD.to_owned(),
            totp: totp.clone(),
        });
        // Written down first: whoever is staff must be known here.
        self.save()?;
        // With the code of the step before, so that the one of now can sign in at once. A step may
        // end while we look.
        let mut tried = desk
            .accept(secret, &code_at(&totp, desk.now() - STEP)?)
            .await;
        if matches!(tried, Err(DeskError::Invalid(_))) {
            tried = desk
                .accept(secret, &code_at(&totp, desk.now() - STEP)?)
                .await;
        }
        Ok(me(tried?, person))
    }

    /// The sign-in service as the desk knows it: by an API token, which may tell of logins only.
    pub(crate) async fn service(&mut self, desk: &Desk) -> Result<String> {
        if self.token.is_empty() || desk.token(&self.token).await?.is_none() {
            self.token = desk
                .create_token(
                    None,
                    SERVICE,
                    Role::Lead,
                    TOKEN_DAYS,
                    &["events".to_owned()],
                )
                .await?;
            self.save()?;
        }
        Ok(self.token.clone())
    }

    /// Forgets the password (or, with `authenticator`, the codes) of somebody who has another now.
    pub(crate) fn changed(&mut self, login: &str, authenticator: bool) -> Result<()> {
        for known in self.people.iter_mut().filter(|one| one.login == login) {
            if authenticator {
                known.totp.clear();
            } else {
                known.password.clear();
            }
        }
        self.save()
    }

    /// Whom to sign in as, with the code of `now`: reps, lead, admin, auditor. A password or code that
    /// the visitor changed is empty.
    pub(crate) fn logins(&self, now: Time) -> Vec<DemoLogin> {
        let mut logins: Vec<DemoLogin> = self
            .people
            .iter()
            .map(|known| DemoLogin {
                name: known.name.clone(),
                login: known.login.clone(),
                password: known.password.clone(),
                role: known.role,
                code: code_at(&known.totp, now).unwrap_or_default(),
            })
            .collect();
        logins.sort_by_key(|login| login.role);
        logins
    }
}

fn me(id: StaffId, person: &Person) -> Me {
    Me {
        id,
        name: person.name.to_owned(),
        login: person.login.to_owned(),
        role: person.role,
        session: None,
        scopes: None,
    }
}
