//! Types files, what is refused of them, and the shapes of schemas.

use super::TypesFile;
use crate::source::Source;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) fn read(text: impl Into<String>) -> Result<TypesFile, String> {
    let source = Arc::new(Source::new("a.types.json", text));
    TypesFile::read(&source).map_err(|faults| faults.render(&Source::new("a.asl.json", "{}")))
}

/// The shape of the input in a file with these definitions.
fn shape_with(definitions: &Value, schema: &Value) -> crate::shapes::Shape {
    let text = json!({ "$defs": definitions, "input": schema }).to_string();
    let file = read(text).unwrap_or_else(|faults| panic!("{faults}"));
    let input = file.input.as_ref().expect("an input");
    file.shapes().of(&input.value)
}

fn shape(schema: Value) -> String {
    shape_with(&json!({}), &schema).to_string()
}

#[test]
fn what_schemas_tell() {
    for (schema, expected) in [
        (
            json!({ "type": "object", "properties": { "id": { "type": "integer" }, "note": { "type": ["string", "null"] } },
                 "required": ["id"], "additionalProperties": false }),
            "{ id: integer, note?: string | null }",
        ),
        (
            json!({ "type": "object", "properties": { "id": true }, "required": ["id", "other"] }),
            "{ id: any, other: any, .. }",
        ),
        (
            json!({ "type": "object", "additionalProperties": { "type": "number" } }),
            "{ ..: number }",
        ),
        (
            json!({ "type": "object", "additionalProperties": false, "patternProperties": { "^x-": true } }),
            "object",
        ),
        (
            json!({ "type": "array", "items": { "enum": ["a", "b"] } }),
            r#"("a" | "b")[]"#,
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "null" }], "minItems": 2, "items": false }),
            "[string, null]",
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": { "type": "null" } }),
            "(string | null)[]",
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": false }),
            "string[]",
        ),
        (json!({ "const": { "a": 1 } }), "{ a: integer }"),
        (json!({ "enum": ["a", "b", 1], "type": "string" }), r#""a" | "b""#),
        (
            json!({ "anyOf": [{ "const": true }, { "type": "null" }] }),
            "true | null",
        ),
        (
            json!({ "type": "object", "allOf": [
            { "properties": { "a": { "type": ["string", "null"] } }, "required": ["a"] },
            { "properties": { "a": { "type": ["string", "integer"] }, "b": { "type": "string" } } } ] }),
            "{ a: string, b?: string, .. }",
        ),
        (
            json!({ "oneOf": [
            { "type": "object", "properties": { "is": { "const": "A" }, "a": true }, "required": ["is", "a"] },
            { "type": "object", "properties": { "is": { "const": "B" } }, "required": ["is"] } ] }),
            r#"{ a: any, is: "A", .. } | { is: "B", .. }"#,
        ),
        (json!({ "not": { "type": "string" } }), "any"),
        (
            json!({ "properties": { "a": { "type": "string" } } }),
            "{ a?: string, .. } | any[] | string | number | boolean | null",
        ),
        (json!(false), "never"),
    ] {
        assert_eq!(shape(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn definitions_may_contain_themselves() {
    let definitions = json!({
        "Node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/Node" } }, "additionalProperties": false },
        "Loop": { "$ref": "#/$defs/Loop" },
        "a/b": { "type": "string" },
    });
    let of = |name: &str| shape_with(&definitions, &json!({ "$ref": format!("#/$defs/{name}") })).to_string();
    assert_eq!(of("Node"), "{ next?: any }");
    assert_eq!(of("Loop"), "any");
    assert_eq!(of("a~1b"), "string");
    let deep: Map<String, Value> = (0..100)
        .map(|at| {
            let next = json!({ "$ref": format!("#/$defs/{}", at + 1) });
            (
                at.to_string(),
                json!({ "type": "object", "properties": { "a": next, "b": next } }),
            )
        })
        .chain([("100".to_owned(), json!({ "type": "string" }))])
        .collect();
    assert!(!shape_with(&deep.into(), &json!({ "$ref": "#/$defs/0" })).is_any());
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let text = r##"{
  "inptu": true,
  "input": { "type": "objct", "propertys": {}, "required": ["a", "a"] },
  "output": { "$ref": "#/$defs/Recipt", "items": [true], "nullable": true },
  "tasks": {
    "charge": { "errors": ["Busy", "States.Timeout"], "errors": [] },
    "notify": { "result": { "anyOf": [], "maxItems": -1, "minimum": "0", "title": 1 } }
  },
  "$defs": { "Receipt": { "$ref": "other.json#/$defs/A" } }
}"##;
    let shown = r##"error: a types file has no `inptu`
 --> a.types.json:2:3
  |
