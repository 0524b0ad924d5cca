//! The machines of the benchmarks as somebody would write them in Rust who never heard of a compiler for them.
//!
//! Each module does the job of the definition of the same name in `benches/machines` (the order workflow's is in
//! `examples/order`): the same documents reach the same tasks, the same result comes out, a missing member is an
//! error, an attempt is repeated after the same delay, and what runs side by side does so here too. How it gets there
//! is ordinary Rust: values are borrowed where they are only read, moved at their last use, and written to the
//! document once. This crate depends on none of ours.

pub mod counting_loop;
pub mod data;
pub mod echo_tasks;
pub mod jsonata;
pub mod jsonata_passes;
pub mod map_items;
pub mod order;
pub mod parallel;
pub mod pass_chain;
pub mod plain;
pub mod retry;

use serde_json::{Value, json};
use std::borrow::Cow;

/// The result of a step.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a step or a whole machine failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The name that retries and handlers go by.
    pub error: Cow<'static, str>,
    /// What happened, for people.
    pub cause: String,
}

impl Failure {
    /// A failure of this name.
    pub fn new(error: impl Into<Cow<'static, str>>, cause: impl Into<String>) -> Self {
        Failure {
            error: error.into(),
            cause: cause.into(),
        }
    }

    /// The document does not have the form that the machine needs; nothing catches this.
    pub fn runtime(cause: impl Into<String>) -> Self {
        Failure::new("States.Runtime", cause)
    }

    /// Does a list of names mean this failure?
    pub fn is(&self, names: &[&str]) -> bool {
        self.error != "States.Runtime"
            && names.iter().any(|name| match *name {
                "States.ALL" => true,
                "States.TaskFailed" => self.error != "States.Timeout",
                name => name == self.error,
            })
    }

    /// The form in which a failure is put into a document.
    pub fn into_value(self) -> Value {
        json!({"Error": self.error, "Cause": self.cause})
    }
}

/// A service that gives back what it gets.
pub trait Echo: Sync {
    /// Calls it.
    fn echo(&self, input: Value) -> impl Future<Output = Result<Value>> + Send;
}
