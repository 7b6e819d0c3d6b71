//! Email addresses, as they are written and as they are spelled out: `robin.vale (at) mail dot
//! example dot net`.
//!
//! Separators and the words for them don't count. An address is told by all of it, by its part
//! before the `@` with an `@` (or a spelled one) and the name of its domain after it, or by that
//! part alone if it has a digit and six letters. The part before the `@` of letters alone is
//! mostly a person's name, which a rep may say.

use crate::{
    everyday::is_everyday,
    reading::{Reading, keys},
    token::{Gap, Kind, Token},
};
use zeroize::Zeroizing;

pub(crate) fn holds(reading: &Reading, value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return false;
    };
    let local_key = squash(local);
    let mut labels: Vec<&str> = domain.split('.').collect();
    if local_key.is_empty() || labels.is_empty() {
        return false;
    }
    let whole = Zeroizing::new(format!("{}{}", *local_key, *squash(domain)));
    if reading.places(&whole, is_separator).next().is_some() {
        return true;
    }
    labels.pop();
    let named = squash(&labels.join("."));
    let begins = |at: usize| {
        labels.iter().any(|label| {
            let label = squash(label);
            !label.is_empty() && reading.spells(at, &label, is_separator).is_some()
        })
    };
    let alone = local_key.len() >= 6 && local_key.bytes().any(|b| b.is_ascii_digit());
    let role = is_role(&local_key);
    reading.places(&local_key, is_separator).any(|place| {
        let Some((sign, next)) = at_sign(reading, place.end) else {
            return alone;
        };
        alone
            || (!named.is_empty() && reading.spells(next, &named, is_separator).is_some())
            || (sign == Sign::Written && !role && (begins(next) || local_key.len() >= 6))
    })
}

/// `x@y`, `x at y dot z`, `x (at) y`, `x at y.z`.
pub(crate) fn looks_like(reading: &Reading) -> bool {
    (1..=reading.tokens.len()).any(|end| {
        let before = &reading.tokens[end - 1];
        match at_sign(reading, end) {
            Some((Sign::Written, _)) => true,
            Some((Sign::Spelled, next)) => {
                let told = !before.is_word() || !is_everyday(&before.text);
                !is_separator_word(&before.text) && has_domain(reading, next, told)
            }
            None => false,
        }
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `@`, or `at` in brackets.
    Written,
    /// `at`.
    Spelled,
}

/// The `@` between the token before `end` and what follows, and the first token after it.
fn at_sign(reading: &Reading, end: usize) -> Option<(Sign, usize)> {
    let Some(next) = reading.tokens.get(end) else {
        return (reading.tail.has(Gap::AT)).then_some((Sign::Written, end));
    };
    if next.gap.has(Gap::AT) {
        return Some((Sign::Written, end));
    }
    if !matches!(next.text.as_str(), "at" | "klammeraffe" | "arroba" | "affe") {
        return None;
    }
    let bracketed = next.gap.has(Gap::OPEN) && reading.gap_after(end).has(Gap::CLOSE);
    let sign = if bracketed || next.text != "at" {
        Sign::Written
    } else {
        Sign::Spelled
    };
    let skip =
        usize::from(matches!(reading.tokens.get(end + 1), Some(sign) if sign.text == "sign"));
    Some((sign, end + 1 + skip))
}

/// Whether a name with a dot, written or spelled, begins at a token. A written one needs a
/// telling word before the `at`: "you find it at example.com" is no address.
fn has_domain(reading: &Reading, start: usize, told: bool) -> bool {
    for at in start + 1..start + 8 {
        let Some(token) = reading.tokens.get(at) else {
            return false;
        };
        if matches!(token.text.as_str(), "dot" | "punkt") && reading.tokens.len() > at + 1 {
            return true;
        }
        if told && token.is_glued_by_dot() && token.text.len() >= 2 {
            return true;
        }
        if token.gap.has(Gap::END | Gap::COMMA | Gap::LINE) {
            return false;
        }
    }
    false
}

impl Token {
    fn is_glued_by_dot(&self) -> bool {
        self.gap.len == 1 && self.gap.has(Gap::DOT) && self.kind == Kind::Word
    }
}

/// The letters and digits of a part, without words for separators.
fn squash(part: &str) -> Zeroizing<String> {
    let mut part = Reading::of(part);
    part.tokens.retain(|token| !is_separator(token));
    keys(&part.tokens)
}

fn is_separator(token: &Token) -> bool {
    token.kind == Kind::Word && is_separator_word(&token.text)
}

fn is_separator_word(word: &str) -> bool {
    matches!(
        word,
        "affe"
            | "arroba"
            | "at"
            | "bindestrich"
            | "dash"
            | "dot"
            | "hyphen"
            | "klammeraffe"
            | "minus"
            | "period"
            | "plus"
            | "point"
            | "punkt"
            | "sign"
            | "strich"
            | "underscore"
            | "unterstrich"
            | "then"
            | "and"
    )
}

/// Parts before the `@` that companies use themselves.
fn is_role(local: &str) -> bool {
    matches!(
        local,
        "admin"
            | "billing"
            | "contact"
            | "hello"
            | "hilfe"
            | "info"
            | "kontakt"
            | "mail"
            | "office"
            | "sales"
            | "service"
            | "shop"
            | "support"
            | "team"
    )
}
