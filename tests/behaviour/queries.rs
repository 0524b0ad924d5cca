//! States in JSONata: what their fields see, and how they fail.

use asl_runtime::testing::{Answer, Report, Script};
use asl_runtime::{Value, asl, json};

asl!(mod listed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Double",
                "States": { "Double": { "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true } }
            },
            "Output": { "of": "{% $states.input %}", "is": "{% $states.result %}" },
            "Assign": { "list": "{% $states.input %}" },
            "Next": "Show"
        },
        "Show": { "Type": "Pass", "Output": "{% $merge([$states.input, { 'again': $list }]) %}", "End": true }
    }
});

asl!(mod plainly_listed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Double",
                "States": { "Double": { "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true } }
            },
            "End": true
        }
    }
});

#[test]
fn j_30_output_and_assign_of_a_map_see_the_input_that_it_went_through() {
    let report = Script::new().run::<listed::Machine>(json!([1, 2]));
    report.assert_output(json!({ "of": [1, 2], "is": [2, 4], "again": [1, 2] }));
}

#[test]
fn mp_22_the_input_of_a_map_without_items_is_an_array() {
    let run = |input| Script::new().run::<plainly_listed::Machine>(input);
    run(json!([1, 2])).assert_output(json!([2, 4]));
    for input in [json!(1), json!("a"), json!(null), json!({ "a": [1] })] {
        let report = run(input.clone());
        report.assert_failed("States.QueryEvaluationError");
        let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
        let text = format!("Map state input must be an array but was: {input}");
        assert!(cause.ends_with(&text), "{cause}");
        let history = report.history().events();
        let events: Vec<_> = history.iter().map(|event| event.event_type).collect();
        assert_eq!(
            events,
            [
                "ExecutionStarted",
                "MapStateEntered",
                "EvaluationFailed",
                "MapStateFailed",
                "ExecutionFailed"
            ]
        );
    }
}

asl!(mod conditional = {
    "QueryLanguage": "JSONata",
    "StartAt": "Is it?",
    "States": {
        "Is it?": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.v %}", "Next": "Yes" }], "Default": "No" },
        "Yes": { "Type": "Succeed", "Output": "yes" },
        "No": { "Type": "Succeed", "Output": "no" }
    }
});

asl!(mod pause = {
    "QueryLanguage": "JSONata",
    "StartAt": "Pause",
    "States": { "Pause": { "Type": "Wait", "Seconds": "{% $states.input.v %}", "End": true } }
});

asl!(mod until = {
    "QueryLanguage": "JSONata",
    "StartAt": "Until",
    "States": { "Until": { "Type": "Wait", "Timestamp": "{% $states.input.v %}", "End": true } }
});

asl!(mod timed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "TimeoutSeconds": "{% $states.input.v %}",
            "HeartbeatSeconds": 1,
            "End": true
        }
    }
});

asl!(mod beating = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "HeartbeatSeconds": "{% $states.input.v %}",
            "End": true
        }
    }
});

asl!(mod lent = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Credentials": { "RoleArn": "{% $states.input.v %}" },
            "End": true
        }
    }
});

macro_rules! each {
    ($name:ident, $($field:tt)*) => {
        asl!(mod $name = {
            "QueryLanguage": "JSONata",
            "StartAt": "Each",
            "States": {
                "Each": {
                    "Type": "Map",
                    $($field)*,
                    "ItemProcessor": {
                        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                        "StartAt": "It",
                        "States": { "It": { "Type": "Pass", "End": true } }
                    },
                    "End": true
                }
            }
        });
    };
}

each!(of_items, "Items": "{% $states.input.v %}");
each!(at_once, "Items": [1, 2], "MaxConcurrency": "{% $states.input.v %}");
each!(tolerant, "Items": [1, 2], "ToleratedFailureCount": "{% $states.input.v %}");
each!(in_part, "Items": [1, 2], "ToleratedFailurePercentage": "{% $states.input.v %}");

asl!(mod named = {
    "QueryLanguage": "JSONata",
    "StartAt": "Fail",
    "States": { "Fail": { "Type": "Fail", "Error": "{% $states.input.v %}", "Cause": "{% $states.input.why %}" } }
});

/// Runs a machine of one state over `{ "v": .. }`.
type Machine = fn(Value) -> Report;

/// Fails with this text after what says which state it was, and tells the field.
#[track_caller]
fn assert_unfit(run: Machine, field: &str, value: &Value, what: &str) {
    let report = run(json!({ "v": value, "why": "so" }));
    report.assert_failed("States.QueryEvaluationError");
    let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
    let text = format!("The JSONata expression '$states.input.v' specified for the field '{field}' {what}");
    assert!(cause.ends_with(&text), "{cause}\nwanted {text}");
}

