//! The intrinsic functions (IF-20 to IF-57); `States.Array` is [`crate::data::array`].
//!
//! Arguments are literals or values; what a function takes apart it takes as an [`Arg`], which an owned value is moved
//! into and a borrowed one copied from only as far as needed.

use crate::Error;
use crate::choice::{AsNumber, AsText};
use crate::number::{equal, fingerprint};
use crate::random::Draws;
use crate::text::write_plain;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::Md5;
use rand::RngCore;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::collections::HashMap;
use std::fmt::Display;
use std::hash::RandomState;

/// The longest string that the functions with a limit take, in UTF-16 code units (IF-31 to IF-33).
const MAX_STRING: usize = 10_000;

/// The most elements that `States.ArrayRange` makes (IF-27).
const MAX_RANGE: i128 = 1_000;

/// What a 32-bit integer can be: the range of `States.MathAdd` (IF-36).
const INT: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// Base64 as RFC 4648 has it; the padding may be left out of what is decoded.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An argument of which a function needs parts: a value that it may take apart, or one that it may only read.
pub trait Arg {
    /// To read.
    fn value(&self) -> &Value;
    /// To keep.
    fn into_value(self) -> Value;
    /// To keep one element of an array; null where there is none.
    fn into_element(self, index: usize) -> Value;
}

impl Arg for Value {
    fn value(&self) -> &Value {
        self
    }

    fn into_value(self) -> Value {
        self
    }

    fn into_element(mut self, index: usize) -> Value {
        self.get_mut(index).map(Value::take).unwrap_or_default()
    }
}

impl Arg for &Value {
    fn value(&self) -> &Value {
        self
    }

    fn into_value(self) -> Value {
        self.clone()
    }

    fn into_element(self, index: usize) -> Value {
        self.get(index).cloned().unwrap_or_default()
    }
}

/// The error of a function that cannot take its arguments (IF-11).
fn invalid(function: &str, why: impl Display) -> Error {
    Error::intrinsic(format!("Invalid arguments in {function}: {why}"))
}

fn text<'a>(function: &str, arg: &'a impl AsText) -> Result<&'a str, Error> {
    arg.as_text().ok_or_else(|| invalid(function, "a string is needed"))
}

/// A string of limited length.
fn short_text<'a>(function: &str, arg: &'a impl AsText) -> Result<&'a str, Error> {
    let text = text(function, arg)?;
    limit(function, text)?;
    Ok(text)
}

fn limit(function: &str, text: &str) -> Result<(), Error> {
    // A string has no more code units than bytes.
    if text.len() > MAX_STRING && text.encode_utf16().count() > MAX_STRING {
        return Err(invalid(
            function,
            format_args!("a string of at most {MAX_STRING} characters is needed"),
        ));
    }
    Ok(())
}

/// A number, rounded half up to an integer.
fn integer(function: &str, arg: &impl AsNumber) -> Result<i64, Error> {
    arg.as_number()
        .and_then(|number| number.rounded())
        .ok_or_else(|| invalid(function, "an integer is needed"))
}

fn elements<'a>(function: &str, arg: &'a Value) -> Result<&'a [Value], Error> {
    match arg {
        Value::Array(elements) => Ok(elements),
        _ => Err(invalid(function, "an array is needed")),
    }
}

fn vector(function: &str, arg: impl Arg) -> Result<Vec<Value>, Error> {
    match arg.into_value() {
        Value::Array(elements) => Ok(elements),
        _ => Err(invalid(function, "an array is needed")),
    }
}

fn object(function: &str, arg: impl Arg) -> Result<Map<String, Value>, Error> {
    match arg.into_value() {
        Value::Object(members) => Ok(members),
        _ => Err(invalid(function, "an object is needed")),
    }
}

/// `States.Format` of a literal template (IF-20, IF-21): the text between its `{}`, and what to put there.
pub fn format(pieces: &[&str], args: &[&Value]) -> Value {
    let mut text = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum::<usize>() + 16 * args.len());
    let mut args = args.iter();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0
            && let Some(arg) = args.next()
        {
            write_plain(arg, &mut text);
        }
        text.push_str(piece);
    }
    Value::String(text)
}

/// `States.Format` of a template that is a value (IF-20, IF-21, IF-6).
///
/// # Errors
/// When the template is no string, has a bare brace, or not one `{}` for each argument.
pub fn format_template(template: impl AsText, args: &[&Value]) -> Result<Value, Error> {
    const NAME: &str = "States.Format";
    let template = text(NAME, &template)?;
    let mut formatted = String::with_capacity(template.len() + 16 * args.len());
    let mut args = args.iter();
    let mut rest = template.chars();
    let mismatch = || invalid(NAME, "number of arguments do not match the occurrences of {}");
    while let Some(next) = rest.next() {
        match next {
            '\\' if rest.as_str().starts_with(['\'', '{', '}', '\\']) => formatted.extend(rest.next()),
            '{' if rest.as_str().starts_with('}') => {
                rest.next();
                write_plain(args.next().ok_or_else(mismatch)?, &mut formatted);
            }
            '{' => return Err(invalid(NAME, "matching '}' not found for '{'")),
            '}' => return Err(invalid(NAME, "matching '{' not found for '}'")),
            _ => formatted.push(next),
        }
    }
    match args.next() {
        None => Ok(Value::String(formatted)),
        Some(_) => Err(mismatch()),
    }
}

