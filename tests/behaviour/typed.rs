//! Rust types at the boundary of a machine and of its tasks.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{Error, TaskContext, TaskError};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the shop is asked for.
#[derive(Serialize)]
pub struct Order {
    id: u64,
    amount: serde_json::Value,
}

/// What the caller wants to know.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Receipt {
    id: u64,
    payment: Payment,
}

/// What a card is charged with.
#[derive(Deserialize)]
pub struct Charge {
    order: u64,
    amounts: Vec<u32>,
}

/// What came of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    reference: String,
    total: u32,
}

asl_runtime::asl!(
    mod order = {
        "StartAt": "Charge Card",
        "States": {
            "Charge Card": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge_card",
                "Parameters": { "order.$": "$.id", "amounts.$": "States.Array($.amount)" },
                "ResultPath": "$.payment",
                "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2 }],
                "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "Next": "Told" }],
                "Next": "Done"
            },
            "Told": {
                "Type": "Pass",
                "Parameters": { "id": 0, "payment": { "reference.$": "$.Cause", "total": 0 } },
                "End": true
            },
            "Done": { "Type": "Succeed" }
        }
    },
    input: crate::typed::Order,
    output: crate::typed::Receipt,
    tasks { charge_card(crate::typed::Charge) -> crate::typed::Payment },
);

struct Shop;

impl order::Tasks for Shop {
    async fn charge_card(&self, cx: &TaskContext<'_>, input: Charge) -> Result<Payment, TaskError> {
        Ok(Payment {
            reference: format!("{}/{}", input.order, cx.attempt()),
            total: input.amounts.iter().sum(),
        })
    }
}

#[tokio::test(start_paused = true)]
async fn types_go_in_and_out() {
    let input = Order {
        id: 7,
        amount: json!(30),
    };
    let receipt = order::run(&Shop, input).await.expect("a receipt");
    let payment = Payment {
        reference: "7/0".to_owned(),
        total: 30,
    };
    assert_eq!(receipt, Receipt { id: 7, payment });
}

#[tokio::test(start_paused = true)]
async fn an_input_that_does_not_fit_is_retried_and_caught() {
    let input = Order {
        id: 7,
        amount: json!("much"),
    };
    let receipt = order::run(&Shop, input).await.expect("a receipt");
    assert_eq!(
        receipt.payment.reference,
        "The input of the state 'Charge Card' does not fit its type: \
         invalid type: string \"much\", expected u32 at /amounts/0"
    );
}

mod outputs {
    asl_runtime::asl!(
        pub mod text = {
            "StartAt": "Say",
            "States": { "Say": { "Type": "Pass", "Result": { "lines": [1, "two"] }, "End": true } }
        },
        output: crate::typed::outputs::Lines,
    );

    #[derive(Debug, PartialEq, serde::Deserialize)]
    pub struct Lines {
        pub lines: Vec<u8>,
    }
}

#[tokio::test]
async fn an_output_that_does_not_fit_fails_the_execution() {
    struct Nothing;
    impl outputs::text::Tasks for Nothing {}
    let error: Error = outputs::text::run(&Nothing, json!({})).await.expect_err("no lines");
    assert_eq!(error.name(), Some("States.Runtime"));
    assert_eq!(
        error.cause(),
        Some(
            "The output of the execution does not fit its type: invalid type: string \"two\", expected u8 at /lines/1"
        )
    );
}

asl_runtime::asl!(
    mod asked = {
        "StartAt": "Charge Card",
        "States": {
            "Charge Card": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge_card",
                "Parameters": { "Cents": 2, "cents.$": "$.amount" },
                "End": true
            }
        }
    },
    tasks { charge_card(_) -> Value },
);

struct Till;

impl asked::Tasks for Till {
    async fn charge_card(
        &self,
        _: &TaskContext<'_>,
        input: asked::ChargeCardInput,
    ) -> Result<serde_json::Value, TaskError> {
        Ok(input.cents)
    }
}

#[tokio::test]
async fn a_field_is_the_member_of_its_name() {
    assert_eq!(asked::run(&Till, json!({ "amount": "ten" })).await, Ok(json!("ten")));
}

#[test]
fn any_json_can_be_named_and_scripted() {
    let script = Script::new().with("Charge Card", |_, input| Answer::ok(input.clone()));
    script
        .run::<asked::Machine>(json!({ "amount": "ten" }))
        .assert_output(json!({ "Cents": 2, "cents": "ten" }));
}
