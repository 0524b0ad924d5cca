//! The checked machine as Rust: one module (style.md, "Generated code").

mod bind;
mod catch;
mod choice;
mod code;
mod condition;
mod doc;
mod enums;
mod errors;
mod expr;
mod flow;
mod fork;
pub mod jsonata;
mod made;
mod members;
mod moves;
pub mod name;
mod part;
mod parts;
mod query;
pub mod reads;
#[cfg(feature = "schema")]
mod schema;
mod scope;
mod skeleton;
mod state;
mod task;
mod typed;
mod variables;
pub(crate) mod work;

use self::expr::mentions;
use crate::Options;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Level, Lint};
use crate::nearest;
use crate::options::{Module, WorkflowType};
use crate::schema::TypesFile;
use crate::shapes::infer;
use crate::source::{Source, Span};
use crate::syntax::*;
use code::braced;
use doc::{code, doc, prose};
use made::Made;
use name::Names;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use reads::Kept;
pub(crate) use skeleton::skeleton;
use state::Emitter;
use std::collections::BTreeSet;
use variables::{Variables, ident};
use work::{Typed, Works, is_placeholder};

/// Names of functions that the module has besides those of states.
const FUNCTIONS: &[&str] = &[
    "run", "run_with", "run_on", "run_json", "tasks", "data", "vars", "cx", "input", "result", "rt", "jsonata",
];
/// Names of types.
const TYPES: &[&str] = &[
    "Machine",
    "Tasks",
    "Data",
    "Duration",
    "Engine",
    "Error",
    "Execution",
    "Future",
    "Lane",
    "Scope",
    "TaskContext",
    "TaskError",
    "Type",
    "Value",
    "Box",
    "Result",
    "Option",
    "Some",
    "None",
    "Ok",
    "Err",
    "From",
    "String",
    "Vec",
    "Send",
    "Sync",
    "Default",
];

/// Writes the module of a checked machine; `sha256` is that of its canonical definition.
pub(crate) fn emit(
    machine: &Machine,
    source: &Source,
    sha256: &str,
    file: Option<&TypesFile>,
    options: &Options,
    out: &mut Diagnostics,
) -> TokenStream {
    let mut works = Works::of(machine, options, out);
    let mut types = Names::with(TYPES);
    let made = Made::of(file, &mut works, &options.types, &mut types);
    let mut made = made.unwrap_or_else(|fault| {
        out.push(*fault);
        Made::default()
    });
    if works.are_inferred() {
        let known = file.map(|file| file.known(&machine.scope, &works, &mut Diagnostics::new()));
        let shapes = infer(machine, &known.unwrap_or_default());
        made.items
            .extend(typed::inputs(&mut works, &machine.scope, &shapes, &mut types));
    }
    check_renames(machine, &works, options, out);
    check_task_types(machine, &works, options, out);
    if options.levels.level(Lint::InterpretedExpression) != Level::Allow {
        jsonata::report(&machine.scope, out);
    }
    let mut emitter = Emitter {
        options,
        functions: Names::with(FUNCTIONS),
        types,
        structs: std::mem::take(&mut made.structs),
        constants: Names::with(&["DEFINITION"]),
        works,
        items: Vec::new(),
        tables: Vec::new(),
        descriptions: Vec::new(),
        has_jsonata: false,
        out,
    };
    let top = emitter.functions.claim("machine").0;
    let none = Variables::default();
    emitter.scope(&machine.scope, top.clone(), "the machine's states".to_owned(), &none);
    let asks_queries = emitter.has_jsonata && emitter.items.iter().any(|item| mentions(item, "jsonata"));
    let imports = imports(&emitter.works, asks_queries);
    let (entry, definition) = (
        emitter.entry(machine, &ident(&top), &made),
        emitter.definition(machine, source, sha256),
    );
    let items = [imports, entry]
        .into_iter()
        .chain(made.items)
        .chain(emitter.items)
        .chain(emitter.tables);
    let body = braced(items.chain([definition]));
    let Module {
        attributes,
        visibility,
        name,
    } = &options.module;
    let about = doc(&[
        machine.scope.comment.as_deref().map(prose).unwrap_or_default(),
        format!("Generated from {}.", code(source.path())),
    ]);
    quote! {
        #attributes
        #about
        #visibility mod #name #body
    }
}

