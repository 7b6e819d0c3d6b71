//! The project's own tasks: `cargo xtask COMMAND`.

mod command;
mod install;
mod postgres;
mod report;
mod tally;
mod test;
mod torment;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
The project's own tasks.

Usage: cargo xtask COMMAND

Commands:
  test [--only STEP,STEP…]  install what is missing, then run every check and test
  pictures                  make the screenshots in docs/pictures
  torment [OPTION…]         everything that can be done to a desk, in any order: --steps N, --seed S,
                            --engine sqlite|postgres, --sabotage NAME|all, --release for long runs; --help for the rest
  help                      print this

Steps of test:
  fmt       formatting (cargo fmt)
  clippy    lints (cargo clippy), warnings are errors
  unit      cargo test, with a throw-away PostgreSQL cluster
  browser   the tests in tests/browser, in Chromium
  postgres  only start and stop the PostgreSQL cluster; not part of a whole run

test ends with one line, `N passed, N failed, N skipped`. A step that fails without naming a failed test counts as one
failure; a test that prints a line that begins with `skipped:` counts as skipped. What is missing is installed with apt-get
(as root or through sudo), rustup and npm.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command that the words name; `false` when one of its steps failed.
fn run(words: &[String]) -> Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the workspace has no root")?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["torment", options @ ..] => Ok(torment::torment(root, options)),
        [.., "--help" | "-h"] | ["help"] | [] => {
            print!("{HELP}");
            Ok(true)
        }
        ["test"] => Ok(test::test(root, &test::Step::WHOLE_RUN)),
        ["test", "--only", steps] => Ok(test::test(root, &test::Step::parse_list(steps)?)),
        ["test", only] if only.starts_with("--only=") => Ok(test::test(
            root,
            &test::Step::parse_list(&only["--only=".len()..])?,
        )),
        ["test", "--only"] => bail!("--only needs steps: fmt, clippy, unit, browser, postgres"),
        ["test", unknown, ..] => {
            bail!("`{unknown}` is no option of test; it takes --only STEP,STEP…")
        }
        ["pictures"] => Ok(test::pictures(root)),
        ["pictures", unknown, ..] => bail!("`{unknown}` is unknown; pictures takes no options"),
        [unknown, ..] => {
            bail!("`{unknown}` is no command; the commands are test, pictures, torment, help")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn unknown_words_are_errors_that_list_what_there_is() {
        for (words, listed) in [
            (vec!["tset"], "test, pictures, torment, help"),
            (vec!["test", "--fast"], "--only"),
            (vec!["test", "--only"], "fmt, clippy, unit, browser"),
            (vec!["test", "--only", "lint"], "fmt, clippy, unit, browser"),
            (vec!["test", "--only="], "fmt, clippy, unit, browser"),
        ] {
            let words: Vec<String> = words.into_iter().map(String::from).collect();
            let error = run(&words).expect_err("unknown word");
            assert!(error.to_string().contains(listed), "{error}");
        }
    }
}
