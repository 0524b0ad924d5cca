//! Runs executions: lets them come into memory, go on, and leave it.

use crate::activity::Activities;
use crate::clock::Clock;
use crate::description::Description;
use crate::drive::{Turn, drive};
use crate::error::HostError;
use crate::life::{Completion, Halt, Life, Purpose, Written};
use crate::observe::{self, Span};
use crate::present::{Presence, Present};
use crate::program::Program;
use crate::replay::{Loaded, unreadable};
use crate::room::{Place, Room};
use crate::storage::Storage;
use crate::store::{
    End, ExecutionId, ExecutionStatus, QueuedTask, Record, Rest, Store, StoreError, StoredActivity, Write,
};
use crate::workload::Workload;
use asl_runtime::{Definition, Error, Execution, Quotas, Status, Value};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use std::any::Any;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, watch};

pub(crate) struct Options {
    pub(crate) quotas: Quotas,
    pub(crate) patience: Duration,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) role_arn: Option<String>,
    /// How long executions are kept that have ended.
    pub(crate) retention: Option<Duration>,
    pub(crate) clock: Clock,
    pub(crate) room: Room,
    /// The machines by the names that ARNs have for them.
    pub(crate) names: HashMap<String, &'static Definition>,
}

impl Options {
    /// What the context object shows of an execution.
    pub(crate) fn execution(&self, record: &Record) -> Execution {
        let execution = Execution::new()
            .id(&record.arn)
            .name(&record.name)
            .start_time(record.start_date)
            .region(&self.region)
            .account(&self.account)
            .quotas(self.quotas);
        match &self.role_arn {
            Some(role_arn) => execution.role_arn(role_arn),
            None => execution,
        }
    }
}

/// Runs the executions of a store, as a [`Host`](crate::Host) asks.
pub(crate) struct Executor {
    pub(crate) storage: Storage,
    programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
    pub(crate) options: Options,
    pub(crate) activities: Arc<Activities>,
    pub(crate) workload: Arc<Workload>,
    pub(crate) last: AtomicI64,
    present: Mutex<Present>,
    /// Executions that cannot go on, and why.
    problems: Mutex<HashMap<ExecutionId, String>>,
    /// Something in the list of waiting executions has changed.
    pub(crate) rested: Notify,
    /// Who waits for an execution to come into memory, or to leave it.
    watched: Mutex<HashMap<ExecutionId, Weak<Notify>>>,
    /// There is no execution in memory any more.
    emptied: Notify,
    pub(crate) closing: watch::Sender<bool>,
    /// Why the host does nothing more, if that is why.
    failure: OnceLock<StoreError>,
}

/// Where an execution comes from that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It has just been started: nothing else is written of it.
    New,
    Store,
}

/// What came of reaching an execution.
pub(crate) enum Reached {
    Done,
    Unknown,
    Closed,
    /// It is not running.
    Gone,
}

impl Executor {
    /// One for this store.
    pub(crate) async fn new(
        store: Box<dyn Store>,
        programs: HashMap<(&'static str, &'static str), Arc<dyn Program>>,
        options: Options,
    ) -> Result<Arc<Executor>, StoreError> {
        let storage = Storage::new(store);
        let (last, known, queued) = storage
            .read(|store| Ok((store.last()?, store.activities()?, store.queued()?)))
            .await?;
        let activities = Arc::<Activities>::default();
        for StoredActivity { name, creation_date } in known {
            activities.set(name, creation_date);
        }
        for task in queued {
            activities.restore(&task.activity, &task.token);
        }
        Ok(Arc::new(Executor {
            storage,
            programs,
            options,
            activities,
            workload: Arc::default(),
            last: AtomicI64::new(last.0),
            present: Mutex::default(),
            problems: Mutex::default(),
            rested: Notify::new(),
            watched: Mutex::default(),
            emptied: Notify::new(),
            closing: watch::Sender::new(false),
            failure: OnceLock::new(),
        }))
    }

    /// Reads the store.
    pub(crate) async fn read<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, HostError> {
        self.storage.read(work).await.map_err(|error| self.refusal(error))
    }

    /// What somebody hears whom the store has not answered: after the end of the host it is closed. Otherwise it has failed,
    /// and so has the host.
    pub(crate) fn refusal(&self, error: StoreError) -> HostError {
        // Let go of at once: the end of the host takes it too.
        let is_closing = *self.closing.borrow();
        if is_closing && self.failure.get().is_none() {
            return HostError::ShutDown;
        }
        self.fail(error.clone());
        HostError::Store(error)
    }

    /// Writes something that belongs to no execution; answers whether it took effect.
    pub(crate) async fn write(&self, write: Write) -> Result<bool, HostError> {
        self.write_and(write, || {}).await
    }