/// `States.StringToJson` (IF-22): null for a blank string.
///
/// # Errors
/// When the argument is no JSON text.
pub fn string_to_json(json: impl AsText) -> Result<Value, Error> {
    const NAME: &str = "States.StringToJson";
    match text(NAME, &json)?.trim() {
        "" => Ok(Value::Null),
        // Read as a double it would keep its sign.
        "-0" => Ok(0.into()),
        json => serde_json::from_str(json).map_err(|error| invalid(NAME, error)),
    }
}

/// `States.JsonToString` (IF-23).
///
/// # Errors
/// Never; it is a `Result` like those of its siblings.
pub fn json_to_string(value: &Value) -> Result<Value, Error> {
    Ok(Value::String(value.to_string()))
}

/// `States.ArrayPartition` (IF-25).
///
/// # Errors
/// When the arguments are no array and no positive number.
pub fn array_partition(array: impl Arg, size: impl AsNumber) -> Result<Value, Error> {
    const NAME: &str = "States.ArrayPartition";
    let elements = vector(NAME, array)?;
    let size = match usize::try_from(integer(NAME, &size)?) {
        Ok(size @ 1..) => size,
        _ => return Err(invalid(NAME, "a positive size is needed")),
    };
    let mut chunks = Vec::with_capacity(elements.len().div_ceil(size));
    let mut elements = elements.into_iter();
    while elements.len() > 0 {
        chunks.push(Value::Array(elements.by_ref().take(size).collect()));
    }
    Ok(Value::Array(chunks))
}

/// `States.ArrayContains` (IF-26).
///
/// # Errors
/// When the first argument is no array.
pub fn array_contains(array: &Value, wanted: &Value) -> Result<Value, Error> {
    let elements = elements("States.ArrayContains", array)?;
    Ok(elements.iter().any(|element| equal(element, wanted)).into())
}

/// `States.ArrayRange` (IF-27).
///
/// # Errors
/// When an argument is no number, the step is 0, or there are more than 1000 elements.
pub fn array_range(first: impl AsNumber, last: impl AsNumber, step: impl AsNumber) -> Result<Value, Error> {
    const NAME: &str = "States.ArrayRange";
    let (first, last, step) = (integer(NAME, &first)?, integer(NAME, &last)?, integer(NAME, &step)?);
    if step == 0 {
        return Err(invalid(NAME, "the step cannot be 0"));
    }
    let distance = i128::from(last) - i128::from(first);
    let step = i128::from(step);
    let count = if distance.signum() * step.signum() < 0 {
        0
    } else {
        distance / step + 1
    };
    if count > MAX_RANGE {
        return Err(invalid(
            NAME,
            format_args!("a range of at most {MAX_RANGE} elements is needed"),
        ));
    }
    let element = |at: i128| i64::try_from(i128::from(first) + at * step).unwrap_or(last);
    Ok((0..count).map(element).collect())
}

/// `States.ArrayGetItem` (IF-28).
///
/// # Errors
/// When the arguments are no array and no index in it.
pub fn array_get_item(array: impl Arg, index: impl AsNumber) -> Result<Value, Error> {
    const NAME: &str = "States.ArrayGetItem";
    let length = elements(NAME, array.value())?.len();
    let index = usize::try_from(integer(NAME, &index)?)
        .ok()
        .filter(|index| *index < length);
    let index = index.ok_or_else(|| invalid(NAME, format_args!("an index below {length} is needed")))?;
    Ok(array.into_element(index))
}

/// `States.ArrayLength` (IF-29).
///
/// # Errors
/// When the argument is no array.
pub fn array_length(array: &Value) -> Result<Value, Error> {
    Ok(elements("States.ArrayLength", array)?.len().into())
}

/// `States.ArrayUnique` (IF-30): the first of equal elements stays.
///
/// # Errors
/// When the argument is no array.
pub fn array_unique(array: impl Arg) -> Result<Value, Error> {
    let elements = vector("States.ArrayUnique", array)?;
    let keys = RandomState::new();
    let mut unique: Vec<Value> = Vec::with_capacity(elements.len());
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(elements.len());
    for element in elements {
        let alike = seen.entry(fingerprint(&element, &keys)).or_default();
        if !alike.iter().any(|at| equal(&unique[*at], &element)) {
            alike.push(unique.len());
            unique.push(element);
        }
    }
    Ok(Value::Array(unique))
}

/// `States.Base64Encode` (IF-31).
///
/// # Errors
/// When the argument is no string of at most 10000 characters.
pub fn base64_encode(data: impl AsText) -> Result<Value, Error> {
    Ok(BASE64.encode(short_text("States.Base64Encode", &data)?).into())
}

