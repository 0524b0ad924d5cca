//! Keys that stand twice in one object (V-47).

use super::Parser;
use crate::diagnostic::Lint;
use crate::json::{Json, Kind, Object};
use crate::source::Span;
use std::collections::HashMap;

/// Where a value is, put into words only when there is something to say about it.
pub(super) enum Place<'a> {
    Root,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// In the form of the service (V-7).
    fn location(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Member(parent, name) => format!("{}/{name}", parent.location()),
            Place::Item(parent, index) => format!("{}[{index}]", parent.location()),
        }
    }
}

impl Parser<'_> {
    /// Reports keys that stand twice in one object, at any depth.
    pub fn duplicate_keys(&mut self, json: &Json, place: &Place) {
        match &json.kind {
            Kind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.duplicate_keys(item, &Place::Item(place, index));
                }
            }
            Kind::Object(object) => {
                if has_repeated(object) {
                    self.repeated(object, place);
                }
                for member in &object.members {
                    self.duplicate_keys(&member.value, &Place::Member(place, &member.key));
                }
            }
            _ => {}
        }
    }

    fn repeated(&mut self, object: &Object, place: &Place) {
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(object.members.len());
        for member in &object.members {
            if let Some(first) = seen.insert(&member.key, member.key_span) {
                let message = format!("the key `{}` stands twice in one object", member.key);
                self.finding(Lint::DuplicateKey, member.key_span, &place.location(), message)
                    .label("only the last one counts")
                    .related(first, "this one is ignored")
                    .push();
            }
        }
    }
}

fn has_repeated(object: &Object) -> bool {
    let mut keys: Vec<&str> = object.iter().map(|member| member.key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}
