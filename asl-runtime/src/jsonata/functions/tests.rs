//! What the functions give, function by function.

mod collections;
mod higher;
mod matching;
mod numbers;
mod texts;
mod times;
mod values;

use super::super::*;
use crate::scope::{Context, Frame, Visit};
use crate::{Definition, Execution};
use serde_json::Value;

/// A query that lives as long as the tests.
pub(in super::super) fn query() -> &'static Query<'static> {
    static DEFINITION: Definition = Definition {
        name: "test",
        source: "test.asl.json",
        sha256: "",
        workflow_type: crate::WorkflowType::Standard,
        timeout_seconds: None,
        states: &[],
    };
    let frame = Frame {
        execution: Box::leak(Box::new(Execution::new())),
        definition: &DEFINITION,
        input: None,
        lane: None,
    };
    let context = Context {
        frame: Box::leak(Box::new(frame)),
        visit: Box::leak(Box::new(Visit {
            // 2024-02-29T12:34:56.789Z
            now: chrono::DateTime::from_timestamp_millis(1_709_210_096_789),
            ..Visit::default()
        })),
    };
    Box::leak(Box::new(Query::new(context, &Value::Null)))
}

/// Arguments from a JSON array, in which the string `nothing` stands for nothing.
fn args(json: &str) -> Vec<Val<'static>> {
    let values: Vec<Value> = serde_json::from_str(json).unwrap();
    let values: &'static [Value] = values.leak();
    let arg = |value: &'static Value| match value.as_str() {
        Some("nothing") => Val::Undefined,
        _ => Val::from(value),
    };
    values.iter().map(arg).collect()
}

/// A result as text.
pub(in super::super) fn shown(result: Result<Val<'_>>) -> String {
    match result.and_then(|value| value.collapsed().into_json()) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Calls functions as an expression does.
#[track_caller]
fn check(function: &'static Builtin, cases: &[(&str, &str)]) {
    for (given, wanted) in cases {
        let result = function.call(query(), args(given));
        assert_eq!(shown(result), *wanted, "${}({given})", function.name);
    }
}
