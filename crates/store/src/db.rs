//! The connection to either engine, transactions, and what is told after a commit.

use ledger::Entry;
use serde::Serialize;
use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, str::FromStr, time::Duration};
use tokio::sync::broadcast;

/// Something went wrong below the desk. The texts hold no values.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database answered with an error.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What is stored can't be read.
    #[error("the database holds a row that this version can't read: {0}")]
    Unreadable(String),
    /// A write touched another number of rows than it must.
    #[error("the record changed in the meantime; load it again")]
    Gone,
}

impl StoreError {
    /// Whether a uniqueness rule of the tables was hit.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}

/// What changed, as told to open pages. Holds numbers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// One ticket, by number.
    Ticket(i64),
    /// A list of tickets.
    List,
    /// Jobs were queued.
    Jobs,
    /// There is an alarm, or one was seen: for those only who may see them.
    Alarms,
}

/// Under which word of `meta` the mark of the keys stands.
const KEYS: &str = "keys";

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// An embedded file.
    Sqlite,
    /// A server.
    Postgres,
}

#[derive(Clone)]
enum Pools {
    /// One writer, as `SQLite` has; many readers.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    changes: broadcast::Sender<Change>,
}

pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction. Dropped without [`Tx::commit`], it never happened.
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) entries: Vec<Entry>,
    pub(crate) changed: Vec<Change>,
    listeners: broadcast::Sender<Change>,
}

/// Runs one body on whichever engine the transaction is on; the compiler checks it for both.
macro_rules! on {
    ($tx:expr, $conn:ident => $body:expr) => {
        match &mut $tx.conn {
            $crate::db::Conn::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::db::Conn::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}

/// How much of the file `SQLite` maps into memory at most, in bytes.
const MAPPED: &str = "1073741824";

impl Store {
    /// Opens (or makes) an embedded database file and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] if the file can't be opened or is newer than this version.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-16000")
            .pragma("temp_store", "memory")
            // What is deleted or overwritten is gone from the file, not only from sight.
            .pragma("secure_delete", "on")
            // Pages are read in place instead of copied, however often another connection wrote.
            .pragma("mmap_size", MAPPED)
            .statement_cache_capacity(256);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await?;
        sqlx::migrate!("./migrations/sqlite").run(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::over(Pools::Sqlite { write, read }))
    }

    /// Connects to a `PostgreSQL` database and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] if it can't be reached or is newer than this version.
    pub async fn postgres(url: &str) -> Result<Self, StoreError> {
        let options = sqlx::postgres::PgConnectOptions::from_str(url)?;
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .connect_with(options)
            .await?;
        sqlx::migrate!("./migrations/postgres").run(&pool).await?;
        Ok(Self::over(Pools::Postgres(pool)))
    }

    fn over(pools: Pools) -> Self {
        Self {
            pools,
            changes: broadcast::channel(1024).0,
        }
    }

    /// The writer of an embedded database.
    pub(crate) fn embedded(&self) -> Option<&SqlitePool> {
        match &self.pools {
            Pools::Sqlite { write, .. } => Some(write),
            Pools::Postgres(_) => None,
        }
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Whether the database belongs to the keys with this mark; the first to ask leaves theirs.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn belongs(&self, mark: &[u8]) -> Result<bool, StoreError> {
        let text = mark
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let mut tx = self.begin().await?;
        let known = tx.meta(KEYS).await?;
        if let Some(known) = known {
            return Ok(known == text);
        }
        tx.set_meta(KEYS, &text).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`StoreError`] if the database can't be reached.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let conn = match &self.pools {
            Pools::Sqlite { write, .. } => Conn::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(self.tx(conn))
    }

    /// Begins a transaction that only reads, beside any writer.
    ///
    /// # Errors
    /// [`StoreError`] if the database can't be reached.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let conn = match &self.pools {
            Pools::Sqlite { read, .. } => Conn::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(self.tx(conn))
    }

    fn tx(&self, conn: Conn) -> Tx {
        Tx {
            conn,
            entries: Vec::new(),
            changed: Vec::new(),
            listeners: self.changes.clone(),
        }
    }

    /// What changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Closes all connections, after the work in them has ended.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Hands over an entry for the ledger; it is appended by [`Tx::commit`].
    pub fn entry(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Whether no other transaction can write as long as this one, begun to write, is open: there is
    /// nobody to queue up for, and what was read stays so.
    pub fn is_alone(&self) -> bool {
        matches!(self.conn, Conn::Sqlite(_))
    }

    /// Notes what changed; listeners hear of it after the commit.
    pub fn changed(&mut self, change: Change) {
        if !self.changed.contains(&change) {
            self.changed.push(change);
        }
    }

    /// Appends the entries to the ledger and commits all of it, or nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing happened.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.append().await?;
        match self.conn {
            Conn::Sqlite(tx) => tx.commit().await?,
            Conn::Postgres(tx) => tx.commit().await?,
        }
        for change in self.changed {
            // Nobody listening is fine.
            let _ = self.listeners.send(change);
        }
        Ok(())
    }

    /// A remembered word of the desk itself.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn meta(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(
            on!(self, c => sqlx::query_scalar("select value from meta where key = $1")
            .bind(key).fetch_optional(c).await?),
        )
    }

    /// Remembers a word of the desk itself.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        on!(self, c => sqlx::query(
            "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value")
            .bind(key).bind(value).execute(c).await.map(drop)?);
        Ok(())
    }

    /// The next number of a counter.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn next(&mut self, counter: &str) -> Result<i64, StoreError> {
        Ok(on!(self, c => sqlx::query_scalar(
            "update counters set value = value + 1 where name = $1 returning value")
            .bind(counter).fetch_one(c).await?))
    }
}

/// `Gone` unless exactly one row was touched.
pub(crate) fn one(touched: u64) -> Result<(), StoreError> {
    if touched == 1 {
        Ok(())
    } else {
        Err(StoreError::Gone)
    }
}

/// Whether a `PostgreSQL` database belongs to the keys of a desk. It only looks, and makes no tables.
///
/// # Errors
/// [`StoreError`] if it can't be reached, or holds something else.
pub async fn postgres_belongs_to_a_desk(url: &str) -> Result<bool, StoreError> {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let used: bool = sqlx::query_scalar("select to_regclass('meta') is not null")
        .fetch_one(&mut connection)
        .await?;
    let belongs = used
        && sqlx::query_scalar("select exists (select 1 from meta where key = $1)")
            .bind(KEYS)
            .fetch_one(&mut connection)
            .await?;
    connection.close().await?;
    Ok(belongs)
}

/// Makes a database on a `PostgreSQL` server and returns its address. `name` is a plain word.
///
/// # Errors
/// [`StoreError`] if the server refuses.
pub async fn create_postgres(server: &str, name: &str) -> Result<String, StoreError> {
    use sqlx::{AssertSqlSafe, Connection as _};
    if !name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    {
        return Err(StoreError::Unreadable(
            "a database name has small letters, digits and _ only".to_owned(),
        ));
    }
    let mut connection = sqlx::PgConnection::connect(server).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    let (head, query) = server
        .split_once('?')
        .map_or((server, None), |(h, q)| (h, Some(q)));
    let base = head
        .rfind('/')
        .filter(|at| *at > "postgres://".len())
        .map_or(head, |at| &head[..at]);
    Ok(query.map_or_else(
        || format!("{base}/{name}"),
        |q| format!("{base}/{name}?{q}"),
    ))
}
