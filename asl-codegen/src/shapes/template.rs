//! What payload templates and intrinsic functions make.

use super::array::Array;
use super::object::{Member, Object};
use super::scope::Scope;
use super::shape::Shape;
use super::value::Value;
use crate::expr::intrinsic::{Arg, ArgKind, Call, Intrinsic};
use crate::syntax::{Field, FieldValue, Template};

impl Scope<'_> {
    /// What a template makes.
    pub(super) fn template(&self, template: &Template) -> Shape {
        match template {
            Template::Literal(value) => Shape::of(value),
            Template::Array(elements) => Shape::tuple(elements.iter().map(|element| self.template(element)).collect()),
            Template::Expression(expression) => Value::of(&expression.expr, self).map_or(Shape::Any, Value::shape),
            Template::Object(fields) => {
                Shape::object(fields.iter().map(|field| (field.name.as_str(), self.field(field))))
            }
        }
    }

    /// What becomes of the fields of an `Assign`, or of none.
    pub(super) fn assigned(&self, assign: Option<&Template>) -> Object {
        match assign {
            Some(Template::Object(fields)) => {
                Object::closed(fields.iter().map(|field| (field.name.as_str(), self.field(field))))
            }
            Some(Template::Literal(serde_json::Value::Object(members))) => {
                Object::closed(members.iter().map(|(name, value)| (name.as_str(), Shape::of(value))))
            }
            _ => Object::default(),
        }
    }

    fn field(&self, field: &Field) -> Shape {
        match &field.value {
            FieldValue::Template(template) => self.template(template),
            FieldValue::Path(path) => self.find(&path.value).shape,
            FieldValue::Call(call) => self.call(&call.value),
        }
    }

    fn argument(&self, argument: &Arg) -> Shape {
        match &argument.kind {
            ArgKind::String { value, .. } => Shape::strings([value.as_str()]),
            ArgKind::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => Shape::integer(),
            ArgKind::Number(_) => Shape::number(),
            ArgKind::Bool(value) => Shape::booleans(*value, !*value),
            ArgKind::Null => Shape::null(),
            ArgKind::Path(path) => self.find(path).shape,
            ArgKind::Call(call) => self.call(call),
        }
    }

    /// What a call gives where it does not fail. Calls nest to a limit of the service.
    pub(super) fn call(&self, call: &Call) -> Shape {
        let argument = |at: usize| call.args.get(at).map_or(Shape::Any, |argument| self.argument(argument));
        match call.function {
            Intrinsic::StringToJson => Shape::Any,
            Intrinsic::Format
            | Intrinsic::JsonToString
            | Intrinsic::Base64Encode
            | Intrinsic::Base64Decode
            | Intrinsic::Hash
            | Intrinsic::Uuid => Shape::string(),
            Intrinsic::Array => Shape::tuple(call.args.iter().map(|argument| self.argument(argument)).collect()),
            Intrinsic::ArrayPartition => Shape::array(Shape::array(argument(0).elements())),
            Intrinsic::ArrayUnique => Shape::array(argument(0).elements()),
            Intrinsic::ArrayGetItem => argument(0).elements(),
            Intrinsic::ArrayRange => Shape::array(Shape::integer()),
            Intrinsic::StringSplit => Shape::array(Shape::string()),
            Intrinsic::ArrayContains => Shape::boolean(),
            Intrinsic::ArrayLength | Intrinsic::MathRandom | Intrinsic::MathAdd => Shape::integer(),
            Intrinsic::JsonMerge => match call.args.get(2).map(|deep| &deep.kind) {
                Some(ArgKind::Bool(false)) => merged(&argument(0), &argument(1)),
                _ => Shape::any_object(),
            },
        }
    }
}

/// An object with the members of both; those of the second win (IF-34).
fn merged(first: &Shape, second: &Shape) -> Shape {
    let object = |shape: &Shape| match shape.types() {
        None => Some(Object::any()),
        Some(types) => types.object().cloned(),
    };
    let (Some(first), Some(second)) = (object(first), object(second)) else {
        return Shape::any_object();
    };
    let mut merged = Object::default();
    if let (Some(rest), _) | (None, Some(rest)) = (first.rest(), second.rest()) {
        merged.open(rest.clone());
        second.rest().into_iter().for_each(|rest| merged.open(rest.clone()));
    }
    let names = first.members().chain(second.members()).map(|(name, _)| name.clone());
    for name in names {
        let member = match (first.member(&name), second.member(&name)) {
            (_, Some(member)) if member.is_required => member,
            (Some(a), Some(b)) => Member {
                shape: a.shape.join(&b.shape),
                is_required: a.is_required,
            },
            (Some(member), None) | (None, Some(member)) => member,
            (None, None) => continue,
        };
        merged.set(name, member);
    }
    merged.into()
}

impl Shape {
    /// Of a value that may stand for a list of one, as JSONata takes it: what the list has in common.
    pub(super) fn as_list(&self) -> Shape {
        match self.types() {
            None => Shape::Any,
            Some(types) => {
                let elements = types.array().map_or_else(Shape::never, Array::elements);
                self.without_arrays().join(&elements)
            }
        }
    }
}
