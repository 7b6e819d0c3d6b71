//! Letters: everything the desk writes to an owner, as data. The mail room turns them into text
//! and HTML with fixed words; nothing a caller said has a place in them. (A [`Letter::Reply`]
//! carries a rep's own words.)

use words::{Channel, PlanKind, RequestKind, Time};
use zeroize::Zeroizing;

/// One letter, ready to be rendered.
#[derive(Clone)]
pub struct Envelope {
    /// The destination: a registered contact point's address, unsealed for this one sending.
    pub to: Zeroizing<String>,
    /// Stable over retries, so that a receiver can drop a double: the part before the `@`.
    pub message_id: String,
    /// The name the company goes by, such as `Acme Production`.
    pub company: String,
    /// What it says.
    pub letter: Letter,
}

/// A contact with the desk, as told to the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// How the requester reached the desk.
    pub channel: Channel,
    /// When the contact began.
    pub at: Time,
    /// What was sent because of it to the address that this letter goes to, such as `invoice 10442`.
    pub sent: Vec<String>,
    /// What was sent because of it to another address on the account.
    pub elsewhere: Vec<String>,
    /// What is about to leave for an address on the account, and may yet be held back.
    pub leaving: Vec<String>,
    /// What was shown to the person on support because of it, after a yes of the owner.
    pub shown: Vec<String>,
    /// What may have reached an address on the account: the mail server did not say.
    pub unsure: Vec<String>,
}

/// What a delivery carries.
#[derive(Clone)]
pub enum Content {
    /// A value as text.
    Text(Zeroizing<String>),
    /// A file, sent as an attachment.
    Document {
        /// The file's name, such as `invoice-10442.pdf`.
        file_name: String,
        /// Its media type, such as `application/pdf`.
        media_type: String,
        /// The bytes.
        bytes: Zeroizing<Vec<u8>>,
    },
    /// A copy of everything: several files.
    Copy {
        /// The files, the one that people read first.
        files: Vec<Attached>,
        /// What is too large to come along, such as `invoice 10442`.
        left_out: Vec<String>,
    },
}

/// One of several files in a letter.
#[derive(Clone)]
pub struct Attached {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// What a letter says. Links are absolute and go to the owner's pages of the desk.
#[derive(Clone)]
pub enum Letter {
    /// "Did you ask us to …?" with Yes and It wasn't me, both on the linked page.
    Confirm {
        /// What was asked.
        what: RequestKind,
        /// Which one, in the catalogue's words, such as `invoice 10442`.
        item: Option<String>,
        /// By which channel.
        channel: Channel,
        /// When.
        at: Time,
        /// Until when the link works.
        expires: Time,
        /// The owner's page.
        link: String,
    },
    /// A value or document of the account.
    Delivery {
        /// What it is, such as `invoice 10442`.
        what: String,
        /// The thing itself.
        content: Content,
        /// By which channel it was asked for.
        channel: Channel,
        /// When it was asked for.
        at: Time,
        /// The page with "It wasn't me".
        link: String,
    },
    /// "Someone contacted our support about your account".
    Notice {
        /// The gathered contacts, oldest first.
        contacts: Vec<Contact>,
        /// The page with "It wasn't me".
        link: String,
    },
    /// "Was this you?" about unusual logins.
    Outreach {
        /// What was unusual, in words.
        signals: Vec<String>,
        /// When it happened.
        at: Time,
        /// Until when the link works.
        expires: Time,
        /// The page with Yes and No.
        link: String,
    },
    /// A rep's answer in a ticket.
    Reply {
        /// The ticket's number.
        number: i64,
        /// The rep's words.
        text: String,
        /// The page with "It wasn't me".
        link: String,
    },
    /// Something on the account is going to change; one click stops it. The new value isn't said.
    Planned {
        /// What changes.
        what: PlanKind,
        /// By which channel it was asked for.
        channel: Channel,
        /// When the owner confirmed it.
        at: Time,
        /// When it takes effect.
        effective: Time,
        /// The page that cancels it.
        link: String,
    },
    /// "Is this address yours?", to an address that is to come. It says nothing of an account.
    Address {
        /// Until when the link works.
        expires: Time,
        /// The page that confirms it.
        link: String,
    },
    /// A code for an owner who is on the phone with the desk, and what it approves.
    Code {
        /// Eight digits.
        code: Zeroizing<String>,
        /// What was asked.
        what: RequestKind,
        /// Which one, in the catalogue's words, such as `invoice 10442`.
        item: Option<String>,
        /// When it was asked.
        at: Time,
        /// Until when the code works.
        expires: Time,
        /// The page with "It wasn't me".
        link: String,
    },
    /// The last one: everything kept about the owner is erased now.
    Erasing {
        /// When it was confirmed.
        at: Time,
    },
    /// The account's data was frozen at the desk, and how to thaw it.
    Frozen {
        /// When.
        at: Time,
    },
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// It may be taken later; the text holds no address.
    #[error("{0}")]
    Later(String),
    /// Nobody knows whether it was taken, as when the connection broke while it was handed over. It is
    /// tried again, and what it carried counts as maybe arrived; the text holds no address.
    #[error("{0}")]
    Unsure(String),
    /// It will never be taken; the text holds no address.
    #[error("{0}")]
    Never(String),
}

/// Takes letters to the outside. The mail room has the real one.
#[async_trait::async_trait]
pub trait Carrier: Send + Sync {
    /// Hands over one letter.
    ///
    /// # Errors
    /// [`CarrierError`], without any address in its text.
    async fn carry(&self, envelope: &Envelope) -> Result<(), CarrierError>;
}
