//! Executions that a task starts, as executions of the host (spec X-91 to X-96).

use crate::description::{Description, Started};
use crate::error::HostError;
use crate::executor::Executor;
use crate::life::Life;
use crate::store::ExecutionStatus;
use asl_runtime::nested::{
    EndedExecution, StartRequest, execution_already_exists, service_error, start_answer, state_machine_does_not_exist,
};
use asl_runtime::{TaskContext, TaskError, Value, WorkflowType};
use sha2::{Digest, Sha256};
use std::future::pending;
use std::sync::{Arc, Weak};
use tokio::runtime::Handle;

/// What a task knows of the host that runs it.
pub(crate) struct Within {
    pub(crate) executor: Weak<Executor>,
    pub(crate) life: Arc<Life>,
}

/// Does the work of a `states:startExecution` task on the host that runs it: starts the machine that `StateMachineArn` names, of
/// those that the host has, as an execution of its own.
///
/// Request-response and `.waitForTaskToken` tasks get its ARN; `.sync` and `.sync:2` tasks wait for its end and get its
/// description, `Input` and `Output` as JSON text and as JSON. What the process dies of in between starts no second one. Where
/// a task that waits is given up, because its execution is stopped or it runs out of time, the execution that it started is
/// stopped too.
///
/// Without a `Name` the execution is named by a UUID. Machines are known by the name of their module, or
/// as [`Builder::state_machine_name`](crate::Builder::state_machine_name) says, in whatever Region and account the ARN
/// stands.
///
/// ```
/// use asl_durable::{Host, MemoryStore, start_execution};
/// use asl_runtime::{TaskContext, TaskError, Value, asl, json};
/// use std::sync::Arc;
///
/// asl!(pub mod child = {
///     "StartAt": "Answer",
///     "States": { "Answer": { "Type": "Pass", "Result": 42, "ResultPath": "$.answer", "End": true } }
/// });
/// asl!(pub mod parent = {
///     "StartAt": "Ask",
///     "States": {
///         "Ask": {
///             "Type": "Task",
///             "Resource": "arn:aws:states:::states:startExecution.sync:2",
///             "Parameters": {
///                 "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
///                 "Name": "the-child",
///                 "Input": { "question.$": "$.question" }
///             },
///             "OutputPath": "$.Output",
///             "End": true
///         }
///     }
/// });
///
/// struct Work;
/// impl child::Tasks for Work {}
/// impl parent::Tasks for Work {
///     async fn states_start_execution_sync_2(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
///         start_execution(cx, input).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), asl_durable::HostError> {
/// let work = Arc::new(Work);
/// let host = Host::builder().machine::<child::Machine, _>(work.clone()).machine::<parent::Machine, _>(work);
/// let host = host.open(MemoryStore::new()).await?;
/// let started = host.start::<parent::Machine>("n", json!({ "question": "the last one" })).await?;
/// let ended = host.wait(&started.arn).await?;
/// assert_eq!(ended.output, Some(json!({ "question": "the last one", "answer": 42 })));
/// let child = host.describe("arn:aws:states:us-east-1:000000000000:execution:child:the-child").await?;
/// assert_eq!(child.output, ended.output);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With `States.TaskFailed` when the execution does not succeed that was waited for; its description is the cause, as JSON text.
/// With the errors of the service, such as `StepFunctions.StateMachineDoesNotExistException` and
/// `StepFunctions.ExecutionAlreadyExistsException`. With `States.Runtime`, which nothing catches, when the task does not run
/// on a host, or does not start executions.
pub async fn start_execution(cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
    let Some(within) = cx.host::<Within>() else {
        let cause = format!("The state '{}' starts no execution on a host", cx.state());
        return Err(TaskError::new("States.Runtime", cause));
    };
    let Some(executor) = within.executor.upgrade() else {
        return pending().await;
    };
    let pattern = cx.resource().pattern;
    let request = StartRequest::new(input)?;
    let wanted = request.state_machine_arn.clone().unwrap_or_default();
    let started = match cx.submission().and_then(|job| job["ExecutionArn"].as_str()) {
        // It was started before the process died.
        Some(arn) => arn.to_owned(),
        None => {
            let started = start(&executor, within, cx, request, &wanted).await?;
            let answer = start_answer(&started.arn, started.start_date);
            if !pattern.is_job() {
                return Ok(answer);
            }
            cx.submitted(answer).await;
            started.arn
        }
    };
    let mut child = Waited {
        executor: &executor,
        life: &within.life,
        arn: &started,
        is_over: false,
    };
    // Who waits takes no room: the child may need it.
    let ended = within.life.without_place(&executor, executor.wait(&started)).await;
    child.is_over = true;
    match ended {
        Ok(ended) => describe(ended, wanted).into_result(pattern),
        Err(HostError::Halted { problem, .. }) => {
            within.life.halt(format!("it waits for {started}: {problem}"));
            pending().await
        }
        // The host goes down: the next one waits on.
        Err(_) => pending().await,
    }
}

