//! Every static rule, in the form `tests/rules/README.md` describes: a definition, and what is said about it.

use asl_codegen::diagnostic::{Code, Diagnostic, Level, Lint};
use asl_codegen::source::Source;
use asl_codegen::{Options, WorkflowType};
use std::fmt::Write;
use std::path::PathBuf;

/// The rules of `spec/validation.md` that a definition can break, or that a lint of ours is about.
const RULES: &[&str] = &[
    "V-7", "V-10", "V-12", "V-14", "V-15", "V-16", "V-17", "V-19", "V-20", "V-21", "V-22", "V-23", "V-24", "V-25",
    "V-26", "V-27", "V-28", "V-29", "V-30", "V-31", "V-32", "V-33", "V-34", "V-35", "V-36", "V-37", "V-38", "V-39",
    "V-40", "V-41", "V-42", "V-43", "V-44", "V-47", "V-50", "V-51", "V-52", "V-53", "V-54", "V-55", "V-56", "V-57",
    "V-58", "V-59", "V-60", "V-61", "V-62", "V-64", "V-65", "V-70", "V-71", "V-72", "V-73", "V-74", "V-75", "V-76",
    "V-77", "V-78", "V-79", "V-80", "V-81", "V-82", "V-83", "V-84", "V-85", "V-86", "V-87", "V-88", "V-89", "V-90",
    "V-91", "V-92", "V-100", "V-101", "V-102", "V-103", "V-104", "V-105", "V-106", "V-107", "V-108", "V-109", "V-110",
    "V-111", "V-120", "V-121", "V-122", "V-123", "V-124", "V-125", "V-126", "V-127", "V-129", "V-130",
];

/// One case of a file.
#[derive(Debug, Default)]
struct Case {
    /// The number of its first line, for messages.
    line: usize,
    /// `V-50 Next names a state that does not exist`
    title: String,
    /// Lines that say how to read the definition: `express`, `given Name 30`, `warn unread_result`.
    settings: Vec<String>,
    /// The definition, or the part of one, with its first word.
    definition: String,
    /// What is expected.
    findings: String,
}

#[test]
fn every_rule_holds() {
    let update = std::env::var_os("UPDATE_RULES").is_some();
    let mut wrong = String::new();
    let mut count = 0;
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rewritten = String::new();
        for case in cases(&text) {
            count += 1;
            let found = found(&case);
            if found != case.findings {
                let place = format!("{}:{}", path.display(), case.line);
                writeln!(
                    wrong,
                    "{place}: {}\nexpected:\n{}found:\n{found}",
                    case.title, case.findings
                )
                .unwrap();
            }
            write_case(&mut rewritten, &case, &found);
        }
        if update {
            std::fs::write(&path, rewritten.trim_start()).unwrap();
        }
    }
    assert!(count > 0);
    assert!(update || wrong.is_empty(), "{wrong}");
}

/// Every rule is named by a case that breaks it and by one that keeps it, or by one that says it is only a warning.
#[test]
fn every_rule_has_cases() {
    let mut broken = Vec::new();
    let mut kept = Vec::new();
    for path in files() {
        for case in cases(&std::fs::read_to_string(path).unwrap()) {
            let rules = case.title.split_whitespace().take_while(|word| word.contains('-'));
            let list = if case.findings.is_empty() {
                &mut kept
            } else {
                &mut broken
            };
            list.extend(rules.map(|rule| rule.trim_end_matches(',').to_owned()));
        }
    }
    let missing = |list: &[String]| -> Vec<&str> {
        RULES
            .iter()
            .copied()
            .filter(|rule| !list.iter().any(|named| named == rule))
            .collect()
    };
    assert_eq!(missing(&broken), [""; 0], "no case breaks these");
    // Some rules say where something is reported, or hold for every definition.
    let always = ["V-7", "V-10", "V-12", "V-19", "V-24", "V-32", "V-33", "V-57"];
    let unkept: Vec<&str> = missing(&kept)
        .into_iter()
        .filter(|rule| !always.contains(rule))
        .collect();
    assert_eq!(unkept, [""; 0], "no case keeps these");
}

fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("# ") {
            cases.push(Case {
                line: index + 1,
                title: title.to_owned(),
                ..Case::default()
            });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        let word = line.split(' ').next().unwrap_or_default();
        if matches!(word, "error" | "warning") || !case.findings.is_empty() && line.starts_with("    ") {
            writeln!(case.findings, "{line}").unwrap();
        } else if case.definition.is_empty() && matches!(word, "express" | "given" | "warn") {
            case.settings.push(line.to_owned());
        } else if !line.is_empty() {
            writeln!(case.definition, "{line}").unwrap();
        }
    }
    cases
}

