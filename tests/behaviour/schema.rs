//! Rust types from a types file, and what does not fit them.

use asl_runtime::testing::{Answer, Script};
use asl_runtime::{Engine, Error, Execution, History, Memory, Quotas, Run, TaskContext, TaskError, Value, asl};
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

asl!(
    mod pay = {
        "StartAt": "Charge Card",
        "States": {
            "Charge Card": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge_card",
                "Parameters": { "cents.$": "$.amount" },
                "Retry": [{ "ErrorEquals": ["Busy", "States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 1 }],
                "Catch": [{ "ErrorEquals": ["CardDeclined", "States.TaskFailed"], "Next": "Told" }],
                "End": true
            },
            "Told": {
                "Type": "Pass",
                "Parameters": { "reference.$": "States.Format('{}: {}', $.Error, $.Cause)", "total": 0 },
                "End": true
            }
        }
    },
    types: "behaviour/pay.types.json",
);

use pay::{ChargeCardError, ChargeCardInput, Order, Payment};

struct Shop;

impl pay::Tasks for Shop {
    async fn charge_card(&self, cx: &TaskContext<'_>, input: ChargeCardInput) -> Result<Payment, ChargeCardError> {
        match (input.cents, cx.attempt()) {
            (0, _) => Err(ChargeCardError::CardDeclined("nothing".to_owned())),
            (1, 0) => Err(ChargeCardError::Busy("in a moment".to_owned())),
            (2, _) => Err(TaskError::new("Undeclared", "by the platform"))?,
            (total, attempt) => Ok(Payment {
                reference: format!("attempt {attempt}"),
                total,
            }),
        }
    }
}

fn order(amount: pay::OrderAmount) -> Order {
    Order {
        id: 7,
        amount,
        lines: Vec::new(),
        rates: None,
    }
}

async fn paid(cents: i64) -> Payment {
    let input = order(pay::OrderAmount::Integer(cents));
    pay::run(&Shop, input).await.expect("a payment")
}

fn payment(reference: &str, total: i64) -> Payment {
    let reference = reference.to_owned();
    Payment { reference, total }
}

#[tokio::test(start_paused = true)]
async fn types_go_in_and_out() {
    assert_eq!(paid(30).await, payment("attempt 0", 30));
}

#[tokio::test(start_paused = true)]
async fn declared_errors_are_retried_and_caught() {
    let began = Instant::now();
    assert_eq!(paid(1).await, payment("attempt 1", 1));
    assert_eq!(began.elapsed(), Duration::from_secs(2));
    assert_eq!(paid(0).await, payment("CardDeclined: nothing", 0));
    // Others are what they are.
    assert_eq!(paid(2).await, payment("Undeclared: by the platform", 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_task_is_asked_with_is_checked() {
    let began = Instant::now();
    let input = order(pay::OrderAmount::String("much".to_owned()));
    let told = pay::run(&Shop, input).await.expect("a payment");
    assert_eq!(began.elapsed(), Duration::from_secs(2), "it is retried");
    assert_eq!(
        told.reference,
        "States.TaskFailed: The input of the state 'Charge Card' does not fit its type: \
         invalid type: string \"much\", expected i64 at /cents"
    );
}

#[test]
fn what_a_task_answers_is_checked() {
    let script = Script::new().on(
        "Charge Card",
        [
            Answer::ok(json!({ "reference": "R-1", "total": "much" })),
            Answer::ok(json!({ "reference": "R-1", "total": 3, "more": true })),
        ],
    );
    let report = script.run::<pay::Machine>(json!({ "id": 7, "amount": 3, "lines": [] }));
    report.assert_attempts("Charge Card", [0, 2_000]);
    // What the schema does not name is not in the type.
    report.assert_output(json!({ "reference": "R-1", "total": 3 }));
    let failing = Script::new().always("Charge Card", Answer::ok(json!([])));
    failing
        .run::<pay::Machine>(json!({ "id": 7, "amount": 3, "lines": [] }))
        .assert_output(json!({
            "reference": "States.TaskFailed: The result of the state 'Charge Card' does not fit its type: \
                          invalid length 0, expected struct Payment with 2 elements",
            "total": 0
        }));
}

#[tokio::test(start_paused = true)]
async fn an_input_of_json_is_checked() {
    let run = async |input: Value| -> Result<Value, Error> {
        <pay::Machine as Run<Shop>>::run_on(&Memory::default(), &Shop, input).await
    };
    let fits = json!({ "id": 7, "amount": 30, "lines": [{ "sku": "S", "more": 1 }], "more": [] });
    assert_eq!(run(fits).await, Ok(json!({ "reference": "attempt 0", "total": 30 })));
    for (input, why) in [
        (
            json!({ "id": 7, "amount": 30, "lines": [{ "sku": true }] }),
            "invalid type: boolean `true`, expected a string at /lines/0/sku",
        ),
        (json!({ "id": 7, "lines": [] }), "missing field `amount`"),
        (json!([]), "invalid length 0, expected struct Order with 4 elements"),
    ] {
        let error = run(input).await.expect_err("it does not fit");
        assert_eq!(error.name(), Some("States.Runtime"));
        let cause = format!("The input of the execution does not fit its type: {why}");
        assert_eq!(error.cause(), Some(cause.as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_that_json_has_not_does_not_fit() {
    let with = |rate: f64| Order {
        rates: Some(vec![1.5, rate]),
        ..order(pay::OrderAmount::Integer(30))
    };
    assert_eq!(pay::run(&Shop, with(2.0)).await, Ok(payment("attempt 0", 30)));
    let error = pay::run(&Shop, with(f64::NAN)).await.expect_err("it does not fit");
    assert_eq!(error.name(), Some("States.Runtime"));
    let cause = "The input of the execution does not fit its type: invalid type: null, expected f64 at /rates/1";
    assert_eq!(error.cause(), Some(cause));
}

/// A shop that notes what it is asked with, and when.
struct Noting {
    began: Instant,
    asked: Mutex<Vec<(Duration, String)>>,
}

impl pay::Tasks for Noting {
    async fn charge_card(&self, cx: &TaskContext<'_>, input: ChargeCardInput) -> Result<Payment, ChargeCardError> {
        let noted = (self.began.elapsed(), format!("{} {input:?}", cx.attempt()));
        self.asked.lock().expect("a lock").push(noted);
        Shop.charge_card(cx, input).await
    }
}

type Noted = (
    Result<Payment, (Option<String>, Option<String>)>,
    Vec<(Duration, String)>,
    Duration,
);

async fn noted(engine: &impl Engine, amount: pay::OrderAmount) -> Noted {
    let shop = Noting {
        began: Instant::now(),
        asked: Mutex::default(),
    };
    let payment = pay::run_on(engine, &shop, order(amount)).await;
    let text = |text: Option<&str>| text.map(str::to_owned);
    let payment = payment.map_err(|error| (text(error.name()), text(error.cause())));
    (payment, shop.asked.into_inner().expect("a lock"), shop.began.elapsed())
}

/// `Memory` does not read what tasks are asked with, so that it is never JSON there; a history, and quotas, do.
#[tokio::test(start_paused = true)]
async fn what_a_task_is_asked_with_is_the_same_on_every_engine() {
    let amounts = (0..4)
        .map(pay::OrderAmount::Integer)
        .chain([pay::OrderAmount::String("much".to_owned())]);
    for amount in amounts {
        let direct = noted(&Memory::default(), amount.clone()).await;
        let by_history = noted(&History::new(Execution::new()), amount.clone()).await;
        let by_quotas = noted(&Memory::new(Execution::new().quotas(Quotas::Service)), amount.clone()).await;
        assert_eq!(direct, by_history, "{amount:?}");
        assert_eq!(direct, by_quotas, "{amount:?}");
    }
}
