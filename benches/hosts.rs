//! What a durable host takes for very many executions that sleep, for one alone, and for long histories:
//! `cargo bench -p asl-benches --bench hosts`, or `-- 1000000` for so many sleepers.

use asl_durable::{ExecutionStatus, Host, HostError, Sqlite};
use asl_runtime::{TaskContext, TaskError, Value, asl, json};
use chrono::{SubsecRound, TimeDelta, Utc};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};
use tokio::task::JoinSet;
use tokio::time::sleep;

asl!(pub mod sleeper = {
    "StartAt": "Sleep",
    "States": { "Sleep": { "Type": "Wait", "TimestampPath": "$.until", "End": true } }
});

asl!(pub mod rounds = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:count",
            "Next": "Done?"
        },
        "Done?": {
            "Type": "Choice",
            "Choices": [{ "Variable": "$.left", "NumericGreaterThan": 0, "Next": "Work" }],
            "Default": "Done"
        },
        "Done": { "Type": "Succeed" }
    }
});

/// Fall due together.
const DUE: usize = 10_000;
/// How long they sleep at least: until all of them have been started.
const NAP: i64 = 15;

struct Shop;

impl sleeper::Tasks for Shop {}

impl rounds::Tasks for Shop {
    async fn count(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(json!({ "left": input["left"].as_i64().unwrap_or_default() - 1 }))
    }
}

async fn open(path: &Path) -> Result<Host, HostError> {
    let host = Host::builder()
        .machine::<sleeper::Machine, _>(Arc::new(Shop))
        .machine::<rounds::Machine, _>(Arc::new(Shop))
        .unload_after(Duration::ZERO);
    host.open(Sqlite::open(path)?).await
}

/// Starts so many executions, a thousand at a time.
async fn start(host: &Host, name: &str, count: usize, until: &str) -> Result<(), Box<dyn Error>> {
    let mut starts = JoinSet::new();
    for number in 0..count {
        let (host, name, input) = (host.clone(), format!("{name}-{number}"), json!({ "until": until }));
        starts.spawn(async move { host.start::<sleeper::Machine>(&name, input).await });
        if starts.len() >= 1000 {
            starts.join_next().await.transpose()?.transpose()?;
        }
    }
    for started in starts.join_all().await {
        started?;
    }
    Ok(())
}

/// The memory of this process, in MiB.
fn memory() -> Result<f64, Box<dyn Error>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = statm.split(' ').nth(1).ok_or("no second number")?.parse()?;
    Ok(pages * 4096.0 / 1048576.0)
}

async fn sleepers(count: usize) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sleepers.db");
    let empty = memory()?;
    let host = open(&path).await?;
    let begun = Instant::now();
    start(&host, "far", count - DUE, "2999-01-01T00:00:00Z").await?;
    let taken = begun.elapsed().as_secs_f64();
    println!("{count} executions asleep");
    println!("  {:.0} starts a second", (count - DUE) as f64 / taken);
    // A Wait state knows whole seconds.
    let due = (Utc::now() + TimeDelta::seconds(NAP)).trunc_subsecs(0);
    start(&host, "near", DUE, &due.to_rfc3339()).await?;
    // The last ones leave memory.
    sleep(Duration::from_secs(3)).await;
    println!("  {:.0} MiB of memory more than before", memory()? - empty);
    let late = (Utc::now() - due).num_milliseconds();
    if late > 0 {
        println!("  they were due {late} ms before the last was started");
    }
    let mut waits = JoinSet::new();
    for number in 0..DUE {
        let host = host.clone();
        let arn = format!("arn:aws:states:us-east-1:000000000000:execution:sleeper:near-{number}");
        waits.spawn(async move { host.wait(&arn).await });
    }
    while let Some(ended) = waits.join_next().await {
        assert_eq!(ended??.status, ExecutionStatus::Succeeded);
    }
    let late = (Utc::now() - due).num_milliseconds();
    println!("  {DUE} that were due together had ended {late} ms later");
    host.shut_down().await;
    let size = fs::metadata(&path)?.len();
    println!("  {} bytes of the file each", size / count as u64);
    let begun = Instant::now();
    let host = open(&path).await?;
    println!("  {:.1} ms to open the file again", begun.elapsed().as_secs_f64() * 1e3);
    host.shut_down().await;
    Ok(())
}

/// One execution alone, and then its replay.
async fn histories() -> Result<(), Box<dyn Error>> {
    println!("one execution alone");
    for tasks in [1, 140, 3_500] {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("rounds.db");
        let host = open(&path).await?;
        let begun = Instant::now();
        let arn = host.start::<rounds::Machine>("n", json!({ "left": tasks })).await?.arn;
        assert_eq!(host.wait(&arn).await?.status, ExecutionStatus::Succeeded);
        let taken = begun.elapsed().as_secs_f64();
        let events = host.history(&arn).await?.len();
        let begun = Instant::now();
        let mut replays = 0;
        while replays < 3 || begun.elapsed() < Duration::from_secs(1) {
            host.history(&arn).await?;
            replays += 1;
        }
        let replay = begun.elapsed().as_secs_f64() / f64::from(replays);
        println!(
            "  {tasks} tasks: {:.0} us a step, start and end included; {events} events are replayed in {:.2} ms, {:.2} us an event",
            taken * 1e6 / tasks as f64,
            replay * 1e3,
            replay * 1e6 / events as f64
        );
        host.shut_down().await;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let count = env::args().skip(1).find_map(|argument| argument.parse().ok());
    histories().await?;
    sleepers(count.unwrap_or(100_000)).await
}
