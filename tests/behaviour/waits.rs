//! Wait until a time (WT-7 to WT-11).

use crate::support::seconds;
use asl_runtime::testing::Script;
use asl_runtime::{asl, json};

asl!(mod until = {
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "TimestampPath": "$", "End": true } }
});

asl!(mod until_literal = {
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "Timestamp": "2026-01-01T00:01:00.999Z", "End": true } }
});

asl!(mod until_computed = {
    "QueryLanguage": "JSONata",
    "StartAt": "Wait",
    "States": { "Wait": { "Type": "Wait", "Timestamp": "{% $states.input %}", "End": true } }
});

/// A minute after the start of a test.
const TIMES: [&str; 4] = [
    "2026-01-01T00:01:00Z",
    "2026-01-01T00:01:00.999Z",
    "2026-01-01T00:01:00.123456789Z",
    "2026-01-01T01:01:00.5+01:00",
];

#[test]
fn wt_11_a_wait_ends_at_a_whole_second() {
    for time in TIMES {
        let script = Script::new();
        script.run::<until::Machine>(json!(time)).assert_elapsed(seconds(60));
        script
            .run::<until_computed::Machine>(json!(time))
            .assert_elapsed(seconds(60));
        script
            .run::<until_literal::Machine>(json!(time))
            .assert_elapsed(seconds(60));
    }
}

#[test]
fn wt_8_wt_9_other_forms_of_a_time_are_refused() {
    for time in [
        "2026-01-01 00:01:00Z",
        "2026-01-01t00:01:00Z",
        "2026-01-01T00:01:00z",
        "2026-01-01T00:01:00",
        "2026-02-30T00:01:00Z",
        "2026-01-01T25:01:00Z",
        "2026-01-01",
        "",
    ] {
        let script = Script::new();
        let path = script.run::<until::Machine>(json!(time));
        let computed = script.run::<until_computed::Machine>(json!(time));
        path.assert_failed("States.Runtime");
        computed.assert_failed("States.QueryEvaluationError");
        let form = "ISO-8601 extended offset date-time format string:";
        for (report, text) in [
            (
                path,
                format!("The TimestampPath parameter does not reference a valid {form} $ == {time}"),
            ),
            (
                computed,
                format!("The Timestamp field cannot be parsed as an {form} {time}"),
            ),
        ] {
            let cause = report.result().as_ref().unwrap_err().cause().unwrap_or_default();
            assert!(cause.ends_with(&text), "{cause}");
        }
    }
}
