//! Nothing that is put into the compiler makes it panic, hang or overflow the stack, on the whole way to formatted Rust.
//!
//! The seeds are the definitions of this repository, and with `ASL_CORPUS` every JSON file in that folder too.

use asl_codegen::source::Source;
use asl_codegen::{Options, WorkflowType, compile, format};
use proptest::prelude::*;
use proptest::sample::Index;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

/// Compiles, and looks at everything that a front end would show.
fn try_out(bytes: &[u8]) {
    let forms = [
        ("a.asl.json", WorkflowType::Standard),
        ("a.asl.json", WorkflowType::Express),
        ("a.asl.yaml", WorkflowType::Standard),
    ];
    for (path, workflow_type) in forms {
        let options = Options {
            workflow_type,
            ..Options::default()
        };
        let compiled = Source::from_bytes(path, bytes.to_vec()).and_then(|source| compile(&source, &options));
        match compiled {
            Ok(compiled) => assert!(
                format::file(compiled.tokens, "a.asl.json").is_ok(),
                "the output is no Rust"
            ),
            Err(error) => {
                assert!(error.diagnostics().has_errors(), "it failed without saying why");
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

fn seeds() -> &'static [String] {
    static SEEDS: OnceLock<Vec<String>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let own = ["examples", "tests", "benches"].map(|folder| repository.join(folder));
        let mut files = Vec::new();
        for folder in own.into_iter().chain(env::var_os("ASL_CORPUS").map(PathBuf::from)) {
            definitions(&folder, &mut files);
        }
        files.sort();
        files
            .iter()
            .filter_map(|file| Some(definition(fs::read_to_string(file).ok()?)))
            .collect()
    })
}

/// The definition in a test case that has one among other fields, or else the whole text.
fn definition(text: String) -> String {
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    match value.get("definition") {
        Some(serde_json::Value::String(inner)) => inner.clone(),
        Some(inner) => inner.to_string(),
        None => text,
    }
}

/// One of the seeds.
fn text(index: &Index) -> &'static str {
    index.get::<String>(seeds())
}

fn definitions(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            definitions(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json" || extension == "yaml")
        {
            files.push(path);
        }
    }
}

#[test]
fn every_seed() {
    assert!(!seeds().is_empty());
    seeds().iter().for_each(|seed| try_out(seed.as_bytes()));
}

/// A machine whose only state holds this value.
fn machine(field: &str, value: &str) -> String {
    format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", {field}: {value}, "End": true}}}}}}"#)
}

#[test]
fn what_is_deep() {
    for depth in [100, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"Not\":", "}"), ("[{\"And\":", "}]")] {
            try_out(open.repeat(depth).as_bytes());
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            try_out(machine("\"Result\"", &nested).as_bytes());
            try_out(machine("\"Choices\"", &nested).as_bytes());
        }
        let brackets = format!("\"$.a{}\"", "[?(@.a == ".repeat(depth));
        try_out(machine("\"InputPath\"", &brackets).as_bytes());
        let steps = format!("\"${}\"", ".a[0]".repeat(depth));
        try_out(machine("\"InputPath\"", &steps).as_bytes());
        let calls = format!(
            "{{\"a.$\": \"{}1{}\"}}",
            "States.Array(".repeat(depth),
            ")".repeat(depth)
        );
        try_out(machine("\"Parameters\"", &calls).as_bytes());
    }
}

