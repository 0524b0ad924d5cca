//! Variables and their scopes (J-72 to J-108) at run time.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{asl, json};

asl!(mod swap = {
    "StartAt": "Set",
    "States": {
        "Set": { "Type": "Pass", "Assign": { "x": 1, "y": [2, { "z": 3 }], "größe": "XL", "from.$": "$.in" }, "Next": "Swap" },
        "Swap": {
            "Type": "Pass",
            "Parameters": { "x.$": "$x" },
            "Assign": { "x.$": "$y[1].z", "y.$": "$x", "sum.$": "States.MathAdd($x, $y[1].z)", "result.$": "$.x" },
            "Next": "Show"
        },
        "Show": {
            "Type": "Pass",
            "Parameters": {
                "x.$": "$x",
                "y.$": "$y",
                "sum.$": "$sum",
                "größe.$": "$größe",
                "from.$": "$from",
                "result.$": "$result",
                "input.$": "$"
            },
            "End": true
        }
    }
});

#[test]
fn j_77_all_values_of_an_assign_come_from_the_former_ones() {
    // The input of Assign in a Pass state is its result.
    Script::new()
        .run::<swap::Machine>(json!({ "in": "outside" }))
        .assert_output(json!({
            "x": 3, "y": 1, "sum": 4, "größe": "XL", "from": "outside", "result": 1, "input": { "x": 1 }
        }));
}

asl!(mod count = {
    "StartAt": "Start",
    "States": {
        "Start": { "Type": "Pass", "Assign": { "n": 0, "log": [] }, "Next": "Work" },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "n.$": "$n", "log.$": "$log" },
            "Assign": { "n.$": "States.MathAdd($n, 1)", "log.$": "States.Array($log, $)" },
            "ResultPath": null,
            "Retry": [{ "ErrorEquals": ["Again"], "IntervalSeconds": 1 }],
            "Catch": [
                { "ErrorEquals": ["Skip"], "Assign": { "n.$": "States.MathAdd($n, 10)", "skipped.$": "$.Cause" }, "ResultPath": null, "Next": "More?" },
                { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "More?" }
            ],
            "Next": "More?"
        },
        "More?": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$n", "NumericLessThan": 2, "Assign": { "looped": true }, "Next": "Work" },
                { "And": [{ "Variable": "$looped", "IsPresent": true }, { "Variable": "$nowhere", "IsPresent": false }], "Next": "Rest" }
            ],
            "Default": "Show"
        },
        "Rest": { "Type": "Wait", "SecondsPath": "$n", "Assign": { "n.$": "$.pause", "nowhere": 0 }, "Next": "More?" },
        "Show": { "Type": "Pass", "Parameters": { "n.$": "$n", "log.$": "$log", "looped.$": "$looped" }, "End": true }
    }
});

#[test]
fn j_79_a_failed_attempt_sets_nothing_and_a_catcher_sets_its_own() {
    let script = Script::new().on(
        "Work",
        [
            Answer::error("Again", ""),
            Answer::ok("a"),
            Answer::error("Other", ""),
            Answer::error("Skip", "tired"),
        ],
    );
    let report = script.run::<count::Machine>(json!({ "pause": 5 }));
    let seen: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| attempt.input["n"].clone())
        .collect();
    assert_eq!(seen, [0, 0, 1, 1]);
    report
        .assert_path([
            "Start", "Work", "More?", "Work", "More?", "Work", "More?", "Rest", "More?", "Show",
        ])
        .assert_attempts("Work", [0, 1_000, 1_000, 1_000])
        .assert_elapsed(crate::support::seconds(12))
        .assert_output(json!({ "n": 5, "log": [[], "a"], "looped": true }));
}

