//! The checks that an account document must pass, and the one form of it that is compared and
//! sealed afterwards.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read as _,
    path::{Component, Path, PathBuf},
};
use vault::normalise;
use words::{ContactKind, FieldClass, FieldKind, Time};
use zeroize::Zeroizing;

use super::document::{
    AccountDocument, ContactPointDocument, DocumentError, FieldDocument, StoredDocument,
    digest_label, printable,
};
use crate::catalogue::{Catalogue, CatalogueField, address_kind};

/// The longest text of a field, in letters.
pub(super) const TEXT: usize = 4_000;
/// The most items of one field.
pub(super) const ITEMS: usize = 500;
/// The most contact points of an account.
const POINTS: usize = 20;
/// The largest document, in bytes.
pub(super) const DOCUMENT: usize = 10 * 1024 * 1024;

/// An account that passed the checks, in the one form that is compared and sealed.
pub(crate) struct Incoming {
    pub(crate) external_id: String,
    pub(crate) display_name: String,
    pub(crate) customer_since: Option<Time>,
    pub(crate) important: Option<bool>,
    pub(crate) points: Vec<IncomingPoint>,
    /// In the order of name and item.
    pub(crate) values: Vec<IncomingValue>,
}

pub(crate) struct IncomingPoint {
    pub(crate) kind: ContactKind,
    pub(crate) address: Zeroizing<String>,
    pub(crate) normal: Zeroizing<String>,
    pub(crate) registered_at: Option<Time>,
    pub(crate) confirmed_at: Option<Time>,
}

pub(crate) struct IncomingValue {
    pub(crate) name: String,
    pub(crate) item: String,
    pub(crate) class: FieldClass,
    pub(crate) kind: FieldKind,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Whether it can be a proof.
    pub(crate) proves: bool,
}

impl Incoming {
    /// How many of its receipt codes are too short to be a proof.
    pub(crate) fn short_receipts(&self) -> u64 {
        let short = |value: &&IncomingValue| value.kind == FieldKind::Receipt && !value.proves;
        self.values.iter().filter(short).count() as u64
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        self.values
            .iter()
            .map(|value| value.bytes.len() + 128)
            .sum()
    }
}

/// The folder of an import file, from which its rows may name documents.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(file: &Path) -> std::io::Result<Self> {
        let file = file.canonicalize()?;
        Ok(Self(file.parent().unwrap_or(&file).to_owned()))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, &'static str> {
        const OUTSIDE: &str = "must name a file below the import file's folder";
        let name = Path::new(name);
        if !name
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(OUTSIDE);
        }
        // Resolves links, so that one that leads out of the folder is caught.
        let path = self
            .0
            .join(name)
            .canonicalize()
            .map_err(|_| "names a file that is not there")?;
        if !path.starts_with(&self.0) {
            return Err(OUTSIDE);
        }
        if !path.is_file() {
            return Err("names something that is not a file");
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(DOCUMENT).unwrap_or(u64::MAX) + 1;
        File::open(path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(|_| "names a file that can't be read")?;
        Ok(bytes)
    }
}

impl AccountDocument {
    /// Checks everything against the catalogue. `folder`: from where documents may be read by
    /// name; `now`: dates after it are refused.
    pub(crate) fn check(
        self,
        catalogue: &Catalogue,
        folder: Option<&Folder>,
        now: Time,
    ) -> Result<Incoming, DocumentError> {
        let external_id = self
            .external_id
            .ok_or_else(|| DocumentError::key("external_id", "is missing"))?;
        if !(1..=64).contains(&external_id.chars().count())
            || !external_id.chars().all(|c| visible(c) && c != ' ')
        {
            return Err(DocumentError::key(
                "external_id",
                "must be 1 to 64 visible letters without spaces",
            ));
        }
        let display_name = self.display_name.trim();
        if !(1..=100).contains(&display_name.chars().count()) || !display_name.chars().all(visible)
        {
            return Err(DocumentError::key(
                "display_name",
                "must be 1 to 100 visible letters",
            ));
        }
        let mut values = Vec::with_capacity(self.fields.len());
        for (name, field) in self.fields {
            let Some(declared) = catalogue.field(&name) else {
                let known: Vec<&str> = catalogue
                    .fields()
                    .iter()
                    .map(|field| field.name.as_str())
                    .collect();
                return Err(DocumentError::key(
                    format!("fields.{}", printable(&name)),
                    format!("is not in the catalogue; it has: {}", known.join(", ")),
                ));
            };
            check_field(declared, field, folder, &mut values)?;
        }
        Ok(Incoming {
            external_id,
            display_name: display_name.to_owned(),
            customer_since: past("customer_since", self.customer_since.as_deref(), now)?,
            important: self.important,
            points: check_points(&self.contact_points, now)?,
            values,
        })
    }
}

