//! Time as microseconds since 1970 in UTC: what the database stores and the ledger signs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

/// Tells the time. Passed in everywhere, so that tests can hold it still or jump.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Time;
}

/// A point in time: microseconds since 1970-01-01 in UTC.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
pub struct Time(pub i64);

/// The text is not a time.
#[derive(Debug, thiserror::Error)]
#[error("not a time; write it like 2026-11-21T10:02:00Z or 2026-11-21")]
pub struct TimeError;

impl Time {
    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970; times before 1970 count as 0.
    pub fn millis(self) -> u64 {
        u64::try_from(self.0 / 1000).unwrap_or(0)
    }

    /// Seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long before `later` this time is; zero if it is not before it.
    pub fn until(self, later: Time) -> Duration {
        Duration::from_micros(u64::try_from(later.0 - self.0).unwrap_or(0))
    }

    /// Reads an RFC 3339 time, or a bare date as its midnight in UTC.
    ///
    /// # Errors
    /// [`TimeError`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if let Ok(t) = text.parse::<Timestamp>() {
            return Ok(t.into());
        }
        let date: jiff::civil::Date = text.parse().map_err(|_| TimeError)?;
        let zoned = date
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| TimeError)?;
        Ok(zoned.timestamp().into())
    }

    /// The calendar year in UTC.
    pub fn year(self) -> i16 {
        self.timestamp().to_zoned(jiff::tz::TimeZone::UTC).year()
    }

    /// This time as a `jiff` timestamp; out-of-range values become the epoch.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Formats the time in UTC by a `strftime` pattern, such as `%-d %B at %H:%M`.
    pub fn format(self, pattern: &str) -> String {
        self.timestamp()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime(pattern)
            .to_string()
    }
}

impl From<Timestamp> for Time {
    fn from(t: Timestamp) -> Self {
        Self(t.as_microsecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, by: Duration) -> Time {
        Time(
            self.0
                .saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, by: Duration) -> Time {
        Time(
            self.0
                .saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_date_is_its_midnight() {
        let day = Time::parse("2019-05-01").expect("a date");
        assert_eq!(day.to_string(), "2019-05-01T00:00:00Z");
        assert_eq!(day.year(), 2019);
    }

    #[test]
    fn nonsense_is_refused_with_an_example() {
        let error = Time::parse("yesterday").expect_err("not a time");
        assert!(error.to_string().contains("2026-11-21"));
    }

    #[test]
    fn until_never_goes_below_zero() {
        assert_eq!(Time(5).until(Time(3)), Duration::ZERO);
        assert_eq!(Time(3).until(Time(5)), Duration::from_micros(2));
    }
}
