//! What `asl_runtime::testing` says when a test fails.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{asl, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

asl!(mod greet = {
    "StartAt": "Greet",
    "States": {
        "Greet": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:greet",
            "Retry": [{ "ErrorEquals": ["Shy"] }],
            "Next": "Pause"
        },
        "Pause": { "Type": "Wait", "Seconds": 2, "End": true }
    }
});

/// The text of a panic.
fn message(fail: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(fail)).expect_err("it should fail");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn an_assertion_that_fails_shows_the_whole_run() {
    let script = Script::new().on(
        "Greet",
        [
            Answer::error("Shy", "hm"),
            Answer::ok("hello").after(Duration::from_millis(500)),
        ],
    );
    let report = script.run::<greet::Machine>(json!({ "name": "Ada" }));
    let run = "         0 ms  Greet.0\n         \
               0 ms    attempt 0 of Greet.0 with {\"name\":\"Ada\"}: Shy: hm\n      \
               1000 ms    attempt 1 of Greet.0 with {\"name\":\"Ada\"}: \"hello\"\n      \
               1500 ms  Pause.0\n      \
               3500 ms  succeeded with \"hello\"";
    assert_eq!(report.to_string(), run);
    let says = |fail: &dyn Fn(), text: &str| assert_eq!(message(fail), format!("{text}\n{run}"));
    says(
        &|| {
            report.assert_path(["Greet", "Wave"]);
        },
        "the path differs at step 2: expected `Wave`, and it came to `Pause`",
    );
    says(
        &|| {
            report.assert_path(["Greet"]);
        },
        "the path differs at step 2: expected the end, and it came to `Pause`",
    );
    says(
        &|| {
            report.assert_path_in("Greet.0[1]", ["X"]);
        },
        "the path differs at step 1: expected `X`, and it came to the end",
    );
    says(
        &|| {
            report.assert_output(7);
        },
        "expected the output 7",
    );
    says(
        &|| {
            report.assert_failed("X");
        },
        "expected it to fail with `X`",
    );
    says(
        &|| {
            report.assert_elapsed(Duration::from_secs(3));
        },
        "expected it to take 3000 ms, and it took 3500 ms",
    );
    says(
        &|| {
            report.assert_attempts("Greet", [0, 900]);
        },
        "expected the attempts of `Greet` at [0, 900] ms, and they were at [0, 1000] ms",
    );
}

#[test]
fn a_failed_run_shows_its_error() {
    let report = Script::new()
        .always("Greet", Answer::error("Rude", "no"))
        .run::<greet::Machine>(json!(1));
    let text = message(|| {
        report.assert_output(7);
    });
    assert!(text.starts_with("expected it to succeed with 7\n"), "{text}");
    assert!(text.ends_with("ended with Rude: no"), "{text}");
}

#[test]
fn a_script_that_lacks_a_part_says_so() {
    let script = Script::new().on("Wave", []).on("Bow", []);
    assert_eq!(
        message(|| drop(script.run::<greet::Machine>(json!({ "n": 1 })))),
        "`Greet` is called, and the script has no part for it, but for `Bow`, `Wave`; the input is {\"n\":1}"
    );
    let script = Script::new().on("Greet", [Answer::error("Shy", ""), Answer::error("Shy", "")]);
    assert_eq!(
        message(|| drop(script.run::<greet::Machine>(json!(1)))),
        "`Greet` is called for the 3rd time, at Greet.0, and the script has 2 answers; the input is 1"
    );
}

#[test]
fn a_script_may_have_an_answer_for_the_rest() {
    let script = Script::new().on("Wave", []).otherwise(Answer::ok("hello"));
    script.run::<greet::Machine>(json!(1)).assert_output("hello");
}

#[tokio::test(start_paused = true)]
async fn scripts_run_inside_a_runtime_too() {
    let script = Script::new().always("Greet", Answer::ok("hello"));
    let report = script.run_async::<greet::Machine>(json!(1)).await;
    report
        .assert_path(["Greet", "Pause"])
        .assert_elapsed(Duration::from_secs(2));
}

#[test]
fn every_run_of_a_test_is_the_same() {
    asl!(mod draws = {
        "StartAt": "Draw",
        "States": {
            "Draw": {
                "Type": "Pass",
                "Parameters": { "id.$": "States.UUID()", "execution.$": "$$.Execution" },
                "End": true
            }
        }
    });
    let run = || Script::new().run::<draws::Machine>(json!({})).result().clone().unwrap();
    assert_eq!(run(), run());
    assert_eq!(run()["execution"]["StartTime"], "2026-01-01T00:00:00.000Z");
}
