//! Tasks whose method takes a type.

use super::{Part, failed, input, read};
use crate::scope::{Context, Scope};
use crate::{BoxFuture, Engine, Error, Limits, Output, Policy, TaskContext, TaskError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::{Future, ready};
use std::sync::{Mutex, PoisonError};

/// Makes the input of an attempt, in parts.
type Payload<'p, 'd> = &'p mut (dyn FnMut(Context<'_>) -> Result<Part<'d>, Error> + Send);

/// Runs the task of the current state as [`task`](crate::task::task) does, for a method that takes a type.
///
/// An input that does not fit is the task's own error, `States.TaskFailed`, with a cause that names the state, the place in the
/// input (a JSON pointer) and what was expected.
pub fn task<'a, E: Engine, T: DeserializeOwned + Send, O: Output + 'a>(
    scope: &'a mut Scope<'_, E>,
    policy: &'static Policy,
    limits: Limits,
    payload: Payload<'_, '_>,
    call: &mut (dyn FnMut(TaskContext<'a>, T) -> BoxFuture<'a, Result<O, TaskError>> + Send),
) -> impl Future<Output = Result<O, Error>> + Send {
    let is_json = scope.engine.reads_inputs() || scope.frame.execution.has_quotas() || policy.resource.may_refuse();
    async move {
        // What is made of the parts is handed past an engine that does not read it, which gets null.
        let made = Mutex::new(None);
        let made = &made;
        let hold = || made.lock().unwrap_or_else(PoisonError::into_inner);
        let payload = &mut |cx: Context<'_>| {
            let parts = payload(cx)?;
            if is_json {
                return Ok(parts.json());
            }
            // Parts that do not fit are the same in JSON, by which the place is told.
            *hold() = Some(T::deserialize(&parts).or_else(|_| read(&parts.json())));
            Ok(Value::Null)
        };
        let call = &mut |cx: TaskContext<'a>, json| {
            let value = match hold().take() {
                Some(value) => value.map_err(|why| failed(&cx, "input", &why)),
                None => input(&cx, json),
            };
            match value {
                Ok(value) => call(cx, value),
                Err(error) => Box::pin(ready(Err(error))),
            }
        };
        crate::task::task(scope, policy, limits, payload, call).await
    }
}
