//! Fields of JSONata states: expressions where they stand, and the query that they ask.

use super::expr::Env;
use super::jsonata;
use super::parts::{Parted, parted};
use super::state::ScopeContext;
use crate::expr::jsonata::Expr;
use crate::syntax::{Expression, QueryLanguage, State, Template};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

/// The functions that read the time.
const CLOCKS: &[&str] = &["now", "millis"];

impl State {
    /// Whether an expression of it reads the time.
    pub(super) fn tells_time(&self) -> bool {
        self.expressions().iter().any(|expression| expression.uses(CLOCKS))
    }
}

impl Env<'_> {
    /// A JSONata expression as `Value`; it asks the `query` that is in scope.
    pub fn expression(&self, expression: &Expression) -> TokenStream {
        self.expression_as("value", expression)
    }

    /// A JSONata expression as what a method of the query makes of it.
    pub fn expression_as(&self, method: &str, expression: &Expression) -> TokenStream {
        let answer = self.answer(method, expression);
        quote!(#answer?)
    }

    /// The same as a `Result`.
    pub fn answer(&self, method: &str, expression: &Expression) -> TokenStream {
        let method = format_ident!("{method}");
        let Expression { field, text, expr, .. } = expression;
        let body = self.evaluated(expr, text);
        quote!(query.#method(#field, #text, || #body))
    }

    /// An expression as `Result<Val>`.
    fn evaluated(&self, expr: &Expr, text: &str) -> TokenStream {
        let env = jsonata::Env::of_state(self.variables);
        match env.whole(expr) {
            Ok(native) => native.into_result(),
            Err(_) => {
                let bindings = jsonata::bindings(expr, self.variables);
                quote!(jsonata::fallback::evaluate(query, #text, &jsonata::Val::Undefined, &[#(#bindings),*]))
            }
        }
    }
}

/// Whether tokens ask the query in scope, which is not the function of the runtime that has the same name.
pub fn asks(tokens: &TokenStream) -> bool {
    let mut is_path = false;
    tokens.clone().into_iter().any(|token| {
        let asks = match &token {
            TokenTree::Ident(ident) => ident == "query" && !is_path,
            TokenTree::Group(group) => asks(&group.stream()),
            _ => false,
        };
        is_path = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
        asks
    })
}

/// The statement that makes the query which a state's statements ask: nothing where they ask none.
pub fn asking(
    state: &State,
    context: TokenStream,
    input: TokenStream,
    more: TokenStream,
    statements: &TokenStream,
) -> TokenStream {
    // Looking through tokens copies them, so it is left out where there can be none.
    match state.query_language == QueryLanguage::Jsonata && asks(statements) {
        true => quote!(let query = &jsonata::Query::new(#context, #input) #more;),
        false => TokenStream::new(),
    }
}

/// An expression that asks a query, with the one that it asks.
pub fn answered(state: &State, context: TokenStream, input: TokenStream, expression: TokenStream) -> TokenStream {
    match asking(state, context, input, TokenStream::new(), &expression) {
        query if query.is_empty() => expression,
        query => quote!({ #query #expression }),
    }
}

impl ScopeContext {
    /// How a JSONata state ends: `Assign` and `Output`, which see the same (J-78), then both take effect. `result` is the
    /// name of the result, where there is one.
    pub(super) fn conclude(&self, state: &State, result: Option<&Ident>) -> TokenStream {
        let more = result.map(|result| quote!(.with_result(&#result)));
        let env = self.env(state, quote!(data), quote!(cx.context()));
        let (compute, put, set) = self.outputs(&env, state.assign.as_ref(), state.output.as_ref());
        let put = match (result, put.is_empty()) {
            (Some(result), true) => quote!(*data = Data::Owned(#result);),
            _ => put,
        };
        let query = asking(state, quote!(cx.context()), quote!(data), quote!(#more), &compute);
        quote!(#query #compute #put #set cx.exit(data))
    }

    /// The parts of an `Assign` and an `Output`: what computes, what sets the data, what sets the variables.
    pub(super) fn outputs(
        &self,
        env: &Env,
        assign: Option<&Template>,
        output: Option<&Template>,
    ) -> (TokenStream, TokenStream, TokenStream) {
        let (compute, set) = match assign {
            Some(assign) => self.assign(assign, env),
            None => Default::default(),
        };
        match output.map(|output| (output, parted(output, assign, env))) {
            Some((_, Some(Parted { prelude, value }))) => {
                (quote!(#compute #prelude), quote!(*data = Data::Owned(#value);), set)
            }
            Some((output, None)) => {
                let output = env.template(output);
                (
                    quote!(#compute let output = #output;),
                    quote!(*data = Data::Owned(output);),
                    set,
                )
            }
            None => (compute, TokenStream::new(), set),
        }
    }
}
