//! Standard executions of compiled machines: durable, in one process, over one file.
//!
//! A [`Host`] runs any number of executions of any number of machines. The process may die at any instant: what was
//! answered is written, and the next host on the same store goes on where this one was. A task whose result is written does
//! not run again; one that was under way does, with the same
//! [idempotency key](asl_runtime::TaskContext::idempotency_key).
//!
//! ```
//! use asl_durable::{ExecutionStatus, Host, MemoryStore};
//! use asl_runtime::{TaskContext, TaskError, Value, asl, json};
//! use std::sync::Arc;
//!
//! asl!(pub mod greet = {
//!     "StartAt": "Sleep on it",
//!     "States": {
//!         "Sleep on it": { "Type": "Wait", "Seconds": 1, "Next": "Greet" },
//!         "Greet": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:greet", "End": true }
//!     }
//! });
//!
//! struct Work;
//!
//! impl greet::Tasks for Work {
//!     async fn greet(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
//!         Ok(json!({ "hello": input["name"] }))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), asl_durable::HostError> {
//! // `Sqlite::open("greetings.db")?` keeps them in a file.
//! let host = Host::builder().machine::<greet::Machine, _>(Arc::new(Work)).open(MemoryStore::new()).await?;
//! let started = host.start::<greet::Machine>("ada", json!({ "name": "Ada" })).await?;
//! let ended = host.wait(&started.arn).await?;
//! assert_eq!(ended.status, ExecutionStatus::Succeeded);
//! assert_eq!(ended.output, Some(json!({ "hello": "Ada" })));
//! # Ok(())
//! # }
//! ```

//!
//! # Features
//!
//! - `sqlite` (default): [`Sqlite`], the store in a file.
//! - `tracing`: spans of executions and of the calls of handlers.
//! - `metrics`: what a host does, in figures, through the `metrics` facade.

#![deny(missing_docs)]

mod activity;
mod builder;
mod clock;
mod description;
mod drive;
mod engine;
mod error;
mod executor;
mod express;
mod host;
mod life;
mod memory;
mod nested;
mod observe;
mod operation;
mod present;
mod program;
mod redrive;
mod replay;
mod rest;
mod resume;
mod room;
#[cfg(feature = "sqlite")]
mod sqlite;
mod start;
mod stop;
mod storage;
mod store;
mod token;
mod workload;

pub use activity::{Activity, ActivityTask};
pub use builder::Builder;
pub use description::{Description, HistoryPage, HistoryRange, Page, Started};
pub use error::HostError;
pub use host::Host;
pub use memory::MemoryStore;
pub use nested::start_execution;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
pub use store::{
    End, Entry, ExecutionId, ExecutionStatus, Filter, Kind, QueuedTask, Record, Rest, Store, StoreError,
    StoredActivity, Write,
};
