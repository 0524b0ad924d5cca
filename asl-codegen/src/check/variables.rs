//! Variables: an inner scope does not assign what an outer one does, and what is read was assigned before.

use super::visit::{Assignment, Place, VariableRead, assignments, exits, variable_reads};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint, ServiceCode};
use crate::source::Span;
use crate::syntax::{Field, Machine, MapMode, Scope, State, StateKind};
use std::collections::{HashMap, HashSet};

fn is_distributed(state: &State) -> bool {
    matches!(&state.kind, StateKind::Map(map) if map.mode != MapMode::Inline)
}

/// Beyond this much work, in states times variables, what is assigned before is not looked into.
const MAX_WORK: usize = 1 << 26;

/// How often the states of a scope are gone through at most.
const MAX_ROUNDS: usize = 64;

/// Reports assignments to variables of an enclosing scope (J-102), and, where the document has no gaps, reads of
/// variables that nothing assigns before (V-124).
pub(super) fn check(machine: &Machine, has_gaps: bool, diagnostics: &mut Diagnostics) {
    let (mut names, mut first) = (HashMap::new(), HashMap::new());
    let mut states = 0;
    for (depth, scope) in super::scopes(&machine.scope).into_iter().enumerate() {
        let mut number = |name| {
            let next = names.len();
            names.entry(name).or_insert(next);
        };
        states += scope.states.len();
        for read in scope.states.iter().flat_map(variable_reads) {
            number(read.name);
        }
        for assignment in assignments(scope) {
            let name = assignment.field.name.as_str();
            first.entry(name).or_insert(assignment.field.key_span);
            // The first scope has no other around it.
            if depth > 0 {
                number(name);
            }
        }
    }
    if names.is_empty() || states.saturating_mul(names.len()) > MAX_WORK {
        return;
    }
    let mut flow = Flow {
        names: &names,
        first: &first,
        has_gaps,
        diagnostics,
    };
    let nothing = flow.nothing();
    flow.scope(&machine.scope, &nothing, &mut HashMap::new());
}

/// Which variables are assigned where a state begins.
#[derive(Clone)]
struct Known {
    /// On some way there.
    some: Set,
    /// On every way there.
    all: Set,
}

