//! Retriers and Catchers that never act (V-120, V-121).

use super::super::scopes;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::jsonata::ExprKind;
use crate::source::{Span, Spanned};
use crate::syntax::{FailText, Machine, MapMode, QueryLanguage, ResourceKind, State, StateKind};
use std::collections::{HashMap, HashSet};

/// The predefined error names (ER-1 to ER-12).
const PREDEFINED: [&str; 17] = [
    "States.ALL",
    "States.Timeout",
    "States.HeartbeatTimeout",
    "States.TaskFailed",
    "States.Permissions",
    "States.ResultPathMatchFailure",
    "States.ParameterPathFailure",
    "States.BranchFailed",
    "States.NoChoiceMatched",
    "States.IntrinsicFailure",
    "States.QueryEvaluationError",
    "States.ExceedToleratedFailureThreshold",
    "States.ItemReaderFailed",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.DataLimitExceeded",
    "States.Http.Socket",
];

/// What the names of HTTP errors begin with (ER-12).
const HTTP_STATUS: &str = "States.Http.StatusCode.";

pub(super) fn check(machine: &Machine, diagnostics: &mut Diagnostics) {
    let states: Vec<&State> = scopes(&machine.scope)
        .into_iter()
        .flat_map(|scope| &scope.states)
        .collect();
    // A Fail state may raise any name.
    let raised: HashSet<&str> = states
        .iter()
        .filter_map(|state| match &state.kind {
            StateKind::Fail(fail) => match &fail.error {
                Some(FailText::Literal(name)) => Some(name.as_str()),
                Some(FailText::Expression(expression)) => match &expression.expr.kind {
                    ExprKind::String(name) => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .collect();
    for state in states {
        let Some(outcome) = state.outcome() else { continue };
        let retry = outcome.retry.iter().map(|retrier| &retrier.error_equals).collect();
        list(state, "Retry", retry, &raised, diagnostics);
        let catch = outcome.catch.iter().map(|catcher| &catcher.error_equals).collect();
        list(state, "Catch", catch, &raised, diagnostics);
    }
}

fn list(
    state: &State,
    field: &str,
    handlers: Vec<&Vec<Spanned<String>>>,
    raised: &HashSet<&str>,
    diagnostics: &mut Diagnostics,
) {
    let what = if field == "Retry" { "Retrier" } else { "Catcher" };
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (index, names) in handlers.into_iter().enumerate() {
        for (at, name) in names.iter().enumerate() {
            let location = format!("{}/{field}[{index}]/ErrorEquals[{at}]", state.location);
            if let Some(&first) = seen.get(name.value.as_str()) {
                diagnostics.push(
                    Diagnostic::lint(
                        Lint::ShadowedHandler,
                        name.span,
                        format!("`{}` is handled by an earlier {what}", name.value),
                    )
                    .label("never reached")
                    .related(first, "the first that matches counts")
                    .at(location),
                );
                continue;
            }
            seen.insert(&name.value, name.span);
            if raised.contains(name.value.as_str()) {
                continue;
            }
            if let Some((lint, message, label, help)) = never_matches(state, &name.value) {
                let diagnostic = Diagnostic::lint(lint, name.span, message).label(label).maybe_help(help);
                diagnostics.push(diagnostic.at(location));
            }
        }
    }
}

/// Why an error name never matches: lint, message, label, help.
fn never_matches(state: &State, name: &str) -> Option<(Lint, String, &'static str, Option<String>)> {
    let uncatchable = |label, help: Option<&str>| {
        let message = format!("`{name}` cannot be retried or caught");
        Some((Lint::UncatchableError, message, label, help.map(str::to_owned)))
    };
    match name {
        "States.Runtime" => return uncatchable("it ends the execution at once, whatever handles it", None),
        "States.NoChoiceMatched" => {
            return uncatchable("it ends the execution at once", Some("give the Choice a `Default`"));
        }
        "States.ParameterPathFailure" => {
            return uncatchable("the service reports `States.Runtime`, which nothing handles", None);
        }
        _ => {}
    }
    if let Some(label) = unraisable(state, name) {
        let message = format!("`{name}` is never raised by state `{}`", state.name.value);
        return Some((Lint::UnraisableError, message, label, None));
    }
    let known = PREDEFINED.contains(&name) || name.starts_with(HTTP_STATUS);
    let prefix = name.split_once('.').map_or("", |(prefix, _)| prefix);
    let meant_as_predefined = prefix == "States" || crate::nearest(prefix, ["States"]).is_some();
    if known || !meant_as_predefined {
        return None;
    }
    let meant = crate::nearest(name, PREDEFINED);
    if prefix != "States" && meant.is_none() {
        return None;
    }
    Some((
        Lint::UnknownErrorName,
        format!("there is no error `{name}`"),
        "never matches",
        meant.map(|name| format!("did you mean `{name}`?")),
    ))
}

/// Why a state, with all that is in it, never raises an error.
fn unraisable(state: &State, name: &str) -> Option<&'static str> {
    let any = |is: fn(&State) -> bool| {
        let inside = state
            .scopes()
            .into_iter()
            .flat_map(scopes)
            .flat_map(|scope| &scope.states);
        is(state) || inside.into_iter().any(is)
    };
    let (possible, label) = match name {
        "States.HeartbeatTimeout" => (any(has_heartbeat), "there are no `HeartbeatSeconds` here"),
        "States.BranchFailed" => (!matches!(state.kind, StateKind::Task(_)), "a Task has no branches"),
        "States.QueryEvaluationError" => (
            any(|state| state.query_language == QueryLanguage::Jsonata),
            "nothing here is JSONata",
        ),
        "States.ItemReaderFailed" => (
            any(|state| has_field(state, "ItemReader")),
            "there is no `ItemReader` here",
        ),
        "States.ResultWriterFailed" => (
            any(|state| has_field(state, "ResultWriter")),
            "there is no `ResultWriter` here",
        ),
        "States.ExceedToleratedFailureThreshold" => (any(tolerates_failures), "there is no distributed Map here"),
        _ if name == "States.Http.Socket" || name.starts_with(HTTP_STATUS) => {
            (any(may_call_http), "nothing here is an `http:invoke` task")
        }
        _ => return None,
    };
    (!possible).then_some(label)
}

fn has_heartbeat(state: &State) -> bool {
    matches!(&state.kind, StateKind::Task(task) if task.heartbeat.is_some())
}

fn has_field(state: &State, name: &str) -> bool {
    matches!(&state.kind, StateKind::Map(map) if map.data_set_fields.iter().any(|field| field.name.value == name))
}

fn tolerates_failures(state: &State) -> bool {
    matches!(&state.kind, StateKind::Map(map)
        if map.mode != MapMode::Inline || map.tolerated_failure_count.is_some() || map.tolerated_failure_percentage.is_some())
}

fn may_call_http(state: &State) -> bool {
    match &state.kind {
        StateKind::Task(task) => match &task.resource.value.kind {
            ResourceKind::Service { service, .. } => service == "http",
            ResourceKind::Symbolic => true,
            ResourceKind::Lambda { .. } | ResourceKind::Activity { .. } => false,
        },
        _ => false,
    }
}
