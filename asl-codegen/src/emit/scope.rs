//! A scope of states: the function that runs it, the function that is its control flow, and one function for each state.

use super::catch::catchers;
use super::choice;
use super::doc::{code, doc};
use super::enums::state_enum;
use super::flow::{self, PartFn, ScopeFlow, exit_variant};
use super::name::{self, Names, camel};
use super::reads;
use super::state::{Emitter, ScopeContext, StateFn};
use super::variables::{Variables, ident};
use crate::diagnostic::{Diagnostic, Lint};
use crate::flow::graph::Graph;
use crate::flow::{Exit, Flow, Goto, structure};
use crate::syntax::*;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The variables that a scope reads and does not assign itself, those of the scopes inside it included.
pub(super) fn free_variables(scope: &Scope) -> BTreeSet<&str> {
    let own: BTreeSet<&str> = scope.states.iter().flat_map(reads::assigned).collect();
    let mut free = BTreeSet::new();
    for state in &scope.states {
        free.extend(reads::variables(state));
        if !state.is_distributed() {
            free.extend(state.scopes().into_iter().flat_map(free_variables));
        }
    }
    free.retain(|name| !own.contains(name));
    free
}

impl Emitter<'_> {
    /// Writes a scope down under the name `function`; answers the argument that a call passes its variables with.
    pub(super) fn scope(&mut self, scope: &Scope, function: String, title: String, outer: &Variables) -> TokenStream {
        let own: BTreeSet<&str> = scope.states.iter().flat_map(reads::assigned).collect();
        let reads_outer = free_variables(scope).into_iter().any(|name| outer.knows(name));
        let struct_name = match own.is_empty() {
            true => format_ident!("Vars"),
            false if outer.holder.is_none() && function == "machine" => ident(&self.types.claim("Vars").0),
            false => ident(&self.types.claim(&format!("{}Vars", camel(&function))).0),
        };
        let variables = outer.inner(struct_name, &own, reads_outer);
        let cx = ScopeContext {
            function,
            title,
            variables,
            parameters: RefCell::default(),
        };

        let exits: Vec<Exit> = scope.states.iter().map(exit).collect();
        let graph = Graph::of(scope);
        // A Wait is what always gives way to others; a task may answer at once.
        let pauses: Vec<bool> = scope
            .states
            .iter()
            .map(|state| matches!(state.kind, StateKind::Wait(_)))
            .collect();
        let turns = graph.restless(&pauses);
        let functions: Vec<StateFn> = scope
            .states
            .iter()
            .zip(&exits)
            .zip(&graph.number)
            .zip(turns)
            .map(|(((state, exit), number), turns)| StateFn {
                is_reachable: *number != usize::MAX,
                turns,
                ..self.state_function(&cx, state, exit)
            })
            .collect();
        let place = self.items.len();
        for (state, function) in scope.states.iter().zip(&functions) {
            self.describe(scope, state);
            if function.is_reachable {
                let names: Vec<&str> = function
                    .targets
                    .iter()
                    .map(|&target| scope.states[target].name.value.as_str())
                    .collect();
                let choices = self.choice_enum(function, &names);
                self.items.extend(choices);
                // The function of a state stands before those of the scopes inside it.
                let place = self.items.len();
                let item = self.state(&cx, state, function);
                self.items.insert(place, item);
            }
        }
        let mut flow = self.flow(scope, &cx, &functions, &exits);
        flow.extend(cx.variables.declaration(&cx.title, outer));
        self.items.splice(place..place, flow);
        match outer.holder.as_ref().filter(|_| reads_outer) {
            Some(_) => quote!(, vars),
            None => TokenStream::new(),
        }
    }

    fn state(&mut self, cx: &ScopeContext, state: &State, function: &StateFn) -> TokenStream {
        match &state.kind {
            StateKind::Task(task) => self.task(cx, state, function, task),
            StateKind::Pass(pass) => self.pass(cx, state, function, pass),
            StateKind::Choice(choice) => self.choice(cx, state, function, choice),
            StateKind::Wait(wait) => self.wait(cx, state, function, wait),
            StateKind::Succeed => self.succeed(cx, state, function),
            StateKind::Fail(fail) => self.fail(cx, state, function, fail),
            StateKind::Parallel(parallel) => self.parallel(cx, state, function, parallel),
            StateKind::Map(map) => self.map(cx, state, function, map),
        }
    }

    /// How the function of a state is called.
    fn state_function(&mut self, cx: &ScopeContext, state: &State, exit: &Exit) -> StateFn {
        let title = &state.name.value;
        let targets = match exit {
            Exit::Choose(targets) => targets.clone(),
            _ => Vec::new(),
        };
        let rename = self.options.renames.get(title);
        let wanted = rename.cloned().unwrap_or_else(|| match &state.kind {
            StateKind::Choice(_) => choice::function_name(title, targets.len()),
            _ => name::snake(title),
        });
        let (name, is_free) = self.functions.claim(&wanted);
        if rename.is_some() && !is_free {
            let message = format!("state `{title}` gets the name `{name}`");
            self.out.push(
                Diagnostic::lint(Lint::NameCollision, state.name.span, message)
                    .label(format!("`{wanted}` is taken by another function"))
                    .help(format!("name it: `rename {{ {title:?} => another_name }}`")),
            );
        }
        let choices = match targets.len() {
            0..=2 => Vec::new(),
            _ => {
                let ty = ident(&self.types.claim(&format!("{}Next", camel(title))).0);
                let mut variants = Names::with(&["Self"]);
                let names = self.target_names(state, &targets);
                names
                    .iter()
                    .map(|name| (ty.clone(), ident(&variants.claim(&camel(name)).0)))
                    .collect()
            }
        };
        let is_async = matches!(
            state.kind,
            StateKind::Task(_) | StateKind::Wait(_) | StateKind::Parallel(_) | StateKind::Map(_)
        );
        StateFn {
            variant: camel(&name),
            name,
            title: title.clone(),
            is_async,
            takes_tasks: is_async && !matches!(state.kind, StateKind::Wait(_)),
            takes_variables: Emitter::takes_variables(cx, state),
            fails: matches!(state.kind, StateKind::Fail(_)),
            is_reachable: true,
            turns: false,
            targets,
            choices,
            catchers: catchers(cx, state),
        }
    }

    /// The names of the states that a Choice leads to, in the order of `targets`.
    fn target_names(&self, state: &State, targets: &[usize]) -> Vec<String> {
        let named = state.targets();
        let name = |index: &usize| {
            named
                .iter()
                .find(|target| target.index == *index)
                .map(|target| target.name.value.clone())
        };
        targets.iter().map(|index| name(index).unwrap_or_default()).collect()
    }

    /// The entry of a state in the machine's description.
    fn describe(&mut self, scope: &Scope, state: &State) {
        self.has_jsonata |= state.query_language == QueryLanguage::Jsonata;
        let (name, location) = (&state.name.value, &state.location);
        let ty = format_ident!("{}", state.type_word());
        let mut next: Vec<&str> = Vec::new();
        for target in state.targets() {
            let name = scope.states[target.index].name.value.as_str();
            if !next.contains(&name) {
                next.push(name);
            }
        }
        self.descriptions.push(quote! {
            rt::State { name: #name, state_type: Type::#ty, location: #location, next: &[#(#next),*] }
        });
    }

    /// The functions of the scope's control flow: the one that a caller calls, and its parts.
    fn flow(&mut self, scope: &Scope, cx: &ScopeContext, functions: &[StateFn], exits: &[Exit]) -> Vec<TokenStream> {
        let weights: Vec<usize> = functions
            .iter()
            .map(|function| usize::from(function.is_async))
            .collect();
        let first = format!("{}_flow", cx.function);
        let first = ident(&self.functions.claim(&first).0);
        let needs = |states: &mut dyn Iterator<Item = usize>| {
            let mut needs = Needs::default();
            for state in states {
                let function = &functions[state];
                needs.tasks |= function.takes_tasks;
                needs.is_async |= function.is_async || function.turns;
                needs.variables |= function.takes_variables.is_some();
                needs.sets |= function.takes_variables == Some(true);
                needs.sets |= function.catchers.iter().any(|catcher| catcher.assigns);
                needs.variables |= function.catchers.iter().any(|catcher| catcher.takes_variables);
            }
            needs
        };
        let mut items = Vec::new();
        let first_needs;
        match structure(scope.start.index, exits, &weights) {
            Flow::Dispatch => {
                let reachable = (0..functions.len()).filter(|&state| functions[state].is_reachable);
                first_needs = needs(&mut reachable.clone());
                let states = ident(&self.types.claim(&format!("{}State", camel(&cx.function))).0);
                let variants: Vec<Ident> = reachable.map(|state| ident(&functions[state].variant)).collect();
                let body = flow::dispatch(functions, exits, scope.start.index, &states);
                let about = doc(&[format!(
                    "The states of {}, which jump into the middle of a loop.",
                    cx.title
                )]);
                items.push(self.flow_fn(cx, &first, &first_needs, None, &cx.title, body));
                let variants = variants.iter().map(|variant| (TokenStream::new(), variant));
                items.push(state_enum(&quote!(#about #[derive(Clone, Copy)]), &states, variants));
            }
            Flow::Structured(parts) => {
                let mut part_needs: Vec<Needs> = Vec::new();
                // A part calls only later ones.
                for part in parts.iter().rev() {
                    let (states, called) = part.members();
                    let mut all = needs(&mut states.into_iter());
                    for later in called {
                        all.add(&part_needs[parts.len() - 1 - later]);
                        all.is_async |= part_needs[parts.len() - 1 - later].is_async;
                    }
                    part_needs.push(all);
                }
                part_needs.reverse();
                let part_fns: Vec<PartFn> = parts
                    .iter()
                    .enumerate()
                    .map(|(index, part)| self.part_fn(cx, functions, &first, index, part, &part_needs[index]))
                    .collect();
                let scope_flow = ScopeFlow {
                    states: functions,
                    parts: &parts,
                    part_fns: &part_fns,
                };
                for (index, part_fn) in part_fns.iter().enumerate() {
                    let body = scope_flow.part(index);
                    let title = match index {
                        0 => cx.title.clone(),
                        _ => format!("{} from {} on", cx.title, code(&functions[parts[index].root].title)),
                    };
                    let exit = part_fn.exits.as_ref().map(|(ty, _)| ty);
                    items.push(self.flow_fn(cx, &part_fn.name, &part_needs[index], exit, &title, body));
                    if let Some((ty, variants)) = &part_fn.exits {
                        let about = doc(&[format!("Where {title} goes on.")]);
                        let variants = variants.iter().map(|variant| (TokenStream::new(), variant));
                        items.push(state_enum(&about, ty, variants));
                    }
                }
                first_needs = part_needs.swap_remove(0);
            }
        }
        items.insert(0, self.scope_fn(cx, &first, &first_needs));
        items
    }

    fn part_fn(
        &mut self,
        cx: &ScopeContext,
        functions: &[StateFn],
        first: &Ident,
        index: usize,
        part: &crate::flow::Part,
        needs: &Needs,
    ) -> PartFn {
        let name = match index {
            0 => first.clone(),
            _ => ident(
                &self
                    .functions
                    .claim(&flow::part_name(&cx.function, &functions[part.root].name))
                    .0,
            ),
        };
        let exits = (index > 0 && part.exits.len() > 1).then(|| {
            let ty = ident(&self.types.claim(&format!("{}Exit", camel(&name.to_string()))).0);
            let mut names = Names::with(&["Self"]);
            let variants = part
                .exits
                .iter()
                .map(|&exit| ident(&names.claim(&exit_variant(exit, functions).to_string()).0))
                .collect();
            (ty, variants)
        });
        let tasks = needs.tasks.then(|| quote!(, tasks));
        let variables = needs.variables.then(|| quote!(, vars));
        let wait = needs.is_async;
        PartFn {
            name,
            exits,
            arguments: quote!(#tasks, data #variables),
            is_async: wait,
        }
    }

    /// A function that is control flow and nothing else.
    fn flow_fn(
        &self,
        cx: &ScopeContext,
        name: &Ident,
        needs: &Needs,
        exit: Option<&Ident>,
        title: &str,
        body: TokenStream,
    ) -> TokenStream {
        let about = doc(&[format!("The control flow of {title}.")]);
        let (tasks, generics) = match needs.tasks {
            true => (quote!(tasks: &T,), quote!(<E: Engine, T: Tasks>)),
            false => (TokenStream::new(), quote!(<E: Engine>)),
        };
        let variables = cx.variables.holder.as_ref().filter(|_| needs.variables).map(|holder| {
            let ty = holder.ty();
            if needs.sets {
                quote!(, vars: &mut #ty)
            } else {
                quote!(, vars: &#ty)
            }
        });
        let answer = match exit {
            Some(exit) => quote!(#exit),
            None => quote!(()),
        };
        let is_async = needs.is_async.then(|| quote!(async));
        quote! {
            #about
            #is_async fn #name #generics(cx: &mut Scope<'_, E>, #tasks data: &mut Data<'_> #variables) -> Result<#answer, Error> {
                #body
            }
        }
    }

    /// The function that runs a scope from its input to its output.
    fn scope_fn(&self, cx: &ScopeContext, flow: &Ident, needs: &Needs) -> TokenStream {
        let name = ident(&cx.function);
        let about = doc(&[format!("Runs {}.", cx.title)]);
        let tasks_name = if needs.tasks { quote!(tasks) } else { quote!(_) };
        let tasks = needs.tasks.then(|| quote!(tasks,));
        let outer = cx
            .variables
            .holder
            .as_ref()
            .and_then(|holder| match (holder.is_own, holder.has_outer) {
                (false, _) => {
                    let ty = holder.ty();
                    Some(quote!(, vars: &'a #ty))
                }
                (true, true) => cx.variables.outer_type().map(|ty| quote!(, vars: &'a #ty)),
                (true, false) => None,
            });
        let fresh = cx.variables.fresh().map(|fresh| quote!(let vars = #fresh;));
        let variables = needs.variables.then(|| quote!(, vars));
        let fresh = fresh.filter(|_| needs.variables);
        let wait = needs.is_async.then(|| quote!(.await));
        quote! {
            #about
            fn #name<'a, E: Engine, T: Tasks>(
                mut cx: Scope<'a, E>,
                #tasks_name: &'a T,
                mut data: Data<'a>
                #outer
            ) -> Lane<'a> {
                Box::pin(async move {
                    #fresh
                    let result = #flow(&mut cx, #tasks &mut data #variables) #wait;
                    cx.end(result, data)
                })
            }
        }
    }
}

/// What a flow function takes.
#[derive(Debug, Clone, Default)]
struct Needs {
    tasks: bool,
    is_async: bool,
    variables: bool,
    sets: bool,
}

impl Needs {
    fn add(&mut self, other: &Needs) {
        self.tasks |= other.tasks;
        self.is_async |= other.is_async;
        self.variables |= other.variables;
        self.sets |= other.sets;
    }
}

/// How control leaves a state.
fn exit(state: &State) -> Exit {
    let goto = |next: &Next| next.target().map_or(Goto::End, |target| Goto::State(target.index));
    match &state.kind {
        StateKind::Fail(_) => Exit::Fail,
        StateKind::Succeed => Exit::Goto(Goto::End),
        StateKind::Pass(Pass { next, .. }) | StateKind::Wait(Wait { next, .. }) => Exit::Goto(goto(next)),
        StateKind::Choice(_) => {
            let mut targets = Vec::new();
            for target in state.targets() {
                if !targets.contains(&target.index) {
                    targets.push(target.index);
                }
            }
            Exit::Choose(targets)
        }
        StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_) => match state.outcome() {
            Some(outcome) if !outcome.catch.is_empty() => {
                let caught = outcome.catch.iter().map(|catcher| catcher.next.index).collect();
                Exit::Try(goto(&outcome.next), caught)
            }
            outcome => Exit::Goto(outcome.map_or(Goto::End, |outcome| goto(&outcome.next))),
        },
    }
}
