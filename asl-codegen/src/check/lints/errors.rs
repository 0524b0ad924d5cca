//! Retriers and Catchers of errors that the tasks behind them do not declare.

use super::super::scopes;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::jsonata::ExprKind;
use crate::nearest;
use crate::shapes::Known;
use crate::source::Spanned;
use crate::syntax::{FailText, Machine, ResourceKind, State, StateKind};
use std::collections::BTreeSet;

pub(super) fn check(machine: &Machine, known: &Known, diagnostics: &mut Diagnostics) {
    if known.errors.is_empty() {
        return;
    }
    for state in scopes(&machine.scope).into_iter().flat_map(|scope| &scope.states) {
        check_state(state, known, diagnostics);
    }
}

fn check_state(state: &State, known: &Known, diagnostics: &mut Diagnostics) {
    let Some(outcome) = state.outcome() else { return };
    let mut raised = Raised::default();
    if !raised.collect(state, known) {
        return;
    }
    let retry = outcome.retry.iter().map(|retrier| &retrier.error_equals);
    let catch = outcome.catch.iter().map(|catcher| &catcher.error_equals);
    for (field, handlers) in [("Retry", retry.collect::<Vec<_>>()), ("Catch", catch.collect())] {
        for (index, names) in handlers.into_iter().enumerate() {
            for (at, name) in names.iter().enumerate() {
                let location = format!("{}/{field}[{index}]/ErrorEquals[{at}]", state.location);
                diagnostics.extend(raised.undeclared(state, name).map(|found| found.at(location)));
            }
        }
    }
}

/// What the tasks in a state can fail with.
#[derive(Default)]
struct Raised<'k> {
    declared: BTreeSet<&'k str>,
    services: Vec<&'k ResourceKind>,
}

impl<'k> Raised<'k> {
    /// Whether all of it is known. States nest as the JSON does, whose depth is bounded.
    fn collect(&mut self, state: &'k State, known: &'k Known) -> bool {
        let is_known = match &state.kind {
            StateKind::Task(task) => match known.errors.get(&state.name.value) {
                Some(errors) => {
                    self.declared.extend(errors.iter().map(String::as_str));
                    self.services.push(&task.resource.value.kind);
                    true
                }
                None => false,
            },
            StateKind::Fail(fail) => match &fail.error {
                Some(FailText::Literal(name)) => self.fails(name),
                Some(FailText::Expression(expression)) => match &expression.expr.kind {
                    ExprKind::String(name) => self.fails(name),
                    _ => false,
                },
                _ => false,
            },
            // Its items, and what it writes, are read by other services.
            StateKind::Map(map) => map.data_set_fields.is_empty(),
            _ => true,
        };
        let mut inside = state.scopes().into_iter().flat_map(|scope| &scope.states);
        is_known && inside.all(|state| self.collect(state, known))
    }

    /// A Fail state raises any name.
    fn fails(&mut self, name: &'k str) -> bool {
        self.declared.insert(name);
        true
    }

    fn undeclared(&self, state: &State, name: &Spanned<String>) -> Option<Diagnostic> {
        let text = name.value.as_str();
        let is_raised = text.starts_with("States.")
            || self.declared.contains(text)
            || self.services.iter().any(|service| is_of_platform(service, text));
        if is_raised {
            return None;
        }
        let what = match state.kind {
            StateKind::Task(_) => "the task does not declare this error",
            _ => "no task in here declares this error",
        };
        let message = format!("`{text}` is not among the errors of state `{}`", state.name.value);
        let declared = self.declared.iter().copied();
        let help = match nearest(text, declared.clone()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if (1..=5).contains(&self.declared.len()) => {
                Some(format!("there is `{}`", declared.collect::<Vec<_>>().join("`, `")))
            }
            None => None,
        };
        let finding = Diagnostic::lint(Lint::UndeclaredError, name.span, message);
        Some(finding.label(what).maybe_help(help))
    }
}

