//! What stands in for the interpreter where the feature `jsonata-core` is off: code that needs it does not compile, and says
//! so.

use super::{Error, Query, Result, Val};

/// Nothing is: rustc tells why where something ought to be.
#[diagnostic::on_unimplemented(
    message = "this JSONata expression has no form in Rust, and the feature `jsonata-core` of `asl-runtime` is off",
    label = "needs the interpreter that the feature brings",
    note = "switch the feature on, or write the expression in a way that has a form in Rust"
)]
pub trait Interpreted {}

/// An expression that has no form in Rust.
///
/// ```compile_fail,E0277
/// use asl_runtime::codegen::jsonata::{Query, Val, fallback};
///
/// _ = Query::alone(|query| fallback::evaluate(query, "a.%", &Val::Undefined, &[]).is_ok());
/// ```
///
/// # Errors
/// Always, if it could be called.
pub fn evaluate<'a>(_: &'a Query<'a>, _: impl Interpreted, _: &Val<'a>, _: &[(&str, Val<'a>)]) -> Result<Val<'a>> {
    Err(Error::internal("there is no interpreter"))
}
