//! Usage: which parts of the data later states read. Shapes tell forward what can be there, this tells backward what is wanted.
//!
//! [`infer`] goes from the end of each scope to its beginning until nothing changes any more. Whatever a state can read is among
//! what it says; it says more where it cannot tell. To be put into something, as by `ResultPath`, is not to be read:
//!
//! ```
//! use asl_codegen::source::Source;
//! use asl_codegen::usage::infer;
//! use asl_codegen::{Options, machine};
//!
//! let text = r#"{ "StartAt": "Find", "States": {
//!     "Find": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Pick" },
//!     "Pick": { "Type": "Pass", "InputPath": "$.Payload.id", "End": true } } }"#;
//! let machine = machine(&Source::new("find.asl.json", text), &Options::default())?;
//! let found = infer(&machine).states[0].result.clone().expect("it is read");
//! assert!(found.member("Payload").is_some_and(|payload| payload.member("id").is_some()));
//! assert!(found.member("StatusCode").is_none());
//! # Ok::<(), asl_codegen::diagnostic::CompileError>(())
//! ```

mod trace;
mod used;

pub use used::Used;

use crate::check::visit::{self, Place};
use crate::flow::graph::reverse_postorder;
use crate::syntax::{
    Catcher, Items, Machine, Map, MapMode, QueryLanguage, ResultPath, Scope, Selection, State, StateKind, Template,
};
use std::collections::{BTreeMap, BTreeSet};
use trace::{Trace, assigned};
use used::{Part, add};

/// What is read in a scope.
#[derive(Debug, Clone)]
pub struct ScopeUsage {
    /// By its states, in document order.
    pub states: Vec<StateUsage>,
}

/// What is read of what a state makes.
#[derive(Debug, Clone)]
pub struct StateUsage {
    /// What this state or a later one reads of the result of its work; nothing if nothing is.
    pub result: Option<Used>,
    /// What of the result comes to those who read it, which a `ResultSelector` or an `Assign` may read for nobody.
    pub arrives: Option<Used>,
    /// Its branches, or its processor.
    pub scopes: Vec<ScopeUsage>,
}

/// Where what a path begins from lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// The input of the state.
    Raw,
    /// The input after `InputPath`.
    Effective,
    /// What the work of the state gives.
    Result,
    /// The Error Output, which is of no interest.
    Error,
}

/// What is read from a point on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Reads {
    raw: Option<Used>,
    effective: Option<Used>,
    result: Option<Used>,
    variables: BTreeMap<String, Used>,
    /// Whether it is the item of the Map around.
    item: bool,
    /// Whether it is the input of the execution.
    execution_input: bool,
    /// Whether it is too much to tell: everything.
    all: bool,
}

impl Reads {
    fn add(&mut self, base: Base, used: &Used) {
        match base {
            Base::Raw => add(&mut self.raw, used),
            Base::Effective => add(&mut self.effective, used),
            Base::Result => add(&mut self.result, used),
            Base::Error => {}
        }
    }

    fn variable(&mut self, name: &str, used: &Used) {
        match self.variables.get_mut(name) {
            Some(variable) => variable.join(used),
            None => drop(self.variables.insert(name.to_owned(), used.clone())),
        }
    }

    /// A part of the context object, by the members that lead to it as far as they are known.
    fn context(&mut self, members: &[&str]) {
        match members {
            ["State" | "StateMachine" | "Task", ..] => {}
            ["Execution", rest @ ..] => self.execution_input |= rest.first().is_none_or(|name| *name == "Input"),
            [] => {
                self.item = true;
                self.execution_input = true;
            }
            _ => self.item = true,
        }
    }

    /// What is read of variables and of the context object, the variables without those that are set before.
    fn around(&mut self, later: &Reads, set: &[&str]) {
        for (name, used) in &later.variables {
            if !set.contains(&name.as_str()) {
                self.variable(name, used);
            }
        }
        self.item |= later.item;
        self.execution_input |= later.execution_input;
        self.all |= later.all;
    }

