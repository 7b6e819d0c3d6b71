//! One account's key: sealing, comparing, committing, and the one way back to text.

use aws_lc_rs::{aead::LessSafeKey, hmac};
use gate::Permit;
use std::fmt;
use words::{AccountId, ContactPointId, Entropy, FieldId};
use zeroize::Zeroizing;

use crate::{
    keys::{Digest, VaultError, aead, derive, mac, open, seal},
    sealed::{Address, Sealed, Value},
};

/// The data key of one account, ready for use.
pub struct AccountKey {
    account: AccountId,
    sealing: LessSafeKey,
    compare: hmac::Key,
    commit: hmac::Key,
}

/// A value that was opened with a permit. It is wiped when dropped and prints nothing.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    /// The bytes.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// The value as text; bytes that are not UTF-8 are replaced.
    pub fn into_text(self) -> Zeroizing<String> {
        Zeroizing::new(String::from_utf8_lossy(&self.0).into_owned())
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened")
    }
}

impl AccountKey {
    pub(crate) fn derive(account: AccountId, raw: &[u8; 32]) -> Result<Self, VaultError> {
        Ok(Self {
            account,
            sealing: aead(&*derive(raw, "sealing")?)?,
            compare: hmac::Key::new(hmac::HMAC_SHA256, derive(raw, "comparing")?.as_ref()),
            commit: hmac::Key::new(hmac::HMAC_SHA256, derive(raw, "commitments")?.as_ref()),
        })
    }

    /// Seals a field's value. The bytes open only as this field of this account.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the cryptographic library refuses.
    pub fn seal_value(
        &self,
        field: FieldId,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Sealed<Value>, VaultError> {
        seal(
            &self.sealing,
            &self.aad(b'v', field.0.as_bytes()),
            plain,
            entropy,
        )
        .map(Sealed::from_bytes)
    }

    /// Seals a contact point's address.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the cryptographic library refuses.
    pub fn seal_address(
        &self,
        point: ContactPointId,
        plain: &str,
        entropy: &dyn Entropy,
    ) -> Result<Sealed<Address>, VaultError> {
        seal(
            &self.sealing,
            &self.aad(b'a', point.0.as_bytes()),
            plain.as_bytes(),
            entropy,
        )
        .map(Sealed::from_bytes)
    }

    /// Opens the one field that the permit is for.
    ///
    /// # Errors
    /// [`VaultError::OtherPermit`] if the permit is for another account or field, and
    /// [`VaultError::Broken`] if the bytes are not that field's.
    pub fn open(&self, sealed: &Sealed<Value>, permit: &Permit) -> Result<Opened, VaultError> {
        let field = permit.field().ok_or(VaultError::OtherPermit)?;
        if permit.account() != self.account {
            return Err(VaultError::OtherPermit);
        }
        self.plain_value(field, sealed).map(Opened)
    }

    /// Opens the address of the one contact point that the permit is for.
    ///
    /// # Errors
    /// As [`AccountKey::open`].
    pub fn open_address(
        &self,
        sealed: &Sealed<Address>,
        permit: &Permit,
    ) -> Result<Opened, VaultError> {
        let point = permit.destination().ok_or(VaultError::OtherPermit)?;
        if permit.account() != self.account {
            return Err(VaultError::OtherPermit);
        }
        self.plain_address(point, sealed).map(Opened)
    }

    /// A keyed hash of a value, by which the machine tells whether two are the same. `label`
    /// keeps fields apart.
    pub fn digest(&self, label: &str, value: &[u8]) -> Digest {
        Digest(mac(&self.compare, label, value))
    }

    /// A keyed commitment for the ledger, in hex: provable while the account's key exists,
    /// meaningless once it is destroyed.
    pub fn commit(&self, label: &str, value: &[u8]) -> String {
        hex::encode(mac(&self.commit, label, value))
    }

    /// A field's bytes, for this crate alone: what leaves it needs a permit, or is a yes or a no.
    pub(crate) fn plain_value(
        &self,
        field: FieldId,
        sealed: &Sealed<Value>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open(
            &self.sealing,
            &self.aad(b'v', field.0.as_bytes()),
            sealed.as_bytes(),
        )
    }

    /// A contact point's address, as [`AccountKey::plain_value`].
    pub(crate) fn plain_address(
        &self,
        point: ContactPointId,
        sealed: &Sealed<Address>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open(
            &self.sealing,
            &self.aad(b'a', point.0.as_bytes()),
            sealed.as_bytes(),
        )
    }

    fn aad(&self, purpose: u8, slot: &[u8; 16]) -> [u8; 33] {
        let mut out = [purpose; 33];
        out[1..17].copy_from_slice(self.account.0.as_bytes());
        out[17..].copy_from_slice(slot);
        out
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey")
    }
}
