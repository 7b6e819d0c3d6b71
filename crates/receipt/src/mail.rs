//! A receipt mail that was found to be genuine, and why others were not.

use std::fmt;

use words::Time;
use zeroize::Zeroizing;

/// The original receipt mail of the company, as it was signed.
///
/// Its fields are private and its one maker is the check of the signature (`Verifier::check`), so
/// that having one in hand means that the check was passed. It proves nothing yet: the desk still
/// compares recipient and transaction with the account, and refuses a mail that was used before.
pub struct ReceiptMail {
    pub(crate) recipient: Zeroizing<String>,
    pub(crate) transactions: Vec<Zeroizing<String>>,
    pub(crate) date: Time,
    pub(crate) message: [u8; 32],
    pub(crate) body: [u8; 32],
}

impl ReceiptMail {
    /// The one address the mail was sent to, in small letters.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// What stands where a transaction's number stands in receipts, in capitals; one to twenty.
    pub fn transactions(&self) -> impl Iterator<Item = &str> {
        self.transactions.iter().map(|t| t.as_str())
    }

    /// When the company dated it.
    pub fn date(&self) -> Time {
        self.date
    }

    /// Two marks for "used before": SHA-256 of the message's id, and of its body with white space
    /// evened out. Neither changes when headers that aren't signed are changed, or when the mail is
    /// forwarded once more. A mail is used when either was seen. Put them through the vault's keyed
    /// hash before keeping them: a body can be guessed by whoever knows the template.
    pub fn marks(&self) -> [[u8; 32]; 2] {
        [self.message, self.body]
    }

    /// A receipt mail that nobody signed, for tests of what comes after the check.
    #[cfg(feature = "testing")]
    pub fn unchecked(recipient: &str, transactions: &[&str], date: Time, mark: u8) -> Self {
        Self {
            recipient: Zeroizing::new(recipient.to_owned()),
            transactions: transactions
                .iter()
                .map(|t| Zeroizing::new((*t).to_owned()))
                .collect(),
            date,
            message: [mark; 32],
            body: [mark; 32],
        }
    }
}

impl fmt::Debug for ReceiptMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptMail")
    }
}

/// Why a mail is not taken as a receipt. This is for the log, and holds nothing of the mail; a
/// person is told [`ReceiptError::for_the_person`], which is the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// More bytes than the settings allow.
    #[error("the mail is too large")]
    TooLarge,
    /// Zero bytes, or line ends of several kinds, which programs read differently.
    #[error("the mail has broken line ends")]
    LineEnds,
    /// The header section or the parts don't follow RFC 5322 and RFC 2045 strictly, or are too many.
    #[error("the mail is not well formed")]
    Malformed,
    /// Several mails are attached, and which one is meant is not for us to guess.
    #[error("several mails are attached")]
    Several,
    /// Not the original and none attached: forwarded as text, which anybody can write.
    #[error("the mail was forwarded as text, or is not a receipt mail")]
    AsText,
    /// The attached mail does not come from an address that receipts come from.
    #[error("the attached mail is not from an address that receipts come from")]
    Sender,
    /// A field stands there twice, and readers differ in which one they show.
    #[error("the field `{0}` is repeated")]
    Repeated(&'static str),
    /// A field is not there.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field is written in a way that programs read differently.
    #[error("the field `{0}` is not plain")]
    NotPlain(&'static str),
    /// The mail went to further people.
    #[error("the mail has a field `{0}`, so others have it too")]
    Copied(&'static str),
    /// No signature of the company's domains, or it can't be read.
    #[error("no usable signature of a company domain")]
    Unsigned,
    /// The signature leaves a part of the body out (`l=`).
    #[error("the signature does not cover the whole body")]
    Partial,
    /// The signature leaves a field out.
    #[error("the signature does not cover the field `{0}`")]
    Uncovered(&'static str),
    /// The signature's own time is over (`x=`).
    #[error("the signature has expired")]
    Expired,
    /// Older than the settings allow.
    #[error("the mail is too old")]
    TooOld,
    /// Dated or signed in the future.
    #[error("the mail is from the future")]
    NotYet,
    /// The key is shorter than the settings ask for.
    #[error("the signing key is too short")]
    WeakKey,
    /// There is no such key, it was revoked, is marked as a test, or is for something else.
    #[error("the signing key is not there or not valid")]
    Key,
    /// The keys could not be asked for; it may work later.
    #[error("the signing key could not be looked up")]
    KeyUnknown,
    /// The signature doesn't fit: something signed was changed, or somebody else made it.
    #[error("the signature does not hold")]
    Signature,
    /// The text and the HTML name different transactions.
    #[error("the text and the HTML part differ")]
    PartsDiffer,
    /// The body is written in a way that can't be read.
    #[error("the body can't be decoded")]
    Body,
    /// Nothing in the body looks like a transaction's number.
    #[error("no transaction is named")]
    NoTransaction,
    /// More than twenty things in the body look like one.
    #[error("too many transactions are named")]
    TooManyTransactions,
}

impl ReceiptError {
    /// What the person is told, whatever was wrong, here or in the comparison with the account.
    pub const FOR_THE_PERSON: &'static str = "we couldn't use that mail: please send the receipt mail itself, attached whole to a new mail or saved as a file, not its text copied into another mail";

    /// What the person is told. It never says which part was wrong.
    pub fn for_the_person(self) -> &'static str {
        Self::FOR_THE_PERSON
    }

    /// True when it is not the mail's fault and it may be tried again; it is no failed try then.
    pub fn is_ours(self) -> bool {
        self == Self::KeyUnknown
    }
}
