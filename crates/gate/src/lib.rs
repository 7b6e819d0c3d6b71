//! Who may learn or change what, with which proofs.
//!
//! The desk loads [`Facts`], the gate answers with a [`Decision`]. Decisions come from Cedar
//! policies (`policies/` in the repository); a decision to permit carries the one [`Permit`] that
//! the vault accepts for turning sealed bytes into text. Whatever the policies say, no permit breaks
//! one of the [`INVARIANTS`].
//!
//! To add a request kind: 1. its word in `words::RequestKind`; 2. its action in
//! `policies/staunch.cedarschema` and in `policies.rs`; 3. rules for it in
//! `policies/default.cedar`, each with its source, each `forbid` with outcome, reason and words; 4. what no set may
//! loosen about it in `invariants.rs`; 5. tests that show who is refused.

mod cedar;
mod compare;
mod decide;
mod duties;
mod explain;
mod facts;
mod invariants;
mod loosen;
mod memo;
mod permit;
mod policies;
mod source;
mod told;

pub use compare::Difference;
pub use decide::{Decision, Gate, NO_WAY, Outcome, Way};
pub use duties::{DUTIES, Duty};
pub use explain::Explanation;
pub use facts::{
    AccountFacts, Action, Actor, Approval, Destination, Effect, Facts, Field, Proof, TicketFacts,
};
pub use invariants::{INVARIANTS, Invariant, broken};
pub use permit::Permit;
pub use policies::{Fault, Faults, Loosened, Neglected, PolicyError, Rule, SCHEMA, SHIPPED};
