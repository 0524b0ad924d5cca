//! What is said not to be read of a task's result can be anything: with other values there, a random machine goes the same way,
//! asks its tasks with the same, and comes to the same end.
//!
//! `SHAPES_SEED=7 SHAPES_RUNS=5000 cargo test -p asl-shapes` tries other machines, and each so many times.

mod random;

use asl_codegen::diagnostic::{Level, Lint};
use asl_codegen::source::Source;
use asl_codegen::syntax::Scope;
use asl_codegen::usage::{ScopeUsage, Used, infer};
use asl_codegen::{Options, machine};
use asl_runtime::{Execution, Handler, History, TaskError, Untyped, Value, handler_fn};
use asl_shapes::{MACHINES, Machine};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::collections::HashMap;
use std::env;
use std::sync::Mutex;

/// What is read of the result of each state, by its name.
type Results<'m> = HashMap<&'m str, Option<Used>>;

fn collect<'m>(scope: &'m Scope, usage: &ScopeUsage, results: &mut Results<'m>) {
    for (state, usage) in scope.states.iter().zip(&usage.states) {
        // What comes to somebody is read.
        assert!(
            usage.arrives.is_none() || usage.result.is_some(),
            "{}",
            state.name.value
        );
        results.insert(&state.name.value, usage.result.clone());
        for (scope, usage) in state.scopes().into_iter().zip(&usage.scopes) {
            collect(scope, usage, results);
        }
    }
}

/// A value of the same type, and the same in all that is read of it.
fn other(value: &Value, used: Option<&Used>, rng: &mut StdRng) -> Value {
    if used.is_some_and(Used::is_whole) {
        return value.clone();
    }
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => json!(rng.random_bool(0.5)),
        Value::Number(_) => json!(rng.random_range(10..20)),
        Value::String(_) => json!(["x", "other", "2025-01-01T00:00:00Z"][rng.random_range(0..3)]),
        Value::Array(elements) => {
            let used = used.and_then(Used::elements);
            elements
                .iter()
                .map(|element| other(element, used.as_ref(), rng))
                .collect()
        }
        Value::Object(members) => {
            let mut others = serde_json::Map::new();
            for (name, value) in members {
                let used = used.and_then(|used| used.member(name));
                if used.is_some() || rng.random_bool(0.7) {
                    others.insert(name.clone(), other(value, used.as_ref(), rng));
                }
            }
            if used.and_then(|used| used.member("further")).is_none() {
                others.insert("further".to_owned(), json!(true));
            }
            others.into()
        }
    }
}

/// What an execution does: what its tasks are asked with, and its output, or the name of its error.
#[derive(Debug, PartialEq)]
struct Course {
    asked: Vec<(&'static str, Value)>,
    end: Result<Value, Option<String>>,
}

/// Runs a machine with random results, or with others of which the same is read; and how many of them differ.
async fn run(machine: &Machine, seed: u64, input: Value, results: Option<&Results<'_>>) -> (Course, usize) {
    struct Work {
        rng: StdRng,
        others: StdRng,
        asked: Vec<(&'static str, Value)>,
        differing: usize,
    }
    let history = History::new(Execution::new());
    let work = Mutex::new(Work {
        rng: StdRng::seed_from_u64(seed),
        others: StdRng::seed_from_u64(seed ^ 1),
        asked: Vec::new(),
        differing: 0,
    });
    let handler = handler_fn(|cx, input| {
        let work = &mut *work.lock().unwrap();
        work.asked.push((cx.state(), input));
        let result = match work.rng.random_range(0..10) {
            // Nothing catches this, so that every loop ends.
            _ if work.asked.len() > 12 => Err(TaskError::new("States.Runtime", "enough")),
            0 | 1 => Err(TaskError::new("Broken", "by chance")),
            _ => {
                let result = random::value(&mut work.rng, 3);
                match results {
                    Some(results) => {
                        let changed = other(&result, results[cx.state()].as_ref(), &mut work.others);
                        work.differing += usize::from(changed != result);
                        Ok(changed)
                    }
                    None => Ok(result),
                }
            }
        };
        Box::pin(async move { result })
    });
    let handler: &dyn Handler = &handler;
    let end = (machine.run)(&history, &Untyped(handler), input).await;
    let end = end.map_err(|error| error.name().map(str::to_owned));
    let work = work.into_inner().unwrap();
    let asked = work.asked;
    (Course { asked, end }, work.differing)
}

#[tokio::test(start_paused = true)]
async fn what_is_not_read_makes_no_difference() {
    let runs: u64 = env::var("SHAPES_RUNS").map_or(60, |runs| runs.parse().unwrap());
    let mut options = Options::default();
    for &lint in Lint::ALL {
        options.levels.set(lint, Level::Allow);
    }
    let (mut differing, mut ends) = (0, 0);
    for (number, compiled) in MACHINES.iter().enumerate() {
        let machine = machine(&Source::new("random.asl.json", compiled.definition), &options).unwrap();
        let mut results = Results::new();
        collect(&machine.scope, &infer(&machine), &mut results);
        for run in 0..runs {
            let seed = number as u64 * 1_000_000 + run;
            let input = random::object(&mut StdRng::seed_from_u64(seed), 2);
            let (one, _) = self::run(compiled, seed, input.clone(), None).await;
            let (two, changed) = self::run(compiled, seed, input.clone(), Some(&results)).await;
            assert_eq!(
                one, two,
                "machine {number}, run {run}, input {input}\n{}",
                compiled.definition
            );
            differing += changed;
            ends += usize::from(changed > 0 && one.end.is_ok());
        }
    }
    println!("{differing} results differ, {ends} executions with such succeed");
    assert!(differing > 0 && ends > 0);
}
