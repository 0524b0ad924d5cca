//! Data in which a workflow finds most of what it looks for.

use asl_runtime::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// All the paths of a definition, and the values that are compared there.
#[derive(Debug, Clone, Default)]
pub struct Universe {
    /// The members of each path, with the values that make a difference; the last step of an array is `[]`.
    paths: BTreeMap<Vec<String>, Vec<Value>>,
    errors: BTreeSet<String>,
    states: usize,
}

impl Universe {
    /// Reads a definition.
    pub fn new(definition: &Value) -> Universe {
        let mut universe = Universe::default();
        universe.errors.insert("Unexpected".to_owned());
        universe.read(definition);
        universe
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.states
    }

    /// The name of an error that something in the workflow knows.
    pub fn error(&self, number: usize) -> String {
        self.errors
            .iter()
            .nth(number % self.errors.len())
            .cloned()
            .unwrap_or_default()
    }

    /// An object that has all the paths; another number gives other values.
    pub fn value(&self, number: usize) -> Value {
        let item = self.object(number, None);
        self.object(number, Some(&item))
    }

    fn object(&self, number: usize, item: Option<&Value>) -> Value {
        let mut object = json!({});
        for (index, (path, values)) in self.paths.iter().enumerate() {
            let value = match (path.last().map(String::as_str), item) {
                (Some("[]"), Some(item)) => json!([item, item]),
                (Some("[]"), None) => json!(["one", "two"]),
                _ => values
                    .get((number + index) % values.len().max(1))
                    .cloned()
                    .unwrap_or_else(|| json!("text")),
            };
            let mut place = &mut object;
            for name in path.iter().filter(|name| *name != "[]") {
                if !place.is_object() {
                    *place = json!({});
                }
                place = &mut place[name];
            }
            if place.is_null() {
                *place = value;
            }
        }
        object
    }

    fn read(&mut self, value: &Value) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.read(element)),
            Value::Object(members) => {
                self.states += members
                    .get("States")
                    .and_then(Value::as_object)
                    .map_or(0, serde_json::Map::len);
                self.choice_rule(members);
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("ErrorEquals", Value::Array(names)) => {
                            let own = names
                                .iter()
                                .filter_map(Value::as_str)
                                .filter(|name| !name.starts_with("States."));
                            self.errors.extend(own.map(str::to_owned));
                        }
                        ("ItemsPath", Value::String(path)) => self.path(&format!("{path}[*]"), &[]),
                        ("SecondsPath" | "TimeoutSecondsPath" | "MaxConcurrencyPath", Value::String(path)) => {
                            self.path(path, &[json!(3)]);
                        }
                        ("TimestampPath", Value::String(path)) => self.path(path, &[json!("2026-01-02T00:00:00Z")]),
                        (_, Value::String(text)) => {
                            for root in ["$.", "$states.input.", "$states.result."] {
                                text.split(root).skip(1).for_each(|path| self.path(path, &[]));
                            }
                        }
                        (_, value) => self.read(value),
                    }
                }
            }
            _ => {}
        }
    }

    /// A comparison gives its literal, and something else.
    fn choice_rule(&mut self, members: &serde_json::Map<String, Value>) {
        let Some(path) = members.get("Variable").and_then(Value::as_str) else {
            return;
        };
        for (name, literal) in members {
            let other = match literal {
                Value::Bool(value) if !name.starts_with("Is") => json!(!value),
                Value::Bool(_) => match name.as_str() {
                    "IsNumeric" => json!(1),
                    "IsBoolean" => json!(true),
                    "IsTimestamp" => json!("2026-01-02T00:00:00Z"),
                    _ => Value::Null,
                },
                Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
                _ => json!("other"),
            };
            if !matches!(name.as_str(), "Variable" | "Next" | "Comment" | "Assign") && !name.ends_with("Path") {
                let literal = if name.starts_with("Is") {
                    Value::Null
                } else {
                    literal.clone()
                };
                self.path(path, &[literal, other]);
            }
        }
    }

    /// Adds a path, with or without `$.` before it; what stands behind it is left.
    fn path(&mut self, text: &str, values: &[Value]) {
        let text = text.trim_start_matches("$.");
        let end = text
            .find(|c: char| !c.is_alphanumeric() && !"_-.[]*'\"".contains(c))
            .unwrap_or(text.len());
        let mut path = Vec::new();
        for step in text[..end].split(['.', '[']).map(|step| step.trim_end_matches(']')) {
            if step == "*" || step.parse::<usize>().is_ok() {
                path.push("[]".to_owned());
                break;
            }
            let name = step.trim_matches(['\'', '"']);
            if !name.is_empty() {
                path.push(name.to_owned());
            }
        }
        if !path.is_empty() {
            let known = self.paths.entry(path).or_default();
            known.extend(values.iter().filter(|value| !value.is_null()).cloned());
        }
    }
}
