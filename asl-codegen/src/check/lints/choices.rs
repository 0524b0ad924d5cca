//! Rules of a Choice that say too little, or the same twice.

use super::conditions;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};
use crate::expr::path::Path;
use crate::shapes::Flow;
use crate::source::Span;
use crate::syntax::{Choice, Condition, Expression, Operator, Right, State, StateKind, Test};
use std::collections::HashMap;
use std::fmt::Write;

pub(super) fn check(state: &State, flow: Option<&Flow>, diagnostics: &mut Diagnostics) {
    let StateKind::Choice(choice) = &state.kind else { return };
    let mut seen: HashMap<String, Span> = HashMap::new();
    for (index, rule) in choice.rules.iter().enumerate() {
        let Some(condition) = rule.condition.as_ref().filter(|condition| !is_drawn(condition)) else {
            continue;
        };
        if let Some(first) = seen.insert(key(condition), rule.span) {
            diagnostics.push(
                Diagnostic::lint(
                    Lint::DuplicateRule,
                    opening(rule.span),
                    "this rule repeats an earlier one",
                )
                .label("never reached: the first rule that holds decides")
                .related(opening(first), "the same condition")
                .at(format!("{}/Choices[{index}]", state.location)),
            );
        }
    }
    let is_exhaustive =
        is_exhaustive(choice, &seen) || flow.is_some_and(|flow| conditions::is_exhaustive(state, choice, flow));
    if choice.default.is_none() && !is_exhaustive {
        diagnostics.push(
            Diagnostic::lint(
                Lint::ChoiceWithoutDefault,
                state.name.span,
                format!("Choice `{}` has no `Default`", state.name.value),
            )
            .label("where no rule holds the execution fails")
            .help("add a `Default`")
            .at(&state.location),
        );
    }
}

/// The opening brace of an object.
fn opening(span: Span) -> Span {
    Span::new(span.start, span.start + 1)
}

/// Whether the author took care of every case: there is a rule and its opposite.
///
/// `BooleanEquals` on what is no boolean is neither true nor false, but hardly what a reader should be told about.
fn is_exhaustive(choice: &Choice, seen: &HashMap<String, Span>) -> bool {
    choice.rules.iter().any(|rule| match &rule.condition {
        None => false,
        Some(Condition::Expression(expression)) => {
            negation(expression).is_some_and(|opposite| seen.contains_key(&expression_key(&opposite)))
        }
        Some(Condition::Literal(holds)) => *holds,
        Some(Condition::Not(inner)) => seen.contains_key(&key(inner)),
        Some(Condition::Test(test)) => opposites(test).iter().any(|opposite| seen.contains_key(opposite)),
        Some(Condition::And(_) | Condition::Or(_)) => false,
    })
}

/// Whether a condition may differ from one time to the next over the same data.
fn is_drawn(condition: &Condition) -> bool {
    matches!(condition, Condition::Expression(expression) if expression.draws() || expression.uses(&["millis", "now"]))
}

/// The text of an expression that is true where this one is false.
fn negation(expression: &Expression) -> Option<String> {
    let text = |expr: &Expr| &expression.text[expr.at.clone()];
    match &expression.expr.kind {
        ExprKind::Call(function, arguments) => match (&function.kind, &arguments[..]) {
            (ExprKind::Variable(name), [argument]) if name == "not" => Some(text(argument).to_owned()),
            _ => None,
        },
        ExprKind::Binary(operator, left, right) => {
            let opposite = match operator {
                BinaryOp::Equal => "!=",
                BinaryOp::NotEqual => "=",
                BinaryOp::Less => ">=",
                BinaryOp::GreaterOrEqual => "<",
                BinaryOp::Greater => "<=",
                BinaryOp::LessOrEqual => ">",
                _ => return None,
            };
            Some(format!("{}{opposite}{}", text(left), text(right)))
        }
        _ => None,
    }
}

/// An expression as a key: without the blanks outside of its strings.
fn expression_key(text: &str) -> String {
    let (mut quote, mut is_escaped) = (None, false);
    let keeps = |char: &char| {
        match quote {
            Some(end) if *char == end && !is_escaped => quote = None,
            None if matches!(char, '\'' | '"' | '`') => quote = Some(*char),
            _ => {}
        }
        is_escaped = *char == '\\' && !is_escaped;
        quote.is_some() || !char.is_whitespace()
    };
    let plain: String = text.chars().filter(keeps).collect();
    format!("{{{plain}}}")
}

/// The keys of tests that hold where a test does not.
fn opposites(test: &Test) -> Vec<String> {
    use crate::syntax::Relation::{Greater, GreaterEqual, Less, LessEqual};
    let operator = match &test.operator {
        Operator::Is(kind, expected) => Operator::Is(*kind, !expected),
        Operator::Boolean(Right::Literal(value)) => Operator::Boolean(Right::Literal(!value)),
        Operator::Numeric(relation, right) => {
            let relation = match relation {
                Less => GreaterEqual,
                LessEqual => Greater,
                Greater => LessEqual,
                GreaterEqual => Less,
                crate::syntax::Relation::Equal => return Vec::new(),
            };
            Operator::Numeric(relation, right.clone())
        }
        _ => return Vec::new(),
    };
    let opposite = Test {
        operator,
        ..test.clone()
    };
    vec![key(&Condition::Test(opposite))]
}

/// A text that is the same for conditions that say the same.
fn key(condition: &Condition) -> String {
    let mut key = String::new();
    write_key(condition, &mut key);
    key
}

/// Conditions nest as the JSON does, whose depth is bounded.
fn write_key(condition: &Condition, key: &mut String) {
    let mut all = |name: char, inner: &[Condition]| {
        key.push(name);
        for condition in inner {
            write_key(condition, key);
        }
        key.push(')');
    };
    match condition {
        Condition::And(inner) => all('&', inner),
        Condition::Or(inner) => all('|', inner),
        Condition::Not(inner) => all('!', std::slice::from_ref(inner)),
        Condition::Test(test) => {
            let (name, right) = match &test.operator {
                Operator::String(relation, right) => (format!("String{relation:?}"), right_key(right)),
                Operator::Numeric(relation, right) => (format!("Numeric{relation:?}"), right_key(right)),
                Operator::Timestamp(relation, right) => (format!("Timestamp{relation:?}"), right_key(right)),
                Operator::Boolean(right) => ("Boolean".to_owned(), right_key(right)),
                Operator::Matches(pattern) => ("Matches".to_owned(), format!("{pattern:?}")),
                Operator::Is(test, expected) => (format!("Is{test:?}"), format!("{expected}")),
            };
            // Writing to a string cannot fail.
            let _ = write!(key, "({} {name} {right})", path_key(&test.variable.value));
        }
        Condition::Literal(holds) => {
            let _ = write!(key, "{holds}");
        }
        Condition::Expression(expression) => {
            key.push_str(&expression_key(&expression.text));
        }
    }
}

fn right_key<T: std::fmt::Debug>(right: &Right<T>) -> String {
    match right {
        Right::Literal(literal) => format!("{literal:?}"),
        Right::Path(path) => path_key(&path.value),
    }
}

/// `$.a` and `$['a']` are the same path.
fn path_key(path: &Path) -> String {
    format!("{:?}{:?}", path.root, path.steps)
}
