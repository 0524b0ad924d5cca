//! Tests of workflows: scripted results, virtual time, and what happened in a run.
//!
//! This is the feature `testing`, for `[dev-dependencies]`: it needs tokio's `test-util`, whose clock is slower than the
//! real one, so that it has no place in a release build.
//!
//! A [`Script`] plays the handlers: it says what each Task state gets, call by call. Its run takes virtual time only, so
//! that a wait of a day is over at once, and every delay is exact to the millisecond.
//!
//! ```
//! use asl_runtime::testing::{Answer, Script};
//! use asl_runtime::{asl, json};
//! use std::time::Duration;
//!
//! asl!(pub mod film = {
//!     "StartAt": "Render",
//!     "States": {
//!         "Render": {
//!             "Type": "Task",
//!             "Resource": "arn:aws:lambda:us-east-1:123456789012:function:render",
//!             "Retry": [{
//!                 "ErrorEquals": ["Farm.Busy"], "IntervalSeconds": 2, "BackoffRate": 1.5, "MaxAttempts": 3, "MaxDelaySeconds": 4
//!             }],
//!             "Catch": [{ "ErrorEquals": ["Farm.Busy"], "Next": "Give up" }],
//!             "Next": "Dry"
//!         },
//!         "Dry": { "Type": "Wait", "Seconds": 86400, "End": true },
//!         "Give up": { "Type": "Fail", "Error": "NoFilm" }
//!     }
//! });
//!
//! // Busy twice, then half a second of work.
//! let busy = || Answer::error("Farm.Busy", "all nodes are rendering");
//! let rendered = Answer::ok("reel 1").after(Duration::from_millis(500));
//! let report = Script::new().on("Render", [busy(), busy(), rendered]).run::<film::Machine>(json!({ "film": 7 }));
//! report
//!     .assert_path(["Render", "Dry"])
//!     .assert_attempts("Render", [0, 2_000, 5_000])
//!     .assert_elapsed(Duration::from_millis(5_500) + Duration::from_secs(86_400))
//!     .assert_output("reel 1");
//! assert_eq!(report.attempts_of("Render")[0].input, json!({ "film": 7 }));
//!
//! // Busy for ever: 2 s, 3 s, and 4.5 s that the Retrier cuts to 4.
//! let report = Script::new().always("Render", busy()).run::<film::Machine>(json!({ "film": 7 }));
//! report.assert_attempts("Render", [0, 2_000, 5_000, 9_000]).assert_failed("NoFilm");
//! ```
//!
//! With handlers of one's own, a [`Test`] does the same: see there.

mod engine;
mod report;
mod script;

pub use engine::{Test, TestEngine};
pub use report::{Attempt, Report, Step};
pub use script::{Answer, Script, Scripted};