    fn size(&self) -> usize {
        self.raw.iter().chain(self.variables.values()).map(Used::size).sum()
    }

    fn everything() -> Reads {
        Reads {
            raw: Some(Used::whole()),
            item: true,
            execution_input: true,
            all: true,
            ..Reads::default()
        }
    }

    fn of_variable(&self, name: &str) -> Option<Used> {
        match self.all {
            true => Some(Used::whole()),
            false => self.variables.get(name).cloned(),
        }
    }
}

/// How often what is read from a state on changes before it is given up.
const MAX_CHANGES: usize = 16;
/// What is read from a state on has about this many parts.
const MAX_SIZE: usize = 1024;

/// What is read in a machine, which must be sound.
pub fn infer(machine: &Machine) -> ScopeUsage {
    let inner = summaries(&machine.scope);
    usage(&machine.scope, &inner, Some(&Used::whole()))
}

/// What a scope inside a state reads, if everything it gives is wanted.
struct Summary {
    reads: Reads,
    /// Those of the scopes inside each of its states.
    inner: Vec<Vec<Summary>>,
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn summaries(scope: &Scope) -> Vec<Vec<Summary>> {
    let of_scope = |scope: &Scope| {
        let inner = summaries(scope);
        let begins = begins(scope, &inner, Some(&Used::whole()));
        let reads = begins
            .into_iter()
            .nth(scope.start.index)
            .unwrap_or_else(Reads::everything);
        Summary { reads, inner }
    };
    let of_state = |state: &State| state.scopes().into_iter().map(of_scope).collect();
    scope.states.iter().map(of_state).collect()
}

fn usage(scope: &Scope, inner: &[Vec<Summary>], output: Option<&Used>) -> ScopeUsage {
    let begins = begins(scope, inner, output);
    let states = scope.states.iter().zip(inner).map(|(state, inner)| {
        let after = Passage {
            state,
            inner,
            output,
            begins: &begins,
            counts_all: true,
        }
        .after();
        let arrives = Passage {
            state,
            inner,
            output,
            begins: &begins,
            counts_all: false,
        }
        .after()
        .result;
        let gives_all = match &state.kind {
            StateKind::Map(map) => map.gives_all(),
            _ => true,
        };
        let is_discarded =
            matches!(state.outcome(), Some(outcome) if matches!(outcome.result_path, ResultPath::Discard));
        let scopes = state
            .scopes()
            .into_iter()
            .zip(inner)
            .enumerate()
            .map(|(at, (scope, summary))| {
                let at = matches!(state.kind, StateKind::Parallel(_)).then_some(at);
                let output = match &after.result {
                    // Who discards it knows.
                    _ if !gives_all || is_discarded => Some(if gives_all { Used::default() } else { Used::whole() }),
                    result => result.as_ref().and_then(|result| result.element(at)),
                };
                usage(scope, &summary.inner, output.as_ref())
            });
        let scopes = scopes.collect();
        StateUsage {
            result: after.result,
            arrives,
            scopes,
        }
    });
    ScopeUsage {
        states: states.collect(),
    }
}

/// What is read from the beginning of each state on.
fn begins(scope: &Scope, inner: &[Vec<Summary>], output: Option<&Used>) -> Vec<Reads> {
    if !scope.intact {
        return vec![Reads::everything(); scope.states.len()];
    }
    let successors: Vec<Vec<usize>> = (scope.states.iter())
        .map(|state| state.targets().iter().map(|target| target.index).collect())
        .collect();
    let order = reverse_postorder(scope.start.index, &successors);
    let mut ranks = vec![0; scope.states.len()];
    let mut predecessors = vec![Vec::new(); scope.states.len()];
    for (rank, &at) in order.iter().enumerate() {
        ranks[at] = rank;
        successors[at].iter().for_each(|&next| predecessors[next].push(at));
    }
    let mut begins = vec![Reads::default(); scope.states.len()];
    let mut changes = vec![0; scope.states.len()];
    let mut open: BTreeSet<usize> = (0..order.len()).collect();
    // What comes after another is looked at first.
    while let Some(rank) = open.pop_last() {
        let at = order[rank];
        if begins[at].all {
            continue;
        }
        let passage = Passage {
            state: &scope.states[at],
            inner: &inner[at],
            output,
            begins: &begins,
            counts_all: true,
        };
        let mut reads = passage.before(passage.after());
        if reads.all || reads.size() > MAX_SIZE || changes[at] > MAX_CHANGES {
            reads = Reads::everything();
        }
        if reads != begins[at] {
            begins[at] = reads;
            changes[at] += 1;
            open.extend(predecessors[at].iter().map(|&before| ranks[before]));
        }
    }
    begins
}

/// The way back through a state.
struct Passage<'a> {
    state: &'a State,
    inner: &'a [Summary],
    /// What is read of what the scope gives.
    output: Option<&'a Used>,
    /// What is read from the beginning of each state of the scope on.
    begins: &'a [Reads],
    counts_all: bool,
}

