//! Parallel and Map: what runs side by side, and in which order results come (PL-1 to PL-9, MP-20 to MI-6, MD-1 to MD-11).

use crate::support::{Gauge, milliseconds, seconds};
use asl_runtime::testing::{Answer, Report, Script, Test};
use asl_runtime::{Execution, History, TaskContext, TaskError, Value, asl, json};
use std::time::Duration;
use tokio::time::{Instant, sleep};

asl!(mod each = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrencyPath": "$.at_once",
            "ItemSelector": {
                "index.$": "$$.Map.Item.Index",
                "seconds.$": "$$.Map.Item.Value",
                "total.$": "States.ArrayLength($.items)"
            },
            "ItemProcessor": {
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

/// Works as many seconds as the item says; one of no seconds fails.
#[derive(Default)]
struct Workers(Gauge);

impl Workers {
    async fn work(&self, time: &Value) -> Result<(), TaskError> {
        let _working = self.0.begin();
        match time.as_u64() {
            Some(time) if time > 0 => sleep(seconds(time)).await,
            _ => return Err(TaskError::new("Lazy", "no work")),
        }
        Ok(())
    }
}

impl each::Tasks for Workers {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.work(&input["seconds"]).await?;
        Ok(json!([input["index"], input["total"]]))
    }
}

fn map(items: &[u64], at_once: u64) -> (Report, Workers) {
    let workers = Workers::default();
    let report = Test::new().run::<each::Machine, _>(&workers, json!({ "items": items, "at_once": at_once }));
    (report, workers)
}

#[test]
fn mp_9_the_next_item_starts_when_any_ends_and_results_are_in_the_order_of_items() {
    let (report, workers) = map(&[10, 1, 3, 2, 1], 2);
    report
        .assert_attempts("Work", [0, 0, 1_000, 4_000, 6_000])
        .assert_elapsed(seconds(10))
        .assert_output(json!([[0, 5], [1, 5], [2, 5], [3, 5], [4, 5]]));
    assert_eq!((workers.0.peak(), workers.0.running()), (2, 0));
    let (report, _) = map(&[3, 2, 1], 1);
    report.assert_attempts("Work", [0, 3_000, 5_000]);
}

#[test]
fn mi_2_forty_at_once_where_nothing_else_is_said() {
    let (report, workers) = map(&[1; 90], 0);
    report.assert_elapsed(seconds(3));
    assert_eq!((workers.0.peak(), workers.0.begun()), (40, 90));
    // A limit that is said holds, above 40 too.
    let (report, workers) = map(&[1; 90], 45);
    report.assert_elapsed(seconds(2));
    assert_eq!(workers.0.peak(), 45);
}

#[test]
fn mi_4_the_first_failure_ends_the_others_and_those_that_wait_never_start() {
    let (report, workers) = map(&[5, 2, 0, 9, 9], 2);
    report
        .assert_failed("Lazy")
        .assert_elapsed(seconds(2))
        .assert_attempts("Work", [0, 0, 2_000]);
    assert_eq!((workers.0.begun(), workers.0.running()), (3, 0));
    let cut_off: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| attempt.outcome.is_none())
        .collect();
    assert_eq!(cut_off, [true, false, false]);
}

#[test]
fn mp_24_no_items_make_no_iteration() {
    let (report, _) = map(&[], 0);
    report.assert_path(["Each"]).assert_output(json!([]));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_items_run_at_once() {
    let (workers, started) = (Workers::default(), Instant::now());
    let output = each::run(&workers, json!({ "items": vec![1; 10_000], "at_once": 10_000 })).await;
    assert_eq!(output.unwrap()[9_999], json!([9_999, 10_000]));
    assert_eq!((workers.0.peak(), started.elapsed()), (10_000, seconds(1)));
}

asl!(mod both = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Parameters": { "seconds.$": "$", "list": [1, 2] },
            "Branches": [
                {
                    "StartAt": "Change",
                    "States": {
                        "Change": { "Type": "Pass", "Result": "changed", "ResultPath": "$.list[1]", "Next": "First" },
                        "First": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "InputPath": "$.seconds[0]",
                            "ResultPath": "$.first",
                            "Next": "First done"
                        },
                        "First done": { "Type": "Succeed", "OutputPath": "$.list" }
                    }
                },
                {
                    "StartAt": "Second",
                    "States": {
                        "Second": {
                            "Type": "Task",
                            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                            "InputPath": "$.seconds[1]",
                            "ResultPath": null,
                            "OutputPath": "$.list",
                            "End": true
                        }
                    }
                },
                { "StartAt": "Third", "States": { "Third": { "Type": "Pass", "OutputPath": "$.list", "End": true } } }
            ],
            "Catch": [{ "ErrorEquals": ["Lazy"], "Next": "Caught" }],
            "Next": "Done"
        },
        "Done": { "Type": "Succeed" },
        "Caught": { "Type": "Succeed" }
    }
});

