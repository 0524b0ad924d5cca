//! What can be seen of a host at work: spans and events of `tracing`, figures of `metrics`. Without those features this is
//! nothing.

#![cfg_attr(
    not(all(feature = "tracing", feature = "metrics")),
    allow(unused_variables, reason = "there is nobody to tell")
)]

#[cfg(feature = "tracing")]
mod spans;

use crate::store::{ExecutionStatus, Record};
use asl_runtime::{EventLog, TaskContext};
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

    /// Does work in it.
    pub(crate) fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        #[cfg(feature = "tracing")]
        let work = tracing::Instrument::instrument(work, self.span);
        work
    }
}

/// The states that an execution is in.
#[derive(Default)]
pub(crate) struct States {
    #[cfg(feature = "tracing")]
    spans: spans::Spans,
}

impl States {
    /// The execution enters a state; one of an earlier life comes to it again.
    pub(crate) fn entered(&self, machine: &'static str, state: &'static str, position: &str, is_new: bool) {
        #[cfg(feature = "tracing")]
        self.spans.entered(state, position, is_new);
        #[cfg(feature = "metrics")]
        if is_new {
            metrics::counter!("asl_transitions_total", "machine" => machine).increment(1);
        }
    }

    /// It leaves a state.
    pub(crate) fn exited(&self, position: &str) {
        #[cfg(feature = "tracing")]
        self.spans.exited(position);
    }

    /// The span of an attempt of a task: `attempt`, with `attempt` and `resource`, in that of its state.
    pub(crate) fn attempt(&self, task: &TaskContext<'_>) -> Span {
        Span {
            #[cfg(feature = "tracing")]
            span: self.spans.attempt(task),
        }
    }
}

/// What becomes of the events of an Express execution: an event of `tracing` for each, at level INFO, with the target
/// `asl_durable::history`. Its message is the event as CloudWatch Logs has it, a line of JSON.
pub(crate) fn events_of(record: &Record) -> EventLog {
    #[cfg(feature = "tracing")]
    if tracing::enabled!(target: "asl_durable::history", tracing::Level::INFO) {
        let arn = record.arn.clone();
        return EventLog::telling(move |event| {
            let line = log_line(&event, &arn);
            tracing::info!(target: "asl_durable::history", "{line}");
        });
    }
    EventLog::counting()
}

#[cfg(feature = "tracing")]
fn log_line(event: &asl_runtime::HistoryEvent, arn: &str) -> asl_runtime::Value {
    let details = event.details.as_ref().map(|details| &details.members);
    asl_runtime::json!({
        "id": event.id.to_string(),
        "type": event.event_type,
        "details": details.unwrap_or(&Default::default()),
        "previous_event_id": event.previous_id.to_string(),
        "event_timestamp": event.timestamp.timestamp_millis().to_string(),
        "execution_arn": arn,
        "redrive_count": "0",
    })
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
