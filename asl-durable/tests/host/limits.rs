//! Limits of time and size, and the children of a distributed Map.

use crate::support::start_time;
use asl_durable::{Builder, Description, ExecutionId, ExecutionStatus, Host, HostError, MemoryStore, Store};
use asl_runtime::{Machine, Quotas, TaskContext, TaskError, Value, asl, json};
use chrono::TimeDelta;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

asl!(pub mod patient = {
    "StartAt": "Ask",
    "TimeoutSeconds": 100,
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "QueueUrl": "https://queue.example/questions", "MessageBody": { "token.$": "$$.Task.Token" } },
            "End": true
        }
    }
});

asl!(pub mod pulse = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "HeartbeatSeconds": 10,
            "Parameters": { "QueueUrl": "https://queue.example/questions", "MessageBody": { "token.$": "$$.Task.Token" } },
            "End": true
        }
    }
});

asl!(pub mod endless = {
    "StartAt": "Round",
    "States": {
        "Round": { "Type": "Pass", "Next": "Again?" },
        "Again?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.enough", "IsPresent": true, "Next": "Over" }],
            "Default": "Round"
        },
        "Over": { "Type": "Succeed" }
    }
});

asl!(pub mod many = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "MaxConcurrency": 2,
            "ToleratedFailureCount": 1,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "Next": "Rest"
                    },
                    "Rest": { "Type": "Wait", "Seconds": 60, "End": true }
                }
            },
            "End": true
        }
    }
});

/// Tells the token of its task, and does the work of an item.
#[derive(Default)]
struct Desk {
    token: watch::Sender<Option<String>>,
    worked: Mutex<Vec<Value>>,
}

impl Desk {
    fn asked(&self, message: &Value) -> Value {
        self.token
            .send_replace(message["MessageBody"]["token"].as_str().map(str::to_owned));
        json!({})
    }
}

impl patient::Tasks for Desk {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        _: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        Ok(self.asked(&message))
    }
}

impl pulse::Tasks for Desk {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        _: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        Ok(self.asked(&message))
    }
}

impl endless::Tasks for Desk {}

impl many::Tasks for Desk {
    async fn work(&self, cx: &TaskContext<'_>, item: Value) -> Result<Value, TaskError> {
        self.worked
            .lock()
            .expect("no panic")
            .push(json!([item, cx.execution_name()]));
        match item == 2 {
            true => Err(TaskError::new("Odd", "it is")),
            false => Ok(item),
        }
    }
}

fn builder() -> (Builder, std::sync::Arc<Desk>) {
    let desk = std::sync::Arc::new(Desk::default());
    let builder = Host::builder()
        .machine::<patient::Machine, _>(desk.clone())
        .machine::<pulse::Machine, _>(desk.clone())
        .machine::<endless::Machine, _>(desk.clone())
        .machine::<many::Machine, _>(desk.clone());
    (builder.start_time(start_time()), desk)
}

fn seconds(ended: &Description) -> i64 {
    (ended.stop_date.expect("it has ended") - ended.start_date).num_seconds()
}

/// X-7, TO-7
#[tokio::test(start_paused = true)]
async fn a_machine_has_its_time_whatever_it_waits_for() {
    let mut store = MemoryStore::new();
    let host = builder().0.open(store.clone()).await.expect("a host");
    let arn = host
        .start::<patient::Machine>("n", json!({}))
        .await
        .expect("started")
        .arn;
    sleep(Duration::from_secs(30)).await;
    // It has left memory, and is due when its time is over.
    assert!(store.next_due(start_time()).expect("a store").is_some());
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!((ended.status, seconds(&ended)), (ExecutionStatus::TimedOut, 100));
    assert_eq!((ended.error, ended.cause), (None, None));
    let history = host.history(&arn).await.expect("a history");
    let last = history.last().expect("an event");
    assert_eq!((last.event_type, last.previous_id), ("ExecutionTimedOut", 0));
}

/// characters are counted, not bytes.
#[tokio::test(start_paused = true)]
async fn errors_that_are_reported_have_their_longest() {
    let long = |length: usize| Some("ä".repeat(length));
    let (member, max) = ("error", 256);
    let error = Err(HostError::TooLong { member, max });
    let (member, max) = ("cause", 32_768);
    let cause = Err(HostError::TooLong { member, max });
    for quotas in [Quotas::Service, Quotas::Unlimited] {
        let (builder, desk) = builder();
        let host = builder.quotas(quotas).open(MemoryStore::new()).await.expect("a host");
        let start = async |name: &str| {
            host.start::<pulse::Machine>(name, json!({}))
                .await
                .expect("started")
                .arn
        };
        let failed = start("failed").await;
        let mut token = desk.token.subscribe();
        let token = token.wait_for(Option::is_some).await.expect("a token").clone();
        let token = token.expect("a token");
        let stopped = start("stopped").await;
        let extra = match quotas {
            Quotas::Service => {
                let told = [
                    host.send_task_failure(&token, long(257), None).await,
                    host.send_task_failure(&token, None, long(32_769)).await,
                ];
                assert_eq!(told, [error.clone(), cause.clone()]);
                let told = [
                    host.stop(&stopped, long(257), None).await.map(drop),
                    host.stop(&stopped, None, long(32_769)).await.map(drop),
                ];
                assert_eq!(told, [error.clone(), cause.clone()]);
                0
            }
            _ => 1,
        };
        // None of that has ended anything.
        let (error, cause) = (long(256 + extra), long(32_768 + extra));
        assert_eq!(
            host.send_task_failure(&token, error.clone(), cause.clone()).await,
            Ok(())
        );
        let failed = host.wait(&failed).await.expect("ended");
        assert_eq!((&failed.error, &failed.cause), (&error, &cause));
        let stopped = host
            .stop(&stopped, error.clone(), cause.clone())
            .await
            .expect("stopped");
        assert_eq!((&stopped.error, &stopped.cause), (&error, &cause));
    }
}

