//! Functions that the service adds to JSONata (J-50 to J-55).

use super::super::view::elements;
use super::super::{Builtin, Error, Val};
use super::{arg, made, made_sequence, made_text, number, text};
use crate::intrinsic;
use crate::random::Draws;
use rand::Rng;
use serde_json::Value;

/// `$partition(array, size)`: the array in parts of this size, the last one being what is left (J-50).
pub static PARTITION: Builtin = Builtin::new("partition", "<an:a<a>>", |query, args| {
    let array = arg(args, 0);
    let size = number(args, 1).unwrap_or(0.0);
    if array.array_len().is_none_or(|len| len == 0) || size.is_nan() || size < 1.0 {
        return Ok(Val::Undefined);
    }
    let mut parts = vec![];
    let mut rest = elements(array).peekable();
    while rest.peek().is_some() {
        parts.push(made(query, rest.by_ref().take(size as usize).collect())?);
    }
    made(query, parts)
});

/// `$range(first, last, step)`: the numbers from the first to the last (J-51).
pub static RANGE: Builtin = Builtin::new("range", "<nnn?:a<n>>", |query, args| {
    let (Some(first), Some(last), Some(step)) = (number(args, 0), number(args, 1), number(args, 2)) else {
        return Ok(Val::Undefined);
    };
    let steps = ((last - first) / step).floor();
    if !steps.is_finite() || steps < 0.0 {
        return Ok(Val::Undefined);
    }
    query.hold((steps as usize).saturating_add(1).saturating_mul(8))?;
    let numbers = (0..=steps as usize).map(|at| Val::Number(first + at as f64 * step));
    made_sequence(query, numbers.collect())
});

/// `$hash(text, algorithm)`: the digest of a text, in hexadecimal digits (J-52).
pub static HASH: Builtin = Builtin::new("hash", "<ss?:s>", |query, args| {
    let (Some(text), Some(algorithm)) = (text(args, 0), text(args, 1)) else {
        return Ok(Val::Undefined);
    };
    match intrinsic::hexadecimal_digest(text, algorithm) {
        Some(hex) => made_text(query, hex),
        None => Err(Error::internal(format!("no algorithm has the name '{}'", &**algorithm))),
    }
});

/// `$random(seed)`: a number from 0 to below 1, the same for the same seed (J-53).
pub static RANDOM: Builtin = Builtin::new("random", "<n?:n>", |query, args| {
    let mut draws = match number(args, 0) {
        Some(seed) => Draws::new(seed.to_bits().into(), 0),
        None => query.draws(),
    };
    Ok(Val::Number(draws.random()))
});

/// `$uuid()`: a random UUID (J-54).
pub static UUID: Builtin = Builtin::new("uuid", "<:s>", |query, _| {
    Ok(intrinsic::uuid_text(&mut query.draws()).into())
});

/// `$parse(text)`: the value of a JSON text (J-55).
pub static PARSE: Builtin = Builtin::new("parse", "<s:x>", |query, args| {
    let Some(text) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    query.hold(text.len())?;
    match serde_json::from_str::<Value>(text) {
        Ok(value) => Ok(Val::owned(value)),
        Err(error) => Err(Error::internal(error.to_string())),
    }
});
