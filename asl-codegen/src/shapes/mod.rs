//! Shapes: what is known about the data at each point of a machine.
//!
//! [`infer`] lets shapes flow through a machine until nothing changes any more. After it, every value that a state of it gets
//! or gives lies in the [`Shape`] that stands there:
//!
//! ```
//! use asl_codegen::shapes::{Known, infer};
//! use asl_codegen::source::Source;
//! use asl_codegen::{Options, machine};
//!
//! let text = r#"{ "StartAt": "Count", "States": { "Count": {
//!     "Type": "Pass", "Parameters": { "id.$": "$.id", "total": 3 }, "End": true } } }"#;
//! let machine = machine(&Source::new("count.asl.json", text), &Options::default())?;
//! let shapes = infer(&machine, &Known::default());
//! let count = shapes.states[0].as_ref().expect("it can be reached");
//! assert_eq!(count.flow.output.to_string(), "{ id: any, total: integer }");
//! # Ok::<(), asl_codegen::diagnostic::CompileError>(())
//! ```
//!
//! Where something else is known, a [`Known`] tells it: the input of the machine, the results of its tasks.

mod admits;
mod array;
mod bound;
mod display;
mod flow;
mod join;
mod kept;
mod make;
mod meet;
mod narrow;
mod object;
mod path;
mod schema;
mod scope;
mod shape;
mod template;
mod value;
mod variants;

pub use array::Array;
pub(crate) use flow::error_output;
pub use flow::{Data, Exit, Flow, Way};
pub use kept::Kept;
pub(crate) use narrow::{Split, split, steps};
pub use object::{Member, Object};
pub use path::Found;
pub(crate) use scope::Scope;
pub use shape::{Booleans, Number, Shape, Strings, Types};
pub(crate) use value::{Failure, Missing, Value};

use crate::flow::graph::reverse_postorder;
use crate::syntax::{self, Machine, MapMode, State, StateKind};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a machine from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Its input.
    pub input: Shape,
    /// Its output: any, where nothing is known.
    pub output: Shape,
    /// What its Task states are to be asked with, by their names.
    pub inputs: BTreeMap<String, Shape>,
    /// The results of its Task states, by their names.
    pub results: BTreeMap<String, Shape>,
    /// The errors that these declare, by their names: none is known of a state that is not among them.
    pub errors: BTreeMap<String, Vec<String>>,
}

/// The shapes in a scope: a machine, a branch, or the processor of a Map.
#[derive(Debug, Clone)]
pub struct ScopeShapes {
    /// What it begins with.
    pub input: Data,
    /// The context object in it.
    pub context: Shape,
    /// Its states, in document order; nothing for one that cannot be reached.
    pub states: Vec<Option<StateShapes>>,
    /// What it gives: never, if it can only fail.
    pub output: Shape,
}

/// The shapes in a state.
#[derive(Debug, Clone)]
pub struct StateShapes {
    /// The data on its way through the state.
    pub flow: Flow,
    /// Its branches, or its processor.
    pub scopes: Vec<ScopeShapes>,
}

/// How often what is known at a state changes before it is widened,
const MAX_JOINS: usize = 6;
/// and how often before it is given up.
const MAX_CHANGES: usize = 12;

/// So many times a state is looked at on average before nothing more is asked than what takes one more look: loops in Maps in
/// loops would multiply.
const STEPS_FOR_EACH: usize = 64;

/// The shapes in a machine, which must be sound.
///
/// What is known at a state changes only a few times before it is given up, so that this ends; and all of it takes at most so
/// much time as a multiple of the number of states.
pub fn infer(machine: &Machine, known: &Known) -> ScopeShapes {
    let inference = Inference {
        known,
        steps: Cell::new(STEPS_FOR_EACH * count(&machine.scope)),
    };
    let text = Shape::string();
    let execution = ["Id", "Name", "RoleArn", "StartTime"].map(|name| (name, text.clone()));
    let context = open([
        (
            "Execution",
            open(execution.into_iter().chain([("Input", known.input.clone())])),
        ),
        ("State", open([("Name", text.clone()), ("EnteredTime", text.clone())])),
        ("StateMachine", open([("Id", text.clone()), ("Name", text)])),
    ]);
    let input = Data {
        input: known.input.clone(),
        variables: Object::default(),
    };
    inference.scope(&machine.scope, input, &context)
}

/// An object of which these members are known, and that may have others.
fn open<'n>(members: impl IntoIterator<Item = (&'n str, Shape)>) -> Shape {
    let mut object = Object::any();
    for (name, shape) in members {
        let is_required = false;
        object.set(name, Member { shape, is_required });
    }
    object.into()
}

struct Inference<'k> {
    known: &'k Known,
    /// How many more states are looked at before all that is not known yet is given up.
    steps: Cell<usize>,
}

/// How many states there are. Scopes nest as the JSON does, whose depth is bounded.
fn count(scope: &syntax::Scope) -> usize {
    let inner = scope.states.iter().flat_map(State::scopes);
    scope.states.len() + inner.map(count).sum::<usize>()
}

