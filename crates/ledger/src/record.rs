//! The account record: every entry about one account, each with the proof that it is in the log, for
//! the owner and for auditors. JSON Lines: a header, then one entry per line.
//! ```text
//! {"format":"staunch-account-record/1","origin":"…","vkey":"…","account":"uuid","external_id":"A-1042",
//!  "salt":"hex","checkpoint":"signed note"}                                  (in one line)
//! {"index":17,"body":"canonical entry","proof":["hex",…]}
//! ```
//! Making a record is an entry itself, of kind [`MADE`]; the checkpoint is that of the log right after
//! it, and it is the record's last line. So a record that holds together proves:
//! - each entry in it is in the log that the checkpoint stands for, word by word;
//! - none of the account's entries is missing, repeated or out of place, from the first to the making
//!   of this record, because they are numbered without a gap, and the last one is the log's last;
//! - it is the record of the account that the company calls `external_id`: the entry of its making
//!   holds SHA-256 over [`NAME_CONTEXT`], the header's salt and that name.
//!
//! It doesn't prove that the desk wrote down all it did, and it tells nothing of what came after.
//! That the numbers were given rightly is for whoever verifies the whole log.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use aws_lc_rs::digest::{self, SHA256};
use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError, Verifier};
use crate::entry::Entry;
use crate::export::{ExportError, KeySource, hash, read_line};
use crate::tree::{Hash, leaf_hash, verify_inclusion};

mod fault;
#[cfg(test)]
mod tests;

pub use fault::RecordFault;

/// The name and version of the format, as the header tells it.
pub const RECORD_FORMAT: &str = "staunch-account-record/1";

/// The kind of the entry that the making of a record is.
pub const MADE: &str = "account.record-made";

/// The key of that entry's data that holds [`name_mark`].
pub const NAME: &str = "name";

/// What the company's name of an account is hashed after.
pub const NAME_CONTEXT: &str = "staunch account record\n";

/// SHA-256 over [`NAME_CONTEXT`], the salt and the company's name of the account, in hex.
pub fn name_mark(salt: &[u8; 32], external_id: &str) -> String {
    let bytes = [NAME_CONTEXT.as_bytes(), salt, external_id.as_bytes()].concat();
    hex::encode(digest::digest(&SHA256, &bytes))
}

/// The first line of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordHeader {
    /// Always [`RECORD_FORMAT`].
    pub format: String,
    /// Which log it is from.
    pub origin: String,
    /// The log's public key. A reader who has it from elsewhere trusts that one.
    pub vkey: String,
    /// The account's id in the log.
    pub account: String,
    /// What the company calls it.
    pub external_id: String,
    /// The 32 bytes hashed with the company's name for it, in hex.
    pub salt: String,
    /// The signed checkpoint of the log right after this record was made.
    pub checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    index: u64,
    body: Cow<'a, str>,
    proof: Vec<String>,
}

/// The header as a line.
///
/// # Errors
/// [`ExportError::Io`] if it can't be written as JSON.
pub fn header_line(header: &RecordHeader) -> Result<String, ExportError> {
    line(header)
}

/// An entry as a line: its place in the log, its canonical text, and its inclusion proof.
///
/// # Errors
/// [`ExportError::Io`] if it can't be written as JSON.
pub fn entry_line(index: u64, body: &str, proof: &[Hash]) -> Result<String, ExportError> {
    line(&Line {
        index,
        body: Cow::Borrowed(body),
        proof: proof.iter().map(hex::encode).collect(),
    })
}

fn line(value: &impl Serialize) -> Result<String, ExportError> {
    let text = serde_json::to_string(value).map_err(std::io::Error::from)?;
    Ok(text + "\n")
}

/// Why a record can't be read, or what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Reading failed, or a line is too long.
    #[error(transparent)]
    Read(#[from] ExportError),
    /// The first line is not the header.
    #[error("the first line is not the header of an account record")]
    Header,
    /// The format is another one than [`RECORD_FORMAT`].
    #[error("the record is not in format {RECORD_FORMAT}; use the version that wrote it")]
    Format,
    /// The file's own verifier key is malformed or not that of the origin it names.
    #[error("the verifier key in the file can't be used: {0}")]
    Key(CheckpointError),
    /// The record is of another log than the trusted key.
    #[error("the record is from another log than the trusted key")]
    Origin,
    /// The checkpoint doesn't open.
    #[error("the record's checkpoint can't be relied on: {0}")]
    Checkpoint(CheckpointError),
    /// A line after the first is not an entry (changed, or cut off).
    #[error("entry {nth} of the account can't be read: line {line} is not a whole entry")]
    Line {
        /// The line, counted from 1.
        line: u64,
        /// The entry that belongs there.
        nth: u64,
    },
    /// The record is bad; tells the first bad entry.
    #[error(transparent)]
    Fault(#[from] RecordFault),
}

/// What a record that holds together amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordReport {
    /// Where the key came from.
    pub key: KeySource,
    /// The record's header.
    pub header: RecordHeader,
    /// Its checkpoint, opened.
    pub checkpoint: Checkpoint,
    /// How many entries there are about the account.
    pub entries: u64,
    /// When the record was made: microseconds since 1970-01-01T00:00:00Z.
    pub made: i64,
}

