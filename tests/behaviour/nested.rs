//! Executions that a task starts.

use crate::support::{Gauge, seconds};
use asl_runtime::testing::{Report, Test};
use asl_runtime::{
    Execution, Quotas, TaskContext, TaskError, Value, asl, json, nested, spawn_execution, start_execution,
};
use std::sync::{Arc, Mutex};
use tokio::time::sleep;

asl!(mod child = {
    "TimeoutSeconds": 100,
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "execution.$": "$$.Execution.Id", "machine.$": "$$.StateMachine.Name", "input.$": "$" },
            "End": true
        }
    }
});

asl!(mod parent = {
    "StartAt": "How",
    "States": {
        "How": {
            "Type": "Choice",
            "Choices": [
                { "Variable": "$.how", "StringEquals": "sync", "Next": "Text" },
                { "Variable": "$.how", "StringEquals": "sync:2", "Next": "Values" }
            ],
            "Default": "Start"
        },
        "Text": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:eu-west-1:111111111111:stateMachine:child",
                "Name": "one",
                "Input.$": "$.input"
            },
            "TimeoutSeconds": 50,
            "End": true
        },
        "Values": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:eu-west-1:111111111111:stateMachine:child:3",
                "Name": "two",
                "Input.$": "$.input"
            },
            "End": true
        },
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:eu-west-1:111111111111:stateMachine:child",
                "Name": "three",
                "Input.$": "$.input"
            },
            "End": true
        }
    }
});

/// Does the child's work: as many seconds as its input says, then it fails or answers with many letters if it says so.
#[derive(Clone, Default)]
struct Work {
    gauge: Gauge,
    ended: Arc<Mutex<Vec<Value>>>,
}

impl child::Tasks for Work {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let _working = self.gauge.begin();
        sleep(seconds(input["input"]["seconds"].as_u64().unwrap_or_default())).await;
        match input["input"]["error"].as_str() {
            Some(error) => Err(TaskError::new(error, "as asked")),
            None => match input["input"]["letters"].as_u64() {
                Some(letters) => Ok("x".repeat(letters as usize).into()),
                None => Ok(input),
            },
        }
    }
}

impl parent::Tasks for Work {
    async fn states_start_execution_sync(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution::<child::Machine, _>(cx, self, input).await
    }
    async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution::<child::Machine, _>(cx, self, input).await
    }
    async fn states_start_execution(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let ended = self.ended.clone();
        spawn_execution::<child::Machine, _>(cx, Arc::new(self.clone()), input, |child| {
            tokio::spawn(async move {
                let output = child.await.unwrap();
                ended.lock().unwrap().push(output);
            });
        })
    }
}

fn run(how: &str, input: Value) -> (Report, Work) {
    let work = Work::default();
    (
        Test::new().run::<parent::Machine, _>(&work, json!({ "how": how, "input": input })),
        work,
    )
}

/// What differs from run to run.
fn without_dates(mut description: Value) -> Value {
    let date = |name: &str| description[name].as_i64().expect("a number");
    let took = date("StopDate") - date("StartDate");
    description["StartDate"] = json!(0);
    description["StopDate"] = json!(took);
    description
}

const PLACE: &str = "arn:aws:states:eu-west-1:111111111111";

#[test]
fn x_92_sync_shows_input_and_output_as_text_and_x_93_sync_2_as_values() {
    let input = json!({ "seconds": 3, "text": "é" });
    let output = |name: &str| json!({ "execution": format!("{PLACE}:execution:child:{name}"), "machine": "child", "input": input });
    let (report, _) = run("sync", input.clone());
    report.assert_elapsed(seconds(3));
    let expected = json!({
        "ExecutionArn": format!("{PLACE}:execution:child:one"),
        "Input": input.to_string(),
        "InputDetails": { "Included": true },
        "Name": "one",
        "Output": output("one").to_string(),
        "OutputDetails": { "Included": true },
        "StartDate": 0,
        "StateMachineArn": format!("{PLACE}:stateMachine:child"),
        "Status": "SUCCEEDED",
        "StopDate": 3_000
    });
    assert_eq!(without_dates(report.result().clone().unwrap()), expected);

    let (report, _) = run("sync:2", input.clone());
    let expected = json!({
        "ExecutionArn": format!("{PLACE}:execution:child:two"),
        "Input": input,
        "InputDetails": { "Included": true },
        "Name": "two",
        "Output": output("two"),
        "OutputDetails": { "Included": true },
        "StartDate": 0,
        "StateMachineArn": format!("{PLACE}:stateMachine:child:3"),
        "Status": "SUCCEEDED",
        "StopDate": 3_000
    });
    assert_eq!(without_dates(report.result().clone().unwrap()), expected);
}

#[test]
fn x_91_the_input_may_be_text_or_missing() {
    let given = |input: Value| {
        let (report, _) = run("sync:2", input);
        report.result().clone().map(|output| output["Output"]["input"].clone())
    };
    assert_eq!(given(json!("{\"a\": [1]}")), Ok(json!({ "a": [1] })));
    assert_eq!(given(json!(null)), Ok(json!({})));
    assert_eq!(given(json!([1])), Ok(json!([1])));
    let error = given(json!("{")).unwrap_err();
    assert_eq!(error.name(), Some("StepFunctions.InvalidExecutionInputException"));
}

