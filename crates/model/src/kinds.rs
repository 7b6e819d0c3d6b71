//! The closed lists of the model: who, what, where, by which proof, and what can be wrong with one.

use words::{ContactKind, RequestKind};

use crate::set::set;

/// Who asks or answers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Who {
    /// The owner, who is honest.
    Owner,
    /// The attacker, who has the rep do whatever the desk lets a rep do.
    Attacker,
}

set! {
    /// Where the owner can be reached, or might seem to be.
    ContactPoint,
    /// Some of them.
    ContactPoints(u8) {
        /// The email on file from the start.
        Email,
        /// The phone on file from the start.
        Phone,
        /// The email that the owner changes to; once in effect it replaces [`ContactPoint::Email`].
        New,
        /// An email of the attacker's that he wants on file.
        Attackers,
    }
}

set! {
    /// The kinds of proof.
    Kind,
    /// Some of them.
    Kinds(u8) {
        /// A link or code sent to a registered email.
        Email,
        /// A link or code sent to a registered phone.
        Phone,
        /// A login session of the account.
        Session,
        /// A payment receipt.
        Receipt,
        /// A saved recovery code.
        Recovery,
    }
}

set! {
    /// What is wrong with a proof, in truth.
    Flaw,
    /// Everything that is wrong with it.
    Flaws(u16) {
        /// It proves another account.
        OtherAccount,
        /// It was given for another ticket.
        OtherTicket,
        /// It was given for another request.
        OtherRequest,
        /// It was given for another field.
        OtherField,
        /// Its time is over.
        Late,
        /// It was used before.
        Again,
        /// The request it was given for is over.
        Ended,
        /// It came from a contact point that doesn't count.
        NotInEffect,
        /// It was guessed.
        Guessed,
    }
}

set! {
    /// What just went well for somebody honest; noted in the honest scene only.
    Joy,
    /// Some of it.
    Joys(u16) {
        /// The invoice reached the owner.
        Delivered,
        /// The rep could read the owner a detail.
        Shown,
        /// The password was reset.
        Reset,
        /// A new contact point took effect.
        Changed,
        /// The second factor was enrolled anew.
        Reenrolled,
        /// A refund was made.
        Acted,
        /// The account was erased.
        Erased,
        /// The owner lifted a hold with two proofs.
        Lifted,
        /// The owner lifted a hold with a login session alone.
        LiftedBySession,
        /// An owner without a contact point got a reset by the receipt.
        ByReceipt,
        /// Two leads broke the glass, and the invoice reached the owner.
        ThroughTheGlass,
        /// An invoice reached the new contact point.
        ToTheNew,
    }
}

impl ContactPoint {
    /// The kind of proof that it gives.
    pub const fn proves(self) -> Kind {
        match self {
            Self::Email | Self::New | Self::Attackers => Kind::Email,
            Self::Phone => Kind::Phone,
        }
    }

    /// What it is.
    pub const fn kind(self) -> ContactKind {
        match self {
            Self::Email | Self::New | Self::Attackers => ContactKind::Email,
            Self::Phone => ContactKind::Phone,
        }
    }
}

/// A sealed field of the account.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Field {
    /// An order.
    Order,
    /// The postal address.
    Address,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum What {
    /// Send an invoice.
    Deliver,
    /// Send password information.
    DeliverSecret,
    /// Show a field to the rep.
    Reveal(Field),
    /// Reset the password.
    Reset,
    /// Change the email.
    Change,
    /// Enrol the second factor anew.
    Reenrol,
    /// Lift the hold.
    Unlock,
    /// Make a refund.
    Act,
    /// Erase the account.
    Erase,
}

impl What {
    /// The request it is, in the words of the house; `None` where they lack one.
    pub fn kind(self) -> Option<RequestKind> {
        let word = match self {
            Self::Deliver | Self::DeliverSecret => "deliver",
            Self::Reveal(_) => "reveal",
            Self::Reset => "reset",
            Self::Change => "change",
            Self::Reenrol => "re-enrol",
            Self::Unlock => "unlock",
            Self::Act => "act",
            Self::Erase => "erase",
        };
        word.parse().ok()
    }

    /// How many proofs it takes, each of another kind.
    pub const fn proofs(self) -> u32 {
        match self {
            Self::Deliver | Self::DeliverSecret => 0,
            Self::Reveal(_) | Self::Reset | Self::Act | Self::Erase => 1,
            Self::Change | Self::Reenrol | Self::Unlock => 2,
        }
    }
}
