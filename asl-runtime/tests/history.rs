//! The history of an execution: its events, their numbers and what each follows (spec execution.md, section 5).

#![cfg(feature = "macros")]
#![allow(missing_docs, reason = "a test")]

use asl_runtime::{
    BoxFuture, Error, Execution, Handler, History, HistoryEvent, HistoryTable, TaskContext, TaskError, Untyped, asl,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Answers its input. An object with `fail` fails instead, one with `sleep` takes so many seconds, one with `token` is
/// only submitted.
struct Work;

impl Handler for Work {
    fn call<'a>(&'a self, _: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        Box::pin(async move {
            if let Some(seconds) = input["sleep"].as_u64() {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            match input["fail"].as_str() {
                Some(name) => Err(TaskError::new(name, "as asked")),
                None => Ok(input),
            }
        })
    }
}

/// `id<previous Type` of each event.
fn traced(events: &[HistoryEvent]) -> Vec<String> {
    let line = |event: &HistoryEvent| format!("{}<{} {}", event.id, event.previous_id, event.event_type);
    events.iter().map(line).collect()
}

fn details(history: &History, id: u64) -> Value {
    let events = history.events();
    let event = events.iter().find(|event| event.id == id).expect("an event");
    let mut json = event.to_json();
    let members = json.as_object_mut().expect("an object");
    members.retain(|name, _| name.ends_with("Details"));
    json
}

/// A run whose trace was as expected.
struct Ran {
    history: History,
    result: Result<Value, Error>,
}

/// Runs a machine and checks its trace.
macro_rules! trace {
    ($machine:ident($input:tt) => $($line:literal)*) => {{
        let history = History::new(Execution::new().role_arn("a-role"));
        let result = $machine::run_on(&history, &Untyped(Work), json!($input)).await;
        assert_eq!(traced(&history.events()), [$($line),*]);
        Ran { history, result }
    }};
}

mod simple {
    asl_runtime::asl!(pub mod pass = {
        "StartAt": "One",
        "States": {
            "One": { "Type": "Pass", "Next": "Two" },
            "Two": { "Type": "Pass", "OutputPath": "$.no", "End": true }
        }
    });
}
use simple::pass;

#[tokio::test(start_paused = true)]
async fn states_follow_each_other_and_causes_name_the_event_of_entry() {
    // EV-2, EV-10, EV-19
    let Ran { history, result } = trace!(pass({}) =>
        "1<0 ExecutionStarted"
        "2<0 PassStateEntered"
        "3<2 PassStateExited"
        "4<3 PassStateEntered"
        "5<4 ExecutionFailed");
    let error = result.unwrap_err();
    let cause = "An error occurred while executing the state 'Two' (entered at the event id #4). \
                 Invalid path '$.no' : No results for path: $['no']";
    assert_eq!((error.name(), error.cause()), (Some("States.Runtime"), Some(cause)));
    assert_eq!(
        details(&history, 1),
        json!({ "executionStartedEventDetails": {
            "input": {}, "inputDetails": { "truncated": false }, "roleArn": "a-role"
        } })
    );
    assert_eq!(
        details(&history, 2),
        json!({ "stateEnteredEventDetails": { "name": "One", "input": {}, "inputDetails": { "truncated": false } } })
    );
    assert_eq!(
        details(&history, 3),
        json!({ "stateExitedEventDetails": { "name": "One", "output": {}, "outputDetails": { "truncated": false } } })
    );
    assert_eq!(
        details(&history, 5),
        json!({ "executionFailedEventDetails": { "error": "States.Runtime", "cause": cause } })
    );
}

asl!(pub mod tasks = {
    "StartAt": "Function",
    "States": {
        "Function": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "InputPath": "$.function",
            "TimeoutSeconds": 5,
            "Retry": [{ "ErrorEquals": ["Once"], "MaxAttempts": 1 }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Activity", "ResultPath": "$.error" }],
            "ResultPath": null,
            "Next": "Activity"
        },
        "Activity": {
            "Type": "Task",
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:work",
            "InputPath": "$.activity",
            "ResultPath": null,
            "Next": "Service"
        },
        "Service": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": { "TableName": "orders" },
            "Credentials": { "RoleArn": "other-role" },
            "HeartbeatSeconds": 3,
            "ResultPath": null,
            "Next": "Job"
        },
        "Job": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {},
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn tasks_have_the_events_of_their_family() {
    // EV-12 to EV-15
    let Ran { history, result } = trace!(tasks({ "function": 1, "activity": 2 }) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 LambdaFunctionScheduled"
        "4<3 LambdaFunctionStarted"
        "5<4 LambdaFunctionSucceeded"
        "6<5 TaskStateExited"
        "7<6 TaskStateEntered"
        "8<7 ActivityScheduled"
        "9<8 ActivityStarted"
        "10<9 ActivitySucceeded"
        "11<10 TaskStateExited"
        "12<11 TaskStateEntered"
        "13<12 TaskScheduled"
        "14<13 TaskStarted"
        "15<14 TaskSucceeded"
        "16<15 TaskStateExited"
        "17<16 TaskStateEntered"
        "18<17 TaskScheduled"
        "19<18 TaskStarted"
        "20<19 TaskSubmitted"
        "21<20 TaskSucceeded"
        "22<21 TaskStateExited"
        "23<22 ExecutionSucceeded");
    assert!(result.is_ok());
    assert_eq!(
        details(&history, 3),
        json!({ "lambdaFunctionScheduledEventDetails": {
            "resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "input": 1, "inputDetails": { "truncated": false }, "timeoutInSeconds": 5
        } })
    );
    assert_eq!(details(&history, 4), json!({}));
    assert_eq!(
        details(&history, 10),
        json!({ "activitySucceededEventDetails": { "output": 2, "outputDetails": { "truncated": false } } })
    );
    assert_eq!(
        details(&history, 13),
        json!({ "taskScheduledEventDetails": {
            "resourceType": "dynamodb", "resource": "putItem", "region": "us-east-1",
            "parameters": { "TableName": "orders" },
            "heartbeatInSeconds": 3, "taskCredentials": { "roleArn": "other-role" }
        } })
    );
    assert_eq!(
        details(&history, 20),
        json!({ "taskSubmittedEventDetails": { "resourceType": "glue", "resource": "startJobRun.sync" } })
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_scheduled_again_and_a_caught_failure_exits() {
    // EV-17, EV-18
    let Ran { history, .. } = trace!(tasks({ "function": { "fail": "Once" }, "activity": { "fail": "Twice" } }) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 LambdaFunctionScheduled"
        "4<3 LambdaFunctionStarted"
        "5<4 LambdaFunctionFailed"
        "6<5 LambdaFunctionScheduled"
        "7<6 LambdaFunctionStarted"
        "8<7 LambdaFunctionFailed"
        "9<8 TaskStateExited"
        "10<9 TaskStateEntered"
        "11<10 ActivityScheduled"
        "12<11 ActivityStarted"
        "13<12 ActivityFailed"
        "14<13 ExecutionFailed");
    let failure = json!({ "lambdaFunctionFailedEventDetails": { "error": "Once", "cause": "as asked" } });
    assert_eq!(details(&history, 5), failure);
    let events = history.events();
    assert_eq!((events[5].timestamp - events[4].timestamp).num_milliseconds(), 1000);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_is_an_event_of_its_own() {
    let Ran { history, result } = trace!(tasks({ "function": { "sleep": 9 }, "activity": { "fail": "Now" } }) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 LambdaFunctionScheduled"
        "4<3 LambdaFunctionStarted"
        "5<4 LambdaFunctionTimedOut"
        "6<5 TaskStateExited"
        "7<6 TaskStateEntered"
        "8<7 ActivityScheduled"
        "9<8 ActivityStarted"
        "10<9 ActivityFailed"
        "11<10 ExecutionFailed");
    let timed_out = json!({ "lambdaFunctionTimedOutEventDetails": { "error": "States.Timeout" } });
    assert_eq!(details(&history, 5), timed_out);
    assert_eq!(result.unwrap_err().name(), Some("Now"));
}

asl!(pub mod callback = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "TaskToken.$": "$$.Task.Token" },
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn a_callback_is_submitted_and_then_ended_by_its_token() {
    // EV-14
    let history = History::new(Execution::new());
    let answer = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let submitted = details(&history, 5);
        let token = submitted["taskSubmittedEventDetails"]["output"]["TaskToken"].clone();
        history
            .handle()
            .send_task_success(token.as_str().expect("a token"), json!(7))
    };
    let (result, answered) = tokio::join!(callback::run_on(&history, &Untyped(Work), json!({})), answer);
    assert_eq!((result, answered), (Ok(json!(7)), Ok(())));
    assert_eq!(
        traced(&history.events()),
        [
            "1<0 ExecutionStarted",
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskSubmitted",
            "6<5 TaskSucceeded",
            "7<6 TaskStateExited",
            "8<7 ExecutionSucceeded"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_follows_nothing_and_leaves_states_open() {
    // EV-7, EV-63
    let history = History::new(Execution::new());
    let stop = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        history.handle().stop(Some("Enough".to_owned()), None);
    };
    let (result, ()) = tokio::join!(callback::run_on(&history, &Untyped(Work), json!({})), stop);
    assert!(result.is_err());
    let events = history.events();
    assert_eq!(traced(&events[5..]), ["6<0 ExecutionAborted"]);
    assert_eq!(
        details(&history, 6),
        json!({ "executionAbortedEventDetails": { "error": "Enough" } })
    );
}

#[tokio::test(start_paused = true)]
async fn work_that_cannot_be_started_is_an_error_of_the_state() {
    // EV-19, ER-10: nothing is scheduled, and nothing catches it
    let Ran { result, .. } = trace!(tasks({ "function": { "fail": "States.Runtime" } }) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 ExecutionFailed");
    let cause = "An error occurred while executing the state 'Function' (entered at the event id #2). as asked";
    assert_eq!(result.unwrap_err().cause(), Some(cause));
}

asl!(pub mod busy = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "Break", "States": {
                    "Break": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:work",
                        "Parameters": { "sleep": 5, "fail": "Broken" }, "End": true } } },
                { "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": 60, "End": true } } },
                { "StartAt": "Each", "States": { "Each": {
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemProcessor": { "StartAt": "Work", "States": {
                        "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:work",
                            "Parameters": { "sleep": 60 }, "End": true } } },
                    "End": true } } },
                { "StartAt": "Inner", "States": { "Inner": {
                    "Type": "Parallel",
                    "Branches": [{ "StartAt": "Nap", "States": { "Nap": { "Type": "Wait", "Seconds": 60, "End": true } } }],
                    "End": true } } },
                { "StartAt": "Far", "States": { "Far": {
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemProcessor": {
                        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                        "StartAt": "Sleep",
                        "States": { "Sleep": { "Type": "Wait", "Seconds": 60, "End": true } }
                    },
                    "End": true } } }
            ],
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn what_runs_beside_a_failure_is_aborted_from_the_outside_in() {
    // EV-35, EV-42, EV-125, EV-131, EV-152, EV-155
    let history = History::new(Execution::new());
    let input = json!({ "items": [1, 2] });
    busy::run_on(&history, &Untyped(Work), input)
        .await
        .expect_err("an error");
    let events = history.events();
    let failed = events
        .iter()
        .position(|event| event.event_type == "LambdaFunctionFailed")
        .expect("a failure");
    let after: Vec<&str> = events[failed + 1..].iter().map(|event| event.event_type).collect();
    assert_eq!(
        after,
        [
            "TaskStateAborted",
            "WaitStateAborted",
            "MapStateAborted",
            "MapIterationAborted",
            "TaskStateAborted",
            "MapIterationAborted",
            "TaskStateAborted",
            "ParallelStateAborted",
            "WaitStateAborted",
            "MapStateAborted",
            "MapRunAborted",
            "ParallelStateFailed",
            "ExecutionFailed",
        ]
    );
    let table = HistoryTable(&events).to_string();
    let iterations: Vec<&str> = table
        .lines()
        .filter(|line| line.contains("MapIterationAborted"))
        .collect();
    assert!(
        iterations.len() == 2 && iterations.iter().all(|line| line.contains(" Each ")),
        "{table}"
    );
    let aborted = &events[failed + 1..events.len() - 1];
    assert!(aborted.iter().all(|event| event.previous_id == events[failed].id));
}

