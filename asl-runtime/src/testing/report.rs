//! What happened in a run, and assertions about it.

use crate::{Error, History, Resource, StateType};
use serde_json::Value;
use std::fmt::{self, Write};
use std::time::Duration;

/// What happened in a run.
///
/// Each assertion answers the report itself, so that they can be chained, and one that fails shows the whole run.
#[derive(Debug)]
pub struct Report {
    result: Result<Value, Error>,
    elapsed: Duration,
    notes: Notes,
    history: History,
}

/// The steps and attempts of a run.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) steps: Vec<Step>,
    attempts: Vec<Attempt>,
}

impl Notes {
    pub(super) fn begin(&mut self, attempt: Attempt) -> usize {
        self.attempts.push(attempt);
        self.attempts.len() - 1
    }

    pub(super) fn end(&mut self, index: usize, ended: Duration, outcome: Result<Value, Error>) {
        if let Some(attempt) = self.attempts.get_mut(index) {
            attempt.ended = Some(ended);
            attempt.outcome = Some(outcome);
        }
    }
}

/// A state that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub state: &'static str,
    /// Its type.
    pub state_type: StateType,
    /// Where it stands: `Publish.0[1]/Upload.0` is the first visit of `Upload` in branch 1 of the first visit of `Publish`.
    pub position: String,
    /// When it was entered, counted from the start of the run.
    pub entered: Duration,
}

/// An attempt of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The state.
    pub state: &'static str,
    /// Where it stands, as in a [`Step`].
    pub position: String,
    /// The number of this attempt in this visit of the state, from 0.
    pub number: u32,
    /// What the state asks for.
    pub resource: &'static Resource,
    /// What the handler was given.
    pub input: Value,
    /// When it began, counted from the start of the run.
    pub started: Duration,
    /// When it ended; none if it was cut off.
    pub ended: Option<Duration>,
    /// How it ended; none if it was cut off.
    pub outcome: Option<Result<Value, Error>>,
}

impl Report {
    pub(super) fn new(result: Result<Value, Error>, elapsed: Duration, notes: Notes, history: History) -> Report {
        Report {
            result,
            elapsed,
            notes,
            history,
        }
    }

    /// What the run answered.
    pub fn result(&self) -> &Result<Value, Error> {
        &self.result
    }

    /// The virtual time that the run took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The states that were entered, in order; those of branches, items and child executions as they came.
    pub fn steps(&self) -> &[Step] {
        &self.notes.steps
    }

