//! Paths that cannot find anything, and comparisons that cannot hold, because of what is known about the data
//! (V-123, V-125, V-127).

use super::super::shape::{Found, Shape};
use super::super::visit::{Place, reads};
use super::expressions;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::intrinsic::Type;
use crate::expr::path::{Path, Root, Step};
use crate::source::{Span, Spanned};
use crate::syntax::{
    Condition, Machine, Operator, QueryLanguage, ResultPath, Right, Scope, Selection, State, StateKind, Template, Test,
};

/// How often the shape at a state is widened before it is given up.
const MAX_CHANGES: usize = 4;

pub(super) fn check(machine: &Machine, diagnostics: &mut Diagnostics) {
    scope(&machine.scope, Shape::Any, diagnostics);
}

fn scope<'m>(of: &'m Scope, input: Shape<'m>, diagnostics: &mut Diagnostics) {
    if !of.intact {
        return;
    }
    let mut shapes: Vec<Option<Shape>> = vec![None; of.states.len()];
    let mut changes = vec![0; of.states.len()];
    let mut open = vec![of.start.index];
    shapes[of.start.index] = Some(input);
    while let Some(at) = open.pop() {
        let Some(raw) = shapes[at].clone() else { continue };
        for (to, after) in Flow::new(&of.states[at], raw).exits() {
            let joined = match &shapes[to] {
                None => after,
                Some(_) if changes[to] >= MAX_CHANGES => Shape::Any,
                Some(before) => before.join(&after),
            };
            if shapes[to].as_ref() != Some(&joined) {
                changes[to] += 1;
                shapes[to] = Some(joined);
                open.push(to);
            }
        }
    }
    for (state, raw) in of.states.iter().zip(shapes) {
        let Some(raw) = raw else { continue };
        let flow = Flow::new(state, raw);
        flow.report(diagnostics);
        for inner in state.scopes() {
            scope(inner, flow.inner(), diagnostics);
        }
    }
}

/// The data on its way through a state.
struct Flow<'m> {
    state: &'m State,
    raw: Shape<'m>,
    /// After `InputPath`.
    effective: Shape<'m>,
    /// What templates begin from before there is a result: the same, or the `$states` of a JSONata state.
    scope: Shape<'m>,
    /// After `Parameters` or `Arguments`.
    payload: Shape<'m>,
    /// What the state makes, before `ResultSelector`.
    result: Shape<'m>,
}

impl<'m> Flow<'m> {
    fn new(state: &'m State, raw: Shape<'m>) -> Self {
        let effective = selected(&state.input_path, &raw);
        let parameters = match &state.kind {
            StateKind::Task(task) => task.parameters.as_ref(),
            StateKind::Pass(pass) => pass.parameters.as_ref(),
            StateKind::Parallel(parallel) => parallel.parameters.as_ref(),
            _ => None,
        };
        let scope = match state.query_language {
            QueryLanguage::JsonPath => effective.clone(),
            QueryLanguage::Jsonata => states(&raw, None),
        };
        let payload = match parameters {
            Some(template) => Shape::template(template, &scope, 0),
            None => effective.clone(),
        };
        let result = match &state.kind {
            StateKind::Pass(pass) => pass
                .result
                .as_ref()
                .map_or_else(|| payload.clone(), |result| Shape::literal(result, 0)),
            StateKind::Parallel(_) => Shape::Array,
            // Where the results are written to S3, an object tells where.
            StateKind::Map(map) if map.data_set_fields.is_empty() => Shape::Array,
            _ => Shape::Any,
        };
        Flow {
            state,
            raw,
            effective,
            scope,
            payload,
            result,
        }
    }

