//! What a path finds in a value of a shape, and what a value becomes that is put at one.

use super::array::Array;
use super::kept::Kept;
use super::object::{Member, Object};
use super::shape::{Shape, Types};
use crate::expr::path::Step;

/// What a path finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it finds where it finds something: never, if it certainly fails.
    pub shape: Shape,
    /// The number of the first step at which it may fail.
    pub fails_at: Option<usize>,
}

impl Found {
    fn always(shape: Shape) -> Found {
        Found { shape, fails_at: None }
    }
}

impl Shape {
    /// What the steps of a path find in it (P-30 to P-40).
    pub fn find(&self, steps: &[Step]) -> Found {
        let mut found = Found::always(self.clone());
        for (at, step) in steps.iter().enumerate() {
            let (shape, may_fail) = match step {
                Step::Member(name) => found.shape.member(name),
                Step::Index(index) => found.shape.element(*index),
                Step::Members(names) => found.shape.several(names),
                // Everything from here on is in the array of what is found, and nothing of it can fail (P-33) but what
                // the exceptions to that rule name (P-34).
                _ => {
                    found.shape = found.shape.all(&steps[at..]);
                    return found;
                }
            };
            found.shape = shape;
            if may_fail && found.fails_at.is_none() {
                found.fails_at = Some(at);
            }
        }
        found
    }

    /// A member, and whether it may be missing.
    pub(super) fn member(&self, name: &str) -> (Shape, bool) {
        let Some(types) = self.types() else {
            return (Shape::Any, true);
        };
        let Some(member) = types.object().and_then(|object| object.member(name)) else {
            return (Shape::never(), true);
        };
        (member.shape, !member.is_required || types.names().len() > 1)
    }

    /// Whether there is a way on which it has no such member: not where nothing is known to say so.
    pub(crate) fn lacks_on_some_ways(&self, name: &str) -> bool {
        let object = self.types().and_then(|types| types.object());
        object.is_some_and(|object| object.knows(name) && object.member(name).is_some_and(|member| !member.is_required))
    }

    /// An element, and whether it may be missing. Beyond the end of an array some places find null (P-36).
    fn element(&self, index: i64) -> (Shape, bool) {
        let Some(types) = self.types() else {
            return (Shape::Any, true);
        };
        let is_sure = types.names().len() == 1;
        match types.array() {
            None => (Shape::never(), true),
            Some(Array::Of(shape)) => (shape.join(&Shape::null()), true),
            Some(Array::Tuple(shapes)) => {
                let at = match usize::try_from(index) {
                    Ok(at) => Some(at),
                    Err(_) => usize::try_from(index.unsigned_abs())
                        .ok()
                        .and_then(|back| shapes.len().checked_sub(back)),
                };
                match at.and_then(|at| shapes.get(at)) {
                    Some(shape) => (shape.clone(), !is_sure),
                    None => (Shape::null(), true),
                }
            }
        }
    }

    /// One object of several members, those that are there.
    fn several(&self, names: &[String]) -> (Shape, bool) {
        let Some(types) = self.types() else {
            return (Shape::any_object(), true);
        };
        let Some(object) = types.object() else {
            return (Shape::never(), true);
        };
        let mut some = Object::default();
        for name in names {
            if let Some(member) = object.member(name) {
                some.set(name.as_str(), member);
            }
        }
        (some.into(), true)
    }

    /// What an indefinite path finds: an array, or what a function makes of it.
    fn all(&self, steps: &[Step]) -> Shape {
        let mut each = self.clone();
        for step in steps {
            each = match step {
                Step::Member(name) => each.member(name).0,
                Step::Index(index) => each.element(*index).0,
                Step::Indices(_) | Step::Slice(..) => each.elements(),
                Step::Wildcard => each.elements().join(&each.values()),
                Step::Members(names) => each.several(names).0,
                // Filters test elements, and some what they are applied to; a descent takes everything there is.
                Step::Descend | Step::Filter(_) if !matches!(steps.last(), Some(Step::Function(_))) => {
                    return Shape::any_array();
                }
                Step::Descend | Step::Filter(_) | Step::Function(_) => return Shape::Any,
            };
        }
        Shape::array(each)
    }

