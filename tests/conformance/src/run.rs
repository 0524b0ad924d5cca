//! The run of a case, under virtual time.

use crate::case::Case;
use crate::handler::Recorded;
use crate::machines::Run;
use asl_runtime::{Execution, History, Status, Value};
use serde_json::{Map, json};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use std::{io, mem};
use tokio::runtime::Builder;
use tokio::time::timeout;

/// Longer than any execution waits.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// What came of a case.
#[derive(Debug)]
pub struct Outcome {
    /// `status`, and `output` or `error` and `cause`, as DescribeExecution tells them.
    pub outcome: Value,
    /// The history.
    pub events: Vec<Value>,
    /// What was asked of the tasks that the recording does not have.
    pub complaints: Vec<String>,
}

/// Runs a case.
///
/// # Errors
/// Where no runtime can be made.
pub fn run(case: &Case, machine: Run) -> io::Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(run_to_its_end(case, machine)))
}

async fn run_to_its_end(case: &Case, machine: Run) -> Outcome {
    // Named as the recordings call them, so that their placeholders are also equal as text.
    let execution = Execution::new()
        .name("<ExecArnPart_0idx>")
        .state_machine_name("<ArnPart_0idx>")
        .account("111111111111")
        .role_arn(case.role())
        .start_time(case.start());
    let history = History::new(execution);
    let handler = Recorded::new(case.clone(), history.handle());
    let mut running = pin!(machine(&history, &handler, case.input()));
    let stop_after = case.events_before_stop();
    let mut stop = case.stopped.as_ref();
    let run = poll_fn(|cx| {
        let polled = running.as_mut().poll(cx);
        // It stands still: now is the time to stop it.
        if polled.is_pending()
            && history.events().len() >= stop_after
            && let Some(stop) = mem::take(&mut stop)
        {
            let text = |name| stop.get(name).and_then(Value::as_str).map(str::to_owned);
            history.handle().stop(text("error"), text("cause"));
            cx.waker().wake_by_ref();
        }
        match polled {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => Poll::Pending,
        }
    });
    let outcome = match timeout(FOREVER, run).await {
        Err(_) => json!({ "status": "RUNNING" }),
        Ok(Ok(output)) => json!({ "status": "SUCCEEDED", "output": output }),
        Ok(Err(error)) => {
            let mut members = Map::new();
            members.insert("status".into(), error.status().to_string().into());
            // DescribeExecution shows no error of an execution that ran out of time, its history does (EV-112).
            if error.status() != Status::TimedOut || case.expect.get("error").is_some() {
                members.extend(error.name().map(|name| ("error".to_owned(), name.into())));
                members.extend(error.cause().map(|cause| ("cause".to_owned(), cause.into())));
            }
            members.into()
        }
    };
    Outcome {
        outcome,
        events: history.events().iter().map(|event| event.to_json()).collect(),
        complaints: handler.complaints(),
    }
}
