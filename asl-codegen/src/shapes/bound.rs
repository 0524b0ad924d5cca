//! Shapes are finite: what would be deeper or larger than may be is any value.

use super::shape::{Shape, Strings, Types};
use super::variants::Variants;
use std::sync::Arc;

/// How far a shape reaches, counted as a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    depth: usize,
    pub(super) size: usize,
}

/// Shapes nest to this depth; what would lie deeper is any value.
pub(super) const MAX_DEPTH: usize = 16;
/// Shapes have about this many parts, shared ones counted each time.
const MAX_SIZE: usize = 1024;
/// Strings are known to this many values.
const MAX_STRINGS: usize = 32;

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
    fn extent(&self) -> Extent {
        match self {
            Shape::Any => Extent { depth: 0, size: 1 },
            Shape::OneOf(types) => types.extent,
        }
    }
}
