//! What a state reads by path and by expression, and what it assigns.

use crate::expr::intrinsic::{ArgKind, Call};
use crate::expr::jsonata::functions;
use crate::expr::path::{Path, Root, Step};
use crate::source::{Span, Spanned};
use crate::syntax::{
    Condition, Expression, Fail, FailText, Field, FieldValue, Items, Number, Operator, Reference, Right, Scope,
    Selection, State, StateKind, Template, Test, TypeTest, WaitUntil,
};

/// A path that a state reads.
pub(crate) struct Read<'a> {
    pub path: &'a Path,
    /// The string that holds it.
    pub span: Span,
    pub place: Place,
}

/// Where a state reads a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// What a Task, Parallel or Pass makes its payload of.
    Parameters,
    /// What a Map makes the input of each item of.
    ItemSelector,
    /// `Variable` where `IsPresent` tests it: it may lead nowhere. With the index of the rule.
    Presence(usize),
    /// Something else in the condition of a rule.
    Rule(usize),
    /// `Assign` of a rule.
    RuleAssign(usize),
    /// `Assign` of a Catcher.
    CatcherAssign(usize),
    /// A field of the state itself.
    Field(&'static str),
    /// An expression, by the name of its field.
    Expression(String),
}

impl Place {
    /// The place in the form of the service, below that of the state.
    pub fn location(&self, state: &State) -> String {
        let state = &state.location;
        match self {
            Place::Expression(field) => format!("{state}/{field}"),
            Place::Parameters => format!("{state}/Parameters"),
            Place::ItemSelector => format!("{state}/ItemSelector"),
            Place::Presence(rule) | Place::Rule(rule) => format!("{state}/Choices[{rule}]"),
            Place::RuleAssign(rule) => format!("{state}/Choices[{rule}]/Assign"),
            Place::CatcherAssign(catcher) => format!("{state}/Catch[{catcher}]/Assign"),
            Place::Field(name) => format!("{state}/{name}"),
        }
    }
}

/// Every path that a state itself reads, not those of the states inside it.
pub(crate) fn reads(state: &State) -> Vec<Read<'_>> {
    let mut reads = Reads(Vec::new());
    reads.selection(&state.input_path, "InputPath");
    reads.selection(&state.output_path, "OutputPath");
    reads.template(state.assign.as_ref(), &Place::Field("Assign"));
    match &state.kind {
        StateKind::Task(task) => {
            reads.template(task.parameters.as_ref(), &Place::Parameters);
            reads.template(task.credentials.as_ref(), &Place::Field("Credentials"));
            reads.number(task.timeout.as_ref(), "TimeoutSecondsPath");
            reads.number(task.heartbeat.as_ref(), "HeartbeatSecondsPath");
        }
        StateKind::Pass(pass) => reads.template(pass.parameters.as_ref(), &Place::Parameters),
        StateKind::Choice(choice) => {
            for (index, rule) in choice.rules.iter().enumerate() {
                if let Some(condition) = &rule.condition {
                    reads.condition(condition, index);
                }
                reads.template(rule.assign.as_ref(), &Place::RuleAssign(index));
            }
        }
        StateKind::Wait(wait) => match &wait.until {
            WaitUntil::SecondsPath(path) => reads.path(path, Place::Field("SecondsPath")),
            WaitUntil::TimestampPath(path) => reads.path(path, Place::Field("TimestampPath")),
            WaitUntil::Seconds(_)
            | WaitUntil::Timestamp(_)
            | WaitUntil::SecondsExpression(_)
            | WaitUntil::TimestampExpression(_) => {}
        },
        StateKind::Succeed => {}
        StateKind::Fail(Fail { error, cause }) => {
            reads.fail_text(error.as_ref(), "ErrorPath");
            reads.fail_text(cause.as_ref(), "CausePath");
        }
        StateKind::Parallel(parallel) => reads.template(parallel.parameters.as_ref(), &Place::Parameters),
        StateKind::Map(map) => {
            if let Items::Path(path) = &map.items {
                reads.path(path, Place::Field("ItemsPath"));
            }
            reads.template(map.item_selector.as_ref(), &Place::ItemSelector);
            reads.number(map.max_concurrency.as_ref(), "MaxConcurrencyPath");
            reads.number(map.tolerated_failure_count.as_ref(), "ToleratedFailureCountPath");
            reads.number(
                map.tolerated_failure_percentage.as_ref(),
                "ToleratedFailurePercentagePath",
            );
            for field in &map.data_set_fields {
                let templates = field.templates.iter();
                templates.for_each(|template| reads.template(Some(template), &Place::Field(field.name.value)));
                let limits = field.limits.iter();
                limits.for_each(|limit| reads.number(Some(limit), field.name.value));
            }
        }
    }
    if let Some(outcome) = state.outcome() {
        reads.template(outcome.result_selector.as_ref(), &Place::Field("ResultSelector"));
        for (index, catcher) in outcome.catch.iter().enumerate() {
            reads.template(catcher.assign.as_ref(), &Place::CatcherAssign(index));
        }
    }
    reads.0
}

