//! Intrinsic functions (spec IF-1 to IF-57).

mod check;
mod parser;

pub use check::{Finding, FindingKind};

use super::path::{Path, SyntaxError};
use std::ops::Range;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub function: Intrinsic,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// As written.
    pub text: String,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// What it is.
    pub kind: ArgKind,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

/// The kinds of argument (IF-3).
#[derive(Debug, Clone, PartialEq)]
pub enum ArgKind {
    /// `'text'`
    String {
        /// As written between the quotes.
        raw: String,
        /// With its escapes resolved.
        value: String,
    },
    /// A number, as written.
    Number(String),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `$.x`, `$$.x`, `$name.x`
    Path(Path),
    /// A nested call.
    Call(Call),
}

/// The 18 intrinsic functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intrinsic {
    /// `States.Format`
    Format,
    /// `States.StringToJson`
    StringToJson,
    /// `States.JsonToString`
    JsonToString,
    /// `States.Array`
    Array,
    /// `States.ArrayPartition`
    ArrayPartition,
    /// `States.ArrayContains`
    ArrayContains,
    /// `States.ArrayRange`
    ArrayRange,
    /// `States.ArrayGetItem`
    ArrayGetItem,
    /// `States.ArrayLength`
    ArrayLength,
    /// `States.ArrayUnique`
    ArrayUnique,
    /// `States.Base64Encode`
    Base64Encode,
    /// `States.Base64Decode`
    Base64Decode,
    /// `States.Hash`
    Hash,
    /// `States.JsonMerge`
    JsonMerge,
    /// `States.MathRandom`
    MathRandom,
    /// `States.MathAdd`
    MathAdd,
    /// `States.StringSplit`
    StringSplit,
    /// `States.UUID`
    Uuid,
}

impl Call {
    /// Reads a call. Blanks around it are ignored.
    ///
    /// Syntax, function names and the nesting limit are checked here; [`Call::findings`] has the rest.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn parse(text: &str) -> Result<Call, SyntaxError> {
        parser::parse(text)
    }

    /// What cannot work in this call and those in it, whatever the input: number and type of arguments and the like.
    /// In the order of the text.
    pub fn findings(&self) -> Vec<Finding> {
        check::findings(self)
    }
}

impl Intrinsic {
    /// All of them, in the order of the spec.
    pub const ALL: [Intrinsic; 18] = [
        Intrinsic::Format,
        Intrinsic::StringToJson,
        Intrinsic::JsonToString,
        Intrinsic::Array,
        Intrinsic::ArrayPartition,
        Intrinsic::ArrayContains,
        Intrinsic::ArrayRange,
        Intrinsic::ArrayGetItem,
        Intrinsic::ArrayLength,
        Intrinsic::ArrayUnique,
        Intrinsic::Base64Encode,
        Intrinsic::Base64Decode,
        Intrinsic::Hash,
        Intrinsic::JsonMerge,
        Intrinsic::MathRandom,
        Intrinsic::MathAdd,
        Intrinsic::StringSplit,
        Intrinsic::Uuid,
    ];

    /// Its name, with `States.`.
    pub fn name(self) -> &'static str {
        match self {
            Intrinsic::Format => "States.Format",
            Intrinsic::StringToJson => "States.StringToJson",
            Intrinsic::JsonToString => "States.JsonToString",
            Intrinsic::Array => "States.Array",
            Intrinsic::ArrayPartition => "States.ArrayPartition",
            Intrinsic::ArrayContains => "States.ArrayContains",
            Intrinsic::ArrayRange => "States.ArrayRange",
            Intrinsic::ArrayGetItem => "States.ArrayGetItem",
            Intrinsic::ArrayLength => "States.ArrayLength",
            Intrinsic::ArrayUnique => "States.ArrayUnique",
            Intrinsic::Base64Encode => "States.Base64Encode",
            Intrinsic::Base64Decode => "States.Base64Decode",
            Intrinsic::Hash => "States.Hash",
            Intrinsic::JsonMerge => "States.JsonMerge",
            Intrinsic::MathRandom => "States.MathRandom",
            Intrinsic::MathAdd => "States.MathAdd",
            Intrinsic::StringSplit => "States.StringSplit",
            Intrinsic::Uuid => "States.UUID",
        }
    }

    /// How many arguments it takes, from the least to the most.
    pub fn arity(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Intrinsic::Format => 1..=usize::MAX,
            Intrinsic::Array => 0..=usize::MAX,
            Intrinsic::Uuid => 0..=0,
            Intrinsic::StringToJson
            | Intrinsic::JsonToString
            | Intrinsic::ArrayLength
            | Intrinsic::ArrayUnique
            | Intrinsic::Base64Encode
            | Intrinsic::Base64Decode => 1..=1,
            Intrinsic::ArrayPartition
            | Intrinsic::ArrayContains
            | Intrinsic::ArrayGetItem
            | Intrinsic::Hash
            | Intrinsic::MathAdd
            | Intrinsic::StringSplit => 2..=2,
            Intrinsic::MathRandom => 2..=3,
            Intrinsic::ArrayRange | Intrinsic::JsonMerge => 3..=3,
        }
    }

    /// The type of what it returns, where that is always the same.
    pub fn returns(self) -> Option<Type> {
        match self {
            Intrinsic::StringToJson | Intrinsic::ArrayGetItem => None,
            Intrinsic::Format
            | Intrinsic::JsonToString
            | Intrinsic::Base64Encode
            | Intrinsic::Base64Decode
            | Intrinsic::Hash
            | Intrinsic::Uuid => Some(Type::String),
            Intrinsic::Array
            | Intrinsic::ArrayPartition
            | Intrinsic::ArrayRange
            | Intrinsic::ArrayUnique
            | Intrinsic::StringSplit => Some(Type::Array),
            Intrinsic::ArrayContains => Some(Type::Boolean),
            Intrinsic::ArrayLength | Intrinsic::MathRandom | Intrinsic::MathAdd => Some(Type::Number),
            Intrinsic::JsonMerge => Some(Type::Object),
        }
    }

    /// The type that it wants of argument `index`, where it does not take any.
    pub fn wants(self, index: usize) -> Option<Type> {
        match (self, index) {
            (
                Intrinsic::Format
                | Intrinsic::StringToJson
                | Intrinsic::Base64Encode
                | Intrinsic::Base64Decode
                | Intrinsic::StringSplit,
                0,
            )
            | (Intrinsic::StringSplit | Intrinsic::Hash, 1) => Some(Type::String),
            (
                Intrinsic::ArrayPartition
                | Intrinsic::ArrayContains
                | Intrinsic::ArrayGetItem
                | Intrinsic::ArrayLength
                | Intrinsic::ArrayUnique,
                0,
            ) => Some(Type::Array),
            (Intrinsic::ArrayPartition | Intrinsic::ArrayGetItem, 1)
            | (Intrinsic::ArrayRange | Intrinsic::MathRandom | Intrinsic::MathAdd, _) => Some(Type::Number),
            (Intrinsic::JsonMerge, 0 | 1) => Some(Type::Object),
            (Intrinsic::JsonMerge, 2) => Some(Type::Boolean),
            _ => None,
        }
    }
}

/// A type of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl std::fmt::Display for Type {
    /// With its article: `a string`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Type::Null => "null",
            Type::Boolean => "a boolean",
            Type::Number => "a number",
            Type::String => "a string",
            Type::Array => "an array",
            Type::Object => "an object",
        })
    }
}

#[cfg(test)]
mod tests;
