//! Shapes, by the values that they hold.

use super::array::Array;
use super::object::Object;
use super::shape::{Booleans, Number, Shape, Strings, Types};
use std::sync::Arc;

impl Shape {
    /// That of no value: what cannot be reached.
    pub fn never() -> Shape {
        Types::default().into()
    }

    /// `null`
    pub fn null() -> Shape {
        Types {
            null: true,
            ..Types::default()
        }
        .into()
    }

    /// `true` and `false`.
    pub fn boolean() -> Shape {
        Shape::booleans(true, true)
    }

    /// `true`, `false`, both or none.
    pub fn booleans(has_true: bool, has_false: bool) -> Shape {
        Types {
            booleans: Booleans { has_true, has_false },
            ..Types::default()
        }
        .into()
    }

    /// Numbers without a fraction.
    pub fn integer() -> Shape {
        Types {
            number: Some(Number::Integer),
            ..Types::default()
        }
        .into()
    }

    /// All numbers.
    pub fn number() -> Shape {
        Types {
            number: Some(Number::Any),
            ..Types::default()
        }
        .into()
    }

    /// All strings.
    pub fn string() -> Shape {
        Types {
            string: Some(Strings::Any),
            ..Types::default()
        }
        .into()
    }

    /// One of these strings.
    pub fn strings<S: Into<Arc<str>>>(texts: impl IntoIterator<Item = S>) -> Shape {
        Types {
            string: Some(Strings::Known(texts.into_iter().map(Into::into).collect())),
            ..Types::default()
        }
        .into()
    }

    /// Arrays of any length of such elements.
    pub fn array(elements: Shape) -> Shape {
        Types {
            array: Some(Array::Of(elements)),
            ..Types::default()
        }
        .into()
    }

    /// Arrays of exactly these elements.
    pub fn tuple(elements: Vec<Shape>) -> Shape {
        Types {
            array: Some(Array::Tuple(elements)),
            ..Types::default()
        }
        .into()
    }

    /// Objects with exactly these members.
    pub fn object<N: Into<Arc<str>>>(members: impl IntoIterator<Item = (N, Shape)>) -> Shape {
        Object::closed(members).into()
    }

    /// All objects.
    pub fn any_object() -> Shape {
        Object::any().into()
    }

    /// All arrays.
    pub fn any_array() -> Shape {
        Shape::array(Shape::Any)
    }
}

impl From<Object> for Shape {
    fn from(object: Object) -> Shape {
        Types {
            object: Some(object.into()),
            ..Types::default()
        }
        .into()
    }
}

impl From<Array> for Shape {
    fn from(array: Array) -> Shape {
        Types {
            array: Some(array),
            ..Types::default()
        }
        .into()
    }
}
