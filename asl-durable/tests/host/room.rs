//! How many executions are in memory at a time.

use crate::support::start_time;
use asl_durable::{Builder, Host, MemoryStore, start_execution};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

asl!(pub mod busy = {
    "StartAt": "Work",
    "States": {
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "Next": "Sleep" },
        "Sleep": { "Type": "Wait", "Seconds": 100, "Next": "Again" },
        "Again": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
    }
});

asl!(pub mod parent = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Run",
                "States": {
                    "Run": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::states:startExecution.sync:2",
                        "Parameters": {
                            "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:nap",
                            "Input.$": "$"
                        },
                        "OutputPath": "$.Output",
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

asl!(pub mod nap = {
    "StartAt": "Nap",
    "States": { "Nap": { "Type": "Wait", "SecondsPath": "$", "End": true } }
});

/// Counts who works at the same time.
#[derive(Default)]
struct Shop {
    working: AtomicUsize,
    most: AtomicUsize,
}

impl busy::Tasks for Shop {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let working = self.working.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(working, Ordering::Relaxed);
        sleep(Duration::from_secs(10)).await;
        self.working.fetch_sub(1, Ordering::Relaxed);
        Ok(input)
    }
}

impl nap::Tasks for Shop {}

impl parent::Tasks for Shop {
    async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution(cx, input).await
    }
}

/// The most that worked at the same time, and the seconds until all of eight were done.
async fn run(bound: impl FnOnce(Builder) -> Builder) -> (usize, u64) {
    let shop = Arc::<Shop>::default();
    let builder = Host::builder().machine::<busy::Machine, _>(shop.clone());
    let host = bound(builder.start_time(start_time()));
    let host = host.open(MemoryStore::new()).await.expect("a host");
    let before = Instant::now();
    let mut started = Vec::new();
    for number in 0..8 {
        let name = format!("n{number}");
        started.push(
            host.start::<busy::Machine>(&name, json!(number))
                .await
                .expect("started"),
        );
    }
    for (number, one) in started.iter().enumerate() {
        let ended = host.wait(&one.arn).await.expect("ended");
        assert_eq!(ended.output, Some(json!(number)));
    }
    (shop.most.load(Ordering::Relaxed), before.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn no_more_executions_than_there_is_room_for() {
    assert_eq!(run(|host| host).await, (8, 120));
    // Those that sleep take no room. Four turns of two, each with a second before it leaves memory; then four again.
    let (most, seconds) = run(|host| host.max_concurrency(2)).await;
    assert!(most == 2 && (140..160).contains(&seconds), "{most} {seconds}");
    let bounds = |host: Builder| host.max_concurrency(5).max_concurrency_of::<busy::Machine>(3);
    assert_eq!(run(bounds).await.0, 3);
    let bounds = |host: Builder| host.max_concurrency(1).max_concurrency_of::<busy::Machine>(3);
    assert_eq!(run(bounds).await.0, 1);
}

/// One place is enough for an execution that waits for others, however many, and for those.
#[tokio::test(start_paused = true)]
async fn who_waits_for_others_takes_no_room() {
    let shop = Arc::<Shop>::default();
    let builder = Host::builder()
        .machine::<parent::Machine, _>(shop.clone())
        .machine::<nap::Machine, _>(shop.clone());
    let host = builder.start_time(start_time()).max_concurrency(1);
    let host = host.open(MemoryStore::new()).await.expect("a host");
    let started = host
        .start::<parent::Machine>("p", json!([5, 500, 5, 50]))
        .await
        .expect("started");
    let ended = timeout(Duration::from_secs(1000), host.wait(&started.arn)).await;
    let ended = ended.expect("there is room").expect("ended");
    assert_eq!(ended.output, Some(json!([5, 500, 5, 50])));
}
