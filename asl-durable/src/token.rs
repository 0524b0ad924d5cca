//! Task tokens, and how workers take the tasks of activities by them.

use crate::activity::{ActivityTask, Popped};
use crate::error::HostError;
use crate::executor::{Executor, Reached};
use crate::store::ExecutionId;
use asl_runtime::json;
use std::sync::Arc;
use uuid::Uuid;

impl ExecutionId {
    /// The token of one of its tasks.
    pub(crate) fn token(self, random: Uuid) -> String {
        format!("{:x}.{}", self.0, random.simple())
    }

    /// The execution that a token says its task is in.
    pub(crate) fn of_token(token: &str) -> Option<ExecutionId> {
        let (id, _) = token.split_once('.')?;
        i64::from_str_radix(id, 16).ok().map(ExecutionId)
    }
}

impl Executor {
    /// Lets a worker take a task, unless nobody waits for it any more.
    pub(crate) async fn take_task(
        self: &Arc<Executor>,
        popped: Popped<'_>,
        worker_name: Option<&str>,
    ) -> Result<Option<ActivityTask>, HostError> {
        let token = popped.token.clone();
        let worker = match worker_name {
            Some(name) => json!({ "workerName": name }),
            None => json!({}),
        };
        let worker = worker.to_string();
        let Some(execution) = ExecutionId::of_token(&token) else {
            popped.settle();
            return Ok(None);
        };
        let mut taken = None;
        let reached = self
            .reach(execution, |life| {
                let (completion, input) = life.take_task(&token, &worker);
                taken = input.or_else(|| taken.take());
                completion
            })
            .await;
        match reached {
            Ok(Reached::Done) => {
                popped.settle();
                Ok(taken.map(|input| ActivityTask { token, input }))
            }
            // It does not go on, or has gone on without its worker.
            Ok(_) | Err(HostError::Halted { .. }) => {
                popped.settle();
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
