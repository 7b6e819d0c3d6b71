//! Accounts: how they come in (`put`, `import`) and how a rep finds one (`look_up`). Values are
//! checked, sealed and forgotten; no error here holds one.

mod check;
mod cooling;
mod document;
mod import;
mod look_up;
mod put;
mod read;
mod rows;

pub(crate) use check::{Incoming, check_text};
pub use document::{
    AccountDocument, ContactPointDocument, DocumentError, FieldDocument, StoredDocument,
    digest_label,
};
pub use import::{BadRow, ImportError, ImportOptions, Progress, Report};
pub use look_up::Found;
pub(crate) use put::Fresh;
pub use put::{ACCOUNTS_SCOPE, Put};
pub use rows::{Row, read_csv, read_jsonl};
