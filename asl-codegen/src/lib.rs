//! Compiles Amazon States Language definitions to Rust.

pub mod diagnostic;
pub mod expr;
pub mod json;
mod lint;
mod nearest;
mod options;
mod render;
pub mod source;
pub mod syntax;

pub use nearest::nearest;
pub use options::{Module, Options, WorkflowType};
