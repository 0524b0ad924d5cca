//! Paths into the context object that lead nowhere (CX-1 to CX-16).

use super::super::visit::{Place, Read, reads};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{Machine, Scope, State, StateKind};

/// What there is at a place in the context object.
enum Node {
    /// Members with these names.
    Object(&'static [(&'static str, Node)]),
    /// A text or number.
    Leaf,
    /// Any value.
    Any,
}

const CONTEXT: Node = Node::Object(&[
    (
        "Execution",
        Node::Object(&[
            ("Id", Node::Leaf),
            ("Input", Node::Any),
            ("Name", Node::Leaf),
            ("RoleArn", Node::Leaf),
            ("StartTime", Node::Leaf),
            ("RedriveCount", Node::Leaf),
            ("RedriveTime", Node::Leaf),
        ]),
    ),
    (
        "StateMachine",
        Node::Object(&[("Id", Node::Leaf), ("Name", Node::Leaf)]),
    ),
    (
        "State",
        Node::Object(&[
            ("Name", Node::Leaf),
            ("EnteredTime", Node::Leaf),
            ("RetryCount", Node::Leaf),
        ]),
    ),
    ("Task", Node::Object(&[("Token", Node::Leaf)])),
    (
        "Map",
        Node::Object(&[(
            "Item",
            Node::Object(&[
                ("Index", Node::Leaf),
                ("Value", Node::Any),
                ("Key", Node::Leaf),
                ("Source", Node::Leaf),
            ]),
        )]),
    ),
]);

pub(super) fn check(machine: &Machine, diagnostics: &mut Diagnostics) {
    scope(&machine.scope, false, diagnostics);
}

/// `in_map`: whether the scope is the processor of a Map, or inside one.
fn scope(of: &Scope, in_map: bool, diagnostics: &mut Diagnostics) {
    for state in &of.states {
        for read in reads(state) {
            if read.path.root == Root::Context {
                context_read(state, &read, in_map, diagnostics);
            }
        }
        let is_map = matches!(state.kind, StateKind::Map(_));
        for inner in state.scopes() {
            scope(inner, in_map || is_map, diagnostics);
        }
    }
}

fn context_read(state: &State, read: &Read, in_map: bool, diagnostics: &mut Diagnostics) {
    if let Some((message, help)) = unknown(read.path) {
        diagnostics.push(
            Diagnostic::lint(Lint::UnknownContextField, read.span, message)
                .label("there is nothing at this path")
                .maybe_help(help)
                .at(read.place.location(state)),
        );
        return;
    }
    let of_map = matches!(read.path.steps.first(), Some(Step::Member(name)) if name == "Map");
    let item = read.place == Place::ItemSelector;
    let may_be_missing = matches!(read.place, Place::Presence(_)) || !read.path.is_definite();
    if of_map && !in_map && !item && !may_be_missing {
        let help = match state.kind {
            StateKind::Map(_) => "the item exists in `ItemSelector` and inside the processor",
            _ => "the item exists inside the processor of a Map, and in the `ItemSelector` of the Map itself",
        };
        diagnostics.push(
            Diagnostic::lint(Lint::MapContextOutsideMap, read.span, "there is no Map item here")
                .label("this state is not inside a Map")
                .help(help)
                .at(read.place.location(state)),
        );
    }
}

/// What is wrong with a path into the context object, and what was probably meant.
fn unknown(path: &Path) -> Option<(String, Option<String>)> {
    let mut node = &CONTEXT;
    let mut so_far = "$$".to_owned();
    for step in &path.steps {
        let members = match node {
            Node::Object(members) => members,
            Node::Any => return None,
            Node::Leaf => return Some((format!("`{so_far}` is a plain value, with nothing inside"), None)),
        };
        // Wildcards and the like may find something.
        let Step::Member(name) = step else { return None };
        match members.iter().find(|member| member.0 == name) {
            Some(member) => node = &member.1,
            None => {
                let names = members.iter().map(|member| member.0);
                let help = match crate::nearest(name, names.clone()) {
                    Some(meant) => format!("did you mean `{so_far}.{meant}`?"),
                    None => format!(
                        "its members are {}",
                        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    ),
                };
                return Some((format!("the context object has no `{so_far}.{name}`"), Some(help)));
            }
        }
        so_far = format!(
            "{so_far}.{}",
            match step {
                Step::Member(name) => name.as_str(),
                _ => "*",
            }
        );
    }
    None
}
