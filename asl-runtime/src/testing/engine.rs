//! The engine of a test: a run with its history, of which every state and every attempt is noted.

use super::report::{Attempt, Notes, Report, Step};
use crate::history::Entries;
use crate::{
    Call, Child, Definition, Engine, Error, Event, Execution, Handle, History, Limits, Output, Place, Run, TaskContext,
    Until,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// A run of a machine in virtual time, of which everything is noted.
///
/// The execution is named `test` and starts on 1 January 2026, unless it is given; what it draws at random is the same in
/// each run.
///
/// ```
/// use asl_runtime::testing::Test;
/// use asl_runtime::{Handle, TaskContext, TaskError, Value, asl, json};
///
/// asl!(pub mod order = {
///     "StartAt": "Ask",
///     "States": {
///         "Ask": {
///             "Type": "Task",
///             "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
///             "Parameters": { "MessageBody": { "token.$": "$$.Task.Token" } },
///             "TimeoutSeconds": 3600,
///             "End": true
///         }
///     }
/// });
///
/// struct Shop(Handle);
///
/// impl order::Tasks for Shop {
///     async fn sqs_send_message_wait_for_task_token(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
///         let token = input["MessageBody"]["token"].as_str().unwrap_or_default();
///         self.0.send_task_success(token, json!("yes")).expect("the task is waiting");
///         Ok(json!({}))
///     }
/// }
///
/// let test = Test::new();
/// let shop = Shop(test.handle());
/// test.run::<order::Machine, _>(&shop, json!({})).assert_path(["Ask"]).assert_output("yes");
/// ```
#[derive(Debug)]
pub struct Test {
    engine: TestEngine,
}

impl Default for Test {
    fn default() -> Test {
        Test::new()
    }
}

impl Test {
    /// A run of an execution of which nothing is given.
    pub fn new() -> Test {
        Test::with(Execution::new())
    }

    /// A run of this execution.
    pub fn with(execution: Execution) -> Test {
        let start = DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default();
        let execution = execution.or("test", start);
        Test {
            engine: TestEngine {
                history: History::new(execution),
                root: Place::default(),
                notes: Arc::default(),
                started: None,
            },
        }
    }

    /// A handle on the run: ends callback tasks, stops the execution.
    pub fn handle(&self) -> Handle {
        self.engine.history.handle()
    }

    /// Runs the machine in virtual time, on a runtime of its own.
    ///
    /// # Panics
    /// Inside a runtime: there, use [`run_async`](Test::run_async).
    pub fn run<M: Run<T>, T: ?Sized>(self, tasks: &T, input: Value) -> Report {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime that only keeps time needs nothing of the system");
        runtime.block_on(self.run_async::<M, T>(tasks, input))
    }

    /// Runs the machine on the runtime around it: time is virtual under `#[tokio::test(start_paused = true)]`.
    pub async fn run_async<M: Run<T>, T: ?Sized>(self, tasks: &T, input: Value) -> Report {
        let started = Instant::now();
        let engine = TestEngine {
            started: Some(started),
            ..self.engine
        };
        let result = M::run_on(&engine, tasks, input).await;
        let elapsed = started.elapsed();
        let TestEngine { history, notes, .. } = engine;
        let notes = std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner));
        Report::new(result, elapsed, notes, history)
    }
}

/// The engine behind a [`Test`].
#[derive(Debug)]
pub struct TestEngine {
    history: History,
    /// Where its scope stands in the whole run: that of a child begins in its Map.
    root: Place,
    notes: Arc<Mutex<Notes>>,
    started: Option<Instant>,
}

impl TestEngine {
    fn note<R>(&self, write: impl FnOnce(&mut Notes) -> R) -> R {
        write(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn elapsed(&self) -> std::time::Duration {
        self.started.map(|started| started.elapsed()).unwrap_or_default()
    }
}

impl Engine for TestEngine {
    type Position = Place;
    type Line = Entries;

    fn root(&self) -> Place {
        self.root.clone()
    }

    fn execution(&self) -> &Execution {
        self.history.execution()
    }

    fn now(&self, at: &Place) -> DateTime<Utc> {
        self.history.now(at)
    }

    fn random(&self, at: &Place, attempt: u32) -> u128 {
        let digest = Sha256::new()
            .chain_update(attempt.to_le_bytes())
            .chain_update(at.as_str())
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        u128::from_le_bytes(bytes)
    }

    fn token(&self, at: &Place, attempt: u32) -> String {
        self.history.token(at, attempt)
    }

    async fn task<'a, O: Output + 'a>(
        &self,
        at: &Place,
        line: &mut Entries,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<O, Error> {
        let attempt = Attempt {
            state: task.state(),
            position: at.to_string(),
            number: task.attempt(),
            resource: task.resource(),
            input: input.clone(),
            started: self.elapsed(),
            ended: None,
            outcome: None,
        };
        let index = self.note(|notes| notes.begin(attempt));
        let result = self.history.task(at, line, task, limits, input, call).await;
        let outcome = match &result {
            Ok(output) => Ok(serde_json::to_value(output).unwrap_or_default()),
            Err(error) => Err(error.clone()),
        };
        let ended = self.elapsed();
        self.note(|notes| notes.end(index, ended, outcome));
        result
    }

    async fn sleep(&self, at: &Place, attempt: u32, until: Until) {
        self.history.sleep(at, attempt, until).await;
    }

    fn child(&self, at: &Place, child: Child<'_>) -> TestEngine {
        TestEngine {
            history: self.history.child(at, child),
            root: at.clone(),
            notes: self.notes.clone(),
            started: self.started,
        }
    }

    async fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> Result<O, Error> {
        self.history.supervise(definition, body).await
    }

    fn record(&self, at: &Place, line: &mut Entries, event: Event<'_>) {
        if let Event::StateEntered { state_type, name, .. } = event {
            let step = Step {
                state: name,
                state_type,
                position: at.to_string(),
                entered: self.elapsed(),
            };
            self.note(|notes| notes.steps.push(step));
        }
        self.history.record(at, line, event);
    }

    fn assigned(&self, at: &Place, variables: &[(&str, &Value)]) {
        self.history.assigned(at, variables);
    }

    fn branch_ended(&self, at: &Place, index: usize, succeeded: bool) {
        self.history.branch_ended(at, index, succeeded);
    }
}
