//! What is read of the result of a task, and how that changed.

use super::compare::Severity;
use crate::shapes::{Array, Member, Object, Shape};
use crate::usage::Used;

/// The parts that are read, none of them required.
pub(super) fn shape(used: &Used) -> Shape {
    let mut members = used.members().peekable();
    if members.peek().is_none() {
        // Also what is read of each element is told, and not what of which.
        return used.elements().map_or(Shape::Any, |element| match used.is_whole() {
            true => Shape::Any,
            false => Shape::array(shape(&element)),
        });
    }
    let mut object = Object::any();
    for (name, used) in members {
        let shape = shape(used);
        let is_required = false;
        object.set(name.clone(), Member { shape, is_required });
    }
    object.into()
}

/// What it takes of those who give a result that more is read of it than before; nothing if no more is.
///
/// Shapes are at most so deep.
pub(super) fn grown(old: &Shape, new: &Shape) -> Option<Severity> {
    let types = new.types()?;
    if let Some(Array::Of(new)) = types.array() {
        return match old.types().and_then(|types| types.array()) {
            Some(old) => grown(&old.elements(), new),
            None => Some(Severity::Unclear),
        };
    }
    let before = old.types().and_then(|types| types.object());
    let members = types.object()?.members();
    let of_member = members.filter_map(|(name, member)| {
        let severity = if member.is_required {
            Severity::Breaking
        } else {
            Severity::Unclear
        };
        let before = before
            .filter(|before| before.knows(name))
            .and_then(|before| before.member(name));
        match before {
            None => Some(severity),
            // It was read on some ways, and is on all.
            Some(before) if member.is_required && !before.is_required => Some(Severity::Unclear),
            Some(before) => grown(&before.shape, &member.shape),
        }
    });
    of_member.max()
}
