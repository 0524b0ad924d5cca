//! Compiles Amazon States Language definitions to Rust.

pub mod builder;
pub mod diagnostic;
pub mod expr;
pub mod flow;
pub mod format;
pub mod json;
mod lint;
mod nearest;
mod options;
mod render;
mod skeleton;
pub mod source;
pub mod syntax;

pub use builder::Builder;
pub use nearest::nearest;
pub use options::{Module, Options, WorkflowType};
pub use skeleton::skeleton;

use diagnostic::{CompileError, Diagnostics};
use proc_macro2::TokenStream;
use source::Source;

/// What a definition compiles to.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The module.
    pub tokens: TokenStream,
    /// What the lints found that does not stop the compilation.
    pub warnings: Diagnostics,
}

/// Compiles a definition.
///
/// # Errors
/// With everything that is wrong with it.
pub fn compile(source: &Source, options: &Options) -> Result<Compiled, CompileError> {
    match json::parse(source, &options.substitutions) {
        Ok(_) => Ok(Compiled {
            tokens: skeleton(&options.module, &[]),
            warnings: Diagnostics::with_levels(options.levels.clone()),
        }),
        Err(diagnostics) => Err(CompileError::new(source.clone(), diagnostics)),
    }
}
