//! Amazon States Language, the JSON of AWS Step Functions, as native async Rust.
//!
//! [`include_asl!`] compiles a definition to a module: a trait `Tasks` with a method for each distinct piece of work, and
//! `run`, which behaves as the service does.
//!
//! ```
//! use asl_runtime::{TaskContext, TaskError, Value, asl, json};
//!
//! asl!(pub mod pay = {
//!     "StartAt": "Charge",
//!     "States": {
//!         "Charge": {
//!             "Type": "Task",
//!             "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
//!             "Retry": [{ "ErrorEquals": ["Busy"] }],
//!             "Catch": [{ "ErrorEquals": ["Card.Declined"], "ResultPath": "$.error", "Next": "Refused" }],
//!             "ResultPath": "$.payment",
//!             "End": true
//!         },
//!         "Refused": { "Type": "Pass", "Result": false, "ResultPath": "$.paid", "End": true }
//!     }
//! });
//!
//! struct Shop;
//!
//! impl pay::Tasks for Shop {
//!     async fn charge(&self, _cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
//!         match input["amount"].as_u64() {
//!             Some(amount) if amount < 100 => Ok(json!({ "charged": amount })),
//!             _ => Err(TaskError::new("Card.Declined", "too much")),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let output = pay::run(&Shop, json!({ "amount": 20 })).await;
//! assert_eq!(output, Ok(json!({ "amount": 20, "payment": { "charged": 20 } })));
//!
//! let output = pay::run(&Shop, json!({ "amount": 200 })).await.unwrap();
//! assert_eq!(output["error"], json!({ "Error": "Card.Declined", "Cause": "too much" }));
//! # }
//! ```
//!
//! A run in memory is a [`Memory`] engine: give it an [`Execution`] where the definition reads its context object, and take
//! its [`Handle`] to end callback tasks or to stop it. A [`History`] is one that also keeps the events of the run. Timers
//! are tokio's, so a run needs a tokio runtime with time.
//!
//! The feature `testing` adds a module to test workflows with: scripted results, virtual time, the path that a run takes.

// Hidden: what generated code, and engines like those here, are made of.
mod attempt;
mod callback;
#[doc(hidden)]
pub mod choice;
#[doc(hidden)]
pub mod codegen;
#[doc(hidden)]
pub mod data;
mod engine;
mod error;
mod execute;
mod execution;
#[doc(hidden)]
pub mod fork;
mod handler;
mod history;
#[doc(hidden)]
pub mod intrinsic;
mod job;
#[doc(hidden)]
pub mod jsonata;
mod machine;
mod memory;
pub mod nested;
#[doc(hidden)]
pub mod number;
#[doc(hidden)]
pub mod path;
mod place;
mod quota;
#[doc(hidden)]
pub mod random;
mod resource;
mod retry;
mod scope;
mod select;
mod shape;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
#[doc(hidden)]
pub mod typed;
#[doc(hidden)]
pub mod wait;

#[cfg(feature = "macros")]
pub use asl_macros::{ErrorName, asl, include_asl};
pub use attempt::attempt;
pub use callback::{Handle, TokenError};
pub use data::Data;
pub use engine::{BoxFuture, Call, Child, Engine, Event, Limits, Line, Output, Position, Until};
pub use error::{Error, ErrorName, Status, TaskError};
pub use execute::execute;
pub use execution::Execution;
pub use handler::{Handler, HandlerFn, Untyped, handler_fn};
pub use history::{ChildHistory, Details, Entries, EventLog, History, HistoryEvent, HistoryTable, HistoryTimeline};
pub use machine::{Definition, Machine, Run, State, StateType, WorkflowType};
pub use memory::Memory;
pub use nested::{spawn_execution, start_execution};
pub use place::{Place, Visits};
pub use quota::Quotas;
pub use resource::{Family, Pattern, Resource};
pub use retry::Retrier;
pub use scope::{Context, Scope};
pub use serde_json::{Value, json};
pub use task::{Policy, TaskContext, task};
