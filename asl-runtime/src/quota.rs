//! The quotas of the service.

use crate::{Definition, Error, Execution, Family, Output, Resource, WorkflowType};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
    ///   An HTTP task lasts a minute, whatever its `TimeoutSeconds` (TO-8).
    /// - The history of a Standard execution has 25,000 events. Only a [`History`](crate::History) counts them.
    ///   Longer ones end it with `States.Runtime`.
    /// - The inputs, results and outputs of the execution, of its states and of its tasks have 262,144 bytes of JSON text
    ///   (IO-30), and so have all the values of an `Assign` together; all variables of an execution have 10 MiB (J-110).
    ///   More is `States.DataLimitExceeded`. Retriers and Catchers, `States.ALL` too, take it where the
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

    /// What all variables of an execution take at most as JSON text, in bytes (J-110).
    pub const MAX_VARIABLES: usize = 10 << 20;

    /// The longest history of a Standard execution, its last event being the failure for that reason (EV-61).
    pub const MAX_EVENTS: u64 = 25_000;
}

/// How long a task may last (TO-8).
pub(crate) fn timeout(resource: &Resource, timeout: Option<Duration>) -> Option<Duration> {
    let longest = (resource.service == "http").then_some(Duration::from_secs(60));
    timeout.into_iter().chain(longest).min()
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

/// What the variables of a scope take. They are gone when it ends.
pub(crate) struct Held {
    /// What those of all scopes of the execution take.
    total: Arc<AtomicUsize>,
    lengths: Mutex<HashMap<Box<str>, usize>>,
}

impl Held {
    /// Of a scope that begins, where its execution keeps to quotas.
    pub fn of(execution: &Execution) -> Option<Box<Held>> {
        let held = |total| Held {
            total,
            lengths: Mutex::default(),
        };
        execution.variables().map(held).map(Box::new)
    }

    /// Notes what a state assigns.
    pub fn assign(&self, state: &str, variables: &[(&str, &Value)]) -> Result<(), Error> {
        let exceeded = |what| Err(Error::excess(text(what)));
        let mut left = Left(Quotas::MAX_BYTES);
        let mut held = self.lengths.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in variables {
            let Some(length) = left.take(value) else {
                return exceeded(&format!("The state/task '{state}' assigned variables with"));
            };
            let before = held.insert((*name).into(), length).unwrap_or_default();
            self.total.fetch_add(length, Ordering::Relaxed);
            self.total.fetch_sub(before, Ordering::Relaxed);
        }
        match self.total.load(Ordering::Relaxed) > Quotas::MAX_VARIABLES {
            true => exceeded("The variables of the execution have"),
            false => Ok(()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let lengths = self.lengths.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.total.fetch_sub(lengths.values().sum(), Ordering::Relaxed);
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
    !values.into_iter().all(|value| left.take(&value).is_some())
}

/// Counts the bytes that may still come.
struct Left(usize);

impl Left {
    /// The length of a value, if it is not too long. What has no JSON text has none.
    fn take(&mut self, value: &impl Serialize) -> Option<usize> {
        let before = self.0;
        match serde_json::to_writer(&mut *self, value) {
            Err(error) if error.is_io() => None,
            _ => Some(before - self.0),
        }
    }
}

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
