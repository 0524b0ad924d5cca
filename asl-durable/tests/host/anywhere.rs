//! A host that can go on no further, anywhere in a machine with every kind of operation: that is no error of the machine,
//! which has a Catcher of `States.ALL` at each of them.

use crate::everything::{Diary, World, builder, everything, input, run, start_time};
use asl_durable::{
    Entry, ExecutionId, ExecutionStatus, Filter, HostError, MemoryStore, QueuedTask, Record, Store, StoreError,
    StoredActivity, Write,
};
use asl_runtime::{TaskContext, Untyped, Value};
use chrono::{DateTime, Utc};
use std::cmp::Ordering::{Equal, Greater, Less};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const ARN: &str = "arn:aws:states:us-east-1:000000000000:execution:everything:all";

/// Panics at one of its calls.
struct Book {
    calls: AtomicUsize,
    panics_at: usize,
}

/// A world that outlives its hosts.
fn world(panics_at: usize) -> Arc<Untyped<World<Book>>> {
    let calls = AtomicUsize::new(0);
    World::new(Book { calls, panics_at }, Vec::new())
}

fn quiet_world() -> Arc<Untyped<World<Book>>> {
    world(usize::MAX)
}

impl Diary for Book {
    fn called(&self, _: &str, _: &str, _: &TaskContext<'_>) {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        assert_ne!(call, self.panics_at, "it was asked to");
    }

    fn asked(&self, _: &str) {}
}

/// How a store fails.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// At a call, to read or to write.
    Call,
    /// When it has written, which it does not say.
    Late,
    /// Where it is to write.
    Panic,
}

/// A store that fails at one of the calls that may fail so, and at all after that.
struct Failing {
    store: MemoryStore,
    calls: usize,
    fails_at: usize,
    fault: Fault,
    /// Whether it was to write something then.
    was_write: bool,
    /// How often it was to write after that: not at all.
    written_after: Arc<AtomicUsize>,
}

impl Failing {
    fn call<R>(
        &mut self,
        is_write: bool,
        work: impl FnOnce(&mut MemoryStore) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let may_fail = is_write || matches!(self.fault, Fault::Call);
        self.calls += usize::from(may_fail);
        match self.calls.cmp(&self.fails_at) {
            Less => return work(&mut self.store),
            Equal if may_fail => {
                self.was_write = is_write;
                match self.fault {
                    Fault::Call => {}
                    Fault::Late => _ = work(&mut self.store)?,
                    Fault::Panic => panic!("it was asked to"),
                }
            }
            Equal | Greater => {
                let is_late = usize::from(is_write && self.was_write);
                self.written_after.fetch_add(is_late, Ordering::Relaxed);
            }
        }
        Err(StoreError::new("it fails"))
    }
}

impl Store for Failing {
    fn blocks(&self) -> bool {
        false
    }

    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        self.call(true, |store| store.commit(writes))
    }

    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError> {
        self.call(false, |store| store.find(arn))
    }

    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError> {
        self.call(false, |store| store.get(execution))
    }

    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError> {
        self.call(false, |store| store.journal(execution))
    }

    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        self.call(false, |store| store.due(now, after, limit))
    }

    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.call(false, |store| store.next_due(after))
    }

    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError> {
        self.call(false, |store| store.list(filter))
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        self.call(false, |store| store.activities())
    }

    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError> {
        self.call(false, |store| store.queued())
    }

    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.call(false, |store| store.heartbeats(execution))
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        self.call(false, |store| store.last())
    }
}

/// What a host makes of the execution: how it ends, and its output.
async fn live(store: impl Store, world: &Arc<Untyped<World<Book>>>) -> Result<(ExecutionStatus, Value), HostError> {
    let begun = Instant::now();
    let host = builder(world).start_time(start_time()).open(store).await?;
    let ended = async {
        let status = run(&host, &world.0, "all", false, 0).await?;
        let mut output = host.describe(ARN).await?.output.unwrap_or_default();
        // It follows from the seed.
        output["drawn"].take();
        Ok((status, output))
    };
    let ended = ended.await;
    // It takes two hours. Whoever waits hears of a fault at once, or when the next thing is to be done.
    assert!(
        begun.elapsed() < Duration::from_secs(30_000),
        "{ended:?} after {:?}",
        begun.elapsed()
    );
    if let Err(error @ HostError::Store(_)) = &ended {
        // It takes no more work, and says why.
        let refused = host.start::<everything::Machine>("more", input(false)).await;
        assert!(matches!(refused, Err(HostError::Store(_))), "{refused:?} after {error}");
    }
    host.shut_down().await;
    ended
}

