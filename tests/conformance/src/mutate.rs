//! Expectations that are wrong in one place each: a comparison that accepts one of them sees too little.

use serde_json::{Map, Value, json};

const CHANGED: &str = "changed by a mutation";

/// Every expectation of an execution that differs from this one in its status, its error, its cause or one value of its
/// output, each with what was changed.
pub fn outcomes(expect: &Value) -> Vec<(String, Value)> {
    let mut mutants = Vec::new();
    let Value::Object(members) = expect else {
        return mutants;
    };
    let mut replace = |what: &str, name: &str, value: Option<Value>| {
        let mut mutant = members.clone();
        match value {
            Some(value) => _ = mutant.insert(name.to_owned(), value),
            None => _ = mutant.remove(name),
        }
        mutants.push((what.to_owned(), mutant.into()));
    };
    for status in ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] {
        if members.get("status").is_some_and(|own| own != status) {
            replace("status", "status", Some(status.into()));
        }
    }
    for name in ["error", "cause"] {
        match members.get(name) {
            None => replace(&format!("{name} given"), name, Some(CHANGED.into())),
            Some(_) => {
                replace(name, name, Some(CHANGED.into()));
                replace(&format!("{name} removed"), name, None);
            }
        }
    }
    match members.get("output") {
        None => replace("output given", "output", Some(json!({}))),
        Some(output) => {
            for (path, mutant) in values(output) {
                replace(&format!("output{path}"), "output", Some(mutant));
            }
        }
    }
    let is_json = members.get("cause_json") == Some(&Value::Bool(true));
    let parsed = members.get("cause").and_then(Value::as_str).filter(|_| is_json);
    if let Some(cause) = parsed.and_then(|cause| serde_json::from_str(cause).ok()) {
        for (path, mutant) in values(&cause) {
            replace(&format!("cause{path}"), "cause", Some(mutant.to_string().into()));
        }
    }
    mutants
}

/// A value changed in each of its leaves and with each of its members left out, and where.
fn values(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(members) if !members.is_empty() => members
            .iter()
            .flat_map(|(name, member)| {
                let with = |mutant| {
                    let mut members = members.clone();
                    members.insert(name.clone(), mutant);
                    Value::Object(members)
                };
                let mut less = members.clone();
                less.remove(name);
                let mut mutants: Vec<_> = values(member)
                    .into_iter()
                    .map(|(path, mutant)| (format!("/{name}{path}"), with(mutant)))
                    .collect();
                mutants.push((format!("/{name} removed"), less.into()));
                mutants
            })
            .collect(),
        Value::Array(elements) if !elements.is_empty() => (0..elements.len())
            .flat_map(|index| {
                let mut less = elements.clone();
                less.remove(index);
                let with = |mutant| {
                    let mut elements = elements.clone();
                    elements[index] = mutant;
                    Value::Array(elements)
                };
                let mut mutants: Vec<_> = values(&elements[index])
                    .into_iter()
                    .map(|(path, mutant)| (format!("/{index}{path}"), with(mutant)))
                    .collect();
                mutants.push((format!("/{index} removed"), less.into()));
                mutants
            })
            .collect(),
        Value::Object(_) => vec![(
            String::new(),
            Map::from_iter([(CHANGED.to_owned(), Value::Null)]).into(),
        )],
        Value::Array(_) => vec![(String::new(), json!([CHANGED]))],
        Value::Bool(value) => vec![(String::new(), (!value).into())],
        Value::Number(number) => vec![(String::new(), json!(number.as_f64().unwrap_or_default() + 1.0))],
        Value::String(_) | Value::Null => vec![(String::new(), CHANGED.into())],
    }
}

/// Every history that differs from this one in one thing: an event that is missing, has another type, another number, or
/// another value in its details; two events in each other's place.
pub fn histories(events: &[Value]) -> Vec<(String, Vec<Value>)> {
    let mut mutants = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let what = |what: &str| format!("{what} of {} {}", event["type"], event["id"]);
        let mut replace = |what: String, mutant: Value| {
            let mut events = events.to_vec();
            events[at] = mutant;
            mutants.push((what, events));
        };
        let with = |name: &str, value: Value| {
            let mut event = event.clone();
            event[name] = value;
            event
        };
        replace(what("type"), with("type", CHANGED.into()));
        for name in ["id", "previousEventId"] {
            // Where a recording has no numbers there is nothing to be wrong. The next but one, since EV-50 allows for two.
            if let Some(number) = event["id"].as_u64().and(event[name].as_u64()) {
                replace(what(name), with(name, (number + 2).into()));
            }
        }
        for (name, details) in event.as_object().into_iter().flatten() {
            if name.ends_with("EventDetails") {
                let values = values(details).into_iter();
                values.for_each(|(path, mutant)| replace(what(&format!("{name}{path}")), with(name, mutant)));
            }
        }
        // What recordings without numbers lack may be missing.
        if !event["type"].as_str().is_some_and(|name| name.starts_with("Parallel")) {
            let mut less = events.to_vec();
            less.remove(at);
            mutants.push((what("absence"), less));
        }
        if let Some(next) = events.get(at + 1).filter(|next| next["previousEventId"] == event["id"]) {
            let mut swapped = events.to_vec();
            for (to, from) in [(at, next), (at + 1, event)] {
                let numbers = ["id", "previousEventId"].map(|name| (name, swapped[to][name].clone()));
                swapped[to] = from.clone();
                numbers
                    .into_iter()
                    .for_each(|(name, number)| swapped[to][name] = number);
            }
            if swapped != events {
                mutants.push((what("swap"), swapped));
            }
        }
    }
    mutants
}

/// Every verdict that differs from this one in its code, its message or its location.
pub fn verdicts(words: &str) -> Vec<String> {
    if words.is_empty() {
        return vec![format!("{CHANGED}: {CHANGED} at /")];
    }
    vec![
        words.replacen(':', "_X:", 1),
        words.replacen(": ", ": Not ", 1),
        format!("{words}/Further"),
        String::new(),
    ]
}
