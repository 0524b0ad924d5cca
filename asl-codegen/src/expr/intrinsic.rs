//! Intrinsic functions (spec IF-1 to IF-57).

use super::path::{Path, SyntaxError};
use std::ops::Range;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub function: Intrinsic,
    /// Its arguments.
    pub args: Vec<Arg>,
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
    /// Reads a call. Syntax and function names are checked here; arity and literal types by the caller.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn parse(_text: &str) -> Result<Call, SyntaxError> {
        todo!()
    }
}
