//! JSONPath as the service speaks it, over paths that were parsed at compile time (P-10 to P-41, RP-7).

mod explain;
mod filter;
mod query;

pub use explain::{invalid_path, missing_argument, missing_field};
pub use query::query;

use crate::Error;
use crate::number::Num;
use serde_json::{Map, Value};

/// One step of a path.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// `.name`, `['name']`
    Key(&'static str),
    /// `[0]`; negative counts from the end.
    At(i64),
    /// `['a','b']`: one object of these members.
    Keys(&'static [&'static str]),
    /// `[0,2]`
    Indices(&'static [i64]),
    /// `[a:b]`
    Slice(Option<i64>, Option<i64>),
    /// `.*`, `[*]`
    Wildcard,
    /// `..`: the value and all its descendants; the next step is applied to each.
    Descend,
    /// `[?(..)]`
    Filter(&'static Filter),
    /// `.length()` at the end.
    Function(Function),
}

/// A function at the end of a path (P-22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `min()`
    Min,
    /// `max()`
    Max,
    /// `avg()`
    Avg,
    /// `sum()`
    Sum,
    /// `stddev()`
    StdDev,
    /// `length()`
    Length,
}

/// The expression of a filter (P-21).
#[derive(Debug, Clone, Copy)]
pub enum Filter {
    /// `a && b`
    And(&'static [Filter]),
    /// `a || b`
    Or(&'static [Filter]),
    /// `!a`
    Not(&'static Filter),
    /// `@.x`: it exists.
    Exists(Operand),
    /// `a == b` and the like.
    Compare(Operand, Comparison, Operand),
}

/// A comparison in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`; a number equals a string that spells it.
    Equal,
    /// `!=`
    NotEqual,
    /// `===`: equal, and of one type.
    StrictEqual,
    /// `!==`
    StrictNotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=~`, the right side an [`Operand::Regex`]
    Matches,
    /// `in`
    In,
    /// `nin`
    NotIn,
    /// `contains`
    Contains,
    /// `size`
    Size,
    /// `empty`
    Empty,
    /// `all`
    All,
    /// `anyof`
    AnyOf,
    /// `noneof`
    NoneOf,
    /// `subsetof`
    SubsetOf,
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub enum Operand {
    /// `@.x`: from the element.
    Element(&'static [Step]),
    /// `$.x`: from the root of the document.
    Root(&'static [Step]),
    /// A string.
    String(&'static str),
    /// A number.
    Number(Num<'static>),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `['a', 1]`, of literals only
    List(&'static [Operand]),
    /// `/pattern/flags`
    Regex {
        /// The pattern.
        pattern: &'static str,
        /// The flags, of `imsx`.
        flags: &'static str,
    },
}

/// What a plain path finds (P-30): one of members and indexes only.
#[inline]
pub fn get<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    let mut value = value;
    for step in steps {
        value = match (step, value) {
            (Step::Key(name), Value::Object(members)) => member(members, name)?,
            (Step::At(index), Value::Array(elements)) => elements.get(position(*index, elements.len())?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// What a plain path finds in a field whose name ends in `.$`: null for an index beyond the end of an array (P-36).
#[inline]
pub fn get_in_template<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    get(value, steps).or_else(|| is_beyond_end(value, steps).then_some(&Value::Null))
}

/// Moves out what a plain path finds, and leaves null in its place.
pub fn take(value: &mut Value, steps: &[Step]) -> Option<Value> {
    get_mut(value, steps).map(Value::take)
}

/// Moves out what a plain path finds in a field whose name ends in `.$`; see [`get_in_template`].
pub fn take_in_template(value: &mut Value, steps: &[Step]) -> Option<Value> {
    take(value, steps).or_else(|| is_beyond_end(value, steps).then_some(Value::Null))
}

/// Puts back what [`take`] has moved out.
#[cold]
pub fn restore(value: &mut Value, steps: &[Step], part: Value) {
    if let Some(place) = get_mut(value, steps) {
        *place = part;
    }
}

/// Objects up to this size are searched one member after the other, which takes less than to hash a name.
const FEW: usize = 16;

// Always inlined: whether the compiler does so by itself changes with what is compiled beside it.
#[inline(always)]
fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    if members.len() > FEW {
        return members.get(name);
    }
    members.iter().find_map(|(key, value)| (key == name).then_some(value))
}

#[inline(always)]
fn member_mut<'v>(members: &'v mut Map<String, Value>, name: &str) -> Option<&'v mut Value> {
    if members.len() > FEW {
        return members.get_mut(name);
    }
    members
        .iter_mut()
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[inline(always)]
fn get_mut<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    let mut value = value;
    for step in steps {
        value = match (step, value) {
            (Step::Key(name), Value::Object(members)) => member_mut(members, name)?,
            (Step::At(index), Value::Array(elements)) => {
                let at = position(*index, elements.len())?;
                elements.get_mut(at)?
            }
            _ => return None,
        };
    }
    Some(value)
}

/// Whether a path ends in an index beyond the end of an array that is there (P-36).
#[cold]
fn is_beyond_end(value: &Value, steps: &[Step]) -> bool {
    let Some((Step::At(index), before)) = steps.split_last() else {
        return false;
    };
    match get(value, before) {
        Some(Value::Array(elements)) => position(*index, elements.len()).is_none(),
        _ => false,
    }
}

/// Where an index points in an array of this length; negative ones count from its end (P-16).
fn position(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add_unsigned(length as u64)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|index| *index < length)
}

/// Writes a value where `ResultPath` says (IO-18 to IO-21, RP-7): it replaces what is there, and objects that are missing
/// on the way are created.
///
/// # Errors
/// `States.ResultPathMatchFailure` when the path leads into something that is no object, or beyond an array. `value` is
/// unchanged then.
pub fn set(value: &mut Value, steps: &[Step], new: Value) -> Result<(), Error> {
    let Some((last, before)) = steps.split_last() else {
        *value = new;
        return Ok(());
    };
    match get_mut(value, before) {
        Some(parent) => match (last, parent) {
            (Step::Key(name), Value::Object(members)) => {
                match member_mut(members, name) {
                    Some(member) => *member = new,
                    None => _ = members.insert((*name).to_owned(), new),
                }
                return Ok(());
            }
            (Step::At(index), Value::Array(elements)) => {
                if let Some(at) = position(*index, elements.len()) {
                    elements[at] = new;
                    return Ok(());
                }
            }
            _ => {}
        },
        None => {
            if let Some((members, name, missing)) = gap(value, steps) {
                let created = missing.into_iter().rev().fold(new, |inner, name| {
                    let mut members = Map::with_capacity(1);
                    members.insert(name.to_owned(), inner);
                    Value::Object(members)
                });
                members.insert(name.to_owned(), created);
                return Ok(());
            }
        }
    }
    Err(explain::unmatched_result_path(value, steps))
}

/// Where a path leaves the objects that are there: the last of them, the name that it lacks, and the names after that.
type Gap<'v> = (&'v mut Map<String, Value>, &'static str, Vec<&'static str>);

fn gap<'v>(value: &'v mut Value, steps: &[Step]) -> Option<Gap<'v>> {
    let mut value = value;
    for (at, step) in steps.iter().enumerate() {
        value = match (step, value) {
            (Step::Key(name), Value::Object(members)) => {
                // A `match` on `get_mut` would borrow the members for the way out too.
                if !members.contains_key(*name) {
                    let missing = steps[at + 1..].iter().map(key).collect::<Option<Vec<_>>>()?;
                    return Some((members, name, missing));
                }
                members.get_mut(*name)?
            }
            (Step::At(index), Value::Array(elements)) => {
                let at = position(*index, elements.len())?;
                elements.get_mut(at)?
            }
            _ => return None,
        };
    }
    None
}

fn key(step: &Step) -> Option<&'static str> {
    match step {
        Step::Key(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