impl both::Tasks for Workers {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        self.work(&input).await?;
        Ok(input)
    }
}

#[test]
fn pl_2_to_4_branches_run_side_by_side_over_inputs_of_their_own() {
    let workers = Workers::default();
    let report = Test::new().run::<both::Machine, _>(&workers, json!([9, 4]));
    report
        .assert_attempts("First", [0])
        .assert_attempts("Second", [0])
        .assert_elapsed(seconds(9))
        .assert_output(json!([[1, "changed"], [1, 2], [1, 2]]))
        .assert_path_in("Both.0[0]", ["Change", "First", "First done"])
        .assert_path_in("", ["Both", "Done"]);
    assert_eq!(workers.0.peak(), 2);
}

#[test]
fn pl_5_the_first_branch_to_fail_fails_the_state_with_its_own_error() {
    let workers = Workers::default();
    let report = Test::new().run::<both::Machine, _>(&workers, json!([9, 0]));
    report
        .assert_elapsed(Duration::ZERO)
        .assert_path_in("", ["Both", "Caught"])
        .assert_output(json!({ "Error": "Lazy", "Cause": "no work" }));
    assert_eq!(workers.0.running(), 0);
}

asl!(mod nested = {
    "StartAt": "Rows",
    "States": {
        "Rows": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Cells",
                "States": {
                    "Cells": {
                        "Type": "Map",
                        "MaxConcurrency": 2,
                        "ItemSelector": {
                            "value.$": "$$.Map.Item.Value",
                            "column.$": "$$.Map.Item.Index",
                            "row.$": "$"
                        },
                        "ItemProcessor": {
                            "StartAt": "Cell",
                            "States": {
                                "Cell": {
                                    "Type": "Pass",
                                    "Parameters": {
                                        "of.$": "$.row",
                                        "value.$": "$.value",
                                        "column.$": "$$.Map.Item.Index",
                                        "item.$": "$$.Map.Item.Value",
                                        "state.$": "$$.State.Name"
                                    },
                                    "End": true
                                }
                            }
                        },
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

#[test]
fn cx_26_items_see_the_innermost_map() {
    let report = Script::new().run::<nested::Machine>(json!([["a", "b"], []]));
    let cell = |column: usize, value: &str| json!({ "of": ["a", "b"], "value": value, "column": column, "item": value, "state": "Cell" });
    // ItemSelector of the inner Map sees the item of the inner Map too.
    report.assert_output(json!([[cell(0, "a"), cell(1, "b")], []]));
}

asl!(mod children = {
    "StartAt": "Children",
    "States": {
        "Children": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 3,
            "ToleratedFailureCountPath": "$.count",
            "ToleratedFailurePercentagePath": "$.percentage",
            "Label": "work",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" },
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "ResultPath": null,
                        "Next": "Who"
                    },
                    "Who": {
                        "Type": "Pass",
                        "Parameters": {
                            "input.$": "$$.Execution.Input",
                            "machine.$": "$$.StateMachine.Name",
                            "item.$": "$"
                        },
                        "End": true
                    }
                }
            },
            "Catch": [{ "ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Too many" }],
            "End": true
        },
        "Too many": { "Type": "Succeed" }
    }
});

impl children::Tasks for Workers {
    async fn work(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        assert_eq!(cx.position(), "Work.0");
        assert!(
            cx.execution_id().contains(":execution:children/work:"),
            "{}",
            cx.execution_id()
        );
        self.work(&input).await?;
        Ok(input)
    }
}

fn run_children(items: &[u64], count: u64, percentage: f64) -> (Report, Workers) {
    let workers = Workers::default();
    let input = json!({ "items": items, "count": count, "percentage": percentage });
    (Test::new().run::<children::Machine, _>(&workers, input), workers)
}

#[test]
fn md_1_children_are_executions_of_their_own() {
    let (report, workers) = run_children(&[2, 1, 1, 1], 0, 0.0);
    let child = |item: u64| json!({ "input": item, "machine": "children/work", "item": item });
    report
        .assert_output(json!([child(2), child(1), child(1), child(1)]))
        .assert_elapsed(seconds(2));
    assert_eq!(workers.0.peak(), 3);
    assert_eq!(report.history().children().len(), 4);
}

asl!(mod shown = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemSelector": { "name.$": "$$.Map.Item.Value.name" },
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Show",
                "States": {
                    "Show": {
                        "Type": "Pass",
                        "Parameters": {
                            "index.$": "$$.Map.Item.Index",
                            "value.$": "$$.Map.Item.Value",
                            "map.$": "$$.Map",
                            "inner": [1],
                            "input.$": "$"
                        },
                        "Next": "Inner"
                    },
                    "Inner": {
                        "Type": "Map",
                        "ItemsPath": "$.inner",
                        "ItemSelector": { "inner.$": "$$.Map.Item.Value" },
                        "ItemProcessor": {
                            "StartAt": "Innermost",
                            "States": {
                                "Innermost": {
                                    "Type": "Pass",
                                    "Parameters": { "map.$": "$$.Map" },
                                    "End": true
                                }
                            }
                        },
                        "ResultPath": "$.inner",
                        "End": true
                    }
                }
            },
            "End": true
        }
    }
});

