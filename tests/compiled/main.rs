//! The golden files as a program has them: private, and of each machine nothing is used but `run`.
#![deny(warnings)]

use asl_runtime::{BoxFuture, Handler, TaskContext, TaskError, Untyped, Value};

mod golden {
    include!(concat!(env!("OUT_DIR"), "/modules.rs"));
}

/// A handler without work.
struct Nothing;

impl Handler for Nothing {
    fn call<'a>(&'a self, _: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        Box::pin(async { Ok(input) })
    }
}

/// The input of a machine, of whatever type it is.
fn input<T>() -> Option<T> {
    None
}

/// Names the futures of machines, and runs none.
fn main() {
    let tasks = Untyped(Nothing);
    for name in std::env::args() {
        let name = name.as_str();
        include!(concat!(env!("OUT_DIR"), "/private.rs"))
    }
}
