//! Between JSON and the Rust types that a user named.

mod part;
mod task;
mod write;

pub use self::part::Part;
pub use self::task::task;

use self::write::Writer;
use crate::data::Data;
use crate::fork::Lane;
use crate::{Error, TaskContext, TaskError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_path_to_error::{Segment, Track};
use std::cell::Cell;
use std::fmt::Write;
use std::future::ready;

/// The input of a task as the type that its method takes.
///
/// # Errors
/// `States.TaskFailed`, with a cause that names the state, the place in the input (a JSON pointer) and what was expected.
pub fn input<T: DeserializeOwned>(cx: &TaskContext<'_>, input: Value) -> Result<T, TaskError> {
    read(&input).map_err(|why| failed(cx, "input", &why))
}

/// The result of a task as JSON.
///
/// # Errors
/// `States.TaskFailed`, where the type has no form in JSON: a map whose keys are no strings, a number that is none.
pub fn result<T: Serialize>(cx: &TaskContext<'_>, result: &T) -> Result<Value, TaskError> {
    let (result, _) = write(result).map_err(|why| failed(cx, "result", &why))?;
    Ok(result)
}

/// The input of a task as JSON, for a handler that takes no types.
///
/// # Errors
/// `States.TaskFailed`, where the type has no form in JSON.
pub fn asked<T: Serialize>(cx: &TaskContext<'_>, input: &T) -> Result<Value, TaskError> {
    let (input, _) = write(input).map_err(|why| failed(cx, "input", &why))?;
    Ok(input)
}

/// What such a handler answers as the type that the method gives.
///
/// # Errors
/// `States.TaskFailed`, with a cause that names the state, the place in the result and what was expected.
pub fn answer<T: DeserializeOwned>(cx: &TaskContext<'_>, result: Value) -> Result<T, TaskError> {
    read(&result).map_err(|why| failed(cx, "result", &why))
}

/// The input of a machine whose caller gives a type.
pub struct Input {
    /// As JSON.
    pub json: Value,
    /// Whether it was made of a value of that type, so that it need not be looked at. A number that JSON has not is null in
    /// it, which does not fit.
    pub is_of_type: bool,
}

impl From<Value> for Input {
    fn from(json: Value) -> Input {
        Input {
            json,
            is_of_type: false,
        }
    }
}

/// Runs what takes the input of a machine, if this fits the type that its caller is to give.
///
/// # Errors
/// `States.Runtime`, with a cause that names the place in the input and what was expected.
pub fn fitting<'a, T: DeserializeOwned>(
    is_of_type: bool,
    input: Data<'a>,
    body: impl FnOnce(Data<'a>) -> Lane<'a>,
) -> Lane<'a> {
    let misfit = match is_of_type {
        true => None,
        false => read::<T>(&input).err(),
    };
    match misfit {
        None => body(input),
        Some(why) => {
            let error = Error::runtime(format!("The input of the execution does not fit its type: {why}"));
            Box::pin(ready(Err(error)))
        }
    }
}

/// The input of a machine, for what takes JSON and a type.
///
/// # Errors
/// `States.Runtime`, where the type has no form in JSON.
pub fn machine_input<T: Serialize>(input: &T) -> Result<Input, Error> {
    match write(input) {
        Ok((json, is_lossy)) => Ok(Input {
            json,
            is_of_type: !is_lossy,
        }),
        Err(why) => Err(Error::runtime(format!("The input of the execution is not JSON: {why}"))),
    }
}

/// The output of a machine as the type that its caller wants.
///
/// # Errors
/// `States.Runtime`, with a cause that names the place in the output and what was expected.
pub fn machine_output<T: DeserializeOwned>(output: Value) -> Result<T, Error> {
    read(&output).map_err(|why| Error::runtime(format!("The output of the execution does not fit its type: {why}")))
}

/// A member that need not be there, and is: also where it is `null`.
///
/// # Errors
/// As those of the type.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A member that must be there, and may be `null`.
///
/// # Errors
/// As those of the type.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

fn failed(cx: &TaskContext<'_>, what: &str, why: &str) -> TaskError {
    let cause = format!("The {what} of the state '{}' does not fit its type: {why}", cx.state());
    TaskError::new("States.TaskFailed", cause)
}

/// What serde makes of JSON, or why it cannot and where.
fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    // To keep track of the place takes as long as everything else together, and rarely does anybody ask for it.
    T::deserialize(value).or_else(|_| {
        let mut track = Track::new();
        let deserializer = serde_path_to_error::Deserializer::new(value, &mut track);
        T::deserialize(deserializer).map_err(|error| at(&track.path(), &error))
    })
}

/// What serde makes JSON of, and whether it has a number that JSON has not; or why that cannot be, and where.
fn write<T: Serialize>(value: &T) -> Result<(Value, bool), String> {
    let is_lossy = Cell::new(false);
    let written = value.serialize(Writer { is_lossy: &is_lossy }).or_else(|_| {
        let mut track = Track::new();
        let serializer = serde_path_to_error::Serializer::new(serde_json::value::Serializer, &mut track);
        value.serialize(serializer).map_err(|error| at(&track.path(), &error))
    });
    Ok((written?, is_lossy.get()))
}

/// `invalid type: string "x", expected u64 at /items/0/count`
fn at(path: &serde_path_to_error::Path, error: &serde_json::Error) -> String {
    let mut pointer = String::new();
    for segment in path {
        // Writing to a string cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1")),
            // A variant stands in the path of the type, not of the value.
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
    }
    match pointer.as_str() {
        "" => error.to_string(),
        pointer => format!("{error} at {pointer}"),
    }
}
