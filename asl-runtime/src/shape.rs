//! Objects whose names stand in the definition.

use crate::Error;
use serde_json::{Map, Value};
use std::mem;
use std::ptr;
use std::sync::OnceLock;

/// An object of which the names are there, and null for each value.
///
/// It takes longer to hash a name than to copy one, and a copy of a whole object hashes none. So the first object of each
/// kind is kept without its values, and those after it start as copies.
pub(crate) struct Shape {
    names: Box<[&'static str]>,
    members: Map<String, Value>,
}

/// A program with more kinds of objects than there is room for builds the rest from their names.
static SHAPES: [OnceLock<Box<Shape>>; 1024] = [const { OnceLock::new() }; 1024];

/// How many places are looked at.
const PLACES: usize = 4;

/// Spreads addresses over the places (Knuth's multiplicative hashing).
const SPREAD: usize = 0x9E37_79B9_7F4A_7C15_u64 as usize;

impl Shape {
    fn new(names: impl Iterator<Item = &'static str>) -> Shape {
        let names: Box<[&'static str]> = names.collect();
        let members = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        Shape { names, members }
    }

    /// The shape with these names, which are compared and looked for by where they stand in the program.
    pub(crate) fn of(names: impl ExactSizeIterator<Item = &'static str> + Clone) -> Option<&'static Shape> {
        let count = names.len();
        let addresses = names.clone().map(|name| name.as_ptr().addr());
        let mixed = addresses.fold(count, |mixed, address| mixed.rotate_left(5) ^ address);
        let start = mixed.wrapping_mul(SPREAD) >> (usize::BITS - SHAPES.len().ilog2());
        (start..start + PLACES).find_map(|place| {
            let shape = SHAPES[place % SHAPES.len()].get_or_init(|| Box::new(Shape::new(names.clone())));
            let mut pairs = shape.names.iter().zip(names.clone());
            let is_it = shape.members.len() == count && pairs.all(|(kept, name)| ptr::eq(*kept, name));
            is_it.then_some(&**shape)
        })
    }

    /// The members of an object of this shape, each of them null.
    pub(crate) fn empty(&self) -> Map<String, Value> {
        self.members.clone()
    }

    /// An object of this shape, with as many values.
    // Inlined where the values are at hand, which then go from there into the object and nowhere else.
    #[inline]
    fn object(&self, values: impl Iterator<Item = Value>) -> Value {
        let mut object = self.empty();
        for (place, value) in object.values_mut().zip(values) {
            // The null that was there has nothing to drop, which the compiler cannot know.
            mem::forget(mem::replace(place, value));
        }
        Value::Object(object)
    }
}

/// An object with these members.
pub fn object<const N: usize>(mut members: [(&'static str, Value); N]) -> Value {
    match Shape::of(members.iter().map(|(name, _)| *name)) {
        Some(shape) => {
            // To take each value where it is takes less than to move the array into an iterator.
            let object = shape.object(members.iter_mut().map(|(_, value)| value.take()));
            // The nulls that are left have nothing to drop.
            mem::forget(members);
            object
        }
        None => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        ),
    }
}

/// An object with as many members, which are made one after the other.
///
/// # Errors
/// With the error of the one that cannot be made.
pub fn object_with(
    count: usize,
    make: impl FnOnce(&mut Vec<(&'static str, Value)>) -> Result<(), Error>,
) -> Result<Value, Error> {
    let mut members = Vec::with_capacity(count);
    make(&mut members)?;
    Ok(object_of(members))
}

/// An object with these members, as many as there are.
pub(crate) fn object_of(members: Vec<(&'static str, Value)>) -> Value {
    match Shape::of(members.iter().map(|(name, _)| *name)) {
        Some(shape) => shape.object(members.into_iter().map(|(_, value)| value)),
        None => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_object_has_its_names_in_order_and_its_own_values() {
        for round in 0..3 {
            let built = object([
                ("b", round.into()),
                ("a", object([("b", Value::Null)])),
                ("", "x".into()),
            ]);
            assert_eq!(built.to_string(), format!(r#"{{"b":{round},"a":{{"b":null}},"":"x"}}"#));
            assert_eq!(object([("b", round.into())]), json!({ "b": round }));
        }
        assert_eq!(object([]), json!({}));
    }

    #[test]
    fn names_are_told_apart_by_their_ends_too() {
        const NAME: &str = "name";
        for _ in 0..2 {
            assert_eq!(
                object([(&NAME[..2], 1.into()), (NAME, 2.into())]),
                json!({ "na": 1, "name": 2 })
            );
            assert_eq!(
                object([(NAME, 1.into()), (&NAME[..2], 2.into())]),
                json!({ "name": 1, "na": 2 })
            );
        }
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_counts() {
        for _ in 0..2 {
            assert_eq!(
                object([("a", 1.into()), ("b", 2.into()), ("a", 3.into())]),
                json!({ "a": 3, "b": 2 })
            );
        }
    }

    #[test]
    fn more_kinds_of_objects_than_there_is_room_for_are_built_too() {
        let text: &'static str = Box::leak("x".repeat(2 * SHAPES.len()).into_boxed_str());
        for _ in 0..2 {
            for end in 0..text.len() {
                let name = &text[end..];
                assert_eq!(object([(name, end.into())]), json!({ name: end }));
            }
        }
    }
}
