//! Payment receipts as proofs: codes printed on them, and the company's own receipt mails.
//!
//! A [`Code`] is what a receipt carries, and what an owner saves for recovery
//! ([`RecoveryCodes`]); typos are found locally, and the rest is a comparison of keyed hashes
//! elsewhere. A [`ReceiptMail`] comes out of the `Verifier` (feature `mail`), which takes the
//! original mail only, forwarded whole or uploaded, under the company's own DKIM signature (RFC
//! 6376) read much more narrowly than a mail server would: whatever two programs could read in two
//! ways is refused.
//!
//! The way of a mail: `lines`, `original`, `section` and `address`, `signature`, `keys` and `record`,
//! mail-auth's verification, `transactions`. A new reason to refuse goes into [`ReceiptError`], with a
//! test in `tests/break_in.rs`.

mod code;
mod mail;
mod recovery;

#[cfg(feature = "mail")]
mod address;
#[cfg(feature = "mail")]
mod keys;
#[cfg(feature = "mail")]
mod lines;
#[cfg(feature = "mail")]
mod mime;
#[cfg(feature = "mail")]
mod original;
#[cfg(feature = "mail")]
mod record;
#[cfg(feature = "mail")]
mod section;
#[cfg(feature = "mail")]
mod settings;
#[cfg(feature = "mail")]
mod signature;
#[cfg(feature = "mail")]
mod tags;
#[cfg(feature = "mail")]
mod transactions;
#[cfg(feature = "mail")]
mod verifier;

pub use code::{Code, CodeError};
pub use mail::{ReceiptError, ReceiptMail};
pub use recovery::{RecoveryCodes, SET};

#[cfg(feature = "mail")]
pub use keys::{DnsKeys, KeySource, KeyUnknownError, PinnedKeys};
#[cfg(feature = "mail")]
pub use settings::{ReceiptSettings, SettingsError};
#[cfg(feature = "mail")]
pub use verifier::Verifier;
