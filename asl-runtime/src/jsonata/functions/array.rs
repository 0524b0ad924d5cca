//! Arrays.

use super::super::path::compare_strings;
use super::super::sort::merge_sort;
use super::super::view::{View, elements, equal};
use super::super::{Builtin, Error, Query, Result, Val, text};
use super::{arg, made, made_sequence};
use rand::Rng;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// `$count(array)`: how many elements an array has.
pub static COUNT: Builtin = Builtin::new("count", "<a:n>", |_, args| {
    Ok(Val::Number(arg(args, 0).array_len().unwrap_or(0) as f64))
});

/// `$append(array1, array2)`: the elements of both.
pub static APPEND: Builtin = Builtin::new("append", "<xx:a>", |query, args| {
    let (first, second) = (arg(args, 0), arg(args, 1));
    Ok(match (first, second) {
        (Val::Undefined, other) | (other, Val::Undefined) => other.clone(),
        _ => {
            let mut all = vec![];
            for part in [first, second] {
                if part.is_array() {
                    all.extend(elements(part));
                } else {
                    all.push(part.clone());
                }
            }
            made(query, all)?
        }
    })
});

/// `$reverse(array)`: the elements from the last to the first.
pub static REVERSE: Builtin = Builtin::new("reverse", "<a:a>", |query, args| {
    rearranged(query, arg(args, 0), |mut elements| {
        elements.reverse();
        Ok(elements)
    })
});

/// `$shuffle(array)`: the elements in any order.
pub static SHUFFLE: Builtin = Builtin::new("shuffle", "<a:a>", |query, args| {
    rearranged(query, arg(args, 0), |mut elements| {
        let mut draws = query.draws();
        for at in (1..elements.len()).rev() {
            elements.swap(at, draws.random_range(0..=at as u64) as usize);
        }
        Ok(elements)
    })
});

/// `$sort(array, function)`: the elements in order; the function tells whether its first argument comes after its second.
pub static SORT: Builtin = Builtin::new("sort", "<af?:a>", |query, args| {
    rearranged(query, arg(args, 0), |elements| match arg(args, 1) {
        Val::Function(after) => merge_sort(elements, &mut |first, second| {
            Ok(is_true(&after.call(query, &[first.clone(), second.clone()])?))
        }),
        _ => sort(elements),
    })
});

/// `$distinct(array)`: the elements, each once.
pub static DISTINCT: Builtin = Builtin::new("distinct", "<x:x>", |query, args| {
    let array = arg(args, 0);
    if array.array_len().is_none_or(|len| len <= 1) {
        return Ok(array.clone());
    }
    let keys = RandomState::new();
    let mut distinct: Vec<Val<'_>> = vec![];
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for element in elements(array) {
        let alike = seen.entry(fingerprint(&element, &keys)).or_default();
        let mut new = true;
        for at in &*alike {
            query.tick()?;
            if equal(&distinct[*at], &element) {
                new = false;
                break;
            }
        }
        if new {
            alike.push(distinct.len());
            distinct.push(element);
        }
    }
    match array {
        Val::Array(array) if array.sequence => made_sequence(query, distinct),
        _ => made(query, distinct),
    }
});

/// `$zip(array1, array2, ..)`: the first elements of all, the second ones, and so on, as far as the shortest goes.
pub static ZIP: Builtin = Builtin::new("zip", "<a+>", |query, args| {
    let len = args
        .iter()
        .map(|array| array.array_len().unwrap_or(0))
        .min()
        .unwrap_or(0);
    query.hold(len * args.len() * 8)?;
    let tuple = |at| Val::array(args.iter().filter_map(|array| array.element(at)).collect());
    made(query, (0..len).map(tuple).collect())
});

/// An array with its elements in another order. One that has no other order stays what it is.
fn rearranged<'a>(
    query: &Query<'_>,
    array: &Val<'a>,
    order: impl FnOnce(Vec<Val<'a>>) -> Result<Vec<Val<'a>>>,
) -> Result<Val<'a>> {
    if array.array_len().is_none_or(|len| len <= 1) {
        return Ok(array.clone());
    }
    made(query, order(elements(array).collect())?)
}

/// Sorts numbers or strings.
fn sort(mut elements: Vec<Val<'_>>) -> Result<Vec<Val<'_>>> {
    let mut numbers = true;
    for element in &elements {
        numbers &= match element.as_number() {
            Some(number) => text::finite(number)?,
            None => false,
        };
    }
    if numbers {
        elements.sort_by(|a, b| a.as_number().partial_cmp(&b.as_number()).unwrap_or(Ordering::Equal));
    } else if elements.iter().all(|element| element.as_str().is_some()) {
        elements.sort_by(|a, b| compare_strings(a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default()));
    } else {
        return Err(Error::new(
            "D3070",
            "The single argument form of the sort function can only be applied to an array of strings or an array of \
             numbers.  Use the second argument to specify a comparison function",
        ));
    }
    Ok(elements)
}

/// Whether JavaScript takes a value for true.
fn is_true(value: &Val<'_>) -> bool {
    match View::from(value) {
        View::Undefined | View::Null => false,
        View::Bool(value) => value,
        View::Number(number) => number != 0.0 && !number.is_nan(),
        View::String(text) => !text.is_empty(),
        View::Array(_) | View::Object(_) | View::Function(_) => true,
    }
}

/// A hash by which equal values are found. It looks at two levels of a value only, so that it needs no stack.
fn fingerprint(value: &Val<'_>, keys: &RandomState) -> u64 {
    let shallow = |value: View<'_, '_>| match value {
        View::Undefined => keys.hash_one(0),
        View::Null => keys.hash_one(1),
        View::Bool(value) => keys.hash_one((2, value)),
        // Adding zero turns the negative zero into the other.
        View::Number(number) => keys.hash_one((3, (number + 0.0).to_bits())),
        View::String(text) => keys.hash_one((4, text)),
        View::Array(elements) => keys.hash_one((5, elements.len())),
        View::Object(members) => keys.hash_one((6, members.len())),
        View::Function(_) => keys.hash_one(7),
    };
    let view = View::from(value);
    let parts = match view {
        View::Array(elements) => {
            let parts = elements.iter().enumerate();
            parts.fold(0, |sum, (at, part)| {
                keys.hash_one((at, shallow(part))).wrapping_add(sum)
            })
        }
        // A sum, so that the order of the members is no part of it.
        View::Object(members) => {
            let parts = members.iter();
            parts.fold(0, |sum, (name, part)| {
                keys.hash_one((name, shallow(part))).wrapping_add(sum)
            })
        }
        _ => 0,
    };
    shallow(view).wrapping_add(parts)
}
