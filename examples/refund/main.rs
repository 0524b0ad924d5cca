//! A workflow whose input, output and tasks have Rust types: `cargo run --example refund`

use asl_runtime::{TaskContext, TaskError, include_asl};
use serde::{Deserialize, Serialize};

include_asl!(
    pub mod refund = "refund/refund.asl.json",
    input: crate::Request,
    output: crate::Receipt,
    tasks {
        find_payment(crate::Query) -> crate::Payment,
        pay_back(crate::Refund) -> crate::Booking,
    },
);

/// Who wants what back.
#[derive(Debug, Serialize)]
pub struct Request {
    order: u64,
    /// In cents.
    amount: u64,
}

/// What the customer is told.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Receipt {
    order: u64,
    reference: String,
}

/// Which payment is looked for.
#[derive(Debug, Deserialize)]
pub struct Query {
    order: u64,
}

/// A payment that was made.
#[derive(Debug, Serialize)]
pub struct Payment {
    reference: String,
    amount: u64,
}

/// What is paid back, of which payment.
#[derive(Debug, Deserialize)]
pub struct Refund {
    payment: String,
    amount: u64,
}

/// How it was booked.
#[derive(Debug, Serialize)]
pub struct Booking {
    reference: String,
}

/// A bank that has one payment for every order.
struct Bank;

impl refund::Tasks for Bank {
    async fn find_payment(&self, _: &TaskContext<'_>, query: Query) -> Result<Payment, TaskError> {
        let reference = format!("P-{}", query.order);
        Ok(Payment {
            reference,
            amount: 5_000,
        })
    }

    async fn pay_back(&self, cx: &TaskContext<'_>, refund: Refund) -> Result<Booking, TaskError> {
        // The key is the same however often this is asked, so that a bank that knows it pays once.
        println!(
            "{}: {} cents of {}",
            cx.idempotency_key(),
            refund.amount,
            refund.payment
        );
        Ok(Booking {
            reference: format!("R-{}", refund.payment),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), asl_runtime::Error> {
    let receipt = refund::run(
        &Bank,
        Request {
            order: 7,
            amount: 1_200,
        },
    )
    .await?;
    println!("{receipt:?}");
    let reference = "R-P-7".to_owned();
    assert_eq!(receipt, Receipt { order: 7, reference });

    let error = refund::run(
        &Bank,
        Request {
            order: 7,
            amount: 9_000,
        },
    )
    .await;
    println!("{error:?}");
    assert!(error.is_err_and(|error| error.name() == Some("TooMuch")));
    Ok(())
}
