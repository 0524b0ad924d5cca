//! A recorded execution.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// A recorded execution: what went in, what its tasks answered, and what came of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name, which no other case has.
    pub name: String,
    /// What it is about.
    pub area: String,
    /// What the expectation was read from: only `history` has comparable events.
    #[serde(default)]
    pub recording: String,
    /// The definition, as JSON unless it is none.
    #[serde(default)]
    pub definition: Value,
    input: Option<Value>,
    clock: Option<String>,
    recorded: Option<String>,
    /// By state, the results of its tasks in the order of their attempts.
    #[serde(default)]
    pub tasks: HashMap<String, Vec<TaskResult>>,
    /// States whose tasks are not in the recording.
    #[serde(default)]
    pub unrecorded_tasks: Vec<String>,
    /// It was stopped from outside.
    pub stopped: Option<Map<String, Value>>,
    /// `status`, and `output` or `error` and `cause`.
    pub expect: Value,
    /// The recorded history.
    #[serde(default)]
    pub events: Vec<Value>,
    /// Where in `expect` a word may stand for any value.
    #[serde(default)]
    pub placeholder_paths: Vec<String>,
}

/// How an attempt of a task ended.
#[derive(Debug, Clone, Deserialize)]
pub struct TaskResult {
    /// What it was called with.
    #[serde(default, deserialize_with = "present")]
    pub params: Option<Value>,
    /// The numbers of the items that it belongs to, outermost first.
    pub iteration: Option<Vec<usize>>,
    /// What the submission of a callback task answered.
    #[serde(default, deserialize_with = "present")]
    pub submitted: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    output: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
    #[serde(default)]
    timeout: bool,
    #[serde(default)]
    aborted: bool,
}

/// A member that is there, also where it is null.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// How an attempt of a task ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// With this output.
    Output(Value),
    /// With an error and a cause, either of which may be missing.
    Failed(Option<String>, Option<String>),
    /// Never by itself: the state's clock runs out, or something else ends it.
    Never,
}

impl TaskResult {
    /// How it ended.
    pub fn end(&self) -> End {
        match &self.output {
            _ if self.timeout || self.aborted => End::Never,
            Some(output) => End::Output(output.clone()),
            None => End::Failed(self.error.clone(), self.cause.clone()),
        }
    }
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// With what is wrong with its form.
    pub fn read(case: &Value) -> Result<Case, serde_json::Error> {
        Case::deserialize(case)
    }

    /// The input: `{}` where none was given (G-11).
    pub fn input(&self) -> Value {
        self.input.clone().unwrap_or_else(|| json!({}))
    }

    /// When it starts: when it was recorded, unless it is about the present.
    pub fn start(&self) -> DateTime<Utc> {
        if self.clock.as_deref() == Some("now") {
            return Utc::now();
        }
        let recorded = self.recorded.as_deref().unwrap_or_default();
        let recorded = NaiveDateTime::parse_from_str(recorded, "%d-%m-%Y, %H:%M:%S");
        recorded.map_or_else(|_| Utc::now(), |time| time.and_utc())
    }

    /// The words in `expect` that stand for something volatile: they do so in the events too.
    pub fn words(&self) -> Vec<String> {
        let word = |path: &String| self.expect.pointer(path)?.as_str().map(str::to_owned);
        let words = self.placeholder_paths.iter().filter_map(word);
        // Placeholders within a text stand for themselves.
        words.filter(|word| !word.contains('<')).collect()
    }

    /// The role, as the recorded start shows it.
    pub fn role(&self) -> &str {
        self.events
            .first()
            .and_then(|event| event["executionStartedEventDetails"]["roleArn"].as_str())
            .unwrap_or("snf_role_arn")
    }

    /// What the worker was called that took the tasks of activities, if it gave a name.
    pub fn worker_name(&self) -> Option<&str> {
        let mut details = self.events.iter().map(|event| &event["activityStartedEventDetails"]);
        details.find_map(|details| details["workerName"].as_str())
    }

    /// The service's own words where it did not even schedule the task of a state (X-101, ER-27): such an execution ends
    /// with them, and no result was recorded.
    pub fn refusal(&self, state: &str) -> Option<&str> {
        if self.expect["error"] != "States.Runtime" {
            return None;
        }
        let start = format!("An error occurred while executing the state '{state}' (entered at the event id #");
        let (_, text) = self.expect["cause"].as_str()?.strip_prefix(&start)?.split_once("). ")?;
        Some(text)
    }

    /// How many events precede the stop from outside.
    pub fn events_before_stop(&self) -> usize {
        let is_stop = |event: &Value| event["type"] == "ExecutionAborted";
        self.events.iter().position(is_stop).unwrap_or_default()
    }
}
