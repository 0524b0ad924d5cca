//! The lattice: what is known about a value.

use super::array::{Array, MAX_ELEMENTS};
use super::object::Object;
use super::variants::Variants;
use serde_json::Value;
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

/// How far a shape reaches, counted as a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    depth: usize,
    size: usize,
}

/// Shapes nest to this depth; what would lie deeper is any value.
const MAX_DEPTH: usize = 16;
/// Shapes have about this many parts, shared ones counted each time.
const MAX_SIZE: usize = 1024;
/// Strings are known to this many values.
const MAX_STRINGS: usize = 32;

impl Shape {
    /// That of no value: what cannot be reached.
    pub fn never() -> Shape {
        Types::default().into()
    }

    /// `null`
    pub fn null() -> Shape {
        Types {
            null: true,
            ..Types::default()
        }
        .into()
    }

    /// `true` and `false`.
    pub fn boolean() -> Shape {
        Shape::booleans(true, true)
    }

    /// `true`, `false`, both or none.
    pub fn booleans(has_true: bool, has_false: bool) -> Shape {
        Types {
            booleans: Booleans { has_true, has_false },
            ..Types::default()
        }
        .into()
    }

    /// Numbers without a fraction.
    pub fn integer() -> Shape {
        Types {
            number: Some(Number::Integer),
            ..Types::default()
        }
        .into()
    }

    /// All numbers.
    pub fn number() -> Shape {
        Types {
            number: Some(Number::Any),
            ..Types::default()
        }
        .into()
    }

    /// All strings.
    pub fn string() -> Shape {
        Types {
            string: Some(Strings::Any),
            ..Types::default()
        }
        .into()
    }

    /// One of these strings.
    pub fn strings<S: Into<Arc<str>>>(texts: impl IntoIterator<Item = S>) -> Shape {
        Types {
            string: Some(Strings::Known(texts.into_iter().map(Into::into).collect())),
            ..Types::default()
        }
        .into()
    }

    /// Arrays of any length of such elements.
    pub fn array(elements: Shape) -> Shape {
        Types {
            array: Some(Array::Of(elements)),
            ..Types::default()
        }
        .into()
    }

    /// Arrays of exactly these elements.
    pub fn tuple(elements: Vec<Shape>) -> Shape {
        Types {
            array: Some(Array::Tuple(elements)),
            ..Types::default()
        }
        .into()
    }

    /// Objects with exactly these members.
    pub fn object<N: Into<Arc<str>>>(members: impl IntoIterator<Item = (N, Shape)>) -> Shape {
        Object::closed(members).into()
    }

    /// All objects.
    pub fn any_object() -> Shape {
        Object::any().into()
    }

    /// All arrays.
    pub fn any_array() -> Shape {
        Shape::array(Shape::Any)
    }

    /// Exactly this value, as far as shapes tell values apart.
    pub fn of(value: &Value) -> Shape {
        Shape::of_nested(value, 0)
    }

    /// Recursion stops where the shape does.
    fn of_nested(value: &Value, depth: usize) -> Shape {
        match value {
            _ if depth >= MAX_DEPTH => Shape::Any,
            Value::Null => Shape::null(),
            Value::Bool(value) => Shape::booleans(*value, !*value),
            Value::Number(number) if is_integer(number) => Shape::integer(),
            Value::Number(_) => Shape::number(),
            Value::String(text) => Shape::strings([text.as_str()]),
            Value::Array(elements) if elements.len() > MAX_ELEMENTS => {
                let shapes = elements.iter().map(|element| Shape::of_nested(element, depth + 1));
                Shape::array(Shape::union(shapes))
            }
            Value::Array(elements) => Shape::tuple(
                elements
                    .iter()
                    .map(|element| Shape::of_nested(element, depth + 1))
                    .collect(),
            ),
            Value::Object(members) => Shape::object(
                members
                    .iter()
                    .map(|(name, value)| (name.as_str(), Shape::of_nested(value, depth + 1))),
            ),
        }
    }

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

    /// The least shape that holds what either holds.
    pub fn join(&self, other: &Shape) -> Shape {
        match (self, other) {
            (Shape::Any, _) | (_, Shape::Any) => Shape::Any,
            (Shape::OneOf(a), Shape::OneOf(b)) if Arc::ptr_eq(a, b) || b.is_none() => self.clone(),
            (Shape::OneOf(a), _) if a.is_none() => other.clone(),
            (Shape::OneOf(a), Shape::OneOf(b)) => a.join(b).into(),
        }
    }

