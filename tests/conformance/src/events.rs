//! Comparison of histories.
//!
//! The events must be the same, one after the other; those of lanes that ran side by side may take turns in another way.
//! Where a recording has no numbers (branches of a Parallel), they are compared as a bag.

use crate::compare::{Comparison, Difference, Wild};
use crate::lanes;
use serde_json::{Map, Value};

/// How far a history is as it was recorded: what differs in each respect, nothing where it is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fidelity {
    /// The types of its events, in their order. Where these differ nothing else is compared.
    pub types: Vec<Difference>,
    /// Their ids and previous ids.
    pub ids: Vec<Difference>,
    /// Their details.
    pub details: Vec<Difference>,
}

impl Fidelity {
    /// Whether the types are the same, the ids too, the details too.
    pub fn holds(&self) -> [bool; 3] {
        let types = self.types.is_empty();
        [types, types && self.ids.is_empty(), types && self.details.is_empty()]
    }

    /// All that differs.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        let Fidelity { types, ids, details } = self;
        types.iter().chain(ids).chain(details)
    }
}

/// Compares a history with a recorded one, in which these words too stand for any text.
pub fn compare(recorded: &[Value], found: &[Value], words: &[String]) -> Fidelity {
    // One was recorded last event first.
    let mut recorded = recorded.to_vec();
    recorded.sort_by_key(id);
    let mut comparison = Comparison::new(Wild::Everywhere(words));
    let pairs = match recorded.iter().all(|event| id(event).is_some()) {
        true => in_order(&recorded, found),
        false => in_a_bag(&recorded, found, comparison.clone()),
    };
    let pairs = match pairs {
        Ok(pairs) => pairs,
        Err(difference) => {
            return Fidelity {
                types: vec![difference],
                ..Fidelity::default()
            };
        }
    };
    let mut fidelity = Fidelity::default();
    for (expected, found) in &pairs {
        compare_ids(expected, found, &recorded, &mut fidelity.ids);
        compare_details(&mut comparison, expected, found);
    }
    fidelity.details = comparison.differences();
    fidelity
}

/// Each recorded event with the one that was found in its place.
type Pairs<'e> = Vec<(&'e Value, Value)>;

fn in_order<'e>(recorded: &'e [Value], found: &[Value]) -> Result<Pairs<'e>, Difference> {
    let found = match types(recorded).eq(types(found)) && previous(recorded).eq(previous(found)) {
        true => found.to_vec(),
        false => lanes::arranged_as(recorded, found).unwrap_or_else(|| found.to_vec()),
    };
    for (expected, found) in recorded.iter().zip(&found) {
        if expected["type"] != found["type"] {
            let place = format!("{}/type", expected["id"]);
            return Err(Difference::new(&place, &expected["type"], &found["type"]));
        }
    }
    match recorded.len() == found.len() {
        true => Ok(recorded.iter().zip(found).collect()),
        false => Err(Difference::new("events", recorded.len(), found.len())),
    }
}

fn types(events: &[Value]) -> impl Iterator<Item = &Value> {
    events.iter().map(|event| &event["type"])
}

fn previous(events: &[Value]) -> impl Iterator<Item = &Value> {
    events.iter().map(|event| &event["previousEventId"])
}

/// Those that have a number have it. Of the others each has one of its kind among those found; what is left over is only
/// what such recordings lack.
fn in_a_bag<'e>(recorded: &'e [Value], found: &[Value], mut comparison: Comparison) -> Result<Pairs<'e>, Difference> {
    let mut left: Vec<Value> = found.to_vec();
    let mut pairs = Pairs::new();
    let (numbered, others): (Vec<_>, Vec<_>) = recorded.iter().partition(|event| id(event).is_some());
    for expected in numbered.into_iter().chain(others) {
        let is_of_type = |found: &Value| found["type"] == expected["type"];
        let at = match id(expected) {
            Some(_) => left
                .iter()
                .position(|found| is_of_type(found) && found["id"] == expected["id"]),
            None => {
                let same = left.iter().enumerate().filter(|(_, found)| is_of_type(found));
                let mut compared = same.map(|(at, found)| {
                    let mut comparison = comparison.clone();
                    compare_details(&mut comparison, expected, found);
                    (at, comparison)
                });
                match compared.find(|(_, compared)| compared.holds()) {
                    Some((at, compared)) => {
                        comparison = compared;
                        Some(at)
                    }
                    None => left.iter().position(is_of_type),
                }
            }
        };
        let at = at.ok_or_else(|| Difference::new("events", &expected["type"], "none"))?;
        pairs.push((expected, left.remove(at)));
    }
    let lacking = ["ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateExited"];
    match types(&left).find(|left| !lacking.iter().any(|lacking| *left == lacking)) {
        None => Ok(pairs),
        Some(left) => Err(Difference::new("events", "no other", left)),
    }
}

