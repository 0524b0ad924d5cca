//! Paths: steps over sequences, predicates, order-by.

use super::operator::is_number;
use super::sort::merge_sort;
use super::text::shown;
use super::value::{Array, find};
use super::view::{elements, truthy};
use super::{Error, Query, Result, Val};
use serde_json::Value;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::rc::Rc;

/// A term of an order-by: whether it goes down, and what it compares.
pub type Term<'t, 'a> = (bool, &'t dyn Fn(&Val<'a>) -> Result<Val<'a>>);

/// A value, and what the terms of an order-by are for it.
type Keyed<'a> = (Val<'a>, Vec<OnceCell<Val<'a>>>);

/// A path on its way: what its last step has found.
///
/// Each step is applied to each value that the one before has found; arrays that a step finds dissolve into their
/// elements on the way to the next one.
pub struct Path<'a>(Found<'a>);

/// Arrays in it are not dissolved yet.
enum Found<'a> {
    One(Val<'a>),
    Many(Vec<Val<'a>>),
    /// An empty constructor at its start, which is what the path gives whatever follows.
    Empty(Val<'a>),
}

impl<'a> Path<'a> {
    /// A path whose first step has this value.
    pub fn from(first: Val<'a>) -> Path<'a> {
        Path(match first {
            Val::Undefined => Found::Many(Vec::new()),
            first => Found::One(first),
        })
    }

    /// A path that starts at the context value: an array of it stands for its elements.
    pub fn over(here: &Val<'a>) -> Path<'a> {
        Path(match here {
            Val::Array(array) if array.cons => Found::Many(array.elements.clone()),
            here => Found::One(here.clone()),
        })
    }

    /// A path that starts with an array constructor.
    pub fn of_elements(array: Val<'a>) -> Path<'a> {
        match array.array_len() {
            Some(0) => Path(Found::Empty(array)),
            _ => Path::over(&array),
        }
    }

    /// The step `.name`.
    pub fn name(self, name: &str) -> Path<'a> {
        if let Found::One(value) = &self.0
            && !value.is_array()
        {
            return Path::from(value.lookup(name));
        }
        if self.is_empty() {
            return self;
        }
        let mut found = Vec::with_capacity(self.size());
        self.each(|value| {
            found.extend(Some(value.lookup(name)).filter(|value| !value.is_undefined()));
            Ok(())
        })
        // Nothing in it fails.
        .unwrap_or_default();
        Path::of(found)
    }

    /// Any other step.
    ///
    /// # Errors
    /// With those of the step.
    pub fn step(self, query: &Query<'_>, mut step: impl FnMut(&Val<'a>) -> Result<Val<'a>>) -> Result<Path<'a>> {
        if self.is_empty() {
            return Ok(self);
        }
        let mut found = Vec::with_capacity(self.size());
        self.each(|value| {
            query.tick()?;
            let value = step(value)?;
            if !value.is_undefined() {
                found.push(value);
            }
            Ok(())
        })?;
        query.hold(found.len() * 8)?;
        Ok(Path::of(found))
    }

    /// The step `^(..)`.
    ///
    /// # Errors
    /// `T2008` where a term gives neither string nor number, `T2007` where it gives both.
    pub fn sort(self, query: &Query<'_>, terms: &[Term<'_, 'a>]) -> Result<Path<'a>> {
        if self.is_empty() {
            return Ok(self);
        }
        let values = self.values();
        if values.len() < 2 {
            return Ok(Path::of(values));
        }
        // A later term counts, and is evaluated, only where the earlier ones are equal.
        let keyed = values
            .into_iter()
            .map(|value| (value, vec![OnceCell::new(); terms.len()]))
            .collect();
        let sorted = merge_sort(keyed, &mut |left: &Keyed<'a>, right: &Keyed<'a>| {
            for (at, (descending, key)) in terms.iter().enumerate() {
                let of = |(value, keys): &Keyed<'a>| -> Result<Val<'a>> {
                    if let Some(key) = keys[at].get() {
                        return Ok(key.clone());
                    }
                    query.tick()?;
                    let key = key(value)?;
                    Ok(keys[at].get_or_init(|| key).clone())
                };
                let order = compare_terms(&of(left)?, &of(right)?, *descending)?;
                if order != Ordering::Equal {
                    return Ok(order == Ordering::Greater);
                }
            }
            Ok(false)
        })?;
        Ok(Path::from(Val::array(
            sorted.into_iter().map(|(value, _)| value).collect(),
        )))
    }

    /// What follows a sort: a stage that is applied to all that was found at once.
    ///
    /// # Errors
    /// With those of the stage.
    pub fn stage(self, stage: impl FnOnce(Val<'a>) -> Result<Val<'a>>) -> Result<Path<'a>> {
        if self.is_empty() {
            return Ok(self);
        }
        let sequence = Val::Array(Array::sequence(self.values()).into());
        Ok(Path::from(stage(sequence)?))
    }

    /// The value of the path.
    pub fn end(self) -> Val<'a> {
        match self.0 {
            Found::One(value) => match &value {
                Val::Array(array) if array.sequence => Val::sequence(array.elements.clone()),
                _ => value,
            },
            Found::Empty(value) => value,
            found => Val::sequence(Path(found).values()),
        }
    }

    /// The value of a path that says `[]`: a single value stays an array.
    pub fn end_array(self) -> Val<'a> {
        let elements = match self.0 {
            Found::One(Val::Json(value @ Value::Array(_))) => return Val::Json(value),
            Found::One(Val::Array(array)) if !array.sequence && !array.cons => return Val::Array(array),
            Found::Empty(value) => vec![value],
            found => Path(found).values(),
        };
        let mut array = Array::sequence(elements);
        array.keep_singleton = true;
        Val::Array(array.into()).collapsed()
    }

    /// All that was found, arrays dissolved.
    pub(super) fn values(self) -> Vec<Val<'a>> {
        match self.0 {
            Found::Many(found) if !found.iter().any(dissolves) => found,
            found => {
                let mut values = Vec::new();
                Path(found)
                    .each(|value| {
                        values.push(value.clone());
                        Ok(())
                    })
                    // Nothing in it fails.
                    .unwrap_or_default();
                values
            }
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self.0, Found::Empty(_))
    }

    /// How many values the next step goes through, where that is plain to see.
    fn size(&self) -> usize {
        match &self.0 {
            Found::One(value) => value.array_len().unwrap_or(1),
            Found::Many(found) => found.len(),
            Found::Empty(_) => 0,
        }
    }

    fn of(mut found: Vec<Val<'a>>) -> Path<'a> {
        match found.len() {
            1 => Path(found.pop().map_or(Found::Many(Vec::new()), Found::One)),
            _ => Path(Found::Many(found)),
        }
    }

    fn each(self, mut visit: impl FnMut(&Val<'a>) -> Result<()>) -> Result<()> {
        match self.0 {
            Found::One(value) if dissolves(&value) => value.each(visit),
            Found::One(value) => visit(&value),
            Found::Empty(_) => Ok(()),
            Found::Many(found) => found.iter().try_for_each(|value| match dissolves(value) {
                true => value.each(&mut visit),
                false => visit(value),
            }),
        }
    }
}

/// Whether a value found by a step is dissolved into its elements.
fn dissolves(value: &Val<'_>) -> bool {
    match value {
        Val::Array(array) => !array.cons,
        Val::Json(value) => value.is_array(),
        _ => false,
    }
}

/// Nothing comes last, whichever way a term goes.
fn compare_terms(left: &Val<'_>, right: &Val<'_>, descending: bool) -> Result<Ordering> {
    match (left.is_undefined(), right.is_undefined()) {
        (true, true) => return Ok(Ordering::Equal),
        (true, false) => return Ok(Ordering::Greater),
        (false, true) => return Ok(Ordering::Less),
        (false, false) => {}
    }
    let order = match (left, right) {
        (Val::String(left), Val::String(right)) => compare_strings(left, right),
        _ => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Greater),
            (left_number, right_number) => {
                let fits = |value: &Val, number: Option<f64>| number.is_some() || value.as_str().is_some();
                return Err(match fits(left, left_number) && fits(right, right_number) {
                    true => Error::new(
                        "T2007",
                        format!(
                            "Type mismatch when comparing values {} and {} in order-by clause",
                            shown(left),
                            shown(right)
                        ),
                    ),
                    false => Error::new(
                        "T2008",
                        "The expressions within an order-by clause must evaluate to numeric or string values",
                    ),
                });
            }
        },
    };
    Ok(if descending { order.reverse() } else { order })
}

/// By UTF-16 code units, as JavaScript orders strings.
pub(super) fn compare_strings(left: &str, right: &str) -> Ordering {
    match left.is_ascii() && right.is_ascii() {
        true => left.cmp(right),
        false => left.encode_utf16().cmp(right.encode_utf16()),
    }
}

impl<'a> Val<'a> {
    /// The path `name` where this is the context value.
    #[inline]
    pub fn get(&self, name: &str) -> Val<'a> {
        match self {
            // Most of them by far.
            Val::Json(Value::Object(members)) => find(members, name).into(),
            value if value.is_array() => Path::over(value).name(name).end(),
            value => match value.member(name) {
                made @ Val::Array(_) => Path::from(made).end(),
                value => value,
            },
        }
    }

    /// The path of these names from this value on.
    pub fn path(&self, names: &[&str]) -> Val<'a> {
        let start = Path::from(self.clone());
        names.iter().fold(start, |path, name| path.name(name)).end()
    }

    /// The step `name` where this is the context value.
    pub fn lookup(&self, name: &str) -> Val<'a> {
        match self.member(name) {
            Val::Array(array) => Val::Array(array).collapsed(),
            value => value,
        }
    }

    /// What `[]` after an expression makes of a sequence: one value alone stays an array.
    pub fn kept(self) -> Val<'a> {
        match self {
            Val::Array(array) if array.sequence => {
                let mut array = Rc::unwrap_or_clone(array);
                array.keep_singleton = true;
                Val::Array(array.into()).collapsed()
            }
            value => value,
        }
    }

    /// What `[]` makes of what predicates have found: the one value that was found, too, stays an array.
    pub fn kept_found(self) -> Val<'a> {
        match self {
            Val::Undefined => Val::Undefined,
            value if value.is_array() => value.kept(),
            value => Val::Array(Array::sequence(vec![value]).into()).kept(),
        }
    }

    fn member(&self, name: &str) -> Val<'a> {
        match self {
            Val::Json(Value::Object(members)) => find(members, name).into(),
            Val::Object(object) => object.get(name).cloned().unwrap_or(Val::Undefined),
            value if value.is_array() => {
                let mut found = Vec::with_capacity(value.array_len().unwrap_or(0));
                let mut take = |element: &Val<'a>| match element.member(name) {
                    Val::Undefined => {}
                    member if member.is_array() => member.visit(&mut |element| found.push(element.clone())),
                    member => found.push(member),
                };
                value.visit(&mut |element| match element.is_array() {
                    true => {
                        let mut parts = Vec::new();
                        flatten(element, &mut parts);
                        parts.iter().for_each(&mut take);
                    }
                    false => take(element),
                });
                Val::Array(Array::sequence(found).into())
            }
            _ => Val::Undefined,
        }
    }

    /// The elements of an array, one after the other.
    pub(super) fn each(&self, mut visit: impl FnMut(&Val<'a>) -> Result<()>) -> Result<()> {
        match self {
            Val::Array(array) => array.elements.iter().try_for_each(visit),
            Val::Json(Value::Array(elements)) => elements.iter().try_for_each(|element| visit(&element.into())),
            _ => Ok(()),
        }
    }

    /// The same where nothing fails.
    pub(super) fn visit(&self, visit: &mut dyn FnMut(&Val<'a>)) {
        match self {
            Val::Array(array) => array.elements.iter().for_each(visit),
            Val::Json(Value::Array(elements)) => elements.iter().for_each(|element| visit(&element.into())),
            _ => {}
        }
    }

    /// The step `*`: the values of all members, those of arrays dissolved to the bottom.
    pub fn wildcard(&self) -> Val<'a> {
        let (mut all, mut sequence) = (Vec::new(), true);
        let mut take = |value: Val<'a>| match value.is_array() {
            true => {
                flatten(&value, &mut all);
                sequence = false;
            }
            false => all.push(value),
        };
        match self {
            Val::Json(Value::Object(members)) => members.values().for_each(|value| take(value.into())),
            Val::Object(object) => object.members().iter().for_each(|(_, value)| take(value.clone())),
            value => value.visit(&mut |element| take(element.clone())),
        }
        match sequence {
            true => Val::sequence(all),
            false => Val::array(all),
        }
    }

    /// The step `**`: the value and everything in it, but no array.
    pub fn descendants(&self) -> Val<'a> {
        let mut found = Vec::new();
        if !self.is_undefined() {
            descend(self, &mut found);
        }
        Val::sequence(found)
    }
}

