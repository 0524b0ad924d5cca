//! How outcomes and histories are compared.

use asl_conformance::compare::{Comparison, Wild};
use asl_conformance::events;
use serde_json::{Value, json};

fn differences(expected: Value, actual: Value, paths: &[&str]) -> Vec<String> {
    let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
    let mut comparison = Comparison::new(Wild::At(&paths));
    comparison.outcome(&expected, &actual);
    let differences = comparison.differences().into_iter();
    differences.map(|difference| difference.to_string()).collect()
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

/// Events of `id<previous Type`, and of details where there is a word more: the name of a state, or the number of an item.
fn history(lines: &[&str]) -> Vec<Value> {
    let event = |line: &&str| {
        let mut words = line.split(' ');
        let (id, previous) = words.next()?.split_once('<')?;
        let number = |text: &str| text.parse().map_or(json!([0]), |number: u64| json!(number));
        let event_type = words.next()?;
        let details = match (words.next(), event_type) {
            (None, _) => json!({}),
            (Some(word), name) if name.ends_with("Entered") => json!({ "stateEnteredEventDetails": { "name": word } }),
            (Some(word), name) if name.ends_with("Exited") => json!({ "stateExitedEventDetails": { "name": word } }),
            (Some(word), name) => {
                let details = format!("{}{}EventDetails", name[..1].to_lowercase(), &name[1..]);
                json!({ details: { "index": word.parse::<u64>().ok()? } })
            }
        };
        let mut event = json!({ "id": number(id), "previousEventId": number(previous), "type": event_type });
        event.as_object_mut()?.extend(details.as_object()?.clone());
        Some(event)
    };
    lines.iter().map(|line| event(line).expect(line)).collect()
}

fn differing(recorded: &[&str], found: &[&str]) -> Vec<String> {
    let fidelity = events::compare(&history(recorded), &history(found), &[]);
    let differences = fidelity.differences();
    differences.map(|difference| difference.to_string()).collect()
}

const SIDE_BY_SIDE: &[&str] = &[
    "1<0 ExecutionStarted",
    "2<0 MapStateEntered Each",
    "3<2 MapStateStarted",
    "4<3 MapIterationStarted 0",
    "5<3 MapIterationStarted 1",
    "6<4 TaskStateEntered One",
    "7<5 TaskStateEntered One",
    "8<6 TaskFailed",
    "9<7 TaskFailed",
    "10<8 MapIterationFailed 0",
    "11<8 TaskStateAborted",
    "12<8 MapIterationAborted 1",
    "13<8 TaskStateAborted",
    "14<8 MapStateFailed",
    "15<14 ExecutionFailed",
];

/// The history with these lines in place of those at these places.
fn with(history: &[&'static str], changes: &[(usize, &'static str)]) -> Vec<&'static str> {
    let mut history = history.to_vec();
    changes.iter().for_each(|(at, line)| history[at - 1] = line);
    history
}

#[test]
fn lanes_side_by_side_may_take_turns_in_another_way() {
    assert_eq!(differing(SIDE_BY_SIDE, SIDE_BY_SIDE), [""; 0]);
    let turned = with(
        SIDE_BY_SIDE,
        &[
            (6, "6<5 TaskStateEntered One"),
            (7, "7<4 TaskStateEntered One"),
            (8, "8<7 TaskFailed"),
            (9, "9<6 TaskFailed"),
        ],
    );
    assert_eq!(differing(SIDE_BY_SIDE, &turned), [""; 0]);
    // Each by itself has to be the same.
    let twice = with(SIDE_BY_SIDE, &[(9, "9<8 TaskFailed")]);
    assert_eq!(
        differing(SIDE_BY_SIDE, &twice),
        ["9/previousEventId: expected 7, found 8"]
    );
    // What their Map does has its order.
    let aborted = with(
        SIDE_BY_SIDE,
        &[(11, "11<8 MapIterationAborted 1"), (12, "12<8 TaskStateAborted")],
    );
    assert_eq!(
        differing(SIDE_BY_SIDE, &aborted),
        ["11/type: expected \"TaskStateAborted\", found \"MapIterationAborted\""]
    );
    let begun = with(
        SIDE_BY_SIDE,
        &[
            (4, "4<3 MapIterationStarted 1"),
            (5, "5<3 MapIterationStarted 0"),
            (6, "6<5 TaskStateEntered One"),
            (7, "7<4 TaskStateEntered One"),
        ],
    );
    assert_ne!(differing(SIDE_BY_SIDE, &begun), [""; 0]);
}

const IN_TURN: &[&str] = &[
    "1<0 ExecutionStarted",
    "2<0 MapStateEntered Each",
    "3<2 MapStateStarted",
    "4<3 MapIterationStarted 0",
    "5<4 PassStateEntered One",
    "6<5 PassStateExited One",
    "7<6 MapIterationSucceeded 0",
    "8<6 MapIterationStarted 1",
    "9<8 PassStateEntered One",
    "10<9 PassStateExited One",
    "11<10 MapIterationSucceeded 1",
    "12<11 MapStateSucceeded",
    "13<11 MapStateExited Each",
    "14<13 ExecutionSucceeded",
];

