//! What the examples share: lines that show what a workflow is doing.

/// The examples of docs/types.md.
#[cfg(doctest)]
#[doc = include_str!("../../docs/types.md")]
struct Types;

use asl_runtime::{TaskContext, TaskError};
use tokio::time::Instant;

/// Does the work of one attempt of a task, and prints how it went: the state, the attempt, and how long it took.
///
/// # Errors
/// With the error of the work.
pub async fn attempt<T, E>(cx: &TaskContext<'_>, work: impl Future<Output = Result<T, E>>) -> Result<T, E>
where
    E: Clone + Into<TaskError>,
{
    let start = Instant::now();
    let result = work.await;
    let outcome = match &result {
        Ok(_) => "done".to_owned(),
        Err(error) => error.clone().into().name.unwrap_or_else(|| "failed".to_owned()),
    };
    let milliseconds = start.elapsed().as_millis();
    println!(
        "{:<18}attempt {} {milliseconds:>7} ms  {outcome}",
        cx.state(),
        cx.attempt() + 1
    );
    result
}
