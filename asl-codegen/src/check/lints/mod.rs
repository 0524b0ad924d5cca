//! What is legal but hardly meant (validation.md section 9). Every target is right here.

mod choices;
mod conditions;
mod context;
mod data;
mod errors;
mod expressions;
mod handlers;
mod loops;
mod misfits;
mod results;
mod tasks;
mod ways;

use crate::diagnostic::{Diagnostics, Lint};
use crate::shapes::{Known, ScopeShapes};
use crate::syntax::{Machine, Scope, State};
use crate::usage::{self, ScopeUsage};
use ways::Ways;

pub(super) fn check(machine: &Machine, shapes: &ScopeShapes, known: &Known, diagnostics: &mut Diagnostics) {
    handlers::check(machine, diagnostics);
    errors::check(machine, known, diagnostics);
    context::check(machine, diagnostics);
    check_scope(&machine.scope, Some(shapes), None, diagnostics);
    misfits::check(&machine.scope, shapes, known, diagnostics);
    if !diagnostics.allows(Lint::UnreadResult) {
        check_results(&machine.scope, shapes, &usage::infer(machine), None, diagnostics);
    }
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn check_results(
    scope: &Scope,
    shapes: &ScopeShapes,
    usage: &ScopeUsage,
    outer: Option<&State>,
    diagnostics: &mut Diagnostics,
) {
    let ways = Ways { scope, shapes, outer };
    for (at, state) in scope.states.iter().enumerate() {
        let (Some(Some(known)), Some(usage)) = (shapes.states.get(at), usage.states.get(at)) else {
            continue;
        };
        results::check(&ways, at, usage, diagnostics);
        for ((inner, shapes), usage) in state.scopes().into_iter().zip(&known.scopes).zip(&usage.scopes) {
            check_results(inner, shapes, usage, Some(state), diagnostics);
        }
    }
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn check_scope(scope: &Scope, shapes: Option<&ScopeShapes>, outer: Option<&State>, diagnostics: &mut Diagnostics) {
    loops::check(scope, diagnostics);
    let ways = shapes.map(|shapes| Ways { scope, shapes, outer });
    for (at, state) in scope.states.iter().enumerate() {
        let known = shapes.and_then(|shapes| shapes.states.get(at)?.as_ref());
        choices::check(state, known.map(|known| &known.flow), diagnostics);
        tasks::check(state, diagnostics);
        if let (Some(ways), Some(known)) = (&ways, known) {
            data::check(ways, at, &known.flow, diagnostics);
        }
        for (number, inner) in state.scopes().into_iter().enumerate() {
            let shapes = known.and_then(|known| known.scopes.get(number));
            check_scope(inner, shapes, Some(state), diagnostics);
        }
    }
}
