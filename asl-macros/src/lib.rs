//! The macros of asl-runtime, which re-exports them: use them from there, since what they expand to needs it.

mod declaration;
mod error_name;
mod file;
mod include;
mod inline;
mod literal;

use proc_macro::TokenStream;

/// Compiles a definition of Amazon States Language to a module.
///
/// ```text
/// include_asl!(pub mod order = "workflows/order.asl.json");
/// ```
///
/// The path is relative to the folder of the package's `Cargo.toml`; one that begins with `./` or `../` is relative to
/// the file that the macro stands in. When the definition changes, the package is compiled again.
///
/// A file whose name ends in `.yaml` or `.yml` is read as YAML, and errors show the place in it. This is the feature `yaml`,
/// which is on by default.
///
/// A template of CloudFormation, SAM or Serverless (`stepFunctions:`) is read too, in YAML or JSON: the state machine in it, or of
/// several the one whose name stands behind the path, as in `"template.yaml#OrderMachine"`. It is Express where the template
/// says so. What its `DefinitionSubstitutions` say is put in where the macro gives nothing else; `!Ref Name` and
/// `!GetAtt Name.Arn` are the substitutions `${Name}` and `${Name.Arn}`.
///
/// Attributes and doc comments before `pub` are put on the module. What the definition itself does not say follows the
/// path, each of these at most once and in any order:
///
/// ```text
/// include_asl!(
///     /// How an order is paid and shipped.
///     pub mod order = "workflows/order.asl.json",
///     type: Express,
///     substitutions { "ChargeArn" => "arn:aws:lambda:eu-west-1:123456789012:function:charge", "MaxItems" => 20 },
///     lints { unread_token: deny, no_dollar: allow },
///     rename { "Cat?" => cat_question },
///     input: crate::Order,
///     output: crate::Receipt,
///     tasks { charge_card(crate::Charge) -> crate::Payment },
///     types: "workflows/order.types.json",
/// );
/// ```
///
/// - `type`: `Standard`, the default, or `Express`; some rules depend on it.
/// - `substitutions`: values of `${Name}` in the definition's strings: strings, numbers, booleans.
/// - `lints`: levels of lints: `allow`, `warn` or `deny`. Stable Rust shows no warnings of macros, so that a finding is
///   seen only where its level is `deny`; in a build script `asl_codegen::Builder` shows them all.
/// - `rename`: Rust names of states, or of the work that tasks ask for.
/// - `input`, `output`, `tasks`: Rust types, as they are seen from the module, for what the machine and the methods of its `Tasks`
///   take and give. Without one it is `serde_json::Value`; `_` for what a task takes is a struct that is made of what is
///   known. What does not fit is `States.TaskFailed` in a task, and `States.Runtime` for the output.
/// - `types`: the types file, which says the same in JSON Schema: `asl_codegen::Types::file` has its form. Without it that is
///   `order.types.json` beside `order.asl.json`, if it is there when the definition is compiled; `none` is for no types file.
///   The Rust types of its schemas are written by the feature `schema`.
///
/// What it expands to calls the runtime `asl_runtime`. A crate that has it under another name says so at its root:
/// `extern crate asl as asl_runtime;`.
///
/// # Errors
///
/// Each mistake in the definition is a compile error that shows the place in it, the reason and, where it is known,
/// what to write instead.
#[proc_macro]
pub fn include_asl(input: TokenStream) -> TokenStream {
    include::expand(input.into()).into()
}

/// Compiles a definition that is written in place to a module, as [`include_asl!`] does one in a file.
///
/// ```
/// use asl_runtime::asl;
///
/// asl!(pub mod hello = {
///     "StartAt": "Hello",
///     "States": {
///         "Hello": { "Type": "Pass", "Result": "Hello, world!", "End": true } // comments are allowed here
///     }
/// });
/// ```
///
/// The same options may follow the closing brace; a types file has to be named. A mistake is shown at the very token; one inside a string, such
/// as in a path, is marked in a note, since stable Rust cannot point into a literal.
///
/// Rust reads the text before this macro does: strings are written with Rust's escapes, so that `\/`, `\b`, `\f` and
/// `\u0041` of JSON become `/`, `\x08`, `\x0c` and `\u{41}`.
#[proc_macro]
pub fn asl(input: TokenStream) -> TokenStream {
    inline::expand(input.into()).into()
}

/// Gives the values of an error type names that Retriers and Catchers match: implements `asl_runtime::ErrorName`, by
/// which the type converts into a `TaskError`.
///
/// The name is that of the variant, or of the struct, unless the attribute gives another. With `transparent` the one
/// field of the variant, which has an `ErrorName` itself, gives both name and cause. Otherwise the cause is the
/// `Display` text.
///
/// ```
/// use asl_runtime::{ErrorName, TaskError};
/// use std::fmt;
///
/// #[derive(ErrorName)]
/// enum ChargeError {
///     #[error_name("Card.Declined")]
///     Declined { reason: String },
///     Unreachable,
///     #[error_name(transparent)]
///     Ledger(LedgerError),
/// }
///
/// #[derive(ErrorName)]
/// struct LedgerError;
///
/// impl fmt::Display for ChargeError {
///     // ..
/// #   fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
/// #       match self {
/// #           ChargeError::Declined { reason } => write!(f, "declined: {reason}"),
/// #           _ => f.write_str("failed"),
/// #       }
/// #   }
/// }
/// # impl fmt::Display for LedgerError {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("the ledger is closed") }
/// # }
///
/// let declined = ChargeError::Declined { reason: "no funds".into() };
/// assert_eq!(TaskError::from(declined), TaskError::new("Card.Declined", "declined: no funds"));
/// assert_eq!(TaskError::from(ChargeError::Unreachable).name.as_deref(), Some("Unreachable"));
/// assert_eq!(TaskError::from(ChargeError::Ledger(LedgerError)), TaskError::new("LedgerError", "the ledger is closed"));
/// ```
///
/// Names that begin with `States.` belong to the language and are refused.
#[proc_macro_derive(ErrorName, attributes(error_name))]
pub fn error_name(input: TokenStream) -> TokenStream {
    error_name::expand(input.into())
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}
