//! What a host tells of its executions.

use asl_durable::{Filter, Host, HostError};
use asl_runtime::{Value, json};
use std::collections::HashMap;

/// All that a host tells of its executions, without times and without what follows from a seed.
pub async fn told(host: &Host) -> Result<Value, HostError> {
    let mut told = Vec::new();
    for execution in host.list(Filter::default()).await?.executions {
        let history = host.history(&execution.arn).await?;
        let mut one = json!({
            "name": execution.name,
            "status": execution.status.as_str(),
            "output": execution.output,
            "error": execution.error,
            "cause": execution.cause,
            "redrives": execution.redrive_count
        });
        one["history"] = history.iter().map(|event| event.to_json()).collect();
        told.push(one);
    }
    // Which was started first is no matter of theirs.
    told.sort_by_key(|one| one["name"].to_string());
    let mut told = Value::from(told);
    strip(&mut told, &mut HashMap::new());
    Ok(told)
}

/// Takes times away, and puts its number in the place of whatever follows from a seed: tokens and UUIDs.
fn strip(value: &mut Value, seen: &mut HashMap<String, usize>) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !["timestamp", "StartDate", "StopDate"].contains(&name.as_str()));
            members.values_mut().for_each(|member| strip(member, seen));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, seen)),
        // Most are too short for either.
        Value::String(text) if text.len() >= 32 => {
            if let Ok(mut json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                strip(&mut json, seen);
                *value = json;
                return;
            }
            let is_word = |c: char| c.is_ascii_hexdigit() || c == '-';
            let words = text.split(|c| !is_word(c)).filter(|word| word.len() >= 32);
            let words: Vec<String> = words.map(str::to_owned).collect();
            for word in words {
                let count = seen.len();
                let number = *seen.entry(word.clone()).or_insert(count);
                *text = text.replace(&word, &format!("random {number}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
