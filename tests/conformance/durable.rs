//! Runs every case on a durable host: it comes to the end that was recorded, with that history, and to the same ones as in memory.
//!
//! `ASL_CORPUS=DIR cargo test -p asl-conformance`, without it over the project's own cases. With `CASE=text`, only the cases whose
//! names have this text.

use asl_conformance::case::Case;
use asl_conformance::events::Fidelity;
use asl_conformance::machines::{self, Compiled};
use asl_conformance::{corpus, known, run};
use regex_lite::Regex;
use serde_json::Value;
use std::env;
use std::error::Error;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let known = known::List::read()?;
    let part = env::var("CASE").unwrap_or_default();
    let (mut passed, mut failed, mut fidelities) = (0, 0, [0; 4]);
    for value in corpus::cases("execution")? {
        let case = Case::read(&value)?;
        let Compiled::Machine(machine, hosted) = machines::find(&corpus::key(&value)) else {
            continue;
        };
        if !case.name.contains(&part) {
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
        let of_history = outcome.fidelity(&case, &case.events);
        if let Some(fidelity) = &of_history {
            let [types, ids, details] = fidelity.holds();
            let held = [true, types, ids, details].map(usize::from);
            fidelities.iter_mut().zip(held).for_each(|(sum, held)| *sum += held);
        }
        let mut differences = outcome.differences(&case, &case.expect);
        differences.extend(of_history.iter().flat_map(Fidelity::differences).cloned());
        let mut problems = known.unexpected(&case.name, &differences);
        let draws = ["States.MathRandom", "$random"];
        let has_details = !draws.iter().any(|draw| value["definition"].to_string().contains(draw));
        let [expected, found] = [&in_memory, &outcome].map(|run| lines(&run.events, has_details));
        let differ = expected.iter().zip(&found).find(|(expected, found)| expected != found);
        problems.extend(differ.map(|(expected, found)| format!("expected {expected}\n    found    {found}")));
        if expected.len() != found.len() {
            problems.push(format!("{} events, expected {}", found.len(), expected.len()));
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
    let [histories, types, ids, details] = fidelities;
    println!(
        "of {histories} histories {types} have the types that were recorded, {ids} the ids, {details} the details"
    );
    Ok(match failed {
        0 if passed > 0 || !part.is_empty() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
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