/// `States.Base64Decode` (IF-32). Bytes that are no UTF-8 become U+FFFD.
///
/// # Errors
/// When the argument is no Base64 string of at most 10000 characters.
pub fn base64_decode(data: impl AsText) -> Result<Value, Error> {
    const NAME: &str = "States.Base64Decode";
    let bytes = BASE64
        .decode(short_text(NAME, &data)?)
        .map_err(|error| invalid(NAME, error))?;
    Ok(String::from_utf8_lossy(&bytes).into())
}

/// `States.Hash` (IF-33): of a string its bytes, of anything else its JSON text.
///
/// # Errors
/// When the text has more than 10000 characters or the algorithm is unknown.
pub fn hash(data: &Value, algorithm: impl AsText) -> Result<Value, Error> {
    const NAME: &str = "States.Hash";
    let json;
    let data = match data {
        Value::String(text) => text,
        other => {
            json = other.to_string();
            &json
        }
    };
    limit(NAME, data)?;
    let algorithm = text(NAME, &algorithm)?;
    hexadecimal_digest(data, algorithm)
        .map(Value::from)
        .ok_or_else(|| invalid(NAME, format_args!("no algorithm has the name '{algorithm}'")))
}

/// The digest of a text, if an algorithm has this name.
pub(crate) fn hexadecimal_digest(data: &str, algorithm: &str) -> Option<String> {
    Some(match algorithm {
        "MD5" => digest::<Md5>(data),
        "SHA-1" => digest::<Sha1>(data),
        "SHA-256" => digest::<Sha256>(data),
        "SHA-384" => digest::<Sha384>(data),
        "SHA-512" => digest::<Sha512>(data),
        _ => return None,
    })
}

fn digest<D: Digest>(data: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    D::digest(data)
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

/// `States.JsonMerge` (IF-34): the members of the second object win.
///
/// # Errors
/// When the arguments are no objects and no boolean, or the merge is to be deep, which the service does not support.
pub fn json_merge(first: impl Arg, second: impl Arg, deep: impl AsBool) -> Result<Value, Error> {
    const NAME: &str = "States.JsonMerge";
    match deep.as_bool() {
        Some(false) => {}
        Some(true) => return Err(invalid(NAME, "the service merges shallowly only")),
        None => return Err(invalid(NAME, "a boolean is needed")),
    }
    let mut merged = object(NAME, first)?;
    merged.extend(object(NAME, second)?);
    Ok(Value::Object(merged))
}

/// A boolean argument.
pub trait AsBool {
    /// The boolean, if it is one.
    fn as_bool(&self) -> Option<bool>;
}

impl AsBool for bool {
    fn as_bool(&self) -> Option<bool> {
        Some(*self)
    }
}

impl AsBool for &Value {
    fn as_bool(&self) -> Option<bool> {
        Value::as_bool(self)
    }
}

/// `States.MathRandom` (IF-35): from the start to below the end; the same seed gives the same number.
///
/// # Errors
/// When the arguments are no numbers, the first below the second.
pub fn math_random(
    start: impl AsNumber,
    end: impl AsNumber,
    seed: Option<&Value>,
    random: &mut impl RngCore,
) -> Result<Value, Error> {
    const NAME: &str = "States.MathRandom";
    let (start, end) = (integer(NAME, &start)?, integer(NAME, &end)?);
    if start >= end {
        return Err(invalid(NAME, "a start below the end is needed"));
    }
    let draw = match seed {
        Some(seed) => Draws::new(integer(NAME, &seed)? as u128, 0).next_u64(),
        None => random.next_u64(),
    };
    // The high half of the product is as evenly spread as 64 random bits are.
    let offset = (u128::from(draw) * u128::from(end.abs_diff(start))) >> 64;
    Ok(start.wrapping_add_unsigned(offset as u64).into())
}

/// `States.MathAdd` (IF-36, IF-51): each number is rounded first.
///
/// # Errors
/// When the arguments are no numbers, or one or the sum is beyond 32 bits.
pub fn math_add(a: impl AsNumber, b: impl AsNumber) -> Result<Value, Error> {
    const NAME: &str = "States.MathAdd";
    let (a, b) = (integer(NAME, &a)?, integer(NAME, &b)?);
    if INT.contains(&a) && INT.contains(&b) && INT.contains(&(a + b)) {
        Ok((a + b).into())
    } else {
        Err(invalid(
            NAME,
            format_args!("numbers from {} to {} are needed", INT.start(), INT.end()),
        ))
    }
}

/// `States.StringSplit` (IF-37, IF-52): every character of `delimiters` splits, empty pieces are dropped.
///
/// # Errors
/// When an argument is no string.
pub fn string_split(string: impl AsText, delimiters: impl AsText) -> Result<Value, Error> {
    const NAME: &str = "States.StringSplit";
    let (string, delimiters) = (text(NAME, &string)?, text(NAME, &delimiters)?);
    let pieces = string
        .split(|c| delimiters.contains(c))
        .filter(|piece| !piece.is_empty());
    Ok(pieces.map(Value::from).collect())
}

/// `States.UUID` (IF-38).
pub fn uuid(random: &mut impl RngCore) -> Value {
    uuid_text(random).into()
}

pub(crate) fn uuid_text(random: &mut impl RngCore) -> String {
    let mut bytes = [0; 16];
    random.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests;
