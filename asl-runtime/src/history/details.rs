//! What each event tells, in the service's words (spec EV-100 to EV-161).

use super::Details;
use crate::{Error, Event, Execution, Family, Limits, Pattern, Place, Resource, StateType};
use serde_json::{Map, Value, json};

/// The type of an event, and its details.
pub(super) type Told = (&'static str, Option<Details>);

/// What an event tells.
pub(super) fn of(execution: &Execution, at: &Place, event: Event<'_>) -> Told {
    use Family::{Activity, LambdaFunction, Task};
    match event {
        Event::ExecutionStarted { input } => {
            let mut members = data("input", input);
            members.insert("roleArn".into(), execution.role().into());
            told("ExecutionStarted", "executionStartedEventDetails", members)
        }
        Event::ExecutionSucceeded { output } => told(
            "ExecutionSucceeded",
            "executionSucceededEventDetails",
            data("output", output),
        ),
        Event::ExecutionFailed { error } => told("ExecutionFailed", "executionFailedEventDetails", failure(error)),
        Event::ExecutionTimedOut => {
            let members = members([("error", "States.Timeout".into())]);
            told("ExecutionTimedOut", "executionTimedOutEventDetails", members)
        }
        Event::ExecutionAborted { error } => told("ExecutionAborted", "executionAbortedEventDetails", failure(error)),
        Event::ExecutionRedriven { count } => told(
            "ExecutionRedriven",
            "executionRedrivenEventDetails",
            members([("redriveCount", count.into())]),
        ),
        Event::StateEntered {
            state_type,
            name,
            input,
        } => told(
            entered(state_type),
            "stateEnteredEventDetails",
            named(name, data("input", input)),
        ),
        Event::StateExited {
            state_type,
            name,
            output,
        } => told(
            exited(state_type),
            "stateExitedEventDetails",
            named(name, data("output", output)),
        ),
        Event::EvaluationFailed { state, error } => {
            let mut members = both(failure(error), members([("state", state.into())]));
            members.extend(error.location().map(|field| ("location".to_owned(), field.into())));
            told("EvaluationFailed", "evaluationFailedEventDetails", members)
        }
        Event::TaskScheduled {
            resource,
            input,
            limits,
            credentials,
        } => {
            let (event, details) = match resource.family {
                LambdaFunction => ("LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails"),
                Activity => ("ActivityScheduled", "activityScheduledEventDetails"),
                Task => ("TaskScheduled", "taskScheduledEventDetails"),
            };
            told(
                event,
                details,
                scheduled(execution, resource, input, limits, credentials),
            )
        }
        Event::TaskStarted { resource, worker_name } => match resource.family {
            LambdaFunction => ("LambdaFunctionStarted", None),
            Activity => {
                let name = worker_name.map(|name| ("workerName".to_owned(), name.into()));
                told(
                    "ActivityStarted",
                    "activityStartedEventDetails",
                    name.into_iter().collect(),
                )
            }
            Task => told("TaskStarted", "taskStartedEventDetails", integration(resource)),
        },
        Event::TaskSubmitted { resource, output } => {
            let mut members = integration(resource);
            members.extend(output.into_iter().flat_map(|output| data("output", output)));
            told("TaskSubmitted", "taskSubmittedEventDetails", members)
        }
        Event::TaskSucceeded { resource, output } => {
            let output = data("output", output);
            match resource.family {
                LambdaFunction => told("LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails", output),
                Activity => told("ActivitySucceeded", "activitySucceededEventDetails", output),
                Task => told(
                    "TaskSucceeded",
                    "taskSucceededEventDetails",
                    both(integration(resource), output),
                ),
            }
        }
        Event::TaskFailed { resource, error } => match resource.family {
            LambdaFunction => told(
                "LambdaFunctionFailed",
                "lambdaFunctionFailedEventDetails",
                failure(error),
            ),
            Activity => told("ActivityFailed", "activityFailedEventDetails", failure(error)),
            Task => told(
                "TaskFailed",
                "taskFailedEventDetails",
                both(integration(resource), failure(error)),
            ),
        },
        Event::TaskTimedOut { resource, error } => match resource.family {
            LambdaFunction => told(
                "LambdaFunctionTimedOut",
                "lambdaFunctionTimedOutEventDetails",
                failure(error),
            ),
            Activity => told("ActivityTimedOut", "activityTimedOutEventDetails", failure(error)),
            Task => told(
                "TaskTimedOut",
                "taskTimedOutEventDetails",
                both(integration(resource), failure(error)),
            ),
        },
        Event::ParallelStateStarted { .. } => ("ParallelStateStarted", None),
        Event::ParallelStateSucceeded => ("ParallelStateSucceeded", None),
        Event::ParallelStateFailed => ("ParallelStateFailed", None),
        Event::MapStateStarted { length } => {
            let members = members([("length", length.into())]);
            told("MapStateStarted", "mapStateStartedEventDetails", members)
        }
        Event::MapStateSucceeded => ("MapStateSucceeded", None),
        Event::MapStateFailed => ("MapStateFailed", None),
        Event::MapIterationStarted { name, index } => told(
            "MapIterationStarted",
            "mapIterationStartedEventDetails",
            iteration(name, index),
        ),
        Event::MapIterationSucceeded { name, index } => told(
            "MapIterationSucceeded",
            "mapIterationSucceededEventDetails",
            iteration(name, index),
        ),
        Event::MapIterationFailed { name, index } => told(
            "MapIterationFailed",
            "mapIterationFailedEventDetails",
            iteration(name, index),
        ),
        Event::MapRunStarted {
            definition,
            label,
            attempt,
        } => {
            let arn = execution.map_run_id(definition, label, at, attempt);
            told(
                "MapRunStarted",
                "mapRunStartedEventDetails",
                members([("mapRunArn", arn.into())]),
            )
        }
        Event::MapRunSucceeded => ("MapRunSucceeded", None),
        Event::MapRunFailed { error } => told("MapRunFailed", "mapRunFailedEventDetails", failure(error)),
    }
}

/// What a state assigns, as its end tells it: each value as JSON text (J-111).
pub(super) fn assigned(variables: &[(&str, &Value)]) -> Map<String, Value> {
    let texts = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.to_string().into()));
    members([
        ("assignedVariables", Value::Object(texts.collect())),
        ("assignedVariablesDetails", json!({ "truncated": false })),
    ])
}

