//! The functions of states: what they share, and the states that only handle data.

use super::bind::{Input, bind, discard};
use super::code::{braced, parenthesized};
use super::doc::{code, doc, prose};
use super::expr::{Env, literal, mentions, steps};
use super::members::Structs;
use super::moves::{Moved, moving};
use super::name::Names;
use super::query::{answered, asking};
use super::reads::{self, Kept};
use super::variables::{Variables, ident};
use super::work::Works;
use crate::Options;
use crate::diagnostic::Diagnostics;
use crate::syntax::*;
use proc_macro2::{Group, Ident, Literal, TokenStream};
use quote::quote;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Collects the items of a module.
pub struct Emitter<'a> {
    pub(super) options: &'a Options,
    /// Names of functions.
    pub(super) functions: Names,
    /// Names of types.
    pub(super) types: Names,
    /// The structs that results are read from.
    pub(super) structs: Structs,
    /// Names of constants.
    pub(super) constants: Names,
    pub(super) works: Works,
    /// Functions, and the types that go with them.
    pub(super) items: Vec<TokenStream>,
    /// Constants, which stand last.
    pub(super) tables: Vec<TokenStream>,
    /// The entries of the machine's description.
    pub(super) descriptions: Vec<TokenStream>,
    /// Whether a state is written in JSONata.
    pub(super) has_jsonata: bool,
    /// What is found on the way.
    pub(super) out: &'a mut Diagnostics,
}

/// What the states of a scope have in common.
pub struct ScopeContext {
    /// The function of the scope, without a suffix.
    pub function: String,
    /// What it is: `branch 1 of Publish`.
    pub title: String,
    pub variables: Variables,
    /// The parameters of the functions of its states, by what these take: there are but a few kinds.
    pub parameters: RefCell<HashMap<Takes, Group>>,
}

/// What the function of a state takes: the tasks, the right to change the data, and a look at the variables or the right to
/// set them.
type Takes = (bool, bool, Option<bool>);

/// The function of a state.
pub struct StateFn {
    /// Its name.
    pub name: String,
    /// The state's name.
    pub title: String,
    /// Its variant where the scope is dispatched.
    pub variant: String,
    pub is_async: bool,
    pub takes_tasks: bool,
    /// Whether it takes the variables, and may set them.
    pub takes_variables: Option<bool>,
    /// Whether it answers an error: Fail.
    pub fails: bool,
    pub is_reachable: bool,
    /// Whether a loop begins here whose turns may follow each other without a pause.
    pub turns: bool,
    /// The states that a Choice leads to.
    pub targets: Vec<usize>,
    /// For a Choice with three targets or more: the enum and the variant of each.
    pub choices: Vec<(Ident, Ident)>,
    pub catchers: Vec<CatcherCode>,
}

/// A Catcher in the flow.
pub struct CatcherCode {
    /// `ErrorEquals`
    pub names: Vec<String>,
    /// What happens before its `Next`.
    pub transition: TokenStream,
    /// Whether that assigns variables.
    pub assigns: bool,
    /// Whether it needs the variables at all.
    pub takes_variables: bool,
}

impl StateFn {
    /// A call of the function; what it answers is a `Result`, or an `Error` of a Fail state.
    pub fn call(&self) -> TokenStream {
        let name = ident(&self.name);
        let tasks = self.takes_tasks.then(|| quote!(tasks,));
        let variables = self.takes_variables.map(|_| quote!(, vars));
        let wait = self.is_async.then(|| quote!(.await));
        quote!(#name(cx, #tasks data #variables) #wait)
    }
}

impl State {
    /// Whether it is a distributed Map, whose iterations are executions of their own.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(&self.kind, StateKind::Map(map) if map.mode != MapMode::Inline)
    }

    /// Whether its data may be other after it than before.
    fn changes_data(&self) -> bool {
        if self.query_language == QueryLanguage::Jsonata {
            return match &self.kind {
                StateKind::Fail(_) => false,
                StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_) => true,
                StateKind::Choice(choice) => {
                    self.output.is_some() || choice.rules.iter().any(|rule| rule.output.is_some())
                }
                StateKind::Pass(_) | StateKind::Wait(_) | StateKind::Succeed => self.output.is_some(),
            };
        }
        let selects = |selection: &Selection| !matches!(selection, Selection::Whole);
        let keeps = |path: &ResultPath| matches!(path, ResultPath::Discard);
        let result = match &self.kind {
            StateKind::Fail(_) => return false,
            StateKind::Choice(_) | StateKind::Wait(_) | StateKind::Succeed => selects(&self.input_path),
            StateKind::Pass(pass) => {
                let passes = pass.result.is_none() && pass.parameters.is_none() && !selects(&self.input_path);
                match pass.result_path {
                    ResultPath::Discard => false,
                    ResultPath::Replace => !passes,
                    ResultPath::Into(_) => true,
                }
            }
            StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_) => {
                self.outcome().is_some_and(|outcome| !keeps(&outcome.result_path))
            }
        };
        result || selects(&self.output_path)
    }

    pub(super) fn type_word(&self) -> &'static str {
        match self.kind {
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
}

