//! Parallel and Map.

use super::expr::{is_item_value, mentions};
use super::name::screaming;
use super::query::{answered, asking, asks};
use super::reads::{self, Kept};
use super::state::{Emitter, ScopeContext, StateFn};
use super::task::retriers;
use super::variables::ident;
use crate::expr::path::Root;
use crate::source::Spanned;
use crate::syntax::*;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_> {
    pub(super) fn parallel(
        &mut self,
        scope: &ScopeContext,
        state: &State,
        function: &StateFn,
        parallel: &Parallel,
    ) -> TokenStream {
        let has_retry = !parallel.outcome.retry.is_empty();
        let is_made_anew = has_retry && parallel.parameters.as_ref().is_some_and(is_computed);
        let data = match is_made_anew {
            true => quote!(Data::Owned(input.clone())),
            false => quote!(Data::Borrowed(input)),
        };
        let mut starts = Vec::new();
        for (index, branch) in parallel.branches.iter().enumerate() {
            let name = self
                .functions
                .claim(&format!("{}_branch_{}", function.name, index + 1))
                .0;
            let title = format!("branch {} of {}", index + 1, super::doc::code(&state.name.value));
            let vars = self.scope(branch, name.clone(), title, &scope.variables);
            let name = ident(&name);
            starts.push(quote!(#name(cx, tasks, #data #vars)));
        }
        let input = scope.input(state);
        let input = match (&parallel.parameters, &input.value) {
            (Some(_), _) if is_made_anew => TokenStream::new(),
            (Some(parameters), _) => {
                let env = scope.env(state, input.root.clone(), quote!(cx.context()));
                let value = answered(state, quote!(cx.context()), quote!(data), env.template(parameters));
                let setup = input.before(&value);
                quote!(#setup let input = &#value;)
            }
            (None, Some(value)) => quote!(let input = #value;),
            (None, None) => quote!(let input: &Value = data;),
        };
        let (parameter, start) = match &starts[..] {
            [only] => (quote!(_), only.clone()),
            [branches @ .., last] => {
                let numbers = (0..branches.len()).map(Literal::usize_unsuffixed);
                (
                    quote!(branch),
                    quote!(match branch { #(#numbers => #branches,)* _ => #last }),
                )
            }
            [] => (quote!(_), TokenStream::new()),
        };
        let count = Literal::usize_unsuffixed(parallel.branches.len());
        let retry = match &parallel.outcome.retry[..] {
            [] => quote!(&[]),
            retry => {
                // A constant, since a slice that is made by calls does not live on in a function.
                let (name, retry) = (
                    ident(&self.constants.claim(&screaming(&function.name)).0),
                    retriers(retry),
                );
                self.tables.push(quote!(const #name: &[rt::Retrier] = #retry;));
                quote!(#name)
            }
        };
        let run = match parallel.parameters.as_ref().filter(|_| is_made_anew) {
            None => quote!(rt::parallel(cx, #retry, #count, &mut |cx, #parameter| #start).await?),
            Some(parameters) => {
                let input = scope.input(state);
                let env = scope.env(state, input.root.clone(), quote!(cx));
                let made = env.template(parameters);
                let query = asking(state, quote!(cx), quote!(data), TokenStream::new(), &made);
                let before = input.before(&made);
                let cx = given(&quote!(#query #made));
                let made = quote!(|#cx| { #query #before Ok(#made) });
                quote!(rt::parallel_over(cx, #retry, #count, &mut #made, &mut |cx, input, #parameter| #start).await?)
            }
        };
        let finish = self.finish(scope, state, &parallel.outcome, run);
        let body = quote!(#input #finish);
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }

    pub(super) fn map(&mut self, scope: &ScopeContext, state: &State, function: &StateFn, map: &Map) -> TokenStream {
        let is_inline = map.mode == MapMode::Inline;
        let policy = ident(&self.constants.claim(&screaming(&function.name)).0);
        let item = self.functions.claim(&format!("{}_item", function.name)).0;
        let title = format!("an item of {}", super::doc::code(&state.name.value));
        let none = super::variables::Variables::default();
        let vars = self.scope(
            &map.processor,
            item.clone(),
            title,
            if is_inline { &scope.variables } else { &none },
        );
        let item = ident(&item);
        let retry = retriers(&map.outcome.retry);

        let input = scope.input(state);
        let root = input.root.clone();
        let env = scope.env(state, root.clone(), quote!(cx.context()));
        let is_jsonata = state.query_language == QueryLanguage::Jsonata;
        let of_items = scope.env(state, root.clone(), quote!(cx));
        let items = match &map.items {
            Items::Input if is_jsonata => quote!(jsonata::input_items(#root)),
            Items::Input => quote!(rt::items(#root, "$")),
            Items::Path(path) => {
                let (text, value) = (&path.value.text, of_items.borrow(&path.value));
                quote!(rt::items(#value, #text))
            }
            Items::Template(Template::Expression(items)) => of_items.answer("items", items),
            Items::Template(items) => {
                let items = of_items.template(items);
                quote!(rt::items(&#items, "$"))
            }
        };
        let concurrency = match &map.max_concurrency {
            None => quote!(0),
            Some(Number::Literal(text)) => {
                let value = Literal::usize_unsuffixed(text.value.parse().unwrap_or(usize::MAX));
                quote!(#value)
            }
            Some(Number::Path(path)) => {
                let (text, value) = (&path.value.text, env.borrow(&path.value));
                quote!(rt::max_concurrency(#text, #value)?)
            }
            Some(Number::Expression(expression)) => env.expression_as("max_concurrency", expression),
        };
        let ask = |expression| answered(state, quote!(cx.context()), quote!(data), expression);
        let concurrency = ask(concurrency);
        let (mut items_setup, items) = match self.moved_items(state, map, &items) {
            Some(moved) => (
                quote!(let mut items = #moved?;),
                quote!(|_| Ok(std::mem::take(&mut items))),
            ),
            None => {
                let query = asking(state, quote!(cx), quote!(data), TokenStream::new(), &items);
                let cx = given(&quote!(#query #items));
                let items = match query.is_empty() {
                    true => items,
                    false => quote!({ #query #items }),
                };
                (TokenStream::new(), quote!(|#cx| #items))
            }
        };
        let run = if is_inline {
            let processor_keeps = Kept::by_scope(&map.processor).item;
            let moves_item = !processor_keeps && map.item_selector.as_ref().is_some_and(reads_item_once);
            let kept = !moves_item && (processor_keeps || selector_reads(map).item);
            self.tables.push(quote! {
                const #policy: rt::MapPolicy = rt::MapPolicy { retry: #retry, keep_item: #kept };
            });
            let start = match &map.item_selector {
                None => quote!(|cx, item| Ok(#item(cx, tasks, Data::Owned(item) #vars))),
                Some(selector) => {
                    let mut env = scope.env(state, root, quote!(cx.context()));
                    env.item = moves_item.then(|| quote!(item));
                    let selected = env.template(selector);
                    let parameter = if moves_item { quote!(item) } else { quote!(_) };
                    let query = asking(state, quote!(cx.context()), quote!(data), TokenStream::new(), &selected);
                    quote!(|cx, #parameter| {
                        #query
                        let item = #selected;
                        Ok(#item(cx, tasks, Data::Owned(item) #vars))
                    })
                }
            };
            quote!(rt::map(cx, &#policy, #concurrency, &mut #items, &mut #start).await?)
        } else {
            let run_fn = ident(&self.functions.claim(&format!("{}_run", function.name)).0);
            let label = map.label.as_deref().unwrap_or(&state.name.value);
            let execution_type = match map.mode {
                MapMode::DistributedExpress => ident("Express"),
                _ => ident("Standard"),
            };
            let keep_item = Kept::by_scope(&map.processor).item || selector_reads(map).item;
            self.tables.push(quote! {
                const #policy: rt::MapRunPolicy = rt::MapRunPolicy {
                    retry: #retry,
                    label: #label,
                    definition: &rt::Definition {
                        workflow_type: rt::WorkflowType::#execution_type,
                        timeout_seconds: None,
                        ..DEFINITION
                    },
                    keep_item: #keep_item,
                };
            });
            let keep_input = Kept::by_scope(&map.processor).input;
            let doc = super::doc::doc(&[format!(
                "Runs a child execution of {}.",
                super::doc::code(&state.name.value)
            )]);
            self.items.push(quote! {
                #doc
                async fn #run_fn<E: Engine, T: Tasks>(engine: E, tasks: &T, input: Data<'_>) -> Result<Value, Error> {
                    rt::execute(&engine, #policy.definition, #keep_input, input, |cx, data| #item(cx, tasks, data)).await
                }
            });
            let tolerance = tolerance(map, &env);
            let (tolerance_setup, tolerance) = match asks(&tolerance) {
                true => {
                    let tolerance = ask(tolerance);
                    (quote!(let tolerance = #tolerance;), quote!(Ok(tolerance)))
                }
                false => (TokenStream::new(), quote!(Ok(#tolerance))),
            };
            items_setup.extend(tolerance_setup);
            let start = match &map.item_selector {
                None => quote!(|_, engine, item| Ok(Box::pin(#run_fn(engine, tasks, item)))),
                Some(selector) => {
                    let selected = scope.env(state, root, quote!(cx)).template(selector);
                    let query = asking(state, quote!(cx), quote!(data), TokenStream::new(), &selected);
                    let cx = given(&quote!(#query #selected));
                    quote!(|#cx, engine, _| {
                        #query
                        let item = #selected;
                        Ok(Box::pin(#run_fn(engine, tasks, Data::Owned(item))))
                    })
                }
            };
            quote! {
                rt::map_run(cx, &#policy, #concurrency, &mut #items, &mut || #tolerance, &mut #start).await?
            }
        };
        let setup = input.before(&quote!(#items_setup #run));
        let finish = self.finish(scope, state, &map.outcome, run);
        let body = quote!(#setup #items_setup #finish);
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }
}

impl Emitter<'_> {
    /// The items moved out of the data, if nothing reads them there afterwards: no retry, no Catcher, a result that replaces
    /// the data, and a selector that reads other parts of it.
    fn moved_items(&self, state: &State, map: &Map, items: &TokenStream) -> Option<TokenStream> {
        let outcome = &map.outcome;
        // `Output` and `Assign` of JSONata may read the input afterwards (J-30), and its error is another one (MP-22).
        let is_last = state.query_language == QueryLanguage::JsonPath
            && outcome.retry.is_empty()
            && outcome.catch.is_empty()
            && matches!(outcome.result_path, ResultPath::Replace)
            && matches!(state.input_path, Selection::Whole)
            && !mentions(items, "cx");
        let (text, path_steps) = match &map.items {
            Items::Input => ("$", &[][..]),
            Items::Path(Spanned { value: path, .. }) if path.root == Root::Input && path.is_plain() => {
                (path.text.as_str(), &path.steps[..])
            }
            Items::Path(_) | Items::Template(_) => return None,
        };
        // An expression may read all of it.
        let mut is_disjoint = map
            .item_selector
            .as_ref()
            .is_none_or(|selector| selector.expressions().is_empty());
        let numbers = [
            &map.max_concurrency,
            &map.tolerated_failure_count,
            &map.tolerated_failure_percentage,
        ];
        is_disjoint &= numbers
            .into_iter()
            .flatten()
            .all(|number| matches!(number, Number::Literal(_)));
        let mut reads_input = 0;
        if let Some(selector) = &map.item_selector {
            reads::each_template_path(selector, &mut |path| {
                reads_input += usize::from(path.root == Root::Input);
                let overlaps = path.steps.iter().zip(path_steps).all(|(a, b)| a == b);
                is_disjoint &= path.root != Root::Input || (path.is_plain() && !overlaps);
            });
        }
        let steps = super::expr::steps(path_steps);
        let keys = map.item_selector.as_ref().map(reads::input_fields).unwrap_or_default();
        let fields = keys.iter().map(|(key, path)| {
            let (text, steps) = (&path.text, super::expr::steps(&path.steps));
            quote!((#key, #text, #steps))
        });
        // The selector's paths are looked for before the items are gone, since the error about one shows the whole input.
        let is_simple = keys.len() == reads_input;
        (is_last && is_disjoint && is_simple).then(|| quote!(rt::take_items(data, #text, #steps, &[#(#fields),*])))
    }
}

/// Whether each evaluation of a template may give something else: a value, or an error that a Retrier sees.
fn is_computed(template: &Template) -> bool {
    let mut has_call = false;
    reads::each_template_call(template, &mut |_| has_call = true);
    has_call || !template.expressions().is_empty()
}

/// The parameter of a closure that is given the context.
fn given(body: &TokenStream) -> TokenStream {
    match mentions(body, "cx") {
        true => quote!(cx),
        false => quote!(_),
    }
}

/// Whether a selector reads the item, and does so once and whole, so that it may be moved there.
fn reads_item_once(selector: &Template) -> bool {
    let (mut reads, mut others) = (0, Kept::by_expressions(selector).item);
    reads::each_template_path(selector, &mut |path| {
        if is_item_value(path) {
            reads += 1;
        } else {
            others |= Kept::by(path).item;
        }
    });
    let mut in_calls = false;
    reads::each_template_call(selector, &mut |call| {
        reads::each_call_path(call, &mut |path| in_calls |= is_item_value(path));
    });
    reads == 1 && !others && !in_calls
}

/// What the `ItemSelector` of a Map reads of the context object.
fn selector_reads(map: &Map) -> Kept {
    let mut kept = Kept::default();
    if let Some(selector) = &map.item_selector {
        kept = Kept::by_expressions(selector);
        reads::each_template_path(selector, &mut |path| kept = kept.and(Kept::by(path)));
    }
    kept
}

fn tolerance(map: &Map, env: &super::expr::Env) -> TokenStream {
    let field = |number: &Option<Number>, name: &str| {
        let function = format_ident!("{name}");
        match number {
            None => quote!(None),
            Some(Number::Literal(text)) => {
                let value: TokenStream = match (name, text.value.parse::<u64>()) {
                    ("tolerated_failure_count", Ok(count)) => {
                        let count = Literal::u64_unsuffixed(count);
                        quote!(#count)
                    }
                    _ => {
                        let value = Literal::f64_unsuffixed(text.value.parse().unwrap_or(0.0));
                        quote!(#value)
                    }
                };
                quote!(Some(#value))
            }
            Some(Number::Path(path)) => {
                let (text, value) = (&path.value.text, env.borrow(&path.value));
                quote!(Some(rt::#function(#text, #value)?))
            }
            Some(Number::Expression(expression)) => {
                let value = env.expression_as(name, expression);
                quote!(Some(#value))
            }
        }
    };
    let count = field(&map.tolerated_failure_count, "tolerated_failure_count");
    let percentage = field(&map.tolerated_failure_percentage, "tolerated_failure_percentage");
    quote!(rt::Tolerance { count: #count, percentage: #percentage })
}
