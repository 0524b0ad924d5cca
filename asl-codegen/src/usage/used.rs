//! Which parts of a value are read.

use crate::expr::path::Step;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which parts of a value are read.
///
/// A value of which no part is known to be is looked at no further than whether it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// Whether it is used or handed on as it is, and with it whatever is in it.
    is_whole: bool,
    parts: BTreeMap<Part, Used>,
}

/// A part of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The member of an object, or those of this name of the objects in an array.
    Member(Arc<str>),
    /// An element of an array.
    Index(usize),
    /// Every element of an array, or every member of an object.
    Each,
}

/// Parts nest to this depth; what lies deeper is used whole.
const MAX_DEPTH: usize = 16;

impl Used {
    /// As it is.
    pub(super) fn whole() -> Used {
        Used {
            is_whole: true,
            parts: BTreeMap::new(),
        }
    }

    /// Of which these parts of parts are used so.
    pub(super) fn under(parts: &[Part], used: &Used) -> Used {
        let bounded = &parts[..parts.len().min(MAX_DEPTH)];
        let innermost = match bounded.len() == parts.len() {
            true => used.cut(MAX_DEPTH - parts.len()),
            false => Used::whole(),
        };
        bounded.iter().rfold(innermost, |used, part| Used {
            is_whole: false,
            parts: [(part.clone(), used)].into(),
        })
    }

    fn cut(&self, depth: usize) -> Used {
        match depth {
            0 if self.parts.is_empty() => self.clone(),
            0 => Used::whole(),
            _ => Used {
                is_whole: self.is_whole,
                parts: self
                    .parts
                    .iter()
                    .map(|(part, used)| (part.clone(), used.cut(depth - 1)))
                    .collect(),
            },
        }
    }

    /// Whether it is used or handed on as it is.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The members of it that are read by their names.
    pub fn members(&self) -> impl Iterator<Item = (&Arc<str>, &Used)> {
        self.parts.iter().filter_map(|(part, used)| match part {
            Part::Member(name) => Some((name, used)),
            Part::Index(_) | Part::Each => None,
        })
    }

    /// What is read of elements of it, whatever their index.
    pub fn elements(&self) -> Option<Used> {
        self.element(None)
    }

    /// Whether nothing in it is read as an element of an array.
    pub(super) fn is_by_members(&self) -> bool {
        self.parts.keys().all(|part| matches!(part, Part::Member(_)))
    }

    /// How many parts it has, with theirs.
    pub(super) fn size(&self) -> usize {
        1 + self.parts.values().map(Used::size).sum::<usize>()
    }

    /// What is read of it here or elsewhere.
    pub(super) fn join(&mut self, other: &Used) {
        self.is_whole |= other.is_whole;
        for (part, used) in &other.parts {
            self.parts.entry(part.clone()).or_default().join(used);
        }
    }

    /// What is read of a member.
    pub fn member(&self, name: &str) -> Option<Used> {
        self.of(|part| match part {
            Part::Member(member) => **member == *name,
            Part::Each => true,
            Part::Index(_) => false,
        })
    }

    /// What is read of an element, or of any.
    pub fn element(&self, at: Option<usize>) -> Option<Used> {
        let mut element = self.of(|part| match part {
            Part::Index(index) => at.is_none_or(|at| at == *index),
            Part::Each => true,
            Part::Member(_) => false,
        });
        // In JSONata a member of an array is that of each of its elements.
        let mut members = self.members().peekable();
        if members.peek().is_some() {
            let parts = members.map(|(name, used)| (Part::Member(name.clone()), used.clone()));
            let is_whole = false;
            let parts = parts.collect();
            add(&mut element, &Used { is_whole, parts });
        }
        element
    }

    fn of(&self, is_meant: impl Fn(&Part) -> bool) -> Option<Used> {
        let mut found = self.is_whole.then(Used::whole);
        for (_, used) in self.parts.iter().filter(|(part, _)| is_meant(part)) {
            add(&mut found, used);
        }
        found
    }

    /// What is read of what a Reference Path leads to.
    pub(super) fn at(&self, steps: &[Step]) -> Option<Used> {
        let mut found = Some(self.clone());
        for step in steps {
            found = match step {
                Step::Member(name) => found?.member(name),
                Step::Index(index) => found?.element(usize::try_from(*index).ok()),
                _ => Some(Used::whole()),
            };
        }
        found
    }

    /// The same but for what a Reference Path leads to, if that is by members only.
    pub(super) fn without(&self, steps: &[Step]) -> Used {
        let mut others = self.clone();
        if let [Step::Member(name), rest @ ..] = steps {
            let part = Part::Member(name.as_str().into());
            match (rest, others.parts.get_mut(&part)) {
                ([], _) => drop(others.parts.remove(&part)),
                (_, Some(used)) => *used = used.without(rest),
                (_, None) => {}
            }
        }
        others
    }
}

/// Adds what is read of a value to what is read of it elsewhere.
pub(super) fn add(to: &mut Option<Used>, used: &Used) {
    match to {
        Some(to) => to.join(used),
        None => *to = Some(used.clone()),
    }
}

/// The parts that a path goes by, and what is used of the value at their end where so much is used of what the path finds.
pub(super) fn parts(steps: &[Step], used: &Used) -> (Vec<Part>, Used) {
    let mut parts = Vec::with_capacity(steps.len());
    let mut used = used.clone();
    let mut is_list = false;
    for step in steps {
        match step {
            Step::Member(name) => parts.push(Part::Member(name.as_str().into())),
            Step::Index(index) => parts.push(usize::try_from(*index).map_or(Part::Each, Part::Index)),
            Step::Wildcard | Step::Slice(..) | Step::Indices(_) => {
                if !is_list {
                    used = used.element(None).unwrap_or_default();
                    is_list = true;
                }
                parts.push(Part::Each);
            }
            Step::Members(names) => {
                let members = names.iter().map(|name| {
                    let member = used.member(name).unwrap_or_default();
                    (Part::Member(name.as_str().into()), member)
                });
                let parts_of_it = members.collect();
                used = Used {
                    is_whole: false,
                    parts: parts_of_it,
                };
                break;
            }
            Step::Descend | Step::Filter(_) | Step::Function(_) => {
                used = Used::whole();
                break;
            }
        }
    }
    (parts, used)
}
