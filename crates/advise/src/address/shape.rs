//! What looks like a postal address, whoever's it is.

use super::{
    mixed_code, names_a_code,
    parse::{is_box, is_loose},
};
use crate::{
    everyday::{greets, is_everyday, names_a_number},
    reading::Reading,
    street::{self, Way},
    token::{Gap, Kind, Token},
};

pub(crate) fn looks_like(reading: &Reading) -> bool {
    (0..reading.tokens.len()).any(|at| {
        let token = &reading.tokens[at];
        if token.is_number() {
            numbered_street(reading, at)
                || is_box(&reading.tokens, at)
                || is_code(reading, at)
                || is_flat(reading, at)
                || is_announced(reading, at)
                || mixed_code(&reading.tokens[at..])
                    .is_some_and(|length| reading.after(at + length, 1).any(is_plain))
        } else {
            street_of(reading, at)
                || led_street(reading, at)
                || (token.text.len() <= 2 && code_of_letters(reading, at))
        }
    })
}

/// A word that replies aren't made of.
fn is_plain(token: &Token) -> bool {
    token.kind == Kind::Word && token.text.chars().count() >= 3 && !is_everyday(&token.text)
}

/// An everyday word that streets are named by.
fn names_streets(token: &Token) -> bool {
    token.kind == Kind::Ordinal
        || matches!(
            token.text.as_str(),
            "black"
                | "church"
                | "city"
                | "court"
                | "cross"
                | "field"
                | "garden"
                | "gold"
                | "green"
                | "high"
                | "hill"
                | "king"
                | "long"
                | "main"
                | "market"
                | "mill"
                | "new"
                | "north"
                | "old"
                | "orange"
                | "park"
                | "power"
                | "red"
                | "school"
                | "south"
                | "spring"
                | "station"
                | "summer"
                | "town"
                | "water"
                | "west"
                | "east"
                | "white"
                | "wood"
        )
}

/// `8 Lantern Row`, `12 rue de Rivoli`, `12 Lindenstraße`.
fn numbered_street(reading: &Reading, at: usize) -> bool {
    let number = &reading.tokens[at];
    let other = reading
        .before(at, 1)
        .any(|token| names_a_number(&token.text));
    if other
        || number.digits.len() > 5
        || number.gap.has(Gap::MONEY)
        || reading.gap_after(at).has(Gap::MONEY | Gap::END)
    {
        return false;
    }
    let (mut named, mut plain) = (false, true);
    for (distance, token) in reading.after(at + 1, 6).enumerate() {
        if reading.ends_sentence(at + distance) || token.is_number() {
            return false;
        }
        let way = street::way(&token.text);
        if named && (way == Some(Way::Strong) || (way == Some(Way::Weak) && plain)) {
            return true;
        }
        let leads = distance <= 1 && way == Some(Way::Strong);
        if leads && reading.after(at + 2 + distance, 3).any(is_plain) {
            return true;
        }
        if is_whole_street(token) {
            return true;
        }
        if is_plain(token) || names_streets(token) {
            named = true;
            plain &= is_plain(token) || token.capital;
        } else if !(is_between(token) || street::is_unit(&token.text)) {
            return false;
        }
    }
    false
}

/// What may stand between a house's number and its street: `8 N. Lantern Row`, `8 on Lantern Row`.
fn is_between(token: &Token) -> bool {
    (is_loose(token) && token.text.len() <= 2) || matches!(token.text.as_str(), "on" | "the")
}

/// `Villacher Strasse 89`, `Lantern Street`, `Lantern Row`, `Lindenstraße`.
fn street_of(reading: &Reading, at: usize) -> bool {
    let token = &reading.tokens[at];
    let numbered = house_number_at(reading, at + 1);
    let whole = street::is_whole(&token.text) && is_plain(token);
    if is_whole_street(token) || (whole && numbered) {
        return true;
    }
    let (Some(way), Some(before)) = (street::way(&token.text), at.checked_sub(1)) else {
        return false;
    };
    let (before, name) = (&reading.tokens[before], before);
    if !token.gap.only(Gap::SPACE | Gap::DASH | Gap::DOT) || token.gap.len > 2 {
        return false;
    }
    // A person can be called so too: `Dear Mina Lane`.
    let person = reading.before(name, 2).any(|token| greets(&token.text));
    match way {
        Way::Strong => (is_plain(before) && !person) || (names_streets(before) && numbered),
        Way::Weak => {
            let alone = before.capital && token.capital && is_never_a_name(&token.text);
            is_plain(before) && (numbered || (alone && !person))
        }
    }
}

/// Whether a number that could be a house's stands at a token.
fn house_number_at(reading: &Reading, at: usize) -> bool {
    reading.tokens.get(at).is_some_and(|next| {
        next.is_number() && next.digits.len() <= 4 && next.gap.len <= 2 && !next.gap.has(Gap::MONEY)
    })
}

