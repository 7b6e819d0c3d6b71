//! The parts of a mail (RFC 2045, 2046), taken apart with limits and without going into attached
//! mails. A parser of our own, because the mail that comes in is hostile until its signature holds.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use crate::{
    ReceiptError,
    section::{Section, line_end},
};

/// How deep multiparts may stand in each other.
const DEEPEST: usize = 5;
/// The most parts.
const MOST: usize = 60;

/// A part that isn't made of parts.
#[derive(Debug)]
pub(crate) struct Leaf<'m> {
    /// Its media type, such as `text/plain`.
    pub kind: String,
    /// Its character set, if it names one.
    pub charset: Option<String>,
    /// Whether it is meant to be saved, not read.
    pub attachment: bool,
    /// Whether its name ends in `.eml`.
    pub named_eml: bool,
    encoding: Encoding,
    body: &'m [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    None,
    Base64,
    QuotedPrintable,
}

/// The leaves of a message, in order.
pub(crate) fn leaves(message: &[u8]) -> Result<Vec<Leaf<'_>>, ReceiptError> {
    let mut out = Vec::new();
    split(message, "text/plain", 0, &mut out)?;
    Ok(out)
}

fn split<'m>(
    part: &'m [u8],
    default: &str,
    depth: usize,
    out: &mut Vec<Leaf<'m>>,
) -> Result<(), ReceiptError> {
    let section = Section::parse(part)?;
    let kind = match section.at_most_one("Content-Type")? {
        None => Header::of_kind(default),
        Some(field) => Header::parse(&field.line().ok_or(ReceiptError::Malformed)?)
            .ok_or(ReceiptError::Malformed)?,
    };
    if kind.value.starts_with("multipart/") {
        let boundary = kind.get("boundary").filter(|b| (1..=70).contains(&b.len()));
        let boundary = boundary.ok_or(ReceiptError::Malformed)?;
        if depth == DEEPEST {
            return Err(ReceiptError::Malformed);
        }
        let default = match kind.value.as_str() {
            "multipart/digest" => "message/rfc822",
            _ => "text/plain",
        };
        for part in between(section.body, boundary.as_bytes())? {
            split(part, default, depth + 1, out)?;
        }
        return Ok(());
    }
    if out.len() == MOST {
        return Err(ReceiptError::Malformed);
    }
    let disposition = match section.at_most_one("Content-Disposition")? {
        // Names in other characters than ASCII make no difference here.
        Some(field) => field.line().and_then(|line| Header::parse(&line)),
        None => None,
    };
    let named_eml = kind.names_eml() || disposition.as_ref().is_some_and(Header::names_eml);
    let encoding = match section.at_most_one("Content-Transfer-Encoding")? {
        None => Encoding::None,
        Some(field) => match field
            .line()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "7bit" | "8bit" | "binary" => Encoding::None,
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => return Err(ReceiptError::Malformed),
        },
    };
    out.push(Leaf {
        charset: kind.get("charset").map(str::to_owned),
        attachment: disposition.is_some_and(|d| d.value != "inline"),
        named_eml,
        kind: kind.value,
        encoding,
        body: section.body,
    });
    Ok(())
}

/// What stands between the delimiter lines. A last one without its end goes to the end.
fn between<'m>(body: &'m [u8], boundary: &[u8]) -> Result<Vec<&'m [u8]>, ReceiptError> {
    let mut parts = Vec::new();
    let mut begin = None;
    let mut at = 0;
    while at <= body.len() {
        let rest = &body[at..];
        let end = line_end(rest);
        let delimiter = rest[..end]
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary))
            .map(<[u8]>::trim_ascii_end);
        if let Some(tail @ (b"" | b"--")) = delimiter {
            if let Some(begin) = begin {
                // The CRLF before a delimiter belongs to the delimiter.
                parts.push(&body[begin..at.saturating_sub(2).max(begin)]);
            }
            if parts.len() > MOST {
                return Err(ReceiptError::Malformed);
            }
            if tail == b"--" {
                return Ok(parts);
            }
            begin = Some((at + end + 2).min(body.len()));
        }
        at += end + 2;
    }
    if let Some(begin) = begin {
        parts.push(&body[begin..]);
    }
    Ok(parts)
}

impl<'m> Leaf<'m> {
    /// Its bytes, decoded.
    pub(crate) fn bytes(&self) -> Result<Cow<'m, [u8]>, ReceiptError> {
        match self.encoding {
            Encoding::None => Ok(Cow::Borrowed(self.body)),
            Encoding::Base64 => {
                let letters: Vec<u8> = self
                    .body
                    .iter()
                    .copied()
                    .filter(|c| !c.is_ascii_whitespace())
                    .collect();
                STANDARD
                    .decode(letters)
                    .map(Cow::Owned)
                    .map_err(|_| ReceiptError::Body)
            }
            Encoding::QuotedPrintable => quoted_printable_decode(self.body)
                .map(Cow::Owned)
                .ok_or(ReceiptError::Body),
        }
    }

    /// Whether it is a whole mail.
    pub(crate) fn is_mail(&self) -> bool {
        matches!(self.kind.as_str(), "message/rfc822" | "message/global") || self.named_eml
    }
}

/// A structured header: a value and parameters (RFC 2045, 5.1).
#[derive(Debug)]
struct Header {
    value: String,
    parameters: Vec<(String, String)>,
}

impl Header {
    fn of_kind(kind: &str) -> Self {
        Self {
            value: kind.to_owned(),
            parameters: Vec::new(),
        }
    }

    /// Nothing if it is malformed, or has a parameter twice.
    fn parse(line: &str) -> Option<Self> {
        let (value, mut rest) = line.split_at(line.find(';').unwrap_or(line.len()));
        let value = value.trim().to_ascii_lowercase();
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`{|}~".contains(c);
        if value.is_empty() || !value.chars().all(|c| token(c) || c == '/') {
            return None;
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return Some(Self { value, parameters });
            }
            rest = rest.strip_prefix(';')?.trim_start();
            if rest.is_empty() {
                return Some(Self { value, parameters });
            }
            let (name, after) = rest.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            if name.is_empty()
                || !name.chars().all(token)
                || parameters.iter().any(|(known, _)| *known == name)
            {
                return None;
            }
            let after = after.trim_start();
            let (content, tail) = if let Some(quoted) = after.strip_prefix('"') {
                unquote(quoted)?
            } else {
                let (bare, tail) = after.split_at(after.find(';').unwrap_or(after.len()));
                // Some programs leave the quotes out where they'd be needed; what a blank in it means
                // is then anybody's guess.
                let bare = bare.trim_end();
                if bare.is_empty() || bare.contains([' ', '\t', '"', '(', ')']) {
                    return None;
                }
                (bare.to_owned(), tail)
            };
            parameters.push((name, content));
            rest = tail;
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, content)| content.as_str())
    }

    fn names_eml(&self) -> bool {
        self.parameters.iter().any(|(name, content)| {
            (name.starts_with("name") || name.starts_with("filename"))
                && content.to_ascii_lowercase().ends_with(".eml")
        })
    }
}

/// The content of a quoted string whose first quote is gone, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => out.push(rest.next()?.1),
            c => out.push(c),
        }
    }
    None
}
