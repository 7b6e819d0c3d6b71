//! The set of policies that decides: which it is, trying another, and loading it while the desk runs.
//!
//! The newest set in the database is in force, on every node: each looks for it every two seconds
//! ([`Desk::keep_policies`]). One that can't be used is never fallen back from in silence: the desk
//! doesn't start with it, and a desk that runs keeps the set it has and says so.

mod explain;

use gate::{Gate, PolicyError};
use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use store::{PolicySetRow, Tx};
use words::{Role, Time};

pub(crate) use explain::Around;
pub use explain::{Why, WhyAsked};
pub use gate::{Difference, Fault, Outcome, Rule};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    work::pause,
};

/// How often a node looks whether another set was loaded.
const LOOK: Duration = Duration::from_secs(2);
/// The longest text that is taken, in bytes.
const LONGEST: usize = 200 * 1024;
const READS: &[Role] = &[Role::Lead, Role::Admin, Role::Auditor];
const ADMIN: &[Role] = &[Role::Admin];

/// What decides now.
pub(crate) struct InForce(RwLock<Set>);

#[derive(Clone)]
struct Set {
    version: i64,
    gate: Arc<Gate>,
    /// A newer version that can't be used here, and why.
    unusable: Option<(i64, String)>,
}

impl InForce {
    pub(crate) fn new(gate: Gate) -> Self {
        Self(RwLock::new(Set {
            version: 0,
            gate: Arc::new(gate),
            unusable: None,
        }))
    }

    pub(crate) fn gate(&self) -> Arc<Gate> {
        self.get().gate
    }

    fn get(&self) -> Set {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes a set, unless a newer one is there already.
    fn put(&self, version: i64, gate: Gate) {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if version > set.version {
            *set = Set {
                version,
                gate: Arc::new(gate),
                unusable: None,
            };
        }
    }

    fn note(&self, version: i64, why: &str) {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        set.unusable = Some((version, why.to_owned()));
    }
}

/// The set in force, to read.
#[derive(Clone, Debug)]
pub struct PoliciesView {
    /// Its number; 0 if none was ever loaded.
    pub version: i64,
    /// Whether it is the set that ships with Staunch.
    pub shipped: bool,
    /// When it was loaded.
    pub at: Option<Time>,
    /// By whom; none for the operator and for what was never loaded.
    pub by: Option<String>,
    /// The SHA-256 of its text, in hex.
    pub sha256: String,
    /// Its rules, in the order of the text, each with where it comes from, in words.
    pub rules: Vec<(Rule, Vec<String>)>,
    /// Its text.
    pub text: String,
    /// Why a newer set isn't in force here.
    pub unusable: Option<String>,
}

/// What was found about a set.
#[derive(Clone, Debug)]
pub enum Checked {
    /// It can't be read, or doesn't fit.
    Wrong(Vec<Fault>),
    /// It would allow what no set may, or forbid what none may.
    Breaks {
        /// The rule that does.
        rule: String,
        /// The name of what it breaks,
        name: String,
        /// and what that says.
        says: String,
        /// A case in which it does, in words.
        case: String,
    },
    /// It can be loaded.
    Fits {
        /// How many rules it has.
        rules: usize,
        /// The SHA-256 of its text, in hex.
        sha256: String,
        /// What it would answer otherwise than the set in force, in the cases that were tried.
        differences: Vec<Difference>,
    },
}

impl Checked {
    /// What a set is refused for.
    pub fn refused(error: &PolicyError) -> Self {
        let breaks = |rule: &str, name: &str, says: &str, case: &str| Self::Breaks {
            rule: rule.to_owned(),
            name: name.to_owned(),
            says: says.to_owned(),
            case: case.to_owned(),
        };
        match error {
            PolicyError::Loosened(it) => {
                breaks(&it.rule, it.invariant.id, it.invariant.says, &it.case)
            }
            PolicyError::Neglected(it) => breaks(&it.rule, it.duty.id, it.duty.says, &it.case),
            other => Self::Wrong(other.faults()),
        }
    }
}

/// The SHA-256 of a text, in hex.
pub fn fingerprint(text: &str) -> String {
    hex::encode(vault::hash(text.as_bytes()))
}

/// A checked gate by these policies; a great many cases are tried, so it takes a while.
async fn checked(text: String) -> Result<Result<Gate, PolicyError>, DeskError> {
    tokio::task::spawn_blocking(move || Gate::checked(&text))
        .await
        .map_err(|_| DeskError::Broken("the policies could not be checked".to_owned()))
}

fn cant_be_used(error: &PolicyError) -> DeskError {
    DeskError::Invalid(error.to_string())
}

impl Desk {
    /// The set in force. For leads, admins and auditors.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for other roles.
    pub async fn policies(&self, me: &Me) -> Result<PoliciesView, DeskError> {
        me.must_be(READS)?;
        let mut tx = self.store.read().await?;
        let set = self.gate.get();
        let row = tx
            .policies()
            .await?
            .filter(|row| row.version == set.version);
        let by = match row.as_ref().and_then(|row| row.staff_id) {
            Some(id) => tx.staff(id).await?.map(|staff| staff.name),
            None => None,
        };
        let text = set.gate.text().to_owned();
        let rules = set.gate.described().iter();
        Ok(PoliciesView {
            version: set.version,
            shipped: row.as_ref().is_none_or(|row| row.text.is_empty()),
            at: row.map(|row| row.at),
            by,
            sha256: fingerprint(&text),
            rules: rules
                .map(|rule| (rule.clone(), set.gate.sources(&rule.id)))
                .collect(),
            text,
            unusable: set.unusable.map(|(version, why)| unusable(version, &why)),
        })
    }

