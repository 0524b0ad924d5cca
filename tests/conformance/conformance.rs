//! Runs every case and compares: `ASL_CORPUS=DIR cargo test -p asl-conformance`, without it the project's own cases.
//!
//! The result is also written to `target/conformance.json`. With `CASE=text`, only the cases whose names have this text.

use asl_conformance::case::Case;
use asl_conformance::compare::Difference;
use asl_conformance::events::Fidelity;
use asl_conformance::machines::{self, Compiled};
use asl_conformance::report::{Line, Report, Verdict};
use asl_conformance::{corpus, known, mutate, run, shapes, verdict};
use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let known = known::List::read()?;
    let mut report = Report::default();
    for case in wanted("execution")? {
        report.lines.push(execution(&case, &known)?);
    }
    for kind in ["create_error", "validate"] {
        for case in wanted(kind)? {
            report.lines.push(judged(&case, kind, &known));
        }
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("conformance.json");
    fs::write(&file, format!("{:#}\n", report.to_json()))?;
    let unexpected = unexpected(&report);
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

fn execution(value: &Value, known: &known::List) -> Result<Line, Box<dyn Error>> {
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
    let (misfits, values) = shapes::misfits(&value["definition"], &outcome.events);
    line.values = values;
    line.calls.clone_from(&outcome.complaints);
    line.events = outcome.fidelity(&case, &case.events);
    let unexpected_in = |of_outcome: &[Difference], of_events: Option<&Fidelity>| {
        let of_events = of_events.into_iter().flat_map(Fidelity::differences);
        let differences: Vec<Difference> = of_outcome.iter().chain(of_events).cloned().collect();
        known.unexpected(&case.name, &differences)
    };
    let of_outcome = outcome.differences(&case, &case.expect);
    let mut unexpected = unexpected_in(&of_outcome, line.events.as_ref());
    unexpected.extend(misfits);
    if unexpected.is_empty() {
        let outcomes = mutate::outcomes(&case.expect).into_iter().map(|(what, expect)| {
            let differences = outcome.differences(&case, &expect);
            (what, unexpected_in(&differences, line.events.as_ref()))
        });
        let histories = line.events.iter().flat_map(|_| mutate::histories(&case.events));
        let histories = histories.map(|(what, events)| {
            let fidelity = outcome.fidelity(&case, &events);
            (what, unexpected_in(&of_outcome, fidelity.as_ref()))
        });
        let mutants: Vec<_> = outcomes.chain(histories).collect();
        line.mutants = mutants.len();
        let survivors = mutants.into_iter().filter(|(_, unexpected)| unexpected.is_empty());
        line.survivors = survivors.map(|(what, _)| what).collect();
    } else {
        line.verdict = Verdict::Failed(unexpected);
    }
    line.history = outcome.events;
    Ok(line)
}

/// A definition that the service refused or judged.
fn judged(case: &Value, kind: &str, known: &known::List) -> Line {
    let (expected, found) = (verdict::expected(case), verdict::found(case));
    let mutants = mutate::verdicts(&expected);
    let name = case["name"].as_str().unwrap_or_default();
    let difference = (expected != found).then(|| Difference::new("/verdict", expected, &found));
    let unexpected = known.unexpected(name, difference.as_slice());
    Line {
        case: name.to_owned(),
        area: kind.to_owned(),
        verdict: match unexpected.is_empty() {
            true => Verdict::Passed,
            false => Verdict::Failed(unexpected),
        },
        calls: Vec::new(),
        events: None,
        history: Vec::new(),
        mutants: mutants.len(),
        values: 0,
        survivors: mutants.into_iter().filter(|mutant| *mutant == found).collect(),
    }
}

/// What makes the run fail: a case that is not as recorded, or as listed, and a wrong expectation that passed.
fn unexpected(report: &Report) -> String {
    let mut text = String::new();
    for line in &report.lines {
        if let Verdict::Failed(unexpected) = &line.verdict {
            text += &format!("{} fails\n", line.case);
            for difference in unexpected.iter().chain(&line.calls) {
                text += &format!("    {difference}\n");
            }
        }
        for survivor in &line.survivors {
            text += &format!("{} passes with a wrong expectation: {survivor}\n", line.case);
        }
    }
    text
}
