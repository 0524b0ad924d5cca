//! What is known about a value.

use super::value::Value as Computed;
use crate::expr::intrinsic::{Call, Type};
use crate::expr::path::{Path, Root, Step};
use crate::syntax::{Field, FieldValue, Template};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is known about a value. A copy costs nothing: one stands at every state, and most are equal in most members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape<'m> {
    /// Nothing.
    Any,
    /// Its type, which is none of the others.
    Plain(Type),
    /// An array.
    Array,
    /// An object.
    Object(Rc<Object<'m>>),
}

/// What is known about an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Object<'m> {
    /// Members that it may have, and whether it surely has them.
    members: BTreeMap<&'m str, (Shape<'m>, bool)>,
    /// Whether it may have others.
    open: bool,
}

/// What a path finds.
pub(super) enum Found<'m> {
    /// A value of this shape, if it finds any.
    Value(Shape<'m>),
    /// Certainly nothing, because of what stands at the step of this number.
    Nothing(usize),
}

/// Shapes are kept to this depth.
const MAX_DEPTH: usize = 6;
/// And objects to this many members.
const MAX_MEMBERS: usize = 64;

impl<'m> Object<'m> {
    /// One of which nothing else is known.
    fn any() -> Self {
        Object {
            open: true,
            ..Object::default()
        }
    }

    /// A member that it may have, and whether it surely has it.
    pub fn member(&self, name: &str) -> Option<(&Shape<'m>, bool)> {
        self.members.get(name).map(|(shape, sure)| (shape, *sure))
    }

    /// Whether it may have members of which nothing is known.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

impl<'m> Shape<'m> {
    /// The empty object.
    pub fn nothing() -> Self {
        Shape::Object(Rc::default())
    }

