//! Lanes and children that begin anew when their execution is redriven.

use crate::support::start_time;
use asl_durable::{Builder, Description, ExecutionStatus, Host, HostError, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod lot = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrencyPath": "$.room",
            "ToleratedFailureCountPath": "$.borne",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Prepare",
                "States": {
                    "Prepare": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:prepare",
                        "Next": "Name"
                    },
                    "Name": {
                        "Type": "Pass",
                        "Parameters": { "item.$": "$", "id.$": "States.UUID()" },
                        "Next": "Rest"
                    },
                    "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Both" },
                    "Both": {
                        "Type": "Parallel",
                        "Branches": [
                            {
                                "StartAt": "Work",
                                "States": {
                                    "Work": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                                        "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }],
                                        "End": true
                                    }
                                }
                            },
                            {
                                "StartAt": "Check",
                                "States": {
                                    "Check": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:check",
                                        "End": true
                                    }
                                }
                            }
                        ],
                        "ResultSelector": { "name.$": "$[0]" },
                        "Next": "Fine?"
                    },
                    "Fine?": {
                        "Type": "Choice",
                        "Choices": [{ "Variable": "$.name", "StringMatches": "bad*", "Next": "Bad" }],
                        "Default": "Good"
                    },
                    "Bad": { "Type": "Fail", "Error": "Bad" },
                    "Good": { "Type": "Pass", "OutputPath": "$.name", "End": true }
                }
            },
            "End": true
        }
    }
});

asl!(pub mod heavy = {
    "StartAt": "First",
    "States": {
        "First": {
            "Type": "Parallel",
            "Branches": [{
                "StartAt": "Before",
                "States": {
                    "Before": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:weigh",
                        "Parameters": "before",
                        "End": true
                    }
                }
            }],
            "ResultPath": null,
            "Next": "Each"
        },
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Weigh",
                "States": {
                    "Weigh": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:weigh",
                        "End": true
                    }
                }
            },
            "ResultSelector": { "count.$": "States.ArrayLength($)" },
            "End": true
        }
    }
});

asl!(pub mod stubborn = {
    "StartAt": "Outer",
    "States": {
        "Outer": {
            "Type": "Map",
            "ToleratedFailureCount": 1,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Inner",
                "States": {
                    "Inner": {
                        "Type": "Map",
                        "ItemProcessor": {
                            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                            "StartAt": "Prepare",
                            "States": {
                                "Prepare": {
                                    "Type": "Task",
                                    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:prepare",
                                    "Next": "Fine?"
                                },
                                "Fine?": {
                                    "Type": "Choice",
                                    "Choices": [{ "Variable": "$", "StringMatches": "bad*", "Next": "Bad" }],
                                    "Default": "Rest"
                                },
                                "Bad": { "Type": "Fail", "Error": "Bad" },
                                "Rest": { "Type": "Wait", "Seconds": 1000, "End": true }
                            }
                        },
                        "End": true
                    }
                }
            },
            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 1 }],
            "End": true
        }
    }
});

