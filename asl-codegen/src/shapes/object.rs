//! Objects: which members they have.

use super::join::either;
use super::shape::Shape;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

/// Objects are known to this many members.
const MAX_MEMBERS: usize = 64;

/// A name, and what each of two objects knows of the member.
pub(super) type Pair<'o> = (&'o Arc<str>, Option<&'o Member>, Option<&'o Member>);

/// Which objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// By name. They are copied and gone through far more often than one is added, which a list is good at.
    members: Vec<(Arc<str>, Member)>,
    rest: Option<Shape>,
}

/// A member of an object that is known by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its value. One that can be nothing is surely absent.
    pub shape: Shape,
    /// Whether it is always there. Otherwise there is a way to the value on which it is not.
    pub is_required: bool,
}

impl Object {
    /// All objects.
    pub fn any() -> Object {
        Object {
            members: Vec::new(),
            rest: Some(Shape::Any),
        }
    }

    /// Objects with exactly these members.
    pub fn closed<N: Into<Arc<str>>>(members: impl IntoIterator<Item = (N, Shape)>) -> Object {
        let required = |(name, shape): (N, Shape)| {
            let member = Member {
                shape,
                is_required: true,
            };
            (name.into(), member)
        };
        // The last of one name counts.
        let members: BTreeMap<_, _> = members.into_iter().map(required).collect();
        Object {
            members: members.into_iter().collect(),
            rest: None,
        }
    }

    /// Its members, by name.
    pub fn members(&self) -> impl Iterator<Item = (&Arc<str>, &Member)> + Clone {
        self.members.iter().map(|(name, member)| (name, member))
    }

    /// Where a name is among the members, or would be.
    fn position(&self, name: &str) -> Result<usize, usize> {
        self.members.binary_search_by(|(other, _)| (**other).cmp(name))
    }

    /// What is known of a member by its name.
    pub(super) fn known(&self, name: &str) -> Option<&Member> {
        self.position(name).ok().map(|at| &self.members[at].1)
    }

    /// What a member that is not among them is, if there can be one.
    pub fn rest(&self) -> Option<&Shape> {
        self.rest.as_ref()
    }

    /// What is known of a member: nothing if it cannot be there.
    pub fn member(&self, name: &str) -> Option<Member> {
        match (self.known(name), &self.rest) {
            (Some(member), _) if member.shape.is_never() => None,
            (Some(member), _) => Some(member.clone()),
            (None, Some(rest)) => Some(Member {
                shape: rest.clone(),
                is_required: false,
            }),
            (None, None) => None,
        }
    }

    /// Whether the name is one of those that are known.
    pub fn knows(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Sets a member.
    pub fn set(&mut self, name: impl Into<Arc<str>>, member: Member) {
        let name = name.into();
        match self.position(&name) {
            Ok(at) => self.members[at].1 = member,
            Err(at) => self.members.insert(at, (name, member)),
        }
    }

    /// Lets it have other members, of this shape.
    pub fn open(&mut self, rest: Shape) {
        self.rest = Some(match &self.rest {
            Some(before) => before.join(&rest),
            None => rest,
        });
    }

    /// Whether no value is both: there is a member that both have with different values, or that one has and the other has not.
    pub(super) fn is_disjoint(&self, other: &Object) -> bool {
        self.pairs(other).any(|(_, one, two)| match (one, two) {
            (Some(one), Some(two)) => {
                one.is_required && two.is_required && one.shape.is_disjoint(&two.shape)
                    || one.is_required && two.shape.is_never()
                    || two.is_required && one.shape.is_never()
            }
            (Some(one), None) => one.is_required && other.rest.is_none(),
            (None, Some(two)) => two.is_required && self.rest.is_none(),
            (None, None) => false,
        })
    }

    /// The names that one of them knows, in order, with what each knows. To go through both side by side takes less than to look
    /// each name up.
    pub(crate) fn pairs<'o>(&'o self, other: &'o Object) -> impl Iterator<Item = Pair<'o>> {
        let mut ones = self.members().peekable();
        let mut others = other.members().peekable();
        iter::from_fn(move || {
            let order = match (ones.peek(), others.peek()) {
                // Most names are the very same text.
                (Some((one, _)), Some((other, _))) if Arc::ptr_eq(one, other) => Ordering::Equal,
                (Some((one, _)), Some((other, _))) => one.cmp(other),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            let one = if order.is_le() { ones.next() } else { None };
            let other = if order.is_ge() { others.next() } else { None };
            let (name, _) = one.or(other)?;
            Some((name, one.map(|(_, member)| member), other.map(|(_, member)| member)))
        })
    }

    pub(super) fn admits(&self, members: &Map<String, Value>) -> bool {
        let has_all = self
            .members()
            .all(|(name, member)| !member.is_required || members.contains_key(&**name));
        has_all
            && members.iter().all(|(name, value)| match self.known(name) {
                Some(member) => member.shape.admits(value),
                None => self.rest.as_ref().is_some_and(|rest| rest.admits(value)),
            })
    }

    /// The shapes in it.
    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut Shape> {
        let members = self.members.iter_mut().map(|(_, member)| &mut member.shape);
        members.chain(&mut self.rest)
    }

    /// Whether a member must be there and can be nothing.
    pub(super) fn is_impossible(&self) -> bool {
        self.members()
            .any(|(_, member)| member.is_required && member.shape.is_never())
    }

    pub(super) fn bound(&mut self) {
        if self.rest.is_none() {
            self.members
                .retain(|(_, member)| member.is_required || !member.shape.is_never());
        }
        if self.members.len() > MAX_MEMBERS {
            self.members.truncate(MAX_MEMBERS);
            self.rest = Some(Shape::Any);
        }
    }

    pub(super) fn join(&self, other: &Object) -> Object {
        let rest = either(&self.rest, &other.rest, Shape::join);
        let join = |(name, one, two): Pair<'_>| {
            let member = match (one, two) {
                (Some(one), Some(two)) => Member {
                    shape: one.shape.join(&two.shape),
                    is_required: one.is_required && two.is_required,
                },
                (Some(one), None) => one.or_rest(&other.rest),
                (None, two) => two?.or_rest(&self.rest),
            };
            // That a member of an open object may be there says nothing.
            let says_nothing = rest == Some(Shape::Any) && member.shape.is_any() && !member.is_required;
            (!says_nothing).then(|| (name.clone(), member))
        };
        Object {
            members: self.pairs(other).filter_map(join).collect(),
            rest,
        }
    }

    pub(super) fn widen(&self, grown: &Object) -> Object {
        let widen = |(name, member): (&Arc<str>, &Member)| {
            let shape = match self.known(name) {
                Some(before) => before.shape.widen(&member.shape),
                None => member.shape.clone(),
            };
            let is_required = member.is_required;
            (name.clone(), Member { shape, is_required })
        };
        Object {
            members: grown.members().map(widen).collect(),
            rest: match (&self.rest, &grown.rest) {
                (Some(before), Some(after)) => Some(before.widen(after)),
                (_, rest) => rest.clone(),
            },
        }
    }
}

impl Member {
    /// Joined with that of an object that does not know it by name.
    fn or_rest(&self, rest: &Option<Shape>) -> Member {
        Member {
            shape: match rest {
                Some(rest) => self.shape.join(rest),
                None => self.shape.clone(),
            },
            is_required: false,
        }
    }
}
