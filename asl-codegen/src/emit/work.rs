//! The distinct pieces of work that a machine hands to its caller: the methods of its `Tasks`.

use super::code::{braced, parenthesized};
use super::name::{Names, snake};
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::options::{Options, TaskTypes};
use crate::syntax::{FieldValue, Machine, Pattern, ResourceKind, Scope, State, StateKind, Task, Template};
use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The methods of `Tasks`, in document order.
#[derive(Debug, Default)]
pub struct Works {
    by_key: HashMap<Key, usize>,
    methods: Vec<Method>,
    /// What they are named after.
    titles: BTreeSet<String>,
}

/// What makes two tasks the same piece of work: service, action, pattern, and the function where it is literal, or else
/// the state.
type Key = (String, String);

/// A method of `Tasks`.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: Ident,
    resource: String,
    states: Vec<String>,
    /// What it takes.
    pub input: Typed,
    /// What it gives.
    pub result: Typed,
    /// What it fails with, where its errors are declared.
    pub error: Option<Ident>,
    /// Whether its input gets a type that is made of what is known.
    is_inferred: bool,
}

/// The type of what a method takes or gives.
#[derive(Debug, Clone, Default)]
pub enum Typed {
    /// Any JSON.
    #[default]
    Json,
    /// A type of the user's: of an input, serde takes it from JSON, and of a result, to JSON.
    Given(TokenStream),
    /// A type that is written here, which serde takes both ways.
    Made(TokenStream),
}

impl Typed {
    /// `Value` is what the module calls any JSON.
    pub fn given(tokens: Option<TokenStream>) -> Typed {
        match tokens {
            Some(tokens) if tokens.to_string() != "Value" => Typed::Given(tokens),
            _ => Typed::Json,
        }
    }

    fn is_given(&self) -> bool {
        matches!(self, Typed::Given(_))
    }
}

impl ToTokens for Typed {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Typed::Json => tokens.extend(quote!(Value)),
            Typed::Given(given) | Typed::Made(given) => given.to_tokens(tokens),
        }
    }
}

impl Method {
    /// What it fails with.
    pub fn error(&self) -> TokenStream {
        self.error
            .as_ref()
            .map_or_else(|| quote!(TaskError), ToTokens::to_token_stream)
    }

    /// Whether it takes a type.
    pub fn is_typed(&self) -> bool {
        !matches!(self.input, Typed::Json)
    }

