//! Reading the rows of an import file, one at a time.

use std::{
    collections::{BTreeMap, HashSet},
    io::{self, BufRead, Read},
};

use words::{ContactKind, FieldKind};

use super::{
    document::{AccountDocument, ContactPointDocument, DocumentError, FieldDocument, printable},
    import::ImportError,
};
use crate::catalogue::Catalogue;

/// The longest line of a JSONL file, in bytes.
const LINE: u64 = 64 * 1024 * 1024;
/// One row of a file.
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it ends, in bytes from the file's start.
    pub end: u64,
    /// The account, or why it can't be read.
    pub document: Result<AccountDocument, DocumentError>,
}

/// Reads a JSONL file: one account document in each line. Empty lines are skipped.
pub fn read_jsonl(mut input: impl BufRead) -> impl Iterator<Item = Result<Row, ImportError>> {
    let (mut line, mut end) = (0, 0);
    let mut text = Vec::new();
    std::iter::from_fn(move || {
        loop {
            text.clear();
            let read = match input.by_ref().take(LINE).read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(read) => read as u64,
                Err(error) => return Some(Err(error.into())),
            };
            line += 1;
            end += read;
            let document = if read == LINE && text.last() != Some(&b'\n') {
                match input.skip_until(b'\n') {
                    Ok(more) => end += more as u64,
                    Err(error) => return Some(Err(error.into())),
                }
                Err(DocumentError::Row(
                    "the line is longer than 64 MB; name documents by `file` instead".to_owned(),
                ))
            } else {
                let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
                if text.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                AccountDocument::from_json(text)
            };
            return Some(Ok(Row {
                line,
                end,
                document,
            }));
        }
    })
}

/// What a column of a CSV file is.
enum Column {
    ExternalId,
    DisplayName,
    CustomerSince,
    Important,
    Address(ContactKind),
    RegisteredAt(ContactKind),
    ConfirmedAt(ContactKind),
    Field(String),
    Item(String, String),
}

/// Reads a CSV file whose first line names the columns; empty cells are absent values.
///
/// # Errors
/// [`ImportError::Header`] if a column is unknown, missing or there twice.
pub fn read_csv<R: Read>(
    input: R,
    catalogue: &Catalogue,
) -> Result<impl Iterator<Item = Result<Row, ImportError>> + use<R>, ImportError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = reader.byte_headers().map_err(csv_error)?.clone();
    let mut names = HashSet::new();
    let mut columns = Vec::with_capacity(header.len());
    for name in &header {
        let name = std::str::from_utf8(name)
            .map_err(|_| ImportError::Header("is not UTF-8".to_owned()))?
            .trim();
        if !names.insert(name) {
            return Err(ImportError::Header(format!(
                "has the column `{}` twice",
                printable(name)
            )));
        }
        columns.push(column(name, catalogue)?);
    }
    for needed in ["external_id", "display_name"] {
        if !names.contains(needed) {
            return Err(ImportError::Header(format!("lacks the column `{needed}`")));
        }
    }
    let mut record = csv::ByteRecord::new();
    Ok(std::iter::from_fn(move || {
        match reader.read_byte_record(&mut record) {
            Ok(false) => None,
            Ok(true) => Some(Ok(Row {
                line: record.position().map_or(0, csv::Position::line),
                end: reader.position().byte(),
                document: document(&columns, &record),
            })),
            Err(error) => Some(Err(csv_error(error))),
        }
    }))
}

fn csv_error(error: csv::Error) -> ImportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        _ => io::Error::from(io::ErrorKind::InvalidData).into(),
    }
}

