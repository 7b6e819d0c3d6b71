//! The master key and what derives from it: wrapped account keys, blind indexes, and the sealing
//! of the server's own secrets.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey},
    digest, hkdf, hmac,
};
use std::fmt;
use words::{AccountId, Entropy};
use zeroize::{Zeroize, Zeroizing};

use crate::account::AccountKey;

const NONCE: usize = 12;

/// A value could not be sealed or opened. It never says which value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VaultError {
    /// The bytes were not sealed under this key for this place, or were changed.
    #[error(
        "a sealed value could not be opened with the keys of this data folder; was it changed, or do the keys belong to another folder?"
    )]
    Broken,
    /// The permit is for something else.
    #[error("the permit is not for this value")]
    OtherPermit,
    /// The key is not 32 bytes.
    #[error("a master key has 32 bytes")]
    KeyLength,
}

/// The key that wraps all account keys: 32 bytes, kept in a file of mode 0600.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A fresh key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Takes a key from its 32 bytes.
    ///
    /// # Errors
    /// [`VaultError::KeyLength`] for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| VaultError::KeyLength)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The bytes, for writing them to the key file.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// An account's data key, sealed under the master key. Destroying it erases the account's values.
#[derive(Clone)]
pub struct WrappedKey(pub Vec<u8>);

/// A keyed hash by which an account is found: exact matches only, and worthless without the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlindIndex(pub [u8; 32]);

/// A keyed hash by which the machine compares a value with one it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(pub [u8; 32]);

/// One of the server's own secrets (a TOTP secret, a token waiting in the mail queue), sealed.
/// It can't hold an account's value: those are sealed under the account's key.
#[derive(Clone)]
pub struct ServerSealed(pub Vec<u8>);

/// SHA-256, for storing random tokens hashed.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Holds the keys that derive from the master key.
pub struct Vault {
    wrapping: LessSafeKey,
    server: LessSafeKey,
    index: hmac::Key,
}

impl Vault {
    /// Derives its keys from the master key (HKDF-SHA256, one purpose each).
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the cryptographic library refuses.
    pub fn new(master: &MasterKey) -> Result<Self, VaultError> {
        let derive = |purpose| derive(master.expose(), purpose);
        Ok(Self {
            wrapping: aead(&*derive("staunch account keys")?)?,
            server: aead(&*derive("staunch server secrets")?)?,
            index: hmac::Key::new(hmac::HMAC_SHA256, derive("staunch blind index")?.as_ref()),
        })
    }

    /// A new data key for an account, and its wrapped form to keep.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the cryptographic library refuses.
    pub fn new_account_key(
        &self,
        account: AccountId,
        entropy: &dyn Entropy,
    ) -> Result<(AccountKey, WrappedKey), VaultError> {
        let mut raw = Zeroizing::new([0u8; 32]);
        entropy.fill(raw.as_mut());
        let wrapped = seal(&self.wrapping, account.0.as_bytes(), raw.as_ref(), entropy)?;
        Ok((AccountKey::derive(account, &raw)?, WrappedKey(wrapped)))
    }

    /// Unwraps an account's data key.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if it is not this account's, or was wrapped under another master key.
    pub fn account_key(
        &self,
        account: AccountId,
        wrapped: &WrappedKey,
    ) -> Result<AccountKey, VaultError> {
        let raw = open(&self.wrapping, account.0.as_bytes(), &wrapped.0)?;
        let mut key = Zeroizing::new([0u8; 32]);
        if raw.len() != 32 {
            return Err(VaultError::Broken);
        }
        key.copy_from_slice(&raw);
        AccountKey::derive(account, &key)
    }

    /// The blind index of a value that is already in its normal form. `kind` keeps an email and a
    /// user name of the same letters apart.
    pub fn blind(&self, kind: &str, normal: &str) -> BlindIndex {
        BlindIndex(mac(&self.index, kind, normal.as_bytes()))
    }

    /// Seals one of the server's own secrets for one purpose.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the cryptographic library refuses.
    pub fn seal_server(
        &self,
        purpose: &str,
        secret: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<ServerSealed, VaultError> {
        seal(&self.server, purpose.as_bytes(), secret, entropy).map(ServerSealed)
    }

    /// Opens one of the server's own secrets.
    ///
    /// # Errors
    /// [`VaultError::Broken`] for another purpose, another key or changed bytes.
    pub fn open_server(
        &self,
        purpose: &str,
        sealed: &ServerSealed,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open(&self.server, purpose.as_bytes(), &sealed.0)
    }
}

pub(crate) fn mac(key: &hmac::Key, label: &str, value: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(&(label.len() as u64).to_be_bytes());
    context.update(label.as_bytes());
    context.update(value);
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

pub(crate) fn derive(key: &[u8; 32], purpose: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(key)
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(out.as_mut()))
        .map_err(|_| VaultError::Broken)?;
    Ok(out)
}

pub(crate) fn aead(key: &[u8; 32]) -> Result<LessSafeKey, VaultError> {
    UnboundKey::new(&AES_256_GCM_SIV, key)
        .map(LessSafeKey::new)
        .map_err(|_| VaultError::Broken)
}

pub(crate) fn seal(
    key: &LessSafeKey,
    aad: &[u8],
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let mut out = Vec::with_capacity(NONCE + plain.len() + 16);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plain);
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut out[NONCE..],
        )
        .map_err(|_| VaultError::Broken);
    match tag {
        Ok(tag) => out.extend_from_slice(tag.as_ref()),
        Err(error) => {
            out.zeroize();
            return Err(error);
        }
    }
    Ok(out)
}

pub(crate) fn open(
    key: &LessSafeKey,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(VaultError::Broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Broken)?;
    let mut buffer = Zeroizing::new(body.to_vec());
    let length = key
        .open_in_place(nonce, Aad::from(aad), &mut buffer)
        .map_err(|_| VaultError::Broken)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}
