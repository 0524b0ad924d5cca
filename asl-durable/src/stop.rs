//! The end of an execution from outside.

use crate::description::Description;
use crate::error::HostError;
use crate::executor::{Executor, Leaves, end};
use crate::life::ended;
use crate::observe::{self, Span};
use crate::store::{Entry, Kind, Record, StoreError, Write};
use asl_runtime::Error;
use chrono::{DateTime, Utc};
use std::sync::Arc;

impl Executor {
    /// Stops an execution, and waits for its end.
    pub(crate) async fn stop(
        self: &Arc<Executor>,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Description, HostError> {
        let record = self.find(arn).await?;
        let error = Error::aborted(error, cause);
        if record.end.is_some() {
            return self.wait(arn).await;
        }
        loop {
            match self.reach(record.id, |life| life.end(&error)).await {
                Err(HostError::Halted { .. }) => self.end_halted(&record, &error),
                // What is written already ends it all the same.
                reached => _ = reached?,
            }
            match self.wait(arn).await {
                // It did before it learned of its end.
                Err(HostError::Halted { .. }) => {}
                ended => return ended,
            }
        }
    }

    /// Ends an execution that has halted, unless it is on its way already. It has that in its journal, but does not go there: its
    /// code cannot.
    fn end_halted(self: &Arc<Executor>, record: &Record, error: &Error) {
        let (executor, record, error) = (self.clone(), record.clone(), error.clone());
        // Nobody else writes of it meanwhile.
        if !self.present().enter(&record) {
            return;
        }
        tokio::spawn(async move {
            let leaves = Leaves(&executor, &record);
            let ends = Span::of_execution(&record).around(executor.write_end(&record, error));
            if let Err(error) = ends.await {
                let _ = executor.refusal(error);
            }
            drop(leaves);
        });
    }

    async fn write_end(&self, record: &Record, error: Error) -> Result<(), StoreError> {
        let execution = record.id;
        if self.problems().remove(&execution).is_none() {
            return Ok(());
        }
        let journal = self.storage.read(move |store| store.journal(execution)).await?;
        let (error, time) = match written_end(&journal) {
            Some(end) => end,
            None => {
                // Time goes forward.
                let last = journal.last().map_or(record.start_date, |last| last.time);
                let time = self.options.clock.now().max(last);
                let append = Write::Append {
                    execution,
                    sequence: journal.len() as u64,
                    entry: Entry { time, ..ended(&error) },
                };
                self.storage.write(append, |_| {});
                (error, time)
            }
        };
        let end = end(Err(error), time);
        let (status, name) = (end.status, end.error.clone());
        self.storage.written(Write::End { execution, end }).await?;
        observe::ended(record, status, name.as_deref());
        Ok(())
    }
}

/// The end from outside that a journal tells of, and its time: the first one since the last redrive.
fn written_end(journal: &[Entry]) -> Option<(Error, DateTime<Utc>)> {
    let since = journal.iter().rev().take_while(|entry| entry.kind != Kind::Redriven);
    let end = since.filter(|entry| entry.kind == Kind::Ended).last()?;
    let error = serde_json::from_str(end.value.as_deref()?).ok()?;
    Some((error, end.time))
}
