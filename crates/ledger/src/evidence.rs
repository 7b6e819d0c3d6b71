//! Holding one checkpoint against others that were kept elsewhere, and against witnesses.

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError, Verifier};
use crate::consistency::{Consistency, ConsistencyError, grew};
use crate::cosign::WitnessKey;

#[cfg(test)]
mod tests;

/// What somebody brings along to judge a checkpoint by.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Checkpoints that were kept, as signed notes, older or newer.
    pub kept: Vec<String>,
    /// Proofs of consistency between them and the checkpoint that is judged.
    pub proofs: Vec<Consistency>,
    /// Witnesses of which each must have signed.
    pub witnesses: Vec<WitnessKey>,
}

/// Why the evidence doesn't bear a checkpoint out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// A kept checkpoint can't be relied on.
    #[error("a checkpoint that was kept can't be relied on: {0}")]
    Kept(CheckpointError),
    /// There is no proof between two sizes.
    #[error(
        "no proof leads from {old} entries to {new}; make one with `staunch ledger consistency --from {old} --to {new}` and add it with --proof"
    )]
    Missing {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// The log did not only grow.
    #[error(transparent)]
    Consistency(#[from] ConsistencyError),
    /// Two signed checkpoints of one size differ.
    #[error(
        "two signed checkpoints of {0} entries disagree: the log was kept in two versions; keep both files, they prove it"
    )]
    Fork(u64),
    /// A witness that must have signed did not sign any of the checkpoints.
    #[error("the witness `{0}` has signed none of these checkpoints")]
    Unwitnessed(String),
    /// A witness's signature doesn't hold.
    #[error("the signature of the witness `{0}` does not fit its checkpoint")]
    Witness(String),
}

/// What a witness has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The witness's name.
    pub witness: String,
    /// How many entries the log had.
    pub size: u64,
    /// When, in seconds since 1970.
    pub at: u64,
}

/// What the evidence amounts to. Its text tells of the checkpoints; who shows it adds the witnesses,
/// with their times.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Borne {
    /// The size of the oldest kept checkpoint that is not larger.
    pub since: Option<u64>,
    /// The size of the newest kept checkpoint that is larger, and holds all of it.
    pub within: Option<u64>,
    /// For each witness, the largest checkpoint that it has signed.
    pub seen: Vec<Seen>,
}

impl fmt::Display for Borne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(since) = self.since {
            write!(
                f,
                "; since the checkpoint of {since} the ledger has only grown"
            )?;
        }
        if let Some(within) = self.within {
            write!(f, "; the checkpoint of {within} holds all of it")?;
        }
        Ok(())
    }
}

impl Evidence {
    /// Opens the kept checkpoints.
    ///
    /// # Errors
    /// [`EvidenceError::Kept`].
    pub fn open(&self, verifier: &Verifier) -> Result<Vec<Checkpoint>, EvidenceError> {
        self.kept
            .iter()
            .map(|note| verifier.open(note).map_err(EvidenceError::Kept))
            .collect()
    }

    /// Holds a signed checkpoint of the log against the kept ones, to each of which a proof must
    /// lead unless they have one size, and demands the witnesses, each on any of them.
    ///
    /// # Errors
    /// [`EvidenceError`] tells what doesn't fit, or is missing.
    pub fn bear(&self, verifier: &Verifier, note: &str) -> Result<Borne, EvidenceError> {
        let checkpoint = verifier.open(note).map_err(EvidenceError::Kept)?;
        let kept = self.open(verifier)?;
        for other in &kept {
            let (old, new) = if other.size <= checkpoint.size {
                (other, &checkpoint)
            } else {
                (&checkpoint, other)
            };
            self.link(old, new)?;
        }
        let sizes = || kept.iter().map(|kept| kept.size);
        Ok(Borne {
            since: sizes().filter(|size| *size <= checkpoint.size).min(),
            within: sizes().filter(|size| *size > checkpoint.size).max(),
            seen: self.seen(verifier, [note])?,
        })
    }

    /// What the witnesses have signed among these notes and the kept ones, which were held against
    /// the log already.
    ///
    /// # Errors
    /// [`EvidenceError::Unwitnessed`] and [`EvidenceError::Witness`].
    pub fn seen<'a>(
        &'a self,
        verifier: &Verifier,
        notes: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Seen>, EvidenceError> {
        let notes: Vec<&str> = notes
            .into_iter()
            .chain(self.kept.iter().map(String::as_str))
            .collect();
        self.witnesses
            .iter()
            .map(|witness| {
                let name = || witness.name().to_owned();
                let mut best: Option<Seen> = None;
                for note in &notes {
                    let at = witness
                        .signed_at(note)
                        .map_err(|_| EvidenceError::Witness(name()))?;
                    let Some(at) = at else { continue };
                    let size = verifier.open(note).map_err(EvidenceError::Kept)?.size;
                    if best.as_ref().is_none_or(|best| best.size < size) {
                        best = Some(Seen {
                            witness: name(),
                            size,
                            at,
                        });
                    }
                }
                best.ok_or_else(|| EvidenceError::Unwitnessed(name()))
            })
            .collect()
    }

    fn link(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), EvidenceError> {
        if old.size == new.size {
            return if old.root == new.root {
                Ok(())
            } else {
                Err(EvidenceError::Fork(old.size))
            };
        }
        let sizes =
            |proof: &&Consistency| proof.old == old.size && size_of(&proof.note) == Some(new.size);
        let proof = self.proofs.iter().find(sizes);
        let missing = EvidenceError::Missing {
            old: old.size,
            new: new.size,
        };
        let hashes = match proof {
            Some(proof) => proof.hashes.as_slice(),
            // Every log has grown from nothing.
            None if old.size == 0 => &[],
            None => return Err(missing),
        };
        Ok(grew(old.size, &old.root, new, hashes)?)
    }
}

/// The size in a proof's own checkpoint: which proof it is. The roots it must lead to are those of
/// the checkpoints that are compared.
fn size_of(note: &str) -> Option<u64> {
    let text = crate::note::Note::parse(note).ok()?.text;
    Some(Checkpoint::parse(text).ok()?.size)
}
