//! Proves, for all inputs, that a set of policies keeps the promise.
//!
//! The promise is written down as bounds (`bounds.cedar`): Cedar rules that say what no set may permit.
//! For each bound and each kind of request (who × what) an SMT solver is asked whether there is any case
//! at all that the policies permit and the bound forbids. If there is none, the bound is proven there;
//! if there is one, it is made as small as it gets and told in words.
//!
//! The gate doesn't need this to be safe: it checks every decision against the same invariants. The
//! proof is for whoever writes or audits policies. It takes the solver cvc5 and a heavy compiler of
//! policies to formulas, which is why it stands in a crate of its own that only the program depends on.
//!
//! To add a bound: 1. its rule in `bounds.cedar`, with `@id` and `@says`; 2. if it is an invariant of the
//! gate, the same name there (a test compares the two on random cases); 3. a sabotaged set in
//! `tests/sabotage.rs` that it must find.

mod bounds;
mod case;
mod command;
mod prove;
mod report;
mod shrink;
mod solver;
mod tell;

pub use bounds::{Bound, BoundError, bounds, vocabulary};
pub use command::Command;
pub use prove::{Asking, ProveError, prove, prove_with};
pub use report::{Check, Counterexample, Environment, Outcome, Report};
pub use solver::{Cvc5, Cvc5Error};
