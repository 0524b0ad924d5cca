//! Names that an expression binds: blocks and functions.

use super::rust::{Form, Rust, undefined, used};
use super::{Env, Part, Result, Unsupported};
use crate::emit::expr::mentions;
use crate::emit::name::snake;
use crate::emit::variables::ident;
use crate::expr::jsonata::{Expr, ExprKind};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Names that mean something else where expressions stand.
const RESERVED: &[&str] = &["item", "jsonata", "query", "rt", "vars", "cx", "data", "tasks"];

/// How many names an expression with a native form binds at most, one inside another: each is looked for among the others.
const MAX_LOCALS: usize = 256;

impl Env<'_> {
    /// Refuses an expression that would bind so many names more.
    fn has_room(&self, count: usize, expr: &Expr) -> Result<()> {
        match self.locals.len() + count <= MAX_LOCALS {
            true => Ok(()),
            false => Err(Unsupported::new(expr, "hundreds of names")),
        }
    }

    /// Binds a name.
    pub(super) fn bind(&mut self, name: &str) -> Ident {
        let taken = |candidate: &Ident| {
            RESERVED.iter().any(|reserved| candidate == reserved)
                || self
                    .locals
                    .iter()
                    .any(|(other, local)| other != name && local == candidate)
        };
        let plain = snake(name);
        let local = std::iter::once(ident(&plain))
            .chain((2..).map(|count| format_ident!("{}_{count}", plain.trim_end_matches('_'))))
            .find(|candidate| !taken(candidate))
            .unwrap_or_else(|| ident(&plain));
        self.locals.push((name.to_owned(), local.clone()));
        local
    }

    pub(super) fn local(&self, name: &str) -> Option<&Ident> {
        self.locals
            .iter()
            .rev()
            .find(|(local, _)| local == name)
            .map(|(_, ident)| ident)
    }

    /// The value of a whole expression: a name bound there is seen by nothing else.
    pub fn whole(&self, expr: &Expr) -> Result<Rust> {
        match bind_of(expr) {
            Some((_, value)) => self.expr(value),
            None => self.expr(expr),
        }
    }

    /// The last thing that a function does. The result of a call there is as the called function made it, for the caller of
    /// this function to end: what follows the call in the text does nothing, as in JSONata itself.
    fn tail(&self, expr: &Expr) -> Result<Rust> {
        match &expr.kind {
            ExprKind::Call(function, args) if expr.predicates.is_empty() => match self.takes_here(function, args.len())
            {
                true => Err(Unsupported::new(
                    expr,
                    "a last call that takes the context value of the caller",
                )),
                false => self.bare(expr),
            },
            ExprKind::Condition(condition, then, otherwise) if expr.is_bare() => {
                self.choice(condition, then, otherwise.as_deref(), Env::tail)
            }
            ExprKind::Block(statements) if expr.is_bare() => self.block(statements, Env::tail),
            ExprKind::Block(statements) if statements.last().is_some_and(ends_in_call) => Err(Unsupported::new(
                expr,
                "a last call in parentheses that something follows",
            )),
            _ => self.expr(expr),
        }
    }

    pub(super) fn block(&self, statements: &[Expr], part: Part<Self>) -> Result<Rust> {
        let Some((last, before)) = statements.split_last() else {
            return Ok(undefined());
        };
        let mut env = self.clone();
        let mut bound: Vec<&str> = Vec::new();
        // Each statement, with the name that it binds.
        let mut written: Vec<(Option<Ident>, TokenStream)> = Vec::new();
        for statement in before {
            match bind_of(statement) {
                Some((name, value)) => {
                    // A function made before would see the new value.
                    if bound.contains(&name) || before_reads(statements, statement, name) {
                        return Err(Unsupported::new(statement, "a name that is bound twice"));
                    }
                    bound.push(name);
                    env.has_room(1, statement)?;
                    let value = env.bound_value(name, value)?;
                    written.push((Some(env.bind(name)), value));
                }
                None => written.push((None, env.expr(statement)?.into_val())),
            }
        }
        let last = match bind_of(last) {
            Some((name, value)) => Rust::val(env.bound_value(name, value)?),
            None => part(&env, last)?,
        };
        if written.is_empty() {
            return Ok(last);
        }
        let form = last.form;
        let last = match form {
            Form::Result | Form::Bool => last.tokens,
            _ => last.into_val(),
        };
        let before = written.iter().enumerate().map(|(at, (name, value))| {
            let mut after = written[at + 1..].iter().map(|(_, value)| value).chain([&last]);
            let is_read = |name: &&Ident| after.any(|tokens| mentions(tokens, &name.to_string()));
            let name = name.as_ref().filter(is_read).map_or(quote!(_), |name| quote!(#name));
            quote!(let #name = #value;)
        });
        let tokens = quote!(#(#before)* #last);
        let form = match form {
            Form::Result | Form::Bool => form,
            _ => Form::Val,
        };
        Ok(Rust::new(form, quote!({ #tokens })))
    }

    /// The value that a name is bound to.
    fn bound_value(&self, name: &str, value: &Expr) -> Result<TokenStream> {
        if matches!(value.kind, ExprKind::Lambda { .. }) && value.reads(name) {
            return Err(Unsupported::new(value, "a function that calls itself"));
        }
        Ok(self.expr(value)?.into_val())
    }

    pub(super) fn lambda(&self, parameters: &[String], body: &Expr) -> Result<Rust> {
        self.has_room(parameters.len(), body)?;
        let mut env = self.clone();
        // State variables too: a function takes what it needs of them.
        let mut read: Vec<(&str, Ident)> = Vec::new();
        for name in self.variables.iter().flat_map(|variables| variables.names()) {
            if env.local(name).is_none() && body.reads(name) && !parameters.iter().any(|parameter| parameter == name) {
                read.push((name, env.bind(name)));
            }
        }
        let names: Vec<Ident> = parameters.iter().map(|name| env.bind(name)).collect();
        let body = env.tail(body)?.into_result();
        let parameters: Vec<_> = names.iter().map(|name| used(name, &body)).collect();
        // It may outlive what it sees, so it takes a share of that.
        let contexts: Vec<&Ident> = self.contexts().collect();
        let mut shares: Vec<&Ident> = Vec::new();
        for seen in self
            .locals
            .iter()
            .map(|(_, local)| local)
            .chain(contexts.iter().copied())
        {
            if !names.contains(seen) && !shares.contains(&seen) && mentions(&body, &seen.to_string()) {
                shares.push(seen);
            }
        }
        // The context value is a reference wherever it stands.
        let contexts = shares.iter().filter(|share| contexts.contains(share));
        let contexts = quote!(#(let #contexts = &#contexts;)*);
        let body = match contexts.is_empty() {
            true => body,
            false => quote!({ #contexts #body }),
        };
        let lambda = match shares.is_empty() {
            true => quote!(jsonata::lambda(move |[#(#parameters),*]| #body)),
            // What it holds may hold functions in turn.
            false => quote!(jsonata::closure([#(#shares.nesting()),*], move |[#(#parameters),*]| #body)?),
        };
        let read = read
            .iter()
            .map(|(name, local)| {
                let value = self.variable(name).into_val();
                quote!(let #local = #value;)
            })
            .collect::<Vec<_>>();
        Ok(Rust::val(match shares.is_empty() && read.is_empty() {
            true => lambda,
            false => quote!({ #(let #shares = #shares.clone();)* #(#read)* #lambda }),
        }))
    }
}

/// Whether the last thing that an expression does may be a call.
fn ends_in_call(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(..) => expr.predicates.is_empty(),
        ExprKind::Condition(_, then, otherwise) => ends_in_call(then) || otherwise.as_deref().is_some_and(ends_in_call),
        ExprKind::Block(statements) => statements.last().is_some_and(ends_in_call),
        _ => false,
    }
}

/// The name and the value, of a statement that binds one.
fn bind_of(statement: &Expr) -> Option<(&str, &Expr)> {
    match &statement.kind {
        ExprKind::Bind(name, value) if statement.is_bare() => Some((name, value)),
        _ => None,
    }
}

/// Whether a function that a statement before this one makes reads the name.
fn before_reads(statements: &[Expr], statement: &Expr, name: &str) -> bool {
    statements
        .iter()
        .take_while(|before| !std::ptr::eq(*before, statement))
        .any(|before| before.reads(name))
}