/// `rue de la Clochette`, `Via Roma 131`, `ul. Zamkowa 33`.
fn led_street(reading: &Reading, at: usize) -> bool {
    let token = &reading.tokens[at];
    if !street::leads(&token.text) {
        return false;
    }
    let strong = street::way(&token.text) == Some(Way::Strong);
    let mut named = false;
    for next in at + 1..at + 6 {
        let Some(word) = reading.tokens.get(next) else {
            break;
        };
        if named && house_number_at(reading, next) {
            return true;
        }
        if reading.ends_sentence(next - 1) || !word.is_word() {
            break;
        }
        named |= is_plain(word);
        if !is_plain(word) && !is_loose(word) {
            break;
        }
    }
    named && strong
}

/// `Apt. 4B`, `Wohnung 12`.
fn is_flat(reading: &Reading, at: usize) -> bool {
    let flat = |word: &str| matches!(word, "apt" | "apartment" | "suite" | "wohnung" | "whg");
    reading.before(at, 1).any(|token| flat(&token.text))
        && reading.tokens[at].digits.len() <= 4
        && !reading.tokens[at].gap.has(Gap::MONEY)
}

/// A number beside a telling word where the text speaks of an address: `lives at 8 lantern`.
fn is_announced(reading: &Reading, at: usize) -> bool {
    let number = &reading.tokens[at];
    let speaks = |token: &Token| {
        matches!(
            token.text.as_str(),
            "address"
                | "addresses"
                | "adresse"
                | "anschrift"
                | "live"
                | "lives"
                | "living"
                | "resides"
                | "wohnen"
                | "wohnhaft"
                | "wohnt"
        )
    };
    // Neither `six dots` nor `1,700 workers`.
    let in_digits = number.end - number.start == number.digits.len();
    let is_part = |at: Option<usize>| {
        at.and_then(|at| reading.tokens.get(at))
            .is_some_and(Token::is_number)
    };
    if !in_digits || is_part(at.checked_sub(1)) || is_part(Some(at + 1)) {
        return false;
    }
    let beside = |at: Option<usize>| {
        at.and_then(|at| reading.tokens.get(at))
            .is_some_and(is_plain)
    };
    number.digits.len() <= 5
        && !number.gap.has(Gap::MONEY)
        && !reading
            .before(at, 2)
            .any(|token| names_a_number(&token.text))
        && reading.before(at, 10).any(speaks)
        && ((beside(at.checked_sub(1)) && number.gap.only(Gap::SPACE))
            || (beside(Some(at + 1)) && reading.gap_after(at).only(Gap::SPACE | Gap::COMMA)))
}

/// Kinds of ways that are nobody's family name.
fn is_never_a_name(word: &str) -> bool {
    matches!(
        word,
        "close"
            | "gardens"
            | "mews"
            | "place"
            | "quay"
            | "row"
            | "square"
            | "steps"
            | "wharf"
            | "yard"
    )
}

fn is_whole_street(token: &Token) -> bool {
    ["strasse", "straat", "gasse"].iter().any(|end| {
        token
            .text
            .strip_suffix(end)
            .is_some_and(|stem| stem.len() >= 4)
    })
}

/// `ZZ4 2RV`, `IL 62701`.
fn code_of_letters(reading: &Reading, at: usize) -> bool {
    let token = &reading.tokens[at];
    if mixed_code(&reading.tokens[at..]).is_some() {
        return true;
    }
    // Some are words as well.
    let word = matches!(
        token.text.as_str(),
        "al" | "co"
            | "de"
            | "hi"
            | "id"
            | "in"
            | "la"
            | "ma"
            | "me"
            | "ms"
            | "oh"
            | "ok"
            | "or"
            | "pa"
    );
    street::is_state(&token.text)
        && (token.capital || !word)
        && reading.tokens.get(at + 1).is_some_and(|next| {
            next.is_number()
                && next.digits.len() == 5
                && next.gap.len <= 2
                && next.gap.only(Gap::SPACE)
        })
}

/// A postcode of digits: announced as one, or with a name after it.
fn is_code(reading: &Reading, at: usize) -> bool {
    let token = &reading.tokens[at];
    if reading
        .before(at, 2)
        .any(|token| names_a_number(&token.text))
    {
        return false;
    }
    let spelled = |length| reading.number_of(at, length).is_some();
    let announced = reading.before(at, 5).any(|token| names_a_code(&token.text));
    let length = token.digits.len();
    let named = (5..=6).contains(&length)
        && !token.gap.has(Gap::MONEY | Gap::HASH)
        && reading
            .tokens
            .get(at + 1)
            .is_some_and(|next| is_plain(next) && next.capital && next.gap.only(Gap::SPACE));
    let alone = length == 5 && reading.is_brief() && reading.digits.len() == 5;
    (announced && (4..=6).any(spelled)) || named || alone
}