fn column(name: &str, catalogue: &Catalogue) -> Result<Column, ImportError> {
    let fault = |why: &str| {
        Err(ImportError::Header(format!(
            "has the column `{}`, {why}",
            printable(name)
        )))
    };
    Ok(match name {
        "external_id" => Column::ExternalId,
        "display_name" => Column::DisplayName,
        "customer_since" => Column::CustomerSince,
        "important" => Column::Important,
        "email" => Column::Address(ContactKind::Email),
        "email_registered_at" => Column::RegisteredAt(ContactKind::Email),
        "email_confirmed_at" => Column::ConfirmedAt(ContactKind::Email),
        "phone" => Column::Address(ContactKind::Phone),
        "phone_registered_at" => Column::RegisteredAt(ContactKind::Phone),
        "phone_confirmed_at" => Column::ConfirmedAt(ContactKind::Phone),
        _ => {
            let (field, item) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                Some((field, item)) => (field, Some(item)),
                None => (name, None),
            };
            match (catalogue.field(field), item) {
                (None, _) => {
                    return fault(&format!(
                        "which is not in the catalogue; known are: {}",
                        catalogue.columns().join(", ")
                    ));
                }
                (Some(field), _) if field.kind == FieldKind::Document => {
                    return fault("which is a document; documents come in .jsonl files");
                }
                (Some(field), None) if field.items => {
                    return fault("which has items; write its columns as name[label]");
                }
                (Some(field), Some(_)) if !field.items => {
                    return fault("which has no items; leave the brackets out");
                }
                (Some(field), Some(item)) => {
                    Column::Item(field.name.clone(), item.trim().to_owned())
                }
                (Some(field), None) => Column::Field(field.name.clone()),
            }
        }
    })
}

/// The account document that a CSV row means.
fn document(
    columns: &[Column],
    record: &csv::ByteRecord,
) -> Result<AccountDocument, DocumentError> {
    if record.len() != columns.len() {
        let text = format!(
            "the row has {} cells, the first line has {}",
            record.len(),
            columns.len()
        );
        return Err(DocumentError::Row(text));
    }
    let mut account = AccountDocument::default();
    // Email and phone: address, registered, confirmed.
    let mut points: [[Option<String>; 3]; 2] = Default::default();
    for (n, (column, cell)) in columns.iter().zip(record).enumerate() {
        let text = std::str::from_utf8(cell)
            .map_err(|_| DocumentError::Row(format!("cell {} is not UTF-8", n + 1)))?;
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let text = text.to_owned();
        let mut point = |kind: ContactKind, part: usize, text| {
            points[usize::from(kind == ContactKind::Phone)][part] = Some(text);
        };
        match column {
            Column::ExternalId => account.external_id = Some(text),
            Column::DisplayName => account.display_name = text,
            Column::CustomerSince => account.customer_since = Some(text),
            Column::Important => {
                account.important = match text.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "1" => Some(true),
                    "false" | "no" | "0" => Some(false),
                    _ => {
                        return Err(DocumentError::Row(
                            "important: must be true or false".to_owned(),
                        ));
                    }
                }
            }
            Column::Address(kind) => point(*kind, 0, text),
            Column::RegisteredAt(kind) => point(*kind, 1, text),
            Column::ConfirmedAt(kind) => point(*kind, 2, text),
            Column::Field(name) => {
                account
                    .fields
                    .insert(name.clone(), FieldDocument::Text(text));
            }
            Column::Item(name, item) => {
                let items = account
                    .fields
                    .entry(name.clone())
                    .or_insert_with(|| FieldDocument::Object(BTreeMap::new()));
                if let FieldDocument::Object(items) = items {
                    items.insert(item.clone(), FieldDocument::Text(text));
                }
            }
        }
    }
    for (kind, [address, registered_at, confirmed_at]) in [ContactKind::Email, ContactKind::Phone]
        .into_iter()
        .zip(points)
    {
        match address {
            Some(value) => account.contact_points.push(ContactPointDocument {
                kind,
                value,
                registered_at,
                confirmed_at,
            }),
            None if registered_at.is_some() || confirmed_at.is_some() => {
                return Err(DocumentError::Row(format!(
                    "{kind}: has a date but no address"
                )));
            }
            None => {}
        }
    }
    Ok(account)
}
