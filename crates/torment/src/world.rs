//! A desk, its owners and the book about them, and what is looked at after each thing that happens.

use anyhow::Result;
use attack::finder::Finder;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use vault::WrappedKey;
use words::{Clock as _, HoldLevel, SavedCodeId};

use crate::{
    act::By,
    book::{Account, Book, Point},
    customer::{Class, Customer, Mark},
    dice::Dice,
    house::{Engine, House, STAFF},
};

/// The promise was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which part of it, in a few words that are the same each time.
    pub promise: &'static str,
    /// What happened.
    pub said: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.said)
    }
}

/// What ends a step early: a broken promise, or the tormentor's own failure.
#[derive(Debug)]
pub enum End {
    /// The promise was broken.
    Broken(Broken),
    /// The tormentor can't go on.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Says that the promise was broken.
///
/// # Errors
/// Always.
pub fn broken<T>(promise: &'static str, said: impl Into<String>) -> Result<T, End> {
    Err(End::Broken(Broken {
        promise,
        said: said.into(),
    }))
}

/// What was reached.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// How often each act was done, and how often it led to something.
    pub acts: BTreeMap<&'static str, (usize, usize)>,
    /// Kinds of request and the states they were seen in.
    pub states: BTreeMap<(String, String), usize>,
    /// Answers, letters, hooks and lines of the log that were searched.
    pub searched: BTreeMap<&'static str, usize>,
    /// Doors that were tried.
    pub doors: BTreeSet<String>,
}

impl Reached {
    /// Adds what another run reached.
    pub fn add(&mut self, other: &Self) {
        for (act, (done, led)) in &other.acts {
            let sum = self.acts.entry(act).or_default();
            *sum = (sum.0 + done, sum.1 + led);
        }
        for (state, n) in &other.states {
            *self.states.entry(state.clone()).or_default() += n;
        }
        for (what, n) in &other.searched {
            *self.searched.entry(what).or_default() += n;
        }
        self.doors.extend(other.doors.iter().cloned());
    }
}

/// All of it.
pub struct World {
    /// The desk.
    pub house: House,
    /// The owners; the decoy has none.
    pub owners: Vec<Customer>,
    /// What may not be found.
    pub marks: Vec<Mark>,
    /// Finds it.
    pub finder: Finder,
    /// What truly happened.
    pub book: Book,
    /// What was reached.
    pub reached: Reached,
    /// The proof that an owner truly gives in this step.
    pub(crate) allowed: Option<(crate::act::Step, words::ProofKind)>,
    /// The change that an owner truly types in this step.
    pub(crate) typed: Option<crate::act::Step>,
    /// The account and the new mailbox of it at which an owner answers in this step.
    pub(crate) answers_at: Option<(usize, usize)>,
    /// When the workers last ran: what is due since then has not happened yet.
    pub(crate) worked: words::Time,
}

/// The log of the whole program, as it is written.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn take(&self) -> String {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&std::mem::take(&mut *lines)).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The one log of this program; begun when it is first asked for.
pub fn log() -> &'static Log {
    static LOG: std::sync::OnceLock<Log> = std::sync::OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        // Where another log was begun before, that one has the lines; then none are searched.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(
                "warn,desk=trace,web=trace,store=trace,vault=trace,mail=trace,tower_http=debug",
            )
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .try_init();
        log
    })
}

impl World {
    /// A fresh one from a seed.
    ///
    /// # Errors
    /// If it can't be built.
    pub async fn new(engine: Engine, seed: u64, policies: &str) -> Result<Self> {
        let _ = log().take();
        let house = House::new(engine, seed, policies).await?;
        let mut dice = Dice::new(seed ^ 0x5EED);
        let (mut marks, mut finder) = (Vec::new(), Finder::default());
        let mut owners = Vec::new();
        for n in 0..4 {
            // One whose email nobody ever confirmed.
            owners.push(Customer::new(n, n != 2, &mut dice, &mut marks, &mut finder));
        }
        for (by, member) in STAFF.iter().enumerate() {
            let at = marks.len();
            marks.push(Mark {
                account: usize::MAX,
                label: format!("the secret of {}", member.name),
                class: Class::Link,
                field: (String::new(), String::new()),
            });
            finder.add(&attack::canary::small(house.secret(by)), at, false);
        }
        let mut world = Self {
            house,
            owners,
            marks,
            finder,
            book: Book::default(),
            reached: Reached::default(),
            allowed: None,
            typed: None,
            answers_at: None,
            worked: words::Time(0),
        };
        world.settle_in().await?;
        Ok(world)
    }

