//! The golden files as a library has them: public, with every warning denied.
#![deny(warnings, missing_docs)]

use asl_runtime::{BoxFuture, Error, Handler, Memory, Run, Untyped, Value};

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// Runs the machine of this name; none if there is no such golden file.
pub fn run<'a, H: Handler>(
    name: &str,
    engine: &'a Memory,
    tasks: &'a Untyped<H>,
    input: Value,
) -> Option<BoxFuture<'a, Result<Value, Error>>> {
    include!(concat!(env!("OUT_DIR"), "/public.rs"))
}
