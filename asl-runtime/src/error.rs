//! Errors of an execution, and how `ErrorEquals` matches them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;

/// How an execution that did not succeed has ended (spec X-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// An error was not caught.
    Failed,
    /// The machine's own `TimeoutSeconds` has passed.
    TimedOut,
    /// Someone stopped it.
    Aborted,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        })
    }
}

/// An error as Amazon States Language knows it: a name and a cause, either of which may be missing.
///
/// This is what a Retrier and a Catcher look at, and what a run answers when nothing caught it. An engine that stores
/// errors uses serde: what is read back is the same error, and matches the same names.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Inner {
    name: Option<Cow<'static, str>>,
    cause: Option<String>,
    kind: Kind,
    /// The field whose expression failed (J-89).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<Cow<'static, str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    /// What a task or a Fail state reported.
    Reported,
    /// What the evaluation of a state's fields reported: the cause still lacks the state (spec 14.2).
    Evaluation,
    /// The output of a state, or what it assigns, is too large: it has done its work, so that nothing of its own takes
    /// the error. What is around its scope may.
    Excess,
    /// A time-out of a task; `heartbeat` tells which clock it was (TO-4).
    Timeout { heartbeat: bool },
    /// The execution itself was ended from outside; nothing catches this.
    Ended(Status),
    /// No error: the task begins anew.
    Redriven,
}

/// What ends an execution at once, whatever handles errors around it (ER-10, CH-10).
const UNCATCHABLE: [&str; 2] = ["States.Runtime", "States.NoChoiceMatched"];

impl Error {
    fn from_parts(name: Option<Cow<'static, str>>, cause: Option<String>, kind: Kind) -> Error {
        Error(Box::new(Inner {
            name,
            cause,
            kind,
            location: None,
        }))
    }

    /// An error with this name and cause, as a task reports it.
    pub fn new(name: impl Into<Cow<'static, str>>, cause: impl Into<String>) -> Error {
        Error::from_parts(Some(name.into()), Some(cause.into()), Kind::Reported)
    }

    /// An error that may lack its name, its cause or both.
    pub fn reported(name: Option<String>, cause: Option<String>) -> Error {
        Error::from_parts(name.map(Cow::Owned), cause, Kind::Reported)
    }

    /// `States.Runtime` (ER-10), raised while evaluating a state's fields; never retried, never caught.
    pub fn runtime(text: impl Into<String>) -> Error {
        Error::evaluation("States.Runtime", text)
    }

    /// `States.IntrinsicFailure` (IF-11).
    pub fn intrinsic(text: impl Into<String>) -> Error {
        Error::evaluation("States.IntrinsicFailure", text)
    }

    /// `States.QueryEvaluationError` (J-80 to J-88).
    pub fn query_evaluation(text: impl Into<String>) -> Error {
        Error::evaluation("States.QueryEvaluationError", text)
    }

    /// The same, in this field.
    pub(crate) fn at(mut self, field: &'static str) -> Error {
        self.0.location = Some(Cow::Borrowed(field));
        self
    }

    /// The field whose expression failed, as J-89 names it.
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// Whether the evaluation of an expression has failed, which is still to be told.
    pub(crate) fn is_failed_query(&self) -> bool {
        self.0.kind == Kind::Evaluation && self.name() == Some("States.QueryEvaluationError")
    }

    /// An error raised while evaluating a state's fields: its cause will be prefixed with the state (spec 14.2).
    pub fn evaluation(name: &'static str, text: impl Into<String>) -> Error {
        Error::from_parts(Some(Cow::Borrowed(name)), Some(text.into()), Kind::Evaluation)
    }

    /// `States.Timeout` of a task (TO-2); `heartbeat` if the heartbeat was missed (TO-3).
    pub fn timeout(heartbeat: bool) -> Error {
        Error::from_parts(Some(Cow::Borrowed("States.Timeout")), None, Kind::Timeout { heartbeat })
    }

    /// The machine's own time has run out (TO-7).
    pub fn timed_out() -> Error {
        Error::from_parts(
            Some(Cow::Borrowed("States.Timeout")),
            None,
            Kind::Ended(Status::TimedOut),
        )
    }

    /// What an engine answers for a task with this input whose execution ended, and has been redriven since: the task begins
    /// anew, and its Retriers count from zero (RDV-4, RDV-11). Nothing else sees it.
    pub fn redriven(input: &Value) -> Error {
        Error::from_parts(None, Some(input.to_string()), Kind::Redriven)
    }

    /// The input of the task, as JSON text, if this is no error but says that it begins anew.
    pub(crate) fn redriven_input(&self) -> Option<&str> {
        match self.0.kind {
            Kind::Redriven => self.cause(),
            _ => None,
        }
    }

    /// Someone stopped the execution.
    pub fn aborted(name: Option<String>, cause: Option<String>) -> Error {
        Error::from_parts(name.map(Cow::Owned), cause, Kind::Ended(Status::Aborted))
    }

    /// The error's name: `States.Timeout`, `Card.Declined`.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The error's cause: text for people, or JSON text.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// How an execution ends that nothing saves from this error.
    pub fn status(&self) -> Status {
        match self.0.kind {
            Kind::Ended(status) => status,
            _ => Status::Failed,
        }
    }

