//! One login, as an identity provider tells it.

use crate::{country::Country, keys::Keys, ocsf, place::Places};
use serde_json::Value;
use std::{fmt, net::IpAddr, time::Duration};
use words::Time;

/// How a login ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The password, or whatever was asked for, was right.
    Success,
    /// It was refused.
    Failure,
}

/// One login of one account. Its `Debug` shows the time and the outcome only: the rest is
/// personal.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginEvent {
    /// The sender's id of the event. With it (and the same time) an event that is sent twice
    /// counts once; without it each line counts.
    pub id: Option<String>,
    /// The account, by the id that it has at the company.
    pub account: String,
    /// When it happened.
    pub at: Time,
    /// How it ended.
    pub outcome: Outcome,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// What the browser or app calls itself, shortened to 512 characters.
    pub user_agent: Option<String>,
    /// The country: the sender's word, or later that of [`LoginEvent::place`].
    pub country: Option<Country>,
}

/// Why a line is not a login event. Keys are named, values never: they are personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The line can't be read as JSON.
    #[error("not valid JSON; send one JSON object per line")]
    NotJson,
    /// It is JSON, but a list, a text or a number.
    #[error("not a JSON object; send one JSON object per line")]
    NotAnObject,
    /// A key that isn't known; its position counts from 1, its name is not repeated.
    #[error(
        "key number {0} is not known; the keys are id, account, time, outcome, ip, user_agent and country"
    )]
    UnknownKey(usize),
    /// A key that stood there before; its position counts from 1.
    #[error("key number {0} is there twice; give each key once")]
    RepeatedKey(usize),
    /// A key that has to be there is not.
    #[error("`{key}` is missing; it must be {expected}")]
    Missing {
        /// Which key.
        key: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// The value of a key can't be used.
    #[error("`{key}` can't be read; it must be {expected}")]
    Wrong {
        /// Which key.
        key: &'static str,
        /// What belongs there.
        expected: &'static str,
    },
    /// An OCSF Authentication event about something other than a logon.
    #[error("not a logon; of Authentication events only those with `activity_id` 1 are taken")]
    NotALogin,
    /// The time lies ahead of the clock.
    #[error("`time` lies in the future; send the time of the login and check the sender's clock")]
    Future,
}

const ACCOUNT: &str = "the account's id at the company, 1 to 200 characters of text";
const ID: &str = "the event's own id, 1 to 200 characters of text";
const TIME: &str = "a time in UTC such as 2026-11-21T10:02:00Z";
const OUTCOME: &str = "success or failure";
const ADDRESS: &str = "an IPv4 or IPv6 address as text";
const AGENT: &str = "text";
const COUNTRY: &str = "two letters as in ISO 3166-1, such as NG";

/// How long the ids of accounts and events may be.
const ID_LENGTH: usize = 200;
/// How much of a user agent is kept.
const AGENT_LENGTH: usize = 512;
/// The last time that is taken, in microseconds: the end of the year 9998.
const LAST_TIME: i64 = 253_370_764_799_999_999;

impl LoginEvent {
    /// How far ahead of the desk's clock a sender's clock may be.
    pub const TOLERANCE: Duration = Duration::from_mins(5);

    /// Whether the event may be observed at `now`.
    ///
    /// # Errors
    /// [`EventError::Future`] when it is more than [`LoginEvent::TOLERANCE`] ahead.
    pub fn check_time(&self, now: Time) -> Result<(), EventError> {
        if self.at > now + Self::TOLERANCE {
            return Err(EventError::Future);
        }
        Ok(())
    }

    /// Looks the country up by the address, unless the sender gave one.
    pub fn place(&mut self, places: &Places) {
        if self.country.is_none() {
            self.country = self.address.and_then(|address| places.country(address));
        }
    }
}

impl fmt::Debug for LoginEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginEvent")
            .field("at", &self.at)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Reads one line: the desk's own format, or an OCSF Authentication object (one with a
/// `class_uid`).
///
/// # Errors
/// [`EventError`], which names the key and what is expected there.
pub fn parse_line(line: &str) -> Result<LoginEvent, EventError> {
    let keys = Keys::read(line)?;
    if keys.get(&["class_uid"]).is_some() {
        ocsf::read(&keys)
    } else {
        own(&keys)
    }
}

/// What stood on which line; lines count from 1.
pub type Numbered<T> = Vec<(usize, T)>;

/// The events of a batch and what could not be read, each with its line number from 1. Empty
/// lines are skipped.
pub fn parse_batch(text: &str) -> (Numbered<LoginEvent>, Numbered<EventError>) {
    let (mut events, mut errors) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match parse_line(line) {
            Ok(event) => events.push((index + 1, event)),
            Err(error) => errors.push((index + 1, error)),
        }
    }
    (events, errors)
}

