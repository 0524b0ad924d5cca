//! From a scope's transitions to structured control flow.

pub mod graph;
pub mod structure;

pub use structure::{Block, Exit, Flow, Goto, Part, Step, structure};
