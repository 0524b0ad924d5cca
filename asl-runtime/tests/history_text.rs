//! Histories as text.

use asl_runtime::{Execution, History, HistoryTable, HistoryTimeline, TaskContext, TaskError, Value, asl, json};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod publish = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 5 }],
            "ResultPath": null,
            "Next": "Publish"
        },
        "Publish": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": 10, "End": true } } },
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "ItemProcessor": {
                                "StartAt": "Send",
                                "States": {
                                    "Send": {
                                        "Type": "Task",
                                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:send",
                                        "End": true
                                    }
                                }
                            },
                            "End": true
                        }
                    }
                }
            ],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Tell" }],
            "End": true
        },
        "Tell": { "Type": "Wait", "Seconds": 4, "End": true }
    }
});

struct Work;

impl publish::Tasks for Work {
    async fn charge(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        match cx.attempt() {
            0 => Err(TaskError::new("Busy", "come back later")),
            _ => Ok(json!(true)),
        }
    }

    async fn send(&self, _: &TaskContext<'_>, item: Value) -> Result<Value, TaskError> {
        sleep(Duration::from_secs(item.as_u64().unwrap_or_default())).await;
        match item {
            Value::String(_) => Err(TaskError::new("Bad.Item", "a string")),
            _ => Ok(item),
        }
    }
}

async fn history(items: Value) -> History {
    let history = History::new(Execution::new());
    // The history is what is looked at.
    let _ = publish::run_on(&history, &Work, json!({ "items": items })).await;
    history
}

#[tokio::test(start_paused = true)]
async fn each_entry_of_a_state_has_a_line_under_what_it_runs_in() {
    let history = history(json!([1, 3])).await;
    let expected = "\
state     start    took
Charge    0.000   5.000  |=============                           |  2 attempts, Busy
Publish   5.000  10.000  |             ===========================|
  Rest    5.000  10.000  |             ===========================|
  Each    5.000   3.000  |             ========                   |
    Send  5.000   1.000  |             ===                        |  item 0
    Send  5.000   3.000  |             ========                   |  item 1
";
    assert_eq!(HistoryTimeline(&history.events()).to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn what_fails_and_what_is_aborted_is_told() {
    let history = history(json!([60, "two"])).await;
    let expected = "\
state     start   took
Charge    0.000  5.000  |======================                  |  2 attempts, Busy
Publish   5.000  0.000  |                      .                 |
  Rest    5.000  0.000  |                      .                 |  aborted
  Each    5.000  0.000  |                      .                 |  aborted
    Send  5.000  0.000  |                      .                 |  item 0, aborted
    Send  5.000  0.000  |                      .                 |  item 1, Bad.Item
Tell      5.000  4.000  |                      ==================|
";
    assert_eq!(HistoryTimeline(&history.events()).to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn each_event_has_a_line_with_its_state() {
    let history = history(json!(["one"])).await;
    let table = HistoryTable(&history.events()).to_string();
    let column = table.find("state").expect("a header");
    let states: Vec<&str> = table
        .lines()
        .skip(10)
        .map(|line| {
            line.get(column..)
                .unwrap_or_default()
                .split(' ')
                .next()
                .unwrap_or_default()
        })
        .collect();
    // Of what is aborted nothing tells the state.
    let expected = [
        "Publish Publish Rest Each Each Each Send Send Send Send Each",
        "Each",
        "Publish Publish Tell Tell",
    ];
    let expected = expected.iter().flat_map(|names| names.split(' ').chain([""]));
    let expected: Vec<&str> = expected.collect();
    assert_eq!(states, expected, "{table}");
}

#[test]
fn no_history_is_no_text() {
    assert_eq!(HistoryTable(&[]).to_string() + &HistoryTimeline(&[]).to_string(), "");
}

asl!(pub mod sour = {
    "StartAt": "Taste",
    "States": { "Taste": { "Type": "Pass", "Next": "Fail" }, "Fail": { "Type": "Fail", "Error": "Sour" } }
});

impl sour::Tasks for Work {}

#[tokio::test(start_paused = true)]
async fn the_state_that_an_execution_fails_in_has_its_error() {
    let history = History::new(Execution::new());
    sour::run_on(&history, &Work, json!({})).await.expect_err("it fails");
    let text = HistoryTimeline(&history.events()).to_string();
    assert!(text.ends_with("|  Sour\n"), "{text}");
}
