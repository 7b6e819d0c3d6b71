//! Numbers in words, English and German: `four two four two`, `double five`, `oh`, `forty-two`,
//! `one hundred and twelve`, `nineteen ninety`, `zweiundvierzig`, `2nd`, `second`.

mod names;

use crate::token::{Gap, Kind, Raw, Token};
use names::{Rank, english_ordinal, german_ordinal, maybe, small};

/// Words that join the digits of one number when somebody reads it out.
pub(crate) const FILLERS: [&str; 34] = [
    "again",
    "ahm",
    "and",
    "bindestrich",
    "by",
    "comma",
    "dann",
    "dash",
    "dot",
    "er",
    "erneut",
    "followed",
    "full",
    "gap",
    "hyphen",
    "komma",
    "leerzeichen",
    "minus",
    "next",
    "period",
    "point",
    "punkt",
    "schragstrich",
    "slash",
    "space",
    "stop",
    "strich",
    "stroke",
    "then",
    "uh",
    "uhm",
    "um",
    "und",
    "wieder",
];

pub(crate) fn is_filler(word: &str) -> bool {
    FILLERS.binary_search(&word).is_ok()
}

/// Reads the numbers among the runs.
pub(crate) fn tokens(raw: Vec<Raw>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(raw.len());
    let plans = plan(&raw);
    let mut raw = raw.into_iter();
    for plan in plans {
        let Some(mut first) = raw.next() else { break };
        for part in raw.by_ref().take(plan.runs - 1) {
            first.end = part.end;
        }
        if matches!(plan.kind, Kind::Number | Kind::Ordinal) {
            first.text.clone_from(&plan.digits);
        }
        out.push(first.into_word(plan.kind, plan.digits));
    }
    settle(&mut out);
    out
}

struct Plan {
    kind: Kind,
    digits: String,
    runs: usize,
}

fn plan(raw: &[Raw]) -> Vec<Plan> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let plan = written(raw, at)
            .or_else(|| multiple(raw, at))
            .or_else(|| ordinal(raw, at))
            .or_else(|| cardinal(raw, at))
            .unwrap_or_else(|| Plan {
                kind: maybe(&raw[at].text).map_or(Kind::Word, |_| Kind::Maybe),
                digits: maybe(&raw[at].text).unwrap_or_default().to_owned(),
                runs: 1,
            });
        at += plan.runs;
        out.push(plan);
    }
    out
}

/// A word among numbers is one of them, whichever side they stand on.
fn settle(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        if tokens[at].kind == Kind::Maybe
            && before(tokens, at).is_some_and(|before| tokens[before].is_number())
        {
            tokens[at].kind = Kind::Number;
        }
    }
    for at in (1..tokens.len()).rev() {
        if !tokens[at].is_number() && tokens[at].kind != Kind::Maybe {
            continue;
        }
        if let Some(before) = before(tokens, at)
            && tokens[before].kind == Kind::Maybe
        {
            tokens[before].kind = Kind::Number;
            tokens[at].kind = Kind::Number;
        }
    }
}

/// The token before one, past at most two fillers, if little stands between.
fn before(tokens: &[Token], at: usize) -> Option<usize> {
    let mut at = at;
    for _ in 0..3 {
        let gap = tokens[at].gap;
        if gap.len > 3 || gap.has(Gap::END | Gap::OPEN) {
            return None;
        }
        at = at.checked_sub(1)?;
        if tokens[at].kind != Kind::Word || !is_filler(&tokens[at].text) {
            return Some(at);
        }
    }
    None
}

/// Digits, with an `O` or an `l` written among them, and the ending of an ordinal.
fn written(raw: &[Raw], at: usize) -> Option<Plan> {
    let glued = |at: usize| raw.get(at).filter(|run| run.is_glued());
    let zeros = |text: &str| text.len() <= 3 && text.bytes().all(|b| b == b'o');
    let mut digits = String::new();
    let mut next = at;
    if !raw[at].is_digits {
        if !zeros(&raw[at].text) || raw[at].is_glued() || !glued(at + 1)?.is_digits {
            return None;
        }
        digits.push_str(&"0".repeat(raw[at].text.len()));
        next += 1;
    }
    digits.push_str(&raw[next].text);
    next += 1;
    while let Some(run) = glued(next) {
        let inner = glued(next + 1).is_some_and(|after| after.is_digits);
        let last = glued(next + 1).is_none();
        match run.text.as_str() {
            text if zeros(text) && (inner || (last && digits.len() + text.len() >= 3)) => {
                digits.push_str(&"0".repeat(text.len()));
                next += 1;
            }
            "l" | "i" if inner => {
                digits.push('1');
                next += 1;
            }
            "st" | "nd" | "rd" | "th" if digits.len() <= 3 && last => {
                return Some(Plan {
                    kind: Kind::Ordinal,
                    digits,
                    runs: next + 1 - at,
                });
            }
            _ => break,
        }
        if let Some(run) = glued(next).filter(|run| run.is_digits) {
            digits.push_str(&run.text);
            next += 1;
        }
    }
    Some(Plan {
        kind: Kind::Number,
        digits,
        runs: next - at,
    })
}

