//! Executions that a task starts: `states:startExecution` answered by another compiled machine (spec X-91 to X-96).

use crate::{BoxFuture, Error, Execution, Memory, Pattern, Run, Status, TaskContext, TaskError};
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
    child.description(result, pattern)
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

fn service_error(code: &str, text: &str) -> TaskError {
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
    fn new<M: Run<T>, T: ?Sized>(parent: &Execution, mut request: Value) -> Result<NewExecution, TaskError> {
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
        let name = text("Name").unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let state_machine_arn = text("StateMachineArn").unwrap_or_else(|| parent.state_machine_arn(M::DEFINITION.name));
        // A version or an alias may follow the machine's name (X-33).
        let (place, machine) = match state_machine_arn.split_once(":stateMachine:") {
            Some((place, rest)) => (place, rest.split(':').next().unwrap_or(rest)),
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
        json!({ "ExecutionArn": self.arn, "StartDate": self.engine.started().timestamp_millis() })
    }

    /// What DescribeExecution tells of the ended execution, as the pattern wants it.
    fn description(self, result: Result<Value, Error>, pattern: Pattern) -> Result<Value, TaskError> {
        let data = |value: Value| match pattern {
            Pattern::Sync2 => value,
            _ => value.to_string().into(),
        };
        let included = || json!({ "Included": true });
        let mut members = Map::new();
        let mut member = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let (status, output) = match result {
            Ok(output) => ("SUCCEEDED".to_owned(), Some(output)),
            Err(error) => {
                // One that was timed out tells neither (X-7).
                if error.status() != Status::TimedOut {
                    error.cause().map(|cause| member("Cause", cause.into()));
                    error.name().map(|name| member("Error", name.into()));
                }
                (error.status().to_string(), None)
            }
        };
        let is_success = output.is_some();
        member("ExecutionArn", self.arn.into());
        member("Input", data(self.input));
        member("InputDetails", included());
        member("Name", self.name.into());
        if let Some(output) = output {
            member("Output", data(output));
            member("OutputDetails", included());
        }
        member("StartDate", self.engine.started().timestamp_millis().into());
        member("StateMachineArn", self.state_machine_arn.into());
        member("Status", status.into());
        member("StopDate", self.engine.clock().timestamp_millis().into());
        let description = Value::Object(members);
        match is_success {
            true => Ok(description),
            false => Err(TaskError::new("States.TaskFailed", description.to_string())),
        }
    }
}