    /// Tries a set without loading it: what is wrong with it, or what would be otherwise. Admins only.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Invalid`] if the text is too long.
    pub async fn check_policies(&self, me: &Me, text: &str) -> Result<Checked, DeskError> {
        me.must_be_a_person(ADMIN)?;
        not_too_long(text)?;
        let gate = match checked(text.to_owned()).await? {
            Ok(gate) => gate,
            Err(error) => return Ok(Checked::refused(&error)),
        };
        let old = self.gate.gate();
        let (sha256, rules) = (fingerprint(text), gate.described().len());
        let differences = tokio::task::spawn_blocking(move || old.differences(&gate))
            .await
            .map_err(|_| DeskError::Broken("the policies could not be compared".to_owned()))?;
        Ok(Checked::Fits {
            rules,
            sha256,
            differences,
        })
    }

    /// Loads a set: from now on it decides, here at once and on every other node within seconds.
    /// `None` is the set that ships with Staunch. `after` is the version that was in force when it
    /// was checked. Admins only, with a code of their own. Returns its number.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Invalid`] for a set that can't be used or a wrong code;
    /// [`DeskError::Conflict`] if another was loaded in the meantime; [`DeskError::Limited`].
    pub async fn load_policies(
        &self,
        me: &Me,
        text: Option<&str>,
        after: i64,
        code: &str,
    ) -> Result<i64, DeskError> {
        me.must_be_a_person(ADMIN)?;
        let gate = usable(text).await?;
        let tried = self.try_oneself(me, ADMIN).await?;
        let (mut tx, _) = self
            .prove_oneself(me, ADMIN, tried, None, code, "load-policies")
            .await?;
        let version = self.add_policies(&mut tx, Some(me), text).await?;
        if version != after + 1 {
            return Err(DeskError::Conflict(
                "another set was loaded in the meantime; look at it, and check yours again",
            ));
        }
        self.commit(tx).await?;
        self.gate.put(version, gate);
        Ok(version)
    }

    /// The same by the operator, on the machine. It works where the stored set can't be used, too.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a set that can't be used.
    pub async fn operator_loads_policies(&self, text: Option<&str>) -> Result<i64, DeskError> {
        let gate = usable(text).await?;
        let mut tx = self.store.begin().await?;
        let version = self.add_policies(&mut tx, None, text).await?;
        self.commit(tx).await?;
        self.gate.put(version, gate);
        Ok(version)
    }

