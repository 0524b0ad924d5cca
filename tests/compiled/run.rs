//! The golden files do what the examples beside their machines say.
//!
//! `machines/a.asl.json` is a machine. `a.input.json` is an input, and beside it stands what the machine makes of it:
//! `a.output.json`, or `a.error.json` with `Error` and `Cause`. Further examples have a name: `a.late.input.json`.
//! Tasks answer their input, or what `a.tasks.json` (`a.late.tasks.json`) says: for each state a list of answers by order
//! of its attempts, the last of which stays.

use asl_runtime::{BoxFuture, Handle, Handler, Memory, Pattern, TaskContext, TaskError, Untyped, Value};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The names of the files beside the machines that end like this, without that end.
fn names(end: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(machines())
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(end).map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn machines() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../machines")
}

/// Answers what a file says, or else the input.
struct Script {
    answers: Value,
    /// How often each state has asked.
    asked: Mutex<HashMap<&'static str, usize>>,
    handle: Handle,
}

impl Handler for Script {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let count = asked.entry(cx.state()).or_default();
        let answers = self.answers[cx.state()].as_array();
        let answer = answers.and_then(|answers| answers.get(*count).or(answers.last()));
        *count += 1;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let result = match answer {
            None => Ok(input),
            Some(answer) => match answer.get("output") {
                Some(output) => Ok(output.clone()),
                None => Err(TaskError {
                    name: text(&answer["error"]),
                    cause: text(&answer["cause"]),
                }),
            },
        };
        if let (Pattern::WaitForTaskToken, Some(token)) = (cx.resource().pattern, cx.token()) {
            let ended = match result.clone() {
                Ok(output) => self.handle.send_task_success(token, output),
                Err(error) => self.handle.send_task_failure(token, error.name, error.cause),
            };
            assert_eq!(ended, Ok(()));
            return Box::pin(async { Ok(Value::Null) });
        }
        Box::pin(async { result })
    }
}

fn read(path: PathBuf) -> Option<Value> {
    let text = fs::read_to_string(&path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// What the machine makes of an example, in the form of the file that says what it should: its kind, and its content.
async fn outcome(machine: &str, example: &str) -> (&'static str, Value) {
    let file = |name: &str, kind: &str| machines().join(format!("{name}.{kind}.json"));
    let engine = Memory::default();
    let answers = read(file(example, "tasks")).or_else(|| read(file(machine, "tasks")));
    let tasks = Untyped(Script {
        answers: answers.unwrap_or_default(),
        asked: Mutex::default(),
        handle: engine.handle(),
    });
    let input = read(file(example, "input")).expect("an input");
    let run = compiled::run(machine, &engine, &tasks, input);
    match run
        .unwrap_or_else(|| panic!("there is no golden file for {machine}"))
        .await
    {
        Ok(output) => ("output", output),
        Err(error) => ("error", error.into_output()),
    }
}

#[tokio::test(start_paused = true)]
async fn machines_do_what_their_examples_say() {
    let machine_names = names(".asl.json");
    let examples = names(".input.json");
    let mut wrong = Vec::new();
    for machine in &machine_names {
        let of_machine = |example: &&String| example.split('.').next() == Some(machine);
        let mut count = 0;
        for example in examples.iter().filter(of_machine) {
            count += 1;
            let (kind, found) = outcome(machine, example).await;
            if read(machines().join(format!("{example}.{kind}.json"))).as_ref() != Some(&found) {
                wrong.push(format!(
                    "{example}.{kind}.json should hold this, or it is not what should be:\n{found:#}"
                ));
            }
        }
        if count == 0 {
            wrong.push(format!("{machine} has no example: write {machine}.input.json"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
