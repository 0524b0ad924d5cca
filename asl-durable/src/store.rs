//! Where executions are kept: what is written, and what may be asked for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Keeps executions and their journals.
///
/// One thread at a time uses it. [`Sqlite`](crate::Sqlite) is one in a file, [`MemoryStore`](crate::MemoryStore) one for
/// tests.
pub trait Store: Send + 'static {
    /// Whether it may block, as one does that waits for a disk: then it is used on a thread for such work. One that does
    /// not is used where executions run.
    fn blocks(&self) -> bool {
        true
    }

    /// Writes all of this, in this order, or nothing of it. What it answers as written outlives the process.
    ///
    /// Answers for each whether it took effect: a [`Write::Start`] does not where there is an execution of that ARN, nor
    /// does a [`Write::CreateActivity`] where there is an activity of that name.
    ///
    /// # Errors
    /// When it cannot say that everything is written. The host writes nothing more then.
    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError>;

    /// The execution with this ARN.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError>;

    /// The execution with this number.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError>;

    /// What is written down of an execution, in the order in which it was.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError>;

    /// At most `limit` of the executions that run and do not wait, or wait until `now` or earlier, by number from `after` on,
    /// which is not among them.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError>;

    /// The first time after this one at which a waiting execution is due.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// The executions that a filter lets through, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError>;

    /// The activities that there are or have been, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError>;

    /// The tasks of activities that wait for a worker, in executions that run, as far as [`Write::Rest`] has told of them: the
    /// one that has waited longest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError>;

    /// When each task of an execution gave its last heartbeat, by token.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError>;

    /// The highest number of an execution so far; 0 where there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn last(&mut self) -> Result<ExecutionId, StoreError>;
}

/// The number of an execution within its store, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct ExecutionId(pub i64);

/// An activity that a store knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredActivity {
    /// Its name.
    pub name: String,
    /// When it was created; nothing where it has been deleted.
    pub creation_date: Option<DateTime<Utc>>,
}

/// Something to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new execution.
    Start(Box<Record>),
    /// An entry of the journal of an execution: its number there is `sequence`, from 0.
    Append {
        /// Which execution.
        execution: ExecutionId,
        /// How many entries come before it.
        sequence: u64,
        /// The entry.
        entry: Entry,
    },
    /// What an execution waits for.
    Rest {
        /// Which execution.
        execution: ExecutionId,
        /// What for.
        rest: Rest,
        /// Its tasks that wait for a worker. One waits no longer when an entry tells that it has
        /// [started](Kind::Started).
        queued: Vec<QueuedTask>,
    },
    /// The last heartbeat of a task so far.
    Heartbeat {
        /// Which execution.
        execution: ExecutionId,
        /// The token of the task.
        token: String,
        /// When it came.
        time: DateTime<Utc>,
    },
    /// An activity, unless there is one of this name.
    CreateActivity {
        /// Its name.
        name: String,
        /// When it is created.
        creation_date: DateTime<Utc>,
    },
    /// The end of an activity, if there is one of this name. That there has been one stays known.
    DeleteActivity {
        /// Its name.
        name: String,
    },
    /// An execution that has ended goes on, and this entry of its journal tells so. It takes no effect on one that runs, nor
    /// on one that has come to another end meanwhile.
    Redrive {
        /// Which execution.
        execution: ExecutionId,
        /// How often it had gone on when it came to the end that is meant.
        redrive_count: u64,
        /// How many entries come before it.
        sequence: u64,
        /// The entry: its time is that of the redrive.
        entry: Entry,
    },
    /// The end of all that is kept of at most so many executions that ended before this time. It takes effect where there
    /// are any.
    Forget {
        /// The time.
        ended_before: DateTime<Utc>,
        /// How many at most.
        limit: usize,
    },
    /// The end of an execution.
    End {
        /// Which execution.
        execution: ExecutionId,
        /// How it ended, and when.
        end: End,
    },
}

/// Whether a running execution waits, so that nothing of it need be in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It goes on as soon as there is a host.
    No,
    /// It waits until then, or for somebody from outside.
    Until(DateTime<Utc>),
    /// It waits for somebody from outside.
    Outside,
}

/// A task of an activity that waits for a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedTask {
    /// The execution that it is a part of.
    pub execution: ExecutionId,
    /// Where it stands there.
    pub place: String,
    /// Which attempt it is, from 0.
    pub attempt: u32,
    /// The name of the activity.
    pub activity: String,
    /// Its token.
    pub token: String,
    /// Since when it waits.
    pub since: DateTime<Utc>,
}

