//! That a log only grew from one checkpoint to another: the proof as a file, and checking it.
//!
//! The file is the body of a C2SP `tlog-witness` request (`add-checkpoint`), so that any witness
//! takes it as it is: the older size, the proof's hashes in base64, an empty line, the newer
//! checkpoint.
//! ```text
//! old 120
//! PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
//!
//! desk.example/ledger
//! 163
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — desk.example/ledger Az3grlgtzPICa5OS…
//! ```

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError, Verifier};
use crate::tree::{Hash, ProofError, empty_root, verify_consistency};

#[cfg(test)]
mod tests;

/// More hashes than any proof has.
const MAX_HASHES: usize = 63;

/// Why a growth is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsistencyError {
    /// The text is not a proof file.
    #[error("the text is not a consistency proof; make one with `staunch ledger consistency`")]
    Text,
    /// One of the checkpoints can't be relied on.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof begins at another size than the older checkpoint has.
    #[error("the proof begins at {proof} entries, but the older checkpoint has {kept}")]
    Begin {
        /// Where the proof begins.
        proof: u64,
        /// The older checkpoint's size.
        kept: u64,
    },
    /// The newer checkpoint has fewer entries than the older.
    #[error("the log has {new} entries where an older checkpoint has {old}: it was cut short")]
    Shrunk {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// The hashes don't lead from one root to the other.
    #[error(
        "the proof does not lead from {old} entries to {new}: the log was rewritten in between, or the proof was changed"
    )]
    Broken {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
}

/// A proof of consistency, with the newer checkpoint. Nothing in it is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The older size.
    pub old: u64,
    /// The proof (RFC 9162, 2.1.4); empty from size 0, and from a size to itself.
    pub hashes: Vec<Hash>,
    /// The newer checkpoint, as a signed note.
    pub note: String,
}

impl Consistency {
    /// The proof as a file.
    pub fn encode(&self) -> String {
        let mut out = format!("old {}\n", self.old);
        for hash in &self.hashes {
            // Writing to a string can't fail.
            let _ = writeln!(out, "{}", STANDARD.encode(hash));
        }
        out + "\n" + &self.note
    }

    /// Reads what [`encode`](Self::encode) writes.
    ///
    /// # Errors
    /// [`ConsistencyError::Text`].
    pub fn parse(text: &str) -> Result<Self, ConsistencyError> {
        Self::read(text).ok_or(ConsistencyError::Text)
    }

    fn read(text: &str) -> Option<Self> {
        let (head, note) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let size = lines.next()?.strip_prefix("old ")?;
        let old: u64 = size.parse().ok()?;
        if old.to_string() != size {
            return None;
        }
        let hashes = lines
            .map(|line| Hash::try_from(STANDARD.decode(line).ok()?).ok())
            .collect::<Option<Vec<_>>>()?;
        (hashes.len() <= MAX_HASHES).then(|| Self {
            old,
            hashes,
            note: note.to_owned(),
        })
    }

    /// Checks that the newer checkpoint is signed by the log's key, and that the log only grew since
    /// the older one (opened already); `None` is a log of which nothing was seen yet, from which a
    /// proof must begin at 0.
    ///
    /// # Errors
    /// [`ConsistencyError`] tells what doesn't fit.
    pub fn check(
        &self,
        verifier: &Verifier,
        since: Option<&Checkpoint>,
    ) -> Result<Grown, ConsistencyError> {
        let new = verifier.open(&self.note)?;
        let (size, root) = since.map_or((0, empty_root()), |old| (old.size, old.root));
        if since.is_some_and(|old| old.origin != new.origin) {
            return Err(CheckpointError::Origin.into());
        }
        if size != self.old {
            return Err(ConsistencyError::Begin {
                proof: self.old,
                kept: size,
            });
        }
        grew(size, &root, &new, &self.hashes)?;
        Ok(Grown {
            old: size,
            new,
            note: self.note.clone(),
        })
    }
}

/// Whether these hashes lead from the older size and root to the newer checkpoint.
pub(crate) fn grew(
    old: u64,
    root: &Hash,
    new: &Checkpoint,
    hashes: &[Hash],
) -> Result<(), ConsistencyError> {
    verify_consistency(old, new.size, root, &new.root, hashes).map_err(|error| match error {
        ProofError::Range => ConsistencyError::Shrunk { old, new: new.size },
        ProofError::Length | ProofError::Mismatch => {
            ConsistencyError::Broken { old, new: new.size }
        }
    })
}

/// A growth that was proven: made by [`Consistency::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    old: u64,
    new: Checkpoint,
    note: String,
}

impl Grown {
    /// How many entries there were.
    pub fn since(&self) -> u64 {
        self.old
    }

    /// The newer checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.new
    }

    /// The newer checkpoint as the signed note that it came as.
    pub fn note(&self) -> &str {
        &self.note
    }
}
