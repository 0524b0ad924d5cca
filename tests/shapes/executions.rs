//! Executions of random machines.

use super::random;
use asl_runtime::{Execution, Handler, History, TaskError, Untyped, Value, handler_fn};
use asl_shapes::Machine;
use rand::Rng;
use rand::rngs::StdRng;
use std::sync::Mutex;

/// Runs a machine with random input and results, and gives its history and its output.
pub async fn run(machine: &Machine, rng: &Mutex<StdRng>, input: Value) -> (Vec<Value>, Option<Value>) {
    let history = History::new(Execution::new());
    let calls = Mutex::new(0);
    let work = handler_fn(|_, _| {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        let rng = &mut *rng.lock().unwrap();
        let result = match rng.random_range(0..10) {
            // Nothing catches this, so that every loop ends.
            _ if *calls > 12 => Err(TaskError::new("States.Runtime", "enough")),
            0 | 1 => Err(TaskError::new("Broken", "by chance")),
            _ => Ok(random::value(rng, 3)),
        };
        Box::pin(async move { result })
    });
    let work: &dyn Handler = &work;
    let output = (machine.run)(&history, &Untyped(work), input).await.ok();
    (history.events().iter().map(|event| event.to_json()).collect(), output)
}
