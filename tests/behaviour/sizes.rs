//! The quota of 262,144 bytes of JSON text for what goes in, comes out and is handed on (IO-30, J-110).

use asl_runtime::testing::{Report, Test};
use asl_runtime::{Execution, Quotas, TaskContext, TaskError, Value, asl, json};

asl!(mod sizes = {
    "StartAt": "Which?",
    "States": {
        "Which?": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.of", "StringEquals": "result", "Next": "Work" },
                { "Variable": "$.of", "StringEquals": "service", "Next": "Service" },
                { "Variable": "$.of", "StringEquals": "failed", "Next": "Failed" },
                { "Variable": "$.of", "StringEquals": "input", "Next": "Twice" },
                { "Variable": "$.of", "StringEquals": "pass", "Next": "Copy" },
                { "Variable": "$.of", "StringEquals": "output", "Next": "Keep" },
                { "Variable": "$.of", "StringEquals": "branches", "Next": "Branches" },
                { "Variable": "$.of", "StringEquals": "inside", "Next": "Inside" },
                { "Variable": "$.of", "StringEquals": "items", "Next": "Items" },
                { "Variable": "$.of", "StringEquals": "variables", "Next": "Assign" }
            ],
            "Default": "Done"
        },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Retry": [{ "ErrorEquals": ["States.DataLimitExceeded"], "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Service": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "send", "Payload.$": "$" },
            "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Failed": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "Caught" }],
            "Next": "Done"
        },
        "Twice": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:echo",
            "Parameters": { "one.$": "$.text", "two.$": "$.text" },
            "ResultPath": null,
            "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Copy": { "Type": "Pass", "InputPath": "$.text", "ResultPath": "$.copy", "Next": "Done" },
        "Keep": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:echo",
            "InputPath": "$.text",
            "ResultPath": "$.copy",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Branches": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "Left", "States": { "Left": { "Type": "Succeed" } } },
                { "StartAt": "Right", "States": { "Right": { "Type": "Succeed" } } }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Inside": {
            "Type": "Parallel",
            "Branches": [{
                "StartAt": "Copy inside",
                "States": {
                    "Copy inside": { "Type": "Pass", "InputPath": "$.text", "ResultPath": "$.copy", "Next": "Never" },
                    "Never": { "Type": "Fail" }
                }
            }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Items": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": { "text.$": "$.text" },
            "ItemProcessor": { "StartAt": "Item", "States": { "Item": { "Type": "Pass", "End": true } } },
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught" }],
            "Next": "Done"
        },
        "Assign": { "Type": "Pass", "Assign": { "one.$": "$.text", "two.$": "$.text" }, "Next": "Done" },
        "Caught": { "Type": "Pass", "InputPath": "$.error", "End": true },
        "Done": { "Type": "Succeed", "OutputPath": "$.of" }
    }
});

/// Answers a text whose JSON has so many bytes.
struct Work;

