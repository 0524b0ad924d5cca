//! Values to walk through, whether they are data or made.

use super::{Function, Object, Val};
use crate::number::Num;
use serde_json::{Map, Value};

/// A value, its kind in the open.
#[derive(Clone, Copy)]
pub(crate) enum View<'v, 'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(&'v str),
    Array(Elements<'v, 'a>),
    Object(Members<'v, 'a>),
    Function(&'v Function<'a>),
}

/// The elements of an array.
#[derive(Clone, Copy)]
pub(crate) enum Elements<'v, 'a> {
    Made(&'v [Val<'a>]),
    Data(&'v [Value]),
}

/// The members of an object.
#[derive(Clone, Copy)]
pub(crate) enum Members<'v, 'a> {
    Made(&'v Object<'a>),
    Data(&'v Map<String, Value>),
}

impl<'v, 'a> From<&'v Val<'a>> for View<'v, 'a> {
    fn from(value: &'v Val<'a>) -> Self {
        match value {
            Val::Undefined => View::Undefined,
            Val::Null => View::Null,
            Val::Bool(value) => View::Bool(*value),
            Val::Number(number) => View::Number(*number),
            Val::String(text) => View::String(text),
            Val::Json(value) => View::from(*value),
            Val::Array(array) => View::Array(Elements::Made(&array.elements)),
            Val::Object(object) => View::Object(Members::Made(object)),
            Val::Function(function) => View::Function(function),
        }
    }
}

impl<'v> From<&'v Value> for View<'v, '_> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => View::Null,
            Value::Bool(value) => View::Bool(*value),
            Value::Number(number) => View::Number(Num::Json(number).as_f64()),
            Value::String(text) => View::String(text),
            Value::Array(elements) => View::Array(Elements::Data(elements)),
            Value::Object(members) => View::Object(Members::Data(members)),
        }
    }
}

impl<'v, 'a> Elements<'v, 'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Elements::Made(elements) => elements.len(),
            Elements::Data(elements) => elements.len(),
        }
    }

    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = View<'v, 'a>> + ExactSizeIterator {
        (0..self.len()).map(move |at| match self {
            Elements::Made(elements) => View::from(&elements[at]),
            Elements::Data(elements) => View::from(&elements[at]),
        })
    }
}

impl<'v, 'a> Members<'v, 'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Members::Made(object) => object.members().len(),
            Members::Data(members) => members.len(),
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<View<'v, 'a>> {
        match self {
            Members::Made(object) => object.get(name).map(View::from),
            Members::Data(members) => members.get(name).map(View::from),
        }
    }

    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = (&'v str, View<'v, 'a>)> {
        let (made, data) = match self {
            Members::Made(object) => (Some(object), None),
            Members::Data(members) => (None, Some(members)),
        };
        let made = made.map(Object::members).unwrap_or_default();
        let made = made.iter().map(|(name, value)| (&**name, View::from(value)));
        let data = data.into_iter().flatten();
        made.chain(data.map(|(name, value)| (name.as_str(), View::from(value))))
    }
}

/// The elements of an array, as values.
pub(crate) fn elements<'v, 'a>(value: &'v Val<'a>) -> impl DoubleEndedIterator<Item = Val<'a>> + use<'v, 'a> {
    let len = value.array_len().unwrap_or(0);
    (0..len).map(move |at| value.element(at).unwrap_or(Val::Undefined))
}

/// The members of an object, as values.
pub(crate) fn members<'v, 'a>(value: &'v Val<'a>) -> impl Iterator<Item = (super::Text<'a>, Val<'a>)> + use<'v, 'a> {
    let (made, data): (&[_], _) = match value {
        Val::Object(object) => (object.members(), None),
        Val::Json(Value::Object(members)) => (&[], Some(members)),
        _ => (&[], None),
    };
    let data = data.into_iter().flatten();
    let data = data.map(|(name, value)| (super::Text::Borrowed(name), Val::from(value)));
    made.iter().cloned().chain(data)
}

/// Whether two values are equal: numbers as JSONata computes with them, objects whatever the order of their members.
///
/// Goes as deep as the values do without using the stack.
pub(super) fn equal<'a>(a: &Val<'a>, b: &Val<'a>) -> bool {
    let (a, b) = (View::from(a), View::from(b));
    match (a, b) {
        (View::Array(_), View::Array(_)) | (View::Object(_), View::Object(_)) => deep_equal(a, b),
        _ => shallow_equal(a, b),
    }
}

/// Whether values that are neither two arrays nor two objects are equal.
fn shallow_equal<'a>(a: View<'_, 'a>, b: View<'_, 'a>) -> bool {
    match (a, b) {
        (View::Undefined, View::Undefined) | (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Number(a), View::Number(b)) => a == b,
        (View::String(a), View::String(b)) => a == b,
        (View::Function(a), View::Function(b)) => a == b,
        _ => false,
    }
}

fn deep_equal<'v, 'a>(a: View<'v, 'a>, b: View<'v, 'a>) -> bool {
    let mut pairs = vec![(a, b)];
    while let Some(pair) = pairs.pop() {
        match pair {
            (View::Array(a), View::Array(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                pairs.extend(a.iter().zip(b.iter()));
            }
            (View::Object(a), View::Object(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                for (name, value) in a.iter() {
                    match b.get(name) {
                        Some(other) => pairs.push((value, other)),
                        None => return false,
                    }
                }
            }
            (a, b) => {
                if !shallow_equal(a, b) {
                    return false;
                }
            }
        }
    }
    true
}

impl Val<'_> {
    /// Whether it counts as true where a condition stands.
    ///
    /// # Errors
    /// D1001 for an infinite number.
    pub fn is_true(&self) -> Result<bool, super::Error> {
        truthy(self)
    }
}

/// Whether a value counts as true where a condition stands.
///
/// # Errors
/// D1001 for an infinite number.
pub(super) fn truthy(value: &Val<'_>) -> Result<bool, super::Error> {
    if let Val::Bool(value) = value {
        return Ok(*value);
    }
    let mut rest = vec![];
    let mut next = Some(View::from(value));
    while let Some(value) = next {
        let truth = match value {
            View::Undefined | View::Null => false,
            View::Bool(value) => value,
            View::Number(number) => super::text::finite(number)? && number != 0.0,
            View::String(text) => !text.is_empty(),
            View::Object(members) => members.len() > 0,
            // Functions are objects to JSONata, but those that regular expressions become are not.
            View::Function(function) => !matches!(function, Function::Regex(_)),
            View::Array(elements) => {
                rest.extend(elements.iter().rev());
                false
            }
        };
        if truth {
            return Ok(true);
        }
        next = rest.pop();
    }
    Ok(false)
}
