//! Takes an order of the shop from the basket to the customer's door, and undoes what was done when a step fails.

use crate::order::{
    DECLINED, GATEWAY_BUSY, LAMBDA_BUSY, PACKING_TABLES, PRINTER_OFFLINE, SCREENING_BUSY, TABLE_BUSY, TRACKING_FAILED,
    UNDO, WAREHOUSE_BUSY,
};
use crate::retry::{retry, within};
use crate::{Failure, Result};
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tokio::time::sleep;

/// The services that the shop works with.
pub trait Shop: Sync {
    /// Checks the address and the prices.
    fn validate_order(&self, order: Order) -> impl Future<Output = Result<Quote>> + Send;
    /// Judges how likely an order is to be a fraud.
    fn screen_for_fraud(&self, request: Screening) -> impl Future<Output = Result<Screened>> + Send;
    /// Charges a card.
    fn charge_card(&self, request: Charge) -> impl Future<Output = Result<Charged>> + Send;
    /// Sets the goods aside.
    fn reserve_stock(&self, request: Reservation) -> impl Future<Output = Result<Reserved>> + Send;
    /// Prints a parcel's label.
    fn print_label(&self, parcel: LabelRequest) -> impl Future<Output = Result<Label>> + Send;
    /// Puts a message into a queue.
    fn send_message(&self, message: Pickup) -> impl Future<Output = Result<Sent>> + Send;
    /// Asks the carrier where the parcels are.
    fn track_shipments(&self, request: TrackingRequest) -> impl Future<Output = Result<Tracking>> + Send;
    /// Changes an item of a table.
    fn update_item(&self, update: Update) -> impl Future<Output = Result<Value>> + Send;
    /// Sends a mail.
    fn publish(&self, mail: Mail) -> impl Future<Output = Result<Sent>> + Send;
    /// Gives the money back.
    fn refund_payment(&self, request: Refund) -> impl Future<Output = Result<Refunded>> + Send;
    /// Puts the goods back.
    fn release_stock(&self, request: Release) -> impl Future<Output = Result<Released>> + Send;
}

