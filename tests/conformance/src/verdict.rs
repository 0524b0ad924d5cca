//! Definitions that the service refused or judged, and its words.

use asl_codegen::diagnostic::{Diagnostic, Severity};
use asl_codegen::source::Source;
use asl_codegen::{Options, WorkflowType};
use serde_json::Value;

/// What is expected of a definition: the findings in the service's words, joined as CreateStateMachine joins them (V-3).
pub fn expected(case: &Value) -> String {
    let expect = &case["expect"];
    if let Some(message) = expect["error"]["message"].as_str() {
        let (start, end) = (message.find('\''), message.rfind('\''));
        return match (start, end) {
            (Some(start), Some(end)) if start < end => message[start + 1..end].to_owned(),
            _ => message.to_owned(),
        };
    }
    let text = |diagnostic: &Value, field: &str| diagnostic[field].as_str().unwrap_or("null").to_owned();
    let diagnostics = expect["diagnostics"].as_array().into_iter().flatten();
    let words = diagnostics
        .filter(|diagnostic| diagnostic["severity"] == "ERROR")
        .map(|diagnostic| {
            let [code, message, location] = ["code", "message", "location"].map(|field| text(diagnostic, field));
            format!("{code}: {message} at {location}")
        });
    words.collect::<Vec<_>>().join(", ")
}

/// What the compiler finds.
pub fn found(case: &Value) -> String {
    let name = case["name"].as_str().unwrap_or_default();
    let source = Source::new(name, crate::corpus::definition(case));
    let options = Options {
        workflow_type: match case["type"].as_str() {
            Some("EXPRESS") => WorkflowType::Express,
            _ => WorkflowType::Standard,
        },
        ..Options::default()
    };
    let diagnostics = asl_codegen::check(&source, &options);
    let errors = diagnostics
        .into_iter()
        .filter(|found| found.severity == Severity::Error);
    let words = errors.map(|found| in_the_words_of_the_service(&found));
    words.collect::<Vec<_>>().join(", ")
}

fn in_the_words_of_the_service(diagnostic: &Diagnostic) -> String {
    let message = diagnostic.service_message.as_deref().unwrap_or(&diagnostic.message);
    let location = diagnostic.location.as_deref().unwrap_or("null");
    format!("{}: {message} at {location}", diagnostic.code)
}
