//! A mistake in the definition is the only error: the Rust that goes with it is checked against the names that the
//! module would have.

use asl_runtime::{Memory, TaskContext, TaskError, Value, asl};

asl!(pub mod order = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:charge-card",
            "Next": "Ship"
        },
        "Notify": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": { "Message": "shipped" },
            "End": true
        }
    }
});

struct Shop;

impl order::Tasks for Shop {
    async fn charge_card(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }

    async fn sns_publish(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(input)
    }
}

fn is_machine<M: asl_runtime::Run<Shop>>(_: M) {}

async fn run() -> Result<Value, asl_runtime::Error> {
    is_machine(order::Machine);
    order::run(&Shop, Value::Null).await?;
    order::run_on(&Memory::default(), &Shop, Value::Null).await
}

fn main() {}
