//! Task tokens, and the handle of a running execution.

use crate::Error;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

/// A handle on a running execution: ends its callback tasks by their tokens, and stops it.
///
/// It may be cloned, sent to other threads, and used before the execution starts and after it has ended.
#[derive(Clone, Default)]
pub struct Handle(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tokens: Mutex<HashMap<Arc<str>, Token>>,
    stop: Mutex<Option<(Option<String>, Option<String>)>>,
    stopped: Notify,
}

/// What is known of a token.
enum Token {
    Open {
        done: oneshot::Sender<Result<Value, Error>>,
        beat: Arc<Notify>,
    },
    /// Its task has ended.
    Closed,
}

/// Why a token was not accepted (spec X-58).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// `InvalidToken`: no task of this execution has it.
    InvalidToken,
    /// `TaskTimedOut`: the task has ended already, by its time-out or otherwise.
    TaskTimedOut,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TokenError::InvalidToken => "Invalid Token: 'Invalid token'",
            TokenError::TaskTimedOut => "Task Timed Out: 'Provided task does not exist anymore'",
        })
    }
}

impl std::error::Error for TokenError {}

impl Handle {
    /// Ends the task with this token successfully; `output` becomes its result.
    ///
    /// # Errors
    /// When no open task has this token.
    pub fn send_task_success(&self, token: &str, output: Value) -> Result<(), TokenError> {
        self.complete(token, Ok(output))
    }

    /// Ends the task with this token with an error, for its Retry and Catch; both parts may be missing.
    ///
    /// # Errors
    /// When no open task has this token.
    pub fn send_task_failure(
        &self,
        token: &str,
        error: Option<String>,
        cause: Option<String>,
    ) -> Result<(), TokenError> {
        self.complete(token, Err(Error::reported(error, cause)))
    }

    /// Restarts the heartbeat clock of the task with this token (TO-3).
    ///
    /// # Errors
    /// When no open task has this token.
    pub fn send_task_heartbeat(&self, token: &str) -> Result<(), TokenError> {
        match self.tokens().get(token) {
            Some(Token::Open { beat, .. }) => {
                beat.notify_one();
                Ok(())
            }
            Some(Token::Closed) => Err(TokenError::TaskTimedOut),
            None => Err(TokenError::InvalidToken),
        }
    }

    /// Stops the execution: its run ends as ABORTED with this error and cause when it next waits. Running tasks are
    /// dropped.
    /// The first stop counts; an execution that has ended is not changed.
    pub fn stop(&self, error: Option<String>, cause: Option<String>) {
        lock(&self.0.stop).get_or_insert((error, cause));
        self.0.stopped.notify_waiters();
    }

    /// Ends when the execution is stopped, with the error that ends it. For engines.
    pub async fn stopped(&self) -> Error {
        loop {
            let mut notified = std::pin::pin!(self.0.stopped.notified());
            // A stop between the look and the wait would be missed without this.
            notified.as_mut().enable();
            if let Some(stopped) = self.stop_so_far() {
                return stopped;
            }
            notified.await;
        }
    }

    /// The error of a stop that has come already.
    pub(crate) fn stop_so_far(&self) -> Option<Error> {
        let (error, cause) = lock(&self.0.stop).clone()?;
        Some(Error::aborted(error, cause))
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<Arc<str>, Token>> {
        lock(&self.0.tokens)
    }

    fn complete(&self, token: &str, result: Result<Value, Error>) -> Result<(), TokenError> {
        let mut tokens = self.tokens();
        match tokens.get_mut(token) {
            None => Err(TokenError::InvalidToken),
            Some(entry) => match std::mem::replace(entry, Token::Closed) {
                Token::Open { done, .. } => done.send(result).map_err(|_| TokenError::TaskTimedOut),
                Token::Closed => Err(TokenError::TaskTimedOut),
            },
        }
    }

    /// Opens a token; it closes when the answer is dropped.
    pub(crate) fn open(&self, token: Arc<str>, beat: Arc<Notify>) -> OpenToken<'_> {
        let (done, completed) = oneshot::channel();
        self.tokens().insert(token.clone(), Token::Open { done, beat });
        OpenToken {
            handle: self,
            token,
            completed,
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// A token whose task runs.
pub(crate) struct OpenToken<'a> {
    handle: &'a Handle,
    token: Arc<str>,
    completed: oneshot::Receiver<Result<Value, Error>>,
}

impl OpenToken<'_> {
    /// Ends when somebody ends the task by its token.
    pub(crate) async fn completed(&mut self) -> Result<Value, Error> {
        match (&mut self.completed).await {
            Ok(result) => result,
            // The sender lives in the handle until the token closes, and `self` closes it.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for OpenToken<'_> {
    fn drop(&mut self) {
        self.handle.tokens().insert(self.token.clone(), Token::Closed);
    }
}

/// A panic elsewhere does not make these maps inconsistent: every change is a single insertion.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
