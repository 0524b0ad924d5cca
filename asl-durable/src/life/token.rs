//! What is done by the tokens of tasks: ending them, heartbeats, and taking the tasks of activities.

use super::{Completion, Life, Progress};
use crate::operation::Key;
use crate::store::{Kind, QueuedTask, Write};
use asl_runtime::{Error, Value};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::oneshot;

pub(super) enum Token {
    Open(Key),
    Closed,
}

/// A task of an activity that waits for a worker.
pub(super) struct Offer {
    key: Key,
    activity: &'static str,
    input: Value,
    since: DateTime<Utc>,
}

impl Life {
    /// The task of an operation has this token now.
    pub(crate) fn open(&self, token: &str, key: &Key) {
        let open = Token::Open(key.clone());
        self.progress().tokens.insert(token.to_owned(), open);
    }

    /// Ends a task by its token: with JSON text, or an error.
    pub(crate) fn complete(self: &Arc<Life>, token: &str, result: &Result<String, Error>) -> Completion {
        let mut progress = self.progress();
        let key = match progress.open(token) {
            Ok(key) => key,
            Err(completion) => return completion,
        };
        let (kind, value) = match result {
            Ok(output) => (Kind::Succeeded, output.clone()),
            Err(error) => (Kind::Failed, super::text_of(error)),
        };
        self.append_to(&mut progress, key.entry(kind, Some(value)))
    }

    /// Restarts the heartbeat clock of the task with this token.
    pub(crate) fn heartbeat(&self, token: &str) -> Completion {
        let mut progress = self.progress();
        let key = match progress.open(token) {
            Ok(key) => key,
            Err(completion) => return completion,
        };
        // The clock of a handler at work runs here.
        let is_at_work = self.handle.send_task_heartbeat(token).is_ok();
        let (told, heard) = oneshot::channel();
        let time = self.clock.now();
        match progress.resting.get_mut(&key).map(|waits| &mut waits.heartbeat) {
            Some(Some((_, last))) => *last = time,
            // It has not come to where it waits again.
            None if !is_at_work => _ = progress.heartbeats.insert(token.to_owned(), time),
            // It has no clock that outlives this life.
            _ => {
                let _ = told.send(Ok(true));
                return Completion::Written(heard);
            }
        }
        let write = Write::Heartbeat {
            execution: self.id,
            token: token.to_owned(),
            time,
        };
        // Nobody need wait for it.
        self.storage.write(write, |result| _ = told.send(result));
        drop(progress);
        self.driver.wake();
        Completion::Written(heard)
    }

    /// A task of an activity waits for a worker from now on, if nothing of it is written.
    pub(crate) fn offer(&self, token: &str, key: &Key, activity: &'static str, input: &Value) {
        let mut progress = self.progress();
        let offer = Offer {
            key: key.clone(),
            activity,
            input: input.clone(),
            since: progress.now,
        };
        progress.offers.insert(token.to_owned(), offer);
    }

    /// A task of an activity waits for no worker any more.
    pub(crate) fn withdraw(&self, token: &str) {
        self.progress().offers.remove(token);
    }

    /// A worker takes the task of an activity with this token; answers its input where it may.
    pub(crate) fn take_task(self: &Arc<Life>, token: &str, worker: &str) -> (Completion, Option<Value>) {
        let mut progress = self.progress();
        if let Err(completion) = progress.open(token) {
            return (completion, None);
        }
        if !progress.is_open {
            return (Completion::NotYet, None);
        }
        let Some(Offer { key, input, .. }) = progress.offers.remove(token) else {
            return (Completion::Closed, None);
        };
        let completion = self.append_to(&mut progress, key.entry(Kind::Started, Some(worker.to_owned())));
        (completion, Some(input))
    }

    /// Its tasks that wait for workers.
    pub(crate) fn queued(&self) -> Vec<QueuedTask> {
        let progress = self.progress();
        let offers = progress.offers.iter();
        offers
            .map(|(token, offer)| {
                let (place, attempt) = offer.key.place();
                QueuedTask {
                    execution: self.id,
                    place: place.to_owned(),
                    attempt,
                    activity: offer.activity.to_owned(),
                    token: token.clone(),
                    since: offer.since,
                }
            })
            .collect()
    }

    /// When a task gave its last heartbeat in an earlier life.
    pub(crate) fn last_heartbeat(&self, token: &str) -> Option<DateTime<Utc>> {
        self.progress().heartbeats.get(token).copied()
    }

    /// Whether a task of this execution had this token, and has ended.
    pub(crate) fn is_closed(&self, token: &str) -> bool {
        matches!(self.progress().tokens.get(token), Some(Token::Closed))
    }
}

impl Progress {
    /// The task with this token, if it can be ended.
    fn open(&self, token: &str) -> Result<Key, Completion> {
        match self.tokens.get(token) {
            _ if self.is_unloaded => Err(Completion::Unloaded),
            Some(Token::Closed) => Err(Completion::Closed),
            // What is written already may end its task.
            _ if !self.is_open => Err(Completion::NotYet),
            Some(Token::Open(key)) => Ok(key.clone()),
            None => Err(Completion::Unknown),
        }
    }
}