    /// The same; where it takes effect this is done too, whether or not anybody still waits to hear of it.
    pub(crate) async fn write_and(
        &self,
        write: Write,
        then: impl FnOnce() + Send + 'static,
    ) -> Result<bool, HostError> {
        self.is_up()?;
        let written = self.storage.written_and(write, |result| {
            if matches!(result, Ok(true)) {
                then();
            }
        });
        written.await.map_err(|error| self.refusal(error))
    }

    pub(crate) async fn describe_arn(&self, arn: &str) -> Result<Description, HostError> {
        self.describe(self.find(arn).await?)
    }

    /// Waits for the end of an execution.
    pub(crate) async fn wait(&self, arn: &str) -> Result<Description, HostError> {
        let present = self.present().id(arn);
        let id = match present {
            Some(id) => id,
            None => self.find(arn).await?.id,
        };
        let moved = self.watch(id);
        loop {
            let mut moved = std::pin::pin!(moved.notified());
            // What happens between the look and the wait would be missed without this.
            moved.as_mut().enable();
            // One in memory has not ended: there is nothing to be read.
            let is_in_memory = self.present().get(id).is_some();
            if !is_in_memory || self.is_up().is_err() {
                let description = self.describe_arn(arn).await?;
                if description.status != ExecutionStatus::Running {
                    return Ok(description);
                }
                if let Some(problem) = description.problem {
                    let arn = description.arn;
                    return Err(HostError::Halted { arn, problem });
                }
                self.is_up()?;
            }
            moved.await;
        }
    }

    /// Ends when nothing is in memory, and all is written; then the store is closed.
    pub(crate) async fn shut_down(&self) {
        self.close();
        loop {
            let mut emptied = std::pin::pin!(self.emptied.notified());
            emptied.as_mut().enable();
            if self.present().len() == 0 {
                break;
            }
            emptied.await;
        }
        self.storage.close().await;
    }

