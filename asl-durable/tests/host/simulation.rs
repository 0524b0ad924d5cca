//! Random executions on hosts that die at random, in virtual time: everything follows from a seed.
//!
//! `SEED=17 cargo test -p asl-durable --test host simulation` runs one seed.

use crate::support::start_time;
use asl_durable::{ExecutionId, ExecutionStatus, Host, HostError, Kind, MemoryStore, Store};
use asl_runtime::{HistoryEvent, TaskContext, TaskError, Value, include_asl, json};
use futures_util::future::{Either, select};
use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::sleep;

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

/// An errand, and what it comes to.
fn errand(random: &mut Random) -> (Value, Value) {
    let kinds = ["task", "wait", "callback", "job", "activity", "race"];
    let kind = kinds[random.below(kinds.len() as u64) as usize];
    let (seconds, faults) = (random.below(4) * random.below(40), random.below(4));
    let errand = json!({ "kind": kind, "seconds": seconds, "faults": faults });
    let result = match kind {
        "wait" => json!("waited"),
        // Two retries.
        _ if faults > 2 => json!("Fault"),
        "race" => json!("raced"),
        _ => json!("done"),
    };
    (errand, result)
}

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
        let journal = self.store.clone().journal(ExecutionId(1)).expect("a journal");
        let is_done = |entry: &asl_durable::Entry| {
            let is_result = matches!(entry.kind, Kind::Succeeded | Kind::Failed);
            is_result && entry.place == cx.position() && entry.attempt == cx.attempt()
        };
        assert!(!journal.iter().any(is_done), "{} runs again", cx.position());
        let faults = errand["faults"].as_u64().expect("a number");
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

async fn simulate(seed: u64) {
    let mut random = Random(seed);
    let count = 1 + random.below(6);
    let (items, expected): (Vec<Value>, Vec<Value>) = (0..count).map(|_| errand(&mut random)).unzip();
    let input = json!({ "errands": items, "concurrency": random.below(4) });
    let context = format!("SEED={seed}: {input}");
    let store = MemoryStore::new();
    let (asker, mut asked) = mpsc::unbounded_channel();
    let runner = Arc::new(Runner {
        store: store.clone(),
        random: Mutex::new(random.clone()),
        asked: asker,
        calls: Mutex::default(),
    });
    let mut open = Vec::new();
    let mut former: Vec<HistoryEvent> = Vec::new();
    let mut now = start_time();
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
        if life < 40 {
            store.fail_at(store.commits() + 1 + random.below(12), random.below(2) == 0);
        }
        let arn = "arn:aws:states:us-east-1:000000000000:execution:errands:n";
        let _ = host.start::<errands::Machine>("n", input.clone()).await;
        let ended = {
            let waiting = pin!(host.wait(arn));
            match select(waiting, pin!(answer(&host, &mut open, &mut asked))).await {
                Either::Left((ended, _)) => ended,
                Either::Right(((), _)) => pending().await,
            }
        };
        if !matches!(ended, Err(HostError::ExecutionDoesNotExist { .. })) && life > 0 {
            let history = host.history(arn).await;
            if let Ok(history) = history {
                assert_eq!(history[..former.len()], former, "{context}: life {life}");
                former = history;
            }
        }
        host.shut_down().await;
        now += begun.elapsed() + Duration::from_millis(random.below(60_000));
        match ended {
            Ok(ended) => {
                assert_eq!(ended.status, ExecutionStatus::Succeeded, "{context}: {ended:?}");
                assert_eq!(ended.output, Some(Value::Array(expected)), "{context}");
                return;
            }
            Err(HostError::Store(_) | HostError::ExecutionDoesNotExist { .. } | HostError::ShutDown) => {}
            Err(error) => panic!("{context}: {error}"),
        }
    }
}

#[test]
fn random_executions_survive_random_deaths() {
    let seeds = match std::env::var("SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("a number");
            seed..seed + 1
        }
        Err(_) => 0..500,
    };
    for seed in seeds {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(simulate(seed));
    }
}
