//! Where records are kept: an `SQLite` file that only its owner can read, with a bound on how many there are.
//!
//! A thread of its own writes, so that no answer waits for a disk. Everything is written when it happens: after a
//! crash the file has what was known until then, which is what resuming needs.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender, SyncSender},
    },
    thread,
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value as Json, json};

use crate::{
    chain::{ModelNames, Observe, ObserveRun, ObservedCall, ObservedLookup, Plan, Whose},
    generate::{Finish, GenerateError, Request, StepEvent},
};

use super::record::{self, RecordedRequest, RunRecord, RunState};

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

/// What the writing thread is told.
#[derive(Debug)]
enum Order {
    Begin { id: String, owner: String, summary: Summary, head: String },
    Entry { id: String, kind: &'static str, body: String },
    End { id: String, state: RunState, tokens: u64, tail: String },
    Flush(Sender<()>),
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

/// Writes what it is told.
struct Writer {
    connection: Connection,
    keep: usize,
    /// Whether it was said that writing fails: once is enough.
    failed: bool,
}

impl Writer {
    fn write(mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            if let Order::Flush(done) = order {
                let _ = done.send(());
            } else if let Err(error) = self.carry_out(&order)
                && !std::mem::replace(&mut self.failed, true)
            {
                tracing::warn!("the record of a run could not be written: {error}");
            }
        }
    }

    fn carry_out(&self, order: &Order) -> rusqlite::Result<()> {
        match order {
            Order::Begin { id, owner, summary, head } => {
                let started = i64::try_from(summary.started_ms).unwrap_or(i64::MAX);
                self.connection.execute(
                    "INSERT OR REPLACE INTO runs (id, owner, started_ms, chain, question, state, head) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![id, owner, started, summary.chain, summary.question, "running", head],
                )?;
                self.prune()
            }
            Order::Entry { id, kind, body } => self
                .connection
                .execute(
                    // Of a run that was forgotten nothing is kept.
                    "INSERT INTO entries (run, number, kind, body) SELECT ?1, \
                     (SELECT coalesce(max(number), 0) + 1 FROM entries WHERE run = ?1), ?2, ?3 \
                     WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?1)",
                    params![id, kind, body],
                )
                .map(drop),
            Order::End { id, state, tokens, tail } => {
                let tokens = i64::try_from(*tokens).unwrap_or(i64::MAX);
                self.connection
                    .execute(
                        "UPDATE runs SET state = ?2, tokens = ?3, tail = ?4 WHERE id = ?1",
                        params![id, state.as_str(), tokens, tail],
                    )
                    .map(drop)
            }
            Order::Flush(_) => Ok(()),
        }
    }

    /// Forgets the oldest records beyond the bound, of each owner by itself: nobody's push out another's.
    fn prune(&self) -> rusqlite::Result<()> {
        let keep = i64::try_from(self.keep).unwrap_or(i64::MAX);
        let transaction = self.connection.unchecked_transaction()?;
        for table in ["entries WHERE run", "runs WHERE id"] {
            let statement = format!(
                "DELETE FROM {table} IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY owner \
                 ORDER BY started_ms DESC, rowid DESC) AS place FROM runs) WHERE place > ?1)"
            );
            transaction.execute(&statement, [keep])?;
        }
        transaction.commit()
    }
}

impl Observe for RunStore {
    fn begins(&self, plan: &Plan, models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun> {
        let origin = request.origin.as_deref();
        let own = || uuid::Uuid::new_v4().simple().to_string().chars().take(12).collect();
        let id: String = origin.and_then(|origin| origin.run.clone()).unwrap_or_else(own);
        let owner = origin.map(|origin| served(origin.owner.as_deref())).unwrap_or_default();
        let started_ms = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, record::milliseconds);
        let roles = [
            ("reasoner", Some(&models.reasoner)),
            ("translator", models.translator.as_ref()),
            ("general", models.general.as_ref()),
            ("embedder", models.embedder.as_ref()),
        ];
        let roles: BTreeMap<&str, &String> =
            roles.into_iter().filter_map(|(role, model)| Some((role, model?))).collect();
        let head = json!({
            "schema": "ponder.run/1",
            "id": id,
            "chain": plan.name,
            "plan": plan.to_yaml().unwrap_or_default(),
            "models": roles,
            "private": plan.private,
            "started_ms": started_ms,
            "request": RecordedRequest::of(request),
        });
        let summary = Summary {
            id: id.clone(),
            started_ms,
            chain: plan.name.clone(),
            question: request.question().chars().take(80).collect(),
            state: RunState::Running,
            tokens: 0,
        };
        let recorder = Recorder {
            id: id.clone(),
            sender: self.sender.clone(),
            tokens: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        };
        recorder.tell(Order::Begin { id, owner, summary, head: head.to_string() });
        Arc::new(recorder)
    }
}

/// Keeps the record of one run.
#[derive(Debug)]
struct Recorder {
    id: String,
    sender: SyncSender<Order>,
    /// What its models have written so far.
    tokens: AtomicU64,
    ended: AtomicBool,
}

impl Recorder {
    fn tell(&self, order: Order) {
        // A disk that does not keep up must not hold up answers.
        if self.sender.try_send(order).is_err() {
            tracing::warn!("a part of the record of the run {} could not be written", self.id);
        }
    }

    fn entry(&self, kind: &'static str, body: &impl serde::Serialize) {
        if let Ok(body) = serde_json::to_string(body) {
            self.tell(Order::Entry { id: self.id.clone(), kind, body });
        }
    }

    fn end(&self, state: RunState, tokens: u64, tail: &Json) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.tell(Order::End { id: self.id.clone(), state, tokens, tail: tail.to_string() });
        }
    }
}

impl ObserveRun for Recorder {
    fn stepped(&self, event: &StepEvent, _whose: Whose<'_>) {
        self.entry("step", &record::step(event));
    }

    fn called(&self, call: &ObservedCall<'_>) {
        self.tokens.fetch_add(call.usage.completion_tokens, Ordering::Relaxed);
        self.entry("call", &record::call(call));
    }

    fn looked_up(&self, lookup: &ObservedLookup<'_>) {
        self.entry("lookup", &record::lookup(lookup));
    }

    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>) {
        match end {
            Ok((answer, finish)) => {
                let tail = json!({ "answer": answer, "finish": record::finish(finish) });
                self.end(RunState::Finished, finish.usage.completion_tokens, &tail);
            }
            Err(error) => {
                let tail = json!({ "error": error.to_string() });
                self.end(RunState::Failed, self.tokens.load(Ordering::Relaxed), &tail);
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end(RunState::Abandoned, self.tokens.load(Ordering::Relaxed), &json!({}));
    }
}
