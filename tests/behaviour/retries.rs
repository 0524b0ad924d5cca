//! Retry: counters, delays, jitter (RT-20 to RT-32).

use crate::support::seconds;
use asl_runtime::testing::{Answer, Script, Test};
use asl_runtime::{Execution, TaskContext, TaskError, Untyped, Value, asl, handler_fn, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

asl!(mod two = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "retries.$": "$$.State.RetryCount", "id.$": "States.UUID()", "n.$": "$.n" },
            "Retry": [
                { "ErrorEquals": ["A", "B"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 2 },
                { "ErrorEquals": ["C"], "IntervalSeconds": 5 }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Again?" }],
            "ResultPath": "$.result",
            "Next": "Again?"
        },
        "Again?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.n", "NumericEquals": 0, "Next": "Done" }],
            "Default": "Count"
        },
        "Count": {
            "Type": "Pass",
            "Parameters": { "n.$": "States.MathAdd($.n, -1)" },
            "Next": "Work"
        },
        "Done": { "Type": "Succeed" }
    }
});

fn error(name: &str) -> Answer {
    Answer::error(name, "")
}

#[test]
fn rt_24_each_retrier_counts_by_itself() {
    let script = Script::new().on("Work", ["A", "B", "C", "B"].map(error));
    let report = script.run::<two::Machine>(json!({ "n": 0 }));
    report
        .assert_attempts("Work", [0, 1_000, 3_000, 8_000])
        .assert_path(["Work", "Again?", "Done"]);
    report.assert_output(json!({ "n": 0, "error": { "Error": "B", "Cause": "" } }));
    // Each attempt is a call of its own, its payload evaluated anew (RT-28, TK-8).
    let attempts = report.attempts_of("Work");
    let retries: Vec<_> = attempts
        .iter()
        .map(|attempt| attempt.input["retries"].clone())
        .collect();
    assert_eq!(retries, [0, 1, 2, 3]);
    let mut ids: Vec<_> = attempts.iter().map(|attempt| attempt.input["id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn rt_27_the_counters_end_with_the_visit() {
    let script = Script::new().on(
        "Work",
        ["A", "A", "A", "A", "A"].map(error).into_iter().chain([Answer::ok(1)]),
    );
    let report = script.run::<two::Machine>(json!({ "n": 1 }));
    report
        .assert_attempts("Work", [0, 1_000, 3_000, 3_000, 4_000, 6_000])
        .assert_output(json!({ "n": 0, "result": 1 }));
    let numbers: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| (attempt.number, &*attempt.position))
        .collect();
    assert_eq!(numbers[2..4], [(2, "Work.0"), (0, "Work.1")]);
}

#[test]
fn rt_32_what_the_service_cannot_go_on_with_is_never_retried() {
    let report = Script::new().run::<two::Machine>(json!({}));
    report
        .assert_failed("States.Runtime")
        .assert_path(["Work"])
        .assert_elapsed(seconds(0));
    let report = Script::new()
        .always("Work", error("States.Runtime"))
        .run::<two::Machine>(json!({ "n": 0 }));
    report.assert_failed("States.Runtime").assert_attempts("Work", [0]);
}

asl!(mod capped = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Retry": [
                { "ErrorEquals": ["Never"], "MaxAttempts": 0 },
                {
                    "ErrorEquals": ["States.ALL"],
                    "IntervalSeconds": 3,
                    "BackoffRate": 1.5,
                    "MaxDelaySeconds": 6,
                    "MaxAttempts": 4
                }
            ],
            "End": true
        }
    }
});

#[test]
fn rt_23_the_delay_grows_up_to_its_cap() {
    // 3, 4.5, 6.75 cut to 6, 6.
    let report = Script::new()
        .always("Work", error("X"))
        .run::<capped::Machine>(json!({}));
    report
        .assert_attempts("Work", [0, 3_000, 7_500, 13_500, 19_500])
        .assert_failed("X");
    // RT-22: a Retrier that may not retry ends it, though a later one would.
    let report = Script::new()
        .always("Work", error("Never"))
        .run::<capped::Machine>(json!({}));
    report.assert_attempts("Work", [0]).assert_failed("Never");
}

