//! A stored address, taken apart. It has no fixed form: lines parted by commas or breaks, the
//! number before or after the street, the postcode anywhere.

use std::ops::Range;
use zeroize::Zeroize;

use super::mixed_code;
use crate::{
    everyday::is_everyday,
    reading::{Reading, keys},
    street::{self, Way},
    token::{Gap, Kind, Token},
};

/// A street as it is looked for.
#[derive(Default)]
pub(super) struct Street {
    /// The house's number or, for `12-14`, both.
    pub(super) numbers: Vec<String>,
    /// The keys of its name's words, without the kind of way.
    pub(super) name: Vec<String>,
    /// The key of the kind of way, if it has one of its own.
    pub(super) way: Option<String>,
    /// The kind stands before the name: `rue de Rivoli`.
    pub(super) way_leads: bool,
    /// Its name is a word that tells it from others.
    pub(super) distinctive: bool,
    /// The number stands before it.
    pub(super) number_first: bool,
}

/// A postcode.
pub(super) struct Code {
    pub(super) key: String,
    /// It has letters as well.
    pub(super) mixed: bool,
}

#[derive(Default)]
pub(super) struct Postal {
    pub(super) streets: Vec<Street>,
    pub(super) codes: Vec<Code>,
    /// The keys of towns, and of what else stands where a town could.
    pub(super) towns: Vec<String>,
    /// The numbers of post office boxes.
    pub(super) boxes: Vec<String>,
}

impl Drop for Postal {
    fn drop(&mut self) {
        for street in &mut self.streets {
            street.numbers.zeroize();
            street.name.zeroize();
            street.way.zeroize();
        }
        for code in &mut self.codes {
            code.key.zeroize();
        }
        self.towns.zeroize();
        self.boxes.zeroize();
    }
}

pub(super) fn parse(value: &Reading) -> Postal {
    let mut out = Postal::default();
    let mut start = 0;
    for at in 1..=value.tokens.len() {
        let ends = value
            .tokens
            .get(at)
            .is_none_or(|token| token.gap.has(Gap::COMMA | Gap::LINE));
        if ends {
            Line::new(&value.tokens[start..at]).read(&mut out);
            start = at;
        }
    }
    out
}

/// One line, and which of its tokens are told already.
struct Line<'a> {
    tokens: &'a [Token],
    told: Vec<bool>,
}

