//! A host: runs the executions of a store.

use crate::builder::Builder;
use crate::clock::Clock;
use crate::drive::{Turn, drive};
use crate::engine::JournalEngine;
use crate::error::HostError;
use crate::life::{Completion, Halt, Life, Purpose};
use crate::program::Program;
use crate::store::{End, ExecutionId, ExecutionStatus, Filter, Record, Rest, Store, StoreError, Write};
use crate::writer::{SharedStore, Writer, close, with};
use asl_runtime::{Error, Execution, HistoryEvent, Machine, Quotas, Status, Value};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::any::Any;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How many executions are looked up at a time.
const PAGE: usize = 256;
/// The longest JSON text of an input or an output, in bytes.
const MAX_BYTES: usize = 262_144;

/// Runs the executions of a store. A clone is the same host; it ends with [`shut_down`](Host::shut_down), or with the last
/// clone.
#[derive(Clone)]
pub struct Host(Arc<Owner>);

/// Ends the host with its last clone.
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.closing.send_replace(true);
    }
}

pub(crate) struct Options {
    pub(crate) quotas: Quotas,
    pub(crate) patience: Duration,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) clock: Clock,
}

struct Shared {
    store: SharedStore,
    writer: Writer,
    programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
    options: Options,
    last: AtomicI64,
    running: Mutex<HashMap<ExecutionId, Running>>,
    /// Executions that cannot go on, and why.
    problems: Mutex<HashMap<ExecutionId, String>>,
    /// Something in the list of waiting executions has changed.
    rested: Notify,
    /// Who waits for an execution to come into memory, or to leave it.
    watched: Mutex<HashMap<ExecutionId, Weak<Notify>>>,
    /// There is no execution in memory any more.
    emptied: Notify,
    closing: watch::Sender<bool>,
    /// Why the host does nothing more, if that is why.
    failure: OnceLock<StoreError>,
}

/// An execution in memory.
enum Running {
    /// It is being read.
    Comes,
    Is(Arc<Life>),
}

/// An execution that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its ARN, by which it is known to the host.
    pub arn: String,
    /// When it was started.
    pub start_date: DateTime<Utc>,
}

/// What there is to know of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The name of its machine.
    pub machine: String,
    /// The hash of the definition that it runs.
    pub sha256: String,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// When it was started.
    pub start_date: DateTime<Utc>,
    /// When it ended.
    pub stop_date: Option<DateTime<Utc>>,
    /// What it was started with.
    pub input: Value,
    /// What it has come to, where it succeeded.
    pub output: Option<Value>,
    /// The error of one that failed or was stopped, where it has one.
    pub error: Option<String>,
    /// Its cause, where it has one.
    pub cause: Option<String>,
    /// Why it does not go on, though it has not ended: see [`HostError::Halted`].
    pub problem: Option<String>,
}

impl Description {
    fn of(record: Record, problem: Option<String>) -> Description {
        let status = record.status();
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        let end = record.end.as_ref();
        Description {
            status,
            start_date: record.start_date,
            stop_date: end.map(|end| end.stop_date),
            input: value(&record.input),
            output: end.and_then(|end| end.output.as_deref()).map(value),
            error: end.and_then(|end| end.error.clone()),
            cause: end.and_then(|end| end.cause.clone()),
            arn: record.arn,
            name: record.name,
            machine: record.machine,
            sha256: record.sha256,
            problem,
        }
    }
}

/// Some of the executions of a host.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The latest first.
    pub executions: Vec<Description>,
    /// What to ask for to get those before these; nothing where there are no more.
    pub next: Option<ExecutionId>,
}

