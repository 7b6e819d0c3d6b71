//! What is printed.

use std::fmt::Write as _;
use words::{RequestKind, RequestState};

use crate::run::{Failure, Outcome};

/// The table of a run.
pub fn table(outcome: &Outcome, seed: u64) -> String {
    let mut out = String::new();
    let seconds = outcome.took.as_secs_f64().max(0.001);
    #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
    let rate = outcome.steps as f64 / seconds;
    let _ = writeln!(
        out,
        "{} steps from seed {seed} in {seconds:.0} s: {rate:.0} steps/s",
        outcome.steps
    );
    let _ = writeln!(out, "\nacts (done, led to something)");
    for (act, (done, led)) in &outcome.reached.acts {
        let _ = writeln!(out, "  {act:<14} {done:>7} {led:>7}");
    }
    let _ = write!(out, "\nrequests        ");
    for state in RequestState::ALL {
        let _ = write!(out, "{:>9}", state.as_str());
    }
    for kind in RequestKind::ALL {
        let _ = write!(out, "\n  {:<14}", kind.as_str());
        for state in RequestState::ALL {
            let n = outcome
                .reached
                .states
                .get(&(kind.to_string(), state.to_string()))
                .copied()
                .unwrap_or(0);
            let n = if n == 0 {
                "·".to_owned()
            } else {
                n.to_string()
            };
            let _ = write!(out, "{n:>9}");
        }
    }
    let _ = writeln!(out, "\n\nsearched");
    for (what, n) in &outcome.reached.searched {
        let _ = writeln!(out, "  {what:<22} {n:>7}");
    }
    let _ = writeln!(out, "  {:<22} {:>7}", "doors", outcome.reached.doors.len());
    out
}

/// The story of a failure.
pub fn story(failure: &Failure) -> String {
    let mut out = format!("In the world of seed {}:\n", failure.seed);
    for (step, act) in &failure.story {
        let _ = writeln!(out, "{step:>6}. {act}");
    }
    let _ = writeln!(out, "        Broken: {}", failure.broken);
    out
}
