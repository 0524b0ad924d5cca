//! Durable steps beside what the same commits cost alone: `cargo bench -p asl-benches --bench durable`
//!
//! A thousand executions of a chain of ten tasks run at once over a file of SQLite. What the host committed is noted, and
//! committed again to another file by nothing but the store.

use asl_durable::{Entry, ExecutionId, ExecutionStatus, Filter, Host, Record, Sqlite, Store, StoreError, Write};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use chrono::{DateTime, Utc};
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

asl!(pub mod chain = {
    "StartAt": "A",
    "States": {
        "A": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "B" },
        "B": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "C" },
        "C": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "D" },
        "D": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "E" },
        "E": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "F" },
        "F": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "G" },
        "G": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "H" },
        "H": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "I" },
        "I": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "Next": "J" },
        "J": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:link", "End": true }
    }
});

const EXECUTIONS: usize = 1000;
const STEPS: usize = 10 * EXECUTIONS;
const RUNS: usize = 5;

struct Links;

impl chain::Tasks for Links {
    async fn link(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

type Commits = Arc<Mutex<Vec<Vec<Write>>>>;

/// A store that notes what is committed.
struct Noting {
    store: Sqlite,
    commits: Commits,
}

impl Store for Noting {
    fn commit(&mut self, writes: &[Write]) -> Result<Vec<bool>, StoreError> {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        commits.push(writes.to_vec());
        self.store.commit(writes)
    }

    fn activities(&mut self) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.store.activities()
    }

    fn find(&mut self, arn: &str) -> Result<Option<Record>, StoreError> {
        self.store.find(arn)
    }

    fn get(&mut self, execution: ExecutionId) -> Result<Option<Record>, StoreError> {
        self.store.get(execution)
    }

    fn journal(&mut self, execution: ExecutionId) -> Result<Vec<Entry>, StoreError> {
        self.store.journal(execution)
    }

    fn due(&mut self, now: DateTime<Utc>, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        self.store.due(now, after, limit)
    }

    fn next_due(&mut self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.store.next_due(after)
    }

    fn list(&mut self, filter: &Filter) -> Result<Vec<Record>, StoreError> {
        self.store.list(filter)
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        self.store.last()
    }
}

/// How long a host takes for all of them, and what it committed.
async fn hosted() -> Result<(Duration, Vec<Vec<Write>>), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let commits = Commits::default();
    let store = Noting {
        store: Sqlite::open(folder.path().join("chains.db"))?,
        commits: commits.clone(),
    };
    let host = Host::builder()
        .machine::<chain::Machine, _>(Arc::new(Links))
        .open(store)
        .await?;
    let begun = Instant::now();
    let runs: Vec<_> = (0..EXECUTIONS)
        .map(|number| {
            let host = host.clone();
            tokio::spawn(async move {
                let name = format!("chain-{number}");
                let input = json!({ "order": number, "customer": "Ada Byron", "items": ["lamp", "desk", "pen"] });
                let started = host.start::<chain::Machine>(&name, input).await?;
                host.wait(&started.arn).await
            })
        })
        .collect();
    for run in runs {
        assert_eq!(run.await??.status, ExecutionStatus::Succeeded);
    }
    let taken = begun.elapsed();
    host.shut_down().await;
    let commits = std::mem::take(&mut *commits.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((taken, commits))
}

/// How long the store takes for the same commits.
fn alone(commits: &[Vec<Write>]) -> Result<Duration, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut store = Sqlite::open(folder.path().join("alone.db"))?;
    let begun = Instant::now();
    for writes in commits {
        store.commit(writes)?;
    }
    Ok(begun.elapsed())
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut steps, mut shares) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (hosted, commits) = hosted().await?;
        let alone = alone(&commits)?;
        let writes: usize = commits.iter().map(Vec::len).sum();
        steps.push(STEPS as f64 / hosted.as_secs_f64());
        shares.push(alone.as_secs_f64() / hosted.as_secs_f64());
        println!(
            "{:>7.0} steps a second, {writes} writes in {} commits; the commits alone take {:.0} % of the time",
            STEPS as f64 / hosted.as_secs_f64(),
            commits.len(),
            100.0 * alone.as_secs_f64() / hosted.as_secs_f64(),
        );
    }
    println!(
        "median: {:.0} steps a second, {:.0} % of what the store does alone",
        median(steps),
        100.0 * median(shares)
    );
    Ok(())
}
