//! How the engine goes on where its execution is redriven.

use super::JournalEngine;
use crate::redrive::{Failure, Redrive, read};
use crate::store::Entry;
use asl_runtime::{Error, Event, EventLog, Place};
use chrono::{DateTime, Utc};
use serde_json::Value;

impl JournalEngine {
    /// A task begins anew, with this input.
    pub(super) fn begin_anew(&self, at: &Place, input: &Value) -> Error {
        self.life.begin_anew(at);
        Error::redriven(input)
    }

    /// Takes note that the execution goes on after an end.
    pub(super) async fn redriven(&self, entry: &Entry) {
        let Redrive { failure, events } = self.read(entry).await;
        // What enters a state has seen to it.
        if matches!(failure, Failure::Entry { .. }) {
            let count = self.life.redrive_count();
            self.resume(&mut self.events(), events, count, entry.time);
        }
    }

    /// The history goes on after an end.
    fn resume(&self, log: &mut EventLog, events: u64, count: u64, time: DateTime<Utc>) {
        self.execution.redriven(count, time);
        log.resume(events);
        let event = Event::ExecutionRedriven { count };
        log.record(&self.execution, &self.root, event, self.life.now());
        if log.is_full() {
            self.full.notify_one();
        }
    }

    /// Lets the machine learn of the redrives that take place where it enters a state.
    pub(super) fn redrive_here(&self, log: &mut EventLog) {
        while let Some(entry) = self.life.redriven_at(log.last() + 1) {
            self.resume_here(log, &entry);
        }
    }

    pub(super) fn resume_here(&self, log: &mut EventLog, entry: &Entry) {
        match read(entry) {
            Ok(Redrive { events, .. }) => self.resume(log, events, self.life.redrives(), entry.time),
            Err(problem) => self.life.halt(problem),
        }
    }

    /// How often the execution had been redriven when what is done now was done first.
    pub(super) fn redrives_then(&self) -> u64 {
        let repeated = self.repeat.as_ref().and_then(|repeat| repeat.redrives());
        repeated.unwrap_or_else(|| self.life.redrives())
    }
}
