//! Paths that find nothing, or not on every way, and values of a type that their field does not take
//! (V-123, V-127), because of what is known about the data.

use super::super::visit::{Place, Read, reads};
use super::conditions;
use super::expressions;
use super::ways::{Origin, Ways};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::path::{Path, Root, Step};
use crate::shapes::{Data, Flow, Scope, Shape, Types, error_output, split};
use crate::source::{Span, Spanned};
use crate::syntax::{Choice, Condition, Expression, Items, QueryLanguage, ResultPath, State, StateKind, Template};

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
        conditions::check(self.ways, self.at, self.flow, diagnostics);
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
        self.result_paths(diagnostics);
    }

    fn expressions(&self, diagnostics: &mut Diagnostics) {
        if let StateKind::Choice(choice) = &self.state.kind {
            return self.choice(choice, diagnostics);
        }
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
            expressions::check(self.ways, self.at, expression, &scope, diagnostics);
        }
        self.items(diagnostics);
    }

    /// The rules of a Choice in JSONata, each over what those before it leave.
    fn choice(&self, choice: &Choice, diagnostics: &mut Diagnostics) {
        let mut left = Some(self.flow.tested(self.state));
        let mut look = |data: &Data, expressions: Vec<&Expression>| {
            let scope = Scope::new(&data.input, &data.variables, &self.flow.context).with_states(None);
            for expression in expressions {
                expressions::check(self.ways, self.at, expression, &scope, diagnostics);
            }
        };
        for rule in &choice.rules {
            let (Some(data), Some(condition)) = (left.take(), &rule.condition) else {
                return;
            };
            if let Condition::Expression(expression) = condition {
                look(&data, vec![&**expression]);
            }
            let split = split(data, condition, &mut |_, _, _| {});
            if let Some(held) = split.holds {
                look(&held, made(&rule.assign, &rule.output));
            }
            left = split.fails;
        }
        if let Some(data) = left {
            look(&data, made(&self.state.assign, &self.state.output));
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
        let Some(end) = DeadEnd::of(read.path, &base.scope) else {
            return;
        };
        let at = end.step;
        let origin = match &read.path.root {
            Root::Input if !base.is_input => None,
            _ => self.ways.origin(self.at, &read.path.root, &read.path.steps[..=at]),
        };
        let diagnostic = end.finding(read.path, read.span).at(read.place.location(self.state));
        diagnostics.push(with_origin(diagnostic, origin));
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
            let finding = Diagnostic::lint(Lint::WrongType, read.span, format!("`{field}` must lead to {wanted}"))
                .label(format!("this is {}", types.names().join(" or ")))
                .at(read.place.location(self.state));
            diagnostics.push(with_origin(finding, self.source(base.is_input, read.path, &found)));
        }
    }

    /// Where what a path leads to got its shape.
    fn source(&self, is_input: bool, path: &Path, found: &Shape) -> Option<Origin> {
        match &path.root {
            Root::Input if !is_input => None,
            root => self.ways.source(self.at, root, &path.steps, found),
        }
    }

    /// A Map over what is no array (MP-21, MP-22).
    fn items(&self, diagnostics: &mut Diagnostics) {
        let StateKind::Map(map) = &self.state.kind else { return };
        if !map.data_set_fields.is_empty() {
            return;
        }
        let is_input = self.flow.effective == self.flow.data.input;
        let (field, help) = match self.state.query_language {
            QueryLanguage::JsonPath => ("ItemsPath", "let `ItemsPath` lead to an array"),
            QueryLanguage::Jsonata => ("Items", "let `Items` give an array"),
        };
        let (found, span, origin) = match &map.items {
            Items::Input => {
                let found = self.flow.effective.clone();
                let origin = || self.ways.source(self.at, &Root::Input, &[], &found);
                let origin = is_input.then(origin).flatten();
                (found, self.state.name.span, origin)
            }
            Items::Path(path) => {
                let found = self.flow.scope(self.state).find(&path.value).shape;
                let origin = self.source(is_input, &path.value, &found);
                (found, path.span, origin)
            }
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
            let finding = Diagnostic::lint(Lint::WrongType, span, message)
                .label(label)
                .help(help)
                .at(format!("{}/{field}", self.state.location));
            diagnostics.push(with_origin(finding, origin));
        }
    }

    /// A `ResultPath` into what is no object (IO-20), also of a Catcher.
    fn result_paths(&self, diagnostics: &mut Diagnostics) {
        let own = match &self.state.kind {
            StateKind::Pass(pass) => Some(&pass.result_path),
            _ => self.state.outcome().map(|outcome| &outcome.result_path),
        };
        let of_catchers = self.state.catchers().iter().enumerate();
        let of_catchers = of_catchers.map(|(at, catcher)| (format!("Catch[{at}]/ResultPath"), &catcher.result_path));
        for (field, path) in own
            .map(|path| ("ResultPath".to_owned(), path))
            .into_iter()
            .chain(of_catchers)
        {
            if let ResultPath::Into(path) = path {
                self.result_path(path, &field, diagnostics);
            }
        }
    }

    fn result_path(&self, path: &Spanned<Path>, field: &str, diagnostics: &mut Diagnostics) {
        let steps = &path.value.steps;
        // What is missing on the way is made, and what is `null` is replaced.
        let is_plain = |at: &usize| {
            let found = self.flow.data.input.find(&steps[..*at]);
            let types = found
                .shape
                .types()
                .filter(|_| found.fails_at.is_none() && !found.shape.is_never());
            let is_plain = types.is_some_and(|types| types.object().is_none() && !types.has_null());
            is_plain && matches!(steps[*at], Step::Member(_))
        };
        let Some(at) = (0..steps.len()).find(is_plain) else {
            return;
        };
        let found = self.flow.data.input.find(&steps[..at]).shape;
        let names = found.types().map(Types::names).unwrap_or_default().join(" or ");
        let (label, help) = match steps[..at].last() {
            Some(Step::Member(name)) => (format!("`{name}` is {names} at this point"), None),
            Some(_) => (format!("the element is {names} at this point"), None),
            None => {
                let help = match field {
                    "ResultPath" => "leave `ResultPath` out, so that the result replaces the input",
                    _ => "leave `ResultPath` out, so that the error replaces the input",
                };
                (format!("the input of this state is {names}"), Some(help))
            }
        };
        let message = format!("the result cannot be put at `{}`", path.value.text);
        let finding = Diagnostic::lint(Lint::ResultPathIntoNonObject, path.span, message)
            .label(label)
            .maybe_help(help)
            .at(format!("{}/{field}", self.state.location));
        let origin = self.ways.source(self.at, &Root::Input, &steps[..at], &found);
        diagnostics.push(with_origin(finding, origin));
    }
}

