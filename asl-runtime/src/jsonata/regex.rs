//! Regular expressions: JavaScript's, matched without a way to hang.
//!
//! They differ from JavaScript's where a repetition begins again: what a group in it matched before is kept, and a round
//! that matches nothing counts. Text is matched by characters, not by UTF-16 code units, and what stands behind is too,
//! from the left.

mod javascript;

use super::limit::out_of_time;
use super::{Array, Error, Object, Query, Result, Text, Val, lambda};
use std::ops::Range;
use std::sync::OnceLock;

/// A regular expression of generated code, compiled when it is first used.
pub struct Regex {
    pattern: &'static str,
    flags: &'static str,
    compiled: OnceLock<std::result::Result<fancy_regex::Regex, String>>,
}

/// Where a regular expression matches a text, in bytes.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) range: Range<usize>,
    /// What the groups have matched, if they took part.
    pub(crate) groups: Vec<Option<Range<usize>>>,
}

impl Regex {
    /// `/pattern/flags`; the flags are `i` and `m`.
    pub const fn new(pattern: &'static str, flags: &'static str) -> Regex {
        Regex {
            pattern,
            flags,
            compiled: OnceLock::new(),
        }
    }

    /// The pattern and its flags.
    #[cfg(feature = "jsonata-core")]
    pub(crate) fn source(&self) -> (&'static str, &'static str) {
        (self.pattern, self.flags)
    }

    fn compiled(&self) -> Result<&fancy_regex::Regex> {
        let compiled = self.compiled.get_or_init(|| {
            let pattern = javascript::translate(self.pattern, self.flags)?;
            fancy_regex::Regex::new(&pattern).map_err(|error| error.to_string())
        });
        compiled.as_ref().map_err(|error| {
            let Regex { pattern, flags, .. } = self;
            Error::internal(format!("Invalid regular expression: /{pattern}/{flags}: {error}"))
        })
    }

    /// The first match that does not begin before `from`.
    pub(crate) fn find(&self, text: &str, from: usize) -> Result<Option<Found>> {
        // What can backtrack does so a million times at most.
        let captures = self
            .compiled()?
            .captures_from_pos(text, from)
            .map_err(|_| out_of_time())?;
        Ok(captures.and_then(|captures| {
            let groups = captures.iter().skip(1).map(|group| Some(group?.range())).collect();
            let range = captures.get(0)?.range();
            Some(Found { range, groups })
        }))
    }

    /// The match after `found`, if there is more text.
    ///
    /// # Errors
    /// D1004 when that is empty, since there would be no end of such matches.
    pub(crate) fn find_next(&self, text: &str, found: &Found) -> Result<Option<Found>> {
        if found.range.end >= text.len() {
            return Ok(None);
        }
        let next = self.find(text, found.range.end)?;
        if next.as_ref().is_some_and(|next| next.range.is_empty()) {
            return Err(Error::new("D1004", "Regular expression matches zero length string"));
        }
        Ok(next)
    }

    /// Matches a text, from a position on: an object that tells the match, and has a function for the next.
    pub(crate) fn call<'a>(&'static self, query: &'a Query<'a>, args: &[Val<'a>]) -> Result<Val<'a>> {
        query.tick()?;
        let text: Text<'a> = match args.first() {
            Some(Val::String(text)) => text.clone(),
            Some(Val::Null) => "null".into(),
            Some(Val::Bool(value)) => value.to_string().into(),
            other => match other.and_then(Val::as_number) {
                Some(number) => super::text::number(number).into(),
                None => return Err(Error::internal("a regular expression matches text only")),
            },
        };
        let from = args.get(1).and_then(Val::as_number).unwrap_or(0.0);
        let Some(from) = byte_at(&text, from) else {
            return Ok(Val::Undefined);
        };
        Ok(self.object(query, &text, self.find(&text, from)?))
    }

    fn object<'a>(&'static self, query: &'a Query<'a>, text: &Text<'a>, found: Option<Found>) -> Val<'a> {
        let Some(found) = found else { return Val::Undefined };
        let start = utf16_len(&text[..found.range.start]);
        let end = start + utf16_len(&text[found.range.clone()]);
        let mut object = Object::default();
        object.insert("match".into(), text.slice(found.range.clone()).into());
        object.insert("start".into(), Val::Number(start as f64));
        object.insert("end".into(), Val::Number(end as f64));
        object.insert("groups".into(), groups(text, &found.groups));
        let text = text.clone();
        let next = move |[]: [Val<'a>; 0]| {
            query.tick()?;
            Ok(self.object(query, &text, self.find_next(&text, &found)?))
        };
        object.insert("next".into(), lambda(next));
        object.into()
    }
}

/// What the groups of a match have matched. A group that took no part is null, since arrays hold no nothing.
pub(crate) fn groups<'a>(text: &Text<'a>, groups: &[Option<Range<usize>>]) -> Val<'a> {
    let group = |group: &Option<Range<usize>>| match group {
        Some(range) => text.slice(range.clone()).into(),
        None => Val::Null,
    };
    Val::Array(Array::new(groups.iter().map(group).collect()).into())
}

/// The length of a text in JavaScript.
pub(crate) fn utf16_len(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(char::len_utf16).sum()
}

/// Where the position `at` of JavaScript is in a text, if the text is that long.
pub(crate) fn byte_at(text: &str, at: f64) -> Option<usize> {
    let at = at.max(0.0) as usize;
    if text.is_ascii() {
        return (at <= text.len()).then_some(at);
    }
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= at {
            return Some(byte);
        }
        units += c.len_utf16();
    }
    (units >= at).then_some(text.len())
}

#[cfg(test)]
mod tests;