/// A machine, its field, the type that it demands, values that fit, and others of this type that do not.
type Demand<'v> = (Machine, &'v str, &'v str, &'v [Value], &'v [Value]);

#[test]
fn j_13_to_j_22_and_j_67_a_value_is_of_the_type_that_its_field_demands() {
    let number = "number";
    let integers = [json!(0), json!(3), json!(2.0)];
    let cases: [Demand<'_>; 11] = [
        (
            |v| Script::new().run::<conditional::Machine>(v),
            "Choices[0]/Condition",
            "boolean",
            &[json!(true), json!(false)],
            &[],
        ),
        (
            |v| Script::new().run::<pause::Machine>(v),
            "Seconds",
            number,
            &integers,
            &[json!(-1), json!(1.5), json!(100_000_000)],
        ),
        (
            |v| Script::new().run::<until::Machine>(v),
            "Timestamp",
            "string",
            &[json!("2000-01-01T00:00:00Z")],
            &[],
        ),
        (
            |v| Script::new().on("Work", [Answer::ok(1)]).run::<timed::Machine>(v),
            "TimeoutSeconds",
            number,
            &[json!(2), json!(99_999_999)],
            &[json!(0), json!(-1), json!(2.5), json!(100_000_000)],
        ),
        (
            |v| Script::new().on("Work", [Answer::ok(1)]).run::<beating::Machine>(v),
            "HeartbeatSeconds",
            number,
            &[json!(1)],
            &[json!(0), json!(0.5)],
        ),
        (
            |v| Script::new().run::<of_items::Machine>(v),
            "Items",
            "array",
            &[json!([]), json!([1])],
            &[],
        ),
        (
            |v| Script::new().run::<at_once::Machine>(v),
            "MaxConcurrency",
            number,
            &integers,
            &[json!(-1), json!(0.5)],
        ),
        (
            |v| Script::new().run::<tolerant::Machine>(v),
            "ToleratedFailureCount",
            number,
            &integers,
            &[json!(-1), json!(0.5)],
        ),
        (
            |v| Script::new().run::<in_part::Machine>(v),
            "ToleratedFailurePercentage",
            number,
            &[json!(0), json!(12.5), json!(100)],
            &[json!(-1), json!(100.5)],
        ),
        (
            |v| Script::new().on("Work", [Answer::ok(1)]).run::<lent::Machine>(v),
            "Credentials/RoleArn",
            "string",
            &[json!("arn:aws:iam::111111111111:role/writer")],
            &[],
        ),
        (|v| Script::new().run::<named::Machine>(v), "Error", "string", &[], &[]),
    ];
    for (run, field, wanted, fitting, beyond) in cases {
        for value in [
            json!(null),
            json!(true),
            json!("5"),
            json!(5),
            json!([5]),
            json!({ "a": 5 }),
        ] {
            let kind = match &value {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::String(_) => "string",
                Value::Number(_) => "number",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            };
            if kind != wanted {
                let what = format!(
                    "returned an unexpected result type. Expected '{wanted}', but was '{kind}' for value: {value}"
                );
                assert_unfit(run, field, &value, &what);
            }
        }
        for value in fitting {
            assert!(run(json!({ "v": value })).result().is_ok(), "{field}: {value}");
        }
        for value in beyond {
            let report = run(json!({ "v": value }));
            report.assert_failed("States.QueryEvaluationError");
            let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
            assert!(
                cause.contains(&format!(
                    "specified for the field '{field}' returned a value that is not "
                )),
                "{cause}"
            );
        }
        // J-80
        let report = run(json!({ "why": "so" }));
        report.assert_failed("States.QueryEvaluationError");
        let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
        let text = format!("specified for the field '{field}' returned nothing (undefined).");
        assert!(cause.ends_with(&text), "{cause}");
    }
}

#[test]
fn j_22_error_and_cause_of_a_fail_are_texts() {
    let report = Script::new().run::<named::Machine>(json!({ "v": "Oh", "why": "so" }));
    report.assert_failed("Oh");
    assert_eq!(report.result().as_ref().unwrap_err().cause(), Some("so"));
}

