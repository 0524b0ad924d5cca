//! The contract of a machine, inferred: what input it needs, what output it gives, and what each state gets and gives.
//!
//! ```
//! use asl_codegen::Options;
//! use asl_codegen::contract::Contract;
//! use asl_codegen::source::Source;
//!
//! let text = r#"{ "StartAt": "Count", "States": { "Count": {
//!     "Type": "Pass", "Parameters": { "id.$": "$.order.id", "total": 3 }, "End": true } } }"#;
//! let contract = Contract::new(&Source::new("count.asl.json", text), &Options::default())?;
//! assert_eq!(contract.input.to_string(), "{ order: { id: any, .. }, .. }");
//! assert_eq!(contract.output.to_string(), "{ id: any, total: integer }");
//! println!("{contract}");
//! # Ok::<(), asl_codegen::diagnostic::CompileError>(())
//! ```

mod compare;
mod needs;
mod reliance;

pub use compare::{Change, Changes, Concern, Severity, compare};

use crate::Options;
use crate::diagnostic::CompileError;
use crate::shapes::{Known, ScopeShapes, Shape, infer};
use crate::source::Source;
use crate::syntax::{Machine, Scope, State, StateKind};
use crate::usage::{self, ScopeUsage};
use serde_json::{Value, json};
use std::fmt::{Display, Formatter, Result};

/// What a machine needs and gives.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The input. Members that it shows as required are: without one of them, no way through the machine succeeds.
    pub input: Shape,
    /// The output, where the machine succeeds.
    pub output: Shape,
    /// What is known at each state, branches and processors behind the state that they belong to.
    pub states: Vec<StateContract>,
}

/// What is known at a state.
#[derive(Debug, Clone)]
pub struct StateContract {
    /// Its name.
    pub name: String,
    /// `Task`, `Pass`..
    pub kind: &'static str,
    /// What its input must have: without one of these members, no way on succeeds.
    pub needs: Shape,
    /// In how many branches and processors it lies.
    pub depth: usize,
    /// What is read of its result, if it is a task: without a required member no way on succeeds, and others are read on
    /// some of the ways. What is only handed on as it is, as to the output, is not among them.
    pub reads: Option<Shape>,
    /// What it gets and gives; nothing if it cannot be reached.
    pub data: Option<StateData>,
}

/// What a state gets and gives.
#[derive(Debug, Clone)]
pub struct StateData {
    /// Its input.
    pub input: Shape,
    /// What a task, the branches of a Parallel or an item of a Map get.
    pub payload: Option<Shape>,
    /// Its output, where nothing is caught.
    pub output: Shape,
}

impl Contract {
    /// The contract of a definition, with what its [types file](crate::Types::file) tells.
    ///
    /// # Errors
    /// With what [`check`](crate::check) finds, where that has errors.
    pub fn new(source: &Source, options: &Options) -> std::result::Result<Contract, CompileError> {
        let (machine, known) = crate::known_machine(source, options)?;
        Ok(Contract::of(&machine, &known))
    }

    /// The contract of a machine, which must be sound. `known` may tell more of its input and its tasks.
    pub fn of(machine: &Machine, known: &Known) -> Contract {
        let shapes = infer(machine, known);
        let mut states = Vec::new();
        collect(&machine.scope, Some(&shapes), &usage::infer(machine), 0, &mut states);
        Contract {
            input: match known.input {
                Shape::Any => needs::by_state(&machine.scope).swap_remove(machine.scope.start.index),
                ref known => known.clone(),
            },
            output: shapes.output,
            states,
        }
    }

    /// The input and the output as JSON Schema (2020-12), under `$defs`.
    pub fn to_json_schema(&self) -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$defs": { "input": self.input.to_json_schema(), "output": self.output.to_json_schema() }
        })
    }
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn collect(
    scope: &Scope,
    shapes: Option<&ScopeShapes>,
    usage: &ScopeUsage,
    depth: usize,
    states: &mut Vec<StateContract>,
) {
    let needs = needs::by_state(scope).into_iter().zip(needs::of_results(scope));
    for (((at, state), usage), (needs, of_result)) in scope.states.iter().enumerate().zip(&usage.states).zip(needs) {
        let known = shapes.and_then(|shapes| shapes.states.get(at)?.as_ref());
        states.push(StateContract {
            name: state.name.value.clone(),
            kind: kind(state),
            needs,
            depth,
            reads: matches!(state.kind, StateKind::Task(_)).then(|| {
                let read = usage.result.as_ref().map_or(Shape::Any, reliance::shape);
                of_result.iter().fold(read, |read, way| needs::with(&read, way))
            }),
            data: known.map(|known| StateData {
                input: known.flow.data.input.clone(),
                payload: match &state.kind {
                    StateKind::Task(_) | StateKind::Parallel(_) => Some(known.flow.payload.clone()),
                    StateKind::Map(_) => known.scopes.first().map(|scope| scope.input.input.clone()),
                    _ => None,
                },
                output: known.flow.output.clone(),
            }),
        });
        for ((number, inner), usage) in state.scopes().into_iter().enumerate().zip(&usage.scopes) {
            let shapes = known.and_then(|known| known.scopes.get(number));
            collect(inner, shapes, usage, depth + 1, states);
        }
    }
}

fn kind(state: &State) -> &'static str {
    match &state.kind {
        StateKind::Task(_) => "Task",
        StateKind::Pass(_) => "Pass",
        StateKind::Choice(_) => "Choice",
        StateKind::Wait(_) => "Wait",
        StateKind::Succeed => "Succeed",
        StateKind::Fail(_) => "Fail",
        StateKind::Parallel(_) => "Parallel",
        StateKind::Map(_) => "Map",
    }
}

impl Display for Contract {
    /// A table: the input and the output of the machine, then those of each state.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "needs  {}", self.input)?;
        writeln!(f, "gives  {}", self.output)?;
        for state in &self.states {
            let indent = "    ".repeat(state.depth);
            writeln!(f, "\n{indent}{} ({})", state.name, state.kind)?;
            let Some(data) = &state.data else {
                writeln!(f, "{indent}    never reached")?;
                continue;
            };
            writeln!(f, "{indent}    gets   {}", data.input)?;
            if let Some(payload) = data.payload.as_ref().filter(|payload| **payload != data.input) {
                let hands = if state.kind == "Task" { "asks  " } else { "hands " };
                writeln!(f, "{indent}    {hands} {payload}")?;
            }
            if let Some(reads) = state.reads.as_ref().filter(|reads| !reads.is_any()) {
                writeln!(f, "{indent}    reads  {reads}")?;
            }
            if state.kind != "Fail" && data.output != data.input {
                writeln!(f, "{indent}    gives  {}", data.output)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
