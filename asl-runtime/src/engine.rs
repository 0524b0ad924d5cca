//! The few operations that a machine needs from what runs it.

use crate::{Definition, Error, Execution, Resource, StateType, TaskContext, TaskError};
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a task may answer: JSON, or a type that serde turns into it.
pub trait Output: Serialize + DeserializeOwned + Send {}
impl<T: Serialize + DeserializeOwned + Send> Output for T {}

/// Calls the handler of a task once.
pub type Call<'c, 'a, O> = &'c mut (dyn FnMut(TaskContext<'a>, Value) -> BoxFuture<'a, Result<O, TaskError>> + Send);

/// Where an operation stands: scope, state and its visit number there, then the lane of a branch or an item.
///
/// An engine that stores nothing uses `()`, so that positions cost nothing; [`Place`](crate::Place) is one in words.
pub trait Position: Clone + Send + Sync {
    /// The position of a state's visit within this scope.
    fn state(&self, name: &'static str, visit: u32) -> Self;
    /// The scope of branch or item `index` of this visit, in this attempt: a retry runs every lane again.
    fn lane(&self, index: usize, attempt: u32) -> Self;
}

impl Position for () {
    fn state(&self, _: &'static str, _: u32) {}
    fn lane(&self, _: usize, _: u32) {}
}

/// What an engine keeps for each line of control: the machine, a branch, an item.
pub trait Line: Default + Send + Sync {
    /// Counts an entry into a state; how often it was entered before.
    fn visit(&mut self, state: &'static str) -> u32;
    /// The line of a branch or an item that starts here.
    fn fork(&self) -> Self;
    /// The id of the event with which the current state was entered, where events are numbered.
    fn entered(&self) -> Option<u64> {
        None
    }
}

/// In memory the visit number counts the states entered so far: unique, and free.
impl Line for u32 {
    fn visit(&mut self, _: &'static str) -> u32 {
        *self += 1;
        *self - 1
    }
    fn fork(&self) -> u32 {
        0
    }
}

/// The limits of one attempt of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// `TimeoutSeconds`
    pub timeout: Option<Duration>,
    /// `HeartbeatSeconds`
    pub heartbeat: Option<Duration>,
}

impl Limits {
    /// Those of a task that may take as long as it likes.
    pub const NONE: Limits = Limits {
        timeout: None,
        heartbeat: None,
    };
}

/// Until when to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// For a time.
    After(Duration),
    /// Until an instant; one in the past is no wait (WT-10).
    At(DateTime<Utc>),
}

/// What runs a machine: executes its tasks, keeps its time and takes note of its events.
///
/// Generated code is generic over it. Every operation gets its position; a key in a journal is the position, the kind
/// of operation, and the attempt, so that a task, the delay before its next attempt and a decision never share one.
///
/// An engine that cannot go on (its store fails, it was told to stop) does not answer an error, since `States.ALL` would
/// catch that: it tells its host and stays pending, and the host drops the future.
pub trait Engine: Send + Sync + Sized {
    /// Where an operation stands.
    type Position: Position;
    /// What is kept for each line of control.
    type Line: Line;
    /// Whether executions may be redriven: what a child of a Map Run started from is kept then.
    const REDRIVES: bool = false;

    /// The position of the machine's own scope.
    fn root(&self) -> Self::Position;

    /// What the context object says of this execution.
    fn execution(&self) -> &Execution;

    /// The time, for `$$.State.EnteredTime`: the same whenever the same position asks.
    fn now(&self, at: &Self::Position) -> DateTime<Utc>;

    /// A random number, for what is drawn in a visit (`attempt` 0) and for the jitter before an attempt: the same whenever
    /// the same position and attempt ask.
    fn random(&self, at: &Self::Position, attempt: u32) -> u128;

    /// A token for an attempt of a task: one that cannot be guessed.
    fn token(&self, at: &Self::Position, attempt: u32) -> String;

    /// Whether it reads the inputs of tasks. One that does not is handed null where the method of the task takes a type of its
    /// own, which is then made without JSON in between.
    fn reads_inputs(&self) -> bool {
        true
    }

