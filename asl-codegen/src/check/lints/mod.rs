//! What is legal but hardly meant (validation.md section 9). Every target is right here.

mod choices;
mod context;
mod data;
mod expressions;
mod handlers;
mod loops;
mod tasks;

use super::scopes;
use crate::diagnostic::Diagnostics;
use crate::syntax::Machine;

pub(super) fn check(machine: &Machine, diagnostics: &mut Diagnostics) {
    handlers::check(machine, diagnostics);
    context::check(machine, diagnostics);
    data::check(machine, diagnostics);
    for scope in scopes(&machine.scope) {
        loops::check(scope, diagnostics);
        for state in &scope.states {
            choices::check(state, diagnostics);
            tasks::check(state, diagnostics);
        }
    }
}
