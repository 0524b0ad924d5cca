//! Paths in the fields of a state: what they find, or the error of the service.

use crate::Error;
use crate::data::Data;
use crate::path::{self, Step};
use crate::scope::Context;
use serde_json::Value;
use std::time::Duration;

/// What a plain path finds, or the error of ER-21 and ER-22.
#[inline]
pub fn select<'v>(value: &'v Value, text: &str, steps: &[Step]) -> Result<&'v Value, Error> {
    path::get(value, steps).ok_or_else(|| path::invalid_path(text, value, steps))
}

/// What a plain path in the template field `key` finds, or the error of ER-20.
#[inline]
pub fn field<'v>(value: &'v Value, key: &str, text: &str, steps: &[Step]) -> Result<&'v Value, Error> {
    path::get_in_template(value, steps).ok_or_else(|| path::missing_field(key, text, value, steps))
}

/// What a path that is not plain finds, or the error of ER-21 and ER-22.
pub fn query(value: &Value, text: &str, steps: &[Step]) -> Result<Value, Error> {
    path::query(value, steps).ok_or_else(|| path::invalid_path(text, value, steps))
}

/// Reduces the data to what a plain path finds in it.
pub fn narrow(data: &mut Data<'_>, text: &str, steps: &[Step]) -> Result<(), Error> {
    let found = match data {
        Data::Owned(value) => path::take(value, steps),
        Data::Borrowed(value) => path::get(value, steps).cloned(),
    };
    *data = Data::Owned(found.ok_or_else(|| path::invalid_path(text, data, steps))?);
    Ok(())
}

/// What a path finds in the context object, or the error of ER-22.
pub fn context(cx: Context<'_>, text: &str, steps: &[Step]) -> Result<Value, Error> {
    match look(cx, steps) {
        Some(found) => Ok(found),
        None => {
            let object = cx.object();
            query(&object, text, steps)
        }
    }
}

/// What a path in the template field `key` finds in the context object, or the error of ER-20 (CX-24).
pub fn context_field(cx: Context<'_>, input: &Value, key: &str, text: &str, steps: &[Step]) -> Result<Value, Error> {
    // As in the data, an element beyond the end of an array is null (P-36).
    let found = context(cx, text, steps).ok();
    found
        .or_else(|| path::get_in_template(&cx.object(), steps).cloned())
        .ok_or_else(|| path::missing_field(key, text, input, &[]))
}

/// A value whose parts may be moved out.
pub trait Parts {
    /// The value as it is.
    fn whole(&self) -> &Value;
    /// What a plain path finds in it: moved if the value is owned.
    fn part(&mut self, steps: &[Step]) -> Option<Value>;
    /// Puts a part back.
    fn restore(&mut self, steps: &[Step], part: Value);
}

impl Parts for Value {
    fn whole(&self) -> &Value {
        self
    }
    fn part(&mut self, steps: &[Step]) -> Option<Value> {
        path::take_in_template(self, steps)
    }
    fn restore(&mut self, steps: &[Step], part: Value) {
        path::restore(self, steps, part);
    }
}

impl Parts for Data<'_> {
    fn whole(&self) -> &Value {
        self
    }
    fn part(&mut self, steps: &[Step]) -> Option<Value> {
        match self {
            Data::Owned(value) => path::take_in_template(value, steps),
            Data::Borrowed(value) => path::get_in_template(value, steps).cloned(),
        }
    }
    fn restore(&mut self, steps: &[Step], part: Value) {
        if let Data::Owned(value) = self {
            path::restore(value, steps, part);
        }
    }
}

/// Moves the parts out that template fields read, given as key, text and steps; the parts do not overlap.
///
/// The value is untouched if one of them is missing, since the error shows it.
pub fn take_fields<const N: usize>(
    value: &mut impl Parts,
    fields: [(&str, &str, &[Step]); N],
) -> Result<[Value; N], Error> {
    let mut taken = [const { Value::Null }; N];
    for (at, (key, text, steps)) in fields.into_iter().enumerate() {
        match value.part(steps) {
            Some(part) => taken[at] = part,
            None => {
                for (part, (_, _, steps)) in taken.into_iter().zip(fields).take(at) {
                    value.restore(steps, part);
                }
                return Err(path::missing_field(key, text, value.whole(), steps));
            }
        }
    }
    Ok(taken)
}

