//! Filters: which elements `[?(..)]` lets through (P-21).

use super::query::{Found, Inapplicable, evaluate};
use super::{Comparison, Filter, Operand};
use crate::choice::compare_utf16;
use crate::number::{self, Num};
use regex_lite::Regex;
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Asks filters about elements of one document.
pub(super) struct Elements<'v> {
    root: &'v Value,
    /// The regular expressions met so far: a filter asks for the same one at every element.
    regexes: Vec<(&'static str, &'static str, Option<Regex>)>,
}

/// One side of a comparison, for one element.
enum Side<'e> {
    /// A path that found nothing.
    Nothing,
    /// What a path found.
    Value(Cow<'e, Value>),
    Literal(&'static Operand),
}

impl<'v> Elements<'v> {
    pub(super) fn new(root: &'v Value) -> Elements<'v> {
        Elements {
            root,
            regexes: Vec::new(),
        }
    }

    /// Whether a filter lets an element through. A path in it that cannot be applied makes that no.
    pub(super) fn accept(&mut self, filter: &'static Filter, element: &Value) -> bool {
        self.holds(filter, element).unwrap_or(false)
    }

    /// Filters nest to a fixed depth at most, so this may recurse.
    fn holds(&mut self, filter: &'static Filter, element: &Value) -> Result<bool, Inapplicable> {
        match filter {
            Filter::And(filters) => {
                for filter in *filters {
                    if !self.holds(filter, element)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Or(filters) => {
                for filter in *filters {
                    if self.holds(filter, element)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::Not(filter) => Ok(!self.holds(filter, element)?),
            Filter::Exists(operand) => Ok(!matches!(self.side(operand, element)?, Side::Nothing)),
            Filter::Compare(left, Comparison::Matches, Operand::Regex { pattern, flags }) => {
                let left = self.side(left, element)?;
                Ok(self.matches(&left.kind(), pattern, flags))
            }
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (self.side(left, element)?, self.side(right, element)?);
                Ok(compare(&left.kind(), *comparison, &right.kind()))
            }
        }
    }

    fn side<'e>(&self, operand: &'static Operand, element: &'e Value) -> Result<Side<'e>, Inapplicable>
    where
        'v: 'e,
    {
        let found = match operand {
            Operand::Element(steps) => evaluate(self.root, element, steps)?,
            Operand::Root(steps) => evaluate(self.root, self.root, steps)?,
            literal => return Ok(Side::Literal(literal)),
        };
        Ok(match found {
            Found::One(None) => Side::Nothing,
            Found::One(Some(value)) => Side::Value(value),
            Found::All(values) => Side::Value(Cow::Owned(Value::Array(
                values.into_iter().map(Cow::into_owned).collect(),
            ))),
        })
    }

    /// Whether a pattern fits the whole of a text, or of one element of an array.
    fn matches(&mut self, left: &Kind<'_>, pattern: &'static str, flags: &'static str) -> bool {
        let known = self
            .regexes
            .iter()
            .position(|known| (known.0, known.1) == (pattern, flags));
        let at = known.unwrap_or_else(|| {
            self.regexes.push((pattern, flags, whole(pattern, flags)));
            self.regexes.len() - 1
        });
        let Some(regex) = &self.regexes[at].2 else {
            return false;
        };
        match left.elements() {
            Some(items) => items.iter().any(|item| regex.is_match(&item.text())),
            None => regex.is_match(&left.text()),
        }
    }
}

/// The regular expression that a whole text must match.
fn whole(pattern: &str, flags: &str) -> Option<Regex> {
    // A comment at the end of a pattern with `x` must not take in the parenthesis.
    let end = if flags.contains('x') { "\n" } else { "" };
    Regex::new(&format!(r"\A(?{flags}:{pattern}{end})\z")).ok()
}

impl Side<'_> {
    fn kind(&self) -> Kind<'_> {
        match self {
            Side::Nothing => Kind::Nothing,
            Side::Value(value) => Kind::of(value),
            Side::Literal(literal) => Kind::of_literal(literal),
        }
    }
}

/// A side by its type.
enum Kind<'s> {
    Nothing,
    Null,
    Bool(bool),
    Number(Num<'s>),
    String(&'s str),
    Array(&'s [Value]),
    List(&'static [Operand]),
    Object(&'s Value),
}

impl<'s> Kind<'s> {
    fn of(value: &'s Value) -> Kind<'s> {
        match value {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(*value),
            Value::Number(number) => Kind::Number(Num::Json(number)),
            Value::String(text) => Kind::String(text),
            Value::Array(elements) => Kind::Array(elements),
            Value::Object(_) => Kind::Object(value),
        }
    }

    fn of_literal(literal: &'static Operand) -> Kind<'static> {
        match literal {
            Operand::String(text) => Kind::String(text),
            Operand::Number(number) => Kind::Number(*number),
            Operand::Bool(value) => Kind::Bool(*value),
            Operand::Null => Kind::Null,
            Operand::List(items) => Kind::List(items),
            // Regular expressions stand beside `=~` only, paths are no literals.
            Operand::Regex { .. } | Operand::Element(_) | Operand::Root(_) => Kind::Nothing,
        }
    }

    fn elements(&self) -> Option<Vec<Kind<'s>>> {
        match self {
            Kind::Array(elements) => Some(elements.iter().map(Kind::of).collect()),
            Kind::List(items) => Some(items.iter().map(Kind::of_literal).collect()),
            _ => None,
        }
    }

    /// The length of an array or of a string.
    fn length(&self) -> Option<usize> {
        match self {
            Kind::Array(elements) => Some(elements.len()),
            Kind::List(items) => Some(items.len()),
            Kind::String(text) => Some(text.encode_utf16().count()),
            _ => None,
        }
    }

    /// What a regular expression sees.
    fn text(&self) -> Cow<'s, str> {
        match self {
            Kind::String(text) => Cow::Borrowed(text),
            Kind::Number(number) => Cow::Owned(number.text()),
            Kind::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            _ => Cow::Borrowed(""),
        }
    }
}

fn compare(left: &Kind<'_>, comparison: Comparison, right: &Kind<'_>) -> bool {
    let order = || order(left, right);
    let strictly_equal = || same_type(left, right) && equal(left, right);
    match comparison {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => !equal(left, right),
        Comparison::StrictEqual => strictly_equal(),
        Comparison::StrictNotEqual => !strictly_equal(),
        Comparison::Less => order().is_some_and(Ordering::is_lt),
        Comparison::LessEqual => order().is_some_and(Ordering::is_le),
        Comparison::Greater => order().is_some_and(Ordering::is_gt),
        Comparison::GreaterEqual => order().is_some_and(Ordering::is_ge),
        Comparison::In => right.elements().is_some_and(|items| holds(&items, left)),
        Comparison::NotIn => !right.elements().is_some_and(|items| holds(&items, left)),
        Comparison::Contains => match (left, right) {
            (Kind::String(text), Kind::String(part)) => text.contains(part),
            _ => left.elements().is_some_and(|items| holds(&items, right)),
        },
        Comparison::Size => match (left.length(), right) {
            (Some(length), Kind::Number(size)) => size.compare(Num::U64(length as u64)).is_eq(),
            _ => false,
        },
        Comparison::Empty => match (left.length(), right) {
            (Some(length), Kind::Bool(empty)) => (length == 0) == *empty,
            _ => false,
        },
        Comparison::All => is_subset(right, left),
        Comparison::SubsetOf => is_subset(left, right),
        Comparison::AnyOf => shares(left, right) == Some(true),
        Comparison::NoneOf => shares(left, right) == Some(false),
        // Without a regular expression nothing matches.
        Comparison::Matches => false,
    }
}

fn same_type(left: &Kind<'_>, right: &Kind<'_>) -> bool {
    match (left, right) {
        (Kind::Array(_), Kind::List(_)) | (Kind::List(_), Kind::Array(_)) => true,
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

fn equal(left: &Kind<'_>, right: &Kind<'_>) -> bool {
    match (left, right) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Number(left), Kind::Number(right)) => left.compare(*right).is_eq(),
        (Kind::String(left), Kind::String(right)) => left == right,
        (Kind::Number(number), Kind::String(text)) | (Kind::String(text), Kind::Number(number)) => {
            is_number(text) && number.compare(Num::Text(text)).is_eq()
        }
        (Kind::Object(left), Kind::Object(right)) => number::equal(left, right),
        (Kind::Array(left), Kind::Array(right)) => {
            left.len() == right.len() && left.iter().zip(*right).all(|(left, right)| number::equal(left, right))
        }
        _ => match (left.elements(), right.elements()) {
            (Some(left), Some(right)) => {
                left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| equal(left, right))
            }
            _ => false,
        },
    }
}

fn order(left: &Kind<'_>, right: &Kind<'_>) -> Option<Ordering> {
    Some(match (left, right) {
        (Kind::Number(left), Kind::Number(right)) => left.compare(*right),
        (Kind::String(left), Kind::String(right)) => compare_utf16(left, right),
        (Kind::String(left), Kind::Number(right)) => compare_utf16(left, &right.text()),
        (Kind::Number(left), Kind::String(right)) => compare_utf16(&left.text(), right),
        _ => return None,
    })
}

fn holds(items: &[Kind<'_>], wanted: &Kind<'_>) -> bool {
    items.iter().any(|item| equal(item, wanted))
}

fn is_subset(part: &Kind<'_>, whole: &Kind<'_>) -> bool {
    match (part.elements(), whole.elements()) {
        (Some(part), Some(whole)) => part.iter().all(|item| holds(&whole, item)),
        _ => false,
    }
}

fn shares(left: &Kind<'_>, right: &Kind<'_>) -> Option<bool> {
    let (left, right) = (left.elements()?, right.elements()?);
    Some(left.iter().any(|item| holds(&right, item)))
}

/// Whether a string spells a number.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.parse::<f64>().is_ok()
}
