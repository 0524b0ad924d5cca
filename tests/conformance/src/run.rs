//! The run of a case, under virtual time.

use crate::case::Case;
use crate::compare::{Comparison, Difference, Wild};
use crate::events::{self, Fidelity};
use crate::handler::{Recorded, Tokens};
use crate::machines::{Hosted, Run};
use asl_durable::{Activity, ExecutionStatus, Host, HostError, MemoryStore};
use asl_runtime::{Execution, History, Status, Untyped, Value, WorkflowType};
use chrono::{DateTime, Utc};
use serde_json::{Map, json};
use std::error::Error;
use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;
use std::{io, mem};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Longer than any execution waits.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// What executions on a host are called, which takes no name with angle brackets.
const NAME: &str = "ExecArnPart_0idx";

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

impl Outcome {
    /// How the outcome differs from this one, which was recorded of the case.
    pub fn differences(&self, case: &Case, expect: &Value) -> Vec<Difference> {
        let mut comparison = Comparison::new(Wild::At(&case.placeholder_paths));
        comparison.outcome(expect, &self.outcome);
        comparison.differences()
    }

    /// How the history compares with these events, which were recorded of the case; nothing where there are none.
    pub fn fidelity(&self, case: &Case, events: &[Value]) -> Option<Fidelity> {
        let is_comparable = case.recording == "history" && !events.is_empty();
        is_comparable.then(|| events::compare(events, &self.events, &case.words()))
    }
}

/// Runs a case, as if it were this time.
///
/// # Errors
/// Where no runtime can be made.
pub fn run(case: &Case, machine: Run, start: DateTime<Utc>) -> io::Result<Outcome> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(run_to_its_end(case, machine, start)))
}

async fn run_to_its_end(case: &Case, machine: Run, start: DateTime<Utc>) -> Outcome {
    // Named as the recordings call them, so that their placeholders are also equal as text.
    let execution = Execution::new()
        .name("<ExecArnPart_0idx>")
        .state_machine_name("<ArnPart_0idx>")
        .account("111111111111")
        .role_arn(case.role())
        .start_time(start);
    let execution = match case.worker_name() {
        Some(name) => execution.worker_name(name),
        None => execution,
    };
    let history = History::new(execution);
    let handler = Recorded::new(case.clone(), Tokens::Memory(history.handle()));
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
        // DescribeExecution shows no error of an execution that ran out of time, its history does (EV-112).
        Ok(Err(error)) if error.status() == Status::TimedOut && case.expect.get("error").is_none() => {
            ended(error.status(), None, None)
        }
        Ok(Err(error)) => ended(error.status(), error.name(), error.cause()),
    };
    Outcome {
        outcome,
        events: history.events().iter().map(|event| event.to_json()).collect(),
        complaints: handler.complaints(),
    }
}

fn ended(status: impl Display, error: Option<&str>, cause: Option<&str>) -> Value {
    let mut members = Map::new();
    members.insert("status".into(), status.to_string().into());
    members.extend(error.map(|error| ("error".to_owned(), error.into())));
    members.extend(cause.map(|cause| ("cause".to_owned(), cause.into())));
    members.into()
}

/// The Task states of activities, and what they name.
fn activities(definition: &Value) -> Vec<(&str, &str)> {
    match definition {
        Value::Object(members) => {
            let is_activity = |state: &&Value| state["Resource"].as_str().is_some_and(|arn| arn.contains(":activity:"));
            let here = members.iter().filter(|(_, state)| is_activity(state));
            let here = here.filter_map(|(name, state)| Some((name.as_str(), state["Resource"].as_str()?)));
            here.chain(members.values().flat_map(activities)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(activities).collect(),
        _ => Vec::new(),
    }
}

/// Takes the tasks of an activity, as long as there is a host.
async fn work(host: Host, handler: Arc<Untyped<Recorded>>, state: String, arn: String) {
    while let Ok(task) = host.get_activity_task(&arn, handler.0.worker_name()).await {
        if let Some(task) = task {
            handler.0.work(&state, &task.token, &task.input);
        }
    }
}

/// Runs a case on a host, as if it were this time. What it says of Express executions is nothing: `None`.
///
/// # Errors
/// Where no runtime can be made, and with what the host reports.
pub fn run_on_host(case: &Case, machine: Hosted, start: DateTime<Utc>) -> Result<Option<Outcome>, Box<dyn Error>> {
    if machine.definition.workflow_type == WorkflowType::Express {
        return Ok(None);
    }
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(Some(runtime.block_on(run_hosted(case, machine, start))?))
}

async fn run_hosted(case: &Case, machine: Hosted, start: DateTime<Utc>) -> Result<Outcome, HostError> {
    let tokens = Arc::<OnceLock<Host>>::default();
    let handler = Arc::new(Untyped(Recorded::new(case.clone(), Tokens::Host(tokens.clone()))));
    let builder = Host::builder()
        .account("111111111111")
        .role_arn(case.role())
        .start_time(start);
    let host = (machine.give)(builder, handler.clone())
        .open(MemoryStore::new())
        .await?;
    let _ = tokens.set(host.clone());
    let mut workers = JoinSet::new();
    for (state, resource) in activities(&case.definition) {
        let Activity { arn, .. } = host
            .create_activity(resource.rsplit(':').next().unwrap_or(resource))
            .await?;
        match case.refusal(state) {
            // It was deleted before.
            Some(_) => host.delete_activity(&arn).await?,
            None => _ = workers.spawn(work(host.clone(), handler.clone(), state.to_owned(), arn)),
        }
    }
    let arn = (machine.start)(&host, NAME, case.input()).await?.arn;
    if let Some(stop) = &case.stopped {
        // It stands still: now is the time to stop it.
        while host.history(&arn).await?.len() < case.events_before_stop() {
            sleep(Duration::from_millis(1)).await;
        }
        let text = |name| stop.get(name).and_then(Value::as_str).map(str::to_owned);
        host.stop(&arn, text("error"), text("cause")).await?;
    }
    let described = match timeout(FOREVER, host.wait(&arn)).await {
        Ok(described) => described?,
        Err(_) => host.describe(&arn).await?,
    };
    let history = host.history(&arn).await?;
    let outcome = match described.status {
        ExecutionStatus::Succeeded => json!({ "status": "SUCCEEDED", "output": described.output }),
        ExecutionStatus::TimedOut if case.expect.get("error").is_some() => {
            ended(described.status, Some("States.Timeout"), None)
        }
        status => ended(status, described.error.as_deref(), described.cause.as_deref()),
    };
    host.shut_down().await;
    // Named as the recordings call them, so that their placeholders are also equal as text.
    let named = |value: Value| {
        let text = value.to_string();
        let text = text.replace(NAME, "<ExecArnPart_0idx>");
        serde_json::from_str(&text.replace(machine.definition.name, "<ArnPart_0idx>")).unwrap_or(value)
    };
    Ok(Outcome {
        outcome: named(outcome),
        events: history.iter().map(|event| named(event.to_json())).collect(),
        complaints: handler.0.complaints(),
    })
}
