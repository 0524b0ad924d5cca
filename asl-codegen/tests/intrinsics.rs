//! Intrinsic calls from their text to their result.

mod support;

use asl_codegen::expr::intrinsic::{Arg, ArgKind, Call, Intrinsic};
use asl_codegen::expr::path::Root;
use asl_codegen::expr::pattern::format_pieces;
use asl_runtime::path::{get, missing_argument, query};
use asl_runtime::{Error, intrinsic};
use serde_json::{Value, json};
use support::leak_steps;

/// The value of a field that holds a call.
fn evaluate(text: &str, input: &Value) -> Result<Value, Error> {
    match Call::parse(text) {
        Ok(outer) => call(text, &outer, input),
        Err(error) => panic!("{text}: {error:?}"),
    }
}

fn call(text: &str, call: &Call, input: &Value) -> Result<Value, Error> {
    let args = call
        .args
        .iter()
        .map(|arg| argument(text, arg, input))
        .collect::<Result<Vec<Value>, Error>>()?;
    let mut random = rand::rng();
    match (call.function, &args[..]) {
        (Intrinsic::Format, [template, values @ ..]) => {
            let values: Vec<&Value> = values.iter().collect();
            match &call.args[0].kind {
                ArgKind::String { raw, .. } => {
                    let pieces = format_pieces(raw);
                    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
                    Ok(intrinsic::format(&pieces, &values))
                }
                _ => intrinsic::format_template(template, &values),
            }
        }
        (Intrinsic::Array, _) => Ok(Value::Array(args)),
        (Intrinsic::StringToJson, [json]) => intrinsic::string_to_json(json),
        (Intrinsic::JsonToString, [value]) => intrinsic::json_to_string(value),
        (Intrinsic::ArrayPartition, [array, size]) => intrinsic::array_partition(array, size),
        (Intrinsic::ArrayContains, [array, wanted]) => intrinsic::array_contains(array, wanted),
        (Intrinsic::ArrayRange, [first, last, step]) => intrinsic::array_range(first, last, step),
        (Intrinsic::ArrayGetItem, [array, index]) => intrinsic::array_get_item(array, index),
        (Intrinsic::ArrayLength, [array]) => intrinsic::array_length(array),
        (Intrinsic::ArrayUnique, [array]) => intrinsic::array_unique(array),
        (Intrinsic::Base64Encode, [data]) => intrinsic::base64_encode(data),
        (Intrinsic::Base64Decode, [data]) => intrinsic::base64_decode(data),
        (Intrinsic::Hash, [data, algorithm]) => intrinsic::hash(data, algorithm),
        (Intrinsic::JsonMerge, [first, second, deep]) => intrinsic::json_merge(first, second, deep),
        (Intrinsic::MathRandom, [start, end]) => intrinsic::math_random(start, end, None, &mut random),
        (Intrinsic::MathRandom, [start, end, seed]) => intrinsic::math_random(start, end, Some(seed), &mut random),
        (Intrinsic::MathAdd, [a, b]) => intrinsic::math_add(a, b),
        (Intrinsic::StringSplit, [string, delimiters]) => intrinsic::string_split(string, delimiters),
        (Intrinsic::Uuid, []) => Ok(intrinsic::uuid(&mut random)),
        (function, args) => panic!("{function:?} with {} arguments", args.len()),
    }
}

fn argument(text: &str, arg: &Arg, input: &Value) -> Result<Value, Error> {
    Ok(match &arg.kind {
        ArgKind::String { value, .. } => Value::from(value.as_str()),
        ArgKind::Number(number) => serde_json::from_str(number.trim_start_matches('+')).unwrap(),
        ArgKind::Bool(value) => Value::Bool(*value),
        ArgKind::Null => Value::Null,
        ArgKind::Call(inner) => call(text, inner, input)?,
        ArgKind::Path(path) => {
            let context =
                json!({"Execution": {"Id": "arn:aws:states:us-east-1:123456789012:execution:m:e", "Input": input}});
            let value = if path.root == Root::Context { &context } else { input };
            let steps = leak_steps(&path.steps);
            let found = if path.is_plain() {
                get(value, steps).cloned()
            } else {
                query(value, steps)
            };
            found.ok_or_else(|| missing_argument(text, &path.text, value, steps, input))?
        }
    })
}

