//! What came out.

use std::{fmt, fmt::Write as _, time::Duration};

/// A kind of request: who wants what. It is always about an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Environment {
    /// `Staff`, `Desk` or `Owner`, as in the schema.
    pub actor: String,
    /// The action, as in the schema.
    pub action: String,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.actor, self.action)
    }
}

/// A case that the policies permit and a bound rules out, as small as it gets.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Who gets what, in one line.
    pub what: String,
    /// The facts that matter, each a line.
    pub facts: Vec<String>,
    /// The rules that permit it.
    pub through: Vec<String>,
    /// The rules of the shipped set that stop it; empty if none of its rules permits it in the first
    /// place, and `None` if it permits it too.
    pub stopped: Option<Vec<String>>,
    /// The case itself; `None` if it can't be said in the gate's facts.
    pub case: Option<Box<gate::Facts>>,
}

/// How one check came out.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// There is no case that the policies permit and the bound rules out.
    Proven,
    /// There is one.
    Broken(Box<Counterexample>),
    /// The solver could not tell. It counts as not proven.
    Undecided(String),
}

/// One bound, for one kind of request.
#[derive(Clone, Debug)]
pub struct Check {
    /// The bound's name.
    pub bound: String,
    /// The kind of request.
    pub environment: Environment,
    /// How it came out.
    pub outcome: Outcome,
    /// How long it took, the making of the formulas included. Of bounds that were asked together,
    /// each has an equal share.
    pub took: Duration,
}

/// All checks of one set.
#[derive(Clone, Debug)]
pub struct Report {
    /// The bounds with what they say, in order.
    pub bounds: Vec<(String, String)>,
    /// The kinds of request in which the set permits nothing at all, so that every bound holds.
    pub closed: Vec<Environment>,
    /// The kinds of request in which it permits something.
    pub open: Vec<Environment>,
    /// All checks, by bound and kind of request.
    pub checks: Vec<Check>,
    /// The time it all took, from the clock on the wall.
    pub took: Duration,
}

impl Report {
    /// Whether every bound is proven for every kind of request.
    pub fn is_proven(&self) -> bool {
        self.checks
            .iter()
            .all(|check| matches!(check.outcome, Outcome::Proven))
    }

    /// Whether there is a counterexample.
    pub fn is_broken(&self) -> bool {
        self.broken().next().is_some()
    }

    /// The bounds that are broken, each with its cases.
    pub fn broken(&self) -> impl Iterator<Item = (&Check, &Counterexample)> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            Outcome::Broken(counterexample) => Some((check, &**counterexample)),
            _ => None,
        })
    }

    /// Every check in a line of its own.
    pub fn each(&self) -> impl fmt::Display {
        let mut out = String::new();
        for check in &self.checks {
            let word = match &check.outcome {
                Outcome::Proven => "proven",
                Outcome::Broken(_) => "BROKEN",
                Outcome::Undecided(_) => "UNDECIDED",
            };
            let (bound, environment, took) =
                (&check.bound, &check.environment, seconds(check.took));
            let _ = writeln!(out, "{word:<9} {took:>8}  {bound}: {environment}");
        }
        out
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, says) in &self.bounds {
            let checks: Vec<_> = self.checks.iter().filter(|c| &c.bound == id).collect();
            let took: Duration = checks.iter().map(|c| c.took).sum();
            let count =
                |wanted: fn(&Outcome) -> bool| checks.iter().filter(|c| wanted(&c.outcome)).count();
            let word = if count(|o| matches!(o, Outcome::Broken(_))) > 0 {
                "BROKEN"
            } else if count(|o| matches!(o, Outcome::Undecided(_))) > 0 {
                "UNDECIDED"
            } else {
                "proven"
            };
            writeln!(
                f,
                "{word:<9} {id} ({} kinds of request, {})",
                checks.len(),
                seconds(took)
            )?;
            writeln!(f, "          {says}")?;
            for check in checks {
                match &check.outcome {
                    Outcome::Proven => {}
                    Outcome::Undecided(why) => {
                        writeln!(
                            f,
                            "\n          {}: the solver can't tell: {why}",
                            check.environment
                        )?;
                    }
                    Outcome::Broken(counterexample) => {
                        writeln!(f, "\n{counterexample}")?;
                    }
                }
            }
        }
        writeln!(
            f,
            "\n{} checks in {}; of {} kinds of request the policies permit nothing in {}",
            self.checks.len(),
            seconds(self.took),
            self.open.len() + self.closed.len(),
            self.closed.len(),
        )
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "          {}, although", self.what)?;
        for fact in &self.facts {
            writeln!(f, "            - {fact}")?;
        }
        let quoted = |rules: &[String]| {
            let quoted: Vec<_> = rules.iter().map(|rule| format!("`{rule}`")).collect();
            quoted.join(", ")
        };
        writeln!(f, "          let through by {}", quoted(&self.through))?;
        match self.stopped.as_deref() {
            Some([]) => writeln!(f, "          in the shipped set no rule permits it")?,
            Some(rules) => writeln!(
                f,
                "          in the shipped set it is stopped by {}",
                quoted(rules)
            )?,
            None => {}
        }
        Ok(())
    }
}
