//! Typed ids. Each is a UUID of version 7 (time-ordered), made by [`AccountId::new`] and its
//! siblings from a time and ten random bytes, and parsed at the edge.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

use crate::{Entropy, Time};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id: time-ordered, with 74 random bits.
            pub fn new(now: Time, entropy: &dyn Entropy) -> Self {
                let mut random = [0; 10];
                entropy.fill(&mut random);
                Self(uuid::Builder::from_unix_timestamp_millis(now.millis(), &random).into_uuid())
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::from_str(text).map(Self) }
        }
    )+};
}

ids! {
    /// A customer's account at the company.
    AccountId,
    /// One value of an account.
    FieldId,
    /// An email address or phone number registered on an account.
    ContactPointId,
    /// The unit of work.
    TicketId,
    /// One email, chat line, call note or internal note in a ticket.
    MessageId,
    /// A typed thing asked for in a ticket.
    RequestId,
    /// The asking for a proof.
    ChallengeId,
    /// A fixed text sent to the owner.
    NoticeId,
    /// A state of an account in which the gate answers more strictly.
    HoldId,
    /// A person (or token) who works at the desk.
    StaffId,
    /// A signed-in browser of a member of staff.
    SessionId,
    /// An invitation to become staff.
    InvitationId,
    /// An API token.
    TokenId,
    /// A piece of queued work.
    JobId,
    /// Something that was proven for one request.
    ProofId,
    /// A second person's leave.
    ApprovalId,
    /// A confirmed change that waits out its cooling-off time.
    PlanId,
    /// A value shown to a rep.
    RevealId,
    /// What leads and auditors must look at.
    AlarmId,
    /// A saved recovery code.
    SavedCodeId,
    /// A page on which a requester shows a receipt.
    RecoveryId,
}
