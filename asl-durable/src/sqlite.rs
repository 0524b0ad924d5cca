//! A store in a file of SQLite.

use crate::store::{
    End, Entry, ExecutionId, ExecutionStatus, Filter, Kind, QueuedTask, Record, Rest, Store, StoreError,
    StoredActivity, Write,
};
use chrono::{DateTime, Utc};
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What the header of the file says that it is: `aslD`.
const APPLICATION_ID: i32 = 0x6173_6c44;

/// What makes each version of the tables out of the one before it. The version of a file counts them.
const STEPS: [&str; 3] = [
    "
CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    machine TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    seed BLOB NOT NULL,
    input TEXT NOT NULL,
    start_date INTEGER NOT NULL,
    -- While it runs: when it is due, in microseconds since 1970. 0 is now, nothing is when somebody from outside says so.
    due INTEGER,
    status TEXT NOT NULL,
    stop_date INTEGER,
    output TEXT,
    error TEXT,
    cause TEXT
);
CREATE INDEX execution_due ON execution (due) WHERE status = 'RUNNING';
CREATE INDEX execution_machine ON execution (machine, id);
CREATE TABLE journal (
    execution INTEGER NOT NULL REFERENCES execution (id),
    sequence INTEGER NOT NULL,
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value TEXT,
    PRIMARY KEY (execution, sequence)
) WITHOUT ROWID;
CREATE VIEW executions AS
    SELECT machine, name, status,
        strftime('%Y-%m-%dT%H:%M:%fZ', start_date / 1e6, 'unixepoch') AS started,
        strftime('%Y-%m-%dT%H:%M:%fZ', stop_date / 1e6, 'unixepoch') AS stopped,
        strftime('%Y-%m-%dT%H:%M:%fZ', nullif(due, 0) / 1e6, 'unixepoch') AS due,
        input, output, error, cause, arn, sha256
    FROM execution;
CREATE VIEW operations AS
    SELECT e.machine, e.name, j.sequence, j.place, j.kind, j.attempt,
        strftime('%Y-%m-%dT%H:%M:%fZ', j.time / 1e6, 'unixepoch') AS time, j.value
    FROM journal j JOIN execution e ON e.id = j.execution
    ORDER BY j.execution, j.sequence;
",
    "
CREATE TABLE activity (
    name TEXT PRIMARY KEY,
    creation_date INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
ALTER TABLE execution ADD COLUMN redrive_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE execution ADD COLUMN redrive_date INTEGER;
CREATE INDEX execution_ended ON execution (stop_date) WHERE stop_date IS NOT NULL;
CREATE TABLE queued_task (
    execution INTEGER NOT NULL REFERENCES execution (id),
    place TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    activity TEXT NOT NULL,
    token TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (execution, place, attempt)
) WITHOUT ROWID;
CREATE TABLE heartbeat (
    execution INTEGER NOT NULL REFERENCES execution (id),
    token TEXT NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (execution, token)
) WITHOUT ROWID;
",
    "
-- Of a submission: since when the clock of its task has been running.
ALTER TABLE journal ADD COLUMN since INTEGER;
",
];

/// Keeps executions in a file of SQLite, which a single process has at a time.
///
/// Beside the file stand those of its write-ahead log (`-wal`, `-shm`) and one by which other processes see that it is in
/// use (`-lock`); a symlink to the file is the same store, a hard link must not be used. A commit has reached the disk when it is answered (`synchronous = FULL`). Others may read the file
/// meanwhile: the views `executions` and `operations` show times as text.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    /// Held as long as the store is open.
    _lock: File,
}

