//! What stands behind the machines: both forms of a machine call the same services.

mod typed;

pub use typed::Direct;

use crate::expressions::machines as expressions;
use crate::generated;
use asl_runtime::{TaskContext, TaskError};
use handwritten::Failure;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Services by name.
pub trait Services: Send + Sync {
    /// Calls one; the error is a name.
    fn call(&self, service: &'static str, input: Value) -> impl Future<Output = Result<Value, &'static str>> + Send;
}

/// The handlers of a machine over these services.
#[derive(Debug, Default)]
pub struct Over<S>(pub S);

/// Says which method of the generated trait, and which of the hand-written one, calls which service.
macro_rules! handlers {
    ($generated:path, $handwritten:path, $($of_generated:ident, $of_handwritten:ident;)*) => {
        handlers!($generated, $($of_generated;)*);
        impl<S: Services> $handwritten for Over<S> {
            $(async fn $of_handwritten(&self, input: Value) -> handwritten::Result<Value> {
                self.0.call(stringify!($of_generated), input).await.map_err(|error| Failure::new(error, "refused"))
            })*
        }
    };
    ($generated:path, $($of_generated:ident;)*) => {
        impl<S: Services> $generated for Over<S> {
            $(async fn $of_generated(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
                self.0.call(stringify!($of_generated), input).await.map_err(|error| TaskError::new(error, "refused"))
            })*
        }
    };
}

handlers! { generated::pass_chain::Tasks, }
handlers! { generated::counting_loop::Tasks, }
handlers! { generated::map_items::Tasks, handwritten::Echo, echo, echo; }
handlers! { generated::parallel::Tasks, echo; }
handlers! { generated::echo_tasks::Tasks, echo; }
handlers! { generated::waiting::Tasks, echo; }
handlers! { generated::jsonata_passes::Tasks, }
handlers! { expressions::conditions::Tasks, }
handlers! { expressions::plain_path::Tasks, }
handlers! { expressions::text::Tasks, }
handlers! { expressions::merge::Tasks, }
handlers! { expressions::filter::Tasks, }
handlers! { expressions::map::Tasks, }
handlers! { expressions::sum::Tasks, }
handlers! { expressions::constructor::Tasks, }
handlers! {
    generated::order::Tasks, handwritten::order::Shop,
    validate_order, validate_order;
    screen_for_fraud, screen_for_fraud;
    charge_card, charge_card;
    reserve_stock, reserve_stock;
    print_label, print_label;
    sqs_send_message, send_message;
    track_shipments, track_shipments;
    dynamodb_update_item, update_item;
    sns_publish, publish;
    refund_payment, refund_payment;
    release_stock, release_stock;
}

/// A service that gives back what it gets.
#[derive(Debug, Default)]
pub struct Echo;

impl Services for Echo {
    async fn call(&self, _: &'static str, input: Value) -> Result<Value, &'static str> {
        Ok(input)
    }
}

/// The services of a shop, with fixed answers: parcels are delivered when they are asked for the second time.
#[derive(Debug, Default)]
pub struct Shop {
    asked: AtomicU32,
}

impl Services for Shop {
    async fn call(&self, service: &'static str, input: Value) -> Result<Value, &'static str> {
        Ok(match service {
            "validate_order" => json!({"total": 618.5, "currency": "EUR", "checkEverySeconds": 3600}),
            "screen_for_fraud" => json!({"Payload": {"verdict": "PASS", "score": 12}}),
            "charge_card" => json!({"Payload": {"chargeId": "ch-7"}}),
            "reserve_stock" => json!({"parcels": [
                {"sku": "LAMP-7", "weight": 6400},
                {"sku": "DESK-2", "weight": 28000},
                {"sku": "PEN-12", "weight": 200},
            ]}),
            "print_label" => json!({"trackingId": format!("T-{}", input["number"])}),
            "track_shipments" if self.asked.fetch_add(1, Relaxed).is_multiple_of(2) => json!({"status": "UNDER_WAY"}),
            "track_shipments" => json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"}),
            "sqs_send_message" | "sns_publish" => json!({"MessageId": "m-7"}),
            "refund_payment" => json!({"Payload": {"refunded": true}}),
            "release_stock" => json!({"released": true}),
            _ => json!({}),
        })
    }
}
