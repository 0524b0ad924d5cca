//! Scopes: the machine, branches, processors.

use super::Parser;
use super::fields::Fields;
use crate::diagnostic::Lint;
use crate::json::Kind;
use crate::source::{Span, Spanned};
use crate::syntax::{Scope, State, Target};
use std::collections::HashMap;

impl Parser<'_> {
    /// `StartAt` and `States` of a scope.
    pub fn scope(&mut self, fields: &Fields) -> Scope {
        let outer = std::mem::replace(&mut self.intact, true);
        self.depth += 1;
        let complete = self.required(fields, &["States", "StartAt"], what(&fields.at));
        let comment = self.comment(fields);
        let start = self.target(fields, "StartAt");
        let states = self.states(fields);
        let intact = self.intact && complete && start.is_some() && !states.is_empty();
        self.intact = outer;
        self.depth -= 1;
        Scope {
            comment,
            start: start.unwrap_or_else(|| Target::missing(fields.anchor)),
            states,
            intact,
            span: fields.span,
            location: fields.at.clone(),
        }
    }

    fn states(&mut self, fields: &Fields) -> Vec<State> {
        let Some(states) = self.object_field(fields, "States") else {
            return Vec::new();
        };
        // Of a repeated key the last counts, as for every reader of JSON.
        let last: HashMap<&str, Span> = states.members().map(|m| (m.key.as_str(), m.key_span)).collect();
        if last.is_empty() {
            self.schema(states.anchor, &states.at, "`States` must not be empty")
                .label("no state in it")
                .push();
        }
        states
            .members()
            .filter(|member| last.get(member.key.as_str()) == Some(&member.key_span))
            .map(|member| self.state(member, states.location(&member.key)))
            .collect()
    }

    /// A field that names a state.
    pub fn target(&mut self, fields: &Fields, name: &str) -> Option<Target> {
        let value = &fields.get(name)?.value;
        if let Kind::Bool(word) = value.kind {
            // States called `true` and `false` come out of YAML so, and tools that deploy it turn them back.
            let message = format!("`{name}` must be a string, not a boolean");
            self.finding(Lint::Doubtful, value.span, &fields.location(name), message)
                .label(format!("taken for the state `{word}`"))
                .help(format!("write `\"{word}\"`"))
                .push();
            return Some(Target::new(word.to_string(), value.span));
        }
        let target = self.text(fields, name);
        if target.is_none() && fields.has(name) {
            self.intact = false;
        }
        target.map(|Spanned { value, span }| Target::new(value.value.clone(), span))
    }

    /// The same where one is required, which is reported elsewhere.
    pub fn target_or_missing(&mut self, fields: &Fields, name: &str) -> Target {
        self.target(fields, name).unwrap_or_else(|| {
            self.intact = false;
            Target::missing(fields.anchor)
        })
    }
}

/// What a scope is, by its place.
fn what(location: &str) -> &'static str {
    match location.rsplit('/').next() {
        None | Some("") => "a state machine",
        Some("ItemProcessor") => "an `ItemProcessor`",
        Some("Iterator") => "an `Iterator`",
        Some(_) => "a branch",
    }
}
