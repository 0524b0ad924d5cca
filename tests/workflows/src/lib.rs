//! Whole workflows, each compiled to a module: those of the corpus that `ASL_CORPUS` names, or else the project's own.
//!
//! The build script compiles them. That they compile here, where every warning is denied, is the first test.
#![deny(warnings, missing_docs, clippy::all)]

pub mod inputs;

use asl_runtime::testing::{Report, Test};
use asl_runtime::{BoxFuture, Handler, TaskContext, TaskError, Untyped, Value};
use std::hint::black_box;

/// A definition, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Workflow {
    /// The file that holds it.
    pub path: &'static str,
    /// Its text.
    pub definition: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a definition.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// It runs.
    Compiled(Compiled),
    /// It needs what is not compiled yet, for these reasons.
    OutOfReach(&'static [&'static str]),
    /// It was refused though it is valid, as the text says.
    Refused(&'static str),
}

/// A machine, dispatched by functions.
#[derive(Debug, Clone, Copy)]
pub struct Compiled {
    /// The size of the future of `run` over handlers whose futures are large, in bytes.
    pub size: fn() -> usize,
    /// Runs it in virtual time.
    pub run: Run,
}

/// Runs a machine in virtual time.
pub type Run = for<'a> fn(Test, &'a Untyped<Box<dyn Handler>>, Value) -> BoxFuture<'a, Report>;

macro_rules! machine {
    ($module:ident) => {
        Outcome::Compiled(Compiled {
            size: || size_of_answer(|| $module::run(&Heavy, Value::Null)),
            run: |test, tasks, input| Box::pin(test.run_async::<$module::Machine, _>(tasks, input)),
        })
    };
}

/// The size of what a function would answer, which is not called.
fn size_of_answer<T>(_: impl Fn() -> T) -> usize {
    size_of::<T>()
}

/// Work that holds much while it waits.
struct Heavy;

async fn heavy(input: Value) -> Result<Value, TaskError> {
    let held = black_box([0_u8; 16_384]);
    std::future::ready(()).await;
    black_box(held);
    Ok(input)
}

include!(concat!(env!("OUT_DIR"), "/workflows.rs"));
