//! One attempt of a task, in this process: its time-out, its heartbeat, its callback.

use crate::callback::{Handle, OpenToken};
use crate::quota;
use crate::{BoxFuture, Call, Error, Limits, Output, Pattern, Resource, TaskContext, TaskError};
use futures_util::future::{Either, select};
use serde_json::Value;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// Calls the handler and waits for the end of the task as its pattern says. For engines that run tasks in this process.
///
/// Through `handle` a task with a token is ended; one without needs none. `submitted` is told what the handler of a `.waitForTaskToken` task answered.
///
/// # Errors
/// With the task's own error, `States.Timeout`, or `States.DataLimitExceeded`.
pub fn attempt<'a, O: Output + 'a>(
    handle: Option<&Handle>,
    mut task: TaskContext<'a>,
    limits: Limits,
    input: Value,
    call: Call<'_, 'a, O>,
    submitted: impl FnMut(&O) + Send,
) -> impl Future<Output = Result<O, Error>> + Send {
    let quota = task.frame.execution.has_quotas().then_some(task.resource);
    let timeout = match quota {
        Some(resource) => quota::timeout(resource, limits.timeout),
        None => limits.timeout,
    };
    // A time beyond the range of the clock never comes.
    let deadline = timeout.and_then(|time| Instant::now().checked_add(time));
    task.deadline = deadline;
    let work = match limits.heartbeat.is_none() && task.token.is_none() {
        true => Work::Answer(call(task, input)),
        false => Work::End(tend(handle, task, limits.heartbeat, input, call, submitted)),
    };
    Attempt {
        work,
        deadline,
        timer: None,
        quota,
    }
}

/// A task on its way. No async function, since that would keep a second copy of all its arguments.
struct Attempt<'a, O, F> {
    work: Work<'a, O, F>,
    deadline: Option<Instant>,
    /// There is none for a handler that answers at once.
    timer: Option<Pin<Box<Sleep>>>,
    /// Whose result is subject to the quota, if it is.
    quota: Option<&'static Resource>,
}

enum Work<'a, O, F> {
    /// Waits for the handler alone.
    Answer(BoxFuture<'a, Result<O, TaskError>>),
    /// Waits for the end of the task in any form.
    End(Pin<Box<F>>),
}

impl<O: Output, F: Future<Output = Result<O, Error>>> Future for Attempt<'_, O, F> {
    type Output = Result<O, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Result<O, Error>> {
        let result = match &mut self.work {
            Work::Answer(answer) => answer.as_mut().poll(cx).map_err(Error::from),
            Work::End(end) => end.as_mut().poll(cx),
        };
        let (Poll::Pending, Some(deadline)) = (&result, self.deadline) else {
            return result.map(|result| match self.quota {
                Some(resource) => quota::result(resource, result?),
                None => result,
            });
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().poll(cx).map(|()| Err(Error::timeout(false)))
    }
}

/// Calls the handler of a task that has a token or a heartbeat.
// Boxed, so that this takes no room in the futures of other tasks, and apart, so that their way stays short.
#[cold]
fn tend<'a, O: Output + 'a>(
    handle: Option<&Handle>,
    mut task: TaskContext<'a>,
    heartbeat: Option<Duration>,
    input: Value,
    call: Call<'_, 'a, O>,
    submitted: impl FnMut(&O) + Send,
) -> Pin<Box<impl Future<Output = Result<O, Error>> + Send>> {
    let beat = Arc::new(Notify::new());
    task.beat = Some(beat.clone());
    let token = task.token.clone().zip(handle);
    let token = token.map(|(token, handle)| handle.open(token, beat.clone()));
    let pattern = task.resource.pattern;
    let end = end(call(task, input), pattern, token, submitted);
    Box::pin(alive(end, heartbeat, beat))
}

/// Waits for the end of a task that may have a token.
async fn end<O: Output>(
    answer: BoxFuture<'_, Result<O, TaskError>>,
    pattern: Pattern,
    token: Option<OpenToken<'_>>,
    mut submitted: impl FnMut(&O) + Send,
) -> Result<O, Error> {
    match token {
        None => answer.await.map_err(Error::from),
        Some(mut token) if pattern == Pattern::WaitForTaskToken => {
            submitted(&answer.await?);
            completed(&mut token).await
        }
        // A job or an activity may also be ended by its token.
        Some(mut token) => match select(answer, pin!(completed(&mut token))).await {
            Either::Left((answer, _)) => answer.map_err(Error::from),
            Either::Right((result, _)) => result,
        },
    }
}

/// Gives the work up when no heartbeat comes for this time.
async fn alive<O>(
    work: impl Future<Output = Result<O, Error>> + Send,
    heartbeat: Option<Duration>,
    beat: Arc<Notify>,
) -> Result<O, Error> {
    let Some(heartbeat) = heartbeat else {
        return work.await;
    };
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
