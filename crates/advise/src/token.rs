//! Words and numbers, and what stands between them.

use zeroize::Zeroize;

use crate::{fold::Letter, street};

/// What stands before a token: which marks, and how many of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Gap {
    marks: u32,
    pub(crate) len: usize,
}

impl Gap {
    pub(crate) const SPACE: u32 = 1;
    pub(crate) const LINE: u32 = 1 << 1;
    pub(crate) const AT: u32 = 1 << 2;
    pub(crate) const DOT: u32 = 1 << 3;
    pub(crate) const COMMA: u32 = 1 << 4;
    pub(crate) const COLON: u32 = 1 << 5;
    pub(crate) const SLASH: u32 = 1 << 6;
    pub(crate) const DASH: u32 = 1 << 7;
    pub(crate) const PLUS: u32 = 1 << 8;
    pub(crate) const OPEN: u32 = 1 << 9;
    pub(crate) const CLOSE: u32 = 1 << 10;
    /// What stands for hidden digits: `****`, `••••`, `…`.
    pub(crate) const MASK: u32 = 1 << 11;
    /// A sentence ended.
    pub(crate) const END: u32 = 1 << 12;
    pub(crate) const MONEY: u32 = 1 << 13;
    pub(crate) const HASH: u32 = 1 << 14;
    pub(crate) const EQUALS: u32 = 1 << 15;
    pub(crate) const OTHER: u32 = 1 << 16;
    /// The text begins here.
    const START: u32 = 1 << 17;

    fn start() -> Self {
        Self {
            marks: Self::START,
            len: 0,
        }
    }

    /// Whether nothing stands between two tokens.
    pub(crate) fn is_glue(self) -> bool {
        self.len == 0 && !self.has(Self::START)
    }

    /// Whether any of these marks is in it.
    pub(crate) fn has(self, marks: u32) -> bool {
        self.marks & marks != 0
    }

    /// Whether nothing but these marks is in it.
    pub(crate) fn only(self, marks: u32) -> bool {
        self.marks & !marks == 0
    }

    fn add(&mut self, c: char) {
        let ends = self.has(Self::DOT | Self::END);
        self.marks |= match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => Self::LINE,
            _ if c.is_whitespace() => Self::SPACE,
            '@' => Self::AT,
            '.' => Self::DOT,
            '!' | '?' => Self::END,
            ',' | ';' | '|' => Self::COMMA,
            ':' => Self::COLON,
            '/' | '\\' | '⁄' => Self::SLASH,
            '-' | '–' | '—' | '‐' | '−' | '‒' | '_' | '~' => Self::DASH,
            '+' => Self::PLUS,
            '(' | '[' | '{' | '<' => Self::OPEN,
            ')' | ']' | '}' | '>' => Self::CLOSE,
            '*' | '•' | '●' | '·' | '…' | '×' | '∙' | '█' => Self::MASK,
            '€' | '$' | '£' | '¥' | '%' => Self::MONEY,
            '#' | '№' => Self::HASH,
            '=' => Self::EQUALS,
            _ => Self::OTHER,
        };
        if ends && c.is_whitespace() {
            self.marks |= Self::END;
        }
        self.len += 1;
    }
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// Digits, or words for them.
    Number,
    /// `2nd`, `second`: a number in dates and street names, never a part of a longer one.
    Ordinal,
    /// A word that is a number only among numbers: `one`, `oh`.
    Maybe,
}

/// A word or a number.
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The word, folded; the digits of a number.
    pub(crate) text: String,
    /// The digits of a number, empty for a word.
    pub(crate) digits: String,
    /// What it is compared by: the digits, or the word with its abbreviations and umlauts made one.
    pub(crate) key: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) gap: Gap,
    /// It began with a capital.
    pub(crate) capital: bool,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Maybe)
    }

    pub(crate) fn is_number(&self) -> bool {
        self.kind == Kind::Number
    }

    /// Whether it touches the token before it.
    pub(crate) fn is_glued(&self) -> bool {
        self.gap.is_glue()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.text.zeroize();
        self.digits.zeroize();
        self.key.zeroize();
    }
}

/// A run of letters or of digits.
pub(crate) struct Raw {
    pub(crate) text: String,
    pub(crate) is_digits: bool,
    pub(crate) capital: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) gap: Gap,
}

impl Raw {
    pub(crate) fn is_glued(&self) -> bool {
        self.gap.is_glue()
    }

    pub(crate) fn into_word(self, kind: Kind, digits: String) -> Token {
        let key = if digits.is_empty() {
            street::canonical(&self.text)
        } else {
            digits.clone()
        };
        Token {
            kind,
            text: self.text,
            digits,
            key,
            start: self.start,
            end: self.end,
            gap: self.gap,
            capital: self.capital,
        }
    }
}

/// Splits letters into runs of letters and of digits, and tells what stands after the last.
pub(crate) fn split(letters: &[Letter]) -> (Vec<Raw>, Gap) {
    let mut out: Vec<Raw> = Vec::new();
    let mut gap = Gap::start();
    let mut open = false;
    for (at, letter) in letters.iter().enumerate() {
        let is_digits = letter.ch.is_ascii_digit();
        if !letter.ch.is_alphanumeric() {
            let inside = is_apostrophe(letter.ch)
                && open
                && out.last().is_some_and(|last| !last.is_digits)
                && letters
                    .get(at + 1)
                    .is_some_and(|next| next.ch.is_alphabetic());
            if !inside {
                open = false;
                gap.add(letter.ch);
            }
            continue;
        }
        match out.last_mut() {
            Some(last) if open && last.is_digits == is_digits => {
                last.text.push(letter.ch);
                last.end = letter.end;
            }
            _ => out.push(Raw {
                text: letter.ch.to_string(),
                is_digits,
                capital: letter.upper,
                start: letter.start,
                end: letter.end,
                gap: std::mem::take(&mut gap),
            }),
        }
        open = true;
    }
    (out, gap)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ')
}