    /// Whether it is a time-out of a task.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout { .. })
    }

    /// Whether it says of a task that it cannot even be started: then nothing of it was scheduled (EV-19). For engines.
    pub fn is_refusal(&self) -> bool {
        self.0.kind == Kind::Evaluation && self.name() == Some("States.Runtime")
    }

    /// Whether a Retrier or Catcher with these names in `ErrorEquals` takes it (ER-10 to ER-18, TO-4, CH-10).
    pub fn is(&self, error_equals: &[&str]) -> bool {
        if matches!(self.0.kind, Kind::Ended(_) | Kind::Excess) {
            return false;
        }
        let Some(name) = self.name() else {
            return error_equals
                .iter()
                .any(|e| matches!(*e, "States.ALL" | "States.TaskFailed"));
        };
        if UNCATCHABLE.contains(&name) {
            return false;
        }
        error_equals.iter().any(|&equals| match equals {
            "States.ALL" => true,
            "States.TaskFailed" => name == equals || !name.starts_with("States.") || name.starts_with("States.Http."),
            "States.HeartbeatTimeout" => name == equals || self.0.kind == Kind::Timeout { heartbeat: true },
            _ => name == equals,
        })
    }

    /// The Error Output (CT-3): `{"Error": .., "Cause": ..}`. The cause of a time-out is the empty string there (CT-16).
    pub fn into_output(self) -> Value {
        let cause = match self.0.kind {
            Kind::Timeout { .. } => Some(self.0.cause.unwrap_or_default()),
            _ => self.0.cause,
        };
        json!({ "Error": self.0.name, "Cause": cause })
    }

    /// `States.DataLimitExceeded` of what a state hands on.
    pub(crate) fn excess(cause: String) -> Error {
        Error::from_parts(
            Some(Cow::Borrowed("States.DataLimitExceeded")),
            Some(cause),
            Kind::Excess,
        )
    }

    /// Puts the state before the cause, once, if the error came from evaluating its fields (spec 14.2).
    pub(crate) fn located(mut self, state: &str, entered: Option<u64>) -> Error {
        if self.0.kind == Kind::Evaluation {
            let text = self.0.cause.take().unwrap_or_default();
            self.0.cause = Some(match entered {
                Some(id) => {
                    format!(
                        "An error occurred while executing the state '{state}' (entered at the event id #{id}). {text}"
                    )
                }
                None => format!("An error occurred while executing the state '{state}'. {text}"),
            });
            self.0.kind = Kind::Reported;
        }
        if self.0.kind == Kind::Excess {
            self.0.kind = Kind::Reported;
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Ended(status) = self.0.kind {
            write!(f, "{status}")?;
            if self.0.name.is_some() {
                f.write_str(" ")?;
            }
        }
        match (self.name(), self.cause()) {
            (Some(name), Some(cause)) => write!(f, "{name}: {cause}"),
            (Some(name), None) => f.write_str(name),
            (None, Some(cause)) => f.write_str(cause),
            (None, None) if matches!(self.0.kind, Kind::Ended(_)) => Ok(()),
            (None, None) => f.write_str("an error without name and cause"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("status", &self.status())
            .field("name", &self.name())
            .field("cause", &self.cause())
            .finish()
    }
}

impl std::error::Error for Error {}

/// An error type whose values are errors of Amazon States Language: `#[derive(ErrorName)]` names them.
pub trait ErrorName: fmt::Display {
    /// The name that `ErrorEquals` matches.
    fn error_name(&self) -> &str;

    /// The cause: the `Display` text unless overridden.
    fn cause(&self) -> String {
        self.to_string()
    }
}

/// What a task fails with: a name and a cause for Retry and Catch, either of which may be missing (CT-12).
///
/// Any error type with [`ErrorName`] converts into it, so `?` works in handlers. One named `States.Runtime` says that the
/// work cannot even be started, as when its input is not what the service takes: nothing retries or catches it (ER-10), and
/// the history has no task that was scheduled (EV-19).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskError {
    /// The error's name.
    pub name: Option<String>,
    /// The error's cause.
    pub cause: Option<String>,
}

impl TaskError {
    /// An error with this name and cause.
    pub fn new(name: impl Into<String>, cause: impl Into<String>) -> TaskError {
        TaskError {
            name: Some(name.into()),
            cause: Some(cause.into()),
        }
    }

    /// An error as AWS Lambda reports a function's exception (ER-30): named by its type, the cause a JSON text
    /// with `errorType` and `errorMessage`.
    pub fn lambda(error_type: impl Into<String>, message: impl Into<String>) -> TaskError {
        let error_type = error_type.into();
        let cause = json!({ "errorMessage": message.into(), "errorType": error_type }).to_string();
        TaskError {
            name: Some(error_type),
            cause: Some(cause),
        }
    }
}

impl From<TaskError> for Error {
    fn from(error: TaskError) -> Error {
        // What keeps a task from being started at all is told as if the state could not be evaluated (X-101, ER-27).
        if error.name.as_deref() == Some("States.Runtime") {
            return Error::runtime(error.cause.unwrap_or_default());
        }
        Error::reported(error.name, error.cause)
    }
}

impl<E: ErrorName> From<E> for TaskError {
    fn from(error: E) -> TaskError {
        TaskError::new(error.error_name(), error.cause())
    }
}
