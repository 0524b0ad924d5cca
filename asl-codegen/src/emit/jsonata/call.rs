//! Calls of functions.

use super::rust::Rust;
use super::{Env, Here, Result, Unsupported};
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
        let args = args.iter().map(|arg| Ok(self.expr(arg)?.element()));
        let args = first.into_iter().map(Ok).chain(args).collect::<Result<Vec<_>>>()?;
        if let Some((_, builtin)) = self.builtin(function) {
            return Ok(Rust::result(match &self.here {
                Some(Here { value, .. }) if self.takes_here(function, args.len()) => {
                    quote!(jsonata::#builtin.call_on(query, #value, [#(#args),*]))
                }
                _ => quote!(jsonata::#builtin.call(query, [#(#args),*])),
            }));
        }
        if matches!(function.kind, ExprKind::Path(_)) {
            return Err(Unsupported::new(function, "a call of what is no function"));
        }
        let function = self.expr(function)?.receiver();
        Ok(Rust::result(quote!(#function.call(query, [#(#args),*]))))
    }

    /// The function of the language that an expression names, and its name in Rust.
    fn builtin(&self, function: &Expr) -> Option<(&'static functions::Function, Ident)> {
        match &function.kind {
            ExprKind::Variable(name)
                if function.predicates.is_empty()
                    && self.local(name).is_none()
                    && self.variables.is_none_or(|variables| !variables.knows(name)) =>
            {
                functions::find(name).zip(builtin(name))
            }
            _ => None,
        }
    }

    /// Whether the context value may stand in for an argument of a call.
    pub(super) fn takes_here(&self, function: &Expr, args: usize) -> bool {
        self.builtin(function)
            .is_some_and(|(function, _)| function.signature.contains('-') && args < *function.arity().end())
    }

    /// `left ~> right`. What follows a call on the right does nothing, as in JSONata itself.
    pub(super) fn apply(&self, left: &Expr, right: &Expr) -> Result<Rust> {
        let value = self.expr(left)?.into_val();
        if let ExprKind::Call(function, args) = &right.kind {
            return self.call(function, args, Some(value));
        }
        let function = self.expr(right)?.into_val();
        Ok(Rust::result(quote!(jsonata::apply(query, #value, #function))))
    }
}
