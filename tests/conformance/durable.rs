//! Runs every case on a durable host: it comes to the same end as in memory, with the same history.
//!
//! `ASL_CORPUS=DIR cargo test -p asl-conformance`, without it over the project's own cases. With `CASE=text`, only the cases whose
//! names have this text.

use asl_conformance::case::Case;
use asl_conformance::compare::{Comparison, Wild};
use asl_conformance::machines::{self, Compiled};
use asl_conformance::run::{self, Outcome};
use asl_conformance::{corpus, events, known};
use regex_lite::Regex;
use serde_json::Value;
use std::env;
use std::error::Error;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let known = known::list()?;
    let part = env::var("CASE").unwrap_or_default();
    let (mut passed, mut failed, mut fidelity) = (0, 0, [[0; 3]; 2]);
    for value in corpus::cases("execution")? {
        let case = Case::read(&value)?;
        let is_known = known.iter().any(|known| known.case == case.name);
        let Compiled::Machine(machine, hosted) = machines::find(&corpus::key(&value)) else {
            continue;
        };
        if is_known || !case.name.contains(&part) {
            continue;
        }
        let start = case.start();
        let outcome = match run::run_on_host(&case, hosted, start) {
            Ok(Some(outcome)) => outcome,
            Ok(None) => continue,
            Err(error) => {
                println!("{}: {error}", case.name);
                failed += 1;
                continue;
            }
        };
        let in_memory = run::run(&case, machine, start)?;
        let mut problems = differences(&case, &outcome);
        if case.recording == "history" && !case.events.is_empty() {
            for (counts, found) in fidelity.iter_mut().zip([&outcome, &in_memory]) {
                let found = events::compare(&case.events, &found.events);
                let held = [found.types.is_ok(), found.ids.is_ok(), found.details.is_ok()];
                counts
                    .iter_mut()
                    .zip(held)
                    .for_each(|(count, held)| *count += usize::from(held));
            }
        }
        // Of tasks that fail at the same instant, a host learns one after the other: the first one ends its Map.
        if !fail_at_once(&in_memory.events) {
            let draws = ["States.MathRandom", "$random"];
            let has_details = !draws.iter().any(|draw| value["definition"].to_string().contains(draw));
            let [expected, found] = [&in_memory, &outcome].map(|run| lines(&run.events, has_details));
            let differ = expected.iter().zip(&found).find(|(expected, found)| expected != found);
            problems.extend(differ.map(|(expected, found)| format!("expected {expected}\n    found    {found}")));
            if expected.len() != found.len() {
                problems.push(format!("{} events, expected {}", found.len(), expected.len()));
            }
        }
        match problems.is_empty() {
            true => passed += 1,
            false => {
                failed += 1;
                println!("{}\n    {}", case.name, problems.join("\n    "));
            }
        }
    }
    println!("{passed} executions end on a host as they were recorded, and have the history that they have in memory");
    println!(
        "histories as recorded (types, ids, details): {:?} on a host, {:?} in memory",
        fidelity[0], fidelity[1]
    );
    Ok(match failed {
        0 if passed > 0 || !part.is_empty() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Whether several tasks fail at the same time.
fn fail_at_once(events: &[Value]) -> bool {
    let is_failure = |event: &&Value| {
        let of_task = |name: &str| {
            let is_task = ["Task", "LambdaFunction", "Activity"]
                .iter()
                .any(|family| name.starts_with(family));
            is_task && (name.ends_with("Failed") || name.ends_with("TimedOut"))
        };
        event["type"].as_str().is_some_and(of_task)
    };
    let times: Vec<&Value> = events
        .iter()
        .filter(is_failure)
        .map(|event| &event["timestamp"])
        .collect();
    times.windows(2).any(|pair| pair[0] == pair[1])
}

/// What each event follows, back to the start, and the event itself: sorted, so that nothing but the order between lanes is
/// left out. Everything random is the same word.
fn lines(events: &[Value], has_details: bool) -> Vec<String> {
    let random = Regex::new(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|1\.[0-9a-f]{32}").expect("an expression");
    let mut lines: Vec<String> = Vec::new();
    for event in events {
        let before = event["previousEventId"]
            .as_u64()
            .and_then(|id| (id as usize).checked_sub(1));
        let before = before.and_then(|before| lines.get(before)).cloned().unwrap_or_default();
        let details = event
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| name.ends_with("Details"));
        let details: String = details
            .map(|(_, details)| details.to_string())
            .filter(|_| has_details)
            .collect();
        let event = event["type"].as_str().unwrap_or_default();
        lines.push(format!("{before} {event} {}", random.replace_all(&details, "<random>")));
    }
    lines.sort_unstable();
    lines
}

fn differences(case: &Case, outcome: &Outcome) -> Vec<String> {
    let mut comparison = Comparison::new(Wild::At(&case.placeholder_paths));
    comparison.outcome(&case.expect, &outcome.outcome);
    comparison.differences()
}
