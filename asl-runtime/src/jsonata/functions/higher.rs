//! Functions that call functions for elements and members.

use super::super::view::{elements, members, truthy};
use super::super::{Builtin, Error, Function, Object, Query, Result, Val};
use super::{arg, function, made_sequence};

/// `$map(array, function)`: what the function gives for each element.
pub static MAP: Builtin = Builtin::new("map", "<af>", |query, args| {
    let array = arg(args, 0);
    if array.is_undefined() {
        return Ok(Val::Undefined);
    }
    let function = function(args, 1)?;
    let mut mapped = Vec::with_capacity(array.array_len().unwrap_or(0));
    for (at, element) in elements(array).enumerate() {
        let value = apply(query, function, element, at as f64, array)?;
        if !value.is_undefined() {
            mapped.push(value);
        }
    }
    made_sequence(query, mapped)
});

/// `$filter(array, function)`: the elements for which the function gives true.
pub static FILTER: Builtin = Builtin::new("filter", "<af>", |query, args| {
    let array = arg(args, 0);
    if array.is_undefined() {
        return Ok(Val::Undefined);
    }
    let function = function(args, 1)?;
    let mut kept = vec![];
    for (at, element) in elements(array).enumerate() {
        if truthy(&apply(query, function, element.clone(), at as f64, array)?)? {
            kept.push(element);
        }
    }
    made_sequence(query, kept)
});

/// `$single(array, function)`: the one element for which the function gives true.
pub static SINGLE: Builtin = Builtin::new("single", "<af?>", |query, args| {
    let array = arg(args, 0);
    if array.is_undefined() {
        return Ok(Val::Undefined);
    }
    let mut single = None;
    for (at, element) in elements(array).enumerate() {
        let wanted = match arg(args, 1) {
            Val::Function(function) => truthy(&apply(query, function, element.clone(), at as f64, array)?)?,
            _ => true,
        };
        if wanted && single.replace(element).is_some() {
            return Err(Error::new(
                "D3138",
                "The $single() function expected exactly 1 matching result.  Instead it matched more.",
            ));
        }
    }
    single.ok_or_else(|| {
        Error::new(
            "D3139",
            "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
        )
    })
});

/// `$reduce(array, function, init)`: what the function makes of its last result and each element.
pub static REDUCE: Builtin = Builtin::new("reduce", "<afj?:j>", |query, args| {
    let array = arg(args, 0);
    if array.is_undefined() {
        return Ok(Val::Undefined);
    }
    let function = function(args, 1)?;
    let arity = function.arity();
    if arity < 2 {
        return Err(Error::new(
            "D3050",
            "The second argument of reduce function must be a function with at least two arguments",
        ));
    }
    let mut rest = elements(array).enumerate();
    let mut result = arg(args, 2).clone();
    if result.is_undefined()
        && let Some((_, first)) = rest.next()
    {
        result = first;
    }
    for (at, element) in rest {
        let given = [result, element, at_value(at), array.clone()];
        result = function.call(query, &given[..arity.min(4)])?;
    }
    Ok(result)
});

/// `$each(object, function)`: what the function gives for each member.
pub static EACH: Builtin = Builtin::new("each", "<o-f:a>", |query, args| {
    let object = arg(args, 0);
    let function = function(args, 1)?;
    let mut mapped = vec![];
    for (name, value) in members(object) {
        let value = apply(query, function, value, name, object)?;
        if !value.is_undefined() {
            mapped.push(value);
        }
    }
    made_sequence(query, mapped)
});

/// `$sift(object, function)`: the members for which the function gives true.
pub static SIFT: Builtin = Builtin::new("sift", "<o-f?:o>", |query, args| {
    let object = arg(args, 0);
    let mut sifted = Object::default();
    for (name, value) in members(object) {
        if truthy(&apply(query, function(args, 1)?, value.clone(), name.clone(), object)?)? {
            sifted.insert(name, value);
        }
    }
    Ok(match sifted.members() {
        [] => Val::Undefined,
        _ => sifted.into(),
    })
});

/// Calls a function with as many arguments as it takes, but at least the first: a part, where it is, and the whole.
fn apply<'a>(
    query: &'a Query<'a>,
    function: &Function<'a>,
    part: Val<'a>,
    place: impl Into<Val<'a>>,
    whole: &Val<'a>,
) -> Result<Val<'a>> {
    match function.arity() {
        0 | 1 => function.call(query, &[part]),
        2 => function.call(query, &[part, place.into()]),
        _ => function.call(query, &[part, place.into(), whole.clone()]),
    }
}

fn at_value<'a>(at: usize) -> Val<'a> {
    Val::Number(at as f64)
}
