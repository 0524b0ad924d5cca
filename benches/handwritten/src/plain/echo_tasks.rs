//! Twenty calls in a row, each with its own request and its own part of the answer.

use crate::Result;
use crate::retry::{Retrier, retry, within};
use serde::{Deserialize, Serialize};

/// A service that gives back what it gets.
pub trait Echo: Sync {
    /// Calls it.
    fn echo(&self, request: Request) -> impl Future<Output = Result<Request>> + Send;
}

/// What comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    order: Order,
}

/// What goes out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Output {
    order: Order,
    results: Results,
}

/// What all of it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    id: String,
    customer: Customer,
}

/// Who ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    name: String,
    email: String,
    address: Address,
}

/// Where they live.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    street: String,
    city: String,
}

/// What is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    step: u64,
    order_id: String,
    customer: Customer,
    request: Text,
}

/// A name, and a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Text {
    name: String,
    text: String,
}

/// What is kept of an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    step: u64,
    text: String,
    name: String,
    done: bool,
}

/// What is kept of all the answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is named after its call")]
pub struct Results {
    pub greet: Part,
    pub look_up: Part,
    pub price: Part,
    pub tax: Part,
    pub discount: Part,
    pub weigh: Part,
    pub pack: Part,
    pub label: Part,
    pub route: Part,
    pub insure: Part,
    pub book: Part,
    pub load: Part,
    pub drive: Part,
    pub cross: Part,
    pub clear: Part,
    pub sort: Part,
    pub deliver: Part,
    pub sign: Part,
    pub bill: Part,
    pub close: Part,
}

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
pub async fn run(service: &impl Echo, input: Input) -> Result<Output> {
    let order = input.order;
    let results = Results {
        greet: call(service, &order, 1, "Greet").await?,
        look_up: call(service, &order, 2, "Look Up").await?,
        price: call(service, &order, 3, "Price").await?,
        tax: call_in_time(service, &order, 4, "Tax").await?,
        discount: call(service, &order, 5, "Discount").await?,
        weigh: call(service, &order, 6, "Weigh").await?,
        pack: call(service, &order, 7, "Pack").await?,
        label: call_in_time(service, &order, 8, "Label").await?,
        route: call(service, &order, 9, "Route").await?,
        insure: call(service, &order, 10, "Insure").await?,
        book: call(service, &order, 11, "Book").await?,
        load: call_in_time(service, &order, 12, "Load").await?,
        drive: call(service, &order, 13, "Drive").await?,
        cross: call(service, &order, 14, "Cross").await?,
        clear: call(service, &order, 15, "Clear").await?,
        sort: call_in_time(service, &order, 16, "Sort").await?,
        deliver: call(service, &order, 17, "Deliver").await?,
        sign: call(service, &order, 18, "Sign").await?,
        bill: call(service, &order, 19, "Bill").await?,
        close: call_in_time(service, &order, 20, "Close").await?,
    };
    Ok(Output { order, results })
}

async fn call(service: &impl Echo, order: &Order, step: u64, name: &str) -> Result<Part> {
    let answer = retry(&[BUSY], || service.echo(request(order, step, name))).await?;
    Ok(part(answer))
}

async fn call_in_time(service: &impl Echo, order: &Order, step: u64, name: &str) -> Result<Part> {
    let answer = retry(&[BUSY, SLOW], || within(30, service.echo(request(order, step, name)))).await?;
    Ok(part(answer))
}

fn request(order: &Order, step: u64, name: &str) -> Request {
    Request {
        step,
        order_id: order.id.clone(),
        customer: order.customer.clone(),
        request: Text {
            name: name.to_owned(),
            text: format!("{name} {}", order.id),
        },
    }
}

fn part(answer: Request) -> Part {
    Part {
        step: answer.step,
        text: answer.request.text,
        name: answer.customer.name,
        done: true,
    }
}
