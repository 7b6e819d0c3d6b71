//! Starting other programs.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::tally::{Reader, Tally};

/// How many of its last lines a quiet program that failed shows.
const LAST_LINES: usize = 40;

/// A program that starts in `folder`.
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    // `cargo run` describes this crate to us; another cargo would take that for its own and build anew.
    for (key, _) in std::env::vars_os() {
        let key_text = key.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
            .iter()
            .any(|start| key_text.starts_with(start))
        {
            command.env_remove(&key);
        }
    }
    command
}

/// The cargo that runs this task.
pub(crate) fn cargo(root: &Path) -> Command {
    program(
        std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")),
        root,
    )
}

/// Runs it with its output on ours.
pub(crate) fn loud(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    check(command, status)
}

/// Runs it and shows its output only when it fails.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let both = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&both);
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
            eprintln!("    {line}");
        }
    }
    check(command, output.status)
}

/// Whether it can be started and succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs it with its output on ours while the test results in its standard output are counted.
pub(crate) fn counted(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let stdout = child.stdout.take().context("no standard output")?;
    let mut results = 0;
    let mut reader = Reader::default();
    let mut lines = BufReader::new(stdout);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        let read = reader.read(text.trim_end(), tally);
        results += usize::from(read.is_result);
        if read.is_worth_showing {
            let mut out = std::io::stdout().lock();
            out.write_all(&line)?;
            out.flush()?;
        }
        line.clear();
    }
    check(command, child.wait()?)?;
    if results == 0 {
        bail!("`{}` ended without a test result", words(command));
    }
    Ok(())
}

/// The first program of this name in `PATH`.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        Ok(())
    } else {
        Err(anyhow!("`{}` failed ({status})", words(command)))
    }
}

fn cannot_start(command: &Command) -> String {
    format!("`{}` can't be started", words(command))
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