/// Goes as deep as the value does without using the stack.
fn flatten<'a>(value: &Val<'a>, to: &mut Vec<Val<'a>>) {
    let mut rest = vec![value.clone()];
    while let Some(value) = rest.pop() {
        match value.is_array() {
            true => rest.extend(elements(&value).rev()),
            false => to.push(value),
        }
    }
}

/// Goes as deep as the value does without using the stack.
fn descend<'a>(value: &Val<'a>, found: &mut Vec<Val<'a>>) {
    let mut rest = vec![value.clone()];
    while let Some(value) = rest.pop() {
        match &value {
            Val::Json(Value::Object(members)) => rest.extend(members.values().rev().map(Val::from)),
            Val::Object(object) => rest.extend(object.members().iter().rev().map(|(_, value)| value.clone())),
            value => rest.extend(elements(value).rev()),
        }
        if !value.is_array() {
            found.push(value);
        }
    }
}

/// The predicate `[..]`: those elements for which it holds, or whose position it gives.
///
/// # Errors
/// With those of the predicate.
pub fn filter<'a, R: Into<Val<'a>>>(
    query: &Query<'_>,
    value: Val<'a>,
    mut predicate: impl FnMut(&Val<'a>) -> Result<R>,
) -> Result<Val<'a>> {
    let Some(length) = value.array_len() else {
        let holds = holds(&predicate(&value)?.into(), 0, 1)?;
        return Ok(match holds {
            0 => none(),
            1 => value,
            // An array cannot hold nothing, however often.
            _ if value.is_undefined() => none(),
            times => Val::Array(Array::sequence(vec![value; times]).into()),
        });
    };
    let mut found = Vec::with_capacity(length);
    let mut at = 0;
    value.each(|element| {
        query.tick()?;
        let times = holds(&predicate(element)?.into(), at, length)?;
        match times {
            0 => {}
            1 => found.push(element.clone()),
            _ => found.extend(std::iter::repeat_n(element, times).cloned()),
        }
        at += 1;
        Ok(())
    })?;
    Ok(Val::Array(Array::sequence(found).into()))
}

