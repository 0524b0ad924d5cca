//! The data on its way through a state.

use super::narrow::split;
use super::object::{Member, Object};
use super::scope::Scope;
use super::shape::Shape;
use crate::syntax::{Catcher, Items, Map, MapMode, QueryLanguage, ResultPath, Selection, State, StateKind, Template};

/// What is known where a state begins, or where one ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The input of the state, or its output.
    pub input: Shape,
    /// The variables: those that are not surely assigned are not required.
    pub variables: Object,
}

impl Data {
    /// What holds for both.
    pub(super) fn join(&self, other: &Data) -> Data {
        Data {
            input: self.input.join(&other.input),
            variables: self.variables.join(&other.variables),
        }
    }

    pub(super) fn join_both(one: Option<Data>, other: Option<Data>) -> Option<Data> {
        match (one, other) {
            (Some(one), Some(other)) => Some(one.join(&other)),
            (one, other) => one.or(other),
        }
    }

    pub(super) fn widen(&self, grown: &Data) -> Data {
        Data {
            input: self.input.widen(&grown.input),
            variables: self.variables.widen(&grown.variables),
        }
    }

    /// Of which nothing is known.
    pub(super) fn any() -> Data {
        Data {
            input: Shape::Any,
            variables: Object::any(),
        }
    }

    /// Whether nothing can be such.
    fn is_never(&self) -> bool {
        let mut variables = self.variables.members();
        self.input.is_never() || variables.any(|(_, variable)| variable.is_required && variable.shape.is_never())
    }

    pub(super) fn set_variable(&mut self, name: &str, shape: Shape) {
        let is_required = true;
        self.variables.set(name, Member { shape, is_required });
    }

    fn assign(&self, input: Shape, assigned: Object) -> Data {
        let mut variables = self.variables.clone();
        for (name, member) in assigned.members() {
            variables.set(name.clone(), member.clone());
        }
        Data { input, variables }
    }
}

/// The data on its way through a state.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Where the state begins.
    pub data: Data,
    /// The input after `InputPath`.
    pub effective: Shape,
    /// After `Parameters` or `Arguments`: what a task or the branches of a Parallel get. For a Map, the items.
    pub payload: Shape,
    /// What the state makes, before `ResultSelector`.
    pub result: Shape,
    /// After `ResultPath`: what `OutputPath` is applied to.
    pub combined: Shape,
    /// What the state gives where nothing is caught and no rule of a Choice has an `Output` of its own.
    pub output: Shape,
    /// The context object.
    pub context: Shape,
}

/// A way out of a state.
#[derive(Debug, Clone)]
pub struct Exit {
    /// The index of the next state in its scope; nothing at the end of the scope.
    pub to: Option<usize>,
    /// Which way it is.
    pub way: Way,
    /// What is known there.
    pub data: Data,
}

/// The ways out of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `Next`, or the end.
    Next,
    /// The rule of this index.
    Rule(usize),
    /// `Default`
    Default,
    /// The Catcher of this index.
    Catch(usize),
}

/// The Error Output (CT-3, CT-12).
pub(crate) fn error_output() -> Shape {
    let text = Shape::string().join(&Shape::null());
    Shape::object([("Error", text.clone()), ("Cause", text)])
}

impl Flow {
    /// The way up to where the work of the state begins.
    pub(super) fn enter(state: &State, data: Data, context: Shape) -> Flow {
        let effective = selected(&state.input_path, &data.input);
        let mut flow = Flow {
            payload: effective.clone(),
            result: Shape::Any,
            combined: Shape::Any,
            output: Shape::Any,
            effective,
            data,
            context,
        };
        let scope = flow.scope(state);
        let parameters = |template: &Option<Template>| template.as_ref().map(|template| scope.template(template));
        let payload = match &state.kind {
            StateKind::Task(task) => parameters(&task.parameters),
            StateKind::Pass(pass) => parameters(&pass.parameters),
            StateKind::Parallel(parallel) => parameters(&parallel.parameters),
            StateKind::Map(map) => Some(items(map, &scope)),
            _ => None,
        };
        if let Some(payload) = payload {
            flow.payload = payload;
        }
        flow
    }

