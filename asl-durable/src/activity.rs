//! Activities: tasks that wait for a worker to take them.

use crate::life::Life;
use asl_runtime::Value;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// An activity: whoever asks for its tasks is a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub creation_date: DateTime<Utc>,
}

/// A task that a worker has taken. It ends by its token.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityTask {
    /// Its token: [`Host::send_task_success`](crate::Host::send_task_success) and its like take it.
    pub token: String,
    /// The input of the task.
    pub input: Value,
}

/// The activities of a host, and the tasks that no worker has taken, by their tokens.
#[derive(Default)]
pub(crate) struct Activities {
    known: Mutex<BTreeMap<String, Known>>,
    /// A task has come.
    queued: Notify,
}

#[derive(Default)]
struct Known {
    /// Nothing where it has been deleted: then its tasks wait on, and no more come.
    creation_date: Option<DateTime<Utc>>,
    /// The tokens in the order in which they came.
    queue: BTreeMap<u64, String>,
    numbers: HashMap<String, u64>,
    last: u64,
}

impl Known {
    /// Lets a task wait, unless it does.
    fn push(&mut self, token: &str) {
        if !self.numbers.contains_key(token) {
            self.last += 1;
            self.put(self.last, token.to_owned());
        }
    }

    fn put(&mut self, number: u64, token: String) {
        self.numbers.insert(token.clone(), number);
        self.queue.insert(number, token);
    }

    fn pop(&mut self) -> Option<(u64, String)> {
        let (number, token) = self.queue.pop_first()?;
        self.numbers.remove(&token);
        Some((number, token))
    }

    fn remove(&mut self, token: &str) {
        if let Some(number) = self.numbers.remove(token) {
            self.queue.remove(&number);
        }
    }
}

/// Why a task waits for no worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There never was such an activity.
    Unknown,
    /// There is none any more.
    Deleted,
}

/// A task in its queue, until nobody waits for it any more. It stays there when its execution leaves memory.
pub(crate) struct Queued<'a> {
    activities: &'a Activities,
    activity: &'static str,
    token: String,
    life: Arc<Life>,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if self.life.is_unloaded() {
            return;
        }
        if let Some(known) = self.activities.known().get_mut(self.activity) {
            known.remove(&self.token);
        }
    }
}

/// A task that a worker is about to take. It has its place in the queue again where that does not come about.
pub(crate) struct Popped<'a> {
    pub(crate) token: String,
    activities: &'a Activities,
    activity: String,
    number: u64,
    is_settled: bool,
}

impl Popped<'_> {
    /// It waits no longer.
    pub(crate) fn settle(mut self) {
        self.is_settled = true;
    }
}

impl Drop for Popped<'_> {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if let Some(known) = self.activities.known().get_mut(&self.activity) {
            known.put(self.number, std::mem::take(&mut self.token));
        }
        self.activities.queued.notify_waiters();
    }
}

impl Activities {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        // Nothing in a change may panic.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on there is this activity, created then, or there is no such activity any more.
    pub(crate) fn set(&self, name: String, creation_date: Option<DateTime<Utc>>) {
        self.known().entry(name).or_default().creation_date = creation_date;
    }

    /// When the activity of this name was created, if there is one.
    pub(crate) fn creation_date(&self, name: &str) -> Option<DateTime<Utc>> {
        self.known().get(name)?.creation_date
    }

    /// The names of all, with the times of their creation.
    pub(crate) fn all(&self) -> Vec<(String, DateTime<Utc>)> {
        let known = self.known();
        let all = known
            .iter()
            .filter_map(|(name, known)| Some((name.clone(), known.creation_date?)));
        all.collect()
    }

    /// Something that ends with the next task that comes, of whatever activity.
    pub(crate) fn queued(&self) -> Notified<'_> {
        self.queued.notified()
    }

    /// Lets workers look again.
    pub(crate) fn wake(&self) {
        self.queued.notify_waiters();
    }

    /// Lets the task of an execution outside memory wait for a worker.
    pub(crate) fn restore(&self, activity: &str, token: &str) {
        if let Some(known) = self.known().get_mut(activity) {
            known.push(token);
        }
    }

    /// Lets a task wait for a worker, if there is this activity.
    pub(crate) fn queue(&self, activity: &'static str, token: &str, life: &Arc<Life>) -> Result<Queued<'_>, Missing> {
        match self.known().get_mut(activity) {
            None => return Err(Missing::Unknown),
            Some(known) if known.creation_date.is_none() && !known.numbers.contains_key(token) => {
                return Err(Missing::Deleted);
            }
            Some(known) => known.push(token),
        }
        self.queued.notify_waiters();
        Ok(Queued {
            activities: self,
            activity,
            token: token.to_owned(),
            life: life.clone(),
        })
    }

    /// The task that has waited longest, for a worker.
    pub(crate) fn pop(&self, activity: &str) -> Option<Popped<'_>> {
        let (number, token) = self.known().get_mut(activity)?.pop()?;
        Some(Popped {
            token,
            activities: self,
            activity: activity.to_owned(),
            number,
            is_settled: false,
        })
    }
}