/// The predicate `[0]`: the element at a position known beforehand; negative counts from the end.
pub fn at(value: Val<'_>, index: i64) -> Val<'_> {
    let length = value.array_len();
    let at = match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => usize::try_from(index.unsigned_abs())
            .ok()
            .and_then(|back| length.unwrap_or(1).checked_sub(back)),
    };
    let element = match length {
        Some(_) => at.and_then(|at| value.element(at)),
        None => Some(value).filter(|value| at == Some(0) && !value.is_undefined()),
    };
    element.unwrap_or_else(none)
}

/// A predicate that nothing fits leaves an empty sequence.
fn none<'a>() -> Val<'a> {
    Val::Array(Array::sequence(Vec::new()).into())
}

/// How often an element stays: once where the predicate is true, and once for each number that is its position.
fn holds(result: &Val<'_>, at: usize, length: usize) -> Result<usize> {
    if let Val::Bool(holds) = result {
        return Ok(usize::from(*holds));
    }
    let is_here = |number: f64| {
        let position = number.floor();
        let position = if position < 0.0 {
            position + length as f64
        } else {
            position
        };
        usize::from(position == at as f64)
    };
    if is_number(result)? {
        return Ok(result.as_number().map_or(0, is_here));
    }
    if !result.is_array() {
        return Ok(usize::from(truthy(result)?));
    }
    let (mut all_numbers, mut times) = (true, 0);
    result.each(|element| {
        match is_number(element)? {
            true => times += element.as_number().map_or(0, is_here),
            false => all_numbers = false,
        }
        Ok(())
    })?;
    Ok(if all_numbers {
        times
    } else {
        usize::from(truthy(result)?)
    })
}
