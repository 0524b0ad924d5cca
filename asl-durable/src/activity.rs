//! Activities: tasks that wait for a worker to take them.

use crate::life::{Completion, Life};
use crate::operation::Key;
use crate::store::{Kind, StoreError};
use asl_runtime::{Value, json};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, oneshot};

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

/// The activities of a host, and their tasks that no worker has taken.
#[derive(Default)]
pub(crate) struct Activities {
    known: Mutex<BTreeMap<String, Known>>,
    /// A task has come.
    queued: Notify,
}

struct Known {
    creation_date: DateTime<Utc>,
    tasks: VecDeque<Task>,
}

struct Task {
    token: String,
    input: Value,
    life: Weak<Life>,
    key: Key,
}

/// A task in its queue, until a worker takes it or nobody waits for it any more.
pub(crate) struct Queued<'a> {
    activities: &'a Activities,
    activity: &'static str,
    token: String,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if let Some(known) = self.activities.known().get_mut(self.activity) {
            known.tasks.retain(|task| task.token != self.token);
        }
    }
}

/// A task that is being taken: it is when that is written.
pub(crate) struct Taken {
    pub(crate) task: ActivityTask,
    pub(crate) written: oneshot::Receiver<Result<bool, StoreError>>,
}

impl Activities {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        // Every change is a single one.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is this activity from now on.
    pub(crate) fn add(&self, name: String, creation_date: DateTime<Utc>) {
        let known = Known {
            creation_date,
            tasks: VecDeque::new(),
        };
        self.known().entry(name).or_insert(known);
    }

    /// There is no such activity any more. Who waits for its workers waits on.
    pub(crate) fn remove(&self, name: &str) {
        self.known().remove(name);
    }

    /// When the activity of this name was created, if there is one.
    pub(crate) fn creation_date(&self, name: &str) -> Option<DateTime<Utc>> {
        self.known().get(name).map(|known| known.creation_date)
    }

    /// The names of all, with the times of their creation.
    pub(crate) fn all(&self) -> Vec<(String, DateTime<Utc>)> {
        let known = self.known();
        let all = known.iter().map(|(name, known)| (name.clone(), known.creation_date));
        all.collect()
    }

    /// Something that ends with the next task that comes, of whatever activity.
    pub(crate) fn queued(&self) -> Notified<'_> {
        self.queued.notified()
    }

    /// Lets a task wait for a worker, if there is this activity.
    pub(crate) fn queue(
        &self,
        activity: &'static str,
        token: &str,
        input: &Value,
        life: &Arc<Life>,
        key: &Key,
    ) -> Option<Queued<'_>> {
        self.known().get_mut(activity)?.tasks.push_back(Task {
            token: token.to_owned(),
            input: input.clone(),
            life: Arc::downgrade(life),
            key: key.clone(),
        });
        self.queued.notify_waiters();
        Some(Queued {
            activities: self,
            activity,
            token: token.to_owned(),
        })
    }

    /// Takes the task that has waited longest.
    pub(crate) fn take(&self, activity: &str, worker_name: Option<&str>) -> Option<Taken> {
        loop {
            let task = self.known().get_mut(activity)?.tasks.pop_front()?;
            let Some(life) = task.life.upgrade() else { continue };
            let worker = match worker_name {
                Some(name) => json!({ "workerName": name }),
                None => json!({}),
            };
            if let Completion::Written(written) = life.append(task.key, Kind::Started, Some(worker.to_string())) {
                let Task { token, input, .. } = task;
                let task = ActivityTask { token, input };
                return Some(Taken { task, written });
            }
        }
    }
}
