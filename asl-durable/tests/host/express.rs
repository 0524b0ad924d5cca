//! Express executions on a host.

use crate::support::{Guide, hello, host as host_of_others, journey, start_time};
use asl_durable::{ExecutionStatus, Filter, Host, HostError, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod quick = {
    "StartAt": "Work",
    "States": {
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
    }
}, type: Express);

/// Takes as many seconds as it is told, and fails where that is none.
#[derive(Default)]
struct Clerk(AtomicUsize);

impl quick::Tasks for Clerk {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let seconds = input.as_u64().ok_or_else(|| TaskError::new("NaN", "not a number"))?;
        sleep(Duration::from_secs(seconds)).await;
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(json!("done"))
    }
}

async fn open(clerk: &Arc<Clerk>) -> Host {
    let host = Host::builder().machine::<quick::Machine, _>(clerk.clone());
    host.start_time(start_time())
        .open(MemoryStore::new())
        .await
        .expect("a host")
}

///
#[tokio::test(start_paused = true)]
async fn one_may_wait_for_its_end() {
    let host = open(&Arc::default()).await;
    let done = host
        .start_sync::<quick::Machine>("n", json!(3))
        .await
        .expect("an answer");
    assert_eq!(
        (done.status, done.output),
        (ExecutionStatus::Succeeded, Some(json!("done")))
    );
    let start = "arn:aws:states:us-east-1:000000000000:express:quick:n:";
    assert!(done.arn.starts_with(start), "{}", done.arn);
    assert_eq!((done.stop_date.expect("an end") - done.start_date).num_seconds(), 3);
    let failed = host
        .start_sync::<quick::Machine>("n", json!("x"))
        .await
        .expect("an answer");
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(
        (failed.error.as_deref(), failed.cause.as_deref()),
        (Some("NaN"), Some("not a number"))
    );
    let late = host
        .start_sync::<quick::Machine>("n", json!(301))
        .await
        .expect("an answer");
    assert_eq!((late.status, late.error), (ExecutionStatus::TimedOut, None));
    assert_eq!((late.stop_date.expect("an end") - late.start_date).num_seconds(), 300);
}

///
#[tokio::test(start_paused = true)]
async fn one_may_be_left_alone() {
    let clerk = Arc::<Clerk>::default();
    let host = open(&clerk).await;
    let first = host.start::<quick::Machine>("n", json!(3)).await.expect("started");
    let second = host.start::<quick::Machine>("n", json!(3)).await.expect("started");
    assert_ne!(first.arn, second.arn);
    let invalid = |arn: String| HostError::InvalidArn { arn };
    assert_eq!(host.describe(&first.arn).await, Err(invalid(first.arn.clone())));
    assert_eq!(host.stop(&first.arn, None, None).await, Err(invalid(first.arn.clone())));
    assert_eq!(host.history(&first.arn).await, Err(invalid(first.arn.clone())));
    assert_eq!(host.list(Filter::default()).await.expect("a page").executions, []);
    sleep(Duration::from_secs(4)).await;
    assert_eq!(clerk.0.load(Ordering::Relaxed), 2);
    host.start::<quick::Machine>("n", json!(3)).await.expect("started");
    host.shut_down().await;
    sleep(Duration::from_secs(4)).await;
    assert_eq!(clerk.0.load(Ordering::Relaxed), 2, "the host is shut down");
    let answer = host.start_sync::<quick::Machine>("n", json!(3)).await;
    assert_eq!(answer, Err(HostError::ShutDown));
}

///
#[tokio::test(start_paused = true)]
async fn who_gives_no_name_gets_a_uuid() {
    let host = open(&Arc::default()).await;
    let ended = host
        .start_sync_unnamed::<quick::Machine>(json!(3))
        .await
        .expect("ended");
    assert!(uuid::Uuid::parse_str(&ended.name).is_ok(), "{ended:?}");
}

///
#[tokio::test(start_paused = true)]
async fn what_is_refused() {
    let host = open(&Arc::default()).await;
    let machine = "hello".to_owned();
    let answer = host.start_sync::<hello::Machine>("n", json!(3)).await;
    assert_eq!(answer, Err(HostError::StateMachineTypeNotSupported { machine }));
    let quick = Filter {
        machine: Some("quick".to_owned()),
        ..Filter::default()
    };
    let machine = "quick".to_owned();
    assert_eq!(
        host.list(quick).await,
        Err(HostError::StateMachineTypeNotSupported { machine })
    );
    let name = "a b".to_owned();
    let answer = host.start_sync::<quick::Machine>(&name, json!(3)).await;
    assert_eq!(answer, Err(HostError::InvalidName { name }));
    let other = host_of_others(&MemoryStore::new(), &Guide::default()).await;
    assert!(other.start::<journey::Machine>("n", json!({})).await.is_ok());
    let answer = other.start_sync::<quick::Machine>("n", json!(3)).await;
    assert!(matches!(answer, Err(HostError::StateMachineDoesNotExist { machine, .. }) if machine == "quick"));
}
