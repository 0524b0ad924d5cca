//! An engine that writes down what it does, and does nothing again that is written down.

use crate::store::{Journal, Key, Kind};
use asl_runtime::{
    Call, Child, Definition, Engine, Error, Event, Execution, Handle, Limits, Line, Output, Place, Status, TaskContext,
    Until, Value, Visits, attempt, json,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{Either, select};
use serde::Serialize;
use std::future::{Future, pending};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// One life of an execution: as much of it as happens before the process ends.
pub struct JournalEngine {
    life: Arc<Life>,
    execution: Execution,
    root: Place,
}

struct Life {
    journal: Mutex<Journal>,
    handle: Handle,
    /// The seed of the execution.
    seed: u64,
    /// When this life began, by tokio's clock and by that of the execution.
    began: (Instant, DateTime<Utc>),
    progress: Mutex<Progress>,
    changed: Notify,
}

/// How far this life may still go.
struct Progress {
    budget: usize,
    running: usize,
    halted: bool,
}

/// An operation on its way.
struct Running<'a>(&'a Life);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        lock(&self.0.progress).running -= 1;
        self.0.changed.notify_waiters();
    }
}

/// A line counts the visits of its states, and the attempts of the current visit.
#[derive(Default)]
pub struct Track {
    visits: Visits,
    attempts: u32,
    entered: Option<u64>,
}

impl Line for Track {
    fn visit(&mut self, state: &'static str) -> u32 {
        self.attempts = 0;
        self.visits.visit(state)
    }

    fn fork(&self) -> Track {
        Track::default()
    }

    fn entered(&self) -> Option<u64> {
        self.entered
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no operation panicked")
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).expect("a time")
}

impl JournalEngine {
    /// An engine for the next life of the execution that is recorded there, or for its first one. After `budget` new
    /// operations it does not go on.
    pub fn new(journal: Journal, budget: usize) -> JournalEngine {
        let now = journal
            .entries()
            .last()
            .map_or(time(1_700_000_000_000_000), |entry| time(entry.time));
        let life = Life {
            journal: Mutex::new(journal),
            handle: Handle::default(),
            seed: 7,
            began: (Instant::now(), now),
            progress: Mutex::new(Progress {
                budget,
                running: 0,
                halted: false,
            }),
            changed: Notify::new(),
        };
        let mut engine = JournalEngine {
            life: Arc::new(life),
            execution: Execution::new(),
            root: Place::default(),
        };
        let started = engine.once(engine.key(&engine.root, Kind::Start, 0), || {
            json!(now.timestamp_micros())
        });
        let started = time(started.as_i64().expect("a time"));
        engine.execution = engine.execution.name("expedition").start_time(started);
        engine
    }

    pub fn handle(&self) -> Handle {
        self.life.handle.clone()
    }

    /// What is written down so far.
    pub fn read<R>(&self, read: impl FnOnce(&Journal) -> R) -> R {
        read(&lock(&self.life.journal))
    }

    /// Ends when this life is over: the budget is spent, and what had begun has ended.
    pub async fn halted(&self) {
        loop {
            let mut changed = pin!(self.life.changed.notified());
            changed.as_mut().enable();
            {
                let progress = lock(&self.life.progress);
                if progress.halted && progress.running == 0 {
                    return;
                }
            }
            changed.await;
        }
    }

    /// Ends at the very moment when the budget is spent.
    pub async fn crashed(&self) {
        loop {
            let mut changed = pin!(self.life.changed.notified());
            changed.as_mut().enable();
            if lock(&self.life.progress).halted {
                return;
            }
            changed.await;
        }
    }

    fn clock(&self) -> DateTime<Utc> {
        let (instant, time) = self.life.began;
        time + TimeDelta::from_std(instant.elapsed()).expect("a short test")
    }

    fn key(&self, at: &Place, kind: Kind, attempt: u32) -> Key {
        Key {
            place: at.to_string(),
            kind,
            attempt,
        }
    }

    fn recorded(&self, key: &Key) -> Option<Value> {
        lock(&self.life.journal).get(key).map(|entry| entry.value.clone())
    }

    fn append(&self, key: Key, value: &impl Serialize) {
        let value = serde_json::to_value(value).expect("JSON");
        lock(&self.life.journal).append(key, self.clock(), value);
    }

    /// What is written there, by now.
    fn once(&self, key: Key, make: impl FnOnce() -> Value) -> Value {
        self.recorded(&key).unwrap_or_else(|| {
            let value = make();
            self.append(key, &value);
            value
        })
    }

