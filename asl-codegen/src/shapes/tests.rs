//! Small machines, and what is known about their data.

use super::{Known, ScopeShapes, Shape, infer};
use crate::Options;
use crate::diagnostic::{Level, Lint};
use crate::source::Source;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

fn shapes(states: Value, known: &Known) -> ScopeShapes {
    let first = states.as_object().and_then(|states| states.keys().next()).cloned();
    let definition = json!({ "StartAt": first, "States": states });
    let source = Source::new("test.asl.json", definition.to_string());
    let machine = crate::machine(&source, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    infer(&machine, known)
}

/// What the last state of a machine gives.
fn output(states: Value) -> String {
    shapes(states, &Known::default()).output.to_string()
}

fn task() -> &'static str {
    "arn:aws:lambda:us-east-1:123456789012:function:work"
}

#[test]
fn templates_and_paths() {
    let parameters =
        |parameters: Value| output(json!({ "P": { "Type": "Pass", "Parameters": parameters, "End": true } }));
    assert_eq!(
        parameters(json!({ "a": 1, "b": 1.5, "c": "x", "d": null, "e": true })),
        r#"{ a: integer, b: number, c: "x", d: null, e: true }"#
    );
    assert_eq!(parameters(json!({ "a.$": "$.a", "b.$": "$[0]" })), "{ a: any, b: any }");
    assert_eq!(
        parameters(json!({ "all.$": "$.a[*].b", "time.$": "$$.State.EnteredTime" })),
        "{ all: any[], time: string }"
    );
    assert_eq!(
        parameters(json!({ "n.$": "States.ArrayLength($.a)", "list.$": "States.Array('x', 1, $.y)" })),
        r#"{ list: ["x", integer, any], n: integer }"#
    );
}

#[test]
fn a_result_goes_where_it_is_put() {
    let task = |fields: Value| {
        let mut state = json!({ "Type": "Task", "Resource": task(), "End": true });
        state
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        output(
            json!({ "Make": { "Type": "Pass", "Result": { "id": 7, "old": { "kept": true } }, "Next": "T" }, "T": state }),
        )
    };
    assert_eq!(task(json!({})), "any");
    assert_eq!(
        task(json!({ "ResultPath": null })),
        "{ id: integer, old: { kept: true } }"
    );
    assert_eq!(
        task(json!({ "ResultPath": "$.new" })),
        "{ id: integer, new: any, old: { kept: true } }"
    );
    assert_eq!(
        task(json!({ "ResultPath": "$.old.new" })),
        "{ id: integer, old: { kept: true, new: any } }"
    );
    assert_eq!(
        task(json!({ "ResultSelector": { "x.$": "$.y" }, "ResultPath": "$.id" })),
        "{ id: { x: any }, old: { kept: true } }"
    );
    assert_eq!(
        task(json!({ "ResultPath": "$.new", "OutputPath": "$.old" })),
        "{ kept: true }"
    );
    assert_eq!(task(json!({ "InputPath": null, "OutputPath": null })), "{}");
}

