//! Objects.

use super::super::view::{elements, members};
use super::super::{Builtin, Object, Query, Result, Val};
use super::{arg, made, made_sequence, text};

/// `$keys(object)`: the names of the members of an object, or of all objects in an array.
pub static KEYS: Builtin = Builtin::new("keys", "<x-:a<s>>", |query, args| {
    let mut names = Object::default();
    for value in leaves(query, arg(args, 0))? {
        for (name, _) in members(&value) {
            names.insert(name, Val::Null);
        }
    }
    let names = names.members().iter().map(|(name, _)| Val::String(name.clone()));
    made_sequence(query, names.collect())
});

/// `$lookup(object, key)`: the member of this name, or that of each object in an array.
pub static LOOKUP: Builtin = Builtin::new("lookup", "<x-s:x>", |query, args| {
    let input = arg(args, 0);
    let Some(key) = text(args, 1) else {
        return Ok(Val::Undefined);
    };
    if !input.is_array() {
        return Ok(member(input, key));
    }
    let mut found = vec![];
    for value in leaves(query, input)? {
        match member(&value, key) {
            Val::Undefined => {}
            array if array.is_array() => found.extend(elements(&array)),
            value => found.push(value),
        }
    }
    made_sequence(query, found)
});

/// `$spread(object)`: each member as an object of its own, of one object or of each in an array.
pub static SPREAD: Builtin = Builtin::new("spread", "<x-:a<o>>", |query, args| {
    let input = arg(args, 0);
    let mut spread = vec![];
    for value in leaves(query, input)? {
        if !is_object(&value) {
            spread.push(value);
            continue;
        }
        for (name, value) in members(&value) {
            let mut single = Object::default();
            single.insert(name, value);
            spread.push(single.into());
        }
    }
    match input {
        // Elements that are put together are no sequence any more.
        _ if input.array_len().is_some_and(|len| len > 0) => made(query, spread),
        _ if input.is_array() || is_object(input) => made_sequence(query, spread),
        other => Ok(other.clone()),
    }
});

/// `$merge(array)`: an object with the members of all; of members with the same name the last wins.
pub static MERGE: Builtin = Builtin::new("merge", "<a<o>:o>", |query, args| {
    let objects = arg(args, 0);
    if objects.is_undefined() {
        return Ok(Val::Undefined);
    }
    // Most have a member each, or more.
    let mut merged = Object::with_capacity(objects.array_len().unwrap_or(1));
    for object in elements(objects) {
        query.tick()?;
        for (name, value) in members(&object) {
            merged.insert(name, value);
        }
    }
    query.hold(merged.members().len() * 8)?;
    Ok(merged.into())
});

fn is_object(value: &Val<'_>) -> bool {
    value.members_len().is_some()
}

/// The member of this name, nothing where there is none.
fn member<'a>(value: &Val<'a>, name: &str) -> Val<'a> {
    value.own_member(name).unwrap_or(Val::Undefined)
}

/// The values in an array and in the arrays in it, or the value alone.
fn leaves<'a>(query: &Query<'_>, value: &Val<'a>) -> Result<Vec<Val<'a>>> {
    let mut leaves = vec![];
    let mut rest = vec![value.clone()];
    while let Some(value) = rest.pop() {
        query.tick()?;
        if value.is_array() {
            rest.extend(elements(&value).rev());
        } else {
            leaves.push(value);
        }
    }
    Ok(leaves)
}