    /// Sees to it that every life asks for the same.
    fn check(&self, key: Key, value: Value) {
        let recorded = self.once(key.clone(), || value.clone());
        assert_eq!(recorded, value, "another life at {key:?}");
    }

    /// Begins a new operation, unless this life is over.
    async fn begin(&self) -> Running<'_> {
        let may_go_on = {
            let mut progress = lock(&self.life.progress);
            match progress.budget.checked_sub(1) {
                Some(rest) => {
                    progress.budget = rest;
                    progress.running += 1;
                    true
                }
                None => {
                    progress.halted = true;
                    false
                }
            }
        };
        if !may_go_on {
            self.life.changed.notify_waiters();
            pending::<()>().await;
        }
        Running(&self.life)
    }

    fn hash(&self, at: &Place, kind: &str, attempt: u32) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.life.seed, at, kind, attempt).hash(&mut hasher);
        hasher.finish()
    }

    /// Writes an event down under its number; in the next life it has the same one.
    fn event(&self, at: &Place, name: &str, index: Option<usize>, attempt: u32, details: &str) -> u64 {
        let key = self.key(at, Kind::Event(name.to_owned(), index), attempt);
        let next = self.read(|journal| journal.entries().iter().filter(|e| is_event(&e.key)).count()) as u64 + 1;
        let recorded = self.once(key.clone(), || json!({ "id": next, "details": details }));
        assert_eq!(recorded["details"], details, "another life at {key:?}");
        recorded["id"].as_u64().expect("a number")
    }

    /// The limits of a task that was submitted in an earlier life: its clock has been running since.
    fn rest_of(&self, limits: Limits, since: &Key) -> Limits {
        let since = self.read(|journal| journal.get(since).map(|entry| time(entry.time)));
        let passed = since.map_or(Duration::ZERO, |since| {
            (self.clock() - since).to_std().unwrap_or_default()
        });
        Limits {
            timeout: limits.timeout.map(|timeout| timeout.saturating_sub(passed)),
            ..limits
        }
    }
}

pub fn is_event(key: &Key) -> bool {
    matches!(key.kind, Kind::Event(..))
}

impl Engine for JournalEngine {
    type Position = Place;
    type Line = Track;

    fn root(&self) -> Place {
        self.root.clone()
    }

    fn execution(&self) -> &Execution {
        &self.execution
    }

    fn now(&self, at: &Place) -> DateTime<Utc> {
        let key = self.key(at, Kind::Now, 0);
        let now = self.once(key, || json!(self.clock().timestamp_micros()));
        time(now.as_i64().expect("a time"))
    }

    fn random(&self, at: &Place, attempt: u32) -> u128 {
        (u128::from(self.hash(at, "high", attempt)) << 64) | u128::from(self.hash(at, "low", attempt))
    }

    fn token(&self, at: &Place, attempt: u32) -> String {
        format!("token-{:016x}", self.hash(at, "token", attempt))
    }

