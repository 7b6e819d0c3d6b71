//! What the watch notices, event by event.

use std::time::Duration;
use watch::{Country, History, LoginEvent, Outcome, Rules, Signal, Standing, observe};
use words::Time;

const DAY: i64 = 24 * 60;

/// The account under test, its rules, and the events that came.
struct Account {
    history: History,
    rules: Rules,
    sent: u32,
}

fn account() -> Account {
    Account {
        history: History::default(),
        rules: Rules::default(),
        sent: 0,
    }
}

fn country(code: &str) -> Country {
    Country::parse(code).expect("a code")
}

/// Minutes after some morning.
fn minute(minute: i64) -> Time {
    Time(1_795_255_200_000_000 + minute * 60_000_000)
}

impl Account {
    fn send(&mut self, at: Time, outcome: Outcome, from: Option<&str>) -> Vec<Signal> {
        self.sent += 1;
        let event = LoginEvent {
            id: Some(format!("e-{}", self.sent)),
            account: "A-1042".into(),
            at,
            outcome,
            address: None,
            user_agent: None,
            country: from.map(country),
        };
        observe(&mut self.history, &event, &self.rules)
    }

    fn fails(&mut self, at: i64) -> Vec<Signal> {
        self.send(minute(at), Outcome::Failure, None)
    }

    fn logs_in(&mut self, at: i64, from: &str) -> Vec<Signal> {
        self.send(minute(at), Outcome::Success, Some(from))
    }

    fn fails_at(&mut self, minutes: impl IntoIterator<Item = i64>) -> Vec<Signal> {
        minutes.into_iter().flat_map(|at| self.fails(at)).collect()
    }
}

fn failures(count: u32) -> Signal {
    Signal::RepeatedFailures {
        count,
        within: Duration::from_mins(10),
    }
}

fn new(code: &str) -> Signal {
    Signal::NewCountry {
        country: country(code),
        again: false,
    }
}

fn again(code: &str) -> Signal {
    Signal::NewCountry {
        country: country(code),
        again: true,
    }
}

#[test]
fn five_failures_within_ten_minutes_are_signalled_once() {
    let mut account = account();
    assert_eq!(account.fails_at([0, 2, 5, 8]), []);
    assert_eq!(account.fails(10), [failures(5)]);
    assert_eq!(account.fails_at([10, 11, 15, 20]), []);
}

#[test]
fn five_failures_in_more_than_ten_minutes_are_not() {
    let mut account = account();
    assert_eq!(account.fails_at([0, 2, 5, 8, 11]), []);
}

#[test]
fn failures_that_go_on_after_the_window_are_signalled_again() {
    let mut account = account();
    let signals = account.fails_at(0..=40);
    assert_eq!(
        signals,
        [failures(5), failures(11), failures(11), failures(11)]
    );
    assert_eq!(account.fails_at(200..=204), [failures(5)]);
}

#[test]
fn failures_that_arrive_out_of_order_are_one_burst() {
    let mut account = account();
    assert_eq!(account.fails_at([8, 0, 5, 2]), []);
    assert_eq!(account.fails(3), [failures(5)]);
    assert_eq!(account.fails_at([1, 9]), []);
}

#[test]
fn failures_on_several_days_are_no_burst() {
    let mut account = account();
    assert_eq!(account.fails_at((0..30).map(|day| day * DAY)), []);
}

#[test]
fn the_first_success_teaches_and_is_not_scored() {
    let mut account = account();
    assert_eq!(account.logs_in(0, "NL"), []);
    assert!(account.history.knows(country("NL")));
    assert_eq!(account.logs_in(DAY, "NL"), []);
    assert_eq!(account.history.successes(), 2);
}

#[test]
fn a_success_without_a_country_neither_teaches_nor_signals() {
    let mut account = account();
    assert_eq!(account.send(minute(0), Outcome::Success, None), []);
    assert_eq!(account.logs_in(1, "NL"), []);
    assert_eq!(account.send(minute(2), Outcome::Success, None), []);
    assert!(account.history.knows(country("NL")));
}

