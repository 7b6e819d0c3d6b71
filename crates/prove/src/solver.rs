//! The solver: cvc5, run as a program beside this one.

use cedar_policy_symcc::solver::LocalSolver;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// The longest that one question may take, in milliseconds.
const LIMIT: u32 = 60_000;

/// There is no solver.
#[derive(Debug, thiserror::Error)]
pub enum Cvc5Error {
    /// Not in `PATH`.
    #[error("the solver cvc5 is not installed; run `apt install cvc5`, or name it in CVC5")]
    Missing,
    /// What CVC5 names isn't there.
    #[error("CVC5 names `{0}`, which is no file; run `apt install cvc5`, or name another")]
    NoFile(PathBuf),
    /// It can't be started.
    #[error("`{0}` can't be started: {1}")]
    Start(PathBuf, String),
}

/// Where the solver is.
#[derive(Clone, Debug)]
pub struct Cvc5(PathBuf);

impl Cvc5 {
    /// Finds it: what the environment variable `CVC5` names, or else `cvc5` in `PATH`.
    ///
    /// # Errors
    /// [`Cvc5Error`] says how to get it.
    pub fn find() -> Result<Self, Cvc5Error> {
        Self::among(std::env::var_os("CVC5"), std::env::var_os("PATH"))
    }

    /// Finds it with these values of `CVC5` and `PATH`.
    ///
    /// # Errors
    /// [`Cvc5Error`] says how to get it.
    pub fn among(
        named: Option<std::ffi::OsString>,
        path: Option<std::ffi::OsString>,
    ) -> Result<Self, Cvc5Error> {
        if let Some(named) = named {
            let file = PathBuf::from(named);
            return if file.is_file() {
                Ok(Self(file))
            } else {
                Err(Cvc5Error::NoFile(file))
            };
        }
        std::env::split_paths(&path.unwrap_or_default())
            .map(|folder| folder.join("cvc5"))
            .find(|file| file.is_file())
            .map(Self)
            .ok_or(Cvc5Error::Missing)
    }

    /// Its program file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn start(&self) -> Result<LocalSolver, Cvc5Error> {
        let mut command = Command::new(&self.0);
        command
            .args(["--lang", "smt", &format!("--tlimit-per={LIMIT}")])
            .kill_on_drop(true);
        LocalSolver::from_command(&mut command)
            .map_err(|error| Cvc5Error::Start(self.0.clone(), error.to_string()))
    }
}
