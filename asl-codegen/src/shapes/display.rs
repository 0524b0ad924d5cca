//! Shapes as text: much as TypeScript writes types.

use super::array::Array;
use super::object::Object;
use super::shape::{Number, Shape, Strings, Types};
use std::fmt::{Display, Formatter, Result};

impl Display for Shape {
    /// `{ id: string, total?: number, .. } | null`: `?` follows what is not always there, and `..` stands for others.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.types() {
            None => f.write_str("any"),
            Some(_) if self.is_never() => f.write_str("never"),
            Some(types) => types.fmt(f),
        }
    }
}

impl Display for Types {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut alternatives: Vec<String> = Vec::new();
        alternatives.extend(self.objects().iter().map(Object::to_string));
        if let Some(array) = self.array() {
            alternatives.push(array.to_string());
        }
        match self.string() {
            None => {}
            Some(Strings::Any) => alternatives.push("string".to_owned()),
            Some(Strings::Known(known)) => alternatives.extend(known.iter().map(|text| format!("{text:?}"))),
        }
        match self.number() {
            None => {}
            Some(Number::Integer) => alternatives.push("integer".to_owned()),
            Some(Number::Any) => alternatives.push("number".to_owned()),
        }
        let booleans = self.booleans();
        match (booleans.has_true, booleans.has_false) {
            (true, true) => alternatives.push("boolean".to_owned()),
            (true, false) => alternatives.push("true".to_owned()),
            (false, true) => alternatives.push("false".to_owned()),
            (false, false) => {}
        }
        if self.has_null() {
            alternatives.push("null".to_owned());
        }
        f.write_str(&alternatives.join(" | "))
    }
}

impl Display for Array {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Array::Of(shape) if is_union(shape) => write!(f, "({shape})[]"),
            Array::Of(shape) => write!(f, "{shape}[]"),
            Array::Tuple(shapes) => {
                let shapes: Vec<_> = shapes.iter().map(Shape::to_string).collect();
                write!(f, "[{}]", shapes.join(", "))
            }
        }
    }
}

/// Whether it is written with `|`.
fn is_union(shape: &Shape) -> bool {
    shape.types().is_some_and(|types| {
        let texts = match types.string() {
            Some(Strings::Known(known)) => known.len(),
            _ => 1,
        };
        types.names().len() > 1 || texts > 1 || types.objects().len() > 1
    })
}

impl Display for Object {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let is_bare = |name: &str| {
            !name.starts_with(|first: char| first.is_ascii_digit())
                && !name.is_empty()
                && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        };
        let known = self.members().map(|(name, member)| {
            let mark = if member.is_required { "" } else { "?" };
            match is_bare(name) {
                true => format!("{name}{mark}: {}", member.shape),
                false => format!("{name:?}{mark}: {}", member.shape),
            }
        });
        let rest = self.rest().map(|rest| match rest {
            Shape::Any => "..".to_owned(),
            other => format!("..: {other}"),
        });
        let all: Vec<_> = known.chain(rest).collect();
        match &all[..] {
            [] => f.write_str("{}"),
            [rest] if rest == ".." => f.write_str("object"),
            _ => write!(f, "{{ {} }}", all.join(", ")),
        }
    }
}
