//! Writes what all executions have to write, in groups.

use crate::observe;
use crate::store::{Store, StoreError, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;

/// How many writes go into one commit at most.
const GROUP: usize = 1024;

/// A store that is read and written in turn, until it is closed.
pub(crate) type SharedStore = Arc<Mutex<Option<Box<dyn Store>>>>;

/// Hears of a write: whether it took effect, or why it could not be written.
type Heard = Box<dyn FnOnce(Result<bool, StoreError>) + Send>;

struct Job {
    /// Nothing, where it only has to be its turn.
    write: Option<Write>,
    heard: Heard,
}

/// Takes what is to be written. What is given to it first is written first, and nothing is written after what could not
/// be.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
}

impl Writer {
    /// One for this store. It ends when nobody can give it anything any more.
    pub(crate) fn spawn(store: SharedStore) -> Writer {
        let (jobs, queue) = mpsc::unbounded_channel();
        tokio::spawn(write_all(store, queue));
        Writer { jobs }
    }

    /// Has this written; `heard` is told when it is.
    pub(crate) fn write(&self, write: Write, heard: impl FnOnce(Result<bool, StoreError>) + Send + 'static) {
        self.give(Some(write), Box::new(heard));
    }

    fn give(&self, write: Option<Write>, heard: Heard) {
        // Where nobody takes it any more the runtime is going down: whoever waits to hear of it hears that nobody tells.
        let _ = self.jobs.send(Job { write, heard });
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

    /// Waits until all is written that was given to it so far.
    pub(crate) async fn flushed(&self) {
        let (told, heard) = oneshot::channel();
        self.give(None, Box::new(|_| _ = told.send(())));
        // Where it has ended there is nothing left.
        let _ = heard.await;
    }
}

fn shut_down() -> StoreError {
    StoreError::new("the host is shut down")
}

async fn write_all(store: SharedStore, mut queue: mpsc::UnboundedReceiver<Job>) {
    let mut failed = None;
    let mut group = Vec::new();
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let (mut writes, mut heard) = (Vec::new(), Vec::new());
        for job in group.drain(..) {
            heard.push((job.write.is_some(), job.heard));
            writes.extend(job.write);
        }
        let result = match &failed {
            Some(error) => Err(StoreError::clone(error)),
            None if writes.is_empty() => Ok(Vec::new()),
            None => {
                let (begun, count) = (Instant::now(), writes.len());
                let result = with(&store, move |store| store.commit(&writes)).await;
                observe::committed(count, begun.elapsed());
                result
            }
        };
        match result {
            Ok(written) => {
                let mut written = written.into_iter();
                for (is_write, heard) in heard {
                    heard(Ok(is_write && written.next().unwrap_or_default()));
                }
            }
            Err(error) => {
                for (_, heard) in heard {
                    heard(Err(error.clone()));
                }
                failed = Some(error);
            }
        }
    }
}

/// Uses the store where it may block.
pub(crate) async fn with<R: Send + 'static>(
    store: &SharedStore,
    work: impl FnOnce(&mut dyn Store) -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    let store = store.clone();
    let work = move || {
        // A store that panicked has its transaction rolled back.
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        match store.as_mut() {
            Some(store) => work(store.as_mut()),
            None => Err(shut_down()),
        }
    };
    spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::new(error.to_string())))
}

/// Closes the store.
pub(crate) fn close(store: &SharedStore) {
    store.lock().unwrap_or_else(PoisonError::into_inner).take();
}