/// A variable that a state reads.
pub(super) struct VariableRead<'a> {
    pub name: &'a str,
    /// Whether it is called as a function.
    pub is_called: bool,
    /// Whether JSONata has a function of its name, which it is where no variable hides that.
    pub may_be_function: bool,
    /// Whether it, or a member of it, is all that an expression gives.
    pub is_whole: bool,
    pub span: Span,
    pub place: Place,
}

/// Every variable that a state itself reads, and every function that its expressions name.
pub(super) fn variable_reads(state: &State) -> Vec<VariableRead<'_>> {
    let paths = reads(state).into_iter().filter_map(|read| match &read.path.root {
        Root::Variable(name) => Some(VariableRead {
            name,
            is_called: false,
            may_be_function: false,
            is_whole: false,
            span: read.span,
            place: read.place,
        }),
        Root::Input | Root::Context => None,
    });
    let expressions = references(state).filter_map(|(expression, read)| {
        let name = read.value.variable.as_str();
        (name != "states").then(|| VariableRead {
            name,
            is_called: read.value.is_called,
            may_be_function: functions::find(name).is_some(),
            is_whole: expression.whole().is_some(),
            span: read.span,
            place: Place::Expression(expression.field.clone()),
        })
    });
    paths.chain(expressions).collect()
}

/// A part of the context object that a state reads.
pub(super) struct ContextRead<'a> {
    /// The members that lead to it, as far as they are known.
    pub members: Vec<&'a str>,
    /// What the context object is called there.
    pub root: &'static str,
    /// Whether it looks for something inside what they lead to.
    pub goes_on: bool,
    /// Whether the state fails where nothing is there.
    pub is_needed: bool,
    pub span: Span,
    pub place: Place,
}

/// Every part of the context object that a state itself reads.
pub(super) fn context_reads(state: &State) -> Vec<ContextRead<'_>> {
    let paths = reads(state)
        .into_iter()
        .filter(|read| read.path.root == Root::Context)
        .map(|read| {
            let members: Vec<&str> = read.path.steps.iter().map_while(member).collect();
            ContextRead {
                goes_on: members.len() < read.path.steps.len(),
                is_needed: !matches!(read.place, Place::Presence(_)) && read.path.is_definite(),
                members,
                root: "$$",
                span: read.span,
                place: read.place,
            }
        });
    let expressions = references(state).filter_map(|(expression, read)| {
        let members = read.value.context()?;
        Some(ContextRead {
            members: members.iter().map(String::as_str).collect(),
            root: "$states.context",
            // JSONata takes any value for a list of one.
            goes_on: false,
            is_needed: expression.whole().is_some(),
            span: read.span,
            place: Place::Expression(expression.field.clone()),
        })
    });
    paths.chain(expressions).collect()
}

fn member(step: &Step) -> Option<&str> {
    match step {
        Step::Member(name) => Some(name),
        _ => None,
    }
}

fn references(state: &State) -> impl Iterator<Item = (&Expression, &Spanned<Reference>)> {
    state
        .expressions()
        .into_iter()
        .flat_map(|expression| expression.reads.iter().map(move |read| (expression, read)))
}

struct Reads<'a>(Vec<Read<'a>>);

impl<'a> Reads<'a> {
    fn path(&mut self, path: &'a Spanned<Path>, place: Place) {
        self.0.push(Read {
            path: &path.value,
            span: path.span,
            place,
        });
    }

    fn selection(&mut self, selection: &'a Selection, name: &'static str) {
        if let Selection::Path(path) = selection {
            self.path(path, Place::Field(name));
        }
    }

    fn number(&mut self, number: Option<&'a Number>, name: &'static str) {
        if let Some(Number::Path(path)) = number {
            self.path(path, Place::Field(name));
        }
    }

