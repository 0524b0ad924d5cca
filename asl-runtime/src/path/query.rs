//! Paths that are more than members and indexes (P-17 to P-22, P-32 to P-40).

use super::filter::Elements;
use super::{Function, Step, get, position};
use crate::number::Num;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::slice;

/// What any path finds: the array of all it finds for an indefinite path (P-32), one value for a definite one.
///
/// None where the service fails: a definite path that finds nothing (P-31), any path on null (P-38), and indexing what
/// is no array (P-34, P-37).
pub fn query(value: &Value, steps: &[Step]) -> Option<Value> {
    if value.is_null() && !steps.is_empty() {
        return None;
    }
    if let Some(Step::Function(_) | Step::Keys(_)) = steps.last() {
        return evaluate(value, value, steps).ok()?.into_value();
    }
    // What is found goes from where it is into the array, by no other list.
    match select(value, value, steps).ok()? {
        (nodes, true) => nodes.first().copied().cloned(),
        (nodes, false) => Some(Value::Array(nodes.into_iter().cloned().collect())),
    }
}

/// An index, slice or filter on what cannot have one (P-34, P-37).
pub(super) struct Inapplicable;

/// What a path finds.
pub(super) enum Found<'v> {
    /// Of a definite path.
    One(Option<Cow<'v, Value>>),
    /// Of an indefinite one, in the order of the document (P-39).
    All(Vec<Cow<'v, Value>>),
}

impl Found<'_> {
    fn into_value(self) -> Option<Value> {
        match self {
            Found::One(value) => value.map(Cow::into_owned),
            Found::All(values) => Some(Value::Array(values.into_iter().map(Cow::into_owned).collect())),
        }
    }
}

/// Applies a path to `value`, a part of `root`.
pub(super) fn evaluate<'v>(root: &'v Value, value: &'v Value, steps: &[Step]) -> Result<Found<'v>, Inapplicable> {
    let (last, before) = match steps.split_last() {
        Some((last @ (Step::Function(_) | Step::Keys(_)), before)) => (Some(last), before),
        _ => (None, steps),
    };
    let (nodes, definite) = select(root, value, before)?;
    Ok(match last {
        Some(Step::Function(function)) if before.iter().any(|step| matches!(step, Step::Descend)) => {
            // A function of all that a search finds is applied to it once.
            Found::One(all_together(*function, &nodes).map(Cow::Owned))
        }
        Some(Step::Function(function)) if definite => {
            Found::One(nodes.first().and_then(|node| apply(*function, node)).map(Cow::Owned))
        }
        Some(Step::Function(function)) => Found::All(
            nodes
                .iter()
                .filter_map(|node| apply(*function, node))
                .map(Cow::Owned)
                .collect(),
        ),
        Some(Step::Keys(names)) => {
            let all = matches!(before.last(), Some(Step::Descend));
            let mut objects = nodes.iter().filter_map(|node| merged(node, names, all)).map(Cow::Owned);
            if definite {
                Found::One(objects.next())
            } else {
                Found::All(objects.collect())
            }
        }
        _ if definite => Found::One(nodes.first().map(|node| Cow::Borrowed(*node))),
        _ => Found::All(nodes.into_iter().map(Cow::Borrowed).collect()),
    })
}

/// All nodes that the steps lead to, and whether they lead to one at most.
///
/// Step by step over all nodes found so far: that gives the same order as node by node, needs no recursion, and
/// whatever lacks a later member is left out on the way (P-33, P-35).
fn select<'v>(root: &'v Value, value: &'v Value, steps: &[Step]) -> Result<(Vec<&'v Value>, bool), Inapplicable> {
    // Names before the first step of another kind lead to one node at most, so they need no list.
    let names = steps.iter().take_while(|step| matches!(step, Step::Key(_))).count();
    let (names, steps) = steps.split_at(names);
    let mut nodes: Vec<_> = get(value, names).into_iter().collect();
    let mut definite = true;
    let mut filters = Elements::new(root);
    let mut after_descend = false;
    for step in steps {
        if let Step::Key(_) = step {
            // In the same list, since none becomes more than one.
            nodes = nodes
                .into_iter()
                .filter_map(|node| get(node, slice::from_ref(step)))
                .collect();
            after_descend = false;
            continue;
        }
        let mut next = Vec::new();
        for node in nodes {
            match (step, node) {
                (Step::At(index), Value::Array(elements)) => next.extend(element(elements, *index)),
                (Step::Indices(indices), Value::Array(elements)) => {
                    next.extend(indices.iter().filter_map(|index| element(elements, *index)));
                }
                (Step::Slice(from, to), Value::Array(elements)) => next.extend(slice(elements, *from, *to)),
                // On the only way there is, that is an error (P-34, P-37); but null is merely nothing.
                (Step::At(_) | Step::Indices(_) | Step::Slice(..), other) => {
                    if definite && !other.is_null() {
                        return Err(Inapplicable);
                    }
                }
                (Step::Wildcard, Value::Array(elements)) => next.extend(elements),
                (Step::Wildcard, Value::Object(members)) => next.extend(members.values()),
                (Step::Wildcard, _) => {}
                (Step::Descend, _) => descend(node, &mut next),
                (Step::Filter(filter), Value::Array(elements)) if after_descend => {
                    // The elements that are objects are asked themselves.
                    if filters.accept(filter, node) {
                        next.extend(elements.iter().filter(|element| filters.accept(filter, element)));
                    }
                }
                (Step::Filter(filter), Value::Array(elements)) => {
                    next.extend(elements.iter().filter(|element| filters.accept(filter, element)));
                }
                // The filter of an object is about the object, not about its members.
                (Step::Filter(filter), Value::Object(_)) => {
                    if filters.accept(filter, node) {
                        next.push(node);
                    }
                }
                (Step::Filter(_), _) => {
                    if definite {
                        return Err(Inapplicable);
                    }
                }
                // The first has been taken above, the others are parsed as the last step of a path only.
                (Step::Key(_) | Step::Keys(_) | Step::Function(_), _) => {}
            }
        }
        nodes = next;
        definite &= matches!(step, Step::At(_));
        after_descend = matches!(step, Step::Descend);
    }
    Ok((nodes, definite))
}