    /// Runs one attempt of a task: its time-out, its heartbeat and its callback belong to this operation, and so do the
    /// events from `TaskScheduled` to its end.
    fn task<'a, O: Output + 'a>(
        &self,
        at: &Self::Position,
        line: &mut Self::Line,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> impl Future<Output = Result<O, Error>> + Send;

    /// Waits. `attempt` is 0 in a Wait state, and the number of the coming attempt before a retry.
    fn sleep(&self, at: &Self::Position, attempt: u32, until: Until) -> impl Future<Output = ()> + Send;

    /// The outcome that [`decide`](Engine::decide) fixed here in an earlier life of this execution.
    fn decided(&self, _at: &Self::Position, _attempt: u32) -> Option<usize> {
        None
    }

    /// Fixes an outcome that depends on the order of events once: which lane of a Parallel or Map failed first.
    fn decide(&self, _at: &Self::Position, _attempt: u32, _outcome: usize) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// The engine of a child execution: that of an item of a distributed Map, whose lane is `at`.
    fn child(&self, at: &Self::Position, child: Child<'_>) -> Self;

    /// How often the execution has been redriven. Where that changes, the children of a Map Run that have failed begin anew
    /// (RDV-10), each as a [redriven](Child::is_redriven) one.
    fn redrives(&self) -> u64 {
        0
    }

    /// Whether the execution is redriven here, where a Map Run is about to fail: then that goes on, as
    /// [`redrives`](Engine::redrives) says from now on.
    fn is_redriven(&self, _at: &Self::Position) -> bool {
        false
    }

    /// Runs a whole execution: the machine's time-out and a stop from outside end it (TO-7, X-8).
    fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> impl Future<Output = Result<O, Error>> + Send;

    /// Takes note of an event. Costs nothing where it is not overridden.
    fn record(&self, _at: &Self::Position, _line: &mut Self::Line, _event: Event<'_>) {}

    /// Takes note of the variables that the current state is about to set: its `StateExited` tells them (J-111).
    fn assigned(&self, _at: &Self::Position, _variables: &[(&str, &Value)]) {}

    /// Takes note that a branch of a Parallel state has ended, which no event tells (EV-44).
    fn branch_ended(&self, _at: &Self::Position, _index: usize, _succeeded: bool) {}
}

/// The child execution that an engine is asked to make.
#[derive(Debug, Clone, Copy)]
pub struct Child<'i> {
    /// The description of what it runs.
    pub definition: &'static Definition,
    /// The Map state.
    pub state: &'static str,
    /// Its `Label`, or the state's name.
    pub label: &'static str,
    /// The number of the item.
    pub index: usize,
    /// The item itself, where the definition reads `$$.Map.Item.Value`.
    pub item: Option<&'i Value>,
    /// Whether it has failed before, and its execution has been redriven since.
    pub is_redriven: bool,
}

/// What happens in an execution, as its history tells it (spec execution.md section 5). What follows from these is not
/// among them: when a lane fails, the others are aborted.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the variants and fields are the service's words")]
pub enum Event<'a> {
    ExecutionStarted {
        input: &'a Value,
    },
    ExecutionSucceeded {
        output: &'a Value,
    },
    ExecutionFailed {
        error: &'a Error,
    },
    ExecutionTimedOut,
    ExecutionAborted {
        error: &'a Error,
    },
    ExecutionRedriven {
        count: u64,
    },
    StateEntered {
        state_type: StateType,
        name: &'static str,
        input: &'a Value,
    },
    StateExited {
        state_type: StateType,
        name: &'static str,
        output: &'a Value,
    },
    /// An expression has failed, in the field that the error names.
    EvaluationFailed {
        state: &'static str,
        error: &'a Error,
    },
    TaskScheduled {
        resource: &'static Resource,
        input: &'a Value,
        limits: Limits,
        credentials: Option<&'a Value>,
    },
    TaskStarted {
        resource: &'static Resource,
        /// Of an activity, where it is known.
        worker_name: Option<&'a str>,
    },
    /// With what the submission answered, where that is known.
    TaskSubmitted {
        resource: &'static Resource,
        output: Option<&'a Value>,
    },
    TaskSucceeded {
        resource: &'static Resource,
        output: &'a Value,
    },
    TaskFailed {
        resource: &'static Resource,
        error: &'a Error,
    },
    TaskTimedOut {
        resource: &'static Resource,
        error: &'a Error,
    },
    ParallelStateStarted {
        branches: usize,
    },
    ParallelStateSucceeded,
    ParallelStateFailed,
    MapStateStarted {
        length: usize,
    },
    MapStateSucceeded,
    MapStateFailed,
    MapIterationStarted {
        name: &'static str,
        index: usize,
    },
    MapIterationSucceeded {
        name: &'static str,
        index: usize,
    },
    MapIterationFailed {
        name: &'static str,
        index: usize,
    },
    MapRunStarted {
        /// What the children run.
        definition: &'static Definition,
        label: &'static str,
        /// How often the Map has been retried.
        attempt: u32,
    },
    MapRunSucceeded,
    MapRunFailed {
        error: &'a Error,
    },
}

impl<'a> Event<'a> {
    /// How a task ended: it succeeded, ran out of time, or failed.
    pub fn task_ended(resource: &'static Resource, result: Result<&'a Value, &'a Error>) -> Event<'a> {
        match result {
            Ok(output) => Event::TaskSucceeded { resource, output },
            Err(error) if error.is_timeout() => Event::TaskTimedOut { resource, error },
            Err(error) => Event::TaskFailed { resource, error },
        }
    }
}
