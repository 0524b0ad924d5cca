//! Counts up to a limit.

use crate::Result;
use crate::data::{get, get_mut, math_add, object};
use serde_json::Value;

/// Counts. The counter is replaced as a whole each time, since the input may hold more in it than the value.
pub async fn run(mut document: Value) -> Result<Value> {
    loop {
        let counter = get_mut(&mut document, ["counter"])?;
        let next = math_add(get(counter, ["value"])?, 1)?;
        *counter = object([("value", next.into())]);
        let limit = get(&document, ["limit"])?;
        if !limit.as_f64().is_some_and(|limit| (next as f64) < limit) {
            return Ok(document);
        }
    }
}
