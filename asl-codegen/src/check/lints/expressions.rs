//! Expressions that are certain to fail, because of what is known about their values.

use super::data::Accepts;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::shapes::{Scope, Value};
use crate::syntax::{Expression, State};

/// Looks at an expression of a state that sees this.
pub(super) fn check(state: &State, expression: &Expression, scope: &Scope<'_>, diagnostics: &mut Diagnostics) {
    let whole = || 0..expression.text.len();
    let (lint, message, at, label) = match Value::of(&expression.expr, scope) {
        Err(failure) => (
            Lint::FailingExpression,
            "this expression always fails".to_owned(),
            failure.at,
            failure.label,
        ),
        Ok(Value::Nothing(at)) => {
            let name = &expression.text[at.clone()];
            let message = format!("`{}` finds nothing", expression.text);
            let label = format!("there is no `{name}` at this point");
            (Lint::ImpossiblePath, message, at, label)
        }
        Ok(Value::Function) => (
            Lint::FailingExpression,
            "an expression cannot give a function".to_owned(),
            whole(),
            "this is a function, which is no JSON".to_owned(),
        ),
        Ok(Value::Surely(shape) | Value::Maybe(shape)) => {
            let (Some((wanted, fits)), Some(types)) = (wanted(&expression.field), shape.types()) else {
                return;
            };
            if shape.is_never() || fits(types) {
                return;
            }
            let message = format!("`{}` must be {wanted}", expression.field);
            let label = format!("this gives {}", types.names().join(" or "));
            (Lint::FailingExpression, message, whole(), label)
        }
    };
    diagnostics.push(
        Diagnostic::lint(lint, expression.place(at), message)
            .label(label)
            .at(format!("{}/{}", state.location, expression.field)),
    );
}

/// What a field takes, where it does not take any value (J-13 to J-23): in words, and as a test.
fn wanted(field: &str) -> Option<(&'static str, Accepts)> {
    let of_rule = field.strip_prefix("Choices[").and_then(|rest| rest.split_once("]/"));
    match field {
        _ if of_rule.is_some_and(|(_, field)| field == "Condition") => {
            Some(("a boolean", |types| types.booleans().any()))
        }
        // An object, in distributed Maps.
        "Items" => Some(("an array", |types| types.array().is_some() || types.object().is_some())),
        "Seconds"
        | "TimeoutSeconds"
        | "HeartbeatSeconds"
        | "MaxConcurrency"
        | "ToleratedFailureCount"
        | "ToleratedFailurePercentage"
        | "ItemReader/ReaderConfig/MaxItems"
        | "ItemBatcher/MaxItemsPerBatch"
        | "ItemBatcher/MaxInputBytesPerBatch" => Some(("a number", |types| types.number().is_some())),
        "Timestamp" | "Error" | "Cause" | "Credentials/RoleArn" => Some(("a string", |types| types.string().is_some())),
        _ => None,
    }
}
