//! What a protected value looks like everywhere outside the vault: bytes that say nothing.

use std::{fmt, marker::PhantomData};

/// The content of a field.
#[derive(Clone, Copy)]
pub enum Value {}

/// The address of a contact point.
#[derive(Clone, Copy)]
pub enum Address {}

/// A sealed value: nonce and ciphertext. It has no `Display` and no `Serialize`, and its `Debug`
/// prints the kind only.
///
/// ```compile_fail
/// fn show(sealed: &vault::Sealed<vault::Value>) -> String { format!("{sealed}") }
/// ```
pub struct Sealed<T> {
    bytes: Vec<u8>,
    kind: PhantomData<T>,
}

impl<T> Sealed<T> {
    /// Takes back bytes that the store kept.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// The bytes to keep: 12 of nonce, then ciphertext and tag.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_bytes(self.bytes.clone())
    }
}

impl fmt::Debug for Sealed<Value> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed<Value>")
    }
}

impl fmt::Debug for Sealed<Address> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed<Address>")
    }
}