/// A finding, and where what it is about comes from.
pub(super) fn with_origin(finding: Diagnostic, origin: Option<Origin>) -> Diagnostic {
    match origin {
        Some(Origin { span, label }) => finding.related(span, label),
        None => finding,
    }
}

/// The expressions of what a way out of a Choice makes.
fn made<'a>(assign: &'a Option<Template>, output: &'a Option<Template>) -> Vec<&'a Expression> {
    let templates = [assign, output].into_iter().flatten();
    templates.flat_map(Template::expressions).collect()
}

/// Where a path finds nothing.
pub(super) struct DeadEnd<'p> {
    /// The number of the step.
    pub step: usize,
    at: &'p Step,
    before: Shape,
    /// Whether it finds nothing on any way.
    is_never: bool,
}

impl<'p> DeadEnd<'p> {
    pub fn of(path: &'p Path, scope: &Scope<'_>) -> Option<DeadEnd<'p>> {
        // What the context object has is a matter of its own.
        if path.root == Root::Context {
            return None;
        }
        if let Some(step) = path.steps.iter().position(|step| !is_definite(step)) {
            return DeadEnd::of_list(path, step, scope);
        }
        let found = scope.find(path);
        let step = found.fails_at?;
        let at = path.steps.get(step)?;
        let before = scope.before(path, step);
        let is_never = found.shape.is_never();
        let is_known = is_never || is_known_to_be_missing(&before, at);
        let end = DeadEnd {
            step,
            at,
            before,
            is_never,
        };
        is_known.then_some(end)
    }

    /// Of a path that finds an array of whatever there is (P-33), which is empty if there can be nothing.
    fn of_list(path: &'p Path, step: usize, scope: &Scope<'_>) -> Option<DeadEnd<'p>> {
        let is_never = true;
        let base = Path {
            text: String::new(),
            root: path.root.clone(),
            steps: path.steps[..step].to_vec(),
        };
        let found = scope.find(&base);
        if found.shape.is_never() {
            let step = found.fails_at?;
            let before = scope.before(path, step);
            return Some(DeadEnd {
                step,
                at: path.steps.get(step)?,
                before,
                is_never,
            });
        }
        let at = path.steps.get(step)?;
        let before = found.shape;
        let has_parts = before.types().is_none_or(|types| {
            types.array().is_some() || matches!(at, Step::Wildcard | Step::Filter(_)) && types.object().is_some()
        });
        let is_asked = matches!(
            at,
            Step::Wildcard | Step::Filter(_) | Step::Slice(..) | Step::Indices(_)
        );
        (is_asked && !has_parts).then_some(DeadEnd {
            step,
            at,
            before,
            is_never,
        })
    }

    pub fn finding(&self, path: &Path, span: Span) -> Diagnostic {
        let (lint, rest) = match self.is_never {
            true => (Lint::ImpossiblePath, ""),
            false => (Lint::MaybeMissingPath, " on some of the ways here"),
        };
        let (label, help) = explained(&self.before, self.at, self.is_never);
        Diagnostic::lint(lint, span, format!("`{}` finds nothing{rest}", path.text))
            .label(label)
            .maybe_help(help)
    }
}

/// Whether a step that takes all elements is applied to what has none.
pub(super) fn has_no_elements(before: &Shape, step: &Step) -> bool {
    let Some(types) = before.types() else { return false };
    match step {
        Step::Wildcard | Step::Filter(_) => types.array().is_none() && types.object().is_none(),
        Step::Slice(..) | Step::Indices(_) => types.array().is_none(),
        _ => false,
    }
}

fn is_definite(step: &Step) -> bool {
    matches!(step, Step::Member(_) | Step::Index(_) | Step::Members(_))
}

/// Whether there is a way on which the step finds nothing: not where nothing is known to say that it does.
pub(super) fn is_known_to_be_missing(before: &Shape, step: &Step) -> bool {
    matches!(step, Step::Member(name) if before.lacks_on_some_ways(name))
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
        (Step::Wildcard | Step::Filter(_) | Step::Slice(..) | Step::Indices(_), _) => (
            format!("elements are looked for in {}", types.names().join(" or ")),
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
