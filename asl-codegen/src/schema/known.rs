//! What a types file tells of a machine.

use super::{Schema, TypesFile};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::emit::work::Works;
use crate::nearest;
use crate::options::Types;
use crate::shapes::{Known, Shape};
use crate::source::{Span, Spanned};
use crate::syntax::{Scope, StateKind};
use std::collections::BTreeMap;

impl TypesFile {
    /// What it tells of the machine with this work; reports what it says of tasks that are not there.
    pub fn known(&self, scope: &Scope, works: &Works, out: &mut Diagnostics) -> Known {
        let names: Vec<String> = works.methods().iter().map(|method| method.name.to_string()).collect();
        let unknown = self.tasks.iter().filter(|task| !names.contains(&task.name.value));
        for task in unknown {
            let similar = nearest(&task.name.value, names.iter().map(String::as_str));
            let help = match (similar, names.len()) {
                (Some(near), _) => Some(format!("work with a similar name exists: `{near}`")),
                (None, 1..=6) => Some(format!("there is `{}`", names.join("`, `"))),
                (None, _) => None,
            };
            let fault = Diagnostic::error(
                Code::TypesFile,
                task.name.span,
                format!("there is no task `{}`", task.name.value),
            );
            let fault = fault.label("no work of the machine has this name");
            out.push(fault.maybe_help(help).in_file(&self.source));
        }
        let mut shapes = self.shapes();
        let mut known = Known::default();
        if let Some(input) = &self.input {
            known.input = shapes.of(&input.value);
        }
        if let Some(output) = &self.output {
            known.output = shapes.of(&output.value);
        }
        let tasks = self.tasks.iter().map(|task| {
            let mut of = |schema: &Option<Spanned<Schema>>| schema.as_ref().map(|schema| shapes.of(&schema.value));
            let told = Told {
                input: of(&task.input),
                result: of(&task.result),
                errors: task.errors.as_deref(),
            };
            (task.name.value.as_str(), told)
        });
        let tasks: BTreeMap<_, _> = tasks.collect();
        collect(scope, works, &tasks, &mut known);
        known
    }

    /// Reports what has a Rust type of its own too.
    pub fn check_types(&self, types: &Types, out: &mut Diagnostics) {
        let twice = |what: String, span: Span| {
            Diagnostic::error(Code::TypesFile, span, format!("{what} has two types"))
                .label("it was given a Rust type too")
                .help("leave out one of them")
                .in_file(&self.source)
        };
        let machine = [
            ("input", &types.input, &self.input),
            ("output", &types.output, &self.output),
        ];
        for (what, given, schema) in machine {
            if let (Some(_), Some(schema)) = (given, schema) {
                out.push(twice(format!("the {what} of the machine"), schema.span));
            }
        }
        for task in &self.tasks {
            let Some(given) = types.tasks.get(&task.name.value) else {
                continue;
            };
            let parts = [
                ("input", &given.input, &task.input),
                ("result", &given.result, &task.result),
            ];
            for (what, given, schema) in parts {
                if let (Some(_), Some(schema)) = (given, schema) {
                    out.push(twice(format!("the {what} of `{}`", task.name.value), schema.span));
                }
            }
        }
    }
}

/// What is told of a task.
struct Told<'t> {
    input: Option<Shape>,
    result: Option<Shape>,
    errors: Option<&'t [String]>,
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn collect(scope: &Scope, works: &Works, tasks: &BTreeMap<&str, Told<'_>>, known: &mut Known) {
    for state in &scope.states {
        if let StateKind::Task(task) = &state.kind
            && let Some(method) = works.method(state, task)
            && let Some(told) = tasks.get(method.name.to_string().as_str())
        {
            let name = &state.name.value;
            if let Some(input) = &told.input {
                known.inputs.insert(name.clone(), input.clone());
            }
            if let Some(result) = &told.result {
                known.results.insert(name.clone(), result.clone());
            }
            if let Some(errors) = told.errors {
                known.errors.insert(name.clone(), errors.to_vec());
            }
        }
        for inner in state.scopes() {
            collect(inner, works, tasks, known);
        }
    }
}
