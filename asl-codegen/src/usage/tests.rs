//! Small machines, and what is read of the result of their task `T`.

use super::{Used, infer};
use crate::Options;
use crate::source::Source;
use serde_json::{Value, json};

const TASK: &str = "arn:aws:lambda:us-east-1:123456789012:function:work";

/// What is read of the result of `T`: paths, `=` after what is used as it is, `nothing` where nothing is.
fn read(states: Value) -> String {
    let first = states.as_object().and_then(|states| states.keys().next()).cloned();
    let definition = json!({ "StartAt": first, "States": states });
    let source = Source::new("test.asl.json", definition.to_string());
    let machine = crate::machine(&source, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    let mut found = Vec::new();
    let usage = infer(&machine);
    let mut open = vec![(&machine.scope, &usage)];
    while let Some((scope, usage)) = open.pop() {
        for (state, usage) in scope.states.iter().zip(&usage.states) {
            if state.name.value == "T" {
                found.push(usage.result.clone());
            }
            open.extend(state.scopes().into_iter().zip(&usage.scopes));
        }
    }
    let mut paths = Vec::new();
    match &found[..] {
        [None] => return "nothing".to_owned(),
        [Some(used)] => write(used, "$", &mut paths),
        _ => panic!("one state is called `T`"),
    }
    paths.join(" ")
}

fn write(used: &Used, at: &str, paths: &mut Vec<String>) {
    if used.is_whole() {
        paths.push(format!("{at}="));
    } else if used.size() == 1 {
        paths.push(at.to_owned());
    }
    for (name, used) in used.members() {
        write(used, &format!("{at}.{name}"), paths);
    }
    if !used.is_by_members()
        && let Some(used) = used.element(None)
    {
        write(&used, &format!("{at}[*]"), paths);
    }
}

/// A task, and what comes after it.
fn after(fields: Value, states: Value) -> Value {
    let mut task = json!({ "Type": "Task", "Resource": TASK, "Next": "A" });
    for (name, value) in fields.as_object().into_iter().flatten() {
        task[name] = value.clone();
    }
    let mut all = json!({ "T": task });
    for (name, value) in states.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all
}

#[test]
fn whole_at_the_end() {
    assert_eq!(
        read(json!({ "T": { "Type": "Task", "Resource": TASK, "End": true } })),
        "$="
    );
    let discards = json!({ "T": { "Type": "Task", "Resource": TASK, "ResultPath": null, "End": true } });
    assert_eq!(read(discards), "nothing");
    let selected = after(
        json!({ "ResultPath": "$.r" }),
        json!({ "A": { "Type": "Succeed", "OutputPath": "$.r.x" } }),
    );
    assert_eq!(read(selected), "$.x=");
    let failed = after(json!({}), json!({ "A": { "Type": "Fail", "CausePath": "$.why" } }));
    assert_eq!(read(failed), "$.why=");
}

#[test]
fn what_paths_lead_to() {
    let of = |path: &str| {
        read(after(
            json!({ "ResultPath": "$.r" }),
            json!({ "A": { "Type": "Pass", "Parameters": { "x.$": path }, "End": true } }),
        ))
    };
    assert_eq!(of("$.r.id"), "$.id=");
    assert_eq!(of("$.other"), "nothing");
    assert_eq!(of("$"), "$=");
    assert_eq!(of("$.r.list[*].price"), "$.list[*].price=");
    assert_eq!(of("$.r.list[0]"), "$.list[*]=");
    assert_eq!(of("$.r..price"), "$=");
    assert_eq!(of("$.r['a','b']"), "$.a= $.b=");
    assert_eq!(of("States.Format('{}', $.r.id)"), "$.id=");
}

#[test]
fn templates_hand_on_what_is_read_later() {
    let of = |path: &str| {
        read(after(
            json!({ "ResultSelector": { "inner.$": "$.body", "code.$": "$.status" }, "ResultPath": "$.r" }),
            json!({
                "A": { "Type": "Pass", "Parameters": { "copy.$": "$.r.inner" }, "Next": "B" },
                "B": { "Type": "Pass", "InputPath": path, "End": true }
            }),
        ))
    };
    assert_eq!(of("$.copy.id"), "$.body.id= $.status");
    assert_eq!(of("$"), "$.body= $.status");
}

#[test]
fn choices_and_catchers() {
    let states = after(
        json!({ "ResultPath": "$.r" }),
        json!({
            "A": { "Type": "Choice", "Default": "C", "Choices": [
                { "Variable": "$.r.a", "IsPresent": true, "Next": "B" },
                { "Variable": "$.r.b", "NumericGreaterThanPath": "$.r.c", "Next": "B" }
            ] },
            "B": { "Type": "Task", "Resource": TASK, "Parameters": {}, "End": true,
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.r.error", "Next": "D" }] },
            "C": { "Type": "Fail" },
            "D": { "Type": "Pass", "Parameters": { "d.$": "$.r.d", "error.$": "$.r.error" }, "End": true }
        }),
    );
    assert_eq!(read(states), "$.a $.b= $.c= $.d=");
    // To write into it is not to read it.
    let written = after(
        json!({ "ResultPath": "$.r" }),
        json!({ "A": { "Type": "Pass", "Result": 1, "ResultPath": "$.r.a.b", "Next": "F" }, "F": { "Type": "Succeed", "OutputPath": "$.r.a" } }),
    );
    assert_eq!(read(written), "$.a=");
}

#[test]
fn variables() {
    let of = |expression: &str| {
        read(after(
            json!({ "Assign": { "v.$": "$.body" }, "ResultPath": null }),
            json!({ "A": { "Type": "Pass", "Parameters": { "x.$": expression }, "Assign": { "v": 1 }, "Next": "B" },
                    "B": { "Type": "Pass", "Parameters": { "x.$": "$v" }, "End": true } }),
        ))
    };
    // What is made of it is read by nobody.
    assert_eq!(of("$v.id"), "$.body.id");
    assert_eq!(of("$.id"), "$.body");
}

#[test]
fn branches_and_items() {
    let branch = |state: Value| json!({ "StartAt": state["name"], "States": { state["name"].as_str().unwrap(): state["state"] } });
    let task = json!({ "name": "T", "state": { "Type": "Task", "Resource": TASK, "End": true } });
    let pass = json!({ "name": "P", "state": { "Type": "Pass", "End": true } });
    let of = |path: &str| {
        read(json!({
            "Both": { "Type": "Parallel", "Branches": [branch(task.clone()), branch(pass.clone())], "ResultPath": "$.r", "Next": "A" },
            "A": { "Type": "Pass", "InputPath": path, "End": true }
        }))
    };
    assert_eq!(of("$.r[0].x"), "$.x=");
    assert_eq!(of("$.r[1].x"), "nothing");
    assert_eq!(of("$.r[*].x"), "$.x=");
    let map = |selector: &str, read: &str| {
        json!({ "A": { "Type": "Map", "ItemsPath": "$.list", "ItemSelector": { "item.$": selector },
            "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Task", "Resource": TASK, "Parameters": { "x.$": read }, "End": true } } },
            "End": true } })
    };
    let of = |selector, path| read(after(json!({}), map(selector, path)));
    assert_eq!(of("$$.Map.Item.Value", "$.item.id"), "$.list[*]=");
    assert_eq!(of("$.other", "$.item.id"), "$.list $.other.id=");
    assert_eq!(of("$.other", "$$.Map.Item.Value"), "$.list[*]= $.other");
    let each = json!({ "A": { "Type": "Map", "ItemsPath": "$.list", "End": true,
        "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Pass", "Parameters": { "x.$": "$.id" }, "End": true } } } } });
    assert_eq!(read(after(json!({}), each)), "$.list[*].id=");
}

