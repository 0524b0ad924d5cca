//! Native code that takes too long, or makes too much, ends with the error of the service.

use asl_jsonata::{Drawn, LARGE, LONG};
use asl_runtime::codegen::jsonata::{Query, Val};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The context value, and what is bound.
fn data() -> (&'static Value, &'static [Value; 2]) {
    let numbers = 1..=100_000;
    let members: Map<String, Value> = numbers.clone().map(|n| (n.to_string(), n.into())).collect();
    let bound = ["x".repeat(100_000).into(), json!(numbers.collect::<Vec<_>>())];
    (Box::leak(Box::new(members.into())), Box::leak(Box::new(bound)))
}

/// What is said of an expression that may take so long.
fn failure(function: Drawn, time: Duration) -> String {
    let (root, bound) = data();
    Query::within(time, |query| {
        let result = function(query, &Val::from(root), bound.each_ref().map(Val::from));
        match result.and_then(Val::into_json) {
            Ok(_) => "none".to_owned(),
            Err(error) => error.to_string(),
        }
    })
}

#[test]
fn j_70_every_part_of_an_expression_looks_at_the_clock() {
    let late = "Expression evaluation timeout: Check for infinite loop";
    for (text, function) in LONG {
        // No time is left once the clock was looked at.
        assert_eq!(failure(*function, Duration::ZERO), late, "{text}");
    }
}

#[test]
fn j_69_all_that_an_expression_makes_is_counted() {
    let full = "Expression evaluation memory limit exceeded";
    // As long as it takes.
    let time = Duration::from_secs(600);
    for (text, function) in LARGE {
        assert_eq!(failure(*function, time), full, "{text}");
    }
}
