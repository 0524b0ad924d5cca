//! Runs every case and compares: `ASL_CORPUS=DIR cargo test -p asl-conformance`, without it the project's own cases.
//!
//! The result is also written to `target/conformance.json`. With `CASE=text`, only the cases whose names have this text.

use asl_conformance::case::Case;
use asl_conformance::compare::{Comparison, Wild};
use asl_conformance::machines::{self, Compiled};
use asl_conformance::report::{Line, Report, Verdict};
use asl_conformance::run::Outcome;
use asl_conformance::{corpus, events, known, mutate, run, shapes, verdict};
use serde_json::Value;
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut report = Report::default();
    for case in wanted("execution")? {
        report.lines.push(execution(&case)?);
    }
    for kind in ["create_error", "validate"] {
        for case in wanted(kind)? {
            report.lines.push(judged(&case, kind));
        }
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("conformance.json");
    fs::write(&file, format!("{:#}\n", report.to_json()))?;
    let unexpected = unexpected(&report)?;
    print!("{unexpected}{report}");
    let values: usize = report.lines.iter().map(|line| line.values).sum();
    println!("{values} values of histories lie in the shapes of their places");
    println!("{}: {} written", corpus::folder().display(), file.display());
    Ok(match unexpected.is_empty() && values > 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn wanted(kind: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut cases = corpus::cases(kind)?;
    if let Ok(part) = env::var("CASE") {
        cases.retain(|case| case["name"].as_str().is_some_and(|name| name.contains(&part)));
    }
    Ok(cases)
}

fn execution(value: &Value) -> Result<Line, Box<dyn Error>> {
    let case = Case::read(value)?;
    let mut line = Line {
        case: case.name.clone(),
        area: case.area.clone(),
        verdict: Verdict::Passed,
        calls: Vec::new(),
        events: None,
        history: Vec::new(),
        mutants: 0,
        survivors: Vec::new(),
        values: 0,
    };
    let machine = match machines::find(&corpus::key(value)) {
        Compiled::Machine(machine, _) => machine,
        Compiled::OutOfReach(why) => {
            line.verdict = Verdict::OutOfReach(why.to_owned());
            return Ok(line);
        }
        Compiled::Refused(why) => {
            line.verdict = Verdict::Failed(vec![why.to_owned()]);
            return Ok(line);
        }
    };
    let outcome = run::run(&case, machine, case.start())?;
    let mut differences = differences(&case, &case.expect, &outcome);
    let (misfits, values) = shapes::misfits(&value["definition"], &outcome.events);
    differences.extend(misfits);
    line.values = values;
    line.calls.clone_from(&outcome.complaints);
    if case.recording == "history" && !case.events.is_empty() {
        line.events = Some(events::compare(&case.events, &outcome.events));
    }
    if differences.is_empty() {
        let mutants = mutate::outcomes(&case.expect);
        line.mutants = mutants.len();
        let survives = |mutant: &Value| self::differences(&case, mutant, &outcome).is_empty();
        line.survivors = mutants
            .into_iter()
            .filter(|(_, mutant)| survives(mutant))
            .map(|(what, _)| what)
            .collect();
    } else {
        line.verdict = Verdict::Failed(differences);
    }
    line.history = outcome.events;
    Ok(line)
}

fn differences(case: &Case, expect: &Value, outcome: &Outcome) -> Vec<String> {
    let mut comparison = Comparison::new(Wild::At(&case.placeholder_paths));
    comparison.outcome(expect, &outcome.outcome);
    comparison.differences()
}

/// A definition that the service refused or judged.
fn judged(case: &Value, kind: &str) -> Line {
    let (expected, found) = (verdict::expected(case), verdict::found(case));
    let mutants = mutate::verdicts(&expected);
    Line {
        case: case["name"].as_str().unwrap_or_default().to_owned(),
        area: kind.to_owned(),
        verdict: match expected == found {
            true => Verdict::Passed,
            false => Verdict::Failed(vec![format!("expected {expected}, found {found}")]),
        },
        calls: Vec::new(),
        events: None,
        history: Vec::new(),
        mutants: mutants.len(),
        values: 0,
        survivors: mutants.into_iter().filter(|mutant| *mutant == found).collect(),
    }
}

/// What makes the run fail: a case that is not in the list of those known not to pass, one that is and passes, and a
/// wrong expectation that passed.
fn unexpected(report: &Report) -> Result<String, Box<dyn Error>> {
    let known = known::list()?;
    let listed: HashMap<&str, &known::Known> = known.iter().map(|known| (known.case.as_str(), known)).collect();
    let mut text = String::new();
    for line in &report.lines {
        match (&line.verdict, listed.get(line.case.as_str())) {
            (Verdict::Failed(differences), None) => {
                text += &format!("{} fails\n", line.case);
                for difference in differences.iter().chain(&line.calls) {
                    text += &format!("    {difference}\n");
                }
            }
            (Verdict::Passed, Some(known)) => {
                text += &format!(
                    "{} passes, but is listed for {}: {}\n",
                    line.case, known.rule, known.reason
                );
            }
            _ => {}
        }
        for survivor in &line.survivors {
            text += &format!("{} passes with a wrong expectation: {survivor}\n", line.case);
        }
    }
    Ok(text)
}