impl<'a> Line<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        Self {
            tokens,
            told: vec![false; tokens.len()],
        }
    }

    fn tell(&mut self, range: Range<usize>) {
        for at in range {
            self.told[at] = true;
        }
    }

    fn read(mut self, out: &mut Postal) {
        self.boxes(out);
        self.units();
        self.codes(out);
        for at in 0..self.tokens.len() {
            if !self.told[at] && self.is_house_number(at) {
                self.street(at, out);
            }
        }
        self.bare_street(out);
        self.towns(out);
    }

    fn boxes(&mut self, out: &mut Postal) {
        for at in 1..self.tokens.len() {
            if self.tokens[at].is_number() && is_box(self.tokens, at) {
                out.boxes.push(self.tokens[at].digits.clone());
                self.tell(at.saturating_sub(3)..at + 1);
            }
        }
    }

    /// `Flat 5`, `Apt. 4B`, `2nd floor`.
    fn units(&mut self) {
        for at in 0..self.tokens.len() {
            if !street::is_unit(&self.tokens[at].text) {
                continue;
            }
            let is_number = |at: usize| {
                self.tokens
                    .get(at)
                    .is_some_and(|token| !token.digits.is_empty())
            };
            if is_number(at + 1) {
                let letter = self
                    .tokens
                    .get(at + 2)
                    .is_some_and(|token| token.is_glued() && token.text.len() == 1);
                self.tell(at..at + 2 + usize::from(letter));
            } else if at > 0 && is_number(at - 1) {
                self.tell(at - 1..at + 1);
            }
        }
    }

    fn codes(&mut self, out: &mut Postal) {
        let has_way = self.tokens.iter().any(names_way);
        let free_numbers = |line: &Self| {
            let numbers = line.tokens.iter().zip(&line.told);
            numbers
                .filter(|(token, told)| token.is_number() && !**told)
                .count()
        };
        for at in 0..self.tokens.len() {
            if self.told[at] {
                continue;
            }
            if let Some(length) = mixed_code(&self.tokens[at..])
                && !self.told[at..at + length].contains(&true)
            {
                out.codes.push(Code {
                    key: keys(&self.tokens[at..at + length]).to_string(),
                    mixed: true,
                });
                self.tell(at..at + length);
                continue;
            }
            if !self.tokens[at].is_number() {
                continue;
            }
            let length = self.digits_code(at);
            let last = at + length == self.tokens.len();
            let after_state = at > 0 && street::is_state(&self.tokens[at - 1].text);
            if length > 0 && (!has_way || after_state || (last && free_numbers(self) > 1)) {
                let range = at..at + length;
                let key = keys(&self.tokens[range.clone()]).to_string();
                // A ZIP code's second part is left off as often as not.
                let key = if key.len() == 9 {
                    key[..5].to_owned()
                } else {
                    key
                };
                out.codes.push(Code { key, mixed: false });
                let is_street_too =
                    !has_way && at == 0 && self.tokens.len() > 1 && key_len(out) == 4;
                if !is_street_too {
                    self.tell(range);
                }
            }
        }
    }

    /// How many tokens from one on are a postcode of digits: `10115`, `101 15`, `62701-1234`.
    fn digits_code(&self, at: usize) -> usize {
        let length = |at: usize| {
            let token = self.tokens.get(at).filter(|token| token.is_number());
            token.map_or(0, |token| token.digits.len())
        };
        let second = self.tokens.get(at + 1).map_or(0, |next| {
            let joined = next.gap.len == 1 && next.gap.only(Gap::SPACE | Gap::DASH);
            if joined { length(at + 1) } else { 0 }
        });
        match (length(at), second) {
            (3, 2..=4) | (2, 3) | (5, 3..=4) => 2,
            (4..=6, _) => 1,
            _ => 0,
        }
    }

    fn is_house_number(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let has_way = self.tokens.iter().any(names_way);
        token.is_number() || (token.kind == Kind::Maybe && at == 0 && has_way)
    }

    fn street(&mut self, at: usize, out: &mut Postal) {
        let mut numbers = vec![self.tokens[at].digits.clone()];
        let mut next = at + 1;
        let is_range = self.tokens.get(next).is_some_and(|token| {
            token.is_number() && !self.told[next] && token.gap.has(Gap::DASH | Gap::SLASH)
        });
        if is_range {
            numbers.push(self.tokens[next].digits.clone());
            next += 1;
        }
        if self
            .tokens
            .get(next)
            .is_some_and(|token| token.is_glued() && token.text.len() == 1)
        {
            next += 1;
        }
        let free = |at: &usize| !self.told[*at] && !self.tokens[*at].is_number();
        let before_start = (0..at).rev().take_while(free).last().unwrap_or(at);
        let before = before_start..at;
        let after = next..(next..self.tokens.len())
            .take_while(free)
            .last()
            .map_or(next, |last| last + 1);
        let way_before = self.tokens[before.clone()].iter().any(names_way);
        let (words, number_first) = if way_before || after.is_empty() {
            (before, false)
        } else {
            (self.until_way(after), true)
        };
        self.tell(at..next);
        if let Some(street) = self.name(words.clone(), numbers, number_first) {
            self.tell(words);
            out.streets.push(street);
        }
    }

    /// The words up to and with the kind of way; at most five.
    fn until_way(&self, words: Range<usize>) -> Range<usize> {
        let limit = words.end.min(words.start + 5);
        for at in words.start + 1..limit {
            let more = self.tokens.get(at + 1).filter(|_| at + 1 < limit);
            let strong_next = more.is_some_and(|next| street::way(&next.text) == Some(Way::Strong));
            let named = (words.start..at).any(|at| !is_loose(&self.tokens[at]));
            let leading = street::way(&self.tokens[words.start].text) == Some(Way::Strong);
            if named && !leading && !strong_next && street::way(&self.tokens[at].text).is_some() {
                return words.start..at + 1;
            }
        }
        words.start..limit
    }

    fn name(
        &self,
        words: Range<usize>,
        numbers: Vec<String>,
        number_first: bool,
    ) -> Option<Street> {
        let mut words: Vec<&Token> = self.tokens[words]
            .iter()
            .filter(|token| !is_loose(token))
            .collect();
        let is_way = |token: &&Token| street::way(&token.text).is_some();
        let leads = |token: &&Token| street::way(&token.text) == Some(Way::Strong);
        let (mut way, mut way_leads) = (None, false);
        if words.len() > 1 && words.last().is_some_and(is_way) {
            way = words.pop();
        } else if words.len() > 1 && words.first().is_some_and(leads) {
            way = Some(words.remove(0));
            way_leads = true;
        }
        let distinctive = words.iter().any(|word| {
            word.text.chars().count() >= 4
                && !is_everyday(&word.text)
                && street::way(&word.text).is_none()
                && !street::is_everywhere(&word.key)
        });
        let name: Vec<String> = words.iter().map(|word| word.key.clone()).collect();
        (!name.is_empty()).then(|| Street {
            numbers,
            name,
            way: way.map(|way| way.key.clone()),
            way_leads,
            distinctive,
            number_first,
        })
    }

    /// A street without a number: `Quarry Lane`.
    fn bare_street(&mut self, out: &mut Postal) {
        let numbered = self.told.contains(&true) || self.tokens.iter().any(Token::is_number);
        if numbered || !self.tokens.last().is_some_and(names_way) {
            return;
        }
        if let Some(street) = self.name(0..self.tokens.len(), Vec::new(), true) {
            let whole = self
                .tokens
                .iter()
                .any(|token| street::is_whole(&token.text));
            if street.way.is_some() || whole {
                self.tell(0..self.tokens.len());
                out.streets.push(street);
            }
        }
    }

    fn towns(&self, out: &mut Postal) {
        let mut town = String::new();
        for (token, told) in self.tokens.iter().zip(&self.told) {
            if *told || !token.is_word() {
                out.towns
                    .extend((!town.is_empty()).then(|| std::mem::take(&mut town)));
            } else if !street::is_state(&token.text) {
                town.push_str(&token.key);
            }
        }
        out.towns.extend((!town.is_empty()).then_some(town));
    }
}

/// Whether the number at a token is a post office box's.
pub(super) fn is_box(tokens: &[Token], at: usize) -> bool {
    let word = |back: usize| {
        let at = at.checked_sub(back)?;
        tokens.get(at).map(|token| token.text.as_str())
    };
    match word(1) {
        Some("postfach" | "pobox" | "postbus") => true,
        // `PSC 12, Box 34` is the post of the forces.
        Some("box") => {
            matches!(word(2), Some("po"))
                || matches!(word(3), Some("cmr" | "psc" | "unit"))
                || (word(2), word(3)) == (Some("o"), Some("p"))
        }
        _ => false,
    }
}

pub(super) fn is_loose(token: &Token) -> bool {
    token.is_word() && street::is_loose(&token.text)
}

fn names_way(token: &Token) -> bool {
    street::way(&token.text).is_some() || street::is_whole(&token.text)
}

fn key_len(out: &Postal) -> usize {
    out.codes.last().map_or(0, |code| code.key.len())
}
