//! What holds of a value that one of two shapes is known of.

use super::array::Array;
use super::bound::Extent;
use super::shape::{Booleans, Shape, Strings, Types};
use super::variants::Variants;
use std::sync::Arc;

impl Shape {
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

    /// Whether every value of `other` has this shape.
    pub fn includes(&self, other: &Shape) -> bool {
        self.join(other) == *self
    }
}

impl Types {
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

pub(super) fn either<T: Clone>(a: &Option<T>, b: &Option<T>, both: impl FnOnce(&T, &T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}
