//! Comparisons and rules that the data leaves no choice (V-125, CH-22).

use super::data::{Accepts, DeadEnd, with_origin};
use super::ways::{Origin, Ways};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::expr::path::{Path, Root, Step};
use crate::shapes::{Data, Flow, Scope, Shape, Split, Value, split, steps};
use crate::source::Spanned;
use crate::syntax::{Choice, Condition, Operator, Right, State, StateKind, Test, TypeTest};

/// Looks at the rules of a Choice, one after the other: each sees what those before it leave.
pub(super) fn check(ways: &Ways<'_>, at: usize, flow: &Flow, diagnostics: &mut Diagnostics) {
    let state = &ways.scope.states[at];
    let StateKind::Choice(choice) = &state.kind else { return };
    let mut left = Some(flow.tested(state));
    for (index, rule) in choice.rules.iter().enumerate() {
        let Some(data) = left else {
            let message = format!("no data reaches this rule of `{}`", state.name.value);
            diagnostics.push(
                Diagnostic::lint(Lint::UnreachableRule, opening(rule.span), message)
                    .label("one of the rules before holds always")
                    .at(format!("{}/Choices[{index}]", state.location)),
            );
            return;
        };
        let location = format!("{}/Choices[{index}]", state.location);
        let mut tests = Tests {
            ways,
            at,
            flow,
            location: &location,
            diagnostics,
        };
        let Some(condition) = &rule.condition else {
            left = Some(data);
            continue;
        };
        if index == 0 {
            let first = split(data, condition, &mut |data, test, split| {
                tests.paths(data, test);
                tests.settled(data, test, split);
            });
            tests.condition(condition, &flow.tested(state), &first);
            left = first.fails;
            continue;
        }
        let after_others = split(data, condition, &mut |data, test, _| tests.paths(data, test));
        // That it holds wherever the rules before it do not, is what a last rule is for: what settles a comparison is looked
        // for without them.
        let alone = split(flow.tested(state), condition, &mut |data, test, split| {
            tests.settled(data, test, split)
        });
        tests.condition(condition, &flow.tested(state), &alone);
        if after_others.holds.is_none() && alone.holds.is_some() {
            let message = format!("this rule of `{}` never holds", state.name.value);
            diagnostics.push(
                Diagnostic::lint(Lint::UnreachableRule, opening(rule.span), message)
                    .label("the rules before take all that it could hold for")
                    .at(location),
            );
        }
        left = after_others.fails;
    }
    if let (None, Some(default)) = (&left, &choice.default) {
        let message = format!("no data reaches the `Default` of `{}`", state.name.value);
        diagnostics.push(
            Diagnostic::lint(Lint::UnreachableRule, default.name.span, message)
                .label("one of the rules holds always")
                .at(format!("{}/Default", state.location)),
        );
    }
}

/// Whether one of the rules holds whatever data comes.
pub(super) fn is_exhaustive(state: &State, choice: &Choice, flow: &Flow) -> bool {
    let mut left = Some(flow.tested(state));
    for rule in &choice.rules {
        left = match (left, &rule.condition) {
            (None, _) => return true,
            (Some(data), Some(condition)) => split(data, condition, &mut |_, _, _| {}).fails,
            (data, None) => data,
        };
    }
    left.is_none()
}

/// The opening brace of an object.
fn opening(span: crate::source::Span) -> crate::source::Span {
    crate::source::Span::new(span.start, span.start + 1)
}

struct Tests<'a> {
    ways: &'a Ways<'a>,
    at: usize,
    flow: &'a Flow,
    location: &'a str,
    diagnostics: &'a mut Diagnostics,
}

