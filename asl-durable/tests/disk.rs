//! A disk that is full: a process that may write no file beyond a size.

use asl_durable::{ExecutionStatus, Filter, Host, HostError, Sqlite};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

asl!(pub mod fill = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }],
            "End": true
        },
        "Caught": { "Type": "Fail", "Error": "Caught", "Cause": "the disk is no matter of the machine" }
    }
});

struct Work;

impl fill::Tasks for Work {
    async fn work(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

async fn host(path: &Path) -> Host {
    let host = Host::builder().machine::<fill::Machine, _>(Arc::new(Work));
    host.open(Sqlite::open(path).expect("a store")).await.expect("a host")
}

fn name(number: usize) -> String {
    format!("n{number}")
}

/// Starts executions until the disk is full; tells how many starts were answered.
#[tokio::main(flavor = "current_thread")]
async fn child(path: &Path) {
    let host = host(path).await;
    for number in 0.. {
        let input = json!("x".repeat(1000));
        if let Err(error) = host.start::<fill::Machine>(&name(number), input.clone()).await {
            assert!(matches!(error, HostError::Store(_)), "{error}");
            // It takes nothing more, and says why.
            let again = host.start::<fill::Machine>("again", input).await;
            assert_eq!(again, Err(error));
            println!("{number}");
            return;
        }
    }
}

/// All that was answered is there when there is room again, and goes on.
#[tokio::main(flavor = "current_thread")]
async fn recovered(path: &Path, answered: usize) {
    let host = host(path).await;
    for number in 0..answered {
        let arn = format!("arn:aws:states:us-east-1:000000000000:execution:fill:{}", name(number));
        let ended = host.wait(&arn).await.expect("ended");
        assert_eq!(ended.status, ExecutionStatus::Succeeded, "{ended:?}");
    }
    let all = Filter {
        limit: usize::MAX >> 1,
        ..Filter::default()
    };
    let all = host.list(all).await.expect("a page").executions.len();
    assert!(all <= answered + 1, "{all} are there, {answered} were answered");
}

fn main() {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "child") {
        return child(&PathBuf::from(arguments.next().expect("a path")));
    }
    // Where there is no shell that can set limits there is no such disk.
    if cfg!(not(unix)) {
        return;
    }
    for blocks in [500, 2000, 8000] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("full.db");
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" child \"$1\"");
        let child = Command::new("sh")
            .args(["-c", &limited])
            .arg(env::current_exe().expect("this file"))
            .arg(&path)
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&child.stdout);
        let answered = said.trim().parse();
        let answered = answered.unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&child.stderr)));
        assert!(answered > 0, "not one start was answered");
        recovered(&path, answered);
        println!("{blocks} blocks: {answered} starts were answered, and outlived a full disk");
    }
}
