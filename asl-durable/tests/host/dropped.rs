//! Calls of a host that are given up in the middle: what they have done is whole, and they may be made again.

use crate::support::start_time;
use asl_durable::{ExecutionStatus, Filter, Host, HostError, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use futures_util::poll;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::sleep;

asl!(pub mod errand = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": "Ask",
                    "States": {
                        "Ask": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                            "Parameters": { "QueueUrl": "https://queue.example/asks", "MessageBody.$": "$$.Task.Token" },
                            "End": true
                        }
                    }
                },
                {
                    "StartAt": "Review",
                    "States": {
                        "Review": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:eu-west-1:123456789012:activity:review",
                            "HeartbeatSeconds": 60,
                            "Retry": [{ "ErrorEquals": ["States.Timeout"] }],
                            "End": true
                        }
                    }
                }
            ],
            "End": true
        }
    }
});

struct Asker(watch::Sender<Option<String>>);

impl errand::Tasks for Asker {
    async fn sqs_send_message_wait_for_task_token(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        self.0.send_replace(cx.token().map(str::to_owned));
        Ok(json!({}))
    }

    async fn review(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        unreachable!("there is an activity")
    }
}

const ACTIVITY: &str = "arn:aws:states:us-east-1:000000000000:activity:review";

/// Goes on with a call until it has waited so often, and gives it up; answers whether it was over before.
async fn given_up<F: Future>(call: F, waits: usize) -> bool {
    let mut call = pin!(call);
    for _ in 0..waits {
        if poll!(call.as_mut()).is_ready() {
            return true;
        }
        yield_now().await;
    }
    false
}

/// Each call is given up wherever it waits: at first before it has begun, in the end after it is over.
#[tokio::test(start_paused = true)]
async fn calls_may_be_given_up_anywhere() {
    let mut ended = [0; 8];
    for waits in 0..40 {
        let (asker, mut asked) = watch::channel(None);
        let store = MemoryStore::new();
        let builder = Host::builder().machine::<errand::Machine, _>(Arc::new(Asker(asker)));
        let host = builder.start_time(start_time()).open(store).await.expect("a host");
        let mut over = Vec::new();

        over.push(given_up(host.create_activity("review"), waits).await);
        host.create_activity("review").await.expect("created");
        over.push(given_up(host.start::<errand::Machine>("n", json!({})), waits).await);
        let arn = host
            .start::<errand::Machine>("n", json!({}))
            .await
            .expect("started")
            .arn;
        let token = asked.wait_for(Option::is_some).await.expect("a token").clone();
        let token = token.expect("a token");
        given_up(host.wait(&arn), waits).await;
        over.push(given_up(host.history(&arn), waits).await);
        over.push(given_up(host.list(Filter::default()), waits).await);

        over.push(given_up(host.stop(&arn, None, None), waits).await);
        let stopped = host.stop(&arn, None, None).await.expect("stopped");
        assert_eq!(stopped.status, ExecutionStatus::Aborted, "{waits}");
        over.push(given_up(host.redrive(&arn), waits).await);
        match host.redrive(&arn).await {
            Ok(_) | Err(HostError::ExecutionNotRedrivable { .. }) => {}
            Err(error) => panic!("{waits}: {error}"),
        }
        let new = asked
            .wait_for(|now| now.as_ref() != Some(&token))
            .await
            .expect("a token")
            .clone();
        let token = new.expect("a token");

        given_up(host.get_activity_task(ACTIVITY, None), waits).await;
        given_up(host.send_task_heartbeat(&token), waits).await;
        over.push(given_up(host.send_task_success(&token, json!("asked")), waits).await);
        match host.send_task_success(&token, json!("again")).await {
            Ok(()) | Err(HostError::TaskTimedOut) => {}
            Err(error) => panic!("{waits}: {error}"),
        }
        // A worker that had just been given the task and is no more is noticed by its heartbeat.
        let task = loop {
            if let Some(task) = host.get_activity_task(ACTIVITY, None).await.expect("an answer") {
                break task;
            }
        };
        host.send_task_success(&task.token, json!("reviewed"))
            .await
            .expect("accepted");
        let done = host.wait(&arn).await.expect("ended");
        assert_eq!(
            (done.status, done.redrive_count),
            (ExecutionStatus::Succeeded, 1),
            "{waits}"
        );
        let output = done.output.expect("an output");
        assert!(
            output == json!(["asked", "reviewed"]) || output == json!(["again", "reviewed"]),
            "{waits}: {output}"
        );
        over.push(given_up(host.shut_down(), waits).await);
        host.shut_down().await;
        sleep(Duration::from_secs(1)).await;
        for (ended, over) in ended.iter_mut().zip(over) {
            *ended += usize::from(over);
        }
    }
    // Each was given up before its end, and came to it.
    assert!(ended.iter().all(|ended| (1..40).contains(ended)), "{ended:?}");
}
