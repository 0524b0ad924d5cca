//! The functions of JSONata, each a [`Builtin`](super::Builtin) under its own name, and those that the service adds.
//!
//! What they do is what JSONata 2.0.6 does, its oddities included. Their arguments fit their signatures.

mod array;
mod calendar;
mod date;
mod encoding;
mod format_number;
mod higher;
mod integer;
mod matches;
mod matching;
mod number;
mod object;
mod picture;
mod service;
mod string;
mod value;
mod words;

pub use array::*;
pub use date::*;
pub use encoding::*;
pub use format_number::*;
pub use higher::*;
pub use integer::{FORMAT_INTEGER, PARSE_INTEGER};
pub use matching::*;
pub use number::*;
pub use object::*;
pub use service::*;
pub use string::*;
pub use value::*;

use super::{Error, Function, Query, Result, Text, Val};

/// An argument; nothing where it is missing.
fn arg<'s, 'a>(args: &'s [Val<'a>], at: usize) -> &'s Val<'a> {
    args.get(at).unwrap_or(&Val::Undefined)
}

/// A string argument, unless it is missing.
fn text<'s, 'a>(args: &'s [Val<'a>], at: usize) -> Option<&'s Text<'a>> {
    match arg(args, at) {
        Val::String(text) => Some(text),
        _ => None,
    }
}

/// A numeric argument, unless it is missing.
fn number(args: &[Val<'_>], at: usize) -> Option<f64> {
    arg(args, at).as_number()
}

/// A function argument.
fn function<'s, 'a>(args: &'s [Val<'a>], at: usize) -> Result<&'s Function<'a>> {
    match arg(args, at) {
        Val::Function(function) => Ok(function),
        _ => Err(Error::internal("a function is missing")),
    }
}

/// An array that a function has made.
fn made<'a>(query: &Query<'_>, elements: Vec<Val<'a>>) -> Result<Val<'a>> {
    query.hold(elements.len() * 8)?;
    Ok(Val::array(elements))
}

/// A sequence that a function has made.
fn made_sequence<'a>(query: &Query<'_>, elements: Vec<Val<'a>>) -> Result<Val<'a>> {
    query.hold(elements.len() * 8)?;
    Ok(Val::Array(super::Array::sequence(elements).into()))
}

/// A string that a function has made.
fn made_text<'a>(query: &Query<'_>, text: impl Into<Text<'a>>) -> Result<Val<'a>> {
    let text = text.into();
    query.hold(text.len())?;
    Ok(Val::String(text))
}

/// The string, changed.
fn map_text<'a>(
    query: &Query<'_>,
    args: &[Val<'a>],
    change: impl FnOnce(&Text<'a>) -> Result<Text<'a>>,
) -> Result<Val<'a>> {
    match text(args, 0) {
        Some(text) => made_text(query, change(text)?),
        None => Ok(Val::Undefined),
    }
}

/// The number, changed.
fn map_number<'a>(args: &[Val<'a>], change: impl FnOnce(f64) -> f64) -> Result<Val<'a>> {
    Ok(number(args, 0).map_or(Val::Undefined, |number| Val::Number(change(number))))
}

#[cfg(test)]
pub(super) mod tests;