2 |   "inptu": true,
  |   ^^^^^^^ not known here
  |
help: did you mean `input`?

error: there is no type `objct`
 --> a.types.json:3:22
  |
3 |   "input": { "type": "objct", "propertys": {}, "required": ["a", "a"] },
  |                      ^^^^^^^ no such type
  |
help: did you mean `object`?

error: `propertys` is not a keyword of JSON Schema
 --> a.types.json:3:31
  |
3 |   "input": { "type": "objct", "propertys": {}, "required": ["a", "a"] },
  |                               ^^^^^^^^^^^ not known here
  |
help: did you mean `properties`?

error: `required` names `a` twice
 --> a.types.json:3:66
  |
3 |   "input": { "type": "objct", "propertys": {}, "required": ["a", "a"] },
  |                                                                  ^^^ again here

error: there is no definition `Recipt`
 --> a.types.json:4:23
  |
4 |   "output": { "$ref": "#/$defs/Recipt", "items": [true], "nullable": true },
  |                       ^^^^^^^^^^^^^^^^ not under `$defs`
  |
help: a definition with a similar name exists: `Receipt`

error: `items` is one schema
 --> a.types.json:4:41
  |
4 |   "output": { "$ref": "#/$defs/Recipt", "items": [true], "nullable": true },
  |                                         ^^^^^^^ these are several
  |
help: it is `prefixItems` in JSON Schema 2020-12

error: `nullable` is not taken here
 --> a.types.json:4:58
  |
4 |   "output": { "$ref": "#/$defs/Recipt", "items": [true], "nullable": true },
  |                                                          ^^^^^^^^^^ not known here
  |
help: JSON Schema says it as `"type": ["string", "null"]`

error: a task does not declare `States.Timeout`
 --> a.types.json:6:36
  |
6 |     "charge": { "errors": ["Busy", "States.Timeout"], "errors": [] },
  |                                    ^^^^^^^^^^^^^^^^ names that begin with `States.` belong to Amazon States Language

error: `errors` is given twice
 --> a.types.json:6:55
  |
6 |     "charge": { "errors": ["Busy", "States.Timeout"], "errors": [] },
  |                                                       ^^^^^^^^ again here
  |                 -------- first here

error: `anyOf` is empty
 --> a.types.json:7:38
  |
7 |     "notify": { "result": { "anyOf": [], "maxItems": -1, "minimum": "0", "title": 1 } }
  |                                      ^^ at least one schema is needed

error: `maxItems` must be a number of elements
 --> a.types.json:7:54
  |
7 |     "notify": { "result": { "anyOf": [], "maxItems": -1, "minimum": "0", "title": 1 } }
  |                                                      ^^ this is a number

error: `minimum` must be a number
 --> a.types.json:7:69
  |
7 |     "notify": { "result": { "anyOf": [], "maxItems": -1, "minimum": "0", "title": 1 } }
  |                                                                     ^^^ this is a string

error: `title` must be a string
 --> a.types.json:7:83
  |
7 |     "notify": { "result": { "anyOf": [], "maxItems": -1, "minimum": "0", "title": 1 } }
  |                                                                                   ^ this is a number

error: `other.json#/$defs/A` leads out of `$defs`
 --> a.types.json:9:35
  |
9 |   "$defs": { "Receipt": { "$ref": "other.json#/$defs/A" } }
  |                                   ^^^^^^^^^^^^^^^^^^^^^ not followed
  |
help: write `#/$defs/Name` for what stands under `$defs` in this file"##;
    assert_eq!(read(text).expect_err("mistakes"), shown);
    let unclosed = read("{").expect_err("no JSON");
    assert!(
        unclosed.starts_with("error: the types file is not valid JSON\n --> a.types.json:1:2"),
        "{unclosed}"
    );
    assert!(
        read("[]")
            .expect_err("no object")
            .contains("a types file must be an object")
    );
}

