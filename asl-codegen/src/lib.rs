//! Compiles Amazon States Language definitions to Rust.

pub mod builder;
mod check;
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
mod support;
pub mod syntax;

pub use builder::Builder;
pub use nearest::nearest;
pub use options::{Module, Options, WorkflowType};
pub use skeleton::skeleton;

use diagnostic::{CompileError, Diagnostics};
use proc_macro2::TokenStream;
use source::Source;
use syntax::Machine;

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
    let (machine, mut diagnostics) = checked(source, options);
    if let Some(machine) = machine.filter(|_| !diagnostics.has_errors()) {
        support::support(&machine, &mut diagnostics);
        if !diagnostics.has_errors() {
            return Ok(Compiled {
                tokens: skeleton(&options.module, &[]),
                warnings: diagnostics,
            });
        }
    }
    Err(CompileError::new(source.clone(), diagnostics))
}

/// What the service would say about a definition, and what the lints of this compiler find.
///
/// A definition without errors here is valid, also where this version cannot compile it.
pub fn check(source: &Source, options: &Options) -> Diagnostics {
    checked(source, options).1
}

fn checked(source: &Source, options: &Options) -> (Option<Machine>, Diagnostics) {
    let mut diagnostics = Diagnostics::with_levels(options.levels.clone());
    let machine = match json::parse(source, &options.substitutions) {
        // After this every field has been read by itself.
        Ok(json) => syntax::parse(source, &json, options, &mut diagnostics),
        Err(errors) => {
            diagnostics.extend(errors);
            None
        }
    };
    let machine = machine.map(|mut machine| {
        // After this targets are settled, and names and variables are known to be right.
        check::check(&mut machine, &mut diagnostics);
        machine
    });
    (machine, diagnostics)
}
