//! A test of a workflow under virtual time: when the card is charged, to the millisecond. It takes no time itself.

use asl_runtime::{BoxFuture, Handler, TaskContext, TaskError, Untyped, Value, include_asl};
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep};

include_asl!(mod order = "order/order.asl.json");

/// A shop that answers everything at once, but for the payment gateway, which does as each attempt is told.
struct Shop {
    gateway: &'static [Gateway],
    start: Instant,
    charged: Mutex<Vec<u128>>,
}

enum Gateway {
    Busy,
    /// Answers after so many milliseconds.
    Answers(u64),
    Declines,
}

impl Handler for Shop {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, _: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        Box::pin(async move {
            Ok(match cx.state() {
                "Validate Order" => json!({"total": 20.0, "currency": "EUR", "checkEverySeconds": 3600}),
                "Charge Card" => {
                    self.charged.lock().unwrap().push(self.start.elapsed().as_millis());
                    match self.gateway[cx.attempt() as usize] {
                        Gateway::Busy => return Err(TaskError::lambda("PaymentGatewayBusy", "later")),
                        Gateway::Declines => return Err(TaskError::lambda("CardDeclined", "no")),
                        Gateway::Answers(after) => sleep(Duration::from_millis(after)).await,
                    }
                    json!({"Payload": {"chargeId": "ch-1"}})
                }
                "Reserve Stock" => json!({"parcels": []}),
                "Refund Payment" => json!({"Payload": {"refunded": true}}),
                "Track Shipments" => json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"}),
                _ => json!({}),
            })
        })
    }
}

/// When the card was charged, in milliseconds from the start, and how the order ended.
async fn charge(gateway: &'static [Gateway]) -> (Vec<u128>, Result<Value, String>) {
    let shop = Untyped(Shop {
        gateway,
        start: Instant::now(),
        charged: Mutex::default(),
    });
    let order = serde_json::from_str(include_str!("../order/delivered.json")).unwrap();
    let end = order::run(&shop, order).await.map_err(|error| error.to_string());
    (shop.0.charged.into_inner().unwrap(), end)
}

#[tokio::test(start_paused = true)]
async fn a_busy_gateway_is_asked_again_at_growing_intervals_up_to_5_seconds() {
    use Gateway::{Answers, Busy};
    let (charged, end) = charge(&[Busy, Busy, Busy, Busy, Answers(250)]).await;
    assert_eq!(charged, [0, 2000, 5000, 9500, 14500]);
    assert_eq!(end.unwrap()["chargeId"], "ch-1");
}

#[tokio::test(start_paused = true)]
async fn the_fifth_refusal_is_the_last() {
    use Gateway::Busy;
    let (charged, end) = charge(&[Busy, Busy, Busy, Busy, Busy]).await;
    assert_eq!(charged, [0, 2000, 5000, 9500, 14500]);
    assert_eq!(end, Err("OrderCancelled: PaymentGatewayBusy".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_20_seconds() {
    use Gateway::Answers;
    let (charged, end) = charge(&[Answers(20_001), Answers(19_999)]).await;
    assert_eq!(charged, [0, 22_000]);
    assert!(end.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_declined_card_is_not_charged_again() {
    let (charged, end) = charge(&[Gateway::Declines]).await;
    assert_eq!(charged, [0]);
    assert_eq!(end, Err("OrderCancelled: CardDeclined".to_owned()));
}