asl!(pub mod patient = {
    "StartAt": "Function",
    "States": {
        "Function": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "TimeoutSeconds": 60,
            "HeartbeatSeconds": 10,
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn a_function_has_no_heartbeat_to_tell_of() {
    // EV-115
    let Ran { history, .. } = trace!(patient({}) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 LambdaFunctionScheduled"
        "4<3 LambdaFunctionStarted"
        "5<4 LambdaFunctionSucceeded"
        "6<5 TaskStateExited"
        "7<6 ExecutionSucceeded");
    let scheduled = &details(&history, 3)["lambdaFunctionScheduledEventDetails"];
    assert_eq!(
        (&scheduled["timeoutInSeconds"], scheduled.get("heartbeatInSeconds")),
        (&json!(60), None)
    );
}

asl!(pub mod fetch = {
    "StartAt": "Fetch",
    "States": {
        "Fetch": {
            "Type": "Task",
            "Resource": "arn:aws:states:::http:invoke",
            "Parameters": {
                "ApiEndpoint": "https://api.example/slow",
                "Method": "GET",
                "Authentication": { "ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1" },
                "sleep.$": "$"
            },
            "TimeoutSeconds": 600,
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn an_http_task_lasts_a_minute() {
    // TO-8
    let begin = tokio::time::Instant::now();
    let Ran { history, .. } = trace!(fetch(61) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 TaskScheduled"
        "4<3 TaskStarted"
        "5<4 TaskTimedOut"
        "6<5 ExecutionFailed");
    assert_eq!(begin.elapsed(), Duration::from_secs(60));
    assert_eq!(
        details(&history, 3)["taskScheduledEventDetails"]["timeoutInSeconds"],
        600
    );
    assert!(fetch::run(&Untyped(Work), json!(61)).await.is_ok());
}

asl!(pub mod gateway = {
    "StartAt": "Invoke",
    "States": {
        "Invoke": {
            "Type": "Task",
            "Resource": "arn:aws:states:::apigateway:invoke",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Invoke" }],
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn an_input_that_its_service_does_not_take_starts_no_task() {
    // ER-27
    let Ran { result, .. } = trace!(gateway({ "Headers": { "a": ["1"], "b": "2" } }) =>
        "1<0 ExecutionStarted"
        "2<0 TaskStateEntered"
        "3<2 ExecutionFailed");
    let error = result.unwrap_err();
    let cause = "An error occurred while executing the state 'Invoke' (entered at the event id #2). \
                 The Parameters '{\"Headers\":{\"a\":[\"1\"],\"b\":\"2\"}}' could not be used to start the Task: \
                 [The value of the field 'Headers' has an invalid format]";
    assert_eq!((error.name(), error.cause()), (Some("States.Runtime"), Some(cause)));
    for input in [
        json!({}),
        json!({ "Headers": null }),
        json!({ "Headers": { "a": [], "b": ["1", "2"] } }),
    ] {
        assert_eq!(gateway::run(&Untyped(Work), input.clone()).await, Ok(input));
    }
}

asl!(pub mod reviews = {
    "StartAt": "Review",
    "States": {
        "Review": { "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:review", "End": true }
    }
});

#[tokio::test(start_paused = true)]
async fn an_activity_tells_who_does_its_work() {
    // X-100, EV-15, EV-103
    for (execution, told) in [
        (Execution::new(), json!({})),
        (Execution::new().worker_name("ada"), json!({ "workerName": "ada" })),
    ] {
        let history = History::new(execution);
        reviews::run_on(&history, &Untyped(Work), json!(1))
            .await
            .expect("an output");
        assert_eq!(history.events()[3].event_type, "ActivityStarted");
        assert_eq!(details(&history, 4), json!({ "activityStartedEventDetails": told }));
    }
}

asl!(pub mod waits = {
    "TimeoutSeconds": 10,
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "Seconds": 60, "End": true } }
});

#[tokio::test(start_paused = true)]
async fn the_end_of_the_machines_own_time_follows_nothing() {
    //
    trace!(waits({}) => "1<0 ExecutionStarted" "2<0 WaitStateEntered" "3<0 ExecutionTimedOut");
}

asl!(pub mod map = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrencyPath": "$.at_once",
            "Retry": [{ "ErrorEquals": ["Again"], "MaxAttempts": 1 }],
            "ItemProcessor": {
                "StartAt": "Step",
                "States": {
                    "Step": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "End": true
                    }
                }
            },
            "Catch": [{ "ErrorEquals": ["Caught"], "Next": "Done" }],
            "End": true
        },
        "Done": { "Type": "Succeed" }
    }
});

#[tokio::test(start_paused = true)]
async fn an_iteration_follows_the_one_that_made_room_for_it() {
    // EV-30
    let Ran { history, result } = trace!(map({ "items": [10, 20], "at_once": 1 }) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapIterationStarted"
        "5<4 TaskStateEntered"
        "6<5 TaskScheduled"
        "7<6 TaskStarted"
        "8<7 TaskSucceeded"
        "9<8 TaskStateExited"
        "10<9 MapIterationSucceeded"
        "11<9 MapIterationStarted"
        "12<11 TaskStateEntered"
        "13<12 TaskScheduled"
        "14<13 TaskStarted"
        "15<14 TaskSucceeded"
        "16<15 TaskStateExited"
        "17<16 MapIterationSucceeded"
        "18<17 MapStateSucceeded"
        "19<17 MapStateExited"
        "20<19 ExecutionSucceeded");
    assert_eq!(result, Ok(json!([10, 20])));
    assert_eq!(
        details(&history, 3),
        json!({ "mapStateStartedEventDetails": { "length": 2 } })
    );
    let started = json!({ "mapIterationStartedEventDetails": { "name": "Each", "index": 1 } });
    assert_eq!(details(&history, 11), started);
}

#[tokio::test(start_paused = true)]
async fn a_map_over_nothing_follows_its_start() {
    // EV-32
    trace!(map({ "items": [], "at_once": 0 }) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapStateSucceeded"
        "5<3 MapStateExited"
        "6<5 ExecutionSucceeded");
}

#[tokio::test(start_paused = true)]
async fn a_failed_iteration_aborts_the_others() {
    // EV-31, EV-33, EV-35
    let Ran { history, .. } = trace!(map({ "items": [{ "sleep": 9 }, { "sleep": 1, "fail": "Caught" }], "at_once": 0 }) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapIterationStarted"
        "5<3 MapIterationStarted"
        "6<4 TaskStateEntered"
        "7<6 TaskScheduled"
        "8<5 TaskStateEntered"
        "9<8 TaskScheduled"
        "10<7 TaskStarted"
        "11<9 TaskStarted"
        "12<11 TaskFailed"
        "13<12 MapIterationFailed"
        "14<12 TaskStateAborted"
        "15<12 MapIterationAborted"
        "16<12 TaskStateAborted"
        "17<12 MapStateFailed"
        "18<17 MapStateExited"
        "19<18 SucceedStateEntered"
        "20<19 SucceedStateExited"
        "21<20 ExecutionSucceeded");
    let aborted = json!({ "mapIterationAbortedEventDetails": { "name": "Each", "index": 0 } });
    assert_eq!(details(&history, 15), aborted);
}

#[tokio::test(start_paused = true)]
async fn a_map_that_is_tried_again_starts_after_the_failure() {
    // EV-34
    trace!(map({ "items": [{ "fail": "Again" }], "at_once": 0 }) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapIterationStarted"
        "5<4 TaskStateEntered"
        "6<5 TaskScheduled"
        "7<6 TaskStarted"
        "8<7 TaskFailed"
        "9<8 MapIterationFailed"
        "10<8 TaskStateAborted"
        "11<8 MapStateStarted"
        "12<11 MapIterationStarted"
        "13<12 TaskStateEntered"
        "14<13 TaskScheduled"
        "15<14 TaskStarted"
        "16<15 TaskFailed"
        "17<16 MapIterationFailed"
        "18<16 TaskStateAborted"
        "19<16 MapStateFailed"
        "20<19 ExecutionFailed");
}

asl!(pub mod parallel = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Slow",
                    "States": { "Slow": { "Type": "Wait", "SecondsPath": "$.slow", "End": true } }
                },
                {
                    "StartAt": "Work",
                    "States": {
                        "Work": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "InputPath": "$.work",
                            "End": true
                        }
                    }
                }
            ],
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn a_parallel_follows_the_branch_that_ends_last() {
    // EV-40
    trace!(parallel({ "slow": 2, "work": { "sleep": 1 } }) =>
        "1<0 ExecutionStarted"
        "2<0 ParallelStateEntered"
        "3<2 ParallelStateStarted"
        "4<3 WaitStateEntered"
        "5<3 TaskStateEntered"
        "6<5 TaskScheduled"
        "7<6 TaskStarted"
        "8<7 TaskSucceeded"
        "9<8 TaskStateExited"
        "10<4 WaitStateExited"
        "11<10 ParallelStateSucceeded"
        "12<10 ParallelStateExited"
        "13<12 ExecutionSucceeded");
}

#[tokio::test(start_paused = true)]
async fn a_failed_branch_fails_the_parallel() {
    // EV-41, EV-42, EV-152
    trace!(parallel({ "slow": 2, "work": { "fail": "Work" } }) =>
        "1<0 ExecutionStarted"
        "2<0 ParallelStateEntered"
        "3<2 ParallelStateStarted"
        "4<3 WaitStateEntered"
        "5<3 TaskStateEntered"
        "6<5 TaskScheduled"
        "7<6 TaskStarted"
        "8<7 TaskFailed"
        "9<8 TaskStateAborted"
        "10<8 WaitStateAborted"
        "11<8 ParallelStateFailed"
        "12<11 ExecutionFailed");
}

asl!(pub mod distributed = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "Label": "Items",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Step",
                "States": {
                    "Step": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true }
                }
            },
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn the_children_of_a_distributed_map_have_histories_of_their_own() {
    // EV-50, EV-52
    let Ran { history, result } = trace!(distributed([1, 2]) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapRunStarted"
        "5<4 MapRunSucceeded"
        "6<5 MapStateSucceeded"
        "7<4 MapStateExited"
        "8<7 ExecutionSucceeded");
    assert_eq!(result, Ok(json!([1, 2])));
    let arn = details(&history, 4)["mapRunStartedEventDetails"]["mapRunArn"].clone();
    let arn = arn.as_str().expect("an ARN");
    assert!(
        arn.starts_with("arn:aws:states:us-east-1:000000000000:mapRun:distributed/Items:"),
        "{arn}"
    );
    let children = history.children();
    assert_eq!(children.len(), 2);
    assert_eq!((children[1].state, children[1].index), ("Each", 1));
    assert_eq!(
        traced(&children[1].events()),
        [
            "1<0 ExecutionStarted",
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskSucceeded",
            "6<5 TaskStateExited",
            "7<6 ExecutionSucceeded"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_map_run_that_fails_fails_its_map() {
    // EV-51
    let Ran { result, .. } = trace!(distributed([{ "fail": "Child" }]) =>
        "1<0 ExecutionStarted"
        "2<0 MapStateEntered"
        "3<2 MapStateStarted"
        "4<3 MapRunStarted"
        "5<4 MapRunFailed"
        "6<5 MapStateFailed"
        "7<6 ExecutionFailed");
    assert_eq!(
        result.unwrap_err().name(),
        Some("States.ExceedToleratedFailureThreshold")
    );
}

asl!(pub mod retried = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Step",
                "States": { "Step": { "Type": "Fail", "Error": "E" } }
            },
            "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }],
            "End": true
        }
    }
});

#[tokio::test(start_paused = true)]
async fn each_attempt_of_a_map_has_a_map_run_of_its_own() {
    // MD-9
    let history = History::new(Execution::new());
    let error = retried::run_on(&history, &Untyped(Work), json!([1])).await.unwrap_err();
    assert_eq!(error.name(), Some("States.ExceedToleratedFailureThreshold"));
    let events = history.events();
    let runs = events.iter().filter(|event| event.event_type == "MapRunStarted");
    let arns: Vec<_> = runs
        .map(|event| details(&history, event.id)["mapRunStartedEventDetails"]["mapRunArn"].clone())
        .collect();
    assert_eq!(arns.len(), 2);
    assert_ne!(arns[0], arns[1]);
}

asl!(pub mod forever = {
    "StartAt": "Work",
    "States": {
        "Work": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Work?" },
        "Work?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.stop", "IsPresent": true, "Next": "Done" }],
            "Default": "Work"
        },
        "Done": { "Type": "Succeed" }
    }
});

#[tokio::test(start_paused = true)]
async fn a_history_holds_25000_events() {
    // EV-61, ER-25
    let history = History::new(Execution::new());
    let error = forever::run_on(&history, &Untyped(Work), json!({})).await.unwrap_err();
    let text = "States.Runtime: The execution reached the maximum number of history events (25000).";
    assert_eq!(error.to_string(), text);
    let events = history.events();
    assert_eq!(events.len(), 25_000);
    assert_eq!(events[24_999].event_type, "ExecutionFailed");
}
