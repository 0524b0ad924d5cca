//! What takes a whole scope or machine to settle.
//!
//! After it every target has its index, or an error was reported.

mod graph;
mod lints;
mod names;
mod references;
mod variables;
pub(crate) mod visit;

use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::shapes::{Known, infer};
use crate::syntax::{Machine, Scope};

/// Settles targets, names and variables, and looks for what is legal but hardly meant, by what is known from elsewhere.
pub(crate) fn check(machine: &mut Machine, known: &Known, diagnostics: &mut Diagnostics) {
    // After this no two states share a name.
    let names = names::check(machine, diagnostics);
    // After this every target is a state of its scope, and every state can be reached.
    graph::check(machine, &names, diagnostics);
    // A document with gaps would give findings about the gaps.
    let has_gaps = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error && matches!(diagnostic.code, Code::Service(_)));
    // After this no scope assigns a variable of another.
    variables::check(machine, has_gaps, diagnostics);
    if !has_gaps {
        // After this it is known what the data can be at each state.
        let shapes = infer(machine, known);
        lints::check(machine, &shapes, known, diagnostics);
    }
}

/// A scope and all scopes inside it, outer ones first. Their depth is that of the JSON, which is bounded.
fn scopes(scope: &Scope) -> Vec<&Scope> {
    let mut all = vec![scope];
    let mut next = 0;
    while let Some(scope) = all.get(next).copied() {
        all.extend(scope.states.iter().flat_map(|state| state.scopes()));
        next += 1;
    }
    all
}
