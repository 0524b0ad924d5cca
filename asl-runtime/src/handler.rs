//! One handler for the tasks of any machine.

use crate::{BoxFuture, TaskContext, TaskError};
use serde_json::Value;
use std::sync::Arc;

/// Does any work: the context says which state asks, and for which resource.
///
/// It may be used behind `dyn`, and [`handler_fn`] makes one of a closure.
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

/// A closure as a [`Handler`].
///
/// ```
/// use asl_runtime::{Untyped, asl, handler_fn, json};
///
/// asl!(pub mod add = {
///     "StartAt": "Add",
///     "States": {
///         "Add": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:add", "End": true }
///     }
/// });
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let tasks = Untyped(handler_fn(|cx, input| {
///     Box::pin(async move { Ok(json!({ "asked by": cx.state(), "got": input })) })
/// }));
/// assert_eq!(add::run(&tasks, json!(1)).await?, json!({ "asked by": "Add", "got": 1 }));
/// # Ok(())
/// # }
/// ```
pub fn handler_fn<F>(work: F) -> HandlerFn<F>
where
    F: for<'a> Fn(&'a TaskContext<'_>, Value) -> BoxFuture<'a, Result<Value, TaskError>> + Send + Sync,
{
    HandlerFn(work)
}

/// A closure as a [`Handler`]: what [`handler_fn`] makes.
#[derive(Debug, Clone, Copy)]
pub struct HandlerFn<F>(F);

impl<F> Handler for HandlerFn<F>
where
    F: for<'a> Fn(&'a TaskContext<'_>, Value) -> BoxFuture<'a, Result<Value, TaskError>> + Send + Sync,
{
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        (self.0)(cx, input)
    }
}
