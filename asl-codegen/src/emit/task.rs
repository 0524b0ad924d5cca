//! Task: the policy as a constant, the call of the handler, and what becomes of the result.

use super::bind::{bind, discard};
use super::code::Once;
use super::expr::{Env, mentions, optional};
use super::moves::{Moved, moving};
use super::name::screaming;
use super::query::{answered, asking};
use super::state::{Emitter, ScopeContext, StateFn};
use super::variables::ident;
use super::work::{Method, Typed};
use crate::expr::path::Root;
use crate::syntax::*;
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::quote;

impl Emitter<'_> {
    pub(super) fn task(&mut self, scope: &ScopeContext, state: &State, function: &StateFn, task: &Task) -> TokenStream {
        let outcome = &task.outcome;
        let policy = ident(&self.constants.claim(&screaming(&function.name)).0);
        self.tables.push(policy_table(&policy, task));
        let is_jsonata = state.query_language == QueryLanguage::Jsonata;
        let method = self.works.method(state, task);
        // Expressions give JSON.
        let is_typed = !is_jsonata && method.is_some_and(Method::is_typed);
        let selected = method.and_then(|method| self.selected(state, task, &method.result));
        let call = method.map(|method| match (is_typed, selected.is_some()) {
            (_, true) => method.call_for_type(&quote!(input)),
            (false, _) if method.is_typed() => method.call(&quote!(rt::typed::input(&cx, input)?)),
            _ => method.call(&quote!(input)),
        });
        let keeps_input = !outcome.retry.is_empty()
            || (is_jsonata && (state.output.is_some() || state.assign.is_some()))
            || !outcome.catch.is_empty()
            || !matches!(outcome.result_path, ResultPath::Replace)
            || task
                .timeout
                .iter()
                .chain(&task.heartbeat)
                .any(|number| !matches!(number, Number::Literal(_)))
            || task.credentials.is_some();
        let is_plain = match &state.input_path {
            Selection::Path(path) => path.value.root == Root::Input && path.value.is_plain(),
            _ => true,
        };
        let input = scope.input(state);
        let root = &input.root;
        let mut narrow = None;
        let mut parameter = quote!(_);
        let payload = match &task.parameters {
            None if !keeps_input && is_plain => {
                narrow = Some(scope.narrow_input(state));
                match is_typed {
                    true => quote!(rt::Part::Owned(rt::take(data))),
                    false => quote!(rt::take(data)),
                }
            }
            None if is_typed => quote!(rt::Part::Borrowed(#root)),
            None => quote!(Value::clone(#root)),
            Some(parameters) => {
                let is_whole = matches!(state.input_path, Selection::Whole);
                let env = scope.env(state, root.clone(), quote!(cx));
                let moved = (!keeps_input && is_whole && !is_typed)
                    .then(|| moving(parameters, quote!(data), &env))
                    .flatten();
                let payload = match moved {
                    Some(Moved { prelude, value }) => {
                        let (prelude, value) = (Once::from(prelude), Once::from(value));
                        quote!({ #prelude Ok(#value) })
                    }
                    None if is_typed => env.part(parameters),
                    None => env.template(parameters),
                };
                if env.asks_context.get() {
                    parameter = quote!(cx);
                }
                payload
            }
        };
        let env = scope.env(state, root.clone(), quote!(cx.context()));
        let credentials = task.credentials.as_ref().map(|credentials| {
            let value = answered(state, quote!(cx.context()), quote!(data), role(credentials, &env));
            quote!(let credentials = #value; cx.set_credentials(credentials);)
        });
        let seconds = |number: &Option<Number>, field: &str| match number {
            Some(Number::Path(path)) => {
                let (text, value) = (&path.value.text, env.borrow(&path.value));
                let field = ident(field);
                Some(quote!(#field: Some(rt::positive_seconds(#text, #value)?),))
            }
            Some(Number::Expression(expression)) => {
                let (field, value) = (ident(field), env.expression_as("limit", expression));
                Some(quote!(#field: Some(#value),))
            }
            _ => None,
        };
        let timeout = seconds(&task.timeout, "timeout");
        let heartbeat = seconds(&task.heartbeat, "heartbeat");
        let (limits_setup, limits) = match timeout.is_none() && heartbeat.is_none() {
            true => (TokenStream::new(), quote!(#policy.limits)),
            false => (
                {
                    let rest = (timeout.is_none() || heartbeat.is_none()).then(|| quote!(..#policy.limits));
                    let limits = quote!(rt::Limits { #timeout #heartbeat #rest });
                    let limits = answered(state, quote!(cx.context()), quote!(data), limits);
                    quote!(let limits = #limits;)
                },
                quote!(limits),
            ),
        };
        let setup = narrow.unwrap_or_else(|| input.before(&quote!(#payload #credentials #limits_setup)));
        let query = asking(state, quote!(cx), quote!(data), TokenStream::new(), &payload);
        let parameter = match query.is_empty() {
            true => parameter,
            false => quote!(cx),
        };
        let payload = match is_block(&payload) {
            // `Ok({ .. })` reads worse than a block that ends in `Ok(..)`.
            true => payload,
            false if query.is_empty() => {
                let payload = Once::from(payload);
                quote!(Ok(#payload))
            }
            false => {
                let (query, payload) = (Once::from(query), Once::from(untried(payload)));
                quote!({ #query #payload })
            }
        };
        let (payload, call) = (Once::from(payload), call.map(Once::from));
        let run = match is_typed {
            true => quote!(rt::typed::task),
            false => quote!(rt::task),
        };
        let run = quote! {
            #run(cx, &#policy, #limits, &mut |#parameter| #payload, &mut |cx, input| {
                Box::pin(async move { #call })
            })
            .await?
        };
        let finish = match selected {
            Some((of, selected)) => {
                let (put, output) = (scope.put(&outcome.result_path, quote!(result)), scope.output(state));
                let (run, selected) = (Once::from(run), Once::from(selected));
                quote!(let result: #of = #run; let result = #selected; #put #output cx.exit(data))
            }
            None => self.finish(scope, state, outcome, run),
        };
        let body = [setup, credentials.unwrap_or_default(), limits_setup, finish];
        let body = body.into_iter().collect();
        self.state_fn(scope, state, function, quote!(Result<(), Error>), body)
    }

    /// The type of a result whose struct the `ResultSelector` is read from, and what that gives. What ends a task by its token
    /// is JSON.
    fn selected(&self, state: &State, task: &Task, result: &Typed) -> Option<(TokenStream, TokenStream)> {
        let Typed::Made(of) = result else { return None };
        let outcome = &task.outcome;
        let is_kept = state.assign.is_none() && !matches!(outcome.result_path, ResultPath::Discard);
        let selector = outcome
            .result_selector
            .as_ref()
            .filter(|_| is_kept && !has_token(task))?;
        Some((of.clone(), self.structs.select(of, selector)?))
    }

    /// What becomes of the result of a Task, Parallel or Map: `Assign` and `ResultSelector`, which both see the raw result
    /// (IO-28), `ResultPath`, `OutputPath`. Variables are set when nothing can fail any more (J-79).
    pub(super) fn finish(
        &mut self,
        scope: &ScopeContext,
        state: &State,
        outcome: &Outcome,
        run: TokenStream,
    ) -> TokenStream {
        if state.query_language == QueryLanguage::Jsonata {
            let conclusion = scope.conclude(state, Some(&ident("result")));
            let run = bind(&quote!(result), run, mentions(&conclusion, "result"));
            let time = state.tells_time().then(|| quote!(cx.tell_time();));
            return [run, time.unwrap_or_default(), conclusion].into_iter().collect();
        }
        let env = scope.env(state, quote!(&result), quote!(cx.context()));
        let (compute, set) = match &state.assign {
            Some(assign) => scope.assign(assign, &env),
            None => Default::default(),
        };
        let is_discarded = matches!(outcome.result_path, ResultPath::Discard);
        let moved = outcome
            .result_selector
            .as_ref()
            .and_then(|selector| moving(selector, quote!(&mut result), &env));
        let is_moved = moved.is_some();
        let selected = outcome.result_selector.as_ref().map(|selector| {
            let (prelude, value) = match moved {
                Some(Moved { prelude, value }) => (prelude, value),
                None => (TokenStream::new(), env.template(selector)),
            };
            let is_read = mentions(&prelude, "result") || mentions(&value, "result");
            let selected = match is_discarded {
                true if is_moved => quote!(drop(#value);),
                true => discard(value),
                false => bind(&quote!(result), value, true),
            };
            let selected: TokenStream = [prelude, selected].into_iter().collect();
            (selected, is_read)
        });
        let output = scope.output(state);
        let put = scope.put(&outcome.result_path, quote!(result));
        let (selected, is_selected) = selected.unwrap_or((TokenStream::new(), !is_discarded));
        let name = if is_moved { quote!(mut result) } else { quote!(result) };
        let run = bind(&name, run, is_selected || mentions(&compute, "result"));
        let exit = quote!(cx.exit(data));
        [run, compute, selected, put, output, set, exit].into_iter().collect()
    }
}

/// Whether a task has a token (CX-12).
fn has_token(task: &Task) -> bool {
    match &task.resource.value.kind {
        ResourceKind::Activity { .. } => true,
        ResourceKind::Service { pattern, .. } => *pattern != Pattern::RequestResponse,
        ResourceKind::Lambda { .. } | ResourceKind::Symbolic => false,
    }
}

/// Whether the tokens are a block.
fn is_block(tokens: &TokenStream) -> bool {
    let mut tokens = tokens.clone().into_iter();
    let first = tokens.next();
    matches!(first, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace) && tokens.next().is_none()
}

/// The result of an expression: of one that hands its error on, that which it does so of.
fn untried(expression: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = expression.into_iter().collect();
    match tokens.pop_if(|last| matches!(last, TokenTree::Punct(last) if last.as_char() == '?')) {
        Some(_) => tokens.into_iter().collect(),
        None => {
            let expression = Once::from(TokenStream::from_iter(tokens));
            quote!(Ok(#expression))
        }
    }
}

fn policy_table(name: &proc_macro2::Ident, task: &Task) -> TokenStream {
    let arn = &task.resource.value.text;
    let resource = match &task.resource.value.kind {
        ResourceKind::Lambda { function } => quote!(lambda(#arn, #function)),
        ResourceKind::Activity { activity } => quote!(activity(#arn, #activity)),
        ResourceKind::Service {
            service,
            action,
            pattern,
        } => {
            let pattern = ident(match pattern {
                Pattern::RequestResponse => "RequestResponse",
                Pattern::Sync => "Sync",
                Pattern::Sync2 => "Sync2",
                Pattern::WaitForTaskToken => "WaitForTaskToken",
            });
            quote!(service(#arn, #service, #action, rt::Pattern::#pattern))
        }
        ResourceKind::Symbolic => quote!(symbolic(#arn)),
    };
    let seconds = |number: &Option<Number>| match number {
        Some(Number::Literal(text)) => {
            let seconds = Literal::u64_unsuffixed(text.value.parse().unwrap_or(u64::MAX));
            Some(quote!(Some(rt::Duration::from_secs(#seconds))))
        }
        _ => None,
    };
    let limits = match (seconds(&task.timeout), seconds(&task.heartbeat)) {
        (None, None) => quote!(rt::Limits::NONE),
        (timeout, heartbeat) => {
            let or_none = |limit: Option<TokenStream>| limit.unwrap_or_else(|| quote!(None));
            let (timeout, heartbeat) = (or_none(timeout), or_none(heartbeat));
            quote!(rt::Limits { timeout: #timeout, heartbeat: #heartbeat })
        }
    };
    let (resource, limits) = (Once::from(resource), Once::from(limits));
    let retry = retriers(&task.outcome.retry);
    quote! {
        const #name: rt::Policy = rt::Policy {
            resource: rt::Resource::#resource,
            limits: #limits,
            retry: #retry,
        };
    }
}

/// `Retry` as a constant slice; fields with their default value are left out.
pub fn retriers(retry: &[Retrier]) -> TokenStream {
    let retriers = retry.iter().map(|retrier| {
        let names = retrier.error_equals.iter().map(|name| &name.value);
        let default = Once::from(quote!(rt::Retrier::new(&[#(#names),*])));
        let mut fields = TokenStream::new();
        if retrier.interval_seconds != 1 {
            let value = Literal::u64_unsuffixed(retrier.interval_seconds);
            fields.extend(quote!(interval_seconds: #value,));
        }
        if retrier.max_attempts != 3 {
            let value = Literal::u32_unsuffixed(retrier.max_attempts);
            fields.extend(quote!(max_attempts: #value,));
        }
        if retrier.backoff_rate != 2.0 {
            let value = Literal::f64_unsuffixed(retrier.backoff_rate);
            fields.extend(quote!(backoff_rate: #value,));
        }
        if let Some(value) = retrier.max_delay_seconds {
            let value = optional(Some(Literal::u64_unsuffixed(value)));
            fields.extend(quote!(max_delay_seconds: #value,));
        }
        if retrier.full_jitter {
            fields.extend(quote!(full_jitter: true,));
        }
        let retrier = match fields.is_empty() {
            true => quote!(#default),
            false => {
                let fields = Once::from(fields);
                quote!(rt::Retrier { #fields ..#default })
            }
        };
        Once::from(retrier)
    });
    quote!(&[#(#retriers),*])
}

/// `Credentials`, where a computed role is a string (J-23).
fn role(credentials: &Template, env: &Env) -> TokenStream {
    let Template::Object(fields) = credentials else {
        return env.template(credentials);
    };
    let names = fields.iter().map(|field| &field.name);
    let values = fields.iter().map(|field| match &field.value {
        FieldValue::Template(Template::Expression(expression)) if field.name == "RoleArn" => {
            let role = env.expression_as("string", expression);
            quote!(Value::String(#role))
        }
        _ => env.field_value(field),
    });
    quote!(rt::object([#((#names, #values)),*]))
}
