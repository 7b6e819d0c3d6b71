//! Postal addresses, by their telling parts.
//!
//! - House number and street, in either order, whatever the street's kind is shortened to. The
//!   kind may be missing (`8 Lantern`) if the name is distinctive and the number stands beside it.
//! - A street of a distinctive name with its kind (`Lantern Row`), without the number.
//! - A postcode of letters and digits (`ZZ4 2RV`): it names a few doors.
//! - Any other postcode with its town, its state or a word like `postcode`.
//! - A post office box with its number.
//!
//! A town, a person's name, a house number or a flat's number alone tell nothing.

mod match_parts;
mod parse;
mod shape;

pub(crate) use match_parts::holds;
pub(crate) use shape::looks_like;

use crate::token::{Gap, Kind, Token};

/// How many tokens from one on are a postcode of letters and digits, as in the UK (`ZZ4 2RV`),
/// Canada (`A1A 1A1`) and the Netherlands (`1012 AB`).
fn mixed_code(tokens: &[Token]) -> Option<usize> {
    // A small word for each token: its kind and length.
    let form: Vec<(bool, usize)> = tokens
        .iter()
        .take(6)
        .map(|token| (token.is_number(), token.text.chars().count()))
        .collect();
    let gap = |at: usize| tokens.get(at).map_or(Gap::default(), |token| token.gap);
    let close = |from: usize, to: usize| {
        (from..to).all(|at| gap(at).len <= 2 && gap(at).only(Gap::SPACE | Gap::DASH | Gap::DOT))
    };
    let glued = |at: usize| gap(at).len == 0;
    match form[..] {
        [(false, 1..=2), (true, 1..=2), (true, 1), (false, 2), ..] if close(1, 4) && glued(1) => {
            Some(4)
        }
        // The two halves written together.
        [(false, 1..=2), (true, 2..=3), (false, 2), ..] if glued(1) && glued(2) => Some(3),
        [
            (false, 1..=2),
            (true, 1),
            (false, 1),
            (true, 1),
            (false, 2),
            ..,
        ] if close(1, 5) && glued(1) && glued(2) => Some(5),
        [
            (false, 1),
            (true, 1),
            (false, 1),
            (true, 1),
            (false, 1),
            (true, 1),
        ] if close(1, 6) => Some(6),
        [(true, 4), (false, 2), ..]
            if close(1, 2)
                && gap(1).only(Gap::SPACE)
                && tokens[1].kind == Kind::Word
                && tokens[1].text.is_ascii()
                && !is_short_word(&tokens[1].text) =>
        {
            Some(2)
        }
        _ => None,
    }
}

/// Two letters after a number that aren't a postcode's.
fn is_short_word(word: &str) -> bool {
    crate::street::way(word).is_some()
        || matches!(
            word,
            "ab" | "am"
                | "an"
                | "as"
                | "at"
                | "be"
                | "by"
                | "da"
                | "do"
                | "du"
                | "er"
                | "es"
                | "go"
                | "he"
                | "hi"
                | "if"
                | "im"
                | "in"
                | "is"
                | "it"
                | "kg"
                | "km"
                | "me"
                | "mm"
                | "my"
                | "ne"
                | "no"
                | "nw"
                | "ob"
                | "of"
                | "oh"
                | "ok"
                | "on"
                | "or"
                | "pm"
                | "se"
                | "so"
                | "sw"
                | "to"
                | "um"
                | "up"
                | "us"
                | "we"
                | "wo"
                | "zu"
        )
}

/// Words that announce a postcode.
fn names_a_code(word: &str) -> bool {
    matches!(
        word,
        "plz" | "postal" | "postcode" | "postcodes" | "postleitzahl" | "zip" | "zipcode"
    )
}
