//! The task of an activity: it starts when a worker takes it.

use super::JournalEngine;
use super::task::{started, write_down};
use crate::activity::Missing;
use crate::life::text_of;
use crate::operation::Waiter;
use crate::rest::Waits;
use crate::store::{Entry, Kind};
use asl_runtime::{Call, Error, Limits, Output, Place, TaskContext, attempt};
use futures_util::future::{Either, select};
use serde_json::Value;
use std::pin::pin;

impl JournalEngine {
    /// Runs the task of an activity; answers its last entry, or its input where it begins anew. It starts when a worker takes
    /// it. Where the host never had such an activity, its handler does the work; where it has been deleted, nobody does.
    pub(super) async fn run_activity<'a, O: Output + 'a>(
        &self,
        at: &Place,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<Entry, Value> {
        let resource = task.resource();
        waiter.offer(resource.action, &input);
        let entry = match self.recovered(waiter).await {
            Some(entry) => entry,
            None => {
                let queued = waiter.queue(&self.activities, resource.action);
                match queued {
                    Ok(_) => waiter.rest(Waits::until(None)),
                    Err(Missing::Unknown) => waiter.append(Kind::Started, None),
                    Err(Missing::Deleted) => {
                        let error = Error::runtime(format!("The activity {} does not exist.", resource.arn));
                        waiter.append(Kind::Failed, Some(text_of(&error)));
                    }
                }
                waiter.entry().await
            }
        };
        waiter.withdraw();
        match entry.kind {
            Kind::Redriven => return Err(input),
            kind if kind.is_end() => return Ok(entry),
            _ => {}
        }
        let worker: Option<Value> = match entry.value {
            Some(_) => Some(self.read(&entry).await),
            None => None,
        };
        let worker_name = worker.as_ref().and_then(|worker| worker["workerName"].as_str());
        self.record_task(at, started(resource, worker_name));
        match self.recovered(waiter).await {
            Some(entry) if entry.kind == Kind::Redriven => return Err(input),
            Some(done) => return Ok(done),
            None => {}
        }
        let work = async {
            let result = match worker {
                // It answers by the token.
                Some(_) => Err(waiter.rest_by_token(entry.time, entry.time, limits).await),
                None => {
                    waiter.work().await;
                    let span = self.states.attempt(&task);
                    let handle = Some(&self.life.handle);
                    span.around(attempt(handle, task, limits, input, call, |_| {})).await
                }
            };
            write_down(waiter, result).await
        };
        match select(pin!(work), pin!(waiter.entry())).await {
            Either::Left((never, _)) => match never {},
            Either::Right((done, _)) => Ok(done),
        }
    }
}
