//! What the Catchers of a state do.

use super::state::{CatcherCode, ScopeContext};
use super::{expr, query, reads};
use crate::syntax::*;
use proc_macro2::TokenStream;
use quote::quote;

/// The Catchers of a state: what each does with the error before its `Next` (CT-5 to CT-7).
pub(super) fn catchers(cx: &ScopeContext, state: &State) -> Vec<CatcherCode> {
    state
        .catchers()
        .iter()
        .map(|catcher| {
            let path = match &catcher.result_path {
                ResultPath::Replace => quote!(Some(&[])),
                ResultPath::Discard => quote!(None),
                ResultPath::Into(path) => {
                    let steps = expr::steps(&path.value.steps);
                    quote!(Some(#steps))
                }
            };
            let transition = match &catcher.assign {
                _ if state.query_language == QueryLanguage::Jsonata => catch_jsonata(cx, state, catcher),
                None => quote!(cx.catch(error, data, #path)?;),
                Some(assign) => {
                    let env = cx.env(state, quote!(&output), quote!(cx.context()));
                    let (compute, set) = cx.assign(assign, &env);
                    quote! {
                        let output = cx.caught(error);
                        #compute
                        cx.catch_output(output, data, #path)?;
                        #set
                    }
                }
            };
            CatcherCode {
                names: catcher.error_equals.iter().map(|name| name.value.clone()).collect(),
                takes_variables: expr::mentions(&transition, "vars"),
                transition,
                assigns: catcher
                    .assign
                    .as_ref()
                    .is_some_and(|assign| !reads::assigned_names(assign).is_empty()),
            }
        })
        .collect()
}

/// What a Catcher of a JSONata state does (CT-6, CT-7).
fn catch_jsonata(cx: &ScopeContext, state: &State, catcher: &Catcher) -> TokenStream {
    let env = cx.env(state, quote!(data), quote!(cx.context()));
    let (compute, put, set) = cx.outputs(&env, catcher.assign.as_ref(), catcher.output.as_ref());
    if compute.is_empty() {
        return quote!(cx.catch(error, data, Some(&[]))?;);
    }
    let more = quote!(.with_error_output(&error));
    let query = query::asking(state, quote!(cx.context()), quote!(data), more, &compute);
    let put = match put.is_empty() {
        true => quote!(*data = Data::Owned(error);),
        false => put,
    };
    let error = match expr::mentions(&quote!(#query #put), "error") {
        true => quote!(let error = cx.caught(error);),
        false => TokenStream::new(),
    };
    quote!(#error #query #compute #put #set cx.exit(data)?;)
}
