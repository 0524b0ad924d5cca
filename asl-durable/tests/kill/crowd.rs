//! Many executions at once, in real time and on many threads.

use crate::process::{Death, life};
use crate::random::Random;
use asl_durable::{Host, Sqlite};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

asl!(pub mod parcels = {
    "StartAt": "Parcels",
    "States": {
        "Parcels": {
            "Type": "Map",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "StartAt": "Wrap",
                "States": {
                    "Wrap": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:wrap", "Next": "Send" },
                    "Send": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:send", "End": true }
                }
            },
            "Next": "Bill"
        },
        "Bill": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:bill", "End": true }
    }
});

const PARCELS: usize = 4;
const CALLS: usize = 2 * PARCELS + 1;
const CROWD: usize = 200;

/// Writes each call down, and tells whoever started this process.
struct Shop(Mutex<File>);

impl Shop {
    fn call(&self, cx: &TaskContext<'_>, result: Value) -> Result<Value, TaskError> {
        let mut calls = self.0.lock().expect("no handler panicked");
        // In one piece: the process may be killed in between.
        let line = format!("{}\n", cx.idempotency_key());
        calls.write_all(line.as_bytes()).expect("written");
        println!("called");
        Ok(result)
    }
}

impl parcels::Tasks for Shop {
    async fn wrap(&self, cx: &TaskContext<'_>, parcel: Value) -> Result<Value, TaskError> {
        self.call(cx, json!({ "wrapped": parcel }))
    }

    async fn send(&self, cx: &TaskContext<'_>, parcel: Value) -> Result<Value, TaskError> {
        self.call(cx, json!({ "sent": parcel }))
    }

    async fn bill(&self, cx: &TaskContext<'_>, parcels: Value) -> Result<Value, TaskError> {
        self.call(cx, parcels)
    }
}

/// A host on the file in this folder.
async fn host(folder: &Path) -> Host {
    let calls = OpenOptions::new().create(true).append(true).open(folder.join("calls"));
    let store = Sqlite::open(folder.join("parcels.db")).expect("a store");
    let shop = Shop(Mutex::new(calls.expect("a file")));
    let host = Host::builder().machine::<parcels::Machine, _>(Arc::new(shop));
    host.open(store).await.expect("a host")
}

/// What is killed: many executions at once.
#[tokio::main]
pub async fn child(folder: &Path) {
    let host = host(folder).await;
    let input = json!((0..PARCELS).collect::<Vec<_>>());
    for number in 0..CROWD {
        // It may have ended in an earlier life.
        let _ = host
            .start::<parcels::Machine>(&format!("n{number}"), input.clone())
            .await;
    }
    let mut outputs = HashSet::new();
    for number in 0..CROWD {
        let arn = format!("arn:aws:states:us-east-1:000000000000:execution:parcels:n{number}");
        let ended = host.wait(&arn).await.expect("ended");
        outputs.insert(format!("{} {}", ended.status, json!(ended.output)));
    }
    println!("ended {outputs:?}");
}

/// Fifty times in the middle of 200 executions.
pub fn fifty_times() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(17);
    let mut kills = 0;
    let ended = loop {
        let death = match kills {
            0..50 => Death::Said("called", 1 + (random.next() * 60.0) as usize),
            _ => Death::Never,
        };
        match life("crowd", folder.path(), "null", death) {
            Some(ended) => break ended,
            None => kills += 1,
        }
    };
    let sent: Vec<_> = (0..PARCELS)
        .map(|parcel| json!({ "sent": { "wrapped": parcel } }))
        .collect();
    let outputs = HashSet::from([format!("SUCCEEDED {}", json!(sent))]);
    assert_eq!(ended, format!("ended {outputs:?}"));
    let calls = std::fs::read_to_string(folder.path().join("calls")).expect("the calls");
    let keys: HashSet<&str> = calls.lines().collect();
    assert_eq!(keys.len(), CROWD * CALLS);
    let repeated = calls.lines().count() - keys.len();
    println!(
        "    {CROWD} executions, {kills} deaths, {repeated} of {} calls made again in all",
        keys.len()
    );
}