impl shown::Tasks for Workers {}

#[tokio::test]
async fn cx_13_the_states_of_a_child_see_the_item_that_it_is_for() {
    let items = json!([{ "name": "a" }, { "name": "b" }]);
    let child = |index: usize, name: &str| {
        let item = json!({ "Index": index, "Value": { "name": name }, "Source": "STATE_DATA" });
        json!({
            "index": index,
            "value": { "name": name },
            "map": { "Item": item },
            "inner": [{ "map": { "Item": { "Index": 0, "Value": 1 } } }],
            "input": { "name": name }
        })
    };
    let output = json!([child(0, "a"), child(1, "b")]);
    assert_eq!(shown::run(&Workers::default(), items.clone()).await, Ok(output.clone()));
    let history = History::new(Execution::new());
    assert_eq!(shown::run_on(&history, &Workers::default(), items).await, Ok(output));
}

#[test]
fn md_4_a_declared_threshold_must_be_exceeded() {
    // One failure of two that are borne; the failed child has no output.
    let (report, _) = run_children(&[1, 0, 1], 1, 50.0);
    report.assert_path_in("", ["Children"]);
    assert_eq!(
        report.result().as_ref().map(|output| output.as_array().map(Vec::len)),
        Ok(Some(2))
    );
    // Either of both.
    for (count, percentage) in [(1, 100.0), (9, 49.0)] {
        let (report, _) = run_children(&[0, 1, 0, 1], count, percentage);
        report.assert_path_in("", ["Children", "Too many"]);
        let cause = "The specified tolerated failure threshold was exceeded";
        report.assert_output(json!({ "Error": "States.ExceedToleratedFailureThreshold", "Cause": cause }));
    }
    let (report, _) = run_children(&[0, 1, 0, 1], 2, 50.0);
    report
        .assert_path_in("", ["Children"])
        .assert_elapsed(milliseconds(1_000));
}

asl!(mod plain_children = {
    "StartAt": "Children",
    "States": {
        "Children": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": {
                    "Work": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                        "End": true
                    }
                }
            },
            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1 }],
            "End": true
        }
    }
});

#[test]
fn md_9_without_a_threshold_any_failure_counts_and_a_retry_starts_new_children() {
    let script = Script::new().on(
        "Work",
        [Answer::ok(1), Answer::error("X", ""), Answer::ok(2), Answer::ok(3)],
    );
    let report = script.run::<plain_children::Machine>(json!(["a", "b"]));
    report
        .assert_attempts("Work", [0, 0, 1_000, 1_000])
        .assert_output(json!([2, 3]));
    let positions: Vec<_> = report
        .attempts()
        .iter()
        .map(|attempt| attempt.position.as_str())
        .collect();
    assert_eq!(
        positions,
        [
            "Children.0[0]/Work.0",
            "Children.0[1]/Work.0",
            "Children.0#1[0]/Work.0",
            "Children.0#1[1]/Work.0"
        ]
    );
}
