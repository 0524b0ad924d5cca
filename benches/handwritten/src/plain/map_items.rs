//! Prices every line of a large order.

use crate::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

/// A service that gives back what it gets.
pub trait Echo: Sync {
    /// Calls it.
    fn echo(&self, request: Request) -> impl Future<Output = Result<Request>> + Send;
}

/// What comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    order_id: String,
    lines: Vec<Line>,
}

/// Some of one article.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    sku: String,
    quantity: u64,
    note: Option<String>,
}

/// A line to be priced.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    order_id: String,
    position: u64,
    line: Line,
    currency: String,
}

/// A line with what is taken off.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Priced {
    order_id: String,
    position: u64,
    line: Line,
    currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rebate: Option<Rebate>,
}

/// How much is taken off, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rebate {
    rate: f64,
    reason: String,
}

/// As many lines as the service works on at once.
const AT_ONCE: usize = 40;

/// Prices the lines, and gives them back in their order.
pub async fn run(prices: &impl Echo, input: Input) -> Result<Vec<Priced>> {
    let Input { order_id, lines } = input;
    let order_id = &order_id;
    let mut priced: Vec<Option<Priced>> = Vec::new();
    priced.resize_with(lines.len(), || None);
    let mut running = stream::iter(lines.into_iter().enumerate())
        .map(|(position, line)| async move {
            let request = Request {
                order_id: order_id.clone(),
                position: position as u64,
                line,
                currency: "EUR".to_owned(),
            };
            Ok((position, price(prices, request).await?))
        })
        .buffer_unordered(AT_ONCE);
    while let Some((position, line)) = running.try_next().await? {
        priced[position] = Some(line);
    }
    drop(running);
    Ok(priced.into_iter().flatten().collect())
}

async fn price(prices: &impl Echo, request: Request) -> Result<Priced> {
    let Request {
        order_id,
        position,
        line,
        currency,
    } = prices.echo(request).await?;
    let rebate = (line.quantity >= 10).then(|| Rebate {
        rate: 0.1,
        reason: "quantity".to_owned(),
    });
    Ok(Priced {
        order_id,
        position,
        line,
        currency,
        rebate,
    })
}