/// The output of an execution that nothing happened to.
async fn undisturbed() -> Value {
    let (status, output) = live(MemoryStore::new(), &quiet_world()).await.expect("an end");
    assert_eq!(status, ExecutionStatus::Succeeded);
    output
}

/// The next host comes to the same end: no Catcher has seen anything.
async fn goes_on(store: MemoryStore, world: &Arc<Untyped<World<Book>>>, wanted: &Value, context: &str) {
    let ended = live(store, world).await;
    assert_eq!(ended, Ok((ExecutionStatus::Succeeded, wanted.clone())), "{context}");
}

async fn fail_at_each_call(fault: Fault) {
    let wanted = undisturbed().await;
    for fails_at in 1.. {
        let context = format!("{fault:?} at call {fails_at}");
        let store = MemoryStore::new();
        let written_after = Arc::<AtomicUsize>::default();
        let failing = Failing {
            store: store.clone(),
            calls: 0,
            fails_at,
            fault,
            was_write: false,
            written_after: written_after.clone(),
        };
        let world = quiet_world();
        match live(failing, &world).await {
            Ok((_, output)) => {
                assert!(output == wanted && fails_at > 50, "{context}: {output}");
                return;
            }
            Err(HostError::Store(_)) => {}
            Err(error) => panic!("{context}: {error}"),
        }
        // Nothing is written after what could not be.
        let written_after = written_after.load(Ordering::Relaxed);
        assert_eq!(written_after, 0, "{context}: {written_after} more commits");
        goes_on(store, &world, &wanted, &context).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_no_error_of_the_machine() {
    fail_at_each_call(Fault::Call).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_too_late_is_none_either() {
    fail_at_each_call(Fault::Late).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_is_none_either() {
    fail_at_each_call(Fault::Panic).await;
}

/// A handler that panics halts its execution, whichever it is, and those that wait for it.
#[tokio::test(start_paused = true)]
async fn a_panic_is_no_error_of_the_machine() {
    let wanted = undisturbed().await;
    for panics_at in 1.. {
        let context = format!("a panic at call {panics_at}");
        let (store, world) = (MemoryStore::new(), world(panics_at));
        let ended = live(store.clone(), &world).await;
        if world.0.diary.calls.load(Ordering::Relaxed) < panics_at {
            assert_eq!(ended, Ok((ExecutionStatus::Succeeded, wanted)), "{context}");
            return;
        }
        let problem = match ended {
            Err(HostError::Halted { problem, .. }) => problem,
            other => panic!("{context}: {other:?}"),
        };
        assert!(problem.contains("a handler panicked"), "{context}: {problem}");
        goes_on(store, &world, &wanted, &context).await;
    }
}

/// An entry that the code does not ask for halts its execution, wherever it stands.
#[tokio::test(start_paused = true)]
async fn an_entry_of_other_code_is_no_error_of_the_machine() {
    let mut store = MemoryStore::new();
    live(store.clone(), &quiet_world()).await.expect("an end");
    let record = store.find(ARN).expect("readable").expect("an execution");
    let journal = store.journal(record.id).expect("a journal");
    for at in 0..journal.len() {
        let mut copy = MemoryStore::new();
        let record = Record {
            end: None,
            ..record.clone()
        };
        let execution = record.id;
        let mut writes = vec![Write::Start(Box::new(record))];
        let other = Entry {
            place: "Nowhere.0".to_owned(),
            ..journal[at].clone()
        };
        let entries = journal[..at].iter().cloned().chain([other]);
        writes.extend((0..).zip(entries).map(|(sequence, entry)| Write::Append {
            execution,
            sequence,
            entry,
        }));
        copy.commit(&writes).expect("written");
        let host = builder(&quiet_world())
            .start_time(start_time())
            .open(copy.clone())
            .await
            .expect("a host");
        let halted = host.wait(ARN).await;
        let Err(HostError::Halted { problem, .. }) = halted else {
            panic!("entry {at}: {halted:?}");
        };
        assert!(problem.contains("`Nowhere.0`"), "entry {at}: {problem}");
        assert_eq!(copy.journal(execution).map(|journal| journal.len()), Ok(at + 1));
        // It can be stopped all the same.
        let ended = host.stop(ARN, None, None).await;
        assert_eq!(
            ended.map(|ended| ended.status),
            Ok(ExecutionStatus::Aborted),
            "entry {at}"
        );
    }
}
