//! The demo's own small files in the data folder, which only their owner can read.

use anyhow::{Context as _, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Reads a file; none if there is none.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("can't read `{}`", path.display()));
        }
    };
    let read = serde_json::from_slice(&bytes).with_context(|| {
        format!(
            "`{}` can't be understood; start the demo with a fresh --data",
            path.display()
        )
    })?;
    Ok(Some(read))
}

/// Writes a file, whole or not at all.
pub(crate) fn write<T: Serialize>(path: &Path, what: &T) -> Result<()> {
    let part = path.with_extension("part");
    let text = serde_json::to_vec_pretty(what)?;
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    written().with_context(|| format!("can't write `{}`", path.display()))
}
