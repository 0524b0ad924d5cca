//! Functions that find parts of strings, by text or by regular expression.

use super::super::regex::{Found, byte_at, groups, utf16_len};
use super::super::{Builtin, Error, Function, Object, Query, Regex, Result, Text, Val};
use super::{arg, function, made, made_sequence, made_text, number, text};

/// `$contains(string, pattern)`: whether a pattern is found in a string.
pub static CONTAINS: Builtin = Builtin::new("contains", "<s-(sf):b>", |query, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    Ok(Val::Bool(match arg(args, 1) {
        Val::String(pattern) => string.contains(&**pattern),
        _ => Matches::new(query, "contains", string, function(args, 1)?)
            .next()?
            .is_some(),
    }))
});

/// `$match(string, pattern, limit)`: where a pattern is found in a string, and what its groups match.
pub static MATCH: Builtin = Builtin::new("match", "<s-f<s:o>n?:a<o>>", |query, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    let limit = limit(
        args,
        2,
        "D3040",
        "Third argument of match function must evaluate to a positive number",
    )?;
    let mut found = vec![];
    // What a match is at in JavaScript is counted on from the match before.
    let (mut bytes, mut units) = (0, 0);
    let mut matches = Matches::new(query, "match", string, function(args, 1)?);
    while within(found.len(), limit)
        && let Some(next) = matches.next()?
    {
        units += utf16_len(&string[bytes.min(next.start)..next.start]);
        bytes = next.start;
        let mut object = Object::default();
        object.insert("match".into(), next.text.clone().into());
        object.insert("index".into(), Val::Number(units as f64));
        object.insert("groups".into(), next.groups());
        found.push(object.into());
    }
    made_sequence(query, found)
});

/// `$replace(string, pattern, replacement, limit)`: the string with another text, or with what a function gives, in the
/// place of what matches a pattern.
pub static REPLACE: Builtin = Builtin::new("replace", "<s-(sf)(sf)n?:s>", |query, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    if text(args, 1).is_some_and(|pattern| pattern.is_empty()) {
        return Err(Error::new(
            "D3010",
            "Second argument of replace function cannot be an empty string",
        ));
    }
    let limit = limit(
        args,
        3,
        "D3011",
        "Fourth argument of replace function must evaluate to a positive number",
    )?;
    let mut replaced = String::new();
    let mut from = 0;
    let mut count = 0;
    let mut matches = match arg(args, 1) {
        Val::String(pattern) => Err(string.match_indices(&**pattern)),
        _ => Ok(Matches::new(query, "replace", string, function(args, 1)?)),
    };
    while within(count, limit) {
        let (start, len, by) = match &mut matches {
            Ok(matches) => match matches.next()? {
                Some(found) => (found.start, found.text.len(), replacement(query, args, &found)?),
                None => break,
            },
            Err(matches) => match (matches.next(), arg(args, 2)) {
                (None, _) => break,
                (Some((start, found)), Val::String(by)) => (start, found.len(), by.clone()),
                (Some(_), _) => return Err(not_a_string()),
            },
        };
        replaced.push_str(&string[from.min(start)..start]);
        replaced.push_str(&by);
        from = string.len().min(start + len);
        count += 1;
        if replaced.len() > super::super::limit::MAX_BYTES {
            break;
        }
        query.tick()?;
    }
    if count == 0 {
        return Ok(string.clone().into());
    }
    replaced.push_str(&string[from..]);
    made_text(query, replaced)
});

/// `$split(string, separator, limit)`: the parts of a string between separators.
pub static SPLIT: Builtin = Builtin::new("split", "<s-(sf)n?:a<s>>", |query, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    let limit = limit(
        args,
        2,
        "D3020",
        "Third argument of split function must evaluate to a positive number",
    )?;
    let mut parts = vec![];
    match arg(args, 1) {
        Val::String(separator) if separator.is_empty() => {
            let limit = limit.map_or(usize::MAX, |limit| limit as usize);
            for (at, c) in string.char_indices().take(limit) {
                parts.push(string.slice(at..at + c.len_utf8()).into());
            }
        }
        Val::String(separator) => {
            let limit = limit.map_or(usize::MAX, |limit| limit as usize);
            let mut from = 0;
            for part in string.split(&**separator).take(limit) {
                parts.push(string.slice(from..from + part.len()).into());
                from += part.len() + separator.len();
            }
        }
        _ => {
            let mut matches = Matches::new(query, "split", string, function(args, 1)?);
            let mut from = 0;
            while within(parts.len(), limit) {
                let Some(found) = matches.next()? else {
                    parts.push(string.slice(from..string.len()).into());
                    break;
                };
                parts.push(string.slice(from.min(found.start)..found.start).into());
                from = found.end;
            }
        }
    }
    made(query, parts)
});

