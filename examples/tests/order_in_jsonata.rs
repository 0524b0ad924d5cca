//! The order workflow in JSONPath and in JSONata: whatever its services answer, both ask them for the same, at the same
//! times, and come to the same result.

use asl_runtime::testing::{Answer, Report, Script};
use asl_runtime::{TaskError, Value, include_asl};
use serde_json::json;
use std::time::Duration;

include_asl!(mod in_jsonpath = "order/order.asl.json", types: none);
include_asl!(mod in_jsonata = "order_jsonata/order.asl.json");

/// A shop where all goes well, with a total of 19.50.
fn shop() -> Script {
    let quote = json!({"total": 19.5, "currency": "EUR", "checkEverySeconds": 60});
    Script::new()
        .always("Validate Order", Answer::ok(quote))
        .always("Charge Card", Answer::ok(json!({"Payload": {"chargeId": "ch-1"}})))
        .always(
            "Reserve Stock",
            Answer::ok(json!({"parcels": [{"weight": 200}, {"weight": 5000}]})),
        )
        .with("Print Label", |_, request| {
            Answer::ok(json!({"trackingId": format!("T-{}", request["number"])}))
        })
        .always("Track Shipments", Answer::ok(delivered()))
        .always("Refund Payment", Answer::ok(json!({"Payload": {"refunded": true}})))
        .otherwise(Answer::ok(json!({})))
}

fn delivered() -> Value {
    json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"})
}

fn quote(total: f64) -> Answer {
    Answer::ok(json!({"total": total, "currency": "EUR", "checkEverySeconds": 60}))
}

fn refuses(name: &str) -> Answer {
    TaskError::lambda(name, "no").into()
}

/// The same of both: the result, and each call of a handler.
fn both(shop: &Script) -> Report {
    let order = || serde_json::from_str(include_str!("../order/delivered.json")).unwrap();
    let jsonpath = shop.run::<in_jsonpath::Machine>(order());
    let jsonata = shop.run::<in_jsonata::Machine>(order());
    assert_eq!(jsonata.result(), jsonpath.result());
    let calls = |report: &Report| {
        let calls = report.attempts().iter();
        calls
            .map(|call| (call.state, call.number, call.started, call.input.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(calls(&jsonata), calls(&jsonpath));
    jsonata
}

#[test]
fn an_order_that_arrives() {
    let receipt = json!({
        "orderId": "A-1001",
        "status": "DELIVERED",
        "chargeId": "ch-1",
        "total": 19.5,
        "currency": "EUR",
        "shipments": [{"number": 1, "trackingId": "T-1"}, {"number": 2, "trackingId": "T-2"}],
        "deliveredAt": "2024-05-04",
    });
    both(&shop()).assert_output(receipt);
}

#[test]
fn a_single_parcel_is_tracked_as_a_list() {
    let report = both(&shop().always("Reserve Stock", Answer::ok(json!({"parcels": [{"weight": 1}]}))));
    let tracked = report.attempts_of("Track Shipments");
    assert_eq!(tracked[0].input, json!({"trackingIds": ["T-1"]}));
}

#[test]
fn a_carrier_is_asked_until_it_has_delivered() {
    let under_way = || Answer::ok(json!({"status": "UNDER_WAY"})).after(Duration::from_millis(500));
    both(&shop().with("Track Shipments", {
        let asked = std::sync::atomic::AtomicU32::new(0);
        move |_, _| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 3 {
            2 => Answer::ok(delivered()),
            _ => under_way(),
        }
    }))
    .assert_attempts("Track Shipments", [60_000, 120_500, 181_000]);
}

#[test]
fn whatever_fails_is_undone() {
    let failing = [
        (
            "an order with a mistake",
            "Validate Order",
            refuses("InvalidOrder"),
            "InvalidOrder",
        ),
        ("an empty order", "Validate Order", quote(0.0), "InvalidOrder"),
        (
            "a declined card",
            "Charge Card",
            refuses("CardDeclined"),
            "CardDeclined",
        ),
        (
            "a gateway that stays busy",
            "Charge Card",
            refuses("PaymentGatewayBusy"),
            "PaymentGatewayBusy",
        ),
        (
            "an empty warehouse",
            "Reserve Stock",
            refuses("OutOfStock"),
            "OutOfStock",
        ),
        ("a parcel too heavy", "Print Label", refuses("TooHeavy"), "TooHeavy"),
        (
            "a lost parcel",
            "Track Shipments",
            Answer::ok(json!({"status": "LOST"})),
            "ParcelsLost",
        ),
    ];
    for (what, state, answer, cause) in failing {
        let report = both(&shop().always(state, answer));
        let error = report.result().as_ref().expect_err(what);
        assert_eq!(
            (error.name(), error.cause()),
            (Some("OrderCancelled"), Some(cause)),
            "{what}"
        );
    }
}

#[test]
fn a_large_order_of_a_new_customer_is_screened() {
    let screened = |verdict: &str| {
        let verdict = json!({"Payload": {"verdict": verdict, "score": 87}});
        shop()
            .always("Validate Order", quote(500.5))
            .always("Screen for Fraud", Answer::ok(verdict))
    };
    assert!(both(&screened("PASS")).result().is_ok());
    let refused = both(&screened("FAIL"));
    assert_eq!(refused.result().as_ref().unwrap_err().cause(), Some("SuspectedFraud"));
}
