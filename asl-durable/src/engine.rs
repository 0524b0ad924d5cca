//! The engine of an execution that keeps a journal.

mod activity;
mod journal;
mod redriven;
mod task;

use crate::activity::Activities;
use crate::clock::later;
use crate::executor::Executor;
use crate::life::{Life, Repeat, text_of};
use crate::nested::Within;
use crate::observe::States;
use crate::operation::{Key, Operation, Waiter};
use crate::rest::Waits;
use crate::store::Kind;
use asl_runtime::{
    Call, Child, Definition, Engine, Entries, Error, Event, EventLog, Execution, Family, Limits, Output, Place, Quotas,
    Resource, TaskContext, Until, WorkflowType, wait,
};
use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};
use serde_json::Value;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;
use uuid::Uuid;

/// Runs an execution over its journal.
pub(crate) struct JournalEngine {
    life: Arc<Life>,
    activities: Arc<Activities>,
    executor: Weak<Executor>,
    machine: &'static str,
    execution: Execution,
    root: Place,
    events: Mutex<EventLog>,
    keeps_events: bool,
    /// What it repeats, in a child that has begun anew.
    repeat: Option<Arc<Repeat>>,
    states: Arc<States>,
    /// The last event but one has been numbered.
    full: Notify,
}

impl JournalEngine {
    pub(crate) fn new(
        life: Arc<Life>,
        executor: &Arc<Executor>,
        machine: &'static str,
        execution: Execution,
        keeps_events: bool,
    ) -> JournalEngine {
        JournalEngine {
            life,
            activities: executor.activities.clone(),
            executor: Arc::downgrade(executor),
            machine,
            execution,
            root: Place::default(),
            events: Mutex::new(log(keeps_events)),
            keeps_events,
            repeat: None,
            states: Arc::default(),
            full: Notify::new(),
        }
    }

    pub(crate) fn events(&self) -> MutexGuard<'_, EventLog> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An engine whose history is full goes on with nothing that takes time.
    async fn pause_if_full(&self) {
        if self.events().is_full() {
            pending().await
        }
    }

    fn task_ended(&self, at: &Place) {
        if !self.is_machine() {
            self.life.child_task_ended(&self.root, at);
        }
    }

    /// Whether it runs the machine itself. A child of a Map Run has a history of its own.
    fn is_machine(&self) -> bool {
        self.root.as_str().is_empty()
    }

