//! Jobs that `.sync` tasks submit: what is known of them outlives the handler that waits for them.

use crate::{BoxFuture, TaskContext};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes note of the job of an attempt.
type Report = dyn Fn(Value) -> BoxFuture<'static, ()> + Send + Sync;

/// The job of an attempt of a `.sync` task.
pub(crate) struct Job {
    /// What an earlier call of the handler has submitted.
    submission: Option<Value>,
    is_submitted: AtomicBool,
    report: Box<Report>,
}

impl TaskContext<'_> {
    /// Reports that the job of a `.sync` task was submitted, and with what answer, for example `{"JobId": "7"}`: the history
    /// tells it as the output of `TaskSubmitted` (EV-17). The first report of an attempt counts.
    ///
    /// On an engine that outlives the process this ends when it is written. Where the process dies after that, the handler
    /// is called again in the same attempt, and [`submission`](TaskContext::submission) tells it which job to wait for:
    ///
    /// ```
    /// use asl_runtime::{TaskContext, TaskError, Value, json};
    ///
    /// # struct Jobs;
    /// # impl Jobs {
    /// #     async fn submit(&self, input: Value, key: String) -> Value { json!({ "JobId": "7" }) }
    /// #     async fn done(&self, job: &Value) -> Value { json!("done") }
    /// # }
    /// async fn run_job(jobs: &Jobs, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
    ///     let job = match cx.submission() {
    ///         Some(job) => job.clone(),
    ///         None => {
    ///             let job = jobs.submit(input, cx.idempotency_key()).await;
    ///             cx.submitted(job.clone()).await;
    ///             job
    ///         }
    ///     };
    ///     Ok(jobs.done(&job).await)
    /// }
    /// ```
    ///
    /// It does nothing in a task that is no `.sync` task, and in one that runs in memory without a history.
    pub async fn submitted(&self, submission: Value) {
        if let Some(job) = &self.job
            && !job.is_submitted.swap(true, Ordering::Relaxed)
        {
            (job.report)(submission).await;
        }
    }

    /// What this attempt of a `.sync` task [has submitted](TaskContext::submitted) before its process died: the job runs, or
    /// has ended, and no second one is to be started.
    pub fn submission(&self) -> Option<&Value> {
        self.job.as_ref()?.submission.as_ref()
    }

    /// The same task, whose job is known to be this one, or else will be known by `report`. For engines.
    pub fn with_job(
        mut self,
        submission: Option<Value>,
        report: impl Fn(Value) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        self.job = Some(Arc::new(Job {
            is_submitted: AtomicBool::new(submission.is_some()),
            submission,
            report: Box::new(report),
        }));
        self
    }
}
