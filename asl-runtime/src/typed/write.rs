//! From Rust types to JSON.
//!
//! What comes out is what serde_json makes. But the names of a struct stand in the program, so that none of them need be
//! hashed.

use crate::shape;
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct, Serializer,
};
use serde_json::value::Serializer as Json;
use serde_json::{Error, Map, Value};
use std::cell::Cell;
use std::fmt::Display;

/// Makes JSON.
#[derive(Clone, Copy)]
pub(super) struct Writer<'w> {
    /// Whether there was a number that JSON has not: it is null there.
    pub(super) is_lossy: &'w Cell<bool>,
}

/// Serializes what serde_json does as well.
macro_rules! as_json {
    ($($method:ident($of:ty))*) => {
        $(#[inline]
        fn $method(self, value: $of) -> Result<Value, Error> {
            Json.$method(value)
        })*
    };
}

impl<'w> Serializer for Writer<'w> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Elements<'w>;
    type SerializeTuple = Elements<'w>;
    type SerializeTupleStruct = Elements<'w>;
    type SerializeTupleVariant = <Json as Serializer>::SerializeTupleVariant;
    type SerializeMap = Entries<'w>;
    type SerializeStruct = Members<'w>;
    type SerializeStructVariant = <Json as Serializer>::SerializeStructVariant;

    as_json! {
        serialize_bool(bool)
        serialize_i8(i8)
        serialize_i16(i16)
        serialize_i32(i32)
        serialize_i64(i64)
        serialize_i128(i128)
        serialize_u8(u8)
        serialize_u16(u16)
        serialize_u32(u32)
        serialize_u64(u64)
        serialize_u128(u128)
        serialize_char(char)
        serialize_str(&str)
        serialize_bytes(&[u8])
        serialize_unit_struct(&'static str)
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<Value, Error> {
        self.is_lossy.set(self.is_lossy.get() || !value.is_finite());
        Json.serialize_f32(value)
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<Value, Error> {
        self.is_lossy.set(self.is_lossy.get() || !value.is_finite());
        Json.serialize_f64(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(Value::String(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Json.serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Elements<'w>, Error> {
        Ok(Elements {
            writer: self,
            elements: Vec::with_capacity(length.unwrap_or_default()),
        })
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements<'w>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Elements<'w>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Json.serialize_tuple_variant(name, index, variant, length)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries<'w>, Error> {
        Ok(Entries {
            writer: self,
            entries: Map::with_capacity(length.unwrap_or_default()),
            key: String::new(),
        })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Members<'w>, Error> {
        // Numbers and texts as they were written are structs to serde_json, where its features ask for that.
        Ok(match name.starts_with("$serde_json::") {
            true => Members::OfJson(Json.serialize_struct(name, length)?),
            false => Members::Of(self, Vec::with_capacity(length)),
        })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Json.serialize_struct_variant(name, index, variant, length)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Value, Error> {
        Json.collect_str(value)
    }
}

/// The elements of an array so far.
pub(super) struct Elements<'w> {
    writer: Writer<'w>,
    elements: Vec<Value>,
}

impl SerializeSeq for Elements<'_> {
    type Ok = Value;
    type Error = Error;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.elements.push(value.serialize(self.writer)?);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Array(self.elements))
    }
}

impl SerializeTuple for Elements<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Error> {
        SerializeSeq::end(self)
    }
}

impl SerializeTupleStruct for Elements<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, Error> {
        SerializeSeq::end(self)
    }
}

/// The entries of a map so far.
pub(super) struct Entries<'w> {
    writer: Writer<'w>,
    entries: Map<String, Value>,
    /// That of the value that comes next.
    key: String,
}

impl SerializeMap for Entries<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = match key.serialize(Json) {
            Ok(Value::String(key)) => key,
            // What else can be a key, and how, only its maps know.
            _ => {
                let mut map = Json.serialize_map(Some(1))?;
                map.serialize_entry(key, &())?;
                match SerializeMap::end(map)? {
                    Value::Object(entries) => entries.into_iter().map(|(key, _)| key).collect(),
                    _ => String::new(),
                }
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(self.writer)?;
        self.entries.insert(std::mem::take(&mut self.key), value);
        Ok(())
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Object(self.entries))
    }
}

