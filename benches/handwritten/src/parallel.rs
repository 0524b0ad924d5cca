//! Ten desks look at one order at once.

use crate::data::{get, object, set};
use crate::{Echo, Result};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

/// Asks every desk, and adds their answers to the document.
pub async fn run(desks: &impl Echo, mut document: Value) -> Result<Value> {
    let answers = try_join_all((1..=10).map(|desk| ask(desks, desk, &document))).await?;
    set(&mut document, "answers", Value::Array(answers))?;
    Ok(document)
}

async fn ask(desks: &impl Echo, desk: u32, document: &Value) -> Result<Value> {
    let order = get(document, ["order"])?;
    let mut page = object([
        ("desk", desk.into()),
        ("orderId", get(order, ["id"])?.clone()),
        ("customer", get(order, ["customer"])?.clone()),
        ("total", get(order, ["total"])?.clone()),
    ]);
    let answer = desks.echo(page.clone()).await?;
    let limit = desk * 100;
    let exceeded = get(&answer, ["total"])?
        .as_f64()
        .is_some_and(|total| total > limit.into());
    set(&mut page, "answer", answer)?;
    if exceeded {
        set(&mut page, "note", json!({"limit": limit, "exceeded": true}))?;
    }
    Ok(page)
}
