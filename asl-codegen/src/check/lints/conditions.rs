//! Comparisons and rules that the data leaves no choice (V-125, CH-22).

use super::data::{Accepts, explained, is_known_to_be_missing};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::path::{Path, Root};
use crate::shapes::{Data, Flow, Scope, Shape, Split, split};
use crate::source::Spanned;
use crate::syntax::{Choice, Operator, Right, State, StateKind, Test, TypeTest};

/// Looks at the rules of a Choice, one after the other: each sees what those before it leave.
pub(super) fn check(state: &State, flow: &Flow, diagnostics: &mut Diagnostics) {
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
            left = first.fails;
            continue;
        }
        let after_others = split(data, condition, &mut |data, test, _| tests.paths(data, test));
        // That it holds wherever the rules before it do not, is what a last rule is for: what settles a comparison is looked
        // for without them.
        let alone = split(flow.tested(state), condition, &mut |data, test, split| {
            tests.settled(data, test, split)
        });
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
        self.diagnostics.push(
            Diagnostic::lint(lint, place.span, format!("this comparison {holds} holds"))
                .label(label)
                .at(self.location),
        );
    }

    fn path(&mut self, scope: &Scope<'_>, path: &Spanned<Path>) {
        let found = scope.find(&path.value);
        let is_asked = path.value.is_definite() && path.value.root != Root::Context;
        let Some(at) = found.fails_at.filter(|_| is_asked) else {
            return;
        };
        let is_never = found.shape.is_never();
        let before = scope.before(&path.value, at);
        let step = &path.value.steps[at];
        if !is_never && !is_known_to_be_missing(&before, step) {
            return;
        }
        let (lint, rest) = match is_never {
            true => (Lint::ImpossiblePath, ""),
            false => (Lint::MaybeMissingPath, " on some of the ways here"),
        };
        let (label, help) = explained(&before, step, is_never);
        self.diagnostics.push(
            Diagnostic::lint(lint, path.span, format!("`{}` finds nothing{rest}", path.value.text))
                .label(label)
                .maybe_help(help)
                .at(self.location),
        );
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
