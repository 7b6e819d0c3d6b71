//! The numbers of transactions in a signed body.

use std::borrow::Cow;

use mail_parser::decoders::{charsets::map::charset_decoder, html::html_to_text};
use regex::Regex;
use zeroize::Zeroizing;

use crate::{ReceiptError, SettingsError, mime};

/// The most numbers that one receipt may name.
const MOST: usize = 20;
/// How short and long a number is, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=40;
/// The largest a pattern may become, in bytes.
const LARGEST: usize = 1 << 20;

/// What a transaction's number looks like in this company's receipts.
#[derive(Debug)]
pub(crate) struct Patterns {
    patterns: Vec<Regex>,
    blocks: Regex,
}

impl Patterns {
    /// Makes patterns of labels that stand before a number, such as `Receipt no.`, and takes
    /// patterns with one group each as they are. The expressions run in linear time.
    pub(crate) fn new(labels: &[String], patterns: &[String]) -> Result<Self, SettingsError> {
        let mut all = Vec::new();
        for label in labels {
            let words: Vec<String> = label.split_whitespace().map(regex::escape).collect();
            if words.is_empty() {
                return Err(SettingsError::Label);
            }
            let begin = if label.trim_start().starts_with(char::is_alphanumeric) {
                r"\b"
            } else {
                ""
            };
            let pattern = format!(
                r"(?i){begin}{}[\s:#.]*([a-z0-9][a-z0-9-]*)",
                words.join(r"\s+")
            );
            all.push(build(&pattern).ok_or(SettingsError::Label)?);
        }
        for pattern in patterns {
            let pattern = build(pattern).filter(|pattern| pattern.captures_len() == 2);
            all.push(pattern.ok_or(SettingsError::Pattern)?);
        }
        if all.is_empty() {
            return Err(SettingsError::NoPatterns);
        }
        let blocks = r"(?i)<(/?(?:td|th|tr|table|div|p|br|li|ul|ol|h[1-6]|hr|dt|dd|section)\b)";
        Ok(Self {
            patterns: all,
            blocks: build(blocks).ok_or(SettingsError::Pattern)?,
        })
    }

    /// The numbers in the body of a mail whose signature held, in capitals. The text and the HTML
    /// have to name the same.
    pub(crate) fn find(&self, mail: &[u8]) -> Result<Vec<Zeroizing<String>>, ReceiptError> {
        let mut text = None;
        let mut html = None;
        for leaf in mime::leaves(mail)? {
            let into = match leaf.kind.as_str() {
                _ if leaf.attachment => continue,
                "text/plain" => &mut text,
                "text/html" => &mut html,
                _ => continue,
            };
            let words = words(&leaf)?;
            let words = match leaf.kind.as_str() {
                "text/html" => html_to_text(&self.blocks.replace_all(&words, " <$1")),
                _ => words,
            };
            let all: &mut Zeroizing<String> = into.get_or_insert_default();
            all.push('\n');
            all.push_str(&words);
        }
        let numbers = match (text, html) {
            (Some(text), Some(html)) => {
                let numbers = self.numbers(&text);
                if numbers != self.numbers(&html) {
                    return Err(ReceiptError::PartsDiffer);
                }
                numbers
            }
            (Some(one), None) | (None, Some(one)) => self.numbers(&one),
            (None, None) => return Err(ReceiptError::NoTransaction),
        };
        match numbers.len() {
            0 => Err(ReceiptError::NoTransaction),
            1..=MOST => Ok(numbers),
            _ => Err(ReceiptError::TooManyTransactions),
        }
    }

    /// Sorted, each once.
    fn numbers(&self, text: &str) -> Vec<Zeroizing<String>> {
        let found = self
            .patterns
            .iter()
            .flat_map(|pattern| pattern.captures_iter(text))
            .filter_map(|captures| captures.get(1));
        let mut numbers: Vec<Zeroizing<String>> = found
            .map(|number| number.as_str().trim().trim_end_matches('-'))
            .filter(|number| LENGTH.contains(&number.chars().count()))
            .map(|number| Zeroizing::new(number.to_uppercase()))
            .collect();
        numbers.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        numbers.dedup();
        numbers
    }
}

fn build(pattern: &str) -> Option<Regex> {
    regex::RegexBuilder::new(pattern)
        .size_limit(LARGEST)
        .build()
        .ok()
}

fn words(leaf: &mime::Leaf<'_>) -> Result<String, ReceiptError> {
    let bytes = leaf.bytes()?;
    let charset = leaf.charset.as_deref().unwrap_or("us-ascii");
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => match bytes {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(str::to_owned).ok(),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok(),
        },
        // It hides characters in others and is out of use since RFC 6532.
        "utf-7" => None,
        other => charset_decoder(other.as_bytes()).map(|decode| decode(&bytes)),
    }
    .ok_or(ReceiptError::Body)
}
