//! Executions that a task starts.

use crate::support::start_time;
use asl_durable::{Builder, ExecutionStatus, Filter, Host, HostError, MemoryStore, start_execution};
use asl_runtime::{Machine, TaskContext, TaskError, Value, asl, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod child = {
    "StartAt": "Sleep",
    "States": {
        "Sleep": { "Type": "Wait", "SecondsPath": "$.seconds", "Next": "Work" },
        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true }
    }
});

asl!(pub mod waiting = {
    "StartAt": "Run",
    "States": {
        "Run": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:The-Child:3",
                "Name.$": "$.name",
                "Input": { "seconds.$": "$.seconds", "fail.$": "$.fail" }
            },
            "TimeoutSeconds": 1000,
            "End": true
        }
    }
});

asl!(pub mod shaky = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Run",
                    "States": {
                        "Run": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::states:startExecution.sync:2",
                            "Parameters": {
                                "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:child",
                                "Name": "c",
                                "Input": { "seconds": 100, "fail": false }
                            },
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Shake",
                    "States": {
                        "Shake": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:shake",
                            "End": true
                        }
                    }
                }
            ],
            "End": true
        }
    }
});

asl!(pub mod starting = {
    "StartAt": "Run",
    "States": {
        "Run": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {
                "StateMachineArn.$": "$.machine",
                "Input": { "seconds": 5, "fail": false }
            },
            "End": true
        }
    }
});

/// Counts the work that children do.
#[derive(Default)]
struct Shop(Mutex<Vec<Value>>, AtomicUsize);

impl child::Tasks for Shop {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.0.lock().expect("work").push(input.clone());
        match input["fail"] == true {
            true => Err(TaskError::new("Broken", "as asked")),
            false => Ok(json!("made")),
        }
    }
}

impl waiting::Tasks for Shop {
    async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution(cx, input).await
    }
}

impl shaky::Tasks for Shop {
    async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution(cx, input).await
    }

    async fn shake(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        sleep(Duration::from_secs(10)).await;
        let calls = self.1.fetch_add(1, Ordering::Relaxed);
        assert!(calls > 0, "it was asked to");
        Ok(json!("steady"))
    }
}

impl starting::Tasks for Shop {
    async fn states_start_execution(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution(cx, input).await
    }
}

fn builder(shop: &Arc<Shop>) -> Builder {
    Host::builder()
        .machine::<child::Machine, _>(shop.clone())
        .machine::<waiting::Machine, _>(shop.clone())
        .machine::<starting::Machine, _>(shop.clone())
        .machine::<shaky::Machine, _>(shop.clone())
        .state_machine_name::<child::Machine>("The-Child")
        .start_time(start_time())
}

async fn open(store: &MemoryStore, shop: &Arc<Shop>) -> Host {
    builder(shop).open(store.clone()).await.expect("a host")
}

fn input(seconds: u64, fail: bool) -> Value {
    json!({ "name": "c", "seconds": seconds, "fail": fail })
}

const CHILD: &str = "arn:aws:states:us-east-1:000000000000:execution:child:c";

/// X-91, X-93
#[tokio::test(start_paused = true)]
async fn a_task_may_wait_for_an_execution() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    // There is room for one: who waits gives it away.
    let host = builder(&shop).max_concurrency(1).open(store).await.expect("a host");
    let parent = host
        .start::<waiting::Machine>("p", input(100, false))
        .await
        .expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    let child = host.describe(CHILD).await.expect("a child");
    let output = ended.output.expect("an output");
    let start = child.start_date.timestamp_millis();
    assert_eq!(
        output,
        json!({
            "ExecutionArn": CHILD,
            "Input": { "seconds": 100, "fail": false },
            "InputDetails": { "Included": true },
            "Name": "c",
            "Output": "made",
            "OutputDetails": { "Included": true },
            "StartDate": start,
            "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:The-Child:3",
            "Status": "SUCCEEDED",
            "StopDate": start + 100_000,
        })
    );
    let history = host.history(&parent.arn).await.expect("a history");
    let submitted = history.iter().find(|event| event.event_type == "TaskSubmitted");
    let details = submitted.and_then(|event| event.details.clone()).expect("details");
    assert_eq!(
        details.members["output"],
        json!({ "ExecutionArn": CHILD, "StartDate": start })
    );
    let events = host.history(CHILD).await.expect("a history of its own");
    assert_eq!(events.last().map(|event| event.event_type), Some("ExecutionSucceeded"));
}

/// X-94
#[tokio::test(start_paused = true)]
async fn what_fails_in_it_fails_the_task() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    let host = open(&store, &shop).await;
    let parent = host
        .start::<waiting::Machine>("p", input(1, true))
        .await
        .expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.TaskFailed"));
    let cause: Value = serde_json::from_str(&ended.cause.expect("a cause")).expect("JSON");
    let told = ["Status", "Error", "Cause"].map(|name| cause[name].as_str().expect("a text").to_owned());
    assert_eq!(told, ["FAILED", "Broken", "as asked"]);
}

