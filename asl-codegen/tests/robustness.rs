//! No definition makes the checks panic, hang or overflow the stack.

use asl_codegen::Options;
use asl_codegen::diagnostic::Diagnostics;
use asl_codegen::source::Source;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::LazyLock;

/// Definitions to begin with: those of the rules, and published workflows where there are some.
static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut seeds: Vec<String> = texts(&rules, "txt")
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.find('{').map(|at| line[at..].to_owned()))
        .collect();
    let workflows = std::env::var_os("ASL_CORPUS").map(|corpus| Path::new(&corpus).join("definitions/workflows"));
    for entry in workflows
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
    {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            seeds.extend(texts(&folder, "json"));
        }
    }
    seeds
});

fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// Checks a definition, and shows what is found.
fn check(text: &str) -> Diagnostics {
    let source = Source::new("fuzz.json", text);
    let diagnostics = asl_codegen::check(&source, &Options::default());
    for diagnostic in diagnostics.iter().take(20) {
        assert!(!diagnostic.render(&source).is_empty());
    }
    diagnostics
}

/// What text is made of.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "null",
    "true",
    "-1",
    "1e999",
    "0.5",
    "\"$\"",
    "\"$.a\"",
    "\"$$.Map\"",
    "\"$v\"",
    "\"States.Format('{}', $.a)\"",
    "\"{% $x %}\"",
    "\"${Name}\"",
    "\\u0000",
    "\u{1F600}",
    "\"Type\":",
    "\"Map\"",
    "\"Next\":",
    "\"StartAt\":",
    "\"States\":",
    "\"QueryLanguage\":",
    "\"JSONata\"",
    "\"Assign\":",
    "\"Choices\":",
    "\"Retry\":",
];

#[derive(Debug, Clone)]
enum Edit {
    Cut(usize, usize),
    Insert(usize, usize),
    Repeat(usize, usize),
    Truncate(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || 0..usize::MAX;
    prop_oneof![
        (at(), 0..20_usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (at(), 0..PIECES.len()).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (at(), 0..200_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        at().prop_map(Edit::Truncate),
    ]
}

fn apply(text: &mut Vec<char>, edit: &Edit) {
    let place = |at: usize| at % (text.len() + 1);
    match *edit {
        Edit::Cut(at, length) => {
            let at = place(at);
            text.drain(at..(at + length).min(text.len()));
        }
        Edit::Insert(at, piece) => {
            let at = place(at);
            text.splice(at..at, PIECES[piece].chars());
        }
        Edit::Repeat(at, length) => {
            let at = place(at);
            let part = text[at..(at + length).min(text.len())].to_vec();
            text.splice(at..at, part);
        }
        Edit::Truncate(at) => text.truncate(place(at)),
    }
}

/// Changes of values, which stay JSON.
#[derive(Debug, Clone)]
enum Change {
    Replace(usize, usize),
    Remove(usize),
    Rename(usize, usize),
    Copy(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0..usize::MAX;
    prop_oneof![
        (at(), at()).prop_map(|(at, with)| Change::Replace(at, with)),
        at().prop_map(Change::Remove),
        (at(), at()).prop_map(|(at, to)| Change::Rename(at, to)),
        (at(), at()).prop_map(|(at, from)| Change::Copy(at, from)),
    ]
}

fn atoms() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(99999999),
        json!(""),
        json!("x"),
        json!("$"),
        json!("$.a"),
        json!("$$.Map.Item.Value"),
        json!("$v.a"),
        json!("$.a[*]"),
        json!("States.UUID()"),
        json!("{% 1 %}"),
        json!("${Name}"),
        json!("States.ALL"),
        json!("Task"),
        json!("Map"),
        json!("Choice"),
        json!("JSONata"),
        json!("JSONPath"),
        json!("DISTRIBUTED"),
        json!("EXPRESS"),
        json!("2020-01-01T00:00:00Z"),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "a.$": "$.b" }),
        json!(["States.Runtime", "States.ALL"]),
    ]
}

/// The values inside a value, itself included.
fn places(value: &Value, here: &mut Vec<String>, all: &mut Vec<String>) {
    all.push(here.concat());
    let mut inside = |key: String, value: &Value| {
        here.push(format!("/{}", key.replace('~', "~0").replace('/', "~1")));
        places(value, here, all);
        here.pop();
    };
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| inside(at.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(key, value)| inside(key.clone(), value)),
        _ => {}
    }
}

