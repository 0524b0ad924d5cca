//! Objects of several kinds that are told apart: by a member that has one text in some and another in others, or that only
//! some of them have.

use super::object::Object;
use super::shape::Shape;
use serde_json::{Map, Value};

/// So many are kept apart; more become one.
const MAX_VARIANTS: usize = 8;

/// At least one kind of object; no value is of two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variants {
    all: Vec<Object>,
    /// What they have in common, where there are several.
    joined: Option<Object>,
}

impl From<Object> for Variants {
    fn from(object: Object) -> Variants {
        Variants {
            all: vec![object],
            joined: None,
        }
    }
}

impl Variants {
    /// Of these, if there are any. Those that a value could be two of become one.
    pub fn new(objects: impl IntoIterator<Item = Object>) -> Option<Variants> {
        let mut all: Vec<Object> = Vec::new();
        for mut object in objects {
            while let Some(at) = all.iter().position(|other| !other.is_disjoint(&object)) {
                object = match all.get(at) {
                    // It holds the other one already, so that it stays where it is.
                    Some(other) if other.join(&object) == *other => break,
                    _ => all.remove(at).join(&object),
                };
            }
            if all.iter().all(|other| other.is_disjoint(&object)) {
                all.push(object);
            }
        }
        let joined = match &all[..] {
            [] => return None,
            [_] => None,
            [first, others @ ..] => Some(others.iter().fold(first.clone(), |joined, object| joined.join(object))),
        };
        Some(match joined {
            Some(joined) if all.len() > MAX_VARIANTS => joined.into(),
            joined => Variants { all, joined },
        })
    }

    pub fn all(&self) -> &[Object] {
        &self.all
    }

    /// What they have in common.
    pub fn joined(&self) -> &Object {
        self.joined.as_ref().unwrap_or(&self.all[0])
    }

    /// Each of them changed; nothing where none is left.
    pub fn change(self, change: impl Fn(&mut Object)) -> Option<Variants> {
        let changed = self.all.into_iter().map(|mut object| {
            change(&mut object);
            object
        });
        Variants::new(changed).and_then(Variants::bounded)
    }

    pub fn join(&self, other: &Variants) -> Variants {
        if self == other {
            return self.clone();
        }
        if let ([one], [two]) = (&self.all[..], &other.all[..])
            && !one.is_disjoint(two)
        {
            return one.join(two).into();
        }
        let all = self.all.iter().chain(&other.all).cloned();
        // There is at least one.
        Variants::new(all).unwrap_or_else(|| self.clone())
    }

    pub fn widen(&self, grown: &Variants) -> Variants {
        match self == grown {
            true => grown.clone(),
            false => self.joined().widen(grown.joined()).into(),
        }
    }

    pub fn admits(&self, members: &Map<String, Value>) -> bool {
        self.all.iter().any(|object| object.admits(members))
    }

    /// Within the bounds, and without those that no value can be.
    pub fn bounded(mut self) -> Option<Variants> {
        self.all.iter_mut().for_each(Object::bound);
        self.joined.iter_mut().for_each(Object::bound);
        match self.all.iter().any(Object::is_impossible) {
            true => Variants::new(self.all.into_iter().filter(|object| !object.is_impossible())),
            false => Some(self),
        }
    }

    /// The shapes in it.
    pub fn parts_mut(&mut self) -> impl Iterator<Item = &mut Shape> {
        self.all.iter_mut().chain(&mut self.joined).flat_map(Object::parts_mut)
    }
}
