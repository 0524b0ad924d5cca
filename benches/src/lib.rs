//! What the benchmarks share: the machines in both forms, the services behind them, how two forms are compared, and
//! definitions of any number of states.

pub mod compare;
pub mod generated;
pub mod machines;
pub mod services;
pub mod synthetic;