    /// The join of all.
    pub fn union(shapes: impl IntoIterator<Item = Shape>) -> Shape {
        let mut all = Shape::never();
        for shape in shapes {
            all = all.join(&shape);
            if all.is_any() {
                break;
            }
        }
        all
    }

    /// A shape that holds what `grown`, a join with this one, holds: where they differ it knows less, so that a loop that
    /// adds something each time comes to its end.
    pub(super) fn widen(&self, grown: &Shape) -> Shape {
        match (self, grown) {
            _ if self == grown => grown.clone(),
            (Shape::Any, _) | (_, Shape::Any) => Shape::Any,
            (Shape::OneOf(a), Shape::OneOf(b)) => a.widen(b).into(),
        }
    }

    /// Whether a value has this shape.
    pub fn admits(&self, value: &Value) -> bool {
        let Some(types) = self.types() else { return true };
        match value {
            Value::Null => types.null,
            Value::Bool(true) => types.booleans.has_true,
            Value::Bool(false) => types.booleans.has_false,
            Value::Number(number) => match types.number {
                Some(Number::Any) => true,
                Some(Number::Integer) => is_integer(number),
                None => false,
            },
            Value::String(text) => match &types.string {
                Some(Strings::Any) => true,
                Some(Strings::Known(known)) => known.contains(text.as_str()),
                None => false,
            },
            Value::Array(elements) => match &types.array {
                Some(Array::Of(shape)) => elements.iter().all(|element| shape.admits(element)),
                Some(Array::Tuple(shapes)) => {
                    shapes.len() == elements.len()
                        && shapes.iter().zip(elements).all(|(shape, value)| shape.admits(value))
                }
                None => false,
            },
            Value::Object(members) => types.object.as_ref().is_some_and(|object| object.admits(members)),
        }
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

    /// Whether every value of `other` has this shape.
    pub fn includes(&self, other: &Shape) -> bool {
        self.join(other) == *self
    }
}

fn is_integer(number: &serde_json::Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

impl From<Object> for Shape {
    fn from(object: Object) -> Shape {
        Types {
            object: Some(object.into()),
            ..Types::default()
        }
        .into()
    }
}

impl From<Array> for Shape {
    fn from(array: Array) -> Shape {
        Types {
            array: Some(array),
            ..Types::default()
        }
        .into()
    }
}

impl From<Types> for Shape {
    /// Keeps to the bounds: every shape with parts is made here.
    fn from(mut types: Types) -> Shape {
        types.extent = Extent::default();
        if let Some(array) = &mut types.array {
            array.bound();
        }
        types.array = types.array.filter(|array| !array.is_impossible());
        types.object = types.object.and_then(Variants::bounded);
        if matches!(&types.string, Some(Strings::Known(known)) if known.len() > MAX_STRINGS) {
            types.string = Some(Strings::Any);
        }
        if matches!(&types.string, Some(Strings::Known(known)) if known.is_empty()) {
            types.string = None;
        }
        if types.is_all() {
            return Shape::Any;
        }
        let mut parts = types.parts_mut();
        let size: usize = 1 + parts.iter().map(|part| part.extent().size).sum::<usize>();
        // What is larger than its share goes first, and what is as deep as may be goes always.
        let share = match size > MAX_SIZE {
            true => MAX_SIZE / parts.len().max(1),
            false => MAX_SIZE,
        };
        let mut extent = Extent { depth: 0, size: 1 };
        for part in &mut parts {
            let Extent { depth, size } = part.extent();
            if depth + 1 >= MAX_DEPTH || size > share {
                **part = Shape::Any;
            }
            let Extent { depth, size } = part.extent();
            extent = Extent {
                depth: extent.depth.max(depth + 1),
                size: extent.size + size,
            };
        }
        types.extent = extent;
        Shape::OneOf(Arc::new(types))
    }
}

impl Shape {
    /// Whether no value has both, as far as can be told at a glance.
    pub(crate) fn is_disjoint(&self, other: &Shape) -> bool {
        let (Some(a), Some(b)) = (self.types(), other.types()) else {
            return self.is_never() || other.is_never();
        };
        let texts = match (&a.string, &b.string) {
            (Some(Strings::Known(a)), Some(Strings::Known(b))) => a.is_disjoint(b),
            (a, b) => a.is_none() || b.is_none(),
        };
        let no_boolean = !(a.booleans.has_true && b.booleans.has_true || a.booleans.has_false && b.booleans.has_false);
        let no_number = a.number.is_none() || b.number.is_none();
        let no_array = a.array.is_none() || b.array.is_none();
        let no_object = a.object.is_none() || b.object.is_none();
        texts && no_boolean && no_number && no_array && no_object && !(a.null && b.null)
    }

    fn extent(&self) -> Extent {
        match self {
            Shape::Any => Extent { depth: 0, size: 1 },
            Shape::OneOf(types) => types.extent,
        }
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

    fn is_all(&self) -> bool {
        let simple = self.null && self.number == Some(Number::Any) && self.string == Some(Strings::Any);
        simple && *self == Types::all()
    }

    fn is_none(&self) -> bool {
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

    fn parts_mut(&mut self) -> Vec<&mut Shape> {
        let elements = self.array.iter_mut().flat_map(|array| match array {
            Array::Of(shape) => std::slice::from_mut(shape).iter_mut(),
            Array::Tuple(shapes) => shapes.iter_mut(),
        });
        let members = self.object.iter_mut().flat_map(Variants::parts_mut);
        elements.chain(members).collect()
    }

    fn join(&self, other: &Types) -> Types {
        Types {
            null: self.null || other.null,
            booleans: Booleans {
                has_true: self.booleans.has_true || other.booleans.has_true,
                has_false: self.booleans.has_false || other.booleans.has_false,
            },
            // The order of the variants is that of the sets, and `None` is the least.
            number: self.number.max(other.number),
            string: either(&self.string, &other.string, |a, b| match (a, b) {
                (Strings::Known(a), Strings::Known(b)) => Strings::Known(a.union(b).cloned().collect()),
                _ => Strings::Any,
            }),
            array: either(&self.array, &other.array, Array::join),
            object: either(&self.object, &other.object, Variants::join),
            extent: Extent::default(),
        }
    }

    fn widen(&self, grown: &Types) -> Types {
        let mut wide = grown.clone();
        if self.string.is_some() && self.string != grown.string {
            wide.string = Some(Strings::Any);
        }
        if let (Some(a), Some(b)) = (&self.array, &grown.array) {
            wide.array = Some(a.widen(b));
        }
        if let (Some(a), Some(b)) = (&self.object, &grown.object) {
            wide.object = Some(a.widen(b));
        }
        wide
    }
}

impl Booleans {
    /// Whether there is one.
    pub fn any(self) -> bool {
        self.has_true || self.has_false
    }
}

pub(super) fn either<T: Clone>(a: &Option<T>, b: &Option<T>, both: impl FnOnce(&T, &T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

impl Shape {
    /// Its parts that a change of [`Types`] leaves: what is known of each type where nothing was known before.
    pub fn filter(&self, change: impl FnOnce(&mut Types)) -> Shape {
        let mut types = match self {
            Shape::Any => Types::all(),
            Shape::OneOf(types) => Types::clone(types),
        };
        change(&mut types);
        types.into()
    }
}

impl Types {
    /// Keeps nothing but what `kept` has.
    pub fn retain(&mut self, kept: Kept) {
        self.null &= kept.null;
        if !kept.booleans {
            self.booleans = Booleans::default();
        }
        self.number = self.number.filter(|_| kept.numbers);
        self.string = self.string.take().filter(|_| kept.strings);
        self.array = self.array.take().filter(|_| kept.arrays);
        self.object = self.object.take().filter(|_| kept.objects);
    }

    /// Keeps of all strings this one, or all others.
    pub fn retain_text(&mut self, text: &str, is_kept: bool) {
        self.string = match (self.string.take(), is_kept) {
            (Some(Strings::Any), true) => Some(Strings::Known([text.into()].into())),
            (Some(Strings::Known(mut known)), _) => {
                known.retain(|one| (**one == *text) == is_kept);
                Some(Strings::Known(known))
            }
            (strings, _) => strings,
        };
    }

    /// Keeps of both booleans this one only, or the other.
    pub fn retain_boolean(&mut self, boolean: bool, is_kept: bool) {
        match boolean == is_kept {
            true => self.booleans.has_false = false,
            false => self.booleans.has_true = false,
        }
    }

    /// Changes each kind of object that it can be.
    pub fn change_object(&mut self, change: impl Fn(&mut Object)) {
        self.object = self.object.take().and_then(|objects| objects.change(change));
    }
}

/// Types of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// `null`
    pub null: bool,
    /// `true`, `false`
    pub booleans: bool,
    /// Numbers.
    pub numbers: bool,
    /// Strings.
    pub strings: bool,
    /// Arrays.
    pub arrays: bool,
    /// Objects.
    pub objects: bool,
}

impl Kept {
    /// All but these.
    pub fn others(self) -> Kept {
        Kept {
            null: !self.null,
            booleans: !self.booleans,
            numbers: !self.numbers,
            strings: !self.strings,
            arrays: !self.arrays,
            objects: !self.objects,
        }
    }
}
