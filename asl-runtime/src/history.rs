//! An engine in memory that keeps the history of its execution, numbered as the service numbers it.

mod details;
mod log;
mod text;

use crate::callback::Handle;
use crate::wait::give_way;
use crate::{
    Call, Child, Definition, Engine, Error, Event, Execution, Limits, Line, Memory, Output, Place, Quotas, Resource,
    TaskContext, Until, Visits, WorkflowType, attempt,
};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::future::{Either, select};
pub use log::EventLog;
use serde_json::{Map, Value};
use std::future::{Future, pending, poll_fn, ready};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
pub use text::{HistoryTable, HistoryTimeline};
use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;

/// Runs an execution in memory as [`Memory`] does, and keeps its history: what GetExecutionHistory would answer.
///
/// The causes of its errors name the event with which the state was entered, as those of the service do.
///
/// ```
/// use asl_runtime::{Execution, History, asl, json};
///
/// asl!(pub mod hello = { "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } });
///
/// struct Nobody;
/// impl hello::Tasks for Nobody {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let history = History::new(Execution::new());
/// hello::run_on(&history, &Nobody, json!({})).await?;
/// let types: Vec<_> = history.events().iter().map(|event| event.event_type).collect();
/// assert_eq!(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct History {
    memory: Memory,
    record: Arc<Record>,
}

/// The history of an execution, which may be read while it runs and when its engine is gone.
#[derive(Debug, Default)]
struct Record {
    log: Mutex<EventLog>,
    children: Mutex<Vec<ChildHistory>>,
    /// The last event but one has been written.
    full: Notify,
}

impl Record {
    fn log(&self) -> MutexGuard<'_, EventLog> {
        // A panic elsewhere leaves the log as it was before an event or after it.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn children(&self) -> MutexGuard<'_, Vec<ChildHistory>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl History {
    /// An engine for a run whose context object shows this.
    pub fn new(execution: Execution) -> History {
        History::with(execution, EventLog::new())
    }

    /// One whose events go where this log says. Those of child executions are kept.
    pub fn with(execution: Execution, log: EventLog) -> History {
        let record = Record {
            log: Mutex::new(log),
            ..Record::default()
        };
        History {
            memory: Memory::new(execution.or_quotas(Quotas::Service)),
            record: Arc::new(record),
        }
    }

    /// A handle on the run: ends callback tasks, stops the execution.
    pub fn handle(&self) -> Handle {
        self.memory.handle()
    }

    /// The events so far, where they are kept.
    pub fn events(&self) -> Vec<HistoryEvent> {
        self.record.log().events().to_vec()
    }

    /// The executions that distributed Maps have started so far, in the order of their start.
    pub fn children(&self) -> Vec<ChildHistory> {
        self.record.children().clone()
    }
}

/// The history of a child execution: an item of a distributed Map (EV-52).
#[derive(Debug, Clone)]
pub struct ChildHistory {
    /// The Map state.
    pub state: &'static str,
    /// The number of the item.
    pub index: usize,
    record: Arc<Record>,
}

impl ChildHistory {
    /// Its events so far.
    pub fn events(&self) -> Vec<HistoryEvent> {
        self.record.log().events().to_vec()
    }

    /// The executions that it has started itself.
    pub fn children(&self) -> Vec<ChildHistory> {
        self.record.children().clone()
    }
}

/// An event of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEvent {
    /// Its number, from 1.
    pub id: u64,
    /// The event that this one follows in its own line of control; 0 where there is none (EV-2, EV-3).
    pub previous_id: u64,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// Its type in the service's words: `TaskStateEntered`.
    pub event_type: &'static str,
    /// What it tells, if anything.
    pub details: Option<Details>,
}

/// What an event tells besides its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The member that it is in the service's answer: `stateEnteredEventDetails`.
    pub name: &'static str,
    /// Its members. Inputs, outputs and parameters are JSON here, where the service has JSON text.
    pub members: Map<String, Value>,
}

impl HistoryEvent {
    /// The event as GetExecutionHistory shows it, its inputs and outputs as JSON rather than JSON text.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        let timestamp = self.timestamp.to_rfc3339_opts(SecondsFormat::Millis, true);
        members.insert("timestamp".into(), timestamp.into());
        members.insert("type".into(), self.event_type.into());
        members.insert("id".into(), self.id.into());
        members.insert("previousEventId".into(), self.previous_id.into());
        if let Some(details) = &self.details {
            members.insert(details.name.into(), details.members.clone().into());
        }
        members.into()
    }
}

/// The visits of a scope, and the event with which its current state was entered. For engines that number events.
#[derive(Debug, Default)]
pub struct Entries {
    visits: Visits,
    entered: Option<u64>,
}

impl Entries {
    /// The current state was entered with the event of this id.
    pub fn enter(&mut self, id: u64) {
        self.entered = Some(id);
    }
}

impl Line for Entries {
    fn visit(&mut self, state: &'static str) -> u32 {
        self.visits.visit(state)
    }

    fn fork(&self) -> Entries {
        Entries {
            visits: self.visits.fork(),
            entered: self.entered,
        }
    }

    fn entered(&self) -> Option<u64> {
        self.entered
    }
}

impl History {
    /// An engine whose history is full goes on with nothing that takes time.
    async fn pause_if_full(&self) {
        if self.record.log().is_full() {
            pending().await
        }
    }

