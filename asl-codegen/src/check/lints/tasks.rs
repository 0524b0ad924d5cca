//! Tasks: callbacks that cannot come, and times that do not fit.

use super::super::visit::{ContextRead, Place, context_reads};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::syntax::{Number, Pattern, QueryLanguage, ResourceKind, State, StateKind, Task};

pub(super) fn check(state: &State, diagnostics: &mut Diagnostics) {
    let task = match &state.kind {
        StateKind::Task(task) => Some(task),
        _ => None,
    };
    if let Some(task) = task {
        times(state, task, diagnostics);
        if waits_for_token(task) {
            token_is_passed(state, task, diagnostics);
        }
    }
    if !task.is_some_and(|task| has_token(task)) {
        for read in context_reads(state).into_iter().filter(names_token) {
            diagnostics.push(
                Diagnostic::lint(
                    Lint::TokenOutsideCallback,
                    read.span,
                    "there is no task token in this state",
                )
                .label("only callbacks, activities and `.sync` tasks have one")
                .help("add `.waitForTaskToken` to the `Resource` of the task that is to wait")
                .at(read.place.location(state)),
            );
        }
    }
}

/// The heartbeat is below the time-out (TK-4).
fn times(state: &State, task: &Task, diagnostics: &mut Diagnostics) {
    let literal = |number: &Option<Number>| match number {
        Some(Number::Literal(seconds)) => Some((seconds.value.parse::<u64>().ok()?, seconds.span)),
        _ => None,
    };
    if let (Some((heartbeat, span)), Some((timeout, other))) = (literal(&task.heartbeat), literal(&task.timeout))
        && heartbeat >= timeout
    {
        diagnostics.push(
            Diagnostic::lint(
                Lint::HeartbeatNotBelowTimeout,
                span,
                "`HeartbeatSeconds` must be below `TimeoutSeconds`",
            )
            .label("the task times out first")
            .related(other, "the time-out")
            .at(format!("{}/HeartbeatSeconds", state.location)),
        );
    }
}

/// The token goes out with the parameters.
fn token_is_passed(state: &State, task: &Task, diagnostics: &mut Diagnostics) {
    let (field, help) = match state.query_language {
        QueryLanguage::JsonPath => (
            "Parameters",
            "pass `\"TaskToken.$\": \"$$.Task.Token\"` in `Parameters`",
        ),
        QueryLanguage::Jsonata => (
            "Arguments",
            "pass `\"TaskToken\": \"{% $states.context.Task.Token %}\"` in `Arguments`",
        ),
    };
    let is_payload = |place: &Place| match place {
        Place::Expression(name) => name.starts_with("Arguments"),
        place => *place == Place::Parameters,
    };
    let passed = context_reads(state)
        .iter()
        .any(|read| is_payload(&read.place) && may_hold_token(read));
    if !passed {
        diagnostics.push(
            Diagnostic::lint(
                Lint::UnreadToken,
                task.resource.span,
                format!("task `{}` waits for a token that it never passes on", state.name.value),
            )
            .label("nobody can answer, so that the task waits until it times out")
            .help(help)
            .at(format!("{}/{field}", state.location)),
        );
    }
}

fn waits_for_token(task: &Task) -> bool {
    matches!(
        task.resource.value.kind,
        ResourceKind::Service {
            pattern: Pattern::WaitForTaskToken,
            ..
        }
    )
}

/// Whether there is a token in the context object of the task (CX-12), or may be.
fn has_token(task: &Task) -> bool {
    match &task.resource.value.kind {
        ResourceKind::Service { pattern, .. } => *pattern != Pattern::RequestResponse,
        ResourceKind::Activity { .. } | ResourceKind::Symbolic => true,
        ResourceKind::Lambda { .. } => false,
    }
}

/// Whether what is read is the token, or an object with it.
fn may_hold_token(read: &ContextRead) -> bool {
    read.members
        .iter()
        .zip(["Task", "Token"])
        .all(|(name, wanted)| *name == wanted)
}

/// Whether the token is read.
fn names_token(read: &ContextRead) -> bool {
    !matches!(read.place, Place::Presence(_)) && read.members.first() == Some(&"Task")
}
