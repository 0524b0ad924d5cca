//! Waits for a person: an expense that has to be approved by its task token.
//!
//!     cargo run --example approval                  over approvals.db among the temporary files
//!     cargo run --example approval -- other.db      over another file
//!
//! It asks for a line: `yes`, `no REASON`, or `look` for somebody who is looking at it (the heartbeat of the task). When the
//! manager is silent for 20 seconds, or takes longer than a minute, it asks the director. Kill it and run it again: the question
//! stands, with the same token.

use asl_durable::{ExecutionStatus, Filter, Host, HostError, Sqlite};
use asl_runtime::{HistoryTimeline, TaskContext, TaskError, Value, include_asl, json};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, io, thread};
use tokio::sync::{mpsc, watch};

include_asl!(mod approval = "approval.asl.json");

/// Where questions are put, and the token of the last one.
struct Office {
    question: watch::Sender<Option<String>>,
}

impl approval::Tasks for Office {
    async fn sqs_send_message_wait_for_task_token(
        &self,
        _: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        let body = &message["MessageBody"];
        println!("{}: is {} fine? (yes, no REASON, look)", body["to"], body["expense"]);
        self.question.send_replace(body["token"].as_str().map(str::to_owned));
        Ok(json!({ "MessageId": "1" }))
    }

    async fn pay(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        println!("paying {}, once: {}", input["amount"], cx.idempotency_key());
        Ok(json!({ "paid": input["amount"] }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).map(PathBuf::from);
    let path = path.unwrap_or_else(|| env::temp_dir().join("approvals.db"));
    let office = Arc::new(Office {
        question: watch::Sender::new(None),
    });
    let host = Host::builder().machine::<approval::Machine, _>(office.clone());
    let host = host.open(Sqlite::open(&path)?).await?;
    let running = Filter {
        status: Some(ExecutionStatus::Running),
        limit: 1,
        ..Filter::default()
    };
    let arn = match host.list(running).await?.executions.pop() {
        Some(former) => {
            println!("{} still waits: its question was put before", former.name);
            // Whoever was asked has the token; here, its history tells it.
            let history = host.history(&former.arn).await?;
            let asked = history.iter().rev().find(|event| event.event_type == "TaskScheduled");
            let token =
                asked.and_then(|event| event.details.as_ref()?.members["parameters"]["MessageBody"]["token"].as_str());
            office.question.send_replace(token.map(str::to_owned));
            former.arn
        }
        None => {
            let number = host.list(Filter::default()).await?.executions.len() + 1;
            let expense = json!({ "expense": { "of": "Ada Byron", "what": "a difference engine", "amount": 17_000 } });
            let name = format!("expense-{number}");
            host.start::<approval::Machine>(&name, expense).await?.arn
        }
    };

    let (said, mut lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        io::stdin()
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| said.send(line))
    });
    let mut question = office.question.subscribe();
    let answers = async {
        while let Some(line) = lines.recv().await {
            let token = question
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|token| token.clone());
            if let Some(token) = token
                && let Err(error) = answer(&host, &token, line.trim()).await
            {
                println!("{error}");
            }
        }
        std::future::pending::<()>().await
    };
    let ended = tokio::select! {
        ended = host.wait(&arn) => ended?,
        () = answers => unreachable!("it is pending"),
    };
    println!("\n{}", HistoryTimeline(&host.history(&arn).await?));
    println!("{} is {}", ended.name, ended.status);
    host.shut_down().await;
    Ok(())
}

/// Does what a person says about the question with this token.
async fn answer(host: &Host, token: &str, line: &str) -> Result<(), HostError> {
    match line.split_once(' ').unwrap_or((line, "")) {
        ("yes", _) => host.send_task_success(token, json!({ "approved": true })).await,
        ("no", reason) => {
            let answer = json!({ "approved": false, "reason": reason });
            host.send_task_success(token, answer).await
        }
        ("look", _) => host.send_task_heartbeat(token).await,
        _ => {
            println!("yes, no REASON, or look");
            Ok(())
        }
    }
}
