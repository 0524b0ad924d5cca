//! What is known about a value, type by type.

use super::array::Array;
use super::bound::Extent;
use super::object::Object;
use super::variants::Variants;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known about a JSON value.
///
/// It is a set of values, given by what it has of each JSON type, so that a union of two is one of each type again.
/// [`Shape::Any`] is the greatest, [`Shape::never`] the least. Copies share what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Shape {
    /// Nothing is known.
    #[default]
    Any,
    /// It is one of these.
    OneOf(Arc<Types>),
}

/// What a value can be of each JSON type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Types {
    pub(super) null: bool,
    pub(super) booleans: Booleans,
    pub(super) number: Option<Number>,
    pub(super) string: Option<Strings>,
    pub(super) array: Option<Array>,
    pub(super) object: Option<Variants>,
    pub(super) extent: Extent,
}

/// Which booleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Booleans {
    /// Whether `true` is one of them.
    pub has_true: bool,
    /// Whether `false` is one of them.
    pub has_false: bool,
}

/// Which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Those without a fraction: `1`, `1.0`.
    Integer,
    /// All.
    Any,
}

/// Which strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strings {
    /// One of these.
    Known(BTreeSet<Arc<str>>),
    /// All.
    Any,
}

impl Shape {
    /// What is known of each type; nothing for [`Shape::Any`].
    pub fn types(&self) -> Option<&Types> {
        match self {
            Shape::Any => None,
            Shape::OneOf(types) => Some(types),
        }
    }

    /// Whether no value has it.
    pub fn is_never(&self) -> bool {
        matches!(self, Shape::OneOf(types) if types.is_none())
    }

    /// Whether nothing is known.
    pub fn is_any(&self) -> bool {
        *self == Shape::Any
    }

    /// The same, where every object may have further members: what it is to those who look only at what they know.
    pub fn opened(&self) -> Shape {
        let mut types = match self {
            Shape::Any => return Shape::Any,
            Shape::OneOf(types) => Types::clone(types),
        };
        // As deep as shapes are.
        for part in types.parts_mut() {
            *part = part.opened();
        }
        types.change_object(|object| object.open(Shape::Any));
        types.into()
    }
}

impl Types {
    /// Every value of any type.
    pub fn all() -> Types {
        Types {
            null: true,
            booleans: Booleans {
                has_true: true,
                has_false: true,
            },
            number: Some(Number::Any),
            string: Some(Strings::Any),
            array: Some(Array::Of(Shape::Any)),
            object: Some(Object::any().into()),
            extent: Extent::default(),
        }
    }

    /// Whether it can be `null`.
    pub fn has_null(&self) -> bool {
        self.null
    }

    /// The booleans that it can be.
    pub fn booleans(&self) -> Booleans {
        self.booleans
    }

    /// The numbers that it can be.
    pub fn number(&self) -> Option<Number> {
        self.number
    }

    /// The strings that it can be.
    pub fn string(&self) -> Option<&Strings> {
        self.string.as_ref()
    }

    /// The arrays that it can be.
    pub fn array(&self) -> Option<&Array> {
        self.array.as_ref()
    }

    /// The objects that it can be.
    ///
    /// Where there are several kinds of them, this is what these have in common.
    pub fn object(&self) -> Option<&Object> {
        self.object.as_ref().map(Variants::joined)
    }

    /// The objects that it can be, if they are of one kind and it can be nothing else.
    pub(crate) fn only_object(&self) -> Option<&Object> {
        let is_object = !self.null
            && !self.booleans.any()
            && self.number.is_none()
            && self.string.is_none()
            && self.array.is_none();
        match self.objects() {
            [object] if is_object => Some(object),
            _ => None,
        }
    }

    /// The kinds of objects that it can be. They are told apart by the value or the presence of a member.
    pub fn objects(&self) -> &[Object] {
        self.object.as_ref().map(Variants::all).unwrap_or_default()
    }

    pub(super) fn is_all(&self) -> bool {
        let simple = self.null && self.number == Some(Number::Any) && self.string == Some(Strings::Any);
        simple && *self == Types::all()
    }

    pub(super) fn is_none(&self) -> bool {
        self.extent.size <= 1
            && !self.null
            && self.booleans == Booleans::default()
            && self.number.is_none()
            && self.string.is_none()
            && self.array.is_none()
            && self.object.is_none()
    }

    /// The names of its types, with articles: `a string`.
    pub fn names(&self) -> Vec<&'static str> {
        let has = [
            (self.null, "null"),
            (self.booleans.any(), "a boolean"),
            (self.number.is_some(), "a number"),
            (self.string.is_some(), "a string"),
            (self.array.is_some(), "an array"),
            (self.object.is_some(), "an object"),
        ];
        has.into_iter().filter_map(|(has, name)| has.then_some(name)).collect()
    }

    pub(super) fn parts_mut(&mut self) -> Vec<&mut Shape> {
        let elements = self.array.iter_mut().flat_map(|array| match array {
            Array::Of(shape) => std::slice::from_mut(shape).iter_mut(),
            Array::Tuple(shapes) => shapes.iter_mut(),
        });
        let members = self.object.iter_mut().flat_map(Variants::parts_mut);
        elements.chain(members).collect()
    }
}

impl Booleans {
    /// Whether there is one.
    pub fn any(self) -> bool {
        self.has_true || self.has_false
    }
}
