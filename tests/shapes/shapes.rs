//! Every value that a random machine gets or gives lies in the shape of its place, and no execution succeeds without what
//! the contract says that the machine needs.
//!
//! `SHAPES_SEED=7 SHAPES_RUNS=5000 cargo test -p asl-shapes` tries other machines, and each so many times.

mod executions;
mod random;

use asl_codegen::contract::Contract;
use asl_codegen::diagnostic::{Level, Lint};
use asl_codegen::shapes::{Flow, Known, ScopeShapes, Shape, infer};
use asl_codegen::source::Source;
use asl_codegen::syntax::{Scope, State};
use asl_codegen::{Options, machine};
use asl_runtime::Value;
use asl_shapes::MACHINES;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::HashMap;
use std::env;
use std::sync::Mutex;

/// The states of a scope and of those inside it, with what is known of those that can be reached.
type Places<'m> = HashMap<&'m str, (&'m State, Option<&'m Flow>)>;

fn collect<'m>(scope: &'m Scope, shapes: &'m ScopeShapes, places: &mut Places<'m>) {
    for (state, known) in scope.states.iter().zip(&shapes.states) {
        places.insert(&state.name.value, (state, known.as_ref().map(|known| &known.flow)));
        for (scope, shapes) in state
            .scopes()
            .into_iter()
            .zip(known.iter().flat_map(|known| &known.scopes))
        {
            collect(scope, shapes, places);
        }
    }
}

/// What is shown that cannot be.
fn misfit(places: &Places<'_>, event: &Value) -> Option<String> {
    for (details, field) in [
        ("stateEnteredEventDetails", "input"),
        ("stateExitedEventDetails", "output"),
    ] {
        let (Some(name), Some(value)) = (event[details]["name"].as_str(), event[details].get(field)) else {
            continue;
        };
        let (state, flow) = places[name];
        let shapes: Vec<Shape> = match flow {
            None => Vec::new(),
            Some(flow) if field == "input" => vec![flow.data.input.clone()],
            Some(flow) => flow.exits(state).into_iter().map(|exit| exit.data.input).collect(),
        };
        if !shapes.iter().any(|shape| shape.admits(value)) {
            let shapes: Vec<_> = shapes.iter().map(Shape::to_string).collect();
            return Some(format!("the {field} of {name} is {value}, and it should be {shapes:?}"));
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn every_value_lies_in_the_shape_of_its_place() {
    let runs: u64 = env::var("SHAPES_RUNS").map_or(60, |runs| runs.parse().unwrap());
    let mut options = Options::default();
    for &lint in Lint::ALL {
        options.levels.set(lint, Level::Allow);
    }
    let (mut values, mut ends) = (0, 0);
    for (number, compiled) in MACHINES.iter().enumerate() {
        let source = Source::new("random.asl.json", compiled.definition);
        let machine = machine(&source, &options).unwrap();
        let contract = Contract::of(&machine, &Known::default());
        let anything = infer(&machine, &Known::default());
        for run in 0..runs {
            let seed = number as u64 * 1_000_000 + run;
            let mut rng = StdRng::seed_from_u64(seed);
            let input = random::object(&mut rng, 2);
            // What is known of the input is that it is one of several.
            let others = (0..run % 3).map(|_| Shape::of(&random::object(&mut rng, 2)));
            let known = Shape::union(others.chain([Shape::of(&input)]));
            let known = Known {
                input: known,
                ..Known::default()
            };
            let exactly = infer(&machine, &known);
            let (events, output) = executions::run(compiled, &Mutex::new(rng), input.clone()).await;
            for shapes in [&anything, &exactly] {
                let mut places = Places::new();
                collect(&machine.scope, shapes, &mut places);
                values += events.len();
                let lies_outside = events.iter().find_map(|event| misfit(&places, event));
                if let Some(what) = lies_outside {
                    panic!(
                        "machine {number}, run {run}, input {input}: {what}\n{}",
                        compiled.definition
                    );
                }
                if let Some(output) = &output {
                    assert!(
                        shapes.output.admits(output),
                        "{output} is no {}\n{}",
                        shapes.output,
                        compiled.definition
                    );
                }
            }
            if output.is_some() {
                ends += 1;
                let needed = &contract.input;
                assert!(needed.admits(&input), "{input} is no {needed}\n{}", compiled.definition);
            }
        }
    }
    println!("{values} events, {ends} executions that succeed");
    assert!(ends > 0 && values > 0);
}
