//! Numbers and codes: totals, customer numbers, receipt codes.
//!
//! A number of fewer than five significant digits (or letters) is as likely an amount or a date, so
//! it never counts; zeros at either end are not significant. Of a code of twelve and more, eight
//! in a row (whole groups) tell it.

use crate::{
    reading::{Reading, keys, none},
    token::Gap,
};

/// The fewest letters and digits that tell a number.
const LEAST: usize = 5;
/// The fewest that tell a part of a long one.
const PART: usize = 8;

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let value = Reading::of(value);
    let whole = keys(&value.tokens);
    let has_digit = whole.bytes().any(|b| b.is_ascii_digit());
    if whole.trim_matches('0').len() < LEAST || !has_digit {
        return whole.len() >= PART && !has_digit && said(reading, &whole);
    }
    let cents = value.tokens.last().is_some_and(|last| {
        last.digits.len() == 2 && last.gap.len == 1 && last.gap.only(Gap::DOT | Gap::COMMA)
    });
    // `128,450` is not `1,284.50`.
    let thousands = |place: std::ops::Range<usize>| {
        place.len() > 1 && reading.tokens[place.end - 1].digits.len() == 3
    };
    if reading
        .places(&whole, none)
        .any(|place| !(cents && thousands(place)))
    {
        return true;
    }
    // Whole groups, as they are parted in the value.
    let starts: Vec<usize> = (0..value.tokens.len())
        .filter(|at| *at == 0 || !value.tokens[*at].is_glued())
        .collect();
    whole.len() >= 12
        && starts.iter().any(|start| {
            let part = starts
                .iter()
                .copied()
                .chain([value.tokens.len()])
                .filter(|end| end > start)
                .map(|end| keys(&value.tokens[*start..end]))
                .find(|part| part.len() >= PART);
            part.is_some_and(|part| said(reading, &part))
        })
}

/// Whether the text says it, as whole words and numbers with any separators.
fn said(reading: &Reading, code: &str) -> bool {
    reading.places(code, none).next().is_some()
}