/// What the lints find in the order of `examples`, changed in one place.
fn findings(from: &str, to: &str) -> Vec<String> {
    let definition = include_str!("../../../examples/order/order.asl.json");
    assert!(definition.contains(from), "{from}");
    let types = include_str!("../../../examples/order/order.types.json");
    let mut options = crate::Options::default();
    options.types.file = Some(Source::new("order.types.json", types));
    let found = crate::check(
        &Source::new("order.asl.json", definition.replacen(from, to, 1)),
        &options,
    );
    let found = found
        .iter()
        .map(|found| format!("{}: {}; {}", found.code, found.message, found.label));
    found.collect()
}

#[test]
fn findings_reach_through_input_and_results() {
    assert_eq!(findings("Takes an order", "Takes an order"), [""; 0]);
    for (from, to, expected) in [
        (
            "$.customer.trusted",
            "$.customer.trustd",
            "impossible_path: `$.customer.trustd` finds nothing; there is no `trustd` at this point",
        ),
        (
            "$.payment.cardToken",
            "$.payment.token",
            "impossible_path: `$.payment.token` finds nothing; there is no `token` at this point",
        ),
        (
            "$.quote.currency",
            "$.quote.curency",
            "impossible_path: `$.quote.curency` finds nothing; there is no `curency` at this point",
        ),
        (
            "$.Payload.chargeId",
            "$.chargeId",
            "impossible_path: `$.chargeId` finds nothing; there is no `chargeId` at this point",
        ),
        (
            "$.quote.checkEverySeconds",
            "$.quote.currency",
            "wrong_type: `SecondsPath` must lead to an integer; this is a string",
        ),
        (
            "\"$.booking.parcels\"",
            "\"$.booking.payment\"",
            "wrong_type: there is no array for Map `Ship Parcels` to go over; this is an object",
        ),
        (
            "\"StringEquals\": \"PASS\"",
            "\"StringEquals\": \"PASSED\"",
            "impossible_comparison: this comparison never holds; this is \"FAIL\" | \"PASS\"",
        ),
        (
            "\"StringEquals\": \"LOST\"",
            "\"StringEquals\": \"GONE\"",
            "impossible_comparison: this comparison never holds; this is \"DELIVERED\" | \"LOST\" | \"RETURNED\" | \"UNDER_WAY\"",
        ),
        (
            "\"CardDeclined\", \"CardExpired\"",
            "\"CardDenied\", \"CardExpired\"",
            "undeclared_error: `CardDenied` is not among the errors of state `Charge Card`; the task does not declare this error",
        ),
        (
            "$.tracking.deliveredAt",
            "$.tracking.arrivedAt",
            "impossible_path: `$.tracking.arrivedAt` finds nothing; there is no `arrivedAt` at this point",
        ),
    ] {
        assert_eq!(findings(from, to).first().map(String::as_str), Some(expected), "{from}");
    }
}

