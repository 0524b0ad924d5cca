//! Expressions of JSONata in three forms: compiled, written by hand, and evaluated by the interpreter that the runtime keeps
//! for what has no native form.

use crate::machines::{Run, each};
use crate::services::{Echo, Over};
use asl_runtime::codegen::jsonata::{Error, Query, Val, fallback, object};
use handwritten::Failure;
use serde_json::{Value, json};

/// An expression, in three forms.
#[derive(Debug, Clone, Copy)]
pub struct Expression {
    /// Its name.
    pub name: &'static str,
    /// The field that it stands in.
    pub field: &'static str,
    /// Runs a machine of one state, whose output has it several times, over each of several inputs.
    pub generated: Run,
    /// Calls the hand-written form as often.
    pub handwritten: Run,
    /// Has it interpreted as often, its input and what it gives being converted.
    pub interpreted: Run,
}

/// How often a run evaluates its expression, so that what a machine costs besides, and dropping its input, hardly counts.
const TIMES: usize = 10;

macro_rules! expressions {
    ($($name:ident $field:tt)*) => {
        /// Each expression as the output of a state.
        pub mod machines {
            $(asl_runtime::asl!(pub mod $name = {
                "QueryLanguage": "JSONata",
                "StartAt": "Evaluate",
                "States": {
                    "Evaluate": {
                        "Type": "Pass",
                        "Output": [
                            $field, $field, $field, $field, $field, $field, $field, $field, $field, $field
                        ],
                        "End": true
                    }
                }
            });)*
        }

        /// All expressions that are measured.
        pub const EXPRESSIONS: &[Expression] = &[$(Expression {
            name: stringify!($name),
            field: $field,
            generated: |runtime, inputs| each(runtime, inputs, |input| machines::$name::run(&ECHO, input)),
            handwritten: |runtime, inputs| {
                each(runtime, inputs, |input| async move { often(|| handwritten::jsonata::$name(&input)) })
            },
            interpreted: |runtime, inputs| {
                each(runtime, inputs, |input| async move { often(|| interpreted($field, &input)) })
            },
        }),*];
    };
}

expressions! {
    constructor "{% $states.input.items[price > 10].{'id': id, 'total': price * qty} %}"
    sum "{% $sum($states.input.items.(price * qty)) %}"
    map "{% $map($states.input.items, function($v, $i) { {'line': $i + 1, 'id': $v.id, 'total': $v.price * $v.qty} }) %}"
    filter "{% $filter($states.input.items, function($v) { $v.price > 10 }) %}"
    merge "{% $merge($states.input.items.{id: price}) %}"
    text "{% $states.input.items.(id & ': ' & qty & ' x ' & price) %}"
    plain_path "{% $states.input.items.name %}"
    conditions "{% $states.input.items[price > 10 and qty < 5 or discount = true].id %}"
}

const ECHO: Over<Echo> = Over(Echo);

fn often(evaluate: impl Fn() -> Result<Value, Failure>) -> Result<Value, Failure> {
    (0..TIMES)
        .map(|_| evaluate())
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

/// An order of this many lines.
pub fn order(lines: u32) -> Value {
    let line = |number: u32| {
        json!({
            "id": format!("SKU-{number:04}"),
            "name": format!("Part number {number}"),
            "price": f64::from(number * 7 % 60) + 0.25,
            "qty": number % 9 + 1,
            "discount": number.is_multiple_of(5),
        })
    };
    json!({
        "orderId": "A-1001",
        "customer": {"name": "Ada Byron", "email": "ada@example.com"},
        "seen": [],
        "items": (1..=lines).map(line).collect::<Vec<_>>(),
    })
}

fn interpreted(field: &'static str, input: &Value) -> Result<Value, Failure> {
    let text = field.trim_start_matches("{% ").trim_end_matches(" %}");
    Query::alone(|query| {
        let failed = |error: Error| Failure::new("States.QueryEvaluationError", error.to_string());
        let states = object([("input", Val::from(input))]).map_err(failed)?;
        let value = fallback::evaluate(query, text, &Val::Undefined, &[("states", states)]);
        let value = value.map_err(failed)?.into_json().map_err(failed)?;
        value.ok_or_else(|| Failure::new("States.QueryEvaluationError", "undefined"))
    })
}
