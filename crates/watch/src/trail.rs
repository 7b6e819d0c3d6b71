//! The newest logins of one outcome, in order of time, at most so many.

use crate::{country::Country, event::LoginEvent};
use serde::{Deserialize, Serialize};
use words::Time;

/// One remembered login: no address, no user agent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// When.
    pub(crate) at: Time,
    /// A hash of the sender's id, to know the event again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<u64>,
    /// From where; for successes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<Country>,
    /// Whether a success was signalled as right after a burst.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) after_burst: bool,
}

impl Login {
    /// What is remembered of an event.
    pub(crate) fn of(event: &LoginEvent) -> Self {
        Self {
            at: event.at,
            id: event.id.as_deref().map(hash),
            country: None,
            after_burst: false,
        }
    }
}

/// Remembered logins, sorted by time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Trail {
    /// Sorted, at most the cap that `insert` is given.
    pub(crate) logins: Vec<Login>,
    /// The newest login that had to make room. Whatever is not newer counts as seen, for it can't
    /// be told from what was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<Time>,
}

impl Trail {
    /// Whether the login was here before, or is too old to tell.
    pub(crate) fn holds(&self, login: &Login) -> bool {
        let same = |other: &Login| other.at == login.at && other.id == login.id;
        self.dropped.is_some_and(|dropped| login.at <= dropped)
            || (login.id.is_some() && self.logins.iter().any(same))
    }

    /// Puts the login in its place; the oldest makes room.
    pub(crate) fn insert(&mut self, login: Login, cap: usize) {
        let place = self.logins.partition_point(|other| *other <= login);
        self.logins.insert(place, login);
        while self.logins.len() > cap {
            let oldest = self.logins.remove(0);
            self.dropped = self.dropped.max(Some(oldest.at));
        }
    }
}

/// FNV-1a, folded to 53 bits, so that every reader of JSON gets the number right. An id is only
/// compared with those of the same account at the same time, so chance collisions don't matter;
/// and who can choose ids can as well repeat them.
fn hash(id: &str) -> u64 {
    let full = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (full ^ (full >> 53)) & ((1 << 53) - 1)
}
