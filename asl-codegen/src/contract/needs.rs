//! What the input of a machine must have, or the machine cannot succeed.
//!
//! It is found backward: a state needs what it reads by definite paths, and what all states need that it can lead to, as far
//! as they get it from the state's own input.

use crate::check::visit::{Place, reads};
use crate::expr::path::{Path, Root, Step};
use crate::flow::graph::reverse_postorder;
use crate::shapes::{Member, Object, Shape};
use crate::syntax::{
    Condition, Field, FieldValue, Items, QueryLanguage, ResultPath, Scope, Selection, State, StateKind, Task, Template,
};
use std::collections::BTreeSet;

/// The members, one in the other, that must be there.
pub(super) type Way = Vec<String>;

/// What is needed; `None` where no way on succeeds, so that nothing would help.
type Needs = Option<BTreeSet<Way>>;

/// The shape of an input that has what each state of a scope needs, by its index.
pub(super) fn by_state(scope: &Scope) -> Vec<Shape> {
    let needs = of_states(scope).into_iter();
    needs.map(|needs| shape(needs.unwrap_or_default())).collect()
}

/// What the results of the tasks of a scope must have, by the index of their state: of results, what every way on needs.
pub(super) fn of_results(scope: &Scope) -> Vec<BTreeSet<Way>> {
    let needs = of_states(scope);
    let of_state = |state: &State| match &state.kind {
        StateKind::Task(task) if state.query_language == QueryLanguage::JsonPath => of_result(state, task, &needs),
        _ => BTreeSet::new(),
    };
    scope.states.iter().map(of_state).collect()
}

fn of_result(state: &State, task: &Task, needs: &[Needs]) -> BTreeSet<Way> {
    let next = task
        .outcome
        .next
        .target()
        .and_then(|next| needs.get(next.index)?.as_ref());
    let later = next.into_iter().flatten().filter_map(|way| {
        let way = selected(&state.output_path, way.clone())?;
        let way = match &task.outcome.result_path {
            ResultPath::Replace => way,
            ResultPath::Discard => return None,
            ResultPath::Into(path) => way.strip_prefix(&members(&path.value)?[..])?.to_vec(),
        };
        match &task.outcome.result_selector {
            Some(selector) => in_template(selector, &way),
            None => Some(way),
        }
    });
    let own = reads(state).into_iter().filter_map(|read| match read.place {
        Place::Field("ResultSelector" | "Assign") => members(read.path),
        _ => None,
    });
    later.chain(own).filter(|way| !way.is_empty()).collect()
}

/// That of an input that has these.
fn shape(ways: BTreeSet<Way>) -> Shape {
    ways.iter().fold(Shape::Any, |shape, way| with(&shape, way))
}

/// With these members, and whatever else.
pub(super) fn with(shape: &Shape, way: &[String]) -> Shape {
    let Some((name, rest)) = way.split_first() else {
        return shape.clone();
    };
    let mut object = match shape.types().and_then(|types| types.object()) {
        Some(object) => object.clone(),
        None => Object::any(),
    };
    let inner = object.member(name).map_or(Shape::Any, |member| member.shape);
    let member = Member {
        shape: with(&inner, rest),
        is_required: true,
    };
    object.set(name.as_str(), member);
    object.into()
}

/// What the start of a scope needs.
fn of_scope(scope: &Scope) -> Needs {
    match of_states(scope).into_iter().nth(scope.start.index) {
        Some(needs) => needs,
        None => Some(BTreeSet::new()),
    }
}

/// Scopes nest as the JSON does, whose depth is bounded.
fn of_states(scope: &Scope) -> Vec<Needs> {
    if !scope.intact {
        return vec![Some(BTreeSet::new()); scope.states.len()];
    }
    let successors: Vec<Vec<usize>> = (scope.states.iter())
        .map(|state| state.targets().iter().map(|target| target.index).collect())
        .collect();
    let order = reverse_postorder(scope.start.index, &successors);
    let within: Vec<BTreeSet<Way>> = scope.states.iter().map(within).collect();
    let mut needs: Vec<Needs> = vec![None; scope.states.len()];
    // From too much to what is needed: each round takes something away, or is the last.
    loop {
        let mut has_changed = false;
        for &at in order.iter().rev() {
            let now = of_state(&scope.states[at], &within[at], &needs);
            has_changed |= now != needs[at];
            needs[at] = now;
        }
        if !has_changed {
            return needs;
        }
    }
}

