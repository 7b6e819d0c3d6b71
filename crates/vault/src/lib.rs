//! Sealing, masks, blind indexes, keys.
//!
//! Every account has a data key of its own, wrapped by the master key; destroying the wrapped key
//! erases the person. [`AccountKey::open`] is the only function in the workspace that turns a
//! sealed value into text, and it takes a [`gate::Permit`], which only the gate makes.
//! [`AccountKey::spoken_in`] tells whether a text holds a value, and nothing more.

mod account;
mod keys;
mod mask;
mod sealed;
mod spoken;

pub use account::{AccountKey, Opened};
pub use keys::{BlindIndex, Digest, MasterKey, ServerSealed, Vault, VaultError, WrappedKey, hash};
pub use mask::{MASK, normalise};
pub use sealed::{Address, Sealed, Value};