    /// The input of the scopes inside.
    fn inner(&self) -> Shape<'m> {
        match &self.state.kind {
            StateKind::Parallel(_) => self.payload.clone(),
            StateKind::Map(map) => match &map.item_selector {
                Some(selector) if map.data_set_fields.is_empty() => Shape::template(selector, &self.scope, 0),
                _ => Shape::Any,
            },
            _ => Shape::Any,
        }
    }

    /// Where the state leads, and with what.
    fn exits(&self) -> Vec<(usize, Shape<'m>)> {
        let output = self.output();
        let mut exits = Vec::new();
        if let StateKind::Choice(choice) = &self.state.kind {
            for rule in &choice.rules {
                let own = match self.state.query_language {
                    QueryLanguage::JsonPath => output.clone(),
                    QueryLanguage::Jsonata => self.made(rule.output.as_ref(), &self.scope, &self.raw),
                };
                exits.push((rule.next.index, own));
            }
            exits.extend(choice.default.iter().map(|target| (target.index, output.clone())));
        } else if let Some(target) = self.state.next().and_then(|next| next.target()) {
            exits.push((target.index, output));
        }
        for catcher in self.state.catchers() {
            let caught = match self.state.query_language {
                QueryLanguage::JsonPath => applied(&catcher.result_path, &self.raw, error_output()),
                QueryLanguage::Jsonata => {
                    let scope = states(&self.raw, Some(("errorOutput", error_output())));
                    self.made(catcher.output.as_ref(), &scope, &error_output())
                }
            };
            exits.push((catcher.next.index, caught));
        }
        exits
    }

    /// What an `Output` makes, or what goes on without one.
    fn made(&self, output: Option<&'m Template>, scope: &Shape<'m>, otherwise: &Shape<'m>) -> Shape<'m> {
        match output {
            Some(output) => Shape::template(output, scope, 0),
            None => otherwise.clone(),
        }
    }

    /// `$states` in the `Output` and the `Assign` of a JSONata state.
    fn after(&self) -> Shape<'m> {
        let result = self.state.outcome().map(|_| ("result", self.result.clone()));
        states(&self.raw, result)
    }

    /// What `OutputPath` is applied to.
    fn before_output(&self) -> Shape<'m> {
        match &self.state.kind {
            StateKind::Pass(pass) => applied(&pass.result_path, &self.raw, self.result.clone()),
            _ => match self.state.outcome() {
                Some(outcome) => {
                    let result = match &outcome.result_selector {
                        Some(selector) => Shape::template(selector, &self.result, 0),
                        None => self.result.clone(),
                    };
                    applied(&outcome.result_path, &self.raw, result)
                }
                None => self.effective.clone(),
            },
        }
    }

    fn output(&self) -> Shape<'m> {
        if self.state.query_language == QueryLanguage::Jsonata {
            let otherwise = self.state.outcome().map_or(&self.raw, |_| &self.result);
            return self.made(self.state.output.as_ref(), &self.after(), otherwise);
        }
        selected(&self.state.output_path, &self.before_output())
    }

    fn report(&self, diagnostics: &mut Diagnostics) {
        if self.state.query_language == QueryLanguage::Jsonata {
            return self.report_expressions(diagnostics);
        }
        let before_output = self.before_output();
        let error = error_output();
        for read in reads(self.state) {
            let input = match read.place {
                // `Result` leaves them without effect (PS-2).
                Place::Field("InputPath") | Place::Parameters if self.has_result() => continue,
                Place::Field("InputPath" | "ErrorPath" | "CausePath") => &self.raw,
                Place::Field("OutputPath") => &before_output,
                Place::Field("ResultSelector") => &self.result,
                // IO-29
                Place::Field("Assign") => &self.result_or_effective(),
                Place::CatcherAssign(_) => &error,
                Place::Presence(_) => continue,
                // The items come from elsewhere (RD-17).
                Place::Field("ItemsPath") if self.has_reader() => continue,
                _ => &self.effective,
            };
            self.path(input, read.path, read.span, &read.place, diagnostics);
        }
        self.result_path(diagnostics);
        if let StateKind::Choice(choice) = &self.state.kind {
            for (index, rule) in choice.rules.iter().enumerate() {
                if let Some(condition) = &rule.condition {
                    self.condition(condition, index, diagnostics);
                }
            }
        }
    }

    fn report_expressions(&self, diagnostics: &mut Diagnostics) {
        for expression in self.state.expressions() {
            let field = expression.field.as_str();
            let scope = if field.starts_with("Catch[") {
                states(&self.raw, Some(("errorOutput", error_output())))
            } else if field.starts_with("Output") || field.starts_with("Assign") {
                self.after()
            } else {
                self.scope.clone()
            };
            expressions::check(self.state, expression, &scope, diagnostics);
        }
    }

    fn has_result(&self) -> bool {
        matches!(&self.state.kind, StateKind::Pass(pass) if pass.result.is_some())
    }

    fn has_reader(&self) -> bool {
        matches!(&self.state.kind, StateKind::Map(map) if map.data_set_fields.iter().any(|field| field.name.value == "ItemReader"))
    }

    fn result_or_effective(&self) -> Shape<'m> {
        match &self.state.kind {
            StateKind::Choice(_) | StateKind::Wait(_) => self.effective.clone(),
            _ => self.result.clone(),
        }
    }

    fn path(&self, input: &Shape<'m>, path: &Path, span: Span, place: &Place, diagnostics: &mut Diagnostics) {
        let Found::Nothing(at) = input.find(path) else { return };
        if !path.is_definite() {
            return;
        }
        let before = input.before(path, at);
        let (label, help) = match (&path.steps[at], before.member_names()) {
            (Step::Member(name), Some(names)) => {
                let meant = crate::nearest(name, names.iter().copied());
                let known: Vec<_> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
                let help = match meant {
                    Some(meant) => Some(format!("did you mean `{meant}`?")),
                    None if names.is_empty() => Some("there is nothing in this object".to_owned()),
                    None if names.len() <= 5 => Some(format!("there is {}", known.join(", "))),
                    None => None,
                };
                (format!("there is no `{name}` at this point"), help)
            }
            (Step::Member(name), None) => (format!("`{name}` is looked for in {}", before.name()), None),
            _ => (format!("an element is looked for in {}", before.name()), None),
        };
        diagnostics.push(
            Diagnostic::lint(Lint::ImpossiblePath, span, format!("`{}` finds nothing", path.text))
                .label(label)
                .maybe_help(help)
                .at(place.location(self.state)),
        );
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
        let plain = matches!(
            self.raw,
            Shape::Array | Shape::Plain(Type::String | Type::Number | Type::Boolean)
        );
        if plain && matches!(path.steps.first(), Some(Step::Member(_))) {
            diagnostics.push(
                Diagnostic::lint(
                    Lint::ResultPathIntoNonObject,
                    *span,
                    format!("the result cannot be put at `{}`", path.text),
                )
                .label(format!("the input of this state is {}", self.raw.name()))
                .help("leave `ResultPath` out, so that the result replaces the input")
                .at(format!("{}/ResultPath", self.state.location)),
            );
        }
    }

    /// Comparisons of values whose type the operator does not know (CH-22).
    fn condition(&self, condition: &Condition, rule: usize, diagnostics: &mut Diagnostics) {
        match condition {
            Condition::And(all) | Condition::Or(all) => {
                all.iter().for_each(|one| self.condition(one, rule, diagnostics));
            }
            Condition::Not(inner) => self.condition(inner, rule, diagnostics),
            Condition::Test(test) => self.test(test, rule, diagnostics),
            Condition::Literal(_) | Condition::Expression(_) => {}
        }
    }

    fn test(&self, test: &Test, rule: usize, diagnostics: &mut Diagnostics) {
        let (wanted, right) = match &test.operator {
            Operator::String(_, right) | Operator::Timestamp(_, right) => (Type::String, path_of(right)),
            Operator::Numeric(_, right) => (Type::Number, path_of(right)),
            Operator::Boolean(right) => (Type::Boolean, path_of(right)),
            Operator::Matches(_) => (Type::String, None),
            Operator::Is(..) => return,
        };
        for path in std::iter::once(&test.variable).chain(right) {
            let Found::Value(found) = self.effective.find(&path.value) else {
                continue;
            };
            let found = match path.value.is_definite() {
                true => found,
                false if path.value.root == Root::Input => Shape::Array,
                false => continue,
            };
            if found == Shape::Any || found == Shape::Plain(wanted) {
                continue;
            }
            diagnostics.push(
                Diagnostic::lint(Lint::ImpossibleComparison, path.span, "this comparison never holds")
                    .label(format!(
                        "this is {}, and the operator compares with {wanted}",
                        found.name()
                    ))
                    .at(Place::Rule(rule).location(self.state)),
            );
        }
    }
}