/// The host dies at each commit: there is one child all the same, and its work is done once.
#[tokio::test(start_paused = true)]
async fn no_second_one_is_started_after_a_crash() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    let host = open(&store, &shop).await;
    let parent = host
        .start::<waiting::Machine>("p", input(100, false))
        .await
        .expect("started");
    let expected = host.wait(&parent.arn).await.expect("ended");
    for is_written in [false, true] {
        for commit in 1..store.commits() {
            let context = format!("commit {commit}, written: {is_written}");
            let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
            store.fail_at(commit, is_written);
            let first = open(&store, &shop).await;
            let started = first.start::<waiting::Machine>("p", input(100, false)).await;
            if started.is_ok() {
                let failed = first.wait(&parent.arn).await;
                // The end of the parent is among the last that is written.
                let is_over = is_written && failed.is_ok();
                assert!(
                    is_over || matches!(failed, Err(HostError::Store(_))),
                    "{context}: {failed:?}"
                );
            }
            first.shut_down().await;
            store.repair();
            let second = open(&store, &shop).await;
            let _ = second.start::<waiting::Machine>("p", input(100, false)).await;
            let ended = second.wait(&parent.arn).await.expect("ended");
            assert_eq!(ended.status, ExecutionStatus::Succeeded, "{context}: {ended:?}");
            let wanted = &expected.output.as_ref().expect("an output")["Output"];
            assert_eq!(ended.output.expect("an output")["Output"], *wanted, "{context}");
            let all = second.list(Filter::default()).await.expect("a page").executions;
            assert_eq!(all.len(), 2, "{context}");
            // Its last task may have been under way.
            assert!(shop.0.lock().expect("work").len() <= 2, "{context}");
        }
    }
}

/// A child that is waited for ends with who waits.
#[tokio::test(start_paused = true)]
async fn it_is_stopped_with_the_task() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    let host = open(&store, &shop).await;
    let parent = host
        .start::<waiting::Machine>("p", input(5000, false))
        .await
        .expect("started");
    sleep(Duration::from_secs(10)).await;
    host.stop(&parent.arn, None, None).await.expect("stopped");
    assert_eq!(host.wait(CHILD).await.expect("ended").status, ExecutionStatus::Aborted);
    // The same when the time of the task is over.
    let late = json!({ "name": "late", "seconds": 5000, "fail": false });
    let parent = host.start::<waiting::Machine>("q", late).await.expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.Timeout"));
    let child = host.wait(&CHILD.replace("child:c", "child:late")).await;
    assert_eq!(child.map(|child| child.status), Ok(ExecutionStatus::Aborted));
}

/// One whose parent is halted by a panic is not given up: the next host waits for it.
#[tokio::test(start_paused = true)]
async fn it_outlives_a_panic() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    let first = open(&store, &shop).await;
    let parent = first.start::<shaky::Machine>("p", json!({})).await.expect("started");
    let halted = first.wait(&parent.arn).await;
    assert!(matches!(halted, Err(HostError::Halted { .. })), "{halted:?}");
    assert_eq!(
        first.wait(CHILD).await.expect("ended").status,
        ExecutionStatus::Succeeded
    );
    first.shut_down().await;
    let second = open(&store, &shop).await;
    let ended = second.wait(&parent.arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
}

/// X-91, X-96
#[tokio::test(start_paused = true)]
async fn a_task_may_start_one_and_go_on() {
    let (store, shop) = (MemoryStore::new(), Arc::default());
    let host = open(&store, &shop).await;
    let machine = |name: &str| json!({ "machine": format!("arn:aws:states:us-east-1:1:stateMachine:{name}") });
    let parent = host
        .start::<starting::Machine>("p", machine("child"))
        .await
        .expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    let output = ended.output.expect("an output");
    let child = output["ExecutionArn"].as_str().expect("an ARN");
    assert_eq!(
        host.describe(child).await.expect("a child").status,
        ExecutionStatus::Running
    );
    let ended = host.wait(child).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    let parent = host
        .start::<starting::Machine>("q", machine("nobody"))
        .await
        .expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    assert_eq!(
        ended.error.as_deref(),
        Some("StepFunctions.StateMachineDoesNotExistException")
    );
    // Its name is taken.
    let taken = host
        .start::<child::Machine>("c", json!({ "seconds": 1 }))
        .await
        .expect("started");
    host.wait(&taken.arn).await.expect("ended");
    let parent = host
        .start::<waiting::Machine>("r", input(1, false))
        .await
        .expect("started");
    let ended = host.wait(&parent.arn).await.expect("ended");
    assert_eq!(
        ended.error.as_deref(),
        Some("StepFunctions.ExecutionAlreadyExistsException")
    );
}

mod former {
    use asl_runtime::asl;

    asl!(pub mod child = {
        "Comment": "As it was before.",
        "StartAt": "Sleep",
        "States": { "Sleep": { "Type": "Wait", "SecondsPath": "$.seconds", "End": true } }
    });
}

impl former::child::Tasks for Shop {}

/// Of several versions the one that was registered first is started by name; those of the others go on.
#[tokio::test(start_paused = true)]
async fn former_versions_are_not_started_by_name() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let before = Host::builder().machine::<former::child::Machine, _>(shop.clone());
    let before = before
        .start_time(start_time())
        .open(store.clone())
        .await
        .expect("a host");
    let started = before.start::<former::child::Machine>("old", json!({ "seconds": 9 }));
    let old = started.await.expect("started").arn;
    before.shut_down().await;
    let host = builder(&shop).machine::<former::child::Machine, _>(shop.clone());
    let host = host.open(store).await.expect("a host");
    let machine = json!({ "machine": "arn:aws:states:us-east-1:1:stateMachine:child" });
    let parent = host.start::<starting::Machine>("p", machine).await.expect("started");
    let output = host.wait(&parent.arn).await.expect("ended").output.expect("an output");
    let ended = host
        .wait(output["ExecutionArn"].as_str().expect("an ARN"))
        .await
        .expect("ended");
    assert_eq!(ended.sha256, child::Machine::DEFINITION.sha256);
    assert_eq!(ended.output, Some(json!("made")));
    let ended = host.wait(&old).await.expect("ended");
    assert_eq!(ended.sha256, former::child::Machine::DEFINITION.sha256);
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
}