/// What a plain path finds as an argument of an intrinsic function, or the error of ER-23; `call` is the text of the field.
#[inline]
pub fn argument<'v>(value: &'v Value, call: &str, text: &str, steps: &[Step]) -> Result<&'v Value, Error> {
    // Unlike a field, an argument cannot be an element beyond the end of an array (P-36).
    path::get(value, steps).ok_or_else(|| path::missing_argument(call, text, value, steps, value))
}

/// [`argument`] of a path into the context object; `input` is the data of the field.
pub fn context_argument(
    cx: Context<'_>,
    input: &Value,
    call: &str,
    text: &str,
    steps: &[Step],
) -> Result<Value, Error> {
    context(cx, text, steps).map_err(|_| path::missing_argument(call, text, &cx.object(), steps, input))
}

/// The members that are read most, without making the whole object.
fn look(cx: Context<'_>, steps: &[Step]) -> Option<Value> {
    use Step::Key;
    match steps {
        [Key("Execution"), Key("Input"), rest @ ..] => path::get(cx.execution_input()?, rest).cloned(),
        [Key("Map"), Key("Item"), Key("Value"), rest @ ..] => path::get(cx.item_value()?, rest).cloned(),
        [Key("Map"), Key("Item"), Key("Index")] => cx.item_index(),
        [Key("State"), Key("Name")] => Some(cx.state_name().into()),
        [Key("Task"), Key("Token")] => cx.token().map(Value::from),
        _ => None,
    }
}

/// The value of a variable (VR-5).
pub fn variable<'v>(variable: &'v Option<Value>, name: &str) -> Result<&'v Value, Error> {
    variable
        .as_ref()
        .ok_or_else(|| Error::runtime(format!("The variable '${name}' is not assigned")))
}

/// The items of a Map: an array, whatever `path` names it (MP-21).
pub fn items(value: &Value, path: &str) -> Result<Vec<Value>, Error> {
    match value {
        Value::Array(items) => Ok(items.clone()),
        _ => {
            // The service shows a context path with one `$`.
            let shown = if path.starts_with("$$") { &path[1..] } else { path };
            Err(Error::runtime(format!(
                "Reference path \"{shown}\" must point to array."
            )))
        }
    }
}

/// A value as an integer, as the numbers of Map take it: numeric strings too (MP-29).
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A value as the errors of MP-28 and MD-6 show it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn not_an_integer(field: &str, path: &str, value: &Value) -> Error {
    let value = shown(value);
    Error::runtime(format!(
        "The {field} field refers to value \"{value}\" which is not a valid integer: {path}"
    ))
}

/// The value of `MaxConcurrencyPath` (MP-28).
pub fn max_concurrency(path: &str, value: &Value) -> Result<usize, Error> {
    let number = integer(value).ok_or_else(|| not_an_integer("MaxConcurrencyPath", path, value))?;
    usize::try_from(number).map_err(|_| Error::runtime("MaxConcurrency cannot be negative."))
}

/// The value of `ToleratedFailureCountPath` (MD-6).
pub fn tolerated_failure_count(path: &str, value: &Value) -> Result<u64, Error> {
    let number = integer(value).ok_or_else(|| not_an_integer("ToleratedFailureCountPath", path, value))?;
    u64::try_from(number).map_err(|_| Error::runtime("ToleratedFailureCount cannot be negative."))
}

