//! JSONata 2.0.6 (spec J-45): what compiled expressions are made of.
//!
//! An expression compiles to a closure over a [`Query`]; its operators, steps and functions are calls of this module.
//! Nothing here is held across an await: values share parts of each other by reference counts that are not atomic.

mod construct;
mod error;
#[cfg(feature = "jsonata-core")]
pub mod fallback;
#[cfg(not(feature = "jsonata-core"))]
#[path = "jsonata/no_fallback.rs"]
pub mod fallback;
mod field;
mod function;
mod functions;
mod json;
mod limit;
mod operator;
mod part;
mod path;
mod query;
mod regex;
mod signature;
mod sort;
mod text;
mod value;
mod view;

pub use construct::{Element, Pair, array, group, kept_array, object, object_of};
pub use error::{Error, Result};
pub use field::input_items;
pub use function::{Body, Builtin, Function, Lambda, Run, apply, closure, lambda};
pub use functions::*;
pub use operator::{
    add, concat, divide, equal, greater, greater_or_equal, is_in, less, less_or_equal, modulo, multiply, negate,
    not_equal, range, subtract,
};
pub use part::Part;
pub use path::{Path, Term, at, filter};
pub use query::Query;
pub use regex::Regex;
pub use signature::Signature;
pub use text::write_string;
pub use value::{Array, Object, Text, Val, variable};
