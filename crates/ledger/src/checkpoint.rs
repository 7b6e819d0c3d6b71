//! Checkpoints: what the log was at one size, signed.
//!
//! The text is a C2SP `tlog-checkpoint` (origin, size, root in base64, one per line), the
//! signature a C2SP `signed-note` with Ed25519 (type `0x01`). A key's id is the first four bytes
//! of SHA-256 of name, `0x0A`, `0x01` and public key.

use std::fmt;

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::note::{KeyKind, Note, PublicKey};
use crate::tree::{Hash, empty_root};

#[cfg(test)]
mod tests;

/// Why a key, a checkpoint or a signed note is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A key's name is empty or contains a space, a plus sign or a control character.
    #[error(
        "the key's name is empty or has a space, a plus or a control character in it; use a name like `desk.example/ledger`"
    )]
    Name,
    /// The 32 bytes are no Ed25519 seed.
    #[error("the signing key is not a valid Ed25519 seed")]
    Seed,
    /// The verifier key is not `name+id+key`, not Ed25519, or its id doesn't fit name and key.
    #[error("the verifier key is malformed or does not fit its own id; copy the whole line again")]
    VerifierKey,
    /// The text is not the secret key of a witness.
    #[error(
        "the witness's secret key is malformed or does not fit its own id; use the file that `staunch ledger witness-key` made"
    )]
    SecretKey,
    /// A time is more than a cosignature holds.
    #[error("the time is more than a cosignature holds; set the clock")]
    Time,
    /// The checkpoint's origin is not the key's name.
    #[error("the checkpoint belongs to another log than this key")]
    Origin,
    /// The text is not a checkpoint.
    #[error("the text is not a checkpoint")]
    Text,
    /// The text is not a signed note.
    #[error("the text is not a signed note")]
    Note,
    /// No signature line is by this key.
    #[error("the checkpoint is not signed by this key")]
    Unsigned,
    /// A signature line is by this key, but doesn't fit the text.
    #[error("the checkpoint's signature does not fit its text")]
    Signature,
}

/// The state of one log at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: its key's name, like `desk.example/ledger`.
    pub origin: String,
    /// How many entries the tree had.
    pub size: u64,
    /// The tree's root at that size.
    pub root: Hash,
}

impl Checkpoint {
    /// The three lines that are signed, each ended by a line feed.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )
    }

    /// Reads a checkpoint's text. Extension lines after the third are allowed and left out.
    ///
    /// # Errors
    /// [`CheckpointError::Text`] when it isn't one, or when size 0 has another root than nothing's.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Text)?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root, ..] = lines.as_slice() else {
            return Err(CheckpointError::Text);
        };
        if lines
            .iter()
            .any(|line| line.is_empty() || line.contains(char::is_control))
        {
            return Err(CheckpointError::Text);
        }
        let number: u64 = size.parse().map_err(|_| CheckpointError::Text)?;
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|root| Hash::try_from(root).ok());
        let root = root.ok_or(CheckpointError::Text)?;
        if number.to_string() != *size || (number == 0 && root != empty_root()) {
            return Err(CheckpointError::Text);
        }
        Ok(Self {
            origin: (*origin).to_owned(),
            size: number,
            root,
        })
    }
}

