//! A whole execution, from its input to its end.

use crate::fork::Lane;
use crate::quota;
use crate::{Data, Definition, Engine, Error, Event, Scope, Status};
use serde_json::Value;
use std::future::ready;
use std::sync::Arc;

/// Runs a machine: `body` is its top-level scope. `keep_input` if the definition reads `$$.Execution.Input`.
///
/// # Errors
/// With the error that nothing in the machine caught, or that of its end from outside.
pub fn execute<'a, E: Engine>(
    engine: &'a E,
    definition: &'static Definition,
    keep_input: bool,
    input: Data<'a>,
    body: impl FnOnce(Scope<'a, E>, Data<'a>) -> Lane<'a>,
) -> impl Future<Output = Result<Value, Error>> + Send {
    let mut line = E::Line::default();
    engine.record(&engine.root(), &mut line, Event::ExecutionStarted { input: &input });
    let kept = keep_input.then(|| Arc::new(input.clone().into_owned()));
    let refused = match engine.execution().has_quotas() {
        true => quota::execution_input(&input).err(),
        false => None,
    };
    let lane = match refused {
        None => body(Scope::root(engine, definition, kept), input),
        Some(error) => Box::pin(ready(Err(error))),
    };
    supervised(engine, definition, line, lane)
}

async fn supervised<'a, E: Engine>(
    engine: &'a E,
    definition: &'static Definition,
    mut line: E::Line,
    lane: Lane<'a>,
) -> Result<Value, Error> {
    let result = engine.supervise(definition, lane).await;
    let event = match &result {
        Ok(output) => Event::ExecutionSucceeded { output },
        Err(error) => match error.status() {
            Status::Failed => Event::ExecutionFailed { error },
            Status::TimedOut => Event::ExecutionTimedOut,
            Status::Aborted => Event::ExecutionAborted { error },
        },
    };
    engine.record(&engine.root(), &mut line, event);
    result
}
