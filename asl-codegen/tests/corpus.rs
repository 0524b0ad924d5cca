//! Verdicts on definitions whose verdict is known, where the folder `ASL_CORPUS` holds some.

#[path = "../../tests/corpus.rs"]
mod corpus;

use asl_codegen::diagnostic::{Diagnostic, Level, Levels, Lint, Severity};
use asl_codegen::expr::jsonata::{Expr, ExprKind, StepKind};
use asl_codegen::source::Source;
use asl_codegen::{Options, WorkflowType};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Every JSON file below a folder, by path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|extension| extension == "json") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The text of the definition in a case. A definition that is not JSON is given as text.
fn definition(case: &Value) -> Option<String> {
    match &case["definition"] {
        Value::Null => case["definition_text"].as_str().map(str::to_owned),
        Value::String(text) => Some(text.clone()),
        definition => Some(serde_json::to_string_pretty(definition).unwrap()),
    }
}

fn check(name: &str, text: String, workflow_type: &Value, levels: &Levels) -> (Source, Vec<Diagnostic>) {
    let source = Source::new(name, text);
    let workflow_type = match workflow_type.as_str() {
        Some("EXPRESS") => WorkflowType::Express,
        _ => WorkflowType::Standard,
    };
    let options = Options {
        workflow_type,
        levels: levels.clone(),
        ..Options::default()
    };
    let diagnostics = asl_codegen::check(&source, &options).into_iter().collect();
    (source, diagnostics)
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect()
}

fn rendered(source: &Source, diagnostics: &[&Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(source) + "\n")
        .collect()
}

/// The levels at which the lint that `SHOW` names is told, if it names one.
fn shown() -> Levels {
    let mut levels = Levels::new();
    let lint = std::env::var("SHOW").ok().and_then(|name| Lint::from_name(&name));
    if let Some(lint) = lint.filter(|lint| lint.default_level() == Level::Allow) {
        levels.set(lint, Level::Warn);
    }
    levels
}

/// Definitions in YAML that their source takes, because it looks at no names of resources, and reads intrinsic functions
/// that have no commas between their arguments. The same in JSON are known to be refused by the service.
const TAKEN_BY_THEIR_SOURCE: [&str; 2] = ["yaml-TaskInvalidArn.json", "yaml-ValidParametersIntrinsicFunction.json"];

/// Definitions that public validators judge.
#[test]
fn labelled() {
    let Some(folder) = corpus::folder("definitions/labelled") else {
        return;
    };
    let (mut refused_wrongly, mut accepted_wrongly) = (Vec::new(), Vec::new());
    let (mut valid, mut invalid) = (0, 0);
    let show = std::env::var("SHOW").ok();
    for path in files(&folder) {
        let case = read(&path);
        let (Some(expected), Some(text)) = (case["expect_valid"].as_bool(), definition(&case)) else {
            continue;
        };
        let mut name = path.strip_prefix(&folder).unwrap().display().to_string();
        if TAKEN_BY_THEIR_SOURCE.iter().any(|other| name.ends_with(other)) {
            continue;
        }
        if case["format"] == "yaml" {
            name += ".yaml";
        }
        let (source, diagnostics) = check(&name, text, &Value::Null, &shown());
        let errors = errors(&diagnostics);
        for diagnostic in diagnostics.iter().filter(|_| expected) {
            if show.as_deref() == Some(diagnostic.code.as_str()) {
                println!("{}\n", diagnostic.render(&source));
            }
        }
        match expected {
            true => valid += 1,
            false => invalid += 1,
        }
        if expected && !errors.is_empty() {
            refused_wrongly.push(rendered(&source, &errors));
        }
        if !expected && errors.is_empty() {
            accepted_wrongly.push(format!("{name}: {}", case["reason"]));
        }
        if show.is_some() && !expected {
            println!("{name}: {}\n{}", case["reason"], rendered(&source, &errors));
        }
    }
    println!(
        "{valid} valid, {} refused; {invalid} invalid, {} accepted",
        refused_wrongly.len(),
        accepted_wrongly.len()
    );
    println!("{}\n{}", refused_wrongly.join("\n"), accepted_wrongly.join("\n"));
    assert!(refused_wrongly.is_empty());
    assert!(accepted_wrongly.len() * 100 <= invalid * 3);
}

