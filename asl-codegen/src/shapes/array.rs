//! Arrays: which elements they have.

use super::shape::Shape;

/// Arrays are known to this many elements one by one.
pub(super) const MAX_ELEMENTS: usize = 32;

/// Which arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Array {
    /// Of any length, of such elements.
    Of(Shape),
    /// Of exactly these elements.
    Tuple(Vec<Shape>),
}

impl Array {
    /// What its elements have in common.
    pub fn elements(&self) -> Shape {
        match self {
            Array::Of(shape) => shape.clone(),
            Array::Tuple(shapes) => Shape::union(shapes.iter().cloned()),
        }
    }

    /// Whether an element can be nothing.
    pub(super) fn is_impossible(&self) -> bool {
        matches!(self, Array::Tuple(shapes) if shapes.iter().any(Shape::is_never))
    }

    pub(super) fn bound(&mut self) {
        let is_empty = matches!(self, Array::Of(shape) if shape.is_never());
        match self {
            _ if is_empty => *self = Array::Tuple(Vec::new()),
            Array::Tuple(shapes) if shapes.len() > MAX_ELEMENTS => *self = Array::Of(self.elements()),
            _ => {}
        }
    }

    pub(super) fn join(&self, other: &Array) -> Array {
        match (self, other) {
            (Array::Tuple(a), Array::Tuple(b)) if a.len() == b.len() => {
                Array::Tuple(a.iter().zip(b).map(|(a, b)| a.join(b)).collect())
            }
            _ => Array::Of(self.elements().join(&other.elements())),
        }
    }

    pub(super) fn widen(&self, grown: &Array) -> Array {
        match (self, grown) {
            (Array::Tuple(a), Array::Tuple(b)) if a.len() == b.len() => {
                Array::Tuple(a.iter().zip(b).map(|(a, b)| a.widen(b)).collect())
            }
            _ => Array::Of(self.elements().widen(&grown.elements())),
        }
    }
}
