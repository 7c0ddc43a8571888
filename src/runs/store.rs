//! Where records are kept: an `SQLite` file that only its owner can read, with a bound on how many there are.
//!
//! A thread of its own writes, so that no answer waits for a disk. Everything is written when it happens: after a
//! crash the file has what was known until then, which is what resuming needs.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::mpsc::{self, SyncSender},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value as Json, json};

use super::record::{RunRecord, RunState};

mod recorder;
mod writer;

use writer::{Order, Writer};

/// How many records are kept if nobody says otherwise: those of the command line, and those of each key.
pub const KEPT: usize = 1000;

/// How much may wait to be written; what comes while so much waits is left out of the record.
const MOST_WAITING: usize = 10_000;

/// Why records cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder.
    #[error("the records of runs in {path} cannot be used: {message}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        message: String,
    },
    /// No such record.
    #[error("there is no record of a run `{0}`; `ponder runs list` lists them")]
    Unknown(String),
    /// More than one record begins like this.
    #[error("several runs begin with `{0}`: write more of the id")]
    Ambiguous(String),
}

/// Keeps records of runs.
#[derive(Debug, Clone)]
pub struct RunStore {
    path: PathBuf,
    sender: SyncSender<Order>,
}

/// A record in short.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// The run's id.
    pub id: String,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// The chain's name.
    pub chain: String,
    /// The question's beginning.
    pub question: String,
    /// How far it came.
    pub state: RunState,
    /// Tokens that its models wrote.
    pub tokens: u64,
}

impl RunStore {
    /// Opens the file, and makes it where there is none; keeps the newest `keep` records.
    ///
    /// # Errors
    ///
    /// A file that cannot be made, read or written.
    pub fn open(path: &Path, keep: usize) -> Result<Self, StoreError> {
        let connection = connect(path)?;
        let (sender, orders) = mpsc::sync_channel(MOST_WAITING);
        let writer = Writer { connection, keep: keep.max(1), failed: false };
        thread::Builder::new()
            .name("ponder-runs".to_owned())
            .spawn(move || writer.write(&orders))
            .map_err(|error| broken(path, error))?;
        Ok(Self { path: path.to_owned(), sender })
    }

    /// Waits until everything so far is written, at most a few seconds.
    pub fn flush(&self) {
        let (done, written) = mpsc::channel();
        // Where so much waits that there is no room for this, there is no use in waiting.
        if self.sender.try_send(Order::Flush(done)).is_ok() {
            let _ = written.recv_timeout(Duration::from_secs(5));
        }
    }

    /// The newest records, the newest first.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn list(&self, most: usize) -> Result<Vec<Summary>, StoreError> {
        let wrong = |error: rusqlite::Error| broken(&self.path, error);
        let connection = connect(&self.path)?;
        let mut statement = connection
            .prepare(
                "SELECT id, started_ms, chain, question, state, tokens FROM runs \
                 ORDER BY started_ms DESC, rowid DESC LIMIT ?1",
            )
            .map_err(wrong)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map([most], summary).map_err(wrong)?;
        rows.collect::<Result<_, _>>().map_err(wrong)
    }

    /// The record of exactly this run, if it is this owner's: the key it was asked with, or nobody's. Of a
    /// private chain it is what whoever asked may see.
    ///
    /// # Errors
    ///
    /// No such record; a file that cannot be read.
    pub fn owned(&self, id: &str, owner: Option<&str>) -> Result<RunRecord, StoreError> {
        let connection = connect(&self.path)?;
        let found: Option<i64> = connection
            .query_row(
                "SELECT 1 FROM runs WHERE id = ?1 AND owner = ?2",
                [id, &served(owner)],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| broken(&self.path, error))?;
        match found {
            Some(_) => self.read(&connection, id).map(RunRecord::for_the_asker),
            None => Err(StoreError::Unknown(id.to_owned())),
        }
    }

    /// The whole record of the run whose id begins like this.
    ///
    /// # Errors
    ///
    /// No such record, or more than one; a file that cannot be read.
    pub fn show(&self, id: &str) -> Result<RunRecord, StoreError> {
        let wrong = |error: rusqlite::Error| broken(&self.path, error);
        let connection = connect(&self.path)?;
        // One answer of several is called as the first of them, and then some.
        let exactly: Option<i64> = connection
            .query_row("SELECT 1 FROM runs WHERE id = ?1", [id], |row| row.get(0))
            .optional()
            .map_err(wrong)?;
        if exactly.is_some() {
            return self.read(&connection, id);
        }
        let mut statement = connection
            .prepare("SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2")
            .map_err(wrong)?;
        let ids: Vec<String> = statement
            .query_map([id], |row| row.get(0))
            .and_then(Iterator::collect)
            .map_err(wrong)?;
        let id = match ids.as_slice() {
            [only] if !id.is_empty() => only,
            [] | [_] => return Err(StoreError::Unknown(id.to_owned())),
            _ => return Err(StoreError::Ambiguous(id.to_owned())),
        };
        self.read(&connection, id)
    }

    fn read(&self, connection: &Connection, id: &str) -> Result<RunRecord, StoreError> {
        let wrong = |error: rusqlite::Error| broken(&self.path, error);
        let run: Stored = connection
            .query_row("SELECT owner, state, head, tail FROM runs WHERE id = ?1", [id], |row| {
                let (owner, state, head) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(Stored { owner, state, head, tail: row.get(3)? })
            })
            .optional()
            .map_err(wrong)?
            .ok_or_else(|| StoreError::Unknown(id.to_owned()))?;
        let mut statement = connection
            .prepare("SELECT kind, body FROM entries WHERE run = ?1 ORDER BY number")
            .map_err(wrong)?;
        let entries: Vec<(String, String)> = statement
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .and_then(Iterator::collect)
            .map_err(wrong)?;
        assembled(&run, &entries).map_err(|error| broken(&self.path, error))
    }
}

