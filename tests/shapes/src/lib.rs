//! Random machines, compiled, beside their definitions.
#![allow(
    missing_docs,
    unused,
    clippy::all,
    reason = "what is generated from no sensible definition is not sensible"
)]

use asl_runtime::{BoxFuture, Error, Handler, History, Untyped, Value};

/// A machine.
pub struct Machine {
    /// What it was compiled from.
    pub definition: &'static str,
    /// Runs it.
    pub run: for<'a> fn(&'a History, &'a Untyped<&'a dyn Handler>, Value) -> BoxFuture<'a, Result<Value, Error>>,
}

macro_rules! machine {
    ($name:ident, $definition:expr) => {
        Machine {
            definition: $definition,
            run: |engine, tasks, input| Box::pin($name::run_on(engine, tasks, input)),
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/machines.rs"));
