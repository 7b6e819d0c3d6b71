//! What is remembered about one account.

use crate::{
    country::Country,
    rules::Rules,
    signal::Signal,
    trail::{Login, Trail},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::collections::{BTreeMap, btree_map::Entry};
use words::Time;

/// How many failed logins are remembered.
pub(crate) const FAILURES: usize = 64;
/// How many successful logins are remembered.
pub(crate) const SUCCESSES: usize = 32;
/// How many countries are remembered.
const COUNTRIES: usize = 32;
/// How many bursts are remembered as signalled.
const BURSTS: usize = 8;

/// What a country is to an account.
///
/// A success from a new country doesn't teach itself: whoever took an account over would be at
/// home with the second login. It is *pending* until the owner says yes, or until it has been
/// there for `settle` (30 days by default) without a "No"; most owners never answer, and those
/// who moved would be signalled for ever. While pending it stays silent for `quiet` (a day) after
/// each signal: the flag is open then, and one line a day is enough to open it again should a
/// rep have closed it without an answer. After a "No" it is forgotten, so that the next login
/// from there is as new as the first. Only the very first success of an account is taken at its
/// word, as there is nothing to hold it against; not so when it comes right after a burst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Seen, and signalled; nobody has answered yet.
    Pending,
    /// The account's first, or there for long without a "No".
    Known,
    /// The owner said "Yes".
    Confirmed,
}

/// A country in which an account has logged in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The earliest login from there.
    pub first: Time,
    /// The latest.
    pub last: Time,
    /// How many there were.
    pub count: u32,
    /// Whether it is known, and by whom.
    pub standing: Standing,
    /// When it was last signalled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<Time>,
}

impl Seen {
    /// Whether the owner said that it was them.
    pub fn confirmed_by_owner(&self) -> bool {
        self.standing == Standing::Confirmed
    }
}

/// What is remembered about the logins of one account. Every list in it has a fixed greatest
/// length; as JSON it never exceeds [`History::MAX_JSON`] bytes. It holds times, countries and
/// hashes of event ids; no address, no user agent.
///
/// Of failed logins the newest 64 are kept, of successful ones the newest 32; an event that is
/// older than those is taken as seen before and ignored, so that a batch can be sent again.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    version: Version,
    /// Successes ever.
    successes: u64,
    /// Whether the first success with a country has been taken as the account's own.
    taught: bool,
    countries: BTreeMap<Country, Seen>,
    pub(crate) failed: Trail,
    pub(crate) succeeded: Trail,
    /// The last failures of the bursts that were signalled, sorted.
    bursts: Vec<Time>,
    /// Up to when the owner said that the failed logins were theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<Time>,
}

impl History {
    /// The most bytes that a history takes as JSON.
    pub const MAX_JSON: usize = 16 * 1024;

    /// How many successful logins there were.
    pub const fn successes(&self) -> u64 {
        self.successes
    }

    /// The countries, by code.
    pub fn countries(&self) -> impl Iterator<Item = (Country, &Seen)> {
        self.countries
            .iter()
            .map(|(country, seen)| (*country, seen))
    }

    /// Whether a login from there is nothing new.
    pub fn knows(&self, country: Country) -> bool {
        let seen = self.countries.get(&country);
        seen.is_some_and(|seen| seen.standing > Standing::Pending)
    }

    /// The owner said at `at` that the login from there was theirs: it is remembered.
    pub fn confirm(&mut self, country: Country, at: Time) {
        self.taught = true;
        let seen = self.countries.entry(country).or_insert(Seen {
            first: at,
            last: at,
            count: 0,
            standing: Standing::Confirmed,
            raised: None,
        });
        seen.standing = Standing::Confirmed;
        self.trim();
    }

    /// The owner said that the login from there was not theirs: the next one is as new as the
    /// first, also when no other country is known.
    pub fn forget(&mut self, country: Country) {
        self.countries.remove(&country);
    }

