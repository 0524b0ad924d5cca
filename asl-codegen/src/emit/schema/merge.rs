//! `allOf`: one object that has the members of each.

use super::RustTypes;
use super::kind::Kind;
use super::lower::MAX_DEPTH;
use crate::schema::{Keywords, Schema, Type};
use std::collections::HashSet;

/// What is merged lies in so many others that are,
const MAX_MERGING: usize = 4;
/// and there are so many of them. Beyond that it is any JSON.
pub(super) const MAX_MERGES: usize = 1000;

impl RustTypes<'_, '_> {
    /// All of several: one object that has the members of each, where they are objects.
    pub(super) fn merged(&mut self, keywords: &Keywords, wanted: &str, about: &str) -> Kind {
        if let ([only], true) = (&keywords.all_of[..], keywords.is_all_of()) {
            return self.kind(only, wanted, about);
        }
        let mut merged = Keywords::default();
        let is_object = self.collect(keywords, &mut merged, &mut HashSet::new());
        if !is_object || self.merging >= MAX_MERGING || self.merges_left == 0 {
            return Kind::Any;
        }
        merged.types = Some(vec![Type::Object]);
        merged.description = keywords.description.clone();
        self.merging += 1;
        self.merges_left -= 1;
        let kind = self.of_keywords(&merged, wanted, about);
        self.merging -= 1;
        kind
    }

    /// Collects the members of what all of must hold; answers whether all of these are objects. Definitions are entered once.
    fn collect(&self, keywords: &Keywords, merged: &mut Keywords, entered: &mut HashSet<usize>) -> bool {
        if !keywords.is_object() || entered.len() > MAX_DEPTH {
            return false;
        }
        for (name, schema) in &keywords.properties {
            match merged.properties.iter_mut().find(|(known, _)| known == name) {
                // What is both is rarely a type of its own.
                Some((_, known)) => *known = Schema::Any,
                None => merged.properties.push((name.clone(), schema.clone())),
            }
        }
        merged.required.extend(keywords.required.iter().cloned());
        let reference = keywords.reference.map(|at| (at, &self.file.definitions[at].1));
        if let Some((at, Schema::Of(inner))) = reference
            && (!entered.insert(at) || !self.collect(inner, merged, entered))
        {
            return false;
        }
        keywords.all_of.iter().all(|schema| match schema {
            Schema::Of(inner) => self.collect(inner, merged, entered),
            Schema::Any => true,
            Schema::Never => false,
        })
    }
}

impl Keywords {
    /// Whether it is an object, possibly by way of others.
    fn is_object(&self) -> bool {
        self.types.as_deref().is_none_or(|types| types == [Type::Object])
            && self.values.is_none()
            && self.constant.is_none()
            && self.any_of.is_empty()
            && self.one_of.is_empty()
            && self.prefix.is_empty()
            && self.items.is_none()
    }

    /// Whether it is nothing but a `$ref`.
    pub(super) fn is_reference(&self) -> bool {
        self.is_object() && !self.tells_of_objects() && self.types.is_none() && self.all_of.is_empty()
    }

    /// Whether it is nothing but an `allOf`.
    fn is_all_of(&self) -> bool {
        self.is_object() && !self.tells_of_objects() && self.types.is_none() && self.reference.is_none()
    }
}