/// Whether the service behind a task reports errors of such a name by itself (ER-31 to ER-41): those of a function are the
/// function's own, unless the service or its runtime raises them.
fn is_of_platform(service: &ResourceKind, name: &str) -> bool {
    let Some((prefix, _)) = name.split_once('.') else {
        return false;
    };
    let of_functions = ["Lambda", "Sandbox", "Runtime", "Function", "Extension"];
    match service {
        ResourceKind::Lambda { .. } => of_functions.contains(&prefix),
        ResourceKind::Service { service, .. } if service == "lambda" => of_functions.contains(&prefix),
        ResourceKind::Activity { .. } => false,
        ResourceKind::Service { .. } | ResourceKind::Symbolic => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;
    use crate::{Options, check};
    use serde_json::{Value, json};

    /// The names that are found in a machine of these states, the first of which handles the errors that are named.
    fn undeclared(mut state: Value, names: &[&str], types: Value) -> Vec<String> {
        state["Retry"] = json!([{ "ErrorEquals": names }]);
        state["End"] = json!(true);
        let definition = json!({ "StartAt": "Handles", "States": { "Handles": state } });
        let mut options = Options::default();
        options.types.file = Some(Source::new("a.types.json", json!({ "tasks": types }).to_string()));
        let found = check(&Source::new("a.asl.json", definition.to_string()), &options);
        let found = found.iter().map(|found| {
            assert_eq!(found.code.as_str(), "undeclared_error", "{}", found.message);
            found.message.split('`').nth(1).unwrap_or_default().to_owned()
        });
        found.collect()
    }

    fn task(resource: &str) -> Value {
        json!({ "Type": "Task", "Resource": resource })
    }

    fn lambda(name: &str) -> Value {
        task(&format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"))
    }

    #[test]
    fn what_the_platform_raises_is_not_declared() {
        let names = [
            "Busy",
            "Down",
            "Lambda.Unknown",
            "Sandbox.Timedout",
            "States.Timeout",
            "Card.Declined",
        ];
        let busy = json!({ "errors": ["Busy"] });
        assert_eq!(
            undeclared(lambda("a"), &names, json!({ "a": busy })),
            ["Down", "Card.Declined"]
        );
        assert_eq!(
            undeclared(lambda("a"), &names, json!({ "a": { "result": true } })),
            [""; 0]
        );
        let dynamodb = task("arn:aws:states:::dynamodb:getItem");
        let names = ["DynamoDB.ResourceNotFoundException", "Busy", "Down"];
        assert_eq!(
            undeclared(dynamodb, &names, json!({ "dynamodb_get_item": busy })),
            ["Down"]
        );
    }

    #[test]
    fn branches_and_items_raise_what_is_in_them() {
        let scope = |states: Value| {
            let first = states.as_object().and_then(|states| states.keys().next()).cloned();
            json!({ "StartAt": first, "States": states })
        };
        let with = |mut state: Value, fields: Value| {
            state
                .as_object_mut()
                .expect("a state")
                .extend(fields.as_object().expect("fields").clone());
            state
        };
        let end = json!({ "End": true });
        let one = scope(json!({ "A": with(lambda("a"), end.clone()) }));
        let caught = json!({ "Next": "No", "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "No" }] });
        let fail = |fields: Value| with(json!({ "Type": "Fail" }), fields);
        let two = |fields: Value| scope(json!({ "B": with(lambda("b"), caught.clone()), "No": fail(fields) }));
        let parallel = |fields: Value| json!({ "Type": "Parallel", "Branches": [one, two(fields)] });
        let both = json!({ "a": { "errors": ["Busy"] }, "b": { "errors": ["Down"] } });
        let names = ["Busy", "Down", "Refused", "Odd"];
        let refused = parallel(json!({ "Error": "Refused" }));
        assert_eq!(undeclared(refused.clone(), &names, both.clone()), ["Odd"]);
        assert_eq!(
            undeclared(refused, &names, json!({ "a": { "errors": [] } })),
            [""; 0],
            "`b` may raise it"
        );
        let dynamic = parallel(json!({ "ErrorPath": "$.Error" }));
        assert_eq!(undeclared(dynamic, &names, both.clone()), [""; 0], "Fail may raise it");
        let map = json!({ "Type": "Map", "ItemProcessor": one });
        assert_eq!(undeclared(map, &["Busy", "Down"], json!({ "a": both["a"] })), ["Down"]);
    }
}
