//! Functions that find parts of strings, by text or by regular expression.

use super::super::limit::MAX_BYTES;
use super::super::regex::utf16_len;
use super::super::{Builtin, Error, Object, Query, Result, Text, Val};
use super::matches::{Match, Matches};
use super::{arg, function, made, made_sequence, made_text, number, text};

/// `$contains(string, pattern)`: whether a pattern is found in a string.
pub static CONTAINS: Builtin = Builtin::new("contains", "<s-(sf):b>", |query, args| {
    let Some(string) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    let found = Matches::new(query, "contains", string, arg(args, 1), None)?.next()?;
    Ok(found.is_some().into())
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
    let mut all = vec![];
    // Where a match is in JavaScript is counted on from the match before.
    let (mut bytes, mut units) = (0, 0);
    let mut matches = Matches::new(query, "match", string, arg(args, 1), limit)?;
    while let Some(found) = matches.next()? {
        units += utf16_len(&string[bytes.min(found.start)..found.start]);
        bytes = found.start;
        let mut object = Object::with_capacity(3);
        object.insert("match".into(), found.text.clone().into());
        object.insert("index".into(), Val::Number(units as f64));
        object.insert("groups".into(), found.groups());
        all.push(object.into());
    }
    made_sequence(query, all)
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
    let mut matches = Matches::new(query, "replace", string, arg(args, 1), limit)?;
    while let Some(found) = matches.next()?
        && replaced.len() <= MAX_BYTES
    {
        replaced.push_str(&string[from.min(found.start)..found.start]);
        replaced.push_str(&replacement(query, args, &found)?);
        from = string.len().min(found.start + found.text.len());
    }
    if from == 0 && replaced.is_empty() {
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
    let most = match arg(args, 1) {
        Val::String(_) => limit.map_or(usize::MAX, |limit| limit as usize),
        _ => limit.map_or(usize::MAX, |limit| limit.ceil() as usize),
    };
    let mut parts: Vec<Val<'_>> = vec![];
    if text(args, 1).is_some_and(|separator| separator.is_empty()) {
        let characters = string.char_indices().take(most);
        parts.extend(characters.map(|(at, c)| Val::from(string.slice(at..at + c.len_utf8()))));
        return made(query, parts);
    }
    let mut from = 0;
    let mut matches = Matches::new(query, "split", string, arg(args, 1), Some(most as f64))?;
    while let Some(found) = matches.next()? {
        parts.push(string.slice(from.min(found.start)..found.start).into());
        from = found.end;
    }
    if parts.len() < most {
        parts.push(string.slice(from..string.len()).into());
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

/// What comes in the place of a match.
fn replacement<'a>(query: &'a Query<'a>, args: &[Val<'a>], found: &Match<'_, 'a>) -> Result<Text<'a>> {
    let by = match (arg(args, 1), arg(args, 2)) {
        // It is put in as JavaScript writes it.
        (Val::String(_), Val::Undefined) => "undefined".into(),
        (Val::String(_), by) => by.clone(),
        (_, Val::String(template)) if template.contains('$') => fill(template, found).into(),
        (_, Val::String(template)) => template.clone().into(),
        _ => function(args, 2)?.call(query, &[found.object()])?,
    };
    match by {
        Val::String(by) => Ok(by),
        _ => Err(Error::new(
            "D3012",
            "Attempted to replace a matched string with a non-string value",
        )),
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
