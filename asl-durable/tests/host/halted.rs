//! Executions that do not go on, and are stopped.

use crate::support::{Guide, host, input, journey, open, start_time, stroll};
use asl_durable::{Description, ExecutionStatus, Filter, Host, HostError, Kind, MemoryStore, Store};
use asl_runtime::{HistoryEvent, TaskContext, TaskError, Value, asl, json};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::sleep;

asl!(pub mod jump = {
    "StartAt": "Jump",
    "States": {
        "Jump": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:jump", "End": true }
    }
});

/// Panics when so much has been written to this store.
struct Jumper(MemoryStore, u64);

impl jump::Tasks for Jumper {
    async fn jump(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        while self.0.commits() < self.1 {
            yield_now().await;
        }
        panic!("too high")
    }
}

/// Starts an execution that halts.
async fn halt(host: &Host) -> String {
    let started = host.start::<stroll::Machine>("cliff", json!("panic")).await;
    let arn = started.expect("started").arn;
    is_halted(host.wait(&arn).await);
    arn
}

fn is_halted(ended: Result<Description, HostError>) {
    assert!(matches!(ended, Err(HostError::Halted { .. })), "{ended:?}");
}

async fn stop(host: &Host, arn: &str) -> Result<Description, HostError> {
    host.stop(arn, Some("Fog".into()), Some("it is foggy".into())).await
}

/// It is one that was stopped, like any other.
fn is_stopped(ended: &Description) {
    let told = (ended.error.as_deref(), ended.cause.as_deref(), ended.problem.as_deref());
    assert_eq!(ended.status, ExecutionStatus::Aborted, "{ended:?}");
    assert_eq!(told, (Some("Fog"), Some("it is foggy"), None));
    assert!(ended.stop_date.is_some() && ended.output.is_none());
}

fn types(history: &[HistoryEvent]) -> Vec<&str> {
    history.iter().map(|event| event.event_type).collect()
}

#[tokio::test(start_paused = true)]
async fn one_that_has_halted_can_be_stopped() {
    let store = MemoryStore::new();
    let builder = Host::builder().machine::<stroll::Machine, _>(Guide::default().into());
    let builder = builder.start_time(start_time()).retention(Duration::from_secs(36_000));
    let host = builder.open(store).await.expect("a host");
    let arn = halt(&host).await;
    sleep(Duration::from_secs(10)).await;
    let ended = stop(&host, &arn).await.expect("stopped");
    is_stopped(&ended);
    assert_eq!((ended.stop_date.expect("an end") - ended.start_date).num_seconds(), 10);
    assert_eq!(host.describe(&arn).await, Ok(ended.clone()));
    assert_eq!(host.wait(&arn).await, Ok(ended.clone()));
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(
        types(&history),
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "ExecutionAborted"
        ]
    );
    assert_eq!(history.last().map(|last| last.timestamp), ended.stop_date);
    let aborted = Filter {
        status: Some(ExecutionStatus::Aborted),
        ..Filter::default()
    };
    assert_eq!(host.list(aborted).await.expect("a page").executions, [ended]);
    sleep(Duration::from_secs(50_000)).await;
    let forgotten = host.describe(&arn).await;
    assert_eq!(forgotten, Err(HostError::ExecutionDoesNotExist { arn }));
}

/// The next host ends it, though it has just begun to call its handler again.
#[tokio::test(start_paused = true)]
async fn one_that_would_halt_again_can_be_stopped() {
    let store = MemoryStore::new();
    let (first, _) = open(&store).await;
    let arn = halt(&first).await;
    first.shut_down().await;
    let (second, _) = open(&store).await;
    is_stopped(&stop(&second, &arn).await.expect("stopped"));
}

