//! The variables that each state reads (J-112).

use asl_codegen::Options;
use asl_codegen::diagnostic::Diagnostics;
use asl_codegen::json::{self, Substitutions};
use asl_codegen::source::Source;
use asl_codegen::syntax;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The table of a definition, names in order.
fn references(definition: &Value) -> Value {
    let source = Source::new("references.asl.json", definition.to_string());
    let json = json::parse(&source, &Substitutions::new()).expect("it is JSON");
    let mut diagnostics = Diagnostics::default();
    let machine = syntax::parse(&source, &json, &Options::default(), &mut diagnostics).expect("it is an object");
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    json!(machine.variable_references())
}

#[test]
fn paths_of_every_field() {
    let machine = json!({
        "StartAt": "Set",
        "States": {
            "Set": {
                "Type": "Pass",
                "Assign": { "a": 1, "b": "$a", "c.$": "$.c", "d.$": "States.MathAdd($a, $e.f)" },
                "Next": "Pick"
            },
            "Pick": {
                "Type": "Choice",
                "Choices": [{
                    "Not": { "Variable": "$b", "StringEqualsPath": "$c[0]" },
                    "Assign": { "x.$": "$d" },
                    "Next": "Each"
                }],
                "Default": "Rest"
            },
            "Each": {
                "Type": "Map",
                "ItemsPath": "$items",
                "MaxConcurrencyPath": "$many",
                "ItemSelector": { "deep": [{ "v.$": "$chosen" }] },
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": { "InputType": "JSON", "MaxItemsPath": "$most" },
                    "Parameters": { "Bucket.$": "$bucket", "Key": "$key" }
                },
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "Inner",
                    "States": { "Inner": { "Type": "Pass", "OutputPath": "$own", "End": true } }
                },
                "ResultSelector": { "v.$": "$selected" },
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Assign": { "y.$": "$caught" }, "Next": "Rest" }],
                "Next": "Rest"
            },
            "Rest": { "Type": "Wait", "SecondsPath": "$pause", "Next": "Idle" },
            "Idle": { "Type": "Pass", "Result": "$a", "Next": "Lost" },
            "Lost": { "Type": "Fail", "ErrorPath": "$error", "CausePath": "States.Format('{}', $cause)" }
        }
    });
    let expected = json!({
        "Set": ["a", "e"],
        "Pick": ["b", "c", "d"],
        "Each": ["bucket", "caught", "chosen", "items", "many", "most", "selected"],
        "Inner": ["own"],
        "Rest": ["pause"],
        "Lost": ["cause", "error"]
    });
    assert_eq!(references(&machine), expected);
}

#[test]
fn expressions_of_every_field() {
    let machine = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Set",
        "States": {
            "Set": {
                "Type": "Pass",
                "Assign": { "a": 1, "uuid": "{% $uuid() %}", "b": ["{% $a %}"] },
                "Output": "{% ($local := $c; $local & $sum($d.e) & $states.input.f) %}",
                "Next": "Work"
            },
            "Work": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": { "FunctionName": "$a", "Payload": { "v": "{% $payload %}", "$key": 1 } },
                "Credentials": { "RoleArn": "{% $role %}" },
                "TimeoutSeconds": "{% $timeout %}",
                "HeartbeatSeconds": "{% $heartbeat %}",
                "Output": "{% $map($states.result, function($v) { $v + $more }) %}",
                "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $uuid %}", "Next": "Pick" }],
                "Next": "Pick"
            },
            "Pick": {
                "Type": "Choice",
                "Choices": [{ "Condition": "{% $x > 1 %}", "Output": "{% $y %}", "Next": "Each" }],
                "Default": "Each",
                "Output": "{% $z %}"
            },
            "Each": {
                "Type": "Map",
                "Items": "{% $items[kind = $kind] %}",
                "ItemSelector": { "v": "{% $states.context.Map.Item.Value.($offset + price) %}" },
                "ItemProcessor": {
                    "StartAt": "Inner",
                    "States": { "Inner": { "Type": "Wait", "Timestamp": "{% $time %}", "End": true } }
                },
                "Next": "Lost"
            },
            "Lost": { "Type": "Fail", "Error": "{% $fault %}", "Cause": "{% 'because' %}" }
        }
    });
    let expected = json!({
        "Set": ["a", "c", "d"],
        "Work": ["heartbeat", "more", "payload", "role", "timeout", "uuid"],
        "Pick": ["x", "y", "z"],
        "Each": ["items", "kind", "offset"],
        "Inner": ["time"],
        "Lost": ["fault"]
    });
    assert_eq!(references(&machine), expected);
}

/// What the service answered.
#[test]
fn as_recorded() {
    let Some(root) = std::env::var_os("ASL_CORPUS").map(PathBuf::from) else {
        return;
    };
    let folders = [Some(root.join("conformance/describe")), Some(root.join("describe"))];
    let around = root.parent().map(|around| around.join("conformance/describe"));
    let mut found = folders
        .into_iter()
        .flatten()
        .chain(around)
        .filter(|folder| folder.is_dir());
    let folder = found.next().expect("ASL_CORPUS has recorded answers");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("text")).expect("JSON");
        let expected = &case["expect"]["variableReferences"];
        assert_eq!(&references(&case["definition"]), expected, "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
}