    /// An object with exactly these members.
    pub fn object(members: impl IntoIterator<Item = (&'m str, Self)>) -> Self {
        Shape::members(members.into_iter().map(|(name, shape)| (name, shape, true)), false)
    }

    /// An object with these members, each with whether it surely has it, and others if it is open.
    pub fn members(members: impl IntoIterator<Item = (&'m str, Self, bool)>, is_open: bool) -> Self {
        let mut object = Object {
            open: is_open,
            ..Object::default()
        };
        for (name, shape, is_sure) in members {
            if object.members.len() == MAX_MEMBERS {
                object.open = true;
                break;
            }
            object.members.insert(name, (shape, is_sure));
        }
        Shape::Object(object.into())
    }

    /// That of a literal.
    pub fn literal(value: &'m Value, depth: usize) -> Self {
        match value {
            _ if depth == MAX_DEPTH => Shape::Any,
            Value::Null => Shape::Plain(Type::Null),
            Value::Bool(_) => Shape::Plain(Type::Boolean),
            Value::Number(_) => Shape::Plain(Type::Number),
            Value::String(_) => Shape::Plain(Type::String),
            Value::Array(_) => Shape::Array,
            Value::Object(members) => Shape::object(
                members
                    .iter()
                    .map(|(name, value)| (name.as_str(), Shape::literal(value, depth + 1))),
            ),
        }
    }

    /// That of what a template makes of an input; in a JSONata state that is the shape of `$states`.
    pub fn template(template: &'m Template, input: &Self, depth: usize) -> Self {
        match template {
            _ if depth == MAX_DEPTH => Shape::Any,
            Template::Literal(value) => Shape::literal(value, depth),
            Template::Array(_) => Shape::Array,
            Template::Expression(expression) => {
                Computed::of(&expression.expr, input).map_or(Shape::Any, |value| value.shape().cut(depth))
            }
            Template::Object(fields) => Shape::object(
                fields
                    .iter()
                    .map(|field| (field.name.as_str(), Shape::field(field, input, depth + 1))),
            ),
        }
    }

    fn field(field: &'m Field, input: &Self, depth: usize) -> Self {
        match &field.value {
            FieldValue::Template(template) => Shape::template(template, input, depth),
            FieldValue::Path(path) => input.select(&path.value).cut(depth),
            FieldValue::Call(call) => Shape::call(&call.value),
        }
    }

    fn call(call: &Call) -> Self {
        match call.function.returns() {
            None => Shape::Any,
            Some(Type::Array) => Shape::Array,
            Some(Type::Object) => Shape::Object(Object::any().into()),
            Some(plain) => Shape::Plain(plain),
        }
    }

    /// Without what lies too deep.
    fn cut(self, depth: usize) -> Self {
        match self {
            Shape::Object(_) | Shape::Array | Shape::Plain(_) if depth >= MAX_DEPTH => Shape::Any,
            Shape::Object(mut object) => {
                for (shape, _) in Rc::make_mut(&mut object).members.values_mut() {
                    *shape = std::mem::replace(shape, Shape::Any).cut(depth + 1);
                }
                Shape::Object(object)
            }
            other => other,
        }
    }

    /// What a path finds in an input of this shape.
    pub fn find(&self, path: &Path) -> Found<'m> {
        if path.root != Root::Input {
            return Found::Value(Shape::Any);
        }
        let mut shape = self;
        for (at, step) in path.steps.iter().enumerate() {
            shape = match (step, shape) {
                (_, Shape::Any) => return Found::Value(Shape::Any),
                (Step::Member(name), Shape::Object(object)) => match object.members.get(name.as_str()) {
                    Some((member, true)) => member,
                    Some((_, false)) => return Found::Value(Shape::Any),
                    None if object.open => return Found::Value(Shape::Any),
                    None => return Found::Nothing(at),
                },
                (Step::Member(_) | Step::Index(_), Shape::Plain(_))
                | (Step::Member(_), Shape::Array)
                | (Step::Index(_), Shape::Object(_)) => return Found::Nothing(at),
                _ => return Found::Value(Shape::Any),
            };
        }
        Found::Value(shape.clone())
    }

    /// The same where it is of no interest that nothing is found.
    pub fn select(&self, path: &Path) -> Self {
        match self.find(path) {
            Found::Value(_) if !path.is_definite() => Shape::Array,
            Found::Value(shape) => shape,
            Found::Nothing(_) => Shape::Any,
        }
    }

    /// With a value put at a Reference Path.
    pub fn with(&self, path: &'m Path, value: Self) -> Self {
        let Some(Step::Member(name)) = path.steps.first() else {
            return Shape::Any;
        };
        let mut object = match self {
            Shape::Object(object) => Object::clone(object),
            _ => Object::any(),
        };
        let value = match path.steps.len() {
            1 => value,
            // What the inner object held before is of little interest.
            _ => Shape::Any,
        };
        if object.members.len() < MAX_MEMBERS || object.members.contains_key(name.as_str()) {
            object.members.insert(name, (value.cut(1), true));
        } else {
            object.open = true;
        }
        Shape::Object(object.into())
    }

    /// What holds for both.
    pub fn join(&self, other: &Self) -> Self {
        match (self, other) {
            _ if self == other => self.clone(),
            (Shape::Object(a), Shape::Object(b)) => {
                let of_a = |(&name, (shape, sure)): (&&'m str, &(Self, bool))| match b.members.get(name) {
                    Some((other, also)) => (name, (shape.join(other), *sure && *also)),
                    None => (name, (shape.clone(), false)),
                };
                let only_b = b.members.iter().filter(|(name, _)| !a.members.contains_key(*name));
                let only_b = only_b.map(|(&name, (shape, _))| (name, (shape.clone(), false)));
                let joined = Object {
                    members: a.members.iter().map(of_a).chain(only_b).collect(),
                    open: a.open || b.open,
                };
                Shape::Object(joined.into())
            }
            _ => Shape::Any,
        }
    }

    /// In words, with an article.
    pub fn name(&self) -> String {
        match self {
            Shape::Any => "any value".to_owned(),
            Shape::Plain(plain) => plain.to_string(),
            Shape::Array => Type::Array.to_string(),
            Shape::Object(_) => Type::Object.to_string(),
        }
    }

    /// The names of its members, if all are known.
    pub fn member_names(&self) -> Option<Vec<&'m str>> {
        match self {
            Shape::Object(object) if !object.open => Some(object.members.keys().copied().collect()),
            _ => None,
        }
    }

    /// The shape of what stands before a step of a path that finds nothing there.
    pub fn before(&self, path: &Path, step: usize) -> Self {
        let before = Path {
            text: String::new(),
            root: path.root.clone(),
            steps: path.steps[..step].to_vec(),
        };
        self.select(&before)
    }
}