    fn record_at(&self, at: &Place, line: &mut Entries, event: Event<'_>, time: DateTime<Utc>) {
        let is_entry = matches!(event, Event::StateEntered { .. });
        let mut log = self.record.log();
        let id = log.record(self.execution(), at, event, time);
        if let (true, Some(id)) = (is_entry, id) {
            line.enter(id);
        }
        if log.is_full() {
            self.record.full.notify_one();
        }
    }
}

impl Engine for History {
    type Position = Place;
    type Line = Entries;

    fn root(&self) -> Place {
        Place::default()
    }

    fn execution(&self) -> &Execution {
        self.memory.execution()
    }

    fn now(&self, _: &Place) -> DateTime<Utc> {
        self.memory.clock()
    }

    fn random(&self, _: &Place, attempt: u32) -> u128 {
        self.memory.random(&(), attempt)
    }

    fn token(&self, _: &Place, attempt: u32) -> String {
        self.memory.token(&(), attempt)
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
        self.pause_if_full().await;
        let resource: &'static Resource = task.resource();
        let credentials = task.credentials().cloned();
        let (shown, scheduled) = (input.clone(), self.memory.clock());
        let is_job = resource.pattern.is_job();
        let (report, mut reports) = unbounded_channel();
        // They are heard as long as the task runs.
        let report = move |output: Value| _ = report.send(output);
        let task = match is_job {
            true => task.with_job(None, {
                let report = report.clone();
                move |job| {
                    report(job);
                    Box::pin(ready(()))
                }
            }),
            false => task,
        };
        let answered = |output: &O| report(serde_json::to_value(output).unwrap_or_default());
        let handle = self.handle();
        let mut attempt = pin!(attempt(Some(&handle), task, limits, input, call, answered));
        // A handler that refuses its task does so at once: it was never scheduled (EV-19).
        let begun = poll_fn(|cx| Poll::Ready(attempt.as_mut().poll(cx))).await;
        match begun {
            Poll::Ready(Err(error)) if error.is_refusal() => return Err(error),
            _ => {}
        }
        let event = Event::TaskScheduled {
            resource,
            input: &shown,
            limits,
            credentials: credentials.as_ref(),
        };
        self.record_at(at, line, event, scheduled);
        // Where lanes run side by side, each schedules its task before any starts (TR-13).
        give_way().await;
        let worker_name = self.execution().worker();
        self.record(at, line, Event::TaskStarted { resource, worker_name });
        let mut is_submitted = false;
        let mut submitted = |output: Option<&Value>| {
            is_submitted = true;
            let event = Event::TaskSubmitted { resource, output };
            self.record(at, &mut Entries::default(), event);
        };
        let result = match begun {
            Poll::Ready(result) => result,
            Poll::Pending => loop {
                let report = pin!(async {
                    match reports.recv().await {
                        Some(output) => output,
                        None => pending().await,
                    }
                });
                match select(report, attempt.as_mut()).await {
                    Either::Left((output, _)) => submitted(Some(&output)),
                    Either::Right((result, _)) => break result,
                }
            },
        };
        while let Ok(output) = reports.try_recv() {
            submitted(Some(&output));
        }
        // A job of which nothing was told has run all the same.
        if is_job && !is_submitted && result.is_ok() {
            self.record(at, line, Event::TaskSubmitted { resource, output: None });
        }
        if result.as_ref().is_err_and(Error::is_refusal) {
            return result;
        }
        let output = result
            .as_ref()
            .map(|output| serde_json::to_value(output).unwrap_or_default());
        self.record(
            at,
            line,
            Event::task_ended(resource, output.as_ref().map_err(|error| *error)),
        );
        if result.is_err() {
            // Tasks that fail at the same time have all failed before their Map does.
            give_way().await;
        }
        result
    }

    async fn sleep(&self, _: &Place, attempt: u32, until: Until) {
        self.pause_if_full().await;
        self.memory.sleep(&(), attempt, until).await;
    }

    fn child(&self, _: &Place, child: Child<'_>) -> History {
        let record = Arc::<Record>::default();
        self.record.children().push(ChildHistory {
            state: child.state,
            index: child.index,
            record: record.clone(),
        });
        History {
            memory: self.memory.child(&(), child),
            record,
        }
    }

    async fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> Result<O, Error> {
        let is_limited = definition.workflow_type == WorkflowType::Standard && self.execution().has_quotas();
        self.record
            .log()
            .set_max_events(is_limited.then_some(Quotas::MAX_EVENTS));
        let supervised = self.memory.supervise(definition, body);
        match select(pin!(supervised), pin!(self.record.full.notified())).await {
            Either::Left((result, _)) if !self.record.log().has_dropped() => result,
            _ => Err(EventLog::excess()),
        }
    }

    fn record(&self, at: &Place, line: &mut Entries, event: Event<'_>) {
        self.record_at(at, line, event, self.memory.clock());
    }

    fn assigned(&self, at: &Place, variables: &[(&str, &Value)]) {
        self.record.log().assigned(at, variables);
    }

    fn branch_ended(&self, at: &Place, index: usize, succeeded: bool) {
        let now = self.memory.clock();
        self.record.log().branch_ended(at, index, succeeded, now);
    }
}
