//! What a state reads: its paths and expressions, and from them its variables and its part of the context object.

use crate::expr::intrinsic::{ArgKind, Call, Intrinsic};
use crate::expr::path::{Path, Root, Step};
use crate::syntax::*;
use std::collections::BTreeSet;

/// Calls `visit` with every path in the state's own fields; those of inner scopes are not among them.
pub fn each_path<'s>(state: &'s State, visit: &mut dyn FnMut(&'s Path)) {
    let visit = &mut |seen: Seen<'s>| seen.path().into_iter().for_each(&mut *visit);
    walk(state, visit);
    walk_catchers(state, visit);
}

/// Whether a call in the state's own fields draws random numbers.
pub fn draws(state: &State) -> bool {
    let mut draws = state.expressions().into_iter().any(Expression::draws);
    let visit = &mut |seen: Seen<'_>| {
        draws |= matches!(seen, Seen::Call(call) if matches!(call.function, Intrinsic::Uuid | Intrinsic::MathRandom));
    };
    walk(state, visit);
    walk_catchers(state, visit);
    draws
}

fn walk_catchers<'s>(state: &'s State, visit: &mut dyn FnMut(Seen<'s>)) {
    let mut walk = Walk { visit };
    for catcher in state.catchers() {
        walk.template(catcher.assign.as_ref());
    }
}

/// Goes through the fields of a state, but for its Catchers.
fn walk<'s>(state: &'s State, visit: &mut dyn FnMut(Seen<'s>)) {
    let mut walk = Walk { visit };
    // With a Result, neither InputPath nor Parameters are applied (PS-2).
    let has_result = matches!(&state.kind, StateKind::Pass(pass) if pass.result.is_some());
    if !has_result {
        walk.selection(&state.input_path);
    }
    walk.selection(&state.output_path);
    walk.template(state.assign.as_ref());
    match &state.kind {
        StateKind::Task(task) => {
            walk.template(task.parameters.as_ref());
            walk.template(task.credentials.as_ref());
            walk.number(task.timeout.as_ref());
            walk.number(task.heartbeat.as_ref());
            walk.outcome(&task.outcome);
        }
        StateKind::Pass(pass) => {
            if !has_result {
                walk.template(pass.parameters.as_ref());
            }
        }
        StateKind::Choice(choice) => {
            for rule in &choice.rules {
                walk.template(rule.assign.as_ref());
                if let Some(condition) = &rule.condition {
                    walk.condition(condition);
                }
            }
        }
        StateKind::Wait(wait) => match &wait.until {
            WaitUntil::SecondsPath(path) | WaitUntil::TimestampPath(path) => (walk.visit)(Seen::Path(&path.value)),
            WaitUntil::Seconds(_)
            | WaitUntil::Timestamp(_)
            | WaitUntil::SecondsExpression(_)
            | WaitUntil::TimestampExpression(_) => {}
        },
        StateKind::Succeed => {}
        StateKind::Fail(fail) => {
            for text in [&fail.error, &fail.cause].into_iter().flatten() {
                match text {
                    FailText::Literal(_) | FailText::Expression(_) => {}
                    FailText::Path(path) => (walk.visit)(Seen::Path(&path.value)),
                    FailText::Call(call) => walk.call(&call.value),
                }
            }
        }
        StateKind::Parallel(parallel) => {
            walk.template(parallel.parameters.as_ref());
            walk.outcome(&parallel.outcome);
        }
        StateKind::Map(map) => {
            if let Items::Path(path) = &map.items {
                (walk.visit)(Seen::Path(&path.value));
            }
            walk.template(map.item_selector.as_ref());
            walk.number(map.max_concurrency.as_ref());
            walk.number(map.tolerated_failure_count.as_ref());
            walk.number(map.tolerated_failure_percentage.as_ref());
            walk.outcome(&map.outcome);
        }
    }
}

/// Calls `visit` with every path in a template.
pub fn each_template_path<'s>(template: &'s Template, visit: &mut dyn FnMut(&'s Path)) {
    let mut visit = |seen: Seen<'s>| seen.path().into_iter().for_each(&mut *visit);
    Walk { visit: &mut visit }.template(Some(template));
}

