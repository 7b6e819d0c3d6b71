//! The account document: what a company sends of one account.
//!
//! Errors name the key that is wrong and what to do, never the value.

use serde::{
    Deserialize,
    de::{Error as _, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};
use words::ContactKind;
use zeroize::Zeroizing;

use crate::error::DeskError;

/// What is wrong with an account document: the key and what to do, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It can't be read as JSON at all.
    #[error("not JSON (column {0})")]
    NotJson(usize),
    /// It can't be read as a row of a CSV file.
    #[error("{0}")]
    Row(String),
    /// Something is wrong with one key.
    #[error("{key}: {what}")]
    Key {
        /// Which, such as `contact_points[0].value`.
        key: String,
        /// What is wrong and what to do.
        what: String,
    },
}

impl DocumentError {
    pub(super) fn key(key: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Key {
            key: key.into(),
            what: what.into(),
        }
    }
}

/// One account as the company sends it, in `PUT /api/v1/accounts/{external_id}` and in each line of
/// a JSONL file. Dates are RFC 3339 or bare (`2019-05-01`).
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountDocument {
    /// The company's own name for the account; 1 to 64 visible letters, shown to reps.
    pub external_id: Option<String>,
    /// What a rep calls the customer; 1 to 100 letters, shown to reps.
    pub display_name: String,
    /// Since when they are a customer; shown to reps.
    #[serde(default)]
    pub customer_since: Option<String>,
    /// Whether the company marks it as important: more of what is asked for it needs a second person.
    /// Left out, it stays as it was.
    #[serde(default)]
    pub important: Option<bool>,
    /// The email addresses and phone numbers that the owner registered.
    #[serde(default)]
    pub contact_points: Vec<ContactPointDocument>,
    /// The values, by the catalogue's names.
    #[serde(default, deserialize_with = "fields")]
    pub fields: BTreeMap<String, FieldDocument>,
}

/// One contact point as the company sends it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactPointDocument {
    /// Email or phone.
    pub kind: ContactKind,
    /// The address or number.
    pub value: String,
    /// When the owner gave it; if absent, when they confirmed it.
    #[serde(default)]
    pub registered_at: Option<String>,
    /// When the owner confirmed it; without that, nothing is ever sent there.
    #[serde(default)]
    pub confirmed_at: Option<String>,
}

/// A field as the company sends it: a text, or an object of items or of a document's parts
/// (`file_name`, `media_type` and `base64`).
#[derive(Clone)]
pub enum FieldDocument {
    /// A text.
    Text(String),
    /// Named parts.
    Object(BTreeMap<String, FieldDocument>),
}

impl From<&str> for FieldDocument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for FieldDocument {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Field;
        impl<'de> Visitor<'de> for Field {
            type Value = FieldDocument;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or an object of texts")
            }
            fn visit_str<E>(self, text: &str) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Text(text))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldDocument, A::Error> {
                parts(map).map(FieldDocument::Object)
            }
        }
        from.deserialize_any(Field)
    }
}

const TWICE: &str = "a key stands here twice";

/// Reads an object; a key that comes twice is an error, as one of its values would be lost.
fn parts<'de, A: MapAccess<'de>>(mut map: A) -> Result<BTreeMap<String, FieldDocument>, A::Error> {
    let mut parts = BTreeMap::new();
    while let Some((key, part)) = map.next_entry()? {
        if parts.insert(key, part).is_some() {
            return Err(A::Error::custom(TWICE));
        }
    }
    Ok(parts)
}

fn fields<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, FieldDocument>, D::Error> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = BTreeMap<String, FieldDocument>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of fields")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            parts(map)
        }
    }
    from.deserialize_map(Fields)
}

/// A document of an account: sealed as one value, unpacked when it is sent to the owner.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// The file's name, such as `invoice-10442.pdf`.
    pub file_name: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Heading {
    file_name: String,
    media_type: String,
}

impl StoredDocument {
    /// The one value that is sealed: a line of JSON with name and type, then the bytes.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let heading =
            serde_json::json!({ "file_name": self.file_name, "media_type": self.media_type })
                .to_string();
        let mut out = Zeroizing::new(Vec::with_capacity(heading.len() + 1 + self.bytes.len()));
        out.extend_from_slice(heading.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(&self.bytes);
        out
    }

    /// Reads back what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`DeskError::Broken`] if it did not write this.
    pub fn decode(value: &[u8]) -> Result<Self, DeskError> {
        let broken = || DeskError::Broken("a stored document can't be read".to_owned());
        let end = value
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(broken)?;
        let heading: Heading = serde_json::from_slice(&value[..end]).map_err(|_| broken())?;
        Ok(Self {
            file_name: heading.file_name,
            media_type: heading.media_type,
            bytes: value[end + 1..].to_vec(),
        })
    }
}

/// What keeps the digests of fields apart: `address`, `invoice[10442]`.
pub fn digest_label(name: &str, item: &str) -> String {
    if item.is_empty() {
        name.to_owned()
    } else {
        format!("{name}[{item}]")
    }
}

impl AccountDocument {
    /// Reads an account document from JSON.
    ///
    /// # Errors
    /// [`DocumentError`] names the key that is wrong.
    pub fn from_json(text: &[u8]) -> Result<Self, DocumentError> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let document = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            plain(&path, error.inner())
        })?;
        json.end()
            .map_err(|error| DocumentError::NotJson(error.column()))?;
        Ok(document)
    }
}

/// A key as it may be printed: what doesn't look like a key might be a value in a wrong place.
pub(super) fn printable(key: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.[]".contains(&b);
    if key.len() <= 64 && key.bytes().all(plain) {
        key
    } else {
        "…"
    }
}

/// The parser's complaint without the value that it quotes.
fn plain(path: &str, error: &serde_json::Error) -> DocumentError {
    if error.classify() != serde_json::error::Category::Data {
        return DocumentError::NotJson(error.column());
    }
    let text = error.to_string();
    let place = if path == "." {
        String::new()
    } else {
        path.split('.').map(printable).collect::<Vec<_>>().join(".")
    };
    let here = if place.is_empty() {
        "the document"
    } else {
        place.as_str()
    };
    let within = |key: &str| {
        let key = printable(key);
        if place.is_empty() {
            key.to_owned()
        } else if place.ends_with(key) {
            place.clone()
        } else {
            format!("{place}.{key}")
        }
    };
    let quoted = || text.split('`').nth(1).unwrap_or_default();
    if text.starts_with("missing field") {
        DocumentError::key(within(quoted()), "is missing")
    } else if text.starts_with("unknown field") {
        DocumentError::key(within(quoted()), "is not known here; leave it out")
    } else if text.starts_with("duplicate field") {
        DocumentError::key(within(quoted()), "stands here twice")
    } else if text.starts_with(TWICE) {
        DocumentError::key(here, TWICE)
    } else if path.rsplit('.').next() == Some("kind") {
        DocumentError::key(here, "must be email or phone")
    } else {
        DocumentError::key(
            here,
            format!("is of the wrong type (column {})", error.column()),
        )
    }
}

#[cfg(test)]
mod tests;
