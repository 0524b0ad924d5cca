//! Values while an expression is evaluated.

use super::limit::{MAX_ELEMENTS, out_of_memory};
use super::{Function, Result};
use crate::number::Num;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::HashMap;
use std::mem;
use std::ops::{Deref, Range};
use std::rc::Rc;

/// A value. Data is borrowed until an expression makes something of it.
#[derive(Clone)]
pub enum Val<'a> {
    /// Nothing.
    Undefined,
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number that was computed.
    Number(f64),
    /// A string.
    String(Text<'a>),
    /// A number, an array or an object of the data, as it is there.
    Json(&'a Value),
    /// An array that was made.
    Array(Rc<Array<'a>>),
    /// An object that was made.
    Object(Rc<Object<'a>>),
    /// A function.
    Function(Function<'a>),
}

/// A string of the data, of the expression, or one that was made.
#[derive(Clone)]
pub enum Text<'a> {
    /// Of the data.
    Borrowed(&'a str),
    /// Of the expression.
    Static(&'static str),
    /// Made.
    Shared(Rc<str>),
}

/// An array that was made, and what JSONata knows of where it came from.
#[derive(Clone, Default)]
pub struct Array<'a> {
    /// Its elements. None is [`Val::Undefined`].
    pub elements: Vec<Val<'a>>,
    /// It is the result of a path: one element alone is that element, and none is nothing.
    pub sequence: bool,
    /// `[]` was said: one element alone stays an array.
    pub keep_singleton: bool,
    /// It is a constructor at an end of a path, which does not dissolve in the sequence around it.
    pub cons: bool,
    extent: Cell<Extent>,
}

/// How much there is in a value, whatever of it is shared: what is small in memory can take forever to go through. Most values
/// are never asked for it; until one is, it has no words.
#[derive(Clone, Copy, Default)]
struct Extent {
    /// The words that it would take if nothing was shared.
    words: u32,
    /// How deep functions are nested in functions, by what they hold. To drop one drops those in it.
    functions: u32,
}

impl Extent {
    fn of<'v, 'a: 'v>(parts: impl Iterator<Item = &'v Val<'a>>) -> Extent {
        let together = parts.map(Val::extent).fold(Extent::default(), |all, part| Extent {
            words: all.words.saturating_add(part.words),
            functions: all.functions.max(part.functions),
        });
        Extent {
            words: together.words.max(1),
            ..together
        }
    }
}

/// An object that was made, in the order of its making.
#[derive(Clone, Default)]
pub struct Object<'a> {
    members: Vec<(Text<'a>, Val<'a>)>,
    /// Where each name is, once there are many.
    index: Option<HashMap<Text<'a>, usize>>,
    extent: Cell<Extent>,
}

/// From how many members on an object has an index.
pub(super) const MANY: usize = 32;

/// The member of this name. Comparing a few names takes less time than hashing one.
pub(super) fn find<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    match members.len() > MANY {
        true => members.get(name),
        false => members
            .iter()
            .find(|(member, _)| *member == name)
            .map(|(_, value)| value),
    }
}

impl<'a> Object<'a> {
    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Val<'a>> {
        self.position(name).map(|at| &self.members[at].1)
    }

    /// Sets a member; one that is there keeps its place.
    pub fn insert(&mut self, name: Text<'a>, value: Val<'a>) {
        match self.position(&name) {
            Some(at) => {
                self.members[at].1 = value;
                self.extent = Cell::default();
            }
            None => self.push(name, value),
        }
    }

    /// An empty one with room.
    pub fn with_capacity(capacity: usize) -> Object<'a> {
        Object {
            members: Vec::with_capacity(capacity),
            index: None,
            extent: Cell::default(),
        }
    }

    /// One with these members, whose names differ.
    pub(super) fn of(members: Vec<(Text<'a>, Val<'a>)>) -> Object<'a> {
        let index = (members.len() > MANY).then(|| index(&members));
        Object {
            members,
            index,
            extent: Cell::default(),
        }
    }

    /// Adds a member whose name is known to be new.
    pub(super) fn push(&mut self, name: Text<'a>, value: Val<'a>) {
        if let Some(index) = &mut self.index {
            index.insert(name.clone(), self.members.len());
        }
        self.members.push((name, value));
        self.extent = Cell::default();
        if self.index.is_none() && self.members.len() > MANY {
            self.index = Some(index(&self.members));
        }
    }

    /// The members, in order.
    pub fn members(&self) -> &[(Text<'a>, Val<'a>)] {
        &self.members
    }

    /// The members, moved out if nothing else holds the object.
    pub(super) fn into_members(mut self: Rc<Object<'a>>) -> Vec<(Text<'a>, Val<'a>)> {
        match Rc::get_mut(&mut self) {
            Some(object) => mem::take(&mut object.members),
            None => self.members.clone(),
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.members.iter().position(|(member, _)| is_same(member, name)),
        }
    }
}

