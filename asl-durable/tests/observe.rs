//! What can be seen of a host at work.

#![allow(missing_docs, reason = "a test")]

use asl_durable::{Host, MemoryStore};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use chrono::DateTime;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio::runtime::Builder;
use tracing::Level;

asl!(pub mod nap = {
    "StartAt": "Try",
    "States": {
        "Try": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:rest",
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 10 }],
            "End": true
        }
    }
});

asl!(pub mod blink = {
    "StartAt": "Blink",
    "States": { "Blink": { "Type": "Pass", "Result": "open", "End": true } }
}, type: Express);

struct Work;

impl blink::Tasks for Work {}

impl nap::Tasks for Work {
    async fn rest(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        tracing::info!("at work");
        match cx.attempt() {
            0 => Err(TaskError::new("Busy", "later")),
            _ => Ok(json!("done")),
        }
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn run() {
    let host = Host::builder().machine::<nap::Machine, _>(Arc::new(Work));
    let start_time = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let host = host
        .start_time(start_time)
        .open(MemoryStore::new())
        .await
        .expect("a host");
    let started = host.start::<nap::Machine>("n", json!({})).await.expect("started");
    host.wait(&started.arn).await.expect("ended");
    host.shut_down().await;
}

#[test]
fn spans_and_figures() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .without_time()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let recorder = DebuggingRecorder::new();
    let figures = recorder.snapshotter();
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(subscriber, || runtime.block_on(run()));
    });

    let log = String::from_utf8(log.0.lock().expect("a log").clone()).expect("a text");
    let lines: Vec<&str> = log.lines().collect();
    let arn = "arn:aws:states:us-east-1:000000000000:execution:nap:n";
    let execution = format!("execution{{arn=\"{arn}\" machine=\"nap\"}}");
    let state = format!("{execution}:state{{name=\"Try\" position=\"Try.0\"}}");
    let attempt = |number: u32| {
        let resource = "arn:aws:lambda:us-east-1:123456789012:function:rest";
        format!("{state}:attempt{{attempt={number} resource=\"{resource}\"}}")
    };
    let expected = [
        format!(" INFO asl_durable::observe: execution started arn=\"{arn}\""),
        format!("DEBUG {state}: asl_durable::observe::spans: state entered"),
        format!(" INFO {}: observe: at work", attempt(0)),
        format!("DEBUG {execution}: asl_durable::observe: execution waits"),
        format!(" INFO {}: observe: at work", attempt(1)),
        format!(" INFO {execution}: asl_durable::observe: execution ended status=\"SUCCEEDED\""),
    ];
    assert_eq!(lines, expected);

    let mut counts = BTreeMap::new();
    let mut commits = 0;
    for (key, _, _, value) in figures.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<&str> = key.labels().map(|label| label.value()).collect();
        match value {
            DebugValue::Counter(count) => _ = counts.insert(format!("{} {}", key.name(), labels.join(" ")), count),
            DebugValue::Gauge(value) => assert_eq!((key.name(), value.0), ("asl_executions_in_memory", 0.0)),
            DebugValue::Histogram(values) => commits += values.len(),
        }
    }
    let counts: Vec<(&str, u64)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let expected = [
        ("asl_executions_ended_total nap SUCCEEDED", 1),
        ("asl_executions_rested_total nap", 1),
        ("asl_executions_started_total nap", 1),
        // Once, in however many lives.
        ("asl_transitions_total nap", 1),
    ];
    assert_eq!(counts, expected);
    assert!(commits >= 2 * 5, "the time and the size of each commit: {commits}");
}

/// The history of an Express execution goes to `tracing`, an event a line.
#[test]
fn events_of_express_executions() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .without_time()
        .with_ansi(false)
        .with_level(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let ended = tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let start_time = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
            let host = Host::builder().machine::<blink::Machine, _>(Arc::new(Work));
            let host = host
                .start_time(start_time)
                .open(MemoryStore::new())
                .await
                .expect("a host");
            host.start_sync::<blink::Machine>("n", json!({})).await.expect("ended")
        })
    });
    let log = String::from_utf8(log.0.lock().expect("a log").clone()).expect("a text");
    let lines = log.lines().map(|line| {
        let line = line.strip_prefix("asl_durable::history: ").expect("an event");
        serde_json::from_str::<Value>(line).expect("JSON")
    });
    let event = |id: &str, event_type: &str, previous: &str, details: Value| {
        json!({
            "id": id, "type": event_type, "details": details, "previous_event_id": previous,
            "event_timestamp": "1700000000000", "execution_arn": ended.arn, "redrive_count": "0",
        })
    };
    let role = Value::Null;
    let entered = json!({ "name": "Blink", "input": {}, "inputDetails": { "truncated": false } });
    let exited = json!({ "name": "Blink", "output": "open", "outputDetails": { "truncated": false } });
    let expected = [
        event(
            "1",
            "ExecutionStarted",
            "0",
            json!({ "input": {}, "inputDetails": { "truncated": false }, "roleArn": role }),
        ),
        event("2", "PassStateEntered", "0", entered),
        event("3", "PassStateExited", "2", exited),
        event(
            "4",
            "ExecutionSucceeded",
            "3",
            json!({ "output": "open", "outputDetails": { "truncated": false } }),
        ),
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}
