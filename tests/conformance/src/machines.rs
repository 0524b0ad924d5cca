//! The compiled definitions, dispatched by a table of functions.

use crate::handler::Recorded;
use asl_runtime::{BoxFuture, Error, History, Untyped, Value};

/// What became of a definition.
#[derive(Debug, Clone, Copy)]
pub enum Compiled {
    /// It runs.
    Machine(Run),
    /// It needs what is not compiled yet, as the text says.
    OutOfReach(&'static str),
    /// It was refused though it is valid, as the text says.
    Refused(&'static str),
}

/// Runs a machine over recorded task results.
pub type Run = for<'a> fn(&'a History, &'a Recorded, Value) -> BoxFuture<'a, Result<Value, Error>>;

macro_rules! machine {
    ($module:ident) => {
        Compiled::Machine(|history, handler, input| {
            Box::pin(async move { $module::run_on(history, &Untyped(handler), input).await })
        })
    };
}

/// What became of the definition with this key.
pub fn find(key: &str) -> Compiled {
    match MACHINES.binary_search_by_key(&key, |(key, _)| key) {
        Ok(at) => MACHINES[at].1,
        Err(_) => Compiled::Refused("the definition was not there when the cases were compiled"),
    }
}

include!(concat!(env!("OUT_DIR"), "/machines.rs"));
