//! What the proofs of this folder share.

use prove::{Asking, Cvc5, Cvc5Error, Report, prove_with};

/// The solver; without one a test says so and counts as skipped.
pub(crate) fn solver() -> Option<Cvc5> {
    match Cvc5::find() {
        Ok(solver) => Some(solver),
        Err(Cvc5Error::Missing) => {
            println!("skipped: cvc5 is not installed (apt install cvc5)");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Proves a set; about all actions if none is named.
pub(crate) async fn proven(solver: &Cvc5, policies: &str, only: &[&str]) -> Report {
    let asking = Asking {
        alone: false,
        only: only.iter().map(ToString::to_string).collect(),
    };
    match prove_with(solver, policies, &asking).await {
        Ok(report) => report,
        Err(error) => panic!("{error}"),
    }
}
