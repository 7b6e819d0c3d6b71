//! Text messages: what the desk writes to an owner's phone, as data. The room for text messages
//! turns them into fixed words; nothing a caller or a rep said has a place in them.

use words::{PlanKind, RequestKind, Time};
use zeroize::Zeroizing;

use crate::letter::CarrierError;

/// One text message, ready to be rendered.
#[derive(Clone)]
pub struct TextEnvelope {
    /// The destination: a registered contact point's number, unsealed for this one sending.
    pub to: Zeroizing<String>,
    /// Stable over retries, so that a receiver can drop a double: letters, digits and dashes.
    pub id: String,
    /// The name the company goes by, such as `Acme Production`.
    pub company: String,
    /// What it says.
    pub text: Text,
}

/// What a text message says. Links are absolute and go to the owner's pages of the desk. No value of
/// an account is ever in one: a phone shows them to whoever lies beside it.
#[derive(Clone)]
pub enum Text {
    /// A code for an owner who is on the phone with the desk, and what it confirms.
    Code {
        /// Eight digits.
        code: Zeroizing<String>,
        /// What was asked.
        what: RequestKind,
        /// Which one, in the catalogue's words, such as `invoice 10442`.
        item: Option<String>,
        /// Until when the code works (NIST SP 800-63B-4 4.2.1: ten minutes).
        expires: Time,
    },
    /// "Did you ask us to …?" with Yes and It wasn't me, both on the linked page.
    Confirm {
        /// What was asked.
        what: RequestKind,
        /// Which one, in the catalogue's words.
        item: Option<String>,
        /// The owner's page.
        link: String,
    },
    /// "Someone contacted our support about your account".
    Notice {
        /// How many contacts were gathered in it.
        contacts: usize,
        /// Whether something was sent because of them, or is about to; the page says what.
        sent: bool,
        /// The page with "It wasn't me".
        link: String,
    },
    /// "Was this you?" about unusual logins.
    Outreach {
        /// When it happened.
        at: Time,
        /// The page with Yes and No.
        link: String,
    },
    /// "Is this number yours?", to a number that is to come. It says nothing of an account.
    Address {
        /// The page that confirms it.
        link: String,
    },
    /// Something is going to change, and one click on the linked page stops it. The new value isn't said.
    Planned {
        /// What changes.
        what: PlanKind,
        /// When it takes effect.
        effective: Time,
        /// The page that stops it.
        link: String,
    },
    /// The account's data was frozen at the desk, and how to thaw it.
    Frozen,
}

/// Takes text messages to the outside. The room for text messages has the real ones.
#[async_trait::async_trait]
pub trait TextCarrier: Send + Sync {
    /// Hands over one text message.
    ///
    /// # Errors
    /// [`CarrierError`], without any number in its text.
    async fn carry(&self, envelope: &TextEnvelope) -> Result<(), CarrierError>;
}
