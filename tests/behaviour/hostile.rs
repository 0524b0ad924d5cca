//! No data makes a machine panic: every form of path over anything.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{Run, Untyped, Value, asl, json};
use proptest::prelude::*;

asl!(mod paths = {
    "StartAt": "Definite",
    "States": {
        "Definite": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "D1", "States": { "D1": { "Type": "Pass", "InputPath": "$.a.b", "OutputPath": "$['']", "End": true } } }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "Next": "Done"
        },
        "Done": { "Type": "Succeed" }
    }
});

asl!(mod indefinite = {
    "StartAt": "Read",
    "States": {
        "Read": {
            "Type": "Pass",
            "Parameters": {
                "wildcard.$": "$.*",
                "each.$": "$.a[*].b",
                "descent.$": "$..a",
                "slice.$": "$..[-2:]",

                "union.$": "$..['a','b']",
                "indices.$": "$..[0,-1]",
                "filter.$": "$..[?(@.a > 1 && @.b != 'x' || !(@.c == null))]",
                "exists.$": "$..[?(@.a)]",
                "in.$": "$..[?(@.a in ['x', 1, true])]",
                "regex.$": "$..[?(@.a =~ /x.*/)]",
                "root.$": "$..[?(@.a == $.b)]",
                "context.$": "$$.Execution.Input"
            },
            "ResultPath": "$.a.b.c",
            "End": true
        }
    }
});

asl!(mod placed = {
    "StartAt": "Put",
    "States": {
        "Put": { "Type": "Pass", "Result": 1, "ResultPath": "$.a.b.c", "Next": "Put at" },
        "Put at": { "Type": "Pass", "Result": 2, "ResultPath": "$.a[2].b", "Next": "Put empty" },
        "Put empty": { "Type": "Pass", "InputPath": "$.a", "ResultPath": "$['']['x y']", "Next": "Work" },
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "InputPath": "$.a",
            "TimeoutSecondsPath": "$.timeout",
            "ResultSelector": { "a.$": "$.a", "all.$": "$..*" },
            "ResultPath": "$.a.result",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.a.error", "Next": "Done" }],
            "Next": "Done"
        },
        "Done": { "Type": "Succeed", "OutputPath": "$.a" }
    }
});

asl!(mod choosing = {
    "StartAt": "Choose",
    "States": {
        "Choose": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.a", "NumericEqualsPath": "$.b", "Next": "Done" },
                { "Variable": "$.a", "StringLessThanPath": "$.b", "Next": "Done" },
                { "Variable": "$.a", "TimestampGreaterThanPath": "$.b", "Next": "Done" },
                { "Variable": "$.a", "BooleanEqualsPath": "$.b", "Next": "Done" },
                { "Variable": "$.a", "StringMatches": "*a*\\*?", "Next": "Done" },
                { "Variable": "$.a", "IsTimestamp": true, "Next": "Done" },
                { "Variable": "$.a.b", "IsPresent": true, "Next": "Done" },
                { "Not": { "Variable": "$.c", "IsString": true }, "Next": "Done" },
                { "And": [{ "Variable": "$..a", "IsNull": false }, { "Variable": "$['']", "IsNumeric": true }], "Next": "Done" }
            ],
            "Default": "Other"
        },
        "Other": { "Type": "Succeed" },
        "Done": { "Type": "Succeed" }
    }
});

asl!(mod mapping = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.a",
            "MaxConcurrencyPath": "$.b",
            "ItemSelector": { "item.$": "$$.Map.Item.Value", "a.$": "$.c" },
            "ItemProcessor": {
                "StartAt": "Item",
                "States": { "Item": { "Type": "Pass", "InputPath": "$.item.a", "End": true } }
            },
            "Next": "Children"
        },
        "Children": {
            "Type": "Map",
            "ToleratedFailureCountPath": "$[0]",
            "ToleratedFailurePercentagePath": "$[1]",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Child",
                "States": { "Child": { "Type": "Pass", "InputPath": "$.a", "End": true } }
            },
            "End": true
        }
    }
});

asl!(mod waiting = {
    "StartAt": "Seconds",
    "States": {
        "Seconds": { "Type": "Wait", "SecondsPath": "$.a", "Next": "Timestamp" },
        "Timestamp": { "Type": "Wait", "TimestampPath": "$.b", "Next": "Fail" },
        "Fail": { "Type": "Fail", "ErrorPath": "$.b", "CausePath": "States.JsonToString($.c)" }
    }
});