/// `double five`, `triple oh`, `zweimal die Fünf`.
fn multiple(raw: &[Raw], at: usize) -> Option<Plan> {
    let times = match raw[at].text.as_str() {
        "double" | "doppel" | "doppelt" | "doppelte" | "zweimal" | "zwomal" => 2,
        "triple" | "treble" | "dreimal" | "dreifach" => 3,
        "quadruple" | "viermal" => 4,
        _ => return None,
    };
    let mut next = at + 1;
    if joined(raw, next).is_some_and(|run| run.text == "die") {
        next += 1;
    }
    let run = joined(raw, next)?;
    let digit = if run.is_digits && run.text.len() == 1 {
        run.text.clone()
    } else {
        match small(&run.text) {
            Some((digit, Rank::Digit)) => digit.to_string(),
            _ => return None,
        }
    };
    Some(Plan {
        kind: Kind::Number,
        digits: digit.repeat(times),
        runs: next + 1 - at,
    })
}

fn ordinal(raw: &[Raw], at: usize) -> Option<Plan> {
    let text = raw[at].text.as_str();
    let (value, runs) = match (small(text), joined(raw, at + 1)) {
        (Some((tens, Rank::Tens)), Some(next)) if english_ordinal(&next.text) < Some(10) => {
            (tens + english_ordinal(&next.text)?, 2)
        }
        _ => (english_ordinal(text).or_else(|| german_ordinal(text))?, 1),
    };
    Some(Plan {
        kind: Kind::Ordinal,
        digits: value.to_string(),
        runs,
    })
}

fn cardinal(raw: &[Raw], at: usize) -> Option<Plan> {
    let follows = |at: usize, words: [&str; 2]| {
        joined(raw, at).is_some_and(|run| words.contains(&run.text.as_str()))
    };
    let (hundred, thousand) = (["hundred", "hundert"], ["thousand", "tausend"]);
    let scaled = follows(at + 1, hundred) || follows(at + 1, thousand);
    let (mut value, mut next) = match raw[at].text.as_str() {
        "a" | "one" | "ein" | "eine" if scaled => (1, at + 1),
        "one" | "oh" | "o" => return None,
        _ => under_hundred(raw, at)?,
    };
    if follows(next, hundred) && (1..100).contains(&value) {
        value *= 100;
        next += 1;
        if let Some((more, end)) = after_and(raw, next) {
            value += more;
            next = end;
        }
    }
    if follows(next, thousand) && (1..1000).contains(&value) {
        value *= 1000;
        next += 1;
        if let Some((mut more, mut end)) = after_and(raw, next) {
            if follows(end, hundred) && more < 10 {
                more *= 100;
                end += 1;
                if let Some((rest, last)) = after_and(raw, end) {
                    more += rest;
                    end = last;
                }
            }
            value += more;
            next = end;
        }
    }
    Some(Plan {
        kind: Kind::Number,
        digits: value.to_string(),
        runs: next - at,
    })
}

/// What follows `hundred`, with or without `and`.
fn after_and(raw: &[Raw], at: usize) -> Option<(u64, usize)> {
    let word = joined(raw, at)?;
    let at = if matches!(word.text.as_str(), "and" | "und") {
        at + 1
    } else {
        at
    };
    joined(raw, at)?;
    under_hundred(raw, at).filter(|(value, _)| *value > 0)
}

fn under_hundred(raw: &[Raw], at: usize) -> Option<(u64, usize)> {
    let (value, rank) = small(&raw[at].text)?;
    if rank == Rank::Tens
        && let Some(next) = joined(raw, at + 1)
        && let Some((unit @ 1..=9, Rank::Digit)) = small(&next.text)
    {
        return Some((value + unit, at + 2));
    }
    Some((value, at + 1))
}

fn joined(raw: &[Raw], at: usize) -> Option<&Raw> {
    raw.get(at)
        .filter(|run| run.gap.len <= 2 && run.gap.only(Gap::SPACE | Gap::DASH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fold::fold, token::split};

    fn numbers(text: &str) -> String {
        let tokens = tokens(split(&fold(text)).0);
        let numbers = tokens.iter().filter(|token| !token.is_word());
        numbers
            .map(|token| token.digits.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn numbers_in_words_are_read() {
        for (text, digits) in [
            ("four two four two", "4 2 4 2"),
            ("forty-two forty two", "42 42"),
            ("double five triple oh", "55 000"),
            ("oh seven seven double oh", "0 7 7 00"),
            ("one one two Marmalade Hill", "1 1 2"),
            ("one hundred and twelve", "112"),
            ("a hundred twelve", "112"),
            ("nineteen ninety", "19 90"),
            ("nineteen oh five", "19 0 5"),
            ("two thousand and three", "2003"),
            ("four thousand two hundred forty-two", "4242"),
            ("zweiundvierzig", "42"),
            ("hundertzwölf", "112"),
            ("neunzehnhundertneunzig", "1990"),
            ("zweitausendunddrei", "2003"),
            ("fünf fuenf zwo null", "5 5 2 0"),
            ("zweimal die Fünf", "55"),
            ("the 2nd, the second, the twenty-first", "2 2 21"),
            ("am zweiten, dritten und einundzwanzigsten", "2 3 21"),
            ("O77OO 9OOO42", "07700 900042"),
            ("4l42", "4142"),
        ] {
            assert_eq!(numbers(text), digits, "{text}");
        }
    }

    #[test]
    fn words_that_are_no_numbers_stay_words() {
        for text in [
            "no one knows, oh dear",
            "that one is fine",
            "the old one, the red one",
            "eine Karte und ein Brief",
            "hundreds of thousands",
            "und so weiter",
        ] {
            assert_eq!(numbers(text), "", "{text}");
        }
    }

    #[test]
    fn the_fillers_are_in_order() {
        assert!(FILLERS.is_sorted());
    }
}