#[test]
fn ways_that_meet_are_joined() {
    let states = json!({
        "Work": { "Type": "Task", "Resource": task(), "ResultPath": null, "Next": "Good",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Bad" }] },
        "Good": { "Type": "Pass", "Result": { "ok": true, "id": 1 }, "Next": "Both" },
        "Bad": { "Type": "Pass", "Parameters": { "ok": false, "why.$": "$.Cause" }, "Next": "Both" },
        "Both": { "Type": "Succeed" }
    });
    assert_eq!(
        output(states),
        "{ id: integer, ok: true } | { ok: false, why: string | null }"
    );
}

#[test]
fn branches_make_a_tuple_and_items_an_array() {
    let branch = |name: &str, result: Value| json!({ "StartAt": name, "States": { name: { "Type": "Pass", "Result": result, "End": true } } });
    let parallel = json!({ "P": { "Type": "Parallel", "Branches": [branch("A", json!(1)), branch("B", json!("x"))], "End": true } });
    assert_eq!(output(parallel), r#"[integer, "x"]"#);
    let map = json!({
        "Items": { "Type": "Pass", "Result": { "list": [{ "id": 1 }, { "id": 2 }] }, "Next": "M" },
        "M": { "Type": "Map", "ItemsPath": "$.list", "End": true,
            "ItemSelector": { "at.$": "$$.Map.Item.Index", "id.$": "$$.Map.Item.Value.id" },
            "ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } } }
    });
    assert_eq!(output(map), "{ at: integer, id: integer }[]");
    let fails = json!({ "StartAt": "B", "States": { "B": { "Type": "Fail" } } });
    let parallel = json!({ "P": { "Type": "Parallel", "Branches": [branch("A", json!(1)), fails], "End": true } });
    assert_eq!(output(parallel), "never");
}

#[test]
fn a_choice_tells_its_ways_apart() {
    let chosen = |rule: Value, input: &str| {
        let mut rule = rule;
        rule["Next"] = json!("Held");
        let states = json!({
            "C": { "Type": "Choice", "Choices": [rule], "Default": "Not" },
            "Held": { "Type": "Pass", "Parameters": { "held.$": "$" }, "Next": "End" },
            "Not": { "Type": "Pass", "Parameters": { "not.$": "$" }, "Next": "End" },
            "End": { "Type": "Succeed" }
        });
        let input = match input {
            "" => Shape::Any,
            text => Shape::of(&serde_json::from_str(text).unwrap()),
        };
        let shapes = shapes(
            states,
            &Known {
                input,
                ..Known::default()
            },
        );
        let at = |index: usize| match &shapes.states[index] {
            Some(state) => state.flow.data.input.to_string(),
            None => "never".to_owned(),
        };
        (at(1), at(2))
    };
    let is = |held: &str, not: &str| (held.to_owned(), not.to_owned());
    let test = |operator: &str, value: Value| json!({ "Variable": "$.a", operator: value });
    assert_eq!(
        chosen(test("IsPresent", json!(true)), ""),
        is(
            "{ a: any, .. }",
            "{ a?: never, .. } | any[] | string | number | boolean | null"
        )
    );
    assert_eq!(chosen(test("IsString", json!(true)), "").0, "{ a: string, .. }");
    assert_eq!(
        chosen(test("StringEquals", json!("x")), ""),
        is(r#"{ a: "x", .. }"#, "{ a: any, .. }")
    );
    assert_eq!(
        chosen(test("StringEquals", json!("x")), r#"{ "a": "x" }"#),
        is(r#"{ a: "x" }"#, "never")
    );
    assert_eq!(
        chosen(test("NumericLessThan", json!(1)), r#"{ "a": "x" }"#),
        is("never", r#"{ a: "x" }"#)
    );
    assert_eq!(
        chosen(test("IsPresent", json!(false)), r#"{ "a": "x" }"#),
        is("never", r#"{ a: "x" }"#)
    );
    assert_eq!(
        chosen(test("IsPresent", json!(true)), r#"{ "b": "x" }"#),
        is("never", r#"{ b: "x" }"#)
    );
    assert_eq!(
        chosen(json!({ "Not": test("IsNull", json!(true)) }), r#"{ "a": null }"#),
        is("never", "{ a: null }")
    );
    let both = json!({ "And": [test("IsPresent", json!(true)), test("BooleanEquals", json!(true))] });
    assert_eq!(
        chosen(both.clone(), ""),
        is(
            "{ a: true, .. }",
            "{ a?: never, .. } | { a: object | any[] | string | number | false | null, .. } | any[] | string | number | boolean | null"
        )
    );
    let either = json!({ "Or": [test("IsNull", json!(true)), test("IsString", json!(true))] });
    assert_eq!(chosen(either, "").0, "{ a: null, .. } | { a: string, .. }");
    let nested = json!({ "Variable": "$.a.b", "IsPresent": false });
    assert_eq!(chosen(nested, "").1, r#"{ a: { b: any, .. }, .. }"#);
}

#[test]
fn loops_come_to_an_end() {
    let grows = json!({
        "Start": { "Type": "Pass", "Result": { "n": 0 }, "Next": "More" },
        "More": { "Type": "Pass", "Parameters": { "before.$": "$", "also.$": "$", "n.$": "States.MathAdd($.n, 1)" }, "Next": "Enough?" },
        "Enough?": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 3, "Next": "End" }], "Default": "More" },
        "End": { "Type": "Succeed" }
    });
    assert_eq!(output(grows), "{ also: any, before: any, n: integer }");
}

#[test]
fn variables_flow_with_the_data() {
    let states = json!({
        "Set": { "Type": "Pass", "Assign": { "count": 1, "name.$": "$.name" }, "Next": "Use" },
        "Use": { "Type": "Pass", "Parameters": { "count.$": "$count", "name.$": "$name" }, "End": true }
    });
    assert_eq!(output(states), "{ count: integer, name: any }");
}

#[test]
fn jsonata() {
    let output = |text: Value| {
        let states = json!({
            "Make": { "Type": "Pass", "QueryLanguage": "JSONata", "Next": "Use",
                "Output": { "n": 1, "list": [{ "id": "a" }, { "id": "b" }], "o": { "x": null } } },
            "Use": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": text, "End": true }
        });
        output(states)
    };
    assert_eq!(output(json!("{% $states.input.n + 1 %}")), "integer");
    assert_eq!(output(json!("{% $states.input.o %}")), "{ x: null }");
    assert_eq!(
        output(json!("{% $states.input.list.id %}")),
        r#"("a" | "b")[] | "a" | "b""#
    );
    assert_eq!(
        output(json!({ "a": "{% $states.input.n > 1 ? 'x' : 2 %}" })),
        r#"{ a: "x" | integer }"#
    );
    assert_eq!(
        output(json!("{% ($x := $states.input.n; [$x, 'y', [1]]) %}")),
        r#"(integer[] | "y" | integer)[]"#
    );
    assert_eq!(
        output(json!("{% {'a': $states.input.o.y, 'b': $count($states.input.list)} %}")),
        "{ b: integer }"
    );
}

#[test]
fn shapes_hold_their_values_and_no_others() {
    let value = json!({ "a": [1, "x", null], "b": { "c": 1.5 } });
    let shape = Shape::of(&value);
    assert!(shape.admits(&value));
    assert!(!shape.admits(&json!({ "a": [1, "x", null], "b": { "c": 1.5 }, "d": 1 })));
    assert!(!shape.admits(&json!({ "a": [1, "x"], "b": { "c": 1.5 } })));
    assert!(!shape.admits(&json!({ "a": [1, "y", null], "b": { "c": 1.5 } })));
    assert!(Shape::integer().admits(&json!(1.0)) && !Shape::integer().admits(&json!(1.5)));
    let either = shape.join(&Shape::of(&json!({ "b": { "c": 2 }, "e": true })));
    assert_eq!(
        either.to_string(),
        r#"{ a: [integer, "x", null], b: { c: number } } | { b: { c: integer }, e: true }"#
    );
    assert!(either.includes(&shape) && !shape.includes(&either));
}

#[test]
fn kinds_of_objects_are_told_apart() {
    let chosen = |rule: Value| {
        let mut rule = rule;
        rule["Next"] = json!("Charged");
        output(json!({
            "Pay": { "Type": "Task", "Resource": task(), "ResultPath": null, "Next": "Paid",
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Refused" }] },
            "Paid": { "Type": "Pass", "Result": { "payment": { "status": "paid", "receipt": 7 } }, "Next": "Which?" },
            "Refused": { "Type": "Pass", "Result": { "payment": { "status": "refused", "why": "poor" } }, "Next": "Which?" },
            "Which?": { "Type": "Choice", "Choices": [rule], "Default": "Not" },
            "Charged": { "Type": "Pass", "Parameters": { "receipt.$": "$.payment.receipt" }, "Next": "End" },
            "Not": { "Type": "Pass", "Parameters": { "why.$": "$.payment.why" }, "Next": "End" },
            "End": { "Type": "Succeed" }
        }))
    };
    let both = r#"{ receipt: integer } | { why: "poor" }"#;
    assert_eq!(
        chosen(json!({ "Variable": "$.payment.status", "StringEquals": "paid" })),
        both
    );
    assert_eq!(
        chosen(json!({ "Variable": "$.payment.receipt", "IsPresent": true })),
        both
    );
    assert_eq!(
        chosen(json!({ "Not": { "Variable": "$.payment.why", "IsPresent": true } })),
        both
    );
}

#[test]
fn what_is_absent_differs_from_nothing_in_jsonata() {
    let reached = |condition: &str| {
        let states = json!({
            "C": { "Type": "Choice", "QueryLanguage": "JSONata", "Default": "Not",
                "Choices": [{ "Condition": format!("{{% {condition} %}}"), "Next": "Held" }] },
            "Held": { "Type": "Succeed" },
            "Not": { "Type": "Succeed" }
        });
        let input = Shape::of(&json!({ "a": "x" }));
        let shapes = shapes(
            states,
            &Known {
                input,
                ..Known::default()
            },
        );
        [1, 2].map(|at| shapes.states[at].is_some())
    };
    assert_eq!(reached("$states.input.b != 'x'"), [false, true]);
    assert_eq!(reached("$states.input.a != 'y'"), [true, true]);
    assert_eq!(reached("$states.input.a = 'y'"), [false, true]);
    assert_eq!(reached("$not($exists($states.input.b))"), [true, false]);
}

/// Each level would be looked at a dozen times for each time that the one around it is.
#[test]
fn loops_within_loops_are_given_up() {
    let mut scope = json!({ "StartAt": "Last", "States": { "Last": { "Type": "Succeed" } } });
    for depth in 0..20 {
        let name = |text: &str| format!("{text} {depth}");
        scope = json!({ "StartAt": name("Wrap"), "States": {
            name("Wrap"): { "Type": "Pass", "Parameters": { "in.$": "$", "also.$": "$" }, "Next": name("Both") },
            name("Both"): { "Type": "Parallel", "Branches": [scope], "ResultPath": "$.out", "Next": name("Enough?") },
            name("Enough?"): { "Type": "Choice", "Default": name("Wrap"),
                "Choices": [{ "Variable": "$.in.in.in", "IsPresent": true, "Next": name("Done") }] },
            name("Done"): { "Type": "Succeed" }
        } });
    }
    let source = Source::new("deep.asl.json", scope.to_string());
    let machine = crate::machine(&source, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        infer(&machine, &Known::default())
            .output
            .admits(&json!({ "in": 1, "also": 2, "out": [3] }))
    );
    // Nor is that what a machine needs looked for so often.
    crate::contract::Contract::of(&machine, &Known::default());
}

/// A scope of loops: each state leads to the next one, and a Choice back to any as well.
fn looping(rng: &mut StdRng, depth: u32, states: &mut usize) -> Value {
    let count = rng.random_range(2..8);
    let names: Vec<String> = (0..count).map(|at| format!("{}", *states + at)).collect();
    *states += count;
    let mut scope = json!({ "StartAt": names[0], "States": {} });
    for (at, name) in names.iter().enumerate() {
        let member = ["a", "b", "c"][rng.random_range(0..3)];
        let mut state = match rng.random_range(0..if depth < 3 { 8 } else { 6 }) {
            0 => json!({ "Type": "Pass", "Parameters": { member: [1], "x.$": "$" } }),
            1 => {
                json!({ "Type": "Pass", "Parameters": { "y.$": "States.Array($, $v)" }, "ResultPath": format!("$.{member}") })
            }
            2 => json!({ "Type": "Pass", "InputPath": format!("$.{member}") }),
            3 => json!({ "Type": "Pass", "Result": member, "ResultPath": format!("$.x.{member}") }),
            6 => {
                json!({ "Type": "Parallel", "Branches": [looping(rng, depth + 1, states)], "ResultPath": format!("$.{member}") })
            }
            7 => {
                json!({ "Type": "Map", "ItemProcessor": looping(rng, depth + 1, states), "ItemsPath": format!("$.{member}") })
            }
            _ => {
                let to = &names[rng.random_range(0..count)];
                json!({ "Type": "Choice", "Choices": [{ "Variable": format!("$.{member}"), "IsPresent": true, "Next": to }] })
            }
        };
        if depth == 0 && state["Type"] == "Pass" && rng.random_bool(0.5) {
            state["Assign"] = json!({ "v.$": "States.Array($, $v)" });
        }
        match (names.get(at + 1), state["Type"] == "Choice") {
            (Some(next), true) => state["Default"] = json!(next),
            (Some(next), false) => state["Next"] = json!(next),
            (None, _) => state = json!({ "Type": "Succeed" }),
        }
        scope["States"][name] = state;
    }
    scope
}

/// What begins with this lies in what is known where each way leads.
fn is_fixed(scope: &crate::syntax::Scope, shapes: &ScopeShapes) {
    for (state, known) in scope.states.iter().zip(&shapes.states) {
        let Some(known) = known else { continue };
        for exit in known.flow.exits(state) {
            let Some(next) = exit.to else {
                assert!(shapes.output.includes(&exit.data.input), "{}", state.name.value);
                continue;
            };
            let begin = shapes.states[next].as_ref().map(|next| &next.flow.data.input);
            let begin = begin.unwrap_or_else(|| panic!("{} is reached", scope.states[next].name.value));
            assert!(begin.includes(&exit.data.input), "{} of {}", begin, exit.data.input);
        }
        for (inner, shapes) in state.scopes().into_iter().zip(&known.scopes) {
            is_fixed(inner, shapes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// It ends whatever loops there are, and where it ends nothing is missing.
    #[test]
    fn random_loops_come_to_an_end(seed: [u8; 32]) {
        let mut rng = StdRng::from_seed(seed);
        let mut definition = looping(&mut rng, 0, &mut 0);
        let start = definition["StartAt"].take();
        definition["States"]["Start"] = json!({ "Type": "Pass", "Assign": { "v": 1 }, "Next": start });
        definition["StartAt"] = json!("Start");
        let mut options = Options::default();
        for &lint in Lint::ALL {
            options.levels.set(lint, Level::Allow);
        }
        let source = Source::new("loops.asl.json", definition.to_string());
        let machine = crate::machine(&source, &options).unwrap_or_else(|error| panic!("{error}"));
        is_fixed(&machine.scope, &infer(&machine, &Known::default()));
        crate::usage::infer(&machine);
    }
}
