//! Holding one event against what is remembered.

use crate::{
    event::{LoginEvent, Outcome},
    history::History,
    rules::Rules,
    signal::Signal,
    trail::Login,
};
use words::Time;

/// Takes one event of the account into its history and tells what is worth a signal.
///
/// An event that is there already (same id, same time, same outcome), or is older than what is
/// remembered, changes nothing. Events may come in any order: a burst is found by the times in
/// the events, whichever of them arrives last.
///
/// - [`Signal::RepeatedFailures`]: at least `failures` failed logins stand within `window`. Once
///   per burst; again only when failures go on more than a window after it.
/// - [`Signal::SuccessAfterFailures`]: a success within a window after the end of a burst. Once
///   per success.
/// - [`Signal::NewCountry`]: a success from a country that is not known; see
///   [`Standing`](crate::Standing) for how one becomes known.
///
/// Failures that the owner said were theirs ([`History::settle`]) are no part of a burst.
pub fn observe(history: &mut History, event: &LoginEvent, rules: &Rules) -> Vec<Signal> {
    let login = Login::of(event);
    match event.outcome {
        Outcome::Failure if history.failed.holds(&login) => Vec::new(),
        Outcome::Success if history.succeeded.holds(&login) => Vec::new(),
        Outcome::Failure => failure(history, login, rules),
        Outcome::Success => success(history, login, event, rules),
    }
}

fn failure(history: &mut History, login: Login, rules: &Rules) -> Vec<Signal> {
    history.add_failure(login);
    let mut signals = Vec::new();
    if !history.in_signalled_burst(login.at, rules)
        && let Some((count, last)) = burst_around(history.open_failures(), login.at, rules)
    {
        history.add_burst(last);
        signals.push(Signal::RepeatedFailures {
            count,
            within: rules.window,
        });
    }
    // A success that arrived before the failures it followed.
    for place in 0..history.succeeded.logins.len() {
        let success = history.succeeded.logins[place];
        if success.after_burst || success.at < login.at {
            continue;
        }
        if let Some(count) = burst_before(history.open_failures(), success.at, rules) {
            history.succeeded.logins[place].after_burst = true;
            signals.push(Signal::SuccessAfterFailures {
                count,
                country: success.country,
            });
        }
    }
    signals
}

fn success(history: &mut History, login: Login, event: &LoginEvent, rules: &Rules) -> Vec<Signal> {
    let country = event.country;
    let burst = burst_before(history.open_failures(), login.at, rules);
    history.add_success(Login {
        country,
        after_burst: burst.is_some(),
        ..login
    });
    let after = burst.map(|count| Signal::SuccessAfterFailures { count, country });
    let new = country.and_then(|country| history.visit(country, login.at, burst.is_none(), rules));
    after.into_iter().chain(new).collect()
}

/// The fullest window of failures with `at` in it: how many, and the last of them. None below
/// the number that makes a burst.
fn burst_around(failures: &[Login], at: Time, rules: &Rules) -> Option<(u32, Time)> {
    let starts = failures.iter().enumerate();
    starts
        .filter(|(_, first)| first.at <= at && first.at.until(at) <= rules.window)
        .filter_map(|(start, first)| {
            let end = failures.partition_point(|login| login.at <= first.at + rules.window);
            let within = &failures[start..end];
            Some((within.len(), within.last()?.at))
        })
        .filter(|(count, _)| *count >= rules.burst())
        .max_by_key(|(count, last)| (*count, std::cmp::Reverse(*last)))
        .map(|(count, last)| (small(count), last))
}

/// The failures before a success at `at`, from the start of the burst that ended at most a window
/// before. None when there is no such burst.
fn burst_before(failures: &[Login], at: Time, rules: &Rules) -> Option<u32> {
    let before = &failures[..failures.partition_point(|login| login.at <= at)];
    let bursts = before.windows(rules.burst());
    let start = bursts.enumerate().find_map(|(start, burst)| {
        let (first, last) = (burst.first()?.at, burst.last()?.at);
        let recent = last.until(at) <= rules.window && first.until(last) <= rules.window;
        recent.then_some(start)
    })?;
    Some(small(before.len() - start))
}

/// A length that is capped far below `u32::MAX`.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
