//! Comparison of histories: an extra figure, which fails no run.

use crate::compare::{Comparison, Wild};
use serde_json::Value;

/// How far a history is as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fidelity {
    /// The same types in the same order; where the recording has no order, the same number of each.
    pub types: Result<(), String>,
    /// And the same ids and previous ids.
    pub ids: Result<(), String>,
    /// And the same details.
    pub details: Result<(), String>,
}

/// Compares a history with a recorded one.
pub fn compare(recorded: &[Value], found: &[Value]) -> Fidelity {
    // One was recorded last event first.
    let mut recorded = recorded.to_vec();
    recorded.sort_by_key(|event| event["id"].as_u64());
    let recorded = &recorded;
    // Branches side by side are recorded without their numbers, and without the ends of Parallel states.
    if recorded.iter().any(|event| !event["id"].is_u64()) {
        let types = same_bag(recorded, found);
        let without_order = Err("the recording has no numbers".to_owned());
        return Fidelity {
            types,
            ids: without_order.clone(),
            details: without_order,
        };
    }
    let types = same(recorded, found, |recorded, found| {
        match recorded["type"] == found["type"] {
            true => Vec::new(),
            false => vec![format!("expected {}, found {}", recorded["type"], found["type"])],
        }
    });
    let ids = types.clone().and_then(|()| {
        same(recorded, found, |recorded, found| {
            let ids = |event: &Value| (event["id"].clone(), event["previousEventId"].clone());
            match ids(recorded) == ids(found) || is_old_map_exit(recorded, found) {
                true => Vec::new(),
                false => vec![format!("expected {:?}, found {:?}", ids(recorded), ids(found))],
            }
        })
    });
    let details = types.clone().and_then(|()| {
        let mut comparison = Comparison::new(Wild::Everywhere);
        for (recorded, found) in recorded.iter().zip(found) {
            comparison.value(&recorded["id"].to_string(), &details(recorded), &details(found));
        }
        match comparison.differences().first() {
            None => Ok(()),
            Some(difference) => Err(difference.clone()),
        }
    });
    Fidelity { types, ids, details }
}

fn same(
    recorded: &[Value],
    found: &[Value],
    differences: impl Fn(&Value, &Value) -> Vec<String>,
) -> Result<(), String> {
    for (recorded, found) in recorded.iter().zip(found) {
        if let Some(difference) = differences(recorded, found).first() {
            return Err(format!("event {}: {difference}", recorded["id"]));
        }
    }
    match recorded.len() == found.len() {
        true => Ok(()),
        false => Err(format!("{} events, expected {}", found.len(), recorded.len())),
    }
}

/// Every recorded event has one of its type among those found; what is left over is only what recordings lack.
fn same_bag(recorded: &[Value], found: &[Value]) -> Result<(), String> {
    let mut left: Vec<&Value> = found.iter().map(|event| &event["type"]).collect();
    for event in recorded {
        match left.iter().position(|&left| *left == event["type"]) {
            Some(at) => _ = left.swap_remove(at),
            None => return Err(format!("no {}", event["type"])),
        }
    }
    let lacking = ["ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateExited"];
    match left
        .iter()
        .find(|left| !left.as_str().is_some_and(|left| lacking.contains(&left)))
    {
        None => Ok(()),
        Some(left) => Err(format!("a {left} too many")),
    }
}

/// EV-50: until August 2024 the exit of a distributed Map followed the success of its Map Run, since then its start.
fn is_old_map_exit(recorded: &Value, found: &Value) -> bool {
    let follows = |event: &Value| event["previousEventId"].as_u64().unwrap_or_default();
    recorded["type"] == "MapStateExited" && recorded["id"] == found["id"] && follows(recorded) == follows(found) + 1
}

fn details(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(members) = event.as_object_mut() {
        members.retain(|name, _| name.ends_with("EventDetails"));
        for details in members.values_mut() {
            for name in ["input", "output", "cause"] {
                details.get_mut(name).map(decode);
            }
        }
    }
    event
}

/// JSON text by its value: recordings have some of it decoded, and blanks in it mean nothing (EV-65).
fn decode(value: &mut Value) {
    if let Some(decoded) = value.as_str().and_then(|text| serde_json::from_str(text).ok()) {
        *value = decoded;
    }
}
