//! What makes Cargo build a package again: a changed definition, and nothing else.

mod package;

use package::{Package, path_of};
use std::fs;

const HELLO: &str = r#"{ "StartAt": "Hello", "States": { "Hello": { "Type": "Pass", "End": true } } }"#;
const BYE: &str = r#"{ "StartAt": "Bye", "States": { "Bye": { "Type": "Pass", "End": true } } }"#;

const HELLO_IN_YAML: &str = "StartAt: Hello\nStates:\n  Hello: { Type: Succeed }\n";
const BYE_IN_YAML: &str = "StartAt: Bye\nStates:\n  Bye: { Type: Succeed }\n";

const TEMPLATE: &str = "
Resources:
  Hello:
    Type: AWS::Serverless::StateMachine
  Bye:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: { StartAt: Bye, States: { Bye: { Type: Succeed } } }
";

const MAIN: &str = r#"
asl_runtime::include_asl!(pub mod hello = "flows/hello.asl.json");
asl_runtime::include_asl!(pub mod beside = "./beside.asl.json");
asl_runtime::include_asl!(pub mod yaml = "flows/yaml.asl.yaml");
asl_runtime::include_asl!(pub mod templated = "flows/template.yaml#Bye");
asl_runtime::include_asl!(pub mod typed = "flows/typed.asl.json");
include!(concat!(env!("OUT_DIR"), "/built.rs"));

fn main() {}
"#;

const TASK: &str = r#"{ "StartAt": "Work", "States": { "Work": {
    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true } } }"#;
const TYPES: &str = r#"{ "tasks": { "work": { "errors": ["Busy"] } } }"#;
const OTHER_TYPES: &str = r#"{ "tasks": { "work": { "errors": ["Down"] } } }"#;

const BUILD: &str = r#"
fn main() {
    asl_codegen::Builder::new().glob("built/*.asl.json").compile();
}
"#;

/// A package that has one definition by the macro's path, one beside its source, and one from its build script.
fn rebuild() -> Package {
    let manifest = format!(
        "[dependencies]\nasl-runtime = {{ {} }}\n\n[build-dependencies]\nasl-codegen = {{ {} }}\n",
        path_of("asl-runtime"),
        path_of("asl-codegen"),
    );
    let package = Package::new("rebuild", &manifest);
    package.write("build.rs", BUILD);
    package.write("src/main.rs", MAIN);
    package.write("flows/hello.asl.json", HELLO);
    package.write("flows/yaml.asl.yaml", HELLO_IN_YAML);
    package.write("flows/template.yaml", TEMPLATE);
    package.write("flows/typed.asl.json", TASK);
    package.write("flows/typed.types.json", TYPES);
    package.write("flows/other.asl.json", HELLO);
    package.write("src/beside.asl.json", HELLO);
    package.write("built/built.asl.json", TASK);
    package.write("built/built.types.json", TYPES);
    let _ = fs::remove_file(package.folder.join("built/added.asl.json"));
    package
}

/// Builds, and tells whether the package itself had to be compiled; an error is its text.
fn build(package: &Package) -> Result<bool, String> {
    let output = package.cargo(&["build", "--message-format=json"]);
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let (mut compiled, mut errors) = (None, String::from_utf8_lossy(&output.stderr).into_owned());
    for message in messages {
        let own = message["target"]["name"] == "rebuild";
        match message["reason"].as_str() {
            Some("compiler-artifact") if own => compiled = Some(message["fresh"] == false),
            Some("compiler-message") => errors += message["message"]["rendered"].as_str().unwrap_or_default(),
            _ => {}
        }
    }
    match (output.status.success(), compiled) {
        (true, Some(compiled)) => Ok(compiled),
        _ => Err(errors),
    }
}

#[test]
fn a_changed_definition_and_nothing_else() {
    let package = rebuild();
    build(&package).expect("it builds");
    assert_eq!(build(&package), Ok(false), "nothing changed");

    package.write("flows/other.asl.json", BYE);
    package.write("notes.txt", "unrelated");
    assert_eq!(build(&package), Ok(false), "what changed is read by nobody");

    for file in ["flows/typed.types.json", "built/built.types.json"] {
        package.write(file, OTHER_TYPES);
        assert_eq!(build(&package), Ok(true), "{file} changed");
        package.write(file, "{ \"tasks\": { \"word\": {} } }");
        let error = build(&package).expect_err("there is no such task");
        assert!(error.contains(&format!(" --> {file}:1:14")), "{error}");
        package.write(file, TYPES);
        assert_eq!(build(&package), Ok(true), "{file} is right again");
    }
    let _ = fs::remove_file(package.folder.join("built/built.types.json"));

    for file in ["flows/hello.asl.json", "src/beside.asl.json", "built/built.asl.json"] {
        package.write(file, BYE);
        assert_eq!(build(&package), Ok(true), "{file} changed");
        assert_eq!(build(&package), Ok(false), "nothing changed after {file}");
    }

    package.write("flows/yaml.asl.yaml", BYE_IN_YAML);
    assert_eq!(build(&package), Ok(true), "the YAML changed");
    package.write("flows/template.yaml", &TEMPLATE.replace("Bye: {", "Gone: {"));
    let error = build(&package).expect_err("there is no such state");
    assert!(error.contains(" --> flows/template.yaml:8:30"), "{error}");
    package.write("flows/template.yaml", TEMPLATE);

    package.write("built/added.asl.json", HELLO);
    assert_eq!(build(&package), Ok(true), "a new file that the pattern matches");

    package.write("flows/hello.asl.json", "{");
    let error = build(&package).expect_err("it does not build");
    assert!(error.contains(" --> flows/hello.asl.json:1:2"), "{error}");
    package.write("built/built.asl.json", "[");
    let error = build(&package).expect_err("it does not build");
    assert!(error.contains(" --> built/built.asl.json:1:2"), "{error}");
    package.write("flows/hello.asl.json", HELLO);
    package.write("built/built.asl.json", HELLO);
    assert_eq!(build(&package), Ok(true), "it builds again");
}
