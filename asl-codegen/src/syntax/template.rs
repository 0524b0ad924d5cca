//! Payload templates (spec PT-1 to PT-13), and what JSONata states write in their place (J-4 to J-6).

use super::Expression;
use crate::expr::{intrinsic::Call, path::Path};
use crate::source::{Span, Spanned};

/// A payload template, or a part of one.
#[derive(Debug, Clone)]
pub enum Template {
    /// Nothing in it is computed.
    Literal(serde_json::Value),
    /// An object with computed parts: names without `.$`, in document order.
    Object(Vec<Field>),
    /// An array with computed parts.
    Array(Vec<Template>),
    /// `"{% .. %}"`, in JSONata states only.
    Expression(Box<Expression>),
}

/// A member of an object template.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name it gets: the key without `.$`, which only JSONPath states cut off.
    pub name: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub value: FieldValue,
}

/// The value of a member.
#[derive(Debug, Clone)]
pub enum FieldValue {
    /// Copied, or a nested template.
    Template(Template),
    /// `"name.$": "$.path"`
    Path(Spanned<Path>),
    /// `"name.$": "States.Format(..)"`
    Call(Spanned<Call>),
}
