//! The languages inside strings: JSONPath, intrinsic functions, JSONata.

pub mod intrinsic;
pub mod jsonata;
pub mod path;
pub mod pattern;
