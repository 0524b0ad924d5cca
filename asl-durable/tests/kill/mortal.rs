//! A store in a file, and the process that dies at one of its commits.

use asl_durable::{
    Entry, ExecutionId, Filter, Kind, QueuedTask, Record, Sqlite, Store, StoreError, StoredActivity, Write,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::thread::park;

/// What a process says when it is to be killed.
pub const HERE: &str = "here";

/// At which commit the process dies.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Fate {
    /// Its number, from 1.
    pub commit: u64,
    /// After it has been written, or before.
    pub is_written: bool,
}

/// Counts commits, and waits for its end at one of them.
#[derive(Clone, Default)]
pub struct Fates(Arc<Mutex<(u64, Option<Fate>)>>);

impl Fates {
    /// Counts from now on.
    pub fn begin(&self, fate: Option<Fate>) {
        *self.0.lock().expect("a count") = (0, fate);
    }

    fn count(&self) {
        self.0.lock().expect("a count").0 += 1;
    }

    fn meet(&self, is_written: bool) {
        let (commits, fate) = *self.0.lock().expect("a count");
        if fate.is_some_and(|fate| fate.commit == commits && fate.is_written == is_written) {
            println!("{HERE}");
            loop {
                park();
            }
        }
    }
}

/// The store of a process that dies.
pub struct Mortal {
    pub store: Sqlite,
    pub fates: Fates,
    /// Is told of each commit before it is written.
    pub begins: Box<dyn FnMut() + Send>,
}

impl Store for Mortal {
    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        (self.begins)();
        self.fates.count();
        self.fates.meet(false);
        let written = self.store.commit(writes);
        self.fates.meet(true);
        written
    }

    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError> {
        self.store.find(arn)
    }

    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError> {
        self.store.get(execution)
    }

    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError> {
        self.store.journal(execution)
    }

    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        self.store.due(now, after, limit)
    }

    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.store.next_due(after)
    }

    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError> {
        self.store.list(filter)
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        self.store.activities()
    }

    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError> {
        self.store.queued()
    }

    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.store.heartbeats(execution)
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        self.store.last()
    }
}

/// What former processes have left.
pub struct Left {
    /// The latest time that is written.
    pub now: DateTime<Utc>,
    /// The attempts whose result is written, as the execution, the position and the number of the attempt.
    pub done: HashSet<(String, String, u32)>,
}

impl Left {
    /// Reads a store.
    pub fn read(store: &mut Sqlite, start: DateTime<Utc>) -> Result<Left, StoreError> {
        let mut left = Left {
            now: start,
            done: HashSet::new(),
        };
        for record in store.list(&Filter::default())? {
            let stop_date = record.end.as_ref().map(|end| end.stop_date);
            let times = [Some(record.start_date), stop_date, record.redrive_date];
            left.now = times.into_iter().flatten().fold(left.now, DateTime::max);
            // An execution that is redriven asks again for what has failed.
            let may_repeat = record.end.is_some() || record.redrive_count > 0;
            let is_done = |kind| kind == Kind::Succeeded || kind == Kind::Failed && !may_repeat;
            for entry in store.journal(record.id)? {
                left.now = left.now.max(entry.time);
                if is_done(entry.kind) {
                    left.done.insert((record.name.clone(), entry.place, entry.attempt));
                }
            }
        }
        Ok(left)
    }
}
