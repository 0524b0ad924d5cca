//! Operators with two operands, and what counts as true.

use super::limit::{MAX_BYTES, out_of_memory};
use super::path::compare_strings;
use super::text::{shown, write_string};
use super::value::Array;
use super::view::equal as equals;
use super::{Error, Query, Result, Val};
use std::cmp::Ordering;

macro_rules! arithmetic {
    ($($(#[$doc:meta])* $name:ident $sign:literal $compute:expr;)*) => {
        $($(#[$doc])*
        ///
        /// # Errors
        /// `T2001`, `T2002` where an operand is there and no number.
        pub fn $name<'a>(left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> Result<Val<'a>> {
            let compute: fn(f64, f64) -> f64 = $compute;
            match operands($sign, &left.into(), &right.into())? {
                Some((left, right)) => Ok(Val::Number(compute(left, right))),
                None => Ok(Val::Undefined),
            }
        })*
    };
}

arithmetic! {
    /// `left + right`
    add "+" |left, right| left + right;
    /// `left - right`
    subtract "-" |left, right| left - right;
    /// `left * right`
    multiply "*" |left, right| left * right;
    /// `left / right`
    divide "/" |left, right| left / right;
    /// `left % right`
    modulo "%" |left, right| left % right;
}

fn operands(sign: &str, left: &Val<'_>, right: &Val<'_>) -> Result<Option<(f64, f64)>> {
    let number = |code, side, operand: &Val| match is_number(operand)? || operand.is_undefined() {
        true => Ok(operand.as_number()),
        false => Err(Error::new(
            code,
            format!("The {side} side of the \"{sign}\" operator must evaluate to a number"),
        )),
    };
    let left = number("T2001", "left", left)?;
    let right = number("T2002", "right", right)?;
    Ok(left.zip(right))
}

/// Whether it is a number to compute with.
///
/// # Errors
/// `D1001` where a computation has left the range of numbers.
pub(super) fn is_number(value: &Val<'_>) -> Result<bool> {
    match value {
        Val::Number(number) if number.is_infinite() => Err(Error::new("D1001", "Number out of range: null")),
        Val::Number(number) => Ok(!number.is_nan()),
        Val::Json(value) => Ok(value.is_number()),
        _ => Ok(false),
    }
}

/// `-value`
///
/// # Errors
/// `D1002` where it is there and no number.
pub fn negate(value: Val<'_>) -> Result<Val<'_>> {
    match (is_number(&value)?, value.as_number()) {
        (true, Some(number)) => Ok(Val::Number(-number)),
        _ if value.is_undefined() => Ok(value),
        _ => Err(Error::new(
            "D1002",
            format!("Cannot negate a non-numeric value: {}", shown(&value)),
        )),
    }
}

/// `left = right`; nothing equals nothing.
pub fn equal<'a>(left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> bool {
    let (left, right) = (left.into(), right.into());
    !left.is_undefined() && !right.is_undefined() && equals(&left, &right)
}

/// `left != right`; nothing differs from nothing.
pub fn not_equal<'a>(left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> bool {
    let (left, right) = (left.into(), right.into());
    !left.is_undefined() && !right.is_undefined() && !equals(&left, &right)
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $sign:literal $holds:expr;)*) => {
        $($(#[$doc])*
        ///
        /// # Errors
        /// `T2010` where an operand is neither string nor number, `T2009` where they are not of one type.
        pub fn $name<'a>(left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> Result<Val<'a>> {
            let holds: fn(Ordering) -> bool = $holds;
            compare($sign, &left.into(), &right.into(), holds)
        })*
    };
}

comparisons! {
    /// `left < right`
    less "<" Ordering::is_lt;
    /// `left <= right`
    less_or_equal "<=" Ordering::is_le;
    /// `left > right`
    greater ">" Ordering::is_gt;
    /// `left >= right`
    greater_or_equal ">=" Ordering::is_ge;
}

fn compare<'a>(sign: &str, left: &Val<'a>, right: &Val<'a>, holds: fn(Ordering) -> bool) -> Result<Val<'a>> {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return Ok(Val::Bool(left.partial_cmp(&right).is_some_and(holds)));
    }
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Ok(Val::Bool(holds(compare_strings(left, right))));
    }
    let comparable = |value: &Val| value.is_undefined() || value.as_str().is_some() || value.as_number().is_some();
    if !comparable(left) || !comparable(right) {
        return Err(Error::new(
            "T2010",
            format!("The expressions either side of operator \"{sign}\" must evaluate to numeric or string values"),
        ));
    }
    if left.is_undefined() || right.is_undefined() {
        return Ok(Val::Undefined);
    }
    Err(Error::new(
        "T2009",
        format!(
            "The values {} and {} either side of operator \"{sign}\" must be of the same data type",
            shown(left),
            shown(right)
        ),
    ))
}

/// `left in right`: whether a value without parts is among those on the right.
pub fn is_in<'a>(left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> bool {
    let (left, right) = (left.into(), right.into());
    let is_plain = |value: &Val| !value.is_array() && value.members_len().is_none();
    let mut found = false;
    if !left.is_undefined() && is_plain(&left) {
        match right.is_array() {
            true => right.visit(&mut |element| found = found || equals(&left, element)),
            false => found = equals(&left, &right),
        }
    }
    found
}

/// `[left..right]`: the integers from one to the other.
///
/// # Errors
/// `T2003`, `T2004` where an operand is there and no integer, `D2014` where it would have more than ten million elements; and where
/// it is larger than values can be (J-69).
pub fn range<'a>(query: &Query<'_>, left: impl Into<Val<'a>>, right: impl Into<Val<'a>>) -> Result<Val<'a>> {
    let (left, right) = (left.into(), right.into());
    let integer = |code, side, operand: &Val| match operand.as_number() {
        Some(number) if number == number.trunc() && number.is_finite() => Ok(Some(number)),
        None if operand.is_undefined() => Ok(None),
        _ => Err(Error::new(
            code,
            format!("The {side} side of the range operator (..) must evaluate to an integer"),
        )),
    };
    let left = integer("T2003", "left", &left)?;
    let right = integer("T2004", "right", &right)?;
    let Some((left, right)) = left.zip(right).filter(|(left, right)| left <= right) else {
        return Ok(Val::Undefined);
    };
    let size = right - left + 1.0;
    if size > 1e7 {
        let text = "The size of the sequence allocated by the range operator (..) must not exceed 1e6.";
        return Err(Error::new("D2014", format!("{text}  Attempted to allocate {size}.")));
    }
    query.hold(size as usize * 8)?;
    let elements = (0..size as usize).map(|at| Val::Number(left + at as f64)).collect();
    Ok(Val::Array(Array::sequence(elements).into()).collapsed())
}

/// `a & b & c`: nothing is no text.
///
/// # Errors
/// `D3001` where an operand has no text.
pub fn concat<'a, const N: usize>(query: &Query<'_>, operands: [Val<'a>; N]) -> Result<Val<'a>> {
    /// Room for a number.
    const NUMBER: usize = 24;
    let room = operands.iter().map(|operand| operand.as_str().map_or(NUMBER, str::len));
    let mut text = String::with_capacity(room.sum());
    for operand in &operands {
        write_string(&mut text, operand)?;
        if text.len() > MAX_BYTES {
            return Err(out_of_memory());
        }
    }
    query.hold(text.len())?;
    Ok(Val::from(text))
}
