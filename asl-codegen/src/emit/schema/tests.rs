//! Schemas, and the types that they become.

use super::RustTypes;
use crate::emit::name::Names;
use crate::schema::tests::{read, schema};
use proptest::prelude::*;
use quote::{ToTokens, quote};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The type of the input in a types file, and the items that it needs.
fn types(file: &Value) -> Result<(String, syn::File), String> {
    let file = read(file.to_string())?;
    let input = file.input.as_ref().ok_or("no input")?;
    let mut names = Names::default();
    let mut rust = RustTypes::new(&file, &mut names);
    rust.add(&input.value, "Input", "");
    let (types, items) = rust.finish()?;
    let items = syn::parse2(quote!(#(#items)*)).map_err(|error| error.to_string())?;
    Ok((types[0].to_string().replace(' ', ""), items))
}

fn input(schema: Value) -> String {
    let definitions = json!({
        "Base": { "type": "object", "properties": { "a": true }, "required": ["a"] },
        "Endless": { "allOf": [{ "$ref": "#/$defs/Endless" }, { "properties": { "b": true } }] },
        "Inward": { "allOf": [
            { "$ref": "#/$defs/Base" },
            { "properties": { "in": { "allOf": [{ "$ref": "#/$defs/Inward" }, { "properties": { "b": true } }] } } }
        ] },
        "Loop": { "$ref": "#/$defs/Loop" },
        "Chain": { "type": ["object", "null"], "properties": { "next": { "$ref": "#/$defs/Chain" } }, "required": ["next"] },
        "Many": { "type": "array", "items": { "$ref": "#/$defs/Many" } },
    });
    let (of, _) = types(&json!({ "$defs": definitions, "input": schema })).unwrap_or_else(|error| panic!("{error}"));
    of
}

#[test]
fn what_schemas_become() {
    for (schema, expected) in [
        (json!({ "type": "integer", "minimum": 0 }), "u64"),
        (json!({ "type": "integer", "minimum": -1 }), "i64"),
        (json!({ "type": ["integer", "number"] }), "f64"),
        (json!({ "type": ["null", "string"] }), "Option<String>"),
        (json!({ "type": "null" }), "()"),
        (json!({ "enum": [1, 2, null] }), "Option<i64>"),
        (json!({ "enum": [true, false] }), "bool"),
        (json!({ "enum": ["a", 1] }), "Value"),
        (json!({ "const": "a" }), "Input"),
        (json!({ "enum": [] }), "()"),
        (json!({ "type": "array" }), "Vec<Value>"),
        (
            json!({ "type": "array", "prefixItems": [true], "minItems": 1, "maxItems": 1 }),
            "(Value,)",
        ),
        (json!({ "type": "array", "prefixItems": [true] }), "Vec<Value>"),
        (json!({ "type": "object" }), "rt::Map<String,Value>"),
        (
            json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/Base" } }),
            "rt::BTreeMap<String,Base>",
        ),
        (json!({ "type": "object", "additionalProperties": false }), "Input"),
        (json!({ "$ref": "#/$defs/Base", "description": "the base" }), "Base"),
        (json!({ "allOf": [{ "$ref": "#/$defs/Base" }] }), "Base"),
        (
            json!({ "allOf": [{ "$ref": "#/$defs/Base" }, { "type": "string" }] }),
            "Value",
        ),
        (
            json!({ "title": "the order", "allOf": [{ "$ref": "#/$defs/Base" }, { "required": ["b"] }] }),
            "TheOrder",
        ),
        (
            json!({ "anyOf": [{ "$ref": "#/$defs/Base" }, { "type": "null" }] }),
            "Option<Base>",
        ),
        (json!({ "anyOf": [{ "type": "string" }, true] }), "Value"),
        (
            json!({ "anyOf": [{ "type": "string" }, { "const": null }, { "type": "string" }] }),
            "Option<String>",
        ),
        (json!({ "$ref": "#/$defs/Chain" }), "Option<Chain>"),
        (json!({ "$ref": "#/$defs/Endless" }), "Value"),
        (json!({ "$ref": "#/$defs/Inward" }), "Inward"),
        (json!({ "$ref": "#/$defs/Loop" }), "Value"),
        (json!({ "$ref": "#/$defs/Many" }), "Vec<Value>"),
        (json!(false), "Value"),
    ] {
        assert_eq!(input(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn what_is_deep_or_long_does_not_overflow() {
    let nested = |open: &str, close: &str| format!("{}true{}", open.repeat(40), close.repeat(40));
    for schema in [
        nested("{\"items\":", "}"),
        nested(
            "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":",
            "}]}",
        ),
        nested("{\"prefixItems\":[", "],\"minItems\":1,\"items\":false}"),
        nested("{\"properties\":{\"a\":", "}}"),
        nested("{\"allOf\":[", "]}"),
    ] {
        let schema: Value = serde_json::from_str(&schema).unwrap_or_else(|error| panic!("{schema}: {error}"));
        types(&json!({ "input": schema })).expect("types");
    }
    let chain = |link: fn(&Value) -> Value| {
        let definitions = (0..3_000).map(|at| (at.to_string(), link(&json!(format!("#/$defs/{}", at + 1)))));
        let mut definitions: serde_json::Map<String, Value> = definitions.collect();
        definitions.insert("3000".to_owned(), json!({ "type": "string" }));
        types(&json!({ "$defs": definitions, "input": { "$ref": "#/$defs/0" } })).expect("types")
    };
    let (_, items) = chain(|next| json!({ "properties": { "next": { "$ref": next } } }));
    assert_eq!(items.items.len(), 3_000);
    chain(|next| json!({ "$ref": next }));
    chain(|next| json!({ "type": "array", "items": { "$ref": next } }));
    chain(|next| json!({ "allOf": [{ "$ref": next }, { "required": ["a"] }] }));
    chain(|next| json!({ "oneOf": [{ "$ref": next }, { "type": "integer" }] }));
}

#[test]
fn what_contains_itself_stands_in_a_box() {
    let chain = json!({ "type": ["object", "null"], "properties": { "next": { "$ref": "#/$defs/Chain" } }, "required": ["next"] });
    let (_, items) =
        types(&json!({ "$defs": { "Chain": chain }, "input": { "$ref": "#/$defs/Chain" } })).expect("types");
    let text = items.to_token_stream().to_string().replace(' ', "");
    assert!(text.contains("pubnext:Option<Box<Chain>>"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the schemas, there are types for them, each of which has a name of its own.
    #[test]
    fn every_schema_has_a_type(a in schema(), b in schema(), schema in schema()) {
        let found = types(&json!({ "$defs": { "a": a, "b": b }, "input": schema }));
        let (of, items) = found.map_err(TestCaseError::fail)?;
        prop_assert!(syn::parse_str::<syn::Type>(&of).is_ok(), "{}", of);
        let mut names = HashSet::new();
        for item in &items.items {
            let name = match item {
                syn::Item::Struct(item) => &item.ident,
                syn::Item::Enum(item) => &item.ident,
                _ => return Err(TestCaseError::fail("it is no type")),
            };
            prop_assert!(names.insert(name), "{} is there twice", name);
        }
    }
}
