//! A text, normalised once, to be held against many values.

use std::{fmt, ops::Range};
use words::FieldKind;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    address, card, code, date, email,
    fold::fold,
    phone, prose, spoken,
    token::{Gap, Token, split},
};

/// A text in its normal form. It prints nothing, and its words are wiped when it is dropped.
pub struct Reading {
    pub(crate) tokens: Vec<Token>,
    /// What stands after the last token.
    pub(crate) tail: Gap,
    /// All digits of the text in their order, whatever stands between them; ordinals left out.
    pub(crate) digits: Zeroizing<String>,
}

impl Reading {
    /// Reads a text, in time linear in its length.
    pub fn of(text: &str) -> Self {
        let mut letters = fold(text);
        let (raw, tail) = split(&letters);
        for letter in &mut letters {
            letter.ch.zeroize();
        }
        let tokens = spoken::tokens(raw);
        let mut digits = Zeroizing::new(String::new());
        for token in tokens.iter().filter(|token| token.is_number()) {
            digits.push_str(&token.digits);
        }
        Self {
            tokens,
            tail,
            digits,
        }
    }

    /// Whether the text holds the value or a telling part of it. What that is depends on the kind:
    ///
    /// - *address*: house number and street in either order, a street of a distinctive name, a
    ///   postcode of letters and digits, any other postcode with its town; never a town or a
    ///   person's name alone,
    /// - *date*: the date in any common order, or, near a word like `born`, its day and month or
    ///   its year,
    /// - *phone*: the last seven digits, or fewer where the text says that they are the last,
    /// - *email*: the address, also spelled out, or its part before the `@` with an `@` after it,
    /// - *card*: the last four digits where the text speaks of a card or of last digits,
    /// - *number*, *receipt*: all of it if it has five letters and digits or more, or eight in a
    ///   row of a longer one,
    /// - *text*: two distinctive words in a row, or all of it from six letters,
    /// - *password*: all of it, as text and as a date,
    /// - *document*: never; a document's value is a file, and its name is no secret.
    pub fn holds(&self, value: &str, kind: FieldKind) -> bool {
        match kind {
            FieldKind::Address => address::holds(self, value),
            FieldKind::Date => date::holds(self, value),
            FieldKind::Phone => phone::holds(self, value),
            FieldKind::Email => email::holds(self, value),
            FieldKind::Card => card::holds(self, value),
            FieldKind::Number | FieldKind::Receipt => code::holds(self, value),
            FieldKind::Text => prose::holds(self, value),
            FieldKind::Password => prose::holds(self, value) || date::holds(self, value),
            FieldKind::Document => false,
        }
    }

    /// The protected kinds that the text has the shape of, whoever's value it is: a postal
    /// address, a birth date, a phone number, an email address, the digits of a card.
    ///
    /// It is made to agree with [`Reading::holds`], so that being stopped tells nothing about a
    /// value. They part where the shape alone would stop ordinary replies: a house number with a
    /// street's bare name (`8 lantern`), a postcode of digits alone in small letters, dates after
    /// 2015, phone numbers torn over many words, and the kinds without a shape.
    pub fn looks_like(&self) -> Vec<FieldKind> {
        type Shape = (FieldKind, fn(&Reading) -> bool);
        let shapes: [Shape; 5] = [
            (FieldKind::Address, address::looks_like),
            (FieldKind::Date, date::looks_like),
            (FieldKind::Card, card::looks_like),
            (FieldKind::Email, email::looks_like),
            (FieldKind::Phone, phone::looks_like),
        ];
        shapes
            .into_iter()
            .filter(|(_, looks_like)| looks_like(self))
            .map(|(kind, _)| kind)
            .collect()
    }

