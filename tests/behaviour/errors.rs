//! Errors and Catchers (ER-10 to ER-19, CT-1 to CT-16), and where the names of errors come from.

use asl_runtime::testing::{Answer, Script, Test};
use asl_runtime::{Error, ErrorName, Status, TaskContext, TaskError, Value, asl, json};
use std::fmt;

asl!(mod catching = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": { "n.$": "$.n" },
            "ResultSelector": { "never.$": "$.shown" },
            "ResultPath": "$.result",
            "OutputPath": "$.result",
            "Catch": [
                { "ErrorEquals": ["Replaced"], "Next": "Done" },
                { "ErrorEquals": ["Beside", "Aside"], "ResultPath": "$.errors.work", "Next": "Done" },
                { "ErrorEquals": ["Dropped"], "ResultPath": null, "Next": "Done" },
                {
                    "ErrorEquals": ["Kept"],
                    "ResultPath": null,
                    "Assign": { "name.$": "$.Error", "cause.$": "$.Cause", "state.$": "$$.State.Name", "id.$": "States.UUID()" },
                    "Next": "Show"
                },
                { "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failed", "Next": "Done" }
            ],
            "Next": "Done"
        },
        "Show": {
            "Type": "Pass",
            "Parameters": { "name.$": "$name", "cause.$": "$cause", "state.$": "$state", "id.$": "$id", "input.$": "$" },
            "Next": "Done"
        },
        "Done": { "Type": "Succeed" }
    }
});

fn run(name: &str) -> asl_runtime::testing::Report {
    let script = Script::new().always("Work", Answer::error(name, "because"));
    script.run::<catching::Machine>(json!({ "n": 1 }))
}

#[test]
fn ct_5_the_error_output_goes_where_the_result_path_says() {
    let error = |name: &str| json!({ "Error": name, "Cause": "because" });
    run("Replaced").assert_output(error("Replaced"));
    run("Beside").assert_output(json!({ "n": 1, "errors": { "work": error("Beside") } }));
    run("Aside").assert_output(json!({ "n": 1, "errors": { "work": error("Aside") } }));
    run("Dropped").assert_output(json!({ "n": 1 }));
    run("Other").assert_output(json!({ "n": 1, "failed": error("Other") }));
    // CT-11, ER-14: names are compared exactly, and States.TaskFailed is not every name under `States.`.
    for name in ["States.DataLimitExceeded", "States.Runtime"] {
        run(name).assert_failed(name).assert_path(["Work"]);
    }
    run("replaced").assert_output(json!({ "n": 1, "failed": error("replaced") }));
}

#[test]
fn ct_7_a_catcher_assigns_from_the_error_output_and_draws_numbers_of_its_own() {
    let report = run("Kept");
    report.assert_path(["Work", "Show", "Done"]);
    let output = report.result().as_ref().unwrap();
    assert_eq!(output["name"], "Kept");
    assert_eq!(output["cause"], "because");
    assert_eq!(output["state"], "Work");
    assert_eq!(output["input"], json!({ "n": 1 }));
    let id = output["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
}

#[tokio::test]
async fn what_a_catcher_draws_differs_from_run_to_run() {
    struct Failing;
    impl catching::Tasks for Failing {
        async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            Err(TaskError::new("Kept", ""))
        }
    }
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(catching::run(&Failing, json!({ "n": 1 })).await.unwrap()["id"].to_string());
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn er_10_what_goes_wrong_after_the_task_is_not_its_error() {
    // ResultSelector finds nothing: States.Runtime, which States.ALL would not catch either.
    let report = Script::new()
        .always("Work", Answer::ok(json!({})))
        .run::<catching::Machine>(json!({ "n": 1 }));
    report.assert_failed("States.Runtime").assert_path(["Work"]);
    let error = report.result().as_ref().unwrap_err();
    let cause = "An error occurred while executing the state 'Work' (entered at the event id #2). The JSONPath '$.shown' \
                 specified for the field 'never.$' could not be found in the input '{}'";
    assert_eq!((error.cause(), error.status()), (Some(cause), Status::Failed));
}

asl!(mod all = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[derive(Debug, ErrorName)]
enum Mistake {
    OutOfPaper,
    #[error_name("Printer.Jam")]
    Jam {
        tray: u8,
    },
    #[error_name(transparent)]
    Remote(Remote),
}

#[derive(Debug, ErrorName)]
#[error_name("Remote.Gone")]
struct Remote;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mistake::OutOfPaper => f.write_str("no paper"),
            Mistake::Jam { tray } => write!(f, "tray {tray} is stuck"),
            Mistake::Remote(_) => f.write_str("somewhere else"),
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody there")
    }
}

/// A handler over errors of the user's own.
struct Printer(fn() -> Result<(), Mistake>);

impl all::Tasks for Printer {
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        (self.0)()?;
        Ok(json!("printed"))
    }
}

