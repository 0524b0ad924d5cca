//! Expressions that are certain to fail, because of what is known about their values.

use super::super::shape::Shape;
use super::super::value::Value;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::intrinsic::Type;
use crate::syntax::{Expression, State};

/// Looks at an expression of a state where `$states` has the shape `states`.
pub(super) fn check<'m>(state: &State, expression: &'m Expression, states: &Shape<'m>, diagnostics: &mut Diagnostics) {
    let whole = || 0..expression.text.len();
    let (lint, message, at, label) = match Value::of(&expression.expr, states) {
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
            let Some(wanted) = wanted(&expression.field) else {
                return;
            };
            let fits = match &shape {
                Shape::Any => true,
                Shape::Plain(plain) => wanted.contains(plain),
                Shape::Array => wanted.contains(&Type::Array),
                Shape::Object(_) => wanted.contains(&Type::Object),
            };
            if fits {
                return;
            }
            let message = format!("`{}` must be {}", expression.field, wanted[0]);
            let label = format!("this gives {}", shape.name());
            (Lint::FailingExpression, message, whole(), label)
        }
    };
    diagnostics.push(
        Diagnostic::lint(lint, expression.place(at), message)
            .label(label)
            .at(format!("{}/{}", state.location, expression.field)),
    );
}

/// The types that a field takes, where it does not take any (J-13 to J-23).
fn wanted(field: &str) -> Option<&'static [Type]> {
    let of_rule = field.strip_prefix("Choices[").and_then(|rest| rest.split_once("]/"));
    match field {
        _ if of_rule.is_some_and(|(_, field)| field == "Condition") => Some(&[Type::Boolean]),
        // An object, in distributed Maps.
        "Items" => Some(&[Type::Array, Type::Object]),
        "Seconds"
        | "TimeoutSeconds"
        | "HeartbeatSeconds"
        | "MaxConcurrency"
        | "ToleratedFailureCount"
        | "ToleratedFailurePercentage"
        | "ItemReader/ReaderConfig/MaxItems"
        | "ItemBatcher/MaxItemsPerBatch"
        | "ItemBatcher/MaxInputBytesPerBatch" => Some(&[Type::Number]),
        "Timestamp" | "Error" | "Cause" | "Credentials/RoleArn" => Some(&[Type::String]),
        _ => None,
    }
}