impl Sqlite {
    /// Opens the store in this file, and makes one where there is none.
    ///
    /// # Errors
    /// When another process has it open, when it is no such store or one of a newer version of this crate, when the file cannot
    /// be read or written, and when the path is no file but what SQLite calls a database in memory, or a URI.
    pub fn open(path: impl AsRef<Path>) -> Result<Sqlite, StoreError> {
        let path = path.as_ref();
        let at = |error: &dyn std::fmt::Display| StoreError::new(format!("{}: {error}", path.display()));
        if path == Path::new(":memory:") {
            return Err(at(&"a store in memory is a `MemoryStore`"));
        }
        if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
            return Err(at(&"a store is opened by its path, not by a URI"));
        }
        let file = without_links(path).map_err(|error| at(&error))?;
        let lock = lock(&file)?;
        let mut connection = Connection::open(file).map_err(|error| at(&error))?;
        prepare(&mut connection).map_err(|error| at(&error))?;
        Ok(Sqlite {
            connection,
            _lock: lock,
        })
    }
}

/// The one path of a file, which need not be there yet: whoever opens the store by another one comes to the same lock.
fn without_links(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        found => return found,
    }
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match path.read_link() {
        // What is made is what the link points to.
        Ok(target) => without_links(&folder.join(target)),
        Err(_) => Ok(folder.canonicalize()?.join(name)),
    }
}

/// Sees to it that no other process has the store.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-lock");
    let name = PathBuf::from(name);
    let of_file = |error: std::io::Error| StoreError::new(format!("{}: {error}", name.display()));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(of_file)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let text = format!("{}: another host has this store open", path.display());
            Err(StoreError::new(text))
        }
        Err(TryLockError::Error(error)) => Err(of_file(error)),
    }
}

fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = application == 0 && version == 0 && tables == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(StoreError::new("this file of SQLite is no store of executions"));
    }
    let missing = usize::try_from(version).ok().and_then(|version| STEPS.get(version..));
    let Some(missing) = missing else {
        let known = STEPS.len();
        let text = format!("the store has version {version}, this program knows versions up to {known}: update it");
        return Err(StoreError::new(text));
    };
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    if !missing.is_empty() {
        // All of them or none.
        let transaction = connection.transaction()?;
        missing.iter().try_for_each(|step| transaction.execute_batch(step))?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
        transaction.commit()?;
    }
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::new(error.to_string())
    }
}

/// What stands in the column `due`.
fn due(rest: Rest) -> Option<i64> {
    match rest {
        Rest::No => Some(0),
        Rest::Until(time) => Some(time.timestamp_micros()),
        Rest::Outside => None,
    }
}

fn write(transaction: &Transaction<'_>, write: &Write) -> rusqlite::Result<bool> {
    let changed =
        match write {
            Write::Start(record) => transaction
                .prepare_cached(
                    "INSERT INTO execution (id, arn, machine, name, sha256, seed, input, start_date, due, status)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 'RUNNING') ON CONFLICT (arn) DO NOTHING",
                )?
                .execute(params![
                    record.id.0,
                    record.arn,
                    record.machine,
                    record.name,
                    record.sha256,
                    record.seed,
                    record.input,
                    record.start_date.timestamp_micros(),
                ])?,
            Write::Append {
                execution,
                sequence,
                entry,
            } => append(transaction, *execution, *sequence, entry)?,
            Write::Redrive {
                execution,
                redrive_count,
                sequence,
                entry,
            } => {
                let changed = transaction
                .prepare_cached(
                    "UPDATE execution SET due = 0, status = 'RUNNING', stop_date = NULL, output = NULL, error = NULL,
                    cause = NULL, redrive_count = redrive_count + 1, redrive_date = ?2
                    WHERE id = ?1 AND status <> 'RUNNING' AND redrive_count = ?3",
                )?
                .execute(params![execution.0, entry.time.timestamp_micros(), *redrive_count as i64])?;
                match changed {
                    0 => 0,
                    _ => append(transaction, *execution, *sequence, entry)?,
                }
            }
            Write::Forget { ended_before, limit } => {
                let ended = "SELECT id FROM execution WHERE stop_date < ?1 ORDER BY stop_date, id LIMIT ?2";
                let limits = params![ended_before.timestamp_micros(), *limit as i64];
                for table in ["journal", "queued_task", "heartbeat"] {
                    transaction
                        .prepare_cached(&format!("DELETE FROM {table} WHERE execution IN ({ended})"))?
                        .execute(limits)?;
                }
                transaction
                    .prepare_cached(&format!("DELETE FROM execution WHERE id IN ({ended})"))?
                    .execute(limits)?
            }
            Write::Rest {
                execution,
                rest,
                queued,
            } => {
                for task in queued {
                    queue(transaction, task)?;
                }
                transaction
                    .prepare_cached("UPDATE execution SET due = ?2 WHERE id = ?1")?
                    .execute(params![execution.0, due(*rest)])?
            }
            Write::Heartbeat { execution, token, time } => transaction
                .prepare_cached(
                    "INSERT INTO heartbeat (execution, token, time) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET time = excluded.time",
                )?
                .execute(params![execution.0, token, time.timestamp_micros()])?,
            Write::CreateActivity { name, creation_date } => transaction
                .prepare_cached(
                    "INSERT INTO activity (name, creation_date) VALUES (?1, ?2) ON CONFLICT DO UPDATE
                SET creation_date = excluded.creation_date, is_deleted = 0 WHERE is_deleted",
                )?
                .execute(params![name, creation_date.timestamp_micros()])?,
            Write::DeleteActivity { name } => transaction
                .prepare_cached("UPDATE activity SET is_deleted = 1 WHERE name = ?1 AND NOT is_deleted")?
                .execute([name])?,
            Write::End { execution, end } => transaction
                .prepare_cached(
                    "UPDATE execution SET due = NULL, status = ?2, stop_date = ?3, output = ?4, error = ?5, cause = ?6
                WHERE id = ?1",
                )?
                .execute(params![
                    execution.0,
                    end.status.as_str(),
                    end.stop_date.timestamp_micros(),
                    end.output,
                    end.error,
                    end.cause,
                ])?,
        };
    Ok(changed > 0)
}

