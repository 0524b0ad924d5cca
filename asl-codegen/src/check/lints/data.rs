//! Paths that find nothing, or not on every way, and values of a type that their field does not take
//! (V-123, V-127), because of what is known about the data.

use super::super::visit::{Place, Read, reads};
use super::conditions;
use super::expressions;
use super::ways::Ways;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::path::{Path, Root, Step};
use crate::shapes::{Flow, Scope, Shape, Types, error_output};
use crate::source::Spanned;
use crate::syntax::{Items, QueryLanguage, ResultPath, State, StateKind};

/// Looks at the state of this index.
pub(super) fn check(ways: &Ways<'_>, at: usize, flow: &Flow, diagnostics: &mut Diagnostics) {
    let state = &ways.scope.states[at];
    Visit { ways, at, state, flow }.report(diagnostics);
}

/// Whether a value of some types can be what is wanted.
pub(super) type Accepts = fn(&Types) -> bool;

/// A state that is looked at.
struct Visit<'a> {
    ways: &'a Ways<'a>,
    at: usize,
    state: &'a State,
    flow: &'a Flow,
}

/// What a path is applied to.
struct Base<'a> {
    scope: Scope<'a>,
    /// Whether `$` is the input of the state.
    is_input: bool,
}

impl Visit<'_> {
    fn report(&self, diagnostics: &mut Diagnostics) {
        conditions::check(self.state, self.flow, diagnostics);
        if self.state.query_language == QueryLanguage::Jsonata {
            return self.expressions(diagnostics);
        }
        let error = error_output();
        for read in reads(self.state) {
            // In a condition it depends on those before whether it is looked for.
            if matches!(read.place, Place::Presence(_) | Place::Rule(_)) {
                continue;
            }
            if let Some(base) = self.base(&read.place, &error) {
                self.path(&base, &read, diagnostics);
                self.takes(&base, &read, diagnostics);
            }
        }
        self.items(diagnostics);
        self.result_path(diagnostics);
    }

    fn expressions(&self, diagnostics: &mut Diagnostics) {
        let error = error_output();
        for expression in self.state.expressions() {
            let field = expression.field.as_str();
            let scope = if field.starts_with("Catch[") {
                self.flow.scope_caught(self.state, &error)
            } else if field.starts_with("Output") || field.starts_with("Assign") {
                self.flow.scope_after(self.state)
            } else {
                self.flow.scope(self.state)
            };
            expressions::check(self.state, expression, &scope, diagnostics);
        }
    }

    /// What the paths of a field see; nothing where they have no effect, or what they see is not known.
    fn base<'s>(&'s self, place: &Place, error: &'s Shape) -> Option<Base<'s>> {
        let flow = self.flow;
        let with = |input| {
            Some(Base {
                scope: Scope::new(input, &flow.data.variables, &flow.context),
                is_input: std::ptr::eq(input, &flow.data.input),
            })
        };
        match place {
            // `Result` leaves them without effect (PS-2).
            Place::Field("InputPath") | Place::Parameters if self.has_result() => None,
            // The items come from elsewhere (RD-17).
            Place::Field("ItemsPath") if self.has_reader() => None,
            Place::Field("InputPath" | "ErrorPath" | "CausePath") => with(&flow.data.input),
            Place::Field("OutputPath") => with(&flow.combined),
            Place::Field("ResultSelector") => with(&flow.result),
            Place::Field("Assign") => Some(Base {
                scope: flow.scope_after(self.state),
                is_input: false,
            }),
            Place::CatcherAssign(_) => with(error),
            // Which rule held tells more than is known here.
            Place::RuleAssign(_) => None,
            _ if flow.effective == flow.data.input => with(&flow.data.input),
            _ => with(&flow.effective),
        }
    }

    fn has_result(&self) -> bool {
        matches!(&self.state.kind, StateKind::Pass(pass) if pass.result.is_some())
    }

    fn has_reader(&self) -> bool {
        matches!(&self.state.kind, StateKind::Map(map) if map.data_set_fields.iter().any(|field| field.name.value == "ItemReader"))
    }

    fn path(&self, base: &Base<'_>, read: &Read<'_>, diagnostics: &mut Diagnostics) {
        let found = base.scope.find(read.path);
        // What the context object has is a matter of its own.
        let is_asked = read.path.is_definite() && read.path.root != Root::Context;
        let Some(at) = found.fails_at.filter(|_| is_asked) else {
            return;
        };
        let is_never = found.shape.is_never();
        let before = base.scope.before(read.path, at);
        if !is_never && !is_known_to_be_missing(&before, &read.path.steps[at]) {
            return;
        }
        let (lint, message) = match is_never {
            true => (Lint::ImpossiblePath, format!("`{}` finds nothing", read.path.text)),
            false => (
                Lint::MaybeMissingPath,
                format!("`{}` finds nothing on some of the ways here", read.path.text),
            ),
        };
        let (label, help) = explained(&before, &read.path.steps[at], is_never);
        let origin = match &read.path.root {
            Root::Input if !base.is_input => None,
            _ => self.ways.origin(self.at, &read.path.root, &read.path.steps[..=at]),
        };
        let mut diagnostic = Diagnostic::lint(lint, read.span, message)
            .label(label)
            .maybe_help(help)
            .at(read.place.location(self.state));
        if let Some(origin) = origin {
            diagnostic = diagnostic.related(origin.span, origin.label);
        }
        diagnostics.push(diagnostic);
    }

    /// What a field takes of what its path finds.
    fn takes(&self, base: &Base<'_>, read: &Read<'_>, diagnostics: &mut Diagnostics) {
        let Place::Field(field) = read.place else { return };
        let (takes, wanted): (Accepts, _) = match field {
            "SecondsPath" | "TimeoutSecondsPath" | "HeartbeatSecondsPath" => {
                (|types| types.number().is_some(), "an integer")
            }
            // A numeric string will do (MP-29).
            "MaxConcurrencyPath" | "ToleratedFailureCountPath" => (
                |types| types.number().is_some() || types.string().is_some(),
                "an integer",
            ),
            "ToleratedFailurePercentagePath" => {
                (|types| types.number().is_some() || types.string().is_some(), "a number")
            }
            "TimestampPath" => (|types| types.string().is_some(), "a timestamp"),
            _ => return,
        };
        let found = base.scope.find(read.path).shape;
        if let Some(types) = found.types().filter(|types| !found.is_never() && !takes(types)) {
            diagnostics.push(
                Diagnostic::lint(Lint::WrongType, read.span, format!("`{field}` must lead to {wanted}"))
                    .label(format!("this is {}", types.names().join(" or ")))
                    .at(read.place.location(self.state)),
            );
        }
    }

    /// A Map over what is no array (MP-21).
    fn items(&self, diagnostics: &mut Diagnostics) {
        let StateKind::Map(map) = &self.state.kind else { return };
        if !map.data_set_fields.is_empty() {
            return;
        }
        let (found, span) = match &map.items {
            Items::Input => (self.flow.effective.clone(), self.state.name.span),
            Items::Path(path) => (self.flow.scope(self.state).find(&path.value).shape, path.span),
            Items::Template(_) => return,
        };
        if let Some(types) = found
            .types()
            .filter(|types| !found.is_never() && types.array().is_none())
        {
            let label = match &map.items {
                Items::Input => format!("its input is {}", types.names().join(" or ")),
                _ => format!("this is {}", types.names().join(" or ")),
            };
            let message = format!("there is no array for Map `{}` to go over", self.state.name.value);
            diagnostics.push(
                Diagnostic::lint(Lint::WrongType, span, message)
                    .label(label)
                    .help("let `ItemsPath` lead to an array")
                    .at(format!("{}/ItemsPath", self.state.location)),
            );
        }
    }

    /// A `ResultPath` into what is no object (IO-20).
    fn result_path(&self, diagnostics: &mut Diagnostics) {
        let result_path = match &self.state.kind {
            StateKind::Pass(pass) => Some(&pass.result_path),
            _ => self.state.outcome().map(|outcome| &outcome.result_path),
        };
        let Some(ResultPath::Into(Spanned { value: path, span })) = result_path else {
            return;
        };
        let Some(types) = self.flow.data.input.types() else {
            return;
        };
        let is_plain = types.object().is_none() && !types.has_null() && !self.flow.data.input.is_never();
        if is_plain && matches!(path.steps.first(), Some(Step::Member(_))) {
            let message = format!("the result cannot be put at `{}`", path.text);
            diagnostics.push(
                Diagnostic::lint(Lint::ResultPathIntoNonObject, *span, message)
                    .label(format!("the input of this state is {}", types.names().join(" or ")))
                    .help("leave `ResultPath` out, so that the result replaces the input")
                    .at(format!("{}/ResultPath", self.state.location)),
            );
        }
    }
}

