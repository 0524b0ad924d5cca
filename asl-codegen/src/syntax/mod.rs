//! A definition as a tree of states.
//!
//! [`parse`](crate::syntax) reads it from JSON and checks each field by itself; `check` then settles what takes
//! the whole scope: targets, names, variables. After `check` every [`Target::index`] is right.

pub mod choice;
pub mod retry;
pub mod state;
pub mod template;

use crate::source::{Span, Spanned};
pub use choice::*;
pub use retry::*;
pub use state::*;
pub use template::*;

/// A state machine.
#[derive(Debug, Clone)]
pub struct Machine {
    /// `QueryLanguage` of the machine.
    pub query_language: QueryLanguage,
    /// `TimeoutSeconds` of the machine (G-6).
    pub timeout_seconds: Option<u64>,
    /// The top-level scope.
    pub scope: Scope,
}

/// `QueryLanguage` (G-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueryLanguage {
    /// `JSONPath`, the default.
    #[default]
    JsonPath,
    /// `JSONata`
    Jsonata,
}

/// The top level of a machine, a branch of a Parallel, or the processor of a Map.
#[derive(Debug, Clone)]
pub struct Scope {
    /// `Comment`
    pub comment: Option<String>,
    /// `StartAt`
    pub start: Target,
    /// `States`, in document order.
    pub states: Vec<State>,
    /// The object of the scope.
    pub span: Span,
    /// Where it is (V-7): the empty string for the machine, `/States/P/Branches[0]`.
    pub location: String,
}

/// A transition to a state of the same scope.
#[derive(Debug, Clone)]
pub struct Target {
    /// The name as written, and where.
    pub name: Spanned<String>,
    /// The state's index in [`Scope::states`]; set by `check`.
    pub index: usize,
}