/// The log's signing key. Its name is also the origin of the checkpoints that it signs.
pub struct Signer {
    public: PublicKey,
    key: Ed25519KeyPair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("name", &self.public.name)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer from a name (a URL without scheme, like `desk.example/ledger`) and the 32 secret
    /// bytes of an Ed25519 key.
    ///
    /// # Errors
    /// When the name breaks the rules of `signed-note`, or the seed is refused.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, CheckpointError> {
        let (key, public) = key_pair(KeyKind::Log, name, seed)?;
        Ok(Self { public, key })
    }

    /// A signer whose name no other log has: `place`, a slash, and the first 16 hex digits of the
    /// public key's SHA-256. Witnesses tell logs apart by their names.
    ///
    /// # Errors
    /// As [`from_seed`](Self::from_seed).
    pub fn named_by_key(place: &str, seed: &[u8; 32]) -> Result<Self, CheckpointError> {
        let (_, public) = key_pair(KeyKind::Log, place, seed)?;
        let hash = digest::digest(&SHA256, &public.bytes);
        let mark = hex::encode(&hash.as_ref()[..8]);
        Self::from_seed(&format!("{place}/{mark}"), seed)
    }

    /// The key's name, and the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.public.name
    }

    /// The public key to hand out: `name+id+key`, id in hex, key (with its type) in base64.
    pub fn verifier_key(&self) -> String {
        self.public.text()
    }

    /// The public key, ready to open what this one signs.
    pub fn verifier(&self) -> Verifier {
        Verifier(self.public.clone())
    }

    /// The checkpoint of this log at `size` with `root`, not signed yet.
    pub fn checkpoint(&self, size: u64, root: Hash) -> Checkpoint {
        Checkpoint {
            origin: self.public.name.clone(),
            size,
            root,
        }
    }

    /// Signs a checkpoint of this log: the signed note. The caller never signs two different roots
    /// for one size.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`] when the checkpoint's origin is not this key's name,
    /// [`CheckpointError::Text`] when its size is 0 and its root is not that of nothing.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, CheckpointError> {
        if checkpoint.origin != self.public.name {
            return Err(CheckpointError::Origin);
        }
        if checkpoint.size == 0 && checkpoint.root != empty_root() {
            return Err(CheckpointError::Text);
        }
        Ok(self.sign_text(&checkpoint.text()))
    }

    fn sign_text(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes());
        format!("{text}\n{}", self.public.line(signature.as_ref()))
    }
}

/// An Ed25519 key from its seed, and the public key under this name.
pub(crate) fn key_pair(
    kind: KeyKind,
    name: &str,
    seed: &[u8; 32],
) -> Result<(Ed25519KeyPair, PublicKey), CheckpointError> {
    let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| CheckpointError::Seed)?;
    let bytes = <[u8; 32]>::try_from(key.public_key().as_ref());
    let public = PublicKey::new(kind, name, bytes.map_err(|_| CheckpointError::Seed)?)?;
    Ok((key, public))
}

/// Whether this is the key's signature over these bytes.
pub(crate) fn holds(key: &PublicKey, bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key.bytes)
        .verify(bytes, signature)
        .is_ok()
}

/// A log's public key: opens signed checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier(PublicKey);

impl Verifier {
    /// Reads a verifier key, `name+id+key`.
    ///
    /// # Errors
    /// [`CheckpointError::Name`] or [`CheckpointError::VerifierKey`].
    pub fn parse(vkey: &str) -> Result<Self, CheckpointError> {
        PublicKey::parse(KeyKind::Log, vkey).map(Self)
    }

    /// The key's name, and the origin of the checkpoints that it opens.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The key as text, as [`parse`](Self::parse) reads it.
    pub fn verifier_key(&self) -> String {
        self.0.text()
    }

    /// Opens a signed checkpoint. Signatures by other keys (witnesses) are allowed and not judged;
    /// every signature by this key must hold, and there must be one.
    ///
    /// # Errors
    /// When the text is no signed note, is not or wrongly signed by this key, is no checkpoint, or
    /// is one of another log.
    pub fn open(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::parse(self.open_text(note)?)?;
        if checkpoint.origin == self.0.name {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin)
        }
    }

    fn open_text<'a>(&self, note: &'a str) -> Result<&'a str, CheckpointError> {
        let note = Note::parse(note)?;
        let mut signed = false;
        for signature in note.by(&self.0) {
            if !holds(&self.0, note.text.as_bytes(), signature) {
                return Err(CheckpointError::Signature);
            }
            signed = true;
        }
        if signed {
            Ok(note.text)
        } else {
            Err(CheckpointError::Unsigned)
        }
    }
}