#[test]
fn a_failure_from_abroad_is_no_new_country() {
    let mut account = account();
    account.logs_in(0, "NL");
    let signals = account.send(minute(1), Outcome::Failure, Some("NG"));
    assert_eq!(signals, []);
    assert_eq!(account.logs_in(2, "NG"), [new("NG")]);
}

#[test]
fn a_success_from_a_new_country_is_signalled_and_does_not_teach() {
    let mut account = account();
    account.logs_in(0, "NL");
    assert_eq!(account.logs_in(DAY, "NG"), [new("NG")]);
    assert!(!account.history.knows(country("NG")));
    assert_eq!(account.logs_in(DAY + 5, "NG"), [], "the flag is open");
    assert_eq!(account.logs_in(2 * DAY + 5, "NG"), [again("NG")]);
}

#[test]
fn yes_teaches() {
    let mut account = account();
    account.logs_in(0, "NL");
    account.logs_in(1, "NG");
    account.history.confirm(country("NG"), minute(30));
    assert_eq!(account.logs_in(5 * DAY, "NG"), []);
    let (_, seen) = account
        .history
        .countries()
        .find(|(code, _)| *code == country("NG"))
        .expect("remembered");
    assert!(seen.confirmed_by_owner());
    assert_eq!((seen.first, seen.last), (minute(1), minute(5 * DAY)));
    assert_eq!(seen.count, 2);
}

#[test]
fn after_a_no_the_country_is_as_new_as_before() {
    let mut account = account();
    account.logs_in(0, "NL");
    account.logs_in(1, "NG");
    account.history.forget(country("NG"));
    assert!(!account.history.knows(country("NG")));
    assert_eq!(account.logs_in(2, "NG"), [new("NG")]);
}

#[test]
fn after_a_no_to_the_only_country_the_next_login_is_scored() {
    let mut account = account();
    account.logs_in(0, "NG");
    account.history.forget(country("NG"));
    assert_eq!(account.logs_in(1, "NG"), [new("NG")]);
}

#[test]
fn a_country_without_a_no_is_known_after_thirty_days() {
    let mut account = account();
    account.logs_in(0, "NL");
    account.logs_in(DAY, "ES");
    assert_eq!(account.logs_in(30 * DAY, "ES"), [again("ES")]);
    assert_eq!(account.logs_in(31 * DAY, "ES"), []);
    assert!(account.history.knows(country("ES")));
    let (_, seen) = account.history.countries().next().expect("ES");
    assert_eq!(seen.standing, Standing::Known);
}

#[test]
fn a_success_right_after_a_burst_is_signalled() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at([0, 1, 2, 3, 4, 5]);
    let expected = Signal::SuccessAfterFailures {
        count: 6,
        country: Some(country("NL")),
    };
    assert_eq!(account.logs_in(6, "NL"), [expected]);
    assert_eq!(account.logs_in(60, "NL"), [], "an hour later it is not");
}

#[test]
fn a_success_that_arrives_before_its_burst_is_signalled_once_the_burst_is_there() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    assert_eq!(account.logs_in(6, "NL"), []);
    assert_eq!(account.fails_at([0, 1, 2, 3]), []);
    let expected = Signal::SuccessAfterFailures {
        count: 5,
        country: Some(country("NL")),
    };
    assert_eq!(account.fails(4), [failures(5), expected]);
    assert_eq!(account.fails(5), []);
}

#[test]
fn a_first_success_right_after_a_burst_does_not_teach() {
    let mut account = account();
    account.fails_at(0..5);
    let signals = account.logs_in(5, "NG");
    assert_eq!(signals.len(), 1);
    assert_eq!(signals[0].kind(), "success_after_failures");
    assert_eq!(signals[0].country(), Some(country("NG")));
    assert!(!account.history.knows(country("NG")));
}

#[test]
fn events_without_an_id_each_count() {
    let mut account = account();
    let event = LoginEvent {
        id: None,
        account: "A-1042".into(),
        at: minute(0),
        outcome: Outcome::Failure,
        address: None,
        user_agent: None,
        country: None,
    };
    let signals: Vec<Signal> = (0..5)
        .flat_map(|_| observe(&mut account.history, &event, &account.rules))
        .collect();
    assert_eq!(signals, [failures(5)]);
}

