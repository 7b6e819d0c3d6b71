//! False alarms and finds on texts that others wrote, in the folder that `STAUNCH_TEXTS` names:
//! `banking77_train.csv` (honest questions) and `presidio_synth_v2.json` (sentences with the
//! places of personal data in them), `persuasionforgood_folds/` (chat of people with people).

use advise::{Reading, SecretKind, secrets};
use serde_json::Value;
use std::path::PathBuf;
use words::FieldKind::{self, Address, Card, Date, Email, Number, Phone, Text};

const VALUES: [(FieldKind, &str); 12] = [
    (Address, "8 Lantern Row, Thimbleford ZZ4 2RV"),
    (Address, "112 Main Street, Springfield, IL 62701"),
    (Address, "1 Bank Street, London"),
    (Address, "24 Card Lane, Transferton"),
    (Address, "Hauptstraße 5, 10115 Berlin"),
    (Date, "1990-01-02"),
    (Phone, "+44 7700 900042"),
    (Email, "robin.vale@mail.example.net"),
    (Card, "Visa 1000"),
    (Number, "100.00"),
    (Text, "martin"),
    (Text, "2 × Copperkettle clock, 2026-10-02"),
];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("STAUNCH_TEXTS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: STAUNCH_TEXTS names no folder with texts");
    }
    folder
}

fn percent(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    100.0 * number(part) / number(whole.max(1))
}

fn tell(what: &str, part: usize, whole: usize) -> f64 {
    let share = percent(part, whole);
    println!("{what}: {part} of {whole} ({share:.2} %)");
    share
}

fn column(path: &std::path::Path, name: &str) -> Vec<String> {
    let mut rows = csv::Reader::from_path(path).expect("a table");
    let heads = rows.headers().expect("heads");
    let at = heads
        .iter()
        .position(|head| head == name)
        .expect("a column");
    rows.records()
        .map(|row| row.expect("a row").get(at).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn honest_questions_raise_few_false_alarms() {
    let Some(folder) = folder() else { return };
    count_alarms(
        "questions",
        &column(&folder.join("banking77_train.csv"), "text"),
    );
}

#[test]
fn chat_raises_few_false_alarms() {
    let Some(folder) = folder() else { return };
    let mut texts = Vec::new();
    for name in ["train0.csv", "test0.csv"] {
        texts.extend(column(
            &folder.join("persuasionforgood_folds").join(name),
            "Unit",
        ));
    }
    count_alarms("lines of chat", &texts);
}

fn count_alarms(what: &str, texts: &[String]) {
    let (mut held, mut shaped, mut secret) = (Vec::new(), Vec::new(), Vec::new());
    for text in texts {
        let reading = Reading::of(text);
        let kinds = reading.looks_like();
        if VALUES
            .iter()
            .any(|(kind, value)| reading.holds(value, *kind))
        {
            held.push(text);
        }
        if !kinds.is_empty() {
            shaped.push((kinds, text));
        }
        if !secrets(text).is_empty() {
            secret.push(text);
        }
    }
    println!("{held:#?}\n{shaped:#?}\n{secret:#?}");
    let all = texts.len();
    assert!(
        tell(
            &format!("{what} that hold one of twelve values"),
            held.len(),
            all
        ) <= 0.1
    );
    assert!(tell(&format!("{what} with a shape"), shaped.len(), all) <= 0.5);
    assert!(tell(&format!("{what} with a secret"), secret.len(), all) <= 0.1);
}

/// A sentence and the personal data in it.
struct Sentence {
    text: String,
    spans: Vec<(String, String)>,
}

fn sentences(folder: &std::path::Path) -> Vec<Sentence> {
    let bytes = std::fs::read(folder.join("presidio_synth_v2.json")).expect("the sentences");
    let all: Vec<Value> = serde_json::from_slice(&bytes).expect("JSON");
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    all.iter()
        .map(|one| Sentence {
            text: text(one, "full_text"),
            spans: one["spans"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|span| (text(span, "entity_type"), text(span, "entity_value")))
                .collect(),
        })
        .collect()
}

fn begins(value: &str, unit: &str) -> bool {
    value.to_lowercase().starts_with(unit)
}

/// Small letters without punctuation.
fn flat(text: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || "@.".contains(c) {
            c
        } else {
            ' '
        }
    };
    text.to_lowercase().chars().map(keep).collect()
}

#[test]
fn personal_data_of_others_is_found_in_its_own_sentence_only() {
    let Some(folder) = folder() else { return };
    let all = sentences(&folder);
    for (name, kind, least, shape_least) in [
        ("STREET_ADDRESS", Address, 95.0, 85.0),
        ("PHONE_NUMBER", Phone, 95.0, 90.0),
        ("EMAIL_ADDRESS", Email, 95.0, 95.0),
    ] {
        let (mut values, mut found, mut shaped, mut others, mut alarms) = (0, 0, 0, 0, 0);
        let (mut missed, mut unlike) = (Vec::new(), Vec::new());
        for (at, sentence) in all.iter().enumerate() {
            for (_, value) in sentence.spans.iter().filter(|(kind, _)| kind == name) {
                // The set calls a lone `Apt. 117` or `54005` an address too; these tell nothing.
                let letters = value.chars().filter(|c| c.is_alphabetic()).count();
                let digits = value.chars().filter(char::is_ascii_digit).count();
                let partial = kind == Address
                    && (letters == 0
                        || digits == 0
                        || ["apt", "suite"].iter().any(|unit| begins(value, unit)));
                if partial || (kind == Phone && digits < 7) {
                    continue;
                }
                values += 1;
                let reading = Reading::of(&flat(&sentence.text));
                if reading.holds(value, kind) {
                    found += 1;
                } else {
                    missed.push((value, &sentence.text));
                }
                if Reading::of(&sentence.text).looks_like().contains(&kind) {
                    shaped += 1;
                } else {
                    unlike.push(&sentence.text);
                }
                for other in all.iter().cycle().skip(at + 1).step_by(7).take(50) {
                    others += 1;
                    let same = other.text.contains(value.as_str());
                    alarms += usize::from(!same && Reading::of(&other.text).holds(value, kind));
                }
            }
        }
        println!("{missed:#?}\nwithout shape: {unlike:#?}");
        assert!(tell(&format!("{name} found in small letters"), found, values) >= least);
        assert!(tell(&format!("{name} with its shape"), shaped, values) >= shape_least);
        assert!(tell(&format!("{name} seen in other sentences"), alarms, others) <= 0.1);
    }
}

#[test]
fn card_numbers_of_others_are_found() {
    let Some(folder) = folder() else { return };
    let (mut cards, mut found, mut clean, mut alarms) = (0, 0, 0, 0);
    for sentence in sentences(&folder) {
        let has_card = sentence.spans.iter().any(|(kind, _)| kind == "CREDIT_CARD");
        let seen = secrets(&sentence.text);
        let card = seen
            .iter()
            .any(|secret| secret.kind == SecretKind::CardNumber);
        if has_card {
            cards += 1;
            found += usize::from(card);
            if !card {
                println!("missed: {}", sentence.text);
            }
        } else {
            clean += 1;
            alarms += usize::from(!seen.is_empty());
            if !seen.is_empty() {
                println!("{seen:?}: {}", sentence.text);
            }
        }
    }
    assert!(tell("card numbers found", found, cards) >= 95.0);
    assert!(tell("sentences without a card that hold a secret", alarms, clean) <= 1.0);
}
