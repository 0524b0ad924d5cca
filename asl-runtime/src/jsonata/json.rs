//! Values as JSON, as they leave an evaluation.

use super::limit::{MAX_NESTING, Room, too_nested};
use super::value::{Array, Object, Text};
use super::{Result, Val};
use crate::shape::Shape;
use serde_json::{Map, Number, Value};
use std::mem;
use std::rc::Rc;

impl Val<'_> {
    /// The value as JSON, and `None` where it is nothing or a function. Members that are nothing are left out.
    ///
    /// # Errors
    /// Where it is nested so deep that whoever takes it apart would run out of stack, and where what it shares with itself would
    /// take more memory than there is, each copy by itself.
    pub fn into_json(self) -> Result<Option<Value>> {
        // Data as it is there is as large as it is.
        if let Val::Json(value) = self {
            return Ok(Some(value.clone()));
        }
        let mut value = Value::Null;
        let mut room = Room::default();
        Ok(self.put(&mut value, MAX_NESTING, &mut room)?.then_some(value))
    }

    /// Puts the value as JSON where it belongs, in the place of null, unless it is nothing or a function; whether it has.
    #[inline]
    fn put(self, place: &mut Value, depth: usize, room: &mut Room) -> Result<bool> {
        let value = match self {
            Val::Undefined | Val::Function(_) => return Ok(false),
            Val::Null => return Ok(true),
            Val::Bool(value) => Value::Bool(value),
            Val::Number(number) => json_number(number),
            Val::String(text) => {
                room.take_text(&text)?;
                Value::from(&*text)
            }
            Val::Json(value @ Value::Number(_)) => value.clone(),
            Val::Json(value) => {
                room.take_copy(value)?;
                value.clone()
            }
            Val::Array(array) => json_array(array, depth, room)?,
            Val::Object(object) => json_object(object, depth, room)?,
        };
        // The null has nothing to drop, which the compiler cannot know.
        mem::forget(mem::replace(place, value));
        Ok(true)
    }
}

/// The depth that is left to the parts of a value.
fn deeper(depth: usize) -> Result<usize> {
    depth.checked_sub(1).ok_or_else(|| too_nested(MAX_NESTING))
}

/// An array as JSON.
fn json_array(mut array: Rc<Array<'_>>, depth: usize, room: &mut Room) -> Result<Value> {
    let depth = deeper(depth)?;
    let elements = match Rc::get_mut(&mut array) {
        Some(array) => mem::take(&mut array.elements),
        None => array.elements.clone(),
    };
    room.take(elements.len())?;
    let mut all = Vec::with_capacity(elements.len());
    for element in elements {
        all.push(Value::Null);
        if let Some(place) = all.last_mut()
            && !element.put(place, depth, room)?
        {
            all.pop();
        }
    }
    Ok(Value::Array(all))
}

/// An object as JSON. Where all of its names stand in the expression, it has a shape.
fn json_object(object: Rc<Object<'_>>, depth: usize, room: &mut Room) -> Result<Value> {
    let depth = deeper(depth)?;
    let members = object.into_members();
    room.take(members.len())?;
    let mut map = match shape(&members) {
        Some(shape) => shape.empty(),
        None => Map::with_capacity(members.len()),
    };
    if map.is_empty() {
        for (name, value) in members {
            let mut member = Value::Null;
            if value.put(&mut member, depth, room)? {
                map.insert(name.to_string(), member);
            }
        }
    } else {
        for (place, (_, value)) in map.values_mut().zip(members) {
            value.put(place, depth, room)?;
        }
    }
    Ok(Value::Object(map))
}

/// The shape of an object whose names all stand in the expression, and whose members are all there.
fn shape(members: &[(Text<'_>, Val<'_>)]) -> Option<&'static Shape> {
    let is_fixed = |(name, value): &(Text, Val)| {
        matches!(name, Text::Static(_)) && !matches!(value, Val::Undefined | Val::Function(_))
    };
    if !members.iter().all(is_fixed) {
        return None;
    }
    Shape::of(members.iter().map(|(name, _)| match name {
        Text::Static(name) => name,
        Text::Borrowed(_) | Text::Shared(_) => "",
    }))
}

/// A computed number as JSON: whole ones print without a point, and what is no number as a string (J-63, J-64).
fn json_number(number: f64) -> Value {
    /// Up to here each integer has a double of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number == number.trunc() && number.abs() <= EXACT {
        return Value::from(number as i64);
    }
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None if number > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}
