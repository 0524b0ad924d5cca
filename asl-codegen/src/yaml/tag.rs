//! Tags.

use super::read::{Read, unlike_json};
use super::schema::Plain;
use crate::source::Span;
use crate::template;

/// A tag of the core schema, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    core: Core,
    span: Span,
}

/// The kinds of value in the core schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Core {
    Null,
    Bool,
    Int,
    Float,
    Text,
    Sequence,
    Mapping,
}

/// The function of CloudFormation that a tag is short for: `!Sub`.
pub(super) fn function(tag: &granit_parser::Tag) -> Option<&'static str> {
    match tag.parts() {
        ("!", name) => template::tag(name),
        _ => None,
    }
}

impl Tag {
    pub(super) fn new(tag: &granit_parser::Tag, span: Span) -> Read<Tag> {
        let core = match tag.core_suffix() {
            Some("null") => Core::Null,
            Some("bool") => Core::Bool,
            Some("int") => Core::Int,
            Some("float") => Core::Float,
            Some("str") => Core::Text,
            Some("seq") => Core::Sequence,
            Some("map") => Core::Mapping,
            // What is tagged with a mere `!` is not looked at further.
            None if tag.parts() == ("", "!") => Core::Text,
            _ => {
                let unknown = unlike_json(span, "this tag is unknown");
                return Err(Box::new(unknown.help(
                    "known are those of the core schema, such as `!!str`, and of CloudFormation, such as `!Sub`",
                )));
            }
        };
        Ok(Tag { core, span })
    }

    /// Refuses a tag that is not for this kind of collection.
    pub(super) fn is_for(self, core: Core) -> Read<()> {
        match self.core == core {
            true => Ok(()),
            false => self.does_not_fit(),
        }
    }

    /// Whether the scalar is text whatever stands in it.
    pub(super) fn is_text(self) -> bool {
        self.core == Core::Text
    }

    /// The value that the words stand for, if it is the one that the tag promises.
    pub(super) fn scalar(self, words: Plain) -> Read<Plain> {
        match (self.core, &words) {
            (Core::Null, Plain::Null) | (Core::Bool, Plain::Bool(_)) | (Core::Float, Plain::Number(_)) => Ok(words),
            (Core::Int, Plain::Number(number)) if !number.contains(['.', 'e', 'E']) => Ok(words),
            (Core::Int | Core::Float, Plain::Wrong(..)) => Ok(words),
            _ => self.does_not_fit(),
        }
    }

    fn does_not_fit<T>(self) -> Read<T> {
        Err(Box::new(unlike_json(self.span, "this tag does not fit its value")))
    }
}