/// Reports renames of what is not there.
fn check_renames(machine: &Machine, works: &Works, options: &Options, out: &mut Diagnostics) {
    if options.renames.is_empty() {
        return;
    }
    let mut names = BTreeSet::new();
    let mut scopes = vec![&machine.scope];
    while let Some(scope) = scopes.pop() {
        names.extend(scope.states.iter().map(|state| state.name.value.as_str()));
        scopes.extend(scope.states.iter().flat_map(State::scopes));
    }
    let span = Span::new(machine.scope.span.start, machine.scope.span.start + 1);
    for title in options
        .renames
        .keys()
        .filter(|title| !names.contains(title.as_str()) && !works.is_title(title))
    {
        let similar = nearest(title, names.iter().copied());
        out.push(
            Diagnostic::lint(
                Lint::UnknownRename,
                span,
                format!("`rename` names `{title}`, which is not there"),
            )
            .label("no state and no work here has this name")
            .maybe_help(similar.map(|name| format!("a state with a similar name exists: `{name}`"))),
        );
    }
}

/// Reports types of tasks that are not there, and those that cannot be made of what is known.
fn check_task_types(machine: &Machine, works: &Works, options: &Options, out: &mut Diagnostics) {
    let start = Span::new(machine.scope.span.start, machine.scope.span.start + 1);
    let types = &options.types;
    let machines = [("input", &types.input), ("output", &types.output)];
    let of_tasks = types.tasks.iter().map(|(name, types)| (name.as_str(), &types.result));
    for (name, given) in machines.into_iter().chain(of_tasks) {
        if given.as_ref().is_some_and(is_placeholder) {
            let message = format!("the type of `{name}` cannot be `_`");
            out.push(
                Diagnostic::error(Code::Unsupported, start, message)
                    .label("only what a task is asked with is known from the definition")
                    .help("name a type, or leave it out for `Value`"),
            );
        }
    }
    let names: BTreeSet<String> = works.methods().iter().map(|method| method.name.to_string()).collect();
    for name in options.types.tasks.keys().filter(|name| !names.contains(*name)) {
        let similar = nearest(name, names.iter().map(String::as_str));
        let message = format!("`tasks` has types for `{name}`, which is not there");
        out.push(
            Diagnostic::lint(Lint::UnknownTask, start, message)
                .label("no work here has this name")
                .maybe_help(similar.map(|name| format!("work with a similar name exists: `{name}`"))),
        );
    }
}

