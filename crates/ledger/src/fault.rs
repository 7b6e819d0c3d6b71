//! What can be wrong with a log, in words that name the first bad entry.

use std::fmt;

/// The first thing wrong with a log. Entries are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Entries `first` to `last` are not there, later ones are.
    Missing {
        /// The first missing entry.
        first: u64,
        /// The last missing entry.
        last: u64,
    },
    /// Another entry stands in this place.
    Misplaced {
        /// Which entry belongs there.
        expected: u64,
        /// Which entry stands there.
        found: u64,
    },
    /// An entry's body doesn't match its leaf hash.
    Body {
        /// The entry.
        index: u64,
    },
    /// An entry's body matches its hash, but is not an entry in canonical form.
    Form {
        /// The entry.
        index: u64,
    },
    /// An entry doesn't lead to the root recorded with it.
    Root {
        /// The entry.
        index: u64,
        /// Entries before this one are covered by a signed checkpoint.
        since: u64,
    },
    /// An entry was written with another number among its account's entries than belongs there.
    Number {
        /// The entry.
        index: u64,
        /// The number that belongs there; none without an account.
        expected: Option<u64>,
        /// The number that stands there.
        found: Option<u64>,
    },
    /// The entries fit each other, but not a signed checkpoint: roots were rewritten. The first
    /// bad entry is one of `first` to `last`.
    Checkpoint {
        /// The first entry that no matching checkpoint covers.
        first: u64,
        /// The last entry that the failing checkpoint covers.
        last: u64,
    },
    /// Two signed checkpoints of one size have different roots.
    Fork {
        /// Their size.
        size: u64,
        /// Entries before this one are covered by a checkpoint that fits.
        since: u64,
    },
    /// A checkpoint of size 0 has another root than that of nothing.
    Empty,
    /// The log ends before a signed checkpoint does.
    Truncated {
        /// The first missing entry.
        first: u64,
        /// How many entries the newest checkpoint covers.
        size: u64,
    },
}

impl Fault {
    /// The first entry that can't be relied on; every entry before it is as it was written, as far
    /// as signed checkpoints and recorded roots can tell.
    pub fn first_entry(&self) -> u64 {
        match *self {
            Self::Missing { first, .. }
            | Self::Checkpoint { first, .. }
            | Self::Truncated { first, .. } => first,
            Self::Misplaced { expected, .. } => expected,
            Self::Body { index }
            | Self::Form { index }
            | Self::Number { index, .. }
            | Self::Root { index, .. } => index,
            Self::Fork { since, .. } => since,
            Self::Empty => 0,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Missing { first, last } if first == last => write!(f, "entry {first} is missing"),
            Self::Missing { first, last } => write!(f, "entries {first} to {last} are missing"),
            Self::Misplaced { expected, found } => {
                write!(f, "entry {found} stands where entry {expected} belongs")
            }
            Self::Body { index } => {
                write!(
                    f,
                    "entry {index} was changed: its body does not match its hash"
                )
            }
            Self::Form { index } => write!(
                f,
                "entry {index} was not written by the ledger: its body is not in canonical form"
            ),
            Self::Number {
                index,
                expected,
                found,
            } => {
                let number = |n: Option<u64>| n.map_or("no number".to_owned(), |n| n.to_string());
                write!(
                    f,
                    "entry {index} was written with {} among its account's entries, where {} belongs",
                    number(found),
                    number(expected)
                )
            }
            Self::Root { index, since } => {
                write!(
                    f,
                    "entry {index} was changed: it does not lead to its recorded root"
                )?;
                if since < index {
                    write!(
                        f,
                        " (an earlier change is possible only from entry {since} on, \
                         if roots were rewritten too)"
                    )?;
                }
                Ok(())
            }
            Self::Checkpoint { first, last } if first == last => write!(
                f,
                "entry {first} was changed and its root rewritten: \
                 they do not match the signed checkpoint after entry {last}"
            ),
            Self::Checkpoint { first, last } => write!(
                f,
                "one of entries {first} to {last} was changed and roots rewritten: {}, \
                 but they do not match the signed checkpoint after entry {last}",
                match first {
                    0 => "they fit each other".to_owned(),
                    first => format!(
                        "the signed checkpoint after entry {} still matches",
                        first.saturating_sub(1)
                    ),
                }
            ),
            Self::Fork { size, since } => write!(
                f,
                "two signed checkpoints of size {size} disagree: the log was kept in two versions, \
                 which may differ from entry {since} on"
            ),
            Self::Empty => write!(
                f,
                "the signed checkpoint of size 0 is not that of an empty log"
            ),
            Self::Truncated { first, size } => write!(
                f,
                "entry {first} is missing: the log ends there, \
                 but a signed checkpoint covers {size} {}",
                if size == 1 { "entry" } else { "entries" }
            ),
        }
    }
}

impl std::error::Error for Fault {}