/// A run as it is kept.
struct Stored {
    owner: String,
    state: String,
    head: String,
    tail: Option<String>,
}

fn assembled(run: &Stored, entries: &[(String, String)]) -> serde_json::Result<RunRecord> {
    let mut record: Json = serde_json::from_str(&run.head)?;
    let of_kind = |wanted: &str| -> serde_json::Result<Json> {
        let bodies = entries.iter().filter(|(kind, _)| kind == wanted);
        bodies.map(|(_, body)| serde_json::from_str::<Json>(body)).collect()
    };
    let tail: Json = run.tail.as_deref().map_or(Ok(json!({})), serde_json::from_str)?;
    if let Some(record) = record.as_object_mut() {
        if !run.owner.is_empty() {
            record.insert("caller".to_owned(), run.owner.as_str().into());
        }
        record.insert("state".to_owned(), run.state.as_str().into());
        record.insert("steps".to_owned(), of_kind("step")?);
        record.insert("calls".to_owned(), of_kind("call")?);
        record.insert("lookups".to_owned(), of_kind("lookup")?);
        for key in ["answer", "finish", "error"] {
            record.insert(key.to_owned(), tail.get(key).cloned().unwrap_or_default());
        }
    }
    serde_json::from_value(record)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    let state: String = row.get(4)?;
    Ok(Summary {
        id: row.get(0)?,
        started_ms: row.get::<_, i64>(1)?.unsigned_abs(),
        chain: row.get(2)?,
        question: row.get(3)?,
        state: RunState::named(&state).unwrap_or(RunState::Running),
        tokens: row.get::<_, i64>(5)?.unsigned_abs(),
    })
}

fn broken(path: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::File { path: path.to_owned(), message: error.to_string() }
}

/// Whose a run is that a server answered: a key's, or anybody's where it asks for none. The runs of the command
/// line are nobody's in this sense, and no server gives them out.
fn served(key: Option<&str>) -> String {
    key.map_or_else(|| "open".to_owned(), |name| format!("key:{name}"))
}

/// Opens the file; what is in it is for its owner only.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| broken(path, error))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| broken(path, error))?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(|error| broken(path, error))?;
    drop(file);
    let connection = Connection::open(path).map_err(|error| broken(path, error))?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .and_then(|()| connection.execute_batch(TABLES))
        .and_then(|()| add_owner(&connection))
        .map_err(|error| broken(path, error))?;
    Ok(connection)
}

/// Files of earlier versions do not say whose a run is.
fn add_owner(connection: &Connection) -> rusqlite::Result<()> {
    let known: i64 = connection.query_row(
        "SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'owner'",
        [],
        |row| row.get(0),
    )?;
    if known > 0 {
        return Ok(());
    }
    match connection.execute_batch("ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT ''") {
        // Another process was faster.
        Err(error) if error.to_string().contains("duplicate column") => Ok(()),
        ended => ended,
    }
}

const TABLES: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    chain TEXT NOT NULL,
    question TEXT NOT NULL,
    state TEXT NOT NULL,
    tokens INTEGER NOT NULL DEFAULT 0,
    head TEXT NOT NULL,
    tail TEXT
);
CREATE TABLE IF NOT EXISTS entries (
    run TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
";