/// Starts the execution that a task asks for.
async fn start(
    executor: &Arc<Executor>,
    within: &Within,
    cx: &TaskContext<'_>,
    request: StartRequest,
    wanted: &str,
) -> Result<Started, TaskError> {
    let Some(definition) = request.machine().and_then(|machine| executor.machine(machine)) else {
        return Err(state_machine_does_not_exist(wanted));
    };
    // What is random in it follows from who starts it, so that it is known again.
    let seed = within.life.random(&cx.position(), "start", cx.attempt());
    let seed: [u8; 32] = Sha256::digest(seed).into();
    let name = request.name.unwrap_or_else(|| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&seed[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    });
    let text = match executor.accept(definition, &name, &request.input) {
        Ok(text) => text,
        // The host goes down.
        Err(HostError::ShutDown | HostError::Store(_)) => within.life.without_place(executor, pending()).await,
        Err(error) => return Err(refused(&error)),
    };
    if definition.workflow_type == WorkflowType::Express {
        if cx.resource().pattern.is_job() {
            let machine = definition.name.to_owned();
            return Err(refused(&HostError::StateMachineTypeNotSupported { machine }));
        }
        return Ok(executor.start_express(definition, &name, text, request.input));
    }
    let record = executor.record(definition, &name, text, seed);
    match executor.start(record.clone()).await {
        Ok(true) => Ok(Started::from(&record)),
        Ok(false) => match executor.find(&record.arn).await {
            Ok(former) if former.seed == seed => Ok(Started::from(&former)),
            Ok(former) if former.end.is_none() && former.input == record.input => Ok(Started::from(&former)),
            Ok(former) => Err(execution_already_exists(&former.arn)),
            Err(_) => pending().await,
        },
        // The host goes down.
        Err(_) => pending().await,
    }
}

/// The error of the service for this one.
fn refused(error: &HostError) -> TaskError {
    let code = match error {
        HostError::InvalidName { .. } => "InvalidName",
        HostError::InvalidExecutionInput => "InvalidExecutionInput",
        HostError::StateMachineTypeNotSupported { .. } => "StateMachineTypeNotSupported",
        _ => "StateMachineDoesNotExist",
    };
    service_error(code, &error.to_string())
}

fn describe(ended: Description, state_machine_arn: String) -> EndedExecution {
    EndedExecution {
        arn: ended.arn,
        name: ended.name,
        state_machine_arn,
        input: ended.input,
        start_date: ended.start_date,
        stop_date: ended.stop_date.unwrap_or(ended.start_date),
        status: ended.status.to_string(),
        output: ended.output.filter(|_| ended.status == ExecutionStatus::Succeeded),
        error: ended.error,
        cause: ended.cause,
    }
}

/// An execution that a task waits for: it is stopped when the task is given up.
struct Waited<'w> {
    executor: &'w Arc<Executor>,
    life: &'w Life,
    arn: &'w str,
    is_over: bool,
}

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        // A host that goes down drops its tasks too, and so does an execution that halts; the next host goes on with them.
        let goes_on = self.executor.is_up().is_err() || self.life.is_halted() || std::thread::panicking();
        let is_given_up = !self.is_over && !goes_on;
        if let (true, Ok(runtime)) = (is_given_up, Handle::try_current()) {
            let (executor, arn) = (self.executor.clone(), self.arn.to_owned());
            // Best effort, as the service has it: nobody waits for it.
            runtime.spawn(async move { executor.stop(&arn, None, None).await.map(|_| ()) });
        }
    }
}
