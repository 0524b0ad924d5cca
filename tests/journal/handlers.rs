//! What the machines of these tests hand to their caller.

use asl_runtime::{BoxFuture, Handler, TaskContext, TaskError, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::sleep;

/// Does the work, and takes care that nothing is begun again that has ended.
#[derive(Default)]
pub struct Workers {
    /// How often each piece of it was begun.
    pub calls: Mutex<BTreeMap<String, u32>>,
    ended: Mutex<BTreeSet<String>>,
}

impl Handler for Workers {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        let key = format!("{} {} {}", cx.execution_id(), cx.position(), cx.attempt());
        assert!(
            !self.ended.lock().expect("no worker panicked").contains(&key),
            "{key} has ended"
        );
        *self
            .calls
            .lock()
            .expect("no worker panicked")
            .entry(key.clone())
            .or_default() += 1;
        Box::pin(async move {
            let result = work(cx, input).await;
            self.ended.lock().expect("no worker panicked").insert(key);
            result
        })
    }
}

/// Shall not be asked for anything.
pub struct Nobody;

impl Handler for Nobody {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, _: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        panic!("{} was called again", cx.position())
    }
}

async fn work(cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
    match (cx.resource().action, cx.attempt()) {
        ("fetch", 1) => takes(60_000).await,
        ("fetch", 0 | 2) => {
            takes(100).await;
            return Err(TaskError::new("Flaky", "not yet"));
        }
        ("check", _) => return Ok(json!(if cx.position() == "Check.2" { "READY" } else { "WAIT" })),
        ("handle", 0) if input.as_u64().is_some_and(|n| n % 2 == 0) => return Err(TaskError::default()),
        ("handle", _) => takes(input.as_u64().unwrap_or_default() * 100).await,
        ("late", _) => takes(60_000).await,
        ("raise", _) if input["child"] == 13 => return Err(TaskError::new("Unlucky", "thirteen")),
        ("raise", _) => return Ok(json!([input["child"], input["execution"], input["id"]])),
        ("fail_after", _) => {
            takes(input["seconds"].as_u64().unwrap_or_default() * 1000).await;
            if let Some(name) = input["name"].as_str() {
                return Err(TaskError::new(name, cx.position()));
            }
        }
        ("step", _) => takes(if cx.position().contains("[1]") { 2000 } else { 1000 }).await,
        _ => {}
    }
    Ok(input)
}

async fn takes(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}
