//! Compiles Amazon States Language definitions to Rust.
//!
//! A build script uses the [`Builder`]; the macros of `asl-runtime` and everything else use [`compile`]. [`check`] says what
//! is wrong with a definition, as data:
//!
//! ```
//! use asl_codegen::source::Source;
//! use asl_codegen::{Options, check, compile};
//!
//! let text = r#"{ "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } }"#;
//! let compiled = compile(&Source::new("hello.asl.json", text), &Options::default())?;
//! assert!(compiled.tokens.to_string().contains("pub async fn run"));
//!
//! let wrong = Source::new("hello.asl.json", text.replacen("Hello", "Helo", 1));
//! let findings = check(&wrong, &Options::default());
//! let finding = findings.iter().next().expect("a finding");
//! assert_eq!(finding.code.as_str(), "MISSING_TRANSITION_TARGET");
//! assert_eq!(finding.location.as_deref(), Some("/StartAt"));
//! assert_eq!(finding.help.as_deref(), Some("a state with a similar name exists: `Hello`"));
//! # Ok::<(), asl_codegen::diagnostic::CompileError>(())
//! ```

pub mod builder;
mod check;
pub mod contract;
pub mod diagnostic;
pub mod emit;
pub mod expr;
pub mod flow;
pub mod format;
mod hash;
pub mod json;
mod lint;
mod nearest;
mod options;
mod render;
mod schema;
pub mod shapes;
pub mod source;
mod support;
pub mod syntax;
mod template;
pub mod usage;
pub mod yaml;

pub use builder::Builder;
pub use nearest::nearest;
pub use options::{Module, Options, TaskTypes, Types, WorkflowType, split_path, types_path};

use diagnostic::{Code, CompileError, Diagnostic, Diagnostics, ServiceCode};
use json::Json;
use proc_macro2::TokenStream;
use schema::TypesFile;
use shapes::Known;
use source::{Source, Span};
use std::borrow::Cow;
use std::sync::Arc;
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
    let mut diagnostics = Diagnostics::with_levels(options.levels.clone());
    let out = &mut diagnostics;
    let renames_fit = renames(options, out);
    let types = types_file(options, out);
    let Some((json, options)) = read(source, options, out) else {
        return Err(CompileError::new(source.clone(), diagnostics, None));
    };
    let machine = checked(source, &json, types.as_ref(), &options, out).map(|(machine, _)| machine);
    let tokens = match &machine {
        Some(machine) if !out.has_errors() => generate(source, &json, machine, types.as_ref(), &options, out),
        _ => None,
    };
    match tokens {
        Some(tokens) => Ok(Compiled {
            tokens,
            warnings: diagnostics,
        }),
        None => {
            let types_fit = types.is_some() || options.types.file.is_none();
            let skeleton = machine
                .filter(|_| renames_fit && types_fit)
                .map(|machine| emit::skeleton(&machine, types.as_ref(), &options));
            Err(CompileError::new(source.clone(), diagnostics, skeleton))
        }
    }
}

/// Whether all new names are names. Others cannot come from the macro, whose grammar takes identifiers only.
fn renames(options: &Options, out: &mut Diagnostics) -> bool {
    let wrong = |(_, name): &(&String, &String)| !emit::name::is_function_name(name);
    let wrong: Vec<_> = options.renames.iter().filter(wrong).collect();
    for (title, name) in &wrong {
        let message = format!("`{title}` cannot be renamed to `{name}`, which is no name of a Rust function");
        out.push(Diagnostic::error(Code::Unsupported, Span::default(), message).label("asked for by `rename`"));
    }
    wrong.is_empty()
}

/// The longest definition that the service takes, in bytes (Q-2).
const MAX_LENGTH: usize = 1 << 20;

