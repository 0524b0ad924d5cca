//! What a host answers when it does not do what it was asked for.

use crate::store::StoreError;
use std::fmt;

/// Why a host did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// `ExecutionAlreadyExists`: there is an execution of this name, with another input or ended.
    ExecutionAlreadyExists {
        /// Its ARN.
        arn: String,
    },
    /// `ExecutionDoesNotExist`
    ExecutionDoesNotExist {
        /// The ARN that was given.
        arn: String,
    },
    /// `StateMachineDoesNotExist`: the host was not given this machine, or not this version of it.
    StateMachineDoesNotExist {
        /// Its name.
        machine: String,
        /// The hash of its definition.
        sha256: String,
    },
    /// `ExecutionNotRedrivable` (RDV-15)
    ExecutionNotRedrivable {
        /// Its ARN.
        arn: String,
        /// Why.
        reason: String,
    },
    /// `ActivityDoesNotExist`
    ActivityDoesNotExist {
        /// The ARN that was given.
        arn: String,
    },
    /// `InvalidArn`: the ARN is one of an Express execution, of which nothing is kept.
    InvalidArn {
        /// The ARN that was given.
        arn: String,
    },
    /// `StateMachineTypeNotSupported`: only Express executions are waited for where they start, and only Standard ones are
    /// listed.
    StateMachineTypeNotSupported {
        /// Its name.
        machine: String,
    },
    /// `InvalidName`: an execution cannot be called this.
    InvalidName {
        /// The name that was given.
        name: String,
    },
    /// `InvalidExecutionInput`: the input has more than 262,144 bytes, and the host keeps to the quotas of the service.
    InvalidExecutionInput,
    /// `InvalidToken`: no task has this token.
    InvalidToken,
    /// `InvalidOutput`: the output has more than 262,144 bytes, and the host keeps to the quotas of the service.
    InvalidOutput,
    /// `ValidationException`: the error has more than 256 characters, or its cause more than 32,768, and the host keeps to
    /// the quotas of the service.
    TooLong {
        /// What is too long: `error` or `cause`.
        member: &'static str,
        /// How many characters it may have.
        max: usize,
    },
    /// `TaskTimedOut`: the task with this token has ended already, by its time-out or otherwise.
    TaskTimedOut,
    /// An execution does not go on, though it has not ended: its machine is not registered, its journal is not one of this
    /// code, or a handler panicked. Nothing of it is lost; the next host tries again, and
    /// [`stop`](crate::Host::stop) ends it.
    Halted {
        /// The execution.
        arn: String,
        /// Why.
        problem: String,
    },
    /// The store has failed: the host does nothing more.
    Store(StoreError),
    /// The host is shut down.
    ShutDown,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::ExecutionAlreadyExists { arn } => write!(f, "Execution Already Exists: '{arn}'"),
            HostError::ExecutionDoesNotExist { arn } => write!(f, "Execution Does Not Exist: '{arn}'"),
            HostError::StateMachineDoesNotExist { machine, sha256 } => write!(
                f,
                "State Machine Does Not Exist: the host has no machine `{machine}` whose definition has the hash {sha256}"
            ),
            HostError::ExecutionNotRedrivable { arn, reason } => {
                write!(f, "Execution Not Redrivable: '{arn}': {reason}")
            }
            HostError::ActivityDoesNotExist { arn } => write!(f, "Activity Does Not Exist: '{arn}'"),
            HostError::StateMachineTypeNotSupported { machine } => write!(
                f,
                "State Machine Type Not Supported: 'This operation is not supported by this type of state machine', `{machine}`"
            ),
            HostError::InvalidArn { arn } => write!(
                f,
                "Invalid Arn: 'Resource type not valid in this context: express', {arn}: a host keeps nothing of Express executions"
            ),
            HostError::InvalidName { name } => write!(f, "Invalid Name: '{name}'"),
            HostError::InvalidExecutionInput => f.write_str("Invalid Execution Input: it has more than 262144 bytes"),
            HostError::InvalidToken => f.write_str("Invalid Token: 'Invalid token'"),
            HostError::InvalidOutput => f.write_str("Invalid Output: it has more than 262144 bytes"),
            HostError::TooLong { member, max } => write!(
                f,
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length less than or equal to {max}"
            ),
            HostError::TaskTimedOut => f.write_str("Task Timed Out: 'Provided task does not exist anymore'"),
            HostError::Halted { arn, problem } => write!(f, "'{arn}' does not go on: {problem}"),
            HostError::Store(error) => write!(f, "the store has failed: {error}"),
            HostError::ShutDown => f.write_str("the host is shut down"),
        }
    }
}

impl std::error::Error for HostError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HostError::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for HostError {
    fn from(error: StoreError) -> HostError {
        HostError::Store(error)
    }
}