/// How often a pattern may match.
fn limit(args: &[Val<'_>], at: usize, code: &'static str, message: &str) -> Result<Option<f64>> {
    match number(args, at) {
        Some(limit) if limit < 0.0 => Err(Error::new(code, message)),
        limit => Ok(limit),
    }
}

fn within(count: usize, limit: Option<f64>) -> bool {
    limit.is_none_or(|limit| (count as f64) < limit)
}

/// What matches a pattern in a string, one after the other.
enum Matches<'s, 'a> {
    /// A regular expression, and the match before.
    Regex {
        query: &'a Query<'a>,
        regex: &'static Regex,
        string: &'s Text<'a>,
        last: Option<Found>,
    },
    /// A function that gives a match, and with each match a function for the next.
    Function {
        query: &'a Query<'a>,
        /// Who asks.
        caller: &'static str,
        string: &'s Text<'a>,
        next: Val<'a>,
        first: bool,
    },
}

/// A match, in bytes of the string.
struct Match<'s, 'a> {
    string: &'s Text<'a>,
    text: Text<'a>,
    start: usize,
    end: usize,
    groups: Groups<'a>,
}

enum Groups<'a> {
    Found(Vec<Option<std::ops::Range<usize>>>),
    Given(Val<'a>),
}

impl<'s, 'a> Matches<'s, 'a> {
    fn new(query: &'a Query<'a>, caller: &'static str, string: &'s Text<'a>, pattern: &Function<'a>) -> Self {
        match pattern {
            Function::Regex(regex) => Matches::Regex {
                query,
                regex,
                string,
                last: None,
            },
            function => Matches::Function {
                query,
                caller,
                string,
                next: Val::Function(function.clone()),
                first: true,
            },
        }
    }

    fn next(&mut self) -> Result<Option<Match<'s, 'a>>> {
        match self {
            Matches::Regex {
                query,
                regex,
                string,
                last,
            } => {
                query.tick()?;
                *last = match last {
                    Some(last) => regex.find_next(string, last)?,
                    None => regex.find(string, 0)?,
                };
                Ok(last.as_ref().map(|found| Match {
                    string,
                    text: string.slice(found.range.clone()),
                    start: found.range.start,
                    end: found.range.end,
                    groups: Groups::Found(found.groups.clone()),
                }))
            }
            Matches::Function {
                query,
                caller,
                string,
                next,
                first,
            } => {
                let Val::Function(function) = next else {
                    return Err(Error::internal("a match has no function for the next"));
                };
                let given = match std::mem::take(first) {
                    true => function.call(query, &[(*string).clone().into()])?,
                    false => function.call(query, &[])?,
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

    fn groups(&self) -> Val<'a> {
        match &self.groups {
            Groups::Found(found) => groups(self.string, found),
            Groups::Given(groups) => groups.clone(),
        }
    }

    /// The match as an object, for a function that gives what to put in its place.
    fn object(&self) -> Val<'a> {
        let units = |at| Val::Number(utf16_len(&self.string[..at]) as f64);
        let mut object = Object::default();
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

fn not_a_string() -> Error {
    Error::new("D3012", "Attempted to replace a matched string with a non-string value")
}

/// What comes in the place of a match.
fn replacement<'a>(query: &'a Query<'a>, args: &[Val<'a>], found: &Match<'_, 'a>) -> Result<Text<'a>> {
    match arg(args, 2) {
        Val::String(template) if !template.contains('$') => Ok(template.clone()),
        Val::String(template) => Ok(fill(template, found).into()),
        _ => match function(args, 2)?.call(query, &[found.object()])? {
            Val::String(text) => Ok(text),
            _ => Err(not_a_string()),
        },
    }
}

/// A replacement with `$0` for the match, `$1` for its first group, and `$$` for a dollar sign.
fn fill(template: &str, found: &Match<'_, '_>) -> String {
    let groups = found.groups();
    let count = groups.array_len().unwrap_or(0);
    // As many digits as the number of groups has.
    let most = count.max(1).ilog10() as usize + 1;
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            filled.push('$');
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix('0') {
            filled.push_str(&found.text);
            rest = after;
            continue;
        }
        let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let group = |digits: usize| rest[..digits].parse::<usize>().ok().map(|group| (group, digits));
        let Some(mut group_digits) = group(digits) else {
            filled.push('$');
            continue;
        };
        if most > 1 && group_digits.0 > count {
            group_digits = group(digits.min(most - 1)).unwrap_or(group_digits);
        }
        let (group, digits) = group_digits;
        if let Some(Val::String(text)) = groups.element(group.wrapping_sub(1)) {
            filled.push_str(&text);
        }
        rest = &rest[digits..];
    }
    filled.push_str(rest);
    filled
}