/// Another iteration has failed (EV-35).
pub(super) fn iteration_aborted(name: &str, index: usize) -> Told {
    told(
        "MapIterationAborted",
        "mapIterationAbortedEventDetails",
        iteration(name, index),
    )
}

/// A Map Run goes on after an end of its execution (EV-160).
pub(super) fn map_run_redriven(arn: &str, count: u64) -> Told {
    let members = members([("mapRunArn", arn.into()), ("redriveCount", count.into())]);
    told("MapRunRedriven", "mapRunRedrivenEventDetails", members)
}

fn told(event: &'static str, name: &'static str, members: Map<String, Value>) -> Told {
    (event, Some(Details { name, members }))
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// `input` or `output` with its own details: nothing is cut off (EV-6).
fn data(name: &str, value: &Value) -> Map<String, Value> {
    let details = format!("{name}Details");
    members([(name, value.clone()), (&details, json!({ "truncated": false }))])
}

fn named(name: &str, rest: Map<String, Value>) -> Map<String, Value> {
    both(members([("name", name.into())]), rest)
}

fn both(mut first: Map<String, Value>, second: Map<String, Value>) -> Map<String, Value> {
    first.extend(second);
    first
}

fn iteration(name: &str, index: usize) -> Map<String, Value> {
    members([("name", name.into()), ("index", index.into())])
}

/// `error` and `cause`, as far as there are any (EV-9).
fn failure(error: &Error) -> Map<String, Value> {
    [("error", error.name()), ("cause", error.cause())]
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), text?.into())))
        .collect()
}

/// `resourceType` and `resource` of a service integration.
fn integration(resource: &Resource) -> Map<String, Value> {
    let suffix = match resource.pattern {
        Pattern::RequestResponse => "",
        Pattern::Sync => ".sync",
        Pattern::Sync2 => ".sync:2",
        Pattern::WaitForTaskToken => ".waitForTaskToken",
    };
    members([
        ("resourceType", resource.service.into()),
        ("resource", format!("{}{suffix}", resource.action).into()),
    ])
}

fn scheduled(
    execution: &Execution,
    resource: &Resource,
    input: &Value,
    limits: Limits,
    credentials: Option<&Value>,
) -> Map<String, Value> {
    let mut details = match resource.family {
        Family::Task => both(
            integration(resource),
            members([
                ("region", execution.region_or_made().into()),
                ("parameters", input.clone()),
            ]),
        ),
        Family::LambdaFunction | Family::Activity => {
            both(members([("resource", resource.arn.into())]), data("input", input))
        }
    };
    if let Some(timeout) = limits.timeout {
        details.insert("timeoutInSeconds".into(), timeout.as_secs().into());
    }
    // A function has none to tell of (EV-115).
    if let Some(heartbeat) = limits.heartbeat.filter(|_| resource.family != Family::LambdaFunction) {
        details.insert("heartbeatInSeconds".into(), heartbeat.as_secs().into());
    }
    if let Some(role) = credentials.and_then(|credentials| credentials.get("RoleArn")) {
        details.insert("taskCredentials".into(), json!({ "roleArn": role }));
    }
    details
}

fn entered(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Task => "TaskStateEntered",
        StateType::Pass => "PassStateEntered",
        StateType::Choice => "ChoiceStateEntered",
        StateType::Wait => "WaitStateEntered",
        StateType::Succeed => "SucceedStateEntered",
        StateType::Fail => "FailStateEntered",
        StateType::Parallel => "ParallelStateEntered",
        StateType::Map => "MapStateEntered",
    }
}

fn exited(state_type: StateType) -> &'static str {
    match state_type {
        StateType::Task => "TaskStateExited",
        StateType::Pass => "PassStateExited",
        StateType::Choice => "ChoiceStateExited",
        StateType::Wait => "WaitStateExited",
        StateType::Succeed => "SucceedStateExited",
        // A Fail state never ends.
        StateType::Fail => "FailStateExited",
        StateType::Parallel => "ParallelStateExited",
        StateType::Map => "MapStateExited",
    }
}