asl!(pub mod nest = {
    "StartAt": "Outer",
    "States": {
        "Outer": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Inner",
                "States": {
                    "Inner": {
                        "Type": "Map",
                        "ToleratedFailureCount": 1,
                        "ItemProcessor": {
                            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                            "StartAt": "Prepare",
                            "States": {
                                "Prepare": {
                                    "Type": "Task",
                                    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:prepare",
                                    "End": true
                                }
                            }
                        },
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

/// Takes a second for everything, and fails as often as it is told.
#[derive(Default)]
struct Works {
    faults: Mutex<HashMap<String, usize>>,
    calls: Mutex<BTreeMap<String, usize>>,
    ids: Mutex<HashMap<String, Value>>,
    successes: Mutex<HashMap<String, usize>>,
    weight: Mutex<usize>,
}

impl Works {
    fn break_down(&self, name: &str, times: usize) {
        self.faults.lock().expect("faults").insert(name.to_owned(), times);
    }

    /// What was asked since, and how often.
    fn calls(&self) -> Vec<(String, usize)> {
        std::mem::take(&mut *self.calls.lock().expect("calls"))
            .into_iter()
            .collect()
    }

    async fn call(&self, name: String, seconds: u64) -> Result<(), TaskError> {
        *self.calls.lock().expect("calls").entry(name.clone()).or_default() += 1;
        sleep(Duration::from_secs(seconds)).await;
        match self
            .faults
            .lock()
            .expect("faults")
            .get_mut(&name)
            .filter(|left| **left > 0)
        {
            Some(left) => {
                *left -= 1;
                Err(TaskError::new("Broken", name))
            }
            None => {
                *self.successes.lock().expect("successes").entry(name).or_default() += 1;
                Ok(())
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl lot::Tasks for Works {
    async fn prepare(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.call(format!("prepare {}", text(&input)), 1).await?;
        Ok(input)
    }

    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let name = text(&input["item"]);
        let id = self
            .ids
            .lock()
            .expect("ids")
            .entry(name.clone())
            .or_insert(input["id"].clone())
            .clone();
        assert_eq!(id, input["id"], "{name} has another name now");
        self.call(format!("work {name}"), 1).await?;
        Ok(input["item"].clone())
    }

    async fn check(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let seconds = match text(&input["item"]).as_str() {
            "slow" => 100,
            _ => 0,
        };
        self.call(format!("check {}", text(&input["item"])), seconds).await?;
        Ok(input)
    }
}

impl heavy::Tasks for Works {
    async fn weigh(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.call(text(&input), 1).await?;
        Ok("x".repeat(*self.weight.lock().expect("a weight")).into())
    }
}

impl stubborn::Tasks for Works {
    async fn prepare(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        lot::Tasks::prepare(self, cx, input).await
    }
}

impl nest::Tasks for Works {
    async fn prepare(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        lot::Tasks::prepare(self, cx, input).await
    }
}

fn builder(works: &Arc<Works>) -> Builder {
    Host::builder()
        .machine::<lot::Machine, _>(works.clone())
        .machine::<heavy::Machine, _>(works.clone())
        .machine::<nest::Machine, _>(works.clone())
        .machine::<stubborn::Machine, _>(works.clone())
        .start_time(start_time())
}

async fn open(store: &MemoryStore, works: &Arc<Works>) -> Host {
    builder(works).open(store.clone()).await.expect("a host")
}

async fn redriven(host: &Host, arn: &str) -> Description {
    host.redrive(arn).await.expect("redriven");
    host.wait(arn).await.expect("ended")
}

fn each(calls: &[&str]) -> Vec<(String, usize)> {
    calls.iter().map(|call| ((*call).to_owned(), 1)).collect()
}

/// RDV-9, RDV-10, RDV-11: those whose failure was borne too, and what succeeded in them stays.
#[tokio::test(start_paused = true)]
async fn all_children_that_failed_go_on() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    works.break_down("work a", 4);
    works.break_down("work slow", 1);
    works.break_down("prepare c", 1);
    let host = open(&store, &works).await;
    let input = json!({ "items": ["a", "b", "slow", "c", "d", "e"], "room": 2, "borne": 1 });
    let arn = host
        .start::<lot::Machine>("n", input.clone())
        .await
        .expect("started")
        .arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    assert_eq!(
        works.calls(),
        [
            ("check a".to_owned(), 1),
            ("check b".to_owned(), 1),
            ("prepare a".to_owned(), 1),
            ("prepare b".to_owned(), 1),
            ("prepare c".to_owned(), 1),
            ("prepare slow".to_owned(), 1),
            ("work a".to_owned(), 2),
            ("work b".to_owned(), 1),
        ]
    );
    // `a` fails twice more, which is borne now.
    let ended = redriven(&host, &arn).await;
    assert_eq!(ended.output, Some(json!(["b", "slow", "c", "d", "e"])), "{ended:?}");
    let calls = works.calls();
    let count = |name: &str| {
        calls
            .iter()
            .find(|(call, _)| call == name)
            .map_or(0, |(_, count)| *count)
    };
    assert_eq!(
        (count("prepare a"), count("work a"), count("check a")),
        (0, 2, 0),
        "{calls:?}"
    );
    assert_eq!(
        (count("prepare b"), count("work b"), count("check b")),
        (0, 0, 0),
        "{calls:?}"
    );
    assert_eq!(
        (count("prepare slow"), count("work slow"), count("check slow")),
        (0, 2, 1),
        "{calls:?}"
    );
    assert_eq!(
        (count("prepare c"), count("work c"), count("check c")),
        (1, 1, 1),
        "{calls:?}"
    );
    assert_eq!(
        (count("prepare d"), count("work d"), count("check d")),
        (1, 1, 1),
        "{calls:?}"
    );
    let history = host.history(&arn).await.expect("a history");
    host.shut_down().await;
    let next = open(&store, &works).await;
    assert!(next.history(&arn).await == Ok(history), "it differs");
}

/// RDV-8, RDV-10: a Fail state of a child fails again, and nothing that it had done is done again.
#[tokio::test(start_paused = true)]
async fn children_that_failed_without_work_go_on() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    let host = open(&store, &works).await;
    let input = json!({ "items": ["bad 1", "b", "bad 2"], "room": 2, "borne": 1 });
    let arn = host.start::<lot::Machine>("n", input).await.expect("started").arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    works.calls();
    for count in 1..=3 {
        let ended = redriven(&host, &arn).await;
        assert_eq!(ended.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
        assert_eq!(ended.redrive_count, count);
        assert_eq!(works.calls(), []);
    }
}

/// RDV-10: a child fails here, then there.
#[tokio::test(start_paused = true)]
async fn children_go_on_as_often_as_they_fail() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    works.break_down("prepare a", 1);
    works.break_down("prepare b", 1);
    let host = open(&store, &works).await;
    let arn = host
        .start::<lot::Machine>("n", json!({ "items": ["a", "b"], "room": 2, "borne": 1 }))
        .await
        .expect("started")
        .arn;
    assert_eq!(host.wait(&arn).await.expect("ended").status, ExecutionStatus::Failed);
    assert_eq!(works.calls(), each(&["prepare a", "prepare b"]));
    works.break_down("work a", 2);
    works.break_down("check b", 1);
    assert_eq!(redriven(&host, &arn).await.status, ExecutionStatus::Failed);
    works.calls();
    works.break_down("work a", 2);
    works.break_down("work b", 2);
    assert_eq!(redriven(&host, &arn).await.status, ExecutionStatus::Failed);
    works.calls();
    let ended = redriven(&host, &arn).await;
    assert_eq!(ended.output, Some(json!(["a", "b"])), "{ended:?}");
    assert_eq!(works.calls(), each(&["work a", "work b"]));
}

/// RDV-10, RDV-11: what is about to be told to a child is not told when all of that is given up and retried.
#[tokio::test(start_paused = true)]
async fn what_fails_again_at_once_is_retried() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    let host = open(&store, &works).await;
    let input = json!([["a", "bad 1", "b"], ["c", "bad 2", "d"]]);
    let arn = host.start::<stubborn::Machine>("n", input).await.expect("started").arn;
    assert_eq!(host.wait(&arn).await.expect("ended").status, ExecutionStatus::Failed);
    let all = [
        "prepare a",
        "prepare b",
        "prepare bad 1",
        "prepare bad 2",
        "prepare c",
        "prepare d",
    ];
    assert_eq!(works.calls(), all.map(|call| (call.to_owned(), 2)));
    for count in 1..=2 {
        let ended = redriven(&host, &arn).await;
        assert_eq!((ended.status, ended.redrive_count), (ExecutionStatus::Failed, count));
        // Once more, as the Retrier counts from zero.
        assert_eq!(works.calls(), each(&all));
    }
    let history = host.history(&arn).await.expect("a history");
    host.shut_down().await;
    let next = open(&store, &works).await;
    assert!(next.history(&arn).await == Ok(history), "it differs");
}

/// RDV-10: Map Runs within the children of another.
#[tokio::test(start_paused = true)]
async fn map_runs_within_map_runs_go_on() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    for name in ["prepare a", "prepare c", "prepare e"] {
        works.break_down(name, 1);
    }
    let host = open(&store, &works).await;
    let input = json!([["a", "b", "c"], ["d", "e", "f"]]);
    let arn = host.start::<nest::Machine>("n", input).await.expect("started").arn;
    assert_eq!(host.wait(&arn).await.expect("ended").status, ExecutionStatus::Failed);
    works.calls();
    let ended = redriven(&host, &arn).await;
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    // All of those ended at the same time: what the second child had borne is no failure of the first.
    let output = ended.output.expect("an output");
    assert_eq!(output[0], json!(["a", "b", "c"]));
    let calls = works.calls();
    assert!(calls.contains(&("prepare a".to_owned(), 1)) && calls.contains(&("prepare c".to_owned(), 1)));
    assert!(
        !calls
            .iter()
            .any(|(call, _)| ["prepare b", "prepare d", "prepare f"].contains(&call.as_str())),
        "{calls:?}"
    );
}

/// The host dies at each commit of an execution whose Map Run has been redriven.
#[tokio::test(start_paused = true)]
async fn a_redriven_map_run_outlives_its_host() {
    let mut deaths = 0;
    for commit in 1.. {
        for is_written in [false, true] {
            let context = format!("commit {commit}, written: {is_written}");
            let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
            works.break_down("work a", 2);
            works.break_down("prepare c", 1);
            let mut host = open(&store, &works).await;
            let input = json!({ "items": ["a", "b", "c", "d"], "room": 2, "borne": 1 });
            let arn = host.start::<lot::Machine>("n", input).await.expect("started").arn;
            host.wait(&arn).await.expect("ended");
            let before = host.history(&arn).await.expect("a history");
            works.calls();
            store.fail_at(store.commits() + commit, is_written);
            let mut has_died = false;
            while host.redrive(&arn).await.is_err() || host.wait(&arn).await.is_err() {
                has_died = true;
                host.shut_down().await;
                store.repair();
                host = open(&store, &works).await;
                if host.describe(&arn).await.expect("an execution").redrive_count > 0 {
                    break;
                }
            }
            let ended = host.wait(&arn).await.expect("ended");
            assert_eq!(ended.output, Some(json!(["a", "b", "c", "d"])), "{context}: {ended:?}");
            assert_eq!(ended.redrive_count, 1, "{context}");
            let calls = works.calls();
            // What was under way when the host died is done again: two children with two branches.
            let again = calls.iter().filter(|(_, count)| *count > 1).count();
            assert!(again <= if has_died { 4 } else { 0 }, "{context}: {calls:?}");
            for done in ["prepare a", "prepare b", "work b", "check a"] {
                assert!(
                    !calls.iter().any(|(call, _)| call == done),
                    "{context}: {done} ran again"
                );
            }
            let history = host.history(&arn).await.expect("a history");
            assert_eq!(history[..before.len()], before, "{context}");
            host.shut_down().await;
            let next = open(&store, &works).await;
            assert!(next.history(&arn).await == Ok(history), "{context}");
            deaths += usize::from(has_died);
            if !has_died {
                assert!(deaths >= 8, "{deaths}");
                return;
            }
        }
    }
}

/// RDV-9: after too much data all lanes run again, and only they.
#[tokio::test(start_paused = true)]
async fn all_lanes_run_again_after_too_much_data() {
    let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
    *works.weight.lock().expect("a weight") = 150_000;
    let host = open(&store, &works).await;
    let arn = host
        .start::<heavy::Machine>("n", json!(["a", "b"]))
        .await
        .expect("started")
        .arn;
    let ended = host.wait(&arn).await.expect("ended");
    assert_eq!(ended.error.as_deref(), Some("States.DataLimitExceeded"));
    assert_eq!(works.calls(), each(&["a", "b", "before"]));
    // In between, one of them fails.
    works.break_down("b", 1);
    assert_eq!(redriven(&host, &arn).await.error.as_deref(), Some("Broken"));
    assert_eq!(works.calls(), each(&["a", "b"]));
    assert_eq!(
        redriven(&host, &arn).await.error.as_deref(),
        Some("States.DataLimitExceeded")
    );
    assert_eq!(works.calls(), each(&["b"]));
    *works.weight.lock().expect("a weight") = 10;
    let ended = redriven(&host, &arn).await;
    assert_eq!(ended.output, Some(json!({ "count": 2 })), "{ended:?}");
    assert_eq!((works.calls(), ended.redrive_count), (each(&["a", "b"]), 3));
    let history = host.history(&arn).await.expect("a history");
    let types: Vec<&str> = history.iter().map(|event| event.event_type).collect();
    let again = types
        .iter()
        .rposition(|found| *found == "ExecutionRedriven")
        .expect("a redrive");
    assert_eq!(
        types[again..again + 3],
        ["ExecutionRedriven", "MapStateEntered", "MapStateStarted"]
    );
    let details = history[again].details.as_ref().expect("details");
    assert_eq!(details.members["redriveCount"], json!(3));
    let ids: Vec<u64> = history.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=history.len() as u64).collect::<Vec<_>>());
    host.shut_down().await;
    let next = open(&store, &works).await;
    assert!(next.history(&arn).await == Ok(history), "it differs");
}

/// Numbers that follow from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// RDV-9, RDV-10: whatever fails, and whenever the host dies, what has succeeded does not run again.
#[tokio::test(start_paused = true)]
async fn random_map_runs_come_to_their_end() {
    for seed in 0..100 {
        let mut random = Random(seed);
        let items: Vec<String> = (0..random.below(6) + 1).map(|item| format!("{item}")).collect();
        let input = json!({ "items": items, "room": random.below(4), "borne": random.below(3) });
        let (store, works) = (MemoryStore::new(), Arc::<Works>::default());
        let mut faults = String::new();
        for item in &items {
            for task in ["prepare", "work", "check"] {
                let (name, times) = (format!("{task} {item}"), random.below(3) * random.below(2) * 2);
                works.break_down(&name, times as usize);
                faults += &format!("{name}: {times}, ");
            }
        }
        let is_mortal = random.below(2) == 0;
        let context = format!("seed {seed}: {input}, {faults}");
        let mut host = open(&store, &works).await;
        let arn = host.start::<lot::Machine>("n", input).await.expect("started").arn;
        let (mut deaths, mut former) = (0, Vec::new());
        let ended = loop {
            if is_mortal && deaths < 10 {
                store.fail_at(store.commits() + 1 + random.below(20), random.below(2) == 0);
            }
            let ended = match host.wait(&arn).await {
                Ok(ended) if ended.status == ExecutionStatus::Failed => host.redrive(&arn).await.map(|_| None),
                ended => ended.map(Some),
            };
            match ended {
                Ok(Some(ended)) => break ended,
                Ok(None) => {}
                Err(HostError::Store(_) | HostError::ShutDown) => {
                    deaths += 1;
                    host.shut_down().await;
                    store.repair();
                    host = open(&store, &works).await;
                }
                Err(error) => panic!("{context}: {error}"),
            }
            store.repair();
            let history = host.history(&arn).await.expect("a history");
            assert_eq!(history[..former.len()], former, "{context}");
            former = history;
        };
        assert_eq!(ended.status, ExecutionStatus::Succeeded, "{context}: {ended:?}");
        for (name, successes) in works.successes.lock().expect("successes").iter() {
            assert!(
                *successes <= 1 + deaths,
                "{context}: {name} succeeded {successes} times"
            );
        }
        for item in ended.output.expect("an output").as_array().expect("an array") {
            for task in ["prepare", "work", "check"] {
                let name = format!("{task} {}", text(item));
                assert!(
                    works.successes.lock().expect("successes").contains_key(&name),
                    "{context}: {name}"
                );
            }
        }
        store.repair();
        host.shut_down().await;
    }
}
