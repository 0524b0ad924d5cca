//! Tasks that are ended by their token.

use crate::support::seconds;
use asl_runtime::testing::{Answer, Script, Test};
use asl_runtime::{Handle, TaskContext, TaskError, TokenError, Value, asl, json};
use std::sync::Mutex;
use tokio::time::sleep;

asl!(mod approval = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": { "FunctionName": "ask", "Payload": { "token.$": "$$.Task.Token" } },
            "ResultPath": "$.answer",
            "TimeoutSeconds": 60,
            "Retry": [{ "ErrorEquals": ["Again"] }],
            "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refused" }],
            "Next": "Granted"
        },
        "Granted": { "Type": "Succeed" },
        "Refused": { "Type": "Succeed" }
    }
});

/// What whoever is asked does, at each attempt.
type Reply = fn(&Handle, &str, u32);

struct Asking {
    handle: Handle,
    reply: Reply,
    tokens: Mutex<Vec<String>>,
}

impl approval::Tasks for Asking {
    async fn ask(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let token = input["Payload"]["token"].as_str().unwrap_or_default().to_owned();
        assert_eq!(cx.token(), Some(&*token));
        self.tokens.lock().unwrap().push(token.clone());
        let (handle, reply, attempt) = (self.handle.clone(), self.reply, cx.attempt());
        tokio::spawn(async move {
            sleep(seconds(5)).await;
            reply(&handle, &token, attempt);
        });
        Ok(json!({ "StatusCode": 202 }))
    }
}

fn run(reply: Reply) -> (asl_runtime::testing::Report, Asking) {
    let test = Test::new();
    let asking = Asking {
        handle: test.handle(),
        reply,
        tokens: Mutex::default(),
    };
    (test.run::<approval::Machine, _>(&asking, json!({})), asking)
}

#[test]
fn x_57_the_output_that_is_sent_is_the_result() {
    let (report, asking) = run(|handle, token, _| {
        assert_eq!(handle.send_task_heartbeat(token), Ok(()));
        assert_eq!(handle.send_task_success(token, json!({ "by": "Ada" })), Ok(()));
        // From then on the token is closed.
        assert_eq!(handle.send_task_success(token, json!(2)), Err(TokenError::TaskTimedOut));
        assert_eq!(
            handle.send_task_failure(token, None, None),
            Err(TokenError::TaskTimedOut)
        );
        assert_eq!(handle.send_task_heartbeat(token), Err(TokenError::TaskTimedOut));
    });
    report
        .assert_path(["Ask", "Granted"])
        .assert_elapsed(seconds(5))
        .assert_output(json!({ "answer": { "by": "Ada" } }));
    let token = &asking.tokens.lock().unwrap()[0];
    assert_eq!(
        asking.handle.send_task_success(token, json!(2)),
        Err(TokenError::TaskTimedOut)
    );
}

#[test]
fn x_59_a_failure_may_lack_its_error_and_its_cause() {
    // NUL-9
    let (report, _) = run(|handle, token, _| handle.send_task_failure(token, None, None).expect("it waits"));
    report
        .assert_path(["Ask", "Refused"])
        .assert_output(json!({ "error": { "Error": null, "Cause": null } }));
    let (report, _) = run(|handle, token, _| {
        handle
            .send_task_failure(token, Some("No".into()), None)
            .expect("it waits")
    });
    report.assert_output(json!({ "error": { "Error": "No", "Cause": null } }));
}

#[test]
fn x_54_each_attempt_has_a_token_of_its_own() {
    let (report, asking) = run(|handle, token, attempt| {
        match attempt {
            0 => handle.send_task_failure(token, Some("Again".into()), Some("busy".into())),
            _ => handle.send_task_success(token, json!("yes")),
        }
        .expect("it waits");
    });
    report
        .assert_attempts("Ask", [0, 6_000])
        .assert_output(json!({ "answer": "yes" }));
    let tokens = asking.tokens.lock().unwrap();
    assert_ne!(tokens[0], tokens[1]);
    assert!(tokens.iter().all(|token| token.len() >= 32));
}