impl Passage<'_> {
    fn trace<'r>(&self, reads: &'r mut Reads, base: Base) -> Trace<'r> {
        let counts_all = self.counts_all;
        Trace {
            reads,
            base,
            counts_all,
        }
    }

    fn is_jsonata(&self) -> bool {
        self.state.query_language == QueryLanguage::Jsonata
    }

    /// What is read after the work of the state: of its result, of its input, and of variables.
    fn after(&self) -> Reads {
        let mut reads = Reads::default();
        match &self.state.kind {
            StateKind::Choice(choice) => {
                for rule in &choice.rules {
                    let next = &self.begins[rule.next.index];
                    self.chosen(&mut reads, next, rule.output.as_ref(), rule.assign.as_ref());
                }
                if let Some(default) = &choice.default {
                    let next = &self.begins[default.index];
                    self.chosen(&mut reads, next, self.state.output.as_ref(), self.state.assign.as_ref());
                }
            }
            StateKind::Fail(_) => {}
            _ => {
                let next = self.state.next().and_then(|next| next.target());
                match next {
                    Some(target) => self.went_on(&mut reads, &self.begins[target.index]),
                    None => {
                        let raw = self.output.cloned();
                        self.went_on(
                            &mut reads,
                            &Reads {
                                raw,
                                ..Reads::default()
                            },
                        );
                    }
                }
            }
        }
        for catcher in self.state.catchers() {
            self.caught(&mut reads, catcher);
        }
        reads
    }

    fn went_on(&self, reads: &mut Reads, next: &Reads) {
        let state = self.state;
        reads.around(next, &assigned(state.assign.as_ref()));
        let has_result = state.outcome().is_some() || matches!(state.kind, StateKind::Pass(_));
        let of_work = if has_result { Base::Result } else { Base::Effective };
        self.trace(reads, of_work).assign(state.assign.as_ref(), next);
        if self.is_jsonata() {
            match (&state.output, &next.raw) {
                (Some(output), used) => self.trace(reads, Base::Raw).template(output, used.as_ref()),
                (None, Some(used)) => reads.add(
                    if state.outcome().is_some() {
                        Base::Result
                    } else {
                        Base::Raw
                    },
                    used,
                ),
                (None, None) => {}
            }
            return;
        }
        let mut combined = Reads::default();
        self.selected(&mut combined, &state.output_path, Base::Effective, next.raw.as_ref());
        reads.around(&combined, &[]);
        let result_path = match &state.kind {
            StateKind::Pass(pass) => Some(&pass.result_path),
            _ => state.outcome().map(|outcome| &outcome.result_path),
        };
        let Some(combined) = combined.effective else { return };
        let selector = state.outcome().and_then(|outcome| outcome.result_selector.as_ref());
        let result = match result_path {
            None => return reads.add(Base::Effective, &combined),
            Some(ResultPath::Replace) => Some(combined),
            Some(ResultPath::Discard) => {
                reads.add(Base::Raw, &combined);
                None
            }
            Some(ResultPath::Into(path)) => {
                reads.add(Base::Raw, &combined.without(&path.value.steps));
                combined.at(&path.value.steps)
            }
        };
        match (selector, result) {
            (Some(selector), result) => self.trace(reads, Base::Result).template(selector, result.as_ref()),
            (None, Some(result)) => reads.add(Base::Result, &result),
            (None, None) => {}
        }
    }

    /// Through `InputPath` or `OutputPath` from what they are applied to.
    fn selected(&self, reads: &mut Reads, selection: &Selection, base: Base, used: Option<&Used>) {
        match (selection, used) {
            (Selection::Whole, Some(used)) => reads.add(base, used),
            (Selection::Path(path), used) => self.trace(reads, base).path(&path.value, used),
            (Selection::Whole, None) | (Selection::Nothing, _) => {}
        }
    }

    /// The way of a rule of a Choice, or of its `Default`.
    fn chosen(&self, reads: &mut Reads, next: &Reads, output: Option<&Template>, assign: Option<&Template>) {
        reads.around(next, &assigned(assign));
        self.trace(reads, Base::Effective).assign(assign, next);
        match (self.is_jsonata(), output, &next.raw) {
            (true, Some(output), used) => self.trace(reads, Base::Raw).template(output, used.as_ref()),
            (true, None, Some(used)) => reads.add(Base::Raw, used),
            (true, None, None) => {}
            (false, _, used) => self.selected(reads, &self.state.output_path, Base::Effective, used.as_ref()),
        }
    }

    fn caught(&self, reads: &mut Reads, catcher: &Catcher) {
        let next = &self.begins[catcher.next.index];
        reads.around(next, &assigned(catcher.assign.as_ref()));
        let mut seen = Reads::default();
        self.trace(&mut seen, Base::Error).assign(catcher.assign.as_ref(), next);
        if let Some(output) = &catcher.output {
            self.trace(&mut seen, Base::Error).template(output, next.raw.as_ref());
        }
        seen.raw.iter().for_each(|used| reads.add(Base::Raw, used));
        reads.around(&seen, &[]);
        if let (false, Some(used)) = (self.is_jsonata(), &next.raw) {
            match &catcher.result_path {
                ResultPath::Replace => {}
                ResultPath::Discard => reads.add(Base::Raw, used),
                ResultPath::Into(path) => reads.add(Base::Raw, &used.without(&path.value.steps)),
            }
        }
    }

    /// What is read from the beginning of the state on, where that is read after its work.
    fn before(&self, mut reads: Reads) -> Reads {
        let state = self.state;
        self.own(&mut reads);
        let result = reads.result.take();
        match &state.kind {
            StateKind::Task(task) => self.payload(&mut reads, task.parameters.as_ref(), Some(&Used::whole())),
            StateKind::Pass(pass) if pass.result.is_none() => {
                self.payload(&mut reads, pass.parameters.as_ref(), result.as_ref());
            }
            StateKind::Parallel(parallel) => {
                let mut payload = None;
                for branch in self.inner {
                    branch.reads.raw.iter().for_each(|used| add(&mut payload, used));
                    reads.around(&branch.reads, &[]);
                }
                self.payload(&mut reads, parallel.parameters.as_ref(), payload.as_ref());
            }
            StateKind::Map(map) => self.items(&mut reads, map),
            _ => {}
        }
        let effective = reads.effective.take();
        let is_used = !matches!(&state.kind, StateKind::Pass(pass) if pass.result.is_some());
        match self.is_jsonata() {
            true => effective.iter().for_each(|used| reads.add(Base::Raw, used)),
            // `Result` leaves it without effect (PS-2).
            false if is_used => self.selected(&mut reads, &state.input_path, Base::Raw, effective.as_ref()),
            false => {}
        }
        reads
    }

    fn payload(&self, reads: &mut Reads, parameters: Option<&Template>, used: Option<&Used>) {
        match (parameters, used) {
            (Some(parameters), used) => self.trace(reads, Base::Effective).template(parameters, used),
            (None, Some(used)) => reads.add(Base::Effective, used),
            (None, None) => {}
        }
    }

    /// What a Map goes over (MP-21, MP-26).
    fn items(&self, reads: &mut Reads, map: &Map) {
        let [Summary { reads: within, .. }] = self.inner else {
            return;
        };
        let is_inline = map.mode == MapMode::Inline;
        let mut uses_item = within.item;
        if is_inline {
            reads.around(
                &Reads {
                    item: false,
                    ..within.clone()
                },
                &[],
            );
        } else {
            // An execution of its own: what it begins with is the item.
            uses_item |= within.execution_input;
            reads.all |= within.all;
        }
        let has = |name: &str| map.data_set_fields.iter().any(|field| field.name.value == name);
        let of_item = match has("ItemBatcher") {
            true => Some(Used::whole()),
            false => within.raw.clone(),
        };
        let mut element = None;
        match &map.item_selector {
            Some(selector) => {
                let mut selected = Reads::default();
                self.trace(&mut selected, Base::Effective)
                    .template(selector, of_item.as_ref());
                uses_item |= std::mem::take(&mut selected.item);
                reads.around(&selected, &[]);
                selected.raw.iter().for_each(|used| reads.add(Base::Raw, used));
                selected
                    .effective
                    .iter()
                    .for_each(|used| reads.add(Base::Effective, used));
            }
            None => element = of_item,
        }
        if uses_item {
            add(&mut element, &Used::whole());
        }
        let items = match element {
            Some(element) => Used::under(&[Part::Each], &element),
            None => Used::default(),
        };
        match &map.items {
            _ if has("ItemReader") => {}
            Items::Input => reads.add(Base::Effective, &items),
            Items::Path(path) => self.trace(reads, Base::Effective).path(&path.value, Some(&items)),
            Items::Template(template) => self.trace(reads, Base::Raw).template(template, Some(&items)),
        }
    }

    /// What the state reads for itself.
    fn own(&self, reads: &mut Reads) {
        let state = self.state;
        if self.is_jsonata() {
            for expression in state.expressions_outside_catchers() {
                let is_own = match expression.field.split_once('/') {
                    Some((rule, field)) if rule.starts_with("Choices[") => field == "Condition",
                    Some((field, _)) => !is_traced(field),
                    None => !is_traced(&expression.field),
                };
                if is_own {
                    self.trace(reads, Base::Raw)
                        .expression(expression, Some(&Used::whole()));
                }
            }
            return;
        }
        for read in visit::reads(state) {
            let (base, used) = match read.place {
                Place::Presence(_) => (Base::Effective, Used::default()),
                Place::Rule(_) => (Base::Effective, Used::whole()),
                Place::Field("ErrorPath" | "CausePath") => (Base::Raw, Used::whole()),
                Place::Field("InputPath" | "OutputPath" | "ItemsPath" | "ResultSelector" | "Assign") => continue,
                Place::Field(_) => (Base::Effective, Used::whole()),
                Place::Parameters | Place::ItemSelector | Place::RuleAssign(_) => continue,
                Place::CatcherAssign(_) | Place::Expression(_) => continue,
            };
            self.trace(reads, base).path(read.path, Some(&used));
        }
    }
}

/// Whether what is made of a field of a JSONata state is traced to who reads it.
fn is_traced(field: &str) -> bool {
    let name = field.split('[').next().unwrap_or(field);
    matches!(name, "Arguments" | "Output" | "Assign" | "ItemSelector" | "Items")
}

#[cfg(test)]
mod tests;
