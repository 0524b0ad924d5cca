//! A definition that is the text of a string.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json::{self, Json, Kind, Places, Substitutions, Text, Written};
use crate::source::{Source, Span};

/// Reads the JSON in a string, with the places that it has in the source.
pub(super) fn parse(
    source: &Source,
    text: &Text,
    literal: Span,
    substitutions: &Substitutions,
) -> Result<Json, Diagnostics> {
    let inner = Source::new("", text.value.as_str());
    let outer = Outer {
        source,
        inner: &inner,
        places: text.places(source, literal),
    };
    match json::parse(&inner, substitutions) {
        Ok(json) => Ok(outer.json(json)),
        Err(errors) => {
            let mut moved = Diagnostics::new();
            moved.extend(errors.into_iter().map(|error| outer.diagnostic(error)));
            Err(moved)
        }
    }
}

struct Outer<'a> {
    source: &'a Source,
    inner: &'a Source,
    places: Places,
}

impl Outer<'_> {
    fn span(&self, inner: Span) -> Span {
        self.places.span(inner.start..inner.end)
    }

    fn diagnostic(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.span = self.span(diagnostic.span);
        diagnostic
            .related
            .iter_mut()
            .for_each(|(span, _)| *span = self.span(*span));
        diagnostic
    }

    fn json(&self, json: Json) -> Json {
        let kind = match json.kind {
            Kind::String(text) => {
                let written = Written::of_json(self.inner, json.span);
                let moved = written.moved(|inner| {
                    let outer = self.span(inner);
                    (outer, self.source.slice(outer) == self.inner.slice(inner))
                });
                Kind::String(text.written(moved))
            }
            Kind::Array(items) => Kind::Array(items.into_iter().map(|item| self.json(item)).collect()),
            Kind::Object(mut object) => {
                let members = object.members.drain(..).map(|member| json::Member {
                    key_span: self.span(member.key_span),
                    value: self.json(member.value),
                    key: member.key,
                });
                Kind::Object(json::Object {
                    members: members.collect(),
                })
            }
            other => other,
        };
        Json {
            kind,
            span: self.span(json.span),
        }
    }
}