/// Whether there is a way on which the step finds nothing: not where nothing is known to say that it does.
pub(super) fn is_known_to_be_missing(before: &Shape, step: &Step) -> bool {
    let (Some(types), Step::Member(name)) = (before.types(), step) else {
        return false;
    };
    types
        .object()
        .is_some_and(|object| object.knows(name) && object.member(name).is_some_and(|member| !member.is_required))
}

/// Why a step finds nothing, and what to write instead.
pub(super) fn explained(before: &Shape, step: &Step, is_never: bool) -> (String, Option<String>) {
    let Some(types) = before.types() else {
        return ("nothing is there".to_owned(), None);
    };
    match (step, types.object()) {
        (Step::Member(name), Some(_)) if !is_never => (
            format!("`{name}` is not always there"),
            Some("test it with `IsPresent` first, or put it there on every way".to_owned()),
        ),
        (Step::Member(name), Some(object)) => {
            let names: Vec<&str> = match object.rest() {
                Some(_) => Vec::new(),
                None => object.members().map(|(name, _)| &**name).collect(),
            };
            let known: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let help = match crate::nearest(name, names.iter().copied()) {
                _ if object.rest().is_some() => None,
                Some(meant) => Some(format!("did you mean `{meant}`?")),
                None if names.is_empty() => Some("there is nothing in this object".to_owned()),
                None if names.len() <= 5 => Some(format!("there is {}", known.join(", "))),
                None => None,
            };
            (format!("there is no `{name}` at this point"), help)
        }
        (Step::Member(name), None) => (
            format!("`{name}` is looked for in {}", types.names().join(" or ")),
            None,
        ),
        _ => (
            format!("an element is looked for in {}", types.names().join(" or ")),
            None,
        ),
    }
}

impl Scope<'_> {
    /// What stands before a step of a path.
    pub(super) fn before(&self, path: &Path, step: usize) -> Shape {
        self.find(&Path {
            text: String::new(),
            root: path.root.clone(),
            steps: path.steps[..step].to_vec(),
        })
        .shape
    }
}