/// The fields of a template that read their root by a path, at any depth: the key and the path.
pub fn input_fields(template: &Template) -> Vec<(String, &Path)> {
    match template {
        Template::Literal(_) | Template::Expression(_) => Vec::new(),
        Template::Array(elements) => elements.iter().flat_map(input_fields).collect(),
        Template::Object(fields) => fields
            .iter()
            .flat_map(|field| match &field.value {
                FieldValue::Template(template) => input_fields(template),
                FieldValue::Path(path) if path.value.root == Root::Input => {
                    vec![(format!("{}.$", field.name), &path.value)]
                }
                FieldValue::Path(_) | FieldValue::Call(_) => Vec::new(),
            })
            .collect(),
    }
}

/// Calls `visit` with every intrinsic call that is the value of a field of a template.
pub fn each_template_call<'s>(template: &'s Template, visit: &mut dyn FnMut(&'s Call)) {
    match template {
        Template::Literal(_) | Template::Expression(_) => {}
        Template::Array(elements) => elements.iter().for_each(|element| each_template_call(element, visit)),
        Template::Object(fields) => {
            for field in fields {
                match &field.value {
                    FieldValue::Template(template) => each_template_call(template, visit),
                    FieldValue::Path(_) => {}
                    FieldValue::Call(call) => visit(&call.value),
                }
            }
        }
    }
}

/// Calls `visit` with every path in an intrinsic call.
pub fn each_call_path<'s>(call: &'s Call, visit: &mut dyn FnMut(&'s Path)) {
    let mut visit = |seen: Seen<'s>| seen.path().into_iter().for_each(&mut *visit);
    Walk { visit: &mut visit }.call(call);
}

/// What a walk comes by.
enum Seen<'s> {
    Path(&'s Path),
    /// A call, nested ones included.
    Call(&'s Call),
}

impl<'s> Seen<'s> {
    fn path(self) -> Option<&'s Path> {
        match self {
            Seen::Path(path) => Some(path),
            Seen::Call(_) => None,
        }
    }
}

struct Walk<'v, 's> {
    visit: &'v mut dyn FnMut(Seen<'s>),
}

impl<'s> Walk<'_, 's> {
    fn selection(&mut self, selection: &'s Selection) {
        if let Selection::Path(path) = selection {
            (self.visit)(Seen::Path(&path.value));
        }
    }

    fn number(&mut self, number: Option<&'s Number>) {
        if let Some(Number::Path(path)) = number {
            (self.visit)(Seen::Path(&path.value));
        }
    }

    fn outcome(&mut self, outcome: &'s Outcome) {
        self.template(outcome.result_selector.as_ref());
    }

    fn template(&mut self, template: Option<&'s Template>) {
        match template {
            None | Some(Template::Literal(_) | Template::Expression(_)) => {}
            Some(Template::Array(elements)) => elements.iter().for_each(|element| self.template(Some(element))),
            Some(Template::Object(fields)) => {
                for field in fields {
                    match &field.value {
                        FieldValue::Template(template) => self.template(Some(template)),
                        FieldValue::Path(path) => (self.visit)(Seen::Path(&path.value)),
                        FieldValue::Call(call) => self.call(&call.value),
                    }
                }
            }
        }
    }

    fn call(&mut self, call: &'s Call) {
        (self.visit)(Seen::Call(call));
        for arg in &call.args {
            match &arg.kind {
                ArgKind::Path(path) => (self.visit)(Seen::Path(path)),
                ArgKind::Call(call) => self.call(call),
                _ => {}
            }
        }
    }

    fn condition(&mut self, condition: &'s Condition) {
        match condition {
            Condition::And(all) | Condition::Or(all) => all.iter().for_each(|one| self.condition(one)),
            Condition::Not(one) => self.condition(one),
            Condition::Literal(_) | Condition::Expression(_) => {}
            Condition::Test(test) => {
                (self.visit)(Seen::Path(&test.variable.value));
                match &test.operator {
                    Operator::String(_, Right::Path(path))
                    | Operator::Numeric(_, Right::Path(path))
                    | Operator::Timestamp(_, Right::Path(path))
                    | Operator::Boolean(Right::Path(path)) => (self.visit)(Seen::Path(&path.value)),
                    _ => {}
                }
            }
        }
    }
}

/// The variables that a state's own fields read.
pub fn variables(state: &State) -> BTreeSet<&str> {
    variables_in(state.expressions(), |visit| each_path(state, visit))
}