fn append(
    transaction: &Transaction<'_>,
    execution: ExecutionId,
    sequence: u64,
    entry: &Entry,
) -> rusqlite::Result<usize> {
    if entry.kind == Kind::Started {
        transaction
            .prepare_cached("DELETE FROM queued_task WHERE execution = ?1 AND place = ?2 AND attempt = ?3")?
            .execute(params![execution.0, entry.place, entry.attempt])?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO journal (execution, sequence, place, kind, attempt, time, value, since)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            execution.0,
            // A count of entries stays far below the range of SQLite's integers.
            sequence as i64,
            entry.place,
            entry.kind.as_str(),
            entry.attempt,
            entry.time.timestamp_micros(),
            entry.value,
            entry.since.map(|since| since.timestamp_micros()),
        ])
}

fn queue(transaction: &Transaction<'_>, task: &QueuedTask) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO queued_task (execution, place, attempt, activity, token, since)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            task.execution.0,
            task.place,
            task.attempt,
            task.activity,
            task.token,
            task.since.timestamp_micros(),
        ])
}

const RECORD: &str = "SELECT id, arn, machine, name, sha256, seed, input, start_date, status, stop_date, output, error,
    cause, redrive_count, redrive_date FROM execution";

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let status = name(row, 8, ExecutionStatus::from_name)?;
    let end = match status {
        ExecutionStatus::Running => None,
        status => Some(End {
            status,
            stop_date: time(row, 9)?,
            output: row.get(10)?,
            error: row.get(11)?,
            cause: row.get(12)?,
        }),
    };
    Ok(Record {
        id: ExecutionId(row.get(0)?),
        arn: row.get(1)?,
        machine: row.get(2)?,
        name: row.get(3)?,
        sha256: row.get(4)?,
        seed: row.get(5)?,
        input: row.get(6)?,
        start_date: time(row, 7)?,
        end,
        // It is never below zero.
        redrive_count: row.get::<_, i64>(13)? as u64,
        redrive_date: time_or_none(row, 14)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let micros = row.get(column)?;
    DateTime::from_timestamp_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

fn time_or_none(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => time(row, column).map(Some),
    }
}

fn name<T>(row: &Row<'_>, column: usize, named: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    named(&name).ok_or_else(|| {
        let text = format!("`{name}` is not known");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, text.into())
    })
}

