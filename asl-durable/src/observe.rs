//! What can be seen of a host at work: spans and events of `tracing`, figures of `metrics`. Without those features this is
//! nothing.

#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(unused_variables, reason = "there is nobody to tell")
)]

use crate::store::{ExecutionStatus, Record};
use asl_runtime::TaskContext;
use std::time::Duration;

/// The span that some work is done in.
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Span {
    /// That of an execution: `execution`, with `arn` and `machine`.
    pub(crate) fn of_execution(record: &Record) -> Span {
        Span {
            #[cfg(feature = "tracing")]
            span: tracing::info_span!("execution", arn = record.arn, machine = record.machine),
        }
    }

    /// That of an attempt of a task: `attempt`, with `state`, `position`, `attempt` and `resource`.
    pub(crate) fn of_attempt(task: &TaskContext<'_>) -> Span {
        Span {
            #[cfg(feature = "tracing")]
            span: tracing::info_span!(
                "attempt",
                state = task.state(),
                position = task.position(),
                attempt = task.attempt(),
                resource = task.resource().arn
            ),
        }
    }

    /// Does work in it.
    pub(crate) fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        #[cfg(feature = "tracing")]
        let work = tracing::Instrument::instrument(work, self.span);
        work
    }
}

/// An execution enters a state.
pub(crate) fn entered(machine: &'static str, state: &str, position: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(state, position, "state entered");
    #[cfg(feature = "metrics")]
    metrics::counter!("asl_transitions_total", "machine" => machine).increment(1);
}

/// An execution has started.
pub(crate) fn started(record: &Record) {
    #[cfg(feature = "tracing")]
    tracing::info!(arn = record.arn, "execution started");
    #[cfg(feature = "metrics")]
    metrics::counter!("asl_executions_started_total", "machine" => record.machine.clone()).increment(1);
}

/// An execution has ended.
pub(crate) fn ended(record: &Record, status: ExecutionStatus, error: Option<&str>) {
    #[cfg(feature = "tracing")]
    tracing::info!(status = status.as_str(), error, "execution ended");
    #[cfg(feature = "metrics")]
    metrics::counter!(
        "asl_executions_ended_total",
        "machine" => record.machine.clone(),
        "status" => status.as_str()
    )
    .increment(1);
}

/// An execution waits outside memory.
pub(crate) fn rested(record: &Record) {
    #[cfg(feature = "tracing")]
    tracing::debug!("execution waits");
    #[cfg(feature = "metrics")]
    metrics::counter!("asl_executions_rested_total", "machine" => record.machine.clone()).increment(1);
}

/// An execution cannot go on.
pub(crate) fn halted(machine: &str, problem: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(problem, "execution halted");
    #[cfg(feature = "metrics")]
    metrics::counter!("asl_executions_halted_total", "machine" => machine.to_owned()).increment(1);
}

/// So many executions are in memory.
pub(crate) fn in_memory(count: usize) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("asl_executions_in_memory").set(count as f64);
}

/// So many writes were committed in this time.
pub(crate) fn committed(writes: usize, time: Duration) {
    #[cfg(feature = "metrics")]
    {
        metrics::histogram!("asl_commit_seconds").record(time.as_secs_f64());
        metrics::histogram!("asl_commit_writes").record(writes as f64);
    }
}

/// The store has failed.
pub(crate) fn store_failed(error: &impl std::fmt::Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(%error, "the store has failed: the host does nothing more");
}
