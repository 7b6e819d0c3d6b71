//! Witnesses: others who watch that the log only grows, and say so with a signature of their own.
//!
//! A cosignature is a C2SP `tlog-cosignature` with Ed25519 (type `0x04`): a line of the signed note
//! that holds a time and a signature over `cosignature/v1`, that time, and the checkpoint's text. It
//! says that, at that time, this was the largest tree of the log that the witness had seen, and
//! that it holds every smaller one. The key's text is `name+id+key`, as that of a log.

use std::fmt;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{CheckpointError, holds, key_pair};
use crate::consistency::Grown;
use crate::note::{KeyKind, Note, PublicKey, material};

#[cfg(test)]
mod tests;

const PRIVATE: &str = "PRIVATE+KEY+";
/// The time is at most this, by the format.
const LATEST: u64 = i64::MAX.unsigned_abs();

/// A witness's signing key.
pub struct Witness {
    public: PublicKey,
    key: Ed25519KeyPair,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness")
            .field("name", &self.public.name)
            .finish_non_exhaustive()
    }
}

impl Witness {
    /// A witness from a name (a URL without scheme, like `witness.example/desk`) and the 32 secret
    /// bytes of an Ed25519 key, which belong to this witness alone.
    ///
    /// # Errors
    /// When the name breaks the rules of `signed-note`, or the seed is refused.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, CheckpointError> {
        let (key, public) = key_pair(KeyKind::Witness, name, seed)?;
        Ok(Self { public, key })
    }

    /// Reads the secret text that [`secret_text`] writes: `PRIVATE+KEY+name+id+key`.
    ///
    /// # Errors
    /// [`CheckpointError::SecretKey`] when it isn't one of a witness, or doesn't fit its id.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let bad = |_| CheckpointError::SecretKey;
        let rest = text
            .strip_prefix(PRIVATE)
            .ok_or(CheckpointError::SecretKey)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CheckpointError::SecretKey);
        };
        let seed = material(KeyKind::Witness, key).map_err(bad)?;
        let witness = Self::from_seed(name, &seed).map_err(bad)?;
        if hex::encode(witness.public.id) == id {
            Ok(witness)
        } else {
            Err(CheckpointError::SecretKey)
        }
    }

    /// The public key to hand out.
    pub fn verifier_key(&self) -> String {
        self.public.text()
    }

    /// The same, ready to check what this one signs.
    pub fn key(&self) -> WitnessKey {
        WitnessKey(self.public.clone())
    }

    /// Adds this witness's signature to the newer checkpoint of a proven growth: the whole note.
    /// `at` is the time in seconds since 1970. Whoever calls keeps the note, and never cosigns from
    /// an older one again.
    ///
    /// # Errors
    /// [`CheckpointError::Time`] when the time is more than the format holds.
    pub fn cosign(&self, grown: &Grown, at: u64) -> Result<String, CheckpointError> {
        if at > LATEST {
            return Err(CheckpointError::Time);
        }
        let text = Note::parse(grown.note())?.text;
        let signature = self.key.sign(message(text, at).as_bytes());
        let line = self
            .public
            .line(&[&at.to_be_bytes(), signature.as_ref()].concat());
        Ok(format!("{}{line}", grown.note()))
    }
}

/// The secret text of a witness's key, for a file that nobody else can read.
///
/// # Errors
/// As [`Witness::from_seed`].
pub fn secret_text(name: &str, seed: &[u8; 32]) -> Result<String, CheckpointError> {
    let witness = Witness::from_seed(name, seed)?;
    let key = STANDARD.encode([&[KeyKind::Witness as u8][..], seed].concat());
    Ok(format!(
        "{PRIVATE}{name}+{}+{key}",
        hex::encode(witness.public.id)
    ))
}

/// A witness's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey(PublicKey);

impl WitnessKey {
    /// Reads a witness's key, `name+id+key` with type `0x04`.
    ///
    /// # Errors
    /// [`CheckpointError::Name`] or [`CheckpointError::VerifierKey`].
    pub fn parse(vkey: &str) -> Result<Self, CheckpointError> {
        PublicKey::parse(KeyKind::Witness, vkey).map(Self)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// When this witness last signed the note, in seconds since 1970; none if it never did. Says
    /// nothing about the log's own signature, for which there is
    /// [`Verifier::open`](crate::Verifier::open).
    ///
    /// # Errors
    /// [`CheckpointError::Note`], or [`CheckpointError::Signature`] when a signature that says it is
    /// by this witness doesn't hold.
    pub fn signed_at(&self, note: &str) -> Result<Option<u64>, CheckpointError> {
        let note = Note::parse(note)?;
        let mut latest = None;
        for signature in note.by(&self.0) {
            let at = match signature.split_first_chunk::<8>() {
                Some((at, rest)) => {
                    let at = u64::from_be_bytes(*at);
                    let good =
                        at <= LATEST && holds(&self.0, message(note.text, at).as_bytes(), rest);
                    good.then_some(at)
                }
                None => None,
            };
            let at = at.ok_or(CheckpointError::Signature)?;
            latest = latest.max(Some(at));
        }
        Ok(latest)
    }
}

/// What a witness signs.
fn message(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}
