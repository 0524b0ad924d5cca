//! Transitions: targets exist, states can be reached, every scope can end (V-50 to V-59).

use super::names::Names;
use crate::diagnostic::{Diagnostic, Diagnostics, ServiceCode};
use crate::syntax::{Machine, Next, Scope, State, StateKind, Target, Unsettled};
use std::collections::HashMap;

/// How many misspelt names get a suggestion: each is compared with every state of its scope.
const MAX_SUGGESTIONS: usize = 32;

pub(super) fn check(machine: &mut Machine, names: &Names, diagnostics: &mut Diagnostics) {
    let mut graph = Graph {
        names,
        diagnostics,
        suggestions: 0,
        unsettled: &mut machine.unsettled,
    };
    graph.scope(&mut machine.scope);
}

struct Graph<'a> {
    names: &'a Names,
    diagnostics: &'a mut Diagnostics,
    suggestions: usize,
    unsettled: &'a mut Vec<Unsettled>,
}

impl Graph<'_> {
    fn scope(&mut self, scope: &mut Scope) {
        let index: HashMap<&str, usize> = scope
            .states
            .iter()
            .enumerate()
            .map(|(at, state)| (state.name.value.as_str(), at))
            .collect();
        let unsettled = self.unsettled.len();
        let start = self.resolve(&scope.start, || format!("{}/StartAt", scope.location), scope, &index);
        let mut edges = Vec::with_capacity(scope.states.len());
        for state in &scope.states {
            let mut targets = Vec::new();
            for (number, target) in state.targets().into_iter().enumerate() {
                let location = || format!("{}/{}", state.location, field(state, number));
                targets.push(self.resolve(target, location, scope, &index));
            }
            edges.push(targets);
        }
        // Where a substitution hides a target, nobody knows what it reaches.
        scope.intact &= unsettled == self.unsettled.len();
        if scope.intact {
            self.ends(scope, start, &edges);
        }
        scope.start.index = start.unwrap_or(Target::UNRESOLVED);
        for (state, targets) in scope.states.iter_mut().zip(edges) {
            for (target, index) in state.targets_mut().into_iter().zip(targets) {
                target.index = index.unwrap_or(Target::UNRESOLVED);
            }
            for inner in state.scopes_mut() {
                self.scope(inner);
            }
        }
    }

    /// The state that a target names. A misspelt one is reported, and leads where it probably should, so that the
    /// state meant is not reported as out of reach.
    fn resolve(
        &mut self,
        target: &Target,
        location: impl FnOnce() -> String,
        scope: &Scope,
        index: &HashMap<&str, usize>,
    ) -> Option<usize> {
        let name = target.name.value.as_str();
        if scope.states.is_empty() || name.is_empty() && !scope.intact {
            // Something else is missing, and was reported.
            return None;
        }
        if let Some(&at) = index.get(name) {
            return Some(at);
        }
        if let Some(symbol) = name.split("${").nth(1).and_then(|rest| rest.split('}').next()) {
            self.unsettled.push(Unsettled {
                names: vec![symbol.to_owned()],
                span: target.name.span,
                location: location(),
            });
            return None;
        }
        let mut diagnostic = Diagnostic::error(
            ServiceCode::MissingTransitionTarget,
            target.name.span,
            format!("state `{name}` does not exist"),
        )
        .label("no state has this name")
        .service(format!("Missing 'Next' target: {name}"))
        .at(location());
        let mut meant = None;
        if let Some(&elsewhere) = self.names.get(name) {
            diagnostic.message = format!("state `{name}` is in another scope");
            diagnostic = diagnostic
                .label("a transition cannot leave its scope")
                .related(elsewhere, "the state of this name")
                .help(match scope.location.as_str() {
                    "" => "a branch or processor is entered by its own `StartAt`",
                    _ => "end this scope by `\"End\": true`: the state around it says what follows",
                });
        } else if self.suggestions < MAX_SUGGESTIONS {
            self.suggestions += 1;
            meant = crate::nearest(name, scope.states.iter().map(|state| state.name.value.as_str()));
            diagnostic =
                diagnostic.maybe_help(meant.map(|name| format!("a state with a similar name exists: `{name}`")));
        }
        self.diagnostics.push(diagnostic);
        meant.and_then(|name| index.get(name).copied())
    }

    /// Whether the scope can end, and all its states are reached.
    fn ends(&mut self, scope: &Scope, start: Option<usize>, edges: &[Vec<Option<usize>>]) {
        if !scope.states.iter().any(State::is_terminal) {
            // A state that is missing may well be the one that should end the scope.
            if edges.iter().flatten().any(Option::is_none) {
                return;
            }
            let whole = match scope.location.as_str() {
                "" => "the state machine",
                _ => "this scope",
            };
            self.diagnostics.push(
                Diagnostic::error(
                    ServiceCode::MissingEndState,
                    scope.start.name.span,
                    format!("{whole} has no terminal state"),
                )
                .label("nothing that follows from here ends it")
                .service("Workflow has no terminal state")
                .help("give one state `\"End\": true`, or add a Succeed or Fail state"),
            );
            return;
        }
        let Some(start) = start else { return };
        let mut reached = vec![false; scope.states.len()];
        reached[start] = true;
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for &to in edges[at].iter().flatten() {
                if !std::mem::replace(&mut reached[to], true) {
                    open.push(to);
                }
            }
        }
        for (state, _) in scope.states.iter().zip(reached).filter(|(_, reached)| !reached) {
            let name = &state.name.value;
            self.diagnostics.push(
                Diagnostic::error(
                    ServiceCode::MissingTransitionTarget,
                    state.name.span,
                    format!("state `{name}` cannot be reached"),
                )
                .label("no transition leads here")
                .service(format!("State \"{name}\" is not reachable."))
                .at(&state.location),
            );
        }
    }
}

/// The field that holds the target of this number in [`State::targets`].
fn field(state: &State, number: usize) -> String {
    if let StateKind::Choice(choice) = &state.kind {
        return match number < choice.rules.len() {
            true => format!("Choices[{number}]/Next"),
            false => "Default".to_owned(),
        };
    }
    match (state.next().and_then(Next::target), number) {
        (Some(_), 0) => "Next".to_owned(),
        (Some(_), _) => format!("Catch[{}]/Next", number - 1),
        (None, _) => format!("Catch[{number}]/Next"),
    }
}