fn generate(
    source: &Source,
    json: &Json,
    machine: &Machine,
    types: Option<&TypesFile>,
    options: &Options,
    out: &mut Diagnostics,
) -> Option<TokenStream> {
    let length = source.text().len();
    if length > MAX_LENGTH {
        let message = format!("the definition has {length} bytes, and the service takes at most {MAX_LENGTH}");
        let place = Span::new(MAX_LENGTH, MAX_LENGTH);
        out.push(
            Diagnostic::error(ServiceCode::SchemaValidationFailed, place, message).label("it is taken up to here"),
        );
    }
    // After this everything in it can be compiled.
    support::support(machine, out);
    if out.has_errors() {
        return None;
    }
    let tokens = emit::emit(machine, source, &hash::sha256(json), types, options, out);
    (!out.has_errors()).then_some(tokens)
}

/// What the service would say about a definition, and what the lints of this compiler find.
///
/// A definition without errors here is valid, also where this version cannot compile it.
pub fn check(source: &Source, options: &Options) -> Diagnostics {
    let mut diagnostics = Diagnostics::with_levels(options.levels.clone());
    let types = types_file(options, &mut diagnostics);
    if let Some((json, options)) = read(source, options, &mut diagnostics) {
        checked(source, &json, types.as_ref(), &options, &mut diagnostics);
    }
    diagnostics
}

/// The machine of a definition, checked but not compiled.
///
/// # Errors
/// With what [`check`] finds, where that has errors.
pub fn machine(source: &Source, options: &Options) -> Result<Machine, CompileError> {
    known_machine(source, options).map(|(machine, _)| machine)
}

/// The same, and what the types file tells of it.
fn known_machine(source: &Source, options: &Options) -> Result<(Machine, Known), CompileError> {
    let mut diagnostics = Diagnostics::with_levels(options.levels.clone());
    let types = types_file(options, &mut diagnostics);
    let read = read(source, options, &mut diagnostics);
    match read.and_then(|(json, options)| checked(source, &json, types.as_ref(), &options, &mut diagnostics)) {
        Some(known) if !diagnostics.has_errors() => Ok(known),
        _ => Err(CompileError::new(source.clone(), diagnostics, None)),
    }
}

/// The definition, and the options with what a template around it says. That a machine is Express either may say.
fn read<'a>(source: &Source, options: &'a Options, out: &mut Diagnostics) -> Option<(Json, Cow<'a, Options>)> {
    match template::read(source, options) {
        Ok(definition) => {
            let mut options = Cow::Borrowed(options);
            if definition.workflow_type == Some(WorkflowType::Express) {
                options.to_mut().workflow_type = WorkflowType::Express;
            }
            Some((definition.json, options))
        }
        Err(errors) => {
            out.extend(errors);
            None
        }
    }
}

/// The types file; none too where it is wrong.
fn types_file(options: &Options, out: &mut Diagnostics) -> Option<TypesFile> {
    let file = options.types.file.clone().map(Arc::new)?;
    match TypesFile::read(&file) {
        Ok(types) => {
            types.check_types(&options.types, out);
            Some(types)
        }
        Err(faults) => {
            out.extend(faults);
            None
        }
    }
}

/// The machine, which is sound if `out` has no errors, and what the types file tells of it.
fn checked(
    source: &Source,
    json: &Json,
    types: Option<&TypesFile>,
    options: &Options,
    out: &mut Diagnostics,
) -> Option<(Machine, Known)> {
    // After this every field has been read by itself.
    let mut machine = syntax::parse(source, json, options, out)?;
    let known = types
        .map(|types| known(&machine, types, options, out))
        .unwrap_or_default();
    // After this targets are settled, and names and variables are known to be right.
    check::check(&mut machine, &known, out);
    Some((machine, known))
}

/// What the types file tells of a machine.
fn known(machine: &Machine, types: &TypesFile, options: &Options, out: &mut Diagnostics) -> Known {
    // Names that collide are found where code is written.
    let works = emit::work::Works::of(machine, options, &mut Diagnostics::new());
    types.unused(&machine.scope, &works, out);
    types.known(&machine.scope, &works, out)
}
