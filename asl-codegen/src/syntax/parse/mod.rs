//! JSON to syntax: every field is read, and each one that is wrong is reported.
//!
//! Nothing stops at the first error. A part that cannot be read is replaced by something harmless, and the scope it
//! stands in is no longer [`intact`](super::Scope::intact), so that later passes draw no conclusions from the gap.

mod choice;
mod duplicate;
mod fields;
mod handler;
mod jsonata;
mod map;
mod path;
mod read;
mod resource;
mod scope;
mod state;
mod table;
mod template;
mod timestamp;

use super::{Machine, QueryLanguage, Unsettled};
use crate::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, ServiceCode};
use crate::json::{Json, Text};
use crate::source::{Source, Span};
use duplicate::Place;
use fields::Fields;
use std::collections::{HashMap, HashSet};
use table::MACHINE;

/// Reads a definition.
///
/// The result is complete where `diagnostics` got no error, and good enough to look for further errors otherwise.
/// There is none where `json` is no object.
pub fn parse(source: &Source, json: &Json, options: &Options, diagnostics: &mut Diagnostics) -> Option<Machine> {
    let mut parser = Parser {
        source,
        options,
        diagnostics,
        language: QueryLanguage::JsonPath,
        intact: true,
        depth: 0,
        state_at: 0,
        express_children: false,
        suggestions: MAX_SUGGESTIONS,
        misspelt: HashSet::new(),
        labels: HashMap::new(),
        unsettled: Vec::new(),
    };
    parser.duplicate_keys(json, &Place::Root);
    parser.machine(json)
}

/// What reading needs beside the JSON at hand.
struct Parser<'a> {
    source: &'a Source,
    options: &'a Options,
    diagnostics: &'a mut Diagnostics,
    /// That of the machine.
    language: QueryLanguage,
    /// Whether the transitions of the scope at hand could all be read so far.
    intact: bool,
    /// How many scopes stand around what is read: 1 in the machine itself.
    depth: usize,
    /// The length of the location of the state at hand.
    state_at: usize,
    /// Whether the scope at hand runs as Express executions that a distributed Map starts.
    express_children: bool,
    /// How many misspelt names may still get a suggestion.
    suggestions: usize,
    /// Fields that were reported as misspelt, by the start of their object: they are not missing as well.
    misspelt: HashSet<(usize, String)>,
    /// The labels of Maps so far, and where they stand.
    labels: HashMap<String, Span>,
    unsettled: Vec<Unsettled>,
}

impl Parser<'_> {
    fn machine(&mut self, json: &Json) -> Option<Machine> {
        let Some(object) = json.as_object() else {
            self.diagnostics.push(
                Diagnostic::error(
                    ServiceCode::SchemaValidationFailed,
                    json.span,
                    format!("a definition must be an object, not {}", json.kind_name()),
                )
                .label("expected `{`")
                .service("Definition must be a valid JSON object"),
            );
            return None;
        };
        let anchor = Span::new(json.span.start, json.span.start + 1);
        let fields = Fields::new(object, json.span, anchor, String::new());
        self.known(&fields, MACHINE, "a state machine");
        self.language = self.query_language(&fields).unwrap_or_default();
        let timeout_seconds = self.integer(&fields, "TimeoutSeconds", 1, MAX_SECONDS);
        self.version(&fields);
        let scope = self.scope(&fields);
        Some(Machine {
            query_language: self.language,
            timeout_seconds,
            scope,
            unsettled: std::mem::take(&mut self.unsettled),
        })
    }

    /// `Version`: there is only one (G-4).
    fn version(&mut self, fields: &Fields) {
        if let Some(version) = self.text(fields, "Version")
            && version.value.value != "1.0"
            && version.value.symbols.is_empty()
        {
            self.schema(version.span, &fields.location("Version"), "`Version` must be `1.0`")
                .label("there is no such version of the language")
                .help("write `\"1.0\"`, or leave the field out")
                .push();
        }
    }

    /// `QueryLanguage` of a machine or a state (G-5).
    fn query_language(&mut self, fields: &Fields) -> Option<QueryLanguage> {
        let value = self.string(fields, "QueryLanguage")?;
        match value.value {
            "JSONPath" => return Some(QueryLanguage::JsonPath),
            "JSONata" => return Some(QueryLanguage::Jsonata),
            _ => {}
        }
        let meant = crate::nearest(value.value, ["JSONPath", "JSONata"]);
        self.schema(
            value.span,
            &fields.location("QueryLanguage"),
            "`QueryLanguage` must be `JSONPath` or `JSONata`",
        )
        .label("there is no such query language")
        .service("Value should be one of the following: [JSONPath, JSONata]")
        .meant(meant)
        .push();
        // The service goes on with JSONata (V-24). What was meant makes for fewer errors that follow from this one.
        meant.map(|name| match name {
            "JSONPath" => QueryLanguage::JsonPath,
            _ => QueryLanguage::Jsonata,
        })
    }

    /// The name that was probably meant. A document full of unknown names gets suggestions for the first ones only.
    fn nearest<'n>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        self.suggest(|| crate::nearest(name, candidates))
    }

    /// What `find` finds, which may look through a whole object, and so is not asked for every name of a large one.
    fn suggest<'n>(&mut self, find: impl FnOnce() -> Option<&'n str>) -> Option<&'n str> {
        self.suggestions = self.suggestions.checked_sub(1)?;
        find()
    }

    /// Notes that a value is needed which `${Name}` substitutions hide.
    fn unsettled(&mut self, text: &Text, span: Span, location: &str) {
        self.unsettled.push(Unsettled {
            names: text.symbols.clone(),
            span,
            location: location.to_owned(),
        });
    }

    fn schema<'p>(&'p mut self, span: Span, location: &str, message: impl Into<String>) -> Finding<'p> {
        self.finding(ServiceCode::SchemaValidationFailed, span, location, message)
    }

    fn finding<'p>(
        &'p mut self,
        code: impl Into<crate::diagnostic::Code>,
        span: Span,
        location: &str,
        message: impl Into<String>,
    ) -> Finding<'p> {
        let location = if location.is_empty() { "/" } else { location };
        // The list gives findings of lints their level.
        Finding {
            diagnostics: self.diagnostics,
            diagnostic: Diagnostic::error(code, span, message).at(location),
        }
    }
}

/// The most seconds and attempts that a field may name.
const MAX_SECONDS: u64 = 99_999_999;

/// A suggestion compares a name with all that could stand in its place.
const MAX_SUGGESTIONS: usize = 64;

/// A diagnostic on its way into the list.
#[must_use]
struct Finding<'p> {
    diagnostics: &'p mut Diagnostics,
    diagnostic: Diagnostic,
}

impl Finding<'_> {
    fn label(mut self, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.label(label);
        self
    }

    fn service(mut self, message: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.service(message);
        self
    }

    fn maybe_service(mut self, message: Option<&str>) -> Self {
        self.diagnostic.service_message = message.map(str::to_owned);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.help(help);
        self
    }

    fn maybe_help(mut self, help: Option<impl Into<String>>) -> Self {
        self.diagnostic = self.diagnostic.maybe_help(help);
        self
    }

    fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.related(span, label);
        self
    }

    /// Offers the name that was probably meant.
    fn meant(self, name: Option<&str>) -> Self {
        self.maybe_help(name.map(|name| format!("did you mean `{name}`?")))
    }

    fn push(self) {
        self.diagnostics.push(self.diagnostic);
    }
}
