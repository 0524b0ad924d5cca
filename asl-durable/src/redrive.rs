//! Executions that go on after an end (spec RDV-1 to RDV-15).
//!
//! An execution fails of an entry of its journal: the result of a task, or an end from outside. When it is redriven, that
//! entry counts no more; in its place stands the redrive itself. So the code comes to where it was before it failed, lanes
//! that the failure aborted included, and its tasks begin anew from there: what was done stays done.
//!
//! An execution that fails in a state that does no work fails of no entry. It is redriven where it entered that state: the
//! code comes there by the same entries, learns of the redrive, and enters the state again (RDV-6, RDV-8). So is one that
//! failed with `States.DataLimitExceeded` in a Parallel or Map, but that what was done in that state counts no more (RDV-9).
//!
//! A Map Run that fails is redriven where it would fail: it goes on with the children that have failed, each of which comes
//! by its own entries to where that was (RDV-10, [`crate::life`]).

use crate::description::Started;
use crate::error::HostError;
use crate::executor::{Executor, Origin};
use crate::operation::Key;
use crate::replay::Replayed;
use crate::store::{Entry, ExecutionStatus, Kind, Record, Write};
use asl_runtime::{HistoryEvent, Quotas};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

/// How long after its end an execution may be redriven (RDV-1).
const PERIOD: TimeDelta = TimeDelta::days(14);

/// How long an execution may be open (RDV-1, X-9).
const LONGEST: TimeDelta = TimeDelta::days(365);

/// What an entry of a redrive tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redrive {
    #[serde(flatten)]
    pub(crate) failure: Failure,
    /// How many events its history had.
    pub(crate) events: u64,
}

/// Where an execution failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Failure {
    /// Of the entry of this number.
    Entry { failed: u64 },
    /// In the state whose entry is the event `entered`, without any entry of the journal since that of the number `after`.
    State { entered: u64, after: Option<u64> },
    /// In the Parallel or Map whose entry is the event `again`, all of which counts no more: that is every entry after that of
    /// the number `after`.
    Again { again: u64, after: Option<u64> },
    /// In the Map Run of this place, right after the entry of the number `after`.
    MapRun { map_run: String, after: Option<u64> },
}

/// Where an execution failed, as its history tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FailedIn {
    /// The state whose entry is this event.
    State(u64),
    /// A Parallel or Map, with too much data: the outermost whose entry is one of these events and still counts.
    Fork(Vec<u64>),
    /// A Map Run.
    MapRun,
}

impl Redrive {
    /// Has this redrive of an execution written, as its next entry.
    fn write(&self, record: &Record, sequence: u64, time: DateTime<Utc>) -> Write {
        let entry = Entry {
            place: String::new(),
            kind: Kind::Redriven,
            attempt: 0,
            time,
            // It has numbers only.
            value: serde_json::to_string(self).ok(),
            since: None,
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
        // Time goes forward, also where the clock of this host is behind that of an earlier one.
        let now = record.end.as_ref().map_or(now, |end| now.max(end.stop_date));
        let has_quotas = self.options.quotas == Quotas::Service;
        let Replayed { life, history } = self.replay(&record).await?;
        if has_quotas && history.len() as u64 >= Quotas::MAX_EVENTS - 1 {
            return Err(refused("Execution history has too many events".to_owned()));
        }
        let Some(failure) = life.failure(failed_in(&history)) else {
            return Err(refused("its journal does not tell where it failed".to_owned()));
        };
        // Time goes forward, whatever the clock says.
        let now = now.max(life.last());
        let redrive = Redrive {
            failure,
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

/// Where an execution has failed by itself.
fn failed_in(history: &[HistoryEvent]) -> Option<FailedIn> {
    let last = history.last().filter(|last| last.event_type == "ExecutionFailed")?;
    let error = last.details.as_ref().and_then(|details| details.members.get("error"));
    let is_excess = error.is_some_and(|error| error == "States.DataLimitExceeded");
    let at = |id| history.iter().find(|event: &&HistoryEvent| event.id == id);
    // Each event follows the one before it in its line, and that of a lane's end leads to the lane that failed (EV-35, EV-41).
    let chain = || std::iter::successors(Some(last), |event| at(event.previous_id));
    if is_excess {
        let forks: Vec<u64> = open_forks(chain()).collect();
        if !forks.is_empty() {
            return Some(FailedIn::Fork(forks));
        }
    }
    chain().find_map(|event| match event.event_type {
        "MapRunFailed" => Some(FailedIn::MapRun),
        // It does not follow the entry of its state, but what that follows.
        "EvaluationFailed" => {
            let members = &event.details.as_ref()?.members;
            let is_entry = |entered: &&HistoryEvent| {
                let name = entered.details.as_ref().and_then(|details| details.members.get("name"));
                entered.event_type.ends_with("StateEntered")
                    && entered.id < event.id
                    && (entered.previous_id, name) == (event.previous_id, members.get("state"))
            };
            let entered = history.iter().rev().find(is_entry);
            let entered = entered.or_else(|| at(event.previous_id))?;
            Some(FailedIn::State(entered.id))
        }
        entered if entered.ends_with("StateEntered") => Some(FailedIn::State(event.id)),
        _ => None,
    })
}

/// The events with which the Parallel and Map states were entered that had not ended, in a line of events from the last one
/// to the first: from the inside out.
fn open_forks<'h>(chain: impl Iterator<Item = &'h HistoryEvent>) -> impl Iterator<Item = u64> {
    let mut ended = 0;
    chain.filter_map(move |event| match event.event_type {
        "ParallelStateExited" | "MapStateExited" => {
            ended += 1;
            None
        }
        "ParallelStateEntered" | "MapStateEntered" if ended > 0 => {
            ended -= 1;
            None
        }
        "ParallelStateEntered" | "MapStateEntered" => Some(event.id),
        _ => None,
    })
}

/// What is delivered to the code of an execution.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The number of the entry in its journal.
    pub(crate) sequence: u64,
    pub(crate) entry: Entry,
    /// What follows from it, if it is a redrive.
    pub(crate) redrive: Option<Redriving>,
}

impl Delivery {
    /// Where the code learns of it by itself.
    pub(crate) fn spot(&self) -> Option<&Spot> {
        self.redrive.as_ref()?.spot.as_ref()
    }
}

/// A redrive as the code learns of it.
#[derive(Debug)]
pub(crate) struct Redriving {
    /// How often the execution has been redriven with it.
    pub(crate) count: u64,
    /// Where the code learns of it, unless it stands in the place of an entry.
    pub(crate) spot: Option<Spot>,
    /// The operations that had come to something when the execution ended, which nobody had learned of. They do not begin
    /// anew.
    pub(crate) done: HashSet<Key>,
}

/// Where the code learns of a redrive by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Where it enters a state, by the event of this number.
    Entered(u64),
    /// Where the Map Run of this place is about to fail.
    MapRun(String),
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Entered(event) => write!(f, "the event {event} enters a state"),
            Spot::MapRun(place) => write!(f, "the Map Run of `{place}` fails"),
        }
    }
}