    pub(crate) fn present(&self) -> MutexGuard<'_, Present> {
        // Nothing in a change may panic.
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn problems(&self) -> MutexGuard<'_, HashMap<ExecutionId, String>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_up(&self) -> Result<(), HostError> {
        match (self.failure.get(), *self.closing.borrow()) {
            (Some(error), _) => Err(HostError::Store(error.clone())),
            (None, true) => Err(HostError::ShutDown),
            (None, false) => Ok(()),
        }
    }

    /// Whether something new may begin.
    pub(crate) fn takes_more(&self) -> Result<(), HostError> {
        match self.workload.is_draining() {
            true => Err(HostError::ShutDown),
            false => self.is_up(),
        }
    }

    /// Lets nothing new begin, and ends when no handler is at work.
    pub(crate) async fn drain(&self) {
        self.workload.drain();
        // Workers hear that there is nothing for them.
        self.activities.wake();
        self.workload.is_idle().await;
    }

    /// Does nothing more: whoever waits hears of it.
    pub(crate) fn close(&self) {
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
    pub(crate) fn watch(&self, execution: ExecutionId) -> Arc<Notify> {
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
    pub(crate) fn fail(&self, error: StoreError) {
        if self.failure.get().is_none() {
            observe::store_failed(&error);
        }
        let _ = self.failure.set(error);
        self.close();
    }

    pub(crate) async fn find(&self, arn: &str) -> Result<Record, HostError> {
        //
        if arn.split(':').nth(5) == Some("express") {
            return Err(HostError::InvalidArn { arn: arn.to_owned() });
        }
        let wanted = arn.to_owned();
        let found = self.read(move |store| store.find(&wanted)).await?;
        found.ok_or_else(|| HostError::ExecutionDoesNotExist { arn: arn.to_owned() })
    }

    pub(crate) fn describe(&self, record: Record) -> Result<Description, HostError> {
        let problem = self.problems().get(&record.id).cloned();
        let reason = self.not_redrivable(&record);
        Ok(Description::of(record, reason, problem)?)
    }

    pub(crate) fn has_program(&self, definition: &Definition) -> bool {
        self.programs.contains_key(&(definition.name, definition.sha256))
    }

    pub(crate) fn program(&self, record: &Record) -> Option<Arc<dyn Program>> {
        let mut programs = self.programs.iter();
        let (_, program) = programs.find(|((name, sha256), _)| *name == record.machine && *sha256 == record.sha256)?;
        Some(program.clone())
    }

    /// Does something with an execution that runs, wherever it is.
    pub(crate) async fn reach(
        self: &Arc<Executor>,
        execution: ExecutionId,
        mut act: impl FnMut(&Arc<Life>) -> Completion,
    ) -> Result<Reached, HostError> {
        let moved = self.watch(execution);
        loop {
            self.is_up()?;
            let mut moved = std::pin::pin!(moved.notified());
            moved.as_mut().enable();
            let presence = self.present().get(execution);
            let Some(presence) = presence else {
                let record = self.read(move |store| store.get(execution)).await?;
                let Some(record) = record.filter(|record| record.end.is_none()) else {
                    return Ok(Reached::Gone);
                };
                if let Some(problem) = self.problems().get(&execution) {
                    let (arn, problem) = (record.arn, problem.clone());
                    return Err(HostError::Halted { arn, problem });
                }
                self.spawn(record, Origin::Store);
                continue;
            };
            let Presence::Is(life) = presence else {
                moved.await;
                continue;
            };
            match act(&life) {
                Completion::Written(written) => {
                    return match written.await {
                        Ok(Ok(_)) => Ok(Reached::Done),
                        Ok(Err(error)) => Err(self.refusal(error)),
                        Err(_) => Err(HostError::ShutDown),
                    };
                }
                Completion::Unknown => return Ok(Reached::Unknown),
                Completion::Closed => return Ok(Reached::Closed),
                Completion::NotYet => {
                    tokio::select! {
                        () = life.opened() => {}
                        () = moved => {}
                    }
                }
                Completion::Unloaded => moved.await,
            }
        }
    }

    /// Lets an execution go on, unless it is in memory.
    pub(crate) fn spawn(self: &Arc<Executor>, record: Record, origin: Origin) {
        let id = record.id;
        if self.problems().contains_key(&id) {
            return;
        }
        {
            let mut present = self.present();
            if !present.enter(&record) {
                return;
            }
            observe::in_memory(present.len());
        }
        let executor = self.clone();
        let mut closing = self.closing.subscribe();
        tokio::spawn(async move {
            let leaves = Leaves(&executor, &record);
            tokio::select! {
                biased;
                _ = closing.wait_for(|is_closing| *is_closing) => {}
                () = Span::of_execution(&record).around(executor.run(&record, origin)) => {}
            }
            drop(leaves);
        });
    }

    async fn run(self: &Arc<Executor>, record: &Record, origin: Origin) {
        let place = self.options.room.take(&record.machine).await;
        let run = AssertUnwindSafe(self.try_run(record, origin, place)).catch_unwind();
        let problem = match run.await {
            Ok(Ok(())) => return,
            Ok(Err(Halt::Mismatch(problem))) => problem,
            Ok(Err(Halt::Store(error))) => return self.fail(error),
            // What is written of it is whole: its next life begins where this one did.
            Err(panic) => format!("a handler panicked: {}", text_of(&*panic)),
        };
        observe::halted(&record.machine, &problem);
        // Nothing more is written by whoever has found its life.
        let presence = self.present().get(record.id);
        if let Some(Presence::Is(life)) = presence {
            life.halt(problem.clone());
        }
        self.problems().insert(record.id, problem);
    }

    async fn try_run(self: &Arc<Executor>, record: &Record, origin: Origin, place: Place) -> Result<(), Halt> {
        let id = record.id;
        let written = match origin {
            Origin::New => Written::default(),
            Origin::Store => self.written(id).await?,
        };
        let Loaded { life, engine, program } = self.load(record, written, Purpose::Run)?;
        life.set_place(place);
        if origin == Origin::Store {
            // It rests no longer, whatever happens before it does again.
            self.storage.write(rests(id, Rest::No, Vec::new()), |_| {});
        }
        self.present().arrive(id, life.clone());
        self.moved(id);
        let input = serde_json::from_str(&record.input).map_err(|error| unreadable(&error))?;
        let mut body = program.run(&engine, input);
        match drive(&life, body.as_mut(), self.options.patience).await {
            Turn::Ended(result) => {
                let end = end(result, life.now());
                let (status, error) = (end.status, end.error.clone());
                let write = Write::End { execution: id, end };
                self.storage.written(write).await.map_err(Halt::Store)?;
                observe::ended(record, status, error.as_deref());
            }
            Turn::Rests(until) => {
                let rest = until.map_or(Rest::Outside, Rest::Until);
                self.storage
                    .written(rests(id, rest, life.queued()))
                    .await
                    .map_err(Halt::Store)?;
                observe::rested(record);
                self.rested.notify_one();
            }
            // Only a replay has an end without one.
            Turn::Replayed => {}
            Turn::Halted(halt) => return Err(halt),
        }
        Ok(())
    }
}

/// An execution that is about to leave memory.
pub(crate) struct Leaves<'s>(pub(crate) &'s Executor, pub(crate) &'s Record);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        let (is_empty, is_wanted) = {
            let mut present = self.0.present();
            let is_wanted = present.leave(self.1);
            observe::in_memory(present.len());
            (present.len() == 0, is_wanted)
        };
        if is_wanted {
            self.0.rested.notify_one();
        }
        if is_empty {
            self.0.emptied.notify_waiters();
        }
        self.0.moved(self.1.id);
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it does not say why")
}

fn rests(execution: ExecutionId, rest: Rest, queued: Vec<QueuedTask>) -> Write {
    Write::Rest {
        execution,
        rest,
        queued,
    }
}

/// How an execution ended.
pub(crate) fn end(result: Result<Value, Error>, stop_date: DateTime<Utc>) -> End {
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
