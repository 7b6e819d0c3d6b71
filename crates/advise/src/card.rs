//! The last four digits of a payment card.
//!
//! Four digits alone are an order, a year or a price. They count as a card's where the text
//! speaks of a card (`card`, `Visa`, `Karte`…) within eight words before or four after, says that
//! they are the last (`ending in`, `last four`, `endet auf`), masks what stands before them
//! (`•••• 4242`), or says hardly anything else (`It's 4242.`, the answer to a question). They do
//! not count right after `order`, `invoice` and the like, before or after a currency or a time,
//! and as years or prices (`42.42`) only with a word like `ending` or right
//! after the card's name. A whole card number ends in its last four.

use crate::{
    everyday::names_a_number,
    reading::Reading,
    secret::card_numbers,
    token::{Gap, Token},
};

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let value = Reading::of(value);
    let fours: Vec<&str> = value
        .tokens
        .iter()
        .filter(|token| token.digits.len() == 4)
        .map(|token| token.digits.as_str())
        .collect();
    let last = value.digits.len().saturating_sub(4);
    let wanted = |digits: &str| {
        if fours.is_empty() {
            value.digits.len() >= 4 && digits == &value.digits[last..]
        } else {
            fours.contains(&digits)
        }
    };
    endings(reading).iter().any(|digits| wanted(digits))
}

pub(crate) fn looks_like(reading: &Reading) -> bool {
    !endings(reading).is_empty()
}

/// All groups of four digits that are said to be a card's.
fn endings(reading: &Reading) -> Vec<String> {
    let mut out: Vec<String> = card_numbers(reading)
        .into_iter()
        .map(|card| card.last_four)
        .collect();
    let brief = reading.is_brief() && reading.digits.len() == 4;
    for (at, token) in reading.tokens.iter().enumerate() {
        if !token.is_number() || token.digits.len() > 4 {
            continue;
        }
        if let Some((digits, end)) = reading.number_of(at, 4)
            && is_card(reading, at, end, &digits, brief)
        {
            out.push(digits);
        }
    }
    out
}

fn is_card(reading: &Reading, start: usize, end: usize, digits: &str, brief: bool) -> bool {
    let first = &reading.tokens[start];
    let hidden = first.gap.has(Gap::MASK)
        || (start > 0 && {
            let before = &reading.tokens[start - 1];
            let single = first.is_glued() && !before.is_glued();
            (single || before.text.len() >= 2) && before.text.bytes().all(|b| b == b'x')
        });
    if hidden {
        return true;
    }
    let after = reading.gap_after(end - 1);
    let next = reading.tokens.get(end);
    let glued = (first.is_glued() && reading.tokens[start - 1].is_word())
        || next.is_some_and(|next| next.is_glued() && next.is_word());
    let timed = reading.tokens[start + 1..end]
        .iter()
        .any(|token| token.gap.has(Gap::COLON));
    let counted = next.is_some_and(|next| counts(&next.text) && next.gap.only(Gap::SPACE));
    if glued || timed || counted || first.gap.has(Gap::MONEY) || after.has(Gap::MONEY) {
        return false;
    }
    let said_last = is_last(reading, start);
    let numbered = first.gap.has(Gap::HASH)
        || reading
            .before(start, 2)
            .any(|token| names_a_number(&token.text));
    let year = matches!(&digits[..2], "19" | "20");
    if numbered && !said_last {
        return false;
    }
    let named = |token: &Token| is_card_word(&token.text);
    // `42.42` is a price.
    let priced = end - start == 2 && digits.len() == 4 && first.digits.len() == 2 && {
        let gap = reading.tokens[start + 1].gap;
        gap.len == 1 && gap.only(Gap::DOT | Gap::COMMA)
    };
    if year || priced {
        return said_last || reading.before(start, 1).any(named);
    }
    said_last
        || (brief && is_answer(reading, start, end))
        || reading.before(start, 8).any(named)
        || reading.after(end, 4).any(named)
}

/// Whether a number is no count of something: `4242 pieces`, `5 - 100`.
fn is_answer(reading: &Reading, start: usize, end: usize) -> bool {
    let length = reading.tokens[start].digits.len();
    let even = reading.tokens[start..end]
        .iter()
        .all(|token| token.digits.len() == length || !token.is_number());
    let linked = |word: &str| matches!(word, "is" | "are" | "was" | "i" | "ist" | "sind" | "it");
    let counts = reading
        .tokens
        .get(end)
        .is_some_and(|next| next.gap.only(Gap::SPACE) && !linked(&next.text));
    even && !counts
}

/// Whether the words before a number say that it is the last part of another.
pub(crate) fn is_last(reading: &Reading, start: usize) -> bool {
    // `until the end of 2027`
    if reading.before(start, 1).any(|token| token.text == "of") {
        return false;
    }
    for token in reading.before(start, 8) {
        if says_last(&token.text) {
            return true;
        }
        let link = token.digits == "4" || token.digits == "3" || token.digits == "2";
        if !link && !is_link(&token.text) {
            return false;
        }
    }
    false
}

fn says_last(word: &str) -> bool {
    matches!(
        word,
        "ending"
            | "ends"
            | "end"
            | "endet"
            | "endend"
            | "endende"
            | "enden"
            | "endung"
            | "endziffern"
            | "finishes"
            | "finishing"
            | "terminates"
            | "last"
            | "final"
            | "letzte"
            | "letzten"
            | "schluss"
            | "hinten"
    )
}

fn is_link(word: &str) -> bool {
    matches!(
        word,
        "in" | "on"
            | "with"
            | "is"
            | "are"
            | "the"
            | "digit"
            | "digits"
            | "number"
            | "numbers"
            | "figures"
            | "of"
            | "your"
            | "card"
            | "it"
            | "as"
            | "auf"
            | "mit"
            | "lauten"
            | "lautet"
            | "ist"
            | "sind"
            | "die"
            | "den"
            | "der"
            | "ziffern"
            | "stellen"
            | "zahlen"
            | "karte"
            | "ihrer"
            | "s"
            | "at"
            | "phone"
            | "mobile"
            | "telephone"
            | "telefonnummer"
            | "handynummer"
            | "rufnummer"
            | "visa"
            | "mastercard"
    )
}

fn counts(word: &str) -> bool {
    matches!(
        word,
        "am" | "cents"
            | "days"
            | "dollar"
            | "dollars"
            | "eur"
            | "euro"
            | "euros"
            | "gbp"
            | "hours"
            | "kg"
            | "km"
            | "minutes"
            | "pence"
            | "people"
            | "pieces"
            | "pm"
            | "points"
            | "pound"
            | "pounds"
            | "punkte"
            | "stuck"
            | "tage"
            | "times"
            | "uhr"
            | "usd"
            | "watt"
    )
}

pub(crate) fn is_card_word(word: &str) -> bool {
    matches!(
        word,
        "amex"
            | "carte"
            | "card"
            | "cards"
            | "diners"
            | "express"
            | "girocard"
            | "jcb"
            | "karte"
            | "karten"
            | "kartennummer"
            | "kreditkarte"
            | "maestro"
            | "mastercard"
            | "mc"
            | "tarjeta"
            | "unionpay"
            | "visa"
    )
}
