//! An operation of an execution, and who waits for what comes of it.

use crate::activity::{Activities, Missing, Queued};
use crate::clock::later;
use crate::life::{Completion, Life};
use crate::rest::Waits;
use crate::store::{Entry, Kind};
use asl_runtime::{BoxFuture, Error, Limits, Place, Value};
use chrono::{DateTime, Utc};
use futures_util::task::AtomicWaker;
use std::fmt;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An operation: its entries are delivered to whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    place: Arc<str>,
    operation: Operation,
    attempt: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Operation {
    Task,
    Sleep,
    End,
}

impl Key {
    pub(crate) fn new(at: &Place, operation: Operation, attempt: u32) -> Key {
        Key {
            place: at.as_str().into(),
            operation,
            attempt,
        }
    }

    /// The least key of this place.
    pub(crate) fn first(place: &str) -> Key {
        Key {
            place: place.into(),
            operation: Operation::Task,
            attempt: 0,
        }
    }

    pub(crate) fn of(entry: &Entry) -> Key {
        Key {
            place: entry.place.as_str().into(),
            operation: match entry.kind {
                Kind::Started | Kind::Submitted | Kind::Succeeded | Kind::Failed => Operation::Task,
                Kind::Slept => Operation::Sleep,
                Kind::Ended | Kind::Redriven => Operation::End,
            },
            attempt: entry.attempt,
        }
    }

    pub(crate) fn is_task(&self) -> bool {
        self.operation == Operation::Task
    }

    /// Where it stands, and which attempt it is.
    pub(crate) fn place(&self) -> (&str, u32) {
        (&self.place, self.attempt)
    }

    /// What came of this operation, at no time yet.
    pub(crate) fn entry(self, kind: Kind, value: Option<String>) -> Entry {
        Entry {
            place: self.place.as_ref().to_owned(),
            kind,
            attempt: self.attempt,
            time: DateTime::UNIX_EPOCH,
            value,
            since: None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.operation {
            Operation::Task => "task",
            Operation::Sleep => "time",
            Operation::End => return write!(f, "the end of {}", Named(&self.place)),
        };
        write!(f, "the {what} of {}, attempt {}", Named(&self.place), self.attempt)
    }
}

struct Named<'p>(&'p str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => f.write_str("the execution"),
            place => write!(f, "`{place}`"),
        }
    }
}

/// An operation on its way, which learns of its entries.
pub(crate) struct Waiter<'l> {
    life: &'l Arc<Life>,
    key: Key,
    waker: Arc<AtomicWaker>,
    token: Option<String>,
    /// How often the execution had been redriven when it began.
    redrives: u64,
    is_busy: AtomicBool,
    is_done: AtomicBool,
}

impl<'l> Waiter<'l> {
    pub(crate) fn new(life: &'l Arc<Life>, key: Key, token: Option<&str>) -> Waiter<'l> {
        if let Some(token) = token {
            life.open(token, &key);
        }
        Waiter {
            life,
            waker: life.enter(&key),
            key,
            token: token.map(str::to_owned),
            redrives: life.redrives(),
            is_busy: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
        }
    }

    /// Whether what came of it before is told to it again.
    pub(crate) fn is_told_again(&self) -> bool {
        self.life.is_told_again(&self.key)
    }

    /// The next entry of this operation.
    pub(crate) async fn entry(&self) -> Entry {
        let entry = poll_fn(|cx| {
            self.waker.register(cx.waker());
            self.life.take(&self.key, self.redrives)
        })
        .await;
        self.is_done.store(entry.kind.is_end(), Ordering::Relaxed);
        entry
    }

    /// From now on its handler is at work. On a host that is shut down none begins: the next one calls it.
    pub(crate) async fn work(&self) {
        if !self.life.begin_work() {
            return pending().await;
        }
        self.is_busy.store(true, Ordering::Relaxed);
    }

    /// From now on it only waits.
    pub(crate) fn rest(&self, waits: Waits) {
        self.idle();
        self.life.rest(&self.key, waits);
    }

    /// Waits for the end of a task by its token, since this time; it began earlier, or then. What ends then is one of its
    /// clocks.
    pub(crate) async fn rest_by_token(&self, began: DateTime<Utc>, since: DateTime<Utc>, limits: Limits) -> Error {
        let last = self.token.as_deref().and_then(|token| self.life.last_heartbeat(token));
        let last = last.map_or(since, |last| last.max(since));
        self.rest(Waits {
            until: limits.timeout.map(|time| later(began, time)),
            heartbeat: limits.heartbeat.map(|time| (time, last)),
        });
        let clock = self.life.clock;
        loop {
            // A heartbeat has changed it since.
            let waits = self.life.waits(&self.key);
            let (Some(waits), Some(due)) = (waits, waits.and_then(|waits| waits.due())) else {
                return pending().await;
            };
            if due <= clock.now() {
                return Error::timeout(waits.silent_at() == Some(due) && waits.until != Some(due));
            }
            clock.sleep_until(due).await;
        }
    }

    fn idle(&self) {
        if self.is_busy.swap(false, Ordering::Relaxed) {
            self.life.end_work();
        }
    }

    /// Lets the task wait for a worker of this activity, as far as the journal tells nothing of it.
    pub(crate) fn offer(&self, activity: &'static str, input: &Value) {
        if let Some(token) = &self.token {
            self.life.offer(token, &self.key, activity, input);
        }
    }

    /// Lets the task wait for a worker no longer.
    pub(crate) fn withdraw(&self) {
        if let Some(token) = &self.token {
            self.life.withdraw(token);
        }
    }

    /// Tells workers of the task, if there is this activity.
    pub(crate) fn queue<'w>(&self, activities: &'w Activities, activity: &'static str) -> Result<Queued<'w>, Missing> {
        let token = self.token.as_deref().ok_or(Missing::Unknown)?;
        activities.queue(activity, token, self.life)
    }

    /// Writes down the job that it has submitted, whose clock has been running since this time, and ends when that is written.
    pub(crate) fn reporter(
        &self,
        since: DateTime<Utc>,
    ) -> impl Fn(Value) -> BoxFuture<'static, ()> + Send + Sync + 'static {
        let (life, key) = (self.life.clone(), self.key.clone());
        move |job| {
            let written = life.submit(key.clone(), job.to_string(), since);
            Box::pin(async move {
                let is_written = match written {
                    Completion::Written(written) => matches!(written.await, Ok(Ok(_))),
                    _ => false,
                };
                // A life that cannot write goes no further.
                if !is_written {
                    pending().await
                }
            })
        }
    }

    /// Writes down what its handler has answered, whose clock has been running since this time.
    pub(crate) fn submit(&self, answer: String, since: DateTime<Utc>) {
        // Whoever is told of an entry is told when it is delivered.
        let _ = self.life.submit(self.key.clone(), answer, since);
    }

    /// Writes down what came of it.
    pub(crate) fn append(&self, kind: Kind, value: Option<String>) {
        // Whoever is told of an entry is told when it is delivered.
        let _ = self.life.append(self.key.clone(), kind, value);
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.idle();
        let is_done = self.is_done.load(Ordering::Relaxed);
        self.life.leave(&self.key, self.token.as_deref(), is_done);
    }
}
