//! A whole execution, from its input to its end.

use crate::fork::Lane;
use crate::{Data, Definition, Engine, Error, Event, Scope, Status};
use serde_json::Value;
use std::sync::Arc;

/// Runs a machine: `body` is its top-level scope. `keep_input` if the definition reads `$$.Execution.Input`.
///
/// # Errors
/// With the error that nothing in the machine caught, or that of its end from outside.
pub async fn execute<'a, E: Engine>(
    engine: &'a E,
    definition: &'static Definition,
    keep_input: bool,
    input: Data<'a>,
    body: impl FnOnce(Scope<'a, E>, Data<'a>) -> Lane<'a>,
) -> Result<Value, Error> {
    let at = engine.root();
    let line = &mut E::Line::default();
    engine.record(&at, line, Event::ExecutionStarted { input: &input });
    let kept = keep_input.then(|| Arc::new(input.clone().into_owned()));
    let scope = Scope::root(engine, definition, kept);
    let result = engine.supervise(definition, body(scope, input)).await;
    let event = match &result {
        Ok(output) => Event::ExecutionSucceeded { output },
        Err(error) => match error.status() {
            Status::Failed => Event::ExecutionFailed { error },
            Status::TimedOut => Event::ExecutionTimedOut,
            Status::Aborted => Event::ExecutionAborted { error },
        },
    };
    engine.record(&at, line, event);
    result
}
