//! Names of states: their length, and that each is used once (S-1).

use super::scopes;
use crate::diagnostic::{Diagnostic, Diagnostics, ServiceCode};
use crate::source::Span;
use crate::syntax::Machine;
use std::collections::HashMap;

/// S-1
const MAX_NAME: usize = 80;

/// Where each name of a state stands, in any scope.
pub(super) type Names = HashMap<String, Span>;

pub(super) fn check(machine: &Machine, diagnostics: &mut Diagnostics) -> Names {
    let mut names = Names::new();
    for state in scopes(&machine.scope).into_iter().flat_map(|scope| &scope.states) {
        let name = &state.name.value;
        let length = name.chars().count();
        let problem = match length {
            0 => Some("the name is empty".to_owned()),
            _ if length > MAX_NAME => Some(format!("{length} characters, and {MAX_NAME} are allowed")),
            _ => None,
        };
        if let Some(problem) = problem {
            diagnostics.push(
                Diagnostic::error(
                    ServiceCode::InvalidStateName,
                    state.name.span,
                    format!("a name of a state has 1 to {MAX_NAME} characters"),
                )
                .label(problem)
                .at(&state.location),
            );
        }
        if let Some(first) = names.get(name) {
            diagnostics.push(
                Diagnostic::error(
                    ServiceCode::DuplicateStateName,
                    state.name.span,
                    format!("two states are called `{name}`"),
                )
                .label("the second state of this name")
                .related(*first, "the first")
                .help("a name is used once in a machine, in its branches and processors too")
                .at(&state.location),
            );
        } else {
            names.insert(name.clone(), state.name.span);
        }
    }
    names
}
