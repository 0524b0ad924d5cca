//! States in JSONata: what their fields see, and how they fail.

use asl_runtime::testing::Script;
use asl_runtime::{asl, json};

asl!(mod listed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Double",
                "States": { "Double": { "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true } }
            },
            "Output": { "of": "{% $states.input %}", "is": "{% $states.result %}" },
            "Assign": { "list": "{% $states.input %}" },
            "Next": "Show"
        },
        "Show": { "Type": "Pass", "Output": "{% $merge([$states.input, { 'again': $list }]) %}", "End": true }
    }
});

asl!(mod plainly_listed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Double",
                "States": { "Double": { "Type": "Pass", "Output": "{% $states.input * 2 %}", "End": true } }
            },
            "End": true
        }
    }
});

#[test]
fn j_30_output_and_assign_of_a_map_see_the_input_that_it_went_through() {
    let report = Script::new().run::<listed::Machine>(json!([1, 2]));
    report.assert_output(json!({ "of": [1, 2], "is": [2, 4], "again": [1, 2] }));
}

#[test]
fn mp_22_the_input_of_a_map_without_items_is_an_array() {
    let run = |input| Script::new().run::<plainly_listed::Machine>(input);
    run(json!([1, 2])).assert_output(json!([2, 4]));
    for input in [json!(1), json!("a"), json!(null), json!({ "a": [1] })] {
        let report = run(input.clone());
        report.assert_failed("States.QueryEvaluationError");
        let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
        let text = format!("Map state input must be an array but was: {input}");
        assert!(cause.ends_with(&text), "{cause}");
        let history = report.history().events();
        let events: Vec<_> = history.iter().map(|event| event.event_type).collect();
        assert_eq!(
            events,
            [
                "ExecutionStarted",
                "MapStateEntered",
                "EvaluationFailed",
                "MapStateFailed",
                "ExecutionFailed"
            ]
        );
    }
}
