//! What a host tells of executions.

use crate::store::{ExecutionId, ExecutionStatus, Record, StoreError};
use asl_runtime::{HistoryEvent, Value};
use chrono::{DateTime, Utc};

/// An execution that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its ARN, by which it is known to the host.
    pub arn: String,
    /// When it was started.
    pub start_date: DateTime<Utc>,
}

impl From<&Record> for Started {
    fn from(record: &Record) -> Started {
        Started {
            arn: record.arn.clone(),
            start_date: record.start_date,
        }
    }
}

/// What there is to know of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The name of its machine.
    pub machine: String,
    /// The hash of the definition that it runs.
    pub sha256: String,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// When it was started.
    pub start_date: DateTime<Utc>,
    /// When it ended.
    pub stop_date: Option<DateTime<Utc>>,
    /// How often it has been redriven.
    pub redrive_count: u64,
    /// When it was redriven last.
    pub redrive_date: Option<DateTime<Utc>>,
    /// Why it cannot be redriven (RDV-13); nothing where it can be, unless it failed in a child of a distributed Map, in a state that does no work.
    pub redrive_status_reason: Option<String>,
    /// What it was started with.
    pub input: Value,
    /// What it has come to, where it succeeded.
    pub output: Option<Value>,
    /// The error of one that failed or was stopped, where it has one.
    pub error: Option<String>,
    /// Its cause, where it has one.
    pub cause: Option<String>,
    /// Why it does not go on, though it has not ended: see [`HostError::Halted`](crate::HostError::Halted).
    pub problem: Option<String>,
}

impl Description {
    pub(crate) fn of(
        record: Record,
        redrive_status_reason: Option<String>,
        problem: Option<String>,
    ) -> Result<Description, StoreError> {
        let value = |text: &str| {
            let unreadable = |error| {
                StoreError::new(format!(
                    "'{}' has an input or an output that is not JSON: {error}",
                    record.arn
                ))
            };
            serde_json::from_str(text).map_err(unreadable)
        };
        let end = record.end.as_ref();
        Ok(Description {
            status: record.status(),
            start_date: record.start_date,
            stop_date: end.map(|end| end.stop_date),
            redrive_count: record.redrive_count,
            redrive_date: record.redrive_date,
            redrive_status_reason,
            input: value(&record.input)?,
            output: end.and_then(|end| end.output.as_deref()).map(value).transpose()?,
            error: end.and_then(|end| end.error.clone()),
            cause: end.and_then(|end| end.cause.clone()),
            arn: record.arn,
            name: record.name,
            machine: record.machine,
            sha256: record.sha256,
            problem,
        })
    }
}

/// Some of the executions of a host.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The latest first.
    pub executions: Vec<Description>,
    /// What to ask for to get those before these; nothing where there are no more.
    pub next: Option<ExecutionId>,
}

/// Which events of a history to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryRange {
    /// The latest first.
    pub reverse_order: bool,
    /// From the event with this number on; from the first in that order, where it is not given.
    pub from: Option<u64>,
    /// How many at most: 100 by default.
    pub limit: usize,
    /// Whether they tell inputs, outputs and parameters too (EV-5), as they do by default.
    pub include_execution_data: bool,
}

impl Default for HistoryRange {
    fn default() -> HistoryRange {
        HistoryRange {
            reverse_order: false,
            from: None,
            limit: 100,
            include_execution_data: true,
        }
    }
}

/// What events tell of the data of their execution.
const EXECUTION_DATA: [&str; 5] = ["input", "inputDetails", "output", "outputDetails", "parameters"];

impl HistoryRange {
    pub(crate) fn of(self, mut events: Vec<HistoryEvent>) -> HistoryPage {
        if self.reverse_order {
            events.reverse();
        }
        let is_before = |event: &HistoryEvent| match (self.from, self.reverse_order) {
            (None, _) => false,
            (Some(from), false) => event.id < from,
            (Some(from), true) => event.id > from,
        };
        let first = events.partition_point(is_before);
        let mut events = events.split_off(first);
        let next = events.get(self.limit).map(|event| event.id);
        events.truncate(self.limit);
        if !self.include_execution_data {
            for details in events.iter_mut().filter_map(|event| event.details.as_mut()) {
                details
                    .members
                    .retain(|name, _| !EXECUTION_DATA.contains(&name.as_str()));
            }
        }
        HistoryPage { events, next }
    }
}

/// Some of the events of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPage {
    /// In the order that was asked for.
    pub events: Vec<HistoryEvent>,
    /// Where the next page is [from](HistoryRange::from); nothing where there are no more.
    pub next: Option<u64>,
}
