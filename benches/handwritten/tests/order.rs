//! The order workflow: which service is called when, with what, and how an order ends.

use handwritten::order::{Shop, run};
use handwritten::{Failure, Result};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers from a script and notes every call with its second.
struct Script {
    start: Instant,
    /// What the calls of a service give, one after the other, before it gives its usual answer.
    special: Mutex<Vec<(&'static str, Result<Value>)>>,
    slow: &'static str,
    calls: Mutex<Vec<(u64, &'static str, Value)>>,
}

impl Script {
    fn new(special: &[(&'static str, Result<Value>)]) -> Self {
        Script {
            start: Instant::now(),
            special: Mutex::new(special.to_vec()),
            slow: "",
            calls: Mutex::default(),
        }
    }

    async fn answer(&self, service: &'static str, input: Value) -> Result<Value> {
        self.calls
            .lock()
            .unwrap()
            .push((self.start.elapsed().as_secs(), service, input.clone()));
        if service == self.slow {
            sleep(Duration::from_secs(3600)).await;
        }
        let mut special = self.special.lock().unwrap();
        if let Some(index) = special.iter().position(|(name, _)| *name == service) {
            return special.remove(index).1;
        }
        Ok(match service {
            "validate" => json!({"total": 618.5, "currency": "EUR", "checkEverySeconds": 3600}),
            "screen" => json!({"StatusCode": 200, "Payload": {"verdict": "PASS", "score": 12}}),
            "charge" => json!({"StatusCode": 200, "Payload": {"chargeId": "ch-7"}}),
            "reserve" => json!({"parcels": [{"weight": 3240}, {"weight": 28000}]}),
            "label" => json!({"trackingId": format!("T-{}", input["number"])}),
            "track" => json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"}),
            "refund" => json!({"StatusCode": 200, "Payload": {"refunded": 618.5}}),
            _ => json!({}),
        })
    }

    /// The calls as `second service`, in order.
    fn calls(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .map(|(second, service, _)| format!("{second} {service}"))
            .collect()
    }

    fn inputs(&self, service: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .filter(|call| call.1 == service)
            .map(|call| call.2.clone())
            .collect()
    }
}

macro_rules! services {
    ($($method:ident $name:literal),*) => {
        impl Shop for Script {
            $(async fn $method(&self, input: Value) -> Result<Value> {
                self.answer($name, input).await
            })*
        }
    };
}
services! {
    validate_order "validate", screen_for_fraud "screen", charge_card "charge", reserve_stock "reserve",
    print_label "label", send_message "message", track_shipments "track", update_item "update", publish "mail",
    refund_payment "refund", release_stock "release"
}

fn order() -> Value {
    serde_json::from_str(include_str!("../../../examples/order/delivered.json")).unwrap()
}

fn failure(error: &'static str) -> Result<Value> {
    Err(Failure::new(error, "because"))
}

fn under_way() -> Result<Value> {
    Ok(json!({"status": "UNDER_WAY"}))
}

#[tokio::test(start_paused = true)]
async fn an_order_is_delivered() {
    let shop = Script::new(&[("track", under_way()), ("track", under_way())]);
    let result = run(&shop, order()).await;
    let receipt = json!({
        "orderId": "A-1001",
        "status": "DELIVERED",
        "chargeId": "ch-7",
        "total": 618.5,
        "currency": "EUR",
        "shipments": [{"number": 1, "trackingId": "T-1"}, {"number": 2, "trackingId": "T-2"}],
        "deliveredAt": "2024-05-04",
    });
    assert_eq!(result, Ok(receipt));
    let calls = "0 validate,0 screen,0 charge,0 reserve,0 label,0 message,0 label,0 message,\
                 3600 track,7200 track,10800 track,10800 update,10800 mail";
    assert_eq!(shop.calls(), calls.split(',').collect::<Vec<_>>());
    assert_eq!(shop.inputs("validate"), [order()]);
    let request = json!({
        "idempotencyKey": "A-1001",
        "cardToken": "tok_visa_4242",
        "amount": 618.5,
        "currency": "EUR",
    });
    assert_eq!(
        shop.inputs("charge"),
        [json!({"FunctionName": "charge-card", "Payload": request})]
    );
    assert_eq!(shop.inputs("track")[0], json!({"trackingIds": ["T-1", "T-2"]}));
    assert_eq!(shop.inputs("label")[1]["parcel"], json!({"weight": 28000}));
    assert_eq!(shop.inputs("message")[1]["MessageBody"]["weight"], 28000);
    assert_eq!(
        shop.inputs("update")[0]["ExpressionAttributeValues"][":total"],
        json!({"N": "618.5"})
    );
    assert_eq!(shop.inputs("mail")[0]["Subject"], "Your order A-1001 has arrived");
}

#[tokio::test(start_paused = true)]
async fn a_busy_gateway_is_asked_at_growing_intervals() {
    let special = [
        "PaymentGatewayBusy",
        "States.Timeout",
        "PaymentGatewayBusy",
        "PaymentGatewayBusy",
    ];
    let shop = Script::new(&special.map(|error| ("charge", failure(error))));
    assert_eq!(run(&shop, order()).await.unwrap()["status"], "DELIVERED");
    let charges: Vec<_> = shop
        .calls()
        .into_iter()
        .filter(|call| call.ends_with("charge"))
        .collect();
    assert_eq!(charges, ["0 charge", "2 charge", "5 charge", "9 charge", "14 charge"]);
}

#[tokio::test(start_paused = true)]
async fn a_declined_card_releases_the_stock_only() {
    let shop = Script::new(&[
        ("charge", failure("CardDeclined")),
        ("reserve", failure("WarehouseBusy")),
    ]);
    let result = run(&shop, order()).await;
    assert_eq!(result, Err(Failure::new("OrderCancelled", "CardDeclined")));
    let calls = [
        "0 validate",
        "0 screen",
        "0 charge",
        "0 reserve",
        "1 reserve",
        "1 release",
        "1 mail",
    ];
    assert_eq!(shop.calls(), calls);
    assert_eq!(shop.inputs("mail")[0]["Message"]["reason"], "CardDeclined");
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_later_is_undone() {
    for (special, reason) in [
        (("reserve", failure("OutOfStock")), "OutOfStock"),
        (("label", failure("NoSuchAddress")), "NoSuchAddress"),
        (("track", Ok(json!({"status": "LOST"}))), "ParcelsLost"),
    ] {
        let shop = Script::new(&[
            special,
            ("refund", failure("Anything")),
            ("refund", failure("Anything")),
        ]);
        let start = shop.start;
        assert_eq!(run(&shop, order()).await, Err(Failure::new("OrderCancelled", reason)));
        let undone = start.elapsed().as_secs();
        let tail = [
            format!("{} refund", undone - 15),
            format!("{} refund", undone - 10),
            format!("{undone} refund"),
            format!("{undone} release"),
            format!("{undone} mail"),
        ];
        assert!(shop.calls().ends_with(&tail), "{:?}", shop.calls());
        assert_eq!(shop.inputs("refund")[0]["Payload"]["reason"], reason);
    }
}

#[tokio::test(start_paused = true)]
async fn some_orders_are_refused_before_anything_is_done() {
    let judgement = json!({"StatusCode": 200, "Payload": {"verdict": "FAIL", "score": 91}});
    for (special, reason, calls) in [
        (("validate", failure("InvalidOrder")), "InvalidOrder", 2),
        (("validate", Ok(json!({"total": 0}))), "InvalidOrder", 2),
        (("screen", Ok(judgement)), "SuspectedFraud", 3),
    ] {
        let shop = Script::new(&[special]);
        assert_eq!(run(&shop, order()).await, Err(Failure::new("OrderCancelled", reason)));
        assert_eq!(shop.calls().len(), calls);
    }
    let mut trusted = order();
    trusted["customer"]["trusted"] = true.into();
    let shop = Script::new(&[]);
    run(&shop, trusted).await.unwrap();
    assert!(shop.inputs("screen").is_empty());
}

#[tokio::test(start_paused = true)]
async fn other_failures_end_the_machine() {
    let shop = Script::new(&[("validate", failure("Broken"))]);
    assert_eq!(run(&shop, order()).await, Err(Failure::new("Broken", "because")));
    let shop = Script::new(&[("reserve", Ok(json!({})))]);
    assert_eq!(run(&shop, order()).await.unwrap_err().error, "States.Runtime");
    assert!(shop.inputs("refund").is_empty());
}

#[tokio::test(start_paused = true)]
async fn slow_services_are_given_up() {
    let shop = Script {
        slow: "validate",
        ..Script::new(&[])
    };
    assert_eq!(run(&shop, order()).await.unwrap_err().error, "States.Timeout");
    assert_eq!(shop.start.elapsed().as_secs(), 10);
    let shop = Script {
        slow: "track",
        ..Script::new(&[])
    };
    assert_eq!(run(&shop, order()).await.unwrap_err().error, "States.Timeout");
    let tracks: Vec<_> = shop
        .calls()
        .into_iter()
        .filter(|call| call.ends_with("track"))
        .collect();
    assert_eq!(tracks, ["3600 track", "3665 track", "3735 track", "3815 track"]);
}