    /// Calls it with this input, for a result as JSON.
    pub fn call(&self, input: &TokenStream) -> TokenStream {
        let name = &self.name;
        match &self.result {
            Typed::Json => self.call_for_type(input),
            _ => quote!(rt::typed::result(&cx, &tasks.#name(&cx, #input).await?)),
        }
    }

    /// Calls it with this input, for a result of its type.
    pub fn call_for_type(&self, input: &TokenStream) -> TokenStream {
        let name = &self.name;
        match &self.error {
            None => quote!(tasks.#name(&cx, #input).await),
            Some(_) => quote!(tasks.#name(&cx, #input).await.map_err(TaskError::from)),
        }
    }

    /// The method of a handler of any work, which takes JSON and gives it.
    fn forward(&self, parameters: &Parameters) -> TokenStream {
        let (name, given, error) = (&self.name, &self.result, self.error());
        let input = match self.input {
            Typed::Json => quote!(input),
            _ => quote!(rt::typed::asked(cx, &input)?),
        };
        let answer = match (&self.result, &self.error) {
            (Typed::Json, None) => quote!(self.0.call(cx, #input).await),
            (Typed::Json, Some(error)) => quote!(self.0.call(cx, #input).await.map_err(#error::from)),
            (_, None) => quote!(rt::typed::answer(cx, self.0.call(cx, #input).await?)),
            (_, Some(error)) => quote!(rt::typed::answer(cx, self.0.call(cx, #input).await?).map_err(#error::from)),
        };
        let (parameters, answer) = (parameters.taking(&self.input), braced([answer]));
        quote!(async fn #name #parameters -> Result<#given, #error> #answer)
    }
}

/// The parameters of methods: most take JSON, and these are made once.
struct Parameters {
    of_json: Group,
}

impl Parameters {
    fn new() -> Parameters {
        Parameters {
            of_json: Parameters::make(&Typed::Json),
        }
    }

    fn make(input: &Typed) -> Group {
        parenthesized(quote!(&self, cx: &TaskContext<'_>, input: #input))
    }

    fn taking(&self, input: &Typed) -> Group {
        match input {
            Typed::Json => self.of_json.clone(),
            input => Parameters::make(input),
        }
    }
}

impl Works {
    /// The work of a machine.
    pub fn of(machine: &Machine, options: &Options, out: &mut Diagnostics) -> Works {
        let mut works = Works::default();
        works.collect(&machine.scope, &options.renames, &mut Names::default(), out);
        for method in &mut works.methods {
            if let Some(types) = options.types.tasks.get(&method.name.to_string()) {
                let TaskTypes { input, result } = types.clone();
                method.is_inferred = input.as_ref().is_some_and(is_placeholder);
                method.input = Typed::given(input.filter(|input| !is_placeholder(input)));
                method.result = Typed::given(result);
            }
        }
        works
    }

    /// Collects the work of a scope and of those inside it.
    fn collect(&mut self, scope: &Scope, renames: &BTreeMap<String, String>, names: &mut Names, out: &mut Diagnostics) {
        for state in &scope.states {
            if let StateKind::Task(task) = &state.kind {
                self.add(state, task, renames, names, out);
            }
            for inner in state.scopes() {
                self.collect(inner, renames, names, out);
            }
        }
    }

    fn add(
        &mut self,
        state: &State,
        task: &Task,
        renames: &BTreeMap<String, String>,
        names: &mut Names,
        out: &mut Diagnostics,
    ) {
        let work = work(state, task);
        let known = self.methods.len();
        let index = *self.by_key.entry(work.key).or_insert(known);
        self.titles.insert(work.title.clone());
        if index == known {
            let wanted = renames.get(&work.title).cloned().unwrap_or_else(|| snake(&work.title));
            let (name, is_free) = names.claim(&wanted);
            if !is_free {
                let message = format!("the work of state `{}` gets the name `{name}`", state.name.value);
                out.push(
                    Diagnostic::lint(Lint::NameCollision, task.resource.span, message)
                        .label(format!("`{wanted}` is taken by other work"))
                        .help(format!("name it: `rename {{ {:?} => another_name }}`", work.title)),
                );
            }
            let resource = task.resource.value.text.clone();
            self.methods.push(Method {
                name: format_ident!("{name}"),
                resource,
                states: Vec::new(),
                input: Typed::Json,
                result: Typed::Json,
                error: None,
                is_inferred: false,
            });
        }
        self.methods[index].states.push(state.name.value.clone());
    }

    /// The method that does the work of a Task state.
    pub fn method(&self, state: &State, task: &Task) -> Option<&Method> {
        let index = self.by_key.get(&work(state, task).key)?;
        self.methods.get(*index)
    }

    /// Whether some work is named after this.
    pub fn is_title(&self, title: &str) -> bool {
        self.titles.contains(title)
    }

    /// The methods.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The methods, to be given types.
    pub fn methods_mut(&mut self) -> &mut [Method] {
        &mut self.methods
    }

    /// Whether some of their inputs are to be inferred.
    pub fn are_inferred(&self) -> bool {
        self.methods.iter().any(|method| method.is_inferred)
    }

    /// Those whose input gets the type that is made of what is known.
    pub fn inferred(&mut self) -> impl Iterator<Item = &mut Method> {
        self.methods.iter_mut().filter(|method| method.is_inferred)
    }

    /// Whether one of them has a type that was given.
    pub fn are_typed(&self) -> bool {
        self.methods
            .iter()
            .any(|method| method.input.is_given() || method.result.is_given())
    }

    /// The methods of a handler of any work.
    pub fn forwards(&self) -> impl Iterator<Item = TokenStream> {
        let parameters = Parameters::new();
        self.methods.iter().map(move |method| method.forward(&parameters))
    }

    /// The methods as they are declared in the trait.
    pub fn declarations(&self) -> impl Iterator<Item = TokenStream> {
        let parameters = Parameters::new();
        self.methods.iter().map(move |method| {
            let name = &method.name;
            let (result, error) = (&method.result, method.error());
            let parameters = parameters.taking(&method.input);
            let callers: Vec<_> = method.states.iter().map(|state| super::doc::code(state)).collect();
            let doc = super::doc::doc(&[format!(
                "{}, called by {}.",
                super::doc::code(&method.resource),
                callers.join(", ")
            )]);
            // Clippy expects constructors and conversions behind these names.
            let text = name.to_string();
            let is_expected = text == "new" || text.starts_with("from_") || text.starts_with("into_");
            let allow = is_expected
                .then(|| quote!(#[allow(clippy::wrong_self_convention, reason = "named after the work that it does")]));
            quote! {
                #doc
                #allow
                fn #name #parameters
                    -> impl Future<Output = Result<#result, #error>> + Send;
            }
        })
    }
}

/// Whether a type is `_`.
pub fn is_placeholder(tokens: &TokenStream) -> bool {
    tokens.to_string() == "_"
}

struct Work {
    key: Key,
    /// What the method is named after.
    title: String,
}

fn work(state: &State, task: &Task) -> Work {
    let resource = &task.resource.value;
    match &resource.kind {
        ResourceKind::Lambda { function } => Work {
            key: (resource.text.clone(), String::new()),
            title: function.clone(),
        },
        ResourceKind::Activity { activity } => Work {
            key: (resource.text.clone(), String::new()),
            title: activity.clone(),
        },
        ResourceKind::Symbolic => Work {
            key: (resource.text.clone(), String::new()),
            title: symbol(&resource.text),
        },
        ResourceKind::Service {
            service,
            action,
            pattern,
        } if service == "lambda" && action == "invoke" => {
            let function = literal_parameter(task, "FunctionName");
            let title = function
                .map(|name| symbol(function_name(name)))
                .unwrap_or_else(|| state.name.value.clone());
            Work {
                key: (format!("lambda:invoke{}", suffix(*pattern)), title.clone()),
                title,
            }
        }
        ResourceKind::Service {
            service,
            action,
            pattern,
        } => {
            let text = format!("{service}:{action}{}", suffix(*pattern));
            Work {
                title: text.clone(),
                key: (text, String::new()),
            }
        }
    }
}

fn suffix(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::RequestResponse => "",
        Pattern::Sync => ".sync",
        Pattern::Sync2 => ".sync:2",
        Pattern::WaitForTaskToken => ".waitForTaskToken",
    }
}

/// The text of a parameter that is a literal string.
fn literal_parameter<'t>(task: &'t Task, name: &str) -> Option<&'t str> {
    match task.parameters.as_ref()? {
        Template::Literal(parameters) => parameters.get(name)?.as_str(),
        Template::Object(fields) => match &fields.iter().find(|field| field.name == name)?.value {
            FieldValue::Template(Template::Literal(value)) => value.as_str(),
            _ => None,
        },
        Template::Array(_) | Template::Expression(_) => None,
    }
}

/// The name in a function's name or ARN, without its qualifier.
fn function_name(function: &str) -> &str {
    match function.split_once(":function:") {
        Some((_, name)) => name.split(':').next().unwrap_or(name),
        None if function.starts_with("${") => function,
        None => function.split(':').next().unwrap_or(function),
    }
}

/// `${ChargeFunction.Arn}` is named after `ChargeFunction`.
fn symbol(text: &str) -> String {
    text.trim_end_matches(":$LATEST")
        .replace(".Arn}", "}")
        .replace(['$', '{', '}'], " ")
}
