//! One attempt of a task, in this process: its time-out, its heartbeat, its callback.

use crate::callback::{Handle, OpenToken};
use crate::{Call, Error, Limits, Output, Pattern, TaskContext, TaskError};
use futures_util::future::{Either, select};
use serde_json::Value;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

/// Calls the handler and waits for the end of the task as its pattern says. For engines that run tasks in this process.
///
/// `submitted` is told what the handler of a `.waitForTaskToken` task answered.
///
/// # Errors
/// With the task's own error, or `States.Timeout`.
pub async fn attempt<'a, O: Output + 'a>(
    handle: &Handle,
    mut task: TaskContext<'a>,
    limits: Limits,
    input: Value,
    call: Call<'_, 'a, O>,
    submitted: &mut (dyn FnMut(&O) + Send),
) -> Result<O, Error> {
    if limits.heartbeat.is_none() && task.token.is_none() {
        let Some(time) = limits.timeout else {
            return call(task, input).await.map_err(Error::from);
        };
        task.deadline = Some(Instant::now() + time);
        return match select(call(task, input), Box::pin(sleep(time))).await {
            Either::Left((answer, _)) => answer.map_err(Error::from),
            Either::Right(_) => Err(Error::timeout(false)),
        };
    }
    // Boxed, so that the clocks take no room in the futures of tasks that have none.
    Box::pin(limited(handle, task, limits, input, call, submitted)).await
}

async fn limited<'a, O: Output + 'a>(
    handle: &Handle,
    mut task: TaskContext<'a>,
    limits: Limits,
    input: Value,
    call: Call<'_, 'a, O>,
    submitted: &mut (dyn FnMut(&O) + Send),
) -> Result<O, Error> {
    let beat = Arc::new(Notify::new());
    task.beat = Some(beat.clone());
    task.deadline = limits.timeout.map(|timeout| Instant::now() + timeout);
    let pattern = task.resource.pattern;
    let mut token = task.token.clone().map(|token| handle.open(token, beat.clone()));
    let work = async {
        let answer = call(task, input);
        match &mut token {
            None => answer.await.map_err(Error::from),
            Some(token) if pattern == Pattern::WaitForTaskToken => {
                submitted(&answer.await?);
                completed(token).await
            }
            // A job or an activity may also be ended by its token.
            Some(token) => match select(answer, pin!(completed(token))).await {
                Either::Left((answer, _)) => answer.map_err(Error::from),
                Either::Right((result, _)) => result,
            },
        }
    };
    let beaten = async {
        match limits.heartbeat {
            None => work.await,
            Some(heartbeat) => {
                let mut work = pin!(work);
                loop {
                    let silence = pin!(async { timeout(heartbeat, beat.notified()).await.is_err() });
                    match select(work.as_mut(), silence).await {
                        Either::Left((result, _)) => return result,
                        Either::Right((true, _)) => return Err(Error::timeout(true)),
                        Either::Right((false, _)) => {}
                    }
                }
            }
        }
    };
    match limits.timeout {
        None => beaten.await,
        Some(time) => match select(pin!(beaten), pin!(sleep(time))).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(Error::timeout(false)),
        },
    }
}

async fn completed<O: Output>(token: &mut OpenToken<'_>) -> Result<O, Error> {
    let output = token.completed().await?;
    serde_json::from_value(output).map_err(|error| {
        Error::new(
            "States.TaskFailed",
            format!("the output sent with the task token does not fit the task: {error}"),
        )
    })
}

impl From<Error> for TaskError {
    fn from(error: Error) -> TaskError {
        TaskError {
            name: error.name().map(str::to_owned),
            cause: error.cause().map(str::to_owned),
        }
    }
}
