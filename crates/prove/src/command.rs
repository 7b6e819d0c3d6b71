//! The command that proves sets of policies, for whichever program has it.

use std::{path::PathBuf, process::ExitCode};

use crate::{Asking, Cvc5, Outcome, prove_with};

/// What is to be proven, and how it is told.
#[derive(clap::Args, Clone, Debug)]
pub struct Command {
    /// Files with policies, each a set of its own. Without one: the set that ships with Staunch.
    pub files: Vec<PathBuf>,
    /// Ask about every bound alone, and tell each in a line of its own, with its time.
    #[arg(long)]
    pub each: bool,
    /// Ask about these actions only, such as deliver,reveal.
    #[arg(long, value_name = "ACTIONS", value_delimiter = ',')]
    pub only: Vec<String>,
}

impl Command {
    /// Proves and prints. Ends with 0 if all is proven, 1 if there is a counterexample, 2 if the solver
    /// couldn't tell.
    ///
    /// # Errors
    /// If the solver is missing, or a file can't be read or holds no policies.
    pub async fn run(self) -> Result<ExitCode, Box<dyn std::error::Error + Send + Sync>> {
        let solver = Cvc5::find()?;
        let mut sets = Vec::new();
        for file in &self.files {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("{} can't be read: {error}", file.display()))?;
            sets.push((file.display().to_string(), text));
        }
        if sets.is_empty() {
            sets.push(("the shipped policies".to_owned(), gate::SHIPPED.to_owned()));
        }
        let asking = Asking {
            alone: self.each,
            only: self.only,
        };
        let (mut broken, mut undecided) = (false, false);
        for (name, text) in sets {
            let report = prove_with(&solver, &text, &asking)
                .await
                .map_err(|error| format!("{name}: {error}"))?;
            println!("{name}\n");
            if self.each {
                println!("{}", report.each());
            }
            println!("{report}");
            broken |= report.is_broken();
            undecided |= report
                .checks
                .iter()
                .any(|check| matches!(check.outcome, Outcome::Undecided(_)));
        }
        Ok(if broken {
            ExitCode::from(1)
        } else if undecided {
            ExitCode::from(2)
        } else {
            ExitCode::SUCCESS
        })
    }
}
