//! Where what is missing was lost: the way from there.

use super::data::{has_no_elements, is_known_to_be_missing};
use crate::expr::path::{Root, Step};
use crate::shapes::{Data, ScopeShapes, Shape, Way};
use crate::source::Span;
use crate::syntax::{Scope, State};
use std::collections::VecDeque;

/// The ways through a scope.
pub(super) struct Ways<'a> {
    pub scope: &'a Scope,
    pub shapes: &'a ScopeShapes,
    /// The state that the scope is part of.
    pub outer: Option<&'a State>,
}

/// Where something is not handed on, or not any more.
pub(super) struct Origin {
    pub span: Span,
    pub label: String,
}

impl Ways<'_> {
    /// The last state before `at` that gives what these steps find nothing in, or may find nothing in, although it got it or
    /// nothing was known of that; with the shortest way from it.
    pub fn origin(&self, at: usize, root: &Root, steps: &[Step]) -> Option<Origin> {
        self.last(at, root, &|data| lacks(data, root, steps))
    }

    /// The last state before `at` that gives what a path leads to, which is always there.
    pub fn giver(&self, at: usize, root: &Root, steps: &[Step]) -> Option<Origin> {
        self.last(at, root, &|data| base(data, root).find(steps).fails_at.is_none())
    }

    /// The last state before `at` since which what a path leads to is known to be of this shape.
    pub fn source(&self, at: usize, root: &Root, steps: &[Step], shape: &Shape) -> Option<Origin> {
        let is_so = |data: &Data| {
            let found = base(data, root).find(steps).shape;
            !found.is_any() && !found.is_never() && shape.includes(&found)
        };
        self.last(at, root, &is_so)
    }

    /// The last state before `at` that gives data that is such, although it got other data; with the shortest way from it.
    fn last(&self, at: usize, root: &Root, is_such: &dyn Fn(&Data) -> bool) -> Option<Origin> {
        if self.shapes.states[at]
            .as_ref()
            .is_none_or(|shapes| !is_such(&shapes.flow.data))
        {
            return None;
        }
        let mut next: Vec<Option<(usize, Way)>> = vec![None; self.scope.states.len()];
        let mut open = VecDeque::from([at]);
        let mut seen = vec![false; self.scope.states.len()];
        seen[at] = true;
        while let Some(to) = open.pop_front() {
            if to == self.scope.start.index && is_such(&self.shapes.input) {
                return self.outside(at, &next, to);
            }
            for (from, (state, shapes)) in self.scope.states.iter().zip(&self.shapes.states).enumerate() {
                let Some(shapes) = shapes.as_ref().filter(|_| !seen[from]) else {
                    continue;
                };
                let exits = shapes.flow.exits(state);
                let exit = exits
                    .into_iter()
                    .find(|exit| exit.to == Some(to) && is_such(&exit.data));
                let Some(exit) = exit else { continue };
                seen[from] = true;
                next[from] = Some((to, exit.way));
                if !is_such(&shapes.flow.data) {
                    return Some(Origin {
                        span: state.name.span,
                        label: self.label(from, at, &next, &short(&base(&exit.data, root))),
                    });
                }
                open.push_back(from);
            }
        }
        None
    }

    /// The first state behind `at` that is such, with the shortest way to it; or the state around, if the scope ends before.
    pub fn end(&self, at: usize, is_end: impl Fn(&State) -> bool) -> Option<Origin> {
        let mut before: Vec<Option<(usize, Way)>> = vec![None; self.scope.states.len()];
        let mut open = VecDeque::from([at]);
        let mut leaves = false;
        while let Some(from) = open.pop_front() {
            let Some(shapes) = &self.shapes.states[from] else {
                continue;
            };
            for exit in shapes.flow.exits(&self.scope.states[from]) {
                // Where it fails there is no result.
                if from == at && matches!(exit.way, Way::Catch(_)) {
                    continue;
                }
                let Some(to) = exit.to else {
                    leaves = true;
                    continue;
                };
                if to == at || before[to].is_some() {
                    continue;
                }
                before[to] = Some((from, exit.way));
                if is_end(&self.scope.states[to]) {
                    return Some(self.reached(at, to, &before));
                }
                open.push_back(to);
            }
        }
        let outer = self.outer.filter(|_| leaves)?;
        Some(Origin {
            span: outer.name.span,
            label: "no state reads it in what this gives".to_owned(),
        })
    }

    fn reached(&self, at: usize, end: usize, before: &[Option<(usize, Way)>]) -> Origin {
        let mut next = vec![None; before.len()];
        let mut to = end;
        while let Some((from, way)) = before[to] {
            next[from] = Some((to, way));
            to = from;
        }
        Origin {
            span: self.scope.states[end].name.span,
            label: format!("this hands on something else; the way is {}", self.way(at, end, &next)),
        }
    }

    /// The data came without it.
    fn outside(&self, at: usize, next: &[Option<(usize, Way)>], start: usize) -> Option<Origin> {
        let outer = self.outer?;
        let way = self.way(start, at, next);
        Some(Origin {
            span: outer.name.span,
            label: format!(
                "what begins here has {}; the way is {way}",
                short(&self.shapes.input.input)
            ),
        })
    }

    fn label(&self, from: usize, at: usize, next: &[Option<(usize, Way)>], gives: &str) -> String {
        format!("this gives {gives}; the way is {}", self.way(from, at, next))
    }

    fn way(&self, from: usize, at: usize, next: &[Option<(usize, Way)>]) -> String {
        let mut names = Vec::new();
        let mut state = from;
        loop {
            let name = &self.scope.states[state].name.value;
            match next[state] {
                Some((then, way)) if state != at => {
                    let caught = if matches!(way, Way::Catch(_)) {
                        " where it fails"
                    } else {
                        ""
                    };
                    names.push(format!("`{name}`{caught}"));
                    state = then;
                }
                _ => {
                    names.push(format!("`{name}`"));
                    break;
                }
            }
        }
        match &names[..] {
            [first, .., last] if names.len() > 6 => format!("{first}, {} states, {last}", names.len() - 2),
            _ => names.join(", "),
        }
    }
}

fn base(data: &Data, root: &Root) -> Shape {
    match root {
        Root::Input => data.input.clone(),
        Root::Context => Shape::Any,
        Root::Variable(name) => data
            .variables
            .member(name)
            .map_or(Shape::Any, |variable| variable.shape),
    }
}

/// Whether a member is known to be missing, at least on one way.
fn lacks(data: &Data, root: &Root, steps: &[Step]) -> bool {
    let Some((last, before)) = steps.split_last() else {
        return false;
    };
    let base = base(data, root);
    let found = base.find(before);
    let is_lost = found.shape.is_never() || found.shape.find(std::slice::from_ref(last)).shape.is_never();
    is_lost || is_known_to_be_missing(&found.shape, last) || has_no_elements(&found.shape, last)
}

/// A shape, not longer than a line.
fn short(shape: &Shape) -> String {
    const MOST: usize = 80;
    let text = shape.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}
