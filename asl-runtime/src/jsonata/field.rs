//! The value of a field: what an expression must give there, and what is said where it does not (J-80 to J-85).

use super::{Error as Fault, Query, Result as Evaluated, Val};
use crate::choice::parse_timestamp;
use crate::{Error, Until};
use serde_json::Value;
use std::time::Duration;

/// The most seconds that a field takes (WT-2).
const MAX_SECONDS: u64 = 99_999_999;

/// An expression, and the field that it stands in.
#[derive(Clone, Copy)]
struct Site {
    /// As errors name it (J-89): `Output/result`.
    field: &'static str,
    /// The text of the expression.
    text: &'static str,
}

impl Site {
    fn error(&self, what: &str) -> Error {
        let Site { field, text } = self;
        let cause = format!("The JSONata expression '{text}' specified for the field '{field}' {what}");
        Error::query_evaluation(cause).at(field)
    }

    fn fault(&self, fault: &Fault) -> Error {
        match fault.code() {
            Some(_) => self.error(&format!("threw an error during evaluation. {fault}")),
            None if fault.is_internal() => self.error("threw an internal error during evaluation."),
            None => self.error(&format!("threw an error during evaluation: {fault}")),
        }
    }

    /// The value is there, but the field wants another one.
    fn unexpected(&self, wanted: &str, value: &Value) -> Error {
        let kind = kind(value);
        self.error(&format!(
            "returned an unexpected result type. Expected '{wanted}', but was '{kind}' for value: {value}"
        ))
    }

    fn out_of_range(&self, range: &str, value: &Value) -> Error {
        self.error(&format!("returned a value that is not {range}: {value}"))
    }
}

impl<'a> Query<'a> {
    /// The value of a field that takes any JSON.
    ///
    /// # Errors
    /// `States.QueryEvaluationError` where the expression fails, or gives nothing or a function.
    pub fn value(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<Value, Error> {
        self.begin();
        let site = Site { field, text };
        match expr() {
            Ok(Val::Undefined) => Err(site.error("returned nothing (undefined).")),
            Ok(value) => match value.into_json() {
                Ok(value) => value.ok_or_else(|| site.error("returned an unsupported result type.")),
                Err(fault) => Err(site.fault(&fault)),
            },
            Err(fault) => Err(site.fault(&fault)),
        }
    }

    /// The value of `Condition` (CH-50).
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no boolean.
    pub fn condition(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<bool, Error> {
        match self.value(field, text, expr)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(Site { field, text }.unexpected("boolean", &other)),
        }
    }

    /// The value of `Items` (MP-23).
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no array.
    pub fn items(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<Vec<Value>, Error> {
        match self.value(field, text, expr)? {
            Value::Array(items) => Ok(items),
            other => Err(Site { field, text }.unexpected("array", &other)),
        }
    }

    /// The value of `Error` or `Cause` (FL-5).
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no string.
    pub fn string(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<String, Error> {
        match self.value(field, text, expr)? {
            Value::String(value) => Ok(value),
            other => Err(Site { field, text }.unexpected("string", &other)),
        }
    }

    /// The value of `Timestamp` (WT-9).
    ///
    /// # Errors
    /// As [`string`](Query::string), and where it is no time.
    pub fn timestamp(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<Until, Error> {
        let value = self.string(field, text, expr)?;
        parse_timestamp(&value).map(Until::At).ok_or_else(|| {
            Error::query_evaluation(format!(
                "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {value}"
            ))
            .at(field)
        })
    }

    /// The value of `Seconds` (WT-3).
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no integer from 0 to 99,999,999.
    pub fn seconds(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<Until, Error> {
        let seconds = self.integer(field, text, 0..=MAX_SECONDS, expr)?;
        Ok(Until::After(Duration::from_secs(seconds)))
    }

    /// The value of `TimeoutSeconds` or `HeartbeatSeconds` (TO-11).
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no integer from 1 to 99,999,999.
    pub fn limit(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<Duration, Error> {
        self.integer(field, text, 1..=MAX_SECONDS, expr)
            .map(Duration::from_secs)
    }

    /// The value of `MaxConcurrency`.
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no integer from 0 on.
    pub fn max_concurrency(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<usize, Error> {
        let count = self.integer(field, text, 0..=u64::MAX, expr)?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The value of `ToleratedFailureCount`.
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no integer from 0 on.
    pub fn tolerated_failure_count(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<u64, Error> {
        self.integer(field, text, 0..=u64::MAX, expr)
    }

    /// The value of `ToleratedFailurePercentage`.
    ///
    /// # Errors
    /// As [`value`](Query::value), and where it is no number from 0 to 100.
    pub fn tolerated_failure_percentage(
        &'a self,
        field: &'static str,
        text: &'static str,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<f64, Error> {
        let value = self.value(field, text, expr)?;
        let site = Site { field, text };
        match Val::from(&value).as_number() {
            Some(number) if (0.0..=100.0).contains(&number) => Ok(number),
            Some(_) => Err(site.out_of_range("a number from 0 to 100", &value)),
            None => Err(site.unexpected("number", &value)),
        }
    }

    fn integer(
        &'a self,
        field: &'static str,
        text: &'static str,
        range: std::ops::RangeInclusive<u64>,
        expr: impl FnOnce() -> Evaluated<Val<'a>>,
    ) -> Result<u64, Error> {
        let value = self.value(field, text, expr)?;
        let site = Site { field, text };
        let Some(number) = Val::from(&value).as_number() else {
            return Err(site.unexpected("number", &value));
        };
        let integer = Some(number)
            .filter(|number| *number == number.trunc() && (0.0..u64::MAX as f64).contains(number))
            .map(|number| number as u64)
            .filter(|number| range.contains(number));
        integer.ok_or_else(|| {
            let range = match (range.start(), range.end()) {
                (start, &u64::MAX) => format!("an integer from {start} on"),
                (start, end) => format!("an integer from {start} to {end}"),
            };
            site.out_of_range(&range, &value)
        })
    }
}

/// The items of a Map without `Items` (MP-22).
///
/// # Errors
/// `States.QueryEvaluationError` where the input is no array.
pub fn input_items(input: &Value) -> Result<Vec<Value>, Error> {
    match input {
        Value::Array(items) => Ok(items.clone()),
        other => Err(Error::query_evaluation(format!(
            "Map state input must be an array but was: {other}"
        ))),
    }
}

/// What the service calls a kind of value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
