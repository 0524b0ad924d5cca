//! Loops that never wait: others get their turn all the same.

use crate::support::{milliseconds, seconds};
use asl_runtime::testing::Test;
use asl_runtime::{Error, Execution, Memory, TaskContext, TaskError, Value, asl, json};
use tokio::time::{Instant, sleep, timeout};

// Round and round by states that only handle data, by a task that answers at once, by branches that end at once, and by
// jumps into the middle of a loop.
asl!(mod endless = {
    "TimeoutSeconds": 1,
    "StartAt": "Which?",
    "States": {
        "Which?": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.by", "StringEquals": "data", "Next": "Again" },
                { "Variable": "$.by", "StringEquals": "task", "Next": "Work" },
                { "Variable": "$.by", "StringEquals": "branches", "Next": "Branches" },
                { "Variable": "$.by", "StringEquals": "jumps", "Next": "Here or there?" }
            ],
            "Default": "Done"
        },
        "Again": { "Type": "Pass", "Result": true, "ResultPath": "$.again", "Next": "Again?" },
        "Again?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.again", "BooleanEquals": true, "Next": "Again" }],
            "Default": "Done"
        },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "ResultPath": null,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "Next": "Work"
        },
        "Branches": {
            "Type": "Parallel",
            "Branches": [{ "StartAt": "Branch", "States": { "Branch": { "Type": "Succeed" } } }],
            "ResultPath": null,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "Next": "Branches"
        },
        "Here or there?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.here", "IsPresent": true, "Next": "Here" }],
            "Default": "There"
        },
        "Here": { "Type": "Pass", "Next": "There" },
        "There": { "Type": "Pass", "Next": "Here" },
        "Done": { "Type": "Succeed" }
    }
});

const WAYS: [&str; 4] = ["data", "task", "branches", "jumps"];

struct Ready;

impl endless::Tasks for Ready {
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        Ok(Value::Null)
    }
}

#[tokio::test]
async fn a_stop_ends_an_endless_loop() {
    for by in WAYS {
        let engine = Memory::new(Execution::new());
        let stop = async { engine.handle().stop(Some(by.to_owned()), None) };
        let (result, ()) =
            futures_util::future::join(endless::run_on(&engine, &Ready, json!({ "by": by })), stop).await;
        assert_eq!(result, Err(Error::aborted(Some(by.to_owned()), None)));
    }
}

#[tokio::test]
async fn an_endless_loop_can_be_dropped_and_starves_nobody() {
    for by in WAYS {
        let run = endless::run(&Ready, json!({ "by": by }));
        let other = async {
            for _ in 0..3 {
                sleep(milliseconds(1)).await;
            }
        };
        tokio::select! {
            result = run => panic!("it ended with {result:?}"),
            () = other => {}
        }
        timeout(milliseconds(3), endless::run(&Ready, json!({ "by": by })))
            .await
            .expect_err("it would go on");
    }
}

#[tokio::test]
async fn to_7_the_time_of_the_machine_runs_out_in_an_endless_loop() {
    let started = Instant::now();
    let runs = WAYS.map(|by| tokio::spawn(async move { endless::run(&Ready, json!({ "by": by })).await }));
    for run in runs {
        assert_eq!(run.await.expect("no panic"), Err(Error::timed_out()));
    }
    assert!(started.elapsed() >= seconds(1));
}

#[test]
fn ev_61_a_full_history_ends_an_endless_loop() {
    for by in WAYS {
        let report = Test::new().run::<endless::Machine, _>(&Ready, json!({ "by": by }));
        report.assert_failed("States.Runtime").assert_elapsed(seconds(0));
        let events = report.history().events();
        let last = events.last().expect("events");
        assert_eq!(
            (events.len(), last.id, last.event_type),
            (25_000, 25_000, "ExecutionFailed")
        );
    }
}
