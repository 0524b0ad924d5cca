//! A task whose handler is called in this process.

use super::JournalEngine;
use crate::clock::later;
use crate::life::text_of;
use crate::operation::Waiter;
use crate::rest::Waits;
use crate::store::{Entry, Kind};
use asl_runtime::{Call, Engine, Entries, Error, Event, Limits, Output, Place, Resource, TaskContext, attempt};
use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};
use serde_json::Value;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::pin::pin;

impl JournalEngine {
    /// Does the work of a task, and writes down what came of it: it is told of it by the journal.
    async fn work<'a, O: Output + 'a>(
        &self,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
        submission: Option<Entry>,
    ) -> Infallible {
        let life = &self.life;
        let handle = Some(&life.handle);
        let is_job = task.resource().pattern.is_job();
        let until = |start| limits.timeout.map(|time| later(start, time));
        // It may be one of before that was written.
        let began = |submission: &Entry| submission.since.unwrap_or(submission.time);
        let result = match submission {
            // Its job goes on, and so does its clock: its handler has to wait for it.
            Some(entry) if is_job => {
                waiter.work().await;
                let job: Value = self.read(&entry).await;
                let task = task.with_job(Some(job), |_| Box::pin(ready(())));
                let limits = self.left(limits, until(began(&entry)));
                let span = self.states.attempt(&task);
                span.around(attempt(handle, task, limits, input, call, |_| {})).await
            }
            None => {
                waiter.work().await;
                let began = life.clock.now();
                let task = match is_job {
                    true => task.with_job(None, waiter.reporter(began)),
                    false => task,
                };
                let submitted = |answer: &O| {
                    match serde_json::to_string(answer) {
                        Ok(text) => waiter.submit(text, began),
                        Err(error) => waiter.append(Kind::Failed, Some(text_of(&misfit(&error)))),
                    }
                    let now = life.clock.now();
                    waiter.rest(Waits {
                        until: until(began),
                        heartbeat: limits.heartbeat.map(|time| (time, now)),
                    });
                };
                let span = self.states.attempt(&task);
                span.around(attempt(handle, task, limits, input, call, submitted)).await
            }
            // Its handler has answered in an earlier life: only its end is waited for, and its clocks have been running.
            Some(entry) => Err(waiter.rest_by_token(began(&entry), entry.time, limits).await),
        };
        write_down(waiter, result).await
    }

    /// What an earlier life has come to: the next entry of an operation, if there is one.
    pub(super) async fn recovered(&self, waiter: &Waiter<'_>) -> Option<Entry> {
        match select(pin!(waiter.entry()), pin!(self.life.opened())).await {
            Either::Left((entry, _)) => Some(entry),
            Either::Right(_) => None,
        }
    }

    /// Runs a task that this process does; answers its last entry, or its input where it begins anew.
    pub(super) async fn run<'a, O: Output + 'a>(
        &self,
        at: &Place,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<Entry, Value> {
        let resource = task.resource();
        self.record_task(at, started(resource, None));
        let mut is_submitted = false;
        let mut submitted = async |entry: &Entry| {
            self.submitted(at, resource, entry).await;
            is_submitted = true;
        };
        let mut submission = None;
        let done = loop {
            match self.recovered(waiter).await {
                Some(entry) if !entry.kind.is_end() => {
                    submitted(&entry).await;
                    submission = Some(entry);
                }
                Some(entry) if entry.kind == Kind::Redriven => return Err(input),
                done => break done,
            }
        };
        let done = match done {
            Some(done) => done,
            None => {
                let work = self.work(waiter, task, limits, input, call, submission);
                let told = async {
                    loop {
                        let entry = waiter.entry().await;
                        if entry.kind.is_end() {
                            return entry;
                        }
                        submitted(&entry).await;
                    }
                };
                match select(pin!(work), pin!(told)).await {
                    Either::Left((never, _)) => match never {},
                    Either::Right((done, _)) => done,
                }
            }
        };
        // A job of which nothing was told has run all the same.
        if resource.pattern.is_job() && !is_submitted && done.kind == Kind::Succeeded {
            self.record_task(at, Event::TaskSubmitted { resource, output: None });
        }
        Ok(done)
    }

    /// Takes note of an event of a task.
    pub(super) fn record_task(&self, at: &Place, event: Event<'_>) {
        // Only the entry of a state changes a line.
        self.record(at, &mut Entries::default(), event);
    }

    /// What is left of the time of a task that began earlier.
    fn left(&self, limits: Limits, until: Option<DateTime<Utc>>) -> Limits {
        let left = until.map(|until| (until - self.life.clock.now()).to_std().unwrap_or_default());
        Limits {
            timeout: left,
            ..limits
        }
    }

    /// Takes note of a submission: that of a job, or what the handler of a task has answered that waits for its token.
    async fn submitted(&self, at: &Place, resource: &'static Resource, entry: &Entry) {
        let output: Value = self.read(entry).await;
        let output = Some(&output);
        self.record_task(at, Event::TaskSubmitted { resource, output });
    }
}

pub(super) fn started<'n>(resource: &'static Resource, worker_name: Option<&'n str>) -> Event<'n> {
    Event::TaskStarted { resource, worker_name }
}

/// Writes down what came of a task: it is told of it by the journal.
pub(super) async fn write_down<O: Output>(waiter: &Waiter<'_>, result: Result<O, Error>) -> Infallible {
    let result = result.and_then(|output| serde_json::to_string(&output).map_err(|error| misfit(&error)));
    let (kind, value) = match result {
        Ok(text) => (Kind::Succeeded, text),
        Err(error) => (Kind::Failed, text_of(&error)),
    };
    waiter.append(kind, Some(value));
    pending().await
}

/// What a handler answered has no form in JSON.
fn misfit(error: &serde_json::Error) -> Error {
    Error::new("States.TaskFailed", error.to_string())
}
