//! What the entries of a journal tell the engine. One that cannot be read stops it.

use super::JournalEngine;
use crate::store::{Entry, Kind};
use asl_runtime::{Error, Output};
use serde::de::DeserializeOwned;
use std::future::pending;

impl JournalEngine {
    /// What the entry of a task says, or never: an engine that cannot go on does not answer.
    pub(super) async fn result<O: Output>(&self, entry: &Entry) -> Result<O, Error> {
        if entry.kind == Kind::Failed {
            return Err(self.read(entry).await);
        }
        match serde_json::from_str(text(entry)) {
            Ok(output) => Ok(output),
            // JSON of another type: nothing else is sent with a token.
            Err(error) if error.is_data() => {
                let cause = format!("the output sent with the task token does not fit the task: {error}");
                Err(Error::new("States.TaskFailed", cause))
            }
            Err(error) => self.unreadable(entry, &error).await,
        }
    }

    /// What an entry tells, or never.
    pub(super) async fn read<T: DeserializeOwned>(&self, entry: &Entry) -> T {
        match serde_json::from_str(text(entry)) {
            Ok(read) => read,
            Err(error) => self.unreadable(entry, &error).await,
        }
    }

    async fn unreadable<T>(&self, entry: &Entry, error: &serde_json::Error) -> T {
        self.life.unreadable(entry, error);
        pending().await
    }
}

/// The JSON of an entry. One that has none is not JSON.
fn text(entry: &Entry) -> &str {
    entry.value.as_deref().unwrap_or_default()
}
