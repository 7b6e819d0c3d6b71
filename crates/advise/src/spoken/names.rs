//! The words for numbers, one by one.

/// How a number under a hundred joins what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Digit,
    Teen,
    Tens,
}

/// The digit of a word that is a number only among numbers.
pub(super) fn maybe(word: &str) -> Option<&'static str> {
    match word {
        "one" | "ein" | "eine" | "einen" | "einer" => Some("1"),
        "oh" | "o" => Some("0"),
        _ => None,
    }
}

pub(super) fn small(word: &str) -> Option<(u64, Rank)> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let find = |list: &[&str]| list.iter().position(|one| *one == word).map(|at| at as u64);
    if let Some(value) = find(&UNITS) {
        let rank = if value < 10 { Rank::Digit } else { Rank::Teen };
        return Some((value, rank));
    }
    if let Some(tens) = find(&TENS) {
        return Some(((tens + 2) * 10, Rank::Tens));
    }
    match word {
        "oh" | "o" | "nought" | "naught" => Some((0, Rank::Digit)),
        "fourty" => Some((40, Rank::Tens)),
        _ => {
            let value = german(&umlauts(word))?;
            let rank = match value {
                0..=9 => Rank::Digit,
                20..=90 if value % 10 == 0 => Rank::Tens,
                _ => Rank::Teen,
            };
            Some((value, rank))
        }
    }
}

/// `fuenf` and `funf` are one, and so are `zwoelf` and `zwolf`.
fn umlauts(word: &str) -> String {
    word.replace("ue", "u").replace("oe", "o")
}

fn german(word: &str) -> Option<u64> {
    if word.len() < 3 || word.len() > 60 {
        return None;
    }
    if let Some((thousands, rest)) = word.split_once("tausend") {
        let thousands = head(thousands, german_hundreds)?;
        return Some(thousands * 1000 + tail(rest, german_hundreds)?);
    }
    german_hundreds(word)
}

fn german_hundreds(word: &str) -> Option<u64> {
    if let Some((hundreds, rest)) = word.split_once("hundert") {
        return Some(head(hundreds, german_tens)? * 100 + tail(rest, german_tens)?);
    }
    german_tens(word)
}

fn head(word: &str, read: fn(&str) -> Option<u64>) -> Option<u64> {
    match word {
        "" | "ein" => Some(1),
        _ => read(word),
    }
}

fn tail(word: &str, read: fn(&str) -> Option<u64>) -> Option<u64> {
    match word {
        "" => Some(0),
        _ => read(word).or_else(|| read(word.strip_prefix("und")?)),
    }
}

fn german_tens(word: &str) -> Option<u64> {
    const UNITS: [&str; 20] = [
        "null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn",
        "elf", "zwolf", "dreizehn", "vierzehn", "funfzehn", "sechzehn", "siebzehn", "achtzehn",
        "neunzehn",
    ];
    const TENS: [&str; 8] = [
        "zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig",
    ];
    let find =
        |list: &[&str], word: &str| list.iter().position(|one| *one == word).map(|at| at as u64);
    let tens = |word: &str| find(&TENS, word).map(|at| (at + 2) * 10);
    if word == "zwo" {
        return Some(2);
    }
    find(&UNITS, word).or_else(|| tens(word)).or_else(|| {
        let (unit, ten) = word.split_once("und")?;
        let unit = if unit == "ein" {
            1
        } else {
            find(&UNITS[..10], unit)?
        };
        Some(tens(ten)? + unit)
    })
}

pub(super) fn english_ordinal(word: &str) -> Option<u64> {
    const WORDS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    let at = WORDS
        .iter()
        .position(|one| *one == word)
        .map(|at| at as u64 + 1);
    at.or((word == "thirtieth").then_some(30))
}

pub(super) fn german_ordinal(word: &str) -> Option<u64> {
    let stem = ["ten", "ter", "tes", "tem", "te"]
        .iter()
        .find_map(|end| word.strip_suffix(end))?;
    let stem = umlauts(stem);
    match stem.as_str() {
        "ers" => Some(1),
        "drit" => Some(3),
        "sieb" => Some(7),
        "ach" => Some(8),
        _ => {
            let value = german_tens(stem.strip_suffix('s').unwrap_or(&stem))
                .or_else(|| german_tens(&stem))?;
            (2..=31).contains(&value).then_some(value)
        }
    }
}