/// The value of `ToleratedFailurePercentagePath` (MD-6, MD-7).
pub fn tolerated_failure_percentage(path: &str, value: &Value) -> Result<f64, Error> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    let number = number.ok_or_else(|| {
        let value = shown(value);
        Error::runtime(format!(
            "The ToleratedFailurePercentagePath field refers to value \"{value}\" which is not a valid float: {path}"
        ))
    })?;
    match (0.0..=100.0).contains(&number) {
        true => Ok(number),
        false => Err(Error::runtime("ToleratedFailurePercentage must be between 0 and 100.")),
    }
}

/// The value of `TimeoutSecondsPath` or `HeartbeatSecondsPath`: a positive integer (TO-5).
pub fn positive_seconds(path: &str, value: &Value) -> Result<Duration, Error> {
    match value
        .as_i64()
        .filter(|seconds| *seconds > 0)
        .and_then(|seconds| u64::try_from(seconds).ok())
    {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err(Error::runtime(format!(
            "Expected a positive integer at '{path}', but it is {value}"
        ))),
    }
}

/// The text of `ErrorPath` or `CausePath` (FL-4).
pub fn fail_text(field: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(Error::runtime(format!(
            "The field '{field}' must be a string, but it is {other}"
        ))),
    }
}

/// The error of a Fail state.
pub fn failed(error: Option<&str>, cause: Option<&str>) -> Error {
    Error::reported(error.map(str::to_owned), cause.map(str::to_owned))
}

/// The error of a Fail state that computes it.
pub fn failed_with(compute: impl FnOnce() -> Result<(Option<String>, Option<String>), Error>) -> Error {
    match compute() {
        Ok((error, cause)) => Error::reported(error, cause),
        Err(error) => error,
    }
}

/// No rule of a Choice holds, and it has no `Default` (CH-10).
pub fn no_choice_matched() -> Error {
    Error::evaluation(
        "States.NoChoiceMatched",
        "no rule of the Choice holds, and it has no Default",
    )
}

/// A number beyond the range of doubles, read as serde_json reads it.
pub fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// Whether a path that selects any number of nodes has found some.
pub fn is_found(found: &Value) -> bool {
    !matches!(found, Value::Array(nodes) if nodes.is_empty())
}

/// The items of a Map, moved out of the data, which nobody reads there afterwards.
///
/// `fields` are what the `ItemSelector` reads of the rest, as key, text and steps. They are looked for first, if there is an
/// item, since the error about one that is missing shows the whole data.
pub fn take_items(
    data: &mut Data<'_>,
    text: &str,
    steps: &[Step],
    fields: &[(&str, &str, &[Step])],
) -> Result<Vec<Value>, Error> {
    let found = select(data, text, steps)?;
    let Value::Array(elements) = found else {
        return items(found, text);
    };
    if !elements.is_empty() {
        for (key, text, steps) in fields {
            field(data, key, text, steps)?;
        }
    }
    let taken = match data {
        Data::Owned(value) => path::take(value, steps),
        Data::Borrowed(value) => path::get(value, steps).cloned(),
    };
    match taken {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Step::{At, Key};
    use serde_json::json;

    #[test]
    fn fields_are_taken_all_or_none() {
        let input = json!({ "a": { "b": 1, "c": [2, 3] }, "d": 4 });
        let found: [(&str, &str, &[Step]); 3] = [
            ("b.$", "$.a.b", &[Key("a"), Key("b")]),
            ("beyond.$", "$.a.c[7]", &[Key("a"), Key("c"), At(7)]),
            ("last.$", "$.a.c[1]", &[Key("a"), Key("c"), At(1)]),
        ];
        let missing: (&str, &str, &[Step]) = ("e.$", "$.e", &[Key("e")]);
        let fields = [found[0], found[1], found[2], missing];
        for mut data in [Data::Owned(input.clone()), Data::Borrowed(&input)] {
            let error = take_fields(&mut data, fields).expect_err("a field is missing");
            assert!(error.cause().is_some_and(|cause| cause.contains(&input.to_string())));
            assert_eq!(*data, input);
            assert_eq!(take_fields(&mut data, found), Ok([json!(1), Value::Null, json!(3)]));
        }
    }
}
