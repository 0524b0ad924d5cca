//! Executions that go on after an end.

use crate::support::start_time;
use asl_durable::{
    Builder, Entry, ExecutionId, ExecutionStatus, Host, HostError, Kind, MemoryStore, Sqlite, Store, Write,
};
use asl_runtime::{HistoryEvent, TaskContext, TaskError, Value, asl, json};
use futures_util::future::join_all;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod build = {
    "StartAt": "Fetch",
    "TimeoutSeconds": 500,
    "States": {
        "Fetch": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "name": "fetch" },
            "ResultPath": "$.fetched",
            "Next": "Make"
        },
        "Make": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Compile",
                    "States": {
                        "Compile": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "Parameters": { "name": "compile", "redrives.$": "$$.Execution.RedriveCount" },
                            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 1 }],
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemsPath": "$.documents",
                            "ItemProcessor": {
                                "StartAt": "Print",
                                "States": {
                                    "Print": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                                        "Parameters": { "name.$": "$" },
                                        "End": true
                                    }
                                }
                            },
                            "End": true
                        }
                    }
                }
            ],
            "End": true
        }
    }
});

asl!(pub mod ask = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {
                "QueueUrl": "https://queue.example/questions",
                "MessageBody": { "text.$": "States.Format('who? {}', $$.Task.Token)", "about.$": "$" }
            },
            "End": true
        }
    }
});

asl!(pub mod sour = {
    "StartAt": "Fail",
    "States": { "Fail": { "Type": "Fail", "Error": "Sour" } }
});

asl!(pub mod picky = {
    "StartAt": "Fetch",
    "TimeoutSeconds": 500,
    "States": {
        "Fetch": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "name": "fetch" },
            "Next": "Tidy"
        },
        "Tidy": { "Type": "Pass", "Next": "Both" },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Slow",
                    "States": {
                        "Slow": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "Parameters": { "name": "endless" },
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Quick",
                    "States": {
                        "Quick": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "Parameters": { "name": "quick" },
                            "Next": "Sweep"
                        },
                        "Sweep": { "Type": "Pass", "Next": "Again?" },
                        "Again?": {
                            "Type": "Choice",
                            "Choices": [
                                { "Variable": "$$.Execution.RedriveCount", "NumericGreaterThan": 1, "Next": "Done" }
                            ]
                        },
                        "Done": { "Type": "Succeed" }
                    }
                }
            ],
            "End": true
        }
    }
});

asl!(pub mod sum = {
    "QueryLanguage": "JSONata",
    "StartAt": "First",
    "States": {
        "First": { "Type": "Pass", "Next": "Second" },
        "Second": {
            "Type": "Pass",
            "Output": "{% $states.context.Execution.RedriveCount > 0 ? 'done' : $error('early') %}",
            "End": true
        }
    }
});

asl!(pub mod sieve = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Fine?",
                "States": {
                    "Fine?": {
                        "Type": "Choice",
                        "Choices": [
                            { "Variable": "$", "StringMatches": "quick*", "Next": "Work" },
                            { "Variable": "$$.Execution.RedriveCount", "NumericGreaterThan": 0, "Next": "Work" }
                        ]
                    },
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "Parameters": { "name.$": "$" },
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

asl!(pub mod crowd = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "Parameters": { "name.$": "$" },
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

/// Does work that takes a second, and fails as often as it is told.
#[derive(Default)]
pub struct Shop {
    faults: Mutex<HashMap<String, usize>>,
    calls: Mutex<Vec<String>>,
}

impl Shop {
    pub fn break_down(&self, name: &str, times: usize) {
        self.faults.lock().expect("faults").insert(name.to_owned(), times);
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().expect("calls"))
    }
}

impl build::Tasks for Shop {
    async fn work(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let name = input["name"].as_str().expect("a name").to_owned();
        self.calls
            .lock()
            .expect("calls")
            .push(format!("{name} {}", cx.attempt()));
        let seconds = match name.as_str() {
            "slow" => 100,
            "endless" => 1_000,
            _ => 1,
        };
        sleep(Duration::from_secs(seconds)).await;
        let mut faults = self.faults.lock().expect("faults");
        match faults.get_mut(&name).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                Err(TaskError::new("Broken", name))
            }
            None => Ok(input),
        }
    }
}

impl ask::Tasks for Shop {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        cx: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        let token = cx.token().expect("a token");
        assert_eq!(
            message["MessageBody"],
            json!({ "text": format!("who? {token}"), "about": { "a": [1, 2.5] } })
        );
        self.calls.lock().expect("calls").push(token.to_owned());
        Ok(json!({}))
    }
}

