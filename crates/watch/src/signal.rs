//! What the watch found.

use crate::{country::Country, history::FAILURES, span};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One finding on one login event. It holds no address and no user agent, so that it can be
/// shown to a rep.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signal {
    /// Many failed logins in a short time.
    RepeatedFailures {
        /// How many stood there when it was noticed; not above what is remembered.
        count: u32,
        /// Within how long.
        #[serde(with = "span")]
        within: Duration,
    },
    /// A successful login from a country that is not known for the account.
    NewCountry {
        /// Which one.
        country: Country,
        /// Whether it was signalled before and has still no answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    /// A successful login right after a burst of failed ones.
    SuccessAfterFailures {
        /// How many failed; not above what is remembered.
        count: u32,
        /// Where the success came from, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<Country>,
    },
}

impl Signal {
    /// The word for it in the database, the API and the ledger.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RepeatedFailures { .. } => "repeated_failures",
            Self::NewCountry { .. } => "new_country",
            Self::SuccessAfterFailures { .. } => "success_after_failures",
        }
    }

    /// The country that the owner is asked about: a "Yes" confirms it, a "No" forgets it.
    pub const fn country(&self) -> Option<Country> {
        match self {
            Self::RepeatedFailures { .. } => None,
            Self::NewCountry { country, .. } => Some(*country),
            Self::SuccessAfterFailures { country, .. } => *country,
        }
    }

    /// Whether it is about failed logins: a "Yes" settles them.
    pub const fn of_failures(&self) -> bool {
        match self {
            Self::RepeatedFailures { .. } | Self::SuccessAfterFailures { .. } => true,
            Self::NewCountry { .. } => false,
        }
    }

    /// What was unusual, in plain words that end a sentence such as "We noticed …".
    pub fn words(&self) -> String {
        match self {
            Self::RepeatedFailures { count, within } => {
                let (count, within) = (number(*count), span::words(*within));
                format!("{count} failed logins within {within}")
            }
            Self::NewCountry { country, again } => {
                let name = country.name();
                if *again {
                    format!("another login from {name}, which the owner has not confirmed yet")
                } else {
                    format!("a login from {name}, where this account has never logged in before")
                }
            }
            Self::SuccessAfterFailures { count, .. } => {
                format!(
                    "a successful login right after {} failed ones",
                    number(*count)
                )
            }
        }
    }
}

/// The number, or that it is at least that when more can't be remembered.
fn number(count: u32) -> String {
    if usize::try_from(count).is_ok_and(|count| count >= FAILURES) {
        format!("at least {count}")
    } else {
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each() -> [Signal; 5] {
        let country = Country::parse("NG").expect("a code");
        let within = Duration::from_mins(10);
        [
            Signal::RepeatedFailures { count: 5, within },
            Signal::RepeatedFailures { count: 64, within },
            Signal::NewCountry {
                country,
                again: false,
            },
            Signal::NewCountry {
                country,
                again: true,
            },
            Signal::SuccessAfterFailures {
                count: 6,
                country: Some(country),
            },
        ]
    }

    #[test]
    fn signals_speak_plainly() {
        assert_eq!(
            each().map(|signal| signal.words()),
            [
                "5 failed logins within 10 minutes",
                "at least 64 failed logins within 10 minutes",
                "a login from Nigeria, where this account has never logged in before",
                "another login from Nigeria, which the owner has not confirmed yet",
                "a successful login right after 6 failed ones",
            ]
        );
    }

    #[test]
    fn the_stored_form_carries_the_kind_and_comes_back_whole() {
        for signal in each() {
            let stored = serde_json::to_value(signal).expect("json");
            assert_eq!(stored["kind"], signal.kind());
            let back: Signal = serde_json::from_value(stored).expect("a signal");
            assert_eq!(back, signal);
        }
    }
}
