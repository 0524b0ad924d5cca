//! A shop whose services are played by this program: they take their time, and some fail at first.

use crate::order::*;
use asl_examples::attempt;
use asl_runtime::{TaskContext, TaskError, Value};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::sleep;

/// What it remembers between two calls.
#[derive(Default)]
pub struct Shop {
    times_tracked: AtomicU32,
}

/// No label printer takes a parcel above this many grams.
const HEAVIEST: u64 = 1_000_000;

impl Tasks for Shop {
    async fn validate_order(&self, cx: &TaskContext<'_>, order: Order) -> Result<Quote, ValidateOrderError> {
        attempt(cx, async {
            work(80).await;
            if order.lines.iter().any(|line| line.quantity == 0) {
                let cause = "A line has no quantity.".to_owned();
                return Err(ValidateOrderError::InvalidOrder(cause));
            }
            Ok(Quote {
                total: order.lines.iter().map(|line| line.quantity as f64 * line.price).sum(),
                currency: Currency::Eur,
                check_every_seconds: 1,
            })
        })
        .await
    }

    async fn screen_for_fraud(&self, cx: &TaskContext<'_>, _: Screening) -> Result<Screened, TaskError> {
        attempt(cx, async {
            work(300).await;
            let payload = Verdict {
                verdict: Passed::Pass,
                score: 12,
            };
            Ok(Screened { payload })
        })
        .await
    }

    async fn charge_card(&self, cx: &TaskContext<'_>, charge: Charge) -> Result<Charged, ChargeCardError> {
        attempt(cx, async {
            work(250).await;
            if cx.attempt() == 0 {
                let cause = "Try again in a moment.".to_owned();
                return Err(ChargeCardError::PaymentGatewayBusy(cause));
            }
            let charge_id = format!("charge-of-{}", charge.payload.idempotency_key);
            let payload = ChargedPayload { charge_id };
            Ok(Charged { payload })
        })
        .await
    }

    async fn reserve_stock(&self, cx: &TaskContext<'_>, request: Reservation) -> Result<Reserved, ReserveStockError> {
        attempt(cx, async {
            work(400).await;
            let parcel = |line: Line| Parcel {
                sku: line.sku,
                weight: line.quantity * line.weight,
            };
            let parcels = request.lines.into_iter().map(parcel).collect();
            Ok(Reserved { parcels })
        })
        .await
    }

    async fn print_label(&self, cx: &TaskContext<'_>, request: LabelRequest) -> Result<Label, PrintLabelError> {
        attempt(cx, async {
            work(120).await;
            let weight = request.parcel.weight;
            if weight > HEAVIEST {
                let cause = format!("{weight} g do not go by mail.");
                return Err(PrintLabelError::TooHeavy(cause));
            }
            let tracking_id = format!("T-{}", request.number);
            Ok(Label { tracking_id })
        })
        .await
    }

    async fn sqs_send_message(&self, cx: &TaskContext<'_>, _: Value) -> Result<Sent, TaskError> {
        attempt(cx, async {
            work(20).await;
            let message_id = cx.idempotency_key();
            Ok(Sent { message_id })
        })
        .await
    }

    async fn track_shipments(&self, cx: &TaskContext<'_>, _: TrackingRequest) -> Result<Tracking, TaskError> {
        attempt(cx, async {
            work(60).await;
            Ok(match self.times_tracked.fetch_add(1, Relaxed) {
                0 | 1 => Tracking::Elsewhere(Elsewhere {
                    status: Whereabouts::UnderWay,
                }),
                _ => Tracking::Delivered(Delivered {
                    status: Arrived::Delivered,
                    delivered_at: "2024-05-04T10:30:00Z".to_owned(),
                }),
            })
        })
        .await
    }

    async fn dynamodb_update_item(&self, cx: &TaskContext<'_>, _: Value) -> Result<Value, TaskError> {
        attempt(cx, async {
            work(15).await;
            Ok(Value::Null)
        })
        .await
    }

    async fn sns_publish(&self, cx: &TaskContext<'_>, mail: Mail) -> Result<Sent, TaskError> {
        attempt(cx, async {
            work(25).await;
            println!("  mail to {}: {}", mail.message.to, mail.subject);
            let message_id = cx.idempotency_key();
            Ok(Sent { message_id })
        })
        .await
    }

    async fn refund_payment(&self, cx: &TaskContext<'_>, _: Value) -> Result<Refunded, TaskError> {
        attempt(cx, async {
            work(200).await;
            let payload = RefundedPayload { refunded: true };
            Ok(Refunded { payload })
        })
        .await
    }

    async fn release_stock(&self, cx: &TaskContext<'_>, _: Release) -> Result<Released, TaskError> {
        attempt(cx, async {
            work(50).await;
            Ok(Released { released: true })
        })
        .await
    }
}

/// What takes so many milliseconds.
async fn work(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}