fn path_of<T>(right: &Right<T>) -> Option<&Spanned<Path>> {
    match right {
        Right::Path(path) => Some(path),
        Right::Literal(_) => None,
    }
}

fn selected<'m>(selection: &Selection, input: &Shape<'m>) -> Shape<'m> {
    match selection {
        Selection::Whole => input.clone(),
        Selection::Nothing => Shape::nothing(),
        Selection::Path(path) => input.select(&path.value),
    }
}

fn applied<'m>(path: &'m ResultPath, raw: &Shape<'m>, result: Shape<'m>) -> Shape<'m> {
    match path {
        ResultPath::Replace => result,
        ResultPath::Discard => raw.clone(),
        ResultPath::Into(path) => raw.with(&path.value, result),
    }
}

/// The `$states` of a JSONata state with this input, and a result or error if there is one (J-30 to J-33).
fn states<'m>(input: &Shape<'m>, further: Option<(&'m str, Shape<'m>)>) -> Shape<'m> {
    let members = [("input", input.clone()), ("context", Shape::Any)]
        .into_iter()
        .chain(further);
    Shape::object(members)
}

/// The Error Output (CT-3).
fn error_output() -> Shape<'static> {
    Shape::object(["Error", "Cause"].map(|name| (name, Shape::Any)))
}
