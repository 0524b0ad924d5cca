//! Both forms of a machine do the same: the same result, the same calls with the same input, at the same time.

use asl_benches::expressions::{EXPRESSIONS, order};
use asl_benches::generated;
use asl_benches::machines::{JSONATA_PASSES, MACHINES, runtime};
use asl_benches::services::{Echo, Over, Services, Shop};
use asl_benches::typed::TYPED;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// What a call is answered with instead of what it usually is.
#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Error(&'static str),
    Value(Value),
    /// The usual answer after so many seconds.
    After(u64),
}

/// Services that note every call with its time, and answer some of them in another way.
struct Script<S> {
    usual: S,
    /// The answers that are not the usual ones, each for one call of a service.
    special: Mutex<Vec<(&'static str, Answer)>>,
    start: Instant,
    calls: Mutex<Vec<(Duration, &'static str, Value)>>,
}

impl<S: Services> Services for Script<S> {
    async fn call(&self, service: &'static str, input: Value) -> Result<Value, &'static str> {
        self.calls
            .lock()
            .unwrap()
            .push((self.start.elapsed(), service, input.clone()));
        let answer = {
            let mut special = self.special.lock().unwrap();
            let index = special.iter().position(|(name, _)| *name == service);
            index.map(|index| special.remove(index).1)
        };
        match answer {
            Some(Answer::Error(error)) => return Err(error),
            Some(Answer::Value(value)) => return Ok(value),
            Some(Answer::After(seconds)) => sleep(Duration::from_secs(seconds)).await,
            None => {}
        }
        self.usual.call(service, input).await
    }
}

/// What a run did.
#[derive(Debug, PartialEq)]
struct Log {
    /// An output, or the name of an error.
    end: Result<Value, String>,
    time: Duration,
    calls: Vec<String>,
}

/// Runs both forms of a machine over services with these special answers, and compares what they did.
macro_rules! equal {
    ($machine:ident, $usual:expr, $input:expr, $special:expr) => {{
        use {generated::$machine as generated, handwritten::$machine as handwritten};
        equal!(generated, handwritten, $usual, $input, $special)
    }};
    (typed $machine:ident, $usual:expr, $input:expr, $special:expr) => {{
        use {generated::typed::$machine as generated, handwritten::plain::$machine as handwritten};
        equal!(generated, handwritten, $usual, $input, $special)
    }};
    ($generated:ident, $handwritten:ident, $usual:expr, $input:expr, $special:expr) => {{
        let special: &[(&'static str, Answer)] = $special;
        let (script, start) = scripted($usual, special);
        let end = $generated::run(&script, given($input)).await;
        let end = end.map_err(|error| error.name().unwrap_or_default().to_owned());
        let generated = log(script, start, end);
        let (script, start) = scripted($usual, special);
        let end = $handwritten::run(&script, given($input)).await;
        let handwritten = log(script, start, end.map_err(|failure| failure.error.into_owned()));
        assert_eq!(generated, handwritten, "{special:?}");
        generated
    }};
}

fn scripted<S: Services>(usual: S, special: &[(&'static str, Answer)]) -> (Over<Script<S>>, Instant) {
    let start = Instant::now();
    let special = Mutex::new(special.to_vec());
    (
        Over(Script {
            usual,
            special,
            start,
            calls: Mutex::default(),
        }),
        start,
    )
}

/// An input as the type that a form takes.
fn given<I: DeserializeOwned>(input: Value) -> I {
    serde_json::from_value(input).unwrap()
}

/// Calls at the same time may be made in any order, and so may members stand.
fn log<S, O: Serialize>(script: Over<Script<S>>, start: Instant, end: Result<O, String>) -> Log {
    let calls = script.0.calls.into_inner().unwrap();
    let mut calls: Vec<_> = calls
        .iter()
        .map(|(time, service, input)| format!("{time:9.3?} {service} {}", sorted(input)))
        .collect();
    calls.sort();
    Log {
        end: end.map(|output| serde_json::to_value(output).unwrap()),
        time: start.elapsed(),
        calls,
    }
}

/// A value with the members of its objects in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().map(|(name, member)| (name, sorted(member))).collect();
            serde_json::to_value(members).unwrap()
        }
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        value => value.clone(),
    }
}

fn machine(name: &str) -> Value {
    MACHINES
        .iter()
        .find(|machine| machine.name == name)
        .map(|machine| (machine.input)())
        .unwrap()
}

#[test]
fn outputs_are_equal() {
    let runtime = runtime().unwrap();
    for machine in MACHINES.into_iter().chain([JSONATA_PASSES]) {
        let input = (machine.input)();
        let generated = (machine.generated)(&runtime, vec![input.clone()]);
        assert!(generated.is_ok(), "{generated:?}");
        assert_eq!(
            generated,
            (machine.handwritten)(&runtime, vec![input]),
            "{}",
            machine.name
        );
    }
}

#[test]
fn typed_outputs_are_equal() {
    let runtime = runtime().unwrap();
    for machine in TYPED {
        let outputs = [machine.generated, machine.plain, machine.value].map(|prepare| {
            let outputs = prepare(&machine.input(), 2).unwrap()(&runtime).unwrap();
            outputs.documents().unwrap()
        });
        assert_eq!(outputs[0], outputs[1], "{}", machine.name);
        assert_eq!(outputs[0], outputs[2], "{}", machine.name);
    }
}

#[tokio::test(start_paused = true)]
async fn echo_tasks_are_repeated_alike() {
    use Answer::{After, Error};
    let busy = ("echo", Error("Lambda.ServiceException"));
    let input = || machine("echo_tasks");
    for (special, calls, succeeds) in [
        (vec![busy.clone(); 3], 23, true),
        (vec![busy.clone(); 4], 4, false),
        (vec![("echo", Error("Other"))], 1, false),
        (vec![("echo", After(40)); 4], 21, true),
        (vec![("echo", After(40)); 5], 5, false),
    ] {
        equal!(typed echo_tasks, Echo, input(), &special);
        let log = equal!(echo_tasks, Echo, input(), &special);
        assert_eq!((log.calls.len(), log.end.is_ok()), (calls, succeeds), "{log:#?}");
    }
    let Log { end, time, .. } = equal!(echo_tasks, Echo, json!({"order": {"id": "A"}, "results": {}}), &[]);
    assert_eq!((end, time), (Err("States.Runtime".to_owned()), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn items_and_branches_run_and_fail_alike() {
    use Answer::{After, Error};
    let lines: Vec<Value> = (0..100).map(|quantity| json!({"quantity": quantity})).collect();
    let input = || json!({"orderId": "A", "lines": lines});
    let slow = vec![("echo", After(3)); 70];
    let Log { end, time, calls } = equal!(map_items, Echo, input(), &slow);
    assert_eq!((end.is_ok(), time.as_secs(), calls.len()), (true, 6, 100));
    let mixed: Vec<_> = [After(1), After(5), After(2), Error("Broken")]
        .map(|answer| ("echo", answer))
        .into();
    equal!(map_items, Echo, input(), &mixed);
    let line = |number: u64| json!({"sku": number.to_string(), "quantity": number, "note": null});
    let typed = || json!({"orderId": "A", "lines": (0..100).map(line).collect::<Value>()});
    equal!(typed map_items, Echo, typed(), &slow);
    equal!(typed map_items, Echo, typed(), &mixed);
    equal!(typed map_items, Echo, json!({"orderId": "A", "lines": []}), &[]);
    equal!(map_items, Echo, json!({"orderId": "A", "lines": 7}), &[]);
    equal!(map_items, Echo, json!({"orderId": "A", "lines": []}), &[]);

    let Log { end, time, calls } = equal!(parallel, Echo, machine("parallel"), &vec![("echo", After(3)); 5]);
    assert_eq!((end.is_ok(), time.as_secs(), calls.len()), (true, 3, 10));
    equal!(parallel, Echo, machine("parallel"), &mixed);
    equal!(parallel, Echo, json!({"order": {"id": 7}}), &[]);
}

#[tokio::test(start_paused = true)]
async fn orders_are_fulfilled_and_undone_alike() {
    use Answer::{After, Error, Value};
    let status = |status: &str| Value(json!({"status": status}));
    let delivered = Value(json!({"status": "DELIVERED", "deliveredAt": "2024-05-04"}));
    let scripts: [&[(&str, Answer)]; 15] = [
        &[],
        &[("validate_order", Error("InvalidOrder"))],
        &[
            ("validate_order", Error("Lambda.TooManyRequestsException")),
            ("validate_order", After(11)),
        ],
        &[(
            "validate_order",
            Value(json!({"total": -1, "currency": "EUR", "checkEverySeconds": 1})),
        )],
        &[
            ("screen_for_fraud", After(31)),
            ("screen_for_fraud", After(31)),
            ("screen_for_fraud", After(31)),
        ],
        &[(
            "screen_for_fraud",
            Value(json!({"Payload": {"verdict": "FAIL", "score": 91}})),
        )],
        &[
            ("charge_card", Error("PaymentGatewayBusy")),
            ("charge_card", After(25)),
            ("charge_card", Error("CardExpired")),
        ],
        &[
            ("charge_card", Error("CardDeclined")),
            ("reserve_stock", Error("WarehouseBusy")),
        ],
        &[("charge_card", Error("Broken")), ("reserve_stock", After(5))],
        &[
            ("charge_card", After(5)),
            ("reserve_stock", Error("OutOfStock")),
            ("refund_payment", Error("Any")),
        ],
        &[
            ("print_label", Error("PrinterOffline")),
            ("print_label", Error("PrinterOffline")),
            ("print_label", After(9)),
        ],
        &[
            ("print_label", Error("TooHeavy")),
            ("release_stock", Error("Any")),
            ("release_stock", Error("Other")),
        ],
        &[
            ("sqs_send_message", After(4)),
            ("track_shipments", After(61)),
            ("track_shipments", Error("Any")),
        ],
        &[
            ("track_shipments", status("UNDER_WAY")),
            ("track_shipments", status("LOST")),
        ],
        &[
            ("track_shipments", delivered),
            ("sns_publish", Error("SNS.NotFoundException")),
        ],
    ];
    let input = || machine("order");
    let mut ends = Vec::new();
    for special in scripts {
        equal!(typed order, Shop::default(), input(), special);
        ends.push(equal!(order, Shop::default(), input(), special).end);
    }
    assert!(ends.iter().any(Result::is_ok) && ends.contains(&Err("OrderCancelled".to_owned())));
    equal!(order, Shop::default(), json!({"orderId": "A-1"}), &[]);
}

#[test]
fn expressions_are_equal_in_their_three_forms() {
    let runtime = runtime().unwrap();
    let items = |items: Value| json!({"items": items});
    let line = json!({"id": "A", "name": "B", "price": 12, "qty": 2.5, "discount": true});
    let inputs = [
        order(20),
        order(1),
        order(0),
        items(line.clone()),
        items(json!([line, {"id": ["C", "D"], "name": ["E"], "price": 1e21, "qty": 1e-7}])),
        items(json!([{}, {"price": 11}, {"qty": 3, "id": null}])),
        items(json!([{"price": "11", "qty": true}])),
        items(json!(7)),
        json!({}),
    ];
    let mut ends = Vec::new();
    for expression in EXPRESSIONS {
        for input in &inputs {
            let native = (expression.generated)(&runtime, vec![input.clone()]).ok();
            for other in [expression.handwritten, expression.interpreted] {
                let other = other(&runtime, vec![input.clone()]).ok();
                assert_eq!(native, other, "{} over {input}", expression.field);
            }
            ends.push(native.is_some());
        }
    }
    assert!(ends.contains(&true) && ends.contains(&false));
}
