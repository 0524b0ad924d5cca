//! Prices every line of a large order.

use crate::data::{get, object, set, take};
use crate::{Echo, Failure, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// As many lines as the service works on at once.
const AT_ONCE: usize = 40;

/// Prices the lines, and gives them back in their order.
pub async fn run(prices: &impl Echo, mut document: Value) -> Result<Value> {
    let Value::Array(lines) = take(&mut document, "lines")? else {
        return Err(Failure::runtime("not an array"));
    };
    let mut priced = vec![Value::Null; lines.len()];
    let order_id = get(&document, ["orderId"])?;
    let mut running = stream::iter(lines.into_iter().enumerate())
        .map(|(position, line)| async move {
            let line = object([
                ("orderId", order_id.clone()),
                ("position", position.into()),
                ("line", line),
                ("currency", "EUR".into()),
            ]);
            Ok((position, price(prices, line).await?))
        })
        .buffer_unordered(AT_ONCE);
    while let Some((position, line)) = running.try_next().await? {
        priced[position] = line;
    }
    drop(running);
    Ok(Value::Array(priced))
}

async fn price(prices: &impl Echo, line: Value) -> Result<Value> {
    let mut line = prices.echo(line).await?;
    if get(&line, ["line", "quantity"])?
        .as_f64()
        .is_some_and(|quantity| quantity >= 10.0)
    {
        set(&mut line, "rebate", json!({"rate": 0.1, "reason": "quantity"}))?;
    }
    Ok(line)
}