    /// The owner said that the failed logins up to `until` were theirs. Those that are remembered, and
    /// what comes in late from before the last of them, count for no signal any more: not for a burst,
    /// nor for a success right after one. What fails later counts anew.
    pub fn settle(&mut self, until: Time) {
        let last = self.failed.logins.iter().map(|login| login.at);
        self.settled = self.settled.max(last.filter(|at| *at <= until).max());
    }

    /// The remembered failures that count.
    pub(crate) fn open_failures(&self) -> &[Login] {
        let settled = |login: &Login| self.settled.is_some_and(|settled| login.at <= settled);
        &self.failed.logins[self.failed.logins.partition_point(settled)..]
    }

    /// Takes a success in and tells whether the country is worth a signal. `calm` is false right
    /// after a burst: such a success neither teaches nor settles anything.
    pub(crate) fn visit(
        &mut self,
        country: Country,
        at: Time,
        calm: bool,
        rules: &Rules,
    ) -> Option<Signal> {
        let first_ever = !std::mem::replace(&mut self.taught, true);
        match self.countries.entry(country) {
            Entry::Vacant(entry) => {
                let trusted = first_ever && calm;
                entry.insert(Seen {
                    first: at,
                    last: at,
                    count: 1,
                    standing: if trusted {
                        Standing::Known
                    } else {
                        Standing::Pending
                    },
                    raised: (!trusted).then_some(at),
                });
                self.trim();
                (!first_ever).then_some(Signal::NewCountry {
                    country,
                    again: false,
                })
            }
            Entry::Occupied(mut entry) => {
                let seen = entry.get_mut();
                seen.first = seen.first.min(at);
                seen.last = seen.last.max(at);
                seen.count = seen.count.saturating_add(1);
                if seen.standing != Standing::Pending {
                    return None;
                }
                if calm && seen.first.until(at) >= rules.settle {
                    seen.standing = Standing::Known;
                    return None;
                }
                let silent = |raised: Time| apart(raised, at) < rules.quiet;
                if seen.raised.is_some_and(silent) {
                    return None;
                }
                seen.raised = seen.raised.max(Some(at));
                Some(Signal::NewCountry {
                    country,
                    again: true,
                })
            }
        }
    }

    /// Remembers a success.
    pub(crate) fn add_success(&mut self, login: Login) {
        self.successes = self.successes.saturating_add(1);
        self.succeeded.insert(login, SUCCESSES);
    }

    /// Remembers a failure.
    pub(crate) fn add_failure(&mut self, login: Login) {
        self.failed.insert(login, FAILURES);
    }

    /// Whether a failure at `at` belongs to a burst that was signalled already and is not settled.
    pub(crate) fn in_signalled_burst(&self, at: Time, rules: &Rules) -> bool {
        let open = |burst: &&Time| self.settled.is_none_or(|settled| **burst > settled);
        let near = |burst: &Time| apart(*burst, at) <= rules.window;
        self.bursts.iter().filter(open).any(near)
    }

    /// Remembers a burst as signalled.
    pub(crate) fn add_burst(&mut self, last: Time) {
        let place = self.bursts.partition_point(|burst| *burst <= last);
        self.bursts.insert(place, last);
        if self.bursts.len() > BURSTS {
            self.bursts.remove(0);
        }
    }

    /// Makes room among the countries: first those pending, then those not confirmed, of each the
    /// one longest not seen.
    fn trim(&mut self) {
        while self.countries.len() > COUNTRIES {
            let rank = |(country, seen): (&Country, &Seen)| (seen.standing, seen.last, *country);
            let Some((.., least)) = self.countries.iter().map(rank).min() else {
                return;
            };
            self.countries.remove(&least);
        }
    }
}

/// How far two times are apart.
fn apart(a: Time, b: Time) -> std::time::Duration {
    a.min(b).until(a.max(b))
}

/// The version of the stored form. Another one is refused rather than half understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Version;

impl Version {
    const NUMBER: u8 = 1;
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u8::deserialize(from)? {
            Self::NUMBER => Ok(Self),
            _ => Err(D::Error::custom(
                "a login history of another version; run the release that wrote it, or a newer one",
            )),
        }
    }
}
