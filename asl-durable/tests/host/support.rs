//! A machine with every kind of operation, and its handlers.

use asl_durable::{Host, HostError, Store};
use asl_runtime::{TaskContext, TaskError, Value, asl, include_asl, json};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

include_asl!(pub mod journey = "tests/host/journey.asl.json");

asl!(pub mod hello = { "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } });

asl!(pub mod stroll = {
    "StartAt": "Step",
    "States": {
        "Step": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:step",
            "ResultSelector": { "again.$": "$" },
            "Next": "Sit"
        },
        "Sit": { "Type": "Wait", "Seconds": 10, "Next": "Far" },
        "Far": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:far",
            "ResultPath": "$.so",
            "End": true
        }
    }
});

pub fn input() -> Value {
    json!({ "stages": [0, 1, 2] })
}

pub fn start_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a time")
}

/// The handlers of the journey. A clone is the same.
#[derive(Clone)]
pub struct Guide(Arc<Known>);

struct Known {
    calls: Mutex<Vec<String>>,
    keys: Mutex<HashSet<String>>,
    token: watch::Sender<Option<String>>,
    tokens: Mutex<HashSet<String>>,
}

impl Default for Guide {
    fn default() -> Guide {
        Guide(Arc::new(Known {
            calls: Mutex::default(),
            keys: Mutex::default(),
            token: watch::Sender::new(None),
            tokens: Mutex::default(),
        }))
    }
}

impl Guide {
    fn call(&self, cx: &TaskContext<'_>, what: impl Into<String>) {
        self.0.calls.lock().expect("calls").push(what.into());
        self.0
            .keys
            .lock()
            .expect("keys")
            .insert(format!("{}#{}", cx.idempotency_key(), cx.attempt()));
    }

    /// What was called, in this order.
    pub fn calls(&self) -> Vec<String> {
        self.0.calls.lock().expect("calls").clone()
    }

    /// How many pieces of work there were, each counted once.
    pub fn pieces(&self) -> usize {
        self.0.keys.lock().expect("keys").len()
    }

    /// How many different tokens there were.
    pub fn tokens(&self) -> usize {
        self.0.tokens.lock().expect("tokens").len()
    }

    /// The token of the journey, when it asks the way.
    pub async fn token(&self) -> String {
        let mut token = self.0.token.subscribe();
        let token = token.wait_for(Option::is_some).await.expect("the guide lives");
        token.clone().expect("a token")
    }

    /// Tells the way when it is asked for.
    pub async fn answer(&self, host: &Host) {
        let token = self.token().await;
        sleep(Duration::from_secs(4)).await;
        host.send_task_success(&token, json!("left")).await.expect("accepted");
    }

    /// The same, where the host may die meanwhile.
    pub async fn try_answer(&self, host: &Host) -> Result<(), HostError> {
        let token = self.token().await;
        sleep(Duration::from_secs(4)).await;
        match host.send_task_success(&token, json!("left")).await {
            // An earlier life was told already.
            Err(HostError::TaskTimedOut) => Ok(()),
            other => other,
        }
    }
}

impl journey::Tasks for Guide {
    async fn pack(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        self.call(cx, "pack");
        match cx.attempt() {
            0 | 1 => Err(TaskError::new("Torn", "the bag")),
            _ => Ok(json!("all")),
        }
    }

    async fn walk(&self, cx: &TaskContext<'_>, stage: Value) -> Result<Value, TaskError> {
        self.call(cx, format!("walk {stage}"));
        Ok(json!(format!("hut {stage}")))
    }

    async fn sqs_send_message_wait_for_task_token(
        &self,
        cx: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        self.call(cx, "ask");
        let token = message["MessageBody"]["token"].as_str().expect("a token").to_owned();
        self.0.tokens.lock().expect("tokens").insert(token.clone());
        self.0.token.send_replace(Some(token));
        Ok(json!({ "MessageId": "1" }))
    }

    async fn batch_submit_job_sync(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        let ferry = json!({ "JobId": "ferry-1" });
        match cx.submission() {
            None => {
                self.call(cx, "hail");
                cx.submitted(ferry).await;
            }
            Some(job) => {
                self.call(cx, "hailed");
                assert_eq!(*job, ferry);
            }
        }
        sleep(Duration::from_secs(5)).await;
        Ok(json!("dry"))
    }

    async fn swim(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        self.call(cx, "swim");
        sleep(Duration::from_secs(6)).await;
        Err(TaskError::new("Drowned", "nearly"))
    }
}

impl stroll::Tasks for Guide {
    async fn step(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        if input == "panic" {
            panic!("it was asked to");
        }
        Ok(input)
    }

    async fn far(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        Ok(json!("far"))
    }
}

/// A host on this store, with this guide.
pub async fn host(store: &(impl Store + Clone), guide: &Guide) -> Host {
    try_host(store, guide).await.expect("a host")
}

pub async fn try_host(store: &(impl Store + Clone), guide: &Guide) -> Result<Host, HostError> {
    let builder = Host::builder()
        .machine::<journey::Machine, _>(guide.clone().into())
        .machine::<stroll::Machine, _>(guide.clone().into());
    builder.start_time(start_time()).open(store.clone()).await
}

pub async fn open(store: &(impl Store + Clone)) -> (Host, Guide) {
    let guide = Guide::default();
    (host(store, &guide).await, guide)
}
