//! Random executions on hosts that die at random, in virtual time: everything follows from a seed.
//!
//! `SEED=17 cargo test -p asl-durable --test host simulation` runs one seed.

use crate::support::start_time;
use asl_durable::{Description, ExecutionStatus, Filter, Host, HostError, Kind, MemoryStore, Store, start_execution};
use asl_runtime::{HistoryEvent, TaskContext, TaskError, Value, include_asl, json};
use std::future::pending;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{available_parallelism, scope};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

include_asl!(pub mod errands = "tests/host/errands.asl.json");

/// Numbers that follow from a seed (SplitMix64).
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// An errand, and what it comes to. It may be an execution with errands of its own, down to a depth.
fn errand(random: &mut Random, name: &str, depth: usize) -> (Value, Value) {
    let kinds = [
        "task", "wait", "callback", "job", "activity", "race", "worker", "hang", "silence", "loop", "chances", "deep",
        "nested",
    ];
    let known = kinds.len() - usize::from(depth == 0);
    let kind = kinds[random.below(known as u64) as usize];
    let (seconds, faults) = (random.below(4) * random.below(40), random.below(4));
    let failing: Vec<bool> = (0..random.below(4)).map(|_| random.below(3) == 0).collect();
    let chances: Vec<Value> = failing
        .iter()
        .map(|fails| json!({ "faults": u64::from(*fails) }))
        .collect();
    let mut errand = json!({ "kind": kind, "seconds": seconds, "faults": faults, "chances": chances });
    let result = match kind {
        "wait" => json!("waited"),
        "worker" => json!("done"),
        "hang" | "silence" => json!("States.Timeout"),
        "loop" => json!("looped"),
        "chances" if failing.iter().filter(|fails| **fails).count() > 1 => {
            json!("States.ExceedToleratedFailureThreshold")
        }
        "chances" => json!("tolerated"),
        // Each attempt of a Parallel has its task begin anew.
        "deep" if failing.contains(&true) => json!("Fault"),
        "deep" => json!("raced"),
        "nested" => {
            let (plan, expected) = plan(random, name, depth - 1);
            errand["name"] = json!(name);
            errand["plan"] = plan;
            expected
        }
        // Two retries.
        _ if faults > 2 => json!("Fault"),
        "race" => json!("raced"),
        _ => json!("done"),
    };
    (errand, result)
}

/// The input of an execution, and its output.
fn plan(random: &mut Random, name: &str, depth: usize) -> (Value, Value) {
    let count = random.below(if depth == DEPTH { 6 } else { 3 }) + 1;
    let errands = (0..count).map(|number| errand(random, &format!("{name}-{number}"), depth));
    let (errands, expected): (Vec<Value>, Vec<Value>) = errands.unzip();
    let plan = json!({ "errands": errands, "concurrency": random.below(4), "broken": 0 });
    (plan, json!(expected))
}

/// How deep executions start executions.
const DEPTH: usize = 2;

/// Does errands, and checks that none is done again whose result is written.
struct Runner {
    store: MemoryStore,
    random: Mutex<Random>,
    asked: mpsc::UnboundedSender<(String, Result<Value, String>, u64)>,
    calls: Mutex<u64>,
}

impl Runner {
    /// What an attempt comes to, and after how many seconds.
    fn attempt(&self, cx: &TaskContext<'_>, errand: &Value) -> (Result<Value, String>, u64) {
        *self.calls.lock().expect("calls") += 1;
        let mut store = self.store.clone();
        // An item of a distributed Map has no record of its own.
        if let Some(record) = store.find(&cx.execution_id()).expect("a store") {
            let journal = store.journal(record.id).expect("a journal");
            let is_done = |entry: &asl_durable::Entry| {
                // What has failed begins anew after a redrive, and its Retriers count from zero.
                let is_result =
                    entry.kind == Kind::Succeeded || entry.kind == Kind::Failed && record.redrive_count == 0;
                is_result && entry.place == cx.position() && entry.attempt == cx.attempt()
            };
            assert!(!journal.iter().any(is_done), "{} runs again", cx.position());
        }
        let faults = errand["faults"].as_u64().unwrap_or_default();
        let result = match u64::from(cx.attempt()) < faults {
            true => Err("Fault".to_owned()),
            false => Ok(json!("done")),
        };
        (result, self.random.lock().expect("numbers").below(30))
    }

