//! Choice: conditions as Rust.

use super::expr::{Env, num, rust_number};
use super::name::{camel, snake};
use super::state::{Emitter, ScopeContext, StateFn};
use super::variables::ident;
use crate::expr::pattern::pattern_pieces;
use crate::syntax::{Choice, Condition, Operator, Relation, Right, Rule, State, Template, Test, TypeTest};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Emitter<'_> {
    /// The function of a Choice: runs the rules and answers where to go on.
    pub(super) fn choice(
        &mut self,
        scope: &ScopeContext,
        state: &State,
        function: &StateFn,
        choice: &Choice,
    ) -> TokenStream {
        let env = scope.env(quote!(data), quote!(cx.context()));
        let answer = |target: usize| match (&function.choices[..], &function.targets[..]) {
            (_, [_]) => quote!(()),
            (_, [first, _]) => {
                let is_first = *first == target;
                quote!(#is_first)
            }
            (choices, targets) => {
                let index = targets.iter().position(|&known| known == target);
                let (ty, variant) = match index.and_then(|index| choices.get(index)) {
                    Some((ty, variant)) => (ty, variant),
                    None => return quote!(()),
                };
                quote!(#ty::#variant)
            }
        };
        let arm = |assign: Option<&Template>, target: usize| {
            let answer = answer(target);
            match assign {
                None => answer,
                Some(assign) => {
                    let (compute, set) = scope.assign(assign, &env);
                    quote!(#compute #set #answer)
                }
            }
        };
        let rules = grouped(&choice.rules);
        let arms: Vec<TokenStream> = rules
            .iter()
            .map(|group| {
                let condition = any(group, &env);
                let body = arm(group[0].assign.as_ref(), group[0].next.index);
                quote!(if #condition { #body } else)
            })
            .collect();
        let otherwise = match &choice.default {
            Some(target) => arm(state.assign.as_ref(), target.index),
            None => quote!(return Err(rt::no_choice_matched());),
        };
        // Where the answer is the condition itself, nothing is gained by an `if`.
        let is_condition = match (&rules[..], &function.targets[..]) {
            ([group], [_, _]) => group[0].assign.is_none() && state.assign.is_none() && choice.default.is_some(),
            _ => false,
        };
        let (before, after) = (scope.narrow_input(state), scope.output(state));
        let decision = match is_condition {
            true => any(rules[0], &env),
            false => quote!(#(#arms)* { #otherwise }),
        };
        let (ty, ok) = match &function.targets[..] {
            [_] => (quote!(()), quote!(())),
            [_, _] => (quote!(bool), quote!(next)),
            _ => {
                let ty = ident(&format!("{}Next", camel(&function.title)));
                (quote!(#ty), quote!(next))
            }
        };
        let decision = match &function.targets[..] {
            [_] => quote!(#decision),
            _ => quote!(let next = #decision;),
        };
        let body = quote! {
            #before
            #decision
            #after
            cx.exit(data);
            Ok(#ok)
        };
        self.state_fn(scope, state, function, quote!(Result<#ty, Error>), body)
    }

    /// The enum of where a Choice with three targets or more leads.
    pub(super) fn choice_enum(&mut self, function: &StateFn, targets: &[&str]) -> Option<TokenStream> {
        let (ty, _) = function.choices.first()?;
        let variants = function.choices.iter().map(|(_, variant)| variant);
        let docs = targets
            .iter()
            .map(|name| super::doc::doc(&[format!("To {}.", super::doc::code(name))]));
        let doc = super::doc::doc(&[format!("Where Choice {} leads.", super::doc::code(&function.title))]);
        Some(quote! {
            #doc
            enum #ty { #(#docs #variants,)* }
        })
    }
}

/// The rules, those together that follow one another, lead to the same state and assign nothing.
fn grouped(rules: &[Rule]) -> Vec<&[Rule]> {
    rules
        .chunk_by(|a, b| a.next.index == b.next.index && a.assign.is_none() && b.assign.is_none())
        .collect()
}

/// Whether one of the rules holds; they are tried in order.
fn any(rules: &[Rule], env: &Env) -> TokenStream {
    let mut conditions = rules
        .iter()
        .filter_map(|rule| rule.condition.as_ref())
        .map(|one| condition(one, env));
    let first = conditions.next();
    quote!(#first #(|| #conditions)*)
}

/// A condition as a Rust expression of type `bool`.
fn condition(tested: &Condition, env: &Env) -> TokenStream {
    match tested {
        Condition::And(all) => join(all, quote!(&&), env),
        Condition::Or(any) => join(any, quote!(||), env),
        Condition::Not(one) => match &**one {
            Condition::Test(test) => negated(comparison(test, env)),
            one => {
                let one = condition(one, env);
                quote!(!(#one))
            }
        },
        Condition::Test(test) => comparison(test, env),
    }
}

fn join(conditions: &[Condition], operator: TokenStream, env: &Env) -> TokenStream {
    let mut parts = conditions.iter().map(|one| {
        let tokens = condition(one, env);
        match one {
            Condition::And(inner) | Condition::Or(inner) if inner.len() > 1 => quote!((#tokens)),
            _ => tokens,
        }
    });
    let first = parts.next();
    quote!(#first #(#operator #parts)*)
}

fn negated(test: TokenStream) -> TokenStream {
    quote!(!#test)
}

fn comparison(test: &Test, env: &Env) -> TokenStream {
    let path = &test.variable.value;
    let left = || env.borrow(path);
    match &test.operator {
        Operator::Is(TypeTest::Present, expected) => {
            let found = env.find(path);
            if *expected {
                quote!(#found.is_some())
            } else {
                quote!(#found.is_none())
            }
        }
        Operator::Is(kind, expected) => {
            let left = left();
            let test = match kind {
                TypeTest::Null => quote!(rt::choice::is_null(#left)),
                TypeTest::Numeric => quote!(rt::choice::is_numeric(#left)),
                TypeTest::String => quote!(rt::choice::is_string(#left)),
                TypeTest::Boolean => quote!(rt::choice::is_boolean(#left)),
                TypeTest::Timestamp => quote!(rt::choice::is_timestamp(#left)),
                TypeTest::Present => quote!(true),
            };
            if *expected { test } else { negated(test) }
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
    left: TokenStream,
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
    let right = match right {
        Right::Literal(text) => literal(text),
        Right::Path(path) => env.borrow(&path.value),
    };
    quote!(rt::choice::#function(#left, #right))
}

/// The name of a Choice's function: a question where it answers yes or no.
pub fn function_name(name: &str, targets: usize) -> String {
    let snake = snake(name);
    let asks = name.trim_end().ends_with('?');
    match targets {
        2 if asks && !snake.starts_with("is_") && !snake.starts_with("has_") => {
            format!("is_{}", snake.trim_end_matches('_'))
        }
        _ => snake,
    }
}
