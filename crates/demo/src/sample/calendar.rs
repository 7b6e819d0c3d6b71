//! Days of the calendar as [`Time`].

use super::rng::Rng;
use std::time::Duration;
use words::Time;

const DAY: i64 = 86_400_000_000;

/// The midnight that begins a day of the calendar (Gregorian, UTC; the year not below 1).
pub(super) const fn day(year: i64, month: i64, day: i64) -> Time {
    // Counts years from March, so that a leap day comes last: days before the month follow the
    // rhythm of 153 days in five months. 719,468 days lie between year 0's March and 1970.
    let y = if month > 2 { year } else { year - 1 };
    let m = (month + 9) % 12;
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Time(days * DAY)
}

/// The midnight that began the day of `time`.
pub(super) fn midnight(time: Time) -> Time {
    Time(time.0.div_euclid(DAY) * DAY)
}

/// The same time of day, that many days earlier.
pub(super) fn days_before(time: Time, days: u64) -> Time {
    time - Duration::from_hours(24 * days)
}

/// The same time of day, that many days later.
pub(super) fn days_after(time: Time, days: u64) -> Time {
    time + Duration::from_hours(24 * days)
}

/// A day from `from` to `to`, both included; `from` when `to` is before it.
pub(super) fn day_between(rng: &mut Rng, from: Time, to: Time) -> Time {
    Time(from.0 + rng.between(0, (to.0 - from.0).max(0) / DAY) * DAY)
}

/// The date as `2026-11-21`.
pub(super) fn date(time: Time) -> String {
    time.format("%Y-%m-%d")
}