struct Flow<'a> {
    /// The variables that matter, numbered.
    names: &'a HashMap<&'a str, usize>,
    /// Where each variable is assigned first in the document.
    first: &'a HashMap<&'a str, Span>,
    has_gaps: bool,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Flow<'a> {
    fn nothing(&self) -> Known {
        Known {
            some: Set::new(self.names.len()),
            all: Set::new(self.names.len()),
        }
    }

    /// `around` is what is assigned where the scope begins, and `outer` where the enclosing scopes assign.
    fn scope(&mut self, scope: &'a Scope, around: &Known, outer: &mut HashMap<&'a str, Span>) {
        let mut own = HashSet::new();
        for Assignment { field, state, place } in assignments(scope) {
            let name = field.name.as_str();
            let outside = self.names.get(name).is_some_and(|&at| around.some.contains(at));
            if outside {
                self.belongs_outside(field, state, &place, outer.get(name).copied());
            } else if !outer.contains_key(name) {
                outer.insert(name, field.key_span);
                own.insert(name);
            }
        }
        if let Some(known) = self.solve(scope, around) {
            for (state, known) in scope.states.iter().zip(&known) {
                let Some(known) = known else { continue };
                if !self.has_gaps {
                    self.state(state, known);
                }
                for inner in state.scopes() {
                    match is_distributed(state) {
                        // The children of a distributed Map do not see the variables of their parent (MD-3).
                        true => {
                            let nothing = self.nothing();
                            self.scope(inner, &nothing, &mut HashMap::new());
                        }
                        false => self.scope(inner, known, outer),
                    }
                }
            }
        }
        for name in own {
            outer.remove(name);
        }
    }

    /// Recorded: a name that the enclosing scope assigns only afterwards is free (J-108).
    fn belongs_outside(&mut self, field: &Field, state: &State, place: &Place, outside: Option<Span>) {
        let name = &field.name;
        let mut diagnostic = Diagnostic::error(
            ServiceCode::SchemaValidationFailed,
            field.key_span,
            format!("the variable `{name}` belongs to an enclosing scope"),
        )
        .label("an inner scope can read it, but not assign it")
        .help("take another name, and hand the value out by the output")
        .at(place.location(state));
        if let Some(outside) = outside {
            diagnostic = diagnostic.related(outside, "assigned in the enclosing scope");
        }
        self.diagnostics.push(diagnostic);
    }

    /// What is assigned where each state begins; nothing for states that are never reached.
    fn solve(&self, scope: &Scope, around: &Known) -> Option<Vec<Option<Known>>> {
        let mut known: Vec<Option<Known>> = vec![None; scope.states.len()];
        *known.get_mut(scope.start.index)? = Some(around.clone());
        let order = forward(scope);
        for _ in 0..MAX_ROUNDS {
            let mut changed = false;
            for &at in &order {
                let Some(before) = known[at].clone() else { continue };
                for exit in exits(&scope.states[at]) {
                    let mut after = before.clone();
                    for field in exit.assign {
                        if let Some(&variable) = self.names.get(field.name.as_str()) {
                            after.some.insert(variable);
                            after.all.insert(variable);
                        }
                    }
                    // A target that does not exist was reported.
                    let Some(there) = known.get_mut(exit.to) else { continue };
                    match there {
                        Some(there) => {
                            changed |= there.some.unite(&after.some);
                            changed |= there.all.intersect(&after.all);
                        }
                        none => {
                            *none = Some(after);
                            changed = true;
                        }
                    }
                }
            }
            if !changed {
                return Some(known);
            }
        }
        None
    }

    fn state(&mut self, state: &State, known: &Known) {
        for VariableRead {
            name,
            is_called,
            may_be_function,
            is_whole,
            span,
            place,
        } in variable_reads(state)
        {
            let Some(&variable) = self.names.get(name) else {
                continue;
            };
            if is_called {
                // Of other names it was said already that they are no functions.
                if may_be_function && known.all.contains(variable) {
                    self.no_function(name, span, place.location(state));
                }
                continue;
            }
            if may_be_function && !known.some.contains(variable) {
                continue;
            }
            if known.all.contains(variable) {
                continue;
            }
            let (lint, message, label) = match known.some.contains(variable) {
                true => (
                    Lint::MaybeUnassignedVariable,
                    format!("the variable `{name}` may not be assigned yet"),
                    "not every way here assigns it",
                ),
                false => (
                    // Of some expressions nothing is left without it. But where nothing is assigned at all, this may be a
                    // part of a machine.
                    match is_whole && !self.first.is_empty() {
                        true => Lint::FailingExpression,
                        false => Lint::UnassignedVariable,
                    },
                    format!("the variable `{name}` is not assigned yet"),
                    "no way here assigns it",
                ),
            };
            let mut diagnostic = Diagnostic::lint(lint, span, message)
                .label(label)
                .at(place.location(state));
            if let Some(&first) = self.first.get(name) {
                diagnostic = diagnostic.related(first, "assigned here");
            } else {
                let is_expression = matches!(place, Place::Expression(_));
                let meant = match name {
                    "input" | "context" | "result" | "errorOutput" if is_expression => Some(format!("states.{name}")),
                    _ => {
                        let states = is_expression.then_some("states");
                        crate::nearest(name, self.first.keys().copied().chain(states)).map(str::to_owned)
                    }
                };
                diagnostic = diagnostic.maybe_help(meant.map(|name| format!("did you mean `${name}`?")));
            }
            self.diagnostics.push(diagnostic);
        }
    }
}

impl Flow<'_> {
    /// A call of a variable. Functions are no JSON, so that none is in a variable (J-62).
    fn no_function(&mut self, name: &str, span: Span, location: String) {
        let message = format!("`${name}` is a variable here, and no function");
        let mut diagnostic = Diagnostic::lint(Lint::FailingExpression, span, message)
            .label("a variable cannot be called")
            .at(location);
        if let Some(&first) = self.first.get(name) {
            diagnostic = diagnostic.related(first, "assigned here");
        }
        self.diagnostics.push(diagnostic);
    }
}

/// The states in an order in which most transitions lead forward.
fn forward(scope: &Scope) -> Vec<usize> {
    let mut order = Vec::with_capacity(scope.states.len());
    let mut seen = vec![false; scope.states.len()];
    let mut open = vec![(scope.start.index, false)];
    while let Some((at, done)) = open.pop() {
        if done {
            order.push(at);
        } else if seen.get(at) == Some(&false) {
            seen[at] = true;
            open.push((at, true));
            open.extend(exits(&scope.states[at]).into_iter().map(|exit| (exit.to, false)));
        }
    }
    order.reverse();
    order
}

/// A set of small numbers.
#[derive(Clone, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn new(size: usize) -> Set {
        Set(vec![0; size.div_ceil(64)])
    }

    fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn contains(&self, at: usize) -> bool {
        self.0[at / 64] & 1 << (at % 64) != 0
    }

    /// Adds the other's; says whether there were any new ones.
    fn unite(&mut self, other: &Set) -> bool {
        self.merge(other, |a, b| a | b)
    }

    /// Keeps the common ones; says whether any were lost.
    fn intersect(&mut self, other: &Set) -> bool {
        self.merge(other, |a, b| a & b)
    }

    fn merge(&mut self, other: &Set, with: impl Fn(u64, u64) -> u64) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            let merged = with(*mine, *theirs);
            changed |= merged != *mine;
            *mine = merged;
        }
        changed
    }
}