#[test]
fn loops_end() {
    let states = after(
        json!({}),
        json!({
            "A": { "Type": "Choice", "Choices": [{ "Variable": "$.done", "IsPresent": true, "Next": "C" }], "Default": "B" },
            "B": { "Type": "Pass", "InputPath": "$.next", "Next": "A" },
            "C": { "Type": "Fail" }
        }),
    );
    assert_eq!(read(states), "$=");
}

#[test]
fn expressions() {
    let of = |output: Value, last: Value| {
        let definition = json!({
            "T": { "Type": "Task", "QueryLanguage": "JSONata", "Resource": TASK, "Output": output, "Next": "A" },
            "A": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": last, "End": true }
        });
        read(definition)
    };
    assert_eq!(
        of(json!("{% $states.result %}"), json!("{% $states.input.id %}")),
        "$.id="
    );
    assert_eq!(
        of(
            json!({ "r": "{% $states.result.body %}" }),
            json!("{% $states.input.r.id + 1 %}")
        ),
        "$.body.id="
    );
    let merged = json!("{% $merge([$states.input, {'r': $states.result}]) %}");
    assert_eq!(of(merged.clone(), json!("{% $states.input.r.id %}")), "$.id=");
    assert_eq!(of(merged, json!("{% $states.input.items[0] %}")), "$");
    assert_eq!(
        of(
            json!("{% $states.result.list[price > 3] %}"),
            json!("{% $states.input.name %}")
        ),
        "$.list="
    );
    assert_eq!(
        of(json!("{% $states.input %}"), json!("{% $states.input %}")),
        "nothing"
    );
    assert_eq!(
        of(json!("{% $states.result.a.%.b %}"), json!("{% $states.input %}")),
        "$="
    );
}
