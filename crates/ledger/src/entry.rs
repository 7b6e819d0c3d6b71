//! One entry of the ledger and its canonical bytes.
//!
//! The canonical form is one line of JSON in UTF-8, nothing before or after it:
//! `{"account":…,"actor":…,"at":…,"data":{…},"kind":…,"nth":…,"ticket":…}`
//! - all seven keys are always there, in this order; `account`, `nth` and `ticket` are `null` when
//!   absent;
//! - the entries about one account are numbered: `nth` is 1 for the first, 2 for the second, and so
//!   on, so that none can be left out of a record unseen; without an account it is `null`;
//! - no space or line break between tokens; keys of every object sorted by code point, each once;
//! - numbers are integers from `i64::MIN` to `u64::MAX`, without sign when positive, without
//!   leading zeros, fraction or exponent; a fraction is written as text (`"0.5"`), because floating
//!   point doesn't survive every reader;
//! - in strings only `"`, `\` and the control characters below U+0020 are escaped: `\"`, `\\`,
//!   `\b`, `\t`, `\n`, `\f`, `\r`, and `\u00xx` (lower case) for the others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

#[cfg(test)]
mod tests;

/// Why a text is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The text is not JSON.
    #[error("the entry is not JSON")]
    Json,
    /// A key is missing or its value is of the wrong type.
    #[error("the entry's `{0}` is missing or of the wrong type")]
    Shape(&'static str),
    /// The text means an entry but is not written in the one canonical way.
    #[error("the entry is not in canonical form; write it with `Entry::encode`")]
    Canonical,
}

/// One act, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it happened: microseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// What happened, such as `request.permit`.
    pub kind: String,
    /// Who did it: `staff:<uuid>`, `token:<uuid>`, `owner`, `watch`, `operator` or `system`.
    pub actor: String,
    /// The account that it is about, as a UUID.
    pub account: Option<String>,
    /// Which of its account's entries it is, from 1; given when it is appended.
    pub nth: Option<u64>,
    /// The number of the ticket that it belongs to.
    pub ticket: Option<i64>,
    /// What else there is to tell; personal data only as keyed commitments. Nested at most 100 deep.
    pub data: BTreeMap<String, Value>,
}

impl Entry {
    /// An entry without account, ticket and data. `at` in microseconds since the Unix epoch.
    pub fn new(at: i64, kind: impl Into<String>, actor: impl Into<String>) -> Self {
        Self {
            at,
            kind: kind.into(),
            actor: actor.into(),
            account: None,
            nth: None,
            ticket: None,
            data: BTreeMap::new(),
        }
    }

    /// The same entry, about this account (a UUID).
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The same entry, as this one of its account's entries, from 1; none without an account.
    #[must_use]
    pub fn numbered(mut self, nth: Option<u64>) -> Self {
        self.nth = nth;
        self
    }

    /// The same entry, in the ticket with this number.
    #[must_use]
    pub fn with_ticket(mut self, number: i64) -> Self {
        self.ticket = Some(number);
        self
    }

    /// The same entry with one more piece of data.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(key.into(), value.into());
        self
    }

    /// The canonical text (see the module's description). Its bytes are what the tree hashes.
    pub fn encode(&self) -> String {
        let mut out = String::with_capacity(192);
        out.push_str("{\"account\":");
        match &self.account {
            Some(account) => push_text(&mut out, account),
            None => out.push_str("null"),
        }
        out.push_str(",\"actor\":");
        push_text(&mut out, &self.actor);
        out.push_str(",\"at\":");
        out.push_str(&self.at.to_string());
        out.push_str(",\"data\":");
        push_object(&mut out, self.data.iter());
        out.push_str(",\"kind\":");
        push_text(&mut out, &self.kind);
        out.push_str(",\"nth\":");
        match self.nth {
            Some(nth) => out.push_str(&nth.to_string()),
            None => out.push_str("null"),
        }
        out.push_str(",\"ticket\":");
        match self.ticket {
            Some(ticket) => out.push_str(&ticket.to_string()),
            None => out.push_str("null"),
        }
        out.push('}');
        out
    }

    /// Reads the canonical text.
    ///
    /// # Errors
    /// When the text is not JSON, not an entry, or not exactly what [`encode`](Self::encode) writes.
    pub fn decode(text: &str) -> Result<Self, EntryError> {
        let Ok(Value::Object(mut object)) = serde_json::from_str(text) else {
            return Err(EntryError::Json);
        };
        let entry = Self {
            at: take(&mut object, "at")?
                .as_i64()
                .ok_or(EntryError::Shape("at"))?,
            kind: take_text(&mut object, "kind")?.ok_or(EntryError::Shape("kind"))?,
            actor: take_text(&mut object, "actor")?.ok_or(EntryError::Shape("actor"))?,
            account: take_text(&mut object, "account")?,
            nth: match take(&mut object, "nth")? {
                Value::Null => None,
                value => Some(value.as_u64().ok_or(EntryError::Shape("nth"))?),
            },
            ticket: match take(&mut object, "ticket")? {
                Value::Null => None,
                value => Some(value.as_i64().ok_or(EntryError::Shape("ticket"))?),
            },
            data: match take(&mut object, "data")? {
                Value::Object(data) => data.into_iter().collect(),
                _ => return Err(EntryError::Shape("data")),
            },
        };
        // Comparing the whole text catches every other spelling at once: spaces, order, repeated
        // or unknown keys, escapes, fractions.
        if entry.encode() == text {
            Ok(entry)
        } else {
            Err(EntryError::Canonical)
        }
    }
}

fn take(object: &mut Map<String, Value>, key: &'static str) -> Result<Value, EntryError> {
    object.remove(key).ok_or(EntryError::Shape(key))
}

fn take_text(
    object: &mut Map<String, Value>,
    key: &'static str,
) -> Result<Option<String>, EntryError> {
    match take(object, key)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(EntryError::Shape(key)),
    }
}

fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => push_number(out, number),
        Value::String(text) => push_text(out, text),
        Value::Array(values) => {
            out.push('[');
            for (n, value) in values.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                push_value(out, value);
            }
            out.push(']');
        }
        Value::Object(map) => {
            // The map's own order depends on how serde_json was built, so it is sorted here.
            push_object(out, map.iter().collect::<BTreeMap<_, _>>().into_iter());
        }
    }
}

fn push_object<'a>(out: &mut String, pairs: impl Iterator<Item = (&'a String, &'a Value)>) {
    out.push('{');
    for (n, (key, value)) in pairs.enumerate() {
        if n > 0 {
            out.push(',');
        }
        push_text(out, key);
        out.push(':');
        push_value(out, value);
    }
    out.push('}');
}

fn push_number(out: &mut String, number: &Number) {
    if let Some(number) = number.as_i64() {
        out.push_str(&number.to_string());
    } else if let Some(number) = number.as_u64() {
        out.push_str(&number.to_string());
    } else {
        push_text(out, &number.to_string());
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                // Writing to a string can't fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
