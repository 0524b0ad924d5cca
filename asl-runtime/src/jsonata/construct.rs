//! Arrays, objects and groups that an expression makes.

use super::path::Path;
use super::text::shown;
use super::value::{Array, MANY, Object, Text};
use super::{Error, Query, Result, Val};
use std::collections::HashMap;

/// What stands in an array constructor.
pub enum Element<'a> {
    /// A value that stays what it is: a constructor in the constructor, or what cannot be an array.
    One(Val<'a>),
    /// A value of which an array is put in element by element.
    All(Val<'a>),
}

/// `[a, b]`: nothing is left out.
///
/// # Errors
/// Where it needs more memory than an evaluation is given (J-69).
pub fn array<'a, const N: usize>(query: &Query<'_>, elements: [Element<'a>; N]) -> Result<Val<'a>> {
    Val::array(collect(query, elements)?).bounded()
}

/// The same at an end of a path, where it does not dissolve in the sequence around it.
///
/// # Errors
/// As [`array`] has them.
pub fn kept_array<'a, const N: usize>(query: &Query<'_>, elements: [Element<'a>; N]) -> Result<Val<'a>> {
    let mut array = Array::new(collect(query, elements)?);
    array.cons = true;
    Val::Array(array.into()).bounded()
}

fn collect<'a, const N: usize>(query: &Query<'_>, elements: [Element<'a>; N]) -> Result<Vec<Val<'a>>> {
    let mut all = Vec::with_capacity(N);
    for element in elements {
        match element {
            Element::One(Val::Undefined) => {}
            Element::One(value) => all.push(value),
            Element::All(value) => append(&mut all, value),
        }
    }
    query.hold(all.len() * 8)?;
    Ok(all)
}

fn append<'a>(all: &mut Vec<Val<'a>>, value: Val<'a>) {
    match value {
        Val::Undefined => {}
        value if value.is_array() => value.visit(&mut |element| all.push(element.clone())),
        value => all.push(value),
    }
}

/// `{'a': 1}` with names that are known: members that are nothing are left out.
///
/// # Errors
/// As [`array`] has them.
pub fn object<'a, const N: usize>(members: [(&'static str, Val<'a>); N]) -> Result<Val<'a>> {
    let mut found = Vec::with_capacity(N);
    for (name, value) in members {
        if !value.is_undefined() {
            found.push((Text::Static(name), value));
        }
    }
    Val::from(Object::of(found)).bounded()
}

/// The same with members that are read of the context value: of an array, they are read of what its elements are together.
///
/// # Errors
/// With those of the members.
pub fn object_of<'a, const N: usize>(
    here: &Val<'a>,
    members: impl FnOnce(&Val<'a>) -> Result<[(&'static str, Val<'a>); N]>,
) -> Result<Val<'a>> {
    let members = match here.array_len() {
        None => members(here),
        Some(0) => members(&Val::Undefined),
        Some(1) => members(&here.element(0).unwrap_or(Val::Undefined)),
        Some(_) => {
            let mut all = Vec::new();
            here.visit(&mut |element| append(&mut all, element.clone()));
            members(&Val::array(all))
        }
    };
    object(members?)
}

/// A pair of an object constructor: what gives the name for a value, and what gives the member for the values of a name.
pub type Pair<'p, 'a> = (
    &'p dyn Fn(&Val<'a>) -> Result<Val<'a>>,
    &'p dyn Fn(&Val<'a>) -> Result<Val<'a>>,
);

/// `{name: member}` with names that are computed: values with the same name are grouped.
///
/// # Errors
/// `T1003` where a name is there and no string, `D1009` where two pairs give the same.
pub fn group<'a>(query: &Query<'_>, values: Val<'a>, pairs: &[Pair<'_, 'a>]) -> Result<Val<'a>> {
    if let ([(name, member)], false) = (pairs, values.is_array()) {
        // Most objects with a computed name: there is nothing to group.
        query.tick()?;
        let mut members = Vec::with_capacity(1);
        if let Some(name) = key(name(&values)?)? {
            let member = member(&values)?;
            if !member.is_undefined() {
                members.push((name, member));
            }
        }
        return Val::from(Object::of(members)).bounded();
    }
    let values = match values.array_len() {
        Some(0) => vec![Val::Undefined],
        Some(_) => {
            let mut all = Vec::new();
            values.visit(&mut |element| all.push(element.clone()));
            all
        }
        None => vec![values],
    };
    group_all(query, values, pairs)
}

impl<'a> Path<'a> {
    /// `{name: member}` after a path: what it has found is grouped.
    ///
    /// # Errors
    /// As [`group`] has them.
    pub fn group(self, query: &Query<'_>, pairs: &[Pair<'_, 'a>]) -> Result<Val<'a>> {
        let mut values = self.values();
        if values.is_empty() {
            values.push(Val::Undefined);
        }
        group_all(query, values, pairs)
    }
}

/// The name of a member; one that is nothing leaves it out.
fn key(name: Val<'_>) -> Result<Option<Text<'_>>> {
    match name {
        Val::Undefined => Ok(None),
        Val::String(name) => Ok(Some(name)),
        other => Err(Error::new(
            "T1003",
            format!(
                "Key in object structure must evaluate to a string; got: {}",
                shown(&other)
            ),
        )),
    }
}

fn group_all<'a>(query: &Query<'_>, values: Vec<Val<'a>>, pairs: &[Pair<'_, 'a>]) -> Result<Val<'a>> {
    struct Group<'a> {
        name: Text<'a>,
        pair: usize,
        values: Vec<Val<'a>>,
    }
    let mut groups: Vec<Group> = Vec::new();
    // Where the group of each name is, once there are many.
    let mut places: HashMap<Text, usize> = HashMap::new();
    for value in values {
        for (pair, (name, _)) in pairs.iter().enumerate() {
            query.tick()?;
            let Some(name) = key(name(&value)?)? else { continue };
            let place = match places.is_empty() {
                true => groups.iter().position(|group| group.name == name),
                false => places.get(&name).copied(),
            };
            match place {
                Some(place) if groups[place].pair != pair => {
                    let name = shown(&Val::String(name));
                    let text = format!("Multiple key definitions evaluate to same key: {name}");
                    return Err(Error::new("D1009", text));
                }
                Some(place) => groups[place].values.push(value.clone()),
                None => {
                    if !places.is_empty() {
                        places.insert(name.clone(), groups.len());
                    }
                    groups.push(Group {
                        name,
                        pair,
                        values: vec![value.clone()],
                    });
                    if groups.len() == MANY {
                        places = groups.iter().map(|group| group.name.clone()).zip(0..).collect();
                    }
                }
            }
        }
    }
    let mut object = Object::with_capacity(groups.len());
    for mut group in groups {
        let values = match group.values.len() {
            1 => group.values.pop().unwrap_or(Val::Undefined),
            _ => {
                let mut all = Vec::new();
                group.values.into_iter().for_each(|value| append(&mut all, value));
                Val::array(all)
            }
        };
        let member = (pairs[group.pair].1)(&values)?;
        if !member.is_undefined() {
            object.push(group.name, member);
        }
    }
    Val::from(object).bounded()
}
