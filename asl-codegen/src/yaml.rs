//! Definitions that are written in YAML: text to the tree that JSON gives, with a place in the YAML for every part.
//!
//! What stands for what is the core schema of YAML 1.2, of which JSON is a part:
//!
//! - Plain words are null (`null`, `~`, nothing), booleans (`true`, `False`), numbers, or else text: `yes` and `on`
//!   are text. Numbers keep their digits; `0x1F`, `0o17`, `.5` and `+1` become the numbers of JSON that they are. A number
//!   with a leading zero, such as the id of an account, is refused, since readers of YAML disagree about it.
//! - Anchors and aliases are followed, and `<<` puts the members of other mappings into one, whose own win. Together they
//!   may not make more than eight MiB.
//! - Keys are text. A key that is written twice is found by the lint that finds it in JSON.
//! - Of tags those of the core schema are known, `!!str`, and those of CloudFormation: `!Ref Name` and `!GetAtt Name.Arn`
//!   become the substitutions `${Name}` and `${Name.Arn}`, `!Sub` and `!Join` become their text. What the others give is known
//!   to CloudFormation alone, and they are refused where they stand in a definition.
//! - There is one document in a file.
//!
//! The path of a [`Source`](crate::source::Source) says that it is YAML, or the caller does:
//!
#![cfg_attr(feature = "yaml", doc = "```")]
#![cfg_attr(not(feature = "yaml"), doc = "```ignore")]
//! use asl_codegen::source::{Format, Source};
//! use asl_codegen::{Options, compile};
//!
//! let text = "StartAt: Hello\nStates:\n  Hello: { Type: Succeed }\n";
//! compile(&Source::new("standard input", text).with_format(Format::Yaml), &Options::default())?;
//! # Ok::<(), asl_codegen::diagnostic::CompileError>(())
//! ```
//!
//! A place inside text is exact, behind escapes and folded lines too; where it cannot be, it is the whole text.

#[cfg(feature = "yaml")]
mod places;
#[cfg(feature = "yaml")]
mod read;
#[cfg(feature = "yaml")]
mod schema;
#[cfg(feature = "yaml")]
mod tag;
#[cfg(all(test, feature = "yaml"))]
mod tests;

#[cfg(feature = "yaml")]
pub use read::parse;

/// Says that this is not possible.
///
/// # Errors
/// Always: the feature `yaml` is switched off.
#[cfg(not(feature = "yaml"))]
pub fn parse(
    _: &crate::source::Source,
    _: &crate::json::Substitutions,
) -> Result<crate::json::Json, crate::diagnostic::Diagnostics> {
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::Span;
    let missing = Diagnostic::error(
        Code::Unsupported,
        Span::default(),
        "YAML is not read without the feature `yaml`",
    )
    .help("switch on the feature `yaml` of asl-runtime, or of asl-codegen in a build script");
    Err(missing.into())
}
