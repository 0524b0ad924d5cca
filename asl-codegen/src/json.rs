//! The spanned JSON tree.

use crate::source::Span;

/// A JSON value and where it stands.
#[derive(Debug, Clone)]
pub struct Json {
    /// The value.
    pub kind: Kind,
    /// Its place, quotes and brackets included.
    pub span: Span,
}

/// The six kinds of JSON value.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The value of a JSON string, after `${Name}` substitution.
#[derive(Debug, Clone)]
pub struct Text {
    /// The value, escapes resolved.
    pub value: String,
    /// Names of `${Name}` substitutions in it that no value was given for.
    pub symbols: Vec<String>,
    /// Whether the whole string was one `${Name}` with a given value, which may then stand for a number or a boolean.
    pub substituted: bool,
}

/// A JSON object: members in document order, repeated keys included.
#[derive(Debug, Clone, Default)]
pub struct Object {
    /// Its members.
    pub members: Vec<Member>,
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// The key, escapes resolved.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Json,
}
