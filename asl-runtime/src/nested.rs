//! Executions that a task starts: `states:startExecution` answered by another compiled machine (spec X-91 to X-96).

use crate::{BoxFuture, Error, Execution, Memory, Pattern, Run, Status, TaskContext, TaskError};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Runs a compiled machine for a `states:startExecution.sync` or `.sync:2` task, and answers with its description.
///
/// `input` is the task's: `StateMachineArn`, `Name` and `Input` as the definition gives them. `.sync` gets `Input` and
/// `Output` as JSON text, `.sync:2` as JSON values. The child runs in memory, as a part of this attempt of the task: it ends
/// with it, and an engine that stores results stores that of the whole child. It keeps to the [quotas](crate::Quotas) of the
/// execution that starts it, and lies in its Region and account where no `StateMachineArn` says otherwise.
///
/// ```
/// use asl_runtime::{TaskContext, TaskError, Value, asl, json, start_execution};
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
///         start_execution::<child::Machine, _>(cx, self, input).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let output = parent::run(&Work, json!({ "question": "the last one" })).await?;
/// assert_eq!(output, json!({ "question": "the last one", "answer": 42 }));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With `States.TaskFailed` when the child does not succeed; its description is the cause, as JSON text. With
/// `States.Runtime`, which nothing catches, when the state does not wait for the child: that is
/// [`spawn_execution`]'s.
pub async fn start_execution<M, T>(cx: &TaskContext<'_>, tasks: &T, input: Value) -> Result<Value, TaskError>
where
    M: Run<T>,
    T: ?Sized,
{
    let pattern = cx.resource().pattern;
    if !matches!(pattern, Pattern::Sync | Pattern::Sync2) {
        return Err(misused(
            cx,
            "does not wait for the execution that it starts: use `spawn_execution`",
        ));
    }
    let child = NewExecution::new::<M, T>(cx.frame.execution, input)?;
    cx.submitted(child.answer()).await;
    let result = M::run_on(&child.engine, tasks, child.input.clone()).await;
    child.description(result).into_result(pattern)
}

/// Starts a compiled machine for a `states:startExecution` or `.waitForTaskToken` task, and answers without waiting for it.
///
/// `spawn` is handed the execution, to run it beside this one: with tokio,
/// `|child| drop(tokio::spawn(child))`. It ends with the child's own result, which nobody here waits for.
/// The child's quotas, Region and account are as with [`start_execution`].
///
/// ```
/// use asl_runtime::{TaskContext, TaskError, Value, asl, json, spawn_execution};
/// use std::sync::Arc;
///
/// asl!(pub mod child = { "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } });
/// asl!(pub mod parent = {
///     "StartAt": "Start",
///     "States": {
///         "Start": {
///             "Type": "Task",
///             "Resource": "arn:aws:states:::states:startExecution",
///             "Parameters": {
///                 "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
///                 "Name": "first"
///             },
///             "OutputPath": "$.ExecutionArn",
///             "End": true
///         }
///     }
/// });
///
/// struct Work(Arc<Child>);
/// struct Child;
/// impl child::Tasks for Child {}
/// impl parent::Tasks for Work {
///     async fn states_start_execution(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
///         spawn_execution::<child::Machine, _>(cx, self.0.clone(), input, |child| drop(tokio::spawn(child)))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), asl_runtime::Error> {
/// let output = parent::run(&Work(Arc::new(Child)), json!({})).await?;
/// assert_eq!(output, json!("arn:aws:states:us-east-1:123456789012:execution:child:first"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With `States.Runtime`, which nothing catches, when the state waits for the child: that is [`start_execution`]'s.
pub fn spawn_execution<M, T>(
    cx: &TaskContext<'_>,
    tasks: Arc<T>,
    input: Value,
    spawn: impl FnOnce(BoxFuture<'static, Result<Value, Error>>),
) -> Result<Value, TaskError>
where
    M: Run<T>,
    T: Send + Sync + ?Sized + 'static,
{
    if matches!(cx.resource().pattern, Pattern::Sync | Pattern::Sync2) {
        return Err(misused(
            cx,
            "waits for the execution that it starts: use `start_execution`",
        ));
    }
    let child = NewExecution::new::<M, T>(cx.frame.execution, input)?;
    let answer = child.answer();
    spawn(Box::pin(async move {
        let NewExecution { engine, input, .. } = child;
        M::run_on(&engine, &*tasks, input).await
    }));
    Ok(answer)
}

/// The error of a `states:startExecution` task whose `StateMachineArn` names no machine (X-96).
pub fn state_machine_does_not_exist(arn: &str) -> TaskError {
    service_error(
        "StateMachineDoesNotExist",
        &format!("State Machine Does Not Exist: '{arn}'"),
    )
}

/// The error of a `states:startExecution` task that names its execution as another one is named already (X-96).
pub fn execution_already_exists(arn: &str) -> TaskError {
    service_error("ExecutionAlreadyExists", &format!("Execution Already Exists: '{arn}'"))
}

/// An error of Step Functions itself, as a task reports it: `StepFunctions.InvalidNameException` for the code `InvalidName`.
/// For engines.
pub fn service_error(code: &str, text: &str) -> TaskError {
    let request = uuid::Uuid::new_v4();
    TaskError::new(
        format!("StepFunctions.{code}Exception"),
        format!(
            "{text} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; Request ID: {request}; Proxy: null)"
        ),
    )
}

fn misused(cx: &TaskContext<'_>, text: &str) -> TaskError {
    TaskError::new("States.Runtime", format!("The state '{}' {text}", cx.state()))
}

/// An execution that is about to start.
struct NewExecution {
    engine: Memory,
    input: Value,
    arn: String,
    name: String,
    state_machine_arn: String,
}

impl NewExecution {
    fn new<M: Run<T>, T: ?Sized>(parent: &Execution, request: Value) -> Result<NewExecution, TaskError> {
        let StartRequest {
            state_machine_arn,
            name,
            input,
        } = StartRequest::new(request)?;
        let name = name.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let state_machine_arn = state_machine_arn.unwrap_or_else(|| parent.state_machine_arn(M::DEFINITION.name));
        let (place, machine) = match state_machine_arn.split_once(":stateMachine:") {
            Some((place, rest)) => (place, without_version(rest)),
            None => (state_machine_arn.as_str(), M::DEFINITION.name),
        };
        let arn = format!("{place}:execution:{machine}:{name}");
        let execution = parent
            .nested()
            .name(&name)
            .id(&arn)
            .state_machine_id(&state_machine_arn)
            .state_machine_name(machine);
        Ok(NewExecution {
            engine: Memory::new(execution),
            input,
            arn,
            name,
            state_machine_arn,
        })
    }

    /// What StartExecution answers.
    fn answer(&self) -> Value {
        start_answer(&self.arn, self.engine.started())
    }

    /// What DescribeExecution tells of the ended execution.
    fn description(self, result: Result<Value, Error>) -> EndedExecution {
        let (status, output, error) = match result {
            Ok(output) => ("SUCCEEDED".to_owned(), Some(output), None),
            // One that was timed out tells neither (X-7).
            Err(error) => (
                error.status().to_string(),
                None,
                Some(error).filter(|error| error.status() != Status::TimedOut),
            ),
        };
        EndedExecution {
            start_date: self.engine.started(),
            stop_date: self.engine.clock(),
            arn: self.arn,
            name: self.name,
            state_machine_arn: self.state_machine_arn,
            input: self.input,
            status,
            output,
            error: error.as_ref().and_then(|error| error.name()).map(str::to_owned),
            cause: error.as_ref().and_then(|error| error.cause()).map(str::to_owned),
        }
    }
}

/// What the arguments of a `states:startExecution` task ask for (X-91). For engines.
#[derive(Debug, Clone, PartialEq)]
pub struct StartRequest {
    /// `StateMachineArn`
    pub state_machine_arn: Option<String>,
    /// `Name`
    pub name: Option<String>,
    /// `Input`, which may be given as JSON text; an empty object where it is not given.
    pub input: Value,
}

impl StartRequest {
    /// Reads the arguments.
    ///
    /// # Errors
    /// When `Input` is text and not JSON.
    pub fn new(mut request: Value) -> Result<StartRequest, TaskError> {
        let input = match request.get_mut("Input").map(Value::take) {
            None | Some(Value::Null) => json!({}),
            Some(Value::String(text)) => serde_json::from_str(&text).map_err(|error| {
                service_error(
                    "InvalidExecutionInput",
                    &format!("Invalid State Machine Execution Input: '{error}'"),
                )
            })?,
            Some(value) => value,
        };
        let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(StartRequest {
            state_machine_arn: text("StateMachineArn"),
            name: text("Name"),
            input,
        })
    }

    /// The name of the machine, without its version or alias (X-33).
    pub fn machine(&self) -> Option<&str> {
        let (_, rest) = self.state_machine_arn.as_deref()?.split_once(":stateMachine:")?;
        Some(without_version(rest))
    }
}

fn without_version(machine: &str) -> &str {
    machine.split(':').next().unwrap_or(machine)
}

/// What StartExecution answers (X-91). For engines.
pub fn start_answer(arn: &str, start_date: DateTime<Utc>) -> Value {
    json!({ "ExecutionArn": arn, "StartDate": start_date.timestamp_millis() })
}

/// What is known of an execution that a `.sync` task has waited for. For engines.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are the service's words")]
pub struct EndedExecution {
    pub arn: String,
    pub name: String,
    pub state_machine_arn: String,
    pub input: Value,
    pub start_date: DateTime<Utc>,
    pub stop_date: DateTime<Utc>,
    pub status: String,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<String>,
}

impl EndedExecution {
    /// What the task comes to: the description of the execution, as the pattern wants it (X-92, X-93).
    ///
    /// # Errors
    /// When it has no output: `States.TaskFailed`, with the description as JSON text (X-94).
    pub fn into_result(self, pattern: Pattern) -> Result<Value, TaskError> {
        let data = |value: Value| match pattern {
            Pattern::Sync2 => value,
            _ => value.to_string().into(),
        };
        let included = || json!({ "Included": true });
        let is_success = self.output.is_some();
        let mut members = Map::new();
        let mut member = |name: &str, value: Value| members.insert(name.to_owned(), value);
        self.cause.map(|cause| member("Cause", cause.into()));
        self.error.map(|error| member("Error", error.into()));
        member("ExecutionArn", self.arn.into());
        member("Input", data(self.input));
        member("InputDetails", included());
        member("Name", self.name.into());
        if let Some(output) = self.output {
            member("Output", data(output));
            member("OutputDetails", included());
        }
        member("StartDate", self.start_date.timestamp_millis().into());
        member("StateMachineArn", self.state_machine_arn.into());
        member("Status", self.status.into());
        member("StopDate", self.stop_date.timestamp_millis().into());
        let description = Value::Object(members);
        match is_success {
            true => Ok(description),
            false => Err(TaskError::new("States.TaskFailed", description.to_string())),
        }
    }
}