/// What the branches of a Parallel need, where nothing catches what fails in them.
fn within(state: &State) -> BTreeSet<Way> {
    let StateKind::Parallel(parallel) = &state.kind else {
        return BTreeSet::new();
    };
    if !state.catchers().is_empty() {
        return BTreeSet::new();
    }
    // One that cannot succeed asks for nothing.
    let branches = parallel
        .branches
        .iter()
        .flat_map(|branch| of_scope(branch).unwrap_or_default());
    branches
        .filter_map(|way| payload(state, parallel.parameters.as_ref(), &way))
        .collect()
}

fn of_state(state: &State, within: &BTreeSet<Way>, next: &[Needs]) -> Needs {
    if matches!(state.kind, StateKind::Fail(_)) {
        return None;
    }
    let mut exits = Vec::new();
    if state.is_terminal() {
        exits.push(Some(BTreeSet::new()));
    }
    let catchers = state.catchers().iter();
    let caught: Vec<usize> = catchers.map(|catcher| catcher.next.index).collect();
    for target in state.targets() {
        exits.push(match next.get(target.index) {
            // What the Catcher hands on is another value.
            Some(Some(_)) if caught.contains(&target.index) => Some(BTreeSet::new()),
            Some(Some(needs)) => Some(needs.iter().filter_map(|way| back(state, way)).collect()),
            _ => None,
        });
    }
    // What every way needs. One that cannot succeed asks for nothing.
    let common = exits
        .into_iter()
        .flatten()
        .reduce(|a, b| a.intersection(&b).cloned().collect())?;
    let mut needs: BTreeSet<Way> = own(state);
    needs.extend(common);
    needs.extend(within.iter().cloned());
    Some(needs)
}

/// What a state itself fails without, whatever its input is otherwise.
fn own(state: &State) -> BTreeSet<Way> {
    let mut own = BTreeSet::new();
    if state.query_language == QueryLanguage::Jsonata {
        return own;
    }
    // A function may fail before a path does, and that is caught.
    let may_be_caught = !state.catchers().is_empty() && calls(state);
    let has_result = matches!(&state.kind, StateKind::Pass(pass) if pass.result.is_some());
    for read in reads(state) {
        let is_raw = match read.place {
            Place::Field("InputPath") => !has_result,
            _ if may_be_caught => continue,
            Place::Parameters => {
                if has_result {
                    continue;
                }
                false
            }
            Place::ItemSelector | Place::Presence(_) | Place::Rule(_) | Place::RuleAssign(_) => continue,
            Place::CatcherAssign(_) | Place::Expression(_) => continue,
            Place::Field("OutputPath" | "ResultSelector" | "Assign") => continue,
            Place::Field("ErrorPath" | "CausePath") => true,
            Place::Field(_) => false,
        };
        if let Some(way) = members(read.path) {
            own.extend(if is_raw {
                Some(way)
            } else {
                before_input_path(state, way)
            });
        }
    }
    if let StateKind::Choice(choice) = &state.kind {
        // The first test is always looked at.
        let first = choice.rules.first().and_then(|rule| rule.condition.as_ref());
        own.extend(first.and_then(first_read).and_then(|way| before_input_path(state, way)));
    }
    if let StateKind::Map(map) = &state.kind
        && !map.data_set_fields.is_empty()
        && let Items::Path(path) = &map.items
        && let Some(way) = members(&path.value).and_then(|way| before_input_path(state, way))
    {
        // The items come from elsewhere.
        own.remove(&way);
    }
    own.retain(|way| !way.is_empty());
    own
}

