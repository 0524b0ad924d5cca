//! From a scope's transitions to structured control flow.

pub mod graph;
pub mod structure;
mod tree;

pub use structure::{Block, Exit, Flow, Goto, Part, Step, structure};
