//! A definition as a tree of states.
//!
//! [`parse`] reads it from JSON and checks each field by itself; [`check`](crate::check) then settles what takes
//! the whole scope: targets, names, variables. After that every [`Target::index`] is right.

pub mod choice;
pub mod expression;
mod parse;
mod references;
pub mod retry;
pub mod state;
pub mod template;

use crate::source::{Span, Spanned};
pub use choice::*;
pub use expression::*;
pub use parse::parse;
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
    /// Values that the compiler needs and does not know. Where they belong stands something harmless.
    pub unsettled: Vec<Unsettled>,
}

/// A value that the compiler needs, and that `${Name}` substitutions hide.
#[derive(Debug, Clone)]
pub struct Unsettled {
    /// The names of the substitutions; none for a word that something else replaces.
    pub names: Vec<String>,
    /// The value.
    pub span: Span,
    /// Where it is (V-7).
    pub location: String,
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
    /// Whether every transition in it is known. It is where nothing was reported and nothing is
    /// [unsettled](Machine::unsettled).
    pub intact: bool,
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

impl Target {
    /// The index of a target that was not looked up, or does not exist.
    pub const UNRESOLVED: usize = usize::MAX;

    pub(crate) fn new(name: String, span: Span) -> Target {
        Target {
            name: Spanned { value: name, span },
            index: Target::UNRESOLVED,
        }
    }

    /// What stands for a target that is missing.
    pub(crate) fn missing(span: Span) -> Target {
        Target::new(String::new(), span)
    }
}

impl Scope {
    /// What stands for a scope that is missing.
    pub(crate) fn missing(span: Span) -> Scope {
        Scope {
            comment: None,
            start: Target::missing(span),
            states: Vec::new(),
            intact: false,
            span,
            location: String::new(),
        }
    }
}