    async fn task<'a, O: Output + 'a>(
        &self,
        at: &Place,
        _: &mut Track,
        task: TaskContext<'a>,
        limits: Limits,
        input: Value,
        call: Call<'_, 'a, O>,
    ) -> Result<O, Error> {
        assert_eq!(at.to_string(), format!("{}{}", self.root, task.position()));
        let number = task.attempt();
        let work = self.key(at, Kind::Work, number);
        self.check(work.clone(), json!({ "input": input, "token": task.token() }));
        self.event(at, "TaskScheduled", None, number, task.resource().arn);
        let (done, submission) = (self.key(at, Kind::Task, number), self.key(at, Kind::Submitted, number));
        let result: Result<O, Error> = match self.recorded(&done) {
            Some(result) => {
                let result: Result<Value, Error> = serde_json::from_value(result).expect("a result");
                result.map(|output| serde_json::from_value(output).expect("the output of this task"))
            }
            None => {
                let _running = self.begin().await;
                let result = match self.recorded(&submission) {
                    None => {
                        let submitted = |answer: &O| self.append(submission.clone(), answer);
                        attempt(Some(&self.life.handle), task, limits, input, call, submitted).await
                    }
                    Some(answer) => {
                        let limits = self.rest_of(limits, &work);
                        let mut answered = |_: TaskContext<'a>, _: Value| {
                            let answer = serde_json::from_value(answer.clone()).expect("the answer of this task");
                            Box::pin(std::future::ready(Ok(answer))) as _
                        };
                        attempt(Some(&self.life.handle), task, limits, input, &mut answered, |_| {}).await
                    }
                };
                self.append(done, &result);
                result
            }
        };
        match &result {
            Ok(_) => self.event(at, "TaskSucceeded", None, number, ""),
            Err(error) => self.event(at, "TaskFailed", None, number, &error.to_string()),
        };
        result
    }

    async fn sleep(&self, at: &Place, attempt: u32, until: Until) {
        let wake = |now: DateTime<Utc>| match until {
            Until::After(time) => now + TimeDelta::from_std(time).expect("a short test"),
            Until::At(time) => time,
        };
        let (delay, slept) = (self.key(at, Kind::Delay, attempt), self.key(at, Kind::Slept, attempt));
        let asked = format!("{until:?}");
        let recorded = self.recorded(&delay);
        if let Some(recorded) = &recorded {
            assert_eq!(recorded["asked"], asked, "another life at {delay:?}");
        }
        if self.recorded(&slept).is_some() {
            return;
        }
        let _running = self.begin().await;
        let wake = match recorded {
            Some(recorded) => time(recorded["until"].as_i64().expect("a time")),
            None => {
                let wake = wake(self.clock());
                self.append(delay, &json!({ "asked": asked, "until": wake.timestamp_micros() }));
                wake
            }
        };
        sleep((wake - self.clock()).to_std().unwrap_or_default()).await;
        self.append(slept, &());
    }

    fn decided(&self, at: &Place, attempt: u32) -> Option<usize> {
        let lane = self.recorded(&self.key(at, Kind::Decision, attempt))?;
        Some(lane.as_u64().expect("a lane") as usize)
    }

    async fn decide(&self, at: &Place, attempt: u32, outcome: usize) {
        let _running = self.begin().await;
        self.append(self.key(at, Kind::Decision, attempt), &outcome);
    }

    fn child(&self, at: &Place, child: Child<'_>) -> JournalEngine {
        let execution = self
            .execution
            .child(child)
            .name(format!("child-{:016x}", self.hash(at, "child", 0)))
            .start_time(self.now(at));
        JournalEngine {
            life: self.life.clone(),
            execution,
            root: at.clone(),
        }
    }

    async fn supervise<O: Send>(
        &self,
        definition: &'static Definition,
        body: impl Future<Output = Result<O, Error>> + Send,
    ) -> Result<O, Error> {
        let ended = self.key(&self.root, Kind::Ended, 0);
        if let Some(error) = self.recorded(&ended) {
            return Err(serde_json::from_value(error).expect("an error"));
        }
        let left = definition.timeout_seconds.map(|seconds| {
            let end = time(
                self.recorded(&self.key(&Place::default(), Kind::Start, 0))
                    .expect("a start")
                    .as_i64()
                    .expect("a time"),
            ) + TimeDelta::seconds(seconds as i64);
            (end - self.clock()).to_std().unwrap_or_default()
        });
        let time_out = async {
            match left {
                Some(left) => sleep(left).await,
                None => pending().await,
            }
        };
        let (stopped, time_out) = (pin!(self.life.handle.stopped()), pin!(time_out));
        let result = match select(select(stopped, time_out), pin!(body)).await {
            Either::Left((Either::Left((stopped, _)), _)) => Err(stopped),
            Either::Left((Either::Right(((), _)), _)) => Err(Error::timed_out()),
            Either::Right((result, _)) => result,
        };
        if let Err(error) = &result
            && error.status() != Status::Failed
        {
            self.append(ended, error);
        }
        result
    }

    fn record(&self, at: &Place, line: &mut Track, event: Event<'_>) {
        let details = format!("{event:?}");
        let name = details.split([' ', '{']).next().unwrap_or_default().to_owned();
        let (index, attempt) = match event {
            Event::MapStateStarted { .. } | Event::ParallelStateStarted { .. } => {
                line.attempts += 1;
                (None, line.attempts)
            }
            // Which items a life starts depends on what is decided already, their numbers must not.
            Event::MapIterationStarted { index, .. }
            | Event::MapIterationSucceeded { index, .. }
            | Event::MapIterationFailed { index, .. } => (Some(index), line.attempts),
            _ => (None, line.attempts),
        };
        let id = self.event(at, &name, index, attempt, &details);
        if let Event::StateEntered { .. } = event {
            line.entered = Some(id);
        }
    }
}