/// Reads the desk's own format.
fn own(keys: &Keys) -> Result<LoginEvent, EventError> {
    const KNOWN: [&str; 7] = [
        "id",
        "account",
        "time",
        "outcome",
        "ip",
        "user_agent",
        "country",
    ];
    if let Some(unknown) = keys
        .0
        .iter()
        .position(|(key, _)| !KNOWN.contains(&key.as_str()))
    {
        return Err(EventError::UnknownKey(unknown + 1));
    }
    Ok(LoginEvent {
        id: event_id("id", keys.get(&["id"]))?,
        account: need(
            "account",
            ACCOUNT,
            account("account", keys.get(&["account"]))?,
        )?,
        at: need("time", TIME, time(keys.get(&["time"]))?)?,
        outcome: need("outcome", OUTCOME, outcome(keys.get(&["outcome"]))?)?,
        address: address("ip", keys.get(&["ip"]))?,
        user_agent: user_agent("user_agent", keys.get(&["user_agent"]))?,
        country: country(keys.get(&["country"]))?,
    })
}

/// What is there, or the error that it is missing.
pub(crate) fn need<T>(
    key: &'static str,
    expected: &'static str,
    value: Option<T>,
) -> Result<T, EventError> {
    value.ok_or(EventError::Missing { key, expected })
}

/// Reads the id of the event.
pub(crate) fn event_id(
    key: &'static str,
    value: Option<&Value>,
) -> Result<Option<String>, EventError> {
    label(key, ID, value)
}

/// Reads the id of the account.
pub(crate) fn account(
    key: &'static str,
    value: Option<&Value>,
) -> Result<Option<String>, EventError> {
    label(key, ACCOUNT, value)
}

/// Demands the id of the account.
pub(crate) fn need_account(key: &'static str, value: Option<String>) -> Result<String, EventError> {
    need(key, ACCOUNT, value)
}

/// Reads a short text without control characters.
fn label(
    key: &'static str,
    expected: &'static str,
    value: Option<&Value>,
) -> Result<Option<String>, EventError> {
    read(key, expected, value, |value| {
        let text = value.as_str()?.trim();
        let fits = !text.is_empty()
            && text.chars().count() <= ID_LENGTH
            && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    })
}

/// Reads an address; an IPv4 address written as IPv6 becomes IPv4.
pub(crate) fn address(
    key: &'static str,
    value: Option<&Value>,
) -> Result<Option<IpAddr>, EventError> {
    read(key, ADDRESS, value, |value| {
        let address: IpAddr = value.as_str()?.trim().parse().ok()?;
        Some(address.to_canonical())
    })
}

