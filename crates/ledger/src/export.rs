//! The export file: a log as JSON Lines, to be checked anywhere.
//!
//! First a header, then one row per line, in order, each line ended by a line feed:
//! ```text
//! {"format":"staunch-ledger/1","origin":"…","vkey":"…","checkpoints":["signed note",…]}
//! {"index":0,"body":"…","leaf":"hex","root":"hex"}
//! ```

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError, Verifier};
use crate::fault::Fault;
use crate::tree::Hash;
use crate::verify::{Auditor, Report, Row};

#[cfg(test)]
mod tests;

/// The name and version of the format, as the header tells it.
pub const FORMAT: &str = "staunch-ledger/1";

/// The longest line that is written or read, in bytes: a header with some 250 000 checkpoints.
pub const MAX_LINE: u64 = 64 << 20;

/// Why an export can't be read, or what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Reading or writing failed.
    #[error("the export could not be read or written")]
    Io(#[from] io::Error),
    /// A line is longer than [`MAX_LINE`].
    #[error("line {line} is longer than {MAX_LINE} bytes")]
    Long {
        /// The line, counted from 1.
        line: u64,
    },
    /// The first line is not the header.
    #[error("the first line is not the header of a ledger export")]
    Header,
    /// The format is another one than [`FORMAT`].
    #[error("the export is not in format {FORMAT}; use the version that wrote it")]
    Format,
    /// The file's own verifier key is malformed or not that of the origin it names.
    #[error("the verifier key in the file can't be used: {0}")]
    Key(CheckpointError),
    /// The file is of another log than the trusted key.
    #[error("the export is of another log than the trusted key")]
    Origin,
    /// A checkpoint doesn't open.
    #[error("checkpoint {number} in the header can't be relied on: {source}")]
    Checkpoint {
        /// Which one, counted from 1.
        number: usize,
        /// Why.
        source: CheckpointError,
    },
    /// A line after the first is not a row (changed, or cut off).
    #[error("entry {entry} can't be read: line {line} is not a whole row")]
    Row {
        /// The line, counted from 1.
        line: u64,
        /// The entry that belongs there.
        entry: u64,
    },
    /// The log itself is bad; tells the first bad entry.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The first line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always [`FORMAT`].
    pub format: String,
    /// Which log it is.
    pub origin: String,
    /// The log's public key, `name+id+key`. A reader who has it from elsewhere trusts that one.
    pub vkey: String,
    /// The signed checkpoints, as notes.
    pub checkpoints: Vec<String>,
}

impl Header {
    /// The header for the log of this key.
    pub fn new(verifier: &Verifier, checkpoints: Vec<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            origin: verifier.name().to_owned(),
            vkey: verifier.verifier_key(),
            checkpoints,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    index: u64,
    body: Cow<'a, str>,
    leaf: String,
    root: String,
}

/// Writes an export.
#[derive(Debug)]
pub struct ExportWriter<W: Write> {
    out: W,
    line: u64,
}

impl<W: Write> ExportWriter<W> {
    /// Begins an export by writing the header. Wrap files in a `BufWriter`.
    ///
    /// # Errors
    /// When writing fails or the header is longer than [`MAX_LINE`].
    pub fn new(out: W, header: &Header) -> Result<Self, ExportError> {
        let mut writer = Self { out, line: 0 };
        writer.write(header)?;
        Ok(writer)
    }

    /// Writes the next row. Rows are not checked here; that is the reader's business.
    ///
    /// # Errors
    /// When writing fails or the row is longer than [`MAX_LINE`].
    pub fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        self.write(&Line {
            index: row.index,
            body: Cow::Borrowed(&row.body),
            leaf: hex::encode(row.leaf),
            root: hex::encode(row.root),
        })
    }

    /// Flushes, and gives the writer back.
    ///
    /// # Errors
    /// When flushing fails.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, value: &impl Serialize) -> Result<(), ExportError> {
        self.line += 1;
        let mut line = serde_json::to_vec(value).map_err(io::Error::from)?;
        line.push(b'\n');
        if !u64::try_from(line.len()).is_ok_and(|length| length <= MAX_LINE) {
            return Err(ExportError::Long { line: self.line });
        }
        Ok(self.out.write_all(&line)?)
    }
}

/// Reads an export: its header, then its rows as an iterator, which ends at the first error. The
/// rows are not verified yet.
#[derive(Debug)]
pub struct ExportReader<R: BufRead> {
    input: R,
    header: Header,
    /// How many lines were read.
    line: u64,
    done: bool,
}