/// An execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number.
    pub id: ExecutionId,
    /// Its ARN.
    pub arn: String,
    /// The name of its machine.
    pub machine: String,
    /// Its own name.
    pub name: String,
    /// The hash of the definition that it runs: that of [`Definition`](asl_runtime::Definition).
    pub sha256: String,
    /// What everything random in it follows from, its tokens too.
    pub seed: [u8; 32],
    /// JSON text.
    pub input: String,
    /// When it started.
    pub start_date: DateTime<Utc>,
    /// How it ended; nothing while it runs.
    pub end: Option<End>,
    /// How often it has gone on after an end.
    pub redrive_count: u64,
    /// When it did so last.
    pub redrive_date: Option<DateTime<Utc>>,
}

/// The end of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// How it ended.
    pub status: ExecutionStatus,
    /// When.
    pub stop_date: DateTime<Utc>,
    /// JSON text, of one that succeeded.
    pub output: Option<String>,
    /// The error of one that failed or was stopped, where it has one.
    pub error: Option<String>,
    /// Its cause, where it has one.
    pub cause: Option<String>,
}

/// Where an execution stands (spec X-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the variants are the service's words")]
pub enum ExecutionStatus {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl ExecutionStatus {
    /// The service's word: `TIMED_OUT`.
    pub fn as_str(self) -> &'static str {
        match self {
            ExecutionStatus::Running => "RUNNING",
            ExecutionStatus::Succeeded => "SUCCEEDED",
            ExecutionStatus::Failed => "FAILED",
            ExecutionStatus::TimedOut => "TIMED_OUT",
            ExecutionStatus::Aborted => "ABORTED",
        }
    }

    /// The status that the service calls this.
    pub fn from_name(name: &str) -> Option<ExecutionStatus> {
        let all = [
            ExecutionStatus::Running,
            ExecutionStatus::Succeeded,
            ExecutionStatus::Failed,
            ExecutionStatus::TimedOut,
            ExecutionStatus::Aborted,
        ];
        all.into_iter().find(|status| status.as_str() == name)
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What came of an operation, as the journal of its execution has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the operation stands: a [`Place`](asl_runtime::Place) in words, of the machine itself where it is empty.
    pub place: String,
    /// What came of it.
    pub kind: Kind,
    /// The attempt of a task, from 0; the attempt that a delay is before, and 0 in a Wait state.
    pub attempt: u32,
    /// When it was written.
    pub time: DateTime<Utc>,
    /// JSON text, where it tells more.
    pub value: Option<String>,
    /// Of a [submission](Kind::Submitted): since when the clock of its task has been running.
    pub since: Option<DateTime<Utc>>,
}

/// What an entry tells of its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The task of an activity has started: a worker has taken it whose name, if it gave one, is in this object. Without an
    /// object it is the handler of this process.
    Started,
    /// The handler of a task that waits for its token has answered this, or has submitted this job.
    Submitted,
    /// A task has succeeded with this result.
    Succeeded,
    /// A task has failed with this error.
    Failed,
    /// A time is over.
    Slept,
    /// The execution was ended, by its time-out or from outside, with this error.
    Ended,
    /// The execution goes on after its end, as an object tells: `events` is how many its history had, and the rest is where it goes
    /// on. `failed` is the number of the entry that it failed of, which counts no more; or else `after` is that of the last
    /// entry before, and `entered` or `again` the event by which the state is entered, `map_run` the place of the Map.
    Redriven,
}

impl Kind {
    /// Its name in a store.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Started => "started",
            Kind::Submitted => "submitted",
            Kind::Succeeded => "succeeded",
            Kind::Failed => "failed",
            Kind::Slept => "slept",
            Kind::Ended => "ended",
            Kind::Redriven => "redriven",
        }
    }

    /// Whether nothing follows for this operation.
    pub fn is_end(self) -> bool {
        !matches!(self, Kind::Started | Kind::Submitted)
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        let all = [
            Kind::Started,
            Kind::Submitted,
            Kind::Succeeded,
            Kind::Failed,
            Kind::Slept,
            Kind::Ended,
            Kind::Redriven,
        ];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Which executions to list.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Those of the machine of this name.
    pub machine: Option<String>,
    /// Those of this status.
    pub status: Option<ExecutionStatus>,
    /// Those that were started before this one.
    pub before: Option<ExecutionId>,
    /// How many at most: 100 by default.
    pub limit: usize,
}

impl Default for Filter {
    fn default() -> Filter {
        Filter {
            machine: None,
            status: None,
            before: None,
            limit: 100,
        }
    }
}

/// Why a store could not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError(String);

impl StoreError {
    /// An error with this text.
    pub fn new(text: impl Into<String>) -> StoreError {
        StoreError(text.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}