#[test]
fn nested_scopes_are_bounded_by_the_depth_of_the_document() {
    let (mut inner, outer) = (r#"{"A": {"Type": "Pass", "End": true}}"#.to_owned(), 60);
    for level in 0..outer {
        let branch = format!(
            r#"{{"StartAt": "A{}", "States": {inner}}}"#,
            if level == 0 { "".to_owned() } else { level.to_string() }
        );
        inner = format!(
            r#"{{"A{}": {{"Type": "Parallel", "Branches": [{branch}], "End": true}}}}"#,
            level + 1
        );
    }
    try_out(format!(r#"{{"StartAt": "A{outer}", "States": {inner}}}"#).as_bytes());
}

/// As `machine`, about so long.
fn large(length: usize, field: &str, open: &str, repeated: &str, close: &str) -> String {
    let value = format!("{open}{}{close}", repeated.repeat(length / repeated.len()));
    machine(field, &value)
}

#[test]
fn what_is_large() {
    for field in ["\"Result\"", "\"Parameters\"", "\"Comment\""] {
        for (open, repeated, close) in [
            ("\"", "long \\u00e9 ", "\""),
            ("[", "1.5, \"a\", {\"b\": null}, ", "0]"),
            ("[", "{\"b.$\": \"$.b\"}, ", "0]"),
            ("{", "\"a\": 1, ", "\"a\": 1}"),
        ] {
            try_out(large(100_000, field, open, repeated, close).as_bytes());
        }
    }
    try_out(large(10_000_000, "\"Result\"", "[", "1.5, {\"b\": \"$.c\"}, ", "0]").as_bytes());
}

#[test]
fn many_states() {
    let states: String = (0..2000)
        .map(|n| format!(r#""A{n}": {{"Type": "Pass", "Next": "A{}"}}, "#, n + 1))
        .collect();
    try_out(format!(r#"{{"StartAt": "A0", "States": {{{states} "A2000": {{"Type": "Succeed"}}}}}}"#).as_bytes());
}

#[test]
fn what_is_odd() {
    for value in [
        "1e999",
        "-0",
        "99999999999999999999999999",
        "1e-400",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\"\u{feff}\"",
        "\"$\"",
        "\"$$\"",
        "\"${\"",
    ] {
        for field in [
            "\"Result\"",
            "\"InputPath\"",
            "\"TimeoutSeconds\"",
            "\"Comment\"",
            "\"\"",
            "\"a.$\"",
            "\"Type\"",
            "\"QueryLanguage\"",
        ] {
            try_out(machine(field, value).as_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        try_out(&bytes);
    }

    #[test]
    fn a_definition_cut_short(seed in any::<Index>(), at in any::<Index>()) {
        let seed = text(&seed).as_bytes();
        try_out(&seed[..at.index(seed.len() + 1)]);
    }

    #[test]
    fn a_definition_with_other_bytes(seed in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)) {
        let mut bytes = text(&seed).as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        try_out(&bytes);
    }

    #[test]
    fn a_definition_with_other_values(seed in any::<Index>(), changes in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>()), 1..4)) {
        let Ok(mut definition) = serde_json::from_str::<serde_json::Value>(text(&seed)) else {
            return Ok(());
        };
        for (place, donor, value) in changes {
            let donor: serde_json::Value = serde_json::from_str(text(&donor)).unwrap_or_default();
            let value = value.get(&nodes(&donor)).clone();
            let count = nodes(&definition).len();
            if let Some(node) = node_mut(&mut definition, &mut place.index(count)) {
                *node = value;
            }
        }
        try_out(definition.to_string().as_bytes());
    }
}

/// A value and everything in it.
fn nodes(value: &serde_json::Value) -> Vec<serde_json::Value> {
    let mut all = vec![value.clone()];
    match value {
        serde_json::Value::Array(items) => all.extend(items.iter().flat_map(nodes)),
        serde_json::Value::Object(members) => all.extend(members.values().flat_map(nodes)),
        _ => {}
    }
    all
}

/// The value of this number, counted as [`nodes`] does.
fn node_mut<'a>(value: &'a mut serde_json::Value, number: &mut usize) -> Option<&'a mut serde_json::Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        serde_json::Value::Array(items) => items.iter_mut().find_map(|item| node_mut(item, number)),
        serde_json::Value::Object(members) => members.values_mut().find_map(|member| node_mut(member, number)),
        _ => None,
    }
}