    async fn add_policies(
        &self,
        tx: &mut Tx,
        by: Option<&Me>,
        text: Option<&str>,
    ) -> Result<i64, DeskError> {
        let now = self.now();
        // Whoever loads another at this moment waits, or has come first.
        tx.queue_at(b"policies", now).await?;
        let version = tx.policies_version().await? + 1;
        tx.add_policies(&PolicySetRow {
            version,
            text: text.unwrap_or_default().to_owned(),
            staff_id: by.map(|me| me.id),
            at: now,
        })
        .await?;
        let entry = match by {
            Some(me) => self.by(me, "policies.loaded"),
            None => self.entry("operator", "policies.loaded"),
        };
        tx.entry(
            entry
                .with("version", version)
                .with("set", if text.is_some() { "own" } else { "shipped" })
                .with("sha256", fingerprint(text.unwrap_or(gate::SHIPPED))),
        );
        Ok(version)
    }

    /// The newest set in the database as it stands there, whether or not it can be used: its number,
    /// its text (the shipped one's if that was put back), when it was loaded, and whether it is the
    /// shipped one. For the operator.
    ///
    /// # Errors
    /// [`DeskError::Store`] if the database fails.
    pub async fn stored_policies(&self) -> Result<(i64, String, Option<Time>, bool), DeskError> {
        let row = self.store.read().await?.policies().await?;
        Ok(match row {
            Some(row) if !row.text.is_empty() => (row.version, row.text, Some(row.at), false),
            Some(row) => (row.version, gate::SHIPPED.to_owned(), Some(row.at), true),
            None => (0, gate::SHIPPED.to_owned(), None, true),
        })
    }

    /// Takes up the newest set, if it is newer than the one in force.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] that says why it can't be used and what to do; the set in force stays.
    pub async fn take_up_policies(&self) -> Result<(), DeskError> {
        let mut tx = self.store.read().await?;
        let set = self.gate.get();
        let newest = tx.policies_version().await?;
        if newest <= set.version {
            return Ok(());
        }
        if let Some((version, why)) = set.unusable
            && version == newest
        {
            return Err(DeskError::Invalid(unusable(version, &why)));
        }
        let Some(row) = tx.policies().await? else {
            return Ok(());
        };
        drop(tx);
        let text = (!row.text.is_empty()).then_some(row.text.as_str());
        match usable(text).await {
            Ok(gate) => {
                self.gate.put(row.version, gate);
                Ok(())
            }
            Err(DeskError::Invalid(why)) => {
                self.gate.note(row.version, &why);
                Err(DeskError::Invalid(unusable(row.version, &why)))
            }
            Err(error) => Err(error),
        }
    }

    /// Takes up each newer set within seconds, until `stop`.
    pub async fn keep_policies(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut told = String::new();
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = pause(LOOK) => {}
            }
            match self.take_up_policies().await {
                Ok(()) => told.clear(),
                Err(error) => {
                    let text = error.to_string();
                    if text != told {
                        tracing::error!(%error, "the policies in force stay");
                    }
                    told = text;
                }
            }
        }
    }
}

/// A gate by these policies, or the shipped ones.
async fn usable(text: Option<&str>) -> Result<Gate, DeskError> {
    let Some(text) = text else {
        return Gate::shipped().map_err(|error| cant_be_used(&error));
    };
    not_too_long(text)?;
    checked(text.to_owned())
        .await?
        .map_err(|error| cant_be_used(&error))
}

fn not_too_long(text: &str) -> Result<(), DeskError> {
    if text.len() > LONGEST {
        return Err(DeskError::Invalid(format!(
            "these policies are longer than {} KiB; shorten them",
            LONGEST / 1024
        )));
    }
    Ok(())
}

fn unusable(version: i64, why: &str) -> String {
    format!(
        "version {version} of the policies can't be used by this version of Staunch: {why}; correct \
         it and load it again with `staunch policy load FILE --data DIR`, or put the shipped ones \
         back with `staunch policy reset --data DIR`"
    )
}
