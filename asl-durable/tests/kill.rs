//! Kills a process that runs an execution, at each call of a handler, and lets the next one on the file go on.

use asl_durable::{Host, Sqlite};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::collections::{HashMap, HashSet};
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

/// What is killed: one execution.
#[tokio::main(flavor = "current_thread")]
async fn child(folder: &Path) {
    let host = host(folder).await;
    let input = (0..PARCELS).collect::<Vec<_>>();
    // It may have ended in an earlier life.
    let _ = host.start::<parcels::Machine>("monday", json!(input)).await;
    let arn = "arn:aws:states:us-east-1:000000000000:execution:parcels:monday";
    let ended = host.wait(arn).await.expect("ended");
    let history = host.history(arn).await.expect("a history");
    println!("ended {} {} {}", ended.status, json!(ended.output), history.len());
}

/// What is killed: many executions at once.
#[tokio::main]
async fn crowd(folder: &Path) {
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

/// Starts a process, and kills it at its `kill_at`th call; the line with which it ended, if it came so far.
fn life(kind: &str, folder: &Path, kill_at: usize) -> Option<String> {
    let mut child = Command::new(env::current_exe().expect("this file"))
        .arg(kind)
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    // Read from until it is dead: one that cannot write would die by itself.
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut calls = 0;
    let mut ended = None;
    for line in lines.by_ref() {
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
    let (kind, folder) = (arguments.next(), arguments.next().map(PathBuf::from));
    match (kind.as_ref().and_then(|kind| kind.to_str()), folder) {
        (Some("child"), Some(folder)) => return child(&folder),
        (Some("crowd"), Some(folder)) => return crowd(&folder),
        _ => {}
    }
    kill_a_crowd();
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
            match life("child", folder.path(), kill_at + lives - 1) {
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

/// Fifty times in the middle of 200 executions.
fn kill_a_crowd() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random: usize = 17;
    let mut kills = 0;
    let ended = loop {
        // A number below a thousand (Knuth's MMIX generator).
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let kill_at = match kills {
            0..50 => 1 + (random >> 33) % 60,
            _ => usize::MAX,
        };
        match life("crowd", folder.path(), kill_at) {
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
        "{CROWD} executions ended as they should, killed {kills} times: {repeated} calls of {} were repeated",
        keys.len()
    );
}
