//! `cargo xtask torment`: builds the tormentor and hands it its words.

use std::path::Path;

use anyhow::Result;

use crate::command::{cargo, counted, loud};
use crate::postgres::Cluster;
use crate::tally::Tally;

/// Runs it; `false` when the promise was broken or a guard that was taken away wasn't missed.
pub(crate) fn torment(root: &Path, words: &[&str]) -> bool {
    match run(root, words) {
        Ok(()) => true,
        Err(error) => {
            eprintln!("error: {error:#}");
            false
        }
    }
}

fn run(root: &Path, words: &[&str]) -> Result<()> {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--package", "staunch-torment"]);
    // Only then is there anything in the server that could be turned off.
    if words.iter().any(|word| word.starts_with("--sabotage")) {
        command.args(["--features", "sabotage"]);
    }
    command.arg("--").args(words);
    if !words.iter().any(|word| word.ends_with("postgres")) {
        return loud(&mut command);
    }
    // Never another server than our own.
    let cluster = Cluster::start()?;
    command.env("STAUNCH_TEST_POSTGRES", cluster.url());
    let ran = loud(&mut command);
    cluster.stop()?;
    ran
}

/// A few guards of the server are taken away in turn, each of which must be found. Builds what is above
/// the switches anew, with them.
pub(crate) fn few_sabotages(root: &Path, tally: &mut Tally) -> Result<()> {
    let mut command = cargo(root);
    command.args([
        "test",
        "--workspace",
        "--features",
        "staunch-torment/sabotage",
        "--test",
        "guards",
    ]);
    command.args(["--", "--show-output"]);
    counted(&mut command, tally)
}
