//! What is said about definitions in YAML: each `tests/yaml/*.yaml` beside its findings.
//!
//! `UPDATE_GOLDEN=1 cargo test -p asl-codegen --test yaml` writes the findings anew.

#![cfg(feature = "yaml")]

use asl_codegen::source::{Format, Source};
use asl_codegen::{Options, check, compile, format};
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/yaml");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|name| name == "yaml"))
        .collect();
    files.sort();
    files
}

#[test]
fn findings() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = String::new();
    for path in files() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = Source::new(&name, fs::read_to_string(&path).unwrap());
        let mut found = check(&source, &Options::default()).render(&source) + "\n";
        if let Err(error) = compile(&source, &Options::default())
            && !check(&source, &Options::default()).has_errors()
        {
            found = format!("{error}\n");
        }
        let golden = path.with_extension("txt");
        if update {
            fs::write(&golden, &found).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if found != expected {
            wrong += &format!("{name}\nexpected:\n{expected}\nfound:\n{found}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// One machine in both forms.
#[test]
fn both_forms_compile_to_the_same() {
    let json = r#"{
        "Comment": "Two lines\nof text",
        "StartAt": "Set",
        "States": {
            "Set": {
                "Type": "Pass",
                "Result": { "n": 1.50, "list": [null, true, "yes"], "big": 12345678901234567890 },
                "ResultPath": "$.set",
                "Next": "Is it?"
            },
            "Is it?": {
                "Type": "Choice",
                "Choices": [{ "Variable": "$.set.n", "NumericEquals": 1.5, "Next": "Done" }],
                "Default": "Set"
            },
            "Done": { "Type": "Succeed" }
        }
    }"#;
    let yaml = r"
Comment: |-
  Two lines
  of text
StartAt: Set
States:
  Set:
    Type: Pass
    Result: { n: 1.50, list: [~, True, yes], big: 12345678901234567890 }
    ResultPath: $.set
    Next: Is it?
  Is it?:
    Type: Choice
    Choices:
    - Variable: $.set.n
      NumericEquals: 1.5
      Next: &done Done
    Default: Set
  *done : { Type: Succeed }
";
    let text = |source: Source| {
        let tokens = compile(&source, &Options::default()).unwrap().tokens;
        format::file(tokens, "a").unwrap()
    };
    let json = text(Source::new("a", json));
    assert_eq!(text(Source::new("a", yaml).with_format(Format::Yaml)), json);
}
