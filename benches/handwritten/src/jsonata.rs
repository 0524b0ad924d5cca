//! The rules of JSONata over documents, and expressions written with them.
//!
//! Each expression reads the order that a state has as its input. What it gives is a value of its own, as the machine goes on
//! with the input.

use crate::{Failure, Result};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::slice;

/// A value that may not be there.
pub type Found<'a> = Option<Cow<'a, Value>>;

/// `value.name`: of an array, what the elements have under this name, in one array unless it is one value.
pub fn field<'a>(value: &'a Value, name: &str) -> Found<'a> {
    match value {
        Value::Object(members) => members.get(name).map(Cow::Borrowed),
        Value::Array(elements) => {
            let mut found = Vec::with_capacity(elements.len());
            for element in elements {
                found.extend(field(element, name));
            }
            sequence(found)
        }
        _ => None,
    }
}

/// What a path has found, arrays in it dissolved: nothing, one value, or an array.
fn sequence(mut found: Vec<Cow<'_, Value>>) -> Found<'_> {
    if found.len() == 1 {
        return found.pop();
    }
    let mut all = Vec::with_capacity(found.len());
    for value in found {
        match value.into_owned() {
            Value::Array(elements) => all.extend(elements),
            value => all.push(value),
        }
    }
    (!all.is_empty()).then_some(Cow::Owned(Value::Array(all)))
}

/// What a step goes through: an array's elements, or a value alone.
pub fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        value => slice::from_ref(value),
    }
}

/// The lines of an order.
pub fn items(order: &Value) -> Result<Cow<'_, Value>> {
    field(order, "items").ok_or_else(nothing)
}

/// The result of an expression: many values, one, or none, which is an error.
pub fn result(mut values: Vec<Value>) -> Result<Value> {
    match values.len() {
        0 => Err(nothing()),
        1 => Ok(values.remove(0)),
        _ => Ok(Value::Array(values)),
    }
}

/// `left * right`
pub fn multiply(left: Found, right: Found) -> Result<Option<f64>> {
    let number = |value: Found, code| match value.as_deref() {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(_) => Err(failure(code)),
    };
    let (left, right) = (number(left, "T2001")?, number(right, "T2002")?);
    Ok(left.zip(right).map(|(left, right)| left * right))
}

/// `value > number`, or the like.
pub fn compare(value: Found, holds: impl Fn(f64) -> bool) -> Result<bool> {
    match value.as_deref() {
        None => Ok(false),
        Some(Value::Number(number)) => Ok(number.as_f64().is_some_and(holds)),
        Some(Value::String(_)) => Err(failure("T2009")),
        Some(_) => Err(failure("T2010")),
    }
}

/// A number that was computed, as JSON.
pub fn number(number: f64) -> Value {
    match number == number.trunc() && number.abs() <= 9_007_199_254_740_992.0 {
        true => Value::from(number as i64),
        false => Number::from_f64(number).map_or_else(|| Value::from("NaN"), Value::Number),
    }
}

/// Writes a value to a text, as `&` does.
pub fn write(text: &mut String, value: Found) {
    match value.as_deref() {
        None => {}
        Some(Value::String(string)) => text.push_str(string),
        Some(Value::Number(number)) => text.push_str(&shown(number.as_f64().unwrap_or(f64::NAN))),
        Some(other) => text.push_str(&other.to_string()),
    }
}

