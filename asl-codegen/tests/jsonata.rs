//! What `docs/jsonata.md` says of its expressions holds: which of them become Rust, and which the interpreter evaluates.

use asl_codegen::source::Source;
use asl_codegen::{Options, compile};
use serde_json::json;

const PAGE: &str = include_str!("../../docs/jsonata.md");

/// The expressions of a section, one on a line.
fn expressions(section: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once(&format!("\n## {section}\n")).expect("a section");
    let (_, block) = section.split_once("```jsonata\n").expect("expressions");
    let (block, _) = block.split_once("\n```").expect("an end of them");
    block.lines().collect()
}

/// Whether the interpreter evaluates an expression.
fn interpreted(expression: &str) -> bool {
    let machine = json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Say",
        "States": {"Say": {"Type": "Succeed", "Output": format!("{{% {expression} %}}")}},
    });
    match compile(&Source::new("jsonata.md", machine.to_string()), &Options::default()) {
        Ok(compiled) => compiled.tokens.to_string().contains("fallback :: evaluate"),
        Err(error) => panic!("{expression}\n{error}"),
    }
}

#[test]
fn what_is_said_to_be_native_is() {
    let wrong: Vec<_> = expressions("What runs as Rust")
        .into_iter()
        .filter(|e| interpreted(e))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_said_to_be_interpreted_is() {
    let section = expressions("What the interpreter evaluates");
    let wrong: Vec<_> = section.into_iter().filter(|e| !interpreted(e)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
