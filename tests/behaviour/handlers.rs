//! Handlers: typed and untyped, behind `dyn`, for several machines, on several threads.

use crate::support::seconds;
use asl_runtime::testing::Test;
use asl_runtime::{
    BoxFuture, Execution, Family, Handler, History, Machine, Memory, Pattern, Run, StateType, TaskContext, TaskError,
    Untyped, Value, asl, handler_fn, json,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::sleep;

asl!(mod first = {
    "StartAt": "Add",
    "States": {
        "Add": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:add",
            "Next": "Twice"
        },
        "Twice": {
            "Type": "Map",
            "ItemsPath": "$.list",
            "ItemProcessor": {
                "StartAt": "Add item",
                "States": {
                    "Add item": {
                        "Type": "Task",
                        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:add",
                        "End": true
                    }
                }
            },
            "Next": "Both"
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                { "StartAt": "Pause", "States": { "Pause": { "Type": "Wait", "Seconds": 1, "End": true } } },
                {
                    "StartAt": "Put",
                    "States": {
                        "Put": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::dynamodb:putItem",
                            "Parameters": { "TableName": "t", "Item": { "n": { "N.$": "States.Format('{}', $[0])" } } },
                            "Credentials": { "RoleArn": "arn:aws:iam::111111111111:role/writer" },
                            "TimeoutSeconds": 5,
                            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Put again" }],
                            "End": true
                        },
                        "Put again": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::dynamodb:putItem",
                            "Parameters": { "TableName": "u", "Item": {} },
                            "End": true
                        }
                    }
                }
            ],
            "End": true
        }
    }
});

asl!(mod second = {
    "StartAt": "Add",
    "States": {
        "Add": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "add", "Payload.$": "$" },
            "OutputPath": "$.Payload",
            "End": true
        }
    }
});

/// One implementor for both machines.
struct Shop;

impl Shop {
    async fn sum(&self, input: &Value) -> Value {
        sleep(seconds(1)).await;
        match input {
            Value::Array(list) => json!({ "list": list, "sum": list.iter().filter_map(Value::as_i64).sum::<i64>() }),
            other => json!(other.as_i64().unwrap_or_default() + 1),
        }
    }
}

impl first::Tasks for Shop {
    async fn add(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        assert!(["Add", "Add item"].contains(&cx.state()));
        Ok(self.sum(&input).await)
    }
    async fn dynamodb_put_item(&self, cx: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        // Credentials are those of the state, and end with it.
        match cx.state() {
            "Put" => {
                assert_eq!(
                    cx.credentials(),
                    Some(&json!({ "RoleArn": "arn:aws:iam::111111111111:role/writer" }))
                );
                Err(TaskError::new("DynamoDB.AmazonDynamoDBException", "no such table"))
            }
            _ => {
                assert_eq!((cx.credentials(), cx.deadline()), (None, None));
                Ok(input)
            }
        }
    }
}

impl second::Tasks for Shop {
    async fn add(&self, _: &TaskContext<'_>, input: Value) -> Result<Value, TaskError> {
        Ok(json!({ "StatusCode": 200, "Payload": self.sum(&input["Payload"]).await }))
    }
}

const OUTPUT: fn() -> Value = || json!([[2, 3], { "TableName": "u", "Item": {} }]);

#[test]
fn several_machines_run_over_one_implementor() {
    let report = Test::new().run::<first::Machine, _>(&Shop, json!([1, 2]));
    report.assert_output(OUTPUT()).assert_elapsed(seconds(3));
    Test::new()
        .run::<second::Machine, _>(&Shop, json!([1, 2]))
        .assert_output(json!({ "list": [1, 2], "sum": 3 }));
}

/// An untyped handler with state.
struct Counting(std::sync::Mutex<BTreeMap<String, u32>>);

impl Handler for Counting {
    fn call<'a>(&'a self, cx: &'a TaskContext<'_>, input: Value) -> BoxFuture<'a, Result<Value, TaskError>> {
        *self.0.lock().unwrap().entry(cx.resource().to_string()).or_default() += 1;
        Box::pin(async move {
            match (cx.resource().service, cx.resource().action) {
                ("dynamodb", "putItem") => Ok(input),
                _ => Ok(Shop.sum(&input).await),
            }
        })
    }
}

#[test]
fn an_untyped_handler_serves_any_machine_behind_dyn_too() {
    let counting = Arc::new(Counting(Default::default()));
    let shared: Arc<dyn Handler> = counting.clone();
    Test::new().run::<first::Machine, _>(&Untyped(shared.clone()), json!([1, 2]));
    Test::new().run::<second::Machine, _>(&Untyped(&*shared), json!([1, 2]));
    let boxed: Box<dyn Handler> = Box::new(shared.clone());
    Test::new().run::<second::Machine, _>(&Untyped(boxed), json!([1, 2]));
    let counts = counting.0.lock().unwrap().clone();
    let expected = [
        ("arn:aws:lambda:us-east-1:123456789012:function:add", 3),
        ("arn:aws:states:::dynamodb:putItem", 1),
        ("arn:aws:states:::lambda:invoke", 2),
    ];
    assert_eq!(
        counts,
        expected.map(|(resource, count)| (resource.to_owned(), count)).into()
    );
}

