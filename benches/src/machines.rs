//! The machines in both forms.

use crate::compare::Side;
use crate::expressions::order;
use crate::generated;
use crate::services::{Echo, Over, Shop};
use serde_json::{Value, json};
use std::fmt::Debug;
use tokio::runtime::{Builder, Runtime};

/// A machine, in both forms.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub title: &'static str,
    /// An input that leads through all of it.
    pub input: fn() -> Value,
    /// Runs the compiled form over each of several inputs.
    pub generated: Run,
    /// Runs the hand-written form.
    pub handwritten: Run,
}

/// Runs a machine over each of several inputs.
pub type Run = fn(&Runtime, Vec<Value>) -> Result<Vec<Value>, String>;

/// All machines that are measured.
pub const MACHINES: [Machine; 6] = [
    Machine {
        name: "pass_chain",
        title: "100 Pass states",
        input: || document(include_str!("../machines/pass_chain.input.json")),
        generated: |runtime, inputs| each(runtime, inputs, |input| generated::pass_chain::run(&ECHO, input)),
        handwritten: |runtime, inputs| each(runtime, inputs, handwritten::pass_chain::run),
    },
    Machine {
        name: "counting_loop",
        title: "Choice loop, 1,000 turns",
        input: || document(include_str!("../machines/counting_loop.input.json")),
        generated: |runtime, inputs| each(runtime, inputs, |input| generated::counting_loop::run(&ECHO, input)),
        handwritten: |runtime, inputs| each(runtime, inputs, handwritten::counting_loop::run),
    },
    Machine {
        name: "map_items",
        title: "Map, 1,000 items",
        input: thousand_lines,
        generated: |runtime, inputs| each(runtime, inputs, |input| generated::map_items::run(&ECHO, input)),
        handwritten: |runtime, inputs| each(runtime, inputs, |input| handwritten::map_items::run(&ECHO, input)),
    },
    Machine {
        name: "parallel",
        title: "Parallel, 10 x 5 states",
        input: || document(include_str!("../machines/parallel.input.json")),
        generated: |runtime, inputs| each(runtime, inputs, |input| generated::parallel::run(&ECHO, input)),
        handwritten: |runtime, inputs| each(runtime, inputs, |input| handwritten::parallel::run(&ECHO, input)),
    },
    Machine {
        name: "echo_tasks",
        title: "20 echo tasks",
        input: || document(include_str!("../machines/echo_tasks.input.json")),
        generated: |runtime, inputs| each(runtime, inputs, |input| generated::echo_tasks::run(&ECHO, input)),
        handwritten: |runtime, inputs| each(runtime, inputs, |input| handwritten::echo_tasks::run(&ECHO, input)),
    },
    Machine {
        name: "order",
        title: "the order workflow",
        input: || document(include_str!("../../examples/order/delivered.json")),
        generated: |runtime, inputs| {
            let shop = Over(Shop::default());
            each(runtime, inputs, |input| generated::order::run(&shop, input))
        },
        handwritten: |runtime, inputs| {
            let shop = Over(Shop::default());
            each(runtime, inputs, |input| handwritten::order::run(&shop, input))
        },
    },
];

/// The machine whose states are written in JSONata.
pub const JSONATA_PASSES: Machine = Machine {
    name: "jsonata_passes",
    title: "20 JSONata Pass states",
    input: || order(50),
    generated: |runtime, inputs| each(runtime, inputs, |input| generated::jsonata_passes::run(&ECHO, input)),
    handwritten: |runtime, inputs| each(runtime, inputs, handwritten::jsonata_passes::run),
};

const ECHO: Over<Echo> = Over(Echo);

/// One form of a machine, to be compared with the other.
#[derive(Debug)]
pub struct Form<'a> {
    /// What it runs on.
    pub runtime: &'a Runtime,
    /// Its input.
    pub input: Value,
    /// How it is run.
    pub run: Run,
}

impl Side for Form<'_> {
    type Prepared = Vec<Value>;
    type Output = Result<Vec<Value>, String>;

    fn prepare(&mut self, runs: usize) -> Vec<Value> {
        vec![self.input.clone(); runs]
    }

    fn run(&mut self, inputs: Vec<Value>) -> Result<Vec<Value>, String> {
        (self.run)(self.runtime, inputs)
    }
}

/// A runtime on this thread whose clock stands still, and jumps when everything waits.
///
/// # Errors
/// When the system gives no runtime.
pub fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_time().start_paused(true).build()
}

/// A function of its own in the binary, so that what is in it can be counted.
#[inline(never)]
pub(crate) fn each<I, O, F: Future<Output = Result<O, E>>, E: Debug>(
    runtime: &Runtime,
    inputs: Vec<I>,
    run: impl Fn(I) -> F,
) -> Result<Vec<O>, String> {
    runtime.block_on(async {
        let mut outputs = Vec::with_capacity(inputs.len());
        for input in inputs {
            outputs.push(run(input).await.map_err(|error| format!("{error:?}"))?);
        }
        Ok(outputs)
    })
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn thousand_lines() -> Value {
    let line = |number: u32| json!({"sku": format!("SKU-{number}"), "quantity": number % 20, "note": null});
    json!({"orderId": "A-1001", "lines": (0..1000).map(line).collect::<Vec<_>>()})
}
