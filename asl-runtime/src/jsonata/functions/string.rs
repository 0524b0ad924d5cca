//! Strings. Their characters are code points.

use super::super::view::elements;
use super::super::{Builtin, Error, Text, Val, text as texts};
use super::{arg, made_text, map_text, number, text};

/// `$string(value, prettify)`: a value as text, anything but a string as JSON.
pub static STRING: Builtin = Builtin::new("string", "<x-b?:s>", |query, args| match arg(args, 0) {
    Val::Undefined => Ok(Val::Undefined),
    value => texts::string(query, value, matches!(arg(args, 1), Val::Bool(true))).map(Val::String),
});

/// `$length(string)`: how many characters a string has.
pub static LENGTH: Builtin = Builtin::new("length", "<s-:n>", |_, args| {
    Ok(text(args, 0).map_or(Val::Undefined, |text| Val::Number(len(text) as f64)))
});

/// `$substring(string, start, length)`: so many characters from `start` on, which counts from the end where it is negative.
pub static SUBSTRING: Builtin = Builtin::new("substring", "<s-nn?:s>", |_, args| {
    let Some(text) = text(args, 0) else {
        return Ok(Val::Undefined);
    };
    let len = len(text) as f64;
    let start = match (number(args, 1), number(args, 2)) {
        (Some(start), _) => start,
        (None, None) => 0.0,
        // So many characters from nowhere.
        (None, Some(_)) => return Ok("".into()),
    };
    let start = if len + start < 0.0 { 0.0 } else { start };
    let end = match number(args, 2) {
        Some(count) if count <= 0.0 => return Ok("".into()),
        Some(count) => if start >= 0.0 {
            start + count
        } else {
            len + start + count
        }
        .trunc(),
        None => len,
    };
    let start = start.trunc();
    let start = if start < 0.0 { len + start } else { start };
    Ok(characters(text, start as usize, end as usize).into())
});

/// `$substringBefore(string, chars)`: what stands before the first `chars`, or all.
pub static SUBSTRING_BEFORE: Builtin = Builtin::new("substringBefore", "<s-s:s>", |query, args| {
    map_text(query, args, |text| {
        let end = text.find(boundary(args)).unwrap_or(text.len());
        Ok(text.slice(0..end))
    })
});

/// `$substringAfter(string, chars)`: what stands after the first `chars`, or all.
pub static SUBSTRING_AFTER: Builtin = Builtin::new("substringAfter", "<s-s:s>", |query, args| {
    map_text(query, args, |text| {
        let chars = boundary(args);
        let start = text.find(chars).map_or(0, |at| at + chars.len());
        Ok(text.slice(start..text.len()))
    })
});

/// `$lowercase(string)`: the string in lower case.
pub static LOWERCASE: Builtin = Builtin::new("lowercase", "<s-:s>", |query, args| {
    map_text(query, args, |text| Ok(text.to_lowercase().into()))
});

/// `$uppercase(string)`: the string in upper case.
pub static UPPERCASE: Builtin = Builtin::new("uppercase", "<s-:s>", |query, args| {
    map_text(query, args, |text| Ok(text.to_uppercase().into()))
});

/// `$trim(string)`: the string without white space at its ends, other white space being one blank.
pub static TRIM: Builtin = Builtin::new("trim", "<s-:s>", |query, args| {
    map_text(query, args, |text| {
        let words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
        Ok(words.collect::<Vec<_>>().join(" ").into())
    })
});

/// `$pad(string, width, char)`: the string, filled up to a width, at its start where the width is negative.
pub static PAD: Builtin = Builtin::new("pad", "<s-ns?:s>", |query, args| {
    let width = number(args, 1).unwrap_or(0.0);
    map_text(query, args, |string| {
        let missing = width.abs() - len(string) as f64;
        if missing <= 0.0 {
            return Ok(string.clone());
        }
        if missing != missing.trunc() || missing >= f64::from(u32::MAX) {
            return Err(Error::internal("Invalid array length"));
        }
        query.hold(string.len() + missing as usize)?;
        let filling = text(args, 2).filter(|chars| !chars.is_empty());
        let filling = filling
            .map_or(" ", |chars| &**chars)
            .chars()
            .cycle()
            .take(missing as usize);
        Ok(if width > 0.0 {
            string.chars().chain(filling).collect::<String>().into()
        } else {
            filling.chain(string.chars()).collect::<String>().into()
        })
    })
});

/// `$join(array, separator)`: the strings, one after the other.
pub static JOIN: Builtin = Builtin::new("join", "<a<s>s?:s>", |query, args| {
    if arg(args, 0).is_undefined() {
        return Ok(Val::Undefined);
    }
    let separator = text(args, 1).map_or("", |separator| separator);
    let mut joined = String::new();
    for (at, part) in elements(&args[0]).enumerate() {
        query.tick()?;
        if at > 0 {
            joined.push_str(separator);
        }
        joined.push_str(part.as_str().unwrap_or_default());
        if joined.len() > super::super::limit::MAX_BYTES {
            break;
        }
    }
    made_text(query, joined)
});

/// How many characters a string has.
fn len(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// The characters from `start` to before `end`.
fn characters<'a>(text: &Text<'a>, start: usize, end: usize) -> Text<'a> {
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let (from, to) = if text.is_ascii() {
        (start.min(text.len()), end.min(text.len()))
    } else {
        (byte(start), byte(end))
    };
    text.slice(from..to.max(from))
}

/// What divides a string; where it is missing, JSONata looks for its name for that.
fn boundary<'s>(args: &'s [Val<'_>]) -> &'s str {
    text(args, 1).map_or("undefined", |chars| chars)
}
