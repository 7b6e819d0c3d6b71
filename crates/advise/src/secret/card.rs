//! Whole card numbers, by their ranges (ISO/IEC 7812 and the schemes' published tables) and the
//! check digit (Luhn, ISO/IEC 7812-1 annex B).

use std::ops::Range;

use crate::{reading::Reading, token::Gap};

/// A card number in a text.
pub(crate) struct CardNumber {
    pub(crate) last_four: String,
    /// Its tokens.
    pub(crate) tokens: Range<usize>,
    pub(crate) bytes: Range<usize>,
}

/// The card numbers in a text, with any separators, in digits or in words. One that stands within
/// a longer number counts if it begins and ends at a separator.
pub(crate) fn card_numbers(reading: &Reading) -> Vec<CardNumber> {
    let mut out = Vec::new();
    for run in reading.runs() {
        let mut from = 0;
        while from < run.len() {
            let Some(to) = longest(reading, &run[from..]) else {
                from += 1;
                continue;
            };
            let part = &run[from..from + to];
            if let (Some(&first), Some(&last)) = (part.first(), part.last()) {
                let digits = digits_of(reading, part);
                out.push(CardNumber {
                    last_four: digits[digits.len() - 4..].to_owned(),
                    tokens: first..last + 1,
                    bytes: reading.tokens[first].start..reading.tokens[last].end,
                });
            }
            from += to;
        }
    }
    out
}

/// How many numbers from the first on make the longest card number.
fn longest(reading: &Reading, run: &[usize]) -> Option<usize> {
    let mut digits = String::new();
    let mut found = None;
    if is_inside(reading, run[0]) {
        return None;
    }
    for (count, at) in run.iter().enumerate() {
        digits.push_str(&reading.tokens[*at].digits);
        if digits.len() > 19 {
            break;
        }
        // A phone number after a `+` has at most 15 digits (ITU-T E.164).
        let phone = reading.tokens[run[0]].gap.has(Gap::PLUS) && digits.len() <= 15;
        if !phone && !lined(reading, &run[..=count]) && is_card_number(&digits) {
            found = Some(count + 1);
        }
    }
    found
}

/// Whether a number stands inside of another code, such as an IBAN.
fn is_inside(reading: &Reading, at: usize) -> bool {
    at >= 2 && reading.tokens[at].is_glued() && reading.tokens[at - 1].is_glued()
}

/// Whether numbers are the lines of a list, and not the groups of one.
fn lined(reading: &Reading, run: &[usize]) -> bool {
    run[1..]
        .iter()
        .any(|at| reading.tokens[*at].gap.has(Gap::LINE))
        && run.iter().any(|at| reading.tokens[*at].digits.len() > 4)
}

fn digits_of(reading: &Reading, run: &[usize]) -> String {
    run.iter()
        .map(|at| reading.tokens[*at].digits.as_str())
        .collect()
}

fn is_card_number(digits: &str) -> bool {
    in_known_range(digits) && luhn(digits)
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            match at % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The ranges of the schemes; 35 is wider than JCB's own 3528 to 3589.
fn in_known_range(digits: &str) -> bool {
    let length = digits.len();
    let Some(head) = digits.get(..6).and_then(|head| head.parse::<u32>().ok()) else {
        return false;
    };
    let (four, three, two) = (head / 100, head / 1000, head / 10_000);
    match length {
        // Maestro is the one with short numbers.
        12..=19 if matches!(two, 50 | 56..=58 | 67) || matches!(four, 6304 | 6390 | 604) => true,
        13 if two / 10 == 4 => true,
        14..=19 if matches!(three, 300..=305 | 309) || matches!(two, 36 | 38 | 39) => true,
        15 => matches!(two, 34 | 37) || matches!(four, 2131 | 1800),
        16..=19 => {
            two / 10 == 4 && matches!(length, 16 | 19)
                || matches!(two, 51..=55) && length == 16
                || matches!(four, 2200..=2720) && length == 16
                || two == 35
                || four == 6011
                || matches!(three, 644..=649)
                || matches!(two, 60 | 62 | 65 | 81)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schemes_own_test_numbers_are_card_numbers() {
        for number in [
            "4111111111111111",
            "4222222222222",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "30569309025904",
            "6011111111111117",
            "3530111333300000",
            "6200000000000005",
            "6759649826438453",
        ] {
            assert!(is_card_number(number), "{number}");
        }
    }

    #[test]
    fn a_wrong_digit_or_an_unknown_range_is_no_card_number() {
        for number in [
            "4111111111111112",
            "1111111111111117",
            "0000000000000000",
            "411111",
        ] {
            assert!(!is_card_number(number), "{number}");
        }
    }
}
