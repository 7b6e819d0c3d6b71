//! Whether a text that is about to be said holds what is sealed.
//!
//! This is no way to unseal: the value is opened, compared and wiped inside the vault, and what
//! comes out is a yes or a no about a text that the caller had before. So it needs no permit.
//!
//! But each answer is a bit about the value, and enough of them are the value: whoever may ask as
//! often as he likes can guess a house number in a hundred texts. A caller therefore
//! 1. asks only about a text that would leave through a ticket otherwise, once,
//! 2. stops such a text without saying which value it held, or whether it held one at all: the
//!    same words for a match and for [`advise::Reading::looks_like`],
//! 3. counts every stop as an attempt on the account, by the limits that don't start anew,
//! 4. keeps no record of the answers but that attempt.
//!
//! The time it takes tells about as much as the answer, and no more is promised of it.

use advise::Reading;
use words::{ContactKind, ContactPointId, FieldId, FieldKind};
use zeroize::Zeroizing;

use crate::{
    account::AccountKey,
    keys::VaultError,
    sealed::{Address, Sealed, Value},
};

impl AccountKey {
    /// Whether a text holds the value of a field or a telling part of it, as
    /// [`advise::Reading::holds`] has it. A document's value is a file, which no text holds.
    ///
    /// Limit who may ask and how often; see the head of this module.
    ///
    /// # Errors
    /// [`VaultError::Broken`] if the bytes are not that field's; then the text must not go.
    pub fn spoken_in(
        &self,
        field: FieldId,
        sealed: &Sealed<Value>,
        kind: FieldKind,
        reading: &Reading,
    ) -> Result<bool, VaultError> {
        let plain = self.plain_value(field, sealed)?;
        Ok(kind != FieldKind::Document && holds(reading, plain, kind))
    }

    /// Whether a text holds the address of a contact point or a telling part of it.
    ///
    /// # Errors
    /// As [`AccountKey::spoken_in`].
    pub fn address_spoken_in(
        &self,
        point: ContactPointId,
        sealed: &Sealed<Address>,
        kind: ContactKind,
        reading: &Reading,
    ) -> Result<bool, VaultError> {
        let kind = match kind {
            ContactKind::Email => FieldKind::Email,
            ContactKind::Phone => FieldKind::Phone,
        };
        Ok(holds(reading, self.plain_address(point, sealed)?, kind))
    }
}

fn holds(reading: &Reading, mut plain: Zeroizing<Vec<u8>>, kind: FieldKind) -> bool {
    match String::from_utf8(std::mem::take(&mut *plain)) {
        Ok(text) => reading.holds(&Zeroizing::new(text), kind),
        Err(error) => {
            let bytes = Zeroizing::new(error.into_bytes());
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            reading.holds(&text, kind)
        }
    }
}