impl Host {
    /// Makes a host.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn open(
        store: Box<dyn Store>,
        programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
        options: Options,
    ) -> Result<Host, HostError> {
        let store: SharedStore = Arc::new(Mutex::new(Some(store)));
        let last = with(&store, |store| store.last()).await?;
        let shared = Arc::new(Shared {
            writer: Writer::spawn(store.clone()),
            store,
            programs,
            options,
            last: AtomicI64::new(last.0),
            running: Mutex::default(),
            problems: Mutex::default(),
            rested: Notify::new(),
            watched: Mutex::default(),
            emptied: Notify::new(),
            closing: watch::Sender::new(false),
            failure: OnceLock::new(),
        });
        shared.resume_due(shared.options.clock.now()).await?;
        tokio::spawn(resume_in_time(Arc::downgrade(&shared)));
        Ok(Host(Arc::new(Owner(shared))))
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.0.0
    }

    /// Starts an execution of a machine. Its name has 1 to 80 characters.
    ///
    /// Where one of this name runs with the same input, it is that one.
    ///
    /// # Errors
    /// When there is another one of this name, when the name or the input is not allowed, when the machine is not
    /// registered, and when the store has failed.
    pub async fn start<M: Machine>(&self, name: &str, input: Value) -> Result<Started, HostError> {
        let shared = self.shared();
        shared.is_up()?;
        let definition = M::DEFINITION;
        if !shared.programs.contains_key(&(definition.name, definition.sha256)) {
            return Err(HostError::StateMachineDoesNotExist {
                machine: definition.name.to_owned(),
                sha256: definition.sha256.to_owned(),
            });
        }
        if !is_valid(name) {
            return Err(HostError::InvalidName { name: name.to_owned() });
        }
        let input = input.to_string();
        if shared.options.quotas == Quotas::Service && input.len() > MAX_BYTES {
            return Err(HostError::InvalidExecutionInput);
        }
        let mut seed = [0; 32];
        OsRng
            .try_fill_bytes(&mut seed)
            .map_err(|error| StoreError::new(format!("the system has no randomness: {error}")))?;
        let Options { region, account, .. } = &shared.options;
        let record = Record {
            id: ExecutionId(shared.last.fetch_add(1, Ordering::Relaxed) + 1),
            arn: format!("arn:aws:states:{region}:{account}:execution:{}:{name}", definition.name),
            machine: definition.name.to_owned(),
            name: name.to_owned(),
            sha256: definition.sha256.to_owned(),
            seed,
            input,
            start_date: shared.options.clock.now(),
            end: None,
        };
        let written = shared.writer.written(Write::Start(Box::new(record.clone()))).await;
        if written.inspect_err(|error| shared.fail(error.clone()))? {
            let started = Started {
                arn: record.arn.clone(),
                start_date: record.start_date,
            };
            shared.spawn(record);
            return Ok(started);
        }
        let arn = record.arn;
        match shared.find(&arn).await? {
            former if former.end.is_none() && former.input == record.input => Ok(Started {
                arn,
                start_date: former.start_date,
            }),
            _ => Err(HostError::ExecutionAlreadyExists { arn }),
        }
    }

    /// Tells about an execution.
    ///
    /// # Errors
    /// When there is none of this ARN, and when the store has failed.
    pub async fn describe(&self, arn: &str) -> Result<Description, HostError> {
        let record = self.shared().find(arn).await?;
        Ok(self.shared().describe(record))
    }

    /// Lists executions, the latest first.
    ///
    /// # Errors
    /// When the store has failed.
    pub async fn list(&self, filter: Filter) -> Result<Page, HostError> {
        let shared = self.shared();
        let limit = filter.limit;
        let records = with(&shared.store, move |store| store.list(&filter)).await?;
        let next = match records.len() == limit {
            true => records.last().map(|record| record.id),
            false => None,
        };
        let executions = records.into_iter().map(|record| shared.describe(record)).collect();
        Ok(Page { executions, next })
    }

    /// Waits for the end of an execution.
    ///
    /// # Errors
    /// When there is none of this ARN, when it cannot go on, when the store has failed, and when the host is shut down.
    pub async fn wait(&self, arn: &str) -> Result<Description, HostError> {
        let shared = self.shared();
        let moved = shared.watch(shared.find(arn).await?.id);
        loop {
            let mut moved = std::pin::pin!(moved.notified());
            // What happens between the look and the wait would be missed without this.
            moved.as_mut().enable();
            let description = self.describe(arn).await?;
            if description.status != ExecutionStatus::Running {
                return Ok(description);
            }
            if let Some(problem) = description.problem {
                let arn = description.arn;
                return Err(HostError::Halted { arn, problem });
            }
            shared.is_up()?;
            moved.await;
        }
    }

    /// Stops an execution: it ends as ABORTED with this error and cause, and its tasks are dropped. One that has ended
    /// is left as it is. Answers how it ended.
    ///
    /// # Errors
    /// As [`wait`](Host::wait).
    pub async fn stop(
        &self,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<Description, HostError> {
        let shared = self.shared();
        let record = shared.find(arn).await?;
        let error = Error::aborted(error, cause);
        if record.end.is_none() {
            // What is written already ends it all the same.
            let _ = shared.reach(record.id, |life| life.end(&error)).await?;
        }
        self.wait(arn).await
    }

    /// Ends the task with this token successfully; `output` becomes its result.
    ///
    /// What is answered is written: it holds, whatever becomes of this process.
    ///
    /// # Errors
    /// When no task has this token or it has ended, when the output is too long, and when the store has failed.
    pub async fn send_task_success(&self, token: &str, output: Value) -> Result<(), HostError> {
        let output = output.to_string();
        if self.shared().options.quotas == Quotas::Service && output.len() > MAX_BYTES {
            return Err(HostError::InvalidOutput);
        }
        self.complete(token, Ok(output)).await
    }

    /// Ends the task with this token with an error, for its Retriers and Catchers; both parts may be missing.
    ///
    /// # Errors
    /// When no task has this token or it has ended, and when the store has failed.
    pub async fn send_task_failure(
        &self,
        token: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<(), HostError> {
        self.complete(token, Err(Error::reported(error, cause))).await
    }

    /// Restarts the heartbeat clock of the task with this token (TO-3).
    ///
    /// # Errors
    /// When no task has this token or it has ended, and when the store has failed.
    pub async fn send_task_heartbeat(&self, token: &str) -> Result<(), HostError> {
        self.by_token(token, |life| life.heartbeat(token)).await
    }

    async fn complete(&self, token: &str, result: Result<String, Error>) -> Result<(), HostError> {
        self.by_token(token, |life| life.complete(token, &result)).await
    }

    async fn by_token(&self, token: &str, act: impl FnMut(&Arc<Life>) -> Completion) -> Result<(), HostError> {
        let shared = self.shared();
        let execution = token
            .split_once('.')
            .and_then(|(id, _)| i64::from_str_radix(id, 16).ok());
        let execution = ExecutionId(execution.ok_or(HostError::InvalidToken)?);
        let record = with(&shared.store, move |store| store.get(execution)).await?;
        let record = record.ok_or(HostError::InvalidToken)?;
        if record.end.is_none() {
            match shared.reach(execution, act).await? {
                Reached::Done => return Ok(()),
                Reached::Unknown => return Err(HostError::InvalidToken),
                Reached::Closed => return Err(HostError::TaskTimedOut),
                // It has ended meanwhile.
                Reached::Gone => {}
            }
        }
        let (life, _) = shared.replay(&record).await?;
        match life.is_closed(token) {
            true => Err(HostError::TaskTimedOut),
            false => Err(HostError::InvalidToken),
        }
    }

    /// The history of an execution so far, as GetExecutionHistory tells it (EV-*), made anew of what is written of it.
    ///
    /// # Errors
    /// When there is none of this ARN, when its machine is not registered or its journal is of other code, and when the
    /// store has failed.
    pub async fn history(&self, arn: &str) -> Result<Vec<HistoryEvent>, HostError> {
        let shared = self.shared();
        let record = shared.find(arn).await?;
        Ok(shared.replay(&record).await?.1)
    }

    /// Ends the host: what runs is dropped and goes on with the next host on this store; what was answered is written. Then
    /// the store is closed.
    pub async fn shut_down(&self) {
        let shared = self.shared();
        shared.close();
        loop {
            let mut emptied = std::pin::pin!(shared.emptied.notified());
            emptied.as_mut().enable();
            if shared.running().is_empty() {
                break;
            }
            emptied.await;
        }
        shared.writer.flushed().await;
        close(&shared.store);
    }
}

/// What came of reaching an execution.
enum Reached {
    Done,
    Unknown,
    Closed,
    /// It is not running.
    Gone,
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<ExecutionId, Running>> {
        // Every change is a single one.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn problems(&self) -> MutexGuard<'_, HashMap<ExecutionId, String>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_up(&self) -> Result<(), HostError> {
        match (self.failure.get(), *self.closing.borrow()) {
            (Some(error), _) => Err(HostError::Store(error.clone())),
            (None, true) => Err(HostError::ShutDown),
            (None, false) => Ok(()),
        }
    }

    /// Does nothing more: whoever waits hears of it.
    fn close(&self) {
        self.closing.send_replace(true);
        let watched = std::mem::take(&mut *self.watched());
        watched
            .into_values()
            .filter_map(|watched| watched.upgrade())
            .for_each(|watched| watched.notify_waiters());
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<ExecutionId, Weak<Notify>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What hears of an execution that comes into memory, or leaves it, and of the end of the host.
    fn watch(&self, execution: ExecutionId) -> Arc<Notify> {
        let mut watched = self.watched();
        let former = watched.get(&execution).and_then(Weak::upgrade);
        former.unwrap_or_else(|| {
            let new = Arc::new(Notify::new());
            watched.insert(execution, Arc::downgrade(&new));
            new
        })
    }

    fn moved(&self, execution: ExecutionId) {
        let mut watched = self.watched();
        match watched.get(&execution).and_then(Weak::upgrade) {
            Some(watched) => watched.notify_waiters(),
            None => _ = watched.remove(&execution),
        }
    }

    /// The store has failed: what cannot be written must not happen.
    fn fail(&self, error: StoreError) {
        let _ = self.failure.set(error);
        self.close();
    }

    async fn find(&self, arn: &str) -> Result<Record, HostError> {
        let wanted = arn.to_owned();
        let found = with(&self.store, move |store| store.find(&wanted)).await?;
        found.ok_or_else(|| HostError::ExecutionDoesNotExist { arn: arn.to_owned() })
    }

    fn describe(&self, record: Record) -> Description {
        let problem = self.problems().get(&record.id).cloned();
        Description::of(record, problem)
    }

    fn program(&self, record: &Record) -> Option<Arc<dyn Program>> {
        let mut programs = self.programs.iter();
        let (_, program) = programs.find(|((name, sha256), _)| *name == record.machine && *sha256 == record.sha256)?;
        Some(program.clone())
    }

    /// Does something with an execution that runs, wherever it is.
    async fn reach(
        self: &Arc<Shared>,
        execution: ExecutionId,
        mut act: impl FnMut(&Arc<Life>) -> Completion,
    ) -> Result<Reached, HostError> {
        let moved = self.watch(execution);
        loop {
            self.is_up()?;
            let mut moved = std::pin::pin!(moved.notified());
            moved.as_mut().enable();
            let life = match self.running().get(&execution) {
                Some(Running::Is(life)) => Some(Some(life.clone())),
                Some(Running::Comes) => Some(None),
                None => None,
            };
            let Some(life) = life else {
                let record = with(&self.store, move |store| store.get(execution)).await?;
                let Some(record) = record.filter(|record| record.end.is_none()) else {
                    return Ok(Reached::Gone);
                };
                if let Some(problem) = self.problems().get(&execution) {
                    let (arn, problem) = (record.arn, problem.clone());
                    return Err(HostError::Halted { arn, problem });
                }
                self.spawn(record);
                continue;
            };
            match life.as_ref().map(&mut act) {
                Some(Completion::Written(written)) => {
                    return match written.await {
                        Ok(Ok(_)) => Ok(Reached::Done),
                        Ok(Err(error)) => Err(error.into()),
                        Err(_) => Err(HostError::ShutDown),
                    };
                }
                Some(Completion::Unknown) => return Ok(Reached::Unknown),
                Some(Completion::Closed) => return Ok(Reached::Closed),
                Some(Completion::NotYet) => {
                    if let Some(life) = &life {
                        tokio::select! {
                            () = life.opened() => {}
                            () = moved => {}
                        }
                    }
                }
                Some(Completion::Parked) | None => moved.await,
            }
        }
    }

    /// Lets an execution go on, unless it is in memory.
    fn spawn(self: &Arc<Shared>, record: Record) {
        let id = record.id;
        if self.problems().contains_key(&id) {
            return;
        }
        {
            let mut running = self.running();
            if running.contains_key(&id) {
                return;
            }
            running.insert(id, Running::Comes);
        }
        let shared = self.clone();
        let mut closing = self.closing.subscribe();
        tokio::spawn(async move {
            let leaves = Leaves(&shared, id);
            tokio::select! {
                biased;
                _ = closing.wait_for(|is_closing| *is_closing) => {}
                done = AssertUnwindSafe(shared.run(record)).catch_unwind() => {
                    // What is written of it is whole: its next life begins where this one did.
                    if let Err(panic) = done {
                        shared.problems().insert(id, format!("a handler panicked: {}", text_of(&*panic)));
                    }
                }
            }
            drop(leaves);
        });
    }

    async fn run(self: &Arc<Shared>, record: Record) {
        let id = record.id;
        let problem = match self.try_run(record).await {
            Ok(()) => return,
            Err(Halt::Mismatch(problem)) => problem,
            Err(Halt::Store(error)) => return self.fail(error),
        };
        self.problems().insert(id, problem);
    }

    async fn try_run(self: &Arc<Shared>, record: Record) -> Result<(), Halt> {
        let id = record.id;
        let (life, engine, program) = self.load(&record, Purpose::Run).await?;
        // It rests no longer, whatever happens before it does again.
        self.writer.write(rests(id, Rest::No), |_| {});
        self.running().insert(id, Running::Is(life.clone()));
        self.moved(id);
        let input = serde_json::from_str(&record.input).map_err(|error| unreadable(&error))?;
        let mut body = program.run(&engine, input);
        match drive(&life, body.as_mut(), self.options.patience).await {
            Turn::Ended(result) => {
                let end = end(result, life.now());
                let write = Write::End { execution: id, end };
                self.writer.written(write).await.map_err(Halt::Store)?;
            }
            Turn::Rests(until) => {
                let rest = until.map_or(Rest::Outside, Rest::Until);
                self.writer.written(rests(id, rest)).await.map_err(Halt::Store)?;
                self.rested.notify_one();
            }
            // Only a replay has an end without one.
            Turn::Replayed => {}
            Turn::Halted(halt) => return Err(halt),
        }
        Ok(())
    }

    /// An execution as its journal has it.
    async fn load(
        &self,
        record: &Record,
        purpose: Purpose,
    ) -> Result<(Arc<Life>, JournalEngine, Arc<dyn Program>), Halt> {
        let id = record.id;
        let Some(program) = self.program(record) else {
            let (machine, sha256) = (record.machine.clone(), record.sha256.clone());
            let error = HostError::StateMachineDoesNotExist { machine, sha256 };
            return Err(Halt::Mismatch(error.to_string()));
        };
        let entries = with(&self.store, move |store| store.journal(id)).await;
        let entries = entries.map_err(Halt::Store)?;
        let life = Life::new(
            id,
            record.seed,
            record.start_date,
            entries,
            purpose,
            self.options.clock,
            self.writer.clone(),
        );
        let Options {
            region,
            account,
            quotas,
            ..
        } = &self.options;
        let execution = Execution::new()
            .id(&record.arn)
            .name(&record.name)
            .start_time(record.start_date)
            .region(region)
            .account(account)
            .quotas(*quotas);
        let engine = JournalEngine::new(life.clone(), execution, purpose == Purpose::Replay);
        Ok((life, engine, program))
    }

    /// Runs an execution over its journal alone.
    async fn replay(&self, record: &Record) -> Result<(Arc<Life>, Vec<HistoryEvent>), HostError> {
        let replayed = async {
            let (life, engine, program) = self.load(record, Purpose::Replay).await?;
            let input = serde_json::from_str(&record.input).map_err(|error| unreadable(&error))?;
            {
                let mut body = program.run(&engine, input);
                if let Turn::Halted(halt) = drive(&life, body.as_mut(), Duration::ZERO).await {
                    return Err(halt);
                }
            }
            let events = engine.events().events().to_vec();
            Ok((life, events))
        };
        replayed.await.map_err(|halt| match halt {
            Halt::Store(error) => HostError::Store(error),
            Halt::Mismatch(problem) => HostError::Halted {
                arn: record.arn.clone(),
                problem,
            },
        })
    }

    /// Lets those go on that are due by now.
    async fn resume_due(self: &Arc<Shared>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut after = ExecutionId::default();
        loop {
            let due = with(&self.store, move |store| {
                let due = store.due(now, after, PAGE)?;
                due.into_iter().map(|id| store.get(id)).collect::<Result<Vec<_>, _>>()
            });
            let due = due.await?;
            let Some(Some(last)) = due.last() else {
                return Ok(());
            };
            after = last.id;
            for record in due.into_iter().flatten() {
                self.spawn(record);
            }
        }
    }
}

/// An execution that is about to leave memory.
struct Leaves<'s>(&'s Shared, ExecutionId);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        let is_empty = {
            let mut running = self.0.running();
            running.remove(&self.1);
            running.is_empty()
        };
        if is_empty {
            self.0.emptied.notify_waiters();
        }
        self.0.moved(self.1);
    }
}

