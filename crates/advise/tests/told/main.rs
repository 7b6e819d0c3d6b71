//! What a rep may type and what not: two tables, and how often the reading is wrong on each.

mod given_away;
mod ordinary;

use advise::Reading;
use given_away::GIVEN_AWAY;
use ordinary::ORDINARY;
use words::FieldKind::{self, Address, Card, Date, Email, Number, Phone, Receipt, Text};

/// The values of one made-up account, each with a name for the tables.
const VALUES: [(&str, FieldKind, &str); 16] = [
    ("uk", Address, "8 Lantern Row, Thimbleford ZZ4 2RV"),
    (
        "flat",
        Address,
        "Flat 5, 112 Marmalade Hill, Cogcombe ZZ3 8MK",
    ),
    (
        "us",
        Address,
        "2417 N Copperkettle Avenue, Apt 4B, Cogville, IL 62701",
    ),
    ("de", Address, "Uhrwerkstraße 31, 00412 Federstedt"),
    (
        "fr",
        Address,
        "12 bis rue de la Clochette\n00750 Ville-Horloge",
    ),
    ("box", Address, "P.O. Box 4417, Spindlemouth ZZ1 7PM"),
    ("born", Date, "1990-01-02"),
    ("mobile", Phone, "+44 7700 900042"),
    ("landline", Phone, "+1 202 555 0142"),
    ("email", Email, "robin.vale@mail.example.net"),
    ("other email", Email, "rvale1990@post.example.org"),
    ("card", Card, "Visa 4242"),
    (
        "order",
        Text,
        "2 × Copperkettle clock, 1 × Brass button polish, 2026-10-02",
    ),
    ("user name", Text, "rvale_gizmo"),
    ("receipt", Receipt, "7K2P-99XX-QW3E-TT81"),
    ("total", Number, "1,284.50"),
];

fn value(name: &str) -> (FieldKind, &'static str) {
    VALUES
        .iter()
        .find(|(known, ..)| *known == name)
        .map_or_else(
            || panic!("no value is called {name}"),
            |(_, kind, value)| (*kind, *value),
        )
}

fn percent(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    100.0 * number(part) / number(whole)
}

#[test]
fn a_value_is_found_however_it_is_told() {
    assert!(GIVEN_AWAY.len() >= 60);
    let missed: Vec<_> = GIVEN_AWAY
        .iter()
        .filter(|(name, text)| {
            let (kind, value) = value(name);
            !Reading::of(text).holds(value, kind)
        })
        .collect();
    println!(
        "told: {} lines, missed {} ({:.1} %)",
        GIVEN_AWAY.len(),
        missed.len(),
        percent(missed.len(), GIVEN_AWAY.len())
    );
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn ordinary_replies_hold_nothing() {
    assert!(ORDINARY.len() >= 60);
    let mut alarms = Vec::new();
    for text in ORDINARY {
        let reading = Reading::of(text);
        let found = VALUES
            .iter()
            .find(|(_, kind, value)| reading.holds(value, *kind));
        alarms.extend(found.map(|(name, ..)| (name, text)));
    }
    println!(
        "ordinary: {} lines, false alarms {} ({:.1} %)",
        ORDINARY.len(),
        alarms.len(),
        percent(alarms.len(), ORDINARY.len())
    );
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn what_is_told_has_the_shape_of_its_kind() {
    let shaped: Vec<_> = GIVEN_AWAY
        .iter()
        .map(|(name, text)| (value(name).0, text))
        .filter(|(kind, _)| matches!(kind, Address | Date | Phone | Email | Card))
        .collect();
    let unlike: Vec<_> = shaped
        .iter()
        .filter(|(kind, text)| !Reading::of(text).looks_like().contains(kind))
        .collect();
    println!(
        "told: {} lines of a kind with a shape, without it {} ({:.1} %)",
        shaped.len(),
        unlike.len(),
        percent(unlike.len(), shaped.len())
    );
    println!("{unlike:#?}");
    assert!(percent(unlike.len(), shaped.len()) <= 10.0);
}

#[test]
fn ordinary_replies_look_like_nothing() {
    let alarms: Vec<_> = ORDINARY
        .iter()
        .map(|text| (Reading::of(text).looks_like(), text))
        .filter(|(kinds, _)| !kinds.is_empty())
        .collect();
    println!(
        "ordinary: {} lines, with a shape {} ({:.1} %)",
        ORDINARY.len(),
        alarms.len(),
        percent(alarms.len(), ORDINARY.len())
    );
    println!("{alarms:#?}");
    assert!(percent(alarms.len(), ORDINARY.len()) <= 3.0);
}

#[test]
fn parts_that_tell_nothing_are_not_held() {
    for (name, text) in [
        ("uk", "Thimbleford"),
        ("uk", "Is it Thimbleford you live in?"),
        ("uk", "8"),
        ("uk", "Number 8 is on its way"),
        ("uk", "18 Lantern bulbs"),
        ("flat", "Flat 5"),
        ("us", "Illinois, Cogville"),
        ("us", "order 62701"),
        ("de", "Federstedt, Nummer 31"),
        ("born", "We ship on 2 January."),
        ("born", "in 1990"),
        ("mobile", "7700"),
        ("mobile", "900042"),
        ("email", "Robin Vale"),
        ("email", "mail.example.net"),
        ("card", "order 4242"),
        ("card", "Your Visa card"),
        ("card", "The card was charged 42.42"),
        ("user name", "gizmo"),
        ("receipt", "7K2P"),
        ("total", "1,284"),
    ] {
        let (kind, value) = value(name);
        assert!(!Reading::of(text).holds(value, kind), "{text}");
    }
}

#[test]
fn a_document_and_an_empty_value_are_never_held() {
    let reading = Reading::of("invoice-10442.pdf and all else");
    assert!(!reading.holds("invoice-10442.pdf", FieldKind::Document));
    for kind in FieldKind::ALL {
        assert!(!reading.holds("", *kind));
        assert!(!reading.holds(" - ", *kind));
    }
}

#[test]
fn a_reading_prints_nothing() {
    assert_eq!(format!("{:?}", Reading::of("8 Lantern Row")), "Reading");
}