/// Whether a value satisfies a schema: what the specification says of the keywords that the schemas below have.
fn satisfies(value: &Value, schema: &Value, definitions: &Value) -> bool {
    let Some(keywords) = schema.as_object() else {
        return schema == &json!(true);
    };
    let holds = |value: &Value, schema: &Value| satisfies(value, schema, definitions);
    let is_type = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        _ => value.is_object(),
    };
    let equal = |other: &Value| match (value.as_f64(), other.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => value == other,
    };
    let all = |schemas: &Value| schemas.as_array().expect("schemas").clone();
    keywords.iter().all(|(keyword, said)| match keyword.as_str() {
        "type" => said
            .as_array()
            .map_or_else(|| is_type(said), |types| types.iter().any(is_type)),
        "enum" => all(said).iter().any(equal),
        "const" => equal(said),
        "anyOf" => all(said).iter().any(|one| holds(value, one)),
        "oneOf" => all(said).iter().filter(|one| holds(value, one)).count() == 1,
        "allOf" => all(said).iter().all(|one| holds(value, one)),
        "not" => !holds(value, said),
        "$ref" => {
            let name = said
                .as_str()
                .and_then(|to| to.strip_prefix("#/$defs/"))
                .expect("a name");
            holds(value, &definitions[name])
        }
        "required" => value.as_object().is_none_or(|object| {
            all(said)
                .iter()
                .all(|name| object.contains_key(name.as_str().expect("a name")))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object
                .iter()
                .all(|(name, value)| said.get(name).is_none_or(|schema| holds(value, schema)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            let known = |name: &String| {
                keywords
                    .get("properties")
                    .is_some_and(|properties| properties.get(name).is_some())
            };
            object.iter().all(|(name, value)| known(name) || holds(value, said))
        }),
        "prefixItems" => value
            .as_array()
            .is_none_or(|items| items.iter().zip(all(said)).all(|(item, schema)| holds(item, &schema))),
        "items" => value.as_array().is_none_or(|items| {
            let first = keywords.get("prefixItems").map_or(0, |prefix| all(prefix).len());
            items.iter().skip(first).all(|item| holds(item, said))
        }),
        "minItems" => value
            .as_array()
            .is_none_or(|items| items.len() as u64 >= said.as_u64().expect("a count")),
        "maxItems" => value
            .as_array()
            .is_none_or(|items| items.len() as u64 <= said.as_u64().expect("a count")),
        other => panic!("{other}"),
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (0..3i32).prop_map(Value::from),
        prop_oneof![Just(1.0), Just(1.5)].prop_map(Value::from),
        "[ab]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[ab]", inner, 0..3).prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

pub(crate) fn schema() -> impl Strategy<Value = Value> {
    let type_name = || {
        prop::sample::select(vec![
            "null", "boolean", "integer", "number", "string", "array", "object", "object", "object",
        ])
    };
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        type_name().prop_map(|name| json!({ "type": name })),
        prop::collection::btree_set(type_name(), 1..3).prop_map(|names| json!({ "type": names })),
        value().prop_map(|value| json!({ "const": value })),
        prop::collection::vec(value(), 0..3).prop_map(|values| json!({ "enum": values })),
        "[ab]".prop_map(|name| json!({ "$ref": format!("#/$defs/{name}") })),
    ];
    leaf.prop_recursive(3, 24, 3, move |inner| {
        let some = || prop::collection::vec(inner.clone(), 1..3);
        let keyword = prop_oneof![
            prop::collection::btree_map("[ab]", inner.clone(), 0..3).prop_map(|all| ("properties", json!(all))),
            prop::collection::btree_set("[ab]", 0..3).prop_map(|names| ("required", json!(names))),
            inner.clone().prop_map(|schema| ("additionalProperties", schema)),
            some().prop_map(|all| ("prefixItems", json!(all))),
            inner.clone().prop_map(|schema| ("items", schema)),
            (0..3u32).prop_map(|count| ("minItems", json!(count))),
            (0..3u32).prop_map(|count| ("maxItems", json!(count))),
            some().prop_map(|all| ("anyOf", json!(all))),
            some().prop_map(|all| ("oneOf", json!(all))),
            some().prop_map(|all| ("allOf", json!(all))),
            inner.clone().prop_map(|schema| ("not", schema)),
            type_name().prop_map(|name| ("type", json!(name))),
            "[ab]".prop_map(|name| ("$ref", json!(format!("#/$defs/{name}")))),
        ];
        prop::collection::vec(keyword, 1..4).prop_map(|keywords| {
            let keywords = keywords.into_iter().map(|(name, said)| (name.to_owned(), said));
            Value::Object(keywords.collect())
        })
    })
}

/// Whether a schema leads to itself without a value in between, so that nobody can say what satisfies it.
fn is_endless(schema: &Value, definitions: &Value, passed: &[&str]) -> bool {
    let keywords = schema.as_object().into_iter().flatten();
    let within = |schema: &Value| is_endless(schema, definitions, passed);
    keywords.into_iter().any(|(keyword, said)| match keyword.as_str() {
        "$ref" => {
            let name = said
                .as_str()
                .and_then(|to| to.strip_prefix("#/$defs/"))
                .expect("a name");
            passed.contains(&name) || is_endless(&definitions[name], definitions, &[passed, &[name]].concat())
        }
        "anyOf" | "oneOf" | "allOf" => said.as_array().expect("schemas").iter().any(within),
        "not" => within(said),
        _ => false,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_global_rejects: 10_000, ..ProptestConfig::default() })]

    /// What satisfies a schema lies in its shape.
    #[test]
    fn shapes_hold_what_satisfies(
        a in schema(), b in schema(), schema in schema(), values in prop::collection::vec(value(), 24),
    ) {
        let definitions = json!({ "a": a, "b": b });
        prop_assume!(![&definitions["a"], &definitions["b"], &schema].into_iter().any(|one| is_endless(one, &definitions, &[])));
        let shape = shape_with(&definitions, &schema);
        for value in values {
            if satisfies(&value, &schema, &definitions) {
                prop_assert!(shape.admits(&value), "{} is not in {}", value, shape);
            }
        }
    }

    /// Whatever the text, it is read or refused.
    #[test]
    fn no_text_panics(text in "[\\[\\]{}:,\"a-f$#/0-9\\\\ ]{0,80}", mut value in value(), key in prop::sample::select(vec![
        "type", "enum", "$ref", "items", "properties", "required", "additionalProperties", "minItems", "allOf", "minimum", "errors",
    ])) {
        let _ = read(text);
        value = json!({ key: value });
        let _ = read(json!({ "input": value, "tasks": { "a": value }, "$defs": value }).to_string());
    }

    /// A meet holds what both hold.
    #[test]
    fn a_meet_holds_what_both_hold(one in schema(), two in schema(), values in prop::collection::vec(value(), 24)) {
        let definitions = json!({ "a": true, "b": { "type": "object" } });
        let [one, two] = [one, two].map(|schema| shape_with(&definitions, &schema));
        let meet = one.meet(&two);
        for value in values {
            prop_assert!(meet.admits(&value) || !(one.admits(&value) && two.admits(&value)), "{} is not in {}", value, meet);
        }
    }
}

/// The findings in a machine that asks a task and hands its result on, and what they say.
fn mismatches(parameters: Value, input: Value, output: Value) -> Vec<String> {
    let state = json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
        "Parameters": parameters, "End": true });
    let definition = json!({ "StartAt": "Work", "States": { "Work": state } });
    let types = json!({ "output": output, "tasks": { "work": {
        "input": input, "result": { "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"], "additionalProperties": false } } } });
    let mut options = crate::Options::default();
    options.types.file = Some(Source::new("a.types.json", types.to_string()));
    let found = crate::check(&Source::new("a.asl.json", definition.to_string()), &options);
    found
        .iter()
        .filter(|found| found.code.as_str() == "type_mismatch")
        .map(|found| format!("{}: {}", found.location.as_deref().unwrap_or_default(), found.label))
        .collect()
}

