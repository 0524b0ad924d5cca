//! What is said about definitions in YAML: each `tests/yaml/*.yaml` beside its findings.
//!
//! `UPDATE_GOLDEN=1 cargo test -p asl-codegen --test yaml` writes the findings anew.

#![cfg(feature = "yaml")]

use asl_codegen::source::{Format, Source};
use asl_codegen::{Options, WorkflowType, check, compile, format};
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

const TEMPLATE: &str = r#"
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: { Seconds: 30, Name: "a\"b", Table: !Ref Table }
      Definition:
        StartAt: Wait
        States:
          Wait: { Type: Wait, Seconds: "${Seconds}", Next: Put }
          Put:
            Type: Task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters: { TableName: !Ref Table, Name: "${Name}", Sub: !Sub "${Table}-1", Ref: { Ref: Table } }
            End: true
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: { Seconds: 30 }
      DefinitionString: |
        {
          "StartAt": "Wait",
          "States": { "Wait": { "Type": "Wait", "Seconds": "${Seconds}", "End": true } }
        }
"#;

/// The Rust of a definition, whatever its path.
fn rust(source: &Source, resource: Option<&str>, given: &[(&str, &str)]) -> Result<String, String> {
    let options = Options {
        resource: resource.map(str::to_owned),
        substitutions: given.iter().copied().collect(),
        ..Options::default()
    };
    let compiled = compile(source, &options).map_err(|error| error.to_string())?;
    Ok(format::file(compiled.tokens, "a").unwrap())
}

/// What a template holds is what stands there by itself, with the values that are known.
#[test]
fn machines_of_templates() {
    let template = Source::new("a", TEMPLATE).with_format(Format::Yaml);
    let wait = r#"{ "Type": "Wait", "Seconds": 30,"#;
    let orders = format!(
        r#"{{ "StartAt": "Wait", "States": {{ "Wait": {wait} "Next": "Put" }}, "Put": {{
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {{ "TableName": "${{Table}}", "Name": "a\"b", "Sub": "${{Table}}-1", "Ref": "${{Table}}" }},
            "End": true
        }} }} }}"#
    );
    let text = format!(r#"{{ "StartAt": "Wait", "States": {{ "Wait": {wait} "End": true }} }} }}"#);
    // The hash tells a substituted value, which is text, from a number.
    let body = |rust: String| -> Vec<String> {
        let lines = rust.lines().filter(|line| !line.contains("sha256: "));
        lines.map(str::to_owned).collect()
    };
    for (resource, json) in [("Orders", orders), ("Text", text)] {
        let found = rust(&template, Some(resource), &[]).unwrap();
        let expected = rust(&Source::new("a", json.as_str()), None, &[]).unwrap();
        assert_eq!(body(found), body(expected));
    }
    let given = rust(&template, Some("Orders"), &[("Table", "orders"), ("Seconds", "5")]).unwrap();
    assert!(given.contains("orders-1") && given.contains("from_secs(5)"), "{given}");
    let unknown = rust(&template, Some("Order"), &[]).unwrap_err();
    assert!(
        unknown.contains("no state machine `Order`") && unknown.contains("`Orders`"),
        "{unknown}"
    );
}

/// The list form of `Fn::Sub` has values for names of its own, and what they refer to is a substitution again.
#[test]
fn names_of_a_sub() {
    let machine = |resource: &str, table: &str| {
        format!(
            r#"{{ "StartAt": "Put", "States": {{ "Put": {{ "Type": "Task", "Resource": {resource}, "Parameters": {{ "Table": {table}, "Id": 7 }}, "End": true }} }} }}"#
        )
    };
    let template = format!(
        r#"{{ "Resources": {{ "Orders": {{ "Type": "AWS::StepFunctions::StateMachine", "Properties": {{ "Definition": {} }} }} }} }}"#,
        machine(
            r#"{ "Fn::Sub": ["arn:aws:states:::${Service}:${!putItem}", { "Service": "dynamodb", "Unused": 1 }] }"#
                .replace("${!putItem}", "putItem")
                .as_str(),
            r#"{ "Fn::Sub": ["${Prefix}-${Count}-${Table}-${", { "Prefix": { "Ref": "Stage" }, "Count": 2 }] }"#,
        )
    );
    let plain = machine(r#""arn:aws:states:::dynamodb:putItem""#, r#""${Stage}-2-${Table}-${""#);
    let found = rust(&Source::new("a", template), None, &[]).unwrap();
    assert_eq!(found, rust(&Source::new("a", plain), None, &[]).unwrap());
}

/// A template says that its machine is Express, in the way of its kind; so may the caller.
#[test]
fn types_of_templates() {
    let definition = "{ StartAt: A, States: { A: { Type: Succeed } } }";
    let cloudformation = |properties: &str, kind: &str| {
        format!("Resources: {{ M: {{ Type: '{kind}', Properties: {{ {properties} Definition: {definition} }} }} }}")
    };
    let (sam, cdk) = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine");
    let serverless = |kind: &str| {
        format!("stepFunctions: {{ stateMachines: {{ m: {{ type: {kind}, definition: {definition} }} }} }}")
    };
    for (template, express) in [
        (cloudformation("Type: EXPRESS,", sam), true),
        (cloudformation("Type: STANDARD,", sam), false),
        (cloudformation("", sam), false),
        (cloudformation("StateMachineType: EXPRESS,", cdk), true),
        (cloudformation("Type: EXPRESS,", cdk), false),
        (serverless("EXPRESS"), true),
        (serverless("STANDARD"), false),
    ] {
        let source = Source::new("a", template.as_str()).with_format(Format::Yaml);
        let is_express = |rust: String| rust.contains("WorkflowType::Express");
        assert_eq!(is_express(rust(&source, None, &[]).unwrap()), express, "{template}");
        let options = Options {
            workflow_type: WorkflowType::Express,
            ..Options::default()
        };
        let compiled = compile(&source, &options).unwrap();
        assert!(is_express(format::file(compiled.tokens, "a").unwrap()), "{template}");
    }
}

/// A template in JSON, whose definition is a string in a string.
#[test]
fn a_template_in_json() {
    let definition = r#"{ "StartAt": "A", "States": { "A": { "Type": "Succeed", "Nxt": "B" } } }"#;
    let template = serde_json::json!({ "Resources": { "M": {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": { "DefinitionString": { "Fn::Join": ["
", [definition, ""]] } }
    } } });
    let joined = rust(&Source::new("a.json", template.to_string()), None, &[]).unwrap_err();
    assert!(joined.contains("a Succeed state has no field `Nxt`"), "{joined}");
    let mut plain = template;
    plain["Resources"]["M"]["Properties"]["DefinitionString"] = definition.into();
    let source = Source::new("a.json", serde_json::to_string_pretty(&plain).unwrap());
    let error = compile(&source, &Options::default()).unwrap_err();
    let span = error.diagnostics().iter().next().unwrap().span;
    assert_eq!(source.slice(span), r#"\"Nxt\""#);
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
