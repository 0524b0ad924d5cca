//! Conditions of Choice rules as Rust expressions.

use super::code::Once;
use super::expr::{Env, num, rust_number};
use super::variables::ident;
use crate::expr::pattern::pattern_pieces;
use crate::syntax::{Condition, Operator, Relation, Right, Rule, Test, TypeTest};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// Whether one of the rules holds; they are tried in order.
pub fn any(rules: &[Rule], env: &Env) -> TokenStream {
    let mut conditions = rules
        .iter()
        .filter_map(|rule| rule.condition.as_ref())
        .map(|one| Once::from(condition(one, env)));
    let first = conditions.next();
    quote!(#first #(|| #conditions)*)
}

/// Whether none of the rules holds.
pub fn none(rules: &[Rule], env: &Env) -> TokenStream {
    if let [rule] = rules
        && let Some(condition) = &rule.condition
    {
        return negated(condition, env);
    }
    let any = any(rules, env);
    quote!(!(#any))
}

/// A condition as a Rust expression of type `bool`.
fn condition(tested: &Condition, env: &Env) -> TokenStream {
    match tested {
        Condition::And(all) => join(all, quote!(&&), env),
        Condition::Or(any) => join(any, quote!(||), env),
        Condition::Not(one) => negated(one, env),
        Condition::Test(test) => comparison(test, true, env),
        Condition::Literal(holds) => quote!(#holds),
        Condition::Expression(expression) => env.expression_as("condition", expression),
    }
}

fn negated(tested: &Condition, env: &Env) -> TokenStream {
    match tested {
        Condition::Not(one) => condition(one, env),
        Condition::Test(test) => comparison(test, false, env),
        Condition::Literal(holds) => {
            let fails = !holds;
            quote!(#fails)
        }
        Condition::Expression(expression) => {
            let holds = env.expression_as("condition", expression);
            quote!(!#holds)
        }
        Condition::And(all) | Condition::Or(all) => match &all[..] {
            [only] => negated(only, env),
            _ => {
                let tested = condition(tested, env);
                quote!(!(#tested))
            }
        },
    }
}

fn join(conditions: &[Condition], operator: TokenStream, env: &Env) -> TokenStream {
    let mut parts = conditions.iter().map(|one| {
        let tokens = Once::from(condition(one, env));
        match one {
            Condition::And(inner) | Condition::Or(inner) if inner.len() > 1 => Once::from(quote!((#tokens))),
            _ => tokens,
        }
    });
    let first = parts.next();
    quote!(#first #(#operator #parts)*)
}

/// A comparison that is wanted to be true, or false.
fn comparison(test: &Test, wanted: bool, env: &Env) -> TokenStream {
    let (test, wanted) = match &test.operator {
        Operator::Is(TypeTest::Present, expected) => {
            let found = env.find(&test.variable.value);
            return match *expected == wanted {
                true => quote!(#found.is_some()),
                false => quote!(#found.is_none()),
            };
        }
        Operator::Is(_, false) => (holds(test, env), !wanted),
        _ => (holds(test, env), wanted),
    };
    if wanted { test } else { quote!(!#test) }
}

/// The call of an operator; `IsNull` and its kind are asked whether they hold.
fn holds(test: &Test, env: &Env) -> TokenStream {
    let left = || Once::from(env.borrow(&test.variable.value));
    match &test.operator {
        Operator::Is(kind, _) => {
            let left = left();
            match kind {
                TypeTest::Null => quote!(rt::choice::is_null(#left)),
                TypeTest::Numeric => quote!(rt::choice::is_numeric(#left)),
                TypeTest::String => quote!(rt::choice::is_string(#left)),
                TypeTest::Boolean => quote!(rt::choice::is_boolean(#left)),
                TypeTest::Timestamp => quote!(rt::choice::is_timestamp(#left)),
                TypeTest::Present => quote!(true),
            }
        }
        Operator::Matches(pattern) => {
            let left = left();
            let pieces = pattern_pieces(pattern).unwrap_or_default();
            quote!(rt::choice::string_matches(#left, &[#(#pieces),*]))
        }
        Operator::Boolean(Right::Literal(value)) => {
            let left = left();
            quote!(rt::choice::boolean_equals(#left, #value))
        }
        Operator::Boolean(Right::Path(right)) => {
            let (left, right) = (left(), env.borrow(&right.value));
            quote!(rt::choice::boolean_equals_path(#left, #right))
        }
        Operator::String(relation, right) => compare("string", *relation, left(), right, env, |text| quote!(#text)),
        Operator::Numeric(relation, right) => {
            let literal = |text: &String| rust_number(text).unwrap_or_else(|| num(text));
            compare("numeric", *relation, left(), right, env, literal)
        }
        Operator::Timestamp(relation, right) => compare("timestamp", *relation, left(), right, env, |text| {
            let time = chrono::DateTime::parse_from_rfc3339(text).unwrap_or_default();
            let (seconds, nanoseconds) = (time.timestamp(), time.timestamp_subsec_nanos());
            let (seconds, nanoseconds) = (Literal::i64_unsuffixed(seconds), Literal::u32_unsuffixed(nanoseconds));
            quote!(rt::choice::Timestamp::new(#seconds, #nanoseconds))
        }),
    }
}

/// A comparison with a relation; the functions are named after the operators.
fn compare(
    kind: &str,
    relation: Relation,
    left: Once,
    right: &Right<String>,
    env: &Env,
    literal: impl Fn(&String) -> TokenStream,
) -> TokenStream {
    let relation = match relation {
        Relation::Equal => "equals",
        Relation::Less => "less_than",
        Relation::Greater => "greater_than",
        Relation::LessEqual => "less_than_equals",
        Relation::GreaterEqual => "greater_than_equals",
    };
    let function = ident(&format!("{kind}_{relation}"));
    let right = Once::from(match right {
        Right::Literal(text) => literal(text),
        Right::Path(path) => env.borrow(&path.value),
    });
    quote!(rt::choice::#function(#left, #right))
}
