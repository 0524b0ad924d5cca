//! Recorded executions of the service, run again over their recorded task results.
//!
//! The build script compiles each distinct definition of the cases once; the test runs every case under virtual time and
//! compares status, output, error, cause and the events of its history. `cases/README.md` describes the form of a case.

pub mod case;
pub mod compare;
pub mod corpus;
pub mod events;
pub mod handler;
pub mod known;
pub mod lanes;
pub mod machines;
pub mod mutate;
pub mod report;
pub mod run;
pub mod shapes;
pub mod verdict;