impl Store for Sqlite {
    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        let transaction = self.connection.transaction()?;
        let written: rusqlite::Result<Vec<bool>> = writes.iter().map(|one| write(&transaction, one)).collect();
        let written = written?;
        transaction.commit()?;
        Ok(written)
    }

    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError> {
        let sql = format!("{RECORD} WHERE arn = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row([arn], record).optional()?)
    }

    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError> {
        let sql = format!("{RECORD} WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row([execution.0], record).optional()?)
    }

    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT place, kind, attempt, time, value, since FROM journal WHERE execution = ?1 ORDER BY sequence";
        let mut statement = self.connection.prepare_cached(sql)?;
        let entries = statement.query_map([execution.0], |row| {
            Ok(Entry {
                place: row.get(0)?,
                kind: name(row, 1, Kind::from_name)?,
                attempt: row.get(2)?,
                time: time(row, 3)?,
                value: row.get(4)?,
                since: time_or_none(row, 5)?,
            })
        })?;
        Ok(entries.collect::<rusqlite::Result<_>>()?)
    }

    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        let sql = "SELECT id FROM execution WHERE status = 'RUNNING' AND due <= ?1 AND id > ?2 ORDER BY id LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let due = statement.query_map(params![now.timestamp_micros(), after.0, limit as i64], |row| row.get(0))?;
        Ok(due.map(|id| id.map(ExecutionId)).collect::<rusqlite::Result<_>>()?)
    }

    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT min(due) FROM execution WHERE status = 'RUNNING' AND due > ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let due: Option<i64> = statement.query_row([after.timestamp_micros()], |row| row.get(0))?;
        Ok(due.and_then(DateTime::from_timestamp_micros))
    }

    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError> {
        let sql = format!(
            "{RECORD} WHERE (:machine IS NULL OR machine = :machine) AND (:status IS NULL OR status = :status)
            AND id < :before ORDER BY id DESC LIMIT :limit"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let records = statement.query_map(
            named_params! {
                ":machine": filter.machine,
                ":status": filter.status.map(ExecutionStatus::as_str),
                ":before": filter.before.map_or(i64::MAX, |before| before.0),
                ":limit": filter.limit as i64,
            },
            record,
        )?;
        Ok(records.collect::<rusqlite::Result<_>>()?)
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name, creation_date, is_deleted FROM activity ORDER BY name")?;
        let activities = statement.query_map([], |row| {
            let is_deleted: bool = row.get(2)?;
            let creation_date = time(row, 1)?;
            Ok(StoredActivity {
                name: row.get(0)?,
                creation_date: (!is_deleted).then_some(creation_date),
            })
        })?;
        Ok(activities.collect::<rusqlite::Result<_>>()?)
    }

    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError> {
        let sql = "SELECT q.execution, q.place, q.attempt, q.activity, q.token, q.since
            FROM queued_task q JOIN execution e ON e.id = q.execution WHERE e.status = 'RUNNING'
            ORDER BY q.since, q.execution, q.place, q.attempt";
        let mut statement = self.connection.prepare_cached(sql)?;
        let tasks = statement.query_map([], |row| {
            Ok(QueuedTask {
                execution: ExecutionId(row.get(0)?),
                place: row.get(1)?,
                attempt: row.get(2)?,
                activity: row.get(3)?,
                token: row.get(4)?,
                since: time(row, 5)?,
            })
        })?;
        Ok(tasks.collect::<rusqlite::Result<_>>()?)
    }

    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT token, time FROM heartbeat WHERE execution = ?1")?;
        let heartbeats = statement.query_map([execution.0], |row| Ok((row.get(0)?, time(row, 1)?)))?;
        Ok(heartbeats.collect::<rusqlite::Result<_>>()?)
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        let sql = "SELECT ifnull(max(id), 0) FROM execution";
        Ok(self.connection.query_row(sql, [], |row| row.get(0).map(ExecutionId))?)
    }
}
