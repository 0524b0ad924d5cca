//! Expressions without a native form, which an interpreter evaluates.

use super::unsupported;
use crate::diagnostic::{Diagnostic, Diagnostics, Lint};
use crate::emit::variables::Variables;
use crate::expr::jsonata::{Expr, ExprKind, StepKind};
use crate::syntax::Scope;
use proc_macro2::TokenStream;
use quote::quote;

/// Reports which expressions of a scope have no native form, and why.
pub fn report(scope: &Scope, out: &mut Diagnostics) {
    for state in &scope.states {
        for expression in state.expressions() {
            let Some(reason) = unsupported(&expression.expr) else {
                continue;
            };
            let message = "this expression is evaluated by an interpreter";
            out.push(
                Diagnostic::lint(Lint::InterpretedExpression, expression.place(reason.at), message)
                    .label(format!("there is no native form of {}", reason.what))
                    .at(format!("{}/{}", state.location, expression.field)),
            );
        }
        for inner in state.scopes() {
            report(inner, out);
        }
    }
}

/// What an expression is given of the data: only what it names, since the interpreter works on a copy.
pub fn bindings(expr: &Expr, variables: &Variables) -> Vec<TokenStream> {
    let states = states_read(expr).map(|members| {
        let members = members.iter().map(|member| quote!(&[#(#member),*]));
        quote!(("states", query.pick(&[#(#members),*])))
    });
    let variables = variables.names().filter(|name| expr.reads(name)).map(|name| {
        let place = variables.find(name);
        quote!((#name, jsonata::variable(&#place)))
    });
    states.into_iter().chain(variables).collect()
}

/// The members of `$states` that an expression reads, as far as they are plain names; `None` if it reads none.
fn states_read(expr: &Expr) -> Option<Vec<Vec<&str>>> {
    let mut read: Vec<Vec<&str>> = Vec::new();
    collect_states(expr, &mut read);
    // What lies below another one is read with it.
    let all = read.clone();
    read.retain(|path| {
        !all.iter()
            .any(|other| other.len() < path.len() && path.starts_with(other))
    });
    read.sort_unstable();
    read.dedup();
    (!read.is_empty()).then_some(read)
}

fn collect_states<'x>(expr: &'x Expr, read: &mut Vec<Vec<&'x str>>) {
    let is_states = |expr: &Expr| matches!(&expr.kind, ExprKind::Variable(name) if name == "states");
    if let ExprKind::Path(path) = &expr.kind
        && let Some((first, rest)) = path.steps.split_first()
        && let StepKind::Expr(variable) = &first.kind
        && is_states(variable)
        && first.stages.is_empty()
    {
        let names = rest.iter().map_while(|step| match &step.kind {
            StepKind::Expr(Expr {
                kind: ExprKind::Name(name),
                ..
            }) => Some(name.as_str()),
            _ => None,
        });
        // The service bounds what can be picked apart anyway; a few members say where the data is.
        read.push(names.take(4).collect());
        for part in expr.parts() {
            if !is_states(part) {
                collect_states(part, read);
            }
        }
        return;
    }
    if is_states(expr) {
        read.push(Vec::new());
    }
    expr.parts().into_iter().for_each(|part| collect_states(part, read));
}
