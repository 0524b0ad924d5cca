//! Executions that are ended from outside: time-out of the machine (TO-7), stop, cancellation by dropping.

use crate::support::{Gauge, seconds};
use asl_runtime::testing::{Answer, Script, Test};
use asl_runtime::{
    Error, Execution, Handle, History, Memory, Status, TaskContext, TaskError, TokenError, Value, asl, json,
};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

// Whatever the machine does at the time, it would retry and catch any error.
asl!(mod busy = {
    "StartAt": "Where",
    "States": {
        "Where": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.at", "StringEquals": "Task", "Next": "Task" },
                { "Variable": "$.at", "StringEquals": "Callback", "Next": "Callback" },
                { "Variable": "$.at", "StringEquals": "Parallel", "Next": "Parallel" },
                { "Variable": "$.at", "StringEquals": "Map", "Next": "Map" },
                { "Variable": "$.at", "StringEquals": "Children", "Next": "Children" }
            ],
            "Default": "Wait"
        },
        "Wait": { "Type": "Wait", "Seconds": 60, "End": true },
        "Task": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Retry": [{ "ErrorEquals": ["States.ALL"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Callback": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "MessageBody.$": "$$.Task.Token" },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Parallel": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Left",
                    "States": {
                        "Left": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Right",
                    "States": {
                        "Right": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "ItemProcessor": {
                                "StartAt": "Inner",
                                "States": {
                                    "Inner": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                                        "Parameters": { "MessageBody.$": "$$.Task.Token" },
                                        "End": true
                                    }
                                }
                            },
                            "End": true
                        }
                    }
                }
            ],
            "Retry": [{ "ErrorEquals": ["States.ALL"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Map": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "StartAt": "Item",
                "States": {
                    "Item": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "End": true
                    }
                }
            },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Children": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ToleratedFailurePercentage": 100,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Child",
                "States": {
                    "Child": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Child caught" }],
                        "End": true
                    },
                    "Child caught": { "Type": "Succeed" }
                }
            },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:caught",
            "End": true
        }
    }
});

/// Every place, and how many handlers are at work there.
const PLACES: [(&str, usize); 6] = [
    ("Wait", 0),
    ("Task", 1),
    ("Callback", 0),
    ("Parallel", 1),
    ("Map", 2),
    ("Children", 4),
];

fn input(at: &str) -> Value {
    json!({ "at": at, "items": [1, 2, 3, 4] })
}

/// Works for ever.
#[derive(Default)]
struct Workers {
    gauge: Gauge,
    tokens: Mutex<Vec<String>>,
}

impl busy::Tasks for Workers {
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        let _working = self.gauge.begin();
        std::future::pending().await
    }

    async fn sqs_send_message_wait_for_task_token(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        self.tokens.lock().unwrap().extend(cx.token().map(str::to_owned));
        Ok(json!({}))
    }

    async fn caught(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        panic!("{} was reached with {input}", cx.state())
    }
}

