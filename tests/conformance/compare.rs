//! How outcomes are compared.

use asl_conformance::compare::{Comparison, Wild};
use serde_json::{Value, json};

fn differences(expected: Value, actual: Value, paths: &[&str]) -> Vec<String> {
    let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
    let mut comparison = Comparison::new(Wild::At(&paths));
    comparison.outcome(&expected, &actual);
    comparison.differences()
}

#[test]
fn a_placeholder_has_one_value() {
    let expected = json!({ "output": ["arn:<name>:<id:1>", "<id:1>", "<id:2>"] });
    let same = json!({ "output": ["arn:a:b", "b", "c"] });
    assert_eq!(differences(expected.clone(), same, &[]), [""; 0]);
    let other = json!({ "output": ["arn:a:b", "x", "c"] });
    assert_eq!(
        differences(expected.clone(), other, &[]),
        ["/output/1: expected \"<id:1>\", found \"x\""]
    );
    // As text that went through.
    assert_eq!(differences(expected.clone(), expected, &[]), [""; 0]);
}

#[test]
fn words_are_wild_at_their_paths_only() {
    let expected = json!({ "output": { "at": "date", "or": "date" } });
    let actual = json!({ "output": { "at": "2024-01-01", "or": "2024-01-01" } });
    assert_eq!(
        differences(expected, actual, &["/output/at"]),
        ["/output/or: expected \"date\", found \"2024-01-01\""]
    );
}

#[test]
fn a_cause_that_holds_json_is_compared_as_json() {
    let expected = json!({ "cause": "{\"a\": \"date\", \"b\": 1}", "cause_json": true });
    let actual = json!({ "cause": "{\"b\":1,\"a\":\"today\"}" });
    assert_eq!(differences(expected.clone(), actual.clone(), &["/cause"]), [""; 0]);
    assert_eq!(differences(expected, actual, &[]).len(), 1);
}

#[test]
fn members_that_are_missing_or_too_many_differ() {
    let found = differences(json!({ "output": { "a": 1 } }), json!({ "output": { "b": 1 } }), &[]);
    assert_eq!(
        found,
        [
            "/output/a: expected 1, found nothing",
            "/output/b: expected nothing, found 1"
        ]
    );
}
