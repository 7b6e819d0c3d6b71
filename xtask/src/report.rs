//! The steps of a run, and how they ended.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::tally::Tally;

struct Done {
    name: String,
    took: Duration,
    ok: bool,
}

/// Runs steps one after the other and remembers how each ended.
pub(crate) struct Report {
    began: Instant,
    done: Vec<Done>,
    tally: Tally,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            done: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Runs one step; `None` when it failed, which is said at once and again in the end.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Tally) -> Result<T>,
    ) -> Option<T> {
        println!("==> {name} [{}]", seconds(self.began.elapsed()));
        let began = Instant::now();
        let failed_before = self.tally.failed;
        let outcome = work(&mut self.tally);
        if let Err(error) = &outcome {
            println!("    FAILED: {error:#}");
            if self.tally.failed == failed_before {
                self.tally.failed += 1;
            }
        }
        self.done.push(Done {
            name: name.to_owned(),
            took: began.elapsed(),
            ok: outcome.is_ok(),
        });
        outcome.ok()
    }

    /// Prints the summary; `true` when nothing failed.
    pub(crate) fn finish(self) -> bool {
        println!("==> summary [{}]", seconds(self.began.elapsed()));
        for Done { name, took, ok } in &self.done {
            let word = if *ok { "ok" } else { "FAILED" };
            println!("{word:<6} {:>9}  {name}", seconds(*took));
        }
        for line in &self.tally.skipped {
            println!("{line}");
        }
        println!("{}", self.tally);
        self.tally.failed == 0 && self.done.iter().all(|done| done.ok)
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