/// Whether the work of a state is asked for by an intrinsic function.
fn calls(state: &State) -> bool {
    let parameters = match &state.kind {
        StateKind::Task(task) => task.parameters.as_ref(),
        StateKind::Parallel(parallel) => parallel.parameters.as_ref(),
        StateKind::Map(map) => map.item_selector.as_ref(),
        _ => None,
    };
    parameters.is_some_and(has_call)
}

fn has_call(template: &Template) -> bool {
    match template {
        Template::Literal(_) | Template::Expression(_) => false,
        Template::Array(elements) => elements.iter().any(has_call),
        Template::Object(fields) => fields.iter().any(|field| match &field.value {
            FieldValue::Call(_) => true,
            FieldValue::Path(_) => false,
            FieldValue::Template(template) => has_call(template),
        }),
    }
}

/// What the first comparison of a condition looks for.
fn first_read(condition: &Condition) -> Option<Way> {
    match condition {
        Condition::And(all) | Condition::Or(all) => first_read(all.first()?),
        Condition::Not(inner) => first_read(inner),
        Condition::Test(test) => match test.operator {
            crate::syntax::Operator::Is(crate::syntax::TypeTest::Present, _) => None,
            _ => members(&test.variable.value),
        },
        Condition::Literal(_) | Condition::Expression(_) => None,
    }
}

/// A path of plain members from the input.
fn members(path: &Path) -> Option<Way> {
    if path.root != Root::Input {
        return None;
    }
    let names = path.steps.iter().map(|step| match step {
        Step::Member(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// Where in the raw input something lies that lies here after `InputPath`.
fn before_input_path(state: &State, way: Way) -> Option<Way> {
    selected(&state.input_path, way)
}

fn selected(selection: &Selection, way: Way) -> Option<Way> {
    match selection {
        Selection::Whole => Some(way),
        Selection::Nothing => None,
        Selection::Path(path) => Some(members(&path.value)?.into_iter().chain(way).collect()),
    }
}

/// Where in the input of a state something lies that lies here in its output.
fn back(state: &State, way: &Way) -> Option<Way> {
    if state.query_language == QueryLanguage::Jsonata {
        // Only what hands its input on as it is.
        let is_same = state.output.is_none() && state.outcome().is_none();
        return is_same.then(|| way.clone());
    }
    let way = selected(&state.output_path, way.clone())?;
    let result_path = match &state.kind {
        StateKind::Pass(pass) => &pass.result_path,
        _ => match state.outcome() {
            Some(outcome) => &outcome.result_path,
            None => return before_input_path(state, way),
        },
    };
    let of_result = |way: Way| match &state.kind {
        StateKind::Pass(pass) if pass.result.is_none() => payload(state, pass.parameters.as_ref(), &way),
        _ => None,
    };
    match result_path {
        ResultPath::Replace => of_result(way),
        ResultPath::Discard => Some(way),
        ResultPath::Into(path) => {
            let at = members(&path.value)?;
            match way.strip_prefix(&at[..]) {
                Some(rest) => of_result(rest.to_vec()),
                // It is made there, whatever was there before.
                None if at.starts_with(&way) => None,
                None => Some(way),
            }
        }
    }
}

/// Where in the input of a state something lies that lies here in what its `Parameters` make.
fn payload(state: &State, parameters: Option<&Template>, way: &[String]) -> Option<Way> {
    if state.query_language == QueryLanguage::Jsonata {
        return parameters.is_none().then(|| way.to_vec());
    }
    match parameters {
        None => before_input_path(state, way.to_vec()),
        Some(template) => before_input_path(state, in_template(template, way)?),
    }
}

fn in_template(template: &Template, way: &[String]) -> Option<Way> {
    let (name, rest) = way.split_first()?;
    let Template::Object(fields) = template else {
        return None;
    };
    let field: &Field = fields.iter().find(|field| field.name == *name)?;
    match &field.value {
        FieldValue::Template(template) => in_template(template, rest),
        FieldValue::Path(path) => Some(members(&path.value)?.into_iter().chain(rest.iter().cloned()).collect()),
        FieldValue::Call(_) => None,
    }
}
