//! Definitions with any number of states in one scope, for what the compiler costs.

use serde_json::{Map, Value, json};

/// A machine of this many states, of the kinds that real workflows have: in every ten there are five tasks (with
/// Parameters, Retry, and a Catch on one of them), two Choices, two Pass states and a Wait that a poll loop comes back to.
pub fn definition(states: usize) -> Value {
    let name = |index: usize| {
        if index < states - 1 {
            format!("Step {index}")
        } else {
            "Finish".to_owned()
        }
    };
    let mut all: Map<String, Value> = (0..states - 1)
        .map(|index| (name(index), state(index, &name)))
        .collect();
    all.insert("Finish".to_owned(), json!({"Type": "Succeed"}));
    json!({"Comment": format!("A machine of {states} states."), "StartAt": name(0), "States": all})
}

fn state(index: usize, name: &dyn Fn(usize) -> String) -> Value {
    let next = name(index + 1);
    match index % 10 {
        0 | 2 | 6 | 8 => task(index, &next),
        1 => json!({
            "Type": "Choice",
            "Choices": [
                {"Variable": format!("$.result{}.status", index - 1), "StringEquals": "SKIP", "Next": name(index + 2)},
                {
                    "And": [
                        {"Variable": "$.amount", "NumericGreaterThan": index},
                        {"Variable": "$.urgent", "IsPresent": true},
                    ],
                    "Next": name(index + 3),
                },
            ],
            "Default": next,
        }),
        3 => json!({
            "Type": "Pass",
            "Parameters": {"id.$": "$.id", "label.$": format!("States.Format('{{}}-{index}', $.id)"), "step": index},
            "ResultPath": format!("$.note{index}"),
            "Next": next,
        }),
        4 => json!({"Type": "Wait", "Seconds": 30, "Next": next}),
        5 => json!({
            "Type": "Task",
            "Resource": function(index),
            "Parameters": {"job.$": "$.id"},
            "ResultPath": "$.job",
            "Catch": [{"ErrorEquals": ["JobLost", "States.Timeout"], "ResultPath": "$.failure", "Next": "Finish"}],
            "TimeoutSeconds": 60,
            "Next": next,
        }),
        7 => json!({
            "Type": "Choice",
            "Choices": [{"Variable": "$.job.status", "StringEquals": "RUNNING", "Next": name(index - 3)}],
            "Default": next,
        }),
        _ => json!({"Type": "Pass", "Result": {"stage": index}, "ResultPath": "$.stage", "Next": next}),
    }
}

fn task(index: usize, next: &str) -> Value {
    json!({
        "Type": "Task",
        "Resource": function(index),
        "Parameters": {"id.$": "$.id", "amount.$": "$.amount", "step": index},
        "ResultPath": format!("$.result{index}"),
        "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}],
        "Next": next,
    })
}

fn function(index: usize) -> String {
    format!("arn:aws:lambda:eu-west-1:123456789012:function:function-{index}")
}
