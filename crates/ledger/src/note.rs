//! What every key and every signed text of the C2SP `signed-note` format have in common.

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::CheckpointError;

/// More signature lines than any set of witnesses gives; the format asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// What a key signs: the byte before the key, in its id and in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// A log's Ed25519 key: signs the text of a note.
    Log = 0x01,
    /// A witness's Ed25519 key: signs `cosignature/v1`, a time and the text of a note.
    Witness = 0x04,
}

/// A public key with its name, as every note names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) kind: KeyKind,
    pub(crate) name: String,
    pub(crate) id: [u8; 4],
    pub(crate) bytes: [u8; 32],
}

impl PublicKey {
    pub(crate) fn new(kind: KeyKind, name: &str, bytes: [u8; 32]) -> Result<Self, CheckpointError> {
        check_name(name)?;
        Ok(Self {
            kind,
            name: name.to_owned(),
            id: key_id(kind, name, &bytes),
            bytes,
        })
    }

    /// Reads `name+id+key` of this kind.
    pub(crate) fn parse(kind: KeyKind, text: &str) -> Result<Self, CheckpointError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CheckpointError::VerifierKey);
        };
        let key = Self::new(kind, name, material(kind, key)?)?;
        let mut declared = [0; 4];
        hex::decode_to_slice(id, &mut declared).map_err(|_| CheckpointError::VerifierKey)?;
        if declared == key.id {
            Ok(key)
        } else {
            Err(CheckpointError::VerifierKey)
        }
    }

    /// The key as `name+id+key`, id in hex, key (with its kind) in base64.
    pub(crate) fn text(&self) -> String {
        let key = STANDARD.encode([&[self.kind as u8][..], &self.bytes].concat());
        format!("{}+{}+{key}", self.name, hex::encode(self.id))
    }

    /// What a signature line by this key looks like; `signature` is all that follows the key's id.
    pub(crate) fn line(&self, signature: &[u8]) -> String {
        let blob = STANDARD.encode([&self.id[..], signature].concat());
        format!("— {} {blob}\n", self.name)
    }
}

/// The 32 bytes behind the kind's byte, in base64.
pub(crate) fn material(kind: KeyKind, text: &str) -> Result<[u8; 32], CheckpointError> {
    let key = STANDARD
        .decode(text)
        .map_err(|_| CheckpointError::VerifierKey)?;
    match key.split_first() {
        Some((first, bytes)) if *first == kind as u8 => {
            <[u8; 32]>::try_from(bytes).map_err(|_| CheckpointError::VerifierKey)
        }
        _ => Err(CheckpointError::VerifierKey),
    }
}

/// Checks a key's name by the rules of `signed-note`.
pub(crate) fn check_name(name: &str) -> Result<(), CheckpointError> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(forbidden) {
        Err(CheckpointError::Name)
    } else {
        Ok(())
    }
}

/// The first four bytes of SHA-256 of name, line feed, kind and key.
fn key_id(kind: KeyKind, name: &str, public: &[u8]) -> [u8; 4] {
    let bytes = [name.as_bytes(), b"\n", &[kind as u8], public].concat();
    let hash = digest::digest(&SHA256, &bytes);
    let mut id = [0; 4];
    id.copy_from_slice(&hash.as_ref()[..4]);
    id
}

/// A signed note, taken apart; nothing in it is checked yet.
#[derive(Debug, Clone)]
pub(crate) struct Note<'a> {
    /// What is signed, with its last line feed.
    pub(crate) text: &'a str,
    /// Whose signatures follow.
    lines: Vec<Line<'a>>,
}

#[derive(Debug, Clone)]
struct Line<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> Note<'a> {
    pub(crate) fn parse(note: &'a str) -> Result<Self, CheckpointError> {
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(CheckpointError::Note);
        }
        let end = note.rfind("\n\n").ok_or(CheckpointError::Note)?;
        let text = &note[..=end];
        let signatures = note[end + 2..]
            .strip_suffix('\n')
            .ok_or(CheckpointError::Note)?;
        let mut lines = Vec::new();
        for line in signatures.split('\n') {
            if lines.len() >= MAX_SIGNATURES {
                return Err(CheckpointError::Note);
            }
            lines.push(signature_line(line).ok_or(CheckpointError::Note)?);
        }
        Ok(Self { text, lines })
    }

    /// The signatures that say they are by this key.
    pub(crate) fn by<'n>(&'n self, key: &'n PublicKey) -> impl Iterator<Item = &'n [u8]> {
        self.lines
            .iter()
            .filter(|line| line.name == key.name && line.id == key.id)
            .map(|line| line.signature.as_slice())
    }
}

/// Takes `— name base64(id and signature)` apart.
fn signature_line(line: &str) -> Option<Line<'_>> {
    let (name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
    check_name(name).ok()?;
    let blob = STANDARD.decode(blob).ok()?;
    let (id, signature) = blob.split_first_chunk::<4>()?;
    (!signature.is_empty()).then(|| Line {
        name,
        id: *id,
        signature: signature.to_vec(),
    })
}
