//! Small machines and their contracts.

use super::{Contract, Severity, compare};
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
        reads  { r: any, .. }
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

#[test]
fn two_versions() {
    let changes = |old: Value, new: Value| compare(&contract(old), &contract(new)).to_string();
    let machine = |task: Value, last: Value| {
        json!({
            "Work": { "Type": "Task", "Resource": TASK, "Parameters": task, "ResultPath": "$.done", "Next": "Last" },
            "Last": last
        })
    };
    let last = |parameters: Value| json!({ "Type": "Pass", "Parameters": parameters, "End": true });
    let old = machine(
        json!({ "id.$": "$.id", "n": 1 }),
        last(json!({ "id.$": "$.id", "state": "done" })),
    );
    assert_eq!(changes(old.clone(), old.clone()), "");

    let asked = machine(
        json!({ "id.$": "$.id", "n": "one" }),
        last(json!({ "id.$": "$.id", "state": "done" })),
    );
    assert_eq!(
        changes(old.clone(), asked),
        "breaking for tasks: what `Work` is asked with is another\n    \
         old  { id: any, n: integer }\n    new  { id: any, n: \"one\" }\n"
    );

    let given = machine(
        json!({ "id.$": "$.id", "n": 1 }),
        last(json!({ "state": "left", "by.$": "$.by" })),
    );
    assert_eq!(
        changes(old.clone(), given),
        "breaking for callers: the input needs more\n    old  { id: any, .. }\n    new  { by: any, id: any, .. }\n\
         breaking for callers: the output is another\n    \
         old  { id: any, state: \"done\" }\n    new  { by: any, state: \"left\" }\n\
         unclear for executions in flight: `Last` needs what executions that have come to it may not have\n    \
         old  { done: any, .. }\n    new  { by: any, .. }\n\
         unclear for executions in flight: `Work` needs what executions that have come to it may not have\n    \
         old  any\n    new  { by: any, id: any, .. }\n"
    );

    let gone = json!({ "Do it": old["Work"].clone(), "Last": old["Last"].clone() });
    assert_eq!(
        changes(old, gone),
        "breaking for tasks: there is a task `Do it`\n    new  { id: any, n: integer }\n\
         compatible for tasks: the task `Work` is gone\n    old  { id: any, n: integer }\n\
         breaking for executions in flight: the state `Work` is gone\n    old  any\n"
    );
}

#[test]
fn executions_in_flight_that_are_known_to_lack_something() {
    let machine = |read: &str| {
        contract(json!({
            "Make": { "Type": "Pass", "Result": { "a": 1, "b": 2 }, "Next": "Wait" },
            "Wait": { "Type": "Wait", "Seconds": 60, "Next": "Use" },
            "Use": { "Type": "Pass", "InputPath": read, "End": true }
        }))
    };
    let (old, mut new) = (machine("$.a"), machine("$.b"));
    assert!(
        compare(&old, &new)
            .0
            .iter()
            .all(|change| change.concern == super::Concern::Callers)
    );
    new = contract(json!({
        "Make": { "Type": "Pass", "Result": { "a": 1, "b": 2, "c": 3 }, "Next": "Wait" },
        "Wait": { "Type": "Wait", "Seconds": 60, "Next": "Use" },
        "Use": { "Type": "Pass", "InputPath": "$.c", "End": true }
    }));
    let changes = compare(&old, &new).to_string();
    assert!(
        changes.contains("breaking for executions in flight: `Use` needs"),
        "{changes}"
    );
    assert!(
        changes.contains("breaking for executions in flight: `Wait` needs"),
        "{changes}"
    );
}

#[test]
fn further_members_do_no_harm() {
    let version = |output: Value| contract(json!({ "A": { "Type": "Pass", "Result": output, "End": true } }));
    let old = version(json!({ "list": [{ "id": 1 }] }));
    let of = |new: Value| compare(&old, &version(new)).severity();
    assert_eq!(
        of(json!({ "list": [{ "id": 2, "name": "x" }], "total": 1 })),
        Some(Severity::Compatible)
    );
    assert_eq!(of(json!({ "list": [{ "name": "x" }] })), Some(Severity::Breaking));
}

#[test]
fn what_is_read_of_results() {
    let version = |fields: Value, last: &str| {
        let mut task = json!({ "Type": "Task", "Resource": TASK, "ResultPath": "$.r", "Next": "Which?" });
        for (name, value) in fields.as_object().into_iter().flatten() {
            task[name] = value.clone();
        }
        contract(json!({
            "Work": task,
            "Which?": { "Type": "Choice", "Default": "End", "Choices": [
                { "Variable": "$.r.note", "IsPresent": true, "Next": "Note" }, { "Variable": "$.r.id", "IsNull": true, "Next": "End" }
            ] },
            "Note": { "Type": "Pass", "Parameters": { "note.$": "$.r.note", "lines.$": "$.r.lines[*].price", "x.$": last }, "Next": "End" },
            "End": { "Type": "Pass", "InputPath": last, "End": true }
        }))
    };
    let reads = |contract: &Contract| contract.states[0].reads.as_ref().map(ToString::to_string);
    let old = version(json!({}), "$.r.code");
    let read = "{ code: any, id?: any, lines?: { price?: any, .. }[], note?: any, .. }";
    assert_eq!(reads(&old), Some(read.to_owned()));
    assert!(old.to_string().contains(&format!("    reads  {read}\n")), "{old}");
    // What is handed on as it is asks for nothing.
    assert_eq!(
        reads(&version(json!({}), "$")),
        Some("{ id?: any, lines?: { price?: any, .. }[], note?: any, .. }".to_owned())
    );
    let selected = version(
        json!({ "ResultSelector": { "code.$": "$.status", "id.$": "$.body.id", "lines": [] } }),
        "$.r.code",
    );
    assert_eq!(
        reads(&selected),
        Some("{ body: { id: any, .. }, status: any, .. }".to_owned())
    );

    let changes = |new: &Contract| {
        let of_tasks = |change: &&super::Change| change.concern == super::Concern::Tasks;
        let all = compare(&old, new).0;
        all.iter()
            .filter(of_tasks)
            .map(|change| format!("{} {}", change.severity, change.what))
            .collect::<Vec<_>>()
    };
    assert_eq!(changes(&old), [""; 0]);
    assert_eq!(
        changes(&version(json!({}), "$.r.code.x")),
        ["breaking more of what `Work` gives is needed"]
    );
    assert_eq!(
        changes(&version(json!({}), "$.r")),
        ["compatible less of what `Work` gives is read"]
    );
    assert_eq!(
        changes(&version(json!({}), "$.r.note")),
        ["unclear more of what `Work` gives is read on some ways"]
    );
    assert_eq!(
        changes(&version(json!({ "ResultPath": null }), "$.r.code")),
        ["compatible less of what `Work` gives is read"]
    );
}