impl<R: BufRead> ExportReader<R> {
    /// Begins reading: the header.
    ///
    /// # Errors
    /// When reading fails, or the first line is not the header of this format.
    pub fn new(mut input: R) -> Result<Self, ExportError> {
        let line = read_line(&mut input, 1)?.ok_or(ExportError::Header)?;
        let header: Header = serde_json::from_slice(&line).map_err(|_| ExportError::Header)?;
        if header.format != FORMAT {
            return Err(ExportError::Format);
        }
        Ok(Self {
            input,
            header,
            line: 1,
            done: false,
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    fn read_row(&mut self) -> Result<Option<Row>, ExportError> {
        self.line += 1;
        // Line 2 is entry 0.
        let wrong = ExportError::Row {
            line: self.line,
            entry: self.line - 2,
        };
        let Some(line) = read_line(&mut self.input, self.line)? else {
            return Ok(None);
        };
        let row = serde_json::from_slice::<Line<'_>>(&line)
            .ok()
            .and_then(|line| {
                let (leaf, root) = (hash(&line.leaf)?, hash(&line.root)?);
                Some(Row {
                    index: line.index,
                    body: line.body.into_owned(),
                    leaf,
                    root,
                })
            });
        row.map(Some).ok_or(wrong)
    }
}

impl<R: BufRead> Iterator for ExportReader<R> {
    type Item = Result<Row, ExportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = self.read_row().transpose();
        self.done = !matches!(row, Some(Ok(_)));
        row
    }
}

/// A hash in small letters: there is one way to write it.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    let mut out = [0; 32];
    hex::decode_to_slice(text, &mut out).ok()?;
    (!text.contains(|c: char| c.is_ascii_uppercase())).then_some(out)
}

/// One line without its line feed; nothing at the end of the file.
pub(crate) fn read_line(
    input: &mut impl BufRead,
    line: u64,
) -> Result<Option<Vec<u8>>, ExportError> {
    let mut bytes = Vec::new();
    let count = input
        .by_ref()
        .take(MAX_LINE)
        .read_until(b'\n', &mut bytes)?;
    if count == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if u64::try_from(count) == Ok(MAX_LINE) {
        return Err(ExportError::Long { line });
    }
    Ok(Some(bytes))
}

/// Where the key that the checkpoints were opened with came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The one who verifies brought it.
    Trusted,
    /// It came from the file itself: whoever made the file could have made the key.
    File,
}

/// What a verified export amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// Which log it is.
    pub origin: String,
    /// Where the key came from.
    pub key: KeySource,
    /// What the log amounts to.
    pub report: Report,
}

impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; ", self.origin, self.report)?;
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

/// Verifies an export from end to end: opens its checkpoints with the `trusted` key (without one,
/// with the key in the file, which the report tells), then checks every row.
///
/// # Errors
/// [`ExportError::Fault`] names the first bad entry; the others tell why the file can't be read.
pub fn verify_export(
    reader: impl BufRead,
    trusted: Option<&Verifier>,
) -> Result<ExportReport, ExportError> {
    verify_export_against(reader, trusted, &[])
}

/// As [`verify_export`], and also against checkpoints that were kept elsewhere (opened already), so
/// that a file whose end was cut off together with its newest checkpoints is caught.
///
/// # Errors
/// As [`verify_export`]; [`ExportError::Origin`] also when a kept checkpoint is of another log.
pub fn verify_export_against(
    reader: impl BufRead,
    trusted: Option<&Verifier>,
    kept: &[Checkpoint],
) -> Result<ExportReport, ExportError> {
    let rows = ExportReader::new(reader)?;
    let header = rows.header();
    let origin = header.origin.clone();
    let (verifier, key) = match trusted {
        Some(verifier) => (verifier.clone(), KeySource::Trusted),
        None => (
            Verifier::parse(&header.vkey).map_err(ExportError::Key)?,
            KeySource::File,
        ),
    };
    if verifier.name() != origin || kept.iter().any(|checkpoint| checkpoint.origin != origin) {
        return Err(match key {
            KeySource::Trusted => ExportError::Origin,
            KeySource::File if verifier.name() == origin => ExportError::Origin,
            KeySource::File => ExportError::Key(CheckpointError::Origin),
        });
    }
    let mut checkpoints = kept.to_vec();
    for (n, note) in header.checkpoints.iter().enumerate() {
        let opened = verifier.open(note);
        checkpoints.push(opened.map_err(|source| ExportError::Checkpoint {
            number: n + 1,
            source,
        })?);
    }
    let mut auditor = Auditor::new(checkpoints);
    for row in rows {
        // A gap before an unreadable line is the first fault, not that line.
        let row = row.map_err(|error| auditor.gap().map_or(error, ExportError::Fault))?;
        auditor.row(&row)?;
    }
    Ok(ExportReport {
        origin,
        key,
        report: auditor.finish()?,
    })
}
