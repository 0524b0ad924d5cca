//! What a task is asked with, before it is one value: a type is made of its parts, without JSON in between.

use crate::shape;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A part of the input of a task.
#[derive(Debug, Clone)]
pub enum Part<'p> {
    /// A part of the data.
    Borrowed(&'p Value),
    /// What was computed.
    Owned(Value),
    /// A literal.
    Text(&'static str),
    /// An object of such parts.
    Object(Vec<(&'static str, Part<'p>)>),
    /// An array of such parts.
    Array(Vec<Part<'p>>),
}

impl<'p, const N: usize> From<[(&'static str, Part<'p>); N]> for Part<'p> {
    fn from(members: [(&'static str, Part<'p>); N]) -> Self {
        Part::Object(members.into())
    }
}

impl<'p, const N: usize> From<[Part<'p>; N]> for Part<'p> {
    fn from(elements: [Part<'p>; N]) -> Self {
        Part::Array(elements.into())
    }
}

impl From<&'static str> for Part<'_> {
    fn from(text: &'static str) -> Self {
        Part::Text(text)
    }
}

/// Literals that are values.
macro_rules! literals {
    ($($of:ty)*) => {
        $(impl From<$of> for Part<'_> {
            fn from(value: $of) -> Self {
                Part::Owned(value.into())
            }
        })*
    };
}

literals! { bool i32 i64 u64 f64 }

impl Part<'_> {
    /// The part as JSON.
    pub(super) fn json(self) -> Value {
        match self {
            Part::Borrowed(value) => value.clone(),
            Part::Owned(value) => value,
            Part::Text(text) => text.into(),
            Part::Object(members) => {
                let members = members.into_iter().map(|(name, part)| (name, part.json()));
                shape::object_of(members.collect())
            }
            Part::Array(elements) => elements.into_iter().map(Part::json).collect(),
        }
    }
}

impl<'p> IntoDeserializer<'p, Error> for &'p Part<'p> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers, which are more than one kind of value to serde_json where its features ask for that.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Part::Borrowed(value) => value.$method(visitor),
                Part::Owned(value) => value.$method(visitor),
                _ => self.deserialize_any(visitor),
            }
        })*
    };
}

/// A type fits the part if it fits its JSON.
impl<'de> Deserializer<'de> for &'de Part<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Part::Borrowed(value) => value.deserialize_any(visitor),
            Part::Owned(value) => value.deserialize_any(visitor),
            Part::Text(text) => visitor.visit_borrowed_str(text),
            Part::Object(members) => {
                let members = members.iter().map(|(name, part)| (*name, part));
                MapDeserializer::new(members).deserialize_any(visitor)
            }
            Part::Array(elements) => SeqDeserializer::new(elements.iter()).deserialize_any(visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Part::Borrowed(Value::Null) | Part::Owned(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        match self {
            Part::Borrowed(value) => value.deserialize_newtype_struct(name, visitor),
            Part::Owned(value) => value.deserialize_newtype_struct(name, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Part::Borrowed(value) => value.deserialize_enum(name, variants, visitor),
            Part::Owned(value) => value.deserialize_enum(name, variants, visitor),
            Part::Text(text) => BorrowedStrDeserializer::new(text).deserialize_enum(name, variants, visitor),
            Part::Object(_) | Part::Array(_) => self.clone().json().deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::DeserializeOwned;
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Closed {
        a: Choice,
        #[serde(default)]
        b: Option<Box<Closed>>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Open {
        a: Option<f64>,
        b: Newtype,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Newtype(Vec<i64>);

    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum Choice {
        #[serde(rename = "a")]
        A,
        #[serde(rename = "b")]
        B(u8),
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Flag(bool),
        Text(String),
        Pair(u8, Option<char>),
        Closed(Closed),
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..300_i64).prop_map(Value::from),
            Just(Value::from(0.5)),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..3)
                    .prop_map(|members| members.into_iter().map(|(name, of)| (name.to_owned(), of)).collect()),
            ]
        })
    }

    fn text() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("a"), Just("b"), Just("c")]
    }

    /// A value in parts; each bit says whether something is one part, or made of parts.
    fn part(value: Value, bits: &mut u32) -> Part<'static> {
        *bits = bits.rotate_right(1);
        match value {
            value if *bits & 3 == 1 => Part::Owned(value),
            value if *bits & 3 == 3 => Part::Borrowed(Box::leak(Box::new(value))),
            Value::String(text) => Part::Text(text.leak()),
            Value::Array(elements) => {
                let parts: Vec<Part> = elements.into_iter().map(|element| part(element, bits)).collect();
                Part::Array(parts)
            }
            Value::Object(members) => {
                let mut parts = Vec::new();
                for (name, member) in members {
                    let name: &str = name.leak();
                    parts.push((name, part(member, bits)));
                }
                Part::Object(parts)
            }
            value => Part::Owned(value),
        }
    }

    fn is_read_alike<T: DeserializeOwned + PartialEq + Debug>(value: &Value, part: &Part<'_>) {
        let (whole, parts) = (T::deserialize(value).ok(), T::deserialize(part).ok());
        assert_eq!(whole, parts, "{value}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// A type fits parts if it fits the value that they are parts of.
        #[test]
        fn parts_are_read_as_the_whole(value in value(), mut bits: u32) {
            let part = &part(value.clone(), &mut bits);
            is_read_alike::<Value>(&value, part);
            is_read_alike::<Closed>(&value, part);
            is_read_alike::<Open>(&value, part);
            is_read_alike::<Choice>(&value, part);
            is_read_alike::<Vec<Either>>(&value, part);
            is_read_alike::<(u8, Option<f32>)>(&value, part);
            is_read_alike::<BTreeMap<String, Option<Newtype>>>(&value, part);
            is_read_alike::<String>(&value, part);
            prop_assert_eq!(part.clone().json().to_string(), value.to_string());
        }
    }
}