/// Workflows that people published, their substitutions left open, and what was run on the service.
#[test]
fn accepted() {
    for folder in ["definitions/workflows", "conformance/execution", "conformance/describe"] {
        // Some of what was recorded is certain to fail, and shows how.
        let mut levels = shown();
        for lint in Lint::ALL.iter().filter(|_| folder == "conformance/execution") {
            levels.set(*lint, Level::Warn);
        }
        let Some(folder) = corpus::folder(folder) else { continue };
        let (mut refused, mut warnings) = (Vec::new(), std::collections::BTreeMap::new());
        let mut count = 0;
        for path in files(&folder) {
            if path.file_name().is_some_and(|name| name == "manifest.json") {
                continue;
            }
            let case = read(&path);
            let text = match case.get("States") {
                Some(_) => Some(std::fs::read_to_string(&path).unwrap()),
                None => definition(&case),
            };
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let (source, diagnostics) = check(&name, text.unwrap(), &case["type"], &levels);
            count += 1;
            for diagnostic in &diagnostics {
                *warnings.entry(diagnostic.code.as_str()).or_insert(0) += 1;
                if std::env::var("SHOW").is_ok_and(|code| code == diagnostic.code.as_str()) {
                    println!("{}\n", diagnostic.render(&source));
                }
            }
            let errors = errors(&diagnostics);
            if !errors.is_empty() {
                refused.push(rendered(&source, &errors));
            }
        }
        println!(
            "{}: {count} definitions, {} refused, findings {warnings:?}",
            folder.display(),
            refused.len()
        );
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }
}