    fn fail_text(&mut self, text: Option<&'a FailText>, name: &'static str) {
        match text {
            Some(FailText::Path(path)) => self.path(path, Place::Field(name)),
            Some(FailText::Call(call)) => self.call(&call.value, call.span, &Place::Field(name)),
            Some(FailText::Literal(_) | FailText::Expression(_)) | None => {}
        }
    }

    /// Templates nest as the JSON does, whose depth is bounded.
    fn template(&mut self, template: Option<&'a Template>, place: &Place) {
        match template {
            Some(Template::Object(fields)) => fields.iter().for_each(|field| self.field(field, place)),
            Some(Template::Array(items)) => items.iter().for_each(|item| self.template(Some(item), place)),
            Some(Template::Literal(_) | Template::Expression(_)) | None => {}
        }
    }

    fn field(&mut self, field: &'a Field, place: &Place) {
        match &field.value {
            FieldValue::Template(template) => self.template(Some(template), place),
            FieldValue::Path(path) => self.path(path, place.clone()),
            FieldValue::Call(call) => self.call(&call.value, call.span, place),
        }
    }

    fn call(&mut self, call: &'a Call, span: Span, place: &Place) {
        for arg in &call.args {
            match &arg.kind {
                ArgKind::Path(path) => self.0.push(Read {
                    path,
                    span,
                    place: place.clone(),
                }),
                ArgKind::Call(inner) => self.call(inner, span, place),
                _ => {}
            }
        }
    }

    fn condition(&mut self, condition: &'a Condition, rule: usize) {
        match condition {
            Condition::And(all) | Condition::Or(all) => all.iter().for_each(|one| self.condition(one, rule)),
            Condition::Not(inner) => self.condition(inner, rule),
            Condition::Test(test) => self.test(test, rule),
            Condition::Literal(_) | Condition::Expression(_) => {}
        }
    }

    fn test(&mut self, test: &'a Test, rule: usize) {
        let place = match &test.operator {
            Operator::Is(TypeTest::Present, _) => Place::Presence(rule),
            _ => Place::Rule(rule),
        };
        self.path(&test.variable, place);
        match &test.operator {
            Operator::String(_, Right::Path(path))
            | Operator::Numeric(_, Right::Path(path))
            | Operator::Timestamp(_, Right::Path(path))
            | Operator::Boolean(Right::Path(path)) => self.path(path, Place::Rule(rule)),
            _ => {}
        }
    }
}

/// A way out of a state: where it leads, and what is assigned on it.
pub(super) struct Exit<'a> {
    pub to: usize,
    pub assign: &'a [Field],
}

/// The ways from a state to others of its scope (CH-8, CH-9, CT-9).
pub(super) fn exits(state: &State) -> Vec<Exit<'_>> {
    let own = assigned(state.assign.as_ref());
    if let StateKind::Choice(choice) = &state.kind {
        let rules = choice.rules.iter().map(|rule| Exit {
            to: rule.next.index,
            assign: assigned(rule.assign.as_ref()),
        });
        let default = choice.default.iter().map(|target| Exit {
            to: target.index,
            assign: own,
        });
        return rules.chain(default).collect();
    }
    let next = state.next().and_then(|next| next.target()).map(|target| Exit {
        to: target.index,
        assign: own,
    });
    let catchers = state.catchers().iter().map(|catcher| Exit {
        to: catcher.next.index,
        assign: assigned(catcher.assign.as_ref()),
    });
    next.into_iter().chain(catchers).collect()
}

/// A variable that is assigned, and the state that does.
pub(super) struct Assignment<'a> {
    pub field: &'a Field,
    pub state: &'a State,
    pub place: Place,
}

/// Everything that the states of a scope assign, not those inside them.
pub(super) fn assignments<'a>(scope: &'a Scope) -> Vec<Assignment<'a>> {
    let mut all = Vec::new();
    for state in &scope.states {
        let mut add = |template: Option<&'a Template>, place: Place| {
            for field in assigned(template) {
                let place = place.clone();
                all.push(Assignment { field, state, place });
            }
        };
        add(state.assign.as_ref(), Place::Field("Assign"));
        if let StateKind::Choice(choice) = &state.kind {
            for (index, rule) in choice.rules.iter().enumerate() {
                add(rule.assign.as_ref(), Place::RuleAssign(index));
            }
        }
        for (index, catcher) in state.catchers().iter().enumerate() {
            add(catcher.assign.as_ref(), Place::CatcherAssign(index));
        }
    }
    all
}

/// The variables of an `Assign`.
fn assigned(template: Option<&Template>) -> &[Field] {
    match template {
        Some(Template::Object(fields)) => fields,
        _ => &[],
    }
}
