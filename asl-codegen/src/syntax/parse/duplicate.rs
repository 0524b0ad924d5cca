//! Keys that stand twice in one object (V-47).

use super::Parser;
use crate::diagnostic::{Diagnostic, Lint};
use crate::json::{Json, Kind};
use crate::source::Span;
use std::collections::HashMap;

impl Parser<'_> {
    /// Reports keys that stand twice in one object, at any depth.
    pub fn duplicate_keys(&mut self, json: &Json) {
        match &json.kind {
            Kind::Array(items) => items.iter().for_each(|item| self.duplicate_keys(item)),
            Kind::Object(object) => {
                let mut seen: HashMap<&str, Span> = HashMap::with_capacity(object.members.len());
                for member in &object.members {
                    if let Some(first) = seen.insert(&member.key, member.key_span) {
                        self.diagnostics.push(
                            Diagnostic::lint(
                                Lint::DuplicateKey,
                                member.key_span,
                                format!("the key `{}` stands twice in one object", member.key),
                            )
                            .label("only the last one counts")
                            .related(first, "this one is ignored"),
                        );
                    }
                    self.duplicate_keys(&member.value);
                }
            }
            _ => {}
        }
    }
}