#[test]
fn lanes_one_after_the_other_keep_their_order() {
    let next_before_end = with(
        IN_TURN,
        &[
            (7, "7<6 MapIterationStarted 1"),
            (8, "8<6 MapIterationSucceeded 0"),
            (9, "9<7 PassStateEntered One"),
        ],
    );
    assert_ne!(differing(IN_TURN, &next_before_end), [""; 0]);
    let old_exit = with(IN_TURN, &[(13, "13<12 MapStateExited Each")]);
    assert_eq!(
        differing(IN_TURN, &old_exit),
        ["13/previousEventId: expected 11, found 12"]
    );
    assert_eq!(differing(IN_TURN, &IN_TURN[..13]), ["events: expected 14, found 13"]);
}

#[test]
fn the_exit_of_a_distributed_map_follows_the_success_or_the_start_of_its_run() {
    const NEW: &[&str] = &[
        "1<0 ExecutionStarted",
        "2<0 MapStateEntered Each",
        "3<2 MapStateStarted",
        "4<3 MapRunStarted",
        "5<4 MapRunSucceeded",
        "6<5 MapStateSucceeded",
        "7<4 MapStateExited Each",
        "8<7 ExecutionSucceeded",
    ];
    let old = with(NEW, &[(7, "7<5 MapStateExited Each")]);
    // EV-50
    assert_eq!(differing(&old, NEW), [""; 0]);
    let other = with(NEW, &[(7, "7<6 MapStateExited Each")]);
    assert_eq!(differing(&other, NEW), ["7/previousEventId: expected 6, found 4"]);
}

#[test]
fn branches_without_numbers_are_a_bag() {
    let recorded = [
        "1<0 ExecutionStarted",
        "2<0 ParallelStateEntered Both",
        "3<2 ParallelStateStarted",
        "x<0 PassStateEntered B",
        "x<0 PassStateEntered A",
        "x<0 PassStateExited A",
        "x<0 PassStateExited B",
        "9<7 ParallelStateExited Both",
        "10<9 ExecutionSucceeded",
    ];
    let found = [
        "1<0 ExecutionStarted",
        "2<0 ParallelStateEntered Both",
        "3<2 ParallelStateStarted",
        "4<3 PassStateEntered A",
        "5<4 PassStateExited A",
        "6<3 PassStateEntered B",
        "7<6 PassStateExited B",
        "8<7 ParallelStateSucceeded",
        "9<7 ParallelStateExited Both",
        "10<9 ExecutionSucceeded",
    ];
    assert_eq!(differing(&recorded, &found), [""; 0]);
    let other = with(&found, &[(6, "6<3 PassStateEntered A")]);
    assert_eq!(
        differing(&recorded, &other),
        ["[0]/stateEnteredEventDetails/name: expected \"B\", found \"A\""]
    );
    let late = with(&found, &[(9, "9<8 ParallelStateExited Both")]);
    assert_eq!(differing(&recorded, &late), ["9/previousEventId: expected 7, found 8"]);
    let more = with(&found, &[(8, "8<7 TaskStateAborted")]);
    assert_eq!(
        differing(&recorded, &more),
        ["events: expected no other, found \"TaskStateAborted\""]
    );
}

#[test]
fn data_may_be_json_text_and_causes_and_variables_are_text() {
    let event = |details: Value| [json!({ "id": 1, "previousEventId": 0, "type": "X", "xEventDetails": details })];
    let differs = |recorded: Value, found: Value| {
        let fidelity = events::compare(&event(recorded), &event(found), &[]);
        fidelity.differences().next().is_some()
    };
    assert!(!differs(json!({ "input": "[1]" }), json!({ "input": [1] })));
    assert!(!differs(json!({ "input": "\"1\"" }), json!({ "input": "1" })));
    assert!(differs(json!({ "input": "1" }), json!({ "input": "1" })));
    assert!(!differs(
        json!({ "cause": { "a": 1 } }),
        json!({ "cause": "{\"a\":1}" })
    ));
    assert!(differs(json!({ "cause": "1" }), json!({ "cause": 1 })));
    let assigned = |value: Value| json!({ "assignedVariables": { "x": value } });
    assert!(!differs(assigned(json!({ "a": 1 })), assigned(json!("{\"a\":1}"))));
    assert!(!differs(assigned(json!("42")), assigned(json!("42"))));
    assert!(differs(assigned(json!("42")), assigned(json!(42))));
    assert!(!differs(
        assigned(json!("[{\"a\":1,\"b\":2}]")),
        assigned(json!("[{\"b\":2,\"a\":1}]"))
    ));
}