asl!(mod anew = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": { "tries": "{% $states.context.State.RetryCount >= $states.input.from ? $states.context.State.RetryCount %}" },
            "Retry": [{ "ErrorEquals": ["States.QueryEvaluationError"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
            "Catch": [{
                "ErrorEquals": ["States.QueryEvaluationError"],
                "Output": "{% $states.errorOutput.Error %}",
                "Next": "Caught"
            }],
            "Output": "{% $states.result %}",
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn j_93_each_attempt_evaluates_its_fields_anew() {
    let run = |from: u64| {
        let script = Script::new().with("Work", |_, input| Answer::ok(input["tries"].clone()));
        script.run::<anew::Machine>(json!({ "from": from }))
    };
    let failures = |report: &Report| {
        let events = report.history().events();
        events
            .iter()
            .filter(|event| event.event_type == "EvaluationFailed")
            .count()
    };
    let report = run(2);
    report.assert_output(2).assert_elapsed(crate::support::seconds(3));
    assert_eq!((report.attempts().len(), failures(&report)), (1, 2));
    // CT-14
    let report = run(3);
    report
        .assert_output("States.QueryEvaluationError")
        .assert_path(["Work", "Caught"]);
    assert_eq!((report.attempts().len(), failures(&report)), (0, 3));
}

asl!(mod gathered = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "ItemProcessor": {
                "StartAt": "Item",
                "States": { "Item": { "Type": "Pass", "End": true } }
            },
            "Retry": [{ "ErrorEquals": ["States.QueryEvaluationError"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn ct_14_items_that_cannot_be_evaluated_are_for_the_retriers_of_their_map() {
    let failures = |report: &Report| {
        let events = report.history().events();
        let failed = events.iter().filter(|event| event.event_type == "EvaluationFailed");
        failed.count()
    };
    let report = Script::new().run::<gathered::Machine>(json!({}));
    report
        .assert_output("States.QueryEvaluationError")
        .assert_path(["Each", "Caught"])
        .assert_elapsed(crate::support::seconds(3));
    assert_eq!(failures(&report), 3);
    let report = Script::new().run::<gathered::Machine>(json!({ "items": [1, 2] }));
    report.assert_output(json!([1, 2]));
    assert_eq!(failures(&report), 0);
}

asl!(mod begun_again = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.context.State.RetryCount >= $states.input.from ? [$states.context.State.RetryCount] %}",
            "ItemProcessor": {
                "StartAt": "Item",
                "States": { "Item": { "Type": "Pass", "End": true } }
            },
            "Assign": { "items": "{% $states.result %}" },
            "Output": "{% $states.input %}",
            "Retry": [{ "ErrorEquals": ["States.QueryEvaluationError"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
            "Next": "Both"
        },
        "Both": {
            "Type": "Parallel",
            "Arguments": { "n": "{% $states.context.State.RetryCount >= $states.input.from ? $states.context.State.RetryCount %}" },
            "Branches": [
                { "StartAt": "Same", "States": { "Same": { "Type": "Pass", "End": true } } },
                {
                    "StartAt": "Work",
                    "States": { "Work": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true } }
                }
            ],
            "Output": { "items": "{% $items %}", "branches": "{% $states.result %}" },
            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn ct_14_a_retrier_evaluates_items_and_arguments_anew() {
    let run = |from: u64| {
        let script = Script::new().with("Work", |_, input| match input["n"] == 2 {
            true => Answer::error("Busy", "not yet"),
            false => Answer::ok(input["n"].clone()),
        });
        script.run::<begun_again::Machine>(json!({ "from": from }))
    };
    // Arguments of two attempts fail, the third fails in a branch, and the fourth shows that it was made anew.
    let report = run(2);
    report
        .assert_output(json!({ "items": [2], "branches": [{ "n": 3 }, 3] }))
        .assert_elapsed(crate::support::seconds(1 + 2 + 1 + 2 + 4));
    let events = report.history().events();
    let count = |name: &str| events.iter().filter(|event| event.event_type == name).count();
    assert_eq!((count("EvaluationFailed"), count("ParallelStateStarted")), (4, 2));
    run(3).assert_failed("States.QueryEvaluationError");

    let report = Script::new().run::<with_parameters::Machine>(json!({ "text": "1" }));
    report.assert_output(json!([{ "n": 1 }]));
    let report = Script::new().run::<with_parameters::Machine>(json!({ "text": "{" }));
    report
        .assert_path(["Both", "Caught"])
        .assert_elapsed(crate::support::seconds(3));
}

asl!(mod with_parameters = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Parameters": { "n.$": "States.StringToJson($.text)" },
            "Branches": [{ "StartAt": "Same", "States": { "Same": { "Type": "Pass", "End": true } } }],
            "Retry": [{ "ErrorEquals": ["States.IntrinsicFailure"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

asl!(mod places = {
    "QueryLanguage": "JSONata",
    "StartAt": "Which?",
    "States": {
        "Which?": {
            "Type": "Choice",
            "Choices": [
                { "Condition": "{% $states.input.at = 'rule' %}", "Assign": { "x": "{% $states.input.no %}" }, "Next": "Pass" },
                { "Condition": "{% $states.input.at = 'condition' ? $states.input.no : false %}", "Next": "Pass" },
                { "Condition": "{% $states.input.at = 'task' or $states.input.at = 'catch' %}", "Next": "Work" }
            ],
            "Default": "Pass"
        },
        "Pass": {
            "Type": "Pass",
            "Output": {
                "deep": { "member": "{% $states.input.at = 'member' ? $states.input.no : 1 %}" },
                "list": ["{% $states.input.at = 'element' ? $states.input.no : 1 %}"]
            },
            "Assign": { "y": "{% $states.input.at = 'variable' ? $states.input.no : 1 %}" },
            "Next": "Done"
        },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": { "FunctionName": "f", "Payload": "{% $states.input.at = 'task' ? $states.input.no : 1 %}" },
            "Catch": [
                { "ErrorEquals": ["Never"], "Next": "Done" },
                { "ErrorEquals": ["Oh"], "Output": { "v": "{% $states.input.no %}" }, "Next": "Done" }
            ],
            "Next": "Done"
        },
        "Done": { "Type": "Succeed", "Output": "{% $states.input.at = 'end' ? $states.input.no : 1 %}" }
    }
});

/// The event of an evaluation that has failed.
fn failed_evaluation(report: &Report) -> Value {
    let events = report.history().events();
    let event = events.iter().find(|event| event.event_type == "EvaluationFailed");
    event.expect("one has failed").to_json()
}

#[test]
fn j_90_a_failed_evaluation_tells_where_and_why() {
    let cases = [
        ("rule", "Which?", "Choices[0]/Assign/x"),
        ("condition", "Which?", "Choices[1]/Condition"),
        ("member", "Pass", "Output/deep/member"),
        ("element", "Pass", "Output/list[0]"),
        ("variable", "Pass", "Assign/y"),
        ("task", "Work", "Arguments/Payload"),
        ("catch", "Work", "Catch[1]/Output/v"),
    ];
    for (at, state, location) in cases {
        let script = Script::new().on("Work", [Answer::error("Oh", "")]);
        let report = script.run::<places::Machine>(json!({ "at": at }));
        report.assert_failed("States.QueryEvaluationError");
        let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
        let text = format!("specified for the field '{location}' returned nothing (undefined).");
        assert!(cause.ends_with(&text), "{cause}");
        let event = failed_evaluation(&report);
        let details = json!({
            "error": "States.QueryEvaluationError", "cause": cause, "location": location, "state": state
        });
        assert_eq!(event["evaluationFailedEventDetails"], details, "{at}");
    }
    // Nothing of a field: the input of a Map (MP-22).
    let report = Script::new().run::<plainly_listed::Machine>(json!(1));
    let event = failed_evaluation(&report);
    assert_eq!(event["evaluationFailedEventDetails"]["state"], "Each");
    assert_eq!(event["evaluationFailedEventDetails"].get("location"), None);
}

asl!(mod large = {
    "QueryLanguage": "JSONata",
    "StartAt": "Which?",
    "States": {
        "Which?": {
            "Type": "Choice",
            "Choices": [
                { "Condition": "{% $states.input.of = 'arguments' %}", "Next": "Work" },
                { "Condition": "{% $states.input.of = 'variable' %}", "Next": "Keep" }
            ],
            "Default": "Double"
        },
        "Double": { "Type": "Pass", "Output": "{% $states.input.text & $states.input.text %}", "Next": "Done" },
        "Keep": { "Type": "Pass", "Assign": { "kept": "{% $states.input.text & $states.input.text %}" }, "Next": "Done" },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": "{% $states.input.text & $states.input.text %}",
            "Catch": [{ "ErrorEquals": ["States.DataLimitExceeded"], "Output": "caught", "Next": "Done" }],
            "Output": "done",
            "Next": "Done"
        },
        "Done": { "Type": "Succeed", "Output": "{% $type($states.input) = 'string' and $length($states.input) < 9 ? $states.input : 'done' %}" }
    }
});

#[test]
fn j_71_what_a_field_gives_is_as_large_as_any_payload() {
    let run = |of: &str, length: usize| {
        let script = Script::new().on("Work", [Answer::ok(1)]);
        script.run::<large::Machine>(json!({ "of": of, "text": "x".repeat(length) }))
    };
    // With the quotes around it.
    let most = 262_144 / 2 - 1;
    for of in ["output", "variable", "arguments"] {
        run(of, most).assert_output("done");
    }
    run("output", most + 1).assert_failed("States.DataLimitExceeded");
    run("variable", most + 1).assert_failed("States.DataLimitExceeded");
    run("arguments", most + 1).assert_output("caught");
}
