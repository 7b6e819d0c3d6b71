//! The words of the house: typed ids, time, roles, channels and kinds.
//!
//! Every other crate names its things with these. Nothing here does I/O; time and chance come in
//! through [`Clock`] and [`Entropy`], so that tests can hold both still.

mod id;
mod kind;
pub mod sabotage;
mod time;

pub use id::{
    AccountId, AlarmId, ApprovalId, ChallengeId, ContactPointId, FieldId, HoldId, InvitationId,
    JobId, MessageId, NoticeId, PlanId, ProofId, RecoveryId, RequestId, RevealId, SavedCodeId,
    SessionId, StaffId, TicketId, TokenId,
};
pub use kind::{
    AlarmKind, ChallengeKind, Channel, ContactKind, FieldClass, FieldKind, HoldLevel,
    InvitationEnd, MessageKind, PlanKind, ProofKind, Queue, RequestKind, RequestState, Role,
    TicketKind, TicketState, UnknownWordError,
};
pub use time::{Clock, Time, TimeError};

/// A source of unpredictable bytes. The one implementation for production asks the operating
/// system; tests pass a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills `into` with random bytes.
    fn fill(&self, into: &mut [u8]);

    /// A fresh array of `N` random bytes.
    fn bytes<const N: usize>(&self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}