asl!(mod jittery = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Retry": [{
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": 10,
                "BackoffRate": 2,
                "MaxAttempts": 3,
                "MaxDelaySeconds": 25,
                "JitterStrategy": "FULL"
            }],
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn rt_23_full_jitter_is_drawn_from_the_whole_delay() {
    struct Clock(Mutex<Vec<Instant>>);
    impl jittery::Tasks for Clock {
        async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            self.0.lock().unwrap().push(Instant::now());
            Err(TaskError::new("X", ""))
        }
    }
    const RUNS: usize = 300;
    let mut sums = [0.0; 3];
    for _ in 0..RUNS {
        let clock = Clock(Mutex::default());
        jittery::run(&clock, json!({})).await.expect_err("it always fails");
        let times = clock.0.lock().unwrap();
        for (n, delay) in times
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_secs_f64())
            .enumerate()
        {
            // Timers go by milliseconds.
            assert!(delay <= [10.0, 20.0, 25.0][n] + 0.001, "delay {n} of {delay} s");
            sums[n] += delay;
        }
    }
    // The mean of 300 draws lies within a fifth of the middle, but for one run in a million.
    for (sum, middle) in sums.into_iter().zip([5.0, 10.0, 12.5]) {
        let mean = sum / RUNS as f64;
        assert!(
            (mean - middle).abs() < middle / 5.0,
            "a mean of {mean} s for {middle} s"
        );
    }
}

asl!(mod lanes = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Good",
                    "States": {
                        "Good": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:good",
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Bad",
                    "States": {
                        "Bad": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:bad",
                            "Retry": [{ "ErrorEquals": ["Inner"], "IntervalSeconds": 1, "MaxAttempts": 1 }],
                            "End": true
                        }
                    }
                }
            ],
            "ResultSelector": { "retries.$": "$$.State.RetryCount", "results.$": "$" },
            "Retry": [{ "ErrorEquals": ["Inner", "Outer"], "IntervalSeconds": 4, "MaxAttempts": 2 }],
            "Next": "Each"
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.results",
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "StartAt": "One",
                "States": {
                    "One": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:one",
                        "End": true
                    }
                }
            },
            "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 1 }],
            "End": true
        }
    }
});

#[test]
fn pl_7_and_mp_31_a_retry_runs_every_branch_and_every_item_again() {
    let script = Script::new()
        .always("Good", Answer::ok("good"))
        .on(
            "Bad",
            ["Inner", "Inner", "Outer"]
                .map(error)
                .into_iter()
                .chain([Answer::ok("bad")]),
        )
        .on("One", [Answer::ok(1), error("X"), Answer::ok(1), Answer::ok(2)]);
    let report = script.run::<lanes::Machine>(json!({}));
    report
        .assert_attempts("Bad", [0, 1_000, 5_000, 13_000])
        .assert_attempts("Good", [0, 5_000, 13_000])
        .assert_attempts("One", [13_000, 13_000, 15_000, 15_000])
        .assert_output(json!([1, 2]))
        // The state itself is entered once.
        .assert_path_in("", ["Both", "Each"])
        .assert_path_in("Both.0#2[1]", ["Bad"]);
    // No piece of work is taken for another.
    let mut keys: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| (attempt.position.clone(), attempt.number))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), report.attempts().len());
    assert_eq!(report.attempts_of("One")[0].input, json!("good"));
}

#[test]
fn a_repetition_has_the_same_key_and_a_place_of_its_own() {
    let seen = Arc::new(Mutex::new(BTreeMap::<String, Vec<String>>::new()));
    let tasks = Untyped(handler_fn({
        let seen = seen.clone();
        move |cx, input| {
            let (key, position) = (cx.idempotency_key(), format!("{} {}", cx.position(), cx.attempt()));
            seen.lock().unwrap().entry(key).or_default().push(position.clone());
            Box::pin(async move {
                match position.as_str() {
                    "Both.0[1]/Bad.0 0" => Err(TaskError::new("Inner", "")),
                    "Both.0[1]/Bad.0 1" => Err(TaskError::new("Outer", "")),
                    _ => Ok(input),
                }
            })
        }
    }));
    let test = Test::with(Execution::new().id("execution"));
    test.run::<lanes::Machine, _>(&tasks, json!({}))
        .assert_path_in("", ["Both", "Each"]);
    let expected = [
        (
            "execution/Both.0[0]/Good.0",
            &["Both.0[0]/Good.0 0", "Both.0#1[0]/Good.0 0"][..],
        ),
        (
            "execution/Both.0[1]/Bad.0",
            &["Both.0[1]/Bad.0 0", "Both.0[1]/Bad.0 1", "Both.0#1[1]/Bad.0 0"],
        ),
        ("execution/Each.0[0]/One.0", &["Each.0[0]/One.0 0"]),
        ("execution/Each.0[1]/One.0", &["Each.0[1]/One.0 0"]),
    ];
    let expected = expected.map(|(key, places)| (key.to_owned(), places.iter().map(|p| (*p).to_owned()).collect()));
    assert_eq!(*seen.lock().unwrap(), BTreeMap::from(expected));
}