/// Whether two names are the same. Those of one object often have one length and differ at the end: `SKU-0001`, `SKU-0002`.
fn is_same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.as_bytes().last() == right.as_bytes().last() && left == right
}

/// Where each name is.
fn index<'a>(members: &[(Text<'a>, Val<'a>)]) -> HashMap<Text<'a>, usize> {
    let names = members.iter().map(|(name, _)| name.clone());
    names.zip(0..).collect()
}

impl<'a> Array<'a> {
    /// An array as a constructor makes it.
    pub fn new(elements: Vec<Val<'a>>) -> Array<'a> {
        Array {
            elements,
            sequence: false,
            keep_singleton: false,
            cons: false,
            extent: Cell::default(),
        }
    }

    /// The result of a path, before one element alone becomes that element.
    pub fn sequence(elements: Vec<Val<'a>>) -> Array<'a> {
        let mut array = Array::new(elements);
        array.sequence = true;
        array
    }
}

impl Drop for Array<'_> {
    fn drop(&mut self) {
        drop_parts(&mut self.elements);
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        if self.members.iter().any(|(_, value)| has_parts(value)) {
            drop_parts(&mut self.members.drain(..).map(|(_, value)| value).collect());
        }
    }
}

/// Whether a value may hold others.
fn has_parts(value: &Val<'_>) -> bool {
    matches!(value, Val::Array(_) | Val::Object(_))
}

/// Drops values that may be nested as deep as an expression likes, without using the stack.
fn drop_parts(values: &mut Vec<Val<'_>>) {
    if !values.iter().any(has_parts) {
        return;
    }
    while let Some(mut value) = values.pop() {
        // What holds no others is left as it is: to drop it goes no deeper.
        match &mut value {
            Val::Array(array) => {
                if let Some(array) = Rc::get_mut(array)
                    && array.elements.iter().any(has_parts)
                {
                    values.append(&mut array.elements);
                }
            }
            Val::Object(object) => {
                if let Some(object) = Rc::get_mut(object)
                    && object.members.iter().any(|(_, value)| has_parts(value))
                {
                    values.extend(object.members.drain(..).map(|(_, value)| value));
                }
            }
            _ => {}
        }
    }
}

impl<'a> Val<'a> {
    /// An array as a constructor makes it.
    pub fn array(elements: Vec<Val<'a>>) -> Val<'a> {
        Val::Array(Rc::new(Array::new(elements)))
    }

    /// A value of data that nothing else holds.
    pub fn owned(value: Value) -> Val<'a> {
        match value {
            Value::Null => Val::Null,
            Value::Bool(value) => Val::Bool(value),
            Value::Number(number) => Val::Number(Num::Json(&number).as_f64()),
            Value::String(text) => text.into(),
            Value::Array(elements) => Val::array(elements.into_iter().map(Val::owned).collect()),
            Value::Object(members) => {
                let mut object = Object::with_capacity(members.len());
                for (name, value) in members {
                    object.push(name.into(), Val::owned(value));
                }
                object.into()
            }
        }
    }

    /// The result of a path: nothing, the one element, or an array of all.
    pub fn sequence(elements: Vec<Val<'a>>) -> Val<'a> {
        Val::Array(Rc::new(Array::sequence(elements))).collapsed()
    }

    /// What a sequence is once its expression is done: one element alone is that element, and none is nothing.
    pub fn collapsed(self) -> Val<'a> {
        match self {
            Val::Array(array) if array.sequence && array.elements.is_empty() => Val::Undefined,
            Val::Array(array) if array.sequence && !array.keep_singleton && array.elements.len() == 1 => {
                array.elements[0].clone()
            }
            other => other,
        }
    }

    /// The value as the input of an expression that belongs to no machine: an array is one value, and no path dissolves it
    /// before its first step.
    pub fn around(&self) -> Val<'a> {
        match self.is_array() {
            true => Val::Array(Array::sequence(vec![self.clone()]).into()),
            false => self.clone(),
        }
    }

    #[inline]
    fn extent(&self) -> Extent {
        match self {
            Val::Array(array) => known(&array.extent, || Extent::of(array.elements.iter())),
            Val::Object(object) => known(&object.extent, || {
                Extent::of(object.members.iter().map(|(_, value)| value))
            }),
            Val::String(text) => Extent {
                words: u32::try_from(1 + text.len() / size_of::<usize>()).unwrap_or(u32::MAX),
                functions: 0,
            },
            Val::Function(function) => Extent {
                words: 1,
                functions: function.nesting(),
            },
            _ => Extent { words: 1, functions: 0 },
        }
    }

    /// How deep functions are nested in it.
    pub fn nesting(&self) -> u32 {
        self.extent().functions
    }

