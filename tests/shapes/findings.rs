//! A state that is said to fail whatever comes never succeeds.
//!
//! `SHAPES_SEED=7 SHAPES_RUNS=5000 cargo test -p asl-shapes` tries other machines, and each so many times.

mod executions;
mod random;

use asl_codegen::diagnostic::{Code, Diagnostic, Level, Lint};
use asl_codegen::source::Source;
use asl_codegen::syntax::Scope;
use asl_codegen::{Options, check, machine};
use asl_shapes::MACHINES;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::Mutex;

/// The state that a finding is about, if it says that it fails wherever it is entered.
fn doomed<'d>(diagnostic: &'d Diagnostic, source: &Source) -> Option<&'d str> {
    let location = diagnostic.location.as_deref()?;
    let (state, field) = location.rsplit_once("/States/")?.1.split_once('/')?;
    let is_failure = match diagnostic.code {
        // A path that finds an array finds an empty one, and what a rule reads may not come to be looked for.
        Code::Lint(Lint::ImpossiblePath) => {
            let text = source.slice(diagnostic.span);
            !text.contains(['*', '?', ':']) && !text.contains("..") && !field.starts_with("Choices")
        }
        Code::Lint(Lint::FailingExpression) => !field.starts_with("Choices"),
        Code::Lint(Lint::WrongType | Lint::ResultPathIntoNonObject) => true,
        _ => false,
    };
    is_failure.then_some(state)
}

/// The states that nothing brings on where they fail.
fn uncaught<'m>(scope: &'m Scope, names: &mut BTreeSet<&'m str>) {
    for state in &scope.states {
        if state.catchers().is_empty() {
            names.insert(&state.name.value);
        }
        state.scopes().into_iter().for_each(|inner| uncaught(inner, names));
    }
}

#[tokio::test(start_paused = true)]
async fn states_that_are_said_to_fail_do() {
    let runs: u64 = env::var("SHAPES_RUNS").map_or(60, |runs| runs.parse().unwrap());
    let mut options = Options::default();
    for &lint in Lint::ALL {
        options.levels.set(lint, Level::Warn);
    }
    let (mut entered, mut findings) = (0, BTreeMap::new());
    for (number, compiled) in MACHINES.iter().enumerate() {
        let source = Source::new("random.asl.json", compiled.definition);
        let diagnostics = check(&source, &options);
        let machine = machine(&source, &options).unwrap();
        let mut names = BTreeSet::new();
        uncaught(&machine.scope, &mut names);
        let mut failing = BTreeMap::new();
        for diagnostic in diagnostics.iter() {
            if let Some(state) = doomed(diagnostic, &source).filter(|state| names.contains(state)) {
                failing.insert(state, diagnostic);
                *findings.entry(diagnostic.code.as_str()).or_insert(0) += 1;
            }
        }
        if failing.is_empty() {
            continue;
        }
        for run in 0..runs {
            let seed = number as u64 * 1_000_000 + run;
            let mut rng = StdRng::seed_from_u64(seed);
            let input = random::object(&mut rng, 2);
            let (events, _) = executions::run(compiled, &Mutex::new(rng), input.clone()).await;
            for event in &events {
                let name = |details: &str| event[details]["name"].as_str().map(str::to_owned);
                if let Some(state) = name("stateEnteredEventDetails") {
                    entered += usize::from(failing.contains_key(state.as_str()));
                }
                if let Some(diagnostic) = name("stateExitedEventDetails").and_then(|state| failing.get(state.as_str()))
                {
                    panic!(
                        "machine {number}, run {run}, input {input}:\n{}\n{}",
                        diagnostic.render(&source),
                        compiled.definition
                    );
                }
            }
        }
    }
    println!("{findings:?}, and such states were entered {entered} times");
    assert!(entered > 0);
}