asl!(mod calling = {
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "C1", "States": { "C1": { "Type": "Pass", "Parameters": { "x.$": "States.Format('{} {}', $.a, $.b)" }, "End": true } } },
                { "StartAt": "C2", "States": { "C2": { "Type": "Pass", "Parameters": { "x.$": "States.ArrayPartition($.a, $.b)" }, "End": true } } }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Range" }],
            "Next": "Range"
        },
        "Range": { "Type": "Pass", "Parameters": { "x.$": "States.ArrayGetItem($.a, $.b)" }, "Next": "Math" },
        "Math": { "Type": "Pass", "Parameters": { "x.$": "States.MathAdd($.x, $.x)" }, "End": true }
    }
});

asl!(mod text = {
    "StartAt": "Hash",
    "States": {
        "Hash": { "Type": "Pass", "Parameters": { "x.$": "States.Hash($.a, $.b)" }, "End": true }
    }
});
asl!(mod encode = {
    "StartAt": "Encode",
    "States": {
        "Encode": {
            "Type": "Pass",
            "Parameters": { "x.$": "States.Base64Decode($.a)", "y.$": "States.Base64Encode($.b)", "z.$": "States.StringSplit($.a, $.b)" },
            "End": true
        }
    }
});
asl!(mod json_text = {
    "StartAt": "Text",
    "States": {
        "Text": {
            "Type": "Pass",
            "Parameters": { "x.$": "States.JsonToString($)", "y.$": "States.StringToJson($.a)" },
            "End": true
        }
    }
});
asl!(mod arrays = {
    "StartAt": "Arrays",
    "States": {
        "Arrays": {
            "Type": "Pass",
            "Parameters": {
                "contains.$": "States.ArrayContains($.a, $.b)",
                "unique.$": "States.ArrayUnique($.a)",
                "length.$": "States.ArrayLength($.a)",
                "range.$": "States.ArrayRange($.a[0], $.a[1], $.b)"
            },
            "End": true
        }
    }
});
asl!(mod merge = {
    "StartAt": "Merge",
    "States": {
        "Merge": {
            "Type": "Pass",
            "Parameters": { "x.$": "States.JsonMerge($.a, $.b, false)", "y.$": "States.MathRandom($.c, $.b)" },
            "End": true
        }
    }
});

/// Anything, made of the keys and values that the machines look at.
fn anything() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        Just(json!(0)),
        Just(json!(-1)),
        Just(json!(2)),
        Just(json!(1.5)),
        Just(json!(i64::MIN)),
        Just(json!(i64::MAX)),
        Just(json!(u64::MAX)),
        Just(json!(1e308)),
        Just(json!(-5e-324)),
        // Only where serde_json keeps numbers as text is each of them one.
        prop::sample::select(vec![
            "1e999",
            "-1e-999",
            "1E5",
            "-0",
            "0.10",
            "123456789012345678901234567890"
        ])
        .prop_map(|text| serde_json::from_str(text).unwrap_or(Value::Null)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
    ];
    let text = prop_oneof![
        Just(json!("")),
        Just(json!("x")),
        Just(json!("7")),
        Just(json!("2026-01-01T00:00:00Z")),
        Just(json!("9999-12-31T23:59:59.999999999+23:59")),
        Just(json!("-0001-13-41T99:00:00Z")),
        Just(json!("SHA-256")),
        Just(json!("{\"a\": [1e999]}")),
        Just(json!("[[[[[[")),
        "\\PC{0,8}".prop_map(|text| json!(text)),
        any::<String>().prop_map(|text| json!(text)),
    ];
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(|b| json!(b)), number, text];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            4 => prop::sample::select(vec!["a", "b", "c", "", "x y", "timeout", "é", "$", "0"]).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Runs a machine over the data, in virtual time; the task answers the data too.
fn survive<M>(data: &Value)
where
    M: for<'s> Run<Untyped<asl_runtime::testing::Scripted<'s>>>,
{
    let answer = data.clone();
    let script = Script::new().with("Work", move |_, _| Answer::ok(answer.clone()));
    let report = script.run::<M>(data.clone());
    // What it says of itself must not fail either.
    let _ = (report.to_string(), report.result().clone());
    for event in report.history().events() {
        let _ = event.to_json();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_data_makes_a_machine_panic(data in anything(), a in anything(), b in anything(), c in anything()) {
        for data in [json!({ "a": a, "b": b, "c": c, "": a, "timeout": b }), data] {
            survive::<paths::Machine>(&data);
            survive::<indefinite::Machine>(&data);
            survive::<placed::Machine>(&data);
            survive::<choosing::Machine>(&data);
            survive::<mapping::Machine>(&data);
            survive::<waiting::Machine>(&data);
            survive::<calling::Machine>(&data);
            survive::<text::Machine>(&data);
            survive::<encode::Machine>(&data);
            survive::<json_text::Machine>(&data);
            survive::<arrays::Machine>(&data);
            survive::<merge::Machine>(&data);
        }
    }
}