impl sour::Tasks for Shop {}

impl sum::Tasks for Shop {}

impl sieve::Tasks for Shop {
    async fn work(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        build::Tasks::work(self, cx, input).await
    }
}

impl picky::Tasks for Shop {
    async fn work(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        build::Tasks::work(self, cx, input).await
    }
}

impl crowd::Tasks for Shop {
    async fn work(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        build::Tasks::work(self, cx, input).await
    }
}

fn builder(shop: &Arc<Shop>) -> Builder {
    Host::builder()
        .machine::<build::Machine, _>(shop.clone())
        .machine::<ask::Machine, _>(shop.clone())
        .machine::<sour::Machine, _>(shop.clone())
        .machine::<crowd::Machine, _>(shop.clone())
        .machine::<picky::Machine, _>(shop.clone())
        .machine::<sum::Machine, _>(shop.clone())
        .machine::<sieve::Machine, _>(shop.clone())
        .start_time(start_time())
}

pub async fn open(store: &MemoryStore, shop: &Arc<Shop>) -> Host {
    builder(shop).open(store.clone()).await.expect("a host")
}

async fn start(host: &Host, documents: Value) -> String {
    let input = json!({ "documents": documents });
    host.start::<build::Machine>("n", input).await.expect("started").arn
}

fn types(history: &[HistoryEvent]) -> Vec<&str> {
    history.iter().map(|event| event.event_type).collect()
}

/// RDV-2, RDV-4, RDV-9, RDV-11, RDV-12, EV-62
#[tokio::test(start_paused = true)]
async fn what_was_done_stays_done() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("compile", 3);
    let host = open(&store, &shop).await;
    let arn = start(&host, json!(["quick", "slow"])).await;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        (ended.status, ended.error.as_deref()),
        (ExecutionStatus::Failed, Some("Broken"))
    );
    assert_eq!(shop.calls(), ["fetch 0", "quick 0", "slow 0", "compile 0", "compile 1"]);
    let before = host.history(&arn).await.expect("a history");
    sleep(Duration::from_secs(1_000)).await;

    host.redrive(&arn).await.expect("redriven");
    let running = host.describe(&arn).await.expect("an execution");
    assert_eq!((running.status, running.redrive_count), (ExecutionStatus::Running, 1));
    assert!(running.redrive_date > ended.stop_date);
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    // It has failed three times: once more, as the Retrier counts from zero.
    assert_eq!(shop.calls(), ["slow 0", "compile 0", "compile 1"]);
    let output = ended.output.expect("an output");
    assert_eq!(output[0], json!({ "name": "compile", "redrives": 1 }));
    assert_eq!(output[1], json!([{ "name": "quick" }, { "name": "slow" }]));

    let history = host.history(&arn).await.expect("a history");
    assert_eq!(history[..before.len()], before);
    let after = &history[before.len()..];
    assert_eq!(
        types(after)[..5],
        [
            "ExecutionRedriven",
            "LambdaFunctionScheduled",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionStarted"
        ]
    );
    let redriven = after[0].id;
    assert_eq!((after[1].previous_id, after[2].previous_id), (redriven, redriven));
    let ids: Vec<u64> = history.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=history.len() as u64).collect::<Vec<_>>());
    assert_eq!(types(after).last(), Some(&"ExecutionSucceeded"));
    let error = host.redrive(&arn).await.expect_err("refused");
    assert!(
        error
            .to_string()
            .ends_with("Execution is SUCCEEDED and cannot be redriven"),
        "{error}"
    );
    // The next host sees the same.
    host.shut_down().await;
    let next = open(&store, &shop).await;
    assert!(next.history(&arn).await == Ok(history), "it differs");
}

/// RDV-1, RDV-3
#[tokio::test(start_paused = true)]
async fn what_was_ended_from_outside_goes_on() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let host = open(&store, &shop).await;
    let arn = start(&host, json!(["slow", "endless"])).await;
    sleep(Duration::from_secs(50)).await;
    host.stop(&arn, None, None).await.expect("stopped");
    shop.calls();
    host.redrive(&arn).await.expect("redriven");
    // Its time starts again.
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::TimedOut);
    let since = |time| ended.stop_date.expect("an end") - time;
    assert_eq!(since(ended.redrive_date.expect("a redrive")).num_seconds(), 500);
    // What ended after the first end and before the second was done for good.
    assert_eq!(shop.calls(), ["slow 0", "endless 0"]);
    host.redrive(&arn).await.expect("redriven");
    sleep(Duration::from_secs(10)).await;
    assert_eq!(shop.calls(), ["endless 0"]);
    let history = host.history(&arn).await.expect("a history");
    let ends: Vec<&str> = types(&history)
        .into_iter()
        .filter(|one| one.starts_with("Execution"))
        .collect();
    assert_eq!(
        ends,
        [
            "ExecutionStarted",
            "ExecutionAborted",
            "ExecutionRedriven",
            "ExecutionTimedOut",
            "ExecutionRedriven"
        ]
    );
}

