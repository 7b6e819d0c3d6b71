//! Whether a text holds a part of an address that tells it.

use std::ops::Range;
use zeroize::Zeroizing;

use super::{
    names_a_code,
    parse::{Code, Postal, Street, is_box, is_loose, parse},
};
use crate::{everyday::names_a_number, reading::Reading, spoken, street, token::Token};

/// How far a number may stand from a street that is surely one, in words.
const FAR: usize = 8;
/// How far from a bare name.
const NEAR: usize = 1;
/// How far from a name that is an everyday word.
const BESIDE: usize = 0;

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let postal = parse(&Reading::of(value));
    postal
        .streets
        .iter()
        .any(|street| holds_street(reading, street))
        || postal
            .codes
            .iter()
            .any(|code| holds_code(reading, code, &postal))
        || holds_box(reading, &postal)
}

fn holds_street(reading: &Reading, street: &Street) -> bool {
    let name = Zeroizing::new(street.name.concat());
    let full = |place: &Range<usize>| {
        let way = street.way.as_deref();
        let leads = street.way_leads && before(reading, place.start) == way;
        way.is_some() && (key(reading, place.end) == way || leads)
    };
    // A name with its kind in one word: `lindenstrasse`.
    let whole = street.way.is_none() && street.name.iter().any(|key| is_whole_key(key));
    let enough = |place: Range<usize>, sure: bool| {
        if sure {
            street.distinctive || has_number(reading, street, &place, FAR)
        } else if street.distinctive {
            has_number(reading, street, &place, NEAR)
        } else {
            // `Markt 84`
            street.way.is_none() && has_number(reading, street, &place, BESIDE)
        }
    };
    if reading
        .places(&name, is_loose)
        .any(|place| enough(place.clone(), whole || full(&place)))
    {
        return true;
    }
    if let Some(way) = &street.way {
        let joined = Zeroizing::new(format!("{}{way}", *name));
        return reading
            .places(&joined, is_loose)
            .any(|place| enough(place, true));
    }
    // Where the name ends can't be told without a kind: `8 Lantern Bottom Thimbleford`.
    let count = street.name.len();
    let two = match count {
        0..=2 => return false,
        _ if street.number_first => Zeroizing::new(street.name[..2].concat()),
        _ => Zeroizing::new(street.name[count - 2..].concat()),
    };
    reading
        .places(&two, is_loose)
        .any(|place| has_number(reading, street, &place, NEAR))
}

/// Whether the house's number stands within `reach` words of the street.
fn has_number(reading: &Reading, street: &Street, place: &Range<usize>, reach: usize) -> bool {
    let ends_at = |at: usize, number: &str| {
        let mut rest = number;
        for token in reading.tokens[..=at].iter().rev() {
            match rest.strip_suffix(token.digits.as_str()) {
                Some(left) if !token.digits.is_empty() => rest = left,
                _ => return false,
            }
            if rest.is_empty() {
                return true;
            }
        }
        false
    };
    let begins_at = |at: usize, number: &str| {
        !reading.tokens[at].digits.is_empty()
            && reading
                .number_of(at, number.len())
                .is_some_and(|(digits, _)| digits == number)
    };
    let is_other = |at: usize| {
        reach <= NEAR
            && reading
                .before(at, 1)
                .any(|token| names_a_number(&token.text))
    };
    street.numbers.iter().any(|number| {
        if reach == BESIDE && number.len() < 2 {
            return false;
        }
        let mut left = reach;
        for at in (0..place.start).rev() {
            if ends_at(at, number) && !is_other(at) {
                return true;
            }
            if left == 0 || (reach <= NEAR && reading.ends_sentence(at)) {
                break;
            }
            left -= usize::from(!is_loose(&reading.tokens[at]));
        }
        let mut left = reach;
        for at in place.end..reading.tokens.len() {
            if reach <= NEAR && reading.ends_sentence(at - 1) {
                break;
            }
            if begins_at(at, number) {
                return true;
            }
            if left == 0 {
                break;
            }
            left -= usize::from(!is_loose(&reading.tokens[at]));
        }
        false
    })
}

fn holds_code(reading: &Reading, code: &Code, postal: &Postal) -> bool {
    reading.places(&code.key, is_filler).any(|place| {
        let announced = reading
            .before(place.start, 5)
            .any(|token| names_a_code(&token.text));
        let numbered = reading
            .before(place.start, 2)
            .any(|token| names_a_number(&token.text));
        let after_state =
            place.start > 0 && street::is_state(&reading.tokens[place.start - 1].text);
        code.mixed
            || announced
            || (code.key.len() >= 5
                && !numbered
                && (after_state || (reading.is_brief() && reading.digits.len() <= 9)))
            || postal
                .towns
                .iter()
                .any(|town| has_town(reading, town, &place))
    })
}

/// Whether a town stands within three words of a postcode.
fn has_town(reading: &Reading, town: &str, place: &Range<usize>) -> bool {
    let mut after = place.end..=place.end + 3;
    let mut before = place.start.saturating_sub(9)..place.start;
    town.len() >= 3
        && (after.any(|start| reading.spells(start, town, is_loose).is_some())
            || before.any(|start| {
                reading
                    .spells(start, town, is_loose)
                    .is_some_and(|found| found.end <= place.start && place.start - found.end <= 3)
            }))
}

fn holds_box(reading: &Reading, postal: &Postal) -> bool {
    postal.boxes.iter().any(|number| {
        (1..reading.tokens.len()).any(|at| {
            is_box(&reading.tokens, at)
                && !reading.tokens[at].digits.is_empty()
                && reading
                    .number_of(at, number.len())
                    .is_some_and(|(digits, _)| digits == *number)
        })
    })
}

fn key(reading: &Reading, at: usize) -> Option<&str> {
    reading.tokens.get(at).map(|token| token.key.as_str())
}

/// The key of the last word before a token that isn't loose: `rue` in `rue de la Paix`.
fn before(reading: &Reading, at: usize) -> Option<&str> {
    let words = reading.before(at, 4);
    words
        .into_iter()
        .find(|token| !is_loose(token))
        .map(|token| token.key.as_str())
}

/// Whether a key is of a street in one word.
fn is_whole_key(key: &str) -> bool {
    [
        "st", "allee", "gasse", "pl", "damm", "ufer", "weg", "gatan", "katu", "laan",
    ]
    .iter()
    .any(|end| key.strip_suffix(end).is_some_and(|stem| stem.len() >= 4))
}

fn is_filler(token: &Token) -> bool {
    token.is_word() && spoken::is_filler(&token.text)
}
