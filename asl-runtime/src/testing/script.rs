//! Handlers that play a script.

use super::{Report, Test};
use crate::{BoxFuture, Handle, Handler, Pattern, Run, TaskContext, TaskError, Untyped};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// What a task gets from its handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// None: it never comes.
    result: Option<Result<Value, TaskError>>,
    after: Duration,
}

impl Answer {
    /// A result.
    pub fn ok(output: impl Into<Value>) -> Answer {
        Answer::from(Ok(output.into()))
    }

    /// An error with this name and cause.
    pub fn error(name: impl Into<String>, cause: impl Into<String>) -> Answer {
        Answer::from(TaskError::new(name, cause))
    }

    /// No answer at all, for time-outs.
    pub fn never() -> Answer {
        Answer {
            result: None,
            after: Duration::ZERO,
        }
    }

    /// The same after a time.
    pub fn after(self, time: Duration) -> Answer {
        Answer { after: time, ..self }
    }
}

impl From<TaskError> for Answer {
    fn from(error: TaskError) -> Answer {
        Answer::from(Err(error))
    }
}

impl From<Result<Value, TaskError>> for Answer {
    fn from(result: Result<Value, TaskError>) -> Answer {
        Answer {
            result: Some(result),
            after: Duration::ZERO,
        }
    }
}

/// What each Task state of a run gets from its handler.
///
/// A callback task gets its answer by its token: the script submits it at once, and sends the answer when its time has come.
#[derive(Default)]
pub struct Script {
    parts: HashMap<String, Part>,
    otherwise: Option<Answer>,
}

type Play = dyn Fn(&TaskContext<'_>, &Value) -> Answer + Send + Sync;

enum Part {
    /// One for each call, and how many have been given.
    InOrder(Vec<Answer>, Mutex<usize>),
    Play(Box<Play>),
}

impl Script {
    /// A script without parts.
    pub fn new() -> Script {
        Script::default()
    }

    /// The state gets these answers, one for each call of its handler in the order of the calls: retries and later visits go
    /// on where the former stopped. One call more than there are answers fails the test.
    #[must_use]
    pub fn on(mut self, state: impl Into<String>, answers: impl IntoIterator<Item = Answer>) -> Script {
        let answers = answers.into_iter().collect();
        self.parts.insert(state.into(), Part::InOrder(answers, Mutex::new(0)));
        self
    }

    /// The state always gets this answer.
    #[must_use]
    pub fn always(self, state: impl Into<String>, answer: Answer) -> Script {
        self.with(state, move |_, _| answer.clone())
    }

    /// Every state that has no part of its own always gets this answer.
    #[must_use]
    pub fn otherwise(self, answer: Answer) -> Script {
        Script {
            otherwise: Some(answer),
            ..self
        }
    }

    /// The state gets what this says of each call, by its attempt, its position and its input.
    #[must_use]
    pub fn with(
        mut self,
        state: impl Into<String>,
        play: impl Fn(&TaskContext<'_>, &Value) -> Answer + Send + Sync + 'static,
    ) -> Script {
        self.parts.insert(state.into(), Part::Play(Box::new(play)));
        self
    }

    /// Runs the machine over this script in virtual time, on a runtime of its own.
    ///
    /// # Panics
    /// When a state is called that has no part or no answer left. Inside a runtime: there, use
    /// [`run_async`](Script::run_async).
    pub fn run<'s, M: Run<Untyped<Scripted<'s>>>>(&'s self, input: Value) -> Report {
        let test = Test::new();
        let tasks = self.tasks(&test);
        test.run::<M, _>(&tasks, input)
    }

    /// Runs the machine over this script on the runtime around it: time is virtual under
    /// `#[tokio::test(start_paused = true)]`.
    ///
    /// # Panics
    /// When a state is called that has no part or no answer left.
    pub async fn run_async<'s, M: Run<Untyped<Scripted<'s>>>>(&'s self, input: Value) -> Report {
        let test = Test::new();
        let tasks = self.tasks(&test);
        test.run_async::<M, _>(&tasks, input).await
    }

    /// The script as the `Tasks` of any machine, for a [`Test`] of which more is given.
    ///
    /// ```
    /// use asl_runtime::testing::{Script, Test};
    /// use asl_runtime::{Execution, asl, json};
    ///
    /// asl!(pub mod who = {
    ///     "StartAt": "Who",
    ///     "States": { "Who": { "Type": "Pass", "InputPath": "$$.Execution.Name", "End": true } }
    /// });
    ///
    /// let test = Test::with(Execution::new().name("order-7"));
    /// let script = Script::new();
    /// let tasks = script.tasks(&test);
    /// test.run::<who::Machine, _>(&tasks, json!({})).assert_output("order-7");
    /// ```
    pub fn tasks(&self, test: &Test) -> Untyped<Scripted<'_>> {
        Untyped(Scripted {
            script: self,
            handle: test.handle(),
        })
    }

    /// The answer to a call.
    fn answer(&self, cx: &TaskContext<'_>, input: &Value) -> Answer {
        let state = cx.state();
        match self.parts.get(state) {
            Some(Part::Play(play)) => play(cx, input),
            Some(Part::InOrder(answers, given)) => {
                let mut given = given.lock().unwrap_or_else(PoisonError::into_inner);
                *given += 1;
                match answers.get(*given - 1) {
                    Some(answer) => answer.clone(),
                    None => panic!(
                        "`{state}` is called for the {} time, at {}, and the script has {} answers; the input is {input}",
                        ordinal(*given),
                        cx.position(),
                        answers.len()
                    ),
                }
            }
            None => self.otherwise.clone().unwrap_or_else(|| {
                let mut known: Vec<String> = self.parts.keys().map(|name| format!("`{name}`")).collect();
                known.sort_unstable();
                panic!(
                    "`{state}` is called, and the script has no part for it, but for {}; the input is {input}",
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                )
            }),
        }
    }
}

fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut states: Vec<&String> = self.parts.keys().collect();
        states.sort_unstable();
        f.debug_struct("Script").field("parts", &states).finish()
    }
}

/// The handler that plays a [`Script`].
#[derive(Debug, Clone)]
pub struct Scripted<'s> {
    script: &'s Script,
    handle: Handle,
}

impl Handler for Scripted<'_> {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        let answer = self.script.answer(cx, &input);
        let token = cx
            .token()
            .filter(|_| cx.resource().pattern == Pattern::WaitForTaskToken);
        if let Some(token) = token {
            let (handle, token) = (self.handle.clone(), token.to_owned());
            // A token whose task has ended meanwhile is refused, and nobody waits for the answer any more.
            tokio::spawn(async move {
                sleep(answer.after).await;
                match answer.result {
                    Some(Ok(output)) => drop(handle.send_task_success(&token, output)),
                    Some(Err(error)) => drop(handle.send_task_failure(&token, error.name, error.cause)),
                    None => {}
                }
            });
            return Box::pin(std::future::ready(Ok(json!({}))));
        }
        Box::pin(async move {
            sleep(answer.after).await;
            match answer.result {
                Some(result) => result,
                None => std::future::pending().await,
            }
        })
    }
}
