//! Durable steps beside what the same commits cost alone: `cargo bench -p asl-benches --bench durable`
//!
//! A thousand executions of a chain of ten tasks run at once over a file of SQLite. What the host committed is noted, and
//! committed again to another file by nothing but the store. Of this disk it tells how many blocks of 4 KiB it takes in a
//! second, one at a time, each of them on the disk before the next.

use asl_durable::{
    Entry, ExecutionId, ExecutionStatus, Filter, Host, QueuedTask, Record, Sqlite, Store, StoreError, StoredActivity,
    Write,
};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::Write as _;
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

/// Notes when each execution comes to each of its tasks.
#[derive(Default)]
struct Links(Mutex<Vec<(u64, Instant)>>);

impl chain::Tasks for Links {
    async fn link(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let order = input["order"].as_u64().unwrap_or_default();
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.push((order, Instant::now()));
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

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
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

    fn queued(&mut self) -> Result<Vec<QueuedTask>, StoreError> {
        self.store.queued()
    }

    fn heartbeats(&mut self, execution: ExecutionId) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        self.store.heartbeats(execution)
    }

    fn last(&mut self) -> Result<ExecutionId, StoreError> {
        self.store.last()
    }
}

/// What a host made of all of them.
struct Hosted {
    taken: Duration,
    commits: Vec<Vec<Write>>,
    /// How long each step took: from a task to the next one.
    steps: Vec<Duration>,
}

async fn hosted() -> Result<Hosted, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let commits = Commits::default();
    let store = Noting {
        store: Sqlite::open(folder.path().join("chains.db"))?,
        commits: commits.clone(),
    };
    let links = Arc::new(Links::default());
    let host = Host::builder()
        .machine::<chain::Machine, _>(links.clone())
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
    let mut former = HashMap::new();
    let links = links.0.lock().unwrap_or_else(PoisonError::into_inner);
    let steps = links
        .iter()
        .filter_map(|&(order, time)| former.insert(order, time).map(|former| time - former));
    Ok(Hosted {
        taken,
        commits,
        steps: steps.collect(),
    })
}

/// How many blocks of 4 KiB this disk takes in a second, when each has to be there before the next.
fn blocks() -> Result<f64, Box<dyn Error>> {
    const BLOCKS: u32 = 500;
    let folder = tempfile::tempdir()?;
    let mut file = File::create(folder.path().join("blocks"))?;
    let begun = Instant::now();
    for _ in 0..BLOCKS {
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
    }
    Ok(f64::from(BLOCKS) / begun.elapsed().as_secs_f64())
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
        let Hosted {
            taken: hosted,
            commits,
            steps: mut times,
        } = hosted().await?;
        let (blocks, alone) = (blocks()?, alone(&commits)?);
        times.sort_unstable();
        let percentile = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
        let writes: usize = commits.iter().map(Vec::len).sum();
        steps.push(STEPS as f64 / hosted.as_secs_f64());
        shares.push(alone.as_secs_f64() / hosted.as_secs_f64());
        println!(
            "{:>7.0} steps a second, half of them within {:.1} ms and 99 % within {:.1} ms; {writes} writes in {} commits, which alone \
            take {:.0} % of the time; {blocks:.0} blocks a second",
            STEPS as f64 / hosted.as_secs_f64(),
            percentile(50),
            percentile(99),
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
