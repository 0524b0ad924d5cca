//! What matches a pattern in a string, one after the other.

use super::super::regex::{Found, byte_at, groups, utf16_len};
use super::super::{Error, Function, Object, Query, Regex, Result, Text, Val};
use std::ops::Range;
use std::str::MatchIndices;

/// The matches of a pattern in a string.
pub(super) struct Matches<'s, 'a> {
    query: &'a Query<'a>,
    string: &'s Text<'a>,
    pattern: Pattern<'s, 'a>,
    limit: Option<f64>,
    count: usize,
}

enum Pattern<'s, 'a> {
    Text(MatchIndices<'s, &'s str>),
    /// A regular expression, and its last match.
    Regex(&'static Regex, Option<Found>),
    /// A function that gives a match, and with each match a function for the next.
    Function {
        /// Who asks.
        caller: &'static str,
        next: Val<'a>,
    },
}

/// A match, in bytes of the string.
pub(super) struct Match<'s, 'a> {
    string: &'s Text<'a>,
    pub(super) text: Text<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
    groups: Groups<'a>,
}

enum Groups<'a> {
    Found(Vec<Option<Range<usize>>>),
    Given(Val<'a>),
}

impl<'s, 'a> Matches<'s, 'a> {
    pub(super) fn new(
        query: &'a Query<'a>,
        caller: &'static str,
        string: &'s Text<'a>,
        pattern: &'s Val<'a>,
        limit: Option<f64>,
    ) -> Result<Self> {
        let pattern = match pattern {
            Val::String(text) => Pattern::Text(string.match_indices(&**text)),
            Val::Function(Function::Regex(regex)) => Pattern::Regex(regex, None),
            Val::Function(_) => Pattern::Function {
                caller,
                next: pattern.clone(),
            },
            _ => return Err(Error::internal("a pattern is missing")),
        };
        Ok(Matches {
            query,
            string,
            pattern,
            limit,
            count: 0,
        })
    }

    /// The next match. The one after the last that is wanted is looked for too, which may fail.
    pub(super) fn next(&mut self) -> Result<Option<Match<'s, 'a>>> {
        // A match can take long.
        self.query.look()?;
        if self.limit.is_some_and(|limit| limit <= 0.0) {
            return Ok(None);
        }
        let found = self.find()?;
        let wanted = self.limit.is_none_or(|limit| (self.count as f64) < limit);
        self.count += 1;
        Ok(found.filter(|_| wanted))
    }

    fn find(&mut self) -> Result<Option<Match<'s, 'a>>> {
        let string = self.string;
        match &mut self.pattern {
            Pattern::Text(matches) => Ok(matches.next().map(|(start, text)| {
                let found = Found {
                    range: start..start + text.len(),
                    groups: vec![],
                };
                Match::found(string, found)
            })),
            Pattern::Regex(regex, last) => {
                *last = match last {
                    Some(last) => regex.find_next(string, last)?,
                    None => regex.find(string, 0)?,
                };
                Ok(last.clone().map(|found| Match::found(string, found)))
            }
            Pattern::Function { caller, next } => {
                let Val::Function(function) = next else {
                    return Err(Error::internal("a match has no function for the next"));
                };
                let given = match self.count {
                    0 => function.call(self.query, &[string.clone().into()])?,
                    _ => function.call(self.query, &[])?,
                };
                if given.is_undefined() {
                    return Ok(None);
                }
                let found = Match::given(string, &given).ok_or_else(|| {
                    Error::new(
                        "T1010",
                        format!(
                            "The matcher function argument passed to function \"{caller}\" does not return the correct \
                             object structure"
                        ),
                    )
                })?;
                *next = member(&given, "next");
                Ok(Some(found))
            }
        }
    }
}

impl<'s, 'a> Match<'s, 'a> {
    fn found(string: &'s Text<'a>, found: Found) -> Self {
        Match {
            string,
            text: string.slice(found.range.clone()),
            start: found.range.start,
            end: found.range.end,
            groups: Groups::Found(found.groups),
        }
    }

    /// The match that a function gives.
    fn given(string: &'s Text<'a>, given: &Val<'a>) -> Option<Self> {
        let at = |name| byte_at(string, member(given, name).as_number()?);
        let Val::String(text) = member(given, "match") else {
            return None;
        };
        Some(Match {
            string,
            text,
            start: at("start")?,
            end: at("end")?,
            groups: Groups::Given(member(given, "groups")),
        })
    }

    pub(super) fn groups(&self) -> Val<'a> {
        match &self.groups {
            Groups::Found(found) => groups(self.string, found),
            Groups::Given(groups) => groups.clone(),
        }
    }

    /// The match as an object, for a function that gives what to put in its place.
    pub(super) fn object(&self) -> Val<'a> {
        let units = |at| Val::Number(utf16_len(&self.string[..at]) as f64);
        let mut object = Object::with_capacity(4);
        object.insert("match".into(), self.text.clone().into());
        object.insert("start".into(), units(self.start));
        object.insert("end".into(), units(self.end));
        object.insert("groups".into(), self.groups());
        object.into()
    }
}

fn member<'a>(object: &Val<'a>, name: &str) -> Val<'a> {
    object.own_member(name).unwrap_or(Val::Undefined)
}