    /// What the paths and expressions of the state see before there is a result.
    pub(crate) fn scope(&self, state: &State) -> Scope<'_> {
        self.scope_with(state, &self.effective, None)
    }

    /// What they see with a result, or an error.
    fn scope_with<'s>(&'s self, state: &State, input: &'s Shape, further: Option<(&str, &Shape)>) -> Scope<'s> {
        match state.query_language {
            QueryLanguage::JsonPath => Scope::new(input, &self.data.variables, &self.context),
            QueryLanguage::Jsonata => {
                Scope::new(&self.data.input, &self.data.variables, &self.context).with_states(further)
            }
        }
    }

    /// What the `Output` of a JSONata state sees, and `Assign` (IO-29).
    pub(crate) fn scope_after(&self, state: &State) -> Scope<'_> {
        match (state.outcome(), &state.kind) {
            (Some(_), _) => self.scope_with(state, &self.result, Some(("result", &self.result))),
            (None, StateKind::Pass(_)) => self.scope_with(state, &self.result, None),
            (None, _) => self.scope(state),
        }
    }

    /// What the fields of a Catcher see (CT-7, CT-8).
    pub(crate) fn scope_caught<'s>(&'s self, state: &State, error: &'s Shape) -> Scope<'s> {
        self.scope_with(state, error, Some(("errorOutput", error)))
    }

    /// The input of an item of a Map (MP-26, MP-27).
    pub(super) fn item(&self, state: &State, map: &Map) -> Shape {
        match &map.item_selector {
            Some(_) if !map.data_set_fields.is_empty() => Shape::Any,
            Some(selector) => {
                let context = self.item_context();
                let mut scope = self.scope(state);
                scope.context = &context;
                if state.query_language == QueryLanguage::Jsonata {
                    scope = scope.with_states(None);
                }
                scope.template(selector)
            }
            None => self.payload.elements(),
        }
    }

    /// The context object within a Map.
    pub(super) fn item_context(&self) -> Shape {
        let item = Shape::object([("Index", Shape::integer()), ("Value", self.payload.elements())]);
        // `Key` stands beside them for the members of an object.
        let item = item.filter(|types| types.change_object(|object| object.open(Shape::Any)));
        self.context.require(&[], &|context| {
            context.filter(|types| {
                types.change_object(|object| {
                    let map = Shape::object([("Item", item.clone())]);
                    object.set(
                        "Map",
                        Member {
                            shape: map,
                            is_required: true,
                        },
                    );
                });
            })
        })
    }

    /// The rest of the way, with what the work of the state gives.
    pub(super) fn finish(&mut self, state: &State, result: Shape) {
        self.result = match &state.kind {
            StateKind::Pass(pass) => pass.result.as_ref().map_or_else(|| self.payload.clone(), Shape::of),
            _ => result,
        };
        self.combined = match (&state.kind, state.outcome()) {
            (StateKind::Pass(pass), _) => applied(&pass.result_path, &self.data.input, self.result.clone()),
            (_, Some(outcome)) => {
                let result = match &outcome.result_selector {
                    Some(selector) => self.scope_after(state).template(selector),
                    None => self.result.clone(),
                };
                applied(&outcome.result_path, &self.data.input, result)
            }
            (_, None) => self.effective.clone(),
        };
        self.output = match state.query_language {
            QueryLanguage::JsonPath => selected(&state.output_path, &self.combined),
            QueryLanguage::Jsonata => match (&state.output, state.outcome()) {
                (Some(output), _) => self.scope_after(state).template(output),
                (None, Some(_)) => self.result.clone(),
                (None, None) => self.data.input.clone(),
            },
        };
    }

    /// Where the state leads, and with what. A way that nothing can take is not among them.
    pub fn exits(&self, state: &State) -> Vec<Exit> {
        let mut exits = match &state.kind {
            StateKind::Choice(_) => self.choices(state),
            StateKind::Fail(_) => Vec::new(),
            _ if self.result.is_never() => Vec::new(),
            _ => {
                let assigned = self.scope_after(state).assigned(state.assign.as_ref());
                vec![Exit {
                    to: state.next().and_then(|next| next.target()).map(|target| target.index),
                    way: Way::Next,
                    data: self.data.assign(self.output.clone(), assigned),
                }]
            }
        };
        for (index, catcher) in state.catchers().iter().enumerate() {
            exits.push(Exit {
                to: Some(catcher.next.index),
                way: Way::Catch(index),
                data: self.caught(state, catcher),
            });
        }
        exits.retain(|exit| !exit.data.is_never());
        exits
    }

    fn caught(&self, state: &State, catcher: &Catcher) -> Data {
        let error = error_output();
        let scope = self.scope_caught(state, &error);
        let output = match state.query_language {
            QueryLanguage::JsonPath => applied(&catcher.result_path, &self.data.input, error.clone()),
            QueryLanguage::Jsonata => match &catcher.output {
                Some(output) => scope.template(output),
                None => error.clone(),
            },
        };
        self.data.assign(output, scope.assigned(catcher.assign.as_ref()))
    }

    /// What a Choice tests: its data after `InputPath`.
    pub(crate) fn tested(&self, state: &State) -> Data {
        Data {
            input: match state.query_language {
                QueryLanguage::JsonPath => self.effective.clone(),
                QueryLanguage::Jsonata => self.data.input.clone(),
            },
            variables: self.data.variables.clone(),
        }
    }

    fn choices(&self, state: &State) -> Vec<Exit> {
        let StateKind::Choice(choice) = &state.kind else {
            return Vec::new();
        };
        let mut exits = Vec::new();
        let mut left = Some(self.tested(state));
        for (index, rule) in choice.rules.iter().enumerate() {
            let Some(data) = left.take() else { break };
            let held = match &rule.condition {
                Some(condition) => {
                    let split = split(data, condition, &mut |_, _, _| {});
                    left = split.fails;
                    split.holds
                }
                // It was reported.
                None => {
                    left = Some(data.clone());
                    Some(data)
                }
            };
            if let Some(held) = held {
                exits.push(Exit {
                    to: Some(rule.next.index),
                    way: Way::Rule(index),
                    data: self.chosen(state, held, rule.output.as_ref(), rule.assign.as_ref()),
                });
            }
        }
        if let (Some(default), Some(data)) = (&choice.default, left) {
            exits.push(Exit {
                to: Some(default.index),
                way: Way::Default,
                data: self.chosen(state, data, state.output.as_ref(), state.assign.as_ref()),
            });
        }
        exits
    }

    /// The data where a rule held, or none (CH-8, CH-9, CH-12).
    fn chosen(&self, state: &State, data: Data, output: Option<&Template>, assign: Option<&Template>) -> Data {
        let scope = Scope::new(&data.input, &data.variables, &self.context);
        match state.query_language {
            QueryLanguage::JsonPath => {
                let output = selected(&state.output_path, &data.input);
                data.assign(output, scope.assigned(assign))
            }
            QueryLanguage::Jsonata => {
                let scope = scope.with_states(None);
                let output = output.map_or_else(|| data.input.clone(), |output| scope.template(output));
                data.assign(output, scope.assigned(assign))
            }
        }
    }
}

