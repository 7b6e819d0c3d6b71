//! The thresholds, as an operator sets them.

use crate::{history::FAILURES, span};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::time::Duration;

/// When a login is worth a signal. Lengths of time are written like `10m` or `30d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// How many failed logins make a burst, 2 to 50.
    #[serde(deserialize_with = "burst")]
    pub failures: u32,
    /// Within how long, both ends included. Also how long after a burst a success counts as
    /// right after it, and how long a burst stays silent once it has been signalled.
    #[serde(with = "span")]
    pub window: Duration,
    /// How long a pending country stays silent after a signal about it.
    #[serde(with = "span")]
    pub quiet: Duration,
    /// After how long without a "No" a pending country counts as known.
    #[serde(with = "span")]
    pub settle: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            failures: 5,
            window: Duration::from_mins(10),
            quiet: Duration::from_hours(24),
            settle: Duration::from_hours(30 * 24),
        }
    }
}

impl Rules {
    /// The burst's size as a length, never below 2 nor above what the history remembers, however
    /// the rules were made.
    pub(crate) fn burst(&self) -> usize {
        usize::try_from(self.failures)
            .unwrap_or(FAILURES)
            .clamp(2, FAILURES)
    }
}

fn burst<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let count = u32::deserialize(from)?;
    if (2..=50).contains(&count) {
        Ok(count)
    } else {
        Err(D::Error::custom(
            "not a usable number of failures; write 2 to 50",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default() {
        let rules: Rules = serde_json::from_str(r#"{"failures":8}"#).expect("rules");
        let expected = Rules {
            failures: 8,
            ..Rules::default()
        };
        assert_eq!(rules, expected);
    }

    #[test]
    fn the_defaults_are_written_as_people_read_them() {
        let text = serde_json::to_string(&Rules::default()).expect("json");
        assert_eq!(
            text,
            r#"{"failures":5,"window":"10m","quiet":"24h","settle":"30d"}"#
        );
        let again: Rules = serde_json::from_str(&text).expect("rules");
        assert_eq!(again, Rules::default());
    }

    #[test]
    fn unknown_keys_and_useless_numbers_are_refused() {
        for text in [
            r#"{"failure":8}"#,
            r#"{"failures":1}"#,
            r#"{"failures":51}"#,
            r#"{"window":"0s"}"#,
            r#"{"window":600}"#,
        ] {
            assert!(serde_json::from_str::<Rules>(text).is_err(), "{text}");
        }
    }
}
