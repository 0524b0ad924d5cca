//! What a front end can say about a compilation besides the definition itself.

use crate::diagnostic::Levels;
use crate::json::Substitutions;
use crate::source::Source;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How a definition is compiled: the same for the macro, the builder and the library.
///
/// ```
/// use asl_codegen::{Options, WorkflowType};
/// use asl_codegen::diagnostic::{Level, Lint};
///
/// let mut options = Options { workflow_type: WorkflowType::Express, ..Options::default() };
/// options.substitutions.insert("FunctionArn", "arn:aws:lambda:eu-west-1:123456789012:function:charge");
/// options.levels.set(Lint::UnreadToken, Level::Deny);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The module that the generated items stand in.
    pub module: Module,
    /// Standard or Express: some rules depend on it (V-41).
    pub workflow_type: WorkflowType,
    /// Values of `${Name}` substitutions.
    pub substitutions: Substitutions,
    /// Which state machine of a template is compiled, by the name of its resource. A template that has one needs none.
    pub resource: Option<String>,
    /// Levels of lints that differ from their default.
    pub levels: Levels,
    /// Rust names for states and for the work that they ask for, where their own give no good ones: `"Cat?"` to
    /// `cat_question`.
    pub renames: BTreeMap<String, String>,
    /// Rust types for what goes in and out.
    pub types: Types,
}

/// Rust types for what goes in and out of a machine and its tasks, which serde takes from JSON and to it.
///
/// Where none is given, it is `serde_json::Value`. Generated code stands in a module of its own, so that a type is written as
/// it is seen from there: `crate::Order`.
#[derive(Debug, Clone, Default)]
pub struct Types {
    /// What the machine takes: `serde::Serialize`.
    pub input: Option<TokenStream>,
    /// What the machine gives: `serde::de::DeserializeOwned`.
    pub output: Option<TokenStream>,
    /// Those of tasks, by the name of their method in `Tasks`.
    pub tasks: BTreeMap<String, TaskTypes>,
    /// A types file, which says all of this in JSON Schema (2020-12), and what errors tasks declare.
    ///
    /// ```json
    /// {
    ///   "input": { "$ref": "#/$defs/Order" },
    ///   "output": { "type": "object", "properties": { "paid": { "type": "boolean" } }, "required": ["paid"] },
    ///   "tasks": {
    ///     "charge_card": {
    ///       "input": { "$ref": "#/$defs/Order" },
    ///       "result": { "type": "string" },
    ///       "errors": ["CardDeclined", "Busy"]
    ///     }
    ///   },
    ///   "$defs": {
    ///     "Order": { "type": "object", "properties": { "amount": { "type": "integer" } }, "required": ["amount"] }
    ///   }
    /// }
    /// ```
    ///
    /// Each part may be left out. A `$ref` leads to the `$defs` of the file. The feature `schema` writes the Rust types; what
    /// the schemas tell of the data takes part in the checks without it.
    pub file: Option<Source>,
}

/// Rust types for a task.
#[derive(Debug, Clone, Default)]
pub struct TaskTypes {
    /// What its method takes: `serde::de::DeserializeOwned`. `_` is a struct that is made of what is known of it.
    pub input: Option<TokenStream>,
    /// What it gives: `serde::Serialize`.
    pub result: Option<TokenStream>,
}

/// The file of a path, and the name of the resource in it that may follow: `template.yaml#OrderMachine`.
///
/// The name of a resource has letters and digits only, so that `a#b.json` is a file.
pub fn split_path(path: &str) -> (&str, Option<&str>) {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(char::is_alphanumeric);
    match path.rsplit_once('#') {
        Some((file, name)) if is_name(name) => (file, Some(name)),
        _ => (path, None),
    }
}

/// The types file of a definition: `order.types.json` beside `order.asl.json`, and for a resource of a template
/// `OrderMachine.types.json` beside it.
pub fn types_path(definition: &Path, resource: Option<&str>) -> PathBuf {
    let file = definition.file_name().unwrap_or_default().to_string_lossy();
    let endings = [".json", ".yaml", ".yml"];
    let stem = endings
        .iter()
        .find_map(|ending| file.strip_suffix(ending))
        .unwrap_or(&file);
    let stem = stem.strip_suffix(".asl").unwrap_or(stem);
    definition.with_file_name(format!("{}{TYPES_ENDING}", resource.unwrap_or(stem)))
}

/// How the name of a types file ends.
pub(crate) const TYPES_ENDING: &str = ".types.json";

/// The module that the generated items stand in: `pub mod order`.
#[derive(Debug, Clone)]
pub struct Module {
    /// Attributes and doc comments that are kept on it.
    pub attributes: TokenStream,
    /// Its visibility: `pub`, `pub(crate)` or nothing.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
}

impl Module {
    /// A public module of this name, with nothing on it.
    pub fn public(name: Ident) -> Module {
        Module {
            attributes: TokenStream::new(),
            visibility: quote!(pub),
            name,
        }
    }
}

impl Default for Module {
    /// `pub mod machine`
    fn default() -> Module {
        Module::public(Ident::new("machine", Span::call_site()))
    }
}

/// The type of a workflow, which the definition itself does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WorkflowType {
    /// Durable, exactly once, up to a year: the default.
    #[default]
    Standard,
    /// In memory, at least once, up to five minutes: without `.sync`, `.waitForTaskToken`, activities and
    /// distributed Maps.
    Express,
}
