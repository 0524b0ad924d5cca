//! Paths into the context object that lead nowhere (CX-1 to CX-16).

use super::super::visit::{ContextRead, Place, context_reads};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
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
        for read in context_reads(state) {
            context_read(state, &read, in_map, diagnostics);
        }
        let is_map = matches!(state.kind, StateKind::Map(_));
        for inner in state.scopes() {
            scope(inner, in_map || is_map, diagnostics);
        }
    }
}

fn context_read(state: &State, read: &ContextRead, in_map: bool, diagnostics: &mut Diagnostics) {
    if let Some((message, help)) = unknown(read) {
        diagnostics.push(
            Diagnostic::lint(Lint::UnknownContextField, read.span, message)
                .label("there is nothing at this path")
                .maybe_help(help)
                .at(read.place.location(state)),
        );
        return;
    }
    let of_map = read.members.first() == Some(&"Map");
    if of_map && !in_map && !is_of_item(read) && read.is_needed {
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

/// Whether it is read for each item of the Map itself.
fn is_of_item(read: &ContextRead) -> bool {
    match &read.place {
        Place::ItemSelector => true,
        Place::Expression(field) => field.starts_with("ItemSelector"),
        _ => false,
    }
}

/// What is wrong with a path into the context object, and what was probably meant.
fn unknown(read: &ContextRead) -> Option<(String, Option<String>)> {
    let mut node = &CONTEXT;
    let mut so_far = read.root.to_owned();
    for &name in &read.members {
        let members = match node {
            Node::Object(members) => members,
            Node::Any => return None,
            Node::Leaf => return Some((leaf(&so_far), None)),
        };
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
        so_far = format!("{so_far}.{name}");
    }
    // Wildcards and the like may find something in an object.
    (read.goes_on && matches!(node, Node::Leaf)).then(|| (leaf(&so_far), None))
}

fn leaf(path: &str) -> String {
    format!("`{path}` is a plain value, with nothing inside")
}