asl!(mod scopes = {
    "StartAt": "Outer",
    "States": {
        "Outer": { "Type": "Pass", "Assign": { "outer": "o", "list": [1, 2, 3] }, "Next": "Both" },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Left",
                    "States": {
                        "Left": { "Type": "Pass", "Assign": { "own": "left", "seen.$": "$outer" }, "Next": "Left each" },
                        "Left each": {
                            "Type": "Map",
                            "ItemsPath": "$list",
                            "ItemProcessor": {
                                "StartAt": "Deep",
                                "States": {
                                    "Deep": { "Type": "Pass", "Assign": { "mine.$": "$" }, "Next": "Deep show" },
                                    "Deep show": {
                                        "Type": "Pass",
                                        "Parameters": { "mine.$": "$mine", "own.$": "$own", "outer.$": "$outer" },
                                        "End": true
                                    }
                                }
                            },
                            "Assign": { "count.$": "States.ArrayLength($)" },
                            "Next": "Left show"
                        },
                        "Left show": {
                            "Type": "Pass",
                            "Parameters": { "own.$": "$own", "seen.$": "$seen", "count.$": "$count", "first.$": "$[0]" },
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Right",
                    "States": {
                        "Right": { "Type": "Pass", "Assign": { "own": "right" }, "Next": "Right show" },
                        "Right show": { "Type": "Pass", "Parameters": { "own.$": "$own", "outer.$": "$outer" }, "End": true }
                    }
                }
            ],
            "Assign": { "outer.$": "States.Format('{}-{}', $outer, $[1].own)", "both": true },
            "Next": "Children"
        },
        "Children": {
            "Type": "Map",
            "ItemsPath": "$list",
            "ItemSelector": { "item.$": "$$.Map.Item.Value", "outer.$": "$outer" },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Child",
                "States": {
                    "Child": { "Type": "Pass", "Assign": { "outer": "the child's own" }, "Next": "Child show" },
                    "Child show": { "Type": "Pass", "Parameters": { "outer.$": "$outer", "input.$": "$" }, "End": true }
                }
            },
            "ResultSelector": { "last.$": "$[2]" },
            "ResultPath": "$[1]",
            "Next": "Show"
        },
        "Show": { "Type": "Pass", "Parameters": { "outer.$": "$outer", "results.$": "$" }, "End": true }
    }
});

#[test]
fn j_100_to_107_inner_scopes_see_outward_and_nobody_sees_inward() {
    let left = json!({
        "own": "left", "seen": "o", "count": 3, "first": { "mine": 1, "own": "left", "outer": "o" }
    });
    let child = json!({ "outer": "the child's own", "input": { "item": 3, "outer": "o-right" } });
    Script::new().run::<scopes::Machine>(json!({})).assert_output(json!({
        "outer": "o-right", "results": [left, { "last": child }]
    }));
}

asl!(mod late = {
    "StartAt": "Which",
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.set", "BooleanEquals": true, "Next": "Set" }],
            "Default": "Read"
        },
        "Set": { "Type": "Pass", "Assign": { "x": { "y": null } }, "Next": "Read" },
        "Read": { "Type": "Pass", "Parameters": { "y.$": "$x.y" }, "End": true }
    }
});

#[test]
fn vr_5_a_variable_that_no_path_has_assigned_cannot_be_read() {
    Script::new()
        .run::<late::Machine>(json!({ "set": true }))
        .assert_output(json!({ "y": null }));
    Script::new()
        .run::<late::Machine>(json!({ "set": false }))
        .assert_failed("States.Runtime");
}

asl!(mod lanes = {
    "StartAt": "Start",
    "States": {
        "Start": { "Type": "Pass", "Assign": { "tries": 0 }, "Next": "Try" },
        "Try": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Inner",
                    "States": {
                        "Inner": { "Type": "Pass", "Assign": { "inner.$": "$tries" }, "Next": "Work" },
                        "Work": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "Parameters": { "inner.$": "$inner" },
                            "End": true
                        }
                    }
                }
            ],
            "Retry": [{ "ErrorEquals": ["Again"], "IntervalSeconds": 1 }],
            "Catch": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "Assign": { "tries.$": "States.MathAdd($tries, 1)", "error.$": "$" },
                    "Next": "Try"
                }
            ],
            "Assign": { "tries": "done" },
            "Next": "Show"
        },
        "Show": { "Type": "Pass", "Parameters": { "tries.$": "$tries", "error.$": "$error" }, "End": true }
    }
});

#[test]
fn j_106_a_parallel_and_its_catchers_assign_around_it() {
    let script = Script::new().on(
        "Work",
        [
            Answer::error("Again", ""),
            Answer::error("Broken", "twice"),
            Answer::ok(1),
        ],
    );
    let report = script.run::<lanes::Machine>(json!({}));
    let seen: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| attempt.input["inner"].clone())
        .collect();
    assert_eq!(seen, [0, 0, 1]);
    report.assert_output(json!({ "tries": "done", "error": { "Error": "Broken", "Cause": "twice" } }));
}
