//! One handler for all tasks, which answers what was recorded.

use crate::case::{Case, End, TaskResult};
use crate::compare::{Comparison, Wild};
use asl_durable::Host;
use asl_runtime::{BoxFuture, Handle, Handler, Pattern, TaskContext, TaskError, Value};
use serde_json::json;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// Where tasks are ended by their tokens.
#[derive(Clone)]
pub enum Tokens {
    /// On a run in memory.
    Memory(Handle),
    /// On a host, which is there before any task is called.
    Host(Arc<OnceLock<Host>>),
}

impl Tokens {
    fn end(&self, token: &str, end: End) -> Result<(), TaskError> {
        match (self, end) {
            (_, End::Never) => Ok(()),
            (Tokens::Memory(handle), End::Output(output)) => handle.send_task_success(token, output).map_err(refused),
            (Tokens::Memory(handle), End::Failed(error, cause)) => {
                handle.send_task_failure(token, error, cause).map_err(refused)
            }
            (Tokens::Host(host), end) => {
                let (host, token) = (host.clone(), token.to_owned());
                tokio::spawn(async move {
                    // After the answer of the handler.
                    sleep(Duration::from_millis(1)).await;
                    match (host.get(), end) {
                        (Some(host), End::Output(output)) => host.send_task_success(&token, output).await,
                        (Some(host), End::Failed(error, cause)) => host.send_task_failure(&token, error, cause).await,
                        _ => Ok(()),
                    }
                });
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

/// Answers the tasks of a case as it was recorded.
#[derive(Debug)]
pub struct Recorded {
    case: Case,
    /// The words of the case that stand for any text.
    words: Vec<String>,
    tokens: Tokens,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The results that have been given: state and number.
    given: HashSet<(String, usize)>,
    complaints: Vec<String>,
}

impl Recorded {
    /// A handler for one run; `handle` is that of the run.
    pub fn new(case: Case, tokens: Tokens) -> Recorded {
        Recorded {
            words: case.words(),
            case,
            tokens,
            state: Mutex::default(),
        }
    }

    /// How the calls differ from those that were recorded.
    pub fn complaints(&self) -> Vec<String> {
        let state = self.state();
        let mut complaints = state.complaints.clone();
        let recorded: usize = self.case.tasks.values().map(Vec::len).sum();
        if state.given.len() < recorded {
            complaints.push(format!("{} calls, {recorded} were recorded", state.given.len()));
        }
        complaints
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_unrecorded(&self, state: &str) -> bool {
        self.case.unrecorded_tasks.iter().any(|unrecorded| unrecorded == state)
    }

    /// What the worker of activities is called.
    pub fn worker_name(&self) -> Option<&str> {
        self.case.worker_name()
    }

    /// Ends a task of the activity of a state as it was recorded.
    pub fn work(&self, state: &str, token: &str, input: &Value) {
        if let Some(result) = self.take(state, state, input) {
            // Nobody waits for the answer.
            let _ = self.tokens.end(token, result.end());
        }
    }

    /// The result for a call: one that was recorded with its parameters, in its iteration, in the order of attempts.
    fn take(&self, name: &str, position: &str, input: &Value) -> Option<&TaskResult> {
        let mut state = self.state();
        let results = self.case.tasks.get(name).map(Vec::as_slice).unwrap_or_default();
        let best = results
            .iter()
            .enumerate()
            .filter(|(index, _)| !state.given.contains(&(name.to_owned(), *index)))
            // The first of the best: `max_by_key` would give the last.
            .min_by_key(|(_, result)| (!self.fits(result, input), !is_of_iteration(result, position)));
        let Some((index, result)) = best else {
            if !self.is_unrecorded(name) && self.case.refusal(name).is_none() {
                state
                    .complaints
                    .push(format!("no recorded result is left for {position} with {input}"));
            }
            return None;
        };
        state.given.insert((name.to_owned(), index));
        if !self.fits(result, input) {
            let expected = result.params.as_ref().unwrap_or(&Value::Null);
            let complaint = format!("{position} was recorded with {expected}, and called with {input}");
            state.complaints.push(complaint);
        }
        Some(result)
    }

    fn fits(&self, result: &TaskResult, input: &Value) -> bool {
        result.params.as_ref().is_none_or(|params| {
            let mut comparison = Comparison::new(Wild::Everywhere(&self.words));
            comparison.value("", params, input);
            comparison.holds()
        })
    }
}

/// Whether the numbers of the lanes in a position end with those of a recorded iteration. Branches of a Parallel have
/// numbers in a position too, but are not recorded.
fn is_of_iteration(result: &TaskResult, position: &str) -> bool {
    let Some(iteration) = &result.iteration else {
        return true;
    };
    let lane = |segment: &str| segment.strip_suffix(']')?.rsplit_once('[')?.1.parse::<usize>().ok();
    let lanes: Vec<usize> = position.split('/').filter_map(lane).collect();
    lanes.ends_with(iteration)
}

impl Handler for Recorded {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        Box::pin(async move {
            let Some(result) = self.take(cx.state(), &cx.position(), &input) else {
                if self.is_unrecorded(cx.state()) {
                    return Ok(input);
                }
                return match self.case.refusal(cx.state()) {
                    Some(text) => Err(TaskError::new("States.Runtime", text)),
                    None => std::future::pending().await,
                };
            };
            let is_callback = cx.resource().pattern == Pattern::WaitForTaskToken;
            if let Some(job) = result.submitted.clone().filter(|_| !is_callback) {
                cx.submitted(job).await;
            }
            let submitted = result.submitted.clone().filter(|_| is_callback);
            match (result.end(), submitted, cx.token()) {
                (end @ End::Output(_), submitted, Some(token)) if is_callback => {
                    let submitted = submitted.unwrap_or_else(|| json!({}));
                    self.tokens.end(token, end).map(|()| submitted)
                }
                (End::Output(output), ..) => Ok(output),
                (end @ End::Failed(..), Some(submitted), Some(token)) => {
                    self.tokens.end(token, end).map(|()| submitted)
                }
                (End::Failed(name, cause), ..) => Err(TaskError { name, cause }),
                (End::Never, Some(submitted), _) => Ok(submitted),
                (End::Never, ..) => std::future::pending().await,
            }
        })
    }
}

fn refused(error: asl_runtime::TokenError) -> TaskError {
    TaskError::new("the token was refused", error.to_string())
}
