//! Recovery codes: a set that the owner makes and keeps, each good for one use.

use words::Entropy;

use crate::Code;

/// How many codes a set has.
pub const SET: usize = 10;

/// A fresh set of codes, shown to the owner once. Only hashes of them are kept
/// ([`Code::digest_input`] into the vault's keyed hash), and each is struck out when it was used; a
/// new set takes the place of the old one whole (NIST SP 800-63B-4 4.2.1).
#[derive(Debug)]
pub struct RecoveryCodes([Code; SET]);

impl RecoveryCodes {
    /// Makes a set.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(std::array::from_fn(|_| Code::new(entropy)))
    }

    /// The codes, in the order in which they are shown.
    pub fn iter(&self) -> std::slice::Iter<'_, Code> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a RecoveryCodes {
    type Item = &'a Code;
    type IntoIter = std::slice::Iter<'a, Code>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
