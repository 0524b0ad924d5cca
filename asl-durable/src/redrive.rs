//! Executions that go on after an end (spec RDV-1 to RDV-15).
//!
//! An execution fails of an entry of its journal: the result of a task, or an end from outside. When it is redriven, that
//! entry counts no more; in its place stands the redrive itself. So the code comes to where it was before it failed, lanes
//! that the failure aborted included, and its tasks begin anew from there: what was done stays done.

use crate::description::Started;
use crate::error::HostError;
use crate::executor::{Executor, Origin};
use crate::operation::Key;
use crate::replay::Replayed;
use crate::store::{Entry, ExecutionStatus, Kind, Record, Write};
use asl_runtime::Quotas;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// How long after its end an execution may be redriven (RDV-1).
const PERIOD: TimeDelta = TimeDelta::days(14);

/// How long an execution may be open (RDV-1, X-9).
const LONGEST: TimeDelta = TimeDelta::days(365);

/// What an entry of a redrive tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redrive {
    /// The number of the entry that the execution failed of.
    pub(crate) failed: u64,
    /// How many events its history had.
    pub(crate) events: u64,
}

impl Redrive {
    /// Has this redrive of an execution written, as its next entry.
    fn write(self, record: &Record, sequence: u64, time: DateTime<Utc>) -> Write {
        let entry = Entry {
            place: String::new(),
            kind: Kind::Redriven,
            attempt: 0,
            time,
            // It has numbers only.
            value: serde_json::to_string(&self).ok(),
        };
        Write::Redrive {
            execution: record.id,
            redrive_count: record.redrive_count,
            sequence,
            entry,
        }
    }
}

impl Executor {
    /// Why an execution cannot be redriven, as far as its record tells (RDV-1, RDV-13).
    pub(crate) fn not_redrivable(&self, record: &Record) -> Option<String> {
        let status = record.status();
        let Some(end) = record.end.as_ref().filter(|_| status != ExecutionStatus::Succeeded) else {
            return Some(format!("Execution is {status} and cannot be redriven"));
        };
        let now = self.options.clock.now();
        match self.options.quotas {
            Quotas::Service if now - end.stop_date > PERIOD => Some("Execution ended more than 14 days ago".to_owned()),
            Quotas::Service if now - record.start_date >= LONGEST => {
                Some("Execution was started a year ago or earlier".to_owned())
            }
            _ => None,
        }
    }

    /// Lets an execution go on after its end.
    pub(crate) async fn redrive(self: &Arc<Executor>, arn: &str) -> Result<Started, HostError> {
        let record = self.find(arn).await?;
        let refused = |reason: String| HostError::ExecutionNotRedrivable {
            arn: arn.to_owned(),
            reason,
        };
        if let Some(reason) = self.not_redrivable(&record) {
            return Err(refused(reason));
        }
        let now = self.options.clock.now();
        let has_quotas = self.options.quotas == Quotas::Service;
        let Replayed { life, history } = self.replay(&record).await?;
        if has_quotas && history.len() as u64 >= Quotas::MAX_EVENTS - 1 {
            return Err(refused("Execution history has too many events".to_owned()));
        }
        let Some(failed) = life.ended_of() else {
            return Err(refused(
                "it failed in a state that does no work, and would fail there again".to_owned(),
            ));
        };
        // Time goes forward, whatever the clock says.
        let now = now.max(life.last());
        let redrive = Redrive {
            failed,
            events: history.len() as u64,
        };
        let redriven = Record {
            end: None,
            redrive_count: record.redrive_count + 1,
            redrive_date: Some(now),
            ..record.clone()
        };
        let executor = self.clone();
        let go_on = move || executor.spawn(redriven, Origin::Store);
        let write = redrive.write(&record, life.sequence(), now);
        if !self.write_and(write, go_on).await? {
            return Err(refused("it has been redriven meanwhile".to_owned()));
        }
        Ok(Started::from(&record))
    }
}

/// What is delivered to the code of an execution.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The number of the entry in its journal.
    pub(crate) sequence: u64,
    pub(crate) entry: Entry,
    /// Of a redrive: the operations that had come to something when the execution ended, which nobody had learned of. They
    /// do not begin anew.
    pub(crate) done: HashSet<Key>,
}

/// The entries of a journal as they are delivered.
pub(crate) fn arrange(journal: Vec<Entry>) -> Result<VecDeque<Delivery>, String> {
    let mut arranged: Vec<Delivery> = Vec::new();
    for (sequence, entry) in (0..).zip(journal) {
        let redrive = match entry.kind {
            Kind::Redriven => Some(read(&entry)?),
            _ => None,
        };
        let delivery = Delivery {
            sequence,
            entry,
            done: HashSet::new(),
        };
        let Some(Redrive { failed, .. }) = redrive else {
            arranged.push(delivery);
            continue;
        };
        let at = arranged.iter().position(|former| former.sequence == failed);
        let at = at.ok_or_else(|| format!("the journal has no entry {failed}, of which a redrive tells"))?;
        let time = delivery.entry.time;
        arranged[at] = delivery;
        let mut late = arranged.split_off(at + 1);
        // An end that nobody had learned of counts as little as the one that came before it: its task begins anew too.
        let ends = late
            .iter()
            .filter(|late| matches!(late.entry.kind, Kind::Failed | Kind::Ended));
        let ends: HashSet<Key> = ends.map(|late| Key::of(&late.entry)).collect();
        late.retain(|late| !ends.contains(&Key::of(&late.entry)));
        for late in &mut late {
            // Time goes forward.
            late.entry.time = late.entry.time.max(time);
            arranged[at].done.insert(Key::of(&late.entry));
        }
        arranged.append(&mut late);
    }
    Ok(arranged.into())
}

/// What the entry of a redrive tells.
pub(crate) fn read(entry: &Entry) -> Result<Redrive, String> {
    let text = entry.value.as_deref().unwrap_or_default();
    serde_json::from_str(text).map_err(|error| format!("the journal's entry of a redrive cannot be read: {error}"))
}