fn change_value(value: &mut Value, change: &Change) {
    let mut all = Vec::new();
    places(value, &mut Vec::new(), &mut all);
    let pick = |at: usize| all[at % all.len()].clone();
    match *change {
        Change::Replace(at, with) => {
            let atoms = atoms();
            if let Some(place) = value.pointer_mut(&pick(at)) {
                *place = atoms[with % atoms.len()].clone();
            }
        }
        Change::Copy(at, from) => {
            let copy = value.pointer(&pick(from)).cloned();
            // What grows without end is tested elsewhere.
            let copy = copy.filter(|copy| copy.to_string().len() < 10_000);
            if let (Some(copy), Some(place)) = (copy, value.pointer_mut(&pick(at))) {
                *place = copy;
            }
        }
        Change::Remove(at) | Change::Rename(at, _) => {
            let place = pick(at);
            let Some((parent, key)) = place.rsplit_once('/') else {
                return;
            };
            let key = key.replace("~1", "/").replace("~0", "~");
            let name = match *change {
                Change::Rename(_, to) => pick(to)
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .replace("~1", "/")
                    .replace("~0", "~"),
                _ => String::new(),
            };
            match value.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    let removed = members.remove(&key);
                    if let (Change::Rename(..), Some(removed)) = (change, removed) {
                        members.insert(name, removed);
                    }
                }
                Some(Value::Array(items)) => {
                    if let Ok(at) = key.parse::<usize>()
                        && at < items.len()
                    {
                        items.remove(at);
                    }
                }
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn edited_text(seed in 0..usize::MAX, edits in prop::collection::vec(edit(), 1..6)) {
        let mut text: Vec<char> = SEEDS[seed % SEEDS.len()].chars().collect();
        for edit in &edits {
            apply(&mut text, edit);
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn changed_values(seed in 0..usize::MAX, changes in prop::collection::vec(change(), 1..8)) {
        if let Ok(mut value) = serde_json::from_str::<Value>(&SEEDS[seed % SEEDS.len()]) {
            for change in &changes {
                change_value(&mut value, change);
            }
            check(&value.to_string());
        }
    }

    #[test]
    fn arbitrary_text(text in "\\PC*") {
        check(&text);
    }
}

/// A machine of `count` states, with the members that `state` gives each.
fn machine(count: usize, state: impl Fn(usize) -> Value) -> String {
    let states: Map<String, Value> = (0..count).map(|at| (format!("S{at}"), state(at))).collect();
    json!({ "StartAt": "S0", "States": states }).to_string()
}

#[test]
fn ten_thousand_states() {
    let count = 10_000;
    let next = |at: usize| format!("S{}", (at + 1) % count);
    // A chain against the order of the document, each state assigning and reading a variable.
    let variables = machine(count, |at| match at {
        1 => json!({ "Type": "Succeed" }),
        _ => json!({ "Type": "Pass", "Assign": { format!("v{}", at % 100): 1 }, "InputPath": format!("$v{}", at % 90),
            "Next": format!("S{}", (at + count - 1) % count) }),
    });
    assert!(!check(&variables).has_errors());
    // Loops within loops.
    let loops = machine(count, |at| {
        json!({ "Type": "Choice", "Choices": [ { "Variable": "$.a", "IsNull": true, "Next": "S0" },
            { "Variable": "$.b", "IsNull": true, "Next": format!("S{}", at / 2) } ], "Default": next(at) })
    });
    assert!(check(&loops).has_errors(), "there is no end");
    // Every target is missing.
    let missing = machine(count, |at| json!({ "Type": "Pass", "Next": format!("Q{at}") }));
    assert_eq!(check(&missing).len(), count);
}

#[test]
fn ten_megabytes() {
    let mut fields: Map<String, Value> = (0..100_000).map(|at| (format!("Nxt{at}"), json!("x"))).collect();
    fields.insert("Type".to_owned(), json!("Pass"));
    check(&json!({ "StartAt": "S", "States": { "S": fields } }).to_string());
    let text = "x".repeat(10_000_000);
    check(
        &json!({ "StartAt": "S", "States": { "S": { "Type": "Pass", "InputPath": text, "End": true } } }).to_string(),
    );
    let handlers: Vec<Value> = (0..100_000)
        .map(|at| json!({ "ErrorEquals": [format!("E{at}")] }))
        .collect();
    let task = json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": handlers, "End": true });
    assert!(!check(&json!({ "StartAt": "S", "States": { "S": task } }).to_string()).has_errors());
}

#[test]
fn a_hundred_thousand_states() {
    let count = 100_000;
    let chain = machine(count, |at| match at + 1 == count {
        true => json!({ "Type": "Succeed" }),
        false => json!({ "Type": "Pass", "Comment": "x".repeat(60), "Next": format!("S{}", at + 1) }),
    });
    assert!(chain.len() > 10_000_000);
    assert!(check(&chain).is_empty());
}

#[test]
fn fifty_thousand_rules() {
    let rules: Vec<Value> = (0..50_000)
        .map(|at| json!({ "Variable": "$.a", "NumericEquals": at, "Next": "D" }))
        .collect();
    let choice = json!({ "Type": "Choice", "Choices": rules, "Default": "D" });
    let machine = json!({ "StartAt": "C", "States": { "C": choice, "D": { "Type": "Succeed" } } });
    assert!(check(&machine.to_string()).is_empty());
}

#[test]
fn ten_thousand_placeholders() {
    let text: String = (0..10_000).map(|at| format!("${{Name{at}}} ")).collect();
    let state = json!({ "Type": "Pass", "Result": text, "End": true });
    assert!(!check(&json!({ "StartAt": "S", "States": { "S": state } }).to_string()).has_errors());
    let each = machine(10_000, |at| {
        let function = format!("${{Name{at}}}");
        json!({ "Type": "Task", "Resource": function, "Next": format!("S{}", (at + 1) % 10_000),
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "S0" }] })
    });
    // One line, and that there is no end is all that is wrong.
    check(&each);
}

#[test]
fn nested_to_the_limit() {
    let mut scope = json!({ "StartAt": "S", "States": { "S": { "Type": "Pass", "End": true } } });
    for depth in 0..24 {
        scope = json!({ "StartAt": format!("P{depth}"), "States": { format!("P{depth}"): { "Type": "Parallel", "End": true, "Branches": [scope] } } });
    }
    assert!(check(&scope.to_string()).is_empty());
    let mut rule = json!({ "Variable": "$.a", "IsNull": true });
    for _ in 0..110 {
        rule = json!({ "Not": rule });
    }
    rule["Next"] = json!("D");
    let machine = json!({ "StartAt": "C", "States": { "C": { "Type": "Choice", "Choices": [rule], "Default": "D" }, "D": { "Type": "Succeed" } } });
    assert!(check(&machine.to_string()).is_empty());
    for depth in [1_000, 100_000] {
        let deep = format!(
            r#"{{ "StartAt": "S", "States": {} 1 {} }}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        assert!(check(&deep).has_errors());
    }
}
