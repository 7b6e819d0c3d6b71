//! Birth dates: in digits of any common order, with a month's name, in words.
//!
//! A date is told by day, month and year; near a word like `born` or `Geburtstag` its day and
//! month or its year tell it too. Years of two digits count as both centuries. For the shape
//! alone, a date is a birth date if its year is 1900 to 2015: replies are full of newer ones.

use crate::{
    everyday::names_a_number,
    reading::Reading,
    token::{Gap, Kind, Token},
};

/// The years that look like a birth.
const BIRTHS: std::ops::RangeInclusive<u16> = 1900..=2015;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Year {
    Full(u16),
    /// Its last two digits.
    Short(u16),
    None,
}

/// A date as a text says it; a text that can be read in two ways says two.
struct Said {
    year: Year,
    month: u16,
    day: u16,
    /// The token it begins at.
    at: usize,
    /// Digits that only might be a date: `020190`, `2 1 90`.
    doubtful: bool,
}

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let parts: Vec<u16> = value
        .trim()
        .split('-')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let same_year = |said: Year| match said {
        Year::Full(full) => full == year,
        Year::Short(short) => short == year % 100,
        Year::None => false,
    };
    said(reading).iter().any(|said| {
        (said.month, said.day) == (month, day)
            && (same_year(said.year)
                || (said.year == Year::None && speaks_of_birth(reading, said.at)))
    }) || years(reading).any(|(at, said)| said == year && speaks_of_birth(reading, at))
}

pub(crate) fn looks_like(reading: &Reading) -> bool {
    let plausible = |said: &Said| match said.year {
        Year::Full(year) => BIRTHS.contains(&year),
        Year::Short(year) => !(16..=35).contains(&year),
        Year::None => false,
    };
    said(reading)
        .iter()
        .any(|said| (plausible(said) && !said.doubtful) || speaks_of_birth(reading, said.at))
        || years(reading).any(|(at, year)| BIRTHS.contains(&year) && speaks_of_birth(reading, at))
}

/// At which tokens a date with its whole year begins: no phone number.
pub(crate) fn begins(reading: &Reading) -> Vec<bool> {
    let mut out = vec![false; reading.tokens.len()];
    for said in said(reading) {
        out[said.at] |= matches!(said.year, Year::Full(1900..=2100));
    }
    out
}

fn said(reading: &Reading) -> Vec<Said> {
    let mut out = Vec::new();
    for at in 0..reading.tokens.len() {
        if is_number(&reading.tokens[at]) {
            in_digits(reading, at, &mut out);
        }
        if let Some(month) = month(&reading.tokens[at].text) {
            with_month(reading, at, month, &mut out);
        }
    }
    out.retain(|said| (1..=12).contains(&said.month) && (1..=31).contains(&said.day));
    out
}

fn is_number(token: &Token) -> bool {
    matches!(token.kind, Kind::Number | Kind::Ordinal)
}

/// The numbers from one on, with little between them.
fn numbers(reading: &Reading, start: usize) -> Vec<usize> {
    let mut out = vec![start];
    let mut skipped = 0;
    for (at, token) in reading.tokens.iter().enumerate().skip(start + 1) {
        if token.gap.len > 4 || out.len() == 8 || skipped == 3 {
            break;
        }
        if is_number(token) {
            out.push(at);
            skipped = 0;
        } else if token.is_word()
            && (is_between(&token.text) || crate::spoken::is_filler(&token.text))
        {
            skipped += 1;
        } else {
            break;
        }
    }
    out
}

fn is_between(word: &str) -> bool {
    matches!(
        word,
        "of" | "the"
            | "day"
            | "month"
            | "year"
            | "des"
            | "der"
            | "im"
            | "in"
            | "jahr"
            | "jahres"
            | "tag"
            | "monat"
    )
}

fn in_digits(reading: &Reading, start: usize, out: &mut Vec<Said>) {
    let numbers = numbers(reading, start);
    // A version, a part's number.
    let numbered = reading
        .before(start, 2)
        .any(|token| names_a_number(&token.text));
    let digits = |at: usize| {
        numbers
            .get(at)
            .map_or("", |at| reading.tokens[*at].digits.as_str())
    };
    let (a, b) = (digits(0), digits(1));
    let mut push = |year: Year, [first, second]: [&str; 2], doubtful: bool| {
        if let (Some(first), Some(second)) = (small(first), small(second)) {
            for (day, month) in [(first, second), (second, first)] {
                out.push(Said {
                    year,
                    month,
                    day,
                    at: start,
                    doubtful,
                });
            }
        }
    };
    if let Some(year) = full_year(a) {
        push(year, [b, digits(2)], false);
    }
    for length in 1..=2 {
        let year: String = (2..2 + length).map(digits).collect();
        let parted = numbers.len() == 3
            && (1..3).all(|at| {
                let gap = reading.tokens[numbers[at]].gap;
                gap.len == 1 && gap.only(Gap::DOT | Gap::SLASH | Gap::DASH)
            });
        if let Some(year) = full_year(&year) {
            push(year, [a, b], false);
        } else if year.len() == 2 && !(parted && numbered) {
            push(short_year(&year), [a, b], !parted);
        }
    }
    let slashed = numbers.len() == 2
        && reading.tokens[numbers[1]]
            .gap
            .only(Gap::DOT | Gap::SLASH | Gap::DASH);
    if slashed {
        push(Year::None, [a, b], true);
    }
    compact(&numbers, reading, out);
}

