//! Counting test results in the output of test programs.

use std::fmt;

/// What a run's tests came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Tests that passed and skipped nothing.
    pub(crate) passed: usize,
    /// Tests that failed.
    pub(crate) failed: usize,
    /// What was skipped, in the tests' own words.
    pub(crate) skipped: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed,
            self.skipped.len()
        )
    }
}

/// What one line was.
pub(crate) struct Read {
    /// It was the `test result:` of one test program.
    pub(crate) is_result: bool,
    /// It isn't part of what the passed tests printed, except `skipped:`.
    pub(crate) is_worth_showing: bool,
}

/// Reads the output of `cargo test -- --show-output`, and of the browser tests, line by line.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Between `successes:` and what follows it: what the passed tests printed, and their names.
    in_successes: bool,
    /// The passed test whose output this is, until its first `skipped:`.
    passed_test: bool,
    /// How many passed tests of this program printed `skipped:`.
    passed_but_skipped: usize,
}

impl Reader {
    /// Takes the next line, without its end, into the tally.
    pub(crate) fn read(&mut self, line: &str, tally: &mut Tally) -> Read {
        let mut is_result = false;
        if line == "successes:" {
            self.in_successes = true;
        } else if line == "failures:" {
            self.in_successes = false;
        } else if let Some(counts) = line.strip_prefix("test result: ") {
            let passed = count(counts, "passed");
            tally.passed += passed.saturating_sub(std::mem::take(&mut self.passed_but_skipped));
            tally.failed += count(counts, "failed");
            self.in_successes = false;
            is_result = true;
        } else if self.in_successes && line.starts_with("---- ") && line.ends_with(" stdout ----") {
            self.passed_test = true;
        } else if line.starts_with("skipped:") {
            tally.skipped.push(line.to_owned());
            if self.in_successes && std::mem::take(&mut self.passed_test) {
                self.passed_but_skipped += 1;
            }
            return Read {
                is_result,
                is_worth_showing: true,
            };
        } else if let Some((name, reason)) = ignored(line) {
            tally.skipped.push(format!("skipped: {name}{reason}"));
        }
        Read {
            is_result,
            is_worth_showing: !self.in_successes,
        }
    }
}

/// The number before a word in `ok. 3 passed; 0 failed; …`.
fn count(counts: &str, word: &str) -> usize {
    let words: Vec<&str> = counts.split([' ', ';']).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

/// Name and reason in `test NAME ... ignored, REASON`.
fn ignored(line: &str) -> Option<(&str, &str)> {
    let (name, state) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let reason = state.strip_prefix("ignored")?;
    (reason.is_empty() || reason.starts_with(", ")).then_some((name, reason))
}

#[cfg(test)]
mod tests {
    use super::{Reader, Tally};

    fn tally_of(output: &str) -> (Tally, String) {
        let mut tally = Tally::default();
        let mut reader = Reader::default();
        let shown: Vec<&str> = output
            .lines()
            .filter(|line| reader.read(line, &mut tally).is_worth_showing)
            .collect();
        (tally, shown.join("\n"))
    }

    const TWO_PROGRAMS: &str = "\
running 4 tests
test a ... ok
test b ... ok
test c ... FAILED
test d ... ignored, needs a clock

successes:

---- a stdout ----
chatter
skipped: a needs a database
skipped: a needs a clock

successes:
    a
    b

failures:

---- c stdout ----
why it failed

failures:
    c

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
running 1 test
test e ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn the_results_of_all_programs_add_up() {
        let (tally, _) = tally_of(TWO_PROGRAMS);
        assert_eq!(tally.to_string(), "2 passed, 1 failed, 3 skipped");
    }

    #[test]
    fn everything_skipped_is_named() {
        let (tally, _) = tally_of(TWO_PROGRAMS);
        assert_eq!(
            tally.skipped,
            [
                "skipped: d, needs a clock",
                "skipped: a needs a database",
                "skipped: a needs a clock",
            ]
        );
    }

    #[test]
    fn what_passed_tests_printed_is_not_shown_but_what_failed_ones_did_is() {
        let (_, shown) = tally_of(TWO_PROGRAMS);
        assert!(!shown.contains("chatter"));
        assert!(shown.contains("why it failed"));
        assert!(shown.contains("skipped: a needs a database"));
    }
}