impl ScopeContext {
    /// What expressions see in this scope.
    pub(super) fn env(&self, state: &State, root: TokenStream, context: TokenStream) -> Env<'_> {
        Env {
            coerces: state.changes_data() && root.to_string() == "data",
            root,
            context,
            asks_context: Cell::new(false),
            variables: &self.variables,
            item: None,
            known: None,
        }
    }

    /// `Assign`: the statements that compute all values, and those that then set them (J-77).
    pub(super) fn assign(&self, assign: &Template, env: &Env) -> (TokenStream, TokenStream) {
        let values: Vec<(&str, TokenStream)> = match assign {
            Template::Object(fields) => fields
                .iter()
                .map(|field| (field.name.as_str(), env.field_value(field)))
                .collect(),
            Template::Literal(serde_json::Value::Object(members)) => members
                .iter()
                .map(|(name, value)| (name.as_str(), literal(value)))
                .collect(),
            Template::Literal(_) | Template::Array(_) | Template::Expression(_) => Vec::new(),
        };
        let (mut compute, mut set) = (TokenStream::new(), TokenStream::new());
        let mut assigned = Vec::new();
        for (name, value) in values {
            let fresh = ident(&format!("new_{}", super::name::snake(name)));
            compute.extend(quote!(let #fresh = #value;));
            assigned.push(quote!((#name, &#fresh)));
            set.extend(self.variables.assign(name, quote!(#fresh)));
        }
        if !assigned.is_empty() {
            compute.extend(quote!(cx.assign(&[#(#assigned),*])?;));
        }
        (compute, set)
    }

    /// The effective input.
    pub(super) fn input(&self, state: &State) -> Input {
        let value = match &state.input_path {
            Selection::Whole => None,
            Selection::Nothing => Some(quote!(&rt::nothing())),
            Selection::Path(path) => Some(self.env(state, quote!(data), quote!(cx.context())).borrow(&path.value)),
        };
        Input {
            root: if value.is_some() { quote!(input) } else { quote!(data) },
            value,
        }
    }

    /// Replaces the data by what a path selects of it.
    fn narrow(&self, state: &State, selection: &Selection) -> TokenStream {
        match selection {
            Selection::Whole => TokenStream::new(),
            Selection::Nothing => quote!(*data = Data::Owned(rt::nothing());),
            Selection::Path(path) => {
                let path = &path.value;
                if path.root == crate::expr::path::Root::Input && path.is_plain() {
                    let (text, steps) = (&path.text, steps(&path.steps));
                    return quote!(rt::narrow(data, #text, #steps)?;);
                }
                let value = self.env(state, quote!(data), quote!(cx.context())).copy(path);
                quote!(*data = Data::Owned(#value);)
            }
        }
    }

    /// `InputPath` of a state whose output is its effective input.
    pub(super) fn narrow_input(&self, state: &State) -> TokenStream {
        self.narrow(state, &state.input_path)
    }

    /// `OutputPath`
    pub(super) fn output(&self, state: &State) -> TokenStream {
        self.narrow(state, &state.output_path)
    }

    /// Puts a result where `ResultPath` says.
    pub(super) fn put(&self, path: &ResultPath, result: TokenStream) -> TokenStream {
        match path {
            ResultPath::Replace => quote!(*data = Data::Owned(#result);),
            ResultPath::Discard => TokenStream::new(),
            ResultPath::Into(path) => {
                let steps = steps(&path.value.steps);
                quote!(rt::set(data.to_mut(), #steps, #result)?;)
            }
        }
    }
}

impl ScopeContext {
    /// The parameters of a function of a state.
    fn parameters(&self, takes: Takes) -> Group {
        let (tasks, changes_data, variables) = takes;
        let make = || {
            let tasks = tasks.then(|| quote!(tasks: &T,));
            let data = match changes_data {
                true => quote!(data: &mut Data<'_>),
                false => quote!(data: &Value),
            };
            let variables = variables.zip(self.variables.holder.as_ref()).map(|(sets, holder)| {
                let ty = holder.ty();
                match sets {
                    true => quote!(, vars: &mut #ty),
                    false => quote!(, vars: &#ty),
                }
            });
            parenthesized(quote!(cx: &mut Scope<'_, E>, #tasks #data #variables))
        };
        self.parameters.borrow_mut().entry(takes).or_insert_with(make).clone()
    }
}

impl Emitter<'_> {
    /// Writes down the function of a state.
    pub(super) fn state_fn(
        &mut self,
        scope: &ScopeContext,
        state: &State,
        function: &StateFn,
        answer: TokenStream,
        body: TokenStream,
    ) -> TokenStream {
        let name = ident(&function.name);
        let ty = ident(state.type_word());
        let title = &state.name.value;
        let stamp = Kept::by_state(state).entered.then(|| quote!(cx.stamp();));
        // Catchers draw in the flow of the scope, while this state is still the current one.
        let seed = reads::draws(state).then(|| quote!(cx.seed();));
        let time = state.tells_time().then(|| quote!(cx.tell_time();));
        let takes = (function.takes_tasks, state.changes_data(), function.takes_variables);
        let parameters = scope.parameters(takes);
        let tasks = function.takes_tasks.then(|| quote!(, T: Tasks));
        let is_async = function.is_async.then(|| quote!(async));
        let comment = state.comment.as_deref().map(prose).unwrap_or_default();
        let doc = doc(&[format!("{} {}.", state.type_word(), code(title)), comment]);
        let enter = quote!(cx.enter(Type::#ty, #title, data); #stamp #seed #time);
        let body = braced([enter, body]);
        quote! {
            #doc
            #is_async fn #name<E: Engine #tasks> #parameters -> #answer #body
        }
    }

    pub(super) fn pass(&mut self, scope: &ScopeContext, state: &State, function: &StateFn, pass: &Pass) -> TokenStream {
        if state.query_language == QueryLanguage::Jsonata {
            let body = scope.conclude(state, None);
            return self.state_fn(scope, state, function, quote!(Result<(), Error>), body);
        }
        let input = match &pass.result {
            None => scope.input(state),
            Some(_) => Input {
                root: quote!(data),
                value: None,
            },
        };
        let root = &input.root;
        let env = scope.env(state, root.clone(), quote!(cx.context()));
        let computed = match (&pass.result, &pass.parameters) {
            (Some(result), _) => Some(literal(result)),
            (None, Some(parameters)) => Some(env.template(parameters)),
            (None, None) => None,
        };
        let moved = match (&pass.parameters, &state.input_path) {
            (Some(parameters), Selection::Whole) if pass.result.is_none() => moving(parameters, quote!(data), &env),
            _ => None,
        };
        let output = scope.output(state);
        let body = match (computed, &state.assign) {
            // The input is the result: nothing is built.
            (None, None) => match &pass.result_path {
                ResultPath::Replace => scope.narrow_input(state),
                ResultPath::Discard => input.before(&TokenStream::new()),
                into => {
                    let setup = input.before(root);
                    let put = scope.put(into, quote!(result));
                    quote!(#setup let result = Value::clone(#root); #put)
                }
            },
            (Some(value), None) => match &pass.result_path {
                ResultPath::Replace if moved.is_some() => {
                    let moved = moved.map(|Moved { prelude, value }| quote!(#prelude *data = Data::Owned(#value);));
                    quote!(#moved)
                }
                ResultPath::Discard => {
                    let (setup, discard) = (input.before(&value), discard(value));
                    quote!(#setup #discard)
                }
                path => {
                    let (setup, put) = (input.before(&value), scope.put(path, quote!(result)));
                    [setup, bind(&quote!(result), value, true), put].into_iter().collect()
                }
            },
            (Some(value), Some(assign)) => {
                let env = scope.env(state, quote!(&result), quote!(cx.context()));
                let (compute, set) = scope.assign(assign, &env);
                let put = scope.put(&pass.result_path, quote!(result));
                let setup = input.before(&value);
                let result = match mentions(&quote!(#compute #put), "result") {
                    true => bind(&quote!(result), value, true),
                    false => discard(value),
                };
                [setup, result, compute, put, set].into_iter().collect()
            }
            (None, Some(assign)) => {
                let (compute, set) = scope.assign(assign, &env);
                let put = match &pass.result_path {
                    ResultPath::Replace => scope.narrow_input(state),
                    ResultPath::Discard => TokenStream::new(),
                    path => {
                        let put = scope.put(path, quote!(result));
                        quote!(let result = Value::clone(#root); #put)
                    }
                };
                let setup = input.before(&quote!(#compute #put));
                [setup, compute, put, set].into_iter().collect()
            }
        };
        let body = [body, output, quote!(cx.exit(data))].into_iter().collect();
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }

    pub(super) fn wait(&mut self, scope: &ScopeContext, state: &State, function: &StateFn, wait: &Wait) -> TokenStream {
        let env = scope.env(state, quote!(data), quote!(cx.context()));
        let until = match &wait.until {
            WaitUntil::Seconds(seconds) => {
                let seconds = Literal::u64_unsuffixed(*seconds);
                quote!(rt::Until::After(rt::Duration::from_secs(#seconds)))
            }
            WaitUntil::SecondsPath(path) => {
                let (text, found) = (&path.value.text, env.find(&path.value));
                quote!(rt::seconds_path(#text, #found)?)
            }
            WaitUntil::Timestamp(text) => {
                let time = chrono::DateTime::parse_from_rfc3339(text).unwrap_or_default();
                let (seconds, nanoseconds) = (time.timestamp(), time.timestamp_subsec_nanos());
                quote!(rt::timestamp(#seconds, #nanoseconds))
            }
            WaitUntil::TimestampPath(path) => {
                let (text, found) = (&path.value.text, env.find(&path.value));
                quote!(rt::timestamp_path(#text, #found)?)
            }
            WaitUntil::SecondsExpression(expression) => env.expression_as("seconds", expression),
            WaitUntil::TimestampExpression(expression) => env.expression_as("timestamp", expression),
        };
        if state.query_language == QueryLanguage::Jsonata {
            let until = answered(state, quote!(cx.context()), quote!(data), until);
            let conclusion = scope.conclude(state, None);
            let time = state.tells_time().then(|| quote!(cx.tell_time();));
            let body = quote!(let until = #until; rt::wait(cx, until).await?; #time #conclusion);
            return self.state_fn(scope, state, function, quote!(Result<(), Error>), body);
        }
        let (narrow, output) = (scope.narrow_input(state), scope.output(state));
        let (compute, set) = match &state.assign {
            Some(assign) => scope.assign(assign, &env),
            None => Default::default(),
        };
        let body = quote! {
            #narrow
            let until = #until;
            rt::wait(cx, until).await?;
            #compute
            #output
            #set
            cx.exit(data)
        };
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }

    pub(super) fn succeed(&mut self, scope: &ScopeContext, state: &State, function: &StateFn) -> TokenStream {
        let body = match state.query_language {
            QueryLanguage::JsonPath => {
                let (narrow, output) = (scope.narrow_input(state), scope.output(state));
                quote!(#narrow #output cx.exit(data))
            }
            QueryLanguage::Jsonata => scope.conclude(state, None),
        };
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }

    pub(super) fn fail(&mut self, scope: &ScopeContext, state: &State, function: &StateFn, fail: &Fail) -> TokenStream {
        let env = scope.env(state, quote!(data), quote!(cx.context()));
        let is_literal = |text: &Option<FailText>| matches!(text, None | Some(FailText::Literal(_)));
        let literals = is_literal(&fail.error) && is_literal(&fail.cause);
        let text = |text: &Option<FailText>, field: &str| match text {
            None => quote!(None),
            Some(FailText::Literal(text)) if literals => quote!(Some(#text)),
            Some(FailText::Literal(text)) => quote!(Some(#text.to_owned())),
            Some(FailText::Path(path)) => {
                let value = env.field(field, &path.value);
                quote!(Some(rt::fail_text(#field, #value)?))
            }
            Some(FailText::Call(call)) => {
                let value = env.call(&call.value);
                quote!(Some(rt::fail_text(#field, &#value)?))
            }
            Some(FailText::Expression(expression)) => {
                let value = env.expression_as("string", expression);
                quote!(Some(#value))
            }
        };
        let (error, cause) = (text(&fail.error, "ErrorPath"), text(&fail.cause, "CausePath"));
        let body = match literals {
            true => quote!(rt::failed(#error, #cause)),
            false => {
                let texts = quote!(Ok((#error, #cause)));
                let query = asking(state, quote!(cx.context()), quote!(data), TokenStream::new(), &texts);
                match query.is_empty() {
                    true => quote!(rt::failed_with(|| #texts)),
                    false => quote!(rt::failed_with(|| { #query #texts })),
                }
            }
        };
        self.state_fn(scope, state, function, quote!(Error), body)
    }

    /// What a state's function takes of the variables: nothing, a look, or the right to set them.
    pub(super) fn takes_variables(scope: &ScopeContext, state: &State) -> Option<bool> {
        scope.variables.holder.as_ref()?;
        let sets = match &state.kind {
            StateKind::Choice(choice) => {
                state.assign.is_some() || choice.rules.iter().any(|rule| rule.assign.is_some())
            }
            _ => state.assign.is_some(),
        };
        let reads = reads::function_variables(state)
            .into_iter()
            .any(|name| scope.variables.knows(name));
        let inner_reads = !state.is_distributed()
            && state
                .scopes()
                .into_iter()
                .flat_map(super::scope::free_variables)
                .any(|name| scope.variables.knows(name));
        (sets || reads || inner_reads).then_some(sets)
    }
}
