//! Each machine gives what its definition says, for the input beside it in `benches/machines`.

use handwritten::{Echo, Failure, Result, counting_loop, echo_tasks, map_items, parallel, pass_chain};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::{Instant, sleep};

macro_rules! document {
    ($file:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../../machines/", $file))).unwrap()
    };
}

/// Takes as long as it is told, fails first as it is told, and counts.
#[derive(Default)]
struct Service {
    time: Duration,
    failures: Mutex<Vec<&'static str>>,
    calls: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Echo for Service {
    async fn echo(&self, input: Value) -> Result<Value> {
        self.calls.fetch_add(1, Relaxed);
        self.most.fetch_max(self.running.fetch_add(1, Relaxed) + 1, Relaxed);
        sleep(self.time).await;
        self.running.fetch_sub(1, Relaxed);
        match self.failures.lock().unwrap().pop() {
            Some(error) => Err(Failure::new(error, "")),
            None => Ok(input),
        }
    }
}

#[tokio::test]
async fn documents_are_as_the_definitions_say() {
    let echo = Service::default();
    let chain = pass_chain::run(document!("pass_chain.input.json")).await;
    assert_eq!(chain, Ok(document!("pass_chain.output.json")));
    let count = counting_loop::run(document!("counting_loop.input.json")).await;
    assert_eq!(count, Ok(document!("counting_loop.output.json")));
    let lines = map_items::run(&echo, document!("map_items.input.json")).await;
    assert_eq!(lines, Ok(document!("map_items.output.json")));
    let answers = parallel::run(&echo, document!("parallel.input.json")).await;
    assert_eq!(answers, Ok(document!("parallel.output.json")));
    let tasks = echo_tasks::run(&echo, document!("echo_tasks.input.json")).await;
    assert_eq!(tasks, Ok(document!("echo_tasks.output.json")));
}

#[tokio::test]
async fn a_missing_member_fails_the_machine() {
    let echo = Service::default();
    let empty = || serde_json::json!({});
    for result in [
        pass_chain::run(empty()).await,
        counting_loop::run(empty()).await,
        map_items::run(&echo, empty()).await,
        parallel::run(&echo, empty()).await,
        echo_tasks::run(&echo, empty()).await,
    ] {
        assert_eq!(result.unwrap_err().error, "States.Runtime");
    }
    assert_eq!(echo.calls.into_inner(), 0);
}

#[tokio::test(start_paused = true)]
async fn branches_and_items_run_side_by_side() {
    let service = Service {
        time: Duration::from_secs(1),
        ..Service::default()
    };
    let start = Instant::now();
    parallel::run(&service, document!("parallel.input.json")).await.unwrap();
    assert_eq!(
        (service.most.load(Relaxed), start.elapsed()),
        (10, Duration::from_secs(1))
    );

    let lines: Vec<Value> = (0..100)
        .map(|quantity| serde_json::json!({"quantity": quantity}))
        .collect();
    let start = Instant::now();
    let priced = map_items::run(&service, serde_json::json!({"orderId": "A", "lines": lines}))
        .await
        .unwrap();
    assert_eq!(priced[99]["position"], 99);
    assert_eq!(
        (service.most.load(Relaxed), start.elapsed()),
        (40, Duration::from_secs(3))
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_is_asked_again() {
    let failures = Mutex::new(vec!["Lambda.ServiceException"; 3]);
    let service = Service {
        failures,
        ..Service::default()
    };
    let start = Instant::now();
    let result = echo_tasks::run(&service, document!("echo_tasks.input.json")).await;
    assert_eq!(result, Ok(document!("echo_tasks.output.json")));
    assert_eq!(
        (service.calls.into_inner(), start.elapsed()),
        (23, Duration::from_secs(1 + 2 + 4))
    );

    let failures = Mutex::new(vec!["Lambda.ServiceException"; 4]);
    let service = Service {
        failures,
        ..Service::default()
    };
    let result = echo_tasks::run(&service, document!("echo_tasks.input.json")).await;
    assert_eq!(result.unwrap_err().error, "Lambda.ServiceException");
    assert_eq!(service.calls.into_inner(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_slow_service_is_given_up_where_that_is_declared() {
    let service = Service {
        time: Duration::from_secs(40),
        ..Service::default()
    };
    let start = Instant::now();
    let result = echo_tasks::run(&service, document!("echo_tasks.input.json")).await;
    assert_eq!(result.unwrap_err().error, "States.Timeout");
    assert_eq!(
        (service.calls.into_inner(), start.elapsed()),
        (5, Duration::from_secs(3 * 40 + 30 + 5 + 30))
    );
}
