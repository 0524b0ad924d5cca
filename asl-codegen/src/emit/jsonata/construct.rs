//! Constructors of arrays and objects.

use super::rust::{Form, Rust, undefined};
use super::{Env, Result};
use crate::emit::expr::mentions;
use crate::emit::variables::ident;
use crate::expr::jsonata::{Expr, ExprKind};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

impl Env<'_> {
    pub(super) fn array(&self, elements: &[Expr], is_kept: bool) -> Result<Rust> {
        let elements = elements
            .iter()
            .map(|element| {
                let value = self.expr(element)?;
                let is_one = matches!(value.form, Form::Literal | Form::Bool)
                    || matches!(element.kind, ExprKind::Array { .. }) && element.predicates.is_empty();
                let value = value.into_val();
                Ok(match is_one {
                    true => quote!(jsonata::Element::One(#value)),
                    false => quote!(jsonata::Element::All(#value)),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let function = if is_kept { ident("kept_array") } else { ident("array") };
        Ok(Rust::result(quote!(jsonata::#function(query, [#(#elements),*]))))
    }

    pub(super) fn object(&self, pairs: &[(Expr, Expr)]) -> Result<Rust> {
        let names: Option<Vec<&str>> = pairs.iter().map(|(name, _)| literal_name(name)).collect();
        let names = names.filter(|names| {
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.windows(2).all(|pair| pair[0] != pair[1])
        });
        let Some(names) = names else {
            let values = match &self.here {
                Some(here) => Rust::new(Form::Reference, here.steps.to_token_stream()),
                None => undefined(),
            };
            let values = values.into_val();
            let pairs = self.pairs(pairs)?;
            return Ok(Rust::result(quote!(jsonata::group(query, #values, &[#pairs]))));
        };
        let members = pairs
            .iter()
            .map(|(_, value)| Ok(self.expr(value)?.element()))
            .collect::<Result<Vec<_>>>()?;
        let members = quote!([#((#names, #members)),*]);
        Ok(match &self.here {
            Some(here) if mentions(&members, &here.steps.to_string()) => {
                let here = &here.steps;
                Rust::result(quote!(jsonata::object_of(#here, |#here| Ok(#members))))
            }
            _ => Rust::result(quote!(jsonata::object(#members))),
        })
    }

    /// The pairs of an object constructor, as closures.
    pub(super) fn pairs(&self, pairs: &[(Expr, Expr)]) -> Result<TokenStream> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| {
                let name = self.each(|env| Ok(env.expr(name)?.into_result()))?;
                let value = self.each(|env| Ok(env.expr(value)?.into_result()))?;
                Ok(quote!((&#name, &#value)))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(quote!(#(#pairs),*))
    }
}

/// The name of a member that is known.
fn literal_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(name) if expr.is_bare() => Some(name),
        _ => None,
    }
}
