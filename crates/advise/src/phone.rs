//! Phone numbers, national or international, in digits or in words.
//!
//! The last seven digits tell a number whatever code stands before them, so they are looked for
//! in all digits of the text, one after the other, whatever stands between: in ordinary replies
//! seven digits meet by chance about once in ten million. Two to six digits count where the text
//! says that they are a phone number's last.

use crate::{
    card::{is_card_word, is_last},
    date,
    everyday::names_a_number,
    reading::Reading,
    secret::card_numbers,
    token::{Gap, Token},
};

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let value = Reading::of(value).digits.clone();
    let Some(start) = value.len().checked_sub(7) else {
        return false;
    };
    reading.digits.contains(&value[start..])
        || last_digits(reading)
            .iter()
            .any(|digits| value.ends_with(digits.as_str()))
}

pub(crate) fn looks_like(reading: &Reading) -> bool {
    if !last_digits(reading).is_empty() {
        return true;
    }
    let mut other = date::begins(reading);
    for card in card_numbers(reading) {
        other[card.tokens.start] = true;
    }
    let runs = reading.runs();
    runs.iter()
        .filter(|run| !run.iter().any(|at| other[*at]))
        .any(|run| is_phone(reading, run))
}

/// Digits said to be the last of a phone number.
fn last_digits(reading: &Reading) -> Vec<String> {
    let mut out = Vec::new();
    for run in reading.runs() {
        let (Some(&first), digits) = (run.first(), digits_of(reading, &run)) else {
            continue;
        };
        let near = |token: &Token| is_phone_word(&token.text);
        if (2..=6).contains(&digits.len())
            && is_last(reading, first)
            && (reading.before(first, 10).any(near) || reading.after(first + 1, 4).any(near))
            && !reading
                .before(first, 4)
                .any(|token| is_card_word(&token.text))
        {
            out.push(digits);
        }
    }
    out
}

fn digits_of(reading: &Reading, run: &[usize]) -> String {
    run.iter()
        .map(|at| reading.tokens[*at].digits.as_str())
        .collect()
}

fn is_phone(reading: &Reading, run: &[usize]) -> bool {
    let (Some(&first), Some(&last)) = (run.first(), run.last()) else {
        return false;
    };
    let digits = digits_of(reading, run);
    let token = &reading.tokens[first];
    let numbered = token.gap.has(Gap::HASH | Gap::MONEY)
        || reading.gap_after(last).has(Gap::MONEY)
        || (token.is_glued() && first > 0 && reading.tokens[first - 1].is_word())
        || reading
            .before(first, 2)
            .any(|token| names_a_number(&token.text));
    if !(7..=17).contains(&digits.len()) || numbered {
        return false;
    }
    let named = reading
        .before(first, 6)
        .any(|token| is_phone_word(&token.text))
        || reading
            .after(last + 1, 3)
            .any(|token| is_phone_word(&token.text));
    let spoken = run.iter().filter(|at| {
        let token = &reading.tokens[**at];
        token.end - token.start > token.digits.len()
    });
    let international =
        token.gap.has(Gap::PLUS) || (digits.starts_with("00") && digits.len() >= 10);
    let national = digits.starts_with('0') && digits.len() >= 9;
    let groups: Vec<usize> = run
        .iter()
        .map(|at| reading.tokens[*at].digits.len())
        .collect();
    let even = run[1..].iter().all(|at| {
        reading.tokens[*at]
            .gap
            .only(Gap::SPACE | Gap::DASH | Gap::DOT | Gap::SLASH | Gap::OPEN | Gap::CLOSE)
    });
    let grouped = even
        && (digits.len() >= 9 && groups.len() >= 3 && groups.iter().all(|group| *group <= 5)
            || token.gap.has(Gap::OPEN) && groups.len() >= 2
            || groups == [3, 4] && reading.tokens[last].gap.has(Gap::DASH));
    named || international || national || grouped || spoken.count() >= 5
}

fn is_phone_word(word: &str) -> bool {
    matches!(
        word,
        "call"
            | "cell"
            | "fax"
            | "festnetz"
            | "handy"
            | "handynummer"
            | "landline"
            | "mobil"
            | "mobile"
            | "mobilnummer"
            | "phone"
            | "reach"
            | "ring"
            | "rufnummer"
            | "telefon"
            | "telefonnummer"
            | "telephone"
            | "tel"
            | "text"
            | "whatsapp"
            | "dial"
            | "sms"
    )
}