/// Lets executions go on when they are due, as long as there is a host.
async fn resume_in_time(shared: Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        let mut closing = shared.closing.subscribe();
        let turn = async {
            let now = shared.options.clock.now();
            shared.resume_due(now).await?;
            let next = with(&shared.store, move |store| store.next_due(now)).await?;
            let rested = shared.rested.notified();
            match next {
                None => rested.await,
                Some(time) => {
                    tokio::select! {
                        () = shared.options.clock.sleep_until(time) => {}
                        () = rested => {}
                    }
                }
            }
            Ok::<(), StoreError>(())
        };
        tokio::select! {
            turn = turn => {
                if let Err(error) = turn {
                    return shared.fail(error);
                }
            }
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it does not say why")
}

fn rests(execution: ExecutionId, rest: Rest) -> Write {
    Write::Rest { execution, rest }
}

fn unreadable(error: &serde_json::Error) -> Halt {
    Halt::Mismatch(format!("its input cannot be read: {error}"))
}

/// How an execution ended.
fn end(result: Result<Value, Error>, stop_date: DateTime<Utc>) -> End {
    let (status, output, error) = match result {
        Ok(output) => (ExecutionStatus::Succeeded, Some(output.to_string()), None),
        Err(error) => match error.status() {
            Status::Failed => (ExecutionStatus::Failed, None, Some(error)),
            //
            Status::TimedOut => (ExecutionStatus::TimedOut, None, None),
            Status::Aborted => (ExecutionStatus::Aborted, None, Some(error)),
        },
    };
    End {
        status,
        stop_date,
        output,
        cause: error.as_ref().and_then(|error| error.cause()).map(str::to_owned),
        error: error.as_ref().and_then(|error| error.name()).map(str::to_owned),
    }
}

/// Whether an execution may be called this.
fn is_valid(name: &str) -> bool {
    let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"?*<>{}[]\"#%\\^|~$&,;:/`".contains(c);
    (1..=80).contains(&name.chars().count()) && name.chars().all(is_allowed)
}
