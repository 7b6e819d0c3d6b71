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
///
/// It opens with a permit, and without one it can be asked whether a text holds it:
///
/// ```
/// use vault::{AccountKey, Opened, Sealed, Value, VaultError};
///
/// fn open(key: &AccountKey, sealed: &Sealed<Value>, permit: &gate::Permit) -> Option<Opened> {
///     key.open(sealed, permit).ok()
/// }
/// fn asked(
///     key: &AccountKey,
///     field: words::FieldId,
///     sealed: &Sealed<Value>,
///     reading: &advise::Reading,
/// ) -> Result<bool, VaultError> {
///     key.spoken_in(field, sealed, words::FieldKind::Text, reading)
/// }
/// ```
///
/// It doesn't open without:
///
/// ```compile_fail
/// fn open(key: &vault::AccountKey, sealed: &vault::Sealed<vault::Value>) {
///     key.open(sealed);
/// }
/// ```
///
/// and its bytes are for the vault alone:
///
/// ```compile_fail
/// fn plain(
///     key: &vault::AccountKey,
///     field: words::FieldId,
///     sealed: &vault::Sealed<vault::Value>,
/// ) -> Vec<u8> {
///     key.plain_value(field, sealed).unwrap().to_vec()
/// }
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
