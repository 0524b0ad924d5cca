//! Amazon States Language as native async Rust: the macros, and what their output calls.

mod attempt;
mod callback;
pub mod choice;
#[doc(hidden)]
pub mod codegen;
pub mod data;
mod engine;
mod error;
mod execute;
mod execution;
pub mod fork;
mod handler;
pub mod intrinsic;
mod machine;
mod memory;
pub mod number;
pub mod path;
pub mod random;
mod resource;
mod retry;
mod scope;
mod select;
mod task;
mod text;
pub mod wait;

#[cfg(feature = "macros")]
pub use asl_macros::{ErrorName, asl, include_asl};
pub use attempt::attempt;
pub use callback::{Handle, TokenError};
pub use data::Data;
pub use engine::{BoxFuture, Call, Child, Engine, Event, Limits, Line, Output, Position, Until};
pub use error::{Error, ErrorName, Status, TaskError};
pub use execute::execute;
pub use execution::Execution;
pub use handler::{Handler, Untyped};
pub use machine::{Definition, Machine, Run, State, StateType};
pub use memory::Memory;
pub use resource::{Family, Pattern, Resource};
pub use retry::Retrier;
pub use scope::{Context, Scope};
pub use serde_json::Value;
pub use task::{Policy, TaskContext, task};
