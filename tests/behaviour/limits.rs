//! Time-outs and heartbeats of tasks (TO-1 to TO-9).

use crate::support::{milliseconds, seconds};
use asl_runtime::testing::{Answer, Script, Test};
use asl_runtime::{Execution, Handle, Memory, TaskContext, TaskError, Value, asl, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

asl!(mod job = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSeconds": 10,
            "HeartbeatSeconds": 3,
            "Catch": [
                { "ErrorEquals": ["States.HeartbeatTimeout"], "ResultPath": "$.error", "Next": "Silent" },
                { "ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Late" }
            ],
            "Next": "Done"
        },
        "Silent": { "Type": "Succeed" },
        "Late": { "Type": "Succeed" },
        "Done": { "Type": "Succeed" }
    }
});

/// Beats so often, every two seconds, and then goes on for so long.
struct Beating(u32, Duration);

impl job::Tasks for Beating {
    async fn work(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        assert_eq!(cx.deadline(), Some(Instant::now() + seconds(10)));
        for _ in 0..self.0 {
            sleep(seconds(2)).await;
            cx.heartbeat();
        }
        sleep(self.1).await;
        Ok(json!("done"))
    }
}

#[test]
fn to_3_a_heartbeat_restarts_its_clock_and_no_other() {
    let run = |beats, then| Test::new().run::<job::Machine, _>(&Beating(beats, then), json!({}));
    let missed = json!({ "error": { "Error": "States.Timeout", "Cause": "" } });
    run(0, seconds(60))
        .assert_path(["Work", "Silent"])
        .assert_elapsed(seconds(3))
        .assert_output(missed.clone());
    run(3, seconds(60))
        .assert_path(["Work", "Silent"])
        .assert_elapsed(seconds(9))
        .assert_output(missed.clone());
    run(20, seconds(0))
        .assert_path(["Work", "Late"])
        .assert_elapsed(seconds(10))
        .assert_output(missed);
    run(4, seconds(1))
        .assert_path(["Work", "Done"])
        .assert_elapsed(seconds(9))
        .assert_output("done");
}

asl!(mod timeouts = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSeconds": 10,
            "HeartbeatSeconds": 3,
            "Retry": [
                { "ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1, "MaxAttempts": 1 },
                { "ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 7 },
                { "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 2, "MaxAttempts": 1 }
            ],
            "End": true
        }
    }
});

/// Is silent at first, beats for too long next.
struct Failing;

impl timeouts::Tasks for Failing {
    async fn work(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        loop {
            sleep(seconds(2)).await;
            if cx.attempt() % 2 == 1 {
                cx.heartbeat();
            }
        }
    }
}

#[test]
fn to_4_a_missed_heartbeat_has_a_name_of_its_own_and_each_attempt_its_own_clocks() {
    let report = Test::new().run::<timeouts::Machine, _>(&Failing, json!({}));
    // Silent until 3, beating from 4 to 14, silent from 16 to 19: that Retrier is spent, and the later one is not asked.
    report
        .assert_attempts("Work", [0, 4_000, 16_000])
        .assert_elapsed(seconds(19))
        .assert_failed("States.Timeout");
    // Only a Catcher makes the cause of a time-out the empty string (CT-16).
    assert_eq!(report.result().as_ref().unwrap_err().cause(), None);
}

asl!(mod either = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSeconds": 10,
            "HeartbeatSeconds": 3,
            "Catch": [
                { "ErrorEquals": ["States.TaskFailed"], "Next": "Failed" },
                { "ErrorEquals": ["States.Timeout"], "Next": "Timeout" },
                { "ErrorEquals": ["States.ALL"], "Next": "Failed" }
            ],
            "End": true
        },
        "Timeout": { "Type": "Succeed" },
        "Failed": { "Type": "Succeed" }
    }
});

#[test]
fn to_4_states_timeout_takes_a_missed_heartbeat_too() {
    // And States.TaskFailed takes neither (ER-17).
    let report = Script::new()
        .always("Work", Answer::never())
        .run::<either::Machine>(json!({}));
    report.assert_path(["Work", "Timeout"]).assert_elapsed(seconds(3));
}

asl!(mod computed = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSecondsPath": "$.limits.timeout",
            "HeartbeatSecondsPath": "$.limits.heartbeat",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn to_5_limits_may_be_computed() {
    let script = Script::new().always("Work", Answer::never());
    let run = |input| script.run::<computed::Machine>(input);
    run(json!({ "limits": { "timeout": 9, "heartbeat": 4 } }))
        .assert_elapsed(seconds(4))
        .assert_path(["Work", "Caught"]);
    run(json!({ "limits": { "timeout": 2, "heartbeat": 4 } }))
        .assert_elapsed(seconds(2))
        .assert_path(["Work", "Caught"]);
    for wrong in [
        json!({}),
        json!({ "timeout": 0, "heartbeat": 1 }),
        json!({ "timeout": "5", "heartbeat": 1 }),
    ] {
        let report = run(json!({ "limits": wrong }));
        report
            .assert_failed("States.Runtime")
            .assert_path(["Work"])
            .assert_elapsed(Duration::ZERO);
        assert!(report.attempts().is_empty());
    }
    let report = run(json!({ "limits": { "timeout": 1 } }));
    let cause = report
        .result()
        .as_ref()
        .unwrap_err()
        .cause()
        .unwrap_or_default()
        .to_owned();
    assert!(cause.contains("Invalid path '$.limits.heartbeat'"), "{cause}");
}

asl!(mod letter = {
    "StartAt": "Send",
    "States": {
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "MessageBody.$": "$$.Task.Token" },
            "TimeoutSeconds": 60,
            "HeartbeatSeconds": 5,
            "End": true
        }
    }
});

/// Whoever gets the letter beats so often, every four seconds.
struct Post(Handle, u32);

impl letter::Tasks for Post {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        cx: &TaskContext<'_>,
        input: Value,
    ) -> Result<Value, TaskError> {
        assert_eq!(input["MessageBody"].as_str(), cx.token());
        let (handle, beats, token) = (self.0.clone(), self.1, cx.token().unwrap_or_default().to_owned());
        tokio::spawn(async move {
            for _ in 0..beats {
                sleep(seconds(4)).await;
                // From the time-out on, nobody hears it.
                let _ = handle.send_task_heartbeat(&token);
            }
        });
        Ok(json!({}))
    }
}

#[test]
fn to_3_who_has_the_token_beats_by_the_handle() {
    for (beats, elapsed) in [(0, 5_000), (3, 17_000), (20, 60_000)] {
        let test = Test::new();
        let post = Post(test.handle(), beats);
        let report = test.run::<letter::Machine, _>(&post, json!({}));
        report
            .assert_elapsed(milliseconds(elapsed))
            .assert_failed("States.Timeout");
        let is_missed = beats < 20;
        assert_eq!(
            report.result().as_ref().unwrap_err().is(&["States.HeartbeatTimeout"]),
            is_missed
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_memory_engine_keeps_the_same_limits() {
    let started = Instant::now();
    let engine = Memory::new(Execution::new());
    let error = either::run_on(&engine, &Idle, json!({})).await;
    assert_eq!(
        (error, started.elapsed()),
        (Ok(json!({ "Error": "States.Timeout", "Cause": "" })), seconds(3))
    );
}

struct Idle;

impl either::Tasks for Idle {
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        std::future::pending().await
    }
}
