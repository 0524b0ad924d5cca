//! Data of every kind goes through a machine as it is.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{Value, asl, json};

asl!(mod through = {
    "StartAt": "Pass",
    "States": {
        "Pass": { "Type": "Pass", "Parameters": { "a.$": "$", "b": { "c.$": "States.Array($, $)" } }, "Next": "Select" },
        "Select": { "Type": "Pass", "InputPath": "$.b.c", "OutputPath": "$[1]", "Next": "Assign" },
        "Assign": { "Type": "Pass", "Assign": { "kept.$": "$" }, "ResultPath": null, "Next": "Work" },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "ResultSelector": { "echo.$": "$", "kept.$": "$kept" },
            "OutputPath": "$.echo",
            "Next": "Both"
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "Left", "States": { "Left": { "Type": "Pass", "End": true } } },
                { "StartAt": "Right", "States": { "Right": { "Type": "Succeed" } } }
            ],
            "Next": "Each"
        },
        "Each": {
            "Type": "Map",
            "ItemSelector": { "item.$": "$$.Map.Item.Value" },
            "ItemProcessor": {
                "StartAt": "Item",
                "States": { "Item": { "Type": "Pass", "OutputPath": "$.item", "End": true } }
            },
            "Next": "Done"
        },
        "Done": { "Type": "Pass", "Parameters": { "result.$": "$[1]", "input.$": "$$.Execution.Input" }, "End": true }
    }
});

fn through(value: &Value) {
    let script = Script::new().with("Work", |_, input| Answer::ok(input.clone()));
    let report = script.run::<through::Machine>(value.clone());
    let output = report.result().as_ref().unwrap();
    assert_eq!((&output["result"], &output["input"]), (value, value));
    // Text shows what equality of numbers might not.
    assert_eq!(output["result"].to_string(), value.to_string());
}

#[test]
fn numbers_are_kept_exactly() {
    for text in [
        "0",
        "-0.0",
        "1.0",
        "1",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "0.1",
        "1e308",
        "5e-324",
        "123456789.123456789",
        "9007199254740993",
        "-1e-7",
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        through(&json!({ "n": value, "list": [value] }));
        through(&value);
    }
}

asl!(mod compare = {
    "StartAt": "Compare",
    "States": {
        "Compare": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.a", "NumericLessThanPath": "$.b", "Next": "Less" },
                { "Variable": "$.a", "NumericGreaterThanPath": "$.b", "Next": "Greater" },
                { "Variable": "$.a", "NumericEqualsPath": "$.b", "Next": "Equal" }
            ],
            "Default": "Neither"
        },
        "Less": { "Type": "Succeed" },
        "Greater": { "Type": "Succeed" },
        "Equal": { "Type": "Succeed" },
        "Neither": { "Type": "Succeed" }
    }
});

#[test]
fn numbers_are_compared_exactly() {
    for (a, b, outcome) in [
        ("18446744073709551615", "18446744073709551614", "Greater"),
        ("9223372036854775807", "9223372036854775808", "Less"),
        ("9007199254740993", "9007199254740992", "Greater"),
        ("9007199254740993", "9007199254740992.0", "Greater"),
        ("-9223372036854775808", "18446744073709551615", "Less"),
        ("-1", "18446744073709551615", "Less"),
        ("1", "1.0", "Equal"),
        ("-0.0", "0", "Equal"),
        ("1e3", "1000", "Equal"),
        ("0.1", "0.1", "Equal"),
        ("1", "\"1\"", "Neither"),
    ] {
        let [a, b] = [a, b].map(|text| serde_json::from_str::<Value>(text).unwrap());
        Script::new()
            .run::<compare::Machine>(json!({ "a": a, "b": b }))
            .assert_path(["Compare", outcome]);
    }
}

#[test]
fn deep_and_wide_values_go_through() {
    let deep = (0..500).fold(json!(1), |inner, n| {
        if n % 2 == 0 {
            json!([inner])
        } else {
            json!({ "": inner })
        }
    });
    through(&deep);
    through(&json!(
        (0..1_000)
            .map(|n| json!({ "n": n, "text": "x".repeat(10) }))
            .collect::<Vec<_>>()
    ));
    through(&json!({ "": { "": "" }, "a.b": 1, "a[0]": 2, "$": 3, "'": 4, "\"": 5, "\\": 6, "é\u{0}\u{1F980}": 7 }));
    through(&json!("\u{FFFF}\u{10FFFF}\n\t\\\""));
}

asl!(mod keys = {
    "StartAt": "Read",
    "States": {
        "Read": {
            "Type": "Pass",
            "Parameters": {
                "empty.$": "$['']",
                "deeper.$": "$['']['']",
                "dotted.$": "$['a.b']",
                "quoted.$": "$['it\\'s']",
                "unicode.$": "$.ключ['🦀']",
                "hyphen.$": "$.x-y",
                "": { ".$": "$['']" }
            },
            "ResultPath": "$.out['new key']['']",
            "Next": "Choose"
        },
        "Choose": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$['']['']", "IsPresent": true, "Next": "Done" }],
            "Default": "Lost"
        },
        "Lost": { "Type": "Fail" },
        "Done": { "Type": "Pass", "InputPath": "$.out['new key']['']", "End": true }
    }
});

#[test]
fn keys_may_be_anything() {
    let input = json!({ "": { "": 1 }, "a.b": 2, "it's": 3, "ключ": { "🦀": 4 }, "x-y": 5 });
    Script::new().run::<keys::Machine>(input).assert_output(json!({
        "empty": { "": 1 }, "deeper": 1, "dotted": 2, "quoted": 3, "unicode": 4, "hyphen": 5, "": { "": { "": 1 } }
    }));
}

asl!(mod beyond = {
    "StartAt": "Keep",
    "States": {
        "Keep": { "Type": "Pass", "Assign": { "list.$": "$.list" }, "Next": "Each" },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {
                "data.$": "$.list[2]",
                "variable.$": "$list[2]",
                "execution.$": "$$.Execution.Input.list[2]",
                "item.$": "$$.Map.Item.Value[2]"
            },
            "ItemProcessor": { "StartAt": "Is", "States": { "Is": { "Type": "Pass", "End": true } } },
            "End": true
        }
    }
});

#[test]
fn p_36_an_element_beyond_the_end_is_null_wherever_the_array_is() {
    let report = Script::new().run::<beyond::Machine>(json!({ "list": [1, 2], "items": [[3]] }));
    report.assert_output(json!([{ "data": null, "variable": null, "execution": null, "item": null }]));
    let report = Script::new().run::<beyond::Machine>(json!({ "list": [1, 2, 3], "items": [[4, 5, 6]] }));
    report.assert_output(json!([{ "data": 3, "variable": 3, "execution": 3, "item": 6 }]));
    Script::new()
        .run::<beyond::Machine>(json!({ "list": [1, 2], "items": [4] }))
        .assert_failed("States.Runtime");
}