impl Inference<'_> {
    /// Scopes nest as the JSON does, whose depth is bounded.
    fn scope(&self, scope: &syntax::Scope, input: Data, context: &Shape) -> ScopeShapes {
        let mut shapes = ScopeShapes {
            input,
            context: context.clone(),
            states: Vec::new(),
            output: Shape::never(),
        };
        shapes.states.resize_with(scope.states.len(), || None);
        if !scope.intact {
            shapes.output = Shape::Any;
            return shapes;
        }
        let successors: Vec<Vec<usize>> = (scope.states.iter())
            .map(|state| state.targets().iter().map(|target| target.index).collect())
            .collect();
        let order = reverse_postorder(scope.start.index, &successors);
        let mut ranks = vec![0; scope.states.len()];
        for (rank, &state) in order.iter().enumerate() {
            ranks[state] = rank;
        }
        let mut begins: Vec<Option<Data>> = vec![None; scope.states.len()];
        let mut changes = vec![0; scope.states.len()];
        begins[scope.start.index] = Some(shapes.input.clone());
        // Those whose beginning has changed, by their rank: what comes before another is looked at first.
        let mut changed = BTreeSet::from([ranks[scope.start.index]]);
        while let Some(rank) = changed.pop_first() {
            let at = order[rank];
            let Some(data) = begins[at].clone() else { continue };
            let before = shapes.states[at].take();
            self.steps.set(self.steps.get().saturating_sub(1));
            let state = self.state(&scope.states[at], data, context, before);
            for exit in state.flow.exits(&scope.states[at]) {
                let Some(to) = exit.to else { continue };
                let grown = match &begins[to] {
                    None => exit.data,
                    Some(_) if changes[to] >= MAX_CHANGES || self.steps.get() == 0 => Data::any(),
                    Some(before) => {
                        let joined = before.join(&exit.data);
                        match changes[to] >= MAX_JOINS {
                            true => before.widen(&joined),
                            false => joined,
                        }
                    }
                };
                if begins[to].as_ref() != Some(&grown) {
                    changes[to] += 1;
                    begins[to] = Some(grown);
                    changed.insert(ranks[to]);
                }
            }
            shapes.states[at] = Some(state);
        }
        let states = scope.states.iter().zip(&shapes.states);
        let ends = states.filter(|(state, _)| may_end(state));
        let ends = ends.filter_map(|(state, shapes)| Some(shapes.as_ref()?.flow.exits(state)));
        let ends = ends.flatten().filter(|exit| exit.to.is_none());
        shapes.output = Shape::union(ends.map(|exit| exit.data.input));
        shapes
    }

    /// A state, of which `before` is what was known when less was.
    fn state(&self, state: &State, data: Data, context: &Shape, before: Option<StateShapes>) -> StateShapes {
        let mut flow = Flow::enter(state, data, context.clone());
        let mut inputs = inputs(state, &flow);
        if self.steps.get() == 0 {
            // The same each time, so that no scope is looked at again.
            inputs.fill((Data::any(), Shape::Any));
        }
        let mut known = before.map(|before| before.scopes).unwrap_or_default().into_iter();
        let scopes: Vec<_> = state
            .scopes()
            .into_iter()
            .zip(inputs)
            .map(|(scope, (input, context))| match known.next() {
                Some(known) if known.input == input && known.context == context => known,
                _ => self.scope(scope, input, &context),
            })
            .collect();
        let result = match &state.kind {
            StateKind::Task(_) => self.known.results.get(&state.name.value).cloned().unwrap_or_default(),
            StateKind::Parallel(_) => Shape::tuple(scopes.iter().map(|scope| scope.output.clone()).collect()),
            StateKind::Map(map) if map.gives_all() => {
                Shape::array(Shape::union(scopes.iter().map(|scope| scope.output.clone())))
            }
            _ => Shape::Any,
        };
        flow.finish(state, result);
        StateShapes { flow, scopes }
    }
}

/// Whether its scope may end with a state.
fn may_end(state: &State) -> bool {
    let next = state.next().and_then(|next| next.target());
    next.is_none() && !matches!(state.kind, StateKind::Choice(_))
}

/// What the scopes of a state begin with, and the context object in them.
fn inputs(state: &State, flow: &Flow) -> Vec<(Data, Shape)> {
    let variables = flow.data.variables.clone();
    match &state.kind {
        StateKind::Parallel(parallel) => {
            let input = Data {
                input: flow.payload.clone(),
                variables,
            };
            vec![(input, flow.context.clone()); parallel.branches.len()]
        }
        StateKind::Map(map) if map.mode == MapMode::Inline => {
            let input = Data {
                input: flow.item(state, map),
                variables,
            };
            vec![(input, flow.item_context())]
        }
        // An execution of its own sees nothing of this one (MD-3).
        StateKind::Map(map) => {
            let input = Data {
                input: flow.item(state, map),
                variables: Object::default(),
            };
            vec![(input, Shape::Any)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