/// A task that begins anew has a new token, in its input too.
#[tokio::test(start_paused = true)]
async fn tokens_are_new() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let host = open(&store, &shop).await;
    let input = json!({ "a": [1, 2.5] });
    let arn = host.start::<ask::Machine>("n", input).await.expect("started").arn;
    let mut former = Vec::new();
    for _ in 0..2 {
        sleep(Duration::from_secs(10)).await;
        let token = shop.calls().pop().expect("a token");
        let lost = Some("Lost".to_owned());
        host.send_task_failure(&token, lost.clone(), None)
            .await
            .expect("accepted");
        assert_eq!(host.wait(&arn).await.expect("ended").error, lost);
        former.push(token);
        host.redrive(&arn).await.expect("redriven");
    }
    sleep(Duration::from_secs(10)).await;
    for token in former {
        assert_eq!(
            host.send_task_success(&token, json!(1)).await,
            Err(HostError::TaskTimedOut)
        );
    }
    let token = shop.calls().pop().expect("a token");
    host.send_task_success(&token, json!("me")).await.expect("accepted");
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!((ended.output, ended.redrive_count), (Some(json!("me")), 2));
}

/// Of several redrives of one end a single one takes effect, also where it has come to its next end meanwhile.
#[tokio::test(start_paused = true)]
async fn one_end_is_redriven_once() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("fetch", usize::MAX);
    let host = open(&store, &shop).await;
    let arn = start(&host, json!([])).await;
    host.wait(&arn).await.expect("ended");
    let record = Store::find(&mut store.clone(), &arn)
        .expect("readable")
        .expect("a record");
    let stale = Write::Redrive {
        execution: record.id,
        redrive_count: record.redrive_count,
        sequence: 1,
        entry: Entry {
            place: String::new(),
            kind: Kind::Redriven,
            attempt: 0,
            time: start_time(),
            value: None,
            since: None,
        },
    };
    let redrives = join_all((0..8).map(|_| host.redrive(&arn))).await;
    let done = redrives.iter().filter(|redrive| redrive.is_ok()).count();
    assert_eq!(done, 1, "{redrives:?}");
    let refused = redrives.iter().filter_map(|redrive| redrive.as_ref().err());
    assert!(
        refused
            .clone()
            .all(|error| matches!(error, HostError::ExecutionNotRedrivable { .. }))
    );
    let ended = host.wait(&arn).await.expect("ended again");
    assert_eq!((ended.status, ended.redrive_count), (ExecutionStatus::Failed, 1));
    // One that was decided upon before that end comes too late.
    assert_eq!(store.clone().commit(std::slice::from_ref(&stale)), Ok(vec![false]));
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = Sqlite::open(folder.path().join("one.db")).expect("a store");
    let again = Write::Start(Box::new(record.clone()));
    let end = Write::End {
        execution: record.id,
        end: record.end.clone().expect("an end"),
    };
    assert_eq!(
        file.commit(&[again, end.clone(), stale.clone(), end, stale]),
        Ok(vec![true, true, true, true, false])
    );
}

/// RDV-10, EV-160: the same Map Run goes on.
#[tokio::test(start_paused = true)]
async fn a_map_run_is_redriven() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("b", 2);
    let host = open(&store, &shop).await;
    let arn = host
        .start::<crowd::Machine>("n", json!(["a", "b"]))
        .await
        .expect("started")
        .arn;
    for _ in 0..2 {
        assert_eq!(host.wait(&arn).await.expect("ended").status, ExecutionStatus::Failed);
        host.redrive(&arn).await.expect("redriven");
    }
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(
        ended.output,
        Some(json!([{ "name": "a" }, { "name": "b" }])),
        "{ended:?}"
    );
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(
        types(&history),
        [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed",
            "ExecutionRedriven",
            "MapRunRedriven",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed",
            "ExecutionRedriven",
            "MapRunRedriven",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded",
        ]
    );
    let details = |at: usize| history[at].details.as_ref().expect("details").members.clone();
    assert_eq!(details(8)["mapRunArn"], details(3)["mapRunArn"]);
    assert_eq!(
        (&details(8)["redriveCount"], &details(13)["redriveCount"]),
        (&json!(1), &json!(2))
    );
    assert_eq!((history[13].previous_id, history[14].previous_id), (13, 14));
}

