//! Twenty calls in a row, each with its own request and its own part of the answer.

use crate::data::{get, get_mut, object, set, take, text};
use crate::retry::{Retrier, retry, within};
use crate::{Echo, Result};
use serde_json::Value;

/// What is asked, and where the answer goes.
const STEPS: [(&str, &str); 20] = [
    ("Greet", "greet"),
    ("Look Up", "look_up"),
    ("Price", "price"),
    ("Tax", "tax"),
    ("Discount", "discount"),
    ("Weigh", "weigh"),
    ("Pack", "pack"),
    ("Label", "label"),
    ("Route", "route"),
    ("Insure", "insure"),
    ("Book", "book"),
    ("Load", "load"),
    ("Drive", "drive"),
    ("Cross", "cross"),
    ("Clear", "clear"),
    ("Sort", "sort"),
    ("Deliver", "deliver"),
    ("Sign", "sign"),
    ("Bill", "bill"),
    ("Close", "close"),
];

const BUSY: Retrier = Retrier {
    errors: &["Lambda.ServiceException", "Lambda.TooManyRequestsException"],
    ..Retrier::DEFAULT
};
const SLOW: Retrier = Retrier {
    errors: &["States.Timeout"],
    interval: 5.0,
    max_attempts: 1,
    ..Retrier::DEFAULT
};

/// Makes the calls; every fourth is given half a minute.
pub async fn run(service: &impl Echo, mut document: Value) -> Result<Value> {
    for (number, (name, member)) in (1..).zip(STEPS) {
        let mut answer = if number % 4 == 0 {
            retry(&[BUSY, SLOW], || within(30, call(service, &document, number, name))).await?
        } else {
            retry(&[BUSY], || call(service, &document, number, name)).await?
        };
        let part = object([
            ("step", take(&mut answer, "step")?),
            ("text", take(get_mut(&mut answer, ["request"])?, "text")?),
            ("name", take(get_mut(&mut answer, ["customer"])?, "name")?),
            ("done", true.into()),
        ]);
        set(get_mut(&mut document, ["results"])?, member, part)?;
    }
    Ok(document)
}

async fn call(service: &impl Echo, document: &Value, number: u32, name: &str) -> Result<Value> {
    let order = get(document, ["order"])?;
    let id = get(order, ["id"])?;
    let request = object([("name", name.into()), ("text", format!("{name} {}", text(id)?).into())]);
    let input = object([
        ("step", number.into()),
        ("orderId", id.clone()),
        ("customer", get(order, ["customer"])?.clone()),
        ("request", request),
    ]);
    service.echo(input).await
}