impl sizes::Tasks for Work {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let size = input["size"].as_u64().unwrap_or_default();
        let empty = json!({ "of": "", "text": "" }).to_string().len();
        Ok(json!({ "of": "", "text": text(size as usize - empty) }))
    }

    async fn send(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.work(cx, input["Payload"].clone()).await
    }

    async fn echo(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

/// A text of so many bytes, two for most characters.
fn text(bytes: usize) -> String {
    "é".repeat(bytes / 2) + if bytes % 2 == 1 { "e" } else { "" }
}

const LIMIT: usize = 262_144;

fn run(input: Value) -> Report {
    Test::new().run::<sizes::Machine, _>(&Work, input)
}

fn caught(report: &Report, cause: &str) {
    let cause = format!("{cause} a size exceeding the maximum number of bytes service limit.");
    report.assert_output(json!({ "Error": "States.DataLimitExceeded", "Cause": cause }));
}

fn failed(report: &Report, cause: &str) {
    let error = report.result().as_ref().expect_err("it is too much");
    let cause = format!("{cause} a size exceeding the maximum number of bytes service limit.");
    assert_eq!(
        (error.name(), error.cause()),
        (Some("States.DataLimitExceeded"), Some(&*cause))
    );
}

#[test]
fn tk_10_a_result_may_have_262_144_bytes() {
    // ER-11, ER-15, CT-17
    let input = |of: &str, size: usize| json!({ "of": of, "size": size });
    for of in ["result", "service", "failed"] {
        run(input(of, LIMIT)).assert_output("");
    }
    let report = run(input("result", LIMIT + 1));
    let lambda = "arn:aws:lambda:us-east-1:123456789012:function:work";
    let cause = format!("The state/task '{lambda}' returned a result with");
    caught(&report, &cause);
    report.assert_attempts("Work", [0, 1_000]);
    let events = report.history().events();
    let failures = events.iter().filter(|event| event.event_type == "LambdaFunctionFailed");
    assert_eq!(failures.count(), 2);
    caught(
        &run(input("service", LIMIT + 1)),
        "The state/task 'lambda' returned a result with",
    );
    // It is no failure of the task (ER-18).
    failed(&run(input("failed", LIMIT + 1)), &cause);
}

#[test]
fn io_30_what_goes_in_has_a_quota() {
    let half = text(LIMIT / 2 + 1);
    caught(
        &run(json!({ "of": "input", "text": half })),
        "The state/task 'Twice' was given an input with",
    );
    run(json!({ "of": "input", "text": text(LIMIT / 2 - 20) })).assert_output("input");
    let report = run(json!({ "of": "nothing", "text": text(LIMIT) }));
    failed(&report, "The input of the execution has");
    report.assert_path(Vec::<&str>::new());
}

#[test]
fn io_30_what_a_state_hands_on_has_a_quota() {
    let input = |of: &str| json!({ "of": of, "text": text(LIMIT / 2 + 1), "items": [1, 2] });
    for (of, state) in [("pass", "Copy"), ("output", "Keep")] {
        let report = run(input(of));
        // Its own Catchers do not take it: it has done its work.
        failed(&report, &format!("The state/task '{state}' returned a result with"));
        let types: Vec<_> = report.history().events().iter().map(|event| event.event_type).collect();
        assert!(
            types.ends_with(&["ExecutionFailed"]) && !types.contains(&"TaskStateExited"),
            "{types:?}"
        );
    }
    caught(
        &run(input("branches")),
        "The state/task 'Branches' returned a result with",
    );
    caught(&run(input("items")), "The state/task 'Items' returned a result with");
    // The states around its branch do.
    caught(
        &run(input("inside")),
        "The state/task 'Copy inside' returned a result with",
    );
}

#[test]
fn j_110_what_a_state_assigns_has_a_quota() {
    let input = |bytes: usize| json!({ "of": "variables", "text": text(bytes) });
    run(input(LIMIT / 2 - 2)).assert_output("variables");
    failed(
        &run(input(LIMIT / 2 - 1)),
        "The state/task 'Assign' assigned variables with",
    );
}

asl!(mod variables = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrencyPath": "$.at_once",
            "ItemSelector": { "text.$": "$.text" },
            "ItemProcessor": {
                "StartAt": "Keep",
                "States": {
                    "Keep": { "Type": "Wait", "Seconds": 1, "Assign": { "kept.$": "$.text" }, "Next": "Keep again" },
                    "Keep again": {
                        "Type": "Wait",
                        "Seconds": 1,
                        "Assign": { "kept.$": "$.text" },
                        "OutputPath": null,
                        "End": true
                    }
                }
            },
            "ResultPath": null,
            "OutputPath": "$.at_once",
            "End": true
        }
    }
});

impl variables::Tasks for Work {}

#[test]
fn j_110_all_variables_of_an_execution_have_a_quota() {
    // A fiftieth of what all may take, with the quotes around it.
    let run = |items: usize, at_once: usize| {
        let text = text(Quotas::MAX_VARIABLES / 50 - 2);
        let input = json!({ "items": vec![0; items], "at_once": at_once, "text": text });
        Test::new().run::<variables::Machine, _>(&Work, input)
    };
    run(50, 60).assert_output(60);
    failed(&run(51, 60), "The variables of the execution have");
    // What is assigned again is not counted twice, and what belongs to an item ends with it.
    run(60, 50).assert_output(50);
}

#[test]
fn without_quotas_everything_may_be_of_any_size() {
    let input = |of: &str| json!({ "of": of, "size": LIMIT + 1, "text": text(2 * LIMIT), "items": [1, 2] });
    let ways = [
        ("result", ""),
        ("service", ""),
        ("input", "input"),
        ("pass", "pass"),
        ("output", "output"),
        ("variables", "variables"),
    ];
    for (of, output) in ways {
        let test = Test::with(Execution::new().quotas(Quotas::Unlimited));
        test.run::<sizes::Machine, _>(&Work, input(of)).assert_output(output);
    }
}