    async fn work(&self, cx: &TaskContext<'_>, errand: &Value) -> Result<Value, TaskError> {
        let (result, seconds) = self.attempt(cx, errand);
        sleep(Duration::from_secs(seconds)).await;
        result.map_err(|name| TaskError::new(name, "as asked"))
    }
}

impl errands::Tasks for Runner {
    async fn run(&self, cx: &TaskContext<'_>, errand: Value) -> Result<Value, TaskError> {
        self.work(cx, &errand).await
    }

    async fn hang(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        pending().await
    }

    async fn finish(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        match input["redrives"].as_u64() < input["broken"].as_u64() {
            true => Err(TaskError::new("Broken", "as asked")),
            false => Ok(json!({})),
        }
    }

    async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        start_execution(cx, input).await
    }

    // It has a worker.
    async fn work(&self, _: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        pending().await
    }

    async fn errand(&self, cx: &TaskContext<'_>, errand: Value) -> Result<Value, TaskError> {
        self.work(cx, &errand).await
    }

    async fn batch_submit_job_sync(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        let job = json!({ "JobId": cx.idempotency_key() });
        match cx.submission() {
            Some(submitted) => assert_eq!(*submitted, job),
            None => cx.submitted(job).await,
        }
        self.work(cx, &input["Parameters"]).await
    }

    async fn sqs_send_message_wait_for_task_token(
        &self,
        cx: &TaskContext<'_>,
        message: Value,
    ) -> Result<Value, TaskError> {
        let (result, seconds) = self.attempt(cx, &message["MessageBody"]);
        if message["MessageBody"]["kind"] == "silence" {
            return Ok(json!({}));
        }
        let token = cx.token().expect("a token").to_owned();
        self.asked.send((token, result, seconds)).expect("somebody answers");
        Ok(json!({}))
    }
}

/// Answers what is asked, also of a former host.
async fn answer(
    host: &Host,
    open: &mut Vec<(String, Result<Value, String>, u64)>,
    asked: &mut mpsc::UnboundedReceiver<(String, Result<Value, String>, u64)>,
) {
    loop {
        while let Some((token, result, seconds)) = open.last().cloned() {
            sleep(Duration::from_secs(seconds)).await;
            let sent = match result {
                Ok(output) => host.send_task_success(&token, output).await,
                Err(error) => host.send_task_failure(&token, Some(error), None).await,
            };
            match sent {
                // An invalid one is that of an execution whose start was not written.
                Ok(()) | Err(HostError::TaskTimedOut | HostError::InvalidToken) => _ = open.pop(),
                // The next host takes it.
                Err(_) => return pending().await,
            }
        }
        match asked.recv().await {
            Some(question) => open.push(question),
            None => return pending().await,
        }
    }
}

/// Works for the activity, and answers later; what it has taken is lost with the host.
async fn labour(
    host: &Host,
    random: &Mutex<Random>,
    asker: &mpsc::UnboundedSender<(String, Result<Value, String>, u64)>,
) {
    let Ok(activity) = host.create_activity("work").await else {
        return pending().await;
    };
    loop {
        match host.get_activity_task(&activity.arn, None).await {
            Ok(Some(task)) => {
                let seconds = random.lock().expect("numbers").below(30);
                asker
                    .send((task.token, Ok(json!("done")), seconds))
                    .expect("somebody answers");
            }
            Ok(None) => {}
            // The next host works on.
            Err(_) => return pending().await,
        }
    }
}

/// Stops the execution after a time, if at all.
async fn disturb(host: &Host, arn: &str, stop: Option<u64>) {
    if let Some(seconds) = stop {
        sleep(Duration::from_secs(seconds)).await;
        // It may have ended, or the host has.
        let _ = host.stop(arn, Some("Stopped".to_owned()), None).await;
    }
    pending().await
}

