//! The data that flows through a scope, and how templates build it.

pub use crate::shape::{object, object_with};

use crate::Error;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The data of a scope. A branch borrows its input until it changes something, so that branches that only read copy nothing.
pub type Data<'d> = Cow<'d, Value>;

/// Moves the data out; null stays.
pub fn take(data: &mut Data<'_>) -> Value {
    std::mem::take(data).into_owned()
}

/// An array of these elements.
pub fn array<const N: usize>(elements: [Value; N]) -> Value {
    Value::Array(elements.into())
}

/// An array of as many elements, which are made one after the other.
///
/// # Errors
/// With the error of the one that cannot be made.
pub fn array_with(count: usize, make: impl FnOnce(&mut Vec<Value>) -> Result<(), Error>) -> Result<Value, Error> {
    let mut elements = Vec::with_capacity(count);
    make(&mut elements)?;
    Ok(Value::Array(elements))
}

/// The empty object: what `InputPath: null` and `OutputPath: null` give (NUL-1, NUL-2).
pub fn nothing() -> Value {
    Value::Object(Map::new())
}

/// A large literal of the definition, which is text in generated code. The generator wrote it, so it is JSON.
pub fn literal(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