    /// What the elements of it have in common, where it is an array.
    pub(super) fn elements(&self) -> Shape {
        match self.types() {
            None => Shape::Any,
            Some(types) => types.array().map_or_else(Shape::never, Array::elements),
        }
    }

    /// What the members of it have in common, where it is an object.
    fn values(&self) -> Shape {
        match self.types() {
            None => Shape::Any,
            Some(types) => types.object().map_or_else(Shape::never, |object| {
                let members = object.members().map(|(_, member)| member.shape.clone());
                Shape::union(members.chain(object.rest().cloned()))
            }),
        }
    }

    /// With a value put at a Reference Path (IO-15 to IO-21): what is missing on the way is made.
    pub(super) fn put(&self, steps: &[Step], value: Shape) -> Shape {
        match steps.split_first() {
            None => value,
            Some((Step::Member(name), rest)) => {
                let place = |object: &mut Object| {
                    let inner = match object.member(name) {
                        Some(member) if member.is_required => member.shape,
                        Some(_) => Shape::Any,
                        None => Shape::object::<&str>([]),
                    };
                    let member = Member {
                        shape: inner.put(rest, value.clone()),
                        is_required: true,
                    };
                    object.set(name.as_str(), member);
                };
                if rest.is_empty() && self.has(name, &value) {
                    return self.clone();
                }
                match self.types().map(Types::names) {
                    Some(names) if names == ["an object"] => self.filter(|types| types.change_object(place)),
                    // What stands for something else is replaced where this does not fail.
                    _ => Shape::any_object().filter(|types| types.change_object(place)),
                }
            }
            Some(_) => Shape::Any,
        }
    }

    /// Whether it is an object of one kind that always has this member, with exactly this shape.
    fn has(&self, name: &str, shape: &Shape) -> bool {
        let object = self.types().and_then(Types::only_object);
        let member = object.and_then(|object| object.known(name));
        member.is_some_and(|member| member.is_required && member.shape == *shape)
    }

    /// Narrowed to the values that have what the members lead to, and that as changed.
    pub(super) fn require(&self, members: &[&str], change: &dyn Fn(&Shape) -> Shape) -> Shape {
        let Some((name, rest)) = members.split_first() else {
            return change(self);
        };
        // Most of what is asked for is known already, and what is not changed need not be copied.
        let known = self
            .types()
            .and_then(Types::only_object)
            .and_then(|object| object.known(name));
        if let Some(member) = known.filter(|member| member.is_required) {
            let shape = member.shape.require(rest, change);
            return match shape == member.shape {
                true => self.clone(),
                false => self.filter(|types| {
                    types.change_object(|object| {
                        let (shape, is_required) = (shape.clone(), true);
                        object.set(*name, Member { shape, is_required });
                    });
                }),
            };
        }
        self.filter(|types| {
            types.retain(Kept {
                objects: true,
                ..Kept::default()
            });
            types.change_object(|object| {
                let inner = object.member(name).map_or_else(Shape::never, |member| member.shape);
                let member = Member {
                    shape: inner.require(rest, change),
                    is_required: true,
                };
                object.set(*name, member);
            });
        })
    }

    /// Narrowed to the values that do not have what the members lead to, as far as a shape can tell.
    pub(super) fn forbid(&self, members: &[&str]) -> Shape {
        let Some((name, rest)) = members.split_first() else {
            return Shape::never();
        };
        if !rest.is_empty() && self.member(name).1 {
            // It may be what is missing.
            return self.clone();
        }
        self.filter(|types| {
            types.change_object(|object| {
                let (inner, is_required) = match object.member(name) {
                    Some(member) => (member.shape, member.is_required),
                    None => (Shape::never(), false),
                };
                let shape = inner.forbid(rest);
                object.set(*name, Member { shape, is_required });
            });
        })
    }
}