#[test]
fn a_handler_is_told_what_is_asked_for() {
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tasks = Untyped(handler_fn({
        let seen = seen.clone();
        move |cx, input| {
            let resource = *cx.resource();
            seen.lock().unwrap().push((cx.position(), resource));
            assert_eq!(cx.idempotency_key(), format!("{}/{}", cx.execution_id(), cx.position()));
            assert_eq!(cx.execution_name(), "order-7");
            Box::pin(async move {
                Ok(if resource.service == "lambda" {
                    json!({ "list": [] })
                } else {
                    input
                })
            })
        }
    }));
    let test = Test::with(Execution::new().name("order-7"));
    test.run::<first::Machine, _>(&tasks, json!({}))
        .assert_failed("States.Runtime");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    let (position, resource) = &seen[0];
    assert_eq!(position, "Add.0");
    assert_eq!((resource.service, resource.action), ("lambda", "add"));
    assert_eq!(
        (resource.pattern, resource.family),
        (Pattern::RequestResponse, Family::LambdaFunction)
    );
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn assert_static<T: Send + Sync + 'static>(_: &T) {}

/// A host that knows machines by their type only.
fn host<M: Run<T>, T: Send + Sync + 'static>(tasks: Arc<T>, input: Value) -> tokio::task::JoinHandle<Option<Value>> {
    tokio::spawn(async move {
        let engine = Memory::new(Execution::new());
        assert_static(&engine);
        M::run_on(&engine, &*tasks, input).await.ok()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_move_between_threads() {
    let quick = Arc::new(Untyped(handler_fn(|cx, input| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(match cx.resource().service {
                "lambda" => json!({ "list": [1, 2, 3], "Payload": input }),
                _ => input,
            })
        })
    })));
    let runs: Vec<_> = (0..20)
        .map(|n| host::<second::Machine, _>(quick.clone(), json!(n)))
        .chain((0..20).map(|n| host::<first::Machine, _>(quick.clone(), json!(n))))
        .collect();
    for run in runs {
        assert!(run.await.unwrap().is_some());
    }
    // Every way to run a machine.
    let (memory, history) = (Memory::new(Execution::new()), History::new(Execution::new()));
    drop(assert_send(first::run(&Shop, json!([]))));
    drop(assert_send(first::run_with(Execution::new(), &Shop, json!([]))));
    drop(assert_send(first::run_on(&memory, &Shop, json!([]))));
    drop(assert_send(first::run_on(&history, &Shop, json!([]))));
}

#[test]
fn a_machine_describes_itself() {
    let definition = first::Machine::DEFINITION;
    assert_eq!((definition.name, definition.timeout_seconds), ("first", None));
    assert_eq!(definition.sha256.len(), 64);
    let states: Vec<_> = definition
        .states
        .iter()
        .map(|state| (state.name, state.state_type, state.next))
        .collect();
    assert_eq!(
        states,
        [
            ("Add", StateType::Task, &["Twice"][..]),
            ("Twice", StateType::Map, &["Both"]),
            ("Add item", StateType::Task, &[]),
            ("Both", StateType::Parallel, &[]),
            ("Pause", StateType::Wait, &[]),
            ("Put", StateType::Task, &["Put again"]),
            ("Put again", StateType::Task, &[]),
        ]
    );
    assert_eq!(
        definition.states[6].location,
        "/States/Both/Branches[1]/States/Put again"
    );
}

asl!(mod names = {
    "StartAt": "状態",
    "States": {
        "状態": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:loop", "Next": "🦀" },
        "🦀": { "Type": "Pass", "Next": "1st" },
        "1st": { "Type": "Choice", "Choices": [{ "Variable": "$", "IsNull": true, "Next": "return" }], "Default": "None" },
        "return": { "Type": "Pass", "Next": "Return" },
        "Return": { "Type": "Pass", "Next": "return?" },
        "return?": { "Type": "Pass", "Next": "self" },
        "self": { "Type": "Pass", "Next": "run" },
        "run": { "Type": "Pass", "Next": "data" },
        "data": { "Type": "Pass", "Next": "__" },
        "__": { "Type": "Pass", "Next": "_" },
        "_": { "Type": "Pass", "Next": " " },
        " ": { "Type": "Pass", "Next": "é" },
        "é": { "Type": "Pass", "Next": "e\u{301}" },
        "e\u{301}": { "Type": "Pass", "Next": "Machine" },
        "Machine": { "Type": "Pass", "Next": "Ok" },
        "Ok": { "Type": "Pass", "Next": "a/b~c.0[1]" },
        "a/b~c.0[1]": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {}, "Next": "None" },
        "None": { "Type": "Wait", "Seconds": 0, "End": true }
    }
});

#[test]
fn states_may_have_any_name() {
    let positions = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tasks = Untyped(handler_fn({
        let positions = positions.clone();
        move |cx, input| {
            positions.lock().unwrap().push(cx.position());
            Box::pin(async move { Ok(input) })
        }
    }));
    let report = Test::new().run::<names::Machine, _>(&tasks, json!(null));
    assert_eq!(report.path().len(), 18);
    assert_eq!(
        report.path(),
        names::Machine::DEFINITION
            .states
            .iter()
            .map(|state| state.name)
            .collect::<Vec<_>>()
    );
    assert_eq!(*positions.lock().unwrap(), ["状態.0", "a~1b~0c.0[1].0"]);
}
