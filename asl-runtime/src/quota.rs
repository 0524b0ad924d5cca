//! The quotas of the service.

use crate::{Definition, Error, Family, Output, Resource, WorkflowType};
use serde::Serialize;
use serde_json::Value;
use std::io;
use std::time::Duration;

/// Whether an execution keeps to the quotas of the service: [`Execution::quotas`](crate::Execution::quotas).
///
/// A [`History`](crate::History), and with it everything in the module `testing`, keeps to them unless it is told otherwise,
/// so that a test shows what would happen on the service. A [`Memory`](crate::Memory), and with it `run`, does not: a
/// program that embeds a machine has its own measure of what is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quotas {
    /// Those of the service:
    ///
    /// - An execution lasts five minutes if its machine is Express, a year if it is Standard. It ends as TIMED_OUT.
    /// - The history of a Standard execution has 25,000 events. Only a [`History`](crate::History) counts them.
    ///   Longer ones end it with `States.Runtime`.
    /// - The inputs, results and outputs of the execution, of its states and of its tasks have 262,144 bytes of JSON text
    ///   (IO-30), and so have all the values of an `Assign` together (J-110); that all variables together have 10 MiB is
    ///   not looked at. More is `States.DataLimitExceeded`. Retriers and Catchers, `States.ALL` too, take it where the
    ///   input or the result of a Task is too long, or the result of a Parallel or Map (ER-15). Where the output of a state
    ///   is too long, or what it assigns, it has done its work: nothing of its own takes the error, the states around its
    ///   branch or item may.
    Service,
    /// None.
    Unlimited,
}

impl Quotas {
    /// The longest JSON text of an input, a result or an output, in bytes.
    pub const MAX_BYTES: usize = 262_144;

    /// The longest history of a Standard execution, its last event being the failure for that reason (EV-61).
    pub const MAX_EVENTS: u64 = 25_000;
}

/// What an execution starts with.
pub(crate) fn execution_input(input: &Value) -> Result<(), Error> {
    match is_too_long([input]) {
        true => Err(exceeded("The input of the execution has".to_owned())),
        false => Ok(()),
    }
}

/// What a Task state hands to its task.
pub(crate) fn input(state: &str, input: Value) -> Result<Value, Error> {
    match is_too_long([&input]) {
        true => Err(exceeded(format!("The state/task '{state}' was given an input with"))),
        false => Ok(input),
    }
}

/// The result of a task (TK-10).
pub(crate) fn result<O: Output>(resource: &Resource, result: O) -> Result<O, Error> {
    if !is_too_long([&result]) {
        return Ok(result);
    }
    let name = match resource.family {
        Family::Task => resource.service,
        Family::LambdaFunction | Family::Activity => resource.arn,
    };
    Err(exceeded(format!("The state/task '{name}' returned a result with")))
}

/// The outputs of the lanes of a Parallel or Map.
pub(crate) fn outputs(state: &str, outputs: Value) -> Result<Value, Error> {
    match is_too_long([&outputs]) {
        true => Err(exceeded(format!("The state/task '{state}' returned a result with"))),
        false => Ok(outputs),
    }
}

/// What a state hands on (TK-10: also in these words).
pub(crate) fn output(state: &str, output: &Value) -> Result<(), Error> {
    match is_too_long([output]) {
        true => Err(Error::excess(text(&format!(
            "The state/task '{state}' returned a result with"
        )))),
        false => Ok(()),
    }
}

/// What a state assigns.
pub(crate) fn variables(state: &str, variables: &[(&str, &Value)]) -> Result<(), Error> {
    match is_too_long(variables.iter().map(|(_, value)| value)) {
        true => Err(Error::excess(text(&format!(
            "The state/task '{state}' assigned variables with"
        )))),
        false => Ok(()),
    }
}

fn exceeded(what: String) -> Error {
    Error::new("States.DataLimitExceeded", text(&what))
}

fn text(what: &str) -> String {
    format!("{what} a size exceeding the maximum number of bytes service limit.")
}

/// Whether the JSON texts of these are too long together. Counting stops where it is known.
fn is_too_long<V: Serialize>(values: impl IntoIterator<Item = V>) -> bool {
    let mut left = Left(Quotas::MAX_BYTES);
    let mut fits = |value| serde_json::to_writer(&mut left, &value).map_or_else(|error| !error.is_io(), |()| true);
    !values.into_iter().all(&mut fits)
}

/// Counts the bytes that may still come.
struct Left(usize);

impl io::Write for Left {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Definition {
    /// How long an execution may last: its `TimeoutSeconds`, and where it keeps to the quotas of the service no longer than
    /// these allow. For engines.
    pub fn longest(&self, has_quotas: bool) -> Option<Duration> {
        let quota = has_quotas.then_some(match self.workflow_type {
            WorkflowType::Express => 5 * 60,
            WorkflowType::Standard => 365 * 24 * 60 * 60,
        });
        let seconds = self.timeout_seconds.into_iter().chain(quota).min()?;
        Some(Duration::from_secs(seconds))
    }
}
