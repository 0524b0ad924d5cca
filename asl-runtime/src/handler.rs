//! One handler for the tasks of any machine.

use crate::{BoxFuture, TaskContext, TaskError};
use serde_json::Value;
use std::sync::Arc;

/// Does any work: the context says which state asks, and for which resource.
///
/// It may be used behind `dyn`. A closure that answers a boxed future is one.
pub trait Handler: Send + Sync {
    /// Does the work of a task.
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>>;
}

impl<H: Handler + ?Sized> Handler for &H {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        (**self).call(cx, input)
    }
}

impl<H: Handler + ?Sized> Handler for Box<H> {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        (**self).call(cx, input)
    }
}

impl<H: Handler + ?Sized> Handler for Arc<H> {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        (**self).call(cx, input)
    }
}

/// Makes a [`Handler`] the `Tasks` of any generated machine.
#[derive(Debug, Clone, Copy)]
pub struct Untyped<H>(pub H);
