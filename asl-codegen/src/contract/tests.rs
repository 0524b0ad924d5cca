//! Small machines and their contracts.

use super::Contract;
use crate::Options;
use crate::shapes::Known;
use crate::source::Source;
use serde_json::{Value, json};

fn contract(states: Value) -> Contract {
    let first = states.as_object().and_then(|states| states.keys().next()).cloned();
    let definition = json!({ "StartAt": first, "States": states });
    let source = Source::new("test.asl.json", definition.to_string());
    let machine = crate::machine(&source, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    Contract::of(&machine, &Known::default())
}

fn needs(states: Value) -> String {
    contract(states).input.to_string()
}

const TASK: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";

#[test]
fn what_every_way_reads_is_needed() {
    let machine = |rule: Value| {
        let mut rule = rule;
        rule["Next"] = json!("Big");
        json!({
            "Which?": { "Type": "Choice", "Choices": [rule], "Default": "Small" },
            "Big": { "Type": "Pass", "Parameters": { "a.$": "$.a", "b.$": "$.b.x" }, "End": true },
            "Small": { "Type": "Pass", "Parameters": { "a.$": "$.a", "c.$": "$.c" }, "End": true }
        })
    };
    assert_eq!(
        needs(machine(json!({ "Variable": "$.n", "NumericLessThan": 1 }))),
        "{ a: any, n: any, .. }"
    );
    assert_eq!(
        needs(machine(json!({ "Variable": "$.n", "IsPresent": true }))),
        "{ a: any, .. }"
    );
}

#[test]
fn what_is_made_on_the_way_is_not_needed() {
    let states = json!({
        "Work": { "Type": "Task", "Resource": TASK, "Parameters": { "x.$": "$.order.id" }, "ResultPath": "$.done", "Next": "Next" },
        "Next": { "Type": "Pass", "InputPath": "$.order", "Parameters": { "id.$": "$.id", "by.$": "$.by" }, "ResultPath": "$.copy", "Next": "Last" },
        "Last": { "Type": "Task", "Resource": TASK, "Parameters": { "a.$": "$.done.x", "b.$": "$.copy.by", "c.$": "$.end" }, "End": true }
    });
    assert_eq!(needs(states), "{ end: any, order: { by: any, id: any, .. }, .. }");
}

#[test]
fn a_way_that_fails_asks_for_nothing() {
    let states = json!({
        "Which?": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "IsPresent": true, "Next": "Use" }], "Default": "Refuse" },
        "Use": { "Type": "Pass", "InputPath": "$.a", "End": true },
        "Refuse": { "Type": "Fail", "ErrorPath": "$.error" }
    });
    assert_eq!(needs(states), "{ a: any, .. }");
}

#[test]
fn a_catcher_asks_for_nothing_that_it_replaces() {
    let states = json!({
        "Work": { "Type": "Task", "Resource": TASK, "ResultPath": null, "Next": "Use",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Told" }] },
        "Use": { "Type": "Pass", "InputPath": "$.a", "End": true },
        "Told": { "Type": "Succeed" }
    });
    assert_eq!(needs(states), "any");
}

#[test]
fn loops_and_branches() {
    let states = json!({
        "Both": { "Type": "Parallel", "ResultPath": null, "Next": "Again?", "Branches": [
            { "StartAt": "One", "States": { "One": { "Type": "Pass", "InputPath": "$.one", "End": true } } },
            { "StartAt": "Two", "States": { "Two": { "Type": "Wait", "SecondsPath": "$.two", "End": true } } }
        ] },
        "Again?": { "Type": "Choice", "Default": "Both", "Choices": [{ "Variable": "$.three", "StringEquals": "x", "Next": "Done" }] },
        "Done": { "Type": "Pass", "InputPath": "$.four", "End": true }
    });
    assert_eq!(needs(states), "{ four: any, one: any, three: any, two: any, .. }");
}

#[test]
fn the_table() {
    let contract = contract(json!({
        "Make": { "Type": "Pass", "Parameters": { "items.$": "$.items", "state": "new" }, "Next": "Each" },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "ItemSelector": { "item.$": "$$.Map.Item.Value", "state.$": "$.state" },
            "ResultPath": "$.results", "End": true,
            "ItemProcessor": { "StartAt": "Work", "States": { "Work": {
                "Type": "Task", "Resource": TASK, "Parameters": { "only.$": "$.item" }, "ResultSelector": { "r.$": "$.r" }, "End": true } } } }
    }));
    let table = "\
needs  { items: any, .. }
gives  { items: any, results: { r: any }[], state: \"new\" }

Make (Pass)
    gets   any
    gives  { items: any, state: \"new\" }

Each (Map)
    gets   { items: any, state: \"new\" }
    hands  { item: any, state: \"new\" }
    gives  { items: any, results: { r: any }[], state: \"new\" }

    Work (Task)
        gets   { item: any, state: \"new\" }
        asks   { only: any }
        gives  { r: any }
";
    assert_eq!(contract.to_string(), table);
    let schema = contract.to_json_schema();
    assert_eq!(
        schema["$defs"]["input"],
        json!({ "type": "object", "properties": { "items": true }, "required": ["items"] })
    );
    assert_eq!(
        schema["$defs"]["output"]["properties"]["state"],
        json!({ "type": "string", "enum": ["new"] })
    );
}
