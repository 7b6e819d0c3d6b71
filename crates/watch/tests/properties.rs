//! What holds for any events in any order.

use proptest::{collection::vec, prelude::*};
use std::time::Duration;
use watch::{Country, History, LoginEvent, Outcome, Rules, Signal, observe};
use words::Time;

const START: i64 = 1_795_255_200_000_000;
const WINDOW: u64 = 600;

fn event(id: usize, second: u64, outcome: Outcome, country: Option<Country>) -> LoginEvent {
    LoginEvent {
        id: Some(format!("e-{id}")),
        account: "A-1042".into(),
        at: Time(START) + Duration::from_secs(second),
        outcome,
        address: None,
        user_agent: None,
        country,
    }
}

fn countries() -> impl Strategy<Value = Option<Country>> {
    let code = ("[A-Y]", "[A-W]").prop_map(|(a, b)| Country::parse(&(a + &b)).ok());
    prop_oneof![
        3 => Just(Country::parse("NL").ok()),
        2 => code,
        1 => Just(None),
    ]
}

/// Events in any order, some close together, some days apart.
fn batch(most: usize) -> impl Strategy<Value = Vec<LoginEvent>> {
    let second = prop_oneof![0..2000_u64, 0..5_000_000_u64];
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Failure)];
    vec((second, outcome, countries()), 0..most).prop_map(|parts| {
        let numbered = parts.into_iter().enumerate();
        numbered
            .map(|(id, (second, outcome, country))| event(id, second, outcome, country))
            .collect()
    })
}

fn observe_all(history: &mut History, events: &[LoginEvent]) -> Vec<Signal> {
    let rules = Rules::default();
    let each = |event| observe(history, event, &rules);
    events.iter().flat_map(each).collect()
}

/// Failures at these seconds, in this order, and the bursts that were signalled.
fn bursts(seconds: &[u64]) -> Vec<Signal> {
    let failures: Vec<LoginEvent> = seconds
        .iter()
        .enumerate()
        .map(|(id, second)| event(id, *second, Outcome::Failure, None))
        .collect();
    observe_all(&mut History::default(), &failures)
}

/// Whether five of them stand within ten minutes, found the plain way.
fn has_burst(seconds: &[u64]) -> bool {
    let mut sorted = seconds.to_vec();
    sorted.sort_unstable();
    sorted.windows(5).any(|five| five[4] - five[0] <= WINDOW)
}

proptest! {
    #[test]
    fn replaying_a_batch_changes_nothing(events in batch(200)) {
        let mut history = History::default();
        observe_all(&mut history, &events);
        let before = history.clone();
        prop_assert_eq!(observe_all(&mut history, &events), []);
        prop_assert_eq!(history, before);
    }

    #[test]
    fn the_order_within_the_window_does_not_matter(
        (sorted, shuffled) in vec(0..=WINDOW, 0..40).prop_flat_map(|mut seconds| {
            seconds.sort_unstable();
            (Just(seconds.clone()), Just(seconds).prop_shuffle())
        })
    ) {
        let signals = bursts(&shuffled);
        prop_assert_eq!(signals.len(), usize::from(sorted.len() >= 5));
        prop_assert_eq!(signals, bursts(&sorted));
    }

    #[test]
    fn a_burst_is_signalled_exactly_when_there_is_one(seconds in vec(0..8000_u64, 0..60)) {
        prop_assert_eq!(!bursts(&seconds).is_empty(), has_burst(&seconds));
    }

    #[test]
    fn after_a_yes_only_what_fails_later_makes_a_burst(
        before in vec(0..4000_u64, 0..40),
        after in vec(0..4000_u64, 0..40),
    ) {
        let mut history = History::default();
        let each = |offset: usize, seconds: &[u64]| -> Vec<LoginEvent> {
            let numbered = seconds.iter().enumerate();
            numbered.map(|(id, second)| event(offset + id, *second, Outcome::Failure, None)).collect()
        };
        observe_all(&mut history, &each(0, &before));
        history.settle(Time(i64::MAX));
        let settled = before.iter().max();
        let new: Vec<u64> = after.iter().copied().filter(|at| settled.is_none_or(|last| at > last)).collect();
        let signals = observe_all(&mut history, &each(1000, &after));
        prop_assert_eq!(!signals.is_empty(), has_burst(&new));
    }

    #[test]
    fn a_history_never_exceeds_its_size(events in batch(250)) {
        let mut history = History::default();
        observe_all(&mut history, &events);
        let stored = serde_json::to_string(&history).expect("json");
        prop_assert!(stored.len() <= History::MAX_JSON, "{}", stored.len());
    }

    #[test]
    fn a_history_comes_back_from_json_as_it_was(events in batch(120)) {
        let mut history = History::default();
        observe_all(&mut history, &events);
        let stored = serde_json::to_string(&history).expect("json");
        let mut back: History = serde_json::from_str(&stored).expect("a history");
        prop_assert_eq!(&back, &history);
        let next = [event(9999, 5_000_001, Outcome::Success, Country::parse("SE").ok())];
        prop_assert_eq!(observe_all(&mut back, &next), observe_all(&mut history, &next));
    }

    #[test]
    fn any_text_is_read_or_refused_without_repeating_it(line in "\\PC{0,80}") {
        if let Err(error) = watch::parse_line(&line) {
            prop_assert!(line.len() < 12 || !error.to_string().contains(&line));
        }
    }
}

#[test]
fn a_history_filled_to_every_cap_stays_under_its_size() {
    let mut history = History::default();
    let mut id = 0;
    for a in 'A'..='Y' {
        for b in 'A'..='W' {
            let country = Country::parse(&format!("{a}{b}")).ok();
            let second = u64::try_from(id).expect("small") * 1000;
            for step in 0..5 {
                id += 1;
                let failure = event(id, second + step, Outcome::Failure, None);
                observe_all(&mut history, &[failure]);
            }
            let success = event(id, second + 6, Outcome::Success, country);
            observe_all(&mut history, &[success]);
        }
    }
    let stored = serde_json::to_string(&history).expect("json");
    println!("the fullest history has {} bytes", stored.len());
    assert!(stored.len() > 8 * 1024, "{}", stored.len());
    assert!(stored.len() <= History::MAX_JSON, "{}", stored.len());
}