#[test]
fn what_never_fits_is_found() {
    let any = || json!(true);
    let cents = |schema: Value| json!({ "properties": { "cents": schema, "more": true }, "required": ["cents"] });
    for (parameters, input, expected) in [
        (
            json!({ "cents": "5" }),
            cents(json!({ "type": "integer" })),
            Some("`cents` is \"5\", and is to be integer"),
        ),
        (json!({ "cents": 5 }), cents(json!({ "type": "integer" })), None),
        (
            json!({ "cents": 5 }),
            cents(json!({ "type": ["number", "null"] })),
            None,
        ),
        (
            json!({ "more": 5 }),
            cents(json!({ "type": "integer" })),
            Some("`cents` is missing, which is to be integer"),
        ),
        (json!({ "cents.$": "$.a" }), cents(json!({ "type": "integer" })), None),
        (
            json!({ "cents.$": "States.Format('{}', $.a)" }),
            cents(json!({ "type": "integer" })),
            Some("`cents` is string, and is to be integer"),
        ),
        (
            json!({ "cents": "EUR" }),
            cents(json!({ "enum": ["EUR", "USD"] })),
            None,
        ),
        (
            json!({ "cents": "eur" }),
            cents(json!({ "enum": ["EUR", "USD"] })),
            Some("`cents` is \"eur\", and is to be \"EUR\" | \"USD\""),
        ),
        (
            json!({ "cents": { "of": [1], "at.$": "$.b" } }),
            cents(json!({ "properties": { "of": { "type": "object" }, "at": true } })),
            Some("`cents.of` is [integer], and is to be object"),
        ),
        (
            json!({ "cents": 5 }),
            json!({ "type": "string" }),
            Some("it is { cents: integer }, and is to be string"),
        ),
        (
            json!({ "cents": 5 }),
            json!({ "anyOf": [cents(json!({ "type": "string" })), { "type": "object" }] }),
            None,
        ),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        let found = mismatches(parameters.clone(), input, any());
        let labels: Vec<&str> = found
            .iter()
            .filter_map(|found| found.split_once(": "))
            .map(|(_, label)| label)
            .collect();
        assert_eq!(labels, expected, "{parameters}");
    }
    let output = json!({ "properties": { "id": { "type": "string" } } });
    assert_eq!(
        mismatches(json!({}), any(), output),
        ["/States/Work: `id` is integer, and is to be string"]
    );
    assert_eq!(mismatches(json!({}), any(), json!({ "required": ["id"] })), [""; 0]);
}
