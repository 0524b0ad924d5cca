//! Comparison of what came out with what was recorded.

use regex_lite::Regex;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// Words that stand for any value, at the placeholder paths of a case only.
const WILDCARDS: &[&str] = &[
    "date",
    "timestamp",
    "start-date",
    "stop-date",
    "start-time",
    "entered-time",
    "RequestId",
    "X-Amzn-Trace-Id",
    "x-amzn-RequestId",
    "snf_role_arn",
    "sfn_role_arn",
    "map_run_arn",
];

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    // The pattern is a literal that is known to be right.
    Regex::new("<[A-Za-z][A-Za-z0-9_-]*(:[0-9]+)?>").unwrap_or_else(|error| unreachable!("{error}"))
});

/// Where words may stand for any value.
#[derive(Debug, Clone, Copy)]
pub enum Wild<'a> {
    /// At these paths and below them.
    At(&'a [String]),
    /// Everywhere, and these words too.
    Everywhere(&'a [String]),
}

/// A difference from what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it is: `/output/a` in an outcome, `3/taskScheduledEventDetails/parameters` in the details of event 3.
    pub place: String,
    /// What was expected there, and what was found.
    pub text: String,
}

impl Difference {
    /// One of two values.
    pub fn new(place: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Difference {
        Difference {
            place: place.to_owned(),
            text: format!("expected {expected}, found {found}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// A comparison: what its placeholders stand for, and what differs.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    wild: Wild<'a>,
    bindings: HashMap<String, String>,
    differences: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    /// A comparison in which nothing is bound yet.
    pub fn new(wild: Wild<'a>) -> Comparison<'a> {
        Comparison {
            wild,
            bindings: HashMap::new(),
            differences: Vec::new(),
        }
    }

    /// What differs.
    pub fn differences(self) -> Vec<Difference> {
        self.differences
    }

    /// Whether nothing has differed so far.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }

    /// Compares the outcome of an execution: `status`, `output`, `error`, `cause`.
    pub fn outcome(&mut self, expected: &Value, actual: &Value) {
        let (Value::Object(expected), Value::Object(actual)) = (expected, actual) else {
            return self.value("", expected, actual);
        };
        let is_json = expected.get("cause_json") == Some(&Value::Bool(true));
        let mut expected = expected.clone();
        expected.remove("cause_json");
        let mut actual = actual.clone();
        if is_json {
            parse(&mut expected, "cause");
            parse(&mut actual, "cause");
        }
        self.object("", &expected, &actual);
    }

    /// Compares two values; the order of keys has no meaning.
    pub fn value(&mut self, path: &str, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => self.object(path, expected, actual),
            (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
                for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                    self.value(&format!("{path}/{index}"), expected, actual);
                }
            }
            (Value::String(expected), _) if self.is_wild(path, expected, actual) => {}
            (Value::String(expected), Value::String(actual)) if self.text(expected, actual) => {}
            _ if expected == actual => {}
            _ => self.differ(path, Some(expected), Some(actual)),
        }
    }

    fn object(&mut self, path: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (name, value) in expected {
            let path = format!("{path}/{name}");
            match actual.get(name) {
                Some(actual) => self.value(&path, value, actual),
                None => self.differ(&path, Some(value), None),
            }
        }
        for (name, value) in actual {
            if !expected.contains_key(name) {
                self.differ(&format!("{path}/{name}"), None, Some(value));
            }
        }
    }

    fn is_wild(&self, path: &str, word: &str, actual: &Value) -> bool {
        match self.wild {
            Wild::Everywhere(words) => {
                stands_for(word, actual) || actual.is_string() && words.iter().any(|own| own == word)
            }
            Wild::At(paths) => {
                let is_there = |wild: &String| match path.strip_prefix(wild.as_str()) {
                    Some(below) => below.is_empty() || below.starts_with('/'),
                    None => false,
                };
                paths.iter().any(is_there) && stands_for(word, actual)
            }
        }
    }

    /// Text in which placeholders stand for any text, each for the same wherever it is.
    fn text(&mut self, expected: &str, actual: &str) -> bool {
        let mut parts = Vec::new();
        let mut end = 0;
        for found in PLACEHOLDER.find_iter(expected) {
            parts.push(Part::Literal(&expected[end..found.start()]));
            parts.push(Part::Placeholder(found.as_str()));
            end = found.end();
        }
        if parts.is_empty() {
            return expected == actual;
        }
        parts.push(Part::Literal(&expected[end..]));
        let mut bindings = self.bindings.clone();
        let matches = matches(&parts, actual, &mut bindings);
        if matches {
            self.bindings = bindings;
        }
        // A placeholder in a task's output comes out as it went in.
        matches || expected == actual
    }

    fn differ(&mut self, path: &str, expected: Option<&Value>, actual: Option<&Value>) {
        let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        self.differences
            .push(Difference::new(path, shown(expected), shown(actual)));
    }
}

/// Replaces JSON text by its value.
fn parse(object: &mut Map<String, Value>, name: &str) {
    let parsed = object
        .get(name)
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str(text).ok());
    if let Some(parsed) = parsed {
        object.insert(name.to_owned(), parsed);
    }
}

/// Whether a word stands for values like this one.
fn stands_for(word: &str, actual: &Value) -> bool {
    match word {
        "RandomNumberGenerated" => actual.is_i64(),
        "generated-uuid" => actual.as_str().is_some_and(is_uuid),
        word => WILDCARDS.contains(&word) && (actual.is_string() || actual.is_number()),
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.chars().all(|c| c.is_ascii_hexdigit()))
}

enum Part<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
}

fn matches(parts: &[Part], text: &str, bindings: &mut HashMap<String, String>) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return text.is_empty();
    };
    match part {
        Part::Literal(literal) => text
            .strip_prefix(literal)
            .is_some_and(|text| matches(rest, text, bindings)),
        Part::Placeholder(name) => {
            if let Some(bound) = bindings.get(*name) {
                let bound = bound.clone();
                return text
                    .strip_prefix(bound.as_str())
                    .is_some_and(|text| matches(rest, text, bindings));
            }
            for (end, _) in text.char_indices().skip(1).chain([(text.len(), ' ')]) {
                let mut tried = bindings.clone();
                tried.insert((*name).to_owned(), text[..end].to_owned());
                if matches(rest, &text[end..], &mut tried) {
                    *bindings = tried;
                    return true;
                }
            }
            false
        }
    }
}
