//! Loops that nothing leaves.

use super::super::scopes;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::syntax::{Scope, State, StateKind};

pub(super) fn check(scope: &Scope, diagnostics: &mut Diagnostics) {
    if !scope.intact {
        return;
    }
    let edges: Vec<Vec<usize>> = scope
        .states
        .iter()
        .map(|state| state.targets().iter().map(|target| target.index).collect())
        .collect();
    if let Some(state) = endless(scope, &edges) {
        diagnostics.push(
            Diagnostic::lint(
                Lint::EndlessLoop,
                state.name.span,
                format!("state `{}` is in a loop that never ends", state.name.value),
            )
            .label("nothing in this loop waits, works or decides")
            .at(&state.location),
        );
        return;
    }
    let trapped = trapped(scope, &edges);
    if let Some(first) = trapped.first() {
        let named: Vec<_> = trapped
            .iter()
            .take(2)
            .map(|state| format!("`{}`", state.name.value))
            .collect();
        let message = match trapped.len() - 1 {
            0 => format!("state {} never leads to an end", named[0]),
            1 => format!("states {} never lead to an end", named.join(" and ")),
            others => format!("state {} and {others} others never lead to an end", named[0]),
        };
        diagnostics.push(
            Diagnostic::lint(Lint::NoWayOut, first.name.span, message)
                .label("no terminal state can be reached from here")
                .at(&first.location),
        );
    }
}

/// A state in a loop of states that take no time and decide nothing (V-130).
fn endless<'s>(scope: &'s Scope, edges: &[Vec<usize>]) -> Option<&'s State> {
    let idle: Vec<bool> = scope.states.iter().map(is_idle).collect();
    // Of idle states those with no way to other idle ones are taken away, until only loops and what leads there remain.
    let mut ways: Vec<usize> = edges
        .iter()
        .map(|targets| targets.iter().filter(|&&to| idle[to]).count())
        .collect();
    let into = reversed(edges);
    let mut open: Vec<usize> = (0..ways.len()).filter(|&at| idle[at] && ways[at] == 0).collect();
    let mut left = idle.clone();
    while let Some(at) = open.pop() {
        left[at] = false;
        for &from in &into[at] {
            ways[from] -= 1;
            if idle[from] && ways[from] == 0 {
                open.push(from);
            }
        }
    }
    // From any that remain, each step stays among them, and must come to a loop.
    let mut at = left.iter().position(|&left| left)?;
    for _ in 0..left.len() {
        at = edges[at].iter().copied().find(|&to| left[to])?;
    }
    Some(&scope.states[at])
}

/// Whether a state does nothing but compute.
fn is_idle(state: &State) -> bool {
    match &state.kind {
        StateKind::Pass(_) => true,
        StateKind::Parallel(_) | StateKind::Map(_) => state
            .scopes()
            .into_iter()
            .flat_map(scopes)
            .flat_map(|scope| &scope.states)
            .all(|state| !matches!(state.kind, StateKind::Task(_) | StateKind::Wait(_) | StateKind::Fail(_))),
        _ => false,
    }
}

/// The states from which no terminal state can be reached.
fn trapped<'s>(scope: &'s Scope, edges: &[Vec<usize>]) -> Vec<&'s State> {
    let into = reversed(edges);
    let mut ends: Vec<bool> = scope.states.iter().map(State::is_terminal).collect();
    let mut open: Vec<usize> = (0..ends.len()).filter(|&at| ends[at]).collect();
    while let Some(at) = open.pop() {
        for &from in &into[at] {
            if !std::mem::replace(&mut ends[from], true) {
                open.push(from);
            }
        }
    }
    scope
        .states
        .iter()
        .zip(ends)
        .filter(|(_, ends)| !ends)
        .map(|(state, _)| state)
        .collect()
}

fn reversed(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut into = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for &to in targets {
            into[to].push(from);
        }
    }
    into
}
