//! The ledger: an append-only Merkle log, its signed checkpoints, and their verification.
//!
//! Pure: no I/O of its own, no clock, no database. Hashing follows RFC 6962, checkpoints follow
//! C2SP `tlog-checkpoint` and `signed-note`, so that other people's tools can check them too.
//!
//! To append: 1. load the [`Frontier`] of the log; 2. encode the [`Entry`] and call [`Row::append`];
//! 3. store the row and `frontier.to_bytes()` in the transaction of the act that the entry records.
//!
//! To sign: `signer.sign(&signer.checkpoint(frontier.size(), frontier.root()))`; keep the note, and
//! hand it to somebody else as well.
//!
//! To verify: open the notes with a [`Verifier`], feed every row to an [`Auditor`] and ask it to
//! [`finish`](Auditor::finish); or give an exported file to [`verify_export`].
//!
//! To prove to somebody who hasn't got the log: one account's entries as a [`record`], that it only
//! grew as a [`Consistency`]; both from the hashes that a [`Plan`] asks for. A [`Witness`] puts its
//! name to a growth that it has checked, and [`Evidence`] demands that.

pub mod checkpoint;
pub mod consistency;
pub mod cosign;
pub mod entry;
pub mod evidence;
pub mod export;
pub mod fault;
mod note;
pub mod plan;
pub mod record;
pub mod tree;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, Signer, Verifier};
pub use consistency::{Consistency, ConsistencyError, Grown};
pub use cosign::{Witness, WitnessKey};
pub use entry::{Entry, EntryError};
pub use evidence::{Borne, Evidence, EvidenceError, Seen};
pub use export::{
    ExportError, ExportReader, ExportReport, ExportWriter, Header, KeySource, verify_export,
    verify_export_against,
};
pub use fault::Fault;
pub use plan::{Node, Plan, Tile, TileId};
pub use record::{RecordError, RecordFault, RecordHeader, RecordReport, verify_record};
pub use tree::{
    Frontier, FrontierError, Hash, ProofError, consistency_proof, empty_root, inclusion_proof,
    leaf_hash, node_hash, root, verify_consistency, verify_inclusion,
};
pub use verify::{Auditor, Report, Row};