#[test]
fn a_storm_of_failures_neither_blinds_nor_floods() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    let mut signals = Vec::new();
    for second in 0..3600 {
        let at = minute(0) + Duration::from_secs(second);
        signals.extend(account.send(at, Outcome::Failure, None));
    }
    assert_eq!(signals.len(), 6, "one for each window in an hour");
    assert!(signals[5].words().starts_with("at least 64 "));
    let kinds: Vec<_> = account.logs_in(60, "NG").iter().map(Signal::kind).collect();
    assert_eq!(kinds, ["success_after_failures", "new_country"]);
}

#[test]
fn a_settled_burst_raises_nothing_by_itself_again() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    assert_eq!(account.fails_at(0..6), [failures(5)]);
    account.history.settle(minute(6));
    assert_eq!(account.logs_in(7, "NL"), [], "the owner gets in at last");
    assert_eq!(account.fails_at([8, 9]), [], "and mistypes once more");
    assert_eq!(account.logs_in(9, "NL"), []);
}

#[test]
fn what_comes_in_late_from_within_a_settled_burst_counts_for_nothing() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at([0, 2, 4, 6, 8]);
    account.history.settle(minute(9));
    assert_eq!(account.fails_at([1, 3, 5, 7, 8]), []);
    assert_eq!(account.logs_in(8, "NL"), []);
}

#[test]
fn five_new_failures_after_the_yes_are_a_burst_of_their_own() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at(0..5);
    account.history.settle(minute(5));
    assert_eq!(account.fails_at([5, 6, 6, 7]), []);
    assert_eq!(account.fails(8), [failures(5)], "only the new ones count");
    let expected = Signal::SuccessAfterFailures {
        count: 5,
        country: Some(country("NL")),
    };
    assert_eq!(account.logs_in(9, "NL"), [expected]);
}

#[test]
fn failures_that_were_not_yet_known_at_the_yes_are_not_settled() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at(0..5);
    account.history.settle(minute(30));
    // A batch that comes in after it, from before it.
    assert_eq!(account.fails_at(20..25), [failures(5)]);
}

#[test]
fn what_the_owner_was_not_asked_about_is_not_settled() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    account.history.settle(minute(4));
    assert_eq!(account.logs_in(10, "NL").len(), 1, "five came after it");
}

#[test]
fn a_never_seen_country_is_signalled_right_after_a_settled_burst_too() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at(0..5);
    account.history.settle(minute(5));
    assert_eq!(account.logs_in(6, "NG"), [new("NG")]);
    assert!(!account.history.knows(country("NG")));
}

#[test]
fn a_settled_history_comes_back_from_json_as_it_was() {
    let mut account = account();
    account.logs_in(-DAY, "NL");
    account.fails_at(0..5);
    account.history.settle(minute(5));
    let stored = serde_json::to_string(&account.history).expect("json");
    account.history = serde_json::from_str(&stored).expect("a history");
    assert_eq!(account.logs_in(6, "NL"), []);
}

#[test]
fn the_stored_form_is_stable() {
    let mut account = account();
    account.logs_in(0, "NL");
    account.logs_in(7, "NG");
    account.fails(8);
    let stored = serde_json::to_string(&account.history).expect("json");
    let expected = concat!(
        r#"{"version":1,"successes":2,"taught":true,"countries":{"#,
        r#""NG":{"first":1795255620000000,"last":1795255620000000,"count":1,"standing":"pending","raised":1795255620000000},"#,
        r#""NL":{"first":1795255200000000,"last":1795255200000000,"count":1,"standing":"known"}},"#,
        r#""failed":{"logins":[{"at":1795255680000000,"id":1625185308943698}]},"#,
        r#""succeeded":{"logins":[{"at":1795255200000000,"id":1627384332198060,"country":"NL"},{"at":1795255620000000,"id":1626284820570849,"country":"NG"}]},"#,
        r#""bursts":[]}"#,
    );
    assert_eq!(stored, expected);
}

#[test]
fn a_history_of_another_version_is_refused() {
    let error = serde_json::from_str::<History>(r#"{"version":2}"#).expect_err("refused");
    assert!(error.to_string().contains("another version"), "{error}");
    assert!(
        serde_json::from_str::<History>("{}").is_ok(),
        "empty is new"
    );
}