#[test]
fn io_30_a_child_keeps_to_the_quotas_of_its_parent() {
    let answer = |quotas| {
        let work = Work::default();
        let input = json!({ "how": "sync:2", "input": { "letters": 262_143 } });
        Test::with(Execution::new().quotas(quotas))
            .run::<parent::Machine, _>(&work, input)
            .result()
            .clone()
    };
    // The child's task fails. Were it not so, its answer would be too long for the parent.
    let error = answer(Quotas::Service).unwrap_err();
    assert_eq!(error.name(), Some("States.TaskFailed"));
    let description: Value = serde_json::from_str(error.cause().unwrap()).unwrap();
    assert_eq!(description["Error"], "States.DataLimitExceeded");

    let description = answer(Quotas::Unlimited).unwrap();
    assert_eq!(description["Output"].as_str().map(str::len), Some(262_143));
}

#[test]
fn x_94_a_child_that_fails_fails_the_task_with_its_description() {
    // ER-39
    let described = |input: Value| {
        let (report, _) = run("sync", input);
        report.assert_failed("States.TaskFailed");
        let cause = report.result().as_ref().unwrap_err().cause().unwrap().to_owned();
        without_dates(serde_json::from_str(&cause).unwrap())
    };
    let description = described(json!({ "seconds": 1, "error": "SomeFailure" }));
    assert_eq!(description["Status"], "FAILED");
    assert_eq!(
        (&description["Error"], &description["Cause"]),
        (&json!("SomeFailure"), &json!("as asked"))
    );
    assert_eq!(description["Input"], "{\"seconds\":1,\"error\":\"SomeFailure\"}");
    assert_eq!(
        (&description["StopDate"], description.get("Output")),
        (&json!(1_000), None)
    );

    // The child's own time runs out: neither error nor cause. Its parent would wait for 50 seconds only.
    let (report, _) = run("sync:2", json!({ "seconds": 1_000 }));
    report.assert_failed("States.TaskFailed").assert_elapsed(seconds(100));
    let description: Value = serde_json::from_str(report.result().as_ref().unwrap_err().cause().unwrap()).unwrap();
    assert_eq!(
        (&description["Status"], description.get("Error")),
        (&json!("TIMED_OUT"), None)
    );
}

#[test]
fn x_56_a_task_that_ends_ends_its_child() {
    let (report, work) = run("sync", json!({ "seconds": 1_000 }));
    report.assert_failed("States.Timeout").assert_elapsed(seconds(50));
    assert_eq!((work.gauge.begun(), work.gauge.running()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn x_51_without_a_suffix_nobody_waits_for_the_child() {
    let work = Work::default();
    let input = json!({ "how": "start", "input": { "seconds": 3 } });
    let report = Test::new().run_async::<parent::Machine, _>(&work, input).await;
    report.assert_elapsed(seconds(0));
    let output = report.result().clone().unwrap();
    assert_eq!(output["ExecutionArn"], format!("{PLACE}:execution:child:three"));
    assert!(output["StartDate"].is_i64());
    assert_eq!(output.as_object().unwrap().len(), 2);
    sleep(seconds(4)).await;
    assert_eq!(work.ended.lock().unwrap()[0]["input"], json!({ "seconds": 3 }));
}

#[test]
fn each_pattern_has_its_function() {
    struct Mixed;
    impl child::Tasks for Mixed {
        async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
            Ok(input)
        }
    }
    impl parent::Tasks for Mixed {
        async fn states_start_execution_sync(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
            spawn_execution::<child::Machine, _>(cx, Arc::new(Mixed), input, |_| panic!("it must not start"))
        }
        async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
            spawn_execution::<child::Machine, _>(cx, Arc::new(Mixed), input, |_| panic!("it must not start"))
        }
        async fn states_start_execution(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
            start_execution::<child::Machine, _>(cx, self, input).await
        }
    }
    for (how, function) in [
        ("sync", "start_execution"),
        ("sync:2", "start_execution"),
        ("", "spawn_execution"),
    ] {
        let report = Test::new().run::<parent::Machine, _>(&Mixed, json!({ "how": how, "input": {} }));
        report.assert_failed("States.Runtime");
        let error = report.result().as_ref().unwrap_err().to_string();
        assert!(error.contains(&format!("use `{function}`")), "{error}");
    }
}

#[test]
fn x_96_errors_of_the_service_for_who_chooses_the_machine_by_its_arn() {
    // ER-35
    let error = nested::state_machine_does_not_exist("arn:x");
    assert_eq!(
        error.name.as_deref(),
        Some("StepFunctions.StateMachineDoesNotExistException")
    );
    assert!(
        error
            .cause
            .unwrap()
            .starts_with("State Machine Does Not Exist: 'arn:x' (Service: AWSStepFunctions;")
    );
    let error = nested::execution_already_exists("arn:y");
    assert_eq!(
        error.name.as_deref(),
        Some("StepFunctions.ExecutionAlreadyExistsException")
    );
}

asl!(mod countdown = {
    "StartAt": "Zero?",
    "States": {
        "Zero?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.n", "NumericEquals": 0, "Next": "Done" }],
            "Default": "Less"
        },
        "Less": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:countdown",
                "Input": { "n.$": "States.MathAdd($.n, -1)" }
            },
            "OutputPath": "$.Output",
            "End": true
        },
        "Done": { "Type": "Pass", "Result": "lift-off", "End": true }
    }
});

#[test]
fn a_machine_may_start_itself() {
    struct Itself;
    impl countdown::Tasks for Itself {
        async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
            start_execution::<countdown::Machine, _>(cx, self, input).await
        }
    }
    Test::new()
        .run::<countdown::Machine, _>(&Itself, json!({ "n": 20 }))
        .assert_output("lift-off");
}