/// RDV-1, RDV-13, RDV-15
#[tokio::test(start_paused = true)]
async fn what_cannot_be_redriven() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("fetch", 1);
    let host = open(&store, &shop).await;
    let refusal = async |arn: &str| match host.redrive(arn).await {
        Err(HostError::ExecutionNotRedrivable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    let told = async |arn: &str| host.describe(arn).await.expect("an execution").redrive_status_reason;
    let arn = start(&host, json!([])).await;
    let running = "Execution is RUNNING and cannot be redriven";
    assert_eq!(
        (refusal(&arn).await.as_str(), told(&arn).await.as_deref()),
        (running, Some(running))
    );
    host.wait(&arn).await.expect("ended");
    assert_eq!(told(&arn).await, None);
    sleep(Duration::from_secs(14 * 86_400 + 1)).await;
    let late = "Execution ended more than 14 days ago";
    assert_eq!(
        (refusal(&arn).await.as_str(), told(&arn).await.as_deref()),
        (late, Some(late))
    );
    let question = host
        .start::<ask::Machine>("n", json!({ "a": [1, 2.5] }))
        .await
        .expect("started")
        .arn;
    sleep(Duration::from_secs(365 * 86_400 + 1)).await;
    assert_eq!(
        host.wait(&question).await.expect("ended").status,
        ExecutionStatus::TimedOut
    );
    assert_eq!(refusal(&question).await, "Execution was started a year ago or earlier");
    let arn = "arn:aws:states:us-east-1:000000000000:execution:build:nobody".to_owned();
    assert_eq!(host.redrive(&arn).await, Err(HostError::ExecutionDoesNotExist { arn }));
}

/// A result that came in one commit with the failure, and after it, is kept.
#[tokio::test(start_paused = true)]
async fn what_came_too_late_is_kept() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("a", 1);
    let host = open(&store, &shop).await;
    // They end at the same time.
    let arn = start(&host, json!(["a", "b", "c"])).await;
    host.wait(&arn).await.expect("ended");
    let journal = asl_durable::Store::journal(&mut store.clone(), asl_durable::ExecutionId(1)).expect("a journal");
    shop.calls();
    host.redrive(&arn).await.expect("redriven");
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    let mut calls = shop.calls();
    calls.sort();
    let done = |name: &str| journal.iter().any(|entry| entry.value.as_deref() == Some(name));
    let names = [("a", "a 0"), ("b", "b 0"), ("c", "c 0"), ("compile", "compile 0")];
    let missing = names.iter().filter(|(name, _)| {
        let value = match *name {
            "compile" => json!({ "name": "compile", "redrives": 0 }),
            name => json!({ "name": name }),
        };
        !done(&value.to_string())
    });
    let expected: Vec<&str> = missing.map(|(_, call)| *call).collect();
    assert!(expected.len() < 4, "some came in time: {journal:?}");
    assert_eq!(calls, expected);
}

/// TR-13, RDV-9: tasks that fail at the same time have all failed before their Map does, and all begin anew.
#[tokio::test(start_paused = true)]
async fn what_failed_together_goes_on_together() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    shop.break_down("a", 1);
    shop.break_down("c", 1);
    let host = open(&store, &shop).await;
    let arn = start(&host, json!(["a", "b", "c"])).await;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.cause.as_deref(), Some("a"));
    let history = host.history(&arn).await.expect("a history");
    let place = |event_type: &str| types(&history).iter().position(|found| *found == event_type);
    let (failed, aborted) = (place("LambdaFunctionFailed"), place("MapIterationFailed"));
    let failures = types(&history)
        .iter()
        .filter(|found| **found == "LambdaFunctionFailed")
        .count();
    assert!(failures == 2 && failed < aborted, "{:?}", types(&history));
    shop.calls();
    host.redrive(&arn).await.expect("redriven");
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    let mut calls = shop.calls();
    calls.sort();
    assert_eq!(calls, ["a 0", "c 0"]);
    host.shut_down().await;
    let host = open(&store, &shop).await;
    let again = host.history(&arn).await.expect("a history");
    assert_eq!(again[..history.len()], history);
}

