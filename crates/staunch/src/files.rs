//! Files that only their owner can read.

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};
use words::Entropy as _;

use crate::system::SystemEntropy;

/// Makes a file (mode 0600) where there is none.
pub(crate) fn create_private(path: &Path) -> Result<fs::File> {
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    if let Err(error) = &made
        && error.kind() == ErrorKind::AlreadyExists
    {
        bail!("`{}` exists already; name another file", path.display());
    }
    made.with_context(|| format!("can't write `{}`", path.display()))
}

/// Writes a file (mode 0600), whole or not at all. It takes the place of one that is there.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = part_of(path);
    let written = write_new(&part, bytes)
        .and_then(|()| fs::rename(&part, path).map_err(Into::into))
        .with_context(|| format!("can't write `{}`", path.display()));
    if written.is_err() {
        // It may never have been there.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Writes a file (mode 0600) where there is none.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// A name beside a file that nobody else writes to.
fn part_of(path: &Path) -> PathBuf {
    let mut chance = [0; 8];
    SystemEntropy.fill(&mut chance);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.part", u64::from_le_bytes(chance)));
    path.with_file_name(name)
}

/// Reads a file that nobody but its owner may be able to read.
pub(crate) fn read_private(path: &Path) -> Result<Vec<u8>> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!(
            "others can read `{}`; run `chmod 600` on it, and consider who has seen it",
            path.display()
        );
    }
    fs::read(path).with_context(|| format!("can't read `{}`", path.display()))
}
