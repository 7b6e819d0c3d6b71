//! `cargo xtask torment`: builds the tormentor and hands it its words.

use std::path::Path;

use crate::command::{cargo, loud};

/// Runs it; `false` when the promise was broken or a guard that was taken away wasn't missed.
pub(crate) fn torment(root: &Path, words: &[&str]) -> bool {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--package", "staunch-torment"]);
    // Only then is there anything in the server that could be turned off.
    if words.iter().any(|word| word.starts_with("--sabotage")) {
        command.args(["--features", "sabotage"]);
    }
    command.arg("--").args(words);
    match loud(&mut command) {
        Ok(()) => true,
        Err(error) => {
            eprintln!("error: {error:#}");
            false
        }
    }
}
