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

impl Template {
    /// An array of these elements.
    pub(super) fn array(elements: Vec<Template>) -> Template {
        match elements.iter().all(Template::is_literal) {
            true => Template::Literal(elements.into_iter().filter_map(Template::literal).collect()),
            false => Template::Array(elements),
        }
    }

    /// An object of these members.
    pub(super) fn object(members: Vec<Field>) -> Template {
        let is_literal = |field: &Field| matches!(&field.value, FieldValue::Template(value) if value.is_literal());
        match members.iter().all(is_literal) {
            true => Template::Literal(members.into_iter().filter_map(Field::literal).collect()),
            false => Template::Object(members),
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self, Template::Literal(_))
    }

    fn literal(self) -> Option<serde_json::Value> {
        match self {
            Template::Literal(value) => Some(value),
            Template::Object(_) | Template::Array(_) | Template::Expression(_) => None,
        }
    }
}

impl Field {
    fn literal(self) -> Option<(String, serde_json::Value)> {
        match self.value {
            FieldValue::Template(template) => Some((self.name, template.literal()?)),
            FieldValue::Path(_) | FieldValue::Call(_) => None,
        }
    }
}