/// `19900102`, `02011990`, `020190`, whole or in groups.
fn compact(numbers: &[usize], reading: &Reading, out: &mut Vec<Said>) {
    let mut digits = String::new();
    for (groups, at) in numbers.iter().enumerate() {
        digits.push_str(&reading.tokens[*at].digits);
        let doubtful = groups > 0 || digits.len() == 6;
        let mut push = |year: Year, day: &str, month: &str| {
            if let (Some(day), Some(month)) = (small(day), small(month)) {
                out.push(Said {
                    year,
                    month,
                    day,
                    at: numbers[0],
                    doubtful,
                });
            }
        };
        match digits.len() {
            8 => {
                if let Some(year) = full_year(&digits[..4]) {
                    push(year, &digits[6..], &digits[4..6]);
                }
                if let Some(year) = full_year(&digits[4..]) {
                    push(year, &digits[..2], &digits[2..4]);
                    push(year, &digits[2..4], &digits[..2]);
                }
            }
            6 => {
                push(short_year(&digits[4..]), &digits[..2], &digits[2..4]);
                push(short_year(&digits[4..]), &digits[2..4], &digits[..2]);
                push(short_year(&digits[..2]), &digits[4..], &digits[2..4]);
            }
            9.. => break,
            _ => {}
        }
    }
}

/// The days and years around the name of a month.
fn with_month(reading: &Reading, at: usize, month: u16, out: &mut Vec<Said>) {
    let around = at.saturating_sub(6)..reading.tokens.len().min(at + 8);
    let days = around.clone().filter(|place| place.abs_diff(at) <= 3);
    let days: Vec<(usize, u16)> = days
        .filter(|place| is_number(&reading.tokens[*place]))
        .filter_map(|place| Some((place, small(&reading.tokens[place].digits)?)))
        .collect();
    for (day_at, day) in days {
        let first = at.min(day_at);
        let mut push = |year: Year| {
            out.push(Said {
                year,
                month,
                day,
                at: first,
                doubtful: false,
            });
        };
        push(Year::None);
        for place in around.clone().filter(|place| *place != day_at) {
            let token = &reading.tokens[place];
            if !token.is_number() {
                continue;
            }
            if let Some((year, _)) = reading.number_of(place, 4) {
                full_year(&year).into_iter().for_each(&mut push);
            }
            // Right after the rest: not the room of `14 May at 6 pm, room 12`.
            let follows = place > at
                && place - at <= 3
                && reading.tokens[at + 1..place]
                    .iter()
                    .all(|token| is_number(token) || is_between(&token.text));
            if token.digits.len() == 2 && token.gap.len <= 3 && follows {
                push(short_year(&token.digits));
            }
        }
    }
}

/// The years that stand alone.
fn years(reading: &Reading) -> impl Iterator<Item = (usize, u16)> + '_ {
    let numbers = (0..reading.tokens.len()).filter(|at| reading.tokens[*at].is_number());
    numbers.filter_map(|at| match full_year(&reading.number_of(at, 4)?.0)? {
        Year::Full(year) => Some((at, year)),
        _ => None,
    })
}

fn small(digits: &str) -> Option<u16> {
    (1..=2)
        .contains(&digits.len())
        .then(|| digits.parse().ok())?
}

fn full_year(digits: &str) -> Option<Year> {
    let year = digits.parse().ok().filter(|_| digits.len() == 4)?;
    (1850..=2150).contains(&year).then_some(Year::Full(year))
}

fn short_year(digits: &str) -> Year {
    digits.parse().map_or(Year::None, Year::Short)
}

fn speaks_of_birth(reading: &Reading, at: usize) -> bool {
    let birth = |token: &Token| {
        matches!(
            token.text.as_str(),
            "born"
                | "birth"
                | "birthday"
                | "birthdate"
                | "birthyear"
                | "bday"
                | "dob"
                | "geboren"
                | "geb"
                | "geburt"
                | "geburtstag"
                | "geburtsdatum"
                | "geburtsjahr"
                | "jahrgang"
                | "nee"
        )
    };
    reading.before(at, 8).any(birth) || reading.after(at, 8).any(birth)
}

fn month(word: &str) -> Option<u16> {
    const NAMES: [&[&str]; 12] = [
        &["january", "jan", "januar", "janner", "jaenner"],
        &["february", "feb", "februar", "feber"],
        &["march", "mar", "marz", "maerz", "mrz"],
        &["april", "apr"],
        &["may", "mai"],
        &["june", "jun", "juni", "juno"],
        &["july", "jul", "juli"],
        &["august", "aug"],
        &["september", "sep", "sept"],
        &["october", "oct", "oktober", "okt"],
        &["november", "nov"],
        &["december", "dec", "dezember", "dez"],
    ];
    let at = NAMES.iter().position(|names| names.contains(&word))?;
    u16::try_from(at + 1).ok()
}