    /// An operation begins.
    fn begin(&self, key: Key, token: Option<&str>) -> Waiter<'_> {
        let waiter = Waiter::new(&self.life, key, token);
        if let Some(repeat) = self.repeat.as_ref().filter(|_| !waiter.is_told_again()) {
            repeat.end();
        }
        waiter
    }

    /// What is random at a position, as a UUID.
    fn uuid(&self, redrives: u64, at: &Place, what: &str, attempt: u32) -> Uuid {
        let bytes = self.life.random_after(redrives, at, what, attempt);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Engine for JournalEngine {
    type Position = Place;
    type Line = Entries;
    const REDRIVES: bool = true;

    fn root(&self) -> Place {
        self.root.clone()
    }

    fn execution(&self) -> &Execution {
        &self.execution
    }

    fn now(&self, _: &Place) -> DateTime<Utc> {
        self.life.now()
    }

    fn random(&self, at: &Place, attempt: u32) -> u128 {
        u128::from_le_bytes(self.life.random_after(self.redrives_then(), at, "random", attempt))
    }

    fn token(&self, at: &Place, attempt: u32) -> String {
        // That of a task that begins anew is new.
        self.life
            .id
            .token(self.uuid(self.life.redrives(), at, "token", attempt))
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
        let key = Key::new(at, Operation::Task, task.attempt());
        let is_refused = self.life.is_refused(&key);
        let waiter = self.begin(key, task.token());
        if is_refused {
            loop {
                let entry = waiter.entry().await;
                match entry.kind {
                    Kind::Redriven => return Err(self.begin_anew(at, &input)),
                    kind if kind.is_end() => {
                        self.task_ended(at);
                        return self.result(&entry).await;
                    }
                    _ => {}
                }
            }
        }
        let scheduled = Event::TaskScheduled {
            resource,
            input: &input,
            limits,
            credentials: task.credentials(),
        };
        self.record(at, line, scheduled);
        // Where lanes run side by side, each schedules its task before any starts (TR-13).
        wait::give_way().await;
        let task = match (resource.service, resource.action) {
            ("states", "startExecution") => task.with_host(Arc::new(Within {
                executor: self.executor.clone(),
                life: self.life.clone(),
            })),
            _ => task,
        };
        let done = match resource.family {
            Family::Activity => self.run_activity(at, &waiter, task, limits, input, call).await,
            _ => self.run(at, &waiter, task, limits, input, call).await,
        };
        let done = match done {
            Ok(done) => done,
            Err(input) => return Err(self.begin_anew(at, &input)),
        };
        self.task_ended(at);
        let result = self.result(&done).await;
        // It was never scheduled, and a replay will say so.
        if result.as_ref().is_err_and(Error::is_refusal) {
            return result;
        }
        let output = match (&result, self.keeps_events) {
            (Ok(output), true) => Ok(serde_json::to_value(output).unwrap_or_default()),
            (Ok(_), false) => Ok(Value::Null),
            (Err(error), _) => Err(error),
        };
        self.record(
            at,
            line,
            Event::task_ended(resource, output.as_ref().map_err(|error| *error)),
        );
        if result.is_err() {
            self.life.settled().await;
        }
        result
    }

    async fn sleep(&self, at: &Place, attempt: u32, until: Until) {
        self.pause_if_full().await;
        let life = &self.life;
        let until = match until {
            Until::After(time) => later(life.now(), time),
            Until::At(time) => time,
        };
        if until <= life.now() {
            return;
        }
        let waiter = self.begin(Key::new(at, Operation::Sleep, attempt), None);
        let slept = async {
            life.opened().await;
            waiter.rest(Waits::until(Some(until)));
            life.clock.sleep_until(until).await;
            waiter.append(Kind::Slept, None);
            pending::<()>().await
        };
        select(pin!(waiter.entry()), pin!(slept)).await;
    }

    fn child(&self, at: &Place, child: Child<'_>) -> JournalEngine {
        let repeat = self
            .life
            .begin_child(at, child.is_redriven)
            .or_else(|| self.repeat.clone());
        let redrives = repeat.as_ref().and_then(|repeat| repeat.redrives());
        let name = self.uuid(redrives.unwrap_or_else(|| self.life.redrives()), at, "child", 0);
        let execution = self
            .execution
            .child(child)
            .name(name.to_string())
            .start_time(self.life.now());
        JournalEngine {
            life: self.life.clone(),
            activities: self.activities.clone(),
            executor: self.executor.clone(),
            machine: self.machine,
            execution,
            root: at.clone(),
            events: Mutex::new(log(self.keeps_events)),
            keeps_events: self.keeps_events,
            repeat,
            states: self.states.clone(),
            full: Notify::new(),
        }
    }

    fn redrives(&self) -> u64 {
        self.life.redrives()
    }

    fn is_redriven(&self, at: &Place) -> bool {
        // That of a child is redriven with the one that the child belongs to.
        let redrive = self.is_machine().then(|| self.life.redriven_in(at)).flatten();
        redrive
            .inspect(|entry| self.resume_here(&mut self.events(), entry))
            .is_some()
    }

    async fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> Result<O, Error> {
        let has_quotas = self.execution.has_quotas();
        let is_limited = definition.workflow_type == WorkflowType::Standard && has_quotas;
        self.events().set_max_events(is_limited.then_some(Quotas::MAX_EVENTS));
        let life = &self.life;
        let waiter = Waiter::new(life, Key::new(&self.root, Operation::End, 0), None);
        let ended = async {
            loop {
                let end = definition.longest(has_quotas).map(|time| later(life.now(), time));
                let timed_out = async {
                    life.opened().await;
                    if let Some(end) = end {
                        waiter.rest(Waits::until(Some(end)));
                        life.clock.sleep_until(end).await;
                        waiter.append(Kind::Ended, Some(text_of(&Error::timed_out())));
                    }
                    pending::<Infallible>().await
                };
                let entry = match select(pin!(waiter.entry()), pin!(timed_out)).await {
                    Either::Left((entry, _)) => entry,
                    Either::Right((never, _)) => match never {},
                };
                match entry.kind {
                    // Its time starts again (RDV-3).
                    Kind::Redriven => self.redriven(&entry).await,
                    _ => return self.read(&entry).await,
                }
            }
        };
        match select(pin!(body), select(pin!(ended), pin!(self.full.notified()))).await {
            Either::Left((result, _)) if !self.events().has_dropped() => result,
            Either::Right((Either::Left((error, _)), _)) => Err(error),
            _ => Err(EventLog::excess()),
        }
    }

    fn record(&self, at: &Place, line: &mut Entries, event: Event<'_>) {
        let is_entry = matches!(event, Event::StateEntered { .. });
        let mut events = self.events();
        match self.is_machine() {
            true if is_entry => self.redrive_here(&mut events),
            false if is_entry || matches!(event, Event::ExecutionSucceeded { .. }) => {
                self.life.child_went_on(&self.root)
            }
            _ => {}
        }
        let id = events.record(&self.execution, at, event, self.life.now());
        if let (true, Some(id)) = (is_entry, id) {
            line.enter(id);
            let is_repeated = self.repeat.as_ref().is_some_and(|repeat| repeat.redrives().is_some());
            let is_new = self.life.went_on() && !is_repeated;
            if let Event::StateEntered { name, .. } = event {
                self.states.entered(self.machine, name, at.as_str(), is_new);
            }
        }
        if let Event::StateExited { .. } = event {
            self.states.exited(at.as_str());
        }
        if events.is_full() {
            self.full.notify_one();
        }
    }

    fn assigned(&self, at: &Place, variables: &[(&str, &Value)]) {
        self.events().assigned(at, variables);
    }

    fn branch_ended(&self, at: &Place, index: usize, succeeded: bool) {
        self.events().branch_ended(at, index, succeeded, self.life.now());
    }
}

fn log(keeps_events: bool) -> EventLog {
    match keeps_events {
        true => EventLog::new(),
        false => EventLog::counting(),
    }
}
