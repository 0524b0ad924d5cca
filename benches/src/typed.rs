//! The machines of which everything has a type, beside those over `Value` and those over structs that were written by hand.

use crate::compare::Side;
use crate::generated::typed as generated;
use crate::machines::{MACHINES, each};
use crate::services::{Direct, Echo, Over, Shop};
use handwritten::plain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;
use tokio::runtime::Runtime;

/// A machine in its three forms.
#[derive(Debug, Clone, Copy)]
pub struct TypedMachine {
    /// Its name, which is that of the machine without types.
    pub name: &'static str,
    /// Compiled with types.
    pub generated: Prepare,
    /// Written by hand over structs.
    pub plain: Prepare,
    /// Written by hand over `Value`.
    pub value: Prepare,
}

/// Makes inputs of a document.
///
/// # Errors
/// When the document does not fit the machine.
pub type Prepare = fn(&Value, usize) -> Result<Prepared, String>;

/// Runs a machine over the inputs that were made for it.
pub type Prepared = Box<dyn FnOnce(&Runtime) -> Result<Box<dyn Outputs>, String>>;

/// What a machine gave, run by run.
pub trait Outputs {
    /// As documents.
    ///
    /// # Errors
    /// Where an output has no form in JSON.
    fn documents(&self) -> serde_json::Result<Value>;
}

impl<O: Serialize> Outputs for Vec<O> {
    fn documents(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// All machines that are measured.
pub const TYPED: [TypedMachine; 3] = [
    TypedMachine {
        name: "echo_tasks",
        generated: |input, runs| prepared(input, runs, |input| generated::echo_tasks::run(&Direct(Echo), input)),
        plain: |input, runs| prepared(input, runs, |input| plain::echo_tasks::run(&Direct(Echo), input)),
        value: |input, runs| prepared(input, runs, |input| handwritten::echo_tasks::run(&Over(Echo), input)),
    },
    TypedMachine {
        name: "map_items",
        generated: |input, runs| prepared(input, runs, |input| generated::map_items::run(&Direct(Echo), input)),
        plain: |input, runs| prepared(input, runs, |input| plain::map_items::run(&Direct(Echo), input)),
        value: |input, runs| prepared(input, runs, |input| handwritten::map_items::run(&Over(Echo), input)),
    },
    TypedMachine {
        name: "order",
        generated: |input, runs| {
            prepared(input, runs, async |input| {
                generated::order::run(&Direct(Shop::default()), input).await
            })
        },
        plain: |input, runs| {
            prepared(input, runs, async |input| {
                plain::order::run(&Direct(Shop::default()), input).await
            })
        },
        value: |input, runs| {
            prepared(input, runs, async |input| {
                handwritten::order::run(&Over(Shop::default()), input).await
            })
        },
    },
];

impl TypedMachine {
    /// An input that leads through all of it.
    pub fn input(&self) -> Value {
        let machine = MACHINES.iter().find(|machine| machine.name == self.name);
        machine.map(|machine| (machine.input)()).unwrap_or_default()
    }
}

fn prepared<I, O, F, E>(input: &Value, runs: usize, run: impl Fn(I) -> F + 'static) -> Result<Prepared, String>
where
    I: DeserializeOwned + Clone + 'static,
    O: Serialize + 'static,
    F: Future<Output = Result<O, E>>,
    E: Debug,
{
    let input = I::deserialize(input).map_err(|error| error.to_string())?;
    let inputs = vec![input; runs];
    Ok(Box::new(move |runtime| Ok(Box::new(each(runtime, inputs, run)?))))
}

/// One form of a machine, to be compared with another.
#[derive(Debug)]
pub struct TypedForm<'a> {
    /// What it runs on.
    pub runtime: &'a Runtime,
    /// Its input.
    pub input: &'a Value,
    /// How it is run.
    pub prepare: Prepare,
}

impl Side for TypedForm<'_> {
    type Prepared = Result<Prepared, String>;
    type Output = Result<Box<dyn Outputs>, String>;

    fn prepare(&mut self, runs: usize) -> Self::Prepared {
        (self.prepare)(self.input, runs)
    }

    fn run(&mut self, prepared: Self::Prepared) -> Self::Output {
        prepared?(self.runtime)
    }
}
