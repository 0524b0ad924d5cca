//! Every value that a history shows must lie in the shape that the compiler computes for its place.

use asl_codegen::diagnostic::{Level, Lint};
use asl_codegen::shapes::{Flow, Known, ScopeShapes, infer};
use asl_codegen::source::Source;
use asl_codegen::syntax::{Scope, State};
use asl_codegen::{Options, machine};
use serde_json::Value;
use std::collections::HashMap;

/// What a history shows that cannot be, by the shapes; and how many values were looked at.
pub fn misfits(definition: &Value, events: &[Value]) -> (Vec<String>, usize) {
    let mut options = Options::default();
    for &lint in Lint::ALL {
        options.levels.set(lint, Level::Warn);
    }
    let source = Source::new("case.asl.json", definition.to_string());
    let machine = match machine(&source, &options) {
        Ok(machine) => machine,
        Err(error) => return (vec![error.to_string()], 0),
    };
    let shapes = infer(&machine, &Known::default());
    let mut places = HashMap::new();
    collect(&machine.scope, &shapes, &mut places);
    let mut misfits = Vec::new();
    let mut values = 0;
    for event in events {
        for (details, field) in [
            ("stateEnteredEventDetails", "input"),
            ("stateExitedEventDetails", "output"),
        ] {
            let (Some(name), Some(value)) = (event[details]["name"].as_str(), event[details].get(field)) else {
                continue;
            };
            values += 1;
            let fits = match places.get(name) {
                // Names of an execution started by this one.
                None => true,
                Some((_, None)) => false,
                Some((_, Some(flow))) if field == "input" => flow.data.input.admits(value),
                Some((state, Some(flow))) => flow.exits(state).iter().any(|exit| exit.data.input.admits(value)),
            };
            if !fits {
                let shape = places.get(name).and_then(|(_, flow)| flow.as_ref());
                let shape = shape.map(|flow| match field {
                    "input" => flow.data.input.to_string(),
                    _ => flow.output.to_string(),
                });
                misfits.push(format!("the {field} of `{name}` is {value}, and its shape {shape:?}"));
            }
        }
    }
    (misfits, values)
}

/// The states of a scope and of those inside it, by name, with what is known of those that can be reached.
fn collect<'m>(
    scope: &'m Scope,
    shapes: &'m ScopeShapes,
    places: &mut HashMap<&'m str, (&'m State, Option<&'m Flow>)>,
) {
    for (state, known) in scope.states.iter().zip(&shapes.states) {
        places.insert(&state.name.value, (state, known.as_ref().map(|known| &known.flow)));
        let known = known.iter().flat_map(|known| &known.scopes);
        for (scope, shapes) in state.scopes().into_iter().zip(known) {
            collect(scope, shapes, places);
        }
    }
}
