//! Results of tasks that nobody reads.

use super::data::with_origin;
use super::ways::Ways;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::syntax::{QueryLanguage, ResultPath, State, StateKind, Task, Template};
use crate::usage::StateUsage;

/// Looks at the state of this index.
pub(super) fn check(ways: &Ways<'_>, at: usize, usage: &StateUsage, diagnostics: &mut Diagnostics) {
    let state = &ways.scope.states[at];
    let StateKind::Task(task) = &state.kind else { return };
    if usage.arrives.is_some() || is_left_out(state, task) {
        return;
    }
    let help = match state.query_language {
        QueryLanguage::JsonPath => "write `\"ResultPath\": null` where it is not wanted, so that the input goes on",
        QueryLanguage::Jsonata => {
            "write `\"Output\": \"{% $states.input %}\"` where it is not wanted, so that the input goes on"
        }
    };
    let message = format!("no state reads the result of `{}`", state.name.value);
    let finding = Diagnostic::lint(Lint::UnreadResult, state.name.span, message)
        .label("what this task gives is lost")
        .help(help)
        .at(&state.location);
    diagnostics.push(with_origin(finding, ways.end(at, hands_on_another)));
}

/// Whether the state itself says that its result is not wanted.
fn is_left_out(state: &State, task: &Task) -> bool {
    if state.query_language == QueryLanguage::JsonPath {
        return matches!(task.outcome.result_path, ResultPath::Discard);
    }
    let fields = [&state.output, &state.assign];
    let mut expressions = fields.into_iter().flatten().flat_map(|template| template.expressions());
    let reads_result = expressions.any(|expression| {
        let mut reads = expression.reads.iter().map(|read| &read.value);
        reads.any(|read| read.variable == "states" && read.members.first().is_none_or(|member| member == "result"))
    });
    state.output.is_some() && !reads_result
}

/// Whether what a state gives is not what it gets, or only a part of that.
fn hands_on_another(state: &State) -> bool {
    use crate::syntax::Selection::Whole;
    match &state.kind {
        StateKind::Fail(_) => true,
        _ if state.query_language == QueryLanguage::Jsonata => match &state.output {
            Some(Template::Expression(output)) => output.whole().is_none_or(|read| read.members != ["input"]),
            Some(_) => true,
            None => state.outcome().is_some(),
        },
        _ if !matches!(state.output_path, Whole) => true,
        StateKind::Pass(pass) => {
            let is_made = pass.result.is_some() || pass.parameters.is_some() || !matches!(state.input_path, Whole);
            is_made && matches!(pass.result_path, ResultPath::Replace)
        }
        _ => match state.outcome() {
            Some(outcome) => matches!(outcome.result_path, ResultPath::Replace),
            None => !matches!(state.input_path, Whole),
        },
    }
}
