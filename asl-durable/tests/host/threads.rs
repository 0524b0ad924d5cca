//! Hosts side by side, many threads, and futures that are dropped at any point.

use asl_durable::{ExecutionStatus, Host, HostError, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

asl!(pub mod ask = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "ResultPath": "$.worked",
            "Next": "Ask"
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": { "QueueUrl": "https://queue.example/questions", "MessageBody": { "number.$": "$.number" } },
            "ResultPath": "$.answer",
            "End": true
        }
    }
});

struct Work(mpsc::UnboundedSender<(String, Value)>);

impl ask::Tasks for Work {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        tokio::task::yield_now().await;
        Ok(input["number"].clone())
    }

    async fn sqs_send_message_wait_for_task_token(
        &self,
        cx: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        let token = cx.token().expect("a token").to_owned();
        self.0
            .send((token, message["MessageBody"]["number"].clone()))
            .expect("it is heard");
        Ok(json!({}))
    }
}

const EXECUTIONS: usize = 200;

/// Two hosts with a store each and executions of the same names; every call is made twice, and one of the two is given up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hosts_and_many_threads() {
    let mut hosts = JoinSet::new();
    for which in 0..2 {
        hosts.spawn(async move {
            let (asker, mut asked) = mpsc::unbounded_channel();
            let host = Host::builder()
                .machine::<ask::Machine, _>(Arc::new(Work(asker)))
                .unload_after(Duration::ZERO)
                .max_concurrency(50);
            let host = host.open(MemoryStore::new()).await.expect("a host");
            let mut calls = JoinSet::new();
            for number in 0..EXECUTIONS {
                let host = host.clone();
                calls.spawn(async move {
                    let name = format!("n{number}");
                    let input = json!({ "number": number, "host": which });
                    let given_up = timeout(Duration::ZERO, host.start::<ask::Machine>(&name, input.clone()));
                    let _ = given_up.await;
                    let arn = match host.start::<ask::Machine>(&name, input).await {
                        Ok(started) => started.arn,
                        // What was given up has ended already.
                        Err(HostError::ExecutionAlreadyExists { arn }) => arn,
                        Err(error) => panic!("{error}"),
                    };
                    let _ = timeout(Duration::ZERO, host.wait(&arn)).await;
                    host.wait(&arn).await.expect("ended")
                });
            }
            let answers = host.clone();
            let answering = tokio::spawn(async move {
                while let Some((token, number)) = asked.recv().await {
                    let _ = timeout(Duration::ZERO, answers.send_task_success(&token, number.clone())).await;
                    match answers.send_task_success(&token, number).await {
                        Ok(()) | Err(HostError::TaskTimedOut) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
            for ended in calls.join_all().await {
                assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
                let output = ended.output.expect("an output");
                let number = &output["number"];
                assert_eq!(
                    (&output["host"], &output["worked"], &output["answer"]),
                    (&json!(which), number, number)
                );
            }
            host.shut_down().await;
            answering.abort();
        });
    }
    hosts.join_all().await;
}