impl fmt::Display for RecordReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {}: {} {}, each of them in the ledger, and no other up to the making of this record \
             (the ledger then had {}); ",
            self.header.external_id,
            self.header.origin,
            self.entries,
            if self.entries == 1 {
                "entry"
            } else {
                "entries"
            },
            self.checkpoint.size,
        )?;
        match self.key {
            KeySource::Trusted => write!(f, "checked with the trusted key"),
            KeySource::File => write!(
                f,
                "the key came from the file itself, so this shows that the file fits together, \
                 not who wrote it"
            ),
        }
    }
}

/// Verifies a record from end to end, with the `trusted` key (without one, with the key in the file,
/// which the report tells). `each` is handed every entry that was found good, with its place in the
/// log; only the whole record's `Ok` says that none is missing.
///
/// # Errors
/// [`RecordError::Fault`] names the first bad entry; the others tell why the file can't be read.
pub fn verify_record(
    mut input: impl BufRead,
    trusted: Option<&Verifier>,
    mut each: impl FnMut(u64, &Entry),
) -> Result<RecordReport, RecordError> {
    let first = read_line(&mut input, 1)?.ok_or(RecordError::Header)?;
    let header: RecordHeader = serde_json::from_slice(&first).map_err(|_| RecordError::Header)?;
    if header.format != RECORD_FORMAT {
        return Err(RecordError::Format);
    }
    let (verifier, key) = match trusted {
        Some(verifier) => (verifier.clone(), KeySource::Trusted),
        None => (
            Verifier::parse(&header.vkey).map_err(RecordError::Key)?,
            KeySource::File,
        ),
    };
    if verifier.name() != header.origin {
        return Err(match key {
            KeySource::Trusted => RecordError::Origin,
            KeySource::File => RecordError::Key(CheckpointError::Origin),
        });
    }
    let checkpoint = verifier
        .open(&header.checkpoint)
        .map_err(RecordError::Checkpoint)?;
    let mut reader = Reader {
        header: &header,
        checkpoint: &checkpoint,
        nth: 0,
        last: None,
    };
    while let Some(bytes) = read_line(&mut input, reader.nth + 2)? {
        let (index, entry) = reader.entry(&bytes)?;
        each(index, &entry);
        reader.last = Some((index, entry));
    }
    let (entries, made) = (reader.nth, reader.finish()?);
    Ok(RecordReport {
        key,
        header,
        checkpoint,
        entries,
        made,
    })
}

struct Reader<'a> {
    header: &'a RecordHeader,
    checkpoint: &'a Checkpoint,
    /// How many entries were read.
    nth: u64,
    last: Option<(u64, Entry)>,
}

impl Reader<'_> {
    /// Checks the next line.
    fn entry(&mut self, bytes: &[u8]) -> Result<(u64, Entry), RecordError> {
        self.nth += 1;
        let nth = self.nth;
        let wrong = || RecordError::Line { line: nth + 1, nth };
        let line: Line<'_> = serde_json::from_slice(bytes).map_err(|_| wrong())?;
        let proof: Option<Vec<Hash>> = line.proof.iter().map(|text| hash(text)).collect();
        let (proof, index) = (proof.ok_or_else(wrong)?, line.index);
        let leaf = leaf_hash(line.body.as_bytes());
        let Checkpoint { size, root, .. } = self.checkpoint;
        if verify_inclusion(&leaf, index, *size, &proof, root).is_err() {
            return Err(RecordFault::Changed { nth, index }.into());
        }
        let Ok(entry) = Entry::decode(&line.body) else {
            return Err(RecordFault::Form { nth, index }.into());
        };
        if entry.account.as_deref() != Some(self.header.account.as_str()) {
            return Err(RecordFault::Foreign { nth, index }.into());
        }
        if entry.nth != Some(nth) {
            let found = entry.nth;
            return Err(RecordFault::Misplaced { nth, found, index }.into());
        }
        if self.last.as_ref().is_some_and(|(last, _)| *last >= index) {
            return Err(RecordFault::Order { nth, index }.into());
        }
        Ok((index, entry))
    }

    /// Checks the end; tells when the record was made.
    fn finish(self) -> Result<i64, RecordError> {
        let entries = self.nth;
        let Some((index, entry)) = self.last else {
            return Err(RecordFault::End { entries }.into());
        };
        if entry.kind != MADE || self.checkpoint.size != index + 1 {
            return Err(RecordFault::End { entries }.into());
        }
        let salt = hash(&self.header.salt).ok_or(RecordError::Header)?;
        let mark = name_mark(&salt, &self.header.external_id);
        match entry.data.get(NAME).and_then(|mark| mark.as_str()) {
            Some(written) if written == mark => Ok(entry.at),
            _ => Err(RecordFault::Name.into()),
        }
    }
}
