//! A store in memory, for tests.

use crate::store::{
    Entry, ExecutionId, ExecutionStatus, Filter, Kind, QueuedTask, Record, Rest, Store, StoreError, StoredActivity,
    Write,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps executions in memory. A clone is the same store: what one host wrote another finds, as in a file.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    executions: BTreeMap<ExecutionId, Row>,
    by_arn: HashMap<String, ExecutionId>,
    activities: BTreeMap<String, Option<DateTime<Utc>>>,
    commits: u64,
    /// Which commit fails, and whether what it writes is written all the same.
    fault: Option<(u64, bool)>,
}

#[derive(Debug)]
struct Row {
    record: Record,
    rest: Rest,
    journal: Vec<Entry>,
    queued: Vec<QueuedTask>,
    heartbeats: BTreeMap<String, DateTime<Utc>>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// How many commits there were.
    pub fn commits(&self) -> u64 {
        self.tables().commits
    }

    /// From commit number `commit` on, from 1, every one fails, as if the process had died there: before anything of that
    /// one was written, or after all of it was.
    pub fn fail_at(&self, commit: u64, is_written: bool) {
        self.tables().fault = Some((commit, is_written));
    }

    /// Commits succeed again.
    pub fn repair(&self) {
        self.tables().fault = None;
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn row(&mut self, execution: ExecutionId) -> Result<&mut Row, StoreError> {
        self.executions
            .get_mut(&execution)
            .ok_or_else(|| StoreError::new(format!("there is no execution {}", execution.0)))
    }

    fn write(&mut self, write: &Write) -> Result<bool, StoreError> {
        match write {
            Write::Start(record) => {
                if self.by_arn.contains_key(&record.arn) {
                    return Ok(false);
                }
                self.by_arn.insert(record.arn.clone(), record.id);
                let row = Row {
                    record: (**record).clone(),
                    rest: Rest::No,
                    journal: Vec::new(),
                    queued: Vec::new(),
                    heartbeats: BTreeMap::new(),
                };
                self.executions.insert(record.id, row);
            }
            Write::Append {
                execution,
                sequence,
                entry,
            } => {
                let row = self.row(*execution)?;
                if row.journal.len() as u64 != *sequence {
                    let text = format!("entry {sequence} of execution {} is not the next one", execution.0);
                    return Err(StoreError::new(text));
                }
                if entry.kind == Kind::Started {
                    row.queued.retain(|task| !is_at(task, &entry.place, entry.attempt));
                }
                row.journal.push(entry.clone());
            }
            Write::Redrive {
                execution,
                redrive_count,
                sequence,
                entry,
            } => {
                let row = self.row(*execution)?;
                if row.record.redrive_count != *redrive_count || row.record.end.take().is_none() {
                    return Ok(false);
                }
                row.record.redrive_count += 1;
                row.record.redrive_date = Some(entry.time);
                row.rest = Rest::No;
                return self.write(&Write::Append {
                    execution: *execution,
                    sequence: *sequence,
                    entry: entry.clone(),
                });
            }
            Write::Forget { ended_before, limit } => {
                let ended = self.executions.iter().filter(|(_, row)| {
                    let end = row.record.end.as_ref();
                    end.is_some_and(|end| end.stop_date < *ended_before)
                });
                let ended: Vec<ExecutionId> = ended.map(|(id, _)| *id).take(*limit).collect();
                for id in &ended {
                    self.executions.remove(id);
                }
                self.by_arn.retain(|_, id| !ended.contains(id));
                return Ok(!ended.is_empty());
            }
            Write::Rest {
                execution,
                rest,
                queued,
            } => {
                let row = self.row(*execution)?;
                row.rest = *rest;
                for task in queued {
                    row.queued.retain(|former| !is_at(former, &task.place, task.attempt));
                    row.queued.push(task.clone());
                }
            }
            Write::Heartbeat { execution, token, time } => {
                self.row(*execution)?.heartbeats.insert(token.clone(), *time);
            }
            Write::CreateActivity { name, creation_date } => {
                let activity = self.activities.entry(name.clone()).or_default();
                if activity.is_some() {
                    return Ok(false);
                }
                *activity = Some(*creation_date);
            }
            Write::DeleteActivity { name } => {
                let deleted = self.activities.get_mut(name).and_then(Option::take);
                return Ok(deleted.is_some());
            }
            Write::End { execution, end } => self.row(*execution)?.record.end = Some(end.clone()),
        }
        Ok(true)
    }
}

fn is_at(task: &QueuedTask, place: &str, attempt: u32) -> bool {
    task.place == place && task.attempt == attempt
}

impl Store for MemoryStore {
    fn blocks(&self) -> bool {
        false
    }

    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        let mut tables = self.tables();
        tables.commits += 1;
        let commits = tables.commits;
        let fault = tables.fault.filter(|(commit, _)| commits >= *commit);
        if let Some((commit, is_written)) = fault
            && (commits > commit || !is_written)
        {
            return Err(StoreError::new("the store has failed"));
        }
        let written = writes.iter().map(|write| tables.write(write)).collect();
        match fault {
            Some(_) => Err(StoreError::new("the store has failed")),
            None => written,
        }
    }

    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError> {
        let tables = self.tables();
        let found = tables.by_arn.get(arn).and_then(|id| tables.executions.get(id));
        Ok(found.map(|row| row.record.clone()))
    }

    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError> {
        Ok(self.tables().executions.get(&execution).map(|row| row.record.clone()))
    }

    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError> {
        Ok(self.tables().row(execution)?.journal.clone())
    }

    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        let tables = self.tables();
        let is_due = |row: &Row| {
            row.record.end.is_none()
                && match row.rest {
                    Rest::No => true,
                    Rest::Until(time) => time <= now,
                    Rest::Outside => false,
                }
        };
        let later = tables.executions.iter().filter(|(id, row)| **id > after && is_due(row));
        Ok(later.map(|(id, _)| *id).take(limit).collect())
    }

    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let tables = self.tables();
        let waiting = tables.executions.values().filter(|row| row.record.end.is_none());
        Ok(waiting
            .filter_map(|row| match row.rest {
                Rest::Until(time) => Some(time).filter(|time| *time > after),
                Rest::No | Rest::Outside => None,
            })
            .min())
    }

    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError> {
        let tables = self.tables();
        let records = tables.executions.values().rev().map(|row| &row.record);
        Ok(records
            .filter(|record| filter.before.is_none_or(|before| record.id < before))
            .filter(|record| filter.machine.as_ref().is_none_or(|name| *name == record.machine))
            .filter(|record| filter.status.is_none_or(|status| status == record.status()))
            .take(filter.limit)
            .cloned()
            .collect())
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        let tables = self.tables();
        let activities = tables.activities.iter().map(|(name, creation_date)| StoredActivity {
            name: name.clone(),
            creation_date: *creation_date,
        });
        Ok(activities.collect())
    }

    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError> {
        let tables = self.tables();
        let running = tables.executions.values().filter(|row| row.record.end.is_none());
        let mut queued: Vec<QueuedTask> = running.flat_map(|row| row.queued.iter().cloned()).collect();
        queued.sort_by(|a, b| (a.since, a.execution, &a.place).cmp(&(b.since, b.execution, &b.place)));
        Ok(queued)
    }

    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        Ok(self.tables().row(execution)?.heartbeats.clone().into_iter().collect())
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        Ok(self.tables().executions.keys().next_back().copied().unwrap_or_default())
    }
}

impl Record {
    /// Where it stands.
    pub fn status(&self) -> ExecutionStatus {
        self.end.as_ref().map_or(ExecutionStatus::Running, |end| end.status)
    }
}