fn write_case(text: &mut String, case: &Case, findings: &str) {
    let settings: String = case.settings.iter().map(|line| format!("{line}\n")).collect();
    write!(text, "\n# {}\n{settings}{}{findings}", case.title, case.definition).unwrap();
}

/// The definition that a case is about.
fn definition(case: &Case) -> String {
    let (kind, part) = case
        .definition
        .trim_end()
        .split_once([' ', '\n'])
        .unwrap_or((case.definition.trim_end(), ""));
    let states = |state: String| {
        let done = if state.contains("\"Done\"") {
            r#", "Done": { "Type": "Succeed" }"#
        } else {
            ""
        };
        format!(r#""StartAt": "S", "States": {{ "S": {state}{done} }} }}"#)
    };
    let state = |state: String| format!("{{ {}", states(state));
    let comma = if part.is_empty() { "" } else { ", " };
    match kind {
        "machine" => part.to_owned(),
        "blank" => " ".to_owned(),
        "nesting" => format!(
            "{}{}",
            "[".repeat(part.parse().unwrap()),
            "]".repeat(part.parse().unwrap())
        ),
        "state" => state(part.to_owned()),
        "pass" => state(format!(r#"{{ "Type": "Pass", "End": true{comma}{part} }}"#)),
        "task" => state(format!(
            r#"{{ "Type": "Task", "End": true, "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f"{comma}{part} }}"#
        )),
        "resource" => state(format!(r#"{{ "Type": "Task", "End": true, "Resource": {part} }}"#)),
        "parameters" => state(format!(
            r#"{{ "Type": "Pass", "End": true, "Parameters": {{ {part} }} }}"#
        )),
        "rule" => state(format!(
            r#"{{ "Type": "Choice", "Choices": [ {part} ], "Default": "Done" }}"#
        )),
        "map" => state(format!(
            r#"{{ "Type": "Map", "End": true, "ItemProcessor": {{ "StartAt": "I", "States": {{ "I": {{ "Type": "Pass", "End": true }} }} }}{comma}{part} }}"#
        )),
        "distributed" => state(format!(
            r#"{{ "Type": "Map", "End": true, "ItemProcessor": {{ "ProcessorConfig": {{ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }}, "StartAt": "I", "States": {{ "I": {{ "Type": "Pass", "End": true }} }} }}{comma}{part} }}"#
        )),
        "jsonata" => format!(r#"{{ "QueryLanguage": "JSONata", {}"#, states(part.to_owned())),
        _ => panic!("{}: `{kind}` is no kind of definition", case.title),
    }
}

fn found(case: &Case) -> String {
    let mut options = Options::default();
    for setting in &case.settings {
        match setting.splitn(3, ' ').collect::<Vec<_>>()[..] {
            ["warn", lint] => options.levels.set(Lint::from_name(lint).unwrap(), Level::Warn),
            ["express"] => options.workflow_type = WorkflowType::Express,
            ["given", name, value] => options.substitutions.insert(name, value),
            _ => panic!("{}: `{setting}` is no setting", case.title),
        }
    }
    let source = Source::new("rule.json", definition(case));
    let diagnostics = asl_codegen::check(&source, &options);
    diagnostics.iter().map(|diagnostic| line(&source, diagnostic)).collect()
}

/// `error CODE at /States/S on "text"`, and below it what is said.
fn line(source: &Source, diagnostic: &Diagnostic) -> String {
    let one_line = |text: &str| text.replace('\n', "\\n");
    let Diagnostic {
        code, message, label, ..
    } = diagnostic;
    let severity = diagnostic.severity.as_str();
    let location = one_line(diagnostic.location.as_deref().unwrap_or("-"));
    let text = one_line(source.slice(diagnostic.span));
    let mut line = format!(
        "{severity} {code} at {location} on {text}\n    {}: {}\n",
        one_line(message),
        one_line(label)
    );
    for (span, label) in &diagnostic.related {
        let text = one_line(source.slice(*span));
        writeln!(line, "    also on {text}: {}", one_line(label)).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(line, "    help: {}", one_line(help)).unwrap();
    }
    if let (Some(words), Code::Service(_)) = (&diagnostic.service_message, code) {
        writeln!(line, "    service: {}", one_line(words)).unwrap();
    }
    assert!(!message.is_empty() && !label.is_empty(), "{line}");
    assert!(!message.ends_with('.') && !label.ends_with('.'), "{line}");
    assert!(
        !message.starts_with(char::is_uppercase) || message.starts_with("Choice"),
        "{line}"
    );
    line
}