    /// The names of the states that were entered, in order.
    pub fn path(&self) -> Vec<&'static str> {
        self.notes.steps.iter().map(|step| step.state).collect()
    }

    /// The names of the states that were entered in one branch or item: `Publish.0[1]`. The empty text is the machine itself,
    /// without what happened inside its states.
    pub fn path_in(&self, lane: &str) -> Vec<&'static str> {
        let is_in = |step: &&Step| match step.position.rsplit_once('/') {
            Some((scope, _)) => scope == lane,
            None => lane.is_empty(),
        };
        self.notes.steps.iter().filter(is_in).map(|step| step.state).collect()
    }

    /// The attempts of tasks, in the order of their beginning.
    pub fn attempts(&self) -> &[Attempt] {
        &self.notes.attempts
    }

    /// The attempts of one state's tasks, in the order of their beginning.
    pub fn attempts_of(&self, state: &str) -> Vec<&Attempt> {
        self.notes
            .attempts
            .iter()
            .filter(|attempt| attempt.state == state)
            .collect()
    }

    /// The history of the run, as the service would show it.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The run went through these states, those of branches, items and child executions included.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn assert_path<'s>(&self, expected: impl IntoIterator<Item = &'s str>) -> &Report {
        self.same_path(&self.path(), expected)
    }

    /// One branch or item, named as in [`path_in`](Report::path_in), went through these states.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn assert_path_in<'s>(&self, lane: &str, expected: impl IntoIterator<Item = &'s str>) -> &Report {
        self.same_path(&self.path_in(lane), expected)
    }

    #[track_caller]
    fn same_path<'s>(&self, path: &[&str], expected: impl IntoIterator<Item = &'s str>) -> &Report {
        let expected: Vec<&str> = expected.into_iter().collect();
        let same = path
            .iter()
            .zip(&expected)
            .take_while(|(went, expected)| went == expected)
            .count();
        match (path.get(same), expected.get(same)) {
            (None, None) => self,
            (went, expected) => {
                let name = |state: Option<&&str>| state.map_or("the end".to_owned(), |state| format!("`{state}`"));
                self.fail(format_args!(
                    "the path differs at step {}: expected {}, and it came to {}",
                    same + 1,
                    name(expected),
                    name(went)
                ))
            }
        }
    }

    /// The run succeeded with this output.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn assert_output(&self, expected: impl Into<Value>) -> &Report {
        let expected = expected.into();
        match &self.result {
            Ok(output) if *output == expected => self,
            Ok(_) => self.fail(format_args!("expected the output {expected}")),
            Err(_) => self.fail(format_args!("expected it to succeed with {expected}")),
        }
    }

    /// The run failed with an error of this name, or was stopped with it.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn assert_failed(&self, expected: &str) -> &Report {
        match &self.result {
            Err(error) if error.name() == Some(expected) => self,
            _ => self.fail(format_args!("expected it to fail with `{expected}`")),
        }
    }

    /// The run took so much virtual time.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn assert_elapsed(&self, expected: Duration) -> &Report {
        match self.elapsed.as_millis() == expected.as_millis() {
            true => self,
            false => self.fail(format_args!(
                "expected it to take {} ms, and it took {} ms",
                expected.as_millis(),
                self.elapsed.as_millis()
            )),
        }
    }

    /// The attempts of a state's task began at these times, in milliseconds from the start of the run.
    ///
    /// # Panics
    /// If they did not.
    #[track_caller]
    pub fn assert_attempts(&self, state: &str, expected: impl IntoIterator<Item = u64>) -> &Report {
        let expected: Vec<u128> = expected.into_iter().map(u128::from).collect();
        let attempts = self.attempts_of(state);
        let began: Vec<u128> = attempts.iter().map(|attempt| attempt.started.as_millis()).collect();
        match began == expected {
            true => self,
            false => self.fail(format_args!(
                "expected the attempts of `{state}` at {expected:?} ms, and they were at {began:?} ms"
            )),
        }
    }

    #[track_caller]
    fn fail(&self, message: fmt::Arguments<'_>) -> ! {
        panic!("{message}\n{self}")
    }
}

/// So many lines of a run are shown: its end.
const SHOWN: usize = 200;

/// The run, a line for each state and each attempt.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self
            .notes
            .steps
            .iter()
            .map(|step| (step.entered, step.position.clone()));
        let attempts = self.notes.attempts.iter().map(|attempt| {
            let outcome = match &attempt.outcome {
                Some(Ok(output)) => output.to_string(),
                Some(Err(error)) => error.to_string(),
                None => "cut off".to_owned(),
            };
            let mut line = format!("  attempt {} of {}", attempt.number, attempt.position);
            // Writing to a string cannot fail.
            let _ = write!(line, " with {}: {outcome}", attempt.input);
            (attempt.started, line)
        });
        let mut lines: Vec<_> = steps.chain(attempts).collect();
        lines.sort_by_key(|(time, _)| *time);
        let hidden = lines.len().saturating_sub(SHOWN);
        if hidden > 0 {
            writeln!(f, "{:>10} more before", hidden)?;
        }
        for (time, line) in &lines[hidden..] {
            writeln!(f, "{:>10} ms  {line}", time.as_millis())?;
        }
        match &self.result {
            Ok(output) => write!(f, "{:>10} ms  succeeded with {output}", self.elapsed.as_millis()),
            Err(error) => write!(f, "{:>10} ms  ended with {error}", self.elapsed.as_millis()),
        }
    }
}
