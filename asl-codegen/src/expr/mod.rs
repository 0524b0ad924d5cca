//! The languages inside strings: JSONPath and intrinsic functions.

pub mod intrinsic;
pub mod path;
pub mod pattern;