/// The members of a struct so far.
pub(super) enum Members<'w> {
    Of(Writer<'w>, Vec<(&'static str, Value)>),
    OfJson(<Json as Serializer>::SerializeStruct),
}

impl SerializeStruct for Members<'_> {
    type Ok = Value;
    type Error = Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        match self {
            Members::Of(writer, members) => {
                members.push((name, value.serialize(*writer)?));
                Ok(())
            }
            Members::OfJson(members) => members.serialize_field(name, value),
        }
    }

    fn end(self) -> Result<Value, Error> {
        match self {
            Members::Of(_, members) => Ok(shape::object_of(members)),
            Members::OfJson(members) => SerializeStruct::end(members),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    struct Everything<'t> {
        text: &'t str,
        #[serde(skip_serializing_if = "Option::is_none")]
        perhaps: Option<u8>,
        numbers: (i8, u64, f32, f64, i128),
        letters: [char; 2],
        nothing: (),
        unit: Unit,
        choice: Vec<Choice>,
        json: Value,
        names: BTreeMap<&'t str, Pair>,
        digits: BTreeMap<u64, bool>,
        flags: BTreeMap<bool, Option<()>>,
        choices: BTreeMap<Choice, Letters>,
    }

    #[derive(serde::Serialize)]
    struct Unit;

    #[derive(serde::Serialize)]
    struct Pair(i32, String);

    #[derive(serde::Serialize)]
    struct Letters(String);

    #[derive(serde::Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Choice {
        Of,
        One(u8),
        Two(u8, u8),
        Named { a: u8 },
    }

    fn written<T: Serialize + ?Sized>(value: &T) -> (Result<String, String>, bool) {
        let is_lossy = Cell::new(false);
        let written = value.serialize(Writer { is_lossy: &is_lossy });
        let text = written.map(|value| value.to_string());
        (text.map_err(|error| error.to_string()), is_lossy.get())
    }

    #[test]
    fn it_is_what_serde_json_makes() {
        let everything = |perhaps| Everything {
            text: "a",
            perhaps,
            numbers: (-1, u64::MAX, 0.5, 5.0, 7),
            letters: ['b', 'c'],
            nothing: (),
            unit: Unit,
            choice: vec![Choice::Of, Choice::One(1), Choice::Two(1, 2), Choice::Named { a: 1 }],
            json: json!({ "b": [1, 2.5, null], "a": {} }),
            names: BTreeMap::from([("x", Pair(1, "y".to_owned()))]),
            digits: BTreeMap::from([(1, true)]),
            flags: BTreeMap::from([(false, None), (true, Some(()))]),
            choices: BTreeMap::from([(Choice::Of, Letters("z".to_owned()))]),
        };
        for perhaps in [None, Some(1), None] {
            let everything = everything(perhaps);
            let expected = serde_json::to_value(&everything).expect("JSON").to_string();
            assert_eq!(written(&everything), (Ok(expected), false));
        }
        for refused in [BTreeMap::from([(None, 1)]), BTreeMap::from([(Some(()), 1)])] {
            let expected = serde_json::to_value(&refused).expect_err("no key").to_string();
            assert_eq!(written(&refused), (Err(expected), false));
        }
        // Whether this is a number depends on the features of serde_json.
        let expected = serde_json::to_value([i128::MIN]).map(|value| value.to_string());
        let expected = expected.map_err(|error| error.to_string());
        assert_eq!(written(&[i128::MIN]), (expected, false));
    }

    #[test]
    fn a_number_that_is_none_is_noticed() {
        assert_eq!(written(&Some([f64::NAN])), (Ok("[null]".to_owned()), true));
        assert_eq!(
            written(&BTreeMap::from([(1, f32::INFINITY)])),
            (Ok("{\"1\":null}".to_owned()), true)
        );
        assert!(written(&[f64::NAN, 1.0]).1);
    }
}
