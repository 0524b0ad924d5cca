//! Calls of functions.

use super::{Env, Result, Rust, Unsupported};
use crate::emit::name::snake;
use crate::emit::variables::ident;
use crate::expr::jsonata::functions;
use crate::expr::jsonata::{Expr, ExprKind};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The name in Rust of a function of the language.
pub fn builtin(name: &str) -> Option<Ident> {
    functions::find(name).map(|function| ident(snake(function.name).to_uppercase().trim_end_matches('_')))
}

/// Whether what an expression gives may be a sequence, which is one value or none once the expression is done.
pub fn gives_sequence(expr: &Expr) -> bool {
    let gives_sequence = |function: &Expr| match &function.kind {
        ExprKind::Variable(name) => match functions::find(name) {
            Some(function) => !["n", "s", "b", "o"].contains(&function.result()),
            None => true,
        },
        _ => true,
    };
    match &expr.kind {
        ExprKind::Call(function, _) => gives_sequence(function),
        ExprKind::Apply(_, right) => match &right.kind {
            ExprKind::Call(function, _) => gives_sequence(function),
            _ => true,
        },
        _ => false,
    }
}

impl Env<'_> {
    /// A call; `first` is what `~>` puts before its arguments.
    pub(super) fn call(&self, function: &Expr, args: &[Expr], first: Option<TokenStream>) -> Result<Rust> {
        let args = args.iter().map(|arg| Ok(self.expr(arg)?.operand_val()));
        let args = first.into_iter().map(Ok).chain(args).collect::<Result<Vec<_>>>()?;
        if let ExprKind::Variable(name) = &function.kind
            && function.predicates.is_empty()
            && self.local(name).is_none()
            && self.variables.is_none_or(|variables| !variables.knows(name))
            && let Some(builtin) = builtin(name)
        {
            let takes_here = functions::find(name)
                .is_some_and(|function| function.signature.contains('-') && args.len() < *function.arity().end());
            let here = match &self.here {
                Some(here) if here == "around" => self.root.as_ref(),
                here => here.as_ref(),
            };
            return Ok(Rust::result(match here {
                Some(here) if takes_here => quote!(jsonata::#builtin.call_on(query, #here, [#(#args),*])),
                _ => quote!(jsonata::#builtin.call(query, [#(#args),*])),
            }));
        }
        if matches!(function.kind, ExprKind::Path(_)) {
            return Err(Unsupported("a call of what is no function"));
        }
        let function = self.expr(function)?.into_val();
        Ok(Rust::result(quote!(#function.call(query, [#(#args),*]))))
    }

    /// `left ~> right`
    pub(super) fn apply(&self, left: &Expr, right: &Expr) -> Result<Rust> {
        let value = self.expr(left)?.into_val();
        if let ExprKind::Call(function, args) = &right.kind
            && right.predicates.is_empty()
            && right.group.is_none()
        {
            return self.call(function, args, Some(value));
        }
        let function = self.expr(right)?.into_val();
        Ok(Rust::result(quote!(jsonata::apply(query, #value, #function))))
    }
}