fn element(elements: &[Value], index: i64) -> Option<&Value> {
    elements.get(position(index, elements.len())?)
}

/// `[from:to]` (P-18). As in the service's library, negative bounds count from the end only where they stand alone.
fn slice(elements: &[Value], from: Option<i64>, to: Option<i64>) -> &[Value] {
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    let from_end = |bound: i64| if bound < 0 { bound.saturating_add(length) } else { bound };
    let (from, to) = match (from, to) {
        (Some(from), None) => (from_end(from), length),
        (None, Some(to)) => (0, from_end(to)),
        (from, to) => (from.unwrap_or(0), to.unwrap_or(length)),
    };
    let within = |bound: i64| bound.clamp(0, length) as usize;
    elements.get(within(from)..within(to)).unwrap_or_default()
}

/// A value and all its descendants, each before those in it (P-20, P-40).
fn descend<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    let mut rest = vec![value];
    while let Some(node) = rest.pop() {
        found.push(node);
        match node {
            Value::Array(elements) => rest.extend(elements.iter().rev()),
            Value::Object(members) => rest.extend(members.values().rev()),
            _ => {}
        }
    }
}

/// The object of these members of an object (P-17), those that it has; `all`: if it has them all.
fn merged(node: &Value, names: &[&str], all: bool) -> Option<Value> {
    let members = node.as_object()?;
    if all && !names.iter().all(|name| members.contains_key(*name)) {
        return None;
    }
    let mut merged = Map::with_capacity(names.len());
    for name in names {
        if let Some(member) = members.get(*name) {
            merged.insert((*name).to_owned(), member.clone());
        }
    }
    Some(Value::Object(merged))
}

/// A function of one node (P-22).
fn apply(function: Function, node: &Value) -> Option<Value> {
    match (function, node) {
        (Function::Length, Value::Array(elements)) => Some(elements.len().into()),
        (Function::Length, Value::Object(members)) => Some(members.len().into()),
        (Function::Length, _) => Some(Value::Null),
        (_, Value::Array(elements)) => aggregate(function, elements.iter()),
        _ => None,
    }
}

/// A function of all nodes that a search has found.
fn all_together(function: Function, nodes: &[&Value]) -> Option<Value> {
    match function {
        Function::Length => {
            let children = nodes.iter().map(|node| match node {
                Value::Array(elements) => elements.len(),
                Value::Object(members) => members.len(),
                _ => 0,
            });
            Some(children.sum::<usize>().into())
        }
        _ => aggregate(function, nodes.iter().copied()),
    }
}

/// A function of the numbers among some values; none where there is no number.
fn aggregate<'v>(function: Function, values: impl Iterator<Item = &'v Value>) -> Option<Value> {
    let numbers: Vec<f64> = values
        .filter_map(|value| match value {
            Value::Number(number) => Some(Num::Json(number).as_f64()),
            _ => None,
        })
        .collect();
    let count = numbers.len() as f64;
    let sum: f64 = numbers.iter().sum();
    let first = *numbers.first()?;
    let result = match function {
        Function::Min => numbers.iter().copied().fold(first, f64::min),
        Function::Max => numbers.iter().copied().fold(first, f64::max),
        Function::Avg => sum / count,
        Function::Sum => sum,
        Function::StdDev => {
            let squares: f64 = numbers.iter().map(|number| number * number).sum();
            (squares / count - sum * sum / count / count).max(0.0).sqrt()
        }
        Function::Length => count,
    };
    Number::from_f64(result).map(Value::Number)
}
