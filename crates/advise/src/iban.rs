//! Bank accounts by their international number (ISO 13616): a country, two check digits (ISO 7064,
//! mod 97), and as many letters and digits as that country's numbers have.

use crate::fold::fold;

/// The countries and the lengths of their numbers (SWIFT's IBAN registry).
const LENGTHS: [(&str, usize); 78] = [
    ("ad", 24),
    ("ae", 23),
    ("al", 28),
    ("at", 20),
    ("az", 28),
    ("ba", 20),
    ("be", 16),
    ("bg", 22),
    ("bh", 22),
    ("br", 29),
    ("by", 28),
    ("ch", 21),
    ("cr", 22),
    ("cy", 28),
    ("cz", 24),
    ("de", 22),
    ("dk", 18),
    ("do", 28),
    ("ee", 20),
    ("eg", 29),
    ("es", 24),
    ("fi", 18),
    ("fo", 18),
    ("fr", 27),
    ("gb", 22),
    ("ge", 22),
    ("gi", 23),
    ("gl", 18),
    ("gr", 27),
    ("gt", 28),
    ("hr", 21),
    ("hu", 28),
    ("ie", 22),
    ("il", 23),
    ("iq", 23),
    ("is", 26),
    ("it", 27),
    ("jo", 30),
    ("kw", 30),
    ("kz", 20),
    ("lb", 28),
    ("lc", 32),
    ("li", 21),
    ("lt", 20),
    ("lu", 20),
    ("lv", 21),
    ("ly", 25),
    ("mc", 27),
    ("md", 24),
    ("me", 22),
    ("mk", 19),
    ("mr", 27),
    ("mt", 31),
    ("mu", 30),
    ("nl", 18),
    ("no", 15),
    ("pk", 24),
    ("pl", 28),
    ("ps", 29),
    ("pt", 25),
    ("qa", 29),
    ("ro", 24),
    ("rs", 22),
    ("sa", 24),
    ("sc", 31),
    ("sd", 18),
    ("se", 24),
    ("si", 19),
    ("sk", 24),
    ("sm", 27),
    ("st", 25),
    ("sv", 28),
    ("tl", 23),
    ("tn", 24),
    ("tr", 26),
    ("ua", 29),
    ("va", 22),
    ("vg", 24),
];

/// The fewest digits that a bank account's number has.
const DIGITS: usize = 8;

/// Whether a text names a bank account by its international number, in one piece or in groups.
pub fn names_bank_account(text: &str) -> bool {
    let letters: Vec<char> = fold(text).into_iter().map(|letter| letter.ch).collect();
    let starts = |at: usize| at == 0 || !letters[at - 1].is_ascii_alphanumeric();
    (0..letters.len())
        .filter(|at| starts(*at) && letters[*at].is_ascii_lowercase())
        .any(|at| begins(&letters[at..]))
}

fn begins(letters: &[char]) -> bool {
    let Some(country) = letters.get(..2).map(String::from_iter) else {
        return false;
    };
    let Ok(found) = LENGTHS.binary_search_by_key(&country.as_str(), |(name, _)| name) else {
        return false;
    };
    let length = LENGTHS[found].1;
    let mut number = String::with_capacity(length);
    let mut gap = 0;
    let mut at = 0;
    while number.len() < length {
        match letters.get(at) {
            Some(c) if c.is_ascii_alphanumeric() => {
                number.push(*c);
                gap = 0;
            }
            // Groups, however they are parted; never over the end of a line.
            Some(' ' | '-' | '.' | '–' | '\u{a0}') if gap < 2 => gap += 1,
            _ => return false,
        }
        at += 1;
    }
    let over = letters.get(at).is_none_or(|c| !c.is_ascii_alphanumeric());
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    over && digits >= DIGITS && number[2..4].bytes().all(|b| b.is_ascii_digit()) && checks(&number)
}

fn checks(number: &str) -> bool {
    let (head, tail) = number.split_at(4);
    let rest = tail.bytes().chain(head.bytes()).fold(0u32, |rest, b| {
        if b.is_ascii_digit() {
            (rest * 10 + u32::from(b - b'0')) % 97
        } else {
            (rest * 100 + u32::from(b - b'a') + 10) % 97
        }
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_account_is_seen_in_one_piece_and_in_groups() {
        // The examples of the registry itself.
        for text in [
            "GB29NWBK60161331926819",
            "Please pay to GB29 NWBK 6016 1331 9268 19, thanks",
            "iban: de89 3704 0044 0532 0130 00",
            "It is NL91-ABNA-0417-1643-00.",
            "ＮＯ93 8601 1117 947",
        ] {
            assert!(names_bank_account(text), "{text}");
        }
    }

    #[test]
    fn words_codes_and_wrong_check_digits_are_none() {
        for text in [
            "",
            "GB29 NWBK 6016 1331 9268 18",
            "no 15 of them are left, is 26 enough? at 20 euros each",
            "DE89 3704",
            "Order DE-10442-2026",
            "no93 and the next order is for the eleventh of May",
        ] {
            assert!(!names_bank_account(text), "{text}");
        }
    }

    #[test]
    fn the_countries_are_in_order() {
        assert!(LENGTHS.is_sorted());
    }
}