/// The host dies at each commit of a redriven execution.
#[tokio::test(start_paused = true)]
async fn a_redriven_execution_outlives_its_host() {
    for commit in 1..40 {
        for is_written in [false, true] {
            let context = format!("commit {commit}, written: {is_written}");
            let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
            shop.break_down("compile", 2);
            let first = open(&store, &shop).await;
            let arn = start(&first, json!(["quick", "slow"])).await;
            first.wait(&arn).await.expect("ended");
            let before = first.history(&arn).await.expect("a history");
            store.fail_at(store.commits() + commit, is_written);
            let redriven = first.redrive(&arn).await;
            if redriven.is_ok() {
                // It may have come to its end.
                let _ = first.wait(&arn).await;
            }
            first.shut_down().await;
            store.repair();
            let second = open(&store, &shop).await;
            if second.describe(&arn).await.expect("an execution").status == ExecutionStatus::Failed {
                second.redrive(&arn).await.expect("redriven");
            }
            let ended = second.wait(&arn).await.expect("ended");
            assert_eq!(
                (ended.status, ended.redrive_count),
                (ExecutionStatus::Succeeded, 1),
                "{context}"
            );
            let history = second.history(&arn).await.expect("a history");
            assert_eq!(history[..before.len()], before, "{context}");
            assert_eq!(
                history.len(),
                before.len() + 15,
                "{context}: {:?}",
                types(&history[before.len()..])
            );
        }
    }
}

/// RDV-8, RDV-12
#[tokio::test(start_paused = true)]
async fn a_fail_state_is_entered_again() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let host = open(&store, &shop).await;
    let arn = host.start::<sour::Machine>("n", json!({})).await.expect("started").arn;
    host.wait(&arn).await.expect("ended");
    for count in 1..=3 {
        host.redrive(&arn).await.expect("redriven");
        let ended = host.wait(&arn).await.expect("ended");
        assert_eq!(
            (ended.status, ended.error.as_deref(), ended.redrive_count),
            (ExecutionStatus::Failed, Some("Sour"), count)
        );
    }
    let history = host.history(&arn).await.expect("a history");
    let once = ["ExecutionRedriven", "FailStateEntered", "ExecutionFailed"];
    let first = ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"];
    assert_eq!(types(&history), [first, once, once, once].concat());
    let chain: Vec<(u64, u64)> = history.iter().map(|event| (event.id, event.previous_id)).collect();
    assert_eq!(chain[3..6], [(4, 3), (5, 4), (6, 5)]);
    assert_eq!(chain[9..], [(10, 9), (11, 10), (12, 11)]);
}

/// RDV-6: what a Choice looks at may have changed.
#[tokio::test(start_paused = true)]
async fn an_expression_is_evaluated_again() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let host = open(&store, &shop).await;
    let arn = host.start::<sum::Machine>("n", json!({})).await.expect("started").arn;
    assert_eq!(host.wait(&arn).await.expect("ended").status, ExecutionStatus::Failed);
    host.redrive(&arn).await.expect("redriven");
    assert_eq!(host.wait(&arn).await.expect("ended").output, Some(json!("done")));
    assert_eq!(
        types(&host.history(&arn).await.expect("a history")),
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "PassStateEntered",
            "EvaluationFailed",
            "ExecutionFailed",
            "ExecutionRedriven",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
    );
}

