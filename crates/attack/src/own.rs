//! A server of our own: a process with an empty database in a temporary folder, whose mail and
//! hooks come to us.

use anyhow::{Context as _, Result, bail};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::{Child, Command},
};
use words::Entropy;

use crate::{
    outside::{Outside, Sight},
    sink::Doors,
};

/// How long a start may take.
const START: Duration = Duration::from_mins(1);

/// A server that ends with this value.
pub struct Own {
    base: String,
    doors: Doors,
    log: Arc<Mutex<String>>,
    // Ends before its folder goes.
    _child: Child,
    folder: tempfile::TempDir,
}

impl Own {
    /// Starts `program` (the binary itself) and waits until it answers.
    ///
    /// # Errors
    /// If it can't be started, or says something else than where it is.
    pub async fn start(program: &Path, entropy: &dyn Entropy) -> Result<Self> {
        let folder = tempfile::TempDir::new().context("no temporary folder can be made")?;
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        let doors = Doors::open(secret).await?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("STAUNCH_") {
                command.env_remove(name);
            }
        }
        let hooks = format!("http://127.0.0.1:{}/hooks", doors.hooks);
        let mut child = command
            .env("STAUNCH_DESK__COMPANY", "Acme Production")
            .env("STAUNCH_MAIL__HOST", "127.0.0.1")
            .env("STAUNCH_MAIL__PORT", doors.smtp.to_string())
            .env("STAUNCH_MAIL__TLS", "none")
            .env("STAUNCH_MAIL__FROM", "support@acme.example")
            .env("STAUNCH_IDENTITY__WEBHOOK_URL", hooks)
            .env("STAUNCH_IDENTITY__WEBHOOK_SECRET", &doors.secret)
            .env("STAUNCH_LOG", "debug")
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("`{}` can't be started", program.display()))?;
        let log = Arc::new(Mutex::new(String::new()));
        let (Some(out), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
            bail!("the server has no output");
        };
        let kept = log.clone();
        tokio::spawn(async move {
            let mut part = [0; 4096];
            while let Ok(n @ 1..) = errors.read(&mut part).await {
                kept.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_str(&String::from_utf8_lossy(&part[..n]));
            }
        });
        let mut lines = BufReader::new(out).lines();
        let said = tokio::time::timeout(START, async {
            while let Some(line) = lines.next_line().await? {
                if let Some(at) = line.strip_prefix("Staunch is at ") {
                    return Ok(Some(at.trim().to_owned()));
                }
            }
            anyhow::Ok(None)
        });
        let Some(base) = said.await.context("the server takes too long")?? else {
            let log = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
            bail!("the server didn't start:\n{log}");
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            base,
            doors,
            log,
            _child: child,
            folder,
        })
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

#[async_trait::async_trait]
impl Outside for Own {
    async fn look(&self) -> Result<Sight> {
        Ok(self.doors.sink.sight().clone())
    }

    fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