#[test]
fn x_53_without_an_answer_it_waits_until_its_time_out() {
    let (report, asking) = run(|_, _, _| {});
    report.assert_elapsed(seconds(60)).assert_path(["Ask", "Refused"]);
    // And whoever answers then is told so.
    let token = &asking.tokens.lock().unwrap()[0];
    assert_eq!(
        asking.handle.send_task_success(token, json!(1)),
        Err(TokenError::TaskTimedOut)
    );
}

#[test]
fn x_58_a_token_that_was_never_given_out_is_invalid() {
    let handle = Handle::default();
    assert_eq!(
        handle.send_task_success("guessed", json!(1)),
        Err(TokenError::InvalidToken)
    );
    assert_eq!(handle.send_task_failure("", None, None), Err(TokenError::InvalidToken));
    assert_eq!(handle.send_task_heartbeat("guessed"), Err(TokenError::InvalidToken));
    assert_eq!(TokenError::InvalidToken.to_string(), "Invalid Token: 'Invalid token'");
}

#[test]
fn a_token_may_be_used_before_its_handler_has_answered_and_from_another_thread() {
    struct Direct(Handle);
    impl approval::Tasks for Direct {
        async fn ask(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            let (handle, token) = (self.0.clone(), cx.token().unwrap_or_default().to_owned());
            std::thread::spawn(move || handle.send_task_success(&token, json!("at once")))
                .join()
                .unwrap()
                .unwrap();
            Ok(json!({}))
        }
    }
    let test = Test::new();
    let direct = Direct(test.handle());
    test.run::<approval::Machine, _>(&direct, json!({}))
        .assert_output(json!({ "answer": "at once" }));
}

#[test]
fn a_submission_that_fails_fails_the_task() {
    struct Refusing;
    impl approval::Tasks for Refusing {
        async fn ask(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            Err(TaskError::new("Lambda.TooManyRequestsException", "slow down"))
        }
    }
    let report = Test::new().run::<approval::Machine, _>(&Refusing, json!({}));
    let error = json!({ "Error": "Lambda.TooManyRequestsException", "Cause": "slow down" });
    report.assert_output(json!({ "error": error }));
}

asl!(mod jobs = {
    "StartAt": "Which",
    "States": {
        "Which": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$", "StringEquals": "activity", "Next": "Activity" }],
            "Default": "Job"
        },
        "Job": {
            "Type": "Task",
            "Resource": "arn:aws:states:::batch:submitJob.sync",
            "Parameters": { "JobName": "film", "JobDefinition": "render", "JobQueue": "night" },
            "TimeoutSeconds": 60,
            "End": true
        },
        "Activity": {
            "Type": "Task",
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:print",
            "End": true
        }
    }
});

#[test]
fn x_55_a_job_and_an_activity_may_end_early_by_their_token() {
    struct Queue(Handle);
    impl Queue {
        async fn long_work(&self, cx: &TaskContext<'_>) -> Result<Value, TaskError> {
            let (handle, token) = (self.0.clone(), cx.token().unwrap_or_default().to_owned());
            tokio::spawn(async move {
                sleep(seconds(7)).await;
                handle
                    .send_task_failure(&token, Some("Cancelled".into()), None)
                    .expect("it runs");
            });
            sleep(seconds(3_600)).await;
            Ok(json!("at last"))
        }
    }
    impl jobs::Tasks for Queue {
        async fn batch_submit_job_sync(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            self.long_work(cx).await
        }
        async fn print(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
            self.long_work(cx).await
        }
    }
    for which in ["job", "activity"] {
        let test = Test::new();
        let queue = Queue(test.handle());
        let report = test.run::<jobs::Machine, _>(&queue, json!(which));
        report.assert_elapsed(seconds(7)).assert_failed("Cancelled");
        // Without a token they end as the handler says.
        let answer = Answer::ok("printed").after(seconds(30));
        let script = Script::new().always("Job", answer.clone()).always("Activity", answer);
        script
            .run::<jobs::Machine>(json!(which))
            .assert_elapsed(seconds(30))
            .assert_output("printed");
    }
}