/// What a Map goes over.
fn items(map: &Map, scope: &Scope<'_>) -> Shape {
    if !map.data_set_fields.is_empty() {
        return Shape::Any;
    }
    let items = match &map.items {
        Items::Input => scope.input.clone(),
        Items::Path(path) => scope.find(&path.value).shape,
        Items::Template(template) => scope.template(template),
    };
    let is_list = items.types().is_some_and(|types| types.object().is_none());
    match is_list {
        true => items,
        // The members of an object are items too.
        false => Shape::Any,
    }
}

impl Map {
    /// Whether the results are those of the processor, one for each item.
    pub(crate) fn gives_all(&self) -> bool {
        self.mode == MapMode::Inline
            && self.data_set_fields.is_empty()
            && self.tolerated_failure_count.is_none()
            && self.tolerated_failure_percentage.is_none()
    }
}

fn selected(selection: &Selection, input: &Shape) -> Shape {
    match selection {
        Selection::Whole => input.clone(),
        Selection::Nothing => Shape::object::<&str>([]),
        // A path to a variable or into the context object is rare here.
        Selection::Path(path) if path.value.root != crate::expr::path::Root::Input => Shape::Any,
        Selection::Path(path) => input.find(&path.value.steps).shape,
    }
}

fn applied(path: &ResultPath, raw: &Shape, result: Shape) -> Shape {
    match path {
        ResultPath::Replace => result,
        ResultPath::Discard => raw.clone(),
        ResultPath::Into(path) => raw.put(&path.value.steps, result),
    }
}