/// The entries of a journal as they are delivered.
pub(crate) fn arrange(journal: Vec<Entry>) -> Result<VecDeque<Delivery>, String> {
    let mut arranged: Vec<Delivery> = Vec::new();
    let mut count = 0;
    for (sequence, entry) in (0..).zip(journal) {
        let redrive = match entry.kind {
            Kind::Redriven => Some(read(&entry)?),
            _ => None,
        };
        let time = entry.time;
        let delivery = Delivery {
            sequence,
            entry,
            redrive: None,
        };
        let Some(Redrive { failure, .. }) = redrive else {
            arranged.push(delivery);
            continue;
        };
        count += 1;
        let place = |number| {
            let at = arranged.iter().position(|former| former.sequence == number);
            at.ok_or_else(|| format!("the journal has no entry {number}, of which a redrive tells"))
        };
        let behind = |after: Option<u64>| after.map_or(Ok(0), |after| place(after).map(|at| at + 1));
        // It takes the place of the entry that counts no more, or one of its own.
        let (at, spot) = match &failure {
            Failure::Entry { failed } => (place(*failed)?, None),
            Failure::State { entered: event, after } | Failure::Again { again: event, after } => {
                (behind(*after)?, Some(Spot::Entered(*event)))
            }
            Failure::MapRun { map_run, after } => (behind(*after)?, Some(Spot::MapRun(map_run.clone()))),
        };
        let mut late = arranged.split_off(at);
        match failure {
            Failure::Entry { .. } => _ = late.remove(0),
            Failure::Again { .. } => late.clear(),
            Failure::State { .. } | Failure::MapRun { .. } => {}
        }
        // An end that nobody had learned of counts as little as the one that came before it: its task begins anew too.
        let ends = late
            .iter()
            .filter(|late| matches!(late.entry.kind, Kind::Failed | Kind::Ended));
        let ends: HashSet<Key> = ends.map(|late| Key::of(&late.entry)).collect();
        late.retain(|late| !ends.contains(&Key::of(&late.entry)));
        // Time goes forward.
        late.iter_mut()
            .for_each(|late| late.entry.time = late.entry.time.max(time));
        let done = late.iter().map(|late| Key::of(&late.entry)).collect();
        let redrive = Some(Redriving { count, spot, done });
        arranged.push(Delivery { redrive, ..delivery });
        arranged.append(&mut late);
    }
    Ok(arranged.into())
}

/// What the entry of a redrive tells.
pub(crate) fn read(entry: &Entry) -> Result<Redrive, String> {
    let text = entry.value.as_deref().unwrap_or_default();
    serde_json::from_str(text).map_err(|error| format!("the journal's entry of a redrive cannot be read: {error}"))
}
