//! What the service says about a path that finds nothing (ER-20 to ER-23).

use super::{Step, get, position};
use crate::Error;
use crate::text::plain;
use serde_json::Value;
use std::fmt::Write;

/// The error of a path that finds nothing in `InputPath`, `OutputPath`, `Variable` and the like (ER-21, ER-22).
///
/// `value` is what the path was applied to: the data, the context object or a variable.
#[cold]
pub fn invalid_path(text: &str, value: &Value, steps: &[Step]) -> Error {
    Error::runtime(match reason(value, steps) {
        Reason::Null => NULL_INPUT.to_owned(),
        Reason::Nothing(why) | Reason::NoArray(why) => format!("Invalid path '{text}' : {why}"),
    })
}

/// The error of a path that finds nothing in a field whose name ends in `.$` (ER-20).
///
/// `field` is that name, `.$` included; `value` is what the path was applied to.
#[cold]
pub fn missing_field(field: &str, text: &str, value: &Value, steps: &[Step]) -> Error {
    Error::runtime(match reason(value, steps) {
        Reason::Null => NULL_INPUT.to_owned(),
        Reason::NoArray(why) => format!("Invalid path '{text}' : {why}"),
        Reason::Nothing(_) => {
            format!("The JSONPath '{text}' specified for the field '{field}' could not be found in the input '{value}'")
        }
    })
}

/// The error of a path that finds nothing as an argument of an intrinsic function (ER-23).
///
/// `call` is the whole text of the field. `value` is what the path was applied to, `input` the data of the field: the
/// service shows those even if the path goes into the context object.
#[cold]
pub fn missing_argument(call: &str, text: &str, value: &Value, steps: &[Step], input: &Value) -> Error {
    // The service takes the context object for the input here.
    let path = if text.starts_with("$$") { &text[1..] } else { text };
    let why = match reason(value, steps) {
        Reason::Null => NULL_INPUT.to_owned(),
        Reason::NoArray(why) => why,
        Reason::Nothing(_) => {
            format!("The JsonPath argument for the field '{path}' could not be found in the input '{input}'")
        }
    };
    Error::runtime(format!("The function '{call}' had the following error: {why}"))
}

/// The error of a `ResultPath` that cannot be applied (IO-20, ER-6).
pub(super) fn unmatched_result_path(value: &Value, steps: &[Step]) -> Error {
    Error::evaluation(
        "States.ResultPathMatchFailure",
        format!(
            "Unable to apply the ResultPath '{}' to the input '{value}'",
            normal_form(steps)
        ),
    )
}

/// P-38, IO-24
const NULL_INPUT: &str = "Unable to apply Path transformation to null or empty input.";

/// Why a path fails.
enum Reason {
    /// It is applied to null.
    Null,
    /// Something on its way is not there.
    Nothing(String),
    /// It indexes what is no array (P-34, P-37).
    NoArray(String),
}

/// Goes the way of a path up to the first step that fails, and words it as Jayway JsonPath does: a missing member on the
/// way is a missing property, at the end there are no results.
fn reason(value: &Value, steps: &[Step]) -> Reason {
    if value.is_null() {
        return Reason::Null;
    }
    for (at, step) in steps.iter().enumerate() {
        let way = normal_form(&steps[..at]);
        let Some(here) = get(value, &steps[..at]) else {
            break;
        };
        match (step, here) {
            (Step::Key(name), Value::Object(members)) => {
                if !members.contains_key(*name) && at + 1 < steps.len() {
                    return Reason::Nothing(format!("Missing property in path {way}['{name}']"));
                }
            }
            (Step::Keys(_), Value::Object(_)) => {}
            (Step::Key(_) | Step::Keys(_), _) => {
                let names = normal_form(&steps[at..=at]);
                return Reason::Nothing(format!("Property {} not found in path {way}", &names[1..]));
            }
            (Step::At(index), Value::Array(elements)) if position(*index, elements.len()).is_none() => break,
            (Step::At(_) | Step::Indices(_) | Step::Slice(..), Value::Array(_)) => {}
            (Step::At(_) | Step::Indices(_) | Step::Slice(..), Value::Null) => {
                return Reason::Nothing(format!("The path {way} is null"));
            }
            (Step::At(_) | Step::Indices(_) | Step::Slice(..), _) => {
                let filter = normal_form(&steps[at..]);
                let filter = &filter[1..];
                return Reason::NoArray(format!(
                    "Filter: {filter} can only be applied to arrays. Current context is: {}",
                    plain(here)
                ));
            }
            (Step::Filter(_), Value::Object(_) | Value::Array(_)) => {}
            (Step::Filter(_), _) => {
                return Reason::NoArray(format!(
                    "Filter: [?] can not be applied to primitives. Current context is: {}",
                    plain(here)
                ));
            }
            (Step::Function(_), _) => {
                return Reason::Nothing(
                    "Aggregation function attempted to calculate value using empty array".to_owned(),
                );
            }
            (Step::Wildcard | Step::Descend, _) => {}
        }
    }
    Reason::Nothing(format!("No results for path: {}", normal_form(steps)))
}

/// A path in brackets: `$['a'][0]`.
fn normal_form(steps: &[Step]) -> String {
    let mut text = String::from("$");
    for step in steps {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Key(name) => write!(text, "['{name}']"),
            Step::At(index) => write!(text, "[{index}]"),
            Step::Keys(names) => write!(text, "['{}']", names.join("', '")),
            Step::Indices(indices) => {
                let indices: Vec<String> = indices.iter().map(i64::to_string).collect();
                write!(text, "[{}]", indices.join(","))
            }
            Step::Slice(from, to) => {
                let bound = |bound: &Option<i64>| bound.map_or_else(String::new, |bound| bound.to_string());
                write!(text, "[{}:{}]", bound(from), bound(to))
            }
            Step::Wildcard => write!(text, "[*]"),
            Step::Descend => write!(text, ".."),
            Step::Filter(_) => write!(text, "[?]"),
            Step::Function(function) => write!(text, ".{}()", format!("{function:?}").to_lowercase()),
        };
    }
    text
}
