//! A shop whose services are played by this program: they take their time, and some fail at first.

use crate::order::Tasks;
use asl_examples::attempt;
use asl_runtime::{TaskContext, TaskError, Value};
use serde::Deserialize;
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::sleep;

/// What it remembers between two calls.
#[derive(Default)]
pub struct Shop {
    times_tracked: AtomicU32,
}

#[derive(Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    price: f64,
    /// Grams.
    weight: u32,
}

/// No label printer takes a parcel above this many grams.
const HEAVIEST: u64 = 1_000_000;

impl Tasks for Shop {
    async fn validate_order(&self, cx: &TaskContext<'_>, order: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(80).await;
            let lines = lines(&order)?;
            let total: f64 = lines.iter().map(|line| f64::from(line.quantity) * line.price).sum();
            Ok(json!({"total": total, "currency": "EUR", "checkEverySeconds": 1}))
        })
        .await
    }

    async fn screen_for_fraud(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(300).await;
            Ok(payload(json!({"verdict": "PASS", "score": 12})))
        })
        .await
    }

    async fn charge_card(&self, cx: &TaskContext<'_>, request: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(250).await;
            if cx.attempt() == 0 {
                return Err(TaskError::lambda("PaymentGatewayBusy", "Try again in a moment."));
            }
            let key = request["Payload"]["idempotencyKey"].as_str().unwrap_or_default();
            Ok(payload(json!({"chargeId": format!("charge-of-{key}")})))
        })
        .await
    }

    async fn reserve_stock(&self, cx: &TaskContext<'_>, request: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(400).await;
            let parcel = |line: &Line| json!({"sku": line.sku, "weight": line.quantity * line.weight});
            Ok(json!({"parcels": lines(&request)?.iter().map(parcel).collect::<Vec<_>>()}))
        })
        .await
    }

    async fn print_label(&self, cx: &TaskContext<'_>, request: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(120).await;
            let weight = request["parcel"]["weight"].as_u64().unwrap_or_default();
            if weight > HEAVIEST {
                return Err(TaskError::lambda("TooHeavy", format!("{weight} g do not go by mail.")));
            }
            Ok(json!({"trackingId": format!("T-{}", request["number"])}))
        })
        .await
    }

    async fn sqs_send_message(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(20).await;
            Ok(json!({"MessageId": cx.idempotency_key()}))
        })
        .await
    }

    async fn track_shipments(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(60).await;
            Ok(match self.times_tracked.fetch_add(1, Relaxed) {
                0 | 1 => json!({"status": "UNDER_WAY"}),
                _ => json!({"status": "DELIVERED", "deliveredAt": "2024-05-04T10:30:00Z"}),
            })
        })
        .await
    }

    async fn dynamodb_update_item(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(15).await;
            Ok(json!({}))
        })
        .await
    }

    async fn sns_publish(&self, cx: &TaskContext<'_>, mail: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(25).await;
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            println!("  mail to {}: {}", text(&mail["Message"]["to"]), text(&mail["Subject"]));
            Ok(json!({"MessageId": cx.idempotency_key()}))
        })
        .await
    }

    async fn refund_payment(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(200).await;
            Ok(payload(json!({"refunded": true})))
        })
        .await
    }

    async fn release_stock(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(50).await;
            Ok(json!({"released": true}))
        })
        .await
    }
}

/// What takes so many milliseconds.
async fn work(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}

/// The answer of `lambda:invoke` around that of the function.
fn payload(answer: Value) -> Value {
    json!({"StatusCode": 200, "Payload": answer})
}

fn lines(order: &Value) -> Result<Vec<Line>, TaskError> {
    let lines: Result<Vec<Line>, _> = serde_json::from_value(order["lines"].clone());
    let refusal = |what: String| TaskError::lambda("InvalidOrder", what);
    match lines {
        Ok(lines) if lines.iter().all(|line| line.quantity > 0) => Ok(lines),
        Ok(_) => Err(refusal("A line has no quantity.".to_owned())),
        Err(error) => Err(refusal(error.to_string())),
    }
}
