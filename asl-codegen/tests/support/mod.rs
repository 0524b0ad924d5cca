//! Parsed paths as the runtime takes them: what generated code holds as constants is leaked here.

use asl_codegen::expr::path;
use asl_runtime::number::Num;
use asl_runtime::path::{Comparison, Filter, Function, Operand, Step};

/// The steps of a path, for ever.
pub fn leak_steps(steps: &[path::Step]) -> &'static [Step] {
    leak(steps.iter().map(step).collect())
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

fn text(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn step(step: &path::Step) -> Step {
    match step {
        path::Step::Member(name) => Step::Key(text(name)),
        path::Step::Index(index) => Step::At(*index),
        path::Step::Members(names) => Step::Keys(leak(names.iter().map(|name| text(name)).collect())),
        path::Step::Indices(indices) => Step::Indices(leak(indices.clone())),
        path::Step::Slice(from, to) => Step::Slice(*from, *to),
        path::Step::Wildcard => Step::Wildcard,
        path::Step::Descend => Step::Descend,
        path::Step::Filter(inner) => Step::Filter(Box::leak(Box::new(filter(inner)))),
        path::Step::Function(function) => Step::Function(match function {
            path::Function::Min => Function::Min,
            path::Function::Max => Function::Max,
            path::Function::Avg => Function::Avg,
            path::Function::Sum => Function::Sum,
            path::Function::StdDev => Function::StdDev,
            path::Function::Length => Function::Length,
        }),
    }
}

fn filter(expression: &path::Filter) -> Filter {
    let all = |filters: &[path::Filter]| leak(filters.iter().map(filter).collect());
    match expression {
        path::Filter::And(filters) => Filter::And(all(filters)),
        path::Filter::Or(filters) => Filter::Or(all(filters)),
        path::Filter::Not(inner) => Filter::Not(Box::leak(Box::new(filter(inner)))),
        path::Filter::Exists(inner) => Filter::Exists(operand(inner)),
        path::Filter::Compare(left, comparison, right) => {
            Filter::Compare(operand(left), self::comparison(*comparison), operand(right))
        }
    }
}

fn comparison(comparison: path::Comparison) -> Comparison {
    match comparison {
        path::Comparison::Equal => Comparison::Equal,
        path::Comparison::NotEqual => Comparison::NotEqual,
        path::Comparison::StrictEqual => Comparison::StrictEqual,
        path::Comparison::StrictNotEqual => Comparison::StrictNotEqual,
        path::Comparison::Less => Comparison::Less,
        path::Comparison::LessEqual => Comparison::LessEqual,
        path::Comparison::Greater => Comparison::Greater,
        path::Comparison::GreaterEqual => Comparison::GreaterEqual,
        path::Comparison::Matches => Comparison::Matches,
        path::Comparison::In => Comparison::In,
        path::Comparison::NotIn => Comparison::NotIn,
        path::Comparison::Contains => Comparison::Contains,
        path::Comparison::Size => Comparison::Size,
        path::Comparison::Empty => Comparison::Empty,
        path::Comparison::All => Comparison::All,
        path::Comparison::AnyOf => Comparison::AnyOf,
        path::Comparison::NoneOf => Comparison::NoneOf,
        path::Comparison::SubsetOf => Comparison::SubsetOf,
    }
}

fn operand(side: &path::Operand) -> Operand {
    match side {
        path::Operand::Element(steps) => Operand::Element(leak_steps(steps)),
        path::Operand::Root(steps) => Operand::Root(leak_steps(steps)),
        path::Operand::String(value) => Operand::String(text(value)),
        path::Operand::Number(number) => Operand::Number(Num::Text(text(number))),
        path::Operand::Bool(value) => Operand::Bool(*value),
        path::Operand::Null => Operand::Null,
        path::Operand::List(items) => Operand::List(leak(items.iter().map(operand).collect())),
        path::Operand::Regex { pattern, flags } => Operand::Regex {
            pattern: text(pattern),
            flags: text(flags),
        },
    }
}