/// A stop that is written counts, whatever becomes of the handler that was at work.
#[tokio::test(start_paused = true)]
async fn one_that_halts_while_it_is_stopped_ends() {
    let mut store = MemoryStore::new();
    let jumper = Jumper(store.clone(), 2);
    let builder = Host::builder().machine::<jump::Machine, _>(jumper.into());
    let host = builder.open(store.clone()).await.expect("a host");
    let arn = host.start::<jump::Machine>("n", json!({})).await.expect("started").arn;
    is_stopped(&stop(&host, &arn).await.expect("stopped"));
    let record = store.find(&arn).expect("readable").expect("an execution");
    let journal = store.journal(record.id).expect("a journal");
    assert_eq!(
        journal.iter().map(|entry| entry.kind).collect::<Vec<_>>(),
        [Kind::Ended]
    );
    assert_eq!(record.end.map(|end| end.stop_date), Some(journal[0].time));
}

#[tokio::test(start_paused = true)]
async fn it_is_stopped_once() {
    let mut store = MemoryStore::new();
    let (host, _) = open(&store).await;
    let arn = halt(&host).await;
    let ended = join_all((0..5).map(|_| stop(&host, &arn))).await;
    let first = ended[0].clone().expect("stopped");
    is_stopped(&first);
    assert!(ended.into_iter().all(|ended| ended == Ok(first.clone())));
    let record = store.find(&arn).expect("readable").expect("an execution");
    assert_eq!(store.journal(record.id).map(|journal| journal.len()), Ok(1));
}

/// It can be redriven then, and stopped again.
#[tokio::test(start_paused = true)]
async fn it_can_be_redriven() {
    let (host, _) = open(&MemoryStore::new()).await;
    let arn = halt(&host).await;
    stop(&host, &arn).await.expect("stopped");
    for _ in 0..2 {
        host.redrive(&arn).await.expect("redriven");
        is_halted(host.wait(&arn).await);
        is_stopped(&stop(&host, &arn).await.expect("stopped"));
    }
    let history = host.history(&arn).await.expect("a history");
    let ends = types(&history).into_iter().filter(|one| *one == "ExecutionAborted");
    assert_eq!(ends.count(), 3, "{:?}", types(&history));
}

/// What a host that fails has written of it, the next one goes by.
#[tokio::test(start_paused = true)]
async fn a_store_may_fail_meanwhile() {
    for is_written in [false, true] {
        let store = MemoryStore::new();
        let (first, _) = open(&store).await;
        let arn = halt(&first).await;
        store.fail_at(store.commits() + 1, is_written);
        match stop(&first, &arn).await {
            Ok(ended) if is_written => is_stopped(&ended),
            failed => assert!(matches!(failed, Err(HostError::Store(_))), "{failed:?}"),
        }
        first.shut_down().await;
        store.repair();
        let (second, _) = open(&store).await;
        let is_over = second.describe(&arn).await.expect("it is there").status == ExecutionStatus::Aborted;
        assert_eq!(is_over, is_written);
        is_stopped(&stop(&second, &arn).await.expect("stopped"));
    }
}

/// One whose definition is not registered ends too; a host that has it tells the history.
#[tokio::test(start_paused = true)]
async fn one_of_an_unknown_version_can_be_stopped() {
    for away in [0, 600] {
        let store = MemoryStore::new();
        let (first, guide) = open(&store).await;
        let started = first.start::<journey::Machine>("alps", input()).await;
        let arn = started.expect("started").arn;
        // It goes on at once, or it waits.
        sleep(Duration::from_secs(away)).await;
        first.shut_down().await;
        let without = Host::builder().start_time(start_time()).open(store.clone()).await;
        let without = without.expect("a host");
        let ended = stop(&without, &arn).await.expect("stopped");
        is_stopped(&ended);
        let refused = without.history(&arn).await.expect_err("no definition").to_string();
        assert!(refused.contains("the host has no machine `journey`"), "{refused}");
        without.shut_down().await;
        let again = host(&store, &guide).await;
        let history = again.history(&arn).await.expect("a history");
        let last = history.last().map(|last| (last.event_type, Some(last.timestamp)));
        assert_eq!(last, Some(("ExecutionAborted", ended.stop_date)));
    }
}
