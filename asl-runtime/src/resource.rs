//! What a Task state asks for.

use crate::Error;
use serde_json::Value;
use std::fmt;

/// What the `Resource` of a Task state names (spec ).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// The field as written, `${Name}` substitutions that were not given included.
    pub arn: &'static str,
    /// `lambda`, `activity`, `dynamodb`, `aws-sdk:s3`, `http`; empty where substitutions hide it.
    pub service: &'static str,
    /// `invoke`, the name of the function or activity, `putItem`; empty where substitutions hide it.
    pub action: &'static str,
    /// How the end of the work is known.
    pub pattern: Pattern,
    /// Which of the service's three families of events it belongs to.
    pub family: Family,
}

/// How the end of a task is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// The handler's answer is the result.
    RequestResponse,
    /// `.sync`: the handler answers when the job is done.
    Sync,
    /// `.sync:2`: as `.sync`; nested executions answer JSON values rather than JSON text.
    Sync2,
    /// `.waitForTaskToken`: the handler only submits the work; who has the token ends the task.
    WaitForTaskToken,
}

/// The family of history events of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// `LambdaFunction...`: a function's ARN.
    LambdaFunction,
    /// `Activity...`
    Activity,
    /// `Task...`: service integrations.
    Task,
}

impl Pattern {
    /// Whether the task runs a job: `.sync` or `.sync:2`.
    pub fn is_job(self) -> bool {
        matches!(self, Pattern::Sync | Pattern::Sync2)
    }
}

impl Resource {
    /// A Lambda function by its ARN.
    pub const fn lambda(arn: &'static str, function: &'static str) -> Resource {
        Resource {
            arn,
            service: "lambda",
            action: function,
            pattern: Pattern::RequestResponse,
            family: Family::LambdaFunction,
        }
    }

    /// An activity.
    pub const fn activity(arn: &'static str, activity: &'static str) -> Resource {
        Resource {
            arn,
            service: "activity",
            action: activity,
            pattern: Pattern::RequestResponse,
            family: Family::Activity,
        }
    }

    /// An integration of another service.
    pub const fn service(arn: &'static str, service: &'static str, action: &'static str, pattern: Pattern) -> Resource {
        Resource {
            arn,
            service,
            action,
            pattern,
            family: Family::Task,
        }
    }

    /// What substitutions hide that were not given.
    pub const fn symbolic(arn: &'static str) -> Resource {
        Resource {
            service: "",
            ..Resource::lambda(arn, "")
        }
    }

    /// Whether there are inputs with which such a task cannot be started.
    pub(crate) fn may_refuse(&self) -> bool {
        (self.service, self.action) == ("apigateway", "invoke")
    }

    /// What the service says of an input with which such a task cannot be started (ER-27).
    pub(crate) fn refusal(&self, input: &Value) -> Option<Error> {
        if !self.may_refuse() {
            return None;
        }
        let is_text = |value: &Value| value.is_string();
        let is_texts = |value: &Value| value.as_array().is_some_and(|texts| texts.iter().all(is_text));
        let fits = match input.get("Headers") {
            Some(Value::Object(headers)) => headers.values().all(is_texts),
            Some(headers) => headers.is_null(),
            None => true,
        };
        let what = "[The value of the field 'Headers' has an invalid format]";
        (!fits).then(|| {
            Error::runtime(format!(
                "The Parameters '{input}' could not be used to start the Task: {what}"
            ))
        })
    }

    /// Whether a task of this kind has a token (CX-12).
    pub fn has_token(&self) -> bool {
        self.family == Family::Activity || self.pattern != Pattern::RequestResponse
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.arn)
    }
}
