//! What can be wrong with an account record, in words that name the first bad entry.

/// The first thing wrong with a record. `nth` counts the account's entries from 1, `index` the
/// log's from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// The entry's text, place or proof doesn't lead to the checkpoint.
    #[error(
        "entry {nth} of the account (entry {index} of the ledger) was changed: its text, its place and its proof do not lead to the checkpoint"
    )]
    Changed {
        /// Which entry belongs there.
        nth: u64,
        /// The place in the log that it claims.
        index: u64,
    },
    /// The text is in the log, but is not an entry in canonical form.
    #[error(
        "entry {nth} of the account (entry {index} of the ledger) was not written by the ledger: its text is not in canonical form"
    )]
    Form {
        /// Which entry belongs there.
        nth: u64,
        /// Its place in the log.
        index: u64,
    },
    /// The entry is about another account, or none.
    #[error(
        "where entry {nth} of the account belongs stands entry {index} of the ledger, which is not about this account"
    )]
    Foreign {
        /// Which entry belongs there.
        nth: u64,
        /// The place in the log of what stands there.
        index: u64,
    },
    /// Another entry of the account stands there: one was left out, repeated or moved.
    #[error(
        "entry {nth} of the account is not where it belongs: {} (entry {index} of the ledger) stands there",
        .found.map_or("one without a number".to_owned(), |found| format!("entry {found}"))
    )]
    Misplaced {
        /// Which entry belongs there.
        nth: u64,
        /// Which one stands there.
        found: Option<u64>,
        /// The place in the log of what stands there.
        index: u64,
    },
    /// The entry stands before the one before it in the log.
    #[error(
        "entry {nth} of the account (entry {index} of the ledger) stands before the one that it follows"
    )]
    Order {
        /// Which entry.
        nth: u64,
        /// Its place in the log.
        index: u64,
    },
    /// The record doesn't end with the entry of its own making.
    #[error(
        "entry {} of the account is missing: the record ends before the entry of its own making",
        .entries + 1
    )]
    End {
        /// How many entries there are.
        entries: u64,
    },
    /// The header names another account than the entry of the record's making.
    #[error(
        "the record was made for another account than the header names: `external_id` or `salt` was changed"
    )]
    Name,
}