    async fn settle_in(&mut self) -> Result<()> {
        let desk = self.house.desk.clone();
        for owner in &self.owners {
            let document = owner.document([true, false], false).to_string();
            let document = desk::accounts::AccountDocument::from_json(document.as_bytes())?;
            desk.put_account(None, &owner.external_id, document).await?;
        }
        let decoy = desk.make_decoys(1, &[]).await?.remove(0);
        let names: Vec<String> = self
            .owners
            .iter()
            .map(|owner| owner.external_id.clone())
            .chain([decoy])
            .collect();
        let mut tx = desk.store().begin().await?;
        for (n, name) in names.iter().enumerate() {
            let row = tx
                .account_named(name)
                .await?
                .ok_or_else(|| anyhow::anyhow!("no account"))?;
            let rows = tx.contact_points(row.id).await?;
            let now = self.house.clock.now();
            let there = self.owners.get(n).is_some_and(|owner| owner.confirmed);
            self.book.accounts.push(Account {
                id: row.id,
                external_id: name.clone(),
                hold: HoldLevel::None,
                attempts: 0,
                points: [
                    there.then_some(Point {
                        effective: words::Time(0),
                    }),
                    None,
                ],
                rows,
                typed: [None; 2],
                changed: false,
                sent: ([true, false], false),
                used: Vec::new(),
                at_home: true,
                questions: Vec::new(),
                tries: Vec::new(),
                steps: Vec::new(),
            });
            // The first and the last owner saved recovery codes, long ago.
            if let Some(owner) = self.owners.get(n).filter(|_| n != 1) {
                let key = self
                    .house
                    .vault
                    .account_key(row.id, &WrappedKey(row.data_key.clone()))?;
                let mut codes = Vec::new();
                for code in &owner.saved {
                    let whole = receipt::Code::parse(code)?;
                    let digest = key.digest("saved code", whole.digest_input()).0.to_vec();
                    let chance =
                        desk::testing::TestEntropy::new(self.house.clock.now().0.unsigned_abs());
                    codes.push((SavedCodeId::new(self.house.clock.now(), &chance), digest));
                }
                tx.save_codes(row.id, &codes, now, words::Time(0)).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The time now, without moving on by more than a look.
    pub fn now(&self) -> words::Time {
        self.house.clock.now()
    }

    /// Searches a text that staff, programs, logs or machines get. `but`: marks that may be in it.
    ///
    /// # Errors
    /// If it holds what it may not.
    pub fn search(
        &mut self,
        place: &'static str,
        text: &str,
        but: &dyn Fn(&Mark) -> bool,
    ) -> Result<(), End> {
        *self.reached.searched.entry(place).or_default() += 1;
        for (found, around) in self.finder.places(text) {
            let mark = &self.marks[found];
            if !but(mark) {
                // What is in it was made up for this world.
                let said = format!(
                    "{place} held {} of account {}: …{around}…",
                    mark.label, mark.account
                );
                return broken("nothing is given away", said);
            }
        }
        Ok(())
    }

    /// Searches what was logged and told to open pages since the last time.
    ///
    /// # Errors
    /// If it holds what it may not.
    pub fn search_log(&mut self) -> Result<(), End> {
        let lines = log().take();
        if !lines.is_empty() {
            self.search("the log", &lines, &|_| false)?;
        }
        let events = self.house.events();
        if !events.is_empty() {
            self.search("an event", &events, &|_| false)?;
        }
        Ok(())
    }

    /// Something that may not be found from now on.
    pub fn mark(&mut self, account: usize, label: &str, text: &str, alone: bool) {
        let at = self.marks.len();
        self.marks.push(Mark {
            account,
            label: label.to_owned(),
            class: Class::Link,
            field: (String::new(), String::new()),
        });
        self.finder.add(&attack::canary::small(text), at, alone);
    }

    /// Whether somebody may do what people at the desk do.
    pub fn is_person(by: By) -> bool {
        STAFF[by].scopes.is_none()
    }
}