/// Those that its function reads: what its Catchers do stands in the flow of the scope.
pub fn function_variables(state: &State) -> BTreeSet<&str> {
    variables_in(state.expressions_outside_catchers(), |visit| {
        walk(state, &mut |seen| seen.path().into_iter().for_each(&mut *visit));
    })
}

fn variables_in<'s>(
    expressions: Vec<&'s Expression>,
    each_path: impl FnOnce(&mut dyn FnMut(&'s Path)),
) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::new();
    each_path(&mut |path| {
        if let Root::Variable(name) = &path.root {
            names.insert(name.as_str());
        }
    });
    let read = expressions.into_iter().flat_map(|expression| &expression.reads);
    names.extend(read.filter_map(|read| read.value.state_variable()));
    names
}

/// The variables that a state's own fields assign, Choice rules and Catchers included.
pub fn assigned(state: &State) -> BTreeSet<&str> {
    let mut templates: Vec<&Option<Template>> = vec![&state.assign];
    match &state.kind {
        StateKind::Choice(choice) => templates.extend(choice.rules.iter().map(|rule| &rule.assign)),
        _ => templates.extend(state.catchers().iter().map(|catcher| &catcher.assign)),
    }
    templates.into_iter().flatten().flat_map(assigned_names).collect()
}

/// The names that an `Assign` sets, in document order.
pub fn assigned_names(assign: &Template) -> Vec<&str> {
    match assign {
        Template::Literal(serde_json::Value::Object(members)) => members.keys().map(String::as_str).collect(),
        Template::Object(fields) => fields.iter().map(|field| field.name.as_str()).collect(),
        Template::Literal(_) | Template::Array(_) | Template::Expression(_) => Vec::new(),
    }
}

/// Which parts of the context object must be kept or noted for somebody to read them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept {
    /// `$$.Execution.Input`
    pub input: bool,
    /// `$$.Map.Item.Value`
    pub item: bool,
    /// `$$.State.EnteredTime`
    pub entered: bool,
}

impl Kept {
    /// What a path needs.
    pub fn by(path: &Path) -> Kept {
        if path.root != Root::Context {
            return Kept::default();
        }
        Kept::below(path.steps.iter().map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            _ => None,
        }))
    }

    /// What a reference of an expression needs.
    fn by_reference(reference: &Reference) -> Kept {
        match reference.context() {
            Some(members) => Kept::below(members.iter().map(|name| Some(name.as_str()))),
            None => Kept::default(),
        }
    }

    /// What the expressions in a template need.
    pub fn by_expressions(template: &Template) -> Kept {
        template
            .expressions()
            .into_iter()
            .fold(Kept::default(), Kept::and_expression)
    }

    fn and_expression(self, expression: &Expression) -> Kept {
        let reads = expression.reads.iter();
        reads.fold(self, |kept, read| kept.and(Kept::by_reference(&read.value)))
    }

    /// What a look at these members of the context object needs, one below the other; `None` is none that is known. One that
    /// stops early may show anything below.
    fn below<'m>(members: impl Iterator<Item = Option<&'m str>> + Clone) -> Kept {
        let may_read = |wanted: &[&str]| {
            let mut members = members.clone();
            wanted
                .iter()
                .all(|wanted| members.next().flatten().is_none_or(|name| name == *wanted))
        };
        Kept {
            input: may_read(&["Execution", "Input"]),
            item: may_read(&["Map", "Item", "Value"]),
            entered: may_read(&["State", "EnteredTime"]),
        }
    }

    /// What a state's own fields need.
    pub fn by_state(state: &State) -> Kept {
        let mut kept = Kept::default();
        each_path(state, &mut |path| kept = kept.and(Kept::by(path)));
        state.expressions().into_iter().fold(kept, Kept::and_expression)
    }

    /// What the states of a scope need, those of scopes inside it included unless they are executions of their own.
    pub fn by_scope(scope: &Scope) -> Kept {
        scope.states.iter().fold(Kept::default(), |kept, state| {
            let inner = state
                .scopes()
                .into_iter()
                .filter(|_| !state.is_distributed())
                .map(Kept::by_scope);
            inner.fold(kept.and(Kept::by_state(state)), Kept::and)
        })
    }

    /// Both.
    pub fn and(self, other: Kept) -> Kept {
        Kept {
            input: self.input || other.input,
            item: self.item || other.item,
            entered: self.entered || other.entered,
        }
    }
}