/// A number as JSONata writes it: with 15 digits at most.
pub fn shown(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 {
        return (number as i64).to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    match (1e-6..1e21).contains(&rounded.abs()) {
        true => rounded.to_string(),
        false => format!("{rounded:e}").replace('e', if rounded.abs() < 1.0 { "e" } else { "e+" }),
    }
}

/// An object of the members that are there.
pub fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let mut object = Map::with_capacity(N);
    for (name, value) in members {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
    Value::Object(object)
}

/// `$states.input.items[price > 10].{'id': id, 'total': price * qty}`
pub fn constructor(order: &Value) -> Result<Value> {
    let mut found = Vec::new();
    for item in elements(&*items(order)?) {
        if compare(field(item, "price"), |price| price > 10.0)? {
            let total = multiply(field(item, "price"), field(item, "qty"))?;
            found.push(object([
                ("id", field(item, "id").map(Cow::into_owned)),
                ("total", total.map(number)),
            ]));
        }
    }
    result(found)
}

/// `$sum($states.input.items.(price * qty))`
pub fn sum(order: &Value) -> Result<Value> {
    let mut sum = None;
    for item in elements(&*items(order)?) {
        if let Some(total) = multiply(field(item, "price"), field(item, "qty"))? {
            sum = Some(sum.unwrap_or(0.0) + total);
        }
    }
    sum.map(number).ok_or_else(nothing)
}

/// `$map($states.input.items, function($v, $i) { {'line': $i + 1, 'id': $v.id, 'total': $v.price * $v.qty} })`
pub fn map(order: &Value) -> Result<Value> {
    let mut lines = Vec::new();
    for (at, item) in elements(&*items(order)?).iter().enumerate() {
        let total = multiply(field(item, "price"), field(item, "qty"))?;
        lines.push(object([
            ("line", Some(number(at as f64 + 1.0))),
            ("id", field(item, "id").map(Cow::into_owned)),
            ("total", total.map(number)),
        ]));
    }
    result(lines)
}

/// `$filter($states.input.items, function($v) { $v.price > 10 })`
pub fn filter(order: &Value) -> Result<Value> {
    let mut kept = Vec::new();
    for item in elements(&*items(order)?) {
        if compare(field(item, "price"), |price| price > 10.0)? {
            kept.push(item.clone());
        }
    }
    result(kept)
}

/// `$merge($states.input.items.{id: price})`
pub fn merge(order: &Value) -> Result<Value> {
    let items = items(order)?;
    if elements(&items).is_empty() {
        return Err(nothing());
    }
    let mut merged = Map::new();
    for item in elements(&items) {
        match field(item, "id").as_deref() {
            None => {}
            Some(Value::String(id)) => {
                if let Some(price) = field(item, "price") {
                    merged.insert(id.clone(), price.into_owned());
                }
            }
            Some(_) => return Err(failure("T1003")),
        }
    }
    Ok(Value::Object(merged))
}

/// `$states.input.items.(id & ': ' & qty & ' x ' & price)`
pub fn text(order: &Value) -> Result<Value> {
    let mut texts = Vec::new();
    for item in elements(&*items(order)?) {
        let mut text = String::new();
        write(&mut text, field(item, "id"));
        text.push_str(": ");
        write(&mut text, field(item, "qty"));
        text.push_str(" x ");
        write(&mut text, field(item, "price"));
        texts.push(Value::String(text));
    }
    result(texts)
}

/// `$states.input.items.name`
pub fn plain_path(order: &Value) -> Result<Value> {
    let items = items(order)?;
    let names = field(&items, "name").ok_or_else(nothing)?;
    Ok(names.into_owned())
}

/// `$states.input.items[price > 10 and qty < 5 or discount = true].id`
pub fn conditions(order: &Value) -> Result<Value> {
    let items = items(order)?;
    let mut found = Vec::new();
    for item in elements(&items) {
        if compare(field(item, "price"), |price| price > 10.0)? && compare(field(item, "qty"), |qty| qty < 5.0)?
            || field(item, "discount").as_deref() == Some(&Value::Bool(true))
        {
            found.extend(field(item, "id"));
        }
    }
    sequence(found).map(Cow::into_owned).ok_or_else(nothing)
}

fn nothing() -> Failure {
    failure("undefined")
}

fn failure(cause: &str) -> Failure {
    Failure::new("States.QueryEvaluationError", cause)
}
