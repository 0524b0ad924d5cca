//! Which fields each type of state has, in either language (S-20 to S-36, S-40 to S-46): a definition for every cell of
//! the tables.

use asl_codegen::diagnostic::{Diagnostic, Severity};
use asl_codegen::source::Source;
use asl_codegen::{Options, check};

/// The types in the order of the columns, each with what it cannot do without.
const TYPES: [(&str, &str); 8] = [
    (
        "Task",
        r#""Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Next": "Done""#,
    ),
    (
        "Parallel",
        r#""Branches": [ { "StartAt": "B", "States": { "B": { "Type": "Succeed" } } } ], "Next": "Done""#,
    ),
    (
        "Map",
        r#""ItemProcessor": { "StartAt": "I", "States": { "I": { "Type": "Succeed" } } }, "Next": "Done""#,
    ),
    ("Pass", r#""Next": "Done""#),
    ("Wait", r#""Seconds": 1, "Next": "Done""#),
    ("Choice", r#""Choices": [ RULE ], "Default": "Done""#),
    ("Succeed", ""),
    ("Fail", ""),
];

/// `o` where the type has the field, `-` where it does not, a dot where it stands there anyway or needs more than this.
type Row = (&'static str, &'static str, &'static str);

const JSONPATH: &[Row] = &[
    // S-3, S-21
    ("Comment", r#""c""#, "oooooooo"),
    ("QueryLanguage", r#""JSONPath""#, "oooooooo"),
    // S-22
    ("InputPath", r#""$.a""#, "ooooooo-"),
    ("OutputPath", r#""$.a""#, "ooooooo-"),
    // S-5, S-6, S-23
    ("Next", r#""Done""#, ".....---"),
    ("End", "true", ".....---"),
    // S-24, S-36
    ("Parameters", r#"{ "a": 1 }"#, "oooo----"),
    // S-25
    ("ResultPath", r#""$.a""#, "oooo----"),
    // S-26, PS-6
    ("ResultSelector", r#"{ "a": 1 }"#, "ooo-----"),
    // S-27
    ("Assign", r#"{ "a": 1 }"#, "oooooo--"),
    // S-28, PS-5
    ("Retry", r#"[ { "ErrorEquals": ["E"] } ]"#, "ooo-----"),
    ("Catch", r#"[ { "ErrorEquals": ["E"], "Next": "Done" } ]"#, "ooo-----"),
    // S-29
    ("Result", "1", "---o----"),
    // S-30, TO-10, TK-1, MP-1 to MP-10, FL-1, CH-1, WT-1, PL-1
    ("Resource", r#""arn:aws:states:::sns:publish""#, ".-------"),
    ("TimeoutSeconds", "9", "o-------"),
    ("TimeoutSecondsPath", r#""$.a""#, "o-------"),
    ("HeartbeatSeconds", "9", "o-------"),
    ("HeartbeatSecondsPath", r#""$.a""#, "o-------"),
    ("Credentials", r#"{ "RoleArn": "r" }"#, "o-------"),
    ("Branches", "[]", "-.------"),
    ("ItemProcessor", "{}", "--.-----"),
    ("Iterator", "{}", "--.-----"),
    ("ItemsPath", r#""$.a""#, "--o-----"),
    ("ItemSelector", r#"{ "a": 1 }"#, "--o-----"),
    ("MaxConcurrency", "1", "--o-----"),
    ("MaxConcurrencyPath", r#""$.a""#, "--o-----"),
    ("ToleratedFailureCount", "1", "--o-----"),
    ("ToleratedFailureCountPath", r#""$.a""#, "--o-----"),
    ("ToleratedFailurePercentage", "1.5", "--o-----"),
    ("ToleratedFailurePercentagePath", r#""$.a""#, "--o-----"),
    ("Seconds", "1", "----.---"),
    ("Timestamp", r#""2024-05-01T10:00:00Z""#, "----.---"),
    ("SecondsPath", r#""$.a""#, "----.---"),
    ("TimestampPath", r#""$.a""#, "----.---"),
    ("Choices", "[]", "-----.--"),
    ("Default", r#""Done""#, "-----.--"),
    ("Error", r#""E""#, "-------o"),
    ("ErrorPath", r#""$.a""#, "-------o"),
    ("Cause", r#""c""#, "-------o"),
    ("CausePath", r#""$.a""#, "-------o"),
    // S-41, S-43
    ("Arguments", r#"{ "a": 1 }"#, "--------"),
    ("Output", r#"{ "a": 1 }"#, "--------"),
    ("Items", "[]", "--------"),
    ("Condition", "true", "--------"),
];

const JSONATA: &[Row] = &[
    ("Comment", r#""c""#, "oooooooo"),
    ("QueryLanguage", r#""JSONata""#, "oooooooo"),
    // S-31
    ("Output", r#""{% $states.input.a %}""#, "ooooooo-"),
    // S-32
    ("Assign", r#"{ "a": "{% 1 %}" }"#, "oooooo--"),
    // S-33, PS-4
    ("Arguments", r#"{ "a": "{% 1 %}" }"#, "oo------"),
    // S-34
    ("Next", r#""Done""#, ".....---"),
    ("End", "true", ".....---"),
    // S-35, S-45
    ("Retry", r#"[ { "ErrorEquals": ["E"] } ]"#, "ooo-----"),
    (
        "Catch",
        r#"[ { "ErrorEquals": ["E"], "Output": "{% 1 %}", "Next": "Done" } ]"#,
        "ooo-----",
    ),
    // S-36
    ("ItemSelector", r#"{ "a": "{% 1 %}" }"#, "--o-----"),
    // S-42, S-46
    ("TimeoutSeconds", r#""{% 9 %}""#, "o-------"),
    ("HeartbeatSeconds", r#""{% 9 %}""#, "o-------"),
    ("Credentials", r#"{ "RoleArn": "{% 'r' %}" }"#, "o-------"),
    ("Items", r#""{% [1] %}""#, "--o-----"),
    ("MaxConcurrency", r#""{% 1 %}""#, "--o-----"),
    ("ToleratedFailureCount", r#""{% 1 %}""#, "--o-----"),
    ("ToleratedFailurePercentage", r#""{% 1 %}""#, "--o-----"),
    ("Error", r#""{% 'E' %}""#, "-------o"),
    ("Cause", r#""{% 'c' %}""#, "-------o"),
    // S-40, S-43
    ("InputPath", r#""$.a""#, "--------"),
    ("OutputPath", r#""$.a""#, "--------"),
    ("Parameters", r#"{ "a": 1 }"#, "--------"),
    ("ResultPath", r#""$.a""#, "--------"),
    ("ResultSelector", r#"{ "a": 1 }"#, "--------"),
    ("Result", "1", "--------"),
    ("ItemsPath", r#""$.a""#, "--------"),
    ("TimeoutSecondsPath", r#""$.a""#, "--------"),
    ("HeartbeatSecondsPath", r#""$.a""#, "--------"),
    ("MaxConcurrencyPath", r#""$.a""#, "--------"),
    ("ToleratedFailureCountPath", r#""$.a""#, "--------"),
    ("ToleratedFailurePercentagePath", r#""$.a""#, "--------"),
    ("SecondsPath", r#""$.a""#, "--------"),
    ("TimestampPath", r#""$.a""#, "--------"),
    ("ErrorPath", r#""$.a""#, "--------"),
    ("CausePath", r#""$.a""#, "--------"),
];

#[test]
fn jsonpath_states() {
    let rule = r#"{ "Variable": "$.a", "IsNull": true, "Next": "Done" }"#;
    every_cell(JSONPATH, "JSONPath", rule);
}

#[test]
fn jsonata_states() {
    let rule = r#"{ "Condition": "{% $states.input.a = 1 %}", "Next": "Done" }"#;
    every_cell(JSONATA, "JSONata", rule);
}

fn every_cell(rows: &[Row], language: &str, rule: &str) {
    let mut wrong = Vec::new();
    for (field, value, cells) in rows {
        assert_eq!(cells.len(), TYPES.len(), "{field}");
        for ((kind, needed), cell) in TYPES.iter().zip(cells.chars()) {
            let needed = needed.replace("RULE", rule);
            let state = [format!(r#""Type": "{kind}", "{field}": {value}"#), needed];
            let state: Vec<String> = state.into_iter().filter(|part| !part.is_empty()).collect();
            let definition = format!(
                r#"{{ "QueryLanguage": "{language}", "StartAt": "S", "States": {{ "S": {{ {} }}, "Done": {{ "Type": "Succeed" }} }} }}"#,
                state.join(", ")
            );
            let source = Source::new("fields.asl.json", definition);
            let findings = check(&source, &Options::default());
            let errors: Vec<&Diagnostic> = findings
                .iter()
                .filter(|found| found.severity == Severity::Error)
                .collect();
            // `Done` is not reached from the states that end.
            let of_field: Vec<_> = errors
                .iter()
                .filter(|error| !error.code.as_str().starts_with("MISSING"))
                .collect();
            let is_right = match cell {
                'o' => of_field.is_empty(),
                '-' => matches!(of_field[..], [error] if is_refusal(error, field, language)),
                _ => true,
            };
            if !is_right {
                wrong.push(format!("{field} of {kind} is `{cell}`\n{}", findings.render(&source)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Whether it says that there is no such field, in the words and at the place of the service (V-22, V-30).
fn is_refusal(error: &Diagnostic, field: &str, language: &str) -> bool {
    let other = if language == "JSONata" { "JSONPath" } else { "JSONata" };
    let words = error.service_message.as_deref().unwrap_or_default();
    let none = format!("Field '{field}' is not supported");
    let of_other = format!(
        "The QueryLanguage is set to '{language}', but field '{field}' is only supported for the '{other}' QueryLanguage"
    );
    error.location.as_deref() == Some("/States/S") && (words == none || words == of_other)
}
