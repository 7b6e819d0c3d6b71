//! A throw-away Postgres cluster.

use std::fs::{self, DirBuilder};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{in_path, loud, program, succeeds};
use crate::install::is_root;

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
const READY_WITHIN: Duration = Duration::from_mins(1);
/// Another program may take the free port before the server does.
const TRIES: usize = 3;

/// Makes the cluster and runs its server until its own standard input ends, which it does when this process ends, however that
/// happens; then stops the server and removes the folder. Arguments: the folder with the programs, the cluster's, the port.
const KEEPER: &str = r#"
exec 3<&0 </dev/null
trap 'rm -rf "$2"' EXIT
fail() { tail -n 20 "$2/log" >&2; exit 1; }
"$1/initdb" --pgdata="$2/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    3<&- >"$2/log" 2>&1 || fail "$@"
"$1/postgres" -D "$2/data" -c listen_addresses=127.0.0.1 -c port="$3" -c unix_socket_directories="$2" \
    -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    3<&- >"$2/log" 2>&1 &
server=$!
# A server that has only just begun doesn't hear the first signal.
(trap - EXIT; read -r _; while kill -INT "$server"; do sleep 0.1; done) <&3 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server" || fail "$@"
kill "$watcher" 2>/dev/null
"#;

/// The folder with the server programs: Debian's newest, or, where there is no apt-get, the one in `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let is_complete = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_isready", "psql"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    let debian = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| is_complete(folder))
        .max();
    if let Some((_, folder)) = debian {
        return Some(folder);
    }
    if in_path("apt-get").is_some() {
        return None;
    }
    in_path("initdb")?
        .parent()
        .map(Path::to_owned)
        .filter(is_complete)
}

/// A running cluster; it is stopped and removed when dropped, and also when this process is killed.
pub(crate) struct Cluster {
    keeper: Child,
    programs: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes a cluster in a new folder, starts it on a free port of 127.0.0.1 and waits until it answers.
    pub(crate) fn start() -> Result<Self> {
        let programs = programs().context("postgresql is missing: install its server programs")?;
        let mut outcome = Self::try_to_start(&programs, 0);
        for attempt in 1..TRIES {
            if outcome.is_ok() {
                break;
            }
            outcome = Self::try_to_start(&programs, attempt);
        }
        outcome
    }

    fn try_to_start(programs: &Path, attempt: usize) -> Result<Self> {
        let folder =
            std::env::temp_dir().join(format!("staunch-postgres-{}-{attempt}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("can't make {}", folder.display()))?;
        let keeper = Self::start_keeper(programs, &folder);
        if keeper.is_err() {
            // Best effort: the error that is returned says more.
            let _ = fs::remove_dir_all(&folder);
        }
        let (keeper, port) = keeper?;
        let mut cluster = Self {
            keeper,
            programs: programs.to_owned(),
            port,
        };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn start_keeper(programs: &Path, folder: &Path) -> Result<(Child, u16)> {
        let mut command = program("/bin/sh", folder);
        if let Some((user, group)) = server_user()? {
            chown(folder, Some(user), Some(group))?;
            command.uid(user).gid(group);
        }
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let keeper = command
            .args(["-c", KEEPER, "sh"])
            .args([programs, folder])
            .arg(port.to_string())
            // Away from Ctrl-C, which would reach the keeper before it could tidy up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        Ok((keeper, port))
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        while !succeeds(&mut self.client("pg_isready")) {
            if let Some(status) = self.keeper.try_wait()? {
                bail!("postgres ended before it was ready ({status})");
            }
            if began.elapsed() > READY_WITHIN {
                bail!("postgres wasn't ready within {} s", READY_WITHIN.as_secs());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Where its clients find it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Asks it for its version, on our output.
    pub(crate) fn print_version(&self) -> Result<()> {
        loud(
            self.client("psql")
                .args(["--no-psqlrc", "-tAc", "select version()"]),
        )
    }

    /// Stops it and removes its folder.
    pub(crate) fn stop(mut self) -> Result<()> {
        let status = self.end()?;
        if !status.success() {
            bail!("postgres ended badly ({status})");
        }
        Ok(())
    }

    fn end(&mut self) -> std::io::Result<std::process::ExitStatus> {
        drop(self.keeper.stdin.take());
        self.keeper.wait()
    }

    fn client(&self, name: &str) -> Command {
        let mut command = program(self.programs.join(name), Path::new("/"));
        command.arg(format!("--dbname={}", self.url()));
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nothing can be done about an error here; `stop` reports one.
        let _ = self.end();
    }
}

/// User and group that the server runs as; `None`: ours. The server refuses to run as root.
fn server_user() -> Result<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut columns = line.split(':');
            if columns.next()? != wanted {
                return None;
            }
            Some((columns.nth(1)?.parse().ok()?, columns.next()?.parse().ok()?))
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .context("postgres doesn't run as root, and there is no user `postgres` here")
}
