//! Tasks: their context, and the one function that runs them with their retries.

use crate::job::Job;
use crate::place::write_visit;
use crate::quota;
use crate::retry::{Retrier, Retries, record_retried};
use crate::scope::{Context, Frame, Scope};
use crate::{Call, Engine, Error, Limits, Output, Resource, Until};
use serde_json::Value;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::Instant;

/// What stands fixed about a Task state.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// `Resource`
    pub resource: Resource,
    /// `TimeoutSeconds` and `HeartbeatSeconds`, where they are literals.
    pub limits: Limits,
    /// `Retry`
    pub retry: &'static [Retrier],
}

/// What a handler knows of the work it is asked to do.
#[derive(Clone)]
pub struct TaskContext<'a> {
    pub(crate) frame: &'a Frame<'a>,
    pub(crate) state: &'static str,
    pub(crate) visit: u32,
    pub(crate) attempt: u32,
    pub(crate) resource: &'static Resource,
    pub(crate) token: Option<Arc<str>>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) beat: Option<Arc<Notify>>,
    pub(crate) credentials: Option<Arc<Value>>,
    pub(crate) job: Option<Arc<Job>>,
    pub(crate) host: Option<Arc<dyn Any + Send + Sync>>,
}

impl<'a> TaskContext<'a> {
    /// The name of the state.
    pub fn state(&self) -> &'static str {
        self.state
    }

    /// The number of this attempt in this visit of the state, from 0.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The service, the action and the pattern that the state asks for.
    pub fn resource(&self) -> &'static Resource {
        self.resource
    }

    /// The name of the execution.
    pub fn execution_name(&self) -> &'a str {
        self.frame.execution.name_or_made()
    }

    /// The id of the execution: its ARN.
    pub fn execution_id(&self) -> String {
        self.frame.execution.id_or_made(self.frame.definition)
    }

    /// Where this work stands in the execution: `Publish.0[1]/Upload.0` is the first visit of `Upload` in branch 1 of the
    /// first visit of `Publish`, and `Publish.0#1[1]/Upload.0` the same after a retry of `Publish` (see
    /// [`Place`](crate::Place)). In memory the number after the dot counts the states entered in that scope.
    pub fn position(&self) -> String {
        self.position_text(true)
    }

    /// A key that is the same for every attempt and every repetition of this piece of work, and for no other: the
    /// execution's id and the position. A retry of a Parallel or Map around it is a repetition too, so that what a branch has
    /// done already is not done twice by a service that knows the key.
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}", self.execution_id(), self.position_text(false))
    }

    fn position_text(&self, attempts: bool) -> String {
        let mut position = String::new();
        // Writing to a string cannot fail.
        let _ = self.frame.write_position(&mut position, attempts);
        let _ = write_visit(&mut position, self.state, self.visit);
        position
    }

    /// When this attempt will be given up, if the state has a `TimeoutSeconds`.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The task token, in `.waitForTaskToken`, `.sync` and activity tasks (CX-12).
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `Credentials` of the state (TK-5): an object with `RoleArn`.
    pub fn credentials(&self) -> Option<&Value> {
        self.credentials.as_deref()
    }

    /// The same task, which knows this of its engine. For engines that have more to offer to handlers.
    pub fn with_host(mut self, host: Arc<dyn Any + Send + Sync>) -> Self {
        self.host = Some(host);
        self
    }

    /// What the engine has [told](TaskContext::with_host) of itself, if it is of this type.
    pub fn host<H: Any>(&self) -> Option<&H> {
        self.host.as_ref()?.downcast_ref()
    }

    /// Restarts the heartbeat clock of this attempt (TO-3).
    pub fn heartbeat(&self) {
        if let Some(beat) = &self.beat {
            beat.notify_one();
        }
    }
}

impl fmt::Debug for TaskContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext")
            .field("state", &self.state)
            .field("attempt", &self.attempt)
            .field("resource", &self.resource.arn)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

/// Runs the task of the current state, and again as its Retriers say (RT-20 to RT-29).
///
/// `payload` makes the input of an attempt (TK-8: anew for each), `call` hands it to the handler.
// Said to be `Send`, so that nobody need look into it: of futures that hold this one rustc could not tell (rust-lang/rust
// issue 100013).
#[allow(
    clippy::manual_async_fn,
    reason = "an async function keeps a second copy of all its arguments"
)]
pub fn task<'a, E: Engine, O: Output + 'a>(
    scope: &'a mut Scope<'_, E>,
    policy: &'static Policy,
    limits: Limits,
    payload: &mut (dyn FnMut(Context<'_>) -> Result<Value, Error> + Send),
    call: Call<'_, 'a, O>,
) -> impl Future<Output = Result<O, Error>> + Send {
    async move {
        let Scope {
            engine,
            frame,
            visit,
            line,
            at,
            ..
        } = scope;
        let frame: &'a Frame<'a> = frame;
        let mut retries = Retries::new(policy.retry);
        // The input of an attempt that begins anew.
        let mut former = None;
        loop {
            let attempt = visit.retry_count;
            visit.token = policy.resource.has_token().then(|| engine.token(at, attempt));
            if visit.now.is_some() {
                visit.now = Some(engine.now(at));
            }
            let checked = |input| match (policy.resource.refusal(&input), frame.execution.has_quotas()) {
                (Some(refusal), _) => Err(refusal),
                (None, true) => quota::input(visit.state, input),
                (None, false) => Ok(input),
            };
            let input = match former.take() {
                Some(input) => Ok(input),
                None => payload(Context { frame, visit }).and_then(checked),
            };
            let error = match input {
                Ok(input) => {
                    let task = TaskContext {
                        frame,
                        state: visit.state,
                        visit: visit.number,
                        attempt,
                        resource: &policy.resource,
                        token: visit.token.as_deref().map(Arc::from),
                        deadline: None,
                        beat: None,
                        credentials: visit.credentials.clone(),
                        job: None,
                        host: None,
                    };
                    match engine.task(at, line, task, limits, input, call).await {
                        Ok(output) => {
                            visit.token = None;
                            visit.credentials = None;
                            return Ok(output);
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            let former_token = visit.token.take();
            if let Some(text) = error.redriven_input() {
                retries = Retries::new(policy.retry);
                visit.retry_count = 0;
                // Without Retriers the payload may have been made of parts that were taken out of the data.
                if policy.retry.is_empty() {
                    let token = policy.resource.has_token().then(|| engine.token(at, 0));
                    former = renewed(text, former_token.as_deref(), token.as_deref());
                }
                continue;
            }
            let Some(delay) = retries.next(&error, || engine.random(at, attempt + 1) as u64) else {
                return Err(error);
            };
            record_retried(*engine, at, line, visit.state, error);
            visit.retry_count += 1;
            // Boxed, so that a delay takes no room in the future of each task.
            Box::pin(engine.sleep(at, visit.retry_count, Until::After(delay))).await;
        }
    }
}

/// The input of a task that begins anew, with its new token in place of the former one.
#[cold]
fn renewed(text: &str, former: Option<&str>, token: Option<&str>) -> Option<Value> {
    let text = match former.zip(token) {
        Some((former, token)) => text.replace(former, token),
        None => text.to_owned(),
    };
    serde_json::from_str(&text).ok()
}
