//! Who may learn or change what, with which proofs.
//!
//! The desk loads [`Facts`], the gate answers with a [`Decision`]. Decisions come from Cedar
//! policies (`policies/` in the repository); a decision to permit carries the one [`Permit`] that
//! the vault accepts for turning sealed bytes into text.
//!
//! To add a request kind: 1. its word in `words::RequestKind`; 2. its action in
//! `policies/staunch.cedarschema`; 3. rules for it in `policies/default.cedar`, each `forbid`
//! with outcome, reason and words; 4. a test below that shows who is refused.

mod decide;
mod facts;
mod permit;

pub use decide::{Decision, Gate, Outcome, PolicyError};
pub use facts::{AccountFacts, Action, Actor, Destination, Facts, Field, Proof, TicketFacts};
pub use permit::Permit;
