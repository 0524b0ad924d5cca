//! No text of an expression, a path or a call makes the compiler panic, hang or overflow the stack, or write what is no Rust.

use asl_codegen::source::Source;
use asl_codegen::{Options, compile, format};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Compiles a machine of one state, down to formatted Rust. Whether it compiles.
fn try_out(language: &str, mut state: Value) -> bool {
    state["Type"] = json!("Pass");
    state["End"] = json!(true);
    let machine = json!({ "QueryLanguage": language, "StartAt": "A", "States": { "A": state } });
    let source = Source::new("a.asl.json", machine.to_string());
    match compile(&source, &Options::default()) {
        Ok(compiled) => {
            assert!(
                format::file(compiled.tokens, "a.asl.json").is_ok(),
                "the output is no Rust"
            );
            true
        }
        Err(error) => {
            assert!(error.diagnostics().has_errors(), "it failed without saying why");
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

fn jsonata(text: &str) -> bool {
    let expression = format!("{{% {text} %}}");
    try_out(
        "JSONata",
        json!({ "Output": { "a": [&expression] }, "Assign": { "v": expression } }),
    )
}

fn json_path(text: &str) {
    try_out("JSONPath", json!({ "InputPath": text, "OutputPath": text }));
    try_out("JSONPath", json!({ "Parameters": { "a.$": text }, "ResultPath": text }));
    try_out("JSONPath", json!({ "Assign": { "v": { "a.$": text } } }));
}

#[rustfmt::skip]
const JSONATA: &[&str] = &[
    "$", "$$", "$states", "$states.input", "$v", "$x", "a", "`a b`", "*", "**", "%", ".", "..", "[", "]", "[]", "{", "}",
    "(", ")", ",", ";", ":", ":=", "?", "?:", "??", "~>", "^(", "<", ">", "<=", ">=", "=", "!=", "+", "-", "/", "&", "@$i",
    "#$i", "|", " and ", " or ", " in ", "null", "true", "1", "0.5", "1e308", "1e999", "-0", "'x'", "\"\\u00e9\"",
    "\"\\ud800\"", "'", "\"", "\\", "/a+/", "/(/i", "/[^/]/", "/* */", "/*", "function($x)", "λ($y)", "<n-n:n>", "$sum(",
    "$map(", "$reduce(", "$string(", "$match(", "$now()", "$uuid()", "$partition(", "$eval(", "$formatNumber(", "\u{1F600}",
    "\u{0}", "\n", " ", "$error(",
];

#[rustfmt::skip]
const PATH: &[&str] = &[
    "$", "$$", "$.", "$$.", "$v", ".", "..", "a", "a-b", "é", "*", "[", "]", "[*]", "[0]", "[-1]", "[0:2]", "[::-1]", "[?(",
    ")]", "(", ")", "@", "@.a", "'a'", "\"a\"", "'", "\"", "\\", "\\'", ",", " ", "==", "!=", "===", "<", ">=", "=~", "&&",
    "||", "!", "/x/i", " in ", " nin ", " empty ", "[1, 2]", "null", "true", "1", "-1.5e3", "1e999",
    "99999999999999999999", "length()", ".min()", "States.Format(", "States.Array(", "States.MathAdd(", "States.UUID()",
    "States.JsonMerge(", "States.Nothing(", "'{} {}'", "'\\{'", "Map.Item.Value", "Task.Token", "Execution.Input",
    "\u{1F600}", "\u{0}",
];

fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(pieces), 0..20).prop_map(|pieces| pieces.concat());
    prop_oneof![8 => pieces, 1 => any::<String>(), 1 => "\\PC{0,60}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_jsonata(text in text(JSONATA)) {
        jsonata(&text);
    }

    #[test]
    fn any_path(text in text(PATH), before in prop::sample::select(&["", "$", "$.a", "$[?(@.a", "States.Array("][..])) {
        json_path(&format!("{before}{text}"));
    }
}

#[test]
fn what_is_deep() {
    for depth in [10, 100, 10_000] {
        for (open, inside, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{'a':", "1", "}"),
            ("-", "a", ""),
            ("a[", "1", "]"),
            ("a{'b': ", "1", "}"),
            ("function($x){", "$x", "}"),
            ("λ($x){", "$x", "}(1)"),
            ("$not(", "true", ")"),
            ("a.(", "b", ")"),
            ("true ? ", "1", " : 0"),
            ("1 + ", "1", ""),
            ("a ~> ", "$sum", ""),
            ("", "a", "^(b)"),
            ("", "a", "[0]"),
            ("", "a", ".b"),
            ("", "$f", "(1)"),
            ("", "a", "%"),
            ("|a|", "{}", "|"),
        ] {
            jsonata(&format!("{}{inside}{}", open.repeat(depth), close.repeat(depth)));
            jsonata(&open.repeat(100 * depth));
        }
        jsonata(&format!("/{}a{}/", "(".repeat(depth), ")".repeat(depth)));
    }
}

/// Where the time grows with the square of the length, one of these takes minutes.
#[test]
fn what_is_long() {
    let list = |separator: &str, item: &dyn Fn(usize) -> String| {
        let items: Vec<String> = (0..5_000).map(item).collect();
        items.join(separator)
    };
    let number = |at: usize| at.to_string();
    assert!(jsonata(&format!("[{}]", list(", ", &number))));
    assert!(jsonata(&format!("({})", list("; ", &number))));
    assert!(jsonata(&format!("({})", list("; ", &|at| format!("$x{at} := {at}")))));
    jsonata(&format!("function({}){{ 1 }}", list(", ", &|at| format!("$x{at}"))));
    assert!(jsonata(&format!(
        "{{ {} }}",
        list(", ", &|at| format!("'k{at}': $states.input.a{at}"))
    )));
    jsonata(&format!("a{}", list("", &|at| format!(".b{at}"))));
    jsonata(&format!("a{}", "[0]".repeat(5_000)));
    jsonata(&format!("a^({})", list(", ", &|at| format!("b{at}"))));
    jsonata(&list(" & ", &|at| format!("'{at}'")));
    json_path(&format!("$[{}]", list(",", &number)));
    json_path(&format!("$[?({})]", list(" && ", &|at| format!("@.a{at} == {at}"))));
    json_path(&format!("$[?(@.a in [{}])]", list(", ", &number)));
    json_path(&format!("States.Array({})", list(", ", &|at| format!("$.a{at}"))));
    let holes = "{}".repeat(5_000);
    json_path(&format!(
        "States.Format('{holes}', {})",
        list(", ", &|at| format!("$.a{at}"))
    ));
    let fields: serde_json::Map<String, Value> = (0..10_000)
        .map(|at| (format!("k{at}.$"), json!(format!("$.a{at}"))))
        .collect();
    assert!(try_out("JSONPath", json!({ "Parameters": fields })));
}