/// TO-3
#[tokio::test(start_paused = true)]
async fn a_task_with_a_heartbeat_leaves_memory_too() {
    let mut store = MemoryStore::new();
    let (builder, desk) = builder();
    let host = builder
        .quotas(Quotas::Unlimited)
        .open(store.clone())
        .await
        .expect("a host");
    let arn = host.start::<pulse::Machine>("n", json!({})).await.expect("started").arn;
    let mut token = desk.token.subscribe();
    let token = token
        .wait_for(Option::is_some)
        .await
        .expect("a token")
        .clone()
        .expect("a token");
    for beat in 1..=3 {
        sleep(Duration::from_secs(7)).await;
        host.send_task_heartbeat(&token).await.expect("it is open");
        // It is due when it has been silent for ten seconds.
        sleep(Duration::from_secs(2)).await;
        let due = start_time() + TimeDelta::seconds(beat * 9 - 2 + 10);
        assert_eq!(store.next_due(start_time()), Ok(Some(due)));
    }
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("States.Timeout"))
    );
    assert_eq!(seconds(&ended), 25 + 10);
}

/// X-16, EV-61
#[tokio::test(start_paused = true)]
async fn a_history_has_its_longest() {
    let host = builder().0.open(MemoryStore::new()).await.expect("a host");
    let arn = host
        .start::<endless::Machine>("n", json!({}))
        .await
        .expect("started")
        .arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("States.Runtime"))
    );
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(history.len(), 25_000);
    assert_eq!(history.last().map(|event| event.event_type), Some("ExecutionFailed"));
}

/// The items of a distributed Map are executions of their own in one journal: they go on like everything else.
#[tokio::test(start_paused = true)]
async fn a_distributed_map_goes_on_in_the_next_life() {
    let store = MemoryStore::new();
    let (first, desk) = builder();
    let first = first.open(store.clone()).await.expect("a host");
    let arn = first
        .start::<many::Machine>("n", json!([1, 2, 3]))
        .await
        .expect("started")
        .arn;
    sleep(Duration::from_secs(90)).await;
    first.shut_down().await;
    let worked = desk.worked.lock().expect("no panic").clone();
    assert_eq!(worked.iter().map(|one| &one[0]).collect::<Vec<_>>(), [1, 2, 3]);
    let (second, desk) = builder();
    let second = second.open(store).await.expect("a host");
    let ended = second.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    let in_memory = many::run(&Desk::default(), json!([1, 2, 3])).await.expect("an output");
    assert_eq!(ended.output, Some(in_memory));
    // Nothing that had ended was called again.
    assert!(desk.worked.lock().expect("no panic").is_empty());
    let names: std::collections::HashSet<_> = worked.iter().map(|one| one[1].to_string()).collect();
    assert_eq!(names.len(), 3);
}

asl!(pub mod short = {
    "StartAt": "Work",
    "States": {
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
    }
});

asl!(pub mod long = {
    "StartAt": "Begin",
    "States": {
        "Begin": { "Type": "Pass", "Parameters": { "round": 0 }, "Next": "Round" },
        "Round": { "Type": "Pass", "Parameters": { "round.$": "States.MathAdd($.round, 1)" }, "Next": "Enough?" },
        "Enough?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.round", "NumericLessThan": 100, "Next": "Round" }],
            "Default": "Work"
        },
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "Next": "End" },
        "End": { "Type": "Pass", "End": true }
    }
});

impl short::Tasks for Desk {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

impl long::Tasks for Desk {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

/// States that do no work cost nothing: two hundred of them around a task, and the task alone.
#[tokio::test(start_paused = true)]
async fn only_work_is_written() {
    async fn costs<M: Machine>() -> (u64, usize) {
        let store = MemoryStore::new();
        let desk = std::sync::Arc::<Desk>::default();
        let host = Host::builder()
            .machine::<short::Machine, _>(desk.clone())
            .machine::<long::Machine, _>(desk);
        let host = host.start_time(start_time()).open(store.clone()).await.expect("a host");
        let arn = host.start::<M>("n", json!({})).await.expect("started").arn;
        let ended = host.wait(&arn).await.expect("ended");
        assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
        let journal = store.clone().journal(ExecutionId(1)).expect("a journal");
        (store.commits(), journal.len())
    }
    let short = costs::<short::Machine>().await;
    // Its start, the result of the task, its end.
    assert_eq!(short, (3, 1));
    assert_eq!(costs::<long::Machine>().await, short);
}
