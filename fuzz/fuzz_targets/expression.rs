//! Any text as an expression of JSONata, as a path and as the value of a template: the same as for `compile`.

#![no_main]

use asl_codegen::source::Source;
use asl_codegen::{Options, compile, format};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let jsonata = quoted(&format!("{{% {text} %}}"));
    let path = quoted(text);
    for (language, fields) in [
        (
            "JSONata",
            format!(r#""Output": {jsonata}, "Assign": {{ "v": {jsonata} }}"#),
        ),
        ("JSONPath", format!(r#""InputPath": {path}, "OutputPath": {path}"#)),
        (
            "JSONPath",
            format!(r#""Parameters": {{ "a.$": {path} }}, "ResultPath": {path}"#),
        ),
    ] {
        let machine = format!(
            r#"{{ "QueryLanguage": "{language}", "StartAt": "A",
                  "States": {{ "A": {{ "Type": "Pass", {fields}, "End": true }} }} }}"#
        );
        match compile(&Source::new("fuzz.asl.json", machine), &Options::default()) {
            Ok(compiled) => assert!(
                format::file(compiled.tokens, "fuzz.asl.json").is_ok(),
                "the output is no Rust"
            ),
            Err(error) => assert!(error.diagnostics().has_errors() && !error.to_string().is_empty()),
        }
    }
});

/// A text as a string of JSON.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|char| match char {
        '"' | '\\' => format!("\\{char}"),
        '\0'..='\u{1f}' => format!("\\u{:04x}", u32::from(char)),
        _ => char.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
