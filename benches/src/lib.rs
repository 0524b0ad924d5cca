//! What the benchmarks share: the machines in both forms, expressions of JSONata, the services behind them, how two
//! forms are compared, and definitions of any number of states.

pub mod compare;
pub mod count;
pub mod expressions;
pub mod generated;
pub mod machines;
pub mod services;
pub mod synthetic;
pub mod typed;