#[test]
fn calls() {
    let input = json!({
        "name": "Ada", "count": 3, "list": [1, 2, 3], "json": "{\"a\": [1]}", "null": null, "object": {"a": 1},
        "template": "{} and {}", "half": 1.5
    });
    for (text, result) in [
        // IF-20
        (
            "States.Format('Hello {}, {} times', $.name, $.count)",
            json!("Hello Ada, 3 times"),
        ),
        ("States.Format($.template, null, true)", json!("null and true")),
        ("States.Format('{}', 1.1)", json!("1.1")),
        // IF-6
        (r"States.Format('it\'s \{{}\} \\', $.name)", json!(r"it's {Ada} \")),
        // IF-21
        ("States.Format('{} {}', $.object, $.list)", json!("{a=1} [1, 2, 3]")),
        // IF-24
        ("States.Array()", json!([])),
        (
            "States.Array('Foo', 2020, $.object, null, -1.5)",
            json!(["Foo", 2020, {"a": 1}, null, -1.5]),
        ),
        ("States.Array($.list[*], $.list[1:])", json!([[1, 2, 3], [2, 3]])),
        // IF-22, IF-23
        ("States.StringToJson($.json)", json!({"a": [1]})),
        ("States.JsonToString($.object)", json!("{\"a\":1}")),
        ("States.StringToJson('{\"k\": \"false\"}')", json!({"k": "false"})),
        // IF-25 to IF-30
        ("States.ArrayPartition($.list, 2)", json!([[1, 2], [3]])),
        ("States.ArrayContains($.list, 2.0)", json!(true)),
        ("States.ArrayRange(1, $.count, 1)", json!([1, 2, 3])),
        (
            "States.ArrayGetItem($.list, States.MathAdd(States.ArrayLength($.list), -1))",
            json!(3),
        ),
        ("States.ArrayUnique(States.Array(1, 1.0, '1'))", json!([1, "1"])),
        // IF-31 to IF-34
        ("States.Base64Decode(States.Base64Encode($.name))", json!("Ada")),
        (
            "States.Hash('input data', 'MD5')",
            json!("812f45842bc6d66ee14572ce20db8e86"),
        ),
        // IF-57
        (
            "States.JsonMerge(States.StringToJson('{\"k\": \"false\"}'), $$.Execution.Input.object, false)",
            json!({"k": "false", "a": 1}),
        ),
        // IF-35, IF-36, IF-37
        ("States.MathRandom(7, 8, 1)", json!(7)),
        ("States.MathAdd($.half, +1)", json!(3)),
        (
            "States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), 5)",
            json!("execution"),
        ),
    ] {
        assert_eq!(evaluate(text, &input), Ok(result), "{text}");
    }
    assert_eq!(
        evaluate("States.UUID()", &input).map(|id| id.as_str().map(str::len)),
        Ok(Some(36))
    );
}

#[test]
fn missing_arguments() {
    // IF-12, ER-23
    let input = json!({"list": [1]});
    for (text, path) in [
        ("States.Array(1,  $.no)", "$.no"),
        (
            "States.Format('{}', States.ArrayGetItem($.list, $.no.where))",
            "$.no.where",
        ),
        ("States.Array($.list[1])", "$.list[1]"),
        ("States.Array($$.No)", "$.No"),
    ] {
        let error = evaluate(text, &input).unwrap_err();
        assert_eq!(error.name(), Some("States.Runtime"), "{text}");
        let cause = format!(
            "The function '{text}' had the following error: The JsonPath argument for the field '{path}' could not be found \
             in the input '{{\"list\":[1]}}'"
        );
        assert_eq!(error.cause(), Some(cause.as_str()));
    }
}

#[test]
fn wrong_arguments() {
    // IF-11
    let input = json!({"list": [1], "text": "x"});
    for text in [
        "States.MathAdd($.text, 1)",
        "States.ArrayGetItem($.list, 1)",
        "States.Format($.text, 1)",
        "States.StringToJson($.list)",
        "States.ArrayRange(1, 2000, 1)",
    ] {
        assert_eq!(
            evaluate(text, &input).unwrap_err().name(),
            Some("States.IntrinsicFailure"),
            "{text}"
        );
    }
}