/// Waits for the end of the execution, which goes on after any other one.
async fn end(host: &Host, arn: &str) -> Result<Description, HostError> {
    loop {
        let ended = host.wait(arn).await?;
        if ended.status == ExecutionStatus::Succeeded {
            return Ok(ended);
        }
        host.redrive(arn).await?;
    }
}

async fn simulate(seed: u64) {
    let mut random = Random(seed);
    let (mut input, expected) = plan(&mut random, "n", DEPTH);
    input["broken"] = json!(random.below(3));
    // An execution that waits for others stops them, and they are not started again.
    let is_stopped = random.below(3) == 0 && !input.to_string().contains("nested");
    let context = format!("SEED={seed}: {input}");
    let store = MemoryStore::new();
    let (asker, mut asked) = mpsc::unbounded_channel();
    let runner = Arc::new(Runner {
        store: store.clone(),
        random: Mutex::new(random.clone()),
        asked: asker.clone(),
        calls: Mutex::default(),
    });
    let mut open = Vec::new();
    let mut former: Vec<HistoryEvent> = Vec::new();
    let mut now = start_time();
    let arn = "arn:aws:states:us-east-1:000000000000:execution:errands:n";
    for life in 0.. {
        store.repair();
        let host = Host::builder()
            .machine::<errands::Machine, _>(runner.clone())
            .unload_after(Duration::from_secs(random.below(20)))
            .start_time(now)
            .open(store.clone())
            .await
            .expect("a host");
        let begun = tokio::time::Instant::now();
        let is_mortal = life < 40;
        if is_mortal {
            store.fail_at(store.commits() + 1 + random.below(12), random.below(2) == 0);
        }
        let _ = host.start::<errands::Machine>("n", input.clone()).await;
        let stop = (is_stopped && is_mortal && random.below(4) == 0).then(|| random.below(200));
        let ended = tokio::select! {
            biased;
            ended = end(&host, arn) => ended,
            () = answer(&host, &mut open, &mut asked) => unreachable!("it is pending"),
            () = labour(&host, &runner.random, &asker) => unreachable!("it is pending"),
            () = disturb(&host, arn, stop) => unreachable!("it is pending"),
        };
        if ended.is_ok() || random.below(4) == 0 {
            store.repair();
            if let Ok(history) = host.history(arn).await {
                assert_eq!(history[..former.len()], former, "{context}: life {life}");
                let ids = history.iter().map(|event| event.id);
                assert!(ids.eq(1..=history.len() as u64), "{context}: life {life}");
                assert!(
                    history.is_sorted_by_key(|event| event.timestamp),
                    "{context}: life {life}"
                );
                former = history;
            }
        }
        host.shut_down().await;
        now += begun.elapsed() + Duration::from_millis(random.below(60_000));
        match ended {
            Ok(ended) => {
                assert_eq!(ended.output, Some(expected), "{context}");
                // Nothing has been started twice.
                let all = store.clone().list(&Filter::default()).expect("a store");
                assert_eq!(
                    all.len(),
                    1 + input.to_string().matches("\"plan\"").count(),
                    "{context}"
                );
                return;
            }
            Err(HostError::Store(_) | HostError::ExecutionDoesNotExist { .. } | HostError::ShutDown) => {}
            Err(error) => panic!("{context}: {error}"),
        }
    }
}

/// No life goes on for longer: whoever waits for it waits for good.
const LONGEST: Duration = Duration::from_secs(20_000_000);

/// How many there are, on as many threads as there are processors.
const SEEDS: u64 = 2000;

#[test]
fn random_executions_survive_random_deaths() {
    let one = std::env::var("SEED").map(|seed| seed.parse().expect("a number"));
    let (first, last) = one.map_or((0, SEEDS), |seed: u64| (seed, seed + 1));
    let next = AtomicU64::new(first);
    scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= last {
                        return;
                    }
                    let simulated = catch_unwind(|| {
                        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
                        let whole = async { timeout(LONGEST, simulate(seed)).await.expect("it comes to its end") };
                        runtime.expect("a runtime").block_on(whole);
                    });
                    assert!(simulated.is_ok(), "SEED={seed} shows it again");
                }
            });
        }
    });
}