/// The names that the module takes from the runtime.
fn imports(works: &Works, asks_queries: bool) -> TokenStream {
    let of_work = ["Future", "TaskContext", "TaskError"];
    let names = [
        "Data",
        "Engine",
        "Error",
        "Execution",
        "Future",
        "Lane",
        "Scope",
        "TaskContext",
        "TaskError",
        "Type",
        "Value",
    ];
    let used = names
        .iter()
        .filter(|name| !works.methods().is_empty() || !of_work.contains(name))
        .map(|name| ident(name));
    let jsonata = asks_queries.then(|| quote!(, jsonata));
    quote!(use ::asl_runtime::codegen::{self as rt, #(#used),* #jsonata};)
}

impl Emitter<'_> {
    /// The items that stand first: what the user implements and calls.
    fn entry(&self, machine: &Machine, top: &Ident, made: &Made) -> TokenStream {
        let methods = braced(self.works.declarations());
        let forwards = braced(self.works.forwards());
        // What serde cannot take from a type and to it, nobody can hand on.
        let untyped = (!self.works.are_typed()).then(|| {
            quote! {
                /// One handler for all the work: `Untyped(handler)` is asked by the state and its resource.
                impl<H: rt::Handler> Tasks for rt::Untyped<H> #forwards
            }
        });
        let on_engine = on_engine(machine, top, made);
        let Made { input, output, .. } = made;
        let on_json = ident(if made.is_typed() { "run_json" } else { "run_on" });
        let json = match input {
            Typed::Made(_) => quote!(input.into()),
            _ => quote!(input),
        };
        quote! {
            /// The work that this machine hands to its caller.
            pub trait Tasks: Send + Sync #methods

            #untyped

            /// Runs the machine in memory.
            ///
            /// # Errors
            /// With the error that nothing in the machine caught.
            #[allow(dead_code, reason = "one of several ways to run it")]
            pub async fn run(tasks: &impl Tasks, input: #input) -> Result<#output, Error> {
                run_on(&rt::Memory::default(), tasks, input).await
            }

            /// Runs the machine in memory as an execution whose context object shows this.
            ///
            /// # Errors
            /// With the error that nothing in the machine caught.
            #[allow(dead_code, reason = "one of several ways to run it")]
            pub async fn run_with(execution: Execution, tasks: &impl Tasks, input: #input) -> Result<#output, Error> {
                run_on(&rt::Memory::new(execution), tasks, input).await
            }

            #on_engine

            /// The machine as a type: its description, and a way to run it on any engine.
            #[allow(dead_code, reason = "for hosts that run machines by their type")]
            pub struct Machine;

            impl rt::Machine for Machine {
                const DEFINITION: &'static rt::Definition = &DEFINITION;
            }

            impl<T: Tasks> rt::Run<T> for Machine {
                async fn run_on<E: Engine>(engine: &E, tasks: &T, input: Value) -> Result<Value, Error> {
                    #on_json(engine, tasks, #json).await
                }
            }
        }
    }

    /// The description of the machine, which stands last.
    fn definition(&self, machine: &Machine, source: &Source, sha256: &str) -> TokenStream {
        let (name, path) = (self.options.module.name.to_string(), source.path());
        let workflow_type = match self.options.workflow_type {
            WorkflowType::Standard => ident("Standard"),
            WorkflowType::Express => ident("Express"),
        };
        let timeout = match machine.timeout_seconds {
            Some(seconds) => {
                let seconds = proc_macro2::Literal::u64_unsuffixed(seconds);
                quote!(Some(#seconds))
            }
            None => quote!(None),
        };
        let descriptions = &self.descriptions;
        quote! {
            const DEFINITION: rt::Definition = rt::Definition {
                name: #name,
                source: #path,
                sha256: #sha256,
                workflow_type: rt::WorkflowType::#workflow_type,
                timeout_seconds: #timeout,
                states: &[#(#descriptions),*],
            };

            /// Generated code and runtime belong together: another runtime does not have this name.
            const _: () = rt::GENERATED_BY_0_1;
        }
    }
}

/// The function that runs the machine on an engine: one for JSON, and one over it for types.
fn on_engine(machine: &Machine, top: &Ident, made: &Made) -> TokenStream {
    let keep_input = Kept::by_scope(&machine.scope).input;
    let execute = |input: TokenStream, body: TokenStream| quote!(rt::execute(engine, &DEFINITION, #keep_input, Data::Owned(#input), |cx, data| #body).await);
    let run = quote!(#top(cx, tasks, data));
    let Made { input, output, .. } = made;
    let given = match input {
        Typed::Json => quote!(input),
        Typed::Given(_) => quote!(rt::typed::machine_input(&input)?.json),
        Typed::Made(_) => quote!(rt::typed::machine_input(&input)?),
    };
    let typed = match output {
        Typed::Json => quote!(run_json(engine, tasks, #given).await),
        _ => quote!(rt::typed::machine_output(run_json(engine, tasks, #given).await?)),
    };
    let body = match made.is_typed() {
        true => typed,
        false => execute(quote!(input), run.clone()),
    };
    let on_json = made.is_typed().then(|| {
        let (taken, execute) = match input {
            Typed::Made(of) => (
                quote!(rt::typed::Input),
                execute(
                    quote!(input.json),
                    quote!(rt::typed::fitting::<#of>(input.is_of_type, data, |data| #run)),
                ),
            ),
            _ => (quote!(Value), execute(quote!(input), run)),
        };
        quote! {
            /// Runs the machine on an engine, from JSON to JSON.
            async fn run_json<E: Engine, T: Tasks>(engine: &E, tasks: &T, input: #taken) -> Result<Value, Error> {
                #execute
            }
        }
    });
    quote! {
        /// Runs the machine on an engine.
        ///
        /// # Errors
        /// With the error that nothing in the machine caught.
        #[allow(dead_code, reason = "one of several ways to run it")]
        pub async fn run_on<E: Engine, T: Tasks>(engine: &E, tasks: &T, input: #input) -> Result<#output, Error> {
            #body
        }

        #on_json
    }
}