/// What the service refused, with its words.
#[test]
fn refused_as_recorded() {
    for folder in ["conformance/create_error", "conformance/validate"] {
        let Some(folder) = corpus::folder(folder) else { continue };
        let mut wrong = Vec::new();
        let mut count = 0;
        for path in files(&folder) {
            let case = read(&path);
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let (source, diagnostics) = check(&name, definition(&case).unwrap(), &case["type"], &Levels::new());
            let found: Vec<String> = errors(&diagnostics)
                .into_iter()
                .map(in_the_words_of_the_service)
                .collect();
            let expected = expected(&case["expect"]);
            count += 1;
            if found != expected {
                let errors = rendered(&source, &errors(&diagnostics));
                wrong.push(format!(
                    "{name}\n  expected {expected:#?}\n  found {found:#?}\n{errors}"
                ));
            }
        }
        println!("{}: {count} cases, {} wrong", folder.display(), wrong.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// `CODE: message at location`
fn in_the_words_of_the_service(diagnostic: &Diagnostic) -> String {
    let message = diagnostic.service_message.as_deref().unwrap_or("<unknown>");
    let location = diagnostic.location.as_deref().unwrap_or("null");
    format!("{}: {message} at {location}", diagnostic.code)
}

fn expected(expect: &Value) -> Vec<String> {
    if let Some(message) = expect["error"]["message"].as_str() {
        let start = message.find('\'').unwrap() + 1;
        return vec![message[start..message.len() - 1].to_owned()];
    }
    let one = |diagnostic: &Value| {
        let text = |field: &str| diagnostic[field].as_str().unwrap_or("null").to_owned();
        format!("{}: {} at {}", text("code"), text("message"), text("location"))
    };
    expect["diagnostics"].as_array().unwrap().iter().map(one).collect()
}

/// What TestState was asked about: single states, or states of a machine.
#[test]
fn single_states() {
    let Some(folder) = corpus::folder("conformance/test_state") else {
        return;
    };
    let mut wrong = Vec::new();
    for path in files(&folder) {
        let case = read(&path);
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let is_machine = case["definition"].get("States").is_some();
        let text = match is_machine {
            true => definition(&case).unwrap(),
            false => json!({ "StartAt": "S", "States": { "S": case["definition"] } }).to_string(),
        };
        let (source, diagnostics) = check(&name, text, &Value::Null, &Levels::new());
        // A state by itself leads nowhere.
        let mut errors = errors(&diagnostics);
        errors.retain(|error| is_machine || !error.code.as_str().starts_with("MISSING"));
        let found: Vec<String> = errors.iter().copied().map(in_the_words_of_the_service).collect();
        let refused = case["expect"]["error"]["code"] == "InvalidDefinition" && is_machine;
        let expected = if refused { expected(&case["expect"]) } else { Vec::new() };
        if found != expected {
            wrong.push(format!("{name}: expected {expected:?}\n{}", rendered(&source, &errors)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every expression of the suite that version 2.0.6 reads is read; where it is refused, so with the same code (J-45).
#[test]
fn jsonata_expressions() {
    let Some(folder) = corpus::folder("jsonata") else {
        return;
    };
    let suite = std::fs::read_to_string(folder.join("suite.jsonl")).unwrap();
    let mut read = 0;
    for line in suite.lines() {
        // What Rust has no text for, half a surrogate pair, cannot stand in a definition either.
        let Ok(case) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if case["same_in_2_0_6"] == false {
            continue;
        }
        let (Some(text), code) = (case["expr"].as_str(), case["exp"]["err"].as_str()) else {
            continue;
        };
        let expected = code.filter(|code| code.starts_with('S') && *code != "S0500");
        let found = asl_codegen::expr::jsonata::parse(text)
            .err()
            .map(|error| error.code.unwrap_or("none"));
        assert_eq!(found, expected, "{text}");
        read += 1;
    }
    assert!(read > 900, "{read}");
}

/// The share of the expressions in published workflows that have a native form.
#[test]
fn expressions_are_native() {
    let Some(folder) = corpus::folder("definitions/workflows") else {
        return;
    };
    let mut texts = Vec::new();
    for path in files(&folder) {
        if path.file_name().is_none_or(|name| name != "manifest.json") {
            let document = read(&path);
            let in_document = texts.len();
            collect_expressions(
                definition(&document).map_or(document, |text| serde_json::from_str(&text).unwrap_or_default()),
                &mut texts,
            );
            if std::env::var_os("SHOW").is_some() && texts.len() > in_document {
                println!("{}: {}", path.display(), texts.len() - in_document);
            }
        }
    }
    let (mut all, mut native, mut plain) = (0, 0, 0);
    let mut reasons = std::collections::BTreeMap::new();
    for text in &texts {
        let Ok(expr) = asl_codegen::expr::jsonata::parse(text) else {
            continue;
        };
        all += 1;
        match asl_codegen::emit::jsonata::unsupported(&expr) {
            None => {
                native += 1;
                plain += usize::from(is_plain(&expr));
            }
            Some(reason) => {
                println!("{} `{}` in {text}\n", reason.what, &text[reason.at.clone()]);
                *reasons.entry(reason.what).or_insert(0) += 1;
            }
        }
    }
    println!(
        "{native} of {all} are native, {} of {} without plain paths and literals; {reasons:?}",
        native - plain,
        all - plain
    );
    assert!(native * 100 >= all * 95);
}

/// The expressions in all strings of a document.
fn collect_expressions(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let inner = text.trim().strip_prefix("{%").and_then(|text| text.strip_suffix("%}"));
            texts.extend(inner.map(|text| text.trim().to_owned()));
        }
        Value::Array(elements) => elements
            .into_iter()
            .for_each(|element| collect_expressions(element, texts)),
        Value::Object(members) => members
            .into_iter()
            .for_each(|(_, member)| collect_expressions(member, texts)),
        _ => {}
    }
}

/// Whether an expression is a literal, or a path of nothing but names.
fn is_plain(expr: &Expr) -> bool {
    expr.is_bare()
        && match &expr.kind {
            ExprKind::String(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Name(_)
            | ExprKind::Variable(_) => true,
            ExprKind::Path(path) => path.steps.iter().all(|step| match &step.kind {
                StepKind::Expr(expr) => step.stages.is_empty() && is_plain(expr),
                StepKind::Sort(_) => false,
            }),
            _ => false,
        }
}
