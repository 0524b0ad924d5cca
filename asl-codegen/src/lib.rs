//! Compiles Amazon States Language definitions to Rust.

pub mod diagnostic;
pub mod expr;
pub mod json;
pub mod source;
pub mod syntax;