    /// The value, unless it is larger than values can be.
    ///
    /// # Errors
    /// Where it needs more memory than an evaluation is given (J-69), had each part of it its own.
    pub(super) fn bounded(self) -> Result<Val<'a>> {
        match self.extent().words as usize <= MAX_ELEMENTS {
            true => Ok(self),
            false => Err(out_of_memory()),
        }
    }

    /// The bytes that are gone through with all that stands in it, as they are counted: 8 for each element of an array.
    pub(super) fn size(&self) -> usize {
        match self {
            Val::String(text) => text.len(),
            value => value.array_len().unwrap_or(0) * 8,
        }
    }

    /// Whether it is nothing.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Val::Undefined)
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self, Val::Array(_) | Val::Json(Value::Array(_)))
    }

    /// The number that it is, as JSONata computes with it.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Val::Number(number) => Some(*number),
            Val::Json(Value::Number(number)) => Some(Num::Json(number).as_f64()),
            _ => None,
        }
    }

    /// The string that it is.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Val::String(text) => Some(text),
            _ => None,
        }
    }

    /// How many elements it has, if it is an array.
    pub fn array_len(&self) -> Option<usize> {
        match self {
            Val::Array(array) => Some(array.elements.len()),
            Val::Json(Value::Array(elements)) => Some(elements.len()),
            _ => None,
        }
    }

    /// The element at `index`, if it is an array that has one there.
    pub fn element(&self, index: usize) -> Option<Val<'a>> {
        match self {
            Val::Array(array) => array.elements.get(index).cloned(),
            Val::Json(Value::Array(elements)) => elements.get(index).map(Val::from),
            _ => None,
        }
    }

    /// How many members it has, if it is an object.
    pub fn members_len(&self) -> Option<usize> {
        match self {
            Val::Object(object) => Some(object.members.len()),
            Val::Json(Value::Object(members)) => Some(members.len()),
            _ => None,
        }
    }

    /// The member of this name, if it is an object that has one.
    pub fn own_member(&self, name: &str) -> Option<Val<'a>> {
        match self {
            Val::Object(object) => object.get(name).cloned(),
            Val::Json(Value::Object(members)) => find(members, name).map(Val::from),
            _ => None,
        }
    }

    /// The members of an object, one after the other.
    pub fn visit_members(&self, visit: &mut dyn FnMut(&str, Val<'a>)) {
        match self {
            Val::Object(object) => {
                for (name, value) in &object.members {
                    visit(name, value.clone());
                }
            }
            Val::Json(Value::Object(members)) => {
                for (name, value) in members {
                    visit(name, value.into());
                }
            }
            _ => {}
        }
    }
}

/// What is in the cell, or else goes there.
fn known(cell: &Cell<Extent>, find: impl FnOnce() -> Extent) -> Extent {
    if cell.get().words == 0 {
        cell.set(find());
    }
    cell.get()
}

impl<'a> From<&'a Value> for Val<'a> {
    fn from(value: &'a Value) -> Val<'a> {
        match value {
            Value::Null => Val::Null,
            Value::Bool(value) => Val::Bool(*value),
            Value::String(text) => Val::String(Text::Borrowed(text)),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => Val::Json(value),
        }
    }
}

impl<'a> From<Option<&'a Value>> for Val<'a> {
    fn from(value: Option<&'a Value>) -> Val<'a> {
        value.map_or(Val::Undefined, Val::from)
    }
}

/// The value of a state variable.
pub fn variable(variable: &Option<Value>) -> Val<'_> {
    variable.as_ref().into()
}

impl<'a> From<&Val<'a>> for Val<'a> {
    fn from(value: &Val<'a>) -> Val<'a> {
        value.clone()
    }
}

impl From<bool> for Val<'_> {
    fn from(value: bool) -> Self {
        Val::Bool(value)
    }
}

impl From<i32> for Val<'_> {
    fn from(value: i32) -> Self {
        Val::Number(value.into())
    }
}

impl From<f64> for Val<'_> {
    fn from(value: f64) -> Self {
        Val::Number(value)
    }
}

impl<'a> From<&'a str> for Val<'a> {
    fn from(value: &'a str) -> Self {
        Val::String(Text::Borrowed(value))
    }
}

impl From<String> for Val<'_> {
    fn from(value: String) -> Self {
        Val::String(value.into())
    }
}

impl<'a> From<Text<'a>> for Val<'a> {
    fn from(text: Text<'a>) -> Self {
        Val::String(text)
    }
}

impl<'a> From<Object<'a>> for Val<'a> {
    fn from(object: Object<'a>) -> Self {
        Val::Object(Rc::new(object))
    }
}

impl<'a> Text<'a> {
    /// A part of it, which ends and begins between characters.
    pub(crate) fn slice(&self, range: Range<usize>) -> Text<'a> {
        match self {
            _ if range == (0..self.len()) => self.clone(),
            Text::Borrowed(text) => Text::Borrowed(&text[range]),
            Text::Static(text) => Text::Static(&text[range]),
            Text::Shared(text) => Text::Shared(text[range].into()),
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text::Borrowed(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text::Shared(text.into())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) | Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl std::hash::Hash for Text<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        str::hash(self, state);
    }
}
