//! The data folder and the key files in it, readable by their owner only.

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};
use vault::MasterKey;
use words::Entropy;

use crate::files::{read_private, write_private};

/// What may stand in a folder in which a desk begins: its settings, what a first start leaves that was
/// cut off, and what file systems put there.
const BEFORE: [&str; 4] = ["staunch.toml", "lock", "keys.part", "lost+found"];

/// The data folder.
#[derive(Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens the folder of a desk. Where there is nothing yet it makes one (mode 0700) for a new desk, and
    /// says so before anything is written; a folder with other things in it stays as it is.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !Self::holds_desk(path) {
            Self::vacant(path)?;
            eprintln!("Making a new desk in `{}`.", path.display());
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(|| format!("can't make the data folder `{}`", path.display()))?;
        }
        // Tickets and names stand in the database as they are: nobody else on this machine reads them.
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).with_context(|| {
            format!("can't close the data folder `{}` to others", path.display())
        })?;
        Ok(Self(path.to_owned()))
    }

    /// Refuses a place in which something else stands.
    fn vacant(path: &Path) -> Result<()> {
        if !path.exists() {
            return Ok(());
        }
        if !path.is_dir() {
            bail!(
                "`{}` is not a folder; name another with --data",
                path.display()
            );
        }
        let mut other = false;
        let unread = || format!("can't read the folder `{}`", path.display());
        for entry in fs::read_dir(path).with_context(unread)? {
            let name = entry.with_context(unread)?.file_name();
            other |= !BEFORE.iter().any(|known| name == *known);
        }
        // What stands there may be of another process that began the desk this very moment.
        if other && !Self::holds_desk(path) {
            bail!(
                "`{}` holds other things and no desk, so none was made there; name the desk's own folder with --data, or for a new desk one that is empty or not there yet",
                path.display()
            );
        }
        Ok(())
    }

    /// Whether a desk was begun here: there is a key or a database.
    pub(crate) fn holds_desk(path: &Path) -> bool {
        let folder = Self(path.to_owned());
        [
            folder.master_path(),
            folder.ledger_path(),
            folder.database(),
        ]
        .iter()
        .any(|mark| mark.exists())
    }

    /// Whether this is a data folder already: one that holds keys.
    pub(crate) fn holds_keys(path: &Path) -> bool {
        Self(path.to_owned()).master_path().exists()
    }

    /// Opens a folder that was used before.
    pub(crate) fn existing(path: &Path) -> Result<Self> {
        let folder = Self(path.to_owned());
        if !folder.master_path().exists() {
            bail!(
                "`{}` holds no keys, so it is not a data folder yet; start `staunch serve --data {}` once, or name another with --data",
                path.display(),
                path.display()
            );
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("staunch.db")
    }

    /// Waits until no other process begins this folder, and keeps others waiting until it is dropped.
    /// Two at once would make the keys and the tables twice.
    pub(crate) fn alone(&self) -> Result<Alone> {
        let path = self.0.join("lock");
        let lock = || -> std::io::Result<fs::File> {
            let file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path)?;
            rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
            Ok(file)
        };
        Ok(Alone(lock().with_context(|| {
            format!("can't lock `{}`", path.display())
        })?))
    }

    fn master_path(&self) -> PathBuf {
        self.0.join("keys").join("master.key")
    }

    fn ledger_path(&self) -> PathBuf {
        self.0.join("keys").join("ledger.key")
    }

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.0.join("ledger.checkpoint")
    }

    /// The master key and the ledger's signing seed; made at the first use. `used` says that a
    /// database exists already, for which new keys would be worthless.
    pub(crate) fn keys(&self, entropy: &dyn Entropy, used: bool) -> Result<(MasterKey, [u8; 32])> {
        let (master, seed) = (self.master_path(), self.ledger_path());
        match (master.exists(), seed.exists()) {
            (true, true) => {}
            (false, false) if !used => self.make_keys(entropy)?,
            _ => bail!(
                "the data folder `{}` has lost a key file below keys/; put it back from the backup, without it nothing can be opened",
                self.0.display()
            ),
        }
        let master = MasterKey::from_bytes(&read_private(&master)?)?;
        let seed = read_private(&seed)?;
        let seed = seed
            .as_slice()
            .try_into()
            .context("keys/ledger.key doesn't have 32 bytes")?;
        Ok((master, seed))
    }

    /// Makes the keys, both at once or neither, whenever the process ends.
    fn make_keys(&self, entropy: &dyn Entropy) -> Result<()> {
        let keys = self.0.join("keys");
        let part = self.0.join("keys.part");
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&part)
            .with_context(|| format!("can't make keys in `{}`", self.0.display()))?;
        let mut ledger = [0u8; 32];
        entropy.fill(&mut ledger);
        write_private(&part.join("ledger.key"), &ledger)?;
        write_private(
            &part.join("master.key"),
            MasterKey::generate(entropy).expose(),
        )?;
        fs::rename(&part, &keys).with_context(|| {
            format!(
                "`{}` holds other files and no keys; move them away",
                keys.display()
            )
        })?;
        fs::File::open(&self.0)?.sync_all()?;
        Ok(())
    }
}

/// Holds the lock of a folder.
pub(crate) struct Alone(#[expect(dead_code, reason = "closing the file lets go")] fs::File);
