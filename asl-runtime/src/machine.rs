//! What a compiled machine says of itself.

use crate::{Engine, Error};
use serde_json::Value;
use std::future::Future;

/// A compiled machine: the description of the definition it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its name: that of the generated module.
    pub name: &'static str,
    /// The file it was compiled from, as named in the macro or the builder.
    pub source: &'static str,
    /// SHA-256 of the canonical definition (compact JSON, keys sorted), as 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// What it was compiled as: nothing in the definition says so.
    pub workflow_type: WorkflowType,
    /// The machine's `TimeoutSeconds`.
    pub timeout_seconds: Option<u64>,
    /// Its states, those of branches and item processors included, in document order.
    pub states: &'static [State],
}

/// The two types of workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkflowType {
    /// Durable, exactly once, up to a year.
    Standard,
    /// In memory, at least once, up to five minutes.
    Express,
}

/// A state of a compiled machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub state_type: StateType,
    /// Where it stands in the definition: `/States/Publish/Branches[0]/States/Upload`.
    pub location: &'static str,
    /// The states that may follow it, of the same scope, in document order.
    pub next: &'static [&'static str],
}

/// The eight types of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the specification's words")]
pub enum StateType {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl StateType {
    /// The word that the definition uses.
    pub fn as_str(self) -> &'static str {
        match self {
            StateType::Task => "Task",
            StateType::Pass => "Pass",
            StateType::Choice => "Choice",
            StateType::Wait => "Wait",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
        }
    }
}

/// A compiled machine as a type: each generated module has one, named `Machine`.
pub trait Machine {
    /// The description of the machine.
    const DEFINITION: &'static Definition;
}

/// A compiled machine that runs over the handlers `T`.
pub trait Run<T: ?Sized>: Machine {
    /// Runs the machine on an engine.
    ///
    /// # Errors
    /// With the error that nothing in the machine caught.
    fn run_on<E: Engine>(engine: &E, tasks: &T, input: Value) -> impl Future<Output = Result<Value, Error>> + Send;
}
