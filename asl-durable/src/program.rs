//! Compiled machines with their handlers, without their types.

use crate::engine::JournalEngine;
use asl_runtime::{BoxFuture, Definition, Error, History, Run, Value};
use std::marker::PhantomData;
use std::sync::Arc;

/// A machine that a host can run.
pub(crate) trait Program: Send + Sync {
    fn definition(&self) -> &'static Definition;
    fn run<'a>(&'a self, engine: &'a JournalEngine, input: Value) -> BoxFuture<'a, Result<Value, Error>>;
    fn run_in_memory<'a>(&'a self, engine: &'a History, input: Value) -> BoxFuture<'a, Result<Value, Error>>;
}

/// The machine `M` over the handlers `T`.
pub(crate) struct Compiled<M, T> {
    tasks: Arc<T>,
    machine: PhantomData<fn() -> M>,
}

impl<M, T> Compiled<M, T> {
    pub(crate) fn new(tasks: Arc<T>) -> Compiled<M, T> {
        Compiled {
            tasks,
            machine: PhantomData,
        }
    }
}

impl<M: Run<T>, T: Send + Sync> Program for Compiled<M, T> {
    fn definition(&self) -> &'static Definition {
        M::DEFINITION
    }

    fn run<'a>(&'a self, engine: &'a JournalEngine, input: Value) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(M::run_on(engine, &*self.tasks, input))
    }

    fn run_in_memory<'a>(&'a self, engine: &'a History, input: Value) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(M::run_on(engine, &*self.tasks, input))
    }
}
