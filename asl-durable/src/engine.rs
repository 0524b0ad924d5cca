//! The engine of an execution that keeps a journal.

use crate::activity::{Activities, Missing};
use crate::clock::later;
use crate::executor::Executor;
use crate::life::{Life, Repeat, text_of};
use crate::nested::Within;
use crate::observe::States;
use crate::operation::{Key, Operation, Waiter};
use crate::redrive::{Failure, Redrive, read};
use crate::rest::Waits;
use crate::store::{Entry, Kind};
use asl_runtime::{
    Call, Child, Definition, Engine, Entries, Error, Event, EventLog, Execution, Family, Limits, Output, Place, Quotas,
    Resource, TaskContext, Until, WorkflowType, attempt, wait,
};
use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::convert::Infallible;
use std::future::{Future, pending, ready};
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

    /// What the entry of a task says, or never: an engine that cannot go on does not answer.
    async fn result<O: Output>(&self, entry: &Entry) -> Result<O, Error> {
        if entry.kind == Kind::Failed {
            return Err(self.read(entry).await);
        }
        match serde_json::from_str(text(entry)) {
            Ok(output) => Ok(output),
            // JSON of another type: nothing else is sent with a token.
            Err(error) if error.is_data() => {
                let cause = format!("the output sent with the task token does not fit the task: {error}");
                Err(Error::new("States.TaskFailed", cause))
            }
            Err(error) => self.unreadable(entry, &error).await,
        }
    }

    /// What an entry tells, or never.
    async fn read<T: DeserializeOwned>(&self, entry: &Entry) -> T {
        match serde_json::from_str(text(entry)) {
            Ok(read) => read,
            Err(error) => self.unreadable(entry, &error).await,
        }
    }

    async fn unreadable<T>(&self, entry: &Entry, error: &serde_json::Error) -> T {
        self.life.unreadable(entry, error);
        pending().await
    }

    /// Does the work of a task, and writes down what came of it: it is told of it by the journal.
    async fn work<'a, O: Output + 'a>(
        &self,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
        submission: Option<Entry>,
    ) -> Infallible {
        let life = &self.life;
        let handle = Some(&life.handle);
        let is_job = task.resource().pattern.is_job();
        let until = |start| limits.timeout.map(|time| later(start, time));
        // It may be one of before that was written.
        let began = |submission: &Entry| submission.since.unwrap_or(submission.time);
        let result = match submission {
            // Its job goes on, and so does its clock: its handler has to wait for it.
            Some(entry) if is_job => {
                waiter.work().await;
                let job: Value = self.read(&entry).await;
                let task = task.with_job(Some(job), |_| Box::pin(ready(())));
                let limits = self.left(limits, until(began(&entry)));
                let span = self.states.attempt(&task);
                span.around(attempt(handle, task, limits, input, call, |_| {})).await
            }
            None => {
                waiter.work().await;
                let began = life.clock.now();
                let task = match is_job {
                    true => task.with_job(None, waiter.reporter(began)),
                    false => task,
                };
                let submitted = |answer: &O| {
                    match serde_json::to_string(answer) {
                        Ok(text) => waiter.submit(text, began),
                        Err(error) => waiter.append(Kind::Failed, Some(text_of(&misfit(&error)))),
                    }
                    let now = life.clock.now();
                    waiter.rest(Waits {
                        until: until(began),
                        heartbeat: limits.heartbeat.map(|time| (time, now)),
                    });
                };
                let span = self.states.attempt(&task);
                span.around(attempt(handle, task, limits, input, call, submitted)).await
            }
            // Its handler has answered in an earlier life: only its end is waited for, and its clocks have been running.
            Some(entry) => Err(waiter.rest_by_token(began(&entry), entry.time, limits).await),
        };
        write_down(waiter, result).await
    }

    /// What an earlier life has come to: the next entry of an operation, if there is one.
    async fn recovered(&self, waiter: &Waiter<'_>) -> Option<Entry> {
        match select(pin!(waiter.entry()), pin!(self.life.opened())).await {
            Either::Left((entry, _)) => Some(entry),
            Either::Right(_) => None,
        }
    }

    /// Runs a task that this process does; answers its last entry, or its input where it begins anew.
    async fn run<'a, O: Output + 'a>(
        &self,
        at: &Place,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<Entry, Value> {
        let resource = task.resource();
        self.record_task(at, started(resource, None));
        let mut is_submitted = false;
        let mut submitted = async |entry: &Entry| {
            self.submitted(at, resource, entry).await;
            is_submitted = true;
        };
        let mut submission = None;
        let done = loop {
            match self.recovered(waiter).await {
                Some(entry) if !entry.kind.is_end() => {
                    submitted(&entry).await;
                    submission = Some(entry);
                }
                Some(entry) if entry.kind == Kind::Redriven => return Err(input),
                done => break done,
            }
        };
        let done = match done {
            Some(done) => done,
            None => {
                let work = self.work(waiter, task, limits, input, call, submission);
                let told = async {
                    loop {
                        let entry = waiter.entry().await;
                        if entry.kind.is_end() {
                            return entry;
                        }
                        submitted(&entry).await;
                    }
                };
                match select(pin!(work), pin!(told)).await {
                    Either::Left((never, _)) => match never {},
                    Either::Right((done, _)) => done,
                }
            }
        };
        // A job of which nothing was told has run all the same.
        if resource.pattern.is_job() && !is_submitted && done.kind == Kind::Succeeded {
            self.record_task(at, Event::TaskSubmitted { resource, output: None });
        }
        Ok(done)
    }

    /// Runs the task of an activity; answers its last entry, or its input where it begins anew. It starts when a worker takes
    /// it. Where the host never had such an activity, its handler does the work; where it has been deleted, nobody does.
    async fn run_activity<'a, O: Output + 'a>(
        &self,
        at: &Place,
        waiter: &Waiter<'_>,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<Entry, Value> {
        let resource = task.resource();
        waiter.offer(resource.action, &input);
        let entry = match self.recovered(waiter).await {
            Some(entry) => entry,
            None => {
                let queued = waiter.queue(&self.activities, resource.action);
                match queued {
                    Ok(_) => waiter.rest(Waits::until(None)),
                    Err(Missing::Unknown) => waiter.append(Kind::Started, None),
                    Err(Missing::Deleted) => {
                        let error = Error::runtime(format!("The activity {} does not exist.", resource.arn));
                        waiter.append(Kind::Failed, Some(text_of(&error)));
                    }
                }
                waiter.entry().await
            }
        };
        waiter.withdraw();
        match entry.kind {
            Kind::Redriven => return Err(input),
            kind if kind.is_end() => return Ok(entry),
            _ => {}
        }
        let worker: Option<Value> = match entry.value {
            Some(_) => Some(self.read(&entry).await),
            None => None,
        };
        let worker_name = worker.as_ref().and_then(|worker| worker["workerName"].as_str());
        self.record_task(at, started(resource, worker_name));
        match self.recovered(waiter).await {
            Some(entry) if entry.kind == Kind::Redriven => return Err(input),
            Some(done) => return Ok(done),
            None => {}
        }
        let work = async {
            let result = match worker {
                // It answers by the token.
                Some(_) => Err(waiter.rest_by_token(entry.time, entry.time, limits).await),
                None => {
                    waiter.work().await;
                    let span = self.states.attempt(&task);
                    let handle = Some(&self.life.handle);
                    span.around(attempt(handle, task, limits, input, call, |_| {})).await
                }
            };
            write_down(waiter, result).await
        };
        match select(pin!(work), pin!(waiter.entry())).await {
            Either::Left((never, _)) => match never {},
            Either::Right((done, _)) => Ok(done),
        }
    }

    fn task_ended(&self, at: &Place) {
        if !self.is_machine() {
            self.life.child_task_ended(&self.root, at);
        }
    }

    /// A task begins anew, with this input.
    fn begin_anew(&self, at: &Place, input: &Value) -> Error {
        self.life.begin_anew(at);
        Error::redriven(input)
    }

    /// Takes note that the execution goes on after an end.
    async fn redriven(&self, entry: &Entry) {
        let Redrive { failure, events } = self.read(entry).await;
        // What enters a state has seen to it.
        if matches!(failure, Failure::Entry { .. }) {
            let count = self.life.redrive_count();
            self.resume(&mut self.events(), events, count, entry.time);
        }
    }

    /// The history goes on after an end.
    fn resume(&self, log: &mut EventLog, events: u64, count: u64, time: DateTime<Utc>) {
        self.execution.redriven(count, time);
        log.resume(events);
        let event = Event::ExecutionRedriven { count };
        log.record(&self.execution, &self.root, event, self.life.now());
        if log.is_full() {
            self.full.notify_one();
        }
    }

    /// Lets the machine learn of the redrives that take place where it enters a state.
    fn redrive_here(&self, log: &mut EventLog) {
        while let Some(entry) = self.life.redriven_at(log.last() + 1) {
            self.resume_here(log, &entry);
        }
    }

    fn resume_here(&self, log: &mut EventLog, entry: &Entry) {
        match read(entry) {
            Ok(Redrive { events, .. }) => self.resume(log, events, self.life.redrives(), entry.time),
            Err(problem) => self.life.halt(problem),
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

    /// How often the execution had been redriven when what is done now was done first.
    fn redrives_then(&self) -> u64 {
        let repeated = self.repeat.as_ref().and_then(|repeat| repeat.redrives());
        repeated.unwrap_or_else(|| self.life.redrives())
    }

    /// Takes note of an event of a task.
    fn record_task(&self, at: &Place, event: Event<'_>) {
        // Only the entry of a state changes a line.
        self.record(at, &mut Entries::default(), event);
    }

    /// What is left of the time of a task that began earlier.
    fn left(&self, limits: Limits, until: Option<DateTime<Utc>>) -> Limits {
        let left = until.map(|until| (until - self.life.clock.now()).to_std().unwrap_or_default());
        Limits {
            timeout: left,
            ..limits
        }
    }

    /// Takes note of a submission: that of a job, or what the handler of a task has answered that waits for its token.
    async fn submitted(&self, at: &Place, resource: &'static Resource, entry: &Entry) {
        let output: Value = self.read(entry).await;
        let output = Some(&output);
        self.record_task(at, Event::TaskSubmitted { resource, output });
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

fn started<'n>(resource: &'static Resource, worker_name: Option<&'n str>) -> Event<'n> {
    Event::TaskStarted { resource, worker_name }
}

/// Writes down what came of a task: it is told of it by the journal.
async fn write_down<O: Output>(waiter: &Waiter<'_>, result: Result<O, Error>) -> Infallible {
    let result = result.and_then(|output| serde_json::to_string(&output).map_err(|error| misfit(&error)));
    let (kind, value) = match result {
        Ok(text) => (Kind::Succeeded, text),
        Err(error) => (Kind::Failed, text_of(&error)),
    };
    waiter.append(kind, Some(value));
    pending().await
}

/// The JSON of an entry. One that has none is not JSON.
fn text(entry: &Entry) -> &str {
    entry.value.as_deref().unwrap_or_default()
}

/// What a handler answered has no form in JSON.
fn misfit(error: &serde_json::Error) -> Error {
    Error::new("States.TaskFailed", error.to_string())
}
