//! The clocks of tasks go on in the next life.

use crate::support::start_time;
use asl_durable::{ExecutionStatus, Host, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::time::Duration;
use tokio::time::sleep;

asl!(pub mod slow = {
    "StartAt": "Ask or build",
    "States": {
        "Ask or build": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$", "StringEquals": "ask", "Next": "Ask" }],
            "Default": "Build"
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "TimeoutSeconds": 100,
            "Parameters": { "QueueUrl": "https://queue.example/questions", "MessageBody.$": "$$.Task.Token" },
            "End": true
        },
        "Build": {
            "Type": "Task",
            "Resource": "arn:aws:states:::codebuild:startBuild.sync",
            "TimeoutSeconds": 100,
            "Parameters": { "ProjectName": "p" },
            "End": true
        }
    }
});

/// Takes 30 seconds to hand on what it was asked.
struct Slow;

impl slow::Tasks for Slow {
    async fn sqs_send_message_wait_for_task_token(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        sleep(Duration::from_secs(30)).await;
        Ok(json!({}))
    }

    async fn codebuild_start_build_sync(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        if cx.submission().is_none() {
            sleep(Duration::from_secs(30)).await;
            cx.submitted(json!("a build")).await;
        }
        std::future::pending().await
    }
}

async fn open(store: &MemoryStore) -> Host {
    let builder = Host::builder()
        .machine::<slow::Machine, _>(std::sync::Arc::new(Slow))
        .start_time(start_time());
    builder.open(store.clone()).await.expect("a host")
}

/// TO-1, TO-9: the time of a task counts from its start, not from what it has submitted since.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_task_counts_from_its_start() {
    for what in ["ask", "build"] {
        for restarts in [0, 1, 2] {
            let store = MemoryStore::new();
            let mut host = open(&store).await;
            let arn = host
                .start::<slow::Machine>("n", json!(what))
                .await
                .expect("started")
                .arn;
            sleep(Duration::from_secs(40)).await;
            for _ in 0..restarts {
                host.shut_down().await;
                sleep(Duration::from_secs(10)).await;
                host = open(&store).await;
                sleep(Duration::from_secs(10)).await;
            }
            let ended = host.wait(&arn).await.expect("ended");
            assert_eq!(
                (ended.status, ended.error.as_deref()),
                (ExecutionStatus::Failed, Some("States.Timeout"))
            );
            let took = ended.stop_date.expect("an end") - ended.start_date;
            assert_eq!(took.num_seconds(), 100, "{what}, {restarts} restarts");
        }
    }
}
