//! A test of a workflow under virtual time: when the card is charged, to the millisecond. It takes no time itself.

use asl_runtime::testing::{Answer, Report, Script};
use asl_runtime::{TaskError, include_asl};
use serde_json::json;
use std::time::Duration;

include_asl!(mod order = "order/order.asl.json", types: none);

/// Runs the order in a shop where everything goes well, but for the payment gateway, which answers each attempt as it is told.
fn charge<const N: usize>(gateway: [Answer; N]) -> Report {
    let order = serde_json::from_str(include_str!("../order/delivered.json")).unwrap();
    Script::new()
        .always(
            "Validate Order",
            Answer::ok(json!({"total": 20.0, "currency": "EUR", "checkEverySeconds": 3600})),
        )
        .on("Charge Card", gateway)
        .always("Reserve Stock", Answer::ok(json!({"parcels": []})))
        .always("Refund Payment", Answer::ok(json!({"Payload": {"refunded": true}})))
        .always(
            "Track Shipments",
            Answer::ok(json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"})),
        )
        .otherwise(Answer::ok(json!({})))
        .run::<order::Machine>(order)
}

fn busy() -> Answer {
    TaskError::lambda("PaymentGatewayBusy", "later").into()
}

fn charged_after(milliseconds: u64) -> Answer {
    Answer::ok(json!({"Payload": {"chargeId": "ch-1"}})).after(Duration::from_millis(milliseconds))
}

#[test]
fn a_busy_gateway_is_asked_again_at_growing_intervals_up_to_5_seconds() {
    let report = charge([busy(), busy(), busy(), busy(), charged_after(250)]);
    report.assert_attempts("Charge Card", [0, 2_000, 5_000, 9_500, 14_500]);
    assert_eq!(report.result().as_ref().unwrap()["chargeId"], "ch-1");
}

#[test]
fn the_fifth_refusal_is_the_last() {
    let report = charge([busy(), busy(), busy(), busy(), busy()]);
    report
        .assert_attempts("Charge Card", [0, 2_000, 5_000, 9_500, 14_500])
        .assert_failed("OrderCancelled");
    assert_eq!(
        report.result().as_ref().unwrap_err().cause(),
        Some("PaymentGatewayBusy")
    );
}

#[test]
fn an_attempt_has_20_seconds() {
    let report = charge([charged_after(20_001), charged_after(19_999)]);
    report.assert_attempts("Charge Card", [0, 22_000]);
    assert!(report.result().is_ok(), "{report}");
}

#[test]
fn a_declined_card_is_not_charged_again() {
    let report = charge([TaskError::lambda("CardDeclined", "no").into()]);
    report
        .assert_attempts("Charge Card", [0])
        .assert_failed("OrderCancelled");
}