/// RDV-3, RDV-5, RDV-6, RDV-9: what was aborted by a Choice goes on beside it; the host dies at each commit.
#[tokio::test(start_paused = true)]
async fn a_choice_is_evaluated_again() {
    let mut deaths = 0;
    for commit in 1.. {
        for is_written in [false, true] {
            let context = format!("commit {commit}, written: {is_written}");
            let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
            let mut host = open(&store, &shop).await;
            let arn = host.start::<picky::Machine>("n", json!({})).await.expect("started").arn;
            let ended = host.wait(&arn).await.expect("ended");
            assert_eq!(ended.error.as_deref(), Some("States.NoChoiceMatched"), "{context}");
            let before = host.history(&arn).await.expect("a history");
            assert_eq!(shop.calls(), ["fetch 0", "endless 0", "quick 0"]);
            store.fail_at(store.commits() + commit, is_written);
            let mut has_died = false;
            // It fails once more, and runs out of time then.
            while host.describe(&arn).await.expect("an execution").redrive_count < 2 {
                if host.redrive(&arn).await.is_err() || host.wait(&arn).await.is_err() {
                    has_died = true;
                    host.shut_down().await;
                    store.repair();
                    host = open(&store, &shop).await;
                    host.wait(&arn).await.expect("ended");
                }
            }
            let ended = host.wait(&arn).await.expect("ended");
            assert_eq!(ended.status, ExecutionStatus::TimedOut, "{context}: {ended:?}");
            let since = |time| ended.stop_date.expect("an end") - time;
            assert_eq!(since(ended.redrive_date.expect("a redrive")).num_seconds(), 500);
            assert!(shop.calls().iter().all(|call| call == "endless 0"), "{context}");
            let history = host.history(&arn).await.expect("a history");
            assert_eq!(history[..before.len()], before, "{context}");
            assert_eq!(
                types(&history[before.len()..]),
                [
                    "ExecutionRedriven",
                    "ChoiceStateEntered",
                    "TaskStateAborted",
                    "ParallelStateFailed",
                    "ExecutionFailed",
                    "ExecutionRedriven",
                    "ChoiceStateEntered",
                    "ChoiceStateExited",
                    "SucceedStateEntered",
                    "SucceedStateExited",
                    "LambdaFunctionScheduled",
                    "LambdaFunctionStarted",
                    "ExecutionTimedOut",
                ],
                "{context}"
            );
            host.shut_down().await;
            let next = open(&store, &shop).await;
            assert!(next.history(&arn).await == Ok(history), "{context}");
            deaths += usize::from(has_died);
            if !has_died {
                assert!(deaths >= 8, "{deaths}");
                return;
            }
        }
    }
}

/// RDV-6, RDV-9: what the Choice of an iteration aborted at the same time goes on with it.
#[tokio::test(start_paused = true)]
async fn a_choice_in_an_iteration_is_evaluated_again() {
    let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
    let host = open(&store, &shop).await;
    let input = json!(["quick 1", "bad", "quick 2"]);
    let arn = host.start::<sieve::Machine>("n", input).await.expect("started").arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.NoChoiceMatched"));
    let before = host.history(&arn).await.expect("a history");
    shop.calls();
    host.redrive(&arn).await.expect("redriven");
    let ended = host.wait(&arn).await.expect("ended");
    let output = json!([{ "name": "quick 1" }, { "name": "bad" }, { "name": "quick 2" }]);
    assert_eq!(ended.output, Some(output), "{ended:?}");
    let mut calls = shop.calls();
    calls.sort();
    assert_eq!(calls, ["bad 0", "quick 1 0", "quick 2 0"]);
    let history = host.history(&arn).await.expect("a history");
    assert_eq!(history[..before.len()], before);
    assert_eq!(
        types(&history[before.len()..])[..2],
        ["ExecutionRedriven", "ChoiceStateEntered"]
    );
    host.shut_down().await;
    let next = open(&store, &shop).await;
    assert!(next.history(&arn).await == Ok(history), "it differs");
}

/// A redrive that takes place where the code does not come is one of other code.
#[tokio::test(start_paused = true)]
async fn a_redrive_of_other_code_halts() {
    let cases = [
        (json!(9), "the journal has no entry 9, of which a redrive tells"),
        (
            Value::Null,
            "the journal tells of a redrive where the event 7 enters a state, but the code does not come there",
        ),
    ];
    for (after, expected) in cases {
        let (store, shop) = (MemoryStore::new(), Arc::<Shop>::default());
        let host = open(&store, &shop).await;
        let input = json!({ "a": [1, 2.5] });
        let arn = host.start::<ask::Machine>("n", input).await.expect("started").arn;
        host.stop(&arn, None, None).await.expect("stopped");
        host.shut_down().await;
        let mut written = store.clone();
        let journal = Store::journal(&mut written, ExecutionId(1)).expect("a journal");
        let other = Write::Redrive {
            execution: ExecutionId(1),
            redrive_count: 0,
            sequence: journal.len() as u64,
            entry: Entry {
                place: String::new(),
                kind: Kind::Redriven,
                attempt: 0,
                time: start_time(),
                value: Some(json!({ "entered": 7, "after": after, "events": 3 }).to_string()),
                since: None,
            },
        };
        assert_eq!(written.commit(&[other]), Ok(vec![true]));
        let host = open(&store, &shop).await;
        match host.history(&arn).await {
            Err(HostError::Halted { problem, .. }) => assert_eq!(problem, expected),
            other => panic!("{other:?}"),
        }
    }
}