impl Tests<'_> {
    /// What is looked for wherever the test is reached.
    fn paths(&mut self, data: &Data, test: &Test) {
        if !matches!(test.operator, Operator::Is(TypeTest::Present, _)) {
            let scope = Scope::new(&data.input, &data.variables, &self.flow.context);
            self.path(&scope, &test.variable);
            if let Some(right) = right(&test.operator) {
                self.path(&scope, right);
            }
        }
    }

    fn settled(&mut self, data: &Data, test: &Test, split: &Split) {
        let scope = Scope::new(&data.input, &data.variables, &self.flow.context);
        match (&split.holds, &split.fails) {
            (None, Some(_)) => self.report(Lint::ImpossibleComparison, "never", &scope, test),
            (Some(_), None) => self.report(Lint::ConstantComparison, "always", &scope, test),
            // Both ways are left, or none is: then a path finds nothing.
            _ => {}
        }
    }

    /// A condition in JSONata.
    fn condition(&mut self, condition: &Condition, data: &Data, split: &Split) {
        let Condition::Expression(expression) = condition else {
            return;
        };
        // `true` is how a rule is written that takes the rest.
        let (lint, holds) = match (&split.holds, &split.fails) {
            _ if matches!(expression.expr.kind, ExprKind::Bool(_)) => return,
            (None, Some(_)) => (Lint::ImpossibleComparison, "never"),
            (Some(_), None) => (Lint::ConstantComparison, "always"),
            _ => return,
        };
        let scope = Scope::new(&data.input, &data.variables, &self.flow.context).with_states(None);
        let label = match compared_place(&expression.expr) {
            Some(place) => match Value::of(place, &scope) {
                Ok(Value::Nothing(_)) => "this is never there".to_owned(),
                Ok(value) if lint == Lint::ImpossibleComparison => format!("this is {}", described(&value.shape())),
                _ => "this is always there".to_owned(),
            },
            None => "what is known of the data settles it".to_owned(),
        };
        let at = compared_place(&expression.expr).unwrap_or(&expression.expr).at.clone();
        let finding = Diagnostic::lint(lint, expression.place(at), format!("this condition {holds} holds"))
            .label(label)
            .at(format!("{}/Condition", self.location));
        let place = compared_place(&expression.expr).and_then(steps);
        let origin = place.and_then(|(root, steps)| self.origin(&root, &steps, &scope));
        self.diagnostics.push(with_origin(finding, origin));
    }

    fn report(&mut self, lint: Lint, holds: &str, scope: &Scope<'_>, test: &Test) {
        let is_presence = matches!(test.operator, Operator::Is(TypeTest::Present, _));
        // The right side decides if it alone has a type that is not compared.
        let does_not_fit = |path: &Spanned<Path>| {
            let found = scope.find(&path.value).shape;
            compared(&test.operator).filter(|(_, fits)| found.types().is_some_and(|types| !fits(types)))
        };
        let misfit = does_not_fit(&test.variable);
        let place = match right(&test.operator) {
            Some(right) if misfit.is_none() && does_not_fit(right).is_some() => right,
            _ => &test.variable,
        };
        let found = scope.find(&place.value).shape;
        let label = match (does_not_fit(place), is_presence) {
            (Some((wanted, _)), _) => {
                let names = found
                    .types()
                    .map(|types| types.names().join(" or "))
                    .unwrap_or_default();
                format!("this is {names}, and the operator compares with {wanted}")
            }
            (None, true) if found.is_never() => "this is never there".to_owned(),
            (None, true) => "this is always there".to_owned(),
            (None, false) => format!("this is {}", described(&found)),
        };
        let finding = Diagnostic::lint(lint, place.span, format!("this comparison {holds} holds"))
            .label(label)
            .at(self.location);
        let origin = self.origin(&place.value.root, &place.value.steps, scope);
        self.diagnostics.push(with_origin(finding, origin));
    }

    /// Where what is compared comes from, or does not.
    fn origin(&self, root: &Root, steps: &[Step], scope: &Scope<'_>) -> Option<Origin> {
        if *root == Root::Input && self.flow.effective != self.flow.data.input {
            return None;
        }
        let found = match root {
            Root::Input => scope.input.find(steps).shape,
            Root::Context => return None,
            Root::Variable(name) => scope.variables.member(name)?.shape.find(steps).shape,
        };
        match () {
            () if found.is_never() => self.ways.origin(self.at, root, steps),
            () if found.is_any() => self.ways.giver(self.at, root, steps),
            () => self.ways.source(self.at, root, steps, &found),
        }
    }

    fn path(&mut self, scope: &Scope<'_>, path: &Spanned<Path>) {
        if let Some(end) = DeadEnd::of(&path.value, scope) {
            self.diagnostics
                .push(end.finding(&path.value, path.span).at(self.location));
        }
    }
}

fn right(operator: &Operator) -> Option<&Spanned<Path>> {
    match operator {
        Operator::String(_, Right::Path(path))
        | Operator::Numeric(_, Right::Path(path))
        | Operator::Timestamp(_, Right::Path(path))
        | Operator::Boolean(Right::Path(path)) => Some(path),
        _ => None,
    }
}

/// What a condition is about that compares one place with a literal, or asks whether it is there.
fn compared_place(expr: &Expr) -> Option<&Expr> {
    let is_place = |expr: &&Expr| expr.place().is_some();
    match &expr.kind {
        ExprKind::Binary(_, left, right) => {
            let sides = [&**left, &**right];
            let mut places = sides.into_iter().filter(is_place);
            places.next().filter(|_| places.next().is_none())
        }
        ExprKind::Call(_, arguments) => match &arguments[..] {
            [argument] => Some(argument).filter(is_place),
            _ => None,
        },
        _ => None,
    }
}

/// What an operator compares with, in words and as a test.
fn compared(operator: &Operator) -> Option<(&'static str, Accepts)> {
    match operator {
        Operator::String(..) | Operator::Timestamp(..) | Operator::Matches(_) => {
            Some(("a string", |types| types.string().is_some()))
        }
        Operator::Numeric(..) => Some(("a number", |types| types.number().is_some())),
        Operator::Boolean(_) => Some(("a boolean", |types| types.booleans().any())),
        Operator::Is(..) => None,
    }
}

/// What a value is, in words where these say it.
fn described(shape: &Shape) -> String {
    match shape.types() {
        Some(types) if types.names().len() > 3 => "what the tests before leave".to_owned(),
        Some(types) if types.string().is_none() && !types.booleans().any() => types.names().join(" or "),
        _ => shape.to_string(),
    }
}
