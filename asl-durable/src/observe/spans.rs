//! The spans of states, each in that of the execution or of the state whose lane it is in.

use asl_runtime::TaskContext;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing::{Level, Span, debug, enabled, info_span};

/// By line of control (the machine, a branch, an item), the state that it is in.
#[derive(Default)]
pub(super) struct Spans(Mutex<HashMap<String, State>>);

struct State {
    name: &'static str,
    position: String,
    /// There is none for what an earlier life has been through, unless something is done there again.
    span: Option<Span>,
}

impl Spans {
    fn states(&self) -> MutexGuard<'_, HashMap<String, State>> {
        // Every change is a single one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line of control enters a state, and so leaves the one before.
    pub(super) fn entered(&self, name: &'static str, position: &str, is_new: bool) {
        if !enabled!(Level::INFO) {
            return;
        }
        let mut states = self.states();
        if let Some(former) = states.remove(line(position)) {
            leave(&mut states, &former.position);
        }
        let mut state = State {
            name,
            position: position.to_owned(),
            span: None,
        };
        if is_new {
            let span = open(&mut states, &state);
            span.in_scope(|| debug!("state entered"));
            state.span = Some(span);
        }
        states.insert(line(position).to_owned(), state);
    }

    /// A line of control leaves its state.
    pub(super) fn exited(&self, position: &str) {
        leave(&mut self.states(), position);
    }

    /// That of an attempt of a task.
    pub(super) fn attempt(&self, task: &TaskContext<'_>) -> Span {
        let state = span_of(&mut self.states(), line(&task.position()));
        let state = state.unwrap_or_else(Span::current);
        info_span!(parent: &state, "attempt", attempt = task.attempt(), resource = task.resource().arn)
    }
}

/// A state is over, and the lanes that it has had are.
fn leave(states: &mut HashMap<String, State>, position: &str) {
    states.retain(|_, state| {
        let below = state.position.strip_prefix(position);
        !below.is_some_and(|below| below.is_empty() || below.starts_with(['[', '#']))
    });
}

/// The span of a state, in that of the state whose lane it is in.
fn open(states: &mut HashMap<String, State>, state: &State) -> Span {
    let (name, position) = (state.name, state.position.as_str());
    let outer = line(position).strip_suffix('/').map(line);
    let outer = outer.and_then(|outer| span_of(states, outer));
    let outer = outer.unwrap_or_else(Span::current);
    info_span!(parent: &outer, "state", name, position)
}

/// The span of the state that a line of control is in.
fn span_of(states: &mut HashMap<String, State>, line: &str) -> Option<Span> {
    let (key, mut state) = states.remove_entry(line)?;
    let span = match state.span.take() {
        Some(span) => span,
        None => open(states, &state),
    };
    state.span = Some(span.clone());
    states.insert(key, state);
    Some(span)
}

/// The line of control of a position: all before the last `/`, which stands between lines only.
fn line(position: &str) -> &str {
    position.rfind('/').map_or("", |slash| &position[..=slash])
}
