//! The compiled definitions, dispatched by a table of functions.

use crate::handler::Recorded;
use asl_durable::{Builder, Host, HostError, Started};
use asl_runtime::{BoxFuture, Definition, Error, History, Machine, Untyped, Value};
use std::sync::Arc;

/// What became of a definition.
#[derive(Debug, Clone, Copy)]
pub enum Compiled {
    /// It runs: in memory, and on a host.
    Machine(Run, Hosted),
    /// It needs what is not compiled yet, as the text says.
    OutOfReach(&'static str),
    /// It was refused though it is valid, as the text says.
    Refused(&'static str),
}

/// Runs a machine over recorded task results.
pub type Run = for<'a> fn(&'a History, &'a Recorded, Value) -> BoxFuture<'a, Result<Value, Error>>;

/// A machine on a host.
#[derive(Debug, Clone, Copy)]
pub struct Hosted {
    /// What it was compiled from.
    pub definition: &'static Definition,
    /// Gives it to a host, over recorded task results.
    pub give: fn(Builder, Arc<Untyped<Recorded>>) -> Builder,
    /// Starts it.
    pub start: for<'a> fn(&'a Host, &'a str, Value) -> BoxFuture<'a, Result<Started, HostError>>,
}

macro_rules! machine {
    ($module:ident) => {
        Compiled::Machine(
            |history, handler, input| Box::pin(async move { $module::run_on(history, &Untyped(handler), input).await }),
            Hosted {
                definition: $module::Machine::DEFINITION,
                give: |builder, handler| builder.machine::<$module::Machine, _>(handler),
                start: |host, name, input| Box::pin(host.start::<$module::Machine>(name, input)),
            },
        )
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