/// The structs of the documents, which go by the names that these have there.
macro_rules! documents {
    ($($case:literal: $(#[doc = $about:literal] $name:ident {
        $($(#[$of_field:meta])* $field:ident: $of:ty,)*
    })*)*) => {
        $($(
            #[doc = $about]
            #[derive(Debug, Clone, Serialize, Deserialize)]
            #[serde(rename_all = $case)]
            #[allow(missing_docs, reason = "the names say it")]
            pub struct $name { $($(#[$of_field])* pub $field: $of,)* }
        )*)*
    };
}

documents! {
    "camelCase":
    /// What a customer orders.
    Order { order_id: String, customer: Customer, payment: Card, ship_to: Address, lines: Vec<Line>, }
    /// Who ordered.
    Customer { name: String, email: String, trusted: bool, }
    /// How they pay.
    Card { card_token: String, }
    /// Where it goes.
    Address { street: String, city: String, country: String, }
    /// Some of one article.
    Line { sku: String, quantity: u64, price: f64, weight: u64, }
    /// What an order costs.
    Quote { total: f64, currency: Currency, check_every_seconds: u64, }
    /// What is looked at for fraud.
    ScreeningPayload { order_id: String, amount: f64, customer: Customer, }
    /// What is thought of an order.
    Verdict { verdict: Passed, score: i64, }
    /// What is to be charged.
    ChargePayload { idempotency_key: String, card_token: String, amount: f64, currency: Currency, }
    /// That it was charged.
    ChargedPayload { charge_id: String, }
    /// What is to be set aside.
    Reservation { order_id: String, lines: Vec<Line>, }
    /// What was set aside.
    Reserved { parcels: Vec<Parcel>, }
    /// A part of the order.
    Parcel { sku: String, weight: u64, }
    /// A label to be printed.
    LabelRequest { order_id: String, ship_to: Address, parcel: Parcel, number: u64, }
    /// A label.
    Label { tracking_id: String, }
    /// A parcel to be picked up.
    PickupBody { tracking_id: String, weight: u64, ship_to: Address, }
    /// What is to be found.
    TrackingRequest { tracking_ids: Vec<String>, }
    /// All of it is there.
    Delivered { status: Arrived, delivered_at: String, }
    /// Some of it is not.
    Elsewhere { status: Whereabouts, }
    /// The key of an order in the table.
    UpdateKey { order_id: Text, }
    /// The names in the expression.
    UpdateNames { #[serde(rename = "#status")] status: String, }
    /// The values in the expression.
    UpdateValues {
        #[serde(rename = ":status")] status: Text,
        #[serde(rename = ":charge")] charge: Text,
        #[serde(rename = ":total")] total: Digits,
    }
    /// What is told to the customer.
    MailMessage {
        to: String,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    /// What is to be given back.
    RefundPayload { idempotency_key: String, reason: String, }
    /// That it was given back.
    RefundedPayload { refunded: bool, }
    /// What is to be put back.
    Release { order_id: String, }
    /// That it was put back.
    Released { released: bool, }
    /// A parcel on its way.
    Shipment { number: u64, tracking_id: String, }
    /// What a customer gets in the end.
    Receipt {
        order_id: String,
        status: Arrived,
        charge_id: String,
        total: f64,
        currency: Currency,
        shipments: Vec<Shipment>,
        delivered_at: String,
    }
    "PascalCase":
    /// Asks for a look for fraud.
    Screening { payload: ScreeningPayload, }
    /// What came of it.
    Screened { payload: Verdict, }
    /// Asks for money.
    Charge { payload: ChargePayload, }
    /// That there was some.
    Charged { payload: ChargedPayload, }
    /// Asks for a pickup.
    Pickup { queue_url: String, message_body: PickupBody, }
    /// That a message was taken.
    Sent { message_id: String, }
    /// Changes an order in the table.
    Update {
        table_name: String,
        key: UpdateKey,
        update_expression: String,
        expression_attribute_names: UpdateNames,
        expression_attribute_values: UpdateValues,
    }
    /// A text in the table.
    Text { s: String, }
    /// A number in the table.
    Digits { n: String, }
    /// A mail.
    Mail { subject: String, message: MailMessage, }
    /// Asks for money back.
    Refund { function_name: String, payload: RefundPayload, }
    /// That it is back.
    Refunded { payload: RefundedPayload, }
}

/// Enums of texts.
macro_rules! texts {
    ($(#[doc = $about:literal] $name:ident { $($variant:ident,)* })*) => {
        $(
            #[doc = $about]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
            #[allow(missing_docs, reason = "the names say it")]
            pub enum $name { $($variant,)* }
        )*
    };
}

texts! {
    /// What is paid with.
    Currency { Eur, Gbp, Usd, }
    /// Whether an order is good.
    Passed { Pass, Fail, }
    /// That it is there.
    Arrived { Delivered, }
    /// Where it is instead.
    Whereabouts { UnderWay, Lost, Returned, }
}

/// Where the parcels are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tracking {
    /// There.
    Delivered(Delivered),
    /// Elsewhere.
    Elsewhere(Elsewhere),
}

/// What is left to do when an order cannot be fulfilled: why, and whether money and goods have to go back.
struct Cancelled {
    failure: Failure,
    refund: bool,
    release: bool,
}

/// Fulfils an order, within a month.
pub async fn run(shop: &impl Shop, order: Order) -> Result<Receipt> {
    within(2_592_000, async move {
        match fulfil(shop, &order).await? {
            Ok(receipt) => Ok(receipt),
            Err(cancelled) => Err(cancel(shop, &order, cancelled).await?),
        }
    })
    .await
}

async fn fulfil(shop: &impl Shop, order: &Order) -> Result<std::result::Result<Receipt, Cancelled>> {
    let refuse = |failure| {
        Ok(Err(Cancelled {
            failure,
            refund: false,
            release: false,
        }))
    };
    let undo = |failure| {
        Ok(Err(Cancelled {
            failure,
            refund: true,
            release: true,
        }))
    };

    let quote = match retry(&[LAMBDA_BUSY], || within(10, shop.validate_order(order.clone()))).await {
        Ok(quote) => quote,
        Err(failure) if failure.is(&["InvalidOrder"]) => return refuse(failure),
        Err(failure) => return Err(failure),
    };
    if quote.total <= 0.0 {
        return refuse(Failure::new("InvalidOrder", "There is nothing to pay for."));
    }
    if quote.total >= 500.0 && !order.customer.trusted {
        let Verdict { verdict, score } = screen(shop, order, quote.total).await?;
        if verdict != Passed::Pass {
            let cause = format!("The screening gave a score of {score}.");
            return refuse(Failure::new("SuspectedFraud", cause));
        }
    }

    let (payment, reserved) = match try_join(charge(shop, order, &quote), reserve(shop, order)).await {
        Ok(booked) => booked,
        Err(failure) if failure.is(&["States.ALL"]) => return undo(failure),
        Err(failure) => return Err(failure),
    };
    let charge_id = match payment {
        Ok(charge_id) => charge_id,
        Err(failure) => {
            return Ok(Err(Cancelled {
                failure,
                refund: false,
                release: true,
            }));
        }
    };

    let shipments = match ship_all(shop, order, reserved.parcels).await {
        Ok(shipments) => shipments,
        Err(failure) if failure.is(&["States.ALL"]) => return undo(failure),
        Err(failure) => return Err(failure),
    };
    let delivered_at = loop {
        sleep(Duration::from_secs(quote.check_every_seconds)).await;
        let lost = match track(shop, &shipments).await? {
            Tracking::Delivered(delivered) => break delivered.delivered_at,
            Tracking::Elsewhere(elsewhere) => match elsewhere.status {
                Whereabouts::UnderWay => continue,
                Whereabouts::Lost => "LOST",
                Whereabouts::Returned => "RETURNED",
            },
        };
        return undo(Failure::new("ParcelsLost", format!("The carrier says {lost}.")));
    };

    save(shop, order, &charge_id, quote.total).await?;
    send_receipt(shop, order).await?;
    Ok(Ok(Receipt {
        order_id: order.order_id.clone(),
        status: Arrived::Delivered,
        charge_id,
        total: quote.total,
        currency: quote.currency,
        shipments,
        delivered_at,
    }))
}

async fn screen(shop: &impl Shop, order: &Order, total: f64) -> Result<Verdict> {
    let answer = retry(&[SCREENING_BUSY], || {
        let payload = ScreeningPayload {
            order_id: order.order_id.clone(),
            amount: total,
            customer: order.customer.clone(),
        };
        within(30, shop.screen_for_fraud(Screening { payload }))
    });
    Ok(answer.await?.payload)
}

/// Charges the card. A card that is declined is the inner error: what runs beside it is not stopped by that.
async fn charge(shop: &impl Shop, order: &Order, quote: &Quote) -> Result<std::result::Result<String, Failure>> {
    let answer = retry(&[GATEWAY_BUSY], || {
        let payload = ChargePayload {
            idempotency_key: order.order_id.clone(),
            card_token: order.payment.card_token.clone(),
            amount: quote.total,
            currency: quote.currency,
        };
        within(20, shop.charge_card(Charge { payload }))
    });
    match answer.await {
        Ok(answer) => Ok(Ok(answer.payload.charge_id)),
        Err(failure) if failure.is(&DECLINED) => Ok(Err(failure)),
        Err(failure) => Err(failure),
    }
}

async fn reserve(shop: &impl Shop, order: &Order) -> Result<Reserved> {
    retry(&[WAREHOUSE_BUSY], || {
        let request = Reservation {
            order_id: order.order_id.clone(),
            lines: order.lines.clone(),
        };
        within(20, shop.reserve_stock(request))
    })
    .await
}

async fn ship_all(shop: &impl Shop, order: &Order, parcels: Vec<Parcel>) -> Result<Vec<Shipment>> {
    let mut shipments: Vec<Option<Shipment>> = vec![None; parcels.len()];
    let mut running = stream::iter(parcels.into_iter().enumerate())
        .map(|(index, parcel)| async move { Ok((index, ship(shop, order, parcel, index as u64 + 1).await?)) })
        .buffer_unordered(PACKING_TABLES);
    while let Some((index, shipment)) = running.try_next().await? {
        shipments[index] = Some(shipment);
    }
    drop(running);
    Ok(shipments.into_iter().flatten().collect())
}

async fn ship(shop: &impl Shop, order: &Order, parcel: Parcel, number: u64) -> Result<Shipment> {
    let label = retry(&[PRINTER_OFFLINE], || {
        shop.print_label(LabelRequest {
            order_id: order.order_id.clone(),
            ship_to: order.ship_to.clone(),
            parcel: parcel.clone(),
            number,
        })
    });
    let tracking_id = label.await?.tracking_id;
    let message_body = PickupBody {
        tracking_id: tracking_id.clone(),
        weight: parcel.weight,
        ship_to: order.ship_to.clone(),
    };
    shop.send_message(Pickup {
        queue_url: "https://sqs.eu-west-1.amazonaws.com/123456789012/pickups".to_owned(),
        message_body,
    })
    .await?;
    Ok(Shipment { number, tracking_id })
}

async fn track(shop: &impl Shop, shipments: &[Shipment]) -> Result<Tracking> {
    retry(&[TRACKING_FAILED], || {
        let tracking_ids = shipments.iter().map(|shipment| shipment.tracking_id.clone()).collect();
        within(60, shop.track_shipments(TrackingRequest { tracking_ids }))
    })
    .await
}

async fn save(shop: &impl Shop, order: &Order, charge_id: &str, total: f64) -> Result<()> {
    let text = |s: &str| Text { s: s.to_owned() };
    retry(&[TABLE_BUSY], || {
        shop.update_item(Update {
            table_name: "orders".to_owned(),
            key: UpdateKey {
                order_id: text(&order.order_id),
            },
            update_expression: "SET #status = :status, chargeId = :charge, total = :total".to_owned(),
            expression_attribute_names: UpdateNames {
                status: "status".to_owned(),
            },
            expression_attribute_values: UpdateValues {
                status: text("DELIVERED"),
                charge: text(charge_id),
                total: Digits {
                    n: format!("{total:?}"),
                },
            },
        })
    })
    .await?;
    Ok(())
}

async fn send_receipt(shop: &impl Shop, order: &Order) -> Result<()> {
    let subject = format!("Your order {} has arrived", order.order_id);
    shop.publish(mail(order, subject, None)).await?;
    Ok(())
}

/// Undoes what was done, tells the customer, and says how the order ends.
async fn cancel(shop: &impl Shop, order: &Order, cancelled: Cancelled) -> Result<Failure> {
    let reason = cancelled.failure.error.into_owned();
    if cancelled.refund {
        let refund = retry(&[UNDO], || {
            let payload = RefundPayload {
                idempotency_key: order.order_id.clone(),
                reason: reason.clone(),
            };
            shop.refund_payment(Refund {
                function_name: "refund-payment".to_owned(),
                payload,
            })
        });
        refund.await?;
    }
    if cancelled.release {
        let request = || Release {
            order_id: order.order_id.clone(),
        };
        retry(&[UNDO], || shop.release_stock(request())).await?;
    }
    let subject = format!("Your order {} was cancelled", order.order_id);
    shop.publish(mail(order, subject, Some(reason.clone()))).await?;
    Ok(Failure::new("OrderCancelled", reason))
}

fn mail(order: &Order, subject: String, reason: Option<String>) -> Mail {
    Mail {
        subject,
        message: MailMessage {
            to: order.customer.email.clone(),
            name: order.customer.name.clone(),
            reason,
        },
    }
}
