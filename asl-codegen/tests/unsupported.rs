//! What is valid, but not compiled by this version, is said to be so, and only where nothing else is wrong.

use asl_codegen::source::Source;
use asl_codegen::{Options, compile};

/// Code, location and the text under the caret of each error.
fn refused(definition: &str, given: &[(&str, &str)]) -> Vec<String> {
    let source = Source::new("support.json", definition);
    let mut options = Options::default();
    for (name, value) in given {
        options.substitutions.insert(*name, *value);
    }
    let Err(error) = compile(&source, &options) else {
        return Vec::new();
    };
    let line = |d: &asl_codegen::diagnostic::Diagnostic| {
        format!(
            "{} {} {}",
            d.code,
            d.location.as_deref().unwrap_or("-"),
            source.slice(d.span)
        )
    };
    error.diagnostics().iter().map(line).collect()
}

#[test]
fn data_sets() {
    let machine = r#"{ "StartAt": "S", "States": { "S": { "Type": "Map", "End": true,
        "ItemBatcher": { "MaxItemsPerBatch": 2 }, "ResultWriter": { "WriterConfig": { "OutputType": "JSON" } },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" }, "StartAt": "I",
            "States": { "I": { "Type": "Succeed" } } } } } }"#;
    assert_eq!(
        refused(machine, &[]),
        [
            r#"unsupported /States/S/ItemBatcher "ItemBatcher""#,
            r#"unsupported /States/S/ResultWriter "ResultWriter""#
        ]
    );
}

#[test]
fn placeholders() {
    let machine = r#"{ "StartAt": "S", "States": { "S": { "Type": "Choice", "Choices": ALL_RULES, "Default": "T" },
        "T": { "Type": "Succeed" } } }"#;
    assert_eq!(
        refused(&machine.replace("ALL_RULES", r#""ALL_RULES""#), &[]),
        [r#"unsupported /States/S/Choices "ALL_RULES""#]
    );
}

#[test]
fn substitutions() {
    let machine = r#"{ "StartAt": "${First}", "TimeoutSeconds": "${Limit}", "States": { "S": { "Type": "Task",
        "Resource": "${Function}", "InputPath": "$.${Field}", "Parameters": { "text": "${Text}" }, "End": true } } }"#;
    assert_eq!(
        refused(machine, &[]),
        [
            r#"substitution_needed /StartAt "${First}""#,
            r#"substitution_needed /TimeoutSeconds "${Limit}""#,
            r#"substitution_needed /States/S/InputPath "$.${Field}""#,
        ]
    );
    let given = [("First", "S"), ("Limit", "60"), ("Field", "order")];
    assert_eq!(refused(machine, &given), [""; 0], "the others stay symbolic");
    let wrong = [("First", "S"), ("Limit", "0"), ("Field", "order")];
    assert_eq!(
        refused(machine, &wrong),
        [r#"SCHEMA_VALIDATION_FAILED /TimeoutSeconds "${Limit}""#]
    );
}

#[test]
fn types_that_nothing_tells() {
    let machine = r#"{ "StartAt": "S", "States": { "S": { "Type": "Task", "End": true,
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work" } } }"#;
    let source = Source::new("types.json", machine);
    let mut options = Options::default();
    options.types.output = Some("_".parse().expect("a type"));
    let types = options.types.tasks.entry("work".to_owned()).or_default();
    types.input = Some("_".parse().expect("a type"));
    types.result = Some("_".parse().expect("a type"));
    let error = compile(&source, &options).expect_err("what a task gives is not known");
    let messages: Vec<_> = error.diagnostics().iter().map(|found| found.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the type of `output` cannot be `_`", "the type of `work` cannot be `_`"]
    );
}
