//! The ledger.

use askama::Template;

use super::{Place, Shell, When, assets};

/// The ledger: `GET /desk/ledger`.
#[derive(Template, Clone, Debug)]
#[template(path = "ledger.html")]
pub struct LedgerPage {
    /// What surrounds it.
    pub shell: Shell,
    /// How many entries it has.
    pub size: u64,
    /// The root hash over all of them, in hex.
    pub root: String,
    /// The last signed checkpoint, as text; empty before the first.
    pub checkpoint: String,
    /// When that was.
    pub checkpoint_when: Option<When>,
    /// The command that checks all of it: `staunch ledger verify --data /var/lib/staunch`.
    pub command: String,
    /// The last entries, newest first.
    pub entries: Vec<EntryRow>,
    /// The index to put into `before` to see older ones, if there are more.
    pub before: Option<u64>,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Its place in the log.
    pub index: u64,
    /// When it was written.
    pub when: When,
    /// What happened, one word of the ledger's list: `account read`, `delivered`, `sign-in`.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// The ticket it was in.
    pub ticket: Option<i64>,
    /// What else the entry says, without personal data; may be empty.
    pub detail: String,
    /// Its hash, in hex.
    pub hash: String,
}
