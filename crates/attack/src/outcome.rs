//! What can become of a step.

use std::str::FromStr;

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// What became of a step, in one word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        pub enum Outcome { $($(#[$doc])* #[serde(rename = $word)] $name,)+ }

        impl Outcome {
            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

outcomes! {
    /// The gate said no.
    Refused = "refused",
    /// The owner was asked; nothing happens before their yes.
    Waiting = "waiting",
    /// It goes to the registered contact point.
    Sending = "sending",
    /// It is done.
    Done = "done",
    /// Somebody else did it first, or it can't be now.
    Conflict = "conflict",
    /// Too often.
    Limited = "limited",
    /// Not understood, or a key that nobody knows: nothing happened.
    Bad = "bad",
    /// There is no such thing, or it is not theirs to know.
    Missing = "missing",
    /// Not with this role or these scopes.
    Forbidden = "forbidden",
    /// Not signed in.
    Unsigned = "unsigned",
    /// An account was found.
    Found = "found",
    /// No account was found.
    Nothing = "nothing",
    /// A flag was raised.
    Flagged = "flagged",
    /// No flag was raised.
    Unflagged = "unflagged",
    /// The owner has a mail with these words.
    Arrived = "arrived",
    /// No mail came.
    Silence = "silence",
    /// It was answered as it should be.
    Fine = "fine",
    /// The desk itself failed. Never expected.
    Broken = "broken",
    /// It can't be played here.
    Unplayed = "not played",
}

impl Outcome {
    /// What a status of HTTP means.
    pub const fn of(status: u16) -> Self {
        match status {
            200..=399 => Self::Fine,
            401 => Self::Unsigned,
            403 => Self::Forbidden,
            404 | 405 | 410 => Self::Missing,
            409 => Self::Conflict,
            429 => Self::Limited,
            500.. => Self::Broken,
            _ => Self::Bad,
        }
    }
}

impl FromStr for Outcome {
    type Err = String;
    fn from_str(word: &str) -> Result<Self, String> {
        let usable = |one: &&Self| !matches!(one, Self::Broken | Self::Unplayed);
        Self::ALL
            .iter()
            .filter(usable)
            .find(|one| one.as_str() == word)
            .copied()
            .ok_or_else(|| {
                let all: Vec<&str> = Self::ALL
                    .iter()
                    .filter(usable)
                    .map(|one| one.as_str())
                    .collect();
                format!(
                    "`{word}` is nothing to expect; use some of: {}",
                    all.join(", ")
                )
            })
    }
}
