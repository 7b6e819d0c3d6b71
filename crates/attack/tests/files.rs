//! The scenario files: all that ship can be used, every incident has one, and mistakes are told with
//! file and line.

use attack::{
    act::VERBS,
    incidents::{INCIDENTS, PENDING},
    outcome::Outcome,
    scenario::{Kind, Scenario},
    shipped::{self, FILES},
};
use std::{collections::BTreeSet, path::Path};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))
}

#[test]
fn every_scenario_that_ships_can_be_used_and_is_named_as_its_file() {
    for (file, text) in FILES {
        let one = Scenario::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(&format!("{}.toml", one.name), file);
        assert!(!one.steps.is_empty(), "{file}");
        if one.kind == Kind::Attack {
            assert!(!one.source.is_empty() && !one.date.is_empty(), "{file}");
            assert!(!one.got.is_empty() && !one.rules.is_empty(), "{file}");
        }
        assert!(
            one.rules.iter().all(|rule| (1..=9).contains(rule)),
            "{file}"
        );
    }
}

#[test]
fn every_file_of_the_folder_ships_and_can_be_read_from_there() {
    let there: BTreeSet<String> = Scenario::folder(folder())
        .expect("the folder")
        .into_iter()
        .map(|one| one.name)
        .collect();
    let shipped: BTreeSet<String> = FILES
        .iter()
        .map(|(file, _)| file.trim_end_matches(".toml").to_owned())
        .collect();
    assert_eq!(there, shipped);
}

#[test]
fn every_incident_is_played_or_pending_and_a_missing_one_is_told() {
    let all = shipped::all().expect("scenarios");
    assert_eq!(shipped::missing(INCIDENTS, &all), Vec::<&str>::new());
    let mut more = INCIDENTS.to_vec();
    more.push("a-new-one");
    assert_eq!(shipped::missing(&more, &all), ["a-new-one"]);
    let fewer: Vec<Scenario> = all
        .iter()
        .filter(|one| one.incident != "krebs")
        .cloned()
        .collect();
    assert_eq!(shipped::missing(INCIDENTS, &fewer), ["krebs"]);
    for one in &all {
        assert!(INCIDENTS.contains(&one.incident.as_str()), "{}", one.name);
    }
}

#[test]
fn nothing_is_both_pending_and_played() {
    let all = shipped::all().expect("scenarios");
    for one in PENDING {
        assert!(INCIDENTS.contains(&one.incident), "{}", one.incident);
        assert!(all.iter().all(|played| played.incident != one.incident));
    }
}

#[test]
fn there_are_at_least_twelve_honest_twins_and_each_step_that_counts_is_checked() {
    let all = shipped::all().expect("scenarios");
    let twins: Vec<&Scenario> = all.iter().filter(|one| one.kind == Kind::Twin).collect();
    assert!(twins.len() >= 12, "{}", twins.len());
    for twin in twins {
        let last = twin.steps.last().expect("a step");
        assert!(
            !last.expect.is_empty(),
            "{} doesn't check how it ends",
            twin.name
        );
    }
}

#[test]
fn what_is_to_be_tried_is_never_let_off_as_not_understood() {
    for one in shipped::all().expect("scenarios") {
        for step in one.steps.iter().filter(|step| step.expect.len() > 1) {
            let let_off = step.expect.contains(&Outcome::Bad);
            assert!(!let_off, "{}:{}", one.name, step.line);
        }
    }
}

#[test]
fn the_channel_that_is_stood_in_for_is_said() {
    for one in shipped::all().expect("scenarios") {
        assert_eq!(one.stand_in.is_some(), one.happened_on != one.played_on);
    }
}

/// A scenario with that step.
fn with(step: &str) -> String {
    format!(
        "name = \"x\"\nkind = \"attack\"\nincident = \"krebs\"\ntitle = \"t\"\nhappened_on = \"phone\"\n\
         played_on = \"phone\"\nknows = []\n\n[[step]]\n{step}\n"
    )
}

fn error_of(text: &str) -> String {
    Scenario::parse("x.toml", text)
        .expect_err("a mistake")
        .to_string()
}

#[test]
fn an_unknown_verb_is_told_with_file_and_line() {
    let error = error_of(&with("says = \"hello\"\ndo = \"bribe the rep\""));
    assert!(
        error.starts_with("x.toml:11: `bribe` is no verb"),
        "{error}"
    );
    for verb in VERBS {
        assert!(error.contains(verb), "{verb}");
    }
}

#[test]
fn other_mistakes_are_told_with_their_line_too() {
    for (step, line, words) in [
        ("do = \"request\"", 10, "is not of the form `request KIND"),
        ("do = \"call now\"", 10, "is not of the form `call`"),
        (
            "do = \"call\"\nexpect = \"victory\"",
            11,
            "`victory` is nothing to expect",
        ),
        ("do = \"call\"\nby = \"burglar\"", 11, "`burglar` is nobody"),
        ("do = \"call\"\ntimes = 1000", 10, "`times` is between"),
        (
            "do = \"call\"\nshouts = \"hey\"",
            11,
            "unknown field `shouts`",
        ),
        (
            "do = \"note {password}\"",
            10,
            "`{password}` stands for nothing",
        ),
        (
            "do = \"open https://elsewhere.example/\"",
            10,
            "is no path of the desk",
        ),
        ("do = \"owner presses perhaps\"", 10, "the owner"),
        ("do = \"owner tells lies\"", 10, "the owner"),
        ("do = \"agree now\"", 10, "is not of the form `agree`"),
        (
            "do = \"system adds\"",
            10,
            "is not of the form `system adds EMAIL`",
        ),
        ("do = \"api STEAL accounts\"", 10, "is not of the form `api"),
    ] {
        let error = error_of(&with(step));
        let begin = format!("x.toml:{line}: ");
        assert!(
            error.starts_with(&begin) && error.contains(words),
            "{error}"
        );
    }
    let stand_in =
        with("do = \"call\"").replace("happened_on = \"phone\"", "happened_on = \"chat\"");
    assert!(error_of(&stand_in).starts_with("x.toml:5: it is played on another channel"));
    let knows = with("do = \"call\"").replace("knows = []", "knows = [\"the weather\"]");
    assert!(error_of(&knows).starts_with("x.toml:7: nobody can know"));
}
