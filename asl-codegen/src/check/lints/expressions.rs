//! Expressions that are certain to fail, because of what is known about their values.

use super::data::{Accepts, explained, with_origin};
use super::ways::Ways;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::shapes::{Failure, Missing, Scope, Shape, Types, Value, steps};
use crate::syntax::Expression;

/// Looks at an expression of the state of this index, which sees this.
pub(super) fn check(
    ways: &Ways<'_>,
    at: usize,
    expression: &Expression,
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) {
    let location = format!("{}/{}", ways.scope.states[at].location, expression.field);
    let whole = || 0..expression.text.len();
    let value = Value::of(&expression.expr, scope);
    let (message, at, label, help) = match value {
        Err(Failure { at, label, help }) => ("this expression always fails".to_owned(), at, label, help),
        Ok(Value::Nothing(missing)) => {
            let message = format!("`{}` finds nothing", expression.text);
            let finding = Diagnostic::lint(Lint::ImpossiblePath, expression.place(missing.at.clone()), message);
            return diagnostics.push(lost(ways, at, finding.at(location), &missing, true));
        }
        Ok(Value::Function) => (
            "an expression cannot give a function".to_owned(),
            whole(),
            "this is a function, which is no JSON".to_owned(),
            None,
        ),
        Ok(Value::Surely(shape) | Value::Maybe(shape)) if fits(&expression.field, &shape) => return,
        // A field that gets nothing fails (J-80).
        Ok(Value::Sometimes(shape, missing)) if fits(&expression.field, &shape) => {
            let message = format!("`{}` finds nothing on some of the ways here", expression.text);
            let finding = Diagnostic::lint(Lint::MaybeMissingPath, expression.place(missing.at.clone()), message);
            return diagnostics.push(lost(ways, at, finding.at(location), &missing, false));
        }
        Ok(Value::Surely(shape) | Value::Maybe(shape) | Value::Sometimes(shape, _)) => {
            let wanted = wanted(&expression.field).map(|(wanted, _)| wanted).unwrap_or_default();
            let names = shape.types().map(Types::names).unwrap_or_default();
            let message = format!("`{}` must be {wanted}", expression.field);
            let finding = Diagnostic::lint(Lint::FailingExpression, expression.place(whole()), message)
                .label(format!("this gives {}", names.join(" or ")))
                .at(location);
            let place = steps(&expression.expr);
            let origin = place.and_then(|(root, steps)| ways.source(at, &root, &steps, &shape));
            return diagnostics.push(with_origin(finding, origin));
        }
    };
    diagnostics.push(
        Diagnostic::lint(Lint::FailingExpression, expression.place(at), message)
            .label(label)
            .maybe_help(help)
            .at(location),
    );
}

/// Why a member is missing, and where it was lost.
fn lost(ways: &Ways<'_>, at: usize, finding: Diagnostic, missing: &Missing, is_never: bool) -> Diagnostic {
    let (label, help) = explained(&missing.before, &missing.step, is_never);
    let help = match is_never {
        true => help,
        false => Some("test it with `$exists` first, or put it there on every way".to_owned()),
    };
    let finding = finding.label(label).maybe_help(help);
    let place = missing.place.as_ref();
    with_origin(finding, place.and_then(|(root, steps)| ways.origin(at, root, steps)))
}

/// Whether a field takes values of a shape, or some of them.
fn fits(field: &str, shape: &Shape) -> bool {
    match (wanted(field), shape.types()) {
        (Some((_, fits)), Some(types)) => shape.is_never() || fits(types),
        _ => true,
    }
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
