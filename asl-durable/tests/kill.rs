//! Kills a process that runs an execution, at each call of a handler, and lets the next one on the file go on.

use asl_durable::{Host, Sqlite};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::collections::HashMap;
use std::env;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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

/// Writes each call down, and tells whoever started this process.
struct Shop(Mutex<File>);

impl Shop {
    fn call(&self, cx: &TaskContext<'_>, result: Value) -> Result<Value, TaskError> {
        let mut calls = self.0.lock().expect("no handler panicked");
        writeln!(calls, "{}", cx.idempotency_key()).expect("written");
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

/// What is killed.
#[tokio::main(flavor = "current_thread")]
async fn child(folder: &Path) {
    let calls = OpenOptions::new().create(true).append(true).open(folder.join("calls"));
    let store = Sqlite::open(folder.join("parcels.db")).expect("a store");
    let shop = Shop(Mutex::new(calls.expect("a file")));
    let host = Host::builder()
        .machine::<parcels::Machine, _>(Arc::new(shop))
        .open(store)
        .await
        .expect("a host");
    let input = (0..PARCELS).collect::<Vec<_>>();
    // It may have ended in an earlier life.
    let _ = host.start::<parcels::Machine>("monday", json!(input)).await;
    let arn = "arn:aws:states:us-east-1:000000000000:execution:parcels:monday";
    let ended = host.wait(arn).await.expect("ended");
    let history = host.history(arn).await.expect("a history");
    println!("ended {} {} {}", ended.status, json!(ended.output), history.len());
}

/// Starts a process, and kills it at its `kill_at`th call; the line with which it ended, if it came so far.
fn life(folder: &Path, kill_at: usize) -> Option<String> {
    let mut child = Command::new(env::current_exe().expect("this file"))
        .arg("child")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut calls = 0;
    let mut ended = None;
    for line in lines {
        let line = line.expect("a line");
        calls += usize::from(line == "called");
        if line.starts_with("ended") {
            ended = Some(line);
        } else if calls == kill_at {
            break;
        }
    }
    // SIGKILL where there is one.
    let _ = child.kill();
    child.wait().expect("it is over");
    ended
}

fn main() {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "child") {
        return child(&PathBuf::from(arguments.next().expect("a folder")));
    }
    let sent: Vec<_> = (0..PARCELS)
        .map(|parcel| json!({ "sent": { "wrapped": parcel } }))
        .collect();
    // Started, Map: entered, started, succeeded, exited; per item: started, succeeded, two tasks of five events; a task; ended.
    let wanted = format!("ended SUCCEEDED {} {}", json!(sent), 1 + 4 + PARCELS * 12 + 5 + 1);
    for kill_at in 1..=CALLS {
        let folder = tempfile::tempdir().expect("a folder");
        // Each life is a call longer: one that dies at its first call gets nothing done.
        let mut lives = 1;
        let ended = loop {
            match life(folder.path(), kill_at + lives - 1) {
                Some(ended) => break ended,
                None => lives += 1,
            }
            assert!(
                lives <= 10 * CALLS,
                "it does not come further, killed at call {kill_at}"
            );
        };
        assert_eq!(ended, wanted, "killed at call {kill_at}");
        let calls = std::fs::read_to_string(folder.path().join("calls")).expect("the calls");
        let mut by_key: HashMap<&str, usize> = HashMap::new();
        calls.lines().for_each(|key| *by_key.entry(key).or_default() += 1);
        assert_eq!(by_key.len(), CALLS, "killed at call {kill_at}");
        // Only what was under way is called again, and that are two at most.
        let repeated = calls.lines().count() - CALLS;
        assert!(
            repeated <= 2 * (lives - 1),
            "killed at call {kill_at}: {repeated} repetitions in {lives} lives"
        );
    }
    println!("killed at each of {CALLS} calls, and came to the same end");
}
