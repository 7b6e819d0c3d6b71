//! Lengths of time as people write them: `90s`, `10m`, `24h`, `30d`.

use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::time::Duration;

/// Seconds per unit, longest first, with the letter and the word for it.
const UNITS: [(u64, char, &str); 4] = [
    (86_400, 'd', "day"),
    (3600, 'h', "hour"),
    (60, 'm', "minute"),
    (1, 's', "second"),
];
/// The longest that a rule may last, in seconds: ten years.
const LONGEST: u64 = 3650 * 86_400;

/// The longest unit that leaves no rest, and how many of it. Days start at two, so that "24
/// hours" stays as it is.
fn split(span: Duration) -> (u64, char, &'static str) {
    let seconds = span.as_secs();
    let fits = |&&(size, letter, _): &&(u64, char, &str)| {
        seconds >= size * if letter == 'd' { 2 } else { 1 } && seconds.is_multiple_of(size)
    };
    let (size, letter, word) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    (seconds / size, *letter, word)
}

/// "10 minutes", "1 hour".
pub(crate) fn words(span: Duration) -> String {
    let (count, _, word) = split(span);
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

fn parse(text: &str) -> Option<Duration> {
    let letter = text.chars().next_back()?;
    let (size, ..) = UNITS.iter().find(|(_, unit, _)| *unit == letter)?;
    let count: u64 = text.strip_suffix(letter)?.parse().ok()?;
    let seconds = count.checked_mul(*size)?;
    (1..=LONGEST)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    let (count, letter, _) = split(*span);
    to.serialize_str(&format!("{count}{letter}"))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).ok_or_else(|| {
        D::Error::custom("not a length of time; write it like 90s, 10m, 24h or 30d, at least 1s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_sound_like_people_write_them() {
        for (text, seconds, sound) in [
            ("90s", 90, "90 seconds"),
            ("10m", 600, "10 minutes"),
            ("1h", 3600, "1 hour"),
            ("24h", 86_400, "24 hours"),
            ("30d", 2_592_000, "30 days"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(parse(text), Some(span));
            assert_eq!(words(span), sound);
            let (count, letter, _) = split(span);
            assert_eq!(format!("{count}{letter}"), text);
        }
        for text in ["", "m", "0s", "-1m", "10", "10 m", "99999d", "1é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