fn compare_details(comparison: &mut Comparison, recorded: &Value, found: &Value) {
    let [expected, found] = details(recorded, found);
    comparison.value(&recorded["id"].to_string(), &expected, &found);
}

fn compare_ids(expected: &Value, found: &Value, recorded: &[Value], differences: &mut Vec<Difference>) {
    // The recorder took its number away.
    if id(expected).is_none() {
        return;
    }
    for name in ["id", "previousEventId"] {
        let is_same = expected[name] == found[name] || name != "id" && is_old_map_exit(expected, found, recorded);
        if !is_same {
            let place = format!("{}/{name}", expected["id"]);
            differences.push(Difference::new(&place, &expected[name], &found[name]));
        }
    }
}

/// EV-50: until August 2024 the exit of a distributed Map followed the success of its Map Run, since then its start.
fn is_old_map_exit(expected: &Value, found: &Value, recorded: &[Value]) -> bool {
    let before = |event: &Value| recorded.iter().find(|before| before["id"] == event["previousEventId"]);
    let (Some(succeeded), Some(started)) = (before(expected), before(found)) else {
        return false;
    };
    expected["type"] == "MapStateExited"
        && succeeded["type"] == "MapRunSucceeded"
        && started["type"] == "MapRunStarted"
        && succeeded["previousEventId"] == started["id"]
}

pub(crate) fn id(event: &Value) -> Option<u64> {
    event["id"].as_u64()
}

/// The details of a recorded event, and of the one that was found in its place, as far as they are comparable: a recording has
/// all data as JSON text, but for objects (EV-65).
fn details(recorded: &Value, found: &Value) -> [Value; 2] {
    let [mut recorded, mut found] = [recorded, found].map(|event| {
        let members = event.as_object().into_iter().flatten();
        let details = members.filter(|(name, _)| name.ends_with("EventDetails"));
        details
            .map(|(name, details)| (name.clone(), details.clone()))
            .collect::<Map<_, _>>()
    });
    for (name, recorded) in &mut recorded {
        let mut nothing = Value::Null;
        let found = found.get_mut(name).unwrap_or(&mut nothing);
        for data in ["input", "output", "parameters"] {
            recorded.get_mut(data).map(decode);
        }
        decode_alike(recorded.get_mut("cause"), found.get_mut("cause"));
        let assigned = recorded.get_mut("assignedVariables").and_then(Value::as_object_mut);
        for (variable, recorded) in assigned.into_iter().flatten() {
            let found = found
                .get_mut("assignedVariables")
                .and_then(|found| found.get_mut(variable));
            decode_alike(Some(recorded), found);
        }
    }
    [recorded.into(), found.into()]
}

/// Text that is JSON by its value.
fn decode(value: &mut Value) {
    if let Some(decoded) = value.as_str().and_then(|text| serde_json::from_str(text).ok()) {
        *value = decoded;
    }
}

/// Text that is JSON by its value: an object in the recording, an array on both sides.
fn decode_alike(recorded: Option<&mut Value>, found: Option<&mut Value>) {
    let (Some(recorded), Some(found)) = (recorded, found) else {
        return;
    };
    if recorded.as_str().is_some_and(|text| text.starts_with('[')) {
        decode(recorded);
    }
    if !recorded.is_string() {
        decode(found);
    }
}