    /// Where the tokens from `start` on spell `target` by their keys, token by token; those that
    /// `skip` names may stand between. The end is the token after the last.
    pub(crate) fn spells(
        &self,
        start: usize,
        target: &str,
        skip: fn(&Token) -> bool,
    ) -> Option<Range<usize>> {
        let mut rest = target;
        let mut skipped = 0;
        for (at, token) in self.tokens.iter().enumerate().skip(start) {
            // `o` is a letter where letters are spelled.
            let left = rest
                .strip_prefix(token.key.as_str())
                .or_else(|| rest.strip_prefix(token.text.as_str()));
            if let Some(left) = left {
                rest = left;
                skipped = 0;
                if rest.is_empty() {
                    return Some(start..at + 1);
                }
            } else if at == start || skipped == 4 || !skip(token) {
                return None;
            } else {
                skipped += 1;
            }
        }
        None
    }

    /// All places where the tokens spell `target`.
    pub(crate) fn places<'a>(
        &'a self,
        target: &'a str,
        skip: fn(&Token) -> bool,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        let starts = if target.is_empty() {
            0
        } else {
            self.tokens.len()
        };
        (0..starts).filter_map(move |start| self.spells(start, target, skip))
    }

    /// The number that begins at a token, read on over what joins digits until it has at least
    /// `length` digits; `None` if these are more or the number ends before.
    pub(crate) fn number_of(&self, start: usize, length: usize) -> Option<(String, usize)> {
        let mut digits = String::new();
        let mut at = start;
        loop {
            digits.push_str(&self.tokens[at].digits);
            if digits.len() >= length {
                return (digits.len() == length).then_some((digits, at + 1));
            }
            at = self.joined(at)?;
        }
    }

    /// The next number token of the same number, past at most three fillers.
    pub(crate) fn joined(&self, at: usize) -> Option<usize> {
        for next in at + 1..=at + 4 {
            let token = self.tokens.get(next)?;
            if token.gap.len > 4 || token.gap.has(Gap::MONEY) {
                return None;
            }
            if token.is_number() {
                return Some(next);
            }
            if !token.is_word() || !spoken::is_filler(&token.text) {
                return None;
            }
        }
        None
    }

    /// The numbers, each as the indices of its tokens: digits and words for digits with nothing
    /// but separators and fillers between.
    pub(crate) fn runs(&self) -> Vec<Vec<usize>> {
        let mut out: Vec<Vec<usize>> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if !self.tokens[at].is_number() {
                at += 1;
                continue;
            }
            let mut run = vec![at];
            while let Some(next) = self.joined(at) {
                run.push(next);
                at = next;
            }
            out.push(run);
            at += 1;
        }
        out
    }

    /// The tokens up to `count` before one, the nearest first.
    pub(crate) fn before(&self, at: usize, count: usize) -> impl Iterator<Item = &Token> {
        self.tokens[at.saturating_sub(count)..at].iter().rev()
    }

    /// The tokens up to `count` from one on.
    pub(crate) fn after(&self, at: usize, count: usize) -> impl Iterator<Item = &Token> {
        self.tokens.iter().skip(at).take(count)
    }

    /// The gap after a token.
    pub(crate) fn gap_after(&self, at: usize) -> Gap {
        self.tokens.get(at + 1).map_or(self.tail, |next| next.gap)
    }

    /// Whether a sentence ends after a token. The dot of a short word is an abbreviation's.
    pub(crate) fn ends_sentence(&self, at: usize) -> bool {
        let gap = self.gap_after(at);
        let short = self.tokens[at].is_word() && self.tokens[at].text.len() <= 3;
        gap.has(Gap::END) && !(short && gap.has(Gap::DOT))
    }

    /// Whether the text is hardly more than a number: an answer to a question.
    pub(crate) fn is_brief(&self) -> bool {
        self.tokens.iter().filter(|token| token.is_word()).count() <= 4
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}

/// The keys of tokens, one after the other. Those of a value are wiped when they are dropped.
pub(crate) fn keys(tokens: &[Token]) -> Zeroizing<String> {
    let length = tokens.iter().map(|token| token.key.len()).sum();
    let mut out = Zeroizing::new(String::with_capacity(length));
    for token in tokens {
        out.push_str(&token.key);
    }
    out
}

/// Skips nothing.
pub(crate) fn none(_: &Token) -> bool {
    false
}