impl Workers {
    /// Nobody is at work any more, and nobody waits for a token.
    fn have_gone(&self, place: &str, handle: &Handle) {
        assert_eq!(self.gauge.running(), 0, "{place}");
        let tokens = self.tokens.lock().unwrap();
        assert_eq!(
            tokens.len(),
            [0, 1, 4][["Callback", "Parallel"]
                .iter()
                .position(|p| *p == place)
                .map_or(0, |p| p + 1)]
        );
        for token in &*tokens {
            assert_eq!(
                handle.send_task_success(token, json!(1)),
                Err(TokenError::TaskTimedOut),
                "{place}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn x_8_a_stop_ends_an_execution_wherever_it_is() {
    for (place, at_work) in PLACES {
        let (workers, started) = (Workers::default(), Instant::now());
        let engine = Memory::new(Execution::new());
        let handle = engine.handle();
        let stop = async {
            sleep(seconds(3)).await;
            assert_eq!(workers.gauge.running(), at_work, "{place}");
            handle.stop(Some("Enough".into()), Some("it is late".into()));
            // Only the first counts.
            handle.stop(None, None);
        };
        let run = busy::run_on(&engine, &workers, input(place));
        let (result, ()) = futures_util::future::join(run, stop).await;
        let error = result.expect_err("it was stopped");
        assert_eq!(
            error,
            Error::aborted(Some("Enough".into()), Some("it is late".into())),
            "{place}"
        );
        assert_eq!(
            (error.status(), started.elapsed()),
            (Status::Aborted, seconds(3)),
            "{place}"
        );
        assert_eq!(error.to_string(), "ABORTED Enough: it is late");
        workers.have_gone(place, &handle);
    }
}

#[tokio::test(start_paused = true)]
async fn x_8_the_handle_may_be_asked_for_when_the_run_waits_already() {
    for (place, _) in PLACES {
        let (workers, started) = (Workers::default(), Instant::now());
        let engine = Memory::new(Execution::new());
        let stop = async {
            sleep(seconds(3)).await;
            engine.handle().stop(None, None);
        };
        let run = busy::run_on(&engine, &workers, input(place));
        let (result, ()) = futures_util::future::join(run, stop).await;
        assert_eq!(result, Err(Error::aborted(None, None)), "{place}");
        assert_eq!(started.elapsed(), seconds(3), "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn x_8_a_stop_before_the_start_lets_nothing_begin_and_one_after_the_end_changes_nothing() {
    for (place, _) in PLACES {
        let (workers, engine) = (Workers::default(), Memory::new(Execution::new()));
        engine.handle().stop(None, None);
        let error = busy::run_on(&engine, &workers, input(place))
            .await
            .expect_err("it was stopped");
        assert_eq!(error, Error::aborted(None, None));
        assert_eq!(
            (workers.gauge.begun(), workers.tokens.lock().unwrap().len()),
            (0, 0),
            "{place}"
        );
    }
    let engine = Memory::new(Execution::new());
    let ended = busy::run_on(&engine, &Workers::default(), input("Wait")).await;
    engine.handle().stop(None, None);
    assert_eq!(ended, Ok(input("Wait")));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_takes_its_handlers_and_its_tokens_along() {
    for (place, at_work) in PLACES {
        let workers = Workers::default();
        let engine = Memory::new(Execution::new());
        let run = timeout(seconds(3), busy::run_on(&engine, &workers, input(place)));
        run.await.expect_err("it would go on for ever");
        assert_eq!(workers.gauge.begun(), at_work, "{place}");
        workers.have_gone(place, &engine.handle());
    }
}

#[test]
fn x_8_the_history_of_a_stopped_execution_ends_at_once() {
    for (place, _) in PLACES {
        let (workers, test) = (Workers::default(), Test::new());
        let handle = test.handle();
        handle.stop(Some("Enough".into()), None);
        let report = test.run::<busy::Machine, _>(&workers, input(place));
        report.assert_failed("Enough").assert_elapsed(Duration::ZERO);
        let types: Vec<_> = report.history().events().iter().map(|event| event.event_type).collect();
        assert_eq!(types, ["ExecutionStarted", "ExecutionAborted"]);
    }
}

asl!(mod hasty = {
    "TimeoutSeconds": 5,
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSeconds": 1,
            "Retry": [{ "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Parallel" }],
            "End": true
        },
        "Parallel": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Inner",
                    "States": {
                        "Inner": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Inner caught" }],
                            "End": true
                        },
                        "Inner caught": { "Type": "Succeed" }
                    }
                }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn to_7_no_state_catches_the_time_out_of_the_machine() {
    // Those of the task, after 1 and 3 seconds, are caught.
    let script = Script::new()
        .always("Work", Answer::never())
        .always("Inner", Answer::never());
    let report = script.run::<hasty::Machine>(json!({}));
    report
        .assert_elapsed(seconds(5))
        .assert_attempts("Work", [0, 2_000])
        .assert_attempts("Inner", [3_000]);
    let error = report.result().as_ref().expect_err("it was timed out");
    assert_eq!(*error, Error::timed_out());
    assert_eq!(
        (error.status(), error.status().to_string()),
        (Status::TimedOut, "TIMED_OUT".to_owned())
    );
    assert!(!error.is(&["States.ALL"]) && !error.is(&["States.Timeout"]) && !error.is_timeout());
}

#[tokio::test(start_paused = true)]
async fn to_7_it_holds_on_every_engine_and_drops_the_handlers() {
    let (gauge, started) = (Gauge::default(), Instant::now());
    let error = hasty::run(&Idle(gauge.clone()), json!({}))
        .await
        .expect_err("it was timed out");
    assert_eq!(
        (error, started.elapsed(), gauge.running()),
        (Error::timed_out(), seconds(5), 0)
    );
    let history = History::new(Execution::new());
    let error = hasty::run_on(&history, &Idle(gauge.clone()), json!({}))
        .await
        .expect_err("it was timed out");
    assert_eq!((error, gauge.running()), (Error::timed_out(), 0));
    let last = history.events().pop().expect("events");
    assert_eq!((last.event_type, last.previous_id), ("ExecutionTimedOut", 0));
}

struct Idle(Gauge);

impl hasty::Tasks for Idle {
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        let _working = self.0.begin();
        std::future::pending().await
    }
}