/// Reads a user agent, shortened and without control characters; an empty one is none.
pub(crate) fn user_agent(
    key: &'static str,
    value: Option<&Value>,
) -> Result<Option<String>, EventError> {
    let text = read(key, AGENT, value, |value| {
        let plain = value.as_str()?.chars().filter(|c| !c.is_control());
        Some(plain.take(AGENT_LENGTH).collect::<String>())
    })?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Reads a time of the desk's own format; a bare date says too little.
fn time(value: Option<&Value>) -> Result<Option<Time>, EventError> {
    read("time", TIME, value, |value| {
        let text = value.as_str().filter(|text| text.len() > 10)?;
        Time::parse(text).ok().filter(|&at| is_plausible(at))
    })
}

/// Whether the time is one that a computer's log can hold.
pub(crate) fn is_plausible(at: Time) -> bool {
    (0..=LAST_TIME).contains(&at.micros())
}

fn outcome(value: Option<&Value>) -> Result<Option<Outcome>, EventError> {
    read("outcome", OUTCOME, value, |value| match value.as_str()? {
        "success" => Some(Outcome::Success),
        "failure" => Some(Outcome::Failure),
        _ => None,
    })
}

/// Reads a country; the two codes that stand for "unknown" are as good as none.
fn country(value: Option<&Value>) -> Result<Option<Country>, EventError> {
    let unknown = ["XX", "ZZ"];
    let value = value.filter(|value| !value.as_str().is_some_and(|code| unknown.contains(&code)));
    read("country", COUNTRY, value, |value| {
        Country::parse(value.as_str()?).ok()
    })
}

/// Reads what may be absent, and says what was expected when it is there but can't be read.
pub(crate) fn read<T>(
    key: &'static str,
    expected: &'static str,
    value: Option<&Value>,
    how: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, EventError> {
    value
        .map(|value| how(value).ok_or(EventError::Wrong { key, expected }))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"{"id":"e-1","account":"A-1042","time":"2026-11-21T10:02:00Z","outcome":"success","ip":"203.0.113.7","user_agent":"Firefox","country":"NG"}"#;

    #[test]
    fn a_full_line_is_read() {
        let event = parse_line(FULL).expect("an event");
        let expected = LoginEvent {
            id: Some("e-1".into()),
            account: "A-1042".into(),
            at: Time::parse("2026-11-21T10:02:00Z").expect("a time"),
            outcome: Outcome::Success,
            address: Some([203, 0, 113, 7].into()),
            user_agent: Some("Firefox".into()),
            country: Some(Country::parse("NG").expect("a code")),
        };
        assert_eq!(event, expected);
    }

    #[test]
    fn account_time_and_outcome_are_enough() {
        let event = parse_line(
            r#"{"account":"A-1","time":"2026-11-21T11:02:00+01:00","outcome":"failure","ip":null}"#,
        )
        .expect("an event");
        assert_eq!(event.at.to_string(), "2026-11-21T10:02:00Z");
        assert_eq!((event.id, event.address, event.country), (None, None, None));
    }

    #[test]
    fn each_wrong_value_names_its_key_and_is_not_repeated() {
        for (key, good, bad) in [
            ("id", "\"e-1\"", "\"\""),
            ("account", "\"A-1042\"", "77001042"),
            ("time", "\"2026-11-21T10:02:00Z\"", "\"2026-11-21\""),
            ("outcome", "\"success\"", "\"77maybe\""),
            ("ip", "\"203.0.113.7\"", "\"77.1.2\""),
            ("user_agent", "\"Firefox\"", "[77]"),
            ("country", "\"NG\"", "\"77Nigeria\""),
        ] {
            let line = FULL.replace(&format!("\"{key}\":{good}"), &format!("\"{key}\":{bad}"));
            let error = parse_line(&line).expect_err(key).to_string();
            assert!(
                error.starts_with(&format!("`{key}` can't be read; it must be ")),
                "{error}"
            );
            assert!(!error.contains("77"), "{error}");
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        let error = parse_line(r#"{"account":"A-1","outcome":"failure"}"#).expect_err("no time");
        assert_eq!(
            error.to_string(),
            "`time` is missing; it must be a time in UTC such as 2026-11-21T10:02:00Z"
        );
    }

    #[test]
    fn unknown_and_repeated_keys_are_pointed_at_but_not_repeated() {
        let extra = FULL.replace("\"id\"", "\"robin@example.com\"");
        let error = parse_line(&extra).expect_err("unknown key");
        assert_eq!(error, EventError::UnknownKey(1));
        assert!(!error.to_string().contains("robin"));
        let twice = FULL.replace("\"id\":\"e-1\"", "\"account\":\"A-1\"");
        assert_eq!(parse_line(&twice), Err(EventError::RepeatedKey(2)));
    }

    #[test]
    fn what_is_no_object_says_so() {
        assert_eq!(parse_line("{\"id\":"), Err(EventError::NotJson));
        assert_eq!(parse_line("[1]"), Err(EventError::NotAnObject));
        assert_eq!(parse_line("{} {}"), Err(EventError::NotJson));
    }

    #[test]
    fn a_bad_line_does_not_spoil_its_batch() {
        let text = format!("{FULL}\r\n\n{{\"account\":1}}\n{FULL}\n");
        let (events, errors) = parse_batch(&text);
        let lines: Vec<usize> = events.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 4]);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].0, 3);
    }

    #[test]
    fn an_unknown_country_is_none_and_a_mapped_address_is_plain() {
        let line = FULL
            .replace("\"NG\"", "\"XX\"")
            .replace("203", "::ffff:203");
        let event = parse_line(&line).expect("an event");
        assert_eq!(event.country, None);
        assert_eq!(event.address, Some([203, 0, 113, 7].into()));
    }

    #[test]
    fn an_event_from_the_future_is_refused() {
        let event = parse_line(FULL).expect("an event");
        let minute = Duration::from_mins(1);
        assert_eq!(event.check_time(event.at - minute * 5), Ok(()));
        assert_eq!(
            event.check_time(event.at - minute * 6),
            Err(EventError::Future)
        );
    }

    #[test]
    fn debug_output_holds_nothing_personal() {
        let shown = format!("{:?}", parse_line(FULL).expect("an event"));
        for value in ["A-1042", "203.0", "Firefox", "e-1"] {
            assert!(!shown.contains(value), "{shown}");
        }
    }
}
