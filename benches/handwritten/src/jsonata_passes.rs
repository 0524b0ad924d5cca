//! An order of many lines passes five desks, four steps at each, with the rules of JSONata.

use crate::Result;
use crate::data::take;
use crate::jsonata::{compare, elements, field, items, multiply, number, object, result, shown, sum};
use serde_json::Value;
use std::borrow::Cow;

/// The desks in their order.
const DESKS: [&str; 5] = ["intake", "pricing", "stock", "shipping", "billing"];

/// Passes an order through all desks.
pub async fn run(mut order: Value) -> Result<Value> {
    for (desk, low) in DESKS.into_iter().zip((10..).step_by(10)) {
        order = pass(order, desk, low)?;
    }
    Ok(order)
}

fn pass(mut order: Value, desk: &str, low: u32) -> Result<Value> {
    let total = sum(&order)?.as_f64().unwrap_or_default();
    let lines = items(&order)?;
    let count = elements(&lines).len();
    let mut dear = Vec::new();
    for line in elements(&lines) {
        if compare(field(line, "price"), |price| price > f64::from(low))? {
            dear.extend(field(line, "id").map(Cow::into_owned));
        }
    }
    let of_them = elements(&result(dear)?).len();
    drop(lines);

    let lines = match take(&mut order, "items")? {
        Value::Array(lines) => lines,
        line => vec![line],
    };
    let lines = lines.into_iter().map(written).collect::<Result<Vec<_>>>()?;
    let mut seen = match take(&mut order, "seen")? {
        Value::Array(seen) => seen,
        one => vec![one],
    };
    seen.push(desk.into());
    let id = take(&mut order, "orderId")?;
    let note = format!(
        "{}: {of_them} of {count} above {low}, {} in all",
        id.as_str().unwrap_or_default(),
        shown(total)
    );
    Ok(object([
        ("orderId", Some(id)),
        ("customer", Some(take(&mut order, "customer")?)),
        ("items", Some(result(lines)?)),
        ("seen", Some(Value::Array(seen))),
        ("note", Some(note.into())),
    ]))
}

fn written(mut line: Value) -> Result<Value> {
    let total = multiply(field(&line, "price"), field(&line, "qty"))?;
    let mut member = |name| line.get_mut(name).map(Value::take);
    Ok(object([
        ("id", member("id")),
        ("name", member("name")),
        ("price", member("price")),
        ("qty", member("qty")),
        ("total", total.map(number)),
    ]))
}
