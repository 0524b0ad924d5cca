//! Takes an order of the shop from the basket to the customer's door, and undoes what was done when a step fails.

use crate::data::{array, get, object, take, text};
use crate::retry::{Retrier, retry, within};
use crate::{Failure, Result};
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// The services that the shop works with.
pub trait Shop: Sync {
    /// Checks the address and the prices.
    fn validate_order(&self, order: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Judges how likely an order is to be a fraud.
    fn screen_for_fraud(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Charges a card.
    fn charge_card(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Sets the goods aside.
    fn reserve_stock(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Prints a parcel's label.
    fn print_label(&self, parcel: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Puts a message into a queue.
    fn send_message(&self, message: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Asks the carrier where the parcels are.
    fn track_shipments(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Changes an item of a table.
    fn update_item(&self, update: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Sends a mail.
    fn publish(&self, mail: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Gives the money back.
    fn refund_payment(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
    /// Puts the goods back.
    fn release_stock(&self, request: Value) -> impl Future<Output = Result<Value>> + Send;
}

pub(crate) const LAMBDA_BUSY: Retrier = Retrier {
    errors: &[
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ],
    ..Retrier::DEFAULT
};
pub(crate) const SCREENING_BUSY: Retrier = Retrier {
    errors: &["States.Timeout", "Lambda.TooManyRequestsException"],
    interval: 2.0,
    max_attempts: 2,
    ..Retrier::DEFAULT
};
pub(crate) const GATEWAY_BUSY: Retrier = Retrier {
    errors: &["PaymentGatewayBusy", "States.Timeout"],
    interval: 2.0,
    max_attempts: 4,
    backoff_rate: 1.5,
    max_delay: 5.0,
    ..Retrier::DEFAULT
};
pub(crate) const WAREHOUSE_BUSY: Retrier = Retrier {
    errors: &["WarehouseBusy"],
    max_attempts: 5,
    ..Retrier::DEFAULT
};
pub(crate) const PRINTER_OFFLINE: Retrier = Retrier {
    errors: &["PrinterOffline"],
    interval: 3.0,
    backoff_rate: 1.0,
    ..Retrier::DEFAULT
};
pub(crate) const TRACKING_FAILED: Retrier = Retrier {
    errors: &["States.TaskFailed", "States.Timeout"],
    interval: 5.0,
    ..Retrier::DEFAULT
};
pub(crate) const TABLE_BUSY: Retrier = Retrier {
    errors: &["DynamoDB.ProvisionedThroughputExceededException"],
    max_attempts: 5,
    jitter: true,
    ..Retrier::DEFAULT
};
/// Undoing something is tried for a long time.
pub(crate) const UNDO: Retrier = Retrier {
    errors: &["States.ALL"],
    interval: 5.0,
    max_attempts: 10,
    max_delay: 600.0,
    ..Retrier::DEFAULT
};

pub(crate) const DECLINED: [&str; 2] = ["CardDeclined", "CardExpired"];
pub(crate) const PACKING_TABLES: usize = 3;
const MAIL_TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:order-mail";

/// What is left to do when an order cannot be fulfilled: why, and whether money and goods have to go back.
struct Cancelled {
    failure: Value,
    refund: bool,
    release: bool,
}

/// Fulfils an order, within a month.
pub async fn run(shop: &impl Shop, order: Value) -> Result<Value> {
    within(2_592_000, async move {
        match fulfil(shop, &order).await? {
            Ok(receipt) => Ok(receipt),
            Err(cancelled) => Err(cancel(shop, &order, cancelled).await?),
        }
    })
    .await
}

async fn fulfil(shop: &impl Shop, order: &Value) -> Result<std::result::Result<Value, Cancelled>> {
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
        Err(failure) if failure.is(&["InvalidOrder"]) => return refuse(failure.into_value()),
        Err(failure) => return Err(failure),
    };
    let total = get(&quote, ["total"])?;
    let amount = total.as_f64();
    if amount.is_some_and(|amount| amount <= 0.0) {
        return refuse(json!({"Error": "InvalidOrder", "Cause": "There is nothing to pay for."}));
    }
    if amount.is_some_and(|amount| amount >= 500.0) && *get(order, ["customer", "trusted"])? == false {
        let score = screen(shop, order, total).await?;
        if let Err(score) = score {
            let cause = format!("The screening gave a score of {}.", text(&score)?);
            return refuse(object([("Error", "SuspectedFraud".into()), ("Cause", cause.into())]));
        }
    }

    let (payment, mut reservation) = match try_join(charge(shop, order, &quote), reserve(shop, order)).await {
        Ok(booked) => booked,
        Err(failure) if failure.is(&["States.ALL"]) => return undo(failure.into_value()),
        Err(failure) => return Err(failure),
    };
    let parcels = take(&mut reservation, "parcels")?;
    let charge_id = match payment {
        Ok(charge_id) => charge_id,
        Err(declined) => {
            return Ok(Err(Cancelled {
                failure: declined.into_value(),
                refund: false,
                release: true,
            }));
        }
    };

    let shipments = match ship_all(shop, order, array(&parcels)?).await {
        Ok(shipments) => shipments,
        Err(failure) if failure.is(&["States.ALL"]) => return undo(failure.into_value()),
        Err(failure) => return Err(failure),
    };
    let mut tracking = loop {
        sleep(check_interval(&quote)?).await;
        let tracking = track(shop, &shipments).await?;
        match get(&tracking, ["status"])?.as_str() {
            Some("DELIVERED") => break tracking,
            Some(lost @ ("LOST" | "RETURNED")) => {
                let cause = format!("The carrier says {lost}.");
                return undo(object([("Error", "ParcelsLost".into()), ("Cause", cause.into())]));
            }
            _ => {}
        }
    };

    save(shop, order, &charge_id, total).await?;
    send_receipt(shop, order, &quote, &shipments).await?;
    Ok(Ok(object([
        ("orderId", get(order, ["orderId"])?.clone()),
        ("status", "DELIVERED".into()),
        ("chargeId", charge_id),
        ("total", total.clone()),
        ("currency", get(&quote, ["currency"])?.clone()),
        ("shipments", Value::Array(shipments)),
        ("deliveredAt", take(&mut tracking, "deliveredAt")?),
    ])))
}

/// The score of an order that does not pass is the inner error.
async fn screen(shop: &impl Shop, order: &Value, total: &Value) -> Result<std::result::Result<(), Value>> {
    let mut answer = retry(&[SCREENING_BUSY], || async {
        let request = object([
            ("orderId", get(order, ["orderId"])?.clone()),
            ("amount", total.clone()),
            ("customer", get(order, ["customer"])?.clone()),
        ]);
        within(30, shop.screen_for_fraud(function("screen-for-fraud", request))).await
    })
    .await?;
    let mut judgement = take(&mut answer, "Payload")?;
    let score = take(&mut judgement, "score")?;
    Ok(if *get(&judgement, ["verdict"])? == "PASS" {
        Ok(())
    } else {
        Err(score)
    })
}

/// Charges the card. A card that is declined is the inner error: what runs beside it is not stopped by that.
async fn charge(shop: &impl Shop, order: &Value, quote: &Value) -> Result<std::result::Result<Value, Failure>> {
    let answer = retry(&[GATEWAY_BUSY], || async {
        let request = object([
            ("idempotencyKey", get(order, ["orderId"])?.clone()),
            ("cardToken", get(order, ["payment", "cardToken"])?.clone()),
            ("amount", get(quote, ["total"])?.clone()),
            ("currency", get(quote, ["currency"])?.clone()),
        ]);
        within(20, shop.charge_card(function("charge-card", request))).await
    })
    .await;
    match answer {
        Ok(mut answer) => Ok(Ok(take(&mut take(&mut answer, "Payload")?, "chargeId")?)),
        Err(failure) if failure.is(&DECLINED) => Ok(Err(failure)),
        Err(failure) => Err(failure),
    }
}

async fn reserve(shop: &impl Shop, order: &Value) -> Result<Value> {
    retry(&[WAREHOUSE_BUSY], || async {
        let (id, lines) = (get(order, ["orderId"])?.clone(), get(order, ["lines"])?.clone());
        within(20, shop.reserve_stock(object([("orderId", id), ("lines", lines)]))).await
    })
    .await
}

async fn ship_all(shop: &impl Shop, order: &Value, parcels: &[Value]) -> Result<Vec<Value>> {
    let mut shipments = vec![Value::Null; parcels.len()];
    let mut running = stream::iter(parcels.iter().enumerate())
        .map(|(index, parcel)| async move { Ok((index, ship(shop, order, parcel, index + 1).await?)) })
        .buffer_unordered(PACKING_TABLES);
    while let Some((index, shipment)) = running.try_next().await? {
        shipments[index] = shipment;
    }
    drop(running);
    Ok(shipments)
}

async fn ship(shop: &impl Shop, order: &Value, parcel: &Value, number: usize) -> Result<Value> {
    let ship_to = get(order, ["shipTo"])?;
    let mut label = retry(&[PRINTER_OFFLINE], || async {
        let parcel = object([
            ("orderId", get(order, ["orderId"])?.clone()),
            ("shipTo", ship_to.clone()),
            ("parcel", parcel.clone()),
            ("number", number.into()),
        ]);
        shop.print_label(parcel).await
    })
    .await?;
    let tracking_id = take(&mut label, "trackingId")?;
    let body = object([
        ("trackingId", tracking_id.clone()),
        ("weight", get(parcel, ["weight"])?.clone()),
        ("shipTo", ship_to.clone()),
    ]);
    let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/pickups";
    shop.send_message(object([("QueueUrl", queue.into()), ("MessageBody", body)]))
        .await?;
    Ok(object([("number", number.into()), ("trackingId", tracking_id)]))
}

fn check_interval(quote: &Value) -> Result<Duration> {
    let seconds = get(quote, ["checkEverySeconds"])?
        .as_u64()
        .ok_or_else(|| Failure::runtime("no whole seconds"))?;
    Ok(Duration::from_secs(seconds))
}

async fn track(shop: &impl Shop, shipments: &[Value]) -> Result<Value> {
    retry(&[TRACKING_FAILED], || async {
        let ids = shipments
            .iter()
            .filter_map(|shipment| shipment.get("trackingId").cloned())
            .collect();
        within(60, shop.track_shipments(object([("trackingIds", Value::Array(ids))]))).await
    })
    .await
}

async fn save(shop: &impl Shop, order: &Value, charge_id: &Value, total: &Value) -> Result<()> {
    retry(&[TABLE_BUSY], || async {
        let update = object([
            ("TableName", "orders".into()),
            (
                "Key",
                object([("orderId", object([("S", get(order, ["orderId"])?.clone())]))]),
            ),
            (
                "UpdateExpression",
                "SET #status = :status, chargeId = :charge, total = :total".into(),
            ),
            ("ExpressionAttributeNames", json!({"#status": "status"})),
            (
                "ExpressionAttributeValues",
                object([
                    (":status", json!({"S": "DELIVERED"})),
                    (":charge", object([("S", charge_id.clone())])),
                    (":total", object([("N", text(total)?.into_owned().into())])),
                ]),
            ),
        ]);
        shop.update_item(update).await
    })
    .await?;
    Ok(())
}

async fn send_receipt(shop: &impl Shop, order: &Value, quote: &Value, shipments: &[Value]) -> Result<()> {
    let customer = get(order, ["customer"])?;
    let message = object([
        ("to", get(customer, ["email"])?.clone()),
        ("name", get(customer, ["name"])?.clone()),
        ("total", get(quote, ["total"])?.clone()),
        ("currency", get(quote, ["currency"])?.clone()),
        ("shipments", Value::Array(shipments.to_vec())),
    ]);
    let subject = format!("Your order {} has arrived", text(get(order, ["orderId"])?)?);
    shop.publish(mail(subject, message)).await?;
    Ok(())
}

/// Undoes what was done, tells the customer, and says how the order ends.
async fn cancel(shop: &impl Shop, order: &Value, cancelled: Cancelled) -> Result<Failure> {
    let id = get(order, ["orderId"])?;
    let reason = get(&cancelled.failure, ["Error"])?;
    if cancelled.refund {
        let refund = retry(&[UNDO], || {
            let request = object([("idempotencyKey", id.clone()), ("reason", reason.clone())]);
            shop.refund_payment(function("refund-payment", request))
        });
        get(&refund.await?, ["Payload", "refunded"])?;
    }
    if cancelled.release {
        retry(&[UNDO], || shop.release_stock(object([("orderId", id.clone())]))).await?;
    }
    let customer = get(order, ["customer"])?;
    let message = object([
        ("to", get(customer, ["email"])?.clone()),
        ("name", get(customer, ["name"])?.clone()),
        ("reason", reason.clone()),
    ]);
    shop.publish(mail(format!("Your order {} was cancelled", text(id)?), message))
        .await?;
    Ok(Failure::new("OrderCancelled", text(reason)?))
}

fn function(name: &str, payload: Value) -> Value {
    object([("FunctionName", name.into()), ("Payload", payload)])
}

fn mail(subject: String, message: Value) -> Value {
    object([
        ("TopicArn", MAIL_TOPIC.into()),
        ("Subject", subject.into()),
        ("Message", message),
    ])
}
