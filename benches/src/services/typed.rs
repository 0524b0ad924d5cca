//! The services as those are asked who have types for everything.

use super::{Echo, Over, Services, Shop};
use crate::generated::typed::{echo_tasks, map_items, order};
use asl_runtime::{TaskContext, TaskError};
use handwritten::{Failure, plain};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::atomic::Ordering::Relaxed;

/// The handlers of a machine whose services answer with what has a type.
#[derive(Debug, Default)]
pub struct Direct<S>(pub S);

impl<S: Services> Over<S> {
    /// Calls a service with what has a type, for what has one.
    async fn typed<I: Serialize, O: DeserializeOwned>(
        &self,
        service: &'static str,
        input: I,
    ) -> Result<O, &'static str> {
        let input = serde_json::to_value(input).map_err(|_| "NoDocument")?;
        serde_json::from_value(self.0.call(service, input).await?).map_err(|_| "AnotherDocument")
    }
}

/// Makes handlers of both kinds: those that ask in JSON, and those that know the answer.
macro_rules! handlers {
    ($tasks:path, $of:ident, $($service:ident($taken:ty) -> $given:ty, $error:ty = $answer:expr;)*) => {
        impl<S: Services> $tasks for Over<S> {
            $(async fn $service(&self, _: &TaskContext<'_>, input: $taken) -> Result<$given, $error> {
                let answer = self.typed(stringify!($service), input).await;
                answer.map_err(|error| TaskError::new(error, "refused").into())
            })*
        }

        impl $tasks for Direct<$of> {
            $(async fn $service(&self, _: &TaskContext<'_>, input: $taken) -> Result<$given, $error> {
                let answer: fn(&$of, $taken) -> $given = $answer;
                Ok(answer(&self.0, input))
            })*
        }
    };
    (by hand $tasks:path, $of:ident, $($method:ident = $service:ident($taken:ty) -> $given:ty = $answer:expr;)*) => {
        impl<S: Services> $tasks for Over<S> {
            $(async fn $method(&self, input: $taken) -> handwritten::Result<$given> {
                let answer = self.typed(stringify!($service), input).await;
                answer.map_err(|error| Failure::new(error, "refused"))
            })*
        }

        impl $tasks for Direct<$of> {
            $(async fn $method(&self, input: $taken) -> handwritten::Result<$given> {
                let answer: fn(&$of, $taken) -> $given = $answer;
                Ok(answer(&self.0, input))
            })*
        }
    };
}

/// The answers of the shop, in the types of a form.
macro_rules! answers {
    ($name:ident, $($types:ident)::+) => {
        mod $name {
            use $($types)::+::*;

            pub fn quote() -> Quote {
                Quote { total: 618.5, currency: Currency::Eur, check_every_seconds: 3600 }
            }

            pub fn screened() -> Screened {
                Screened { payload: Verdict { verdict: Passed::Pass, score: 12 } }
            }

            pub fn charged() -> Charged {
                Charged { payload: ChargedPayload { charge_id: "ch-7".to_owned() } }
            }

            pub fn reserved() -> Reserved {
                let parcel = |sku: &str, weight| Parcel { sku: sku.to_owned(), weight };
                Reserved { parcels: vec![parcel("LAMP-7", 6400), parcel("DESK-2", 28000), parcel("PEN-12", 200)] }
            }

            pub fn label(number: u64) -> Label {
                Label { tracking_id: format!("T-{number}") }
            }

            pub fn tracking(times_asked: u32) -> Tracking {
                match times_asked.is_multiple_of(2) {
                    true => Tracking::Elsewhere(Elsewhere { status: Whereabouts::UnderWay }),
                    false => Tracking::Delivered(Delivered {
                        status: Arrived::Delivered,
                        delivered_at: "2024-05-04".to_owned(),
                    }),
                }
            }

            pub fn sent() -> Sent {
                Sent { message_id: "m-7".to_owned() }
            }

            pub fn refunded() -> Refunded {
                Refunded { payload: RefundedPayload { refunded: true } }
            }

            pub fn released() -> Released {
                Released { released: true }
            }
        }
    };
}

answers! { generated, crate::generated::typed::order }
answers! { by_hand, handwritten::plain::order }

handlers! { map_items::Tasks, Echo, echo(map_items::Request) -> map_items::Request, TaskError = |_, input| input; }
handlers! { echo_tasks::Tasks, Echo, echo(echo_tasks::Request) -> echo_tasks::Request, TaskError = |_, input| input; }
handlers! {
    by hand plain::map_items::Echo, Echo,
    echo = echo(plain::map_items::Request) -> plain::map_items::Request = |_, input| input;
}
handlers! {
    by hand plain::echo_tasks::Echo, Echo,
    echo = echo(plain::echo_tasks::Request) -> plain::echo_tasks::Request = |_, input| input;
}
handlers! {
    order::Tasks, Shop,
    validate_order(order::Order) -> order::Quote, order::ValidateOrderError = |_, _| generated::quote();
    screen_for_fraud(order::Screening) -> order::Screened, TaskError = |_, _| generated::screened();
    charge_card(order::Charge) -> order::Charged, order::ChargeCardError = |_, _| generated::charged();
    reserve_stock(order::Reservation) -> order::Reserved, order::ReserveStockError = |_, _| generated::reserved();
    print_label(order::LabelRequest) -> order::Label, order::PrintLabelError = |_, parcel| generated::label(parcel.number);
    sqs_send_message(order::SqsSendMessageInput) -> order::Sent, TaskError = |_, _| generated::sent();
    track_shipments(order::TrackingRequest) -> order::Tracking, TaskError = |shop, _| generated::tracking(shop.ask());
    dynamodb_update_item(order::DynamodbUpdateItemInput) -> Value, TaskError = |_, _| Value::Null;
    sns_publish(order::Mail) -> order::Sent, TaskError = |_, _| generated::sent();
    refund_payment(order::RefundPaymentInput) -> order::Refunded, TaskError = |_, _| generated::refunded();
    release_stock(order::Release) -> order::Released, TaskError = |_, _| generated::released();
}
handlers! {
    by hand plain::order::Shop, Shop,
    validate_order = validate_order(plain::order::Order) -> plain::order::Quote = |_, _| by_hand::quote();
    screen_for_fraud = screen_for_fraud(plain::order::Screening) -> plain::order::Screened = |_, _| by_hand::screened();
    charge_card = charge_card(plain::order::Charge) -> plain::order::Charged = |_, _| by_hand::charged();
    reserve_stock = reserve_stock(plain::order::Reservation) -> plain::order::Reserved = |_, _| by_hand::reserved();
    print_label = print_label(plain::order::LabelRequest) -> plain::order::Label = |_, parcel| by_hand::label(parcel.number);
    send_message = sqs_send_message(plain::order::Pickup) -> plain::order::Sent = |_, _| by_hand::sent();
    track_shipments = track_shipments(plain::order::TrackingRequest) -> plain::order::Tracking =
        |shop, _| by_hand::tracking(shop.ask());
    update_item = dynamodb_update_item(plain::order::Update) -> Value = |_, _| Value::Null;
    publish = sns_publish(plain::order::Mail) -> plain::order::Sent = |_, _| by_hand::sent();
    refund_payment = refund_payment(plain::order::Refund) -> plain::order::Refunded = |_, _| by_hand::refunded();
    release_stock = release_stock(plain::order::Release) -> plain::order::Released = |_, _| by_hand::released();
}

impl Shop {
    /// How often it was asked where the parcels are, before.
    fn ask(&self) -> u32 {
        self.asked.fetch_add(1, Relaxed)
    }
}