fn check_points(
    documents: &[ContactPointDocument],
    now: Time,
) -> Result<Vec<IncomingPoint>, DocumentError> {
    if documents.len() > POINTS {
        return Err(DocumentError::key(
            "contact_points",
            format!("has more than {POINTS}; send fewer"),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut points = Vec::with_capacity(documents.len());
    for (n, document) in documents.iter().enumerate() {
        let key = |part: &str| format!("contact_points[{n}].{part}");
        let kind = address_kind(document.kind);
        let address = check_text(kind, document.value.trim())
            .map_err(|what| DocumentError::key(key("value"), what))?;
        let normal = normalise(kind, &address);
        let registered_at = past(
            &key("registered_at"),
            document.registered_at.as_deref(),
            now,
        )?;
        let confirmed_at = past(&key("confirmed_at"), document.confirmed_at.as_deref(), now)?;
        if let (Some(registered), Some(confirmed)) = (registered_at, confirmed_at)
            && confirmed < registered
        {
            return Err(DocumentError::key(
                key("confirmed_at"),
                "is before registered_at; one of them is wrong",
            ));
        }
        if !seen.insert((document.kind, normal.clone())) {
            return Err(DocumentError::key(
                key("value"),
                "stands here twice; send it once",
            ));
        }
        points.push(IncomingPoint {
            kind: document.kind,
            address: Zeroizing::new(address),
            normal: Zeroizing::new(normal),
            registered_at: registered_at.or(confirmed_at),
            confirmed_at,
        });
    }
    Ok(points)
}

fn check_field(
    declared: &CatalogueField,
    field: FieldDocument,
    folder: Option<&Folder>,
    values: &mut Vec<IncomingValue>,
) -> Result<(), DocumentError> {
    let mut take = |item: String, part: FieldDocument| {
        let bytes = check_value(declared, part, folder).map_err(|(part, what)| {
            let label = digest_label(&declared.name, &item);
            DocumentError::key(format!("fields.{label}{part}"), what)
        })?;
        values.push(IncomingValue {
            name: declared.name.clone(),
            item,
            class: declared.class,
            kind: declared.kind,
            proves: declared.kind == FieldKind::Receipt
                && declared.class == FieldClass::Secret
                && std::str::from_utf8(&bytes).is_ok_and(long_enough),
            bytes,
        });
        Ok(())
    };
    if !declared.items {
        return take(String::new(), field);
    }
    let key = || format!("fields.{}", declared.name);
    let FieldDocument::Object(items) = field else {
        return Err(DocumentError::key(
            key(),
            "has items; send an object of labels and values",
        ));
    };
    if items.len() > ITEMS {
        return Err(DocumentError::key(
            key(),
            format!("has more than {ITEMS} items; send fewer"),
        ));
    }
    for (item, part) in items {
        if !(1..=64).contains(&item.chars().count())
            || !item.chars().all(|c| visible(c) && !matches!(c, '[' | ']'))
        {
            return Err(DocumentError::key(
                key(),
                "has an item whose label isn't 1 to 64 visible letters without brackets",
            ));
        }
        take(item, part)?;
    }
    Ok(())
}

type Fault = (&'static str, &'static str);

/// The bytes to keep of a value, or which part is wrong and what to do.
fn check_value(
    declared: &CatalogueField,
    part: FieldDocument,
    folder: Option<&Folder>,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    match (declared.kind, part) {
        (FieldKind::Document, FieldDocument::Object(parts)) => {
            Ok(check_document(parts, folder)?.encode())
        }
        (FieldKind::Document, FieldDocument::Text(_)) => Err((
            "",
            "is a document; send an object with file_name, media_type and base64",
        )),
        (kind, FieldDocument::Text(text)) => {
            let text = Zeroizing::new(text);
            check_text(kind, text.trim())
                .map(|text| Zeroizing::new(text.into_bytes()))
                .map_err(|what| ("", what))
        }
        (_, FieldDocument::Object(_)) => Err(("", "must be a text")),
    }
}

fn check_document(
    mut parts: BTreeMap<String, FieldDocument>,
    folder: Option<&Folder>,
) -> Result<StoredDocument, Fault> {
    let mut text = |key: &str| match parts.remove(key) {
        Some(FieldDocument::Text(text)) => Some(text),
        _ => None,
    };
    let (mut file_name, media_type, base64, file) = (
        text("file_name"),
        text("media_type"),
        text("base64"),
        text("file"),
    );
    if !parts.is_empty() {
        return Err((
            "",
            "is a document; it has the texts file_name, media_type and base64",
        ));
    }
    let bytes = match (base64, file, folder) {
        // Checked before decoding: four letters stand for three bytes.
        (Some(base64), None, _) if base64.len() > DOCUMENT.div_ceil(3) * 4 => {
            return Err((".base64", "is larger than 10 MB"));
        }
        (Some(base64), None, _) => STANDARD
            .decode(base64)
            .map_err(|_| (".base64", "is not base64"))?,
        (None, Some(file), Some(folder)) => {
            if file_name.is_none() {
                file_name = Path::new(&file)
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
            }
            folder.read(&file).map_err(|what| (".file", what))?
        }
        (None, Some(_), None) => {
            return Err((".file", "works in an import file only; send base64"));
        }
        (Some(_), Some(_), _) => return Err(("", "has both base64 and file; send one")),
        (None, None, _) => return Err((".base64", "is missing")),
    };
    if bytes.len() > DOCUMENT {
        return Err(("", "is larger than 10 MB"));
    }
    let file_name = file_name.ok_or((".file_name", "is missing"))?;
    let plain = |c: char| visible(c) && !matches!(c, '/' | '\\' | ':' | '"');
    if !(1..=150).contains(&file_name.chars().count())
        || file_name.starts_with('.')
        || !file_name.chars().all(plain)
    {
        return Err((
            ".file_name",
            "must be a plain file name of at most 150 letters, without a path",
        ));
    }
    let media_type = media_type.ok_or((".media_type", "is missing"))?;
    let word = |word: &str| {
        (1..=60).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
    };
    match media_type.split_once('/') {
        Some((group, kind))
            if word(group) && word(kind) && !matches!(group, "multipart" | "message") => {}
        _ => {
            return Err((
                ".media_type",
                "must look like application/pdf, in small letters",
            ));
        }
    }
    Ok(StoredDocument {
        file_name,
        media_type,
        bytes,
    })
}

/// The text to keep, or what is wrong with it.
pub(crate) fn check_text(kind: FieldKind, text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("is empty; leave it out instead");
    }
    if text.chars().nth(TEXT).is_some() {
        return Err("is longer than 4,000 letters");
    }
    if !text
        .chars()
        .all(|c| visible(c) || matches!(c, '\n' | '\r' | '\t'))
    {
        return Err("holds control characters; leave them out");
    }
    let digits = || text.chars().filter(|c| c.is_numeric()).count();
    match kind {
        FieldKind::Email if !is_email(text) => Err("must be one plain email address"),
        FieldKind::Phone
            if !(7..=15).contains(&normalise(kind, text).len())
                || !text
                    .chars()
                    .all(|c| c.is_ascii_digit() || " +-()./\u{a0}".contains(c))
                || text.chars().skip(1).any(|c| c == '+') =>
        {
            Err("must be one phone number with 7 to 15 digits")
        }
        FieldKind::Date => match text.parse::<jiff::civil::Date>() {
            Ok(date) => Ok(date.to_string()),
            Err(_) => Err("must be a date like 1990-01-02"),
        },
        FieldKind::Card if digits() > 8 => {
            Err("must be the brand and the last four digits; never send a whole card number")
        }
        FieldKind::Receipt if normalise(kind, text).len() < 4 => {
            Err("must have at least four letters or digits")
        }
        _ => Ok(text.to_owned()),
    }
}

/// Whether a receipt's code could hold 64 bits of chance (NIST SP 800-63B-4 4.2.1). What is shorter is
/// kept, and is no proof: it can be guessed. How it was really made, nobody can see here, so this is the
/// most that it could hold: its length in the smallest alphabet that has all its characters.
pub(crate) fn long_enough(code: &str) -> bool {
    let normal = normalise(FieldKind::Receipt, code);
    let all = |is: fn(char) -> bool| normal.chars().all(is);
    let bits = if all(|c| c.is_ascii_digit()) {
        3.321
    } else if all(|c| c.is_ascii_hexdigit()) {
        4.0
    } else if all(|c| !c.is_ascii_digit()) {
        4.7
    } else {
        5.0
    };
    let mut seen: Vec<char> = normal.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    // A code that repeats itself was not made by chance.
    let length = u32::try_from(normal.chars().count()).unwrap_or(u32::MAX);
    f64::from(length) * bits >= 64.0 && seen.len() >= 4
}

/// One address without tricks: no comment, quote, space, route or address literal.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let local_ok = (1..=64).contains(&local.len())
        && local
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".+_-'=&~#$*?^{}/".contains(&b))
        && local.split('.').all(|part| !part.is_empty());
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| {
                if c.is_ascii() {
                    c.is_ascii_alphanumeric() || c == '-'
                } else {
                    c.is_alphanumeric()
                }
            })
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_ok
        && text.len() <= 254
        && domain.contains('.')
        && domain.split('.').all(label_ok)
        && !domain.ends_with(|c: char| c.is_ascii_digit())
}

/// A letter that can be seen and doesn't change how its neighbours are read.
fn visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn past(key: &str, text: Option<&str>, now: Time) -> Result<Option<Time>, DocumentError> {
    let Some(text) = text.map(str::trim) else {
        return Ok(None);
    };
    let time = Time::parse(text).map_err(|error| DocumentError::key(key, error.to_string()))?;
    if time > now {
        return Err(DocumentError::key(key, "lies in the future"));
    }
    Ok(Some(time))
}
