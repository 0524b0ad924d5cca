//! The store of a host: takes what all executions have to write, and commits it in groups; reads for whoever asks.

use crate::observe;
use crate::store::{Store, StoreError, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// How many jobs are done in one turn at most, and so how many writes go into one commit.
const GROUP: usize = 1024;

/// Hears of a write: whether it took effect, or why it could not be written.
type Heard = Box<dyn FnOnce(Result<bool, StoreError>) + Send>;

/// Reads the store, or hears why it cannot be read.
type Reader = Box<dyn FnOnce(Result<&mut dyn Store, StoreError>) + Send>;

enum Job {
    Write(Write, Heard),
    Read(Reader),
    /// Lets go of the store, when all before this is done.
    Close(oneshot::Sender<()>),
}

/// The way to the store. What is given to it first is written first, and nothing is written after what could not be.
#[derive(Clone)]
pub(crate) struct Storage {
    jobs: UnboundedSender<Job>,
}

impl Storage {
    /// The way to this store, which is let go of when nobody can ask for anything any more.
    pub(crate) fn new(store: Box<dyn Store>) -> Storage {
        let (jobs, queue) = unbounded_channel();
        let clerk = Clerk {
            store: Some(store),
            queue,
            failure: None,
        };
        tokio::spawn(clerk.serve());
        Storage { jobs }
    }

    fn give(&self, job: Job) {
        // Where nobody takes it any more the runtime is going down: whoever waits to hear of it hears that nobody tells.
        let _ = self.jobs.send(job);
    }

    /// Has this written; `heard` is told when it is.
    pub(crate) fn write(&self, write: Write, heard: impl FnOnce(Result<bool, StoreError>) + Send + 'static) {
        self.give(Job::Write(write, Box::new(heard)));
    }

    /// Has this written, and waits until it is.
    pub(crate) async fn written(&self, write: Write) -> Result<bool, StoreError> {
        self.written_and(write, |_| {}).await
    }

    /// The same; `heard` is told first, also where nobody waits any more.
    pub(crate) async fn written_and(
        &self,
        write: Write,
        heard: impl FnOnce(&Result<bool, StoreError>) + Send + 'static,
    ) -> Result<bool, StoreError> {
        let (told, answer) = oneshot::channel();
        self.write(write, |result| {
            heard(&result);
            _ = told.send(result);
        });
        answer.await.unwrap_or_else(|_| Err(shut_down()))
    }

    /// Reads the store. What was given to be written before is written.
    pub(crate) async fn read<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (told, answer) = oneshot::channel();
        let reader = |store: Result<&mut dyn Store, StoreError>| {
            let read = catch_unwind(AssertUnwindSafe(|| store.and_then(work)));
            _ = told.send(read.unwrap_or_else(|_| Err(panicked())));
        };
        self.give(Job::Read(Box::new(reader)));
        answer.await.unwrap_or_else(|_| Err(shut_down()))
    }

    /// Lets go of the store, when all is done that was asked for before.
    pub(crate) async fn close(&self) {
        let (told, heard) = oneshot::channel();
        self.give(Job::Close(told));
        // Where nobody serves any more it is closed.
        let _ = heard.await;
    }
}

fn shut_down() -> StoreError {
    StoreError::new("the host is shut down")
}

fn panicked() -> StoreError {
    StoreError::new("the store panicked")
}

/// Does the jobs, on a thread for work that blocks where the store [blocks](Store::blocks).
struct Clerk {
    /// None when it is closed.
    store: Option<Box<dyn Store>>,
    queue: UnboundedReceiver<Job>,
    /// Why nothing is written any more, if that is so.
    failure: Option<StoreError>,
}

impl Clerk {
    async fn serve(mut self) {
        while let Some(job) = self.queue.recv().await {
            let blocks = self.store.as_ref().is_some_and(|store| store.blocks());
            if !blocks {
                self.work(job);
                continue;
            }
            let work = move || {
                self.work(job);
                self
            };
            match spawn_blocking(work).await {
                Ok(clerk) => self = clerk,
                // The runtime goes down.
                Err(_) => return,
            }
        }
    }

    /// Does this job and all that have come, until there are none: while one group is committed, the executions of the one
    /// before make the next.
    fn work(&mut self, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next {
            let mut jobs = vec![job];
            while jobs.len() < GROUP {
                match self.queue.try_recv() {
                    Ok(job) => jobs.push(job),
                    Err(_) => break,
                }
            }
            self.turn(jobs);
            next = self.queue.try_recv().ok();
        }
    }

    /// Writes first, then reads, then closes.
    fn turn(&mut self, jobs: Vec<Job>) {
        let (mut writes, mut heard, mut readers, mut closed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Write(write, to_tell) => {
                    writes.push(write);
                    heard.push(to_tell);
                }
                Job::Read(reader) => readers.push(reader),
                Job::Close(told) => closed.push(told),
            }
        }
        if !writes.is_empty() {
            match self.commit(&writes) {
                Ok(written) => {
                    let told = heard.into_iter().zip(written);
                    told.for_each(|(heard, written)| heard(Ok(written)));
                }
                Err(error) => {
                    heard.into_iter().for_each(|heard| heard(Err(error.clone())));
                    self.failure = Some(error);
                }
            }
        }
        for reader in readers {
            match self.store.as_mut() {
                Some(store) => reader(Ok(store.as_mut())),
                None => reader(Err(shut_down())),
            }
        }
        if !closed.is_empty() {
            self.store = None;
            closed.into_iter().for_each(|told| _ = told.send(()));
        }
    }

    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        let store = self.store.as_mut().ok_or_else(shut_down)?;
        let begun = Instant::now();
        // It may be in the middle of anything then, and is not asked to write again.
        let written = catch_unwind(AssertUnwindSafe(|| store.commit(writes))).unwrap_or_else(|_| Err(panicked()))?;
        observe::committed(writes.len(), begun.elapsed());
        match written.len() == writes.len() {
            true => Ok(written),
            false => Err(StoreError::new("the store has not answered for each write")),
        }
    }
}
