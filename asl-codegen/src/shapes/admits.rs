//! Values and the shapes that they have.

use super::array::{Array, MAX_ELEMENTS};
use super::bound::MAX_DEPTH;
use super::shape::{Number, Shape, Strings};
use serde_json::Value;

impl Shape {
    /// Exactly this value, as far as shapes tell values apart.
    pub fn of(value: &Value) -> Shape {
        Shape::of_nested(value, 0)
    }

    /// Recursion stops where the shape does.
    fn of_nested(value: &Value, depth: usize) -> Shape {
        match value {
            _ if depth >= MAX_DEPTH => Shape::Any,
            Value::Null => Shape::null(),
            Value::Bool(value) => Shape::booleans(*value, !*value),
            Value::Number(number) if is_integer(number) => Shape::integer(),
            Value::Number(_) => Shape::number(),
            Value::String(text) => Shape::strings([text.as_str()]),
            Value::Array(elements) if elements.len() > MAX_ELEMENTS => {
                let shapes = elements.iter().map(|element| Shape::of_nested(element, depth + 1));
                Shape::array(Shape::union(shapes))
            }
            Value::Array(elements) => Shape::tuple(
                elements
                    .iter()
                    .map(|element| Shape::of_nested(element, depth + 1))
                    .collect(),
            ),
            Value::Object(members) => Shape::object(
                members
                    .iter()
                    .map(|(name, value)| (name.as_str(), Shape::of_nested(value, depth + 1))),
            ),
        }
    }

    /// Whether a value has this shape.
    pub fn admits(&self, value: &Value) -> bool {
        let Some(types) = self.types() else { return true };
        match value {
            Value::Null => types.null,
            Value::Bool(true) => types.booleans.has_true,
            Value::Bool(false) => types.booleans.has_false,
            Value::Number(number) => match types.number {
                Some(Number::Any) => true,
                Some(Number::Integer) => is_integer(number),
                None => false,
            },
            Value::String(text) => match &types.string {
                Some(Strings::Any) => true,
                Some(Strings::Known(known)) => known.contains(text.as_str()),
                None => false,
            },
            Value::Array(elements) => match &types.array {
                Some(Array::Of(shape)) => elements.iter().all(|element| shape.admits(element)),
                Some(Array::Tuple(shapes)) => {
                    shapes.len() == elements.len()
                        && shapes.iter().zip(elements).all(|(shape, value)| shape.admits(value))
                }
                None => false,
            },
            Value::Object(members) => types.object.as_ref().is_some_and(|object| object.admits(members)),
        }
    }
}

fn is_integer(number: &serde_json::Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}