#[test]
fn errors_of_a_users_own_go_up_by_the_question_mark() {
    let print = |outcome| Test::new().run::<all::Machine, _>(&Printer(outcome), json!({}));
    let error = |name: &str, cause: &str| json!({ "Error": name, "Cause": cause });
    print(|| Ok(())).assert_output("printed");
    print(|| Err(Mistake::OutOfPaper)).assert_output(error("OutOfPaper", "no paper"));
    print(|| Err(Mistake::Jam { tray: 2 })).assert_output(error("Printer.Jam", "tray 2 is stuck"));
    print(|| Err(Mistake::Remote(Remote))).assert_output(error("Remote.Gone", "nobody there"));
}

#[test]
fn er_30_an_error_as_a_function_reports_it() {
    let answer = Answer::from(TaskError::lambda("ValueError", "not \"a\" number"));
    let report = Script::new().always("Work", answer).run::<all::Machine>(json!({}));
    let output = report.result().as_ref().unwrap();
    assert_eq!(output["Error"], "ValueError");
    // CT-4: the cause is a string, here one that holds JSON.
    let cause: Value = serde_json::from_str(output["Cause"].as_str().unwrap()).unwrap();
    assert_eq!(
        cause,
        json!({ "errorType": "ValueError", "errorMessage": "not \"a\" number" })
    );
}

#[test]
fn ct_12_an_error_without_a_name_is_caught_as_one_of_the_task() {
    let script = Script::new().always("Work", Answer::from(TaskError::default()));
    script
        .run::<all::Machine>(json!({}))
        .assert_output(json!({ "Error": null, "Cause": null }));
    let report = script.run::<catching::Machine>(json!({ "n": 1 }));
    report.assert_output(json!({ "n": 1, "failed": { "Error": null, "Cause": null } }));
}

#[test]
fn an_error_that_is_stored_comes_back_as_it_was() {
    let errors = [
        Error::new("Card.Declined", "no funds"),
        Error::reported(None, None),
        Error::runtime("a path finds nothing"),
        Error::timeout(true),
        Error::timeout(false),
        Error::timed_out(),
        Error::aborted(Some("Enough".into()), None),
    ];
    let names = [
        "States.ALL",
        "States.Timeout",
        "States.HeartbeatTimeout",
        "States.TaskFailed",
        "Card.Declined",
    ];
    for error in errors {
        let text = serde_json::to_string(&error).unwrap();
        let back: Error = serde_json::from_str(&text).unwrap();
        assert_eq!(back, error, "{text}");
        assert_eq!((back.status(), back.is_timeout()), (error.status(), error.is_timeout()));
        assert_eq!(names.map(|name| back.is(&[name])), names.map(|name| error.is(&[name])));
    }
}

asl!(mod fails = {
    "StartAt": "Try",
    "States": {
        "Try": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Fail",
                    "States": { "Fail": { "Type": "Fail", "ErrorPath": "$.name", "CausePath": "States.Format('{} times', $.n)" } }
                }
            ],
            "Catch": [
                { "ErrorEquals": ["Mine"], "Assign": { "error.$": "$.Error" }, "ResultPath": "$.caught", "Next": "Try again" }
            ],
            "Next": "Done"
        },
        "Try again": { "Type": "Fail", "ErrorPath": "$error", "CausePath": "$.caught.Cause" },
        "Done": { "Type": "Succeed" }
    }
});

#[test]
fn a_fail_state_may_compute_its_error() {
    let report = Script::new().run::<fails::Machine>(json!({ "name": "Mine", "n": 3 }));
    assert_eq!(*report.result(), Err(Error::new("Mine", "3 times")));
    let report = Script::new().run::<fails::Machine>(json!({ "name": "Other", "n": 3 }));
    assert_eq!(*report.result(), Err(Error::new("Other", "3 times")));
    Script::new()
        .run::<fails::Machine>(json!({ "name": 7, "n": 3 }))
        .assert_failed("States.Runtime");
}

asl!(mod undecided = {
    "StartAt": "Around",
    "States": {
        "Around": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Decide",
                    "States": {
                        "Decide": {
                            "Type": "Choice",
                            "Choices": [{ "Variable": "$.n", "NumericEquals": 1, "Next": "One" }]
                        },
                        "One": { "Type": "Succeed" }
                    }
                }
            ],
            "Retry": [{ "ErrorEquals": ["States.ALL"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Succeed" }
    }
});

#[test]
fn ch_10_nothing_around_a_choice_without_a_match_takes_its_error() {
    let run = |n| Script::new().run::<undecided::Machine>(json!({ "n": n }));
    run(1).assert_output(json!([{ "n": 1 }]));
    run(2)
        .assert_failed("States.NoChoiceMatched")
        .assert_path(["Around", "Decide"]);
}
