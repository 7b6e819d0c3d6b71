//! `cargo xtask torment`: builds the tormentor and hands it its words.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{cargo, counted, loud, program};
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
    // For long runs: slower to build, many times as fast.
    let release = words.contains(&"--release");
    let words: Vec<&str> = words
        .iter()
        .copied()
        .filter(|w| *w != "--release")
        .collect();
    // Only then is there anything in the server that could be turned off.
    let sabotage = words.iter().any(|word| word.starts_with("--sabotage"));
    if release && sabotage {
        bail!("guards can't be taken away in a release: leave out --release or --sabotage");
    }
    // With the features of the whole workspace, so that less is built anew.
    let mut build = cargo(root);
    build.args(["build", "--workspace", "--bin", "staunch-torment"]);
    if sabotage {
        build.args(["--features", "staunch-torment/sabotage"]);
    }
    if release {
        build.arg("--release");
    }
    loud(&mut build)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let target = root.join(target);
    let profile = if release { "release" } else { "debug" };
    let mut command = program(target.join(profile).join("staunch-torment"), root);
    command.args(&words);
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
